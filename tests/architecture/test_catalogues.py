"""Every text that a reader sees has a translation, and the catalogues hold nothing else."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from cepasim.core.language import LANGUAGES, SOURCE
from docs.writers.catalogues import KEYWORDS, PACKAGE, read, texts

OTHERS = [tag for tag in LANGUAGES if tag != SOURCE]


@pytest.fixture(scope="module", params=OTHERS)
def messages(request: pytest.FixtureRequest) -> dict[str, list[Message]]:
    """Messages of each room's catalogue."""
    folder = PACKAGE / "catalogues" / request.param
    return {
        file.stem: [message for message in read(file, request.param) if message.id]
        for file in sorted(folder.glob("*.po"))
    }


@pytest.mark.slow(seconds=1)
def test_the_catalogues_hold_the_texts_of_the_code(messages: dict[str, list[Message]]) -> None:
    in_code = {(room, text) for room, said in texts().items() for text in said}
    in_files = {(room, message.id) for room, those in messages.items() for message in those}
    assert in_code == in_files, "run `make catalogues`"


def test_every_text_is_translated(messages: dict[str, list[Message]]) -> None:
    assert [one.id for one in _all(messages) if not all(_strings(one.string))] == []


def test_a_translation_has_the_values_of_its_text(messages: dict[str, list[Message]]) -> None:
    wrong = []
    for message in _all(messages):
        wanted = _names(_strings(message.id)[-1]) - {"n"}
        for said in _strings(message.string):
            if not wanted <= _names(said) <= wanted | {"n"} | _names(_strings(message.id)[0]):
                wrong.append((message.id, said))
    assert wrong == []


def test_one_text_has_one_translation(messages: dict[str, list[Message]]) -> None:
    said: dict[object, set[object]] = {}
    for message in _all(messages):
        said.setdefault(message.id, set()).add(message.string)
    assert {text: those for text, those in said.items() if len(those) > 1} == {}


@pytest.mark.slow(seconds=2)
def test_no_text_is_hidden_from_the_collector() -> None:
    """A text within an f-string, or one that is an f-string, would be in no catalogue."""
    collected = {text for said in texts().values() for text in said}
    hidden = []
    for path in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            kind = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if kind not in KEYWORDS:
                continue
            given = call.args[: 2 if kind == "ntr" else 1]
            said = tuple(one.value for one in given if isinstance(one, ast.Constant))
            text = said if kind == "ntr" else "".join(said)
            if any(isinstance(one, ast.JoinedStr) for one in given) or (
                text and text not in collected
            ):
                hidden.append(f"{path.name}:{call.lineno}")
    assert hidden == []


def _all(messages: dict[str, list[Message]]) -> Iterator[Message]:
    for those in messages.values():
        yield from those


def _strings(said: object) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else (str(said or ""),)


def _names(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # braces that mean nothing
        return set()
