"""The Shapley value: shares of a known game, sums, and what is not a game."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from cepasim.equilibrium.shapley import shapley


def by_orders(values: np.ndarray, players: int) -> np.ndarray:
    """The definition: what each adds, averaged over all orders of joining."""
    added = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            joined = coalition | 1 << player
            added[player] += values[joined] - values[coalition]
            coalition = joined
    return added / len(orders)


@pytest.mark.parametrize("players", [0, 1, 2, 3, 5])
def test_it_is_the_mean_over_all_orders_and_sums_to_the_whole(players: int) -> None:
    values = np.random.default_rng(players).normal(size=1 << players)
    found = shapley(values)
    np.testing.assert_allclose(found, by_orders(values, players), atol=1e-12)
    assert found.sum() == pytest.approx(values[-1] - values[0], abs=1e-12)


@pytest.mark.parametrize("coalitions", [3, 6, 7])
def test_coalitions_are_a_power_of_two(coalitions: int) -> None:
    with pytest.raises(ValueError, match=f"{coalitions} coalitions"):
        shapley(np.zeros((coalitions, 2)))
