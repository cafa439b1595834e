"""The CES index in every regime of the elasticity, and the aggregation of lines."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim.equilibrium import aggregate_lines, ces_index, log_ces_index
from cepasim.equilibrium.ces import one_minus

WEIGHT = np.array([0.2, 0.5, 0.3])
PRICE = np.array([1.3, 0.9, 1.05])


def plain(price: np.ndarray, weight: np.ndarray, sigma: float) -> float:
    """The formula as the textbook has it."""
    return float((weight / weight.sum() @ price ** (1 - sigma)) ** (1 / (1 - sigma)))


@pytest.mark.parametrize("sigma", [0.1, 0.5, 2.0, 5.0, 12.0, 40.0])
def test_matches_the_textbook_formula(sigma: float) -> None:
    assert ces_index(PRICE, WEIGHT, sigma) == pytest.approx(plain(PRICE, WEIGHT, sigma), rel=1e-14)


def test_sigma_one_is_the_geometric_mean() -> None:
    assert log_ces_index(np.log(PRICE), WEIGHT, 1.0) == pytest.approx(
        WEIGHT @ np.log(PRICE), rel=1e-15
    )


@pytest.mark.parametrize("shock", [1e-12, 1e-6, 0.01, 0.7, 5.0])
@pytest.mark.parametrize("gap", [1e-9, -1e-9, 1e-12, -1e-15])
def test_next_to_one_differs_by_no_more_than_the_shock_times_1e_8(shock: float, gap: float) -> None:
    log_price = shock * np.array([1.0, -0.4, 0.3])
    at_one = log_ces_index(log_price, WEIGHT, 1.0)
    assert abs(log_ces_index(log_price, WEIGHT, 1.0 + gap) - at_one) <= shock * 1e-8
    assert at_one == pytest.approx(WEIGHT @ log_price, rel=1e-14)


@pytest.mark.parametrize("sigma", [0.999999, 1.0 + 1e-9, 1.0 - 1e-13, 1.001])
def test_no_digit_is_lost_next_to_one(sigma: float) -> None:
    # Second-order expansion around the geometric mean; what is left out is (1 - sigma)^2 * 1e-9.
    z = 1e-3 * np.array([1.0, -2.0, 0.5])
    mean = WEIGHT @ z
    variance = WEIGHT @ (z - mean) ** 2
    expected = mean + 0.5 * (1 - sigma) * variance
    assert log_ces_index(z, WEIGHT, sigma) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("sigma", [0.1, 0.75, 1.0, 1 + 1e-9, 1.5, 4.0, 40.0])
def test_small_shocks_keep_their_digits(sigma: float) -> None:
    z = 1e-9 * np.array([1.0, -2.0, 0.5])
    assert log_ces_index(z, WEIGHT, sigma) == pytest.approx(WEIGHT @ z, rel=1e-6)
    assert log_ces_index(1e-15 * z, WEIGHT, sigma) == pytest.approx(WEIGHT @ z * 1e-15, rel=1e-12)


@pytest.mark.parametrize("sigma", [0.1, 1.0, 1 - 1e-9, 3.0, 40.0])
def test_zero_shock_is_exactly_zero(sigma: float) -> None:
    weight = np.random.default_rng(0).dirichlet(np.ones(17))
    assert log_ces_index(np.zeros(17), weight, sigma) == 0.0
    assert ces_index(np.ones(17), weight * 3.0, sigma) == 1.0


@pytest.mark.parametrize("sigma", [0.1, 1.0, 1 + 1e-9, 3.0, 40.0])
def test_equal_prices_give_that_price(sigma: float) -> None:
    assert log_ces_index(np.full(3, 2.3), WEIGHT, sigma) == pytest.approx(2.3, rel=1e-14)


def test_continuous_where_the_regime_changes() -> None:
    z = np.array([1.0, -0.2, 0.4])
    sigma = 0.5  # |1 - sigma| z reaches the switch at z = 1
    left = log_ces_index(z * (1 - 1e-12), WEIGHT, sigma)
    right = log_ces_index(z * (1 + 1e-12), WEIGHT, sigma)
    assert abs(right - left) < 1e-11


def test_far_prices_do_not_overflow() -> None:
    z = np.array([900.0, -900.0, 0.0])
    assert log_ces_index(z, WEIGHT, 3.0) == pytest.approx(-900.0 - np.log(0.5) / 2, rel=1e-12)
    assert log_ces_index(z, WEIGHT, 0.1) == pytest.approx(900.0 + np.log(0.2) / 0.9, rel=1e-12)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 7.0])
def test_a_variety_without_weight_has_no_influence(sigma: float) -> None:
    z = np.array([0.1, 800.0, -0.3])
    weight = np.array([0.5, 0.0, 0.5])
    assert log_ces_index(z, weight, sigma) == pytest.approx(
        log_ces_index(z[[0, 2]], weight[[0, 2]], sigma), rel=1e-14
    )


def test_shapes_and_axis() -> None:
    rng = np.random.default_rng(1)
    z, sigma = rng.normal(size=(4, 5, 3)), rng.uniform(0.5, 5, (4, 5))
    whole = log_ces_index(z, WEIGHT, sigma)
    assert whole.shape == (4, 5)
    assert whole[2, 3] == log_ces_index(z[2, 3], WEIGHT, sigma[2, 3])
    turned = log_ces_index(np.moveaxis(z, -1, 0), WEIGHT[:, None, None], sigma, axis=0)
    np.testing.assert_allclose(turned, whole, rtol=1e-14)


def test_one_minus_never_gives_zero() -> None:
    gap = one_minus([0.5, 1.0, 1 + 1e-9])
    assert gap[0] == 0.5
    assert 0.0 < gap[1] < 1e-100
    assert gap[2] == 1.0 - (1 + 1e-9)


# --- aggregation of lines ---------------------------------------------------------------------


def test_lines_aggregate_by_the_rule() -> None:
    wedge = np.array([1.1, 0.9, 1.0, 1.3, 0.8])
    weight = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    group = np.array([2, 0, 2, 0, 2])
    sigma = np.array([3.0, 4.0, 1.0])
    result = aggregate_lines(wedge, weight, sigma, group)
    assert result.shape == (3,)
    assert result[0] == pytest.approx(plain(wedge[[1, 3]], weight[[1, 3]], 3.0), rel=1e-14)
    assert result[1] == 1.0  # no line, nothing changes
    chosen = [0, 2, 4]
    geometric = np.exp(weight[chosen] / weight[chosen].sum() @ np.log(wedge[chosen]))
    assert result[2] == pytest.approx(geometric, rel=1e-14)


def test_lines_keep_leading_axes_and_agree_with_the_index() -> None:
    rng = np.random.default_rng(2)
    wedge = rng.uniform(0.5, 2.0, (13, 40))
    weight = rng.random(40)
    weight[3] = 0.0
    group = rng.permutation(40) % 6
    sigma = rng.uniform(0.5, 9.0, 6)
    result = aggregate_lines(wedge, weight, sigma, group, n_groups=6)
    assert result.shape == (13, 6)
    for g in range(6):
        np.testing.assert_allclose(
            result[:, g],
            ces_index(wedge[:, group == g], weight[group == g], sigma[g]),
            rtol=1e-13,
        )
    np.testing.assert_array_equal(
        aggregate_lines(wedge, weight, 3.0, group)[4], aggregate_lines(wedge[4], weight, 3.0, group)
    )


@pytest.mark.parametrize("sigma", [1.0, 1 + 1e-9, 5.0])
def test_unchanged_lines_give_exactly_one(sigma: float) -> None:
    assert np.all(aggregate_lines(np.ones(7), np.arange(7.0), sigma, [0, 1, 1, 2, 0, 1, 2]) == 1.0)


def test_more_groups_than_lines() -> None:
    np.testing.assert_array_equal(
        aggregate_lines([1.2], [1.0], 3.0, [1], n_groups=4), [1.0, 1.2, 1.0, 1.0]
    )
    np.testing.assert_array_equal(
        aggregate_lines(np.ones((2, 0)), np.ones(0), 3.0, np.ones(0, dtype=int), n_groups=2),
        np.ones((2, 2)),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.0], [1.0, 1.0], 2.0, [0, 0]), r"wedge\[1\] = 0.0: must be > 0"),
        (([1.0, np.nan], [1.0, 1.0], 2.0, [0, 0]), r"wedge\[1\] = nan"),
        (([1.0, 1.0], [1.0, -1.0], 2.0, [0, 0]), r"weight\[1\] = -1.0: must be >= 0"),
        (([1.0, 1.0], [1.0, 0.0], 2.0, [0, 1]), "lines of group 1 must not all weigh 0"),
        (([1.0, 1.0], [1.0, 1.0], 2.0, [0, -1]), "group: indices must lie in"),
        (([1.0, 1.0], [1.0, 1.0], 2.0, [0.0, 1.0]), "group: must be a one-dimensional array"),
        (([1.0, 1.0], [1.0, 1.0], 2.0, [0]), "must end in one axis of 1 lines"),
        (([1.0, 1.0], [1.0, 1.0], [2.0, 3.0, 4.0], [0, 1]), "sigma: last axis must have 2"),
    ],
)
def test_bad_lines_are_named(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aggregate_lines(*arguments)
