"""Where prices leave the range of float64 there is no answer, and `solve_market` says so."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from cepasim.equilibrium import MarketEquilibrium, solve_market

Kernel = Literal["numpy", "numba"]
HATS = (
    "price",
    "quantity",
    "value",
    "price_domestic",
    "quantity_domestic",
    "import_index",
    "composite_index",
)
#: Supply and demand that hardly react: p**(epsilon + eta) = Y, so that Y = e**20 makes p e**1818.
STIFF = {
    "sigma_import": 1.0,
    "sigma_domestic": 1.0,
    "eta": 0.01,
    "supply": 0.001,
    "supply_domestic": 0.001,
}

both_kernels = pytest.mark.parametrize("kernel", ["numpy", "numba"])


def stiff(kernel: Kernel, log_demand: object, **changed: object) -> MarketEquilibrium:
    arguments = {
        "import_shares": [0.4, 0.6],
        "domestic_share": 0.5,
        "trade_cost": 1.0,
        **STIFF,
        **changed,
    }
    demand = np.exp(np.asarray(log_demand, dtype=float))
    return solve_market(demand=demand, kernel=kernel, **arguments)  # type: ignore[arg-type]


@both_kernels
@pytest.mark.parametrize("log_demand", [20.0, -20.0])
def test_a_price_that_is_no_number_is_no_answer(kernel: Kernel, log_demand: float) -> None:
    """Neither 0 nor infinity; the markets beside it keep theirs."""
    eq = stiff(kernel, [0.0, log_demand, 1.0])
    np.testing.assert_array_equal(eq.converged, [True, False, True])
    for name in HATS:
        array = getattr(eq, name)
        assert np.isnan(array[1]).all(), name
        assert np.isfinite(array[[0, 2]]).all() and (array[[0, 2]] > 0).all(), name
    assert eq.composite_index[2] == pytest.approx(np.exp(1 / 0.011), rel=1e-9)


@both_kernels
def test_a_domestic_price_that_is_no_number_is_no_answer(kernel: Kernel) -> None:
    """Without weight in the index it would leave 0 times infinity in the accounts."""
    eq = stiff(kernel, 8.0, domestic_share=0.0, supply=np.inf, sigma_domestic=0.01)
    assert not eq.converged and np.isnan(eq.price_domestic) and np.isnan(eq.price).all()


@both_kernels
def test_a_source_without_weight_that_has_no_price_is_no_answer(kernel: Kernel) -> None:
    eq = stiff(
        kernel,
        0.0,
        domestic_share=0.0,
        import_shares=[1.0, 0.0],
        supply=[2.0, 1e-3],
        capacity=[1.0, 1e-3],
        sigma_import=0.005,
    )
    assert not eq.converged and np.isnan(eq.value).all()


@both_kernels
def test_what_would_be_bought_of_a_variety_without_weight_decides_nothing(kernel: Kernel) -> None:
    """e**800 times nothing: the market itself is an ordinary one."""
    alone = {"import_shares": [1.0], "supply": 0.05, "domestic_share": 0.0, "eta": 0.0}
    eq = stiff(
        kernel,
        1.0,
        **alone | {"supply_domestic": np.inf, "sigma_domestic": 40.0, "sigma_import": 2.0},
    )
    assert eq.converged and eq.price_domestic == 1.0 and np.isinf(eq.quantity_domestic)
    np.testing.assert_allclose(np.log(eq.price), 20.0, rtol=1e-9)

    two = {"import_shares": [1.0, 0.0], "supply": [0.05, np.inf], "sigma_import": 40.0}
    eq = stiff(kernel, 1.0, **alone | two)
    assert eq.converged and np.isfinite(eq.value[0]) and np.isinf(eq.quantity[1])


@both_kernels
@pytest.mark.parametrize("log_demand", [1.0, 5.0, -5.0])
def test_a_very_large_price_is_still_an_answer(kernel: Kernel, log_demand: float) -> None:
    """e**±455 is within float64."""
    eq = stiff(kernel, log_demand)
    assert eq.converged
    expected = np.full(2, log_demand / 0.011)
    np.testing.assert_allclose(np.log(eq.price), expected, rtol=1e-9)


def test_the_kernels_agree_where_numbers_end() -> None:
    log_demand = np.linspace(-9.0, 9.0, 400)
    plain, fast = stiff("numpy", log_demand), stiff("numba", log_demand)
    np.testing.assert_array_equal(plain.converged, fast.converged)
    assert 0 < plain.converged.sum() < 400
    np.testing.assert_allclose(fast.price, plain.price, rtol=1e-9)
