"""What would it take: a depth found again, a target out of reach, and what is not a target."""

from __future__ import annotations

from typing import Any

import pytest

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.levers.depth import at_depth, depth_of, evident_depth
from cepasim.levers.every import LEVERS, lever_of
from cepasim.studies.advice import target

YEAR = "2030-31"


def of(economy: Economy, scenario: Scenario, column: str) -> float:
    totals = cepasim.simulate(economy, scenario, attribution=False).totals
    return float(totals.set_index("fiscal_year").loc[YEAR, column])


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("ntb-relief", "balance_usd_mn"),
        ("ntb-relief", "exports_usd_mn"),
        ("china-plus-one", "change_in_balance_usd_mn"),
        ("cepa-remaining-tariffs", "exports_usd_mn"),
    ],
)
def test_a_depth_is_found_again_from_what_it_does(economy: Economy, name: str, item: str) -> None:
    scenario = Scenario.bundled(name)
    depth = depth_of(scenario.levers[0])
    assert depth is not None
    half = depth.value / 2
    levers = (at_depth(scenario.levers[0], half), *scenario.levers[1:])
    wanted = of(economy, scenario.model_copy(update={"levers": levers}), item)
    answer = cepasim.what_would_it_take(
        economy, scenario, target={item: wanted, "fiscal_year": YEAR}
    )
    assert answer.reached and answer.closed and answer.monotone and answer.second_lever is None
    assert answer.depth == pytest.approx(half, rel=1e-3)
    assert of(economy, answer.scenario, item) == pytest.approx(wanted, abs=0.02)
    assert answer.outcome_usd_mn == pytest.approx(of(economy, answer.scenario, item))


@pytest.mark.slow(seconds=2)
def test_out_of_reach_it_goes_all_the_way_and_a_second_lever_closes_the_rest(
    economy: Economy,
) -> None:
    scenario = Scenario.bundled("cepa-remaining-tariffs")
    answer = cepasim.what_would_it_take(
        economy, scenario, target={"balance_usd_mn": -17800.0, "fiscal_year": YEAR}
    )
    assert not answer.reached and answer.depth == 100.0
    assert answer.second_lever is not None and answer.closed
    assert of(economy, answer.scenario, "balance_usd_mn") == pytest.approx(-17800.0, abs=0.02)
    assert "closes the rest" in answer.text and "alone does not reach" in answer.text
    # It is said once how far the other lever goes: two roundings of it would look like two depths.
    assert f"“{answer.second_lever.title}” closes the rest:" in answer.text
    assert " bn away" in answer.text and " mn" not in answer.text


def test_a_target_in_millions_is_answered_in_millions(economy: Economy) -> None:
    scenario = Scenario.bundled("cepa-remaining-tariffs")
    asked = {"change_in_balance_usd_mn": 20.0, "fiscal_year": YEAR}
    text = cepasim.what_would_it_take(economy, scenario, target=asked).text
    assert "US$ 20 mn" in text and " bn" not in text


def test_what_closes_the_rest_can_be_agreed_between_the_two() -> None:
    """No duty of a third country and no exchange rate, which neither side decides."""
    offered = list(target._candidates(Scenario.reference()))
    assert {"tariff", "ntb", "fund"} <= {lever.kind for lever in offered}
    assert not {"external", "exchange_rate"} & {lever.kind for lever in offered}
    bundled = [lever for name in cepasim.scenarios() for lever in Scenario.bundled(name).levers]
    assert "external" in {lever.kind for lever in bundled}


@pytest.mark.slow(seconds=1)
def test_a_section_is_a_part_of_the_whole(economy: Economy) -> None:
    scenario = Scenario.bundled("ntb-relief")
    target = {"exports_usd_mn": 1.0, "fiscal_year": YEAR, "section": "XI"}
    answer = cepasim.what_would_it_take(economy, scenario, target=target)
    by = answer.result.by("section", YEAR)
    row = by[(by["flow"] == "export") & (by["section"] == "XI")]
    assert answer.outcome_usd_mn == pytest.approx(float(row["scenario_usd_mn"].iloc[0]))


