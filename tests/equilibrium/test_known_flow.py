"""The size of a source from its sales: `solve_market` in reverse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cepasim.equilibrium import solve_market
from cepasim.equilibrium.armington.known_flow import KnownFlow

SIGMA = st.one_of(st.floats(0.3, 12.0), st.sampled_from([1.0, 1 - 1e-9, 1 + 1e-9, 0.9]))


@pytest.mark.slow(seconds=1)
@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    sources=st.integers(1, 7),
    infinite=st.sampled_from([0.0, 0.3, 1.0]),
    domestic=st.one_of(st.just(0.0), st.floats(0.01, 0.95)),
    sigmas=st.tuples(SIGMA, SIGMA),
)
def test_sales_at_the_size_found_are_the_given_ones(
    seed: int, sources: int, infinite: float, domestic: float, sigmas: tuple[float, float]
) -> None:
    """Solve at a known size; from the sales alone the size comes back."""
    rng = np.random.default_rng(seed)
    own, size = int(rng.integers(sources)), np.exp(rng.normal(0.0, 0.8))
    shares = rng.dirichlet(np.full(sources, 2.0))
    fixed = {
        "trade_cost": np.exp(rng.normal(0.0, 0.1, sources)),
        "sigma_import": np.float64(sigmas[0]),
        "sigma_domestic": np.float64(sigmas[1]),
        "eta": rng.uniform(0.0, 3.0),
        "supply": np.where(rng.random(sources) < infinite, np.inf, rng.uniform(0.5, 15, sources)),
        "supply_domestic": rng.uniform(0.5, 15.0),
    }
    landed = shares * (1 - domestic)
    landed[own] *= size
    total = landed.sum()
    there = solve_market(landed / total, domestic / (domestic + total), **fixed)
    flow = KnownFlow(shares, np.float64(domestic), **fixed, source=own)
    assert flow.size(size * there.value[own]) == pytest.approx(size, rel=1e-11)


def test_without_changed_wedges_the_size_is_the_sales() -> None:
    flow = KnownFlow(
        import_shares=np.array([[0.2, 0.8], [0.5, 0.5]]),
        domestic_share=np.array([0.3, 0.6]),
        trade_cost=np.ones((2, 2)),
        sigma_import=np.array([4.0, 1.0]),
        sigma_domestic=np.array([2.0, 2.0]),
        eta=np.array([1.0, 2.0]),
        supply=np.array([[3.0, np.inf], [np.inf, 2.0]]),
        supply_domestic=np.array([5.0, np.inf]),
        source=0,
    )
    assert flow.size(np.array([1.7, 0.4])) == pytest.approx([1.7, 0.4], rel=1e-15)


def test_a_market_that_does_not_settle_has_no_size() -> None:
    """What is impossible is left to the slow way instead of being made up."""
    flow = KnownFlow(
        import_shares=np.array([0.5, 0.5]),
        domestic_share=np.float64(0.3),
        trade_cost=np.array([np.nan, 1.0]),
        sigma_import=np.float64(4.0),
        sigma_domestic=np.float64(2.0),
        eta=np.float64(1.0),
        supply=np.array([3.0, 3.0]),
        supply_domestic=np.float64(5.0),
        source=0,
    )
    assert np.isnan(flow.size(np.float64(1.2)))
