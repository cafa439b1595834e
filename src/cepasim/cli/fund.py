"""``cepasim allocate-fund``: how to spend the fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.grouped import grouped
from cepasim.cli.inputs import AskedEconomy
from cepasim.cli.options import YEAR, AdviceDraws, AdviceYear, Debug
from cepasim.core.language import separated, tr
from cepasim.report.headline import weighed_notes

if TYPE_CHECKING:
    from cepasim.studies.advice.allocate import Counted

_SETTINGS = ("cumulative", "discounted", "per_dollar", "optional")


@grouped(asked=AskedEconomy)
def allocate_fund(
    usd_bn: Annotated[float, typer.Option("--usd-bn", help="The fund, US$ billion.")] = 2.0,
    objective: Annotated[str, typer.Option(help="balance or exports.")] = "balance",
    year: AdviceYear = YEAR,
    bounds: Annotated[
        list[str] | None,
        typer.Option(
            "--bound",
            metavar="NAME=LEAST:MOST",
            help="Shares of the fund for a window or an industry, such as sunrise=0.3: or "
            "garments=:0.2; may be repeated.",
        ),
    ] = None,
    count: Annotated[
        list[str] | None,
        typer.Option("--count", metavar="|".join(_SETTINGS), help="What counts; may be repeated."),
    ] = None,
    draws: AdviceDraws = 0,
    *,
    asked: AskedEconomy,
    debug: Debug = False,
) -> None:
    """Divide the fund over windows and industries so that it does most for an objective."""
    with reporting(debug):
        import cepasim
        from cepasim.studies.advice.fund_text import fund_choice_text, fund_sure_text, fund_text
        from cepasim.studies.executors import open_executor

        floors, caps = _bounds(bounds or [])
        counted: Counted = {}
        for name in count or []:
            if name not in _SETTINGS:
                refuse("--count", name, tr("one of {names}", names=separated(_SETTINGS)))
            counted[name] = True  # type: ignore[literal-required]
        found = cepasim.allocate_fund(
            asked.load(),
            usd_bn,
            objective,  # type: ignore[arg-type]
            year,
            floors,
            caps,
            **counted,
        )
        typer.echo(fund_text(found))
        if draws:
            typer.echo(fund_sure_text(found.how_sure(draws), draws))
            with open_executor() as executor:
                again = found.under_model_choice(executor=executor)
            typer.echo(fund_choice_text(again))
        for note in weighed_notes(found.result, year):
            typer.echo(f"- {note}")
        typer.echo(f"\n{found.scenario.to_yaml()}", nl=False)


def _bounds(given: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Read ``sunrise=0.3:0.5``; either end may be left out."""
    floors, caps = {}, {}
    for one in given:
        name, _, ends = one.partition("=")
        least, colon, most = ends.partition(":")
        try:
            if least:
                floors[name] = float(least)
            if most:
                caps[name] = float(most)
        except ValueError:
            colon = ""
        if not colon:
            refuse("--bound", one, tr("NAME=LEAST:MOST, such as sunrise=0.3: or garments=:0.2"))
    return floors, caps
