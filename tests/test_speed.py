"""Gross regressions of speed, as ratios measured in turn in one run: a slow machine is no failure.

The limits are several times what is usual; `benchmarks/table.py` has the real figures.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

from cepasim import Economy, Scenario
from cepasim.equilibrium import solve_market
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run
from cepasim.studies.study import Study


def ratio(slow: Callable[[], object], fast: Callable[[], object], rounds: int = 7) -> float:
    """Median time of one over that of the other."""
    times: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        for function, into in zip((slow, fast), times, strict=True):
            start = time.perf_counter()
            function()
            into.append(time.perf_counter() - start)
    return statistics.median(times[0]) / statistics.median(times[1])


@pytest.fixture(scope="module")
def study(economy: Economy) -> Study:
    file = bundled_directory() / "scenarios" / "full-package.yaml"
    found = Study.of(economy, Scenario.read(file))
    found.central()
    return found


def market(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "import_shares": rng.dirichlet(np.ones(12), n),
        "domestic_share": rng.uniform(0.1, 0.9, n),
        "trade_cost": np.exp(rng.normal(0.0, 0.1, (n, 12))),
        "sigma_import": rng.uniform(2.0, 10.0, n),
        "sigma_domestic": rng.uniform(1.0, 5.0, n),
        "eta": rng.uniform(0.0, 2.0, n),
        "supply": rng.uniform(0.5, 10.0, (n, 12)),
        "supply_domestic": rng.uniform(0.5, 5.0, n),
    }


def test_the_kernel_costs_tens_of_exponential_passes() -> None:
    arguments, x = market(20_000), np.random.default_rng(1).normal(size=(20_000, 12))
    assert ratio(lambda: solve_market(**arguments), lambda: np.exp(x)) < 250


def test_the_kernel_is_linear_in_the_number_of_markets() -> None:
    few, many = market(5_000), market(50_000)
    assert ratio(lambda: solve_market(**many), lambda: solve_market(**few), 5) < 30


def test_perturbing_an_economy_costs_no_more_than_solving_it(study: Study) -> None:
    row = study.uncertainty.scores(0, 64, 1)[1]
    drawn = study.uncertainty.economy(study.economy, row)
    found = ratio(
        lambda: study.uncertainty.economy(study.economy, row),
        lambda: run(drawn, study.scenario, attribution=False, check=False),
    )
    assert found < 3


def test_the_split_over_levers_costs_few_plain_runs(study: Study) -> None:
    found = ratio(
        lambda: run(study.economy, study.scenario),
        lambda: run(study.economy, study.scenario, attribution=False),
    )
    assert found < 25