@pytest.mark.parametrize(
    "target",
    [
        None,
        {},
        {"balance_usd_mn": "much", "fiscal_year": YEAR},
        {"balance_usd_mn": float("nan"), "fiscal_year": YEAR},
        {"balance_usd_mn": 1.0, "fiscal_year": "2090-91"},
        {"balance_usd_mn": 1.0, "fiscal_year": YEAR, "section": "XXX"},
        {"balance_usd_mn": 1.0, "exports_usd_mn": 1.0, "fiscal_year": YEAR},
    ],
)
def test_what_is_no_target_is_refused(economy: Economy, target: Any) -> None:
    with pytest.raises(InputError, match="target"):
        cepasim.what_would_it_take(economy, Scenario.bundled("ntb-relief"), target=target)


def test_a_lever_that_is_not_there_or_has_no_depth_is_refused(economy: Economy) -> None:
    target = {"balance_usd_mn": -18000, "fiscal_year": YEAR}
    with pytest.raises(InputError, match="lever"):
        cepasim.what_would_it_take(economy, Scenario.bundled("ntb-relief"), 5, target)
    written = {
        "name": "out",
        "levers": [{"withdraw": {"importer": "IND", "select": {"hs": ["39"]}, "start": "2027-28"}}],
    }
    with pytest.raises(InputError, match="one number"):
        cepasim.what_would_it_take(economy, Scenario.from_dict(written), 0, target)


def test_every_depth_can_be_set_within_its_limits() -> None:
    for kind, lever_class in LEVERS.items():
        for example in lever_class.examples():
            lever = lever_of({kind: example.settings})
            assert lever is not None
            depth = depth_of(lever)
            if depth is not None:
                assert depth.least <= depth.value <= depth.most, kind
                for value in (depth.least, depth.most):
                    turned = at_depth(lever, value)
                    again = lever_of(turned.as_written())
                    assert again is not None and depth_of(again) == depth_of(turned), kind


@pytest.mark.slow(seconds=2)
def test_no_lever_is_proposed_beyond_where_evidence_ends(economy: Economy) -> None:
    """Asked for what nothing reaches, no fund of US$ 95 bn comes back, but the limit and why."""
    target = {"exports_usd_mn": 30_000.0, "fiscal_year": YEAR}
    answer = cepasim.what_would_it_take(economy, Scenario.bundled("fund-2bn"), target=target)
    most = economy.parameters.value("depth_most_fund_usd_bn")
    assert not answer.reached and answer.depth == most == 10
    assert "an assumption" in answer.text
    for lever in answer.scenario.levers:
        depth = evident_depth(economy, lever)
        assert depth is not None and depth.least <= depth.value <= depth.most


def test_every_lever_has_limits_a_reader_can_believe(economy: Economy) -> None:
    widest = {"fund": 10, "sourcing": 10, "offtake": 2000, "quota": 2000, "tariff": 150}
    for kind, lever_class in LEVERS.items():
        for example in lever_class.examples():
            lever = lever_of({kind: example.settings})
            assert lever is not None
            depth, evident = depth_of(lever), evident_depth(economy, lever)
            if depth is not None and evident is not None:
                assert depth.least <= evident.least < evident.most <= depth.most, example.form
                assert evident.most <= widest.get(kind, 100) or "swiss" in evident.setting


def test_a_duty_goes_no_higher_than_what_everybody_pays(economy: Economy) -> None:
    cut = {"importer": "IND", "select": {"hs": ["8703"]}, "start": "2027-28"}
    cap = lever_of({"tariff": {**cut, "cut": {"cap": 30}}})
    assert cap is not None
    depth = evident_depth(economy, cap)
    schedule = economy.markets["IND"].schedule
    lines = [str(line).startswith("8703") for line in schedule.lines]
    assert depth is not None and depth.most == pytest.approx(100 * schedule.mfn[lines].max())
    days = lever_of(
        {
            "ntb": {
                "importer": "JPN",
                "type": "border",
                "select": {"all": True},
                "days_saved": 1,
                "start": "2026-27",
            }
        }
    )
    assert days is not None
    waiting = evident_depth(economy, days)
    assert waiting is not None and waiting.most == economy.parameters.value("border_days_jpn")
