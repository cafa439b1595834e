"""Exact split of an outcome over the levers that produced it (Shapley 1953)."""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shapley(values: Floats) -> Floats:
    """Shapley value of each player of a game given by all its coalitions.

    Parameters
    ----------
    values : ndarray, shape (2**n, ...)
        Worth of each coalition; coalition ``c`` holds player ``i`` where bit ``i`` of ``c`` is
        set, so row 0 is nobody and the last row is everybody. Any unit.

    Returns
    -------
    ndarray, shape (n, ...)
        What each player adds, averaged over all orders of joining; sums over players to
        ``values[-1] - values[0]``.

    Raises
    ------
    ValueError
        If the number of coalitions is no power of two.

    References
    ----------
    Shapley (1953), "A value for n-person games".
    """
    coalitions = len(values)
    players = coalitions.bit_length() - 1
    if coalitions != 1 << players:
        raise ValueError(f"values: {coalitions} coalitions; a power of two is needed")
    weights = np.zeros((players, coalitions))
    for coalition in range(coalitions):
        size = coalition.bit_count()
        for player in range(players):
            if coalition >> player & 1:
                joined = factorial(size - 1) * factorial(players - size) / factorial(players)
                weights[player, coalition] += joined
                weights[player, coalition & ~(1 << player)] -= joined
    return np.tensordot(weights, values, axes=1)


def lean_of_pair(first: Floats, second: Floats) -> Floats:
    """By how much the first of two players who join together adds more than half of their sum.

    The Owen value of a pair among other players: half of the difference between the one and the
    other joining alone, averaged over all orders in which the others join. The pair's sum is their
    Shapley value as one player.

    Parameters
    ----------
    first, second : ndarray, shape (2**(n-1), ...)
        Worth of each coalition of the other players with the one, or the other, of the pair.

    Returns
    -------
    ndarray, shape (...)
        The first has half of the sum and this much more; the second as much less.

    References
    ----------
    Owen (1977), "Values of games with a priori unions".
    """
    others = len(first).bit_length() - 1
    if first.shape != second.shape or len(first) != 1 << others:
        raise ValueError(f"coalitions: {len(first)} and {len(second)}; a power of two is needed")
    sizes = [coalition.bit_count() for coalition in range(len(first))]
    every = factorial(others + 1)
    weights = np.array([factorial(size) * factorial(others - size) / every for size in sizes])
    return np.asarray(np.tensordot(weights, (first - second) / 2, axes=1))
