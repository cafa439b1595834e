"""Compare this program with an earlier one in turns: ``python -m benchmarks.against NAME=DIR ...``.

Each DIR is a source tree, such as ``git worktree add --detach DIR COMMIT`` makes. Programs take
turns, so that a busy machine is busy for all of them; what is printed is processor time, the
median. An earlier number on a page says little: the machine was another one that day.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.installed import with_compiled_modules

ROUNDS = 11
DRAWS = 8
RUN = ["-m", "cepasim.cli", "run", "full-package"]
#: Runs in the tree that is measured, which may be of any age: draws on demand, in one process.
SERVER = f"""
import sys, time
import cepasim
try:
    from cepasim.studies.study import Study
except ImportError:  # before studies had a room of their own
    from cepasim.montecarlo import Study
from pathlib import Path
folder = Path(cepasim.__file__).parents[2] / "params" / "scenarios"
study = Study.of(cepasim.load(), cepasim.Scenario.read(folder / "full-package.yaml"))
study.central()
scores = study.uncertainty.scores(0, 64, 1)
place = 0
shape = study.outcome(scores[0]).shape
for line in sys.stdin:
    rows = scores[place : place + {DRAWS}]
    place = (place + {DRAWS}) % 64
    begun = time.process_time()
    if line.strip() == "draw":
        study.outcomes(rows, shape)  # as a chunk of a Monte Carlo has them
    else:
        for row in rows:
            study.uncertainty.economy(study.economy, row)
    print((time.process_time() - begun) / {DRAWS}, flush=True)
"""
LOAD = (
    "import cepasim, time; t = time.process_time(); cepasim.load(); print(time.process_time() - t)"
)


def command(environment: dict[str, str], arguments: list[str]) -> float:
    """Seconds of processor time of a program of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def printed(environment: dict[str, str], code: str) -> float:
    """The number that a program of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    return float(done.stdout)


class Tree:
    """One program that is measured.

    Parameters
    ----------
    name : str
    source : Path
        Its source tree.
    cache : str
        Folder of its cache, or "off".
    compiled : str
        Folder of compiled modules.
    """

    def __init__(self, name: str, source: Path, cache: str, compiled: str) -> None:
        self.name = name
        environment = with_compiled_modules(compiled) | {
            "PYTHONPATH": str(source / "src"),
            "CEPASIM_CACHE": cache,
        }
        self.environment = environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            env=self.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def asked(self, what: str) -> float:
        """Seconds of one draw, or of perturbing the economy."""
        assert self.server.stdin is not None and self.server.stdout is not None
        print(what, file=self.server.stdin, flush=True)
        return float(self.server.stdout.readline())

    def rows(self) -> dict[str, Callable[[], float]]:
        """What is measured, each a function that gives seconds."""
        return {
            "one draw of the full package": lambda: self.asked("draw"),
            "of which perturbing the economy": lambda: self.asked("perturb"),
            "import cepasim": lambda: command(self.environment, ["-c", "import cepasim"]),
            "load": lambda: printed(self.environment, LOAD),
            "cepasim run full-package, cold": lambda: command(self.environment, RUN),
        }

    def close(self) -> None:
        """Let the process end."""
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait()


def compared(given: list[Tree]) -> dict[str, list[float]]:
    """Median seconds of each row, one number for each program."""
    rows = [tree.rows() for tree in given]
    found = {}
    for what in rows[0]:
        for row in rows:
            row[what]()  # what is worked out once is there
        times = [[row[what]() for row in rows] for _ in range(ROUNDS)]
        found[what] = [float(value) for value in np.median(times, axis=0)]
    return found


def main() -> None:
    """Print a table with a column for each program."""
    here = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as folder:
        compiled = f"{folder}/compiled"
        given = [
            Tree(name, Path(source), "off", compiled)
            for name, source in (one.split("=", 1) for one in sys.argv[1:])
        ]
        given += [
            Tree("now", here, f"{folder}/cache", compiled),
            Tree("now, no cache", here, "off", compiled),
        ]
        try:
            found = compared(given)
        finally:
            for tree in given:
                tree.close()
    print("| what, ms of processor time |", " | ".join(tree.name for tree in given), "|")
    print("|---|" + "---:|" * len(given))
    for what, seconds in found.items():
        print(f"| {what} |", " | ".join(f"{1e3 * value:,.1f}" for value in seconds), "|")


if __name__ == "__main__":
    main()
