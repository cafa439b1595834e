"""Every dollar has an owner in every year, and money illusion has no place in welfare."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, Scenario
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run
from cepasim.solution.state import Run

BUNDLED = sorted(path.stem for path in (bundled_directory() / "scenarios").glob("*.yaml"))


def solved(economy: Economy, *levers: dict[str, Any], **header: Any) -> Run:
    scenario = Scenario.from_dict({"name": "test", "levers": list(levers), **header})
    return run(economy, scenario, attribution=False)


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("time", ["path", "long_run"])
def test_landed_expenditure_is_fob_value_and_the_parts_of_the_wedge(
    economy: Economy, name: str, time: str
) -> None:
    scenario = Scenario.read(bundled_directory() / "scenarios" / f"{name}.yaml")
    result = run(economy, scenario.model_copy(update={"time": time}), attribution=False)
    for importer, market in result.economy.markets.items():
        for state in (result.reference, result.outcome):
            outcome = state.markets[importer]
            rates = outcome.shocks.wedges
            level = (1 + market.freight) * (1 + rates.effective) * (1 + rates.barrier)
            np.testing.assert_allclose(outcome.fob * level, outcome.landed, rtol=1e-9, atol=1e-9)


def test_lines_add_up_to_their_chapter_when_some_of_them_open(economy: Economy) -> None:
    """F.o.b. dollars of a chapter are landed dollars of its lines over the lines' own wedges."""
    lever = {
        "tariff": {
            "importer": "IND",
            "select": {"hs": ["87"]},
            "cut": "eliminate",
            "start": "2026-27",
        }
    }
    state = solved(economy, lever, time="long_run").outcome.markets["IND"]
    market = economy.markets["IND"]
    schedule, s = market.schedule, market.partner_column
    h = economy.chapters.index("87")
    lines = schedule.chapter == h
    start, mfn = schedule.product_base("JPN"), schedule.product_mfn("JPN")
    cost = market.origin_cost[schedule.chapter, s]
    before, _ = market.tariffs(mfn, start, cost, market.claims.maximum)
    after, _ = market.tariffs(mfn, 0.0 * start, cost, market.claims.maximum)
    hats = ((1 + after) / (1 + before))[lines]
    landed = market.product_weights[lines, s] * hats ** (1 - market.sigma_import[h])
    landed *= state.landed[0, h, s] / landed.sum()
    barriers = (1 + market.barrier_total[h]) * (1 + market.freight[h, s])
    by_line = (landed / ((1 + after[lines]) * barriers)).sum()
    assert by_line == pytest.approx(state.fob[0, h, s], rel=1e-9)
    # The index falls by more than the mean wedge: without the mix dollars would be overstated.
    assert (landed.sum() / market.wedge[h, s] / state.shocks.trade_cost[0, h, s]) > 1.02 * by_line


def test_a_change_of_every_currency_changes_no_welfare(economy: Economy) -> None:
    countries = {code for market in economy.markets.values() for code in market.exporters}
    levers = [
        {"exchange_rate": {"country": code, "depreciation_percent": 25, "start": "2026-27"}}
        for code in sorted(countries - {"USA"})
    ]
    # The dollar is the unit: a country that keeps its rate against it is cheaper by its costs.
    levers.append({"external": {"source": "USA", "cost_percent": -20, "start": "2026-27"}})
    for time in ("path", "long_run"):
        result = solved(economy, *levers, time=time, parameters={"exchange_rate_pass_through": 1.0})
        before, after = result.reference, result.outcome
        for importer in economy.markets:
            old, new = before.markets[importer], after.markets[importer]
            level = after.price_level(importer)
            np.testing.assert_allclose(new.fob / level[:, :, None], old.fob, rtol=1e-9, atol=1e-9)
        for change in after.welfare(before).values():
            assert np.abs(change).max() < 1e-6


def test_cheaper_costs_in_one_chapter_are_no_depreciation(economy: Economy) -> None:
    lever = {
        "external": {
            "source": "JPN",
            "cost_percent": -10,
            "select": {"hs": ["87"]},
            "start": "2026-27",
        }
    }
    result = solved(economy, lever, time="long_run")
    h = economy.chapters.index("87")
    assert result.outcome.markets["JPN"].shocks.demand[0, h] == 1.0
    assert (result.outcome.price_level("JPN") == 1.0).all()
    # Japan's own makers win its market from India; its exports to India grow.
    assert result.outcome.exports[0, h] < result.reference.exports[0, h]
    assert result.outcome.imports_solved[0, h] > result.reference.imports_solved[0, h]


def test_more_demand_in_japan_buys_more_from_everybody(economy: Economy) -> None:
    lever = {
        "external": {
            "demand_in": "JPN",
            "demand_percent": 10,
            "select": {"section": "XI"},
            "start": "2026-27",
        }
    }
    result = cepasim.simulate(
        economy, Scenario.from_dict({"name": "test", "levers": [lever], "time": "long_run"})
    )
    exports = result.sectors.query("flow == 'export'").set_index("hs")
    clothing = exports.loc[["61", "62"], "change_pct"]
    assert (clothing > 5).all() and (clothing < 13).all()
    assert exports["change_usd_mn"].drop([f"{c}" for c in range(50, 64)]).abs().max() <= 1e-9


