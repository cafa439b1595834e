"""A workbook fit to be passed on: words first, units, heads in view, a chart, ranges."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import cepasim
from cepasim.economy.economy import Economy
from cepasim.levers.every import in_words as lever_in_words
from cepasim.params.words import WORDS, amount, in_words, name_in_words
from cepasim.report import front_sheet as front_sheets
from cepasim.report.front_sheet import front_sheet
from cepasim.result import Result
from cepasim.scenario.naming import describe
from cepasim.studies.percentiles import headline_ranges
from cepasim.tables.column import TOTALS


@pytest.fixture
def book(result: Result, tmp_path: Path) -> openpyxl.Workbook:
    import numpy as np

    years = result.fiscal_years
    sample = np.random.default_rng(1).normal(size=(8, len(years), len(TOTALS)))
    ranged = result.with_ranges(headline_ranges(years, sample, sample), {"draws": 8, "seed": 1})
    ranged.to_excel(tmp_path / "result.xlsx", by="section")
    return openpyxl.load_workbook(tmp_path / "result.xlsx")


def _text(sheet: object) -> list[str]:
    rows = sheet.iter_rows(values_only=True)  # type: ignore[attr-defined]
    return [" ".join(str(cell) for cell in row if cell is not None) for row in rows]


def test_the_first_sheet_says_the_answer_in_words(book: openpyxl.Workbook, result: Result) -> None:
    assert book.sheetnames[0] == "In words"
    text = _text(book["In words"])
    assert text[0] == result.scenario.name
    whole = "\n".join(text)
    for heading in ("What is done", "How sure", "Read with these results", "Sheets"):
        assert heading in text
    assert "90 % range: the middle nine tenths of 8 draws" in whole
    assert "US$ million of 2023-24" in whole
    assert "sigma_" not in whole and "nu_" not in whole
    assert set(book.sheetnames[1:]) <= {line.split(" ")[0] for line in text}
    assert not set(book.sheetnames) & set(text), "each sheet is described"


def test_levers_are_said_once_on_the_first_sheet(economy: Economy) -> None:
    """A description made from the levers would say them before the list does."""
    words = economy.classification
    package = cepasim.Scenario.bundled("ntb-relief")
    made = package.model_copy(update={"description": describe(package, words)})
    again = cepasim.simulate(economy, made, attribution=False)
    text = [str(cell) for row in front_sheet(again, words, ()).rows for cell in row.cells]
    levers = [lever_in_words(one, words) for one in made.to_dict()["levers"]]
    assert levers and [text.count(one) for one in levers] == [1] * len(levers)


def test_own_figures_and_changed_assumptions_come_before_the_first_number(
    result: Result, economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_sheets, "marks", lambda _: ("Whose figures.", "What is assumed."))
    rows = [
        row.cells[0]
        for row in front_sheet(result, economy.classification, ()).rows[:6]
        if row.cells
    ]
    sentence = next(
        place for place, text in enumerate(rows) if "against the reference" in str(text)
    )
    assert rows.index("Whose figures.") < rows.index("What is assumed.") < sentence


def test_the_first_sheet_is_about_the_year_asked_for(result: Result, economy: Economy) -> None:
    for year, said in ((None, "2027-28"), ("2026-27", "2026-27")):
        sheet = front_sheet(result, economy.classification, ("totals",), year)
        words = " ".join(str(cell) for row in sheet.rows[:4] for cell in row.cells)
        assert f"in {said} India" in words


def test_the_chart_draws_the_change_with_its_range(book: openpyxl.Workbook, result: Result) -> None:
    [chart] = book["In words"]._charts
    assert len(chart.series) == 3
    first = chart.series[0].val.numRef.f
    head, last = first.split("!")[1].replace("$", "").split(":")
    cells = [cell[0].value for cell in book["In words"][f"{head}:{last}"]]
    totals = result.totals
    assert cells == pytest.approx(
        (totals["balance_usd_mn"] - totals["baseline_balance_usd_mn"]).tolist()
    )


def test_tables_keep_their_heads_in_view_and_read_as_numbers(
    book: openpyxl.Workbook, result: Result
) -> None:
    sheet = book["sectors"]
    assert sheet.freeze_panes == "D2" and sheet.auto_filter.ref.startswith("A1:")
    column = list(result.sectors).index("baseline_usd_mn") + 1
    cell = sheet.cell(2, column)
    assert cell.number_format == "#,##0.0"
    assert cell.value == result.sectors["baseline_usd_mn"].iloc[0]
    plain = [
        (name, sheet.cell(1, column).value)
        for name in book.sheetnames[1:]
        for sheet in (book[name],)
        for column in range(1, sheet.max_column + 1)
        for value in (sheet.cell(2, column),)
        if isinstance(value.value, float) and value.number_format == "General"
    ]
    assert plain == [], "every column of numbers has a format"


def test_without_drawn_ranges_the_file_says_so(result: Result, tmp_path: Path) -> None:
    result.to_excel(tmp_path / "result.xlsx")
    text = "\n".join(_text(openpyxl.load_workbook(tmp_path / "result.xlsx")["In words"]))
    assert "No range of the changes was drawn for this file" in text


def test_every_parameter_has_words_of_its_own(economy: Economy) -> None:
    rows = economy.parameters.rows
    said = [in_words(row) for row in rows.to_dict("records")]
    assert len(set(said)) == len(said)
    assert not any("_" in words for words in said)
    # A name that is no parameter any more has no words; a new one has those of its name at least.
    assert set(WORDS) <= set(rows["parameter"])
    assert name_in_words("nu_sps_jpn_01_05") == (
        "Barrier: food safety and plant health rules, Japan, chapters 01-05"
    )


def test_fractions_are_said_as_per_cent() -> None:
    assert amount(0.125, "AVE") == "12.5 %"
    assert amount(0.5, "share of output") == "50 %"
    assert amount(2.0, "elasticity of substitution") == "2"
    assert amount(1.2, "factor on the duty") == "1.2"
