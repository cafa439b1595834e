"""What a phone shows of wide tables without a swipe."""

from __future__ import annotations

from cepasim.ui.columns import WRAPPED
from cepasim.ui.pages import parameters

#: Pixels of a table on a phone 390 pixels wide, and of type at the size of the theme.
_PHONE, _TYPE = 347, 15


def test_name_value_and_unit_of_a_parameter_are_side_by_side_on_a_phone() -> None:
    heads = parameters._heads()
    first = parameters._SHOWN[:3]
    assert first == ["words", "said", "unit"]
    assert sum(heads[name]["width"] for name in first) <= _PHONE


def test_texts_of_high_rows_are_wrapped() -> None:
    assert WRAPPED > 4 * _TYPE, "the framework wraps only in rows above four times the type"
