"""Phase-in and lag: how a measure reaches trade over the years."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.levers.timing import lagged, phase_in

YEARS = np.arange(2023, 2036)


@pytest.mark.parametrize(
    ("start", "steps", "year", "share"),
    [
        (2026, 1, 2025, 0.0),
        (2026, 1, 2026, 1.0),
        (2026, 5, 2026, 0.2),
        (2026, 5, 2029, 0.8),
        (2026, 5, 2030, 1.0),
        (2026, 5, 2035, 1.0),
    ],
)
def test_phase_in_takes_equal_annual_steps(start: int, steps: int, year: int, share: float) -> None:
    assert phase_in(YEARS, start, steps)[year - 2023] == pytest.approx(share)


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
    weights = lag_weights(40, 0.38, 0.285)
    assert weights[0, 0] == pytest.approx(0.76 / 2.0)
    assert weights[-1, 0] == pytest.approx(1.0, abs=1e-5)
    assert weights[8, 0] > 0.95  # nearly complete after seven to ten years


def test_nothing_is_felt_before_it_happens() -> None:
    assert (np.triu(lag_weights(13, 0.38, 0.285), k=1) == 0).all()


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
