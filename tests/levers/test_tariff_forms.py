"""Parity with a rival, phases, an end, Swiss averages, and what no preference can reach."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.levers.cuts import by_formula, swiss_coefficient
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.shocks.wedges import wedges

YEARS = np.arange(2023, 2036)


def asked(settings: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "form", "levers": [{"tariff": settings}], **header})


def paths(economy: Economy, settings: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates before and after on all lines, and the lines the lever acts on."""
    scenario = asked(settings)
    [lever] = scenario.levers
    [importer] = lever.importers
    [measure] = measures(economy, scenario.levers, YEARS)[importer]
    schedule = economy.markets[importer].schedule
    before = schedule.line_rates(lever.source, YEARS)  # type: ignore[attr-defined]
    return before, line_rates(before, schedule.mfn, [measure.everywhere()]), measure.lines


# --- parity -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("importer", "rival", "select"),
    [
        ("JPN", "EU27", {"section": "IV"}),
        ("JPN", "VNM", {"all": True}),
        ("IND", "KOR", {"hs": ["84", "87"]}),
        ("IND", "EU27", {"hs": ["87"]}),
    ],
)
def test_parity_is_the_rival_s_rate_in_every_year_and_never_more_than_one_s_own(
    economy: Economy, importer: str, rival: str, select: dict[str, Any]
) -> None:
    cut = {"importer": importer, "select": select, "cut": {"match": rival}, "start": "2025-26"}
    before, after, lines = paths(economy, cut)
    theirs = economy.markets[importer].schedule.line_rates(rival, YEARS)
    np.testing.assert_array_equal(after[:2], before[:2])
    np.testing.assert_array_equal(after[:, ~lines], before[:, ~lines])
    expected = np.where(np.isnan(before), np.nan, np.fmin(before, theirs))[2:, lines]
    np.testing.assert_allclose(after[2:, lines], expected, atol=1e-15)
    assert np.nanmax(before[2:, lines] - after[2:, lines]) > 0.01


def test_a_rival_s_later_cuts_are_matched_year_by_year(economy: Economy) -> None:
    """The EU's agreement with India is staged after 2023-24: parity follows every step."""
    settings = {"importer": "IND", "select": {"hs": ["87"]}, "cut": {"match": "EU27"}}
    scenario = asked(settings | {"start": "2024-25"})
    market, cars = economy.markets["IND"], economy.chapters.index("87")
    acting = measures(economy, scenario.levers, YEARS)["IND"]
    moved = wedges(economy, "IND", acting, YEARS).effective[:, cars, market.partner_column]
    theirs = wedges(economy, "IND", (), YEARS).effective[:, cars, market.exporters.index("EU27")]
    falls = np.flatnonzero(np.diff(theirs) < -1e-6)
    assert falls.size > 2
    assert (np.diff(moved)[falls[falls > 0]] < -1e-6).all()


def test_parity_in_wedges_is_parity_by_line(economy: Economy) -> None:
    """The products a run takes together keep the rival's rates apart: as with every line alone."""
    settings = {"importer": "JPN", "select": {"section": "IV"}, "cut": {"match": "EU27"}}
    scenario = asked(settings | {"start": "2026-27"})
    market = economy.markets["JPN"]
    schedule, column = market.schedule, market.partner_column
    acting = measures(economy, scenario.levers, YEARS)["JPN"]
    before, after, _ = paths(economy, settings | {"start": "2026-27"})
    cost, top = market.origin_cost[schedule.chapter, column], market.claims.others[column]
    mfn = schedule.product_mfn("IND")
    paid, _ = market.tariffs(mfn, schedule.product_rates(after, "IND"), cost, top)
    base, _ = market.tariffs(mfn, schedule.product_rates(before[:1], "IND"), cost, top)
    log = np.log((1 + paid) / (1 + base))
    weights, sigma = market.product_weights[:, column], market.sigma_import[schedule.chapter]
    power = (1 - sigma) * log
    hat = schedule.chapter_sums(weights * np.exp(power)) ** (1 / (1 - market.sigma_import))
    found = wedges(economy, "JPN", acting, YEARS).hat[:, :, column]
    for hs in ("16", "17", "19", "20"):
        place = economy.chapters.index(hs)
        np.testing.assert_allclose(found[3:, place], hat[3:, place], rtol=1e-9)


# --- phases and ends ----------------------------------------------------------------------------


