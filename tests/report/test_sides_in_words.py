"""Give and take in the words of every face: whose rules a lever changes stands in its name."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import cepasim
from cepasim import Scenario
from cepasim.report import views
from cepasim.report.given import gives
from cepasim.report.terminal import print_page

YEAR = "2030-31"
NAMES = ["Japan's duties", "India's duties"]


@pytest.fixture(scope="module")
def result() -> cepasim.Result:
    return cepasim.simulate(cepasim.load(), Scenario.bundled("cepa-reciprocal"))


def test_the_chart_of_page_and_note_names_the_sides(result: cepasim.Result) -> None:
    bars = views.contributions(result, YEAR).bars
    assert [bar.label for bar in bars] == NAMES
    japan, india = bars
    assert japan.size > 0 > india.size
    total = result.totals.set_index("fiscal_year").loc[YEAR, "change_in_balance_usd_mn"]
    assert japan.size + india.size == pytest.approx(total, abs=1e-8)


def test_a_side_that_gives_nothing_names_no_section() -> None:
    relief = {"importer": "JPN", "select": {"section": ["XI"]}, "relief_percent": 40, "type": "all"}
    scenario = Scenario.from_dict({"name": "x", "levers": [{"ntb": relief | {"start": "2026-27"}}]})
    result = cepasim.simulate(cepasim.load(), scenario)
    assert [row[0] for row in gives(result, YEAR, "IND").rows] == ["All products"]
    [textiles, total] = gives(result, YEAR, "JPN").rows
    assert textiles[0] == "XI Textiles and garments" and textiles[1:] == total[1:]


def test_the_terminal_and_the_note_name_the_sides(
    result: cepasim.Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_page(result, "section", YEAR)
    result.brief(tmp_path / "note.html", YEAR)
    note = (tmp_path / "note.html").read_text(encoding="utf-8").replace("&#39;", "'")
    shown = capsys.readouterr().out
    for name in NAMES:
        assert name in shown and name in note


@pytest.mark.slow(seconds=2)
def test_the_workbook_holds_both_tables(tmp_path: Path) -> None:
    # Few years: a workbook is written cell by cell.
    early = Scenario.bundled("cepa-reciprocal").model_copy(update={"horizon": "2027-28"})
    cepasim.simulate(cepasim.load(), early).to_excel(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx", read_only=True)
    sides = {row[3] for row in book["contributions_by_side"].iter_rows(min_row=2, values_only=True)}
    assert sides == {"JPN", "IND"}
    assert "contributions" in book.sheetnames


def test_a_result_without_the_split_makes_it_when_asked() -> None:
    economy, scenario = cepasim.load(), Scenario.bundled("cepa-reciprocal")
    late = cepasim.simulate(economy, scenario, attribution=False)
    assert late == cepasim.simulate(economy, scenario)
    bare = late.with_contributions(late.contributions_by_side)
    assert bare.contributions.equals(late.contributions)


def test_a_batch_keeps_the_sides_where_asked(tmp_path: Path) -> None:
    scenario = Scenario.bundled("cepa-reciprocal")
    tables = ("totals", "contributions_by_side")
    found = cepasim.batch(cepasim.load(), [scenario], tables=tables).contributions_by_side
    assert set(found["side"]) == {"JPN", "IND"}
