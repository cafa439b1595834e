"""Growth of the pair's trade after the last known year is drawn, beside its market's."""

from __future__ import annotations

import numpy as np
import pytest

import cepasim
from cepasim import Economy, Scenario
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.spread import WIDTH
from cepasim.economy.variants import CENTRAL
from cepasim.studies.groups import group_of, score_groups

RELIEF = Scenario.from_dict(
    {
        "name": "relief",
        "horizon": "2030-31",
        "levers": [
            {
                "ntb": {
                    "importer": "JPN",
                    "type": "all",
                    "select": {"all": True},
                    "relief_percent": 40,
                    "start": "2024-25",
                }
            }
        ],
    }
)


@pytest.fixture(scope="module")
def uncertainty(economy: Economy) -> Uncertainty:
    return Uncertainty.of(economy)


def at(uncertainty: Uncertainty, name: str, score: float) -> np.ndarray:
    """Scores of which one alone is not 0."""
    scores = np.zeros(uncertainty.dimensions)
    scores[uncertainty.growth.own[uncertainty.growth.names.index(name)]] = score
    return scores


def test_every_rule_of_every_variant_is_drawn_under_scores_that_variants_share(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    rules = [
        (variant.name, rule)
        for variant in economy.ground.variants.values()
        for rule in variant.rules
    ]
    block = uncertainty.growth
    assert len(block.names) == len(rules) > 4
    places = {}
    for name, own, (variant, rule) in zip(block.names, block.own, rules, strict=True):
        assert name.startswith(f"growth {variant} {rule.flow} ")
        places.setdefault(name.removeprefix(f"growth {variant} "), set()).add(own)
    assert all(len(found) == 1 for found in places.values())
    assert len(set(block.own.tolist())) == len(places)


def test_the_markets_growth_and_the_rest_make_the_range(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    spread, names = uncertainty.growth.spread, uncertainty.growth.names
    for flow, market in (("export", "jpn"), ("import", "ind")):
        low, high = economy.parameters.rows.set_index("name").loc[
            f"real_demand_growth_{market}", ["low", "high"]
        ]
        middle = economy.parameters.value(f"real_demand_growth_{market}")
        for variant in economy.ground.variants.values():
            for rule in (rule for rule in variant.rules if rule.flow == flow):
                place = names.index(f"growth {variant.name} {flow} all {rule.start}")
                below = np.hypot(rule.value - spread.low[place], middle - low)
                above = np.hypot(spread.high[place] - rule.value, high - middle)
                assert below == pytest.approx(max(rule.value - rule.low, middle - low))
                assert above == pytest.approx(max(rule.high - rule.value, high - middle))
                assert spread.at(np.zeros(len(names)))[place] == rule.value
    assert not spread.side.any()


def test_it_moves_assumed_years_and_no_known_one(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    usual = cepasim.simulate(economy, RELIEF).totals.set_index("fiscal_year")
    drawn = uncertainty.economy(economy, at(uncertainty, "growth central export all 2026", WIDTH))
    more = cepasim.simulate(drawn, RELIEF).totals.set_index("fiscal_year")
    ratio = more["baseline_exports_usd_mn"] / usual["baseline_exports_usd_mn"]
    np.testing.assert_allclose(ratio[:"2025-26"], 1.0, rtol=1e-9)
    grown = (
        drawn.ground.variants[CENTRAL].rules[0].value
        - economy.ground.variants[CENTRAL].rules[0].value
    )
    assert ratio["2030-31"] == pytest.approx((1 + grown) ** 5, rel=0.02)
    # A change scales with the level it is a change of.
    change = more["change_in_balance_usd_mn"] / usual["change_in_balance_usd_mn"]
    assert change["2030-31"] == pytest.approx(ratio["2030-31"], rel=0.02)
    np.testing.assert_allclose(
        more["baseline_imports_usd_mn"], usual["baseline_imports_usd_mn"], rtol=1e-9
    )


def test_no_score_is_the_economy_itself(economy: Economy, uncertainty: Uncertainty) -> None:
    same = uncertainty.economy(economy, np.zeros(uncertainty.dimensions))
    for name, variant in economy.ground.variants.items():
        # By what they say: from Python 3.13 on a rule that holds NaN is not equal to its like.
        assert repr(same.ground.variants[name]) == repr(variant)


def test_products_of_a_draw_grow_as_its_chapters(economy: Economy) -> None:
    fine = economy.refine(["64"])
    uncertainty = Uncertainty.of(fine)
    drawn = uncertainty.economy(fine, at(uncertainty, "growth central import all 2026", -WIDTH))
    rates = {
        one.ground.variants[CENTRAL].rules[1].value
        for one in (drawn, drawn.by_chapter, drawn.with_products(["6403"]))
    }
    [rate] = rates
    assert rate < economy.ground.variants[CENTRAL].rules[1].value


def test_what_is_set_by_name_is_no_error_of_the_rest(economy: Economy) -> None:
    set_by_name = Uncertainty.of(economy.with_overrides({"real_demand_growth_jpn": 0.01}))
    place = set_by_name.growth.names.index("growth constant_share export all 2026")
    rule = economy.ground.variants["constant_share"].rules[0]
    ends = set_by_name.growth.spread.low[place], set_by_name.growth.spread.high[place]
    assert ends == pytest.approx((rule.low, rule.high))


def test_it_is_in_one_group(uncertainty: Uncertainty) -> None:
    assert {group_of(name).key for name in uncertainty.growth.names} == {"growth"}
    assert score_groups(uncertainty).any(axis=1).all()


def test_growth_that_rounds_to_nothing_is_said_as_nothing(economy: Economy) -> None:
    central = economy.ground.variants[CENTRAL]
    still = central.drawn([0.0004, *[0.03] * (len(central.rules) - 1)])
    assert still.in_words.startswith("exports 0 %; ")
    assert "+3.0 %" in still.in_words
