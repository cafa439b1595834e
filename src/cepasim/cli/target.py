"""``cepasim target`` and ``cepasim exchange``: how far a lever must go, and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import AdviceYear, Debug, ModelLevel, ParameterFolder, ScenarioName
from cepasim.core.language import tr
from cepasim.report.headline import weighed_notes

if TYPE_CHECKING:
    from cepasim.studies.advice.exchange import Exchange
    from cepasim.studies.advice.target import WhatItTakes

_AMOUNT = "[SECTION:]USD_MN"


def target(
    scenario: ScenarioName,
    year: AdviceYear,
    lever: Annotated[
        int, typer.Option(metavar="N", min=0, help="Place of the lever in the file, from 0.")
    ] = 0,
    balance: Annotated[
        str | None, typer.Option(metavar=_AMOUNT, help="India's balance with Japan.")
    ] = None,
    exports: Annotated[
        str | None,
        typer.Option(metavar=_AMOUNT, help="India's exports to Japan; XI:500 of one section."),
    ] = None,
    change_in_balance: Annotated[
        str | None, typer.Option(metavar=_AMOUNT, help="Change against the reference.")
    ] = None,
    level: ModelLevel = None,
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
            refuse("target", "", tr("one of --balance, --exports and --change-in-balance"))
        [(item, amount)] = wanted.items()
        economy, read, file = read_inputs(scenario, params, level=level)
        with naming_lines(file):
            answer = cepasim.what_would_it_take(
                economy, read, lever, {**_wanted(item, amount), "fiscal_year": year}
            )
        _show(answer)


def exchange(
    scenario: ScenarioName,
    year: AdviceYear,
    asked: Annotated[
        int, typer.Option(metavar="N", min=0, help="Lever that one side asks for, from 0.")
    ] = 0,
    given: Annotated[
        int, typer.Option(metavar="N", min=0, help="Lever that it gives for it, at any depth.")
    ] = 1,
    measure: Annotated[str, typer.Option(help="What counts: sales or welfare.")] = "sales",
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Find how much one side must give for what it asks: cars against fish."""
    with reporting(debug):
        import cepasim
        from cepasim.scenario.reading import naming_lines

        economy, read, file = read_inputs(scenario, params, level=level)
        with naming_lines(file):
            answer = cepasim.what_must_be_given(
                economy, read, asked, given, fiscal_year=year, measure=measure
            )
        _show(answer)


def _wanted(item: str, amount: str) -> dict[str, object]:
    """Read ``-17900`` or ``XI:500``."""
    section, _, number = amount.rpartition(":")
    try:
        wanted: dict[str, object] = {item: float(number)}
    except ValueError:
        refuse(f"--{item.removesuffix('_usd_mn').replace('_', '-')}", amount, _AMOUNT)
    return wanted | ({"section": section} if section else {})


def _show(answer: WhatItTakes | Exchange) -> None:
    typer.echo(answer.text)
    for note in weighed_notes(answer.result):
        typer.echo(f"- {note}")
    typer.echo(f"\n{answer.scenario.to_yaml()}", nl=False)
