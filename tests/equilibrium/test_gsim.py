"""GSIM: the published example, the exact solution, properties, and the bridge to one market."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import root

from cepasim.equilibrium import solve_gsim, solve_market
from cepasim.equilibrium.gsim import clear_markets, clear_markets_linear
from cepasim.equilibrium.gsim.clearing import _Slopes

TRADE = np.array(
    [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20.0]]
)
OLD = np.array(
    [[0, 0.21, 0.41, 0.22], [0.37, 0, 0.31, 0.23], [0.32, 0.36, 0, 0.18], [0.57, 0.41, 0.25, 0.15]]
)
NEW = OLD.copy()
NEW[0, 2] = NEW[2, 0] = 0.0
ELASTICITIES = (1.25, 1.5, 5.0)


def random_model(seed: int, rows: int = 6, columns: int = 3) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    sigma = random.uniform(1.5, 9, columns)
    return {
        "trade": random.uniform(0.1, 100, (rows, columns)) * (random.random((rows, columns)) > 0.2),
        "tariff_old": random.uniform(0, 0.6, (rows, columns)),
        "tariff_new": random.uniform(0, 0.6, (rows, columns)),
        "demand": random.uniform(0, 1.4, columns),
        "supply": random.choice([0.5, 1.5, 4.0, 20.0, np.inf], rows),
        "substitution": sigma,
    }


def test_published_price_changes_to_four_decimals() -> None:
    found = solve_gsim(TRADE, OLD, NEW, *ELASTICITIES)
    # Half a unit of the last digit published.
    np.testing.assert_allclose(found.price, [0.0792, -0.0316, 0.0480, -0.0184], atol=5e-5)
    assert found.welfare[0] == pytest.approx(18.2, abs=0.05)


def test_exact_welfare_and_the_gap_of_the_line() -> None:
    exact = solve_gsim(TRADE, OLD, NEW, *ELASTICITIES, linear=False)
    assert exact.converged and exact.residual < 1e-12
    assert exact.welfare[0] == pytest.approx(51.9, abs=0.05)
    line = solve_gsim(TRADE, OLD, NEW, *ELASTICITIES)
    assert exact.welfare[0] - line.welfare[0] == pytest.approx(33.7, abs=0.05)


def test_many_small_linear_steps_lead_to_the_exact_solution() -> None:
    """Euler steps leave an error in proportion to their length: halving it halves the gap."""
    exact = solve_gsim(TRADE, OLD, NEW, *ELASTICITIES, linear=False)
    gaps = []
    for steps in (200, 400):
        flow, price, welfare = TRADE.copy(), np.ones(4), np.zeros(4)
        for step in range(steps):
            now = OLD + (NEW - OLD) * step / steps
            then = OLD + (NEW - OLD) * (step + 1) / steps
            small = solve_gsim(flow, now, then, *ELASTICITIES)
            welfare += small.welfare
            price *= 1 + small.price
            flow = flow * (1 + small.price[:, None]) * (1 + small.quantity)
        gaps.append((np.abs(price - 1 - exact.price).max(), abs(welfare[0] - exact.welfare[0])))
    for before, after in zip(*gaps, strict=True):
        assert after == pytest.approx(before / 2, rel=0.05)
    # The first-order error at 400 steps, seen to fall in proportion above.
    assert gaps[1][1] < 0.2


@pytest.mark.parametrize("linear", [True, False])
def test_no_shock_no_change(linear: bool) -> None:
    found = solve_gsim(TRADE, OLD, OLD, *ELASTICITIES, linear=linear)
    for values in (found.price, found.quantity, found.welfare, found.revenue):
        np.testing.assert_allclose(values, 0, atol=1e-12)


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_units_and_order_do_not_matter(seed: int, linear: bool) -> None:
    model = random_model(seed)
    found = solve_gsim(**model, linear=linear)
    scaled = solve_gsim(**(model | {"trade": model["trade"] * 1e3}), linear=linear)
    np.testing.assert_allclose(scaled.price, found.price, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(scaled.welfare, 1e3 * found.welfare, rtol=1e-9, atol=1e-6)
    order = np.random.default_rng(seed).permutation(6)
    turned = {key: model[key][order] for key in ("trade", "tariff_old", "tariff_new", "supply")}
    other = solve_gsim(**(model | turned), linear=linear)
    np.testing.assert_allclose(other.price, found.price[order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.revenue, found.revenue, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("seed", range(30))
def test_exact_solution_clears_every_market_when_built_again_in_levels(seed: int) -> None:
    """An independent solve of the levels with scipy's hybrid method."""
    m = random_model(seed)
    found = solve_gsim(**m, linear=False)
    assert found.converged
    hat = (1 + m["tariff_new"]) / (1 + m["tariff_old"])
    spending = m["trade"] * (1 + m["tariff_old"])
    theta = spending / spending.sum(axis=0)
    finite = np.isfinite(m["supply"]) & (m["trade"].sum(axis=1) > 0)

    def excess(log_price: np.ndarray) -> np.ndarray:
        price = np.ones(6)
        price[finite] = np.exp(log_price)
        landed = price[:, None] * hat
        gap = 1 - m["substitution"]
        index = (theta * landed**gap).sum(axis=0) ** (1 / gap)
        sold = (
            m["trade"] * landed ** -m["substitution"] * index ** (m["substitution"] - m["demand"])
        )
        supplied = m["trade"].sum(axis=1)[finite] * price[finite] ** m["supply"][finite]
        return sold.sum(axis=1)[finite] - supplied

    scale = m["trade"].sum()
    solved = root(excess, np.zeros(finite.sum()), tol=1e-13)
    assert np.abs(solved.fun).max() < 1e-9 * scale
    np.testing.assert_allclose(np.log1p(found.price[finite]), solved.x, atol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_small_shocks_give_the_linear_solution(seed: int) -> None:
    model = random_model(seed)
    gaps = []
    for size in (1e-3, 1e-4):
        small = model["tariff_old"] * (1 + size * (model["tariff_new"] - 0.3))
        exact = solve_gsim(**(model | {"tariff_new": small}), linear=False)
        line = solve_gsim(**(model | {"tariff_new": small}), linear=True)
        gaps.append(np.abs(exact.price - line.price).max())
    # Second order: a hundredth for a tenth; the floor is rounding.
    assert gaps[1] <= 0.02 * gaps[0] + 1e-13


@pytest.mark.parametrize("seed", range(50))
def test_one_market_is_solve_market(seed: int) -> None:
    """With sigma_D = sigma_M and domestic supply as own trade."""
    random = np.random.default_rng(seed)
    sources = int(random.integers(2, 8))
    value = random.uniform(1, 100, sources + 1)
    old = np.append(random.uniform(0, 0.5, sources), 0.0)
    new = old * random.uniform(0, 3, sources + 1)
    sigma, eta = random.uniform(0.5, 9), random.uniform(0, 3)
    supply = random.choice([0.5, 2.0, 10.0, np.inf], sources + 1)
    found = solve_gsim(value[:, None], old[:, None], new[:, None], eta, supply, sigma, linear=False)
    landed = value * (1 + old)
    market = solve_market(
        landed[:-1] / landed[:-1].sum(),
        landed[-1] / landed.sum(),
        ((1 + new) / (1 + old))[:-1],
        sigma,
        sigma,
        eta,
        supply[:-1],
        supply[-1],
    )
    np.testing.assert_allclose(1 + found.price, [*market.price, market.price_domestic], rtol=1e-9)
    np.testing.assert_allclose(
        1 + found.quantity[:, 0], [*market.quantity, market.quantity_domestic], rtol=1e-9
    )
    assert 1 + found.composite[0] == pytest.approx(float(market.composite_index), rel=1e-9)
    assert found.welfare == pytest.approx(found.consumer_surplus + found.revenue, rel=1e-12), (
        "no producer surplus where exporters and importers differ"
    )


def test_extreme_shocks_converge() -> None:
    for seed in range(30):
        random = np.random.default_rng(seed)
        model = random_model(seed) | {
            "tariff_old": random.choice([0.0, 0.1, 9.0], (6, 3)),
            "tariff_new": random.choice([0.0, 0.1, 9.0], (6, 3)),
            "supply": random.choice([0.0, 0.01, 1.0, 100.0], 6),
            "substitution": random.uniform(1.2, 40, 3),
            "demand": random.uniform(0.3, 1.2, 3),
        }
        assert solve_gsim(**model, linear=False).converged


def test_no_elasticity_at_all_is_told_and_not_guessed() -> None:
    """Fixed quantities against a demand that takes any price: no price level is determined."""
    found = clear_markets([[1.0]], [[1.0]], [[0.5]], 0.0, 0.0, 2.0, demand=1.2)
    assert not found.converged and np.isnan(found.log_price).all()


def test_a_batch_is_its_systems_one_by_one() -> None:
    models = [random_model(seed) for seed in range(40)]
    hats = [(1 + m["tariff_new"]) / (1 + m["tariff_old"]) for m in models]
    batch = clear_markets(
        np.stack([m["trade"] for m in models]),
        np.stack([m["trade"] * (1 + m["tariff_old"]) for m in models]),
        np.stack(hats),
        np.stack([m["demand"] for m in models]),
        np.stack([m["supply"] for m in models]),
        np.stack([m["substitution"] for m in models]),
    )
    for place, model in enumerate(models):
        alone = solve_gsim(**model, linear=False)
        np.testing.assert_allclose(np.expm1(batch.log_price[place]), alone.price, atol=1e-12)


def test_capacity_cost_and_buyers_outside() -> None:
    """One source, one market, closed forms: k p**eps = Y p**-eta (all sales), and with others."""
    found = clear_markets(
        [[1.0]], [[1.0]], [[1.0]], 0.7, 2.0, 5.0, demand=1.3, capacity=1.1, cost=1.2
    )
    expected = (np.log(1.3) - np.log(1.1) + 2.0 * np.log(1.2)) / 2.7
    assert found.log_price[0] == pytest.approx(expected, abs=1e-12)
    # Outside buyers with the same elasticity are as good as a larger market.
    outside = clear_markets(
        [[1.0]], [[1.0]], [[1.0]], 0.7, 2.0, 5.0, capacity=1.1, outside=3.0, outside_elasticity=0.7
    )
    assert outside.log_price[0] == pytest.approx(-np.log(1.1) / 2.7, abs=1e-12)
    # Infinite supply: the price is the cost.
    fixed = clear_markets([[1.0]], [[1.0]], [[0.9]], 0.7, np.inf, 5.0, cost=1.2, capacity=2.0)
    assert fixed.log_price[0] == pytest.approx(np.log(1.2), abs=1e-15)


def test_the_line_with_every_shock_is_the_slope_of_the_exact_solution() -> None:
    m = random_model(3)
    size = 1e-5
    shocks = {
        "demand": np.array([1.0, 1 + size, 1 - size]),
        "capacity": 1 + size * np.arange(6),
        "cost": 1 - size * np.arange(6),
        "outside": np.array([0.0, 50.0, 0, 0, 20.0, 0]),
        "outside_elasticity": np.full(6, 3.0),
    }
    common = (m["trade"], m["trade"], np.ones((6, 3)), m["demand"], m["supply"], m["substitution"])
    exact, line = clear_markets(*common, **shocks), clear_markets_linear(*common, **shocks)
    # Second order of the shock, times squares of elasticities.
    np.testing.assert_allclose(line.log_price, exact.log_price, atol=1e3 * size**2)
    np.testing.assert_allclose(line.log_composite, exact.log_composite, atol=1e3 * size**2)


def test_bad_input_is_named() -> None:
    for name, value in (
        ("trade", -TRADE),
        ("tariff_new", np.full((4, 4), -1.0)),
        ("supply", -1.0),
        ("substitution", 0.0),
        ("demand", np.nan),
    ):
        arguments = {
            "trade": TRADE,
            "tariff_old": OLD,
            "tariff_new": NEW,
            "demand": 1.0,
            "supply": 1.0,
            "substitution": 5.0,
        }
        with pytest.raises(ValueError, match=name):
            solve_gsim(**(arguments | {name: value}))
    with pytest.raises(ValueError, match="shape"):
        solve_gsim(TRADE, OLD[:2], NEW, 1, 1, 5)
    with pytest.raises(ValueError, match="trade"):
        solve_gsim(TRADE[0], OLD, NEW, 1, 1, 5)


def test_a_step_is_the_solution_of_the_whole_system() -> None:
    draw = np.random.default_rng(3)
    own, excess = draw.uniform(0.5, 5.0, (2, 6, 9))
    pull, share = draw.uniform(0.0, 0.3, (2, 6, 9, 2))
    whole = pull @ np.swapaxes(share, 1, 2) - own[:, :, None] * np.eye(9)
    expected = np.linalg.solve(whole, -excess[:, :, None])[:, :, 0]
    np.testing.assert_allclose(_Slopes(own, pull, share).step(excess), expected, rtol=1e-12)


def test_a_system_without_any_elasticity_takes_a_finite_step() -> None:
    nothing = np.zeros((1, 3, 2))
    step = _Slopes(np.zeros((1, 3)), nothing, nothing).step(np.full((1, 3), 1e-9))
    assert np.isfinite(step).all()
