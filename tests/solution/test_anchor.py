"""The reference in known years is what happened; after them a named variant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cepasim
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.variants import Variant, bundled_variants, variant_named
from cepasim.engines.armington import ARMINGTON, size_for
from cepasim.solution.anchor import partner_sizes
from cepasim.solution.solve import run

PUBLISHED = {
    "2024-25": {"export": 6250.0, "import": 18920.0},
    "2025-26": {"export": 6039.5, "import": 21436.9},
}
ENGINES = ("armington", "gsim", "smart")
#: Flow by flow: the market it enters.
INTO = {"export": "JPN", "import": "IND"}


def levels(economy: cepasim.Economy, engine: str = "armington", **scenario: object):
    asked = cepasim.Scenario.from_dict({"name": "reference", **scenario})
    solved = run(economy, asked, attribution=False, engine=engine)
    flows = {"export": solved.reference.exports, "import": solved.reference.imports}
    return solved, {
        flow: dict(zip(solved.labels, by_year, strict=True)) for flow, by_year in flows.items()
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_no_published_figure_is_contradicted(economy: cepasim.Economy, engine: str) -> None:
    _, flows = levels(economy, engine)
    chapters = economy.parameters.table("reference/published_chapters")
    for flow, by_year in flows.items():
        known = economy.ground.known_years[INTO[flow]]
        for row, year in enumerate(PUBLISHED):
            current = by_year[year] * known.deflator[row]
            assert current.sum() == pytest.approx(PUBLISHED[year][flow], abs=1e-6)
            here = chapters[(chapters["flow"] == flow) & (chapters["fiscal_year"] == year)]
            for published in here.itertuples():
                place = economy.chapters.index(published.hs)
                assert current[place] == pytest.approx(published.value, abs=1e-6)


def test_the_benchmark_stays_the_benchmark(economy: cepasim.Economy) -> None:
    _, flows = levels(economy)
    assert flows["export"]["2023-24"].sum() == pytest.approx(5150, rel=1e-12)
    assert flows["import"]["2023-24"].sum() == pytest.approx(17690, rel=1e-12)
    long_run, _ = levels(economy, time="long_run")
    fob = economy.markets["JPN"].fob[:, economy.markets["JPN"].partner_column]
    assert long_run.reference.exports[0] == pytest.approx(fob, rel=1e-12)


def test_no_price_moves_for_the_anchor(economy: cepasim.Economy) -> None:
    """With the schedule at rest every price stays; what moves prices are scheduled tariffs only."""
    with_anchor, _ = levels(economy)
    without, _ = levels(
        economy.with_overrides({"anchor_known_years": 0.0}), reference="constant_share"
    )
    for importer in ("JPN", "IND"):
        one, other = (
            np.log(solved.reference.markets[importer].price) for solved in (with_anchor, without)
        )
        # Scheduled steps are felt a little differently where shares differ.
        assert np.abs(one - other).max() < 0.01
        assert np.abs(one[0]).max() < 1e-12


def test_changes_scale_with_the_anchored_flow(economy: cepasim.Economy) -> None:
    relief = {
        "levers": [
            {
                "ntb": {
                    "importer": "JPN",
                    "type": "all",
                    "select": {"hs": ["87"]},
                    "relief_percent": 40,
                    "start": "2026-27",
                }
            }
        ]
    }
    found = {}
    for anchor in (1.0, 0.0):
        solved, _ = levels(economy.with_overrides({"anchor_known_years": anchor}), **relief)
        place, year = economy.chapters.index("87"), solved.labels.index("2030-31")
        before = solved.reference.exports[year, place]
        found[anchor] = (before, solved.outcome.exports[year, place] / before - 1)
    assert found[1.0][0] > 1.5 * found[0.0][0]  # cars made in India came in 2024-25
    assert found[1.0][1] == pytest.approx(found[0.0][1], rel=0.05)


def test_the_anchor_can_be_switched_off(economy: cepasim.Economy) -> None:
    off = economy.with_overrides({"anchor_known_years": 0.0})
    _, flows = levels(off, reference="constant_share")
    assert flows["import"]["2024-25"].sum() == pytest.approx(17690 * 1.06, rel=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["central", "constant_share", "history", "strong_exports"])
def test_nothing_changes_nothing_under_any_variant(
    economy: cepasim.Economy, engine: str, name: str
) -> None:
    scenario = cepasim.Scenario.from_dict({"name": "none", "reference": name})
    result = cepasim.simulate(economy, scenario, engine=engine)
    assert (result.totals["change_in_balance_usd_mn"] == 0).all()
    assert (result.sectors["change_usd_mn"] == 0).all()


def test_variants_agree_until_the_last_published_year(economy: cepasim.Economy) -> None:
    paths = {
        name: levels(economy, reference=name)[1]["import"]
        for name in ("constant_share", "history", "strong_exports")
    }
    for year in ("2023-24", "2024-25", "2025-26"):
        assert paths["history"][year] == pytest.approx(paths["constant_share"][year], rel=1e-12)
    assert paths["history"]["2035-36"].sum() < 0.9 * paths["constant_share"]["2035-36"].sum()


def test_a_variant_grows_at_its_rate_but_for_scheduled_tariffs(economy: cepasim.Economy) -> None:
    _, flows = levels(economy, reference="history")
    _, constant = levels(economy, reference="constant_share")
    for years, flow, ratio in ((5, "import", 1.039 / 1.06), (5, "export", 1.005 / 1.008)):
        held = flows[flow]["2030-31"].sum() / constant[flow]["2030-31"].sum()
        assert held == pytest.approx(ratio**years, rel=2e-3)


def test_growth_of_demand_moves_the_pair_with_its_market(economy: cepasim.Economy) -> None:
    """A draw or an override of demand growth moves assumed years and no known one."""
    faster = economy.with_overrides({"real_demand_growth_ind": 0.08})
    _, slow = levels(economy)
    _, fast = levels(faster)
    assert fast["import"]["2025-26"].sum() == pytest.approx(slow["import"]["2025-26"].sum())
    ratio = fast["import"]["2030-31"].sum() / slow["import"]["2030-31"].sum()
    assert ratio == pytest.approx((1.08 / 1.06) ** 5, rel=1e-3)


@pytest.mark.slow(seconds=1)
def test_what_is_published_later_moves_no_earlier_year(
    economy: cepasim.Economy, tmp_path: Path
) -> None:
    (tmp_path / "reference").mkdir()
    table = economy.parameters.table("reference/published_totals")
    last = table["fiscal_year"] == "2025-26"
    table.loc[last, ["value", "low", "high"]] *= 1.1
    table.to_csv(tmp_path / "reference" / "published_totals.csv", index=False)
    _, before = levels(economy)
    _, after = levels(cepasim.load(tmp_path))
    for flow in INTO:
        for year in ("2023-24", "2024-25"):
            assert after[flow][year] == pytest.approx(before[flow][year], rel=1e-12)
        grown = after[flow]["2030-31"].sum() / before[flow]["2030-31"].sum()
        assert grown == pytest.approx(1.1, rel=1e-3)


@pytest.mark.slow(seconds=1)
def test_a_year_that_a_user_adds_is_known(economy: cepasim.Economy, tmp_path: Path) -> None:
    """Another published year needs a row for each flow and a deflator; chapters follow."""
    (tmp_path / "reference").mkdir()
    totals = economy.parameters.table("reference/published_totals")
    new = totals[totals["fiscal_year"] == "2025-26"].assign(
        fiscal_year="2026-27", status="published"
    )
    new["value"] = new["low"] = new["high"] = [6500.0, 22000.0]
    deflator = economy.parameters.table("reference/deflator")
    price = deflator[deflator["fiscal_year"] == "2025-26"].assign(fiscal_year="2026-27")
    for name, table, rows in (("published_totals", totals, new), ("deflator", deflator, price)):
        longer = pd.concat([table, rows], ignore_index=True)
        longer.to_csv(tmp_path / "reference" / f"{name}.csv", index=False)
    path = cepasim.reference(cepasim.load(tmp_path))
    row = path[(path["fiscal_year"] == "2026-27") & (path["hs"] == "total")].set_index("flow")
    assert row["published_usd_mn"].tolist() == [6500.0, 22000.0]
    assert set(row["status"]) == {"published"}
    later = path[(path["fiscal_year"] == "2027-28") & (path["hs"] == "total")]
    assert set(later["status"]) == {"assumed"}


def test_a_horizon_of_2045_46_runs(economy: cepasim.Economy) -> None:
    package = cepasim.Scenario.bundled("full-package").to_dict() | {"horizon": "2045-46"}
    result = cepasim.simulate(economy, cepasim.Scenario.from_dict(package))
    short = cepasim.simulate(economy, cepasim.Scenario.bundled("full-package"))
    assert result.fiscal_years[-1] == "2045-46"
    same = result.totals.iloc[: len(short.totals)]
    assert same["change_in_balance_usd_mn"].to_numpy() == pytest.approx(
        short.totals["change_in_balance_usd_mn"].to_numpy(), rel=1e-9
    )


HEAD = (
    "variant,flow,group,from_year,value,low,high,unit,fades_to,half_life,grade,year,source,note\n"
)


def growth_file(folder: Path, *rows: str) -> str:
    path = folder / "mine.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def test_a_file_of_the_users_is_a_variant(economy: cepasim.Economy, tmp_path: Path) -> None:
    row = "mine,export,{},2026-27,{},{},{},percent a year,,,D,2026-27,my own view,"
    file = growth_file(tmp_path, row.format("all", 2, 1, 3), row.format("87", 10, 5, 15))
    _, flows = levels(economy, reference=file)
    _, constant = levels(economy, reference="constant_share")
    place = economy.chapters.index("87")
    year = "2030-31"
    cars = flows["export"][year][place] / constant["export"][year][place]
    assert cars == pytest.approx((1.10 / 1.008) ** 5, rel=1e-2)
    assert flows["import"][year].sum() == pytest.approx(constant["import"][year].sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["mine,export,all,2026-27,fast,0,3,percent a year,,,D,2026-27,own,"], ":2: value: 'fast'"),
        (["mine,export,XXX,2026-27,1,0,3,percent a year,,,D,2026-27,own,"], ":2: group: 'XXX'"),
        (["mine,export,all,2026-27,9,0,3,percent a year,,,D,2026-27,own,"], ":2: low, high"),
        (["mine,export,all,2026-27,1,0,3,percent a year,2,,D,2026-27,own,"], ":2: half_life"),
        (
            [
                "mine,export,all,2026-27,1,0,3,percent a year,,,D,2026-27,own,",
                "other,export,all,2026-27,1,0,3,percent a year,,,D,2026-27,own,",
            ],
            "variant: 'mine, other'",
        ),
    ],
)
def test_a_wrong_file_is_reported_with_its_line(
    economy: cepasim.Economy, tmp_path: Path, rows: list[str], said: str
) -> None:
    file = growth_file(tmp_path, *rows)
    with pytest.raises(cepasim.InputError) as error:
        levels(economy, reference=file)
    assert f"{file}{said}" in str(error.value) or said in str(error.value)
    assert file in str(error.value)


def test_an_unknown_variant_names_those_there_are(economy: cepasim.Economy) -> None:
    with pytest.raises(cepasim.InputError, match="did you mean .?constant_share"):
        levels(economy, reference="constant-share")
    with pytest.raises(cepasim.InputError, match="an existing CSV file"):
        levels(economy, reference="nowhere.csv")


@settings(max_examples=25, deadline=None)
@given(
    value=st.floats(-10, 15),
    fades=st.floats(-5, 10),
    half=st.floats(0.5, 10),
    start=st.integers(2026, 2032),
)
def test_a_fading_rate_lies_between_its_ends(
    economy: cepasim.Economy, value: float, fades: float, half: float, start: int
) -> None:
    from cepasim.economy.variants import GrowthRule

    rule = GrowthRule("export", frozenset(), start, value, value - 1, value + 1, fades, half)
    years = np.arange(2026, 2046)
    variant = Variant("any", (rule,))
    growth = variant.growth("export", ("01", "87"), years, 0.0, "value")
    assert (growth[years < start] == 0).all()
    later = growth[years >= start, 0]
    assert later[0] == pytest.approx(value)
    low, high = sorted((value, fades))
    assert (later >= low - 1e-9).all() and (later <= high + 1e-9).all()
    assert (np.diff(np.abs(later - fades)) <= 1e-9).all()


def test_every_bundled_variant_can_be_opened(economy: cepasim.Economy) -> None:
    known = bundled_variants(economy.parameters, economy.classification)
    assert {"central", "constant_share", "history", "strong_exports"} <= set(known)
    for name in known:
        assert variant_named(name, known, economy.classification).name == name


def test_sizes_found_at_once_are_those_that_rounds_of_solving_find(
    economy: cepasim.Economy,
) -> None:
    """The closed form of the default engine and the way of all others meet the same flows."""
    variant = bundled_variants(economy.parameters, economy.classification)["central"]
    years = np.arange(2023, 2036)
    uncertainty = Uncertainty.of(economy)
    for scores in uncertainty.scores(0, 4, 7):
        drawn = uncertainty.economy(economy, scores)
        at_once, in_rounds = (
            partner_sizes(replace(ARMINGTON, size_for=way), drawn, variant, years)
            for way in (ARMINGTON.size_for, None)
        )
        for importer, sizes in at_once.items():
            assert sizes == pytest.approx(in_rounds[importer], rel=1e-11)


def test_a_flow_without_a_closed_form_is_met_in_rounds(economy: cepasim.Economy) -> None:
    """An engine that does not know the size somewhere is asked again and again everywhere."""
    variant = bundled_variants(economy.parameters, economy.classification)["central"]
    years = np.arange(2023, 2027)

    def lost(*given: Any) -> np.ndarray:
        found = size_for(*given)
        found[0, 5] = np.nan
        return found

    half, whole = (
        partner_sizes(replace(ARMINGTON, size_for=way), economy, variant, years)
        for way in (lost, size_for)
    )
    for importer in whole:
        assert half[importer] == pytest.approx(whole[importer], rel=1e-11)
