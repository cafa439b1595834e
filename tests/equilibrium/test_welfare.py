"""Accounting identities around a solved market."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.integrate import quad

from cepasim.equilibrium import (
    consumer_surplus_change,
    displacement,
    producer_surplus,
    producer_surplus_change,
    solve_market,
    wedge_accounts,
)


def solved_levels() -> dict[str, np.ndarray]:
    """Levels before and after a cut of India's wedge in 40 markets of 6 sources."""
    rng = np.random.default_rng(1)
    n, s = 40, 6
    theta = rng.dirichlet(np.ones(s), n)
    d = rng.uniform(0.1, 0.9, n)
    expenditure = rng.uniform(10, 1e4, n)
    own = rng.integers(0, s, n)
    wedge_old = rng.uniform(1.05, 1.6, n)
    wedge_new = wedge_old * rng.uniform(0.8, 1.0, n)
    hat = np.ones((n, s))
    hat[np.arange(n), own] = wedge_new / wedge_old
    eq = solve_market(
        theta,
        d,
        hat,
        rng.uniform(2, 8, n),
        rng.uniform(1, 4, n),
        rng.uniform(0.2, 1.5, n),
        rng.uniform(0.5, 9, (n, s)),
        rng.uniform(0.5, 5, n),
        demand=rng.uniform(0.9, 1.3, n),
    )
    landed_old = expenditure[:, None] * (1 - d[:, None]) * theta
    return {
        "landed_old": landed_old,
        "landed_new": landed_old * hat * eq.value,
        "domestic_old": expenditure * d,
        "domestic_new": expenditure * d * eq.price_domestic * eq.quantity_domestic,
        "own": own,
        "value_old": landed_old[np.arange(n), own] / wedge_old,
        "wedge_old": wedge_old,
        "wedge_new": wedge_new,
        "value_hat": eq.value[np.arange(n), own],
    }


def test_who_loses_adds_up_and_names_the_parts() -> None:
    levels = solved_levels()
    value_hat = levels.pop("value_hat")
    parts = displacement(**levels)
    whole = parts.market_expansion + parts.by_source.sum(axis=-1) + parts.domestic + parts.wedge
    change = levels["value_old"] * (value_hat - 1.0)
    np.testing.assert_allclose(parts.total, change, rtol=1e-9)
    np.testing.assert_allclose(whole, parts.total, rtol=1e-9, atol=1e-9)
    assert parts.by_source.shape == (40, 6)
    np.testing.assert_array_equal(parts.by_source[np.arange(40), levels["own"]], 0.0)
    # A source that sells less is one from which sales are taken.
    loss = levels["landed_old"] - levels["landed_new"]
    others = np.arange(6) != levels["own"][:, None]
    np.testing.assert_array_equal(np.sign(parts.by_source[others]), np.sign(loss[others]))
    assert (parts.wedge >= 0).all()


def test_who_loses_by_hand() -> None:
    parts = displacement([100.0, 50.0, 30.0], [130.0, 40.0, 30.0], 20.0, 15.0, 0, 80.0, 1.25, 1.0)
    assert parts.market_expansion == pytest.approx(15.0)
    np.testing.assert_allclose(parts.by_source, [0.0, 10.0, 0.0])
    assert parts.domestic == pytest.approx(5.0)
    assert parts.wedge == pytest.approx(20.0)
    assert parts.total == pytest.approx(50.0)


def test_no_change_is_nothing_at_all() -> None:
    parts = displacement([100.0, 50.0], [100.0, 50.0], 20.0, 20.0, 1, 40.0, 1.25, 1.25)
    for array in (parts.market_expansion, parts.by_source, parts.domestic, parts.wedge):
        assert np.all(array == 0.0)


