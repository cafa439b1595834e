"""Properties of `solve_market` over ranges far wider than any scenario.

Sigmas 0.1 to 40 and next to 1, shares down to 1e-12 and 0, trade-cost hats 0.2 to 5, 1 to 60
sources, any mix of finite and infinite supply, all shifters. Every market must converge.
"""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cepasim.equilibrium import MarketEquilibrium, solve_market

Market = dict[str, np.ndarray]
BY_SOURCE = ("import_shares", "trade_cost", "supply", "taste", "capacity", "cost")

settings.register_profile(
    "kernel", deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow]
)
wide = settings(settings.get_profile("kernel"))


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))


SIGMA = st.one_of(
    log_uniform(0.1, 40.0),
    st.sampled_from([1.0, 1 + 1e-9, 1 - 1e-9, 1 + 2.3e-16, 1 - 1e-5, 0.75, 1.25, 0.1, 40.0]),
)
SUPPLY = st.one_of(log_uniform(0.01, 1e4), st.just(float("inf")))
HAT = st.one_of(st.just(1.0), log_uniform(0.2, 5.0))
SHARE = st.one_of(st.just(0.0), log_uniform(1e-12, 1.0))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    # The values of long lists are drawn by a seeded generator: hypothesis would spend its time
    # on sixty floats each; the mix itself (ranges, which arguments vary) it chooses and shrinks.
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = 10.0 ** rng.uniform(draw(st.sampled_from([-1.0, -4.0, -12.0])), 0.0, n)
    shares[rng.random(n) < draw(st.sampled_from([0.0, 0.3]))] = 0.0
    shares[rng.integers(n)] += draw(log_uniform(1e-6, 1.0))
    infinite = draw(st.sampled_from([0.0, 0.4, 1.0]))

    def hats(spread: float) -> np.ndarray:
        return np.exp(rng.uniform(-1.0, 1.0, n) * np.log(5.0) * spread)

    varies = st.sampled_from([0.0, 0.1, 1.0])
    return {
        "import_shares": shares / shares.sum(),
        "domestic_share": np.float64(
            draw(st.one_of(st.just(0.0), log_uniform(1e-12, 0.999), st.just(1 - 1e-12)))
        ),
        "trade_cost": hats(draw(varies)),
        "sigma_import": np.float64(draw(SIGMA)),
        "sigma_domestic": np.float64(draw(SIGMA)),
        "eta": np.float64(draw(st.one_of(st.just(0.0), st.just(1.0), st.floats(0.0, 10.0)))),
        "supply": np.where(rng.random(n) < infinite, np.inf, 10.0 ** rng.uniform(-2.0, 3.0, n)),
        "supply_domestic": np.float64(draw(SUPPLY)),
        "taste": hats(draw(varies)),
        "taste_domestic": np.float64(draw(HAT)),
        "demand": np.float64(draw(HAT)),
        "capacity": hats(draw(varies)),
        "capacity_domestic": np.float64(draw(HAT)),
        "cost": hats(draw(varies)),
        "cost_domestic": np.float64(draw(HAT)),
    }


def solved(market: Market) -> MarketEquilibrium:
    eq = solve_market(**market)
    assert eq.converged
    assert eq.residual <= 1e-10
    assert np.isfinite(eq.price).all() and np.isfinite(eq.quantity).all()
    # P**(sigma_D - eta) of a variety that nobody buys may leave the range of float64.
    unsold = market["domestic_share"] == 0.0
    assert np.isfinite(eq.price_domestic) and (unsold or np.isfinite(eq.quantity_domestic))
    return eq


def conditioning(market: Market) -> float:
    """How far the last digit can travel: perfectly inelastic demand against steep supply."""
    finite = np.append(market["supply"], market["supply_domestic"])
    slack = float(market["eta"]) + min(1.0, float(finite.min()))
    sigma = max(float(market["sigma_import"]), float(market["sigma_domestic"]), 1.0)
    return sigma / slack


@wide
@given(markets())
def test_always_converges_and_adds_up(market: Market) -> None:
    eq = solved(market)
    landed = market["import_shares"] @ (market["trade_cost"] * eq.value)
    d = market["domestic_share"]
    # What weighs nothing may be beyond the range of float64.
    at_home = d * eq.price_domestic * eq.quantity_domestic if d > 0 else 0.0
    total = at_home + (1 - d) * landed
    expected = market["demand"] * eq.composite_index ** (1 - market["eta"])
    np.testing.assert_allclose(total, expected, rtol=1e-9)
    # In logs: a power of either index alone may be beyond that range as well.
    log_landed = (
        (1 - market["sigma_domestic"]) * np.log(eq.import_index)
        + (market["sigma_domestic"] - market["eta"]) * np.log(eq.composite_index)
        + np.log(market["demand"])
        - np.log(1 + d * (market["taste_domestic"] - 1))
    )
    np.testing.assert_allclose(landed, np.exp(log_landed), rtol=1e-9)
    infinite = np.isinf(market["supply"])
    np.testing.assert_array_equal(eq.price[infinite], market["cost"][infinite])
    if np.isinf(market["supply_domestic"]):
        assert eq.price_domestic == market["cost_domestic"]


