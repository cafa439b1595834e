"""Where the time goes: shares of a draw, a cold run, a call of the kernel and a run by product.

``python -m benchmarks.profiles`` prints what ``python -m benchmarks.table`` puts on its page. A
profiler lengthens calls of small functions: shares say where to look, and times are in the table
above them. What a library does belongs to who called it.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

import cepasim
from benchmarks.bench_market import SOURCES, markets
from benchmarks.guard import processor_times
from benchmarks.installed import with_compiled_modules
from cepasim.core.disk_cache import SWITCH
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.armington import solve
from cepasim.params.parameters import bundled_directory
from cepasim.studies.study import Study

Place = tuple[str, int, str]  # file, line and name of a function, as the profiler has them
Share = Mapping[str, float]

DRAWS = 24
MARKETS = 20_000
_HERE = str(Path(cepasim.__file__).parent) + os.sep
_SMALL = 0.02  # shares below are given together

#: What a room does in a draw or a run.
ROOMS = {
    "shocks": "wedges from lines and levers (shocks)",
    "equilibrium": "solving the markets (equilibrium)",
    "engines": "arguments and accounts of the markets (engines)",
    "economy": "the economy: perturbing it, its schedules (economy)",
    "solution": "states, references, differences (solution)",
    "studies": "what is kept of a draw (studies)",
    "levers": "levers on lines (levers)",
    "products": "products and lines that are meant (products)",
    "tables": "tables and notes (tables)",
    "report": "the page that is printed (report)",
    "params": "parameters and their texts (params)",
    "core": "files, cache, language (core)",
    "cli": "the command (cli)",
}
#: What a part of the kernel does.
PARTS = {
    "newton.py:_import_index": "exponentials, weights and their sums",
    "newton.py:_evaluate": "the domestic nest at each evaluation",
    "newton.py:_step": "the step: mean and variance of slopes",
    "newton.py:_write": "prices and quantities from the last evaluation",
    "block.py:store": "results back into rows",
    "block.py:prepared": "arguments into columns, logarithms, coefficients",
    "block.py:_nest": "coefficients of a market",
    "block.py:_numbers": "whether all are numbers",
    "newton.py:solve_quickly": "the loop around them",
    "compiled.py:_solve_groups": "the compiled pass",
    "arguments.py": "checks of the arguments",
}
#: Bundled scenarios whose levers are six kinds at once: tariffs, origin, barriers, fund, sourcing
#: and a remedy.
SIX_KINDS = ("full-package", "china-plus-one", "steel-safeguard")


def owners(stats: pstats.Stats, named: Callable[[Place], str | None]) -> Counter[str]:
    """Seconds of a profile by the part they belong to.

    Parameters
    ----------
    stats : pstats.Stats
    named : callable
        Part of a function of the program, None for one of a library, whose time belongs to
        whoever called it.
    """
    table: dict[Place, tuple[int, int, float, float, dict[Place, tuple[int, int, float, float]]]]
    table = stats.stats  # type: ignore[attr-defined]
    known: dict[Place, Counter[str]] = {}

    def of(place: Place) -> Counter[str]:
        if place in known:
            return known[place]
        known[place] = Counter({"other": 1.0})  # for circles
        part = named(place)
        if part is not None:
            known[place] = Counter({part: 1.0})
            return known[place]
        callers = {who: numbers[3] for who, numbers in table[place][4].items() if who in table}
        total = sum(callers.values())
        found: Counter[str] = Counter()
        for who, seconds in callers.items():
            for part, share in of(who).items():
                found[part] += share * (seconds / total if total else 1 / len(callers))
        known[place] = found or Counter({"other": 1.0})
        return known[place]

    spent: Counter[str] = Counter()
    for place, (_, _, own, _, callers) in table.items():
        part = named(place)
        direct = {} if part is not None else callers
        left = own
        for who, numbers in direct.items():
            if who in table:
                left -= numbers[2]
                for one, share in of(who).items():
                    spent[one] += share * numbers[2]
        for one, share in of(place).items():
            spent[one] += share * max(left, 0.0)
    return spent


def room(place: Place) -> str | None:
    """Room of the program in which a function is; None for a library."""
    if not place[0].startswith(_HERE):
        return None
    return place[0][len(_HERE) :].split(os.sep)[0].removesuffix(".py")


def part_of_kernel(place: Place) -> str | None:
    """Part of the kernel in which a function is."""
    file = Path(place[0]).name
    for known in (f"{file}:{place[2]}", file):
        if known in PARTS:
            return known
    return "the rest" if room(place) == "equilibrium" else None


def profiled(work: Callable[[], object]) -> pstats.Stats:
    """Profile of some work, in processor time."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(work)
    return pstats.Stats(profile)


