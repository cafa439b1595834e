"""``cepasim compare-engines``, ``montecarlo`` and ``batch``: many runs of one or many scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cepasim.cli.errors import (
    FAILED,
    WRONG_INPUT,
    refuse,
    refuse_no_file,
    reporting,
    say_written,
)
from cepasim.cli.inputs import (
    bundled_scenarios,
    check_reference,
    check_sources,
    level_named,
    read_inputs,
)
from cepasim.cli.options import (
    BarrierSource,
    Debug,
    DrawsModelChoice,
    ElasticitySource,
    EngineName,
    ModelLevel,
    Oversubscribe,
    ParameterFolder,
    ReferenceName,
    ScenarioName,
    Scheduler,
    Workers,
    named_path,
)
from cepasim.core.language import tr

if TYPE_CHECKING:
    from cepasim.studies.choice_ranges import ModelChoiceRanges


def compare_engines(
    scenario: ScenarioName,
    level: ModelLevel = None,
    elasticities: ElasticitySource = None,
    barriers: BarrierSource = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Run a scenario under every engine, side by side, and say why they differ."""
    with reporting(debug):
        from cepasim.scenario.reading import naming_lines
        from cepasim.studies.engine_comparison import compare_engines as compare

        economy, read, file = read_inputs(scenario, params, None, level, elasticities, barriers)
        with naming_lines(file):
            typer.echo(str(compare(economy, read)))


def montecarlo(
    scenario: ScenarioName,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            parser=named_path,
            help="Tables, and the draws as they are done.",
            show_default=False,
        ),
    ],
    draws: Annotated[int, typer.Option(metavar="N", min=1, help="Number of draws.")] = 1024,
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="Seed of the draws.")] = 1,
    model_choice: DrawsModelChoice = False,
    engine: EngineName = "armington",
    reference: ReferenceName = None,
    level: ModelLevel = None,
    elasticities: ElasticitySource = None,
    barriers: BarrierSource = None,
    params: ParameterFolder = None,
    workers: Workers = 0,
    oversubscribe: Oversubscribe = False,
    scheduler: Scheduler = None,
    debug: Debug = False,
) -> None:
    """Draw every figure within its range and report percentiles of totals and sectors.

    Interrupted, it keeps what is done; the same command goes on from there.
    """
    with reporting(debug, kept=out):
        import cepasim
        from cepasim.report.terminal_ranges import ranges_text
        from cepasim.scenario.reading import naming_lines
        from cepasim.studies.executors import open_executor

        _say_workers(workers, oversubscribe, scheduler)
        economy, read, file = read_inputs(
            scenario, params, reference, level, elasticities, barriers
        )
        with (
            naming_lines(file),
            open_executor(workers, scheduler, oversubscribe=oversubscribe) as executor,
        ):
            ranges = cepasim.monte_carlo(
                economy,
                read,
                draws,
                seed,
                executor,
                out=out,
                engine=engine,
                model_choice=model_choice,
            )
        typer.echo(ranges_text(ranges), nl=False)
        if ranges.failed:
            text = tr(
                "{failed} of {draws} draws have no equilibrium and are left out",
                failed=len(ranges.failed),
                draws=draws,
            )
            typer.echo(text, err=True)
        second = ranges.model_choice
        if second is not None:
            _draw_choices(out / "model_choice.svg", second, ranges.fiscal_years[-1])
        if second is not None and second.failed:
            text = tr(
                "With model choice {failed} of {draws} draws have no equilibrium and are left out",
                failed=len(second.failed),
                draws=draws,
            )
            typer.echo(text, err=True)
        if second is None:
            say_written(out, tr("totals and sectors, as CSV and Parquet"))
        else:
            say_written(
                out,
                tr("totals, sectors, both ranges, and what each choice moves, as CSV and Parquet"),
            )


def batch(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO...", help="Scenario files or bundled names.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=named_path,
            help="Folder of the Parquet files.",
            show_default=False,
        ),
    ] = None,
    grid: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=named_path,
            help="A grid: base (a scenario) and vary (settings and their values).",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(metavar="N", min=0, help="Set 90 % ranges from N draws in the totals.")
    ] = 0,
    model_choice: DrawsModelChoice = False,
    engine: EngineName = "armington",
    reference: ReferenceName = None,
    level: ModelLevel = None,
    elasticities: ElasticitySource = None,
    barriers: BarrierSource = None,
    params: ParameterFolder = None,
    workers: Workers = 0,
    oversubscribe: Oversubscribe = False,
    scheduler: Scheduler = None,
    debug: Debug = False,
) -> None:
    """Run many scenarios into Parquet files partitioned by scenario.

    A scenario that fails is reported and loses none of the others; the exit code is then that of
    `run`. The same command computes only what is missing.
    """
    with reporting(debug, kept=out):
        import cepasim
        from cepasim.studies.executors import open_executor
        from cepasim.studies.grid import read_grid

        if out is None:
            refuse("--out", "", tr("a folder for the Parquet files"))
        if not scenario and grid is None:
            refuse("SCENARIO", "", tr("at least one scenario, or --grid FILE"))
        if model_choice and not draws:
            refuse("--model-choice", "", tr("with --draws N, which says how many"))
        if grid is not None:
            refuse_no_file("--grid", grid)
        _say_workers(workers, oversubscribe, scheduler)
        bundled = bundled_scenarios()
        given: list[Any] = [
            bundled.get(name.removesuffix(".yaml"), name) for name in scenario or ()
        ]
        if grid is not None:
            given += read_grid(grid, bundled)
        check_sources(elasticities, barriers)
        economy = cepasim.load(params, barriers=barriers)
        asked = level_named(level, economy.classification.chapters)
        if reference is not None:
            check_reference(economy, reference)
        with open_executor(workers, scheduler, oversubscribe=oversubscribe) as executor:
            done = cepasim.batch(
                economy,
                given,
                executor,
                out=out,
                engine=engine,
                reference=reference,
                elasticities=elasticities,
                level=asked,
                draws=draws,
                model_choice=model_choice,
            )
        for key, problem in done.failures.itertuples(index=False):
            typer.echo(f"{key}: {' '.join(str(problem).split())}", err=True)
        finished = int(done.index["done"].sum())
        say_written(out, tr("{done} of {all} scenarios", done=finished, all=len(done.index)))
        if not done.complete:
            raise typer.Exit(WRONG_INPUT if done.wrong_input else FAILED)


def _draw_choices(file: Path, second: ModelChoiceRanges, year: str) -> None:
    """Write the tornado of the model's own choices."""
    from cepasim.core.files import replace_file, write_text
    from cepasim.core.fiscal_year import year_in_words
    from cepasim.report.model_choice import choice_chart
    from cepasim.report.pictures import svg

    rows = second.decomposition(year)
    if rows.empty:
        return
    words = tr(
        "Medians of the change in balance in {year} under the model's own alternatives",
        year=year_in_words(year),
    )
    with replace_file(file) as partial:
        write_text(svg(choice_chart(rows, year), alt_text=words), partial)


def _say_workers(asked: int, oversubscribe: bool, scheduler: str | None) -> None:
    """Say at once where fewer processes start than were asked for."""
    from cepasim.studies.executors import workers_for

    started = workers_for(asked, oversubscribe)
    if scheduler is None and started < asked:
        text = tr(
            "cepasim: --workers {asked}: {started} started, one for each processor; "
            "--oversubscribe starts {asked}",
            asked=asked,
            started=started,
        )
        typer.echo(text, err=True)
