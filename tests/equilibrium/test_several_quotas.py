"""Quotas on several sources of one market, against every combination of regimes tried in turn."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from cepasim.equilibrium import solve_market, solve_market_with_quota
from cepasim.equilibrium.several_quotas import QuotasEquilibrium, solve_market_with_quotas
from cepasim.equilibrium.trq import IN_QUOTA, ON_QUOTA, OVER_QUOTA

SOURCES = 4


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """A market whose sources are closer substitutes than imports and home goods are."""
    shares = rng.dirichlet(np.full(SOURCES, 2.0))
    return {
        "import_shares": shares / shares.sum(),
        "domestic_share": rng.uniform(0.0, 0.8),
        "trade_cost": rng.uniform(0.8, 1.1, SOURCES),
        "sigma_import": rng.uniform(3.0, 7.0),
        "sigma_domestic": rng.uniform(1.5, 2.5),
        "eta": rng.uniform(0.5, 1.2),
        "supply": rng.choice([2.0, 8.0, np.inf], SOURCES),
        "supply_domestic": rng.uniform(1.0, 5.0),
        "demand": rng.uniform(0.9, 1.4),
    }


def brute(limit: np.ndarray, ceiling: np.ndarray, market: dict[str, Any]) -> list[np.ndarray]:
    """Premiums of every combination of regimes that is consistent with itself."""
    limited = np.flatnonzero(np.isfinite(limit))
    found = []

    def quantity(premium: np.ndarray) -> np.ndarray:
        cost = market["trade_cost"] * (1 + premium)
        return np.asarray(solve_market(**market | {"trade_cost": cost}).quantity)

    for regimes in product((IN_QUOTA, ON_QUOTA, OVER_QUOTA), repeat=limited.size):
        premium = np.zeros(SOURCES)
        on = limited[[regime == ON_QUOTA for regime in regimes]]
        over = limited[[regime == OVER_QUOTA for regime in regimes]]
        premium[over] = ceiling[over]
        if on.size:

            def gap(logs: np.ndarray, on: np.ndarray = on, start: np.ndarray = premium) -> Any:
                tried = start.copy()
                tried[on] = np.expm1(logs)
                return np.log(quantity(tried)[on] / limit[on])

            answers = [root(gap, np.full(on.size, start), tol=1e-12) for start in (0.0, 0.3)]
            answer = min(answers, key=lambda one: float(np.abs(one.fun).max()))
            premium[on] = np.expm1(answer.x)
            if np.abs(answer.fun).max() > 1e-9 or (premium[on] < -1e-9).any():
                continue
            if (premium[on] > ceiling[on] + 1e-9).any():
                continue
        sold = quantity(premium)
        inside = limited[[regime == IN_QUOTA for regime in regimes]]
        if (sold[inside] <= limit[inside] + 1e-9).all() and (
            sold[over] >= limit[over] - 1e-9
        ).all():
            found.append(premium)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_premiums_are_those_that_trying_every_regime_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = drawn(rng)
    limit, ceiling = np.full(SOURCES, np.inf), np.zeros(SOURCES)
    chosen = rng.choice(SOURCES, 2 + seed % 2, replace=False)
    limit[chosen] = rng.uniform(0.6, 1.5, chosen.size)
    ceiling[chosen] = rng.uniform(0.02, 0.6, chosen.size)
    found = solve_market_with_quotas(limit, ceiling, market)
    expected = brute(limit, ceiling, market)
    assert expected
    assert min(np.abs(found.premium - one).max() for one in expected) < 1e-8


@pytest.mark.slow(seconds=1)
@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_complementarity_holds_for_every_source(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = drawn(rng)
    limit = np.where(rng.random(SOURCES) < 0.7, rng.uniform(0.3, 1.6, SOURCES), np.inf)
    ceiling = rng.uniform(0.0, 1.0, SOURCES)
    found = solve_market_with_quotas(limit, ceiling, market)
    sold = found.equilibrium.quantity
    assert found.equilibrium.converged
    assert (found.premium >= 0).all() and (found.premium <= ceiling + 1e-12).all()
    free = found.premium == 0
    full = np.isclose(found.premium, ceiling, rtol=0, atol=1e-12)
    none = ~np.isfinite(limit) | (ceiling == 0)
    assert (sold[free & ~none] <= limit[free & ~none] * (1 + 1e-9)).all()
    between = ~free & ~full
    np.testing.assert_allclose(sold[between], limit[between], rtol=1e-9)
    over = full & ~none
    assert (sold[over] >= limit[over] * (1 - 1e-9)).all()
    np.testing.assert_allclose(found.within + found.over, sold, rtol=1e-12)


def test_one_quota_is_what_the_quota_of_one_source_gives() -> None:
    market = drawn(np.random.default_rng(3))
    limit, ceiling = np.array([np.inf, 0.8, np.inf, np.inf]), np.array([0.0, 0.3, 0.0, 0.0])
    several = solve_market_with_quotas(limit, ceiling, market)
    single = solve_market_with_quota(1, 0.8, 0.3, **market)
    assert several.premium[1] == single.premium
    assert several.regime.tolist() == [IN_QUOTA, int(single.regime), IN_QUOTA, IN_QUOTA]
    np.testing.assert_array_equal(several.equilibrium.quantity, single.equilibrium.quantity)


def test_a_market_without_a_quota_is_the_plain_one_to_the_last_bit() -> None:
    market = drawn(np.random.default_rng(4))
    found = solve_market_with_quotas(np.full(SOURCES, np.inf), np.zeros(SOURCES), market)
    plain = solve_market(**market)
    np.testing.assert_array_equal(found.equilibrium.value, plain.value)
    assert not found.premium.any()


def test_markets_keep_their_shape_and_do_not_mind_their_neighbours() -> None:
    rng = np.random.default_rng(5)
    market = drawn(rng)
    limit = rng.uniform(0.5, 1.5, (2, 3, SOURCES))
    ceiling = np.full((2, 3, SOURCES), 0.4)
    together = solve_market_with_quotas(limit, ceiling, market)
    assert together.premium.shape == (2, 3, SOURCES)
    alone: QuotasEquilibrium = solve_market_with_quotas(limit[1, 2], ceiling[1, 2], market)
    np.testing.assert_array_equal(together.premium[1, 2], alone.premium)
    np.testing.assert_array_equal(
        together.equilibrium.composite_index[1, 2], alone.equilibrium.composite_index
    )
