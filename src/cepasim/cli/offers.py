"""``cepasim compare-offers`` and ``cepasim triggers``."""

from __future__ import annotations

from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.inputs import read_inputs
from cepasim.cli.options import (
    YEAR,
    AdviceYear,
    Debug,
    ModelLevel,
    OutFolder,
    ParameterFolder,
    ScenarioName,
)
from cepasim.core.language import tr


def compare_offers(
    mine: ScenarioName,
    theirs: ScenarioName,
    year: AdviceYear = YEAR,
    out: OutFolder = None,
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Compare two offers: lines that differ, each side's gain and revenue, and who loses."""
    with reporting(debug):
        import cepasim
        from cepasim.core import files
        from cepasim.studies.advice.offers_text import TABLES, offers_text

        economy, ours, _ = read_inputs(mine, params, level=level)
        _, others, _ = read_inputs(theirs, params, level=level)
        found = cepasim.compare_offers(economy, ours, others, year)
        if out is not None:
            with files.replace_folder(out) as folder:
                for name in TABLES:
                    files.write_csv(getattr(found, name), folder / f"{name}.csv")
        typer.echo(offers_text(found, economy), nl=False)


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
        from cepasim.studies.advice.triggers_text import triggers_text

        economy, read, _ = read_inputs(scenario, params, level=level)
        found = cepasim.triggers(economy, read, _thresholds(watch) if watch else None)
        under = read.economy_under(economy)
        typer.echo(triggers_text(under, found, watched=bool(watch)), nl=False)


def _thresholds(watched: list[str]) -> dict[str, float]:
    found = {}
    for one in watched:
        name, _, amount = one.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            refuse("--watch", one, tr("IMPORTER:HS=USD_MN, such as IND:72=1500"))
    return found
