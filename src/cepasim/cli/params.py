"""``cepasim params copy``: copies of bundled tables to change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.options import Debug, named_path
from cepasim.cli.reader import for_reader

params = typer.Typer(no_args_is_help=True, help="Tables of the bundled parameters.")


@params.callback()
def _parameters() -> None:
    """Tables of the bundled parameters."""


@params.command()
@for_reader
def copy(
    tables: Annotated[
        list[str],
        typer.Argument(metavar="TABLE...", help="Such as elasticities/armington, or elasticities."),
    ],
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", parser=named_path, help="Your parameter folder.")
    ],
    debug: Debug = False,
) -> None:
    """Copy bundled tables into a folder of your own; no file is overwritten."""
    with reporting(debug):
        from cepasim.params.copying import copy_tables

        for file in copy_tables(tables, directory):
            typer.echo(str(file))
