"""The lag of trade behind policy: published shares, nothing early, nothing beyond the step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.equilibrium.lag import lagged


def lag_weights(length: int, first_year: float, decay: float) -> np.ndarray:
    """Share of the long-run response reached h years after a change: row t, column tau.

    ``w(h) = 1 - (1 - w0)(1 - mu)^h`` for ``h >= 0``: what ``lagged`` sums step by step.
    """
    elapsed = np.subtract.outer(np.arange(length), np.arange(length))
    reached = 1.0 - (1.0 - first_year) * (1.0 - decay) ** np.maximum(elapsed, 0)
    return np.where(elapsed >= 0, reached, 0.0)


def test_the_lag_is_the_sum_of_the_steps_each_with_its_weight() -> None:
    path = np.random.default_rng(1).normal(size=13)
    steps = np.diff(path, prepend=0.0)
    steps[0] = 0.0
    summed = path[0] + lag_weights(13, 0.38, 0.285) @ steps
    np.testing.assert_allclose(lagged(path, 0.38, 0.285), summed, atol=1e-12)


def test_first_year_over_long_run_is_the_published_ratio() -> None:
    # Boehm, Levchenko & Pandalai-Nayar 2023: 0.76 in the first year, about 2 in the long run.
    step = np.where(np.arange(41) >= 1, 2.0, 0.0)
    felt = lagged(step, 0.38, 0.285)
    assert felt[1] == pytest.approx(0.76)
    assert felt[-1] == pytest.approx(2.0, abs=2e-5)
    assert felt[9] > 0.95 * 2.0  # nearly complete after seven to ten years


def test_nothing_is_felt_before_it_happens() -> None:
    late = np.where(np.arange(13) >= 6, 1.0, 0.0)
    felt = lagged(late, 0.38, 0.285)
    assert (felt[:6] == 0).all() and felt[6] == pytest.approx(0.38)


def test_a_path_is_not_changed_and_one_without_steps_comes_back_as_it_is() -> None:
    path = np.arange(5.0)
    lagged(path, 0.38, 0.285)
    np.testing.assert_array_equal(path, np.arange(5.0))
    np.testing.assert_array_equal(lagged(np.zeros((4, 2)), 0.38, 0.285), np.zeros((4, 2)))
    np.testing.assert_array_equal(lagged(np.full(4, 0.3), 0.38, 0.285), np.full(4, 0.3))


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=15),
    st.floats(0.01, 1),
    st.floats(0.01, 0.99),
)
def test_lag_keeps_the_base_year_and_never_overshoots_a_single_step(
    path: list[float], first: float, decay: float
) -> None:
    values = np.array(path)
    felt = lagged(values, first, decay)
    assert felt[0] == values[0]
    step = np.where(np.arange(len(path)) >= 1, path[1], 0.0)
    reached = lagged(step, first, decay)
    assert (np.abs(reached) <= abs(path[1]) + 1e-12).all()
    assert reached[1] == pytest.approx(first * path[1])


def test_lag_of_one_is_no_lag() -> None:
    path = np.random.default_rng(0).normal(size=(13, 3))
    np.testing.assert_allclose(lagged(path, 1.0, 0.5), path, atol=1e-12)
