"""``cepasim negotiate``: the package of concessions that is best under constraints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import (
    refuse,
    refuse_no_file,
    refuse_no_folder,
    reporting,
    say_written,
)
from cepasim.cli.grouped import grouped
from cepasim.cli.inputs import AskedEconomy
from cepasim.cli.options import (
    Debug,
    OutFolder,
    named_path,
)
from cepasim.core.language import tr


@grouped(asked=AskedEconomy)
def negotiate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            parser=named_path,
            help="YAML: name, year, objective, measure, constraints, candidates, "
            "draws; docs/advice.md.",
            show_default=False,
        ),
    ],
    nash: Annotated[
        bool, typer.Option("--nash", help="Show the package near the Nash point as well.")
    ] = False,
    frontier: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=50, help="Points of the frontier between the sides."),
    ] = 0,
    prices: Annotated[
        bool, typer.Option("--prices", help="Show what each constraint costs, by looking again.")
    ] = False,
    model_choice: Annotated[
        bool,
        typer.Option(
            "--model-choice",
            help="Search again under each of the model's alternatives, and under `draws` of the "
            "file: how often is the package the best?",
        ),
    ] = False,
    out: OutFolder = None,
    *,
    asked: AskedEconomy,
    debug: Debug = False,
) -> None:
    """Search for the best package of concessions, run it, and say what was left out and why."""
    with reporting(debug, kept=out):
        import cepasim
        from cepasim.studies.advice.negotiate import read_negotiation
        from cepasim.studies.advice.package_text import (
            frontier_text,
            package_text,
            prices_text,
            sure_text,
        )
        from cepasim.studies.executors import open_executor

        refuse_no_file("FILE", file)
        if frontier == 1:
            refuse("--frontier", "1", tr("2 points at least"))
        refuse_no_folder(out)
        terms = read_negotiation(file)
        draws = terms.pop("draws", 0)
        found = cepasim.negotiate(asked.load(), **terms)
        if model_choice:
            with open_executor() as executor:
                found = replace(found, sure=found.how_sure(draws, executor=executor))
        if out is not None:
            found.write(out)
        typer.echo(package_text(found), nl=False)
        if found.sure is not None:
            typer.echo(sure_text(found.sure), nl=False)
        if prices:
            typer.echo(prices_text(found), nl=False)
        if nash:
            typer.echo(package_text(found.nash()), nl=False)
        if frontier:
            typer.echo(frontier_text(found.frontier(frontier)), nl=False)
        if out is not None:
            say_written(out, tr("the package as scenario and tables"))
