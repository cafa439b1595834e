"""Cars against fish: what is given is worth what is asked, by itself and again when simulated."""

from __future__ import annotations

from typing import Any

import pytest

import cepasim
from cepasim import Economy, InputError, Scenario

YEAR = "2030-31"
FISH = {
    "ntb": {
        "importer": "JPN",
        "type": "sps",
        "select": {"hs": ["03", "16"]},
        "relief_percent": 50,
        "start": "2026-27",
    }
}
CARS = {
    "tariff": {
        "importer": "IND",
        "select": {"hs": ["87"]},
        "cut": {"percent": 50},
        "start": "2026-27",
    }
}


def of(*levers: Any) -> Scenario:
    return Scenario.from_dict({"name": "cars against fish", "levers": list(levers)})


def change(economy: Economy, scenario: Scenario, column: str) -> float:
    totals = cepasim.simulate(economy, scenario, attribution=False).totals
    row = totals.set_index("fiscal_year").loc[YEAR]
    return float(row[column] - row[f"baseline_{column}"])


def test_what_is_given_is_worth_what_is_asked(economy: Economy) -> None:
    answer = cepasim.what_must_be_given(economy, of(FISH, CARS))
    assert answer.reached and answer.setting == "cut.percent" and 0 < answer.depth < 100
    fish, cars = answer.scenario.levers
    asked = change(
        economy, answer.scenario.model_copy(update={"levers": (fish,)}), "exports_usd_mn"
    )
    given = change(
        economy, answer.scenario.model_copy(update={"levers": (cars,)}), "imports_usd_mn"
    )
    assert given == pytest.approx(asked, abs=0.02) and asked > 1
    assert answer.asked_usd_mn == pytest.approx(asked)
    both = answer.together_usd_mn
    assert both["IND"] == pytest.approx(change(economy, answer.scenario, "exports_usd_mn"))
    assert both["JPN"] == pytest.approx(change(economy, answer.scenario, "imports_usd_mn"))
    assert abs(answer.gap_usd_mn) < 0.02 * asked


def test_the_other_way_round_japan_asks(economy: Economy) -> None:
    """What Japan asks at the depth found is worth the fish again."""
    there = cepasim.what_must_be_given(economy, of(FISH, CARS))
    fish, cars = there.scenario.levers
    back = cepasim.what_must_be_given(
        economy, there.scenario.model_copy(update={"levers": (cars, fish)})
    )
    assert back.depth == pytest.approx(50, rel=1e-3)


def test_a_concession_too_small_goes_all_the_way(economy: Economy) -> None:
    small = {"tariff": {**CARS["tariff"], "select": {"hs": ["01"]}}}
    answer = cepasim.what_must_be_given(economy, of(FISH, small))
    assert not answer.reached and "cannot be worth as much" in answer.text
    assert answer.given_usd_mn < answer.asked_usd_mn


def test_welfare_measures_it_too(economy: Economy) -> None:
    answer = cepasim.what_must_be_given(economy, of(FISH, CARS), measure="welfare")
    totals = cepasim.simulate(economy, answer.scenario, attribution=False).totals
    row = totals.set_index("fiscal_year").loc[YEAR]
    assert answer.together_usd_mn["IND"] == pytest.approx(float(row["welfare_india_usd_mn"]))


def test_levers_of_one_side_or_without_a_side_are_refused(economy: Economy) -> None:
    other = {"ntb": {**FISH["ntb"], "select": {"hs": ["61"]}}}
    with pytest.raises(InputError, match="given"):
        cepasim.what_must_be_given(economy, of(FISH, other))
    fund = {"fund": {"usd_bn": 2, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 5}}
    with pytest.raises(InputError, match="given"):
        cepasim.what_must_be_given(economy, of(FISH, fund))
    with pytest.raises(InputError, match="measure"):
        cepasim.what_must_be_given(economy, of(FISH, CARS), measure="jobs")