def test_phases_are_one_schedule(economy: Economy) -> None:
    phases = [
        {"cut": {"percent": 50}, "start": "2026-27"},
        {"cut": "eliminate", "start": "2030-31", "years": 3},
    ]
    before, after, lines = paths(
        economy, {"importer": "IND", "select": {"hs": ["8703"]}, "phases": phases}
    )
    dutiable = lines & (before[0] > 0)
    left = after[:, dutiable] / before[:, dutiable]
    expected = [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 1 / 3, 1 / 6, 0, 0, 0, 0]
    np.testing.assert_allclose(left, np.array(expected)[:, None] + 0 * left, atol=1e-12)


def test_a_phase_in_one_step_is_the_plain_cut(economy: Economy) -> None:
    plain = {"importer": "IND", "select": {"hs": ["84"]}}
    cut = {"cut": {"percent": 30}, "start": "2027-28", "years": 4}
    _, one, _ = paths(economy, plain | cut)
    _, other, _ = paths(economy, plain | {"phases": [cut]})
    np.testing.assert_array_equal(one, other)


def test_after_its_end_the_rate_is_what_it_would_have_been(economy: Economy) -> None:
    settings = {"importer": "JPN", "select": {"section": "IV"}, "cut": "eliminate"}
    before, after, lines = paths(economy, settings | {"start": "2026-27", "end": "2029-30"})
    inside = (YEARS >= 2026) & (YEARS <= 2029)
    assert np.nanmax(after[inside][:, lines]) == 0
    np.testing.assert_array_equal(after[~inside], before[~inside])


# --- Swiss formulas -----------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=30).filter(lambda rates: max(rates) > 1e-3),
    st.floats(0.02, 0.98),
)
def test_the_coefficient_gives_the_average(rates: list[float], share: float) -> None:
    given_rates = np.array([*rates, np.nan])
    target = share * float(np.mean(rates))
    coefficient = swiss_coefficient(given_rates, target)
    assert coefficient is not None and coefficient > 0
    after = by_formula(np.array(rates), "swiss", coefficient)
    np.testing.assert_allclose(after.mean(), target, rtol=1e-7)
    assert (after <= np.array(rates) + 1e-15).all()


def test_an_average_that_is_met_already_has_no_coefficient() -> None:
    assert swiss_coefficient(np.array([0.1, 0.2]), 0.15) is None
    assert swiss_coefficient(np.array([np.nan]), 0.15) is None


def test_the_average_is_reached_and_the_coefficient_said(economy: Economy) -> None:
    cut = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2026-27"}
    before, after, lines = paths(economy, cut | {"cut": {"swiss_average": 10}})
    np.testing.assert_allclose(np.nanmean(after[-1, lines]), 0.10, rtol=1e-9)
    assert np.nanmean(before[-1, lines]) > 0.10
    result = cepasim.simulate(economy, asked(cut | {"cut": {"swiss_average": 10}}))
    [said] = [note for note in result.notes if "the Swiss coefficient is" in note]
    coefficient = float(said.split(" is ")[1].split(" %")[0])
    np.testing.assert_allclose(
        after[-1, lines], by_formula(before[-1, lines], "swiss", coefficient / 100), rtol=1e-3
    )


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [12, 1000])
def test_a_rate_above_what_everybody_pays_is_refused(economy: Economy, rate: float) -> None:
    """Flat steel: 12 and 1,000 % gave one answer in silence."""
    settings = {"importer": "IND", "select": {"hs": ["7208-7212"]}, "cut": {"rate": rate}}
    with pytest.raises(InputError) as caught:
        cepasim.simulate(economy, asked(settings | {"start": "2026-27"}))
    [problem] = caught.value.problems
    assert problem.field == "levers[0].tariff.cut" and problem.value == f"{rate} %"
    mfn = economy.markets["IND"].schedule.mfn
    steel = [code[:4] in ("7208", "7209", "7210", "7211", "7212") for code in _lines(economy)]
    here = mfn[np.array(steel)]
    assert f"on {len(here[here > 0])} of {len(here[here > 0])} dutiable lines" in problem.allowed
    assert f"{100 * here.max():.4g} %" in problem.allowed
    assert "remedy" in problem.allowed and "(MFN)" in problem.allowed


def _lines(economy: Economy) -> list[str]:
    return [str(code) for code in economy.markets["IND"].schedule.lines]


