"""Sources that move alike are one to the kernel, and everybody gets the hats of their own."""

from typing import Any

import numpy as np
import pytest

from cepasim.engines.alike import together
from cepasim.equilibrium import solve_market

SHAPE = (2, 3, 6)  # years, products, sources


def given(**changed: Any) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    shares = rng.dirichlet(np.ones(SHAPE[-1]), SHAPE[:-1])
    trade_cost = np.ones(SHAPE)
    trade_cost[..., 1] = rng.uniform(0.8, 1.0, SHAPE[:-1])
    supply = np.repeat([[4.0], [np.inf], [2.5]], SHAPE[-1], axis=1)
    supply[:, 1] = 1.5
    return {
        "import_shares": shares,
        "domestic_share": np.full(SHAPE[:-1], 0.4),
        "trade_cost": trade_cost,
        "sigma_import": np.array([5.0, 3.0, 1.0]),
        "sigma_domestic": np.array([2.0, 1.5, 3.0]),
        "eta": np.array([0.8, 1.0, 0.5]),
        "supply": supply,
        "supply_domestic": np.full(3, 2.0),
        "demand": 1.1,
        "capacity": 1.0,
        "cost": 1.0,
    } | changed


def capacity(*, of: int) -> np.ndarray:
    hat = np.ones(SHAPE)
    hat[0, 0, of] = 1.2
    return hat


@pytest.mark.parametrize("changed", [{}, {"capacity": capacity(of=1)}, {"cost": capacity(of=1)}])
def test_hats_are_those_of_all_sources(changed: dict[str, Any]) -> None:
    whole = given(**changed)
    fewer, place = together(whole)
    assert place is not None and fewer["supply"].shape == (3, 2)
    expected, found = solve_market(**whole), solve_market(**fewer)
    for name in ("price", "value"):
        hats = getattr(found, name).take(place, axis=-1)
        np.testing.assert_allclose(hats, getattr(expected, name), rtol=1e-13)
    np.testing.assert_allclose(found.composite_index, expected.composite_index, rtol=1e-13)


def test_who_differs_anywhere_stays_apart() -> None:
    other = given()["supply"].copy()
    other[1, 4] = 9.0
    for changed in ({"capacity": capacity(of=5)}, {"cost": capacity(of=5)}, {"supply": other}):
        fewer, place = together(given(**changed))
        assert place is not None and sorted(place.tolist()) == [0, 1, 2, 2, 2, 2]
        assert fewer["import_shares"].shape == (2, 3, 3)


def test_few_alike_are_left_as_they_are() -> None:
    rates = np.random.default_rng(1).uniform(0.9, 1.0, SHAPE)
    whole = given(trade_cost=rates)
    fewer, place = together(whole)
    assert place is None and fewer["trade_cost"] is rates
    mixed = given()["supply"] * np.arange(1.0, 7.0)
    assert together(given(supply=mixed))[1] is None
