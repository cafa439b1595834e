"""Measure what users wait for and write ``docs/benchmarks.md`` and ``docs/scale.md``.

``python -m benchmarks.table [DIRECTORY]``: a few minutes on two processors. Ratios are of medians
measured in turn in one run, so that a busy machine is busy for both. The pages hold what the
command prints, nothing typed. The table wants a machine that does nothing else; with
``--profiles`` only what is below it is renewed, which is of processor time.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import root

import cepasim
from benchmarks.bench_market import SOURCES, markets, median_times
from benchmarks.installed import with_compiled_modules
from benchmarks.profiles import measured_by_product, sections
from cepasim.core.disk_cache import OFF, SWITCH
from cepasim.equilibrium import solve_gsim, solve_market
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run
from cepasim.studies.executors import open_executor, processors
from cepasim.studies.monte_carlo import monte_carlo
from cepasim.studies.study import Study
from validation.gegravity_one_sector import PACT, SIGMA, Case

WORLD = 30  # countries in the comparison with a peer
PEER_DRAWS = 10
BATCH = 40  # scenarios that are timed
#: What `benchmarks.products` measured.
PRODUCTS = Path(__file__).with_name("products.json")
IMPORT = ["-c", "import cepasim, os; os._exit(0)"]
FULL_PACKAGE = bundled_directory() / "scenarios" / "full-package.yaml"


HEAD_OF_PROFILES = "## Where the time goes"
WHERE_IT_GOES = """
A profiler lengthens calls of small functions: shares say where to look, times are in the table
above. What a library does belongs to the part that called it. Times here are of processor time.
"""

WHY = """### Why what is left is left

- **Kernel in NumPy.** Three evaluations of the equations are the rule, with an exponential each.
  The rest are moves into columns and back, other passes over arrays and some 130 calls on one
  number a market. Smaller blocks would stay in the second-level cache and make more calls; larger
  ones leave it: the size is where the two cost the same.
- **Kernel in numba.** Two threads halve the time of many markets where two processors are idle,
  and only there. The bound of one processor is the arithmetic: exponentials of three evaluations,
  the prices, the logarithm, the market's own equations; an evaluation less would need a start
  within 1e-5 of the answer. It is not the default: loading it takes half a second, more than a
  scenario, and compiling it ten seconds on a new machine, once.
- **1,000 draws.** A draw meets published trade, has 12,000 lines of India's schedule and rivals
  with rates of their own: `python -m benchmarks.against release=DIR` compares it with an earlier
  one in turn. Thousands of calls on arrays of a thousand numbers cost about as much as the
  arithmetic; draws side by side would have to share all steps, not the solution alone. What no
  datum changes (years, phases, places of chapters) is worked out once, and what was paid before is
  not worked out again.
- **Structural draws.** A draw with the model's own alternatives takes 1.75 times as long as one of
  figures alone where a process makes 128 of each, 1.55 times once the economies of its alternatives
  are made (2.8 and 1.9 before these were made once for all rules and GSIM's steps were solved for
  two market indices in place of 23 sources; programs in turn on a busy machine). A fifth of the
  draws are answered by GSIM, which takes four times as long as the default engine. Years before the
  first lever are the reference itself, and known years share its wedges.
  Of draws of figures alone, as samples of the
  interpreter say: the economy 18 %; published trade 18 %, two thirds of it wedges that the
  reference needs anyhow; the reference 15 %; the scenario's shocks 17 % and solutions 18 %, what it
  differs in and is put back into 5 %, its fund 2 %; totals and welfare 4 %.
- **Runs by product.** glibc hands back every table of 12 MB and asks for fresh pages, which the
  system clears: the process keeps what it held at its peak (`cepasim.core.memory`). Dask tells its
  workers to hand memory back at once, so that they are started with other settings
  (docs/scale.md).
- **`import cepasim` and a cold run.** pandas with PyArrow and NumPy are most of an import. Nothing
  looks for garbage while the program is loaded, nor when a command ends; of SciPy one extension is
  loaded, not the package around it. Modules are compiled, as in an installation.
