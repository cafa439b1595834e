"""What a run costs, counted: solves, evaluations and calls, which no busy machine changes.

Times are measured by ``python -m benchmarks.table``, and their ratios guarded by
``python -m benchmarks.guard``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cepasim import Economy, Scenario
from cepasim.engines import armington
from cepasim.equilibrium import solve_market
from cepasim.solution.solve import run
from cepasim.studies.study import Study

Calls = Callable[[Callable[[], object]], int]


@pytest.fixture(scope="module")
def study(economy: Economy) -> Study:
    found = Study.of(economy, Scenario.bundled("full-package"))
    found.central()
    return found


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Markets of each call of the kernel."""
    sizes: list[int] = []

    def counted(**arguments: object) -> object:
        found = solve_market(**arguments)  # type: ignore[arg-type]
        sizes.append(found.converged.size)
        return found

    monkeypatch.setattr(armington, "solve_market", counted)
    return sizes


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


def test_an_ordinary_market_takes_three_evaluations() -> None:
    found = solve_market(**market(20_000))
    assert found.iterations.mean() < 3.5
    assert found.iterations.max() <= 8


def test_markets_are_solved_in_blocks_and_not_one_by_one(calls_of: Calls) -> None:
    few, many = market(5_000), market(50_000)
    assert calls_of(lambda: solve_market(**few)) < 1000
    assert calls_of(lambda: solve_market(**many)) < 12 * calls_of(lambda: solve_market(**few))


def test_a_scenario_is_solved_once_for_each_market(study: Study, solved: list[int]) -> None:
    run(study.economy, study.scenario, attribution=False)
    assert len(solved) == 2, "the reference of this economy is known"


def test_a_draw_solves_reference_and_scenario_once(study: Study, solved: list[int]) -> None:
    study.outcome(study.uncertainty.scores(0, 64, 1)[1])
    assert len(solved) == 4


def test_the_split_over_levers_solves_what_the_levers_touch(
    study: Study, solved: list[int]
) -> None:
    run(study.economy, study.scenario, attribution=False)
    plain = sum(solved)
    solved.clear()
    kinds = len(run(study.economy, study.scenario).kinds)
    assert sum(solved) < 2**kinds * plain / 2, "of every coalition no more than half is solved"


def test_perturbing_an_economy_takes_fewer_calls_than_solving_it(
    study: Study, calls_of: Calls
) -> None:
    row = study.uncertainty.scores(0, 64, 1)[1]
    drawn = study.uncertainty.economy(study.economy, row)
    perturb = calls_of(lambda: study.uncertainty.economy(study.economy, row))
    solve = calls_of(lambda: run(drawn, study.scenario, attribution=False, check=False))
    assert perturb < solve
    assert perturb + solve < 20_000
