"""The Shapley value: shares of a known game, sums, and what is not a game."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from cepasim.equilibrium.shapley import lean_of_pair, shapley


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


@pytest.mark.parametrize("others", [0, 1, 2, 3])
def test_a_pair_shares_its_sum_as_in_all_orders_in_which_it_joins_together(others: int) -> None:
    """The definition of Owen: in every order of joining, the pair's second follows its first."""
    values = np.random.default_rng(others).normal(size=1 << others + 2)
    first, second = others, others + 1
    added = np.zeros(others + 2)
    orders = list(product(permutations(range(others + 1)), ((first, second), (second, first))))
    for units, pair in orders:
        coalition = 0
        for player in (one for unit in units for one in (pair if unit == others else (unit,))):
            joined = coalition | 1 << player
            added[player] += values[joined] - values[coalition]
            coalition = joined
    added /= len(orders)
    alone = values.reshape(2, 2, -1)  # with and without the second, the first; the others
    lean = lean_of_pair(alone[0, 1], alone[1, 0])
    both = shapley(np.concatenate([alone[0, 0], alone[1, 1]]))[-1]
    np.testing.assert_allclose([both / 2 + lean, both / 2 - lean], added[-2:], atol=1e-12)


def test_coalitions_beside_a_pair_are_as_many_for_both_and_a_power_of_two() -> None:
    for one, other in ((3, 3), (2, 4)):
        with pytest.raises(ValueError, match=f"{one} and {other}"):
            lean_of_pair(np.zeros(one), np.zeros(other))