"""

# --- measuring --------------------------------------------------------------------------------


def exponential(n: int, sources: int) -> Callable[[], object]:
    """One pass of ``np.exp`` over an array of that shape, into one that is there."""
    x = np.random.default_rng(1).normal(size=(n, sources))
    out = np.empty_like(x)
    return lambda: np.exp(x, out=out)


def market_by_root(n: int) -> Callable[[], object]:
    """The same markets, each as a system of all its prices for ``scipy.optimize.root``."""
    a = markets(n)

    def one(i: int) -> object:
        share, tau = a["import_shares"][i], a["trade_cost"][i]
        d, sm, sd, eta = (
            a[name][i] for name in ("domestic_share", "sigma_import", "sigma_domestic", "eta")
        )
        elastic = np.isinf(a["supply"][i])
        eps = np.where(elastic, 1.0, a["supply"][i])

        def gap(log_price: np.ndarray) -> np.ndarray:
            p, own = np.exp(log_price[:-1]), np.exp(log_price[-1])
            landed = p * tau
            imports = (share * landed ** (1 - sm)).sum() ** (1 / (1 - sm))
            both = (d * own ** (1 - sd) + (1 - d) * imports ** (1 - sd)) ** (1 / (1 - sd))
            x = landed**-sm * imports ** (sm - sd) * both ** (sd - eta)
            x_own = own**-sd * both ** (sd - eta)
            supplied = np.where(elastic, log_price[:-1], np.log(x) - eps * log_price[:-1])
            return np.append(supplied, np.log(x_own) - a["supply_domestic"][i] * log_price[-1])

        return root(gap, np.zeros(share.size + 1), tol=1e-10)

    return lambda: [one(i) for i in range(n)]


def smart_in_numpy(a: dict[str, np.ndarray]) -> np.ndarray:
    """Trade creation and diversion of the first source, as SMART has them, one line each.

    Supply is infinite and nothing is solved: what a change of trade costs by the least arithmetic.
    """
    share, cut = a["import_shares"], np.log(a["trade_cost"][:, :1])
    creation = -a["eta"][:, None] * cut * share
    others = 1.0 - share[:, :1]
    diverted = -a["sigma_import"][:, None] * cut * share[:, :1] * others
    creation[:, :1] += diverted
    creation[:, 1:] -= diverted * share[:, 1:] / others
    return creation


def seconds_of(command: list[str], rounds: int) -> float:
    """Median seconds of a command in a process of its own, its modules compiled before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = with_compiled_modules(folder)

        def start() -> None:
            subprocess.run(
                [sys.executable, *command], env=environment, check=True, capture_output=True
            )

        start()
        return median_times([start], rounds)[0]


