"""What people read: signs, rounding, order, width, notes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from cepasim.core import numbers
from cepasim.core.digits import place_of_column
from cepasim.core.problems import InputError
from cepasim.report import terminal
from cepasim.result import Result

YEAR = "2027-28"


def lines_of(text: str, start: str, end: str) -> list[str]:
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(start))
    last = next(place for place, line in enumerate(lines) if place > first and end in line)
    return lines[first + 1 : last + 1]


def sector_lines(result: Result, level: str = "section") -> list[str]:
    return lines_of(terminal.text(result, level, YEAR), "By ", "Total")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("usd_mn", "plain", "signed"),
    [
        (0.0, "0", "0"),
        (1234.4, "1,234", "+1,234"),
        (-1234.6, "-1,235", "-1,235"),
        (9.94, "9.9", "+9.9"),
        (9.96, "10", "+10"),
        (-0.06, "-0.1", "-0.1"),
        (0.04, "~0", "~0"),
        (float("nan"), "n/a", "n/a"),
    ],
)
def test_millions(usd_mn: float, plain: str, signed: str) -> None:
    assert numbers.millions(usd_mn) == plain
    assert numbers.millions(usd_mn, signed=True) == signed


@pytest.mark.parametrize(
    ("usd_mn", "signed"),
    [(0.0, "0"), (3e-9, "0"), (310.0, "+0.31"), (-12540.0, "-12.54"), (4.0, "+0.004"), (0.3, "~0")],
)
def test_billions(usd_mn: float, signed: str) -> None:
    assert numbers.billions(usd_mn, signed=True) == signed


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (-2.44, "-2.4"), (0.04, "~0"), (123.4, "+123"), (float("nan"), "new")],
)
def test_percent(value: float, shown: str) -> None:
    assert numbers.bare_percent(value) == shown


def test_the_headline_shows_signs(result: Result) -> None:
    lines = lines_of(terminal.text(result, "section", YEAR), "India's trade", "Balance")
    assert lines[-3].split() == ["Exports", "to", "Japan", "0.85", "0.89", "+0.045"]
    assert lines[-2].split() == ["Imports", "from", "Japan", "4.91", "4.92", "+0.015"]
    assert lines[-1].split() == ["Balance", "-4.06", "-4.03", "+0.030"]


def test_the_path_shows_a_balance_that_gets_worse_first(result: Result) -> None:
    lines = lines_of(terminal.text(result, "section", YEAR), "Year by year", YEAR)
    assert [line.split()[-1] for line in lines[-2:]] == ["-0.135", "+0.030"]


def test_one_year_needs_no_path(make_result: Callable[..., Result], result: Result) -> None:
    last = [frame[frame["fiscal_year"] == YEAR] for frame in (result.totals, result.sectors)]
    shown = terminal.text(make_result(totals=last[0], sectors=last[1]), "section", YEAR)
    assert "Year by year" not in shown


def test_rows_stand_by_the_size_of_their_change(result: Result) -> None:
    rows = [line for line in sector_lines(result)[4:]]
    names = [re.split(r"\s{2,}", line.strip())[0] for line in rows]
    assert [name.split()[0] for name in names] == [
        "I",
        "XII",
        "XVI",
        "XVII",
        "Chapters",
        "XI",
        "Total",
    ]


def test_a_row_reads_reference_scenario_change_percent_grade(result: Result) -> None:
    row = next(line for line in sector_lines(result) if line.startswith(" XII "))
    assert row.split()[4:] == [
        *("50", "62", "+12.2", "+24.5"),
        *("0", "0", "0", "0"),
        *("+12.2", "C"),
    ]


def test_the_total_row_is_the_total(result: Result) -> None:
    total = sector_lines(result)[-1].split()
    assert total[1:] == ["850", "895", "+44.8", "+5.3", "4,906", "4,921", "+15.0", "+0.3", "+29.8"]


def test_groups_without_trade_are_left_out(result: Result) -> None:
    codes = [line.split()[0] for line in sector_lines(result, "chapter")[4:-1]]
    assert codes == ["03", "64", "84", "87", "98", "61"]


def test_no_grade_no_column(make_result: Callable[..., Result], result: Result) -> None:
    plain = make_result(sectors=result.sectors.drop(columns="grade"))
    shown = terminal.text(plain, "section", YEAR)
    assert "gr." not in shown
    assert "assumption" not in shown


@pytest.mark.parametrize("level", ["chapter", "section", "window", "total"])
def test_nothing_is_wider_than_the_page_or_cut_in_a_number(
    make_result: Callable[..., Result], result: Result, level: str
) -> None:
    huge = result.sectors
    money = ["baseline_usd_mn", "scenario_usd_mn", "change_usd_mn"]
    huge[money] *= 200.0  # 800 US$ billion of machinery
    totals = result.totals
    amounts = [column for column in totals if column.endswith("usd_mn")]
    totals[amounts] *= 200.0
    shown = terminal.text(make_result(sectors=huge, totals=totals), level, YEAR)  # type: ignore[arg-type]
    assert max(map(len, shown.splitlines())) <= terminal.WIDTH
    assert not re.search(r"\d…", shown)
    assert "\x1b" not in shown
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_units_years_grades_and_notes_are_said(result: Result) -> None:
    shown = " ".join(terminal.text(result, "section", YEAR).split())
    for words in (
        "Fiscal year 2027-28 (April to March)",
        "exports f.o.b., imports c.i.f.",
        "D assumption: read it as an order of magnitude",
        "Notes - clothing: Japan's CEPA tariff is already zero, so nothing moves",
    ):
        assert words in shown


def test_markup_in_a_note_is_text(make_result: Callable[..., Result]) -> None:
    shown = terminal.text(make_result(notes=("see [bold]this[/bold] [1]",)), "section", YEAR)
    assert "see [bold]this[/bold] [1]" in shown


def test_a_pipe_gets_plain_text(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_page(result, "section", YEAR)
    assert capsys.readouterr().out == terminal.text(result, "section", YEAR)


def test_an_unknown_year_is_refused(result: Result) -> None:
    with pytest.raises(InputError, match="fiscal_year: '2050-51'"):
        terminal.text(result, "section", "2050-51")


def test_every_figure_is_a_cell_of_the_result(result: Result) -> None:
    frame = result.balance("section", YEAR).set_index("section")
    row = next(line for line in sector_lines(result) if line.startswith(" XVI "))
    cells = row.split()[4:]
    expected: pd.Series[float] = frame.loc["XVI"]
    assert cells[0] == numbers.millions(expected["baseline_exports_usd_mn"])
    assert cells[5] == numbers.millions(expected["imports_usd_mn"])
    place = place_of_column(frame["change_in_balance_usd_mn"])
    change = expected["change_in_balance_usd_mn"]
    assert cells[-2] == numbers.millions(change, signed=True, place=place)