def shared(spent: Mapping[str, float], words: Mapping[str, str], head: str) -> list[str]:
    """Shares as the lines of a Markdown table, small ones together."""
    total = sum(spent.values())
    named: Counter[str] = Counter()
    for part, seconds in spent.items():
        named[words.get(part, part)] += seconds / total
    named = Counter({name: share for name, share in named.items() if name != "other"})
    large = [(name, share) for name, share in named.most_common() if share >= _SMALL]
    rest = 1.0 - sum(share for _, share in large)
    return [
        f"| {head} | share |",
        "|---|---:|",
        *(f"| {name} | {100 * share:.0f} % |" for name, share in large),
        f"| everything else | {100 * rest:.0f} % |",
        "",
    ]


def draw_section(economy: cepasim.Economy, scenario: cepasim.Scenario) -> list[str]:
    """A draw of the full package by room."""
    study = Study.of(economy, scenario)
    study.central()
    rows = study.uncertainty.scores(0, 64, 1)[: DRAWS + 2]
    shape = study.outcome(rows[0]).shape
    study.outcomes(rows[:2], shape)
    stats = profiled(lambda: study.outcomes(rows[2:], shape))
    calls = stats.total_calls / DRAWS  # type: ignore[attr-defined]
    return [
        "### A draw",
        "",
        f"{DRAWS} draws of the full package in one process, {calls:,.0f} calls a draw. Each solves "
        "the markets of reference and scenario in both countries.",
        "",
        *shared(owners(stats, room), ROOMS, "room"),
    ]


_MARKED = """
import json, sys, time
import cepasim.cli.commands
marks = {"imports": time.process_time()}
import cepasim.cli.run as step
def timed(name, what):
    function = getattr(step, name)
    def call(*arguments, **named):
        start = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            marks[what] = time.process_time() - start
    setattr(step, name, call)
timed("read_inputs", "reading the scenario, and the economy from the cache")
timed("_simulated", "solving, with the split over levers")
timed("print_result", "the page, with its libraries")
sys.argv = ["cepasim", "run", "full-package"]
try:
    cepasim.cli.commands.main()
except SystemExit:
    pass
marks["all"] = time.process_time()
print(json.dumps(marks), file=sys.stderr)
"""
#: Libraries that are named; the others go with Python's own.
_LIBRARIES = {
    "cepasim": "the program's own modules",
    "pandas": "pandas",
    "pyarrow": "PyArrow, by pandas",
    "numpy": "NumPy",
    "pydantic": "pydantic",
    "pydantic_core": "pydantic",
    "annotated_types": "pydantic",
    "yaml": "PyYAML",
    "typer": "typer and rich",
    "rich": "typer and rich",
    "dateutil": "pandas",
    "pytz": "pandas",
}


