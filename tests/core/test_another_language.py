"""A language is a catalogue and one line: Hindi, of two texts, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cepasim.core import texts
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import current_language, language, mark, ntr, separated, tr
from cepasim.core.numbers import money

CATALOGUE = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: hi\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Barriers"
msgstr "बाधाएँ"

msgid "{number} chapter ({names})"
msgid_plural "{number} chapters ({names})"
msgstr[0] "{number} अध्याय ({names})"
msgstr[1] "{names}: {number} अध्याय"
"""


@pytest.fixture
def hindi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hindi beside the languages there are."""
    folder = tmp_path / "catalogues" / "hi"
    folder.mkdir(parents=True)
    (folder / "names.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setitem(texts.LANGUAGES, "hi", "हिन्दी")
    monkeypatch.setattr(texts.resources, "files", lambda _: tmp_path)
    yield
    texts._translations.cache_clear()


@pytest.mark.usefixtures("hindi")
def test_a_catalogue_and_one_line_make_a_language() -> None:
    with language("hi"):
        assert current_language() == "hi"
        assert tr("Barriers") == "बाधाएँ"
        assert tr(mark("No catalogue of Hindi has this")) == "No catalogue of Hindi has this"
        for number, said in ((1, "1 अध्याय (03)"), (2, "03, 61: 2 अध्याय")):
            names = separated(["03", "61"][:number])
            one, many = "{number} chapter ({names})", "{number} chapters ({names})"
            assert ntr(one, many, number, number=number, names=names) == said
        # What a language counts in is written as in English until somebody says otherwise.
        assert (money(34.0), year_in_words("2030-31")) == ("US$ 34 mn", "2030-31")
    assert tr("Barriers") == "Barriers"
