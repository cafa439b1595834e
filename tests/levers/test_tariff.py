"""Tariff levers on real lines: selections, formulas, stages, and what no lever may do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.cuts import Cut, after_cut
from cepasim.levers.measure import Measure
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.levers.tariff import TariffLever
from cepasim.scenario.scenario import Scenario
from cepasim.shocks.wedges import wedges

YEARS = np.arange(2023, 2036)

GREEN_TEA = "090210000"  # B15: 17 %, last step 1.1 %
LEATHER_SHOES = "640399"
TUNA = "160414010"  # excluded: 9.6 %
PLYWOOD = "441291100"  # partial: 6 %
RICE = "100630090"  # specific duty, no ad-valorem rate


def lever(**fields: Any) -> TariffLever:
    given = {"importer": "JPN", "start": "2026-27", "cut": "eliminate", **fields}
    scenario = Scenario.from_dict({"name": "test", "levers": [{"tariff": given}]})
    [read] = scenario.levers_of(TariffLever)
    return read


def rates_after(
    market: Market, economy: Economy, *levers: TariffLever, staged: bool = True
) -> np.ndarray:
    """Rates of all lines in each of YEARS, fractions."""
    acting = [Measure(one, market, economy.classification, YEARS, staged) for one in levers]
    scheduled = market.schedule.line_rates(levers[0].source, YEARS)
    return line_rates(scheduled, market.schedule.mfn, (one.everywhere() for one in acting))


def path(economy: Economy, line: str, *, staged: bool = True, **fields: Any) -> np.ndarray:
    """Rates of one line, percent, in each of YEARS."""
    change = lever(select={"all": True}, **fields) if "select" not in fields else lever(**fields)
    market = economy.markets[change.importer]
    rates = rates_after(market, economy, change, staged=staged)
    [place] = np.flatnonzero(market.schedule.lines == line)
    return 100 * rates[:, place]


def scheduled(market: Market, source: str, line: str) -> np.ndarray:
    [place] = np.flatnonzero(market.schedule.lines == line)
    return 100 * market.schedule.line_rates(source, YEARS)[:, place]


# --- formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("eliminate", 0.0),
        ({"percent": 25}, 7.2),
        ({"percent": 0}, 9.6),
        ({"percent": 100}, 0.0),
        ({"cap": 2.0}, 2.0),
        ({"cap": 50.0}, 9.6),
        ({"rate": 1.5}, 1.5),
        ({"rate": 50.0}, 9.6),  # never above the MFN rate
        ({"swiss": 16}, 16 * 9.6 / (16 + 9.6)),
    ],
    ids=str,
)
def test_each_formula_on_prepared_tuna(economy: Economy, cut: Any, expected: float) -> None:
    rates = path(economy, TUNA, cut=cut)
    np.testing.assert_allclose(rates[:3], 9.6, atol=1e-12)
    np.testing.assert_allclose(rates[3:], expected, atol=1e-12)


@given(
    rate=st.floats(0, 5),
    cut=st.one_of(
        st.builds(Cut, formula=st.just("eliminate")),
        st.builds(Cut, formula=st.just("percent"), percent=st.floats(0, 100)),
        st.builds(Cut, formula=st.sampled_from(["cap", "rate"]), percent=st.floats(0, 1000)),
        st.builds(Cut, formula=st.just("swiss"), percent=st.floats(0.01, 1000)),
    ),
)
def test_formulas_keep_rates_in_bounds(rate: float, cut: Cut) -> None:
    both = after_cut(np.array([rate, np.nan]), cut)
    assert np.isnan(both[1])
    assert both[0] >= 0
    if cut.formula != "rate":
        assert both[0] <= rate + 1e-12
    if cut.formula == "swiss":
        assert both[0] <= cut.percent / 100 + 1e-12


def test_swiss_cuts_high_rates_more_than_in_proportion() -> None:
    low, high = after_cut(np.array([0.05, 0.5]), Cut(formula="swiss", percent=16))
    assert low / 0.05 > high / 0.5


# --- stages -------------------------------------------------------------------------------------


def test_equal_annual_cuts_from_the_start(economy: Economy) -> None:
    rates = path(economy, TUNA, start="2027-28", years=4)
    np.testing.assert_allclose(rates, [9.6] * 4 + [7.2, 4.8, 2.4] + [0.0] * 6, atol=1e-12)
    once = path(economy, TUNA, start="2027-28", years=1)
    assert rates[-1] == once[-1] and (rates >= once - 1e-12).all()


def test_a_cut_acts_on_the_scheduled_path(economy: Economy) -> None:
    market = economy.markets["JPN"]
    np.testing.assert_allclose(
        scheduled(market, "IND", GREEN_TEA)[:5], [3.3, 2.2, 1.1, 0, 0], atol=1e-12
    )
    halved = path(economy, GREEN_TEA, cut={"percent": 50}, start="2024-25")
    np.testing.assert_allclose(halved[:4], [3.3, 1.1, 0.55, 0.0], atol=1e-12)


def test_comparative_statics_put_the_whole_cut_on_the_base_year(economy: Economy) -> None:
    rates = path(economy, TUNA, start="2030-31", years=5, cut={"cap": 2.0}, staged=False)
    np.testing.assert_allclose(rates, 2.0, atol=1e-12)


@pytest.mark.parametrize("importer", ["JPN", "IND"])
@pytest.mark.parametrize("cut", ["eliminate", {"rate": 30.0}, {"cap": 5}, {"swiss": 8}], ids=str)
def test_no_lever_passes_the_mfn_rate_or_fills_a_blank(
    economy: Economy, importer: str, cut: Any
) -> None:
    market = economy.markets[importer]
    change = lever(importer=importer, select={"all": True}, cut=cut, years=3)
    before = market.schedule.line_rates(market.partner, YEARS)
    after = rates_after(market, economy, change)
    np.testing.assert_array_equal(np.isnan(before), np.isnan(after))
    known = ~np.isnan(market.schedule.mfn)
    assert (np.nan_to_num(after[:, known]) <= market.schedule.mfn[known] + 1e-12).all()
    assert not np.shares_memory(before, after)


def test_a_specific_duty_stays_unknown(economy: Economy) -> None:
    assert np.isnan(path(economy, RICE)).all()
    assert np.isnan(path(economy, RICE, cut={"rate": 5})).all()


# --- selections ---------------------------------------------------------------------------------


def test_excluded_lines_come_in(economy: Economy) -> None:
    """``category: X`` reaches what the agreement left out, and nothing else."""
    market = economy.markets["JPN"]
    change = lever(select={"section": "IV", "category": "X"}, years=5)
    chosen = Measure(change, market, economy.classification, YEARS).lines
    assert chosen.sum() > 300
    assert set(market.schedule.category[chosen]) == {"X"}
    assert {line[:2] for line in market.schedule.lines[chosen]} <= {f"{h}" for h in range(16, 25)}
    rates = path(economy, TUNA, select={"section": "IV", "category": "X"}, years=5)
    np.testing.assert_allclose(rates[[2, 3, 7]], [9.6, 7.68, 0.0], atol=1e-12)


def test_excluded_cars_come_in_and_golf_cars_were_in(economy: Economy) -> None:
    market = economy.markets["IND"]
    change = lever(importer="IND", select={"hs": ["8703"], "category": "X"}, cut={"percent": 50})
    chosen = market.schedule.lines[Measure(change, market, economy.classification, YEARS).lines]
    cars = {code for code in market.schedule.lines if code.startswith("8703")}
    golf = {code for code in cars if code.startswith("870310")}
    assert set(chosen) == cars - golf and golf and "87032391" in cars
    rates = path(
        economy,
        "87032391",
        importer="IND",
        select={"hs": ["8703"], "category": "X"},
        cut={"percent": 50},
        start="2027-28",
        years=10,
    )
    np.testing.assert_allclose(rates[[3, 4, 8, 12]], [125, 118.75, 93.75, 68.75], atol=1e-9)


def test_partial_lines_improve(economy: Economy) -> None:
    market = economy.markets["JPN"]
    change = lever(select={"category": "partial"})
    chosen = Measure(change, market, economy.classification, YEARS).lines
    assert chosen.sum() == 26
    rates = path(economy, PLYWOOD, select={"category": "partial"}, cut={"cap": 3})
    np.testing.assert_allclose(rates[[2, 3]], [6.0, 3.0], atol=1e-12)
    india = economy.markets["IND"]
    change = lever(importer="IND", select={"category": "partial"}, cut={"percent": 100})
    gearboxes = np.flatnonzero(india.schedule.lines == "87084000")
    assert Measure(change, india, economy.classification, YEARS).lines[gearboxes].all()
    after = path(economy, "87084000", importer="IND", select={"category": "partial"})
    np.testing.assert_allclose(after[[2, 3]], [1.1 * 6.25, 0.0], atol=1e-12)  # surcharge


@pytest.mark.parametrize("category", ["free", "mfn_free"])
def test_free_lines_have_nothing_to_cut(economy: Economy, category: str) -> None:
    for importer, market in economy.markets.items():
        change = lever(importer=importer, select={"category": category})
        chosen = Measure(change, market, economy.classification, YEARS).lines
        after = rates_after(market, economy, change)
        assert chosen.any()
        assert np.nan_to_num(after[3:, chosen]).max() == 0
        before = market.schedule.line_rates(market.partner, YEARS)
        np.testing.assert_array_equal(before[3:, chosen], after[3:, chosen])


def test_a_nine_digit_line_is_selected_alone(economy: Economy) -> None:
    change = lever(select={"hs": [LEATHER_SHOES]})
    market = economy.markets["JPN"]
    lines = market.schedule.lines[Measure(change, market, economy.classification, YEARS).lines]
    assert set(lines) == {line for line in market.schedule.lines if line[:6] == LEATHER_SHOES}


def test_two_levers_on_different_lines_do_not_meet(economy: Economy) -> None:
    market = economy.markets["JPN"]
    fish, shoes = lever(select={"hs": ["03"]}), lever(select={"hs": ["64"]}, cut={"percent": 50})
    both = rates_after(market, economy, fish, shoes)
    other = rates_after(market, economy, shoes, fish)
    np.testing.assert_array_equal(both, other)


# --- a competitor's rate ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut", "bound"), [({"cap": 2.0}, 2.0), ({"rate": 1.5}, 1.5), ("eliminate", 0.0)], ids=str
)
def test_rcep_goes_further_for_china(economy: Economy, cut: Any, bound: float) -> None:
    market = economy.markets["JPN"]
    change = lever(source="CHN", select={"section": "XI"}, cut=cut, start="2028-29")
    chosen = Measure(change, market, economy.classification, YEARS).lines
    before = market.schedule.line_rates("CHN", YEARS)
    after = rates_after(market, economy, change)
    np.testing.assert_array_equal(after[:5], before[:5])
    np.testing.assert_array_equal(after[:, ~chosen], before[:, ~chosen])
    assert np.nanmax(before[-1, chosen]) > 0.05
    known = chosen & ~np.isnan(before[-1])
    np.testing.assert_array_equal(np.isnan(after), np.isnan(before))
    assert (after[5:, known] <= bound / 100 + 1e-12).all()
    if cut != {"rate": 1.5}:
        assert (after[5:, known] <= before[5:, known] + 1e-12).all()


def test_a_rivals_cut_moves_its_wedge_and_nobody_elses(economy: Economy) -> None:
    market = economy.markets["JPN"]
    scenario = Scenario.from_dict(
        {
            "name": "rival",
            "levers": [
                {
                    "tariff": {
                        "importer": "JPN",
                        "source": "CHN",
                        "select": {"hs": ["61"]},
                        "cut": {"cap": 2.0},
                        "start": "2028-29",
                    }
                }
            ],
        }
    )
    years = np.array([2027, 2028])
    acting = measures(economy, scenario.levers, years)["JPN"]
    change = wedges(economy, "JPN", acting, years).hat / wedges(economy, "JPN", (), years).hat
    clothing, china = economy.chapters.index("61"), market.exporters.index("CHN")
    assert change[1, clothing, china] < 0.99
    change[1, clothing, china] = 1.0
    np.testing.assert_allclose(change, 1.0, atol=1e-12)


def test_bangladesh_keeps_free_entry_by_a_lever(economy: Economy) -> None:
    """A new agreement instead of least-developed treatment: the late change has no effect."""
    market = economy.markets["JPN"]
    change = lever(source="BGD", select={"section": "XI"}, cut="eliminate", start="2029-30")
    chosen = Measure(change, market, economy.classification, YEARS).lines
    before = np.nan_to_num(market.schedule.line_rates("BGD", YEARS)[:, chosen])
    after = rates_after(market, economy, change)[:, chosen]
    assert before[-1].max() > 0.05
    assert np.nan_to_num(after[6:]).max() == 0
