"""Tariff-rate quotas: the right regime, exactly on the quota, continuous in its size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq

from cepasim.equilibrium import solve_market, solve_market_with_quota, trq
from cepasim.equilibrium.trq import IN_QUOTA, ON_QUOTA, OVER_QUOTA

Floats = NDArray[np.float64]


def market(sources: int = 4, **changed: Any) -> dict[str, Any]:
    """One plain market without any shock."""
    shares = np.arange(1.0, sources + 1)
    plain = {
        "import_shares": shares / shares.sum(),
        "domestic_share": 0.5,
        "trade_cost": np.ones(sources),
        "sigma_import": 4.0,
        "sigma_domestic": 2.0,
        "eta": 0.8,
        "supply": np.array([3.0, np.inf, 8.0, 1.0])[:sources],
        "supply_domestic": 2.0,
    }
    return plain | changed


def drawn(rng: np.random.Generator, count: int, sources: int) -> dict[str, Any]:
    """Markets of every kind, shocks included."""
    supply = np.exp(rng.uniform(-1, 3, (count, sources)))
    return {
        "import_shares": rng.dirichlet(np.ones(sources), count),
        "domestic_share": rng.uniform(0, 0.95, count),
        "trade_cost": np.exp(rng.normal(0, 0.2, (count, sources))),
        "sigma_import": rng.uniform(0.6, 9, count),
        "sigma_domestic": rng.uniform(0.6, 5, count),
        "eta": rng.uniform(0.1, 2, count),
        "supply": np.where(rng.random((count, sources)) < 0.2, np.inf, supply),
        "supply_domestic": np.exp(rng.uniform(-1, 3, count)),
        "capacity": np.exp(rng.normal(0, 0.3, (count, sources))),
        "cost": np.exp(rng.normal(0, 0.1, (count, sources))),
        "demand": np.exp(rng.normal(0, 0.2, count)),
        "taste": np.exp(rng.normal(0, 0.1, (count, sources))),
    }


# --- the three regimes ----------------------------------------------------------------------


@pytest.mark.parametrize("source", [0, 1, 3])
def test_a_quota_at_four_fifths_of_benchmark_trade_binds_at_exactly_that(source: int) -> None:
    found = solve_market_with_quota(source, 0.8, 5.0, **market())
    assert found.regime == ON_QUOTA
    assert found.equilibrium.quantity[source] == pytest.approx(0.8, abs=1e-10)
    assert 0 < found.premium < 5
    assert found.over == 0
    assert found.within == pytest.approx(0.8, abs=1e-10)


def test_a_quota_above_free_trade_does_nothing_to_the_last_bit() -> None:
    given_market = market(trade_cost=np.array([0.9, 1.0, 1.1, 1.0]))
    free = solve_market(**given_market)
    for quota in (free.quantity[0] * (1 + 1e-12), 10.0, np.inf):
        found = solve_market_with_quota(0, quota, 2.0, **given_market)
        assert found.regime == IN_QUOTA
        assert found.premium == found.rent_per_unit == found.over == 0
        np.testing.assert_array_equal(found.equilibrium.quantity, free.quantity)
        np.testing.assert_array_equal(found.equilibrium.price, free.price)
        np.testing.assert_array_equal(found.trade_cost, given_market["trade_cost"])


def test_bisection_finds_the_premium_that_the_direct_answer_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    markets = drawn(rng, 60, 4)
    quota = 0.7 * solve_market(**markets).quantity[:, 1]
    direct = solve_market_with_quota(1, quota, 4.0, **markets)
    monkeypatch.setattr(trq, "_NEAR_ENOUGH", -1.0)  # no direct answer is accepted
    bisected = solve_market_with_quota(1, quota, 4.0, **markets)
    assert (direct.regime == ON_QUOTA).sum() > 30
    np.testing.assert_array_equal(bisected.regime, direct.regime)
    np.testing.assert_allclose(bisected.premium, direct.premium, rtol=1e-9, atol=1e-11)


def test_over_the_quota_the_market_is_that_of_the_over_quota_wedge() -> None:
    found = solve_market_with_quota(0, 0.3, 0.1, **market())
    dearer = solve_market(**market(trade_cost=np.array([1.1, 1, 1, 1])))
    assert found.regime == OVER_QUOTA
    assert found.premium == pytest.approx(0.1)
    np.testing.assert_array_equal(found.equilibrium.value, dearer.value)
    assert found.within == pytest.approx(0.3)
    assert found.within + found.over == pytest.approx(dearer.quantity[0])


def test_a_tiny_quota_under_a_prohibitive_rate_is_next_to_no_trade() -> None:
    for quota in (1e-3, 1e-6, 1e-9):
        found = solve_market_with_quota(0, quota, 1e12, **market())
        assert found.regime == ON_QUOTA
        assert found.equilibrium.quantity[0] == pytest.approx(quota, rel=1e-9)
    # Nothing at the low rate: the over-quota rate decides alone.
    none = solve_market_with_quota(0, 0.0, 1e6, **market())
    assert none.regime == OVER_QUOTA
    assert none.within == 0
    assert none.equilibrium.quantity[0] < 1e-9


def test_an_absolute_quota_lets_nothing_in_beyond_it() -> None:
    found = solve_market_with_quota(2, 0.05, np.inf, **market())
    assert found.regime == ON_QUOTA
    assert found.equilibrium.quantity[2] == pytest.approx(0.05, abs=1e-12)


def test_a_premium_of_nothing_leaves_no_quota() -> None:
    found = solve_market_with_quota(0, 0.1, 0.0, **market())
    assert found.regime == IN_QUOTA
    np.testing.assert_array_equal(found.equilibrium.quantity, solve_market(**market()).quantity)


# --- against an independent search, and continuity -------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_premium_is_the_one_a_plain_search_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = {name: value[0] for name, value in drawn(rng, 1, 5).items()}
    source = int(rng.integers(5))
    free = solve_market(**one).quantity[source]
    quota = 0.7 * free

    def over(premium: float) -> float:
        cost = one["trade_cost"].copy()
        cost[source] *= 1 + premium
        return float(np.log(solve_market(**(one | {"trade_cost": cost})).quantity[source] / quota))

    found = solve_market_with_quota(source, quota, 1e6, **one)
    assert found.premium == pytest.approx(brentq(over, 0, 1e6, xtol=1e-14, rtol=1e-14), rel=1e-8)


def test_the_outcome_is_continuous_in_the_quota() -> None:
    one = market()
    free = solve_market(**one).quantity[0]
    beyond = solve_market(**market(trade_cost=np.array([1.3, 1, 1, 1]))).quantity[0]
    step = 1e-9
    for kink in (free, beyond):
        sides = solve_market_with_quota(0, kink * np.array([1 - step, 1 + step]), 0.3, **one)
        assert sides.regime[0] != sides.regime[1]
        for name in ("premium", "rent_per_unit", "within"):
            low, high = getattr(sides, name)
            assert low == pytest.approx(high, abs=1e-7), name
        np.testing.assert_allclose(
            sides.equilibrium.quantity[0], sides.equilibrium.quantity[1], rtol=1e-7
        )
    # And monotone over all three regimes.
    quotas = np.linspace(0.5 * beyond, 1.2 * free, 400)
    path = solve_market_with_quota(0, quotas, 0.3, **one)
    assert set(path.regime) == {IN_QUOTA, ON_QUOTA, OVER_QUOTA}
    assert (np.diff(path.equilibrium.quantity[:, 0]) >= -1e-12).all()
    assert (np.diff(path.premium) <= 1e-12).all()
    assert np.abs(np.diff(path.equilibrium.quantity[:, 0])).max() <= np.diff(quotas)[0] * (1 + 1e-6)


# --- properties --------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1.5), st.floats(0.0, 20.0, allow_subnormal=False))
def test_complementarity_holds(seed: int, tightness: float, ceiling: float) -> None:
    rng = np.random.default_rng(seed)
    count, sources = 12, 5
    many = drawn(rng, count, sources)
    place = rng.integers(0, sources, count)
    rows = np.arange(count)
    free = solve_market(**many)
    quota = tightness * free.quantity[rows, place]
    found = solve_market_with_quota(place, quota, ceiling, **many)
    quantity = found.equilibrium.quantity[rows, place]
    assert found.equilibrium.converged.all()
    # 0 <= premium <= ceiling; below the quota no premium, above it the whole of it.
    assert ((found.premium >= 0) & (found.premium <= ceiling)).all()
    gap = np.log(quantity / quota)
    assert (found.premium[gap < -1e-9] == 0).all()
    np.testing.assert_allclose(found.premium[gap > 1e-9], ceiling)
    assert np.abs(gap[found.regime == ON_QUOTA]).max(initial=0.0) <= 1e-10
    # What is returned is an equilibrium of the plain market at the cost it names.
    again = solve_market(**(many | {"trade_cost": found.trade_cost}))
    np.testing.assert_allclose(found.equilibrium.value, again.value, rtol=1e-9)
    np.testing.assert_allclose(found.within + found.over, quantity, rtol=1e-12)
    inside = many["trade_cost"][rows, place] * found.equilibrium.price[rows, place]
    np.testing.assert_allclose(found.rent_per_unit, found.premium * inside, rtol=1e-12)
    # A quota never lets a source sell more, and never makes its own landed price fall.
    assert (quantity <= free.quantity[rows, place] * (1 + 1e-9)).all()


def test_markets_side_by_side_are_what_they_are_alone() -> None:
    many = drawn(np.random.default_rng(3), 30, 4)
    place = np.arange(30) % 4
    quota = np.linspace(0.05, 1.3, 30)
    together = solve_market_with_quota(place, quota, 0.5, **many)
    assert set(together.regime) == {IN_QUOTA, ON_QUOTA, OVER_QUOTA}
    for index in range(30):
        alone = solve_market_with_quota(
            place[index], quota[index], 0.5, **{name: v[index] for name, v in many.items()}
        )
        np.testing.assert_array_equal(alone.equilibrium.price, together.equilibrium.price[index])
        assert alone.premium == together.premium[index]


def test_leading_axes_broadcast() -> None:
    found = solve_market_with_quota(
        np.zeros((2, 1), dtype=int), np.array([0.5, 0.8, 2.0]), 1.0, **market()
    )
    assert found.regime.shape == found.premium.shape == (2, 3)
    assert found.trade_cost.shape == found.equilibrium.price.shape == (2, 3, 4)
    np.testing.assert_allclose(found.equilibrium.quantity[0, :2, 0], [0.5, 0.8], atol=1e-10)


@pytest.mark.parametrize(
    ("source", "quota", "premium", "named"),
    [
        (0, -0.1, 1.0, "quota"),
        (0, np.nan, 1.0, "quota"),
        (0, 0.5, -0.1, "over_premium"),
        (4, 0.5, 1.0, "source"),
        (-1, 0.5, 1.0, "source"),
        (0.5, 0.5, 1.0, "source"),
        (0, 0.0, np.inf, "quota"),
    ],
)
def test_bad_input_names_the_argument(
    source: float, quota: float, premium: float, named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        solve_market_with_quota(source, quota, premium, **market())


def test_inputs_are_not_modified() -> None:
    one = market()
    before = {name: np.array(value, copy=True) for name, value in one.items()}
    solve_market_with_quota(0, 0.5, 3.0, **one)
    for name, value in before.items():
        np.testing.assert_array_equal(one[name], value)
