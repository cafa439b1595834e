"""``cepasim allocate-fund``: how to spend the fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.inputs import economy_named
from cepasim.cli.options import YEAR, AdviceDraws, AdviceYear, Debug, ModelLevel, ParameterFolder

if TYPE_CHECKING:
    from cepasim.studies.advice.allocate import Counted

_SETTINGS = ("cumulative", "discounted", "per_dollar", "optional")


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
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Divide the fund over windows and industries so that it does most for an objective."""
    with reporting(debug):
        import cepasim
        from cepasim.studies.executors import open_executor

        floors, caps = _bounds(bounds or [])
        counted: Counted = {}
        for name in count or []:
            if name not in _SETTINGS:
                refuse("--count", name, f"one of {', '.join(_SETTINGS)}")
            counted[name] = True  # type: ignore[literal-required]
        found = cepasim.allocate_fund(
            economy_named(params, level),
            usd_bn,
            objective,  # type: ignore[arg-type]
            year,
            floors,
            caps,
            **counted,
        )
        typer.echo(f"{found.text}\n")
        typer.echo(found.table.to_string(index=False, float_format="{:.4f}".format))
        if draws:
            sure = found.how_sure(draws)
            typer.echo(
                f"\nBetter than the equal split in {100 * sure['better_share']:.0f} % of {draws} "
                f"draws of all figures, by {sure['p50']:,.0f} "
                f"[{sure['p5']:,.0f} to {sure['p95']:,.0f}] US$ mn; the split itself "
                f"{sure['outcome_p50']:,.0f} [{sure['outcome_p5']:,.0f} to "
                f"{sure['outcome_p95']:,.0f}]"
            )
            with open_executor() as executor:
                again = found.under_model_choice(executor=executor)
            shown = again.industries[["label", "share", "least", "most", "alternatives_percent"]]
            typer.echo(
                f"\n{again.text}\n{shown.to_string(index=False, float_format='{:.2f}'.format)}"
            )
        for note in found.result.notes:
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
            refuse("--bound", one, "NAME=LEAST:MOST, such as sunrise=0.3: or garments=:0.2")
    return floors, caps
