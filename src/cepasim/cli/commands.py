"""The command line. It computes nothing: it reads, runs, shows and writes.

Exit codes: 0 done; 1 the run failed (one line says why); 2 the input is wrong (one line for each
problem). Everything heavy is imported inside the commands, so that help comes at once.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from cepasim.core.problems import InputError, Problem, RunError

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.result import FileFormat, Level, Result
    from cepasim.scenario.scenario import Scenario

FAILED, WRONG_INPUT = 1, 2
_COMMAND_LINE = "command line"

app = typer.Typer(
    name="cepasim",
    help="What a CEPA review, barrier relief and an India-focused fund would do to India-Japan "
    "trade, by HS sector.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class OutputFormat(StrEnum):
    """Formats of ``--format``."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


class Grouping(StrEnum):
    """Levels of ``--by``."""

    CHAPTER = "chapter"
    SECTION = "section"
    WINDOW = "window"


# --- arguments and options of several commands ---------------------------------------------

ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, or the name of a bundled one (see `cepasim scenarios`).",
        show_default=False,
    ),
]
EngineName = Annotated[str, typer.Option("--engine", help="Engine to solve with.")]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, help="Processes.", show_default="one for each processor"
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Compute on a Dask cluster instead, such as tcp://host:8786.",
        show_default=False,
    ),
]
ParameterFolder = Annotated[
    Path | None,
    typer.Option(
        "--params", metavar="DIR", help="Your own parameter folder.", show_default="the bundled one"
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"cepasim {installed_version('cepasim')}")
        raise typer.Exit


@app.command()
def run(
    scenario: ScenarioName,
    engine: EngineName = "armington",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write files there, with a manifest (CSV unless --format says otherwise).",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option("--format", help="Format of the output.", show_default="table"),
    ] = None,
    by: Annotated[Grouping, typer.Option(help="Group the sectors.")] = Grouping.SECTION,
    year: Annotated[
        str | None,
        typer.Option(
            metavar="YEAR",
            help="Fiscal year to show, such as 2030-31; the last one unless given.",
            show_default=False,
        ),
    ] = None,
    params: ParameterFolder = None,
    draws: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Set 90 % ranges from N draws of all figures beside the headline; 256 is a start.",
        ),
    ] = 0,
    debug: Debug = False,
) -> None:
    """Run a scenario and show what it does to exports, imports and the balance, by sector."""
    with _reporting(debug):
        from cepasim.scenario.scenario import naming_lines

        _check_output(out, output_format)
        economy, read, file = _read(scenario, params)
        with naming_lines(file):
            result = _simulated(economy, read, engine, draws)
        level: Level = by.value
        shown_year = _year_of(result, year)
        options = {"by": level, "format": output_format or OutputFormat.CSV, "year": shown_year}
        if out is None:
            _print(result, output_format or OutputFormat.TABLE, level, shown_year, year)
            return
        _write(result, out, output_format, level, shown_year, options)
        if output_format is None:
            _print(result, OutputFormat.TABLE, level, shown_year, year)
        files = ", ".join(sorted(path.name for path in out.iterdir() if path.is_file()))
        typer.echo(f"Wrote {out}: {files}", err=True)


@app.command()
def check(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Parameter folder to check.", show_default=False)
    ],
    debug: Debug = False,
) -> None:
    """Check a parameter folder and list every problem as file:line: field: value; allowed."""
    with _reporting(debug):
        if not directory.is_dir():
            _refuse("DIR", str(directory), "an existing parameter folder")
        from cepasim.params.parameters import check_folder

        problems = check_folder(directory)
        if problems:
            raise InputError(problems)
        # Sound tables can still leave the model without a figure it needs.
        from cepasim.economy.economy import load

        load(directory)
        typer.echo(f"{directory}: no problems found")


@app.command()
def scenarios(debug: Debug = False) -> None:
    """List the bundled scenarios with a line on each."""
    with _reporting(debug):
        bundled = _bundled_scenarios()
        width = max((len(name) for name in bundled), default=0)
        for name, file in bundled.items():
            typer.echo(f"{name:<{width}}  {_description(file)}")


@app.command("app")
def front_end(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; this machine only unless told otherwise.")
    ] = "localhost",
    debug: Debug = False,
) -> None:
    """Start the front end in the browser (Ctrl-C stops it)."""
    with _reporting(debug):
        import os

        from cepasim.ui import launch

        typer.echo(f"Open http://{address}:{port} in a browser; Ctrl-C stops the front end.")
        sys.stdout.flush()
        command = launch.command(port, address)
        # The server takes this process's place, so that signals reach it.
        os.execv(command[0], command)