def printed_by(code: str) -> float:
    """The number that a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def first_compiled_solve() -> float:
    """Seconds of the first compiled solve of a process, on a machine that has compiled it before.

    Compiling it at all takes some ten seconds, once for each machine and version.
    """
    return printed_by(
        "import time; from benchmarks.bench_market import markets;"
        "from cepasim.equilibrium import solve_market; a = markets(10); t = time.perf_counter();"
        "solve_market(**a, kernel='numba'); print(time.perf_counter() - t)"
    )


def peak_memory(draws: int) -> float:
    """Peak memory of a Monte Carlo in a process of its own, MB."""
    code = (
        "import cepasim;"
        f"s = cepasim.Scenario.read({str(FULL_PACKAGE)!r});"
        f"cepasim.monte_carlo(cepasim.load(), s, draws={draws});"
        # Of this process alone: getrusage would count the one that started it as well.
        "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    return printed_by(code) / 1024


# --- the rows ---------------------------------------------------------------------------------

Row = tuple[str, str, str]


def kernel_rows() -> list[Row]:
    """Rows on the kernel."""
    rows = []
    for n, rounds in ((20_000, 25), (200_000, 7), (2_000_000, 2)):
        arguments = markets(n)
        kernels = ("numpy", "numba")
        for kernel in kernels:  # memory and compiled code are there
            solve_market(**arguments, kernel=kernel)
        *solved, passed = median_times(
            [
                *(lambda a=arguments, k=kernel: solve_market(**a, kernel=k) for kernel in kernels),
                exponential(n, SOURCES),
            ],
            rounds,
        )
        for kernel, solve, goal in zip(kernels, solved, ("25", "8"), strict=True):
            rows.append(
                (
                    f"`solve_market`, {n:,} markets x {SOURCES} sources, {kernel}",
                    f"{solve / passed:.0f} exp passes ({1e6 * solve / n:.2f} us a market)",
                    f"{goal} exp passes" if n == 20_000 else "linear",
                )
            )
    rows.append(
        (
            "first solve with numba in a process, compiled before",
            f"{first_compiled_solve():.2f} s",
            "2 s",
        )
    )
    arguments = markets(1)
    rows.append(
        (
            "`solve_market`, one market",
            f"{1e3 * median_times([lambda: solve_market(**arguments)], 200)[0]:.2f} ms",
            "1 ms",
        )
    )
    arguments = markets(5600, 20)
    ours, floor = median_times(
        [lambda: solve_market(**arguments), lambda: smart_in_numpy(arguments)], 9
    )
    rows += [
        ("5,600 HS6 products x 20 sources, one solve", f"{1e3 * ours:.0f} ms", "300 ms"),
        (
            "the same by SMART in plain NumPy, creation and diversion alone",
            f"{1e3 * floor:.1f} ms",
            "a floor",
        ),
    ]
    some = markets(100)
    hundred = median_times([lambda: solve_market(**some)], 200)[0]
    rows.append(("100 markets at once", f"{1e3 * hundred:.2f} ms", "0.3 ms"))
    ours, theirs = median_times([lambda: solve_market(**some), market_by_root(100)], 3)
    rows.append(
        (
            "100 markets by `scipy.optimize.root`, all prices unknown",
            f"{theirs / ours:,.0f} times as long as `solve_market`",
            "",
        )
    )
    return rows


def scenario_rows(economy: cepasim.Economy, scenario: cepasim.Scenario) -> list[Row]:
    """Rows on one scenario."""
    plain, split = median_times(
        [lambda: run(economy, scenario, attribution=False), lambda: run(economy, scenario)], 15
    )
    return [
        ("full package, 2 markets x 13 years, no attribution", f"{1e3 * plain:.0f} ms", "25 ms"),
        ("the same with the exact split over its levers", f"{split:.2f} s", "0.5 s"),
        ("`import cepasim`, until it returns", f"{seconds_of(IMPORT, 5):.2f} s", "0.5 s"),
        *start_rows(),
        batch_row(economy),
    ]


def start_rows() -> list[Row]:
    """Rows on loading and on a run from the command line, with a cache of its own and without."""
    run_it = ["-m", "cepasim.cli", "run", "full-package"]
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get(SWITCH)
        try:
            os.environ[SWITCH] = str(Path(folder) / "cache")
            cepasim.load()
            warm, anew = median_times([cepasim.load, lambda: cepasim.load(cache=False)], 5)
            from_cache = seconds_of(run_it, 5)
            os.environ[SWITCH] = OFF
            without = seconds_of(run_it, 5)
        finally:
            os.environ.pop(SWITCH, None)
            if before is not None:
                os.environ[SWITCH] = before
    return [
        ("`load`, from the cache", f"{warm:.2f} s", "0.25 s"),
        ("`load`, tables read and calibrated anew", f"{anew:.2f} s", ""),
        ("`cepasim run full-package`, cold, economy from the cache", f"{from_cache:.2f} s", "1 s"),
        ("the same without a cache", f"{without:.2f} s", ""),
    ]


def batch_row(economy: cepasim.Economy) -> Row:
    """Row on a batch of three kinds of levers, written as Parquet by this process alone."""
    given = [three_kinds(place) for place in range(BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        cepasim.batch(economy, given[:2])
        start = time.perf_counter()
        done = cepasim.batch(economy, given, out=Path(folder) / "batch")
        took = time.perf_counter() - start
    assert done.index["done"].all()
    return (
        f"200 scenarios of three kinds of levers as Parquet, one process (from {BATCH})",
        f"{took * 200 / BATCH:.1f} s",
        "10 s",
    )


def three_kinds(place: int) -> cepasim.Scenario:
    """A scenario with a tariff, relief of barriers and a fund, each of its own size."""
    tariff = {"importer": "JPN", "select": {"section": "XI"}, "start": "2026-27", "years": 5}
    relief = {"importer": "JPN", "type": ["sps", "tbt"], "select": {"hs": ["03", "16"]}}
    fund = {"windows": {"labour_intensive": 0.5, "sunrise": 0.5}, "start": "2026-27", "years": 5}
    return cepasim.Scenario.from_dict(
        {
            "name": f"scenario-{place}",
            "levers": [
                {"tariff": tariff | {"cut": {"percent": 20 + place}}},
                {"ntb": relief | {"relief_percent": 10 + place, "start": "2026-27", "years": 3}},
                {"fund": fund | {"usd_bn": 1 + place / 20, "replenish": False}},
            ],
        }
    )


def draw_rows(economy: cepasim.Economy, scenario: cepasim.Scenario) -> list[Row]:
    """Rows on draws."""
    study = Study.of(economy, scenario)
    study.central()
    scores = study.uncertainty.scores(0, 64, 1)
    few, shape = scores[:8], study.outcome(scores[0]).shape
    perturb, solve = (
        took / len(few)
        for took in median_times(
            [
                lambda: [study.uncertainty.economy(study.economy, row) for row in few],
                lambda: study.outcomes(few, shape),
            ],
            9,
        )
    )
    workers = processors()
    took = {}
    with open_executor(workers) as pool:
        monte_carlo(economy, scenario, 64 * workers, 9, pool)  # the workers start
        for draws in (128, 512, 1024):
            start = time.perf_counter()
            monte_carlo(economy, scenario, draws, 1, pool)
            took[draws] = time.perf_counter() - start
        start = time.perf_counter()
        monte_carlo(economy, scenario, 128, 1, pool, model_choice=True)
        both = time.perf_counter() - start
    return [
        (
            "one draw of the full package, one processor",
            f"{1e3 * solve:.1f} ms, of which {1e3 * perturb:.1f} ms to perturb the economy",
            "",
        ),
        (
            f"128 draws of the full package, {workers} processes at work already",
            f"{took[128]:.1f} s",
            "1 s on two",
        ),
        (
            "128 structural draws beside them, with the economies of the alternatives",
            f"{both / took[128] - 1:.1f} times as long",
            "2",
        ),
        (
            f"1,000 draws of the full package, {workers} processes",
            f"{took[1024] / 1.024:.1f} s",
            "5 s on two",
        ),
        (
            "1,024 draws over 512 draws",
            f"{took[1024] / took[512]:.2f} times as long",
            "2: linear",
        ),
        ("peak memory of 1,024 draws, one process", f"{peak_memory(1024):,.0f} MB", ""),
    ]


def peer_rows() -> list[Row]:
    """The peer gegravity on a world of our own, and the nearest of ours: GSIM on its trade.

    Both solve the prices of all producers in all countries for one good before and after a pact.
    A gravity model also solves income; GSIM has supply elasticities.
    """
    case = world(WORLD)
    started = time.perf_counter()
    model = case.solved()
    theirs = time.perf_counter() - started
    started = time.perf_counter()
    case.drawn(PEER_DRAWS)
    their_draws = (time.perf_counter() - started) / PEER_DRAWS
    names = list(case.countries)
    trade = model.bilateral_trade_results["baseline modeled trade"].unstack("importer")
    flows = trade.loc[names, names].to_numpy(float)
    free = np.zeros_like(flows)
    cut = free.copy()
    cut[0, 1] = cut[1, 0] = np.exp(PACT / (1 - SIGMA)) - 1

    def ours(supply: float = 5.0) -> object:
        return solve_gsim(flows, free, cut, 1.0, supply, SIGMA, linear=False)

    supplies = np.random.default_rng(1).uniform(2, 8, 100)
    one, hundred = median_times([ours, lambda: [ours(supply) for supply in supplies]], 5)
    peer = f"gegravity {metadata.version('gegravity')}, {WORLD} countries"
    return [
        (f"{peer}, one scenario", f"{theirs:.1f} s", ""),
        (f"exact GSIM on the same {WORLD} x {WORLD} flows", f"{1e3 * one:.1f} ms", ""),
        (f"{peer}, 100 draws (from {PEER_DRAWS})", f"{100 * their_draws:.0f} s", ""),
        ("exact GSIM, 100 draws of supply", f"{hundred:.2f} s", ""),
    ]


def world(countries: int, seed: int = 0) -> Case:
    """Countries of very different size, with trade costs between all of them."""
    rng = np.random.default_rng(seed)
    output = np.exp(rng.normal(4.0, 1.0, countries))
    spending = output * np.exp(rng.normal(0.0, 0.1, countries))
    resistance = rng.uniform(0.5, 2.5, (countries, countries))
    resistance = (resistance + resistance.T) / 2
    np.fill_diagonal(resistance, 0.0)
    names = tuple(f"C{place:02d}" for place in range(countries))
    return Case(names, output, spending * output.sum() / spending.sum(), resistance)


def product_rows(found: dict[str, Any]) -> list[Row]:
    """Rows on six kinds of levers at once by product."""
    return [
        (
            "six kinds of levers by product, split exactly, processor time",
            f"{found['again']:.1f} s, {found['first']:.1f} s the first time",
            "2.5 s",
        ),
        ("peak memory of that, a process of its own", f"{found['peak']:,.0f} MB", "1,500 MB"),
    ]


def benchmark_page(found: dict[str, Any]) -> str:
    """The table as Markdown."""
    economy, scenario = cepasim.load(), cepasim.Scenario.read(FULL_PACKAGE)
    rows = [
        *kernel_rows(),
        *scenario_rows(economy, scenario),
        *draw_rows(economy, scenario),
        *product_rows(found),
        *peer_rows(),
    ]
    lines = [
        "# Benchmarks",
        "",
        "Written by `python -m benchmarks.table`. Ratios are of medians measured in turn in one",
        "run. An exp pass is `np.exp` over an array of the size of the trade costs.",
        "",
        f"{platform.machine()}, {processors()} processors, Python {platform.python_version()}, "
        f"NumPy {np.__version__}; load average at the start {os.getloadavg()[0]:.1f}. A load above "
        "the number of processors means that others computed, too, and that times are upper "
        "bounds.",
        "",
        "| what | measured | goal |",
        "|---|---|---|",
        *(f"| {what} | {measured} | {goal} |" for what, measured, goal in rows),
        "",
        "",
    ]
    return "\n".join(lines)


def profile_page(found: dict[str, Any]) -> str:
    """Where the time goes, as Markdown."""
    head = (
        f"Measured by `python -m benchmarks.profiles` on {date.today().isoformat()} at a load "
        f"average of {os.getloadavg()[0]:.1f}."
    )
    return "\n".join([HEAD_OF_PROFILES, "", head, WHERE_IT_GOES, *sections(found), WHY])


# --- what a large run costs -------------------------------------------------------------------


def by_product_on_dask() -> str:
    """What `benchmarks.products` measured when it was last run, as a section."""
    if not PRODUCTS.exists():
        return (
            "By product on a Dask cluster: not measured yet, run `python -m benchmarks.products`.\n"
        )
    found = json.loads(PRODUCTS.read_text(encoding="utf-8"))
    low, high = found["change_in_balance_2030_31_usd_mn"]
    seconds, draws = found["processor_seconds_a_draw"], found["draws"]
    held = 16_000 // found["worker_peak_mb"]
    thousand = (
        f"| 1,000 draws on two idle processors, from that | {seconds * 1000 / 120:.1f} minutes |\n"
    )
    return f"""## By product on a Dask cluster of one machine

