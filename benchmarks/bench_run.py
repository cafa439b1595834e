"""Time what users wait for: `make benchmark` prints the table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import cepasim
from benchmarks.installed import with_compiled_modules
from cepasim.params.parameters import bundled_directory
from cepasim.report import terminal as tables

FULL_PACKAGE = bundled_directory() / "scenarios" / "full-package.yaml"


@pytest.fixture(scope="module")
def economy() -> cepasim.Economy:
    return cepasim.load()


@pytest.fixture(scope="module")
def scenario() -> cepasim.Scenario:
    return cepasim.Scenario.read(FULL_PACKAGE)


def test_load(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(cepasim.load, rounds=5)


def test_simulate_full_package(
    benchmark: BenchmarkFixture, economy: cepasim.Economy, scenario: cepasim.Scenario
) -> None:
    benchmark(cepasim.simulate, economy, scenario)


def test_page_of_text(
    benchmark: BenchmarkFixture, economy: cepasim.Economy, scenario: cepasim.Scenario
) -> None:
    result = cepasim.simulate(economy, scenario)
    benchmark(tables.text, result, "section", result.fiscal_years[-1])


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import cepasim"],
        ["-m", "cepasim.cli", "--help"],
        ["-m", "cepasim.cli", "run", "full-package"],
    ],
    ids=["import cepasim", "cepasim --help", "cepasim run full-package"],
)
def test_cold_start(benchmark: BenchmarkFixture, tmp_path: Path, arguments: list[str]) -> None:
    environment = with_compiled_modules(tmp_path / "compiled")

    def start() -> None:
        subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
        )

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
