"""``cepasim clause-sheet``: a scenario as clauses that negotiators can mark up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import Debug, ParameterFolder, ScenarioName, named_path
from cepasim.core.language import tr


def clause_sheet(
    scenario: ScenarioName,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", parser=named_path, help="Ends in .xlsx or .docx."),
    ],
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Write a scenario as clauses with the staging of every line; `cepasim run` reads it back."""
    with reporting(debug):
        economy, read, _ = read_inputs(scenario, params)
        read.clause_sheet(out, economy)
        typer.echo(tr("Written: {file}", file=out))
