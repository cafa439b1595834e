"""SMART: what its documentation promises, and the bridge to Armington."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.equilibrium import smart_effects, solve_market
from cepasim.equilibrium.smart import (
    import_demand_elasticity,
    substitution_elasticity,
    trade_effects,
)

flows = st.lists(st.floats(0.1, 1000), min_size=2, max_size=6)


def test_one_beneficiary_is_the_published_formula() -> None:
    m_b, m_n, t0, t1, e, s = 40.0, 60.0, 0.2, 0.05, 1.3, 1.5
    found = smart_effects([m_b, m_n], [t0, t0], [t1, t0], e, s)
    r = (1 + t1) / (1 + t0)
    assert found.creation[0] == pytest.approx(-e * m_b * (r - 1), rel=1e-14)
    diversion = m_b * m_n * (r**-s - 1) / (m_n + m_b * r**-s)
    assert found.diversion[0] == pytest.approx(diversion, rel=1e-13)
    assert found.creation[1] == 0
    assert found.revenue == pytest.approx(
        t1 * (m_b + found.total[0]) + t0 * (m_n + found.total[1]) - t0 * 100, rel=1e-13
    )
    assert found.welfare == pytest.approx(found.creation[0] * 0.125, rel=1e-13)


@given(flows, st.floats(0, 5), st.floats(0, 20), st.randoms(use_true_random=False))
def test_diversion_sums_to_zero_and_is_capped_by_trade(
    imports: list[float], demand: float, substitution: float, random: object
) -> None:
    ratio = np.random.default_rng(random.randint(0, 2**31)).uniform(0.3, 2.0, len(imports))  # type: ignore[attr-defined]
    found = trade_effects(imports, ratio, demand, substitution)
    assert found.diversion.sum() == pytest.approx(0, abs=1e-9 * sum(imports))
    assert (found.diversion >= -np.array(imports) * (1 + 1e-12)).all()
    assert (found.total >= -np.array(imports)).all()


@given(flows, st.floats(0.1, 5))
def test_doubling_the_import_demand_elasticity_doubles_creation(
    imports: list[float], demand: float
) -> None:
    ratio = np.linspace(0.8, 1.1, len(imports))
    one = trade_effects(imports, ratio, demand, 1.5).creation
    two = trade_effects(imports, ratio, 2 * demand, 1.5).creation
    np.testing.assert_allclose(two, 2 * one, rtol=1e-14)


def test_a_cut_for_all_diverts_nothing() -> None:
    found = trade_effects([3.0, 5.0, 9.0], [0.9, 0.9, 0.9], 1.0, 4.0)
    np.testing.assert_allclose(found.diversion, 0, atol=1e-14)
    np.testing.assert_allclose(found.creation, 0.1 * np.array([3.0, 5.0, 9.0]))


def test_world_prices_move_only_where_supply_is_finite() -> None:
    infinite = trade_effects([50.0, 50.0], [0.9, 1.0], 2.0, 1.5)
    assert (infinite.price_effect == 0).all()
    finite = trade_effects([50.0, 50.0], [0.9, 1.0], 2.0, 1.5, [3.0, np.inf])
    assert finite.price_effect[0] == pytest.approx(50 * 0.1 * 2 / 5)
    assert finite.creation[0] == pytest.approx(50 * 0.1 * 2 * 3 / 5)
    # 99, the default of the documentation, stands for infinite: within its own 1 / 100.
    nearly = trade_effects([50.0, 50.0], [0.9, 1.0], 1.0, 1.5, 99.0)
    assert nearly.creation[0] == pytest.approx(0.99 * 50 * 0.1, rel=1e-12)


def test_no_change_and_no_trade_give_nothing() -> None:
    found = trade_effects([[3.0, 0.0], [0.0, 0.0]], 1.0, 2.0, 5.0)
    assert (found.total == 0).all() and not found.capped.any()


def test_a_rise_the_line_cannot_bear_takes_all_and_says_so() -> None:
    found = trade_effects([10.0, 10.0], [2.0, 1.0], 3.0, 5.0)
    assert found.total[0] == -10 and found.capped.tolist() == [True, False]


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="imports"):
        trade_effects([-1.0], [1.0], 1.0, 1.0)
    with pytest.raises(ValueError, match="ratio"):
        trade_effects([1.0], [0.0], 1.0, 1.0)
    with pytest.raises(ValueError, match="supply"):
        trade_effects([1.0], [1.0], 1.0, 1.0, 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_armington_with_infinite_supply_is_smart_to_first_order(seed: int) -> None:
    """The gap is second order: a shock ten times smaller leaves a gap a hundred times smaller."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(4))
    domestic, eta = random.uniform(0, 0.9), random.uniform(0, 2)
    sigma_d = random.uniform(1, 4)
    sigma_m = random.uniform(max(sigma_d, eta), 9)
    shock = random.uniform(-1, 1, 4)
    e = import_demand_elasticity(domestic, sigma_d, eta)
    gaps = []
    for size in (1e-2, 1e-3):
        hat = np.exp(size * shock)
        exact = solve_market(shares, domestic, hat, sigma_m, sigma_d, eta, np.inf, np.inf)
        smart = trade_effects(shares, hat, e, substitution_elasticity(sigma_m, e))
        gaps.append(np.abs(exact.quantity - 1 - smart.total / shares).max())
    # Second derivatives are at most about sigma squared, 81, and no more than a few of them add up.
    assert gaps[0] < 4 * 81 * 1e-2**2
    assert gaps[1] < 0.02 * gaps[0] + 1e-12