Kept by `python -m benchmarks.products`, last run on {found["date"]} at a load average of
{found["load_average"]:g}: {draws:,} draws of the full package, {found["products"]:,} products in
both markets, {found["workers"]} workers of one thread, through `Client.get_executor()`.

| | |
|---|---:|
| processor time of a draw | {seconds:.2f} s |
| {draws:,} draws | {found["wall_seconds"] / 60:.1f} minutes of wall time |
{"" if draws == 1000 else thousand}\
| peak memory of a worker | {found["worker_peak_mb"]:,.0f} MB |
| draws without an equilibrium | {found["failed"]} |
| change in the balance in 2030-31, 90 % range | {low:+,.0f} to {high:+,.0f} US$ mn |

A machine with 16 GB holds {held:.0f} such workers: that is the limit of one machine,
{seconds * 1e5 / 3600 / held:.1f} hours for 100,000 draws by product.
"""


def scale_page() -> str:
    """Cost of a large run from measured unit costs, as Markdown."""
    products, partners, draws, years, states = 5600, 200, 100_000, 13, 2
    size = 2000
    arguments = markets(size, partners)
    per_cell = median_times([lambda: solve_market(**arguments)], 5)[0] / (size * partners)
    cells = products * partners * states * years
    hours = cells * draws * per_cell / 3600
    economy, scenario = cepasim.load(), cepasim.Scenario.read(FULL_PACKAGE)
    study = Study.of(economy, scenario)
    study.central()
    scores = study.uncertainty.scores(0, 64, 1)
    draw = median_times([lambda: study.outcome(scores[2])], 25)[0]
    outcome = study.outcome(scores[2]).nbytes
    fine = Study.of(cepasim.load(level="hs6"), scenario)
    by_product = median_times([lambda: fine.outcome(scores[2])], 5)[0]  # the first is cold
    working = size * partners * 8 * 12 / 1e6
    return f"""# What a large run costs, and how to run it