@app.command("compare-engines")
def compare_engines(
    scenario: ScenarioName,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Run a scenario under every engine, side by side, and say why they differ."""
    with _reporting(debug):
        from cepasim.scenario.scenario import naming_lines
        from cepasim.studies.engine_comparison import compare_engines as compare

        economy, read, file = _read(scenario, params)
        with naming_lines(file):
            typer.echo(str(compare(economy, read)))


@app.command()
def calibrate(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write the report there: a page, every table as CSV, a manifest.",
            show_default=False,
        ),
    ] = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Show how far the model deserves trust: benchmark, backcast of 2013-24, decomposition."""
    with _reporting(debug):
        _check_output(out, None)
        if params is not None and not params.is_dir():
            _refuse("--params", str(params), "an existing parameter folder")
        from cepasim.calibrate import report, report_page
        from cepasim.economy.economy import load

        result = report.calibration(load(params))
        typer.echo(report.text(result), nl=False)
        if out is not None:
            files = report_page.write_folder(result, out)
            typer.echo(f"Wrote {out}: {', '.join(files)}", err=True)


@app.command()
def montecarlo(
    scenario: ScenarioName,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Tables, and the draws as they are done.", show_default=False
        ),
    ],
    draws: Annotated[int, typer.Option(metavar="N", min=1, help="Number of draws.")] = 1024,
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="Seed of the draws.")] = 1,
    engine: EngineName = "armington",
    params: ParameterFolder = None,
    workers: Workers = 0,
    scheduler: Scheduler = None,
    debug: Debug = False,
) -> None:
    """Draw every figure within its range and report percentiles of totals and sectors.

    Interrupted, it keeps what is done; the same command goes on from there.
    """
    with _reporting(debug, kept=out):
        import cepasim
        from cepasim.report import terminal as tables
        from cepasim.scenario.scenario import naming_lines
        from cepasim.studies.executors import open_executor

        economy, read, file = _read(scenario, params)
        with naming_lines(file), open_executor(workers, scheduler) as executor:
            ranges = cepasim.monte_carlo(
                economy, read, draws, seed, executor, out=out, engine=engine
            )
        typer.echo(tables.ranges_text(ranges), nl=False)
        if ranges.failed:
            typer.echo(
                f"{len(ranges.failed)} of {draws} draws have no equilibrium and are left out",
                err=True,
            )
        typer.echo(f"Wrote {out}: totals and sectors, as CSV and Parquet", err=True)


@app.command()
def batch(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO...", help="Scenario files or bundled names.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the Parquet files.", show_default=False),
    ] = None,
    grid: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A grid: base (a scenario) and vary (settings and their values).",
            show_default=False,
        ),
    ] = None,
    engine: EngineName = "armington",
    params: ParameterFolder = None,
    workers: Workers = 0,
    scheduler: Scheduler = None,
    debug: Debug = False,
) -> None:
    """Run many scenarios into Parquet files partitioned by scenario.

    A scenario that fails is reported and loses none of the others; the exit code is then 1. The
    same command computes only what is missing.
    """
    with _reporting(debug, kept=out):
        import cepasim
        from cepasim.studies.batch import read_grid
        from cepasim.studies.executors import open_executor

        if out is None:
            _refuse("--out", "", "a folder for the Parquet files")
        if not scenario and grid is None:
            _refuse("SCENARIO", "", "at least one scenario, or --grid FILE")
        if grid is not None and not grid.is_file():
            _refuse("--grid", str(grid), "an existing file")
        bundled = _bundled_scenarios()
        given: list[Any] = [
            bundled.get(name.removesuffix(".yaml"), name) for name in scenario or ()
        ]
        if grid is not None:
            given += read_grid(grid, bundled)
        economy = cepasim.load(params)
        with open_executor(workers, scheduler) as executor:
            done = cepasim.batch(economy, given, executor, out=out, engine=engine)
        for key, problem in done.failures.itertuples(index=False):
            typer.echo(f"{key}: {' '.join(str(problem).split())}", err=True)
        finished = int(done.index["done"].sum())
        typer.echo(f"Wrote {out}: {finished} of {len(done.index)} scenarios", err=True)
        if not done.complete:
            raise typer.Exit(FAILED)


