"""``cepasim app``: the front end in the browser."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.options import Debug
from cepasim.core.language import tr


def front_end(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; this machine only unless told otherwise.")
    ] = "localhost",
    ranges: Annotated[
        bool,
        typer.Option(help="Whether 90 % ranges are drawn in the background without being asked."),
    ] = True,
    debug: Debug = False,
) -> None:
    """Start the front end in the browser (Ctrl-C stops it)."""
    with reporting(debug):
        import os

        from cepasim.ui import launch

        page = f"http://{address}:{port}"
        typer.echo(tr("Open {page} in a browser; Ctrl-C stops the front end.", page=page))
        sys.stdout.flush()
        command = launch.command(port, address)
        if not ranges:
            os.environ[launch.RANGES] = launch.OFF
        # The server takes this process's place, so that signals reach it.
        os.execv(command[0], command)
