"""`solve_market` against a published example, known limits and bad input."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cepasim.equilibrium import MarketEquilibrium, solve_market
from cepasim.equilibrium.armington import arguments as market_arguments
from cepasim.equilibrium.armington import block as market_block
from cepasim.equilibrium.armington import bracket, newton

FIELDS = (
    "price",
    "quantity",
    "value",
    "price_domestic",
    "quantity_domestic",
    "import_index",
    "composite_index",
    "converged",
    "residual",
    "iterations",
    "capacity_ignored",
)
BY_SOURCE = ("import_shares", "trade_cost", "supply", "taste", "capacity", "cost")


def random_markets(seed: int, markets: int, sources: int) -> dict[str, np.ndarray]:
    """Every argument, over ordinary ranges; a third of the supplies infinite."""
    rng = np.random.default_rng(seed)

    def hat(*shape: int) -> np.ndarray:
        return np.exp(rng.normal(0.0, 0.25, shape))

    table = (markets, sources)
    sigma_import = np.exp(rng.uniform(np.log(0.3), np.log(12), markets))
    sigma_import[:3] = [1.0, 1 + 1e-9, 0.9]
    sigma_domestic = np.exp(rng.uniform(np.log(0.3), np.log(8), markets))
    sigma_domestic[1:4] = [1.0, 1 - 1e-9, 1.1]
    return {
        "import_shares": rng.dirichlet(np.full(sources, 0.5), markets),
        "domestic_share": rng.uniform(0.0, 0.95, markets) * (rng.random(markets) > 0.1),
        "trade_cost": hat(*table),
        "sigma_import": sigma_import,
        "sigma_domestic": sigma_domestic,
        "eta": rng.uniform(0.05, 2.5, markets),
        "supply": np.where(rng.random(table) < 0.3, np.inf, rng.uniform(0.3, 15.0, table)),
        "supply_domestic": np.where(
            rng.random(markets) < 0.3, np.inf, rng.uniform(0.3, 15, markets)
        ),
        "taste": hat(*table),
        "taste_domestic": hat(markets),
        "demand": hat(markets),
        "capacity": hat(*table),
        "capacity_domestic": hat(markets),
        "cost": hat(*table),
        "cost_domestic": hat(markets),
    }


def one(arguments: dict[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    return {name: array[i] for name, array in arguments.items()}


def assert_same_bits(a: MarketEquilibrium, b: MarketEquilibrium, where: object = ...) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a, name)[where], getattr(b, name), err_msg=name)


# --- a published solution -----------------------------------------------------------------------


def test_published_example_of_three_suppliers() -> None:
    """R package `emr` (P. F. Alencar de Oliveira), documentation of `solve_emr`.

    Values dom 60, sub 30, nsub 10; supply elasticities 1, 10, 10; price elasticity of demand 1;
    sigma 4; tariff of 10 % on `sub`. One CES level, so both sigmas are 4. Printed digits, and
    the further digits of an own solve.
    """
    tariff = np.array([1.1, 1.0])
    eq = solve_market([0.75, 0.25], 0.6, tariff, 4.0, 4.0, 1.0, [10.0, 10.0], 1.0)
    np.testing.assert_allclose(eq.price * tariff, [1.078515, 1.007535], atol=1e-6)
    np.testing.assert_allclose(eq.quantity, [0.8209848, 1.0779533], atol=1e-6)
    assert eq.price_domestic == pytest.approx(1.021240, abs=1e-6)
    assert eq.quantity_domestic == pytest.approx(1.0212404, abs=1e-6)
    assert eq.composite_index == pytest.approx(1.035651, abs=1e-6)
    assert eq.composite_index**-1.0 == pytest.approx(0.9655765, abs=1e-6)
    np.testing.assert_allclose(eq.price * tariff, [1.07851502, 1.00753465], atol=1e-8)
    np.testing.assert_allclose(eq.quantity, [0.82098479, 1.07795324], atol=1e-8)
    assert eq.converged


# --- what follows from the equations -------------------------------------------------------------


@pytest.mark.parametrize("sources", [1, 4, 20])
def test_supply_equals_demand_and_values_add_up(sources: int) -> None:
    a = random_markets(3, 200, sources)
    eq = solve_market(**a)
    finite = np.isfinite(a["supply"])
    supplied = a["capacity"] * (eq.price / a["cost"]) ** np.where(finite, a["supply"], 1.0)
    np.testing.assert_allclose(eq.quantity[finite], supplied[finite], rtol=1e-10)
    np.testing.assert_array_equal(eq.price[~finite], a["cost"][~finite])
    np.testing.assert_array_equal(eq.value, eq.price * eq.quantity)
    landed = (a["import_shares"] * a["trade_cost"] * eq.value).sum(axis=-1)
    total = a["domestic_share"] * eq.price_domestic * eq.quantity_domestic
    total += (1 - a["domestic_share"]) * landed
    expected = a["demand"] * eq.composite_index ** (1 - a["eta"])
    np.testing.assert_allclose(total, expected, rtol=1e-11)
    assert eq.residual.max() <= 1e-10


def test_zero_shock_changes_nothing_at_all() -> None:
    a = random_markets(4, 300, 12)
    arguments = {
        name: np.ones_like(array) if name in ("trade_cost", "taste", "capacity", "cost") else array
        for name, array in a.items()
    }
    for name in ("taste_domestic", "demand", "capacity_domestic", "cost_domestic"):
        arguments[name] = np.ones(300)
    eq = solve_market(**arguments)
    for name in FIELDS[:7]:
        np.testing.assert_array_equal(getattr(eq, name), 1.0, err_msg=name)
    np.testing.assert_array_equal(eq.residual, 0.0)


def test_costs_and_general_prices_scale_prices_and_leave_quantities() -> None:
    a = random_markets(5, 200, 6)
    base = solve_market(**a)
    factor = 1.7
    scaled = solve_market(
        **{
            **a,
            "cost": a["cost"] * factor,
            "cost_domestic": a["cost_domestic"] * factor,
            "demand": a["demand"] * factor ** a["eta"],
        }
    )
    for name in ("price", "price_domestic", "import_index", "composite_index"):
        np.testing.assert_allclose(getattr(scaled, name), factor * getattr(base, name), rtol=1e-10)
    for name in ("quantity", "quantity_domestic"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(base, name), rtol=1e-10)


def test_first_order_limit() -> None:
    """Small shocks against the log-linear system, solved source by source."""
    a = random_markets(6, 60, 5)
    h = 1e-6
    shock = {name: np.log(a[name]) for name in ("trade_cost", "taste", "capacity", "cost")}
    lists = ("taste_domestic", "demand", "capacity_domestic", "cost_domestic")
    shock |= {name: np.log(a[name]) for name in lists}
    up = solve_market(**{**a, **{name: np.exp(h * s) for name, s in shock.items()}})
    down = solve_market(**{**a, **{name: np.exp(-h * s) for name, s in shock.items()}})
    slope = (np.log(up.quantity) - np.log(down.quantity)) / (2 * h)
    for i in range(60):
        theta, d = a["import_shares"][i], a["domestic_share"][i]
        s_m, s_d, eta = a["sigma_import"][i], a["sigma_domestic"][i], a["eta"][i]
        n = theta.size
        # ln x = D ln pi + g, with ln pi = (sources, domestic) at landed prices
        import_row = np.append(theta, 0.0)
        total_row = np.append((1 - d) * theta, d)
        matrix = np.zeros((n + 1, n + 1))
        matrix[:n, :n] -= s_m * np.eye(n)
        matrix[:n] += (s_m - s_d) * import_row + (s_d - eta) * total_row
        matrix[n, n] -= s_d
        matrix[n] += (s_d - eta) * total_row
        wedge = np.append(shock["trade_cost"][i], 0.0)
        tilted = shock["taste"][i] - theta @ shock["taste"][i]
        push = np.append(tilted, shock["taste_domestic"][i])
        push += shock["demand"][i] - d * shock["taste_domestic"][i]
        eps = np.append(a["supply"][i], a["supply_domestic"][i])
        cost = np.append(shock["cost"][i], shock["cost_domestic"][i])
        room = np.append(shock["capacity"][i], shock["capacity_domestic"][i])
        # inverse supply: ln p = ln c + (ln x - ln k) / eps
        inverse = 1.0 / eps
        left = np.eye(n + 1) - matrix * inverse
        right = matrix @ (wedge + cost - inverse * room) + push
        np.testing.assert_allclose(slope[i], np.linalg.solve(left, right)[:n], atol=2e-6)


def test_own_trade_cost_up_own_quantity_and_price_down() -> None:
    a = random_markets(7, 300, 6)
    base = solve_market(**a)
    dearer = a["trade_cost"].copy()
    dearer[:, 2] *= 1.05
    eq = solve_market(**{**a, "trade_cost": dearer})
    assert np.all(eq.quantity[:, 2] < base.quantity[:, 2])
    finite = np.isfinite(a["supply"][:, 2])
    assert np.all(eq.price[finite, 2] < base.price[finite, 2])
    np.testing.assert_array_equal(eq.price[~finite, 2], base.price[~finite, 2])


def test_rivals_lose_where_the_condition_of_the_model_holds() -> None:
    """A cut for one source hurts others iff (sM − sD) + (sD − eta) theta_M > 0 (first order)."""
    a = random_markets(8, 400, 4)
    a = {k: v for k, v in a.items() if k in FIELDS or k in SOLVE_PLAIN}
    a["supply"] = np.full_like(a["supply"], np.inf)
    a["supply_domestic"] = np.full(400, np.inf)
    wedge = np.ones((400, 4))
    wedge[:, 0] = 0.9999
    eq = solve_market(**{**a, "trade_cost": wedge})
    sign = (a["sigma_import"] - a["sigma_domestic"]) + (a["sigma_domestic"] - a["eta"]) * (
        1 - a["domestic_share"]
    )
    clear = (np.abs(sign) > 0.01) & (a["import_shares"][:, 0] > 1e-3)
    np.testing.assert_array_equal(eq.quantity[clear, 1] < 1.0, sign[clear] > 0)


SOLVE_PLAIN = (
    "import_shares",
    "domestic_share",
    "trade_cost",
    "sigma_import",
    "sigma_domestic",
    "eta",
    "supply",
    "supply_domestic",
)


def test_merging_two_identical_sources_changes_nothing() -> None:
    a = random_markets(9, 200, 5)
    merged = solve_market(**a)
    twin = {name: np.append(a[name], a[name][:, :1], axis=1) for name in BY_SOURCE}
    twin["import_shares"][:, 0] *= 0.3
    twin["import_shares"][:, 5] *= 0.7
    split = solve_market(**{**a, **twin})
    for name in ("price", "quantity", "value"):
        np.testing.assert_allclose(getattr(split, name)[:, :5], getattr(merged, name), rtol=1e-11)
        np.testing.assert_allclose(getattr(split, name)[:, 5], getattr(split, name)[:, 0], rtol=0)
    np.testing.assert_allclose(split.composite_index, merged.composite_index, rtol=1e-12)


def test_source_without_share_stays_at_zero_and_has_finite_hats() -> None:
    a = random_markets(10, 100, 5)
    a["import_shares"][:, 3] = 0.0
    a["import_shares"] /= a["import_shares"].sum(axis=1, keepdims=True)
    a["trade_cost"][:, 3] = 0.2
    eq = solve_market(**a)
    assert np.isfinite(eq.quantity).all()
    np.testing.assert_array_equal((a["import_shares"] * eq.quantity)[:, 3], 0.0)
    without = solve_market(
        **{n: np.delete(v, 3, axis=1) if n in BY_SOURCE else v for n, v in a.items()}
    )
    np.testing.assert_allclose(np.delete(eq.quantity, 3, axis=1), without.quantity, rtol=1e-11)


def test_domestic_share_zero_solves_domestic_hats_that_weigh_nothing() -> None:
    a = one(random_markets(12, 5, 4), 4)
    a["domestic_share"] = np.float64(0.0)
    eq = solve_market(**a)
    other = solve_market(**{**a, "cost_domestic": 3.0, "supply_domestic": 0.5})
    np.testing.assert_array_equal(eq.quantity, other.quantity)
    assert eq.composite_index == pytest.approx(eq.import_index, rel=1e-13)
    assert np.isfinite(other.price_domestic)
    assert other.price_domestic != eq.price_domestic


def test_infinite_supply_price_is_cost_and_capacity_is_ignored() -> None:
    cost = np.array([1.1, 0.93, 1.0])
    supply = [np.inf, np.inf, 2.0]
    arguments = ([0.2, 0.3, 0.5], 0.4, [1.1, 0.9, 1.0], 5.0, 2.0, 0.8, supply, np.inf)
    eq = solve_market(*arguments, cost=cost, cost_domestic=1.07, capacity=[3.0, 1.0, 1.0])
    plain = solve_market(*arguments, cost=cost, cost_domestic=1.07)
    assert eq.price[0] == 1.1 and eq.price[1] == 0.93 and eq.price_domestic == 1.07
    np.testing.assert_array_equal(eq.quantity, plain.quantity)
    np.testing.assert_array_equal(eq.capacity_ignored, [True, False, False])
    assert not plain.capacity_ignored.any()


def test_infinite_supply_is_the_limit_of_large_supply() -> None:
    a = random_markets(13, 50, 4)
    a["supply"] = np.full((50, 4), 1e12)
    large = solve_market(**a)
    a["supply"] = np.full((50, 4), np.inf)
    infinite = solve_market(**a)
    np.testing.assert_allclose(large.quantity, infinite.quantity, rtol=1e-9)


def test_taste_moves_shares_and_not_the_price_level() -> None:
    rng = np.random.default_rng(14)
    theta = rng.dirichlet(np.ones(6))
    taste = np.exp(rng.normal(0, 0.5, 6))
    for sigma in (0.5, 1.0, 4.0):
        eq = solve_market(theta, 0.3, 1.0, sigma, 2.0, 0.7, np.inf, np.inf, taste=taste)
        assert eq.import_index == 1.0
        assert eq.composite_index == 1.0
        np.testing.assert_allclose(eq.quantity, taste / (theta @ taste), rtol=1e-13)
        assert eq.quantity_domestic == 1.0
        eq = solve_market(theta, 0.3, 1.0, sigma, 2.0, 0.7, np.inf, np.inf, taste_domestic=2.0)
        assert eq.composite_index == 1.0
        assert eq.quantity_domestic == pytest.approx(2.0 / 1.3, rel=1e-13)
        np.testing.assert_allclose(eq.quantity, 1 / 1.3, rtol=1e-13)


@pytest.mark.parametrize("which", ["sigma_import", "sigma_domestic"])
def test_sigma_next_to_one_moves_the_answer_by_the_shock_times_1e_8(which: str) -> None:
    a = random_markets(15, 100, 6)
    a[which] = np.ones(100)
    exact = solve_market(**a)
    for gap in (1e-9, -1e-9, 1e-13):
        eq = solve_market(**{**a, which: np.full(100, 1.0 + gap)})
        np.testing.assert_allclose(eq.quantity, exact.quantity, rtol=1e-8)
        np.testing.assert_allclose(eq.composite_index, exact.composite_index, rtol=1e-8)


def test_quick_and_sure_way_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    a = random_markets(16, 200, 7)
    quick = solve_market(**a)
    monkeypatch.setattr(newton, "PASSES", 1)
    sure = solve_market(**a)
    assert sure.converged.all()
    assert (sure.iterations != quick.iterations).any()
    for name in FIELDS[:7]:
        np.testing.assert_allclose(getattr(sure, name), getattr(quick, name), rtol=1e-10)


# --- shapes, bits and bad input -----------------------------------------------------------------


def test_one_share_for_all_sources_is_written_out() -> None:
    cost = np.array([1.0, 1.1, 0.9, 1.0])
    given = dict(trade_cost=cost, sigma_import=3.0, sigma_domestic=2.0, eta=0.8, supply=4.0)
    given |= dict(domestic_share=0.4, supply_domestic=4.0)
    assert_same_bits(solve_market([0.25], **given), solve_market([0.25] * 4, **given))


def test_broadcasting_over_sources_and_markets() -> None:
    rng = np.random.default_rng(17)
    shares = rng.dirichlet(np.ones(3))
    sigma = rng.uniform(1, 5, (2, 1))
    eta = rng.uniform(0, 2, 4)
    wedge = rng.uniform(0.8, 1.2, (4, 3))
    eq = solve_market(shares, 0.5, wedge, sigma, 2.0, eta, [1.0, np.inf, 3.0], 1.0, taste=1.0)
    assert eq.price.shape == eq.capacity_ignored.shape == (2, 4, 3)
    assert eq.price_domestic.shape == eq.converged.shape == eq.iterations.shape == (2, 4)
    lone = solve_market(shares, 0.5, wedge[3], sigma[1, 0], 2.0, eta[3], [1.0, np.inf, 3.0], 1.0)
    assert lone.price.shape == (3,) and lone.converged.shape == ()
    assert_same_bits(eq, lone, (1, 3))


@pytest.mark.parametrize("sources", [1, 2, 9, 33])
def test_bits_do_not_depend_on_neighbours_or_blocks(
    sources: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = random_markets(18, 120, sources)
    a["trade_cost"][::5] **= 8  # some hard ones, which leave their block
    whole = solve_market(**a)
    for i in (0, 1, 2, 5, 10, 57, 119):
        assert_same_bits(whole, solve_market(**one(a, i)), i)
    order = np.random.default_rng(0).permutation(120)
    shuffled = solve_market(**{name: array[order] for name, array in a.items()})
    assert_same_bits(whole, shuffled, order)
    for block in (2 * sources, 7 * sources, 119 * sources):
        monkeypatch.setattr(market_block, "_ENTRIES", block)
        assert_same_bits(solve_market(**a), whole)
    # Stragglers leave blocks of any size, or none: their passes are the same.
    for small in (0, 1_000):
        monkeypatch.setattr(newton, "_SMALL", small)
        assert_same_bits(solve_market(**a), whole)


def test_a_scalar_and_its_array_give_the_same_bits() -> None:
    shares = np.random.default_rng(19).dirichlet(np.ones(9), 40)
    wedge = np.random.default_rng(20).uniform(0.7, 1.4, (40, 9))
    scalars = {"supply": 2.5, "taste": 1.3, "capacity": 0.8, "cost": 1.1}
    lists = {"sigma_import": 3.0, "sigma_domestic": 1.5, "eta": 0.6, "supply_domestic": 4.0}
    lists |= {"domestic_share": 0.35, "taste_domestic": 1.2, "demand": 1.4, "cost_domestic": 0.9}
    lean = solve_market(shares, trade_cost=wedge, **scalars, **lists)
    full = solve_market(
        shares,
        trade_cost=wedge,
        **{name: np.full((40, 9), value) for name, value in scalars.items()},
        **{name: np.full(40, value) for name, value in lists.items()},
    )
    assert_same_bits(lean, full)


def test_inputs_are_not_modified_and_may_be_read_only() -> None:
    a = random_markets(21, 30, 4)
    copies = {name: array.copy() for name, array in a.items()}
    for array in a.values():
        array.setflags(write=False)
    eq = solve_market(**a)
    for name, array in a.items():
        np.testing.assert_array_equal(array, copies[name])
    assert eq.price.dtype == np.float64
    eq.price[0, 0] = 0.0  # results belong to the caller
    eq.capacity_ignored[0, 0] = True


def test_integers_lists_and_float32_are_taken() -> None:
    eq = solve_market([1], 0, [1], 3, 2, 1, [4], np.float32(2.0))
    assert eq.price.dtype == np.float64 and eq.price[0] == 1.0


def test_no_markets_at_all() -> None:
    eq = solve_market(np.empty((0, 3)), 0.5, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0)
    assert eq.price.shape == (0, 3) and eq.converged.shape == (0,)


def test_shares_are_renormalised_within_tolerance() -> None:
    shares = np.array([0.25, 0.75])
    taste = np.array([1.4, 0.9])
    arguments = (0.3, [1.1, 0.9], 4.0, 2.0, 1.0, [2.0, 3.0], 1.0)
    exact = solve_market(shares, *arguments, taste=taste)
    off = solve_market(shares * (1 + 9e-10), *arguments, taste=taste)
    np.testing.assert_allclose(off.quantity, exact.quantity, rtol=1e-13)


GOOD = {
    "import_shares": [[0.4, 0.6], [0.5, 0.5]],
    "domestic_share": [0.3, 0.4],
    "trade_cost": [[1.1, 1.0], [0.9, 1.0]],
    "sigma_import": [3.0, 4.0],
    "sigma_domestic": [2.0, 2.0],
    "eta": [1.0, 0.5],
    "supply": [[1.0, np.inf], [2.0, 3.0]],
    "supply_domestic": [1.0, np.inf],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"import_shares": [[0.4, 0.6], [-0.1, 1.1]]}, "import_shares[1, 0] = -0.1"),
        ({"import_shares": [[0.4, 0.6], [np.nan, 1.0]]}, "import_shares[1, 0] = nan"),
        ({"import_shares": [[0.4, 0.6], [0.4, 0.5]]}, "import_shares[1]: shares add up to 0.9"),
        ({"import_shares": [0.4, 0.6 + 2e-9]}, "import_shares: shares add up to"),
        ({"import_shares": 1.0}, "import_shares: must have an axis of sources"),
        ({"domestic_share": [0.3, 1.0]}, "domestic_share[1] = 1.0: must be in [0, 1)"),
        ({"domestic_share": -0.1}, "domestic_share = -0.1"),
        ({"trade_cost": [[1.0, 0.0], [1.0, 1.0]]}, "trade_cost[0, 1] = 0.0: must be a finite"),
        ({"trade_cost": [[1.0, 1.0], [1.0, np.inf]]}, "trade_cost[1, 1] = inf"),
        ({"sigma_import": [3.0, 0.0]}, "sigma_import[1] = 0.0: must be a finite number > 0"),
        ({"sigma_import": [np.inf, 3.0]}, "sigma_import[0] = inf"),
        ({"sigma_domestic": -2.0}, "sigma_domestic = -2.0"),
        ({"eta": [-0.5, 1.0]}, "eta[0] = -0.5: must be a number >= 0"),
        ({"eta": np.nan}, "eta = nan"),
        ({"supply": [[1.0, 0.0], [1.0, 1.0]]}, "supply[0, 1] = 0.0: must be in (0, inf]"),
        ({"supply": [[1.0, 1.0], [np.nan, 1.0]]}, "supply[1, 0] = nan"),
        ({"supply_domestic": [1.0, -np.inf]}, "supply_domestic[1] = -inf"),
        ({"taste": [[1.0, 1.0], [1.0, 0.0]]}, "taste[1, 1] = 0.0"),
        ({"taste_domestic": 0.0}, "taste_domestic = 0.0"),
        ({"demand": [1.0, -1.0]}, "demand[1] = -1.0"),
        ({"capacity": [1.0, 0.0]}, "capacity[1] = 0.0"),
        ({"capacity_domestic": np.inf}, "capacity_domestic = inf"),
        ({"cost": [1.0, np.nan]}, "cost[1] = nan"),
        ({"cost_domestic": None}, "cost_domestic = nan"),
        ({"cost_domestic": "dear"}, "cost_domestic: must be an array of numbers"),
        ({"cost": [1 + 1j, 1.0]}, "cost: must be an array of numbers"),
        ({"trade_cost": np.ones((2, 3))}, "shapes do not fit"),
        ({"eta": [1.0, 1.0, 1.0]}, "shapes do not fit"),
    ],
)
def test_bad_input_names_the_argument_and_the_place(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        solve_market(**{**GOOD, **change})


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("import_shares", -0.1, "import_shares[11, 2] = -0.1: must be a number >= 0"),
        ("import_shares", np.nan, "import_shares[11, 2] = nan: must be a number >= 0"),
        ("import_shares", 0.9, "import_shares[11]: shares add up to"),
        ("trade_cost", 0.0, "trade_cost[11, 2] = 0.0: must be a finite number > 0"),
        ("trade_cost", np.inf, "trade_cost[11, 2] = inf: must be a finite number > 0"),
        ("supply", -1.0, "supply[11, 2] = -1.0: must be in (0, inf]"),
        ("taste", np.nan, "taste[11, 2] = nan: must be a finite number > 0"),
        ("capacity", np.inf, "capacity[11, 2] = inf: must be a finite number > 0"),
        ("cost", 0.0, "cost[11, 2] = 0.0: must be a finite number > 0"),
    ],
)
def test_large_tables_are_checked_on_the_way(
    kernel: str, name: str, value: float, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_arguments, "_LARGE", 10)
    a = random_markets(23, 40, 4)
    assert solve_market(**a, kernel=kernel).converged.all()
    a[name][11, 2] = value
    with pytest.raises(ValueError, match=re.escape(message)):
        solve_market(**a, kernel=kernel)


def test_a_market_that_does_not_converge_is_nan_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a = random_markets(22, 20, 4)
    whole = solve_market(**a)
    monkeypatch.setattr(newton, "PASSES", 3)
    monkeypatch.setattr(bracket, "_STEPS", 1)
    monkeypatch.setattr(bracket, "_POLISH", 0)
    eq = solve_market(**a)
    lost = ~eq.converged
    assert 0 < lost.sum() < 20
    for name in FIELDS[:7]:
        array = getattr(eq, name)
        assert np.isnan(array[lost]).all(), name
        np.testing.assert_array_equal(array[~lost], getattr(whole, name)[~lost], err_msg=name)
    assert (eq.residual[lost] > 1e-12).all()
