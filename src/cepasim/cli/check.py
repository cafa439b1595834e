"""``cepasim check``: whether a parameter folder is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.options import Debug, named_path
from cepasim.core.language import tr
from cepasim.core.problems import InputError


def check(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", parser=named_path, help="Parameter folder to check.", show_default=False
        ),
    ],
    debug: Debug = False,
) -> None:
    """Check a parameter folder and list every problem as file:line: field: value; allowed."""
    with reporting(debug):
        if not directory.is_dir():
            refuse("DIR", str(directory), tr("an existing parameter folder"))
        from cepasim.params.parameters import check_folder

        problems = check_folder(directory)
        if problems:
            raise InputError(problems)
        # Sound tables can still leave the model without a value it needs.
        from cepasim.economy.loading import load

        load(directory)
        typer.echo(tr("{folder}: no problems found", folder=directory))