@wide
@given(markets())
def test_supply_meets_demand(market: Market) -> None:
    eq = solved(market)
    finite = np.isfinite(market["supply"])
    eps = np.where(finite, market["supply"], 0.0)
    supplied = np.log(market["capacity"]) + eps * np.log(eq.price / market["cost"])
    # Below e**-700 a quantity is 0: supply of elasticity 10,000 at a price a tenth lower.
    nothing = eq.quantity == 0.0
    assert (supplied[finite & nothing] < -700.0).all()
    finite &= ~nothing
    gap = np.log(eq.quantity[finite]) - supplied[finite]
    # A price known to 1e-15 gives a quantity known to eps times that.
    scale = 1.0 + np.abs(np.log(eq.quantity[finite])) + eps[finite]
    assert np.all(np.abs(gap) <= 1e-12 * scale * (1 + market["sigma_import"]))


@wide
@given(markets())
def test_zero_shock_gives_zero_change(market: Market) -> None:
    plain = {
        name: value
        for name, value in market.items()
        if name
        in ("import_shares", "domestic_share", "sigma_import", "sigma_domestic", "eta", "supply")
    }
    eq = solved({**plain, "trade_cost": 1.0, "supply_domestic": market["supply_domestic"]})
    for array in (eq.price, eq.quantity, eq.value, eq.price_domestic, eq.quantity_domestic):
        assert np.all(np.abs(array - 1.0) <= 1e-12)
    assert abs(eq.import_index - 1.0) <= 1e-12 and abs(eq.composite_index - 1.0) <= 1e-12


@wide
@given(markets(), log_uniform(0.3, 3.0))
def test_homogeneous_in_prices(market: Market, factor: float) -> None:
    base = solved(market)
    scaled = solved(
        {
            **market,
            "cost": market["cost"] * factor,
            "cost_domestic": market["cost_domestic"] * factor,
            "demand": market["demand"] * factor ** market["eta"],
        }
    )
    tolerance = 1e-12 * (1 + conditioning(market))
    np.testing.assert_allclose(
        np.log(scaled.price), np.log(base.price * factor), rtol=1e-10, atol=tolerance
    )
    np.testing.assert_allclose(
        np.log(scaled.quantity),
        np.log(base.quantity),
        rtol=1e-9,
        atol=tolerance * (1 + market["sigma_import"]),
    )


@wide
@given(markets(), st.randoms(use_true_random=False))
def test_order_of_sources_does_not_matter(market: Market, random: object) -> None:
    base = solved(market)
    order = np.arange(market["trade_cost"].size)
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = solved({n: v[order] if n in BY_SOURCE else v for n, v in market.items()})
    tolerance = 1e-12 * (1 + conditioning(market))
    np.testing.assert_allclose(
        np.log(turned.price), np.log(base.price[order]), rtol=1e-10, atol=tolerance
    )
    np.testing.assert_allclose(
        np.log(turned.composite_index), np.log(base.composite_index), rtol=1e-10, atol=tolerance
    )


@wide
@given(markets(), st.floats(0.01, 0.5), st.integers(0, 59))
def test_own_trade_cost_up_own_quantity_and_price_not_up(
    market: Market, rise: float, place: int
) -> None:
    own = place % market["trade_cost"].size
    base = solved(market)
    dearer = market["trade_cost"].copy()
    dearer[own] *= np.exp(rise)
    eq = solved({**market, "trade_cost": dearer})
    slack = 1e-10 * (1 + conditioning(market)) * (1 + market["sigma_import"])
    assert np.log(eq.quantity[own]) <= np.log(base.quantity[own]) + slack
    assert np.log(eq.price[own]) <= np.log(base.price[own]) + slack
    # Unless someone is perfectly inelastic, the fall is a real one.
    supply = market["supply"][own]
    if market["import_shares"][own] < 0.5 and supply > 0.1 and market["sigma_import"] > 0.5:
        assert eq.quantity[own] < base.quantity[own]


@wide
@given(markets(), st.floats(0.01, 0.99))
def test_splitting_a_source_in_two_changes_nothing(market: Market, part: float) -> None:
    base = solved(market)
    twin = {name: np.append(market[name], market[name][0]) for name in BY_SOURCE}
    twin["import_shares"][0] *= part
    twin["import_shares"][-1] *= 1 - part
    split = solved({**market, **twin})
    tolerance = 1e-12 * (1 + conditioning(market))
    np.testing.assert_allclose(
        np.log(split.price[:-1]), np.log(base.price), rtol=1e-10, atol=tolerance
    )
    assert split.price[-1] == split.price[0] and split.quantity[-1] == split.quantity[0]


@wide
@given(markets())
def test_alone_or_in_company_the_same_bits(market: Market) -> None:
    other = {name: np.stack([np.ones_like(value), value]) for name, value in market.items()}
    n = market["trade_cost"].size
    other["import_shares"][0] = 1.0 / n
    other["domestic_share"][0] = 0.5
    pair, lone = solve_market(**other), solve_market(**market)
    for name in ("price", "quantity", "value", "composite_index", "residual", "iterations"):
        np.testing.assert_array_equal(getattr(pair, name)[1], getattr(lone, name), err_msg=name)


@wide
@given(SIGMA, SIGMA, st.floats(0.0, 3.0), st.floats(0.0, 0.99), st.integers(0, 2**32 - 1))
def test_first_order_limit_at_infinite_supply(
    sigma_import: float, sigma_domestic: float, eta: float, d: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    theta, direction = rng.dirichlet(np.ones(5)), rng.uniform(-1, 1, 5)
    h = 1e-7
    eq = solve_market(
        theta, d, np.exp(h * direction), sigma_import, sigma_domestic, eta, np.inf, np.inf
    )
    imports = theta @ direction
    expected = (
        -sigma_import * direction
        + (sigma_import - sigma_domestic) * imports
        + (sigma_domestic - eta) * (1 - d) * imports
    )
    np.testing.assert_allclose(np.log(eq.quantity) / h, expected, atol=3e-4)
