"""Duties that come back and duties on top: withdrawals, safeguards, anti-dumping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.shocks.wedges import wedges

YEARS = np.arange(2023, 2036)
STEEL = {"select": {"hs": ["7208-7212"]}, "start": "2026-27", "end": "2028-29"}


def asked(kind: str, settings: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": kind, "levers": [{kind: settings}], **header})


def hats(economy: Economy, scenario: Scenario, importer: str) -> np.ndarray:
    """Wedge of each source over that without levers, by year and chapter."""
    acting = measures(economy, scenario.levers, YEARS)[importer]
    with_it = wedges(economy, importer, acting, YEARS)
    return np.asarray(with_it.hat / wedges(economy, importer, (), YEARS).hat)


def change(
    economy: Economy, scenario: Scenario, column: str = "imports_usd_mn"
) -> dict[str, float]:
    totals = cepasim.simulate(economy, scenario, attribution=False).totals
    moved = totals[column] - totals[f"baseline_{column}"]
    return dict(zip(totals["fiscal_year"], moved.astype(float), strict=True))


# --- withdrawals --------------------------------------------------------------------------------


def test_a_withdrawal_puts_lines_back_to_mfn_and_nothing_above(economy: Economy) -> None:
    scenario = asked(
        "withdraw", {"importer": "IND", "select": {"hs": ["39"]}, "start": "2027-28", "years": 2}
    )
    schedule = economy.markets["IND"].schedule
    before = schedule.line_rates("JPN", YEARS)
    [measure] = measures(economy, scenario.levers, YEARS)["IND"]
    after = line_rates(before, schedule.mfn, [measure.everywhere()])
    plastics = np.array([code.startswith("39") for code in schedule.lines])
    np.testing.assert_array_equal(after[:, ~plastics], before[:, ~plastics])
    np.testing.assert_array_equal(after[:4], before[:4])
    half = (before[4] + schedule.mfn) / 2
    np.testing.assert_allclose(after[4, plastics], half[plastics], atol=1e-15)
    np.testing.assert_allclose(after[5:, plastics], np.tile(schedule.mfn[plastics], (8, 1)))
    assert (after >= before - 1e-15).all() or np.isnan(after).any()


def test_a_withdrawal_ends(economy: Economy) -> None:
    scenario = asked(
        "withdraw",
        {"importer": "IND", "select": {"hs": ["39"]}, "start": "2027-28", "end": "2029-30"},
    )
    moved = hats(economy, scenario, "IND")[:, economy.chapters.index("39")]
    column = economy.markets["IND"].partner_column
    assert (moved[4:7, column] > 1.01).all()
    np.testing.assert_allclose(np.delete(moved, [4, 5, 6], axis=0), 1, atol=1e-12)


@pytest.mark.parametrize("order", [1, -1])
def test_a_withdrawal_counts_over_a_cut_from_the_day_it_begins(
    economy: Economy, order: int
) -> None:
    levers = [
        {
            "tariff": {
                "importer": "IND",
                "select": {"hs": ["8703"]},
                "cut": "eliminate",
                "start": "2026-27",
            }
        },
        {"withdraw": {"importer": "IND", "select": {"hs": ["8703"]}, "start": "2030-31"}},
    ][::order]
    scenario = Scenario.from_dict({"name": "cut, then back", "levers": levers})
    schedule = economy.markets["IND"].schedule
    before = schedule.line_rates("JPN", YEARS)
    acting = measures(economy, scenario.levers, YEARS)["IND"]
    after = line_rates(before, schedule.mfn, (one.everywhere() for one in acting))
    cars = np.array([code.startswith("8703") for code in schedule.lines])
    assert (after[3:7, cars] == 0).all()
    np.testing.assert_allclose(after[7:, cars], np.tile(schedule.mfn[cars], (6, 1)))


def test_where_there_is_no_preference_the_result_says_so(economy: Economy) -> None:
    scenario = asked(
        "withdraw", {"importer": "IND", "select": {"hs": ["0402"]}, "start": "2026-27"}
    )
    result = cepasim.simulate(economy, scenario)
    assert any("Japan has no preference in India to withdraw in 04" in n for n in result.notes)
    assert abs(result.totals["change_in_balance_usd_mn"]).max() < 1e-9


# --- remedies -----------------------------------------------------------------------------------


def test_a_remedy_is_on_top_of_what_is_paid_with_and_without_a_preference(
    economy: Economy,
) -> None:
    """Claimed or not, 12 % come on top: the mean duty rises by about as much, and no more."""
    market, steel = economy.markets["IND"], economy.chapters.index("72")
    settings = {**STEEL, "select": {"hs": ["72"]}, "add_percent": 12}
    acting = measures(economy, asked("remedy", settings).levers, YEARS)["IND"]
    found, without = (wedges(economy, "IND", one, YEARS) for one in (acting, ()))
    column = market.partner_column
    added = (found.effective - without.effective)[:, steel, column]
    np.testing.assert_allclose(added[3:6], 0.12, atol=0.002)
    np.testing.assert_allclose(np.delete(added, [3, 4, 5]), 0, atol=1e-15)
    due = (found.collected - without.collected)[:, steel, column]
    np.testing.assert_allclose(due[3:6], 0.12, atol=0.002)
    others = np.delete(found.effective - without.effective, column, axis=2)
    assert abs(others).max() == 0


def test_rates_by_year_and_an_end(economy: Economy) -> None:
    settings = {**STEEL, "select": {"hs": ["72"]}, "add_percent": [12, 11.5, 11]}
    acting = measures(economy, asked("remedy", settings).levers, YEARS)["IND"]
    effective = wedges(economy, "IND", acting, YEARS).effective[:, economy.chapters.index("72")]
    added = effective[:, economy.markets["IND"].partner_column]
    added = (
        added
        - wedges(economy, "IND", (), YEARS).effective[
            :, economy.chapters.index("72"), economy.markets["IND"].partner_column
        ]
    )
    np.testing.assert_allclose(added[3:6], [0.12, 0.115, 0.11], atol=0.002)
    assert abs(added[6:]).max() < 1e-12
    once = asked("remedy", settings, time="long_run")
    highest = asked("remedy", {**settings, "add_percent": 12}, time="long_run")
    assert change(economy, once) == change(economy, highest)
    notes = cepasim.simulate(economy, once).notes
    assert any("counted at its highest rate, 12 %" in note for note in notes)
    assert any("a lever that ends is counted as if it did not" in note for note in notes)


def test_a_safeguard_is_on_all_but_the_exempt(economy: Economy) -> None:
    scenario = asked(
        "remedy", {**STEEL, "source": "all", "exempt": ["THA", "IDN"], "add_percent": 12}
    )
    moved = hats(economy, scenario, "IND")[4, economy.chapters.index("72")]
    sources = economy.markets["IND"].exporters
    for source, hat in zip(sources, moved, strict=True):
        if source in ("THA", "IDN"):
            assert abs(hat - 1) < 1e-12
        else:
            assert hat > 1.02, source


def test_japan_loses_less_when_everybody_pays(economy: Economy) -> None:
    alone = change(economy, asked("remedy", {**STEEL, "add_percent": 12}))
    all_pay = change(economy, asked("remedy", {**STEEL, "source": "all", "add_percent": 12}))
    assert alone["2028-29"] < all_pay["2028-29"] < 0
    assert abs(alone["2035-36"]) < 0.25 * abs(alone["2028-29"])


def test_remedies_of_two_sources_add_up(economy: Economy) -> None:
    levers = [
        {"remedy": {**STEEL, "source": "all", "add_percent": 12}},
        {"remedy": {**STEEL, "source": "CHN", "add_percent": 10}},
    ]
    one = Scenario.from_dict({"name": "both", "levers": levers})
    column = economy.markets["IND"].exporters.index("CHN")
    steel = economy.chapters.index("72")
    both = hats(economy, one, "IND")[4, steel, column]
    alone = hats(economy, asked("remedy", levers[0]["remedy"]), "IND")[4, steel, column]
    assert both > alone > 1


def test_a_duty_on_goods_whose_own_rate_is_unknown_is_counted(economy: Economy) -> None:
    """Rice pays a specific duty in Japan that the data do not hold; what is added still counts."""
    settings = {"importer": "JPN", "select": {"hs": ["1006"]}, "add_percent": 20}
    scenario = asked("remedy", settings | {"start": "2026-27", "end": "2030-31"})
    moved = hats(economy, scenario, "JPN")[4, economy.chapters.index("10")]
    assert moved[economy.markets["JPN"].partner_column] > 1.001


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.floats(0.5, 40), st.floats(1.05, 3), st.sampled_from(["72", "39", "84", "87"]))
def test_the_higher_the_duty_the_less_is_imported(
    economy: Economy, low: float, factor: float, hs: str
) -> None:
    def imports(percent: float) -> float:
        settings = {**STEEL, "select": {"hs": [hs]}, "add_percent": percent}
        found = change(economy, asked("remedy", settings, time="long_run"))
        return list(found.values())[-1]

    assert imports(low * factor) < imports(low) < 0


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "changes", "field", "said"),
    [
        (
            "remedy",
            {"add_percent": [12, 11]},
            "add_percent",
            "one number, or 3, one for each year from",
        ),
        ("remedy", {"add_percent": -3}, "add_percent[0]", "from 0 to 500"),
        ("remedy", {"add_percent": 501}, "add_percent[0]", "from 0 to 500"),
        ("remedy", {"add_percent": []}, "add_percent", "one number, or one for each year"),
        ("remedy", {"end": None}, "end", "a fiscal year"),
        ("remedy", {"end": "2025-26"}, "end", "not before 2026-27"),
        ("remedy", {"exempt": ["THA"]}, "exempt", "with source: all only"),
        ("remedy", {"source": "all", "exempt": ["XYZ"]}, "exempt[0]", "a source there: "),
        ("remedy", {"source": "alle"}, "source", "did you mean all?"),
        ("withdraw", {"years": 5, "end": "2027-28"}, "end", "when its last step is taken"),
    ],
)
def test_what_is_wrong_is_said(kind: str, changes: dict[str, Any], field: str, said: str) -> None:
    base: dict[str, Any] = {**STEEL, "importer": "IND"}
    if kind == "remedy":
        base["add_percent"] = 12
    given = {key: value for key, value in (base | changes).items() if value is not None}
    with pytest.raises(InputError) as caught:
        asked(kind, given)
    [problem] = caught.value.problems
    assert problem.field == f"levers[0].{kind}" + (f".{field}" if field else "")
    assert said in problem.allowed


def test_a_remedy_without_countries_is_india_s_on_japan() -> None:
    [lever] = asked("remedy", {**STEEL, "add_percent": 12}).levers
    assert lever.targets == (("IND", "JPN"),)
    [lever] = asked("remedy", {**STEEL, "source": "IND", "add_percent": 12}).levers
    assert lever.targets == (("JPN", "IND"),)
    [lever] = asked("remedy", {**STEEL, "source": "CHN", "add_percent": 12}).levers
    assert lever.targets == (("IND", "CHN"),)