def main() -> None:
    """Run the command line: the entry point of the ``cepasim`` program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a dash gets a question mark, not a traceback.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    # Being stopped is no reason to leave a half-written folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAILED))
    app()


# --- what `run` is made of --------------------------------------------------------------------


def _simulated(economy: Economy, scenario: Scenario, engine: str, draws: int) -> Result:
    """Run a scenario, with ranges if draws are asked for."""
    import cepasim

    result = cepasim.simulate(economy, scenario, engine=engine)
    if not draws:
        return result
    from cepasim.studies.executors import open_executor
    from cepasim.studies.monte_carlo import CHUNK

    # Starting processes pays from a few chunks on.
    with open_executor(0 if draws > 4 * CHUNK else 1) as executor:
        ranges = cepasim.monte_carlo(economy, scenario, draws, 1, executor, engine=engine)
    return result.with_ranges(ranges.headline_ranges(), {"draws": draws, "seed": 1})


def _read(scenario: str, params: Path | None) -> tuple[Economy, Scenario, Path]:
    """Read both inputs and report the problems of both together."""
    import cepasim

    problems: list[Problem] = []
    read = economy = file = None
    try:
        if params is not None and not params.is_dir():
            _refuse("--params", str(params), "an existing parameter folder")
        economy = cepasim.load(params)
    except InputError as error:
        problems += error.problems
    try:
        file = _scenario_file(scenario)
        # With the parameters at hand, a misspelt override is told with its line.
        known = (economy.classification, economy.parameters) if economy is not None else ()
        read = cepasim.Scenario.read(file, *known)
    except InputError as error:
        problems += error.problems
    if problems or read is None or economy is None or file is None:
        raise InputError(problems)
    return economy, read, file


def _scenario_file(scenario: str) -> Path:
    """Find a scenario: a file as named, else the bundled one of that name."""
    file = Path(scenario)
    if file.is_file():
        return file
    bundled = _bundled_scenarios()
    name = scenario.removesuffix(".yaml")
    if name in bundled:
        return bundled[name]
    close = get_close_matches(name, bundled, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    _refuse("SCENARIO", scenario, f"a scenario file, or one of {', '.join(bundled)}{meant}")


def _bundled_scenarios() -> dict[str, Path]:
    from cepasim.params.parameters import bundled_directory

    files = sorted((bundled_directory() / "scenarios").glob("*.yaml"))
    return {file.stem: file for file in files}


def _description(file: Path) -> str:
    """Line on a scenario file: its description, else its name."""
    import yaml

    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return " ".join(str(content.get("description") or content["name"]).split())


def _year_of(result: Result, year: str | None) -> str:
    if year is None:
        return result.fiscal_years[-1]
    if year not in result.fiscal_years:
        years = result.fiscal_years
        _refuse("--year", year, f"a fiscal year of the scenario, {years[0]} to {years[-1]}")
    return year


def _check_output(out: Path | None, output_format: OutputFormat | None) -> None:
    """Refuse what cannot be written before anything is run."""
    if out is not None and out.exists() and not out.is_dir():
        _refuse("--out", str(out), "a folder, or a name that does not exist yet")
    if out is None and output_format in (OutputFormat.PARQUET, OutputFormat.XLSX):
        _refuse("--format", str(output_format), "with --out DIR, as it cannot be printed")


def _print(
    result: Result, output_format: OutputFormat, level: Level, shown_year: str, year: str | None
) -> None:
    """Print to the standard output; data cover every year unless one was asked for."""
    from cepasim.core import files as output
    from cepasim.report import terminal as tables

    if output_format is OutputFormat.TABLE:
        tables.print_page(result, level, shown_year)
    elif output_format is OutputFormat.JSON:
        sys.stdout.write(output.json_text(result.document(level)))
    else:
        result.balance(level, year).to_csv(sys.stdout, index=False, lineterminator="\n")


def _write(
    result: Result,
    out: Path,
    output_format: OutputFormat | None,
    level: Level,
    shown_year: str,
    options: dict[str, Any],
) -> None:
    from cepasim.core import files as output
    from cepasim.report import terminal as tables

    if output_format is OutputFormat.TABLE:
        with output.replace_folder(out) as folder:
            output.write_text(tables.text(result, level, shown_year), folder / "result.txt")
            result.write_about(folder, options)
    else:
        file_format = cast("FileFormat", (output_format or OutputFormat.CSV).value)
        result.to_folder(out, file_format, by=level, options=options)


# --- how errors are told ----------------------------------------------------------------------


@contextmanager
def _reporting(debug: bool, kept: Path | None = None) -> Iterator[None]:
    """Turn an exception into one line for each problem and the exit code that belongs to it.

    ``kept`` is the folder of work that an interrupt leaves half done but not undone.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        told = (
            "nothing was written"
            if kept is None
            else f"what is done stays in {kept}, and the same command goes on from there"
        )
        typer.echo(f"cepasim: interrupted; {told}", err=True)
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if debug:
            traceback.print_exc()
        lines, code = _told(error)
        for line in lines:
            typer.echo(" ".join(line.split()), err=True)
        raise typer.Exit(code) from None


def _told(error: Exception) -> tuple[list[str], int]:
    """Lines that tell an error to people, and its exit code."""
    if isinstance(error, InputError):
        return [str(problem) for problem in error.problems], WRONG_INPUT
    if isinstance(error, RunError):
        why = str(error)
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        why = f"{place}{error.strerror or error}"
    else:  # a defect of the program, not of the input
        why = f"unexpected {type(error).__name__}: {error} (--debug shows where)"
    return [f"cepasim: the run failed: {why}"], FAILED


def _refuse(field: str, value: str, allowed: str) -> NoReturn:
    raise InputError([Problem(_COMMAND_LINE, None, field, value, f"allowed: {allowed}")])
