"""Speed of `solve_market`, as ratios to one `np.exp` pass over the same array.

``pytest benchmarks/bench_market.py`` for statistics; ``python benchmarks/bench_market.py`` prints
one table: ratio, linearity in the number of markets, time of a single market.

Two passes stand beside each other: `np.exp` into an array that is there already (arithmetic
only), and `np.exp` that makes its result, as `solve_market` makes its three.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from cepasim.equilibrium import solve_market

SOURCES = 12


def markets(n: int, sources: int = SOURCES, seed: int = 0) -> dict[str, np.ndarray]:
    """Ordinary markets under ordinary shocks; a fifth of the supplies infinite."""
    rng = np.random.default_rng(seed)
    shape = (n, sources)
    return {
        "import_shares": rng.dirichlet(np.ones(sources), n),
        "domestic_share": rng.uniform(0.1, 0.9, n),
        "trade_cost": np.exp(rng.normal(0.0, 0.1, shape)),
        "sigma_import": rng.uniform(2.0, 10.0, n),
        "sigma_domestic": rng.uniform(1.0, 5.0, n),
        "eta": rng.uniform(0.0, 2.0, n),
        "supply": np.where(rng.random(shape) < 0.2, np.inf, rng.uniform(0.5, 10.0, shape)),
        "supply_domestic": rng.uniform(0.5, 5.0, n),
    }


def median_times(functions: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of each, run in turn so that a busy machine is busy for all."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            function()
            times[i].append(time.perf_counter() - start)
    return [float(np.median(t)) for t in times]


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
@pytest.mark.parametrize("n", [1, 20_000])
def test_speed_of_markets(benchmark: Callable[..., object], n: int, kernel: str) -> None:
    arguments = markets(n)
    solve_market(**arguments, kernel=kernel)  # compiled before it is timed
    benchmark(lambda: solve_market(**arguments, kernel=kernel))


def test_speed_of_one_exponential_pass(benchmark: Callable[..., object]) -> None:
    x = np.random.default_rng(1).normal(size=(20_000, SOURCES))
    out = np.empty_like(x)
    benchmark(lambda: np.exp(x, out=out))


def main() -> None:
    """Print the table."""
    head = f"{'markets':>9} {'kernel':>7} {'solve ms':>9} {'us/market':>10}"
    print(f"{head} {'/exp in place':>14} {'/exp':>6}")
    for n, rounds in ((1, 300), (20_000, 21), (200_000, 5), (2_000_000, 3)):
        arguments = markets(n)
        x = np.random.default_rng(1).normal(size=(n, SOURCES))
        out = np.empty_like(x)
        kernels = ("numpy", "numba")
        for kernel in kernels:
            solve_market(**arguments, kernel=kernel)
        *solved, in_place, fresh = median_times(
            [
                *(lambda a=arguments, k=k: solve_market(**a, kernel=k) for k in kernels),
                lambda x=x, out=out: np.exp(x, out=out),
                lambda x=x: np.exp(x),
            ],
            rounds,
        )
        for kernel, solve in zip(kernels, solved, strict=True):
            row = f"{n:>9} {kernel:>7} {solve * 1e3:>9.2f} {solve / n * 1e6:>10.2f}"
            print(f"{row} {solve / in_place:>14.1f} {solve / fresh:>6.1f}")


if __name__ == "__main__":
    main()
