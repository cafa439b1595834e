"""Scores and simple forecasts on numbers one can check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim.calibrate.backcast.bounds import meets, read_bounds
from cepasim.calibrate.backcast.scoring import bias, linear_trend, mape, rmse, score, theil_u, wape

ACTUAL = np.array([100.0, 200.0, 0.0])
GOT = np.array([110.0, 180.0, 5.0])


def test_scores_by_hand() -> None:
    assert rmse(GOT, ACTUAL) == pytest.approx(np.sqrt((100 + 400 + 25) / 3))
    assert mape(GOT, ACTUAL) == pytest.approx(0.1)  # the cell without trade is left out
    assert wape(GOT, ACTUAL) == pytest.approx(35 / 300)
    assert bias(GOT, ACTUAL) == pytest.approx(-5 / 300)


def test_a_balance_is_scored_by_its_size() -> None:
    deficit = np.array([-100.0, -300.0])
    assert wape(deficit * 1.1, deficit) == pytest.approx(0.1)
    assert bias(deficit * 1.1, deficit) == pytest.approx(-0.1)


def test_unknown_cells_are_left_out() -> None:
    with_gap = np.append(ACTUAL, np.nan)
    got = score(np.append(GOT, 7.0), with_gap)
    assert got["n"] == 3
    assert got["wape"] == pytest.approx(wape(GOT, ACTUAL))


def test_mape_of_nothing_is_unknown() -> None:
    assert np.isnan(mape(np.ones(2), np.zeros(2)))


def test_theil_u_is_one_for_the_same_forecast_and_below_one_for_a_better() -> None:
    assert theil_u(GOT, GOT, ACTUAL) == 1.0
    assert theil_u(ACTUAL + 1, ACTUAL + 2, ACTUAL) == pytest.approx(0.5)


def test_linear_trend_continues_a_line_and_stops_at_zero() -> None:
    known = np.array([[1.0, 9.0], [2.0, 6.0], [3.0, 3.0]])
    ahead = linear_trend(known, 2)
    np.testing.assert_allclose(ahead, [[3.0, 3.0], [4.0, 0.0], [5.0, 0.0]], atol=1e-12)


def test_bounds_are_read_with_their_whole_reason(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "bounds.yaml"
    file.write_text("a:\n  b: {equals: 2.0, within: 0.5, reason: one, two, three}\n")
    bound = read_bounds(file)["a"]["b"]
    assert bound == {"equals": 2.0, "within": 0.5, "reason": "one, two, three"}
    assert meets(2.4, bound) and not meets(2.6, bound)


@pytest.mark.parametrize(
    ("value", "met"), [(0.5, True), (0.79, True), (0.49, False), (0.81, False)]
)
def test_a_bound_may_have_two_ends(value: float, met: bool) -> None:
    assert meets(value, {"at_least": 0.5, "at_most": 0.8}) is met
