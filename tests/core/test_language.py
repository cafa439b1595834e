"""Texts in the language of the moment."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable

import pytest

from cepasim.core.language import (
    current_language,
    deferred,
    language,
    mark,
    now,
    ntr,
    paragraph,
    tr,
)
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


@pytest.mark.parametrize("again", [copy.copy, lambda kept: pickle.loads(pickle.dumps(kept))])
def test_a_text_that_is_kept_is_said_in_the_language_in_which_it_is_shown(
    again: Callable[[str], str],
) -> None:
    with language("ja"):
        kept = again(deferred("{what}: {all}", what="Barriers", all=["Barriers", called]))
        assert kept == "Barriers: Barriers, called in en"
        assert now(kept) == "非関税障壁: 非関税障壁、called in ja"
    assert now(kept) == kept


def called() -> str:
    return f"called in {current_language()}"


def test_sentences_follow_each_other_as_the_language_has_it() -> None:
    assert paragraph(["One.", "Two."]) == "One. Two."
    with language("ja"):
        assert paragraph(["一。", "二。"]) == "一。二。"