Written by `python -m benchmarks.table` from unit costs measured on this machine; a faster
processor scales them all.

| unit | cost |
|---|---:|
| one source in one market in one year, {partners} sources a market | {1e9 * per_cell:.0f} ns |
| one draw of the full package as it ships (98 chapters, 20 and 18 sources, 13 years) \
| {1e3 * draw:.0f} ms |
| one draw of the full package by six-digit product (5,600 products in both markets) \
| {by_product:.2f} s |
| what a draw leaves on disk | {outcome / 1e3:.0f} kB |

## HS6 x {partners} partners x {draws:,} draws

One importer, {products:,} products, {partners} partners, reference and scenario, {years} years:
{cells / 1e6:,.0f} million cells a draw.

| | |
|---|---:|
| one draw | {cells * per_cell:,.1f} s on one processor |
| {draws:,} draws | {hours:,.0f} processor-hours |
| on two processors | {hours / 2 / 24:,.1f} days |
| on 256 processors | {hours / 256:,.1f} hours |
| totals by year kept | {draws * years * 13 * 8 / 1e9:.2f} GB |
| every product and year kept | {draws * products * years * 4 * 8 / 1e12:,.2f} TB: keep \
percentiles by block of products instead |
| memory of a worker | some hundred MB: {size:,} markets of {partners} sources at a time are \
{working:,.0f} MB of arrays |

