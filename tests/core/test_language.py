"""Texts in the language of the moment."""

from __future__ import annotations

import threading

import pytest

from cepasim.core.language import current_language, language, mark, ntr, tr
from cepasim.core.problems import InputError


def test_english_is_what_the_code_says() -> None:
    assert tr("{n} of {of} {{kept}}", n=1, of=2) == "1 of 2 {kept}"
    assert tr("braces {mean} nothing without values") == "braces {mean} nothing without values"
    assert mark("Barriers") == "Barriers"
    assert [ntr("{n} line", "{n} lines", n) for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


def test_a_language_holds_within_its_block_and_its_thread() -> None:
    elsewhere = []
    with language("ja"):
        assert (current_language(), tr("Barriers")) == ("ja", "非関税障壁")
        with language("en"):
            assert tr("Barriers") == "Barriers"
        other = threading.Thread(target=lambda: elsewhere.append(tr("Barriers")))
        other.start()
        other.join()
    assert (current_language(), elsewhere) == ("en", ["Barriers"])


def test_what_no_catalogue_has_stays_english() -> None:
    with language("ja"):
        assert tr("no catalogue has {this}", this="one") == "no catalogue has one"


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'jp'; one of en, ja"), language("jp"):
        pass
