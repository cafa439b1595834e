"""The split of a fund that does most: a linear programme, corrected by the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.studies.advice.fund_split import GRID, Division
from cepasim.studies.advice.search import LARGE_GAP, NEAR
from cepasim.studies.advice.split_budget import Bounds, best_split, rounded

#: How often the optimiser is corrected for industries that meet in the same markets.
_ROUNDS = 3


def search_split(division: Division, bounds: Bounds) -> tuple[Floats | None, float, int]:
    """Find the best split, what the optimiser expected of it, and in how many corrections.

    Parameters
    ----------
    division : Division
    bounds : Bounds

    Returns
    -------
    shares : ndarray, shape (N,), or None
        None where no split keeps to the bounds.
    expected : float
    rounds : int
    """
    value = division.economy.parameters.value
    candidates: list[tuple[float, Floats, float]] = []
    # Responses are worked out by chapter, ten times as fast; what they lead to is simulated on
    # the economy as it is.
    coarse = replace(division, economy=division.economy.by_chapter)
    alone = coarse.responses()
    found = best_split(GRID, alone, bounds)
    if found is None:
        return None, 0.0, 0
    shares = rounded(found, bounds)
    expected = expected_of(shares, GRID, alone)
    for turn in range(_ROUNDS + 1):
        outcome = division.outcome(shares)
        candidates.append((outcome, shares, expected))
        if abs(outcome - expected) <= max(value(LARGE_GAP) * abs(outcome), value(NEAR)):
            break
        if turn == _ROUNDS:
            break
        # The others at work already: what one does more or less around this split.
        grid = np.unique(np.concatenate([GRID, shares]))
        around = coarse.responses(shares, grid)
        found = best_split(grid, around, bounds)
        assert found is not None
        moved = rounded(found, bounds)
        change = expected_of(moved, grid, around) - expected_of(shares, grid, around)
        shares, expected = moved, outcome + change
    if bounds.met(division.equal):
        even = division.equal
        candidates.append((division.outcome(even), even, expected_of(even, GRID, alone)))
    # The first of equals: the optimiser's own.
    _, shares, expected = max(candidates, key=lambda one: one[0])
    return shares, expected, turn


def expected_of(shares: Floats, grid: Floats, responses: Floats) -> float:
    """Sum of the responses at a split.

    Parameters
    ----------
    shares : ndarray, shape (N,)
    grid : ndarray, shape (K,)
    responses : ndarray, shape (N, K)
    """
    pairs = zip(shares, responses, strict=True)
    return float(sum(np.interp(share, grid, row) for share, row in pairs))
