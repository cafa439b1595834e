"""The engines on the real benchmark: same tables, same identities, refusals that say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, InputError, Result, RunError, Scenario
from cepasim.core.immutable import FrozenMapping
from cepasim.engines import gsim
from cepasim.engines.armington import solve_armington
from cepasim.engines.closures import full_use, infinite_supply, one_nest
from cepasim.engines.every import ENGINES, engine_named
from cepasim.engines.gsim import GSIM_LINEAR, solve_gsim_markets
from cepasim.engines.smart import solve_smart
from cepasim.equilibrium.smart import import_demand_elasticity
from cepasim.levers.fund import FundPath
from cepasim.levers.precedence import measures
from cepasim.params.parameters import bundled_directory
from cepasim.shocks.shocks import shocks
from cepasim.solution.solve import run
from cepasim.studies.engine_comparison import compare_engines
from cepasim.tables.schema import COLUMNS

OTHERS = ("smart", "gsim")
SCENARIOS = {path.stem: path for path in sorted((bundled_directory() / "scenarios").glob("*.yaml"))}
CUT = {
    "tariff": {"importer": "JPN", "select": {"all": True}, "cut": "eliminate", "start": "2026-27"}
}
CARS = {
    "tariff": {
        "importer": "IND",
        "select": {"hs": ["87"]},
        "cut": {"percent": 50},
        "start": "2026-27",
    }
}
RELIEF = {
    "ntb": {
        "importer": "JPN",
        "type": "all",
        "select": {"all": True},
        "relief_percent": 40,
        "start": "2026-27",
    }
}
FUND = {"fund": {"usd_bn": 2.0, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 5}}
PLUS_ONE = {
    "sourcing": {
        "importer": "JPN",
        "from": "CHN",
        "to": "IND",
        "select": {"hs": ["61"]},
        "share_percent": 5,
        "start": "2026-27",
    }
}
RUPEE = {"exchange_rate": {"country": "IND", "depreciation_percent": 10, "start": "2026-27"}}
CHEAPER = {
    "external": {"source": "IND", "cost_percent": -2, "select": {"all": True}, "start": "2026-27"}
}
FREED = {
    "external": {"market": "USA", "tariff_on": "IND", "redirect_share": 0.2, "start": "2026-27"}
}
QUOTA = {
    "quota": {
        "importer": "JPN",
        "select": {"hs": ["17"]},
        "usd_mn": 5,
        "over_rate_percent": 30,
        "start": "2026-27",
    }
}


def scenario(*levers: Mapping[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "test", "levers": list(levers), **header})


def answer(economy: Economy, engine: str, *levers: Mapping[str, Any], **header: Any) -> Result:
    return cepasim.simulate(economy, scenario(*levers, **header), engine=engine)


# --- one Result for all -------------------------------------------------------------------------


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("levers", [(), (CUT, CARS, RELIEF)], ids=["reference", "levers"])
def test_same_tables_with_the_same_identities(
    economy: Economy, engine: str, levers: tuple[dict[str, Any], ...]
) -> None:
    result = answer(economy, engine, *levers)
    other = answer(economy, "armington", *levers)
    assert result.engine == engine and result.manifest["engine"] == engine
    for name, frame in result.frames().items():
        wanted = COLUMNS.get(name, ())
        assert tuple(frame.columns[: len(wanted)]) == wanted
        assert list(frame.columns) == list(other.frames()[name].columns)
        assert len(frame) == len(other.frames()[name])
    totals = result.totals
    sums = result.sectors.groupby(["fiscal_year", "flow"])["scenario_usd_mn"].sum().unstack()
    np.testing.assert_allclose(sums["export"], totals["exports_usd_mn"], atol=1e-9)
    np.testing.assert_allclose(sums["import"], totals["imports_usd_mn"], atol=1e-9)
    parts = result.displacement.groupby(["fiscal_year", "flow", "hs"])["change_usd_mn"].sum()
    cells = result.sectors.set_index(["fiscal_year", "flow", "hs"])
    np.testing.assert_allclose(parts.loc[cells.index], cells["change_usd_mn"], atol=1e-8)
    # Every engine starts at the benchmark.
    assert totals["exports_usd_mn"].iloc[0] == pytest.approx(5150, abs=1e-6)
    assert totals["imports_usd_mn"].iloc[0] == pytest.approx(17690, abs=1e-6)
    if not levers:
        assert totals["change_in_balance_usd_mn"].abs().max() <= 1e-9
        assert totals[["welfare_japan_usd_mn", "welfare_india_usd_mn"]].abs().max().max() <= 1e-9
    else:
        split = result.contributions
        split = split[split["hs"] == "total"].groupby("fiscal_year")["balance_usd_mn"].sum()
        np.testing.assert_allclose(
            split, totals.set_index("fiscal_year")["change_in_balance_usd_mn"], atol=1e-7
        )
    assert "benchmark" in result.explain("export", "03", result.fiscal_years[-1]).text


@pytest.mark.parametrize("name", ["gtap", "Armington", "", None, 3, ["smart"]])
def test_an_unknown_engine_is_an_error(economy: Economy, name: Any) -> None:
    with pytest.raises(InputError, match=f"one of {', '.join(ENGINES)}"):
        cepasim.simulate(economy, scenario(), engine=name)
    assert ENGINES[:3] == ("armington", "smart", "gsim")


# --- refusals -----------------------------------------------------------------------------------

REFUSED = [
    ("smart", FUND, "capacity"),
    ("smart", PLUS_ONE, "unchanged prices"),
    ("smart", RUPEE, "costs"),
    ("smart", CHEAPER, "costs"),
    ("smart", FREED, "freed"),
    ("smart", QUOTA, "quota"),
    ("gsim", FREED, "reserved"),
    ("gsim", QUOTA, "quota"),
]


@pytest.mark.parametrize(
    ("engine", "lever", "why"), REFUSED, ids=[f"{e}-{next(iter(v))}" for e, v, _ in REFUSED]
)
def test_a_lever_an_engine_cannot_express_is_an_error_that_says_so(
    economy: Economy, engine: str, lever: dict[str, Any], why: str
) -> None:
    with pytest.raises(InputError, match=f"engine {engine}.*{why}") as caught:
        answer(economy, engine, CUT, lever)
    [problem] = caught.value.problems
    assert problem.field == "levers[1]" and problem.value == next(iter(lever))


def test_every_problem_is_told_at_once(economy: Economy) -> None:
    with pytest.raises(InputError) as caught:
        answer(economy, "smart", FUND, RUPEE)
    assert [problem.value for problem in caught.value.problems] == ["fund", "exchange_rate"]


def test_smart_itself_refuses_shocks_it_cannot_express(economy: Economy) -> None:
    """The guard behind the check of levers: a shock may come from elsewhere."""
    none = FundPath.none(1, len(economy.chapters))
    hats = shocks(economy, "JPN", (), none, np.array([2023]), False)
    market = infinite_supply(economy).markets["JPN"]
    solve_smart(market, hats)
    for name in ("base", "capacity", "cost", "demand", "cost_domestic", "capacity_domestic"):
        with pytest.raises(RunError, match="cannot be expressed"):
            solve_smart(market, replace(hats, **{name: 1.01 * getattr(hats, name)}))


# --- SMART --------------------------------------------------------------------------------------


def test_smart_gives_the_formula_cell_by_cell(economy: Economy) -> None:
    solved = run(economy, scenario(RELIEF, time="long_run"), engine="smart")
    market = solved.economy.markets["JPN"]
    column = market.partner_column
    outcome = solved.outcome.markets["JPN"]
    r = outcome.shocks.trade_cost[0, :, column]
    m_b = market.cif[:, column]
    m_n = market.cif.sum(axis=1) - m_b
    e = import_demand_elasticity(market.domestic_share, market.sigma_domestic, market.eta)
    s = market.sigma_import - e
    assert (s > 0).all()
    creation = -e * m_b * (r - 1)
    diversion = m_b * m_n * (r**-s - 1) / np.maximum(m_n + m_b * r**-s, 1e-300)
    np.testing.assert_allclose(
        outcome.cif[0, :, column] - m_b, creation + diversion, rtol=1e-9, atol=1e-9
    )
    # What India gains by diversion others lose; nobody's price moves and nothing is left over.
    others = np.delete(outcome.cif[0] - market.cif, column, axis=1).sum(axis=1)
    np.testing.assert_allclose(others, -diversion, rtol=1e-9, atol=1e-8)
    assert (outcome.price == 1).all()


def test_under_infinite_supply_no_producer_gains(economy: Economy) -> None:
    last = answer(economy, "smart", RELIEF).totals.iloc[-1]
    # India sells more at unchanged prices and imports a little more, for the content of it.
    assert last["exports_usd_mn"] > last["baseline_exports_usd_mn"] + 100
    assert last["welfare_india_usd_mn"] == pytest.approx(0, abs=1e-9)
    assert last["welfare_japan_usd_mn"] > 0


def test_smart_is_armington_with_infinite_supply_for_a_small_cut(economy: Economy) -> None:
    """On the benchmark the two weigh sources by customs and by landed value."""
    small = {"ntb": {**RELIEF["ntb"], "relief_percent": 1}}
    asked = scenario(small, time="long_run")
    smart = run(economy, asked, engine="smart", attribution=False)
    exact = run(infinite_supply(economy), asked, attribution=False)
    gain = [(r.outcome.exports - r.reference.exports)[0] for r in (smart, exact)]
    # Wedges differ between sources by their tariffs, a few per cent of a share below a fifth.
    assert gain[0].sum() == pytest.approx(gain[1].sum(), rel=0.01)


# --- GSIM ---------------------------------------------------------------------------------------


def gsim_run(economy: Economy, *levers: Mapping[str, Any]) -> Any:
    return run(economy, scenario(*levers, time="long_run"), engine="gsim", attribution=False)


def test_a_producer_has_one_price_in_all_markets(economy: Economy) -> None:
    outcome = gsim_run(economy, RELIEF, CARS).outcome
    japan, india = outcome.markets["JPN"], outcome.markets["IND"]
    exporters = {i: economy.markets[i].exporters for i in ("JPN", "IND")}
    for code in set(exporters["JPN"]) & set(exporters["IND"]):
        here, there = (exporters[i].index(code) for i in ("JPN", "IND"))
        np.testing.assert_allclose(japan.price[..., here], india.price[..., there], rtol=1e-12)


def test_what_a_producer_sells_everywhere_is_what_it_supplies(economy: Economy) -> None:
    solved = gsim_run(economy, RELIEF, CARS)
    eps = solved.economy.markets["IND"].supply_domestic
    totals = []
    for state in (solved.reference, solved.outcome):
        japan, india = state.markets["JPN"], state.markets["IND"]
        column = economy.markets["JPN"].partner_column
        sold = india.domestic[0] + india.elsewhere[0] + japan.fob[0, :, column]
        totals.append((sold, japan.price[0, :, column]))
    (before, _), (after, price) = totals
    np.testing.assert_allclose(after, before * price ** (1 + eps), rtol=1e-9)
    # Its surplus over all markets is the area above that supply curve.
    # Relief lifts what India gets; only its vehicles, which the cut exposes, may fall in price.
    others = np.array(economy.chapters) != "87"
    assert (price[others] >= 1 - 1e-12).all() and price.max() > 1.0001


def test_selling_to_japan_takes_from_home_and_elsewhere(economy: Economy) -> None:
    before, after = (s.markets["IND"] for s in gsim_run(economy, RELIEF).states)
    assert after.domestic.sum() / after.price[..., 0].size < before.domestic.sum()
    quantity = after.elsewhere.sum() - before.elsewhere.sum()
    assert quantity < 0
    welfare = gsim_run(economy, RELIEF)
    gain = welfare.outcome.welfare(welfare.reference)["IND"]
    assert gain.min() >= -1e-9, "better terms of trade for the exporter"


@pytest.mark.slow(seconds=1)
def test_every_lever_gsim_takes_moves_something(economy: Economy) -> None:
    for lever in (CUT, CARS, RELIEF, FUND, PLUS_ONE, RUPEE, CHEAPER):
        result = answer(economy, "gsim", lever)
        assert result.totals["change_in_balance_usd_mn"].abs().max() > 0.1, lever
    last = answer(economy, "gsim", RUPEE).totals.iloc[-1]
    assert last["exports_usd_mn"] > last["baseline_exports_usd_mn"]
    assert last["imports_usd_mn"] < last["baseline_imports_usd_mn"]


def test_gsim_with_one_market_closed_off_is_armington_with_one_nest(economy: Economy) -> None:
    """Without sales elsewhere a producer's whole supply is its supply to Japan.

    India's home sales, its other exports and the rest of its market's trade are taken to zero, so
    that Japan's market stands alone; the supply elasticities are Armington's.
    """
    flat = one_nest(economy)
    japan, india = flat.markets["JPN"], flat.markets["IND"]
    tiny = 1e-15
    closed = replace(
        india,
        domestic=india.domestic * tiny,
        cif=india.cif * tiny,
        supply_domestic=japan.supply[:, japan.partner_column],
    )
    alone = replace(flat, markets=FrozenMapping({"JPN": japan, "IND": closed}))
    none = FundPath.none(1, len(economy.chapters))
    asked, base = scenario(RELIEF, CUT, time="long_run"), np.array([2023])
    hats = {
        importer: shocks(alone, importer, acting, none, base, False)
        for importer, acting in measures(alone, asked.levers, base, False).items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gsim, "_sales_elsewhere", lambda *_: np.zeros(len(economy.chapters)))
        joint = solve_gsim_markets(alone, hats)["JPN"]
    separate = solve_armington(japan, hats["JPN"])
    # 1e-15 of India's trade is left in the shares; the rest is rounding of two solvers.
    np.testing.assert_allclose(joint.fob, separate.fob, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(joint.composite_index, separate.composite_index, rtol=1e-9)


def test_the_linear_engine_is_exact_for_a_small_cut(economy: Economy) -> None:
    small = scenario({"ntb": {**RELIEF["ntb"], "relief_percent": 1}}, time="long_run")
    gains = []
    for engine in ("gsim", GSIM_LINEAR):
        solved = run(economy, small, engine=engine, attribution=False)
        gains.append((solved.outcome.exports - solved.reference.exports).sum())
    # One per cent of barriers below a fifth: 0.1 % of the price, times sigma below 20.
    assert gains[1] == pytest.approx(gains[0], rel=0.02)


# --- the economy as others see it ---------------------------------------------------------------


def test_full_use_takes_the_schedule_at_its_word(economy: Economy) -> None:
    full = full_use(economy)
    for importer, market in economy.markets.items():
        column = market.partner_column
        claimed = full.markets[importer]
        assert (
            claimed.tariff_effective[:, column] <= market.tariff_effective[:, column] + 1e-12
        ).all()
        np.testing.assert_array_equal(claimed.tariff_effective, claimed.tariff_collected)
        np.testing.assert_allclose(claimed.fob, market.fob)
        totals = claimed.schedule.chapter_sums(claimed.product_weights[:, column])
        np.testing.assert_allclose(totals, 1, atol=1e-9)
    # A cheaper proof of origin is then worth nothing.
    simpler = {
        "origin": {
            "importer": "JPN",
            "select": {"all": True},
            "cost_cut_percent": 50,
            "start": "2026-27",
        }
    }
    solved = run(full, scenario(simpler, time="long_run"), attribution=False)
    np.testing.assert_allclose(solved.outcome.exports, solved.reference.exports, atol=1e-9)


# --- side by side -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_bundled_scenarios_run_or_are_refused_in_words(economy: Economy, name: str) -> None:
    asked = Scenario.read(SCENARIOS[name])
    kinds = {lever.kind for lever in asked.levers}
    for engine, never in (("smart", {"fund", "sourcing", "offtake"}), ("gsim", {"quota"})):
        cannot = [one for one in asked.levers if engine_named(engine).cannot_move(one)]
        assert cannot or not kinds & never
        if cannot:
            with pytest.raises(InputError, match=f"engine {engine}"):
                cepasim.simulate(economy, asked, engine=engine)
        else:
            assert cepasim.simulate(economy, asked, engine=engine).engine == engine


def test_the_walk_from_engine_to_engine_adds_up(economy: Economy) -> None:
    found = compare_engines(economy, scenario(RELIEF))
    assert list(found.engines["engine"]) == [e for e in ENGINES for _ in range(2)]
    long_run = found.engines[found.engines["horizon"] == "long run"].set_index("engine")
    for engine in OTHERS:
        walk = found.steps[found.steps["towards"] == engine].set_index("step")
        start = long_run.loc["armington", "change_in_balance_usd_mn"]
        assert walk["change_in_balance_usd_mn"].iloc[0] == pytest.approx(start, rel=1e-12)
        summed = start + walk["adds_to_balance_usd_mn"].sum()
        assert summed == pytest.approx(walk["change_in_balance_usd_mn"].iloc[-1], rel=1e-12)
        # The engine itself is one of the stations.
        here = long_run.loc[engine, "change_in_balance_usd_mn"]
        assert np.isclose(walk["change_in_balance_usd_mn"], here, rtol=1e-12).any()
        assert (walk["why"].iloc[1:] != "").all()
    text = str(found)
    assert "supply becomes infinite" in text and "linearisation" in text
    assert max(len(line) for line in text.splitlines() if line.startswith("armington")) <= 100


def test_the_comparison_says_who_refuses_and_why(economy: Economy) -> None:
    found = compare_engines(economy, scenario(FUND, time="long_run"))
    refused = found.engines.set_index("engine")["refused"]
    assert refused["armington"] == refused["gsim"] == "" and "capacity" in refused["smart"]
    assert "gsim" in set(found.steps["towards"]) and "smart" not in set(found.steps["towards"])
    assert "smart cannot run it: fund: export supply is infinite" in str(found)
