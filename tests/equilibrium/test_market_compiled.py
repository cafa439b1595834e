"""The compiled kernel of `solve_market` gives what the NumPy one gives, and starts quickly."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cepasim import Economy, Scenario
from cepasim.engines import armington
from cepasim.equilibrium import MarketEquilibrium, solve_market
from cepasim.equilibrium.armington import solve as market_solve
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run

# Of compiled code: as Python it would take hours, and show nothing.
pytestmark = pytest.mark.locked

HATS = (
    "price",
    "quantity",
    "value",
    "price_domestic",
    "quantity_domestic",
    "import_index",
    "composite_index",
)
Arguments = dict[str, Any]


def wild_markets(
    seed: int, n: int, sources: int, spread: float = 1.0, sigma: float | None = None
) -> Arguments:
    """Every argument over wide ranges: any sigma, infinite supply, shares of nothing."""
    rng = np.random.default_rng(seed)

    def hats(*shape: int) -> np.ndarray:
        return np.exp(spread * rng.normal(0.0, 0.4, shape))

    table = (n, sources)
    shares = rng.dirichlet(np.full(sources, 0.5), n)
    shares[rng.random(table) < 0.1] = 0.0
    shares[:, 0] += 1e-3
    sigmas = np.exp(rng.uniform(np.log(0.2), np.log(30.0), (2, n)))
    for row in sigmas:
        nearby = rng.random(n) < 0.3
        row[nearby] = rng.choice([1.0, 1 + 1e-9, 1 - 1e-5, 0.8, 1.2, 1.25], nearby.sum())
    return {
        "import_shares": shares / shares.sum(axis=1, keepdims=True),
        "domestic_share": rng.uniform(0.0, 0.99, n) * (rng.random(n) > 0.1),
        "trade_cost": hats(*table),
        "sigma_import": sigmas[0] if sigma is None else np.full(n, sigma),
        "sigma_domestic": sigmas[1],
        "eta": rng.uniform(0.0, 3.0, n) * (rng.random(n) > 0.1),
        "supply": np.where(rng.random(table) < 0.3, np.inf, 10.0 ** rng.uniform(-1, 3, table)),
        "supply_domestic": np.where(rng.random(n) < 0.3, np.inf, 10.0 ** rng.uniform(-1, 2, n)),
        "taste": hats(*table),
        "taste_domestic": hats(n),
        "demand": hats(n),
        "capacity": hats(*table),
        "capacity_domestic": hats(n),
        "cost": hats(*table),
        "cost_domestic": hats(n),
    }


def compiled(arguments: Arguments) -> MarketEquilibrium:
    return solve_market(**arguments, kernel="numba")


def assert_the_same(arguments: Arguments) -> int:
    """Compare every hat; the number of markets."""
    plain, fast = solve_market(**arguments), compiled(arguments)
    assert fast.converged.all()
    assert fast.residual.max(initial=0.0) <= 1e-10
    for name in HATS:
        # Of a hat of 1e-30 the last digits are those of an exponent of 70: it is nothing. A price
        # of 1e-26 has lost some as well, and its quantity loses that times an elasticity.
        np.testing.assert_allclose(
            getattr(fast, name), getattr(plain, name), rtol=1e-11, atol=1e-27, err_msg=name
        )
    np.testing.assert_array_equal(fast.capacity_ignored, plain.capacity_ignored)
    return fast.converged.size


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 70),
    sources=st.integers(1, 41),
    spread=st.sampled_from([0.0, 0.1, 1.0, 2.0]),
    sigma=st.sampled_from([None, None, 1.0, 1 - 1e-9, 0.75]),
    left_out=st.sets(st.sampled_from(["taste", "capacity", "cost", "demand", "taste_domestic"])),
)
def test_the_kernels_agree_in_every_regime(
    seed: int, n: int, sources: int, spread: float, sigma: float | None, left_out: set[str]
) -> None:
    arguments = wild_markets(seed, n, sources, spread, sigma)
    assert_the_same({name: a for name, a in arguments.items() if name not in left_out})


@pytest.fixture(scope="module")
def solved_in_a_run(economy: Economy) -> list[Arguments]:
    """What `solve_market` is given in a run of the whole package."""
    met: list[Arguments] = []

    def noted(**arguments: Any) -> MarketEquilibrium:
        met.append(arguments)
        return solve_market(**arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(armington, "solve_market", noted)
        scenario = Scenario.read(bundled_directory() / "scenarios" / "full-package.yaml")
        run(economy, scenario, attribution=False, check=False)
    return met


def test_the_kernels_agree_on_the_whole_package(solved_in_a_run: list[Arguments]) -> None:
    assert sum(assert_the_same(arguments) for arguments in solved_in_a_run) > 500


def test_ordinary_markets_are_not_handed_over(
    solved_in_a_run: list[Arguments], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr(
        market_solve, "_solve_blocks", lambda given, out, blocks: handed.extend(map(len, blocks))
    )
    for arguments in solved_in_a_run:
        compiled(arguments)
    assert sum(handed) == 0
    compiled(wild_markets(1, 2000, 9))
    assert sum(handed) < 100


def test_hard_markets_are_handed_over() -> None:
    """Hats of e**±300 and more overflow the plain formulas."""
    arguments = wild_markets(2, 40, 5, sigma=20.0)
    arguments["trade_cost"] **= 60
    plain, fast = solve_market(**arguments), compiled(arguments)
    assert fast.iterations.max() > 12
    np.testing.assert_array_equal(fast.converged, plain.converged)
    np.testing.assert_allclose(fast.quantity, plain.quantity, rtol=1e-9)


def test_no_shock_gives_exactly_one() -> None:
    a = wild_markets(3, 200, 7)
    names = ("import_shares", "domestic_share", "sigma_import", "sigma_domestic", "eta", "supply")
    eq = solve_market(
        **{name: a[name] for name in names},
        trade_cost=1.0,
        supply_domestic=a["supply_domestic"],
        kernel="numba",
    )
    for name in HATS:
        np.testing.assert_array_equal(getattr(eq, name), 1.0, err_msg=name)


def test_bits_do_not_depend_on_neighbours_order_or_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a = wild_markets(4, 150, 6)
    whole = compiled(a)
    order = np.random.default_rng(0).permutation(150)
    shuffled = compiled({name: array[order] for name, array in a.items()})
    monkeypatch.setattr(market_solve, "_THREADED", 0)
    monkeypatch.setattr(market_solve, "_cores", lambda: 2)
    threaded = compiled(a)
    for name in (*HATS, "residual", "iterations", "converged"):
        found = getattr(whole, name)
        np.testing.assert_array_equal(getattr(shuffled, name), found[order], err_msg=name)
        np.testing.assert_array_equal(getattr(threaded, name), found, err_msg=name)
        for i in (0, 31, 149):
            lone = compiled({k: v[i] for k, v in a.items()})
            np.testing.assert_array_equal(getattr(lone, name), found[i], err_msg=name)


def test_shapes_read_only_and_empty_arguments() -> None:
    rng = np.random.default_rng(5)
    wedge = np.asfortranarray(rng.uniform(0.8, 1.2, (4, 3)))
    wedge.setflags(write=False)
    arguments: Arguments = {
        "import_shares": [0.2, 0.3, 0.5],
        "domestic_share": 0.5,
        "trade_cost": wedge,
        "sigma_import": rng.uniform(1, 5, (2, 1)),
        "sigma_domestic": 2.0,
        "eta": rng.uniform(0, 2, 4),
        "supply": [1.0, np.inf, 3.0],
        "supply_domestic": 1.0,
    }
    assert compiled(arguments).price.shape == (2, 4, 3)
    assert_the_same(arguments)
    empty = solve_market(np.empty((0, 3)), 0.5, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0, kernel="numba")
    assert empty.price.shape == (0, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("import_shares", -1e-9),
        ("trade_cost", np.inf),
        ("supply", 0.0),
        ("taste", np.nan),
        ("capacity", -1.0),
        ("cost", np.inf),
    ],
)
def test_the_last_entry_of_a_large_table_is_checked(name: str, value: float) -> None:
    """Large tables are checked by the kernel, in its columns."""
    arguments = wild_markets(6, 4_000, 33)
    arguments[name][-1, -1] = value
    with pytest.raises(ValueError, match=rf"{name}\[3999, 32\] = "):
        compiled(arguments)


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match='kernel = "fortran": must be "numpy" or "numba"'):
        solve_market([1.0], 0.5, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0, kernel="fortran")  # type: ignore[call-overload]


def test_without_numba_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "cepasim.equilibrium.armington.compiled", raising=False)
    with pytest.raises(ImportError, match=r'pip install "cepasim\[speed\]"'):
        solve_market([1.0], 0.5, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0, kernel="numba")


@pytest.mark.slow(seconds=1)
def test_a_second_process_compiles_nothing() -> None:
    solve_market([1.0], 0.5, 1.0, 3.0, 2.0, 1.0, 2.0, 1.0, kernel="numba")  # compiles if need be
    program = (
        "import sys\n"
        "import cepasim\n"
        "from cepasim.equilibrium import solve_market\n"
        "assert 'numba' not in sys.modules\n"
        "solve_market([1.0], 0.5, 1.1, 3.0, 2.0, 1.0, 2.0, 1.0, kernel='numba')\n"
        "from cepasim.equilibrium.armington.compiled import solve_groups\n"
        "print(len(solve_groups.stats.cache_hits), len(solve_groups.stats.cache_misses))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", "0"]


def test_the_kernel_is_compiled_again_when_its_parts_change() -> None:
    """Numba looks at the date of `compiled.py` alone; so a change elsewhere must change it, too."""
    from cepasim.equilibrium.armington import compiled as kernel
    from cepasim.equilibrium.armington import stages, vector

    digest = hashlib.sha256()
    for part in (stages, vector):
        digest.update(Path(part.__file__).read_bytes().replace(b"\r\n", b"\n"))
    assert digest.hexdigest()[:16] == kernel.PARTS, (
        f"stages.py or vector.py changed: write PARTS = {digest.hexdigest()[:16]!r} in compiled.py"
    )
