"""``cepasim data``: files of customs portals checked, and templates to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.options import Debug, named_path
from cepasim.core.problems import InputError, Problem

data = typer.Typer(no_args_is_help=True, help="Your own figures: check files, write templates.")


@data.callback()
def _data() -> None:
    """Your own figures: check files, write templates."""


@data.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", parser=named_path, help="Files as portals give them."),
    ],
    reporter: Annotated[str | None, typer.Option(help="ISO code, if no file says.")] = None,
    partner: Annotated[str | None, typer.Option(help="ISO code, if no file says.")] = None,
    flow: Annotated[
        str | None, typer.Option(help="export or import, seen from the reporter.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Such as 'US$ mn' or 'Rs lakh', if no file says.")
    ] = None,
    year: Annotated[str | None, typer.Option(help="This year only: 2024-25 or 2024.")] = None,
    fiscal: Annotated[
        str | None,
        typer.Option(help="How calendar years become fiscal ones: same, months or quarters."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Say what was understood of each file; nothing is written."""
    with reporting(debug):
        from cepasim.data.layout import Hints, fiscal_named
        from cepasim.data.recognise import inspect
        from cepasim.data.words import described

        hints = Hints(reporter, partner, flow, unit, year, fiscal_named(fiscal))
        problems: list[Problem] = []
        for file in files:
            try:
                reading = inspect(file, hints)
            except InputError as error:
                problems += error.problems
                continue
            typer.echo("\n".join(described(reading)))
            problems += reading.problems
        if problems:
            raise InputError(problems)


@data.command()
def template(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", parser=named_path, help="Folder to write into.")
    ],
    debug: Debug = False,
) -> None:
    """Write empty files of trade and of tariffs, and what their headings mean."""
    with reporting(debug):
        from cepasim.data.template import write_template

        for file in write_template(directory):
            typer.echo(str(file))
