"""Rents, terms of trade and volume: the closed forms against numerical integrals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from cepasim.equilibrium import (
    consumer_surplus_change,
    producer_surplus_change,
    quota_rent,
    rent_change,
    solve_market,
    trade_gains,
    wedge_accounts,
)


@pytest.mark.parametrize("seed", range(12))
def test_gains_are_the_integrals_along_the_path(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = 10.0 ** random.uniform(-9, 0)  # next to no change, too
    v0 = random.uniform(1, 1000)
    lp, lx = size * random.uniform(-1, 1, 2)
    t0, t1 = 1 + random.uniform(0, 1), 1 + random.uniform(0, 1)
    r0, r1 = (t0 - 1) * random.uniform(0, 1), (t1 - 1) * random.uniform(0, 1)

    def path(s: float) -> tuple[float, ...]:
        return np.exp(lp * s), np.exp(lx * s), t0 + s * (t1 - t0), r0 + s * (r1 - r0)

    def terms(s: float) -> float:
        p, x, _, _ = path(s)
        return -x * lp * p

    def resources(s: float) -> float:
        p, x, t, r = path(s)
        return -x * ((t - r - 1) * lp * p + ((t1 - t0) - (r1 - r0)) * p)

    def volume(s: float) -> float:
        p, x, _, r = path(s)
        return r * p * lx * x

    found = trade_gains(v0, np.exp(lp), np.exp(lx), t0, t1, r0, r1)
    # quad's own error is near 1e-14 of the value; the logs of the hats lose 1e-16 of one.
    tolerance = 1e-13 * v0
    for closed, integrand in (
        (found.terms_of_trade, terms),
        (found.resources, resources),
        (found.volume, volume),
    ):
        integral = quad(integrand, 0, 1, epsabs=0, epsrel=1e-13)[0]
        assert closed == pytest.approx(v0 * integral, rel=1e-10, abs=tolerance)


def test_terms_of_trade_are_the_suppliers_surplus() -> None:
    eps, price = 3.0, np.array([0.9, 1.0, 1.2])
    found = trade_gains(100.0, price, price**eps, 1.3, 1.1, 0.2, 0.0)
    gained = producer_surplus_change(100.0, 1.0, 1.0, price, price**eps, eps)
    np.testing.assert_allclose(found.terms_of_trade, -gained, rtol=1e-12, atol=1e-12)


def test_by_source_they_sum_to_the_national_gain() -> None:
    """Against integrals over the equilibria of a tariff that is phased out in Japan-like markets.

    Sources and the home market: the sum over flows is consumer surplus, home producers' surplus
    and revenue.
    """
    shares, own, sigma_m, sigma_d, eta = np.array([0.2, 0.5, 0.3]), 0.4, 6.0, 3.0, 1.0
    eps, eps_own = np.array([5.0, 15.0, 10.0]), 3.0
    old, new = np.array([0.15, 0.08, 0.0]), np.array([0.0, 0.08, 0.0])
    spending = 1000.0
    landed = spending * (1 - own) * shares
    v0 = landed / (1 + old)

    def solved(s: float):  # type: ignore[no-untyped-def]
        tariff = old + s * (new - old)
        hat = (1 + tariff) / (1 + old)
        return tariff, solve_market(shares, own, hat, sigma_m, sigma_d, eta, eps, eps_own)

    _, end = solved(1.0)
    found = trade_gains(v0, end.price, end.quantity, 1 + old, 1 + new, old, new)
    revenue = (new * v0 * end.value - old * v0).sum()
    consumers = consumer_surplus_change(spending, 1.0, float(end.composite_index), eta)
    home = producer_surplus_change(
        spending * own, 1.0, 1.0, float(end.price_domestic), float(end.quantity_domestic), eps_own
    )
    whole = float(consumers + home + revenue)

    def slope(function, s: float):  # type: ignore[no-untyped-def]
        h = 1e-4
        return (function(s + h) - function(s - h)) / (2 * h)

    def by_source(s: float) -> np.ndarray:
        tariff, market = solved(s)
        dp = slope(lambda u: solved(u)[1].price, s)
        dx = slope(lambda u: solved(u)[1].quantity, s)
        return np.array([-v0 * market.quantity * dp, v0 * tariff * market.price * dx])

    integral = np.array(
        [
            [quad(lambda s, i=i, j=j: by_source(s)[i, j], 0, 1, epsrel=1e-8)[0] for j in range(3)]
            for i in range(2)
        ]
    )
    # Along the equilibria themselves the parts sum to the national gain: 1e-6 is the error of the
    # finite differences in the integrand.
    assert integral.sum() == pytest.approx(whole, rel=1e-6)
    np.testing.assert_allclose(found.terms_of_trade, integral[0], atol=2e-3 * abs(whole) + 1e-9)
    # The closed form replaces that path by a proportional one, which is third order in the cut:
    # an eighth for half of it.
    gaps = []
    for cut in (1.0, 0.5):
        tariff, market = solved(cut)
        part = trade_gains(v0, market.price, market.quantity, 1 + old, 1 + tariff, old, tariff)
        paid = (tariff * v0 * market.value - old * v0).sum()
        bought = consumer_surplus_change(spending, 1.0, float(market.composite_index), eta)
        made = producer_surplus_change(
            spending * own,
            1.0,
            1.0,
            float(market.price_domestic),
            float(market.quantity_domestic),
            eps_own,
        )
        gaps.append(abs(part.total.sum() - float(paid + bought + made)))
    assert gaps[1] < gaps[0] / 6
    assert gaps[0] < 0.05 * abs(whole) + 0.05
    # The source whose tariff falls sells dearer: terms of trade worsen, volume gains.
    assert found.terms_of_trade[0] < 0 < found.volume[0]
    assert found.volume[1] < 0


@pytest.mark.parametrize("seed", range(6))
def test_rent_change_is_the_integral(seed: int) -> None:
    random = np.random.default_rng(seed)
    v0, growth = random.uniform(1, 100), random.uniform(-1, 1) * 10.0 ** random.uniform(-8, 0)
    r0, r1 = random.uniform(0, 0.5, 2)
    found = rent_change(v0, np.exp(growth), r0, r1)

    def rate(s: float) -> float:
        return (r1 - r0) * np.exp(growth * s)

    def volume(s: float) -> float:
        return (r0 + s * (r1 - r0)) * growth * np.exp(growth * s)

    assert found.rate == pytest.approx(v0 * quad(rate, 0, 1)[0], rel=1e-10)
    assert found.volume == pytest.approx(v0 * quad(volume, 0, 1)[0], rel=1e-9, abs=1e-13 * v0)
    assert found.total == pytest.approx(v0 * (r1 * np.exp(growth) - r0), rel=1e-12, abs=1e-13 * v0)


def test_rents_of_barriers_by_market_and_source() -> None:
    value = np.array([[100.0, 40.0], [10.0, 0.0]])
    accounts = wedge_accounts(value, 0.06, 0.05, 0.04, [[0.1, 0.2], [0.0, 0.3]], 0.25)
    per_dollar = 0.25 * np.array([[0.1, 0.2], [0.0, 0.3]]) * 1.06 * 1.05
    np.testing.assert_allclose(accounts.barrier_rent, per_dollar * value)
    found = rent_change(value, 1.3, per_dollar, 0.5 * per_dollar)
    np.testing.assert_allclose(found.total, 0.5 * per_dollar * 1.3 * value - per_dollar * value)
    assert (found.rate <= 0).all() and (found.volume >= 0).all()


def test_rent_of_a_quota_goes_to_its_owners() -> None:
    importer, exporter = quota_rent([200.0], 1.2, 0.25, 0.75)
    assert importer[0] == pytest.approx(45.0) and exporter[0] == pytest.approx(15.0)
