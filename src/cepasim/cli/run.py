"""``cepasim run``: one scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cepasim.cli.errors import refuse, reporting, say_written
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import (
    BarrierSource,
    Debug,
    DrawsModelChoice,
    ElasticitySource,
    EngineName,
    Grouping,
    ModelLevel,
    OutFolder,
    OutputFormat,
    ParameterFolder,
    ReferenceName,
    ScenarioName,
)
from cepasim.cli.output import check_output, print_result, write_result
from cepasim.core.language import separated, tr

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.result import Result
    from cepasim.scenario.scenario import Scenario
    from cepasim.tables.names import Level


def run(
    scenario: ScenarioName,
    engine: EngineName = "armington",
    out: OutFolder = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option(
            "--format", help="Format of the output.", show_default="table; csv with --out"
        ),
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
    reference: ReferenceName = None,
    level: ModelLevel = None,
    elasticities: ElasticitySource = None,
    barriers: BarrierSource = None,
    params: ParameterFolder = None,
    draws: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Set 90 % ranges from N draws of all figures beside the headline; 256 is a start.",
        ),
    ] = 0,
    model_choice: DrawsModelChoice = False,
    debug: Debug = False,
) -> None:
    """Run a scenario and show what it does to exports, imports and the balance, by sector."""
    with reporting(debug):
        from cepasim.scenario.reading import naming_lines

        check_output(out, output_format)
        if model_choice and not draws:
            refuse("--model-choice", "", tr("with --draws N, which says how many"))
        economy, read, file = read_inputs(
            scenario, params, reference, level, elasticities, barriers
        )
        with naming_lines(file):
            result = _simulated(economy, read, engine, draws, model_choice)
        grouping: Level = by.value
        shown_year = _year_of(result, year)
        options = {"by": grouping, "format": output_format or OutputFormat.CSV, "year": shown_year}
        if out is None:
            print_result(result, output_format or OutputFormat.TABLE, grouping, shown_year, year)
            return
        write_result(result, out, output_format, grouping, shown_year, options)
        if output_format is None:
            print_result(result, OutputFormat.TABLE, grouping, shown_year, year)
        files = sorted(path.name for path in out.iterdir() if path.is_file())
        say_written(out, separated(files))


def _simulated(
    economy: Economy, scenario: Scenario, engine: str, draws: int, model_choice: bool
) -> Result:
    """Run a scenario, with ranges if draws are asked for."""
    import cepasim

    result = cepasim.simulate(economy, scenario, engine=engine)
    if not draws:
        return result
    from cepasim.studies.executors import open_executor
    from cepasim.studies.monte_carlo import CHUNK

    # Starting processes pays from a few chunks on.
    with open_executor(0 if draws > 4 * CHUNK else 1) as executor:
        ranges = cepasim.monte_carlo(
            economy, scenario, draws, 1, executor, engine=engine, model_choice=model_choice
        )
    return result.with_ranges(ranges.headline_ranges(), ranges.options())


def _year_of(result: Result, year: str | None) -> str:
    if year is None:
        return result.fiscal_years[-1]
    if year not in result.fiscal_years:
        first, last = result.fiscal_years[0], result.fiscal_years[-1]
        allowed = tr("a fiscal year of the scenario, {first} to {last}", first=first, last=last)
        refuse("--year", year, allowed)
    return year