def test_own_broadcasts_over_markets_and_years() -> None:
    old = np.arange(1.0, 25.0).reshape(2, 4, 3)
    parts = displacement(old, old * 1.1, 5.0, 5.0, 2, old[..., 2] / 1.2, 1.2, 1.2)
    assert parts.domestic.shape == parts.wedge.shape == parts.total.shape == (2, 4)
    np.testing.assert_allclose(parts.total, 0.1 * old[..., 2] / 1.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"own": 2}, "own: must be integers from 0 to 1"),
        ({"own": 0.0}, "own: must be integers"),
        ({"wedge_new": 0.0}, "wedge_new = 0.0: must be > 0"),
        ({"wedge_old": [1.25, -1.0], "own": [0, 0]}, "wedge_old[1] = -1.0"),
        ({"value_old": 90.0}, "value_old = 90.0: times wedge_old must be"),
    ],
)
def test_inconsistent_levels_are_refused(change: dict, message: str) -> None:
    good = {
        "landed_old": [100.0, 50.0],
        "landed_new": [110.0, 45.0],
        "domestic_old": 20.0,
        "domestic_new": 19.0,
        "own": 0,
        "value_old": 80.0,
        "wedge_old": 1.25,
        "wedge_new": 1.2,
    }
    with pytest.raises(ValueError, match=re.escape(message)):
        displacement(**{**good, **change})


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0, 1 + 1e-9, 2.5])
def test_consumer_surplus_is_the_area_under_demand(eta: float) -> None:
    change = consumer_surplus_change(1000.0, 1.05, 0.97, eta, demand=1.2)
    area = quad(lambda p: 1000.0 * 1.2 * p**-eta, 0.97, 1.05, epsabs=1e-12)[0]
    assert change == pytest.approx(area, rel=1e-11)
    assert change > 0


def test_consumer_surplus_at_eta_one_is_the_logarithm_and_smooth() -> None:
    exact = 500.0 * np.log(1.1 / 0.8)
    assert consumer_surplus_change(500.0, 1.1, 0.8, 1.0) == pytest.approx(exact, rel=1e-15)
    for gap in (1e-9, -1e-9, 1e-13):
        near = consumer_surplus_change(500.0, 1.1, 0.8, 1.0 + gap)
        assert near == pytest.approx(exact, rel=1e-8)


def test_consumer_surplus_of_no_change_is_zero_and_of_reversal_opposite() -> None:
    assert consumer_surplus_change(500.0, 1.1, 1.1, 0.7) == 0.0
    there = consumer_surplus_change(500.0, 1.1, 0.9, 0.7)
    assert consumer_surplus_change(500.0, 0.9, 1.1, 0.7) == pytest.approx(-there, rel=1e-14)


@pytest.mark.parametrize("supply", [0.5, 1.33, 8.0])
def test_producer_surplus_is_the_area_above_supply(supply: float) -> None:
    # x = k (p / c)^eps from 0 to the price, per unit of benchmark value
    k, c, price = 1.3, 0.9, 1.07
    quantity = k * (price / c) ** supply
    area = quad(lambda p: 200.0 * k * (p / c) ** supply, 0.0, price)[0]
    assert producer_surplus(200.0, price, quantity, supply) == pytest.approx(area, rel=1e-9)


def test_producer_surplus_is_zero_at_infinite_supply_and_a_difference() -> None:
    assert producer_surplus(200.0, 1.1, 1.4, np.inf) == 0.0
    change = producer_surplus_change(200.0, 1.0, 1.0, 1.1, 1.2, [1.0, np.inf])
    np.testing.assert_allclose(change, [200.0 * 0.32 / 2.0, 0.0])


def test_wedge_parts_add_up_to_landed_minus_producer_value() -> None:
    rng = np.random.default_rng(2)
    value, f, t_eff, nu, rent = rng.random((5, 30))
    accounts = wedge_accounts(value, f, t_eff, 0.6 * t_eff, nu, rent)
    total = (
        accounts.freight
        + accounts.duty
        + accounts.origin_cost
        + accounts.barrier_rent
        + accounts.barrier_cost
    )
    np.testing.assert_allclose(total, ((1 + f) * (1 + t_eff) * (1 + nu) - 1) * value, rtol=1e-13)
    np.testing.assert_allclose(accounts.duty, 0.6 * t_eff * (1 + f) * value, rtol=1e-14)
    np.testing.assert_allclose(
        accounts.barrier_rent, rent * nu * (1 + f) * (1 + t_eff) * value, rtol=1e-14
    )
    assert wedge_accounts(100.0, 0.05, 0.0, 0.0, 0.0).duty == 0.0
