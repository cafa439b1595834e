"""``cepasim target``: how far a lever must go to reach a target."""

from __future__ import annotations

from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import Debug, ParameterFolder, ScenarioName


def target(
    scenario: ScenarioName,
    year: Annotated[str, typer.Option(metavar="YEAR", help="Fiscal year, such as 2030-31.")],
    lever: Annotated[
        int, typer.Option(metavar="N", min=0, help="Place of the lever in the file, from 0.")
    ] = 0,
    balance: Annotated[
        float | None, typer.Option(metavar="USD_MN", help="India's balance with Japan.")
    ] = None,
    exports: Annotated[
        float | None, typer.Option(metavar="USD_MN", help="India's exports to Japan.")
    ] = None,
    change_in_balance: Annotated[
        float | None, typer.Option(metavar="USD_MN", help="Change against the reference.")
    ] = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Find how far a lever must go for a target, and show the scenario that does it."""
    with reporting(debug):
        import cepasim
        from cepasim.scenario.reading import naming_lines

        given = {
            "balance_usd_mn": balance,
            "exports_usd_mn": exports,
            "change_in_balance_usd_mn": change_in_balance,
        }
        wanted = {name: value for name, value in given.items() if value is not None}
        if len(wanted) != 1:
            refuse("target", "", "one of --balance, --exports and --change-in-balance")
        economy, read, file = read_inputs(scenario, params)
        with naming_lines(file):
            answer = cepasim.what_would_it_take(
                economy, read, lever, {**wanted, "fiscal_year": year}
            )
        typer.echo(answer.text)
        for note in answer.result.notes:
            typer.echo(f"- {note}")
        typer.echo(f"\n{answer.scenario.to_yaml()}", nl=False)
