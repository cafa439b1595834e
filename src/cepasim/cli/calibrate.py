"""``cepasim calibrate``: how far the model deserves trust."""

from __future__ import annotations

import typer

from cepasim.cli.errors import refuse_no_folder, reporting, say_written
from cepasim.cli.inputs import check_folder_exists
from cepasim.cli.options import Debug, OutFolder, ParameterFolder
from cepasim.core.language import separated


def calibrate(
    out: OutFolder = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Show how far the model deserves trust: benchmark, backcast of 2013-24, decomposition."""
    with reporting(debug):
        refuse_no_folder(out)
        check_folder_exists(params)
        from cepasim.calibrate.evidence import folder, terminal
        from cepasim.calibrate.evidence.calibration import calibration
        from cepasim.economy.loading import load

        result = calibration(load(params))
        typer.echo(terminal.text(result), nl=False)
        if out is not None:
            files = folder.write_folder(result, out)
            say_written(out, separated(files))
