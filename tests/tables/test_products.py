"""Results by product: rows, sums, names, notes, workbook and note know what a product is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.core.language import language
from cepasim.core.numbers import mn
from cepasim.report import brief, html, views
from cepasim.report.product_views import product_movers
from cepasim.report.views import cell_in_words
from cepasim.tables.sums import by_chapter_where_long

YEAR = "2030-31"
CUT = {
    "tariff": {
        "importer": "JPN",
        "select": {"hs": ["64", "42"]},
        "cut": "eliminate",
        "start": "2026-27",
    }
}


@pytest.fixture(scope="module")
def shoes(economy: Economy) -> Economy:
    return economy.refine(["64"])


@pytest.fixture(scope="module")
def result(shoes: Economy) -> Result:
    return cepasim.simulate(shoes, Scenario.from_dict({"name": "shoes", "levers": [CUT]}))


def test_products_sum_to_chapters_sections_and_totals(result: Result) -> None:
    products, chapters = result.by("product", YEAR), result.by("chapter", YEAR)
    assert {"640399", "42"} <= set(products["hs"]) and "640399" not in set(chapters["hs"])
    shoes = products[products["hs"].str.startswith("64")].groupby("flow")["scenario_usd_mn"].sum()
    whole = chapters[chapters["hs"] == "64"].set_index("flow")["scenario_usd_mn"]
    np.testing.assert_allclose(shoes, whole.loc[shoes.index], rtol=1e-12)
    assert set(result.balance("section", YEAR)["section"]) >= {"XII", "none"}
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    assert result.balance("chapter", YEAR)["exports_usd_mn"].sum() == pytest.approx(
        totals["exports_usd_mn"]
    )
    assert (products["grade"].dropna().isin(list("ABCD"))).all()


def test_who_loses_and_what_each_lever_does_add_up_by_product(result: Result) -> None:
    parts = result.displacement.groupby(["fiscal_year", "flow", "hs"])["change_usd_mn"].sum()
    cells = result.sectors.set_index(["fiscal_year", "flow", "hs"])["change_usd_mn"]
    np.testing.assert_allclose(parts.loc[cells.index], cells, atol=1e-8)
    split = result.contributions
    inside = split[split["hs"] != "total"].groupby("fiscal_year")["exports_usd_mn"].sum()
    whole = split[split["hs"] == "total"].groupby("fiscal_year")["exports_usd_mn"].sum()
    np.testing.assert_allclose(inside, whole, atol=1e-9)


def test_a_product_is_explained_and_has_a_name(result: Result) -> None:
    text = result.explain("export", "640399", YEAR).text
    assert "640399" in text and "footwear" in text.lower()
    with pytest.raises(cepasim.InputError, match="a code of the result"):
        result.explain("export", "64", YEAR)
    assumed = result.sectors[result.sectors["baseline_low_usd_mn"].isna()]
    assert set(assumed["grade"]) == {"D"} and assumed["hs"].str.startswith("64").all()


def test_what_is_left_of_a_chapter_says_so(economy: Economy) -> None:
    cars = economy.with_products(["8703"])
    assert cars.name("87").endswith("(the rest)") and not cars.name("8703").endswith("(the rest)")
    result = cepasim.simulate(cars, Scenario.from_dict({"name": "none"}))
    names = result.by("product", YEAR).set_index(["flow", "hs"])["name"]
    assert names["export", "87"].endswith("(the rest)")
    assert (
        not result.by("chapter", YEAR)
        .set_index(["flow", "hs"])["name"]["export", "87"]
        .endswith("(the rest)")
    )


def test_the_result_says_what_is_assumed_and_what_chapters_would_say(
    result: Result, economy: Economy
) -> None:
    [assumed] = [note for note in result.notes if "by assumption (grade D)" in note]
    assert "100 % of its imports from Japan" in assumed
    [levels] = [note for note in result.notes if "by chapter they would change by" in note]
    by_chapter = (
        cepasim.simulate(economy, result.scenario).totals.set_index("fiscal_year").loc[YEAR]
    )
    change = by_chapter["exports_usd_mn"] - by_chapter["baseline_exports_usd_mn"]
    assert f"{mn(change, signed=True)} and" in levels
    assert not any("by assumption" in n for n in cepasim.simulate(economy, result.scenario).notes)


@pytest.mark.slow(seconds=2)
def test_a_workbook_sums_what_is_too_long_for_a_sheet(
    result: Result, shoes: Economy, tmp_path: Path
) -> None:
    frames = result.frames()
    summed, said = by_chapter_where_long(frames, 1000)
    assert said == (
        "Sheet displacement: summed to chapters",
        "Sheet contributions: summed to chapters",
        "Sheet contributions_by_side: summed to chapters",
    )
    assert summed["displacement"]["hs"].str.len().max() == 2
    assert summed["displacement"]["change_usd_mn"].sum() == pytest.approx(
        frames["displacement"]["change_usd_mn"].sum()
    )
    assert "total" in set(summed["contributions"]["hs"])
    assert by_chapter_where_long(frames)[1] == ()
    # Few years: a workbook is written cell by cell.
    early = Scenario.from_dict({"name": "shoes", "horizon": "2026-27", "levers": [CUT]})
    cepasim.simulate(shoes, early).to_excel(tmp_path / "shoes.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "shoes.xlsx", read_only=True)["sectors"]
    codes = {row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert "640399" in codes


def test_a_note_is_written_of_products(result: Result, tmp_path: Path) -> None:
    result.brief(tmp_path / "note.html")
    assert "640" in (tmp_path / "note.html").read_text(encoding="utf-8")


def test_levels_of_the_reference_agree(shoes: Economy, economy: Economy) -> None:
    """Known years are what was published at either level."""
    nothing = Scenario.from_dict({"name": "none"})
    fine, coarse = (cepasim.simulate(one, nothing).by("chapter") for one in (shoes, economy))
    known = fine["fiscal_year"] <= "2025-26"
    pd.testing.assert_frame_equal(
        fine[known].drop(columns=["grade", "name"]),
        coarse[known].drop(columns=["grade", "name"]),
        rtol=1e-9,
        atol=1e-9,
    )


def test_the_note_shows_the_products_that_move_most(result: Result, economy: Economy) -> None:
    table = product_movers(result, YEAR, shown=5)
    assert table is not None and len(table.rows) == 5
    moved = result.by("product", YEAR).set_index("hs")
    largest = moved[moved.index.str.startswith("64")]["change_usd_mn"].abs().idxmax()
    assert str(table.rows[0][0]).startswith(f"{largest} ")
    text = html.page(brief.document(result, economy.classification, YEAR))
    assert "Products that move most" in text and largest in text
    chapters = cepasim.simulate(economy, result.scenario, attribution=False)
    assert product_movers(chapters, YEAR) is None
    # What bars show is what their heading says.
    assert views.movers(result, YEAR, "export").sub.endswith("HS chapters and products")
    assert views.movers(chapters, YEAR, "export").sub.endswith("HS chapters")


def test_what_is_left_of_a_group_is_named_in_the_language_of_the_reader(result: Result) -> None:
    cell = result.sectors.iloc[0].to_dict()
    assert "Footwear (the rest)" in cell_in_words(cell, "Footwear (the rest)")
    with language("ja"):
        said = cell_in_words(cell, "Footwear (the rest)")
    assert "履物" in said and "（残り）" in said and "the rest" not in said


def test_jobs_of_products_are_those_of_their_chapters_ratio(result: Result) -> None:
    """The range's ends are by chapter; sales displaced are those of the displacement."""
    lost = result.displacement
    lost = lost[(lost["flow"] == "import") & (lost["source"] == "domestic")]
    by_year = -lost.groupby("fiscal_year", sort=False)["change_usd_mn"].sum()
    rows = result.jobs[result.jobs["cause"] == "imports"].set_index("fiscal_year")
    np.testing.assert_allclose(rows["sales_usd_mn"], by_year, atol=1e-9)
    ends = result.jobs[["jobs_low", "jobs", "jobs_high"]].to_numpy(float)
    assert (np.diff(np.sign(ends[:, :1]) * ends, axis=1) >= 0).all()