def test_a_rate_that_can_be_reached_may_raise_a_preference(economy: Economy) -> None:
    settings = {"importer": "IND", "select": {"hs": ["7208"]}, "cut": {"rate": 5}}
    change = cepasim.simulate(economy, asked(settings | {"start": "2026-27"})).totals
    assert change["change_in_balance_usd_mn"].iloc[-1] > 0


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"cut": {"match": "JPN"}}, "cut", "match a source other than JPN"),
        ({"cut": {"match": "IND"}}, "cut", "match a source other than JPN"),
        ({"cut": {"match": "EU"}}, "cut.match", "allowed: JPN, CHN"),
        ({"cut": {"match": 5}}, "cut.match", "whose rates are matched"),
        ({"cut": {"swiss_average": 0}}, "cut.swiss_average", "for 0 use eliminate"),
        ({"phases": []}, "phases", "a list of {cut, start, years}"),
        ({"phases": [{"cut": "eliminate"}]}, "phases[0].start", "a fiscal year"),
        (
            {"phases": [{"cut": "elim", "start": "2026-27"}]},
            "phases[0].cut",
            "eliminate, {percent: 50}",
        ),
        (
            {"phases": [{"cut": "eliminate", "start": "2026-27", "yers": 3}]},
            "phases[0].yers",
            "did you mean years?",
        ),
        (
            {
                "phases": [
                    {"cut": {"percent": 50}, "start": "2026-27", "years": 5},
                    {"cut": "eliminate", "start": "2030-31"},
                ]
            },
            "phases",
            "begins before that of 2026-27 is done (2030-31)",
        ),
        ({"cut": "eliminate", "phases": [{"cut": "eliminate", "start": "2026-27"}]}, "cut", "one"),
        ({"cut": "eliminate", "end": "2025-26"}, "end", "not before 2026-27"),
        ({"cut": "eliminate", "years": 4, "end": "2027-28"}, "end", "last step is taken (2029-30)"),
    ],
)
def test_what_is_wrong_is_said(settings: dict[str, Any], field: str, said: str) -> None:
    base = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2026-27"}
    if "phases" in settings and "cut" not in settings:
        del base["start"]
    with pytest.raises(InputError) as caught:
        asked(base | settings)
    found = [problem for problem in caught.value.problems if said in problem.allowed]
    assert found, caught.value
    assert found[0].field == f"levers[0].tariff.{field}"


def test_an_average_above_todays_is_refused(economy: Economy) -> None:
    settings = {"importer": "IND", "select": {"hs": ["87"]}, "cut": {"swiss_average": 90}}
    with pytest.raises(InputError, match="below today's average"):
        cepasim.simulate(economy, asked(settings | {"start": "2026-27"}))


# --- signs and monotonicity over random sizes -----------------------------------------------------


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.floats(2, 20), st.floats(1.2, 3), st.sampled_from(["swiss", "swiss_average", "cap"]))
def test_the_deeper_the_cut_the_more_is_imported(
    economy: Economy, number: float, factor: float, formula: str
) -> None:
    def imports(size: float) -> float:
        settings = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2026-27"}
        scenario = asked(settings | {"cut": {formula: size}}, time="long_run")
        totals = cepasim.simulate(economy, scenario, attribution=False).totals
        return float(totals["imports_usd_mn"].iloc[-1] - totals["baseline_imports_usd_mn"].iloc[-1])

    deep, shallow = imports(number / factor), imports(number)
    assert deep > shallow > 0


def test_a_rate_above_the_ceiling_of_one_line_names_that_line_and_its_ceiling(
    economy: Economy,
) -> None:
    """Cars pay up to 125 %, parts 16.5 % at most: a rate between them is refused for the parts."""
    cut = {"importer": "IND", "select": {"hs": ["8703", "8708"]}, "cut": {"rate": 60}}
    lever = {"tariff": cut | {"start": "2027-28"}}
    scenario = Scenario.from_dict({"name": "x", "time": "long_run", "levers": [lever]})
    with pytest.raises(InputError) as refused:
        cepasim.simulate(economy, scenario)
    [problem] = refused.value.problems
    schedule = economy.markets["IND"].schedule
    named = re.findall(r"(\d{8}) ([\d.]+) %", problem.allowed)
    assert named and all(code.startswith("87") for code, _ in named)
    for code, ceiling in named:
        line = schedule.lines.tolist().index(code)
        assert 100 * schedule.mfn[line] == pytest.approx(float(ceiling), rel=1e-3)
        assert 100 * schedule.mfn[line] < 60