Only the solution is counted: the tariff lines of {partners} partners have to be read and
aggregated once, and perturbing the figures adds what one pass over the shares costs.
The figures for {partners} partners by product are not in `params/`; the kernel takes them today
(`cepasim.equilibrium.solve_market` on arrays of any leading shape), the economy does not.

{by_product_on_dask()}
## {draws:,} draws as it ships

{draws * draw / 3600:,.1f} processor-hours, {draws * outcome / 1e9:,.1f} GB of chunks in `--out`.
Percentiles are taken one fiscal year at a time: some three times
{draws * outcome / years / 1e9:.1f} GB of memory for this number of draws,
in the process that asked.

## How

On one machine, all processors; interrupt it and give the same command again to go on:

    cepasim montecarlo full-package --draws 100000 --seed 1 --out ranges

On a cluster, with the same version of the program on every worker
(`pip install 'cepasim[dask]'`):

    dask scheduler                               # on one machine
    dask worker tcp://host:8786 --nthreads 1     # on every other, once for each processor
    cepasim montecarlo full-package --draws 100000 --seed 1 --out ranges --scheduler tcp://host:8786

By product start the workers with memory settings of their own; Dask's hand every table back to the
system at once, and a draw takes more than twice as long:

    export MALLOC_TRIM_THRESHOLD_=1073741824 MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_ARENA_MAX=1

From Python any executor does, and gives the same bytes:

    with Client("tcp://host:8786") as client:
        cepasim.monte_carlo(economy, scenario, 100_000, executor=client.get_executor(retries=3))

A worker that dies costs the chunk it was working on, which the scheduler gives to another. The
process that asked writes finished chunks; if it dies, the same command goes on from them.
Many scenarios: `cepasim batch`, with the same options.

Every finished chunk and every part of a batch has a mark beside it with size and digest: what is
missing, cut short or changed since is computed again. `--workers` starts no more processes than
there are processors unless `--oversubscribe` is given: more of them save no time and cost memory.
"""


def main() -> None:
    """Write both pages, and print the table; with ``--profiles`` renew what is below the table."""
    given = [one for one in sys.argv[1:] if one != "--profiles"]
    directory = Path(given[0]) if given else Path(__file__).parents[1] / "docs"
    file, found = directory / "benchmarks.md", measured_by_product()
    if "--profiles" in sys.argv:
        table = file.read_text(encoding="utf-8").split(HEAD_OF_PROFILES)[0]
    else:
        table = benchmark_page(found)
        (directory / "scale.md").write_text(scale_page(), encoding="utf-8")
    page = table + profile_page(found)
    file.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
