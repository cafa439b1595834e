"""No level of an assumed year is printed without its range, on any face."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import cepasim
from cepasim.core import numbers
from cepasim.core.digits import place_of_column
from cepasim.report import compared, terminal, views
from cepasim.report.levels import range_of, range_of_mn
from cepasim.tables.names import LEVELS, Level
from cepasim.ui.pages import sectors
from cepasim.ui.pages.path import path_in_words
from tests.as_read import as_read

YEAR = "2035-36"


@pytest.fixture(scope="module")
def relief(economy: cepasim.Economy) -> cepasim.Result:
    return cepasim.simulate(economy, cepasim.Scenario.bundled("ntb-relief"))


def totals_of(result: cepasim.Result, year: str = YEAR) -> dict[str, float]:
    [row] = result.totals[result.totals["fiscal_year"] == year].to_dict("records")
    return row


def test_ranges_are_written_from_low_to_high() -> None:
    assert numbers.span(3430.0, 8230.0) == "3.43–8.23"
    assert numbers.span(-27880.0, -9650.0) == "−27.88 to −9.65"


def test_the_scenarios_level_is_as_uncertain_as_the_references(relief: cepasim.Result) -> None:
    row = totals_of(relief)
    low, high = (row[f"baseline_exports_{end}_usd_mn"] for end in ("low", "high"))
    moved = row["exports_usd_mn"] - row["baseline_exports_usd_mn"]
    assert moved > 100
    assert range_of(row, "exports") == numbers.span(low, high)
    assert range_of(row, "exports", scenario=True) == numbers.span(low + moved, high + moved)
    assert range_of(totals_of(relief, "2023-24"), "exports") == ""


def test_the_terminal_prints_the_range_beside_every_level(relief: cepasim.Result) -> None:
    text = terminal.text(relief, "section", YEAR)
    for item in ("exports", "imports", "balance"):
        assert f"[{range_of(totals_of(relief), item)}]".replace("−", "-") in text
    years = [line for line in text.splitlines() if line.strip().startswith("20")]
    path = [line for line in years if line.strip()[:7] in relief.fiscal_years]
    assert sum("[" in line for line in path) == len(relief.fiscal_years) - 1  # not the benchmark


def test_the_cards_say_it_and_so_does_the_chart(relief: cepasim.Result) -> None:
    cards = views.headline(views.total_row(relief, YEAR), YEAR).cards
    for card, item in zip(cards, ("balance", "exports", "imports"), strict=True):
        level = range_of(totals_of(relief), item, scenario=True)
        assert f"90 % range of the level {level} bn" in str(card)
    assert range_of(totals_of(relief), "balance") in path_in_words(relief, "balance", "2013-14")


def test_the_note_says_it(relief: cepasim.Result, tmp_path: Path) -> None:
    relief.brief(tmp_path / "note.html", YEAR)
    said = as_read(tmp_path / "note.html")
    assert range_of(totals_of(relief), "balance", scenario=True) in said
    assert "90 % range of the level" in said
    assert "Read changes against the reference; the levels themselves are uncertain" in said


@pytest.mark.slow(seconds=2)
def test_the_workbook_says_it(economy: cepasim.Economy, tmp_path: Path) -> None:
    # Few years: a workbook is written cell by cell.
    early = cepasim.Scenario.bundled("ntb-relief").model_copy(update={"horizon": "2026-27"})
    cepasim.simulate(economy, early).to_excel(tmp_path / "result.xlsx")
    head = pd.read_excel(tmp_path / "result.xlsx", sheet_name="totals", nrows=1)
    for item in ("exports", "imports", "balance"):
        for end in ("low", "high"):
            assert f"baseline_{item}_{end}_usd_mn" in head.columns
    # Its cells as they are stored: reading every sheet takes longer than writing it.
    with zipfile.ZipFile(tmp_path / "result.xlsx") as book:
        stored = b"".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
    assert b"Read changes against the reference" in stored


#: Columns that hold a level of the reference, and the ends of its range.
LEVEL = re.compile(r"baseline_(exports_|imports_|balance_)?usd_mn")


@pytest.mark.parametrize("level", LEVELS)
def test_every_table_with_a_level_of_an_assumed_year_has_its_range(
    relief: cepasim.Result, level: Level
) -> None:
    tables = {**relief.frames(by=level), "by": relief.by(level)}
    with_levels = [
        name for name, table in tables.items() if any(map(LEVEL.fullmatch, table.columns))
    ]
    assert with_levels == ["totals", "sectors", f"by_{level}", "by"]
    for name in with_levels:
        table = tables[name]
        assumed = table[table["fiscal_year"] > "2025-26"]
        for column in filter(LEVEL.fullmatch, table.columns):
            low, high = (
                assumed[column.replace("usd_mn", f"{end}_usd_mn")] for end in ("low", "high")
            )
            traded = assumed[column] != 0
            assert traded.any()
            assert (low[traded] < assumed.loc[traded, column]).all(), (name, column)
            assert (high[traded] > assumed.loc[traded, column]).all(), (name, column)


@pytest.mark.parametrize("level", LEVELS)
def test_the_terminal_prints_a_range_beside_every_sectors_level(
    relief: cepasim.Result, level: Level
) -> None:
    text = terminal.text(relief, level, YEAR)
    rows = text.split("By ")[-1].split("Fiscal year")[0].splitlines()
    printed = "\n".join(rows)
    traded = 0
    table = relief.balance(level, YEAR)
    for row in table.to_dict("records"):
        for flow in ("exports", "imports"):
            if level := row[f"baseline_{flow}_usd_mn"]:
                place = place_of_column([table[f"baseline_{flow}_usd_mn"].sum()])  # of the total
                said = f"{numbers.millions(level, place=place)} +"
                said += f"{re.escape(range_of_mn(row, flow))} "
                assert re.search(said, printed), (row["name"], flow)
                traded += 1
    assert traded > 1
    assert "…" not in "".join(re.findall(r"[\d,–]+…", printed))
    assert "scen." not in printed


def test_a_group_is_as_uncertain_as_what_it_holds(relief: cepasim.Result) -> None:
    """The total's range is that of totals; a section of one chapter errs as the chapter does."""
    totals, summed = totals_of(relief), relief.balance("total", YEAR).iloc[0]
    for item in ("exports", "imports", "balance"):
        for end in ("low", "high"):
            column = f"baseline_{item}_{end}_usd_mn"
            assert summed[column] == pytest.approx(totals[column])
    ends = ["baseline_low_usd_mn", "baseline_high_usd_mn"]
    for year in ("2025-26", YEAR):
        chapters = relief.by("chapter", year).set_index(["flow", "hs"])[ends]
        sections = relief.by("section", year).set_index(["flow", "section"])[ends]
        of_sectors = relief.sectors.query("fiscal_year == @year").set_index(["flow", "hs"])[ends]
        pd.testing.assert_frame_equal(chapters, of_sectors.loc[chapters.index])
        assert list(sections.loc[("export", "XIV")]) == pytest.approx(
            list(chapters.loc[("export", "71")])
        )
        wide = chapters.loc["export"].loc[["61", "62", "63"]].sum()
        assert wide[ends[0]] < sections.loc[("export", "XI"), ends[1]]


