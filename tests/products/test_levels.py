"""Levels of a code: its chapter, its heading, and the group it belongs to."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim.products.classification import Classification
from cepasim.products.levels import (
    at_level,
    belongs_to,
    chapter_of,
    holders,
    level_of,
    use_instead,
    whole_or_alone,
)


@pytest.mark.parametrize(
    ("code", "chapter", "heading", "subheading", "level"),
    [
        ("61", "61", "61", "61", "chapter"),
        ("6109", "61", "6109", "6109", "heading"),
        ("610910", "61", "6109", "610910", "subheading"),
        ("61091000", "61", "6109", "610910", None),
        ("610910012", "61", "6109", "610910", None),
    ],
)
def test_a_code_says_its_groups(
    code: str, chapter: str, heading: str, subheading: str, level: str | None
) -> None:
    assert chapter_of(code) == chapter
    assert (at_level(code, "heading"), at_level(code, "subheading")) == (heading, subheading)
    assert level_of(code) == level


def test_of_several_groups_a_code_belongs_to_the_narrowest() -> None:
    groups = ("87", "8703", "64", "870323")
    codes = ["870323", "8703239", "870321", "870899", "640411000"]
    np.testing.assert_array_equal(belongs_to(codes, groups), [3, 3, 1, 0, 2])


def test_a_code_in_no_group_is_an_error_and_not_the_first_group() -> None:
    with pytest.raises(KeyError, match="9403"):
        belongs_to(["9403"], ("87", "64"))


def test_what_to_ask_for_instead() -> None:
    assert use_instead("9403", ("87", "94")) == "; use 94, the group 9403 belongs to"
    assert use_instead("940320", ("94", "9403")).startswith("; use 9403,")
    assert use_instead("94", ("94",)) == ""
    assert use_instead("x", ("94",)) == ""


def test_a_line_whose_subheading_is_there_is_nothing_of_its_own() -> None:
    assert whole_or_alone(frozenset({"610910", "610910012", "640411000"})) == {
        "610910",
        "640411000",
    }


def test_tiles_of_older_vintages_are_read_as_what_they_became() -> None:
    """Heading 6908 was merged into 6907 in 2017; invoices still name it."""
    products = Classification.bundled()
    selection = products.select({"hs": ["690890"]})
    assert selection.subheadings == ("690721", "690722", "690723", "690740")
    assert selection.notes == (
        "690890 (HS 2012) is read as " + ", ".join(selection.subheadings) + " of HS 2022",
    )
    assert products.select({"hs": ["6908"]}).codes == ("6907",)


def test_holders_are_the_groups_of_the_codes_and_nobody_can_change_them() -> None:
    groups = ("61", "62", "6203", "87")
    held = holders(("610910", "620342"), groups)
    assert held.tolist() == [True, False, True, False]
    assert holders(("610910", "620342"), groups) is held
    assert holders(("610910", "620342"), ("61", "62")).tolist() == [True, True]
    with pytest.raises(ValueError, match="read-only"):
        held[1] = True
