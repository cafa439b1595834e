"""Exact Shapley split of an outcome over the levers that produced it."""

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
