"""``cepasim calibrate``: how far the model deserves trust."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.inputs import check_folder_exists
from cepasim.cli.options import Debug, ParameterFolder, named_path
from cepasim.cli.output import check_output


def calibrate(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=named_path,
            help="Write the report there: a page, every table as CSV, a manifest.",
            show_default=False,
        ),
    ] = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Show how far the model deserves trust: benchmark, backcast of 2013-24, decomposition."""
    with reporting(debug):
        check_output(out, None)
        check_folder_exists(params)
        from cepasim.calibrate.evidence import folder, terminal
        from cepasim.calibrate.evidence.calibration import calibration
        from cepasim.economy.loading import load

        result = calibration(load(params))
        typer.echo(terminal.text(result), nl=False)
        if out is not None:
            files = folder.write_folder(result, out)
            typer.echo(f"Wrote {out}: {', '.join(files)}", err=True)
