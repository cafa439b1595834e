"""What the command line prints in Japanese: no English is left, and columns are aligned."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import cepasim
from cepasim.cli.commands import app
from cepasim.report.layout import wrapped
from tests.english_left import english_left

LOAD = functools.cache(cepasim.load)
#: What stays: names that the user or the tables give, official descriptions, keys of a file.
ALLOWED = (
    "Motor cars and other motor vehicles princip",
    *cepasim.scenarios(),
)
ASK = """\
name: 二国間
year: 2027-28
objective: joint_welfare
constraints: {most_measures: 1}
candidates:
  - {tariff: {importer: JPN, select: {hs: ['64']}, cut: eliminate, start: 2026-27}}
  - {ntb: {importer: JPN, type: all, select: {hs: ['38']}, relief_percent: 40, start: 2026-27}}
"""


@pytest.fixture(autouse=True)
def parameters_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cepasim, "load", LOAD)


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--language", "ja", "--currency", "JPY"])
    assert done.exit_code == code, done.output
    return done.output + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("scenarios",),
        ("triggers", "cepa-reciprocal"),
        ("compare-offers", "cepa-reciprocal", "reference"),
        ("lines", "IND", "870323", "--top", "3"),
        ("target", "ntb-relief", "--year", "2027-28", "--change-in-balance", "50"),
    ],
)
def test_no_english_is_left(arguments: tuple[str, ...]) -> None:
    text = said(*arguments).partition("\nname: ")[0]  # a scenario file follows: it has keys
    assert english_left(text, ALLOWED) == []
    assert "US$" not in text


def test_a_package_in_japanese_is_aligned(tmp_path: Path) -> None:
    """A Japanese sign is two columns wide: numbers end below each other all the same."""
    file = tmp_path / "ask.yaml"
    file.write_text(ASK, encoding="utf-8")
    text = said("negotiate", str(file), "--prices")
    assert english_left(text, ("joint_welfare", "most_measures")) == []
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("措置 "))
    rows = lines[first : first + 4]
    assert len({cell_len(row) for row in rows}) == 1, rows


def test_lines_are_broken_as_japanese_is() -> None:
    """No line begins with a stop, ends with an opening bracket, or parts a number."""
    text = "インドの輸出は（2030年度に）130万ドル増、" * 8
    lines = wrapped(text).splitlines()
    assert "".join(lines) == text and max(map(cell_len, lines)) <= 100
    assert not any(line[0] in "）、0123456789" or line.endswith("（") for line in lines[1:])
    assert wrapped("one two " * 20).splitlines()[0] == ("one two " * 13)[:99]


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (("run", "ntb-relif"), "シナリオファイル、又は次のいずれか"),
        (("run", "ntb-relief", "--level", "hs5"), "hs6:87,64の形"),
        (("lines", "JPN", "--out", "x.txt"), "末尾が.csvのファイル"),
    ],
)
def test_what_is_wrong_is_said_in_japanese(arguments: tuple[str, ...], allowed: str) -> None:
    text = said(*arguments, code=2)
    assert text.startswith("コマンドライン：") or text.startswith("コマンドライン: ")
    assert allowed in text


@pytest.mark.parametrize("command", [(), ("run",), ("data", "check")])
def test_help_is_in_the_language_of_the_environment(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    plain = CliRunner().invoke(app, [*command, "--help"], env={"CEPASIM_LANGUAGE": ""}).output
    text = CliRunner().invoke(app, [*command, "--help"], env={"CEPASIM_LANGUAGE": "ja"}).output
    lines = [line.strip("│ ") for line in text.splitlines() if "使い方：" not in line]
    words = re.sub("[a-z]+(-[a-z]+)+", "", "\n".join(lines))  # names of commands and options
    assert english_left(words, ("cepasim scenarios", "cepasim run")) == []
    assert "この説明を表示して終了する。" in text
    assert "Usage" not in text and "使い方：" in text
    assert "…" not in text
    assert "Show this message and exit." in plain
    assert plain == CliRunner().invoke(app, [*command, "--help"]).output


def test_help_is_in_the_language_of_the_command_line() -> None:
    assert "[既定値：armington]" in said("run", "--help")
    assert "エラー" in said("run", "--nonsense", code=2)
