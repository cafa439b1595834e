"""Time and memory of a run by product: every HS6 in both markets, thirteen years."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import cepasim

#: Megabytes that a run from the command line may take.
MOST_MEMORY = 1500


@pytest.fixture(scope="module")
def products() -> cepasim.Economy:
    return cepasim.load(level="hs6")


@pytest.fixture(scope="module")
def scenario() -> cepasim.Scenario:
    return cepasim.Scenario.bundled("full-package")


def test_refine(benchmark: BenchmarkFixture, products: cepasim.Economy) -> None:
    chapters = products.by_chapter

    def again() -> None:
        chapters.known.clear()
        chapters.refine()

    benchmark.pedantic(again, rounds=3)


@pytest.mark.parametrize("attribution", [False, True], ids=["totals", "split over levers"])
def test_full_package_by_product(
    benchmark: BenchmarkFixture,
    products: cepasim.Economy,
    scenario: cepasim.Scenario,
    attribution: bool,
) -> None:
    def totals() -> None:
        assert len(cepasim.simulate(products, scenario, attribution=attribution).totals) == 13

    totals()  # the reference is solved once for all scenarios
    benchmark.pedantic(totals, rounds=3)


def test_command_line_by_product(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cepasim.cli", "run", "full-package", "--level", "hs6"]
    benchmark.pedantic(
        lambda: subprocess.run(command, cwd=tmp_path, check=True, capture_output=True), rounds=1
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    benchmark.extra_info["megabytes"] = round(used)
    assert used < MOST_MEMORY
