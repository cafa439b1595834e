"""A folder whose base is another year: what moves with it, and what a run on it says."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copyfile

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim.calibrate.benchmark.own_evidence import BEGINS, EQUAL
from cepasim.calibrate.own_figures.given import CELLS, Given
from cepasim.calibrate.own_figures.moving import Move
from cepasim.calibrate.own_figures.rebase import Rebasing
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.params.copying import copy_folder
from cepasim.params.loading import read_parameters
from cepasim.params.parameters import check_folder
from cepasim.report import brief, front_sheet, html, terminal
from cepasim.report.terminal_ranges import ranges_text
from cepasim.studies.advice.columns import PRODUCT_LIST
from cepasim.studies.engine_comparison import Comparison
from cepasim.studies.reference_text import path_text
from cepasim.studies.tariff_lines import LINES
from cepasim.tables.schema import TABLES

YEAR = "2024-25"
FISH = 555.5
NOTHING = pd.DataFrame({"hs6": pd.Series(dtype=str), "value": [], "source": pd.Series(dtype=str)})


def nothing(period: str, rows: list[tuple[str, ...]] = []) -> Given:  # noqa: B006  # read only
    return Given(period, pd.DataFrame(rows, columns=list(CELLS)), NOTHING, ())


def moved(economy: Economy, folder: Path, given: Given) -> Economy:
    copy_folder(economy.parameters, folder)
    Rebasing(folder, economy, Move.to(given.year, economy.parameters), given).write()
    return Economy.build(read_parameters(folder))


@pytest.fixture(scope="module")
def later(economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> tuple[Economy, Path]:
    """The base moved to 2024-25, with a chapter of the user's."""
    folder = tmp_path_factory.mktemp("later") / "params"
    fish = ("JPN", "IND", "03", EQUAL, FISH, f"{BEGINS}fish.csv")
    return moved(economy, folder, nothing(YEAR, [fish])), folder  # type: ignore[list-item]


