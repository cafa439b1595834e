"""``cepasim compare-offers`` and ``cepasim triggers``."""

from __future__ import annotations

from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import (
    YEAR,
    AdviceFolder,
    AdviceYear,
    Debug,
    ModelLevel,
    ParameterFolder,
    ScenarioName,
)

#: Lines shown on the terminal; a folder has all.
_SHOWN = 20


def compare_offers(
    mine: ScenarioName,
    theirs: ScenarioName,
    year: AdviceYear = YEAR,
    out: AdviceFolder = None,
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Compare two offers: lines that differ, each side's gain and revenue, and who loses."""
    with reporting(debug):
        import cepasim
        from cepasim.core import files

        economy, ours, _ = read_inputs(mine, params, level=level)
        _, others, _ = read_inputs(theirs, params, level=level)
        found = cepasim.compare_offers(economy, ours, others, year)
        tables = {
            name: getattr(found, name)
            for name in ("levers", "lines", "sides", "chapters", "losers")
        }
        if out is not None:
            with files.replace_folder(out) as folder:
                for name, table in tables.items():
                    files.write_csv(table, folder / f"{name}.csv")
        typer.echo(found.text)
        for name, table in tables.items():
            typer.echo(f"\n{name}")
            typer.echo(table.head(_SHOWN).to_string(index=False, float_format="{:,.2f}".format))
            if len(table) > _SHOWN:
                typer.echo(f"... {len(table) - _SHOWN:,} more; --out writes them all")


def triggers(
    scenario: ScenarioName,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            "--watch",
            metavar="IMPORTER:HS=USD_MN",
            help="Threshold of a chapter a year, such as IND:72=1500; may be repeated.",
        ),
    ] = None,
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Show in which year quotas fill and imports pass a threshold, under every reference."""
    with reporting(debug):
        import cepasim

        economy, read, _ = read_inputs(scenario, params, level=level)
        found = cepasim.triggers(economy, read, _thresholds(watch) if watch else None)
        if found.empty:
            typer.echo("No quota, and no chapter passes a threshold.")
            return
        shown = found.fillna({"first_year": "never", "first_year_without_levers": "never"})
        typer.echo(shown.to_string(index=False, float_format="{:,.2f}".format))


def _thresholds(watched: list[str]) -> dict[str, float]:
    found = {}
    for one in watched:
        name, _, amount = one.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            refuse("--watch", one, "IMPORTER:HS=USD_MN, such as IND:72=1500")
    return found