def test_estimates_of_a_known_year_partly_cancel_within_a_section(relief: cepasim.Result) -> None:
    ends = ["baseline_usd_mn", "baseline_low_usd_mn", "baseline_high_usd_mn"]
    section = relief.by("section", "2023-24").set_index(["flow", "section"]).loc[("export", "IV")]
    chapters = relief.by("chapter", "2023-24").set_index(["flow", "hs"]).loc["export"]
    value, low, high = chapters.loc[[f"{hs}" for hs in range(16, 25)], ends].to_numpy(float).T
    assert section[ends[1]] == pytest.approx(value.sum() - ((value - low) ** 2).sum() ** 0.5)
    assert section[ends[2]] == pytest.approx(value.sum() + ((high - value) ** 2).sum() ** 0.5)


def test_one_cell_and_one_line_say_it(relief: cepasim.Result) -> None:
    cell = relief.sectors.query("fiscal_year == @YEAR and flow == 'export' and hs == '61'").iloc[0]
    around = numbers.span_mn(cell["baseline_low_usd_mn"], cell["baseline_high_usd_mn"])
    said = relief.explain("export", "61", YEAR).text
    assert f"in the reference (90 % range of the level {around})" in said
    line = range_of(totals_of(relief), "balance", scenario=True).replace("−", "-")
    assert f"90 % range of the level {line}" in repr(relief)


def test_the_pages_say_it(relief: cepasim.Result) -> None:
    for level in ("chapter", "section", "window"):
        frame = views.sector_frame(relief, level, YEAR)
        for flow in ("exports", "imports"):
            traded = frame[f"baseline_{flow}_usd_mn"] != 0
            assert (frame.loc[traded, f"{flow}_range"] != "").all()
            shown = sectors._columns(frame)
            assert shown.index(f"{flow}_range") == shown.index(f"baseline_{flow}_usd_mn") + 1
    table = compared.changes_table({"one": relief, "two": relief}, None, YEAR, 0)
    for item in ("exports", "imports", "balance"):
        said = range_of_mn(totals_of(relief), item, scenario=True)
        assert sum(said in str(cell) for row in table.rows for cell in row) == 2


def test_the_path_of_the_note_says_it_for_both_flows(
    relief: cepasim.Result, tmp_path: Path
) -> None:
    relief.brief(tmp_path / "note.html", YEAR)
    said = as_read(tmp_path / "note.html")
    for year in ("2026-27", "2032-33", YEAR):
        for item in ("exports", "imports", "balance"):
            assert f"[{range_of(totals_of(relief, year), item, scenario=True)}]" in said


def test_a_note_says_how_uncertain_single_sections_are(relief: cepasim.Result) -> None:
    [note] = [note for note in relief.notes if note.startswith("Read changes")]
    exports, imports = re.findall(r"(\d[\d.]*) to (\d[\d.]*) times what is shown", note)
    for low, high in (exports, imports):
        assert 0 < float(low) < 0.5 and float(high) > 2
    assert "2024-25 is final, 2025-26 is provisional" in note


def test_comparative_statics_have_no_assumed_level(economy: cepasim.Economy) -> None:
    asked = cepasim.Scenario.bundled("ntb-relief").model_copy(update={"time": "long_run"})
    result = cepasim.simulate(economy, asked)
    assert not any("levels are uncertain" in note for note in result.notes)
    assert range_of(totals_of(result, "2023-24"), "exports") == ""
