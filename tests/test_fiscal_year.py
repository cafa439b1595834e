"""Fiscal years: parse, format, and lists of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.core.fiscal_year import (
    LAST_YEAR,
    fiscal_years,
    format_fiscal_year,
    parse_fiscal_year,
)
from cepasim.params.described import bundled_base_year


@pytest.mark.parametrize(
    ("text", "first"), [("2026-27", 2026), ("1999-00", 1999), ("2099-00", 2099), ("2035-36", 2035)]
)
def test_a_fiscal_year_is_its_first_calendar_year(text: str, first: int) -> None:
    assert parse_fiscal_year(text) == first
    assert format_fiscal_year(first) == text


@given(st.integers(min_value=1000, max_value=9999))
def test_parse_undoes_format(first: int) -> None:
    assert parse_fiscal_year(format_fiscal_year(first)) == first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-28", "2026-27"),
        ("2026-26", "2026-27"),
        ("2026", "such as 2026-27"),
        ("2026-2027", "such as 2026-27"),
        ("26-27", "such as 2026-27"),
        (" 2026-27", "such as 2026-27"),
        ("2026-27\n", "such as 2026-27"),
        ("2026/27", "such as 2026-27"),
        ("٢٠٢٦-27", "such as 2026-27"),
        ("", "such as 2026-27"),
        (2026, "such as 2026-27"),
        (None, "such as 2026-27"),
    ],
)
def test_anything_else_is_refused_with_what_is_right(text: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_fiscal_year(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [999, 10000, -1])
def test_years_have_four_digits(first: int) -> None:
    with pytest.raises(ValueError, match="four digits"):
        format_fiscal_year(first)


def test_the_path_runs_from_the_benchmark_to_the_last_year() -> None:
    first = bundled_base_year().first
    years = fiscal_years(first, LAST_YEAR)
    assert years[0] == "2023-24"
    assert years[-1] == "2035-36"
    assert len(years) == LAST_YEAR - first + 1 == len(set(years))
    assert fiscal_years(2026, 2025) == ()
