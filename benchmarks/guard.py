"""Guard the speed of the program by ratios: ``python -m benchmarks.guard``, half a minute.

Each ratio is of medians of processor time, measured in turn in one process, so that a slow or busy
machine slows both sides. The bounds are about three times what is usual: they catch work that is
done twice or for nothing, not a few percent. Tests count solves and calls and read no clock; this
is for continuous integration beside them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import cepasim
from benchmarks.bench_market import SOURCES, markets
from cepasim.core.disk_cache import SWITCH
from cepasim.equilibrium import solve_market
from cepasim.solution.solve import run
from cepasim.studies.batch import run_one
from cepasim.studies.chunks import Shared
from cepasim.studies.study import Study

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """A cost over another, and what it may be.

    Attributes
    ----------
    what : str
    work, unit : callable
        The ratio is the time of the one over that of the other.
    most : float
    rounds : int
    """

    what: str
    work: Work
    unit: Work
    most: float
    rounds: int = 9

    def measured(self) -> float:
        """Median over median, run in turn."""
        found = processor_times([self.work, self.unit], self.rounds)
        return found[0] / found[1]


def processor_times(functions: list[Work], rounds: int) -> list[float]:
    """Median seconds of processor time of each, run in turn."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, into in zip(functions, times, strict=True):
            start = time.process_time()
            function()
            into.append(time.process_time() - start)
    return [float(np.median(one)) for one in times]


def ratios(folder: Path) -> Iterator[Ratio]:
    """Every guarded ratio; the folder is for a cache of its own."""
    arguments, x = markets(20_000), np.random.default_rng(1).normal(size=(20_000, SOURCES))
    out = np.empty_like(x)
    yield Ratio(
        "20,000 markets over one exp pass of their size",
        lambda: solve_market(**arguments),
        lambda: np.exp(x, out=out),
        90,
    )
    few = markets(2_000)
    yield Ratio(
        "20,000 markets over 2,000",
        lambda: solve_market(**arguments),
        lambda: solve_market(**few),
        25,
    )
    economy, scenario = cepasim.load(cache=False), cepasim.Scenario.bundled("full-package")
    study = Study.of(economy, scenario)
    study.central()
    row = study.uncertainty.scores(0, 64, 1)[1]

    def plain() -> object:
        return run(economy, scenario, attribution=False)

    plain()
    yield Ratio("a draw over a scenario", lambda: study.outcome(row), plain, 7)
    yield Ratio(
        "perturbing an economy over a scenario",
        lambda: study.uncertainty.economy(economy, row),
        plain,
        2,
    )
    yield Ratio("the split over levers over a scenario", lambda: run(economy, scenario), plain, 25)
    shared = Shared(economy)
    yield Ratio(
        "all tables of a batch as Parquet over its split",
        lambda: run_one(shared, scenario, "armington"),
        lambda: run(economy, scenario),
        6,
    )
    os.environ[SWITCH] = str(folder)
    cepasim.load()
    yield Ratio(
        "loading from the cache over loading anew",
        cepasim.load,
        lambda: cepasim.load(cache=False),
        0.5,
        3,
    )


def main() -> None:
    """Print the ratios; leave with 1 where one is above its bound."""
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        for ratio in ratios(Path(folder) / "cache"):
            found = ratio.measured()
            broken += found > ratio.most
            words = "" if found <= ratio.most else "  <- above its bound"
            print(f"{ratio.what:50} {found:7.2f}  (at most {ratio.most:g}){words}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
