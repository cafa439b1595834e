"""A coalition put together from pieces is what solving it whole gives, whatever its levers are."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from cepasim import Economy, Scenario
from cepasim.levers.every import every_form
from cepasim.solution import part
from cepasim.solution.solve import game_of, run

#: Levers that work through one another: origin needs a margin, sourcing a seller, quotas a wedge.
TOGETHER: dict[str, list[dict[str, Any]]] = {
    "full package": [dict(one) for one in Scenario.bundled("full-package").to_dict()["levers"]],
    "margin and proof": [
        {
            "tariff": {
                "importer": "IND",
                "select": {"hs": ["87", "72"]},
                "cut": {"percent": 50},
                "start": "2026-27",
            }
        },
        {
            "origin": {
                "importer": "IND",
                "select": {"all": True},
                "cost_cut_percent": 60,
                "start": "2027-28",
            }
        },
        {
            "quota": {
                "importer": "IND",
                "select": {"hs": ["8703"]},
                "usd_mn": 5,
                "over_rate_percent": 150,
                "start": "2027-28",
            }
        },
        {"exchange_rate": {"country": "JPN", "depreciation_percent": 4, "start": "2028-29"}},
    ],
    "buyers and plants": [
        {
            "fund": {
                "usd_bn": 2.0,
                "windows": {"labour_intensive": 1.0},
                "start": "2026-27",
                "years": 3,
            }
        },
        {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "to": "IND",
                "select": {"window": "both"},
                "share_percent": 5,
                "start": "2026-27",
            }
        },
        {
            "external": {
                "market": "USA",
                "tariff_on": "IND",
                "redirect_share": 0.1,
                "select": {"hs": ["61", "62"]},
                "start": "2026-27",
            }
        },
    ],
}


@pytest.fixture(scope="module")
def mixed(economy: Economy) -> Economy:
    return economy.refine(["03", "61", "64", "87"])


@pytest.mark.parametrize("name", TOGETHER)
def test_every_coalition_is_what_its_levers_alone_give(mixed: Economy, name: str) -> None:
    levers = TOGETHER[name]
    whole = Scenario.from_dict({"name": name, "levers": levers})
    solved = run(mixed, whole)
    kinds = solved.kinds
    assert len(solved.effects) == 1 << len(kinds)
    for size in range(len(kinds) + 1):
        for inside in combinations(range(len(kinds)), size):
            chosen = {kinds[place] for place in inside}
            some = [lever for lever in levers if set(lever) <= chosen]
            one = run(solved.economy, Scenario.from_dict({"name": "some", "levers": some}), False)
            found = solved.effects[sum(1 << place for place in inside)]
            np.testing.assert_allclose(found.exports, one.outcome.exports, rtol=1e-10, atol=1e-9)
            np.testing.assert_allclose(found.imports, one.outcome.imports, rtol=1e-10, atol=1e-9)
            for country, gain in one.outcome.welfare(one.reference).items():
                np.testing.assert_allclose(found.welfare[country], gain, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize(
    ("kind", "example"), every_form(), ids=lambda one: getattr(one, "form", one)
)
def test_every_form_acts_on_products_as_it_does_on_chapters(
    mixed: Economy, economy: Economy, kind: str, example: Any
) -> None:
    """Accounts add up, and what is sure of the signs holds at either level."""
    scenario = Scenario.from_dict(
        {"name": "x", "levers": [{kind: dict(example.settings)}], "time": "long_run"}
    )
    changes = []
    for one in (mixed, economy):
        solved = run(one, scenario)
        before, after = solved.states
        np.testing.assert_allclose(solved.effects[-1].exports, after.exports, atol=1e-8)
        for outcome in after.markets.values():
            assert np.isfinite(outcome.fob).all() and (outcome.fob >= 0).all()
        changes.append(
            [
                float((getattr(after, flow) - getattr(before, flow)).sum())
                for flow in ("exports", "imports")
            ]
        )
    for fine, coarse, sign in zip(*changes, example.signs, strict=False):
        if sign in "+-":
            assert np.sign(fine) == np.sign(coarse) == (1 if sign == "+" else -1)


def test_only_what_a_lever_touches_is_solved(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = {
        "tariff": {
            "importer": "JPN",
            "select": {"hs": ["64"]},
            "cut": "eliminate",
            "start": "2028-29",
        }
    }
    scenario = Scenario.from_dict({"name": "x", "levers": [cut]})
    run(economy, scenario)
    seen: list[tuple[int, int]] = []
    plain = part.shocks_at

    def noted(hats: Any, touched: part.Touched) -> Any:
        seen.append((int(touched.products.sum()), touched.first_row))
        return plain(hats, touched)

    monkeypatch.setattr("cepasim.solution.coalitions.shocks_at", noted)
    solved = run(economy, scenario, attribution=False)
    assert seen == [(1, 5)]
    moved = np.abs(solved.outcome.exports - solved.reference.exports).max(axis=0) > 0
    assert [economy.chapters[h] for h in np.flatnonzero(moved)] == ["64"]


def test_markets_solved_together_are_solved_from_the_first_year_that_differs(
    economy: Economy,
) -> None:
    cut = {"importer": "JPN", "select": {"hs": ["64"]}, "cut": "eliminate", "start": "2028-29"}
    scenario = Scenario.from_dict({"name": "x", "levers": [{"tariff": cut}]})
    game = game_of(economy, scenario, "gsim")
    before, after = game.reference(), game.scenario()
    whole = game.engine.solve(
        game.economy, {one: found.shocks for one, found in after.markets.items()}
    )
    for importer, found in after.markets.items():
        for name in ("price", "fob", "domestic", "composite_index", "duty"):
            ours, expected = getattr(found, name), getattr(whole[importer], name)
            np.testing.assert_array_equal(ours[5:], expected[5:], err_msg=name)
            np.testing.assert_allclose(ours, expected, rtol=1e-12, err_msg=name)
            # What comes before the lever is the reference itself, not its like to rounding.
            np.testing.assert_array_equal(ours[:5], getattr(before.markets[importer], name)[:5])
    assert len(after.markets["JPN"].fob) == len(game.years)


@pytest.mark.parametrize("name", TOGETHER)
def test_shocks_on_some_products_are_those_of_the_whole_market(mixed: Economy, name: str) -> None:
    scenario = Scenario.from_dict({"name": name, "levers": TOGETHER[name]})
    game = game_of(mixed, scenario)
    places = np.arange(0, len(game.economy.chapters), 3)
    for importer in game.economy.markets:
        whole = part.shocks_on(game.hats(importer, game.everyone), slice(None), places)
        some = game.hats_at(importer, game.everyone, places)
        for item in fields(whole):
            pairs = [(getattr(whole, item.name), getattr(some, item.name))]
            if is_dataclass(pairs[0][0]):
                pairs = [
                    (getattr(pairs[0][0], one.name), getattr(pairs[0][1], one.name))
                    for one in fields(pairs[0][0])
                    if one.name != "moved"  # what they are made of is of the whole market
                ]
            for expected, found in pairs:
                np.testing.assert_array_equal(found, expected, err_msg=item.name)
