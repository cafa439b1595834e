"""``cepasim reference``: the path everything is measured against, and how uncertain it is."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.inputs import check_folder_exists, check_reference
from cepasim.cli.options import Debug, ParameterFolder


def reference(
    variant: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="central, constant_share, history, strong_exports, or your own CSV file.",
        ),
    ] = "central",
    horizon: Annotated[
        str, typer.Option(metavar="YEAR", help="Last fiscal year, up to 2045-46.")
    ] = "2035-36",
    csv: Annotated[
        bool, typer.Option("--csv", help="Print every chapter, as CSV, in place of the totals.")
    ] = False,
    headlines: Annotated[
        bool,
        typer.Option(
            "--headlines", help="Show the bundled scenarios' headlines under every variant."
        ),
    ] = False,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Show the reference: published years as published, then a variant, with its range."""
    with reporting(debug):
        check_folder_exists(params)
        import cepasim
        from cepasim.studies.reference_path import headlines_by_reference
        from cepasim.studies.reference_text import headlines_text, path_text

        economy = cepasim.load(params)
        if headlines:
            scenarios = [cepasim.Scenario.bundled(name) for name in cepasim.scenarios()]
            table = headlines_by_reference(economy, [s for s in scenarios if s.levers])
            if csv:
                table.to_csv(sys.stdout, index=False, lineterminator="\n")
            else:
                typer.echo(headlines_text(table, economy.price_year), nl=False)
            return
        check_reference(economy, variant)
        path = cepasim.reference(economy, variant, horizon)
        if csv:
            path.to_csv(sys.stdout, index=False, lineterminator="\n")
        else:
            typer.echo(path_text(path, variant, economy.price_year), nl=False)