def imported(environment: Mapping[str, str], command: list[str]) -> Counter[str]:
    """Share of the time of imports by library, as Python's `-X importtime` has it."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        env=dict(environment),
        check=True,
        capture_output=True,
        text=True,
    )
    found: Counter[str] = Counter()
    for own, name in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", done.stderr):
        found[_LIBRARIES.get(name.split(".")[0], "Python's own modules and others")] += int(own)
    return found


def cold_section(rounds: int = 5) -> list[str]:
    """A cold run of the command line by part, imports by library; processor time, medians."""
    with tempfile.TemporaryDirectory() as folder:
        environment = with_compiled_modules(folder) | {SWITCH: str(Path(folder) / "cache")}

        def marked() -> dict[str, float]:
            before = os.times()
            done = subprocess.run(
                [sys.executable, "-c", _MARKED],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            after = os.times()
            marks: dict[str, float] = json.loads(done.stderr.splitlines()[-1])
            used = after.children_user + after.children_system
            marks["process"] = used - before.children_user - before.children_system
            return marks

        marked()  # compiles the modules and fills the cache
        found = [marked() for _ in range(rounds)]
        libraries = Counter[str]()
        for _ in range(3):
            libraries += imported(environment, ["-c", "import cepasim.cli.commands"])
    spent = {name: float(np.median([one[name] for one in found])) for name in found[0]}
    whole, end = spent.pop("process"), spent.pop("all")
    spent["choosing the command, and what is loaded for it"] = end - sum(spent.values())
    spent["the end of the process"] = whole - end
    loaded, total = spent.pop("imports"), sum(libraries.values())
    for name, share in libraries.items():
        spent[f"import: {name}"] = loaded * share / total
    return [
        "### A cold run",
        "",
        f"`cepasim run full-package` with the economy in the cache: {whole:.2f} s of processor "
        f"time, of which {loaded:.2f} s for imports by library (`-X importtime`).",
        "",
        *shared(spent, {}, "part"),
    ]


def kernel_section() -> list[str]:
    """A call of each kernel: what its arithmetic must cost, and what takes the rest."""
    arguments = markets(MARKETS)
    lines = ["### A call of the kernel", ""]
    threads, solve._THREADS = solve._THREADS, 1
    try:
        for kernel in ("numpy", "numba"):
            lines += _one_kernel(kernel, arguments)
    finally:
        solve._THREADS = threads
    return lines


def _one_kernel(kernel: Literal["numpy", "numba"], arguments: dict[str, np.ndarray]) -> list[str]:
    def call() -> object:
        return solve_market(**arguments, kernel=kernel)

    x = np.exp(np.random.default_rng(1).normal(0.0, 0.1, (MARKETS, SOURCES)))
    out = np.empty_like(x)
    found = solve_market(**arguments, kernel=kernel)
    times = processor_times(
        [call, lambda: np.exp(x, out=out), lambda: np.log(x, out=out), lambda: np.copyto(out, x)],
        15,
    )
    entry, exp, log, copy = (1e9 * seconds / x.size for seconds in times)
    evaluations = float(found.iterations.mean())
    least = (evaluations + 1) * exp + log + 6 * copy
    stats = profiled(lambda: [call() for _ in range(15)])
    return [
        f"`{kernel}`, {MARKETS:,} markets of {SOURCES} sources on one processor: {entry:.1f} ns of "
        f"processor time an entry, {entry / exp:.0f} exp passes. NumPy takes {exp:.2f} ns an entry "
        f"for `np.exp`, {log:.2f} for `np.log` and {copy:.2f} for a copy, measured in turn. "
        f"{evaluations:.2f} evaluations of the equations a market, at most "
        f"{found.iterations.max()}: with an exponential each, one for the prices, a logarithm, and "
        f"six tables to read or write, the least at these prices is {least:.1f} ns, "
        f"{100 * least / entry:.0f} % of what it takes.",
        "",
        *shared(owners(stats, part_of_kernel), PARTS, f"part of `{kernel}`"),
    ]


def six_kinds() -> cepasim.Scenario:
    """Levers of six kinds at once."""
    levers = []
    for name in SIX_KINDS:
        file = bundled_directory() / "scenarios" / f"{name}.yaml"
        levers += yaml.safe_load(file.read_text(encoding="utf-8"))["levers"]
    return cepasim.Scenario.from_dict({"name": "six kinds", "levers": levers})


def peak() -> float:
    """Peak memory of this process, MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def by_product() -> dict[str, Any]:
    """Six kinds of levers by product, split, in this process: time, memory, seconds by room."""
    economy, scenario = cepasim.load(level="hs6"), six_kinds()
    found: dict[str, Any] = {"loaded": peak()}
    begun = time.process_time()
    cepasim.simulate(economy, scenario)
    found |= {"first": time.process_time() - begun, "peak": peak()}
    begun = time.process_time()
    cepasim.simulate(economy, scenario)
    found["again"] = time.process_time() - begun
    found["spent"] = owners(profiled(lambda: cepasim.simulate(economy, scenario)), room)
    return found


def measured_by_product() -> dict[str, Any]:
    """`by_product` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.profiles", "product"],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def product_section(found: dict[str, Any]) -> list[str]:
    """Six kinds of levers by product, by room."""
    return [
        "### Six kinds of levers by product",
        "",
        f"Every HS6 product in both markets, levers of {', '.join(SIX_KINDS)} together, with the",
        f"exact split: {found['first']:.1f} s of processor time the first time, with the reference",
        f"and what levers mean by line, and {found['again']:.1f} s again; peak memory",
        f"{found['peak']:,.0f} MB, of which {found['loaded']:,.0f} MB before the run, with the",
        "economy loaded. Shares are of the second.",
        "",
        *shared(found["spent"], ROOMS, "room"),
    ]


def main() -> None:
    """Print the sections."""
    if sys.argv[1:] == ["product"]:
        print(json.dumps(by_product()))
    else:
        print("\n".join(sections(measured_by_product())))


def sections(by_product_found: dict[str, Any]) -> list[str]:
    """Every section as lines of Markdown."""
    economy, scenario = cepasim.load(), cepasim.Scenario.bundled("full-package")
    return [
        *kernel_section(),
        *cold_section(),
        *draw_section(economy, scenario),
        *product_section(by_product_found),
    ]


if __name__ == "__main__":
    main()