def test_a_quota_that_only_opens_a_door_closes_none(economy: Economy) -> None:
    """Half of today's trade free of duty, the rest as today: exports never fall, in no year."""
    market = economy.markets["JPN"]
    today = 100 * market.tariff_effective[economy.chapters.index("16"), market.partner_column]
    lever = {
        "quota": {
            "importer": "JPN",
            "select": {"hs": ["16"]},
            "share_of_benchmark_percent": 50,
            "in_rate_percent": 0,
            "over_rate_percent": float(today),
            "start": "2026-27",
        }
    }
    result = solved(economy, lever)
    h = economy.chapters.index("16")
    assert (result.outcome.exports[:, h] >= result.reference.exports[:, h] - 1e-6).all()


def test_a_quota_whose_outer_rate_is_lower_is_no_quota(economy: Economy) -> None:
    lever = {
        "quota": {
            "importer": "IND",
            "select": {"hs": ["72"]},
            "share_of_benchmark_percent": 80,
            "over_rate_percent": 0,
            "start": "2026-27",
        }
    }
    result = solved(economy, lever, time="long_run")
    before, after = result.reference, result.outcome
    np.testing.assert_allclose(after.imports_solved, before.imports_solved, atol=1e-9)
    np.testing.assert_allclose(after.markets["IND"].duty, before.markets["IND"].duty, atol=1e-9)
    assert all(np.abs(part).max() < 1e-9 for part in after.welfare(before).values())


@pytest.mark.parametrize("kind", ["ntb", "origin", "sourcing", "external"])
def test_only_tariffs_know_nine_digit_lines(kind: str) -> None:
    settings = {
        "ntb": {"importer": "JPN", "type": "sps", "relief_percent": 10},
        "origin": {"importer": "JPN", "cost_cut_percent": 10},
        "sourcing": {"importer": "JPN", "from": "CHN", "to": "IND", "share_percent": 5},
        "external": {"source": "IND", "cost_percent": -1},
    }[kind]
    lever = {kind: {**settings, "select": {"hs": ["380893100"]}, "start": "2026-27"}}
    with pytest.raises(cepasim.InputError, match="at most 6 digits"):
        Scenario.from_dict({"name": "test", "levers": [lever]})


def test_sourcing_overtakes_captive_offtake_without_a_jump(economy: Economy) -> None:
    """The two count once, and nothing jumps where one overtakes the other."""
    fund = {
        "fund": {
            "usd_bn": 2.0,
            "windows": {"labour_intensive": 1.0},
            "start": "2026-27",
            "years": 5,
        }
    }
    exports = []
    for share in np.linspace(0.0, 4.0, 9):
        move = {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "to": "IND",
                "select": {"hs": ["64"]},
                "share_percent": float(share),
                "start": "2026-27",
            }
        }
        result = solved(economy, fund, move, time="long_run")
        exports.append(result.outcome.exports[0, economy.chapters.index("64")])
    # Until sourcing overtakes what parents take back, all it does is leave China with capacity to
    # spare, which costs India a trifle; then it adds. No step jumps.
    steps = np.diff(exports)
    assert (steps > -0.001 * exports[0]).all()
    assert steps.max() < 0.1 * exports[0]
    assert exports[-1] > exports[0]


def test_infinite_supply_and_a_fund_are_refused_with_the_reason(economy: Economy) -> None:
    scenario = Scenario.from_dict(
        {
            "name": "test",
            "levers": [
                {
                    "fund": {
                        "usd_bn": 1.0,
                        "windows": {"sunrise": 1.0},
                        "start": "2026-27",
                        "years": 2,
                    }
                }
            ],
            "parameters": {"epsilon_supply_ind_jpn": float("inf")},
        }
    )
    with pytest.raises(cepasim.RunError, match="capacity means nothing"):
        cepasim.simulate(economy, scenario)


@pytest.mark.parametrize("lag", [0, 5, 30])
def test_any_gestation_lag_runs(economy: Economy, lag: int) -> None:
    fund = {"fund": {"usd_bn": 1.0, "windows": {"sunrise": 1.0}, "start": "2024-25", "years": 2}}
    result = solved(economy, fund, horizon="2025-26", parameters={"gestation_lag": lag})
    assert np.isfinite(result.outcome.exports).all()


@pytest.mark.slow(seconds=1)
def test_growth_by_chapter_is_refused_rather_than_ignored(tmp_path: Any) -> None:
    folder = tmp_path / "own" / "macro"
    folder.mkdir(parents=True)
    text = (bundled_directory() / "macro" / "growth.csv").read_text(encoding="utf-8")
    row = "own,real_demand_growth,IND,,87,,0.2,0.1,0.3,growth per year,D,2024-25,me,mine\n"
    (folder / "growth.csv").write_text(text + row, encoding="utf-8")
    with pytest.raises(cepasim.InputError, match="one value for all chapters"):
        cepasim.load(tmp_path / "own")
