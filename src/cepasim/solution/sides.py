"""The change split over kinds of levers and sides: what Japan's rules do and what India's do.

A player of the split is a kind of lever on one importer; a fund, a currency or moved purchases have
no side and stay one player. Where markets are solved one at a time, what a kind does on Japan's
side is in Japan's market alone, with the inputs that the extra exports need, and what it does on
India's in India's: the change is a sum over markets, and so is its Shapley split. Where one price
clears both markets, each side is tried without the other beside every coalition of the other kinds
(Owen 1977: sides of a kind join together); with many kinds that is too much, and sides stay merged.
In both the sides of a kind sum to what the kind adds.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.engines.engine import Engine
from cepasim.equilibrium.shapley import lean_of_pair, shapley
from cepasim.scenario.scenario import Scenario
from cepasim.solution.coalitions import Coalitions
from cepasim.solution.state import Contribution, Effects, amounts

#: What a contribution is counted in.
_NAMES = ("exports", "imports", "welfare_JPN", "welfare_IND")
#: Solutions of both markets at once that may be spent on telling sides apart.
MOST_TRIALS = 128


def sides_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Sides of every kind of lever of a scenario: its importers; none for those without."""
    found: dict[str, dict[str, None]] = {}
    for lever in scenario.levers:
        sides = found.setdefault(lever.kind, {})
        if lever.side:
            sides[lever.side] = None
    return {kind: tuple(sorted(sides, reverse=True)) for kind, sides in found.items()}


def merged(scenario: Scenario, engine: Engine) -> tuple[str, ...]:
    """Kinds whose two sides are not told apart: there would be too much to solve."""
    sides = sides_of(scenario)
    double = tuple(kind for kind, two in sides.items() if len(two) > 1)
    trials = len(double) << len(sides)
    return double if engine.joint and trials > MOST_TRIALS else ()


def contributions(
    game: Coalitions, effects: tuple[Effects, ...], scenario: Scenario
) -> tuple[Contribution, ...]:
    """What each kind of lever adds on each of its sides, kinds in the order of the scenario.

    Parameters
    ----------
    game : Coalitions
    effects : tuple of Effects
        Of every coalition.
    scenario : Scenario

    Returns
    -------
    tuple of Contribution
    """
    if not effects:
        return ()
    sides, one_row = sides_of(scenario), merged(scenario, game.engine)
    whole = {name: shapley(np.stack([one.amounts[name] for one in effects])) for name in _NAMES}
    double = any(len(two) > 1 for kind, two in sides.items() if kind not in one_row)
    of_japan: dict[str, Floats] = {}
    if double and not game.engine.joint:
        of_japan = {
            name: shapley(np.stack([one.in_japan[name] for one in effects])) for name in _NAMES
        }
    found: list[Contribution] = []
    for place, kind in enumerate(game.kinds):
        all_of_it = {name: values[place] for name, values in whole.items()}
        if len(sides[kind]) < 2 or kind in one_row:
            side = sides[kind][0] if len(sides[kind]) == 1 else ""
            found.append(Contribution(kind, side, all_of_it))
            continue
        if game.engine.joint:
            lean = _lean(game, place)
            first = {name: all_of_it[name] / 2 + lean[name] for name in _NAMES}
        else:
            first = {name: of_japan[name][place] for name in _NAMES}
        rest = {name: all_of_it[name] - first[name] for name in _NAMES}
        found += [Contribution(kind, "JPN", first), Contribution(kind, "IND", rest)]
    return tuple(found)


def _lean(game: Coalitions, place: int) -> dict[str, Floats]:
    """By how much Japan's side of a kind adds more than half of what the kind adds."""
    bit = 1 << place
    others = [one for one in range(game.everyone + 1) if not one & bit]
    japan = [_amounts(game, {"JPN": one | bit, "IND": one}) for one in others]
    india = [_amounts(game, {"JPN": one, "IND": one | bit}) for one in others]
    return {
        name: lean_of_pair(
            np.stack([one[name] for one in japan]), np.stack([one[name] for one in india])
        )
        for name in _NAMES
    }


def _amounts(game: Coalitions, acting: Mapping[str, int]) -> dict[str, Floats]:
    found = game.state(acting)
    return amounts(found.exports, found.imports, found.welfare(game.reference()))