@pytest.mark.slow(seconds=1)
def test_the_base_itself_with_its_own_figures_changes_nothing(
    economy: Economy, tmp_path: Path
) -> None:
    folder, same = tmp_path / "params", economy.base_year
    copy_folder(economy.parameters, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    rows = [
        (importer, exporter, row["hs"], EQUAL, row["value"], row["source"])
        for importer, exporter, flow in (("JPN", "IND", "export"), ("IND", "JPN", "import"))
        for row in economy.bilateral[economy.bilateral["flow"] == flow].to_dict("records")
    ]
    move = Move.to(same, economy.parameters)
    assert move.stays and move.growth({same: 3.0}) == 1.0
    Rebasing(folder, economy, move, nothing(same)).write()
    assert {path: path.read_bytes() for path in before} == before
    Rebasing(folder, economy, move, nothing(same, rows)).write()  # type: ignore[arg-type]
    again = Economy.build(read_parameters(folder))
    for importer, market in economy.markets.items():
        np.testing.assert_array_equal(again.markets[importer].cif, market.cif)
        np.testing.assert_array_equal(again.markets[importer].fob, market.fob)


@pytest.mark.slow(seconds=1)
def test_totals_are_those_published_and_the_user_s_chapter_is_held(
    economy: Economy, later: tuple[Economy, Path]
) -> None:
    after = later[0]
    trade = after.bilateral.set_index(["flow", "hs"])
    assert trade.loc[("export", "03"), "value"] == FISH
    assert trade.loc[("export", "03"), ["grade", "low", "high"]].to_list() == ["A", FISH, FISH]
    assert trade["value"].groupby("flow").sum().to_dict() == pytest.approx(
        {"export": 6250.0, "import": 18920.0}, abs=1e-4
    )
    world = after.parameters.table("history/world")
    published = world[(world["fiscal_year"] == YEAR) & (world["flow"] == "import")]
    by_chapter = published.set_index("hs")["value"].reindex(after.chapters).to_numpy()
    found = after.markets["IND"].cif.sum(axis=1)
    assert np.abs(found - by_chapter).max() <= 0.01 * by_chapter.max()
    assert found.sum() == pytest.approx(by_chapter.sum(), rel=1e-4)


@pytest.mark.slow(seconds=0.7)
def test_years_prices_and_stages_move_with_the_base(
    economy: Economy, later: tuple[Economy, Path]
) -> None:
    after = later[0]
    assert (after.base_year, after.price_year) == (YEAR, YEAR)
    value, old = after.parameters.value, economy.parameters.value
    prices = after.parameters.table("reference/deflator").set_index("fiscal_year")["value"]
    assert prices[YEAR] == 1.0 and prices["2023-24"] == pytest.approx(1 / 1.016, abs=1e-6)
    assert value("jobs_per_usd_mn") == pytest.approx(old("jobs_per_usd_mn") / 1.016)
    assert value("roll_back_share_eu27") == pytest.approx(7 / 9, abs=1e-6)
    assert value("b15_remaining_steps") == 2
    # The same rates in every year that both have.
    years = np.arange(2024, 2030)
    for source in ("IND", "CHN", "VNM"):
        ours, theirs = (
            one.markets["JPN"].schedule.line_rates(source, years) for one in (economy, after)
        )
        np.testing.assert_allclose(theirs, ours, atol=2e-7)
    for source in ("AUS", "ARE", "EU27"):
        ours, theirs = (
            one.markets["IND"].schedule.line_rates(source, years) for one in (economy, after)
        )
        np.testing.assert_allclose(theirs, ours, atol=1e-9)


@pytest.fixture(scope="module")
def answers(later: tuple[Economy, Path]) -> dict[str, cepasim.Result]:
    names = ("full-package", "ntb-relief", "fund-2bn", "cepa-reciprocal")
    return {
        name: cepasim.simulate(later[0], cepasim.Scenario.bundled(name), attribution=False)
        for name in names
    }


def test_runs_begin_in_the_base_and_meet_its_totals(
    answers: dict[str, cepasim.Result], economy: Economy
) -> None:
    for name, result in answers.items():
        totals = result.totals
        first = totals.iloc[0]
        assert first["fiscal_year"] == YEAR
        assert any(f"every amount is in US$ of {YEAR}" in str(one) for one in result.notes)
        assert first["baseline_exports_usd_mn"] == pytest.approx(6250.0, rel=1e-6)
        assert first["baseline_imports_usd_mn"] == pytest.approx(18920.0, rel=1e-6)
        bundled = cepasim.simulate(economy, cepasim.Scenario.bundled(name), attribution=False)
        ours, theirs = (
            one.set_index("fiscal_year")["change_in_balance_usd_mn"]["2030-31"]
            for one in (bundled.totals, totals)
        )
        assert theirs == pytest.approx(ours, rel=0.25), name


#: The years that the model was checked against; they do not move with the base.
HISTORY = "from 2013-14 to 2023-24 nobody measured"


@pytest.mark.slow(seconds=0.7)
def test_no_text_of_a_result_names_the_bundled_year(answers: dict[str, cepasim.Result]) -> None:
    result, year = answers["fund-2bn"], "2030-31"
    sheet = front_sheet.front_sheet(result, result._classification, ("totals", "notes"))
    said = {
        "headline": result.headline(year),
        "note": html.page(brief.document(result, result._classification, year)),
        "first sheet": " ".join(str(cell) for row in sheet.rows for cell in row.cells),
        "terminal": terminal.text(result, "section", year),
        "notes": " ".join(str(note) for note in result.notes),
    }
    # Marks of a page stand between words and years, too.
    plain = {name: re.sub(r"</?span[^>]*>", "", text) for name, text in said.items()}
    said = {name: " ".join(text.split()).replace(HISTORY, "") for name, text in plain.items()}
    assert {name for name, text in said.items() if "2023-24" in text} == set()
    assert {name for name, text in said.items() if f"of {YEAR}" in text} >= {"note", "terminal"}


def test_columns_name_the_years_of_their_parameters(later: tuple[Economy, Path]) -> None:
    economy = later[0]
    listed = [*TABLES.values(), LINES, PRODUCT_LIST]
    columns = [column for table in listed for column in table.columns]
    assert not [one for one in columns if "2023" in f"{one.unit} {one.meaning}"]
    described = {one.name: one.described(economy.base_year, economy.price_year) for one in columns}
    assert described["gain_usd_mn"][0] == f"US$ million of {YEAR}"
    assert described["base_percent"][1].startswith(f"rate of the partner in {YEAR};")


def test_studies_in_words_name_it_too(later: tuple[Economy, Path]) -> None:
    short = {"name": "reference", "horizon": "2025-26"}
    drawn = cepasim.monte_carlo(later[0], cepasim.Scenario.from_dict(short), draws=2)
    assert f"US$ billion of {YEAR}" in ranges_text(drawn)
    assert f"US$ billion of {YEAR};" in path_text(cepasim.reference(later[0]), "central", YEAR)
    changes = ("exports", "imports", "balance", "welfare_japan", "welfare_india")
    columns = ["engine", "horizon", "refused", *(f"change_in_{one}_usd_mn" for one in changes)]
    no_engine, no_step = pd.DataFrame(columns=columns), pd.DataFrame(columns=["towards"])
    engines = Comparison(drawn.scenario, no_engine, no_step, later[0].price_year)
    assert f"US$ million of {YEAR} (balance" in str(engines)
    with pytest.raises(InputError, match=f"US. million of {YEAR} a year"):
        cepasim.triggers(later[0], cepasim.Scenario.bundled("fund-2bn"), {"IND:72": -1.0})


def test_a_lever_may_not_start_in_the_base(later: tuple[Economy, Path]) -> None:
    lever = {"withdraw": {"importer": "IND", "select": {"hs": ["39"]}, "start": YEAR}}
    asked = cepasim.Scenario.from_dict({"name": "early", "levers": [lever]})
    with pytest.raises(InputError, match="from 2025-26"):
        cepasim.simulate(later[0], asked)
    with pytest.raises(InputError, match="from 2025-26"):
        cepasim.Scenario.from_dict(
            {"name": "early", "levers": [lever]}, parameters=later[0].parameters
        )


def test_a_calendar_year_stands_for_the_fiscal_year_that_begins_in_it(
    economy: Economy,
) -> None:
    move = Move.to("2024", economy.parameters)
    assert (move.new, move.counted) == (YEAR, "2024")
    assert move.growth({"2023-24": 1.0, YEAR: 3.0}) == 2.5
    assert move.growth({"2023": 1.0, "2024": 3.0}) == 2.0
    assert move.growth({"2023": 1.0}) is None


@pytest.mark.slow(seconds=2)
def test_the_last_published_year_can_be_the_base(economy: Economy, tmp_path: Path) -> None:
    after = moved(economy, tmp_path / "params", nothing("2025-26"))
    assert after.ground.known_years["JPN"].years == ()
    # Products of a year that the bundled table lacks, and duties of 2023-24 that nobody needs.
    overlay = tmp_path / "overlay"
    for name in ("macro/base_year", "tariffs/india_lines", "trade/india_exports_japan_hs6"):
        (overlay / name).parent.mkdir(parents=True, exist_ok=True)
        copyfile(tmp_path / "params" / f"{name}.csv", overlay / f"{name}.csv")
    found = [one for one in check_folder(overlay) if "sum to no more" not in one.allowed]
    assert not found


def test_a_year_without_prices_or_totals_is_refused(economy: Economy, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2025-26"):
        moved(economy, tmp_path / "params", nothing("2027-28"))
