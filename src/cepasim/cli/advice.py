"""``cepasim list``: the lines to ask an importer for, and what its own producers would lose."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting
from cepasim.cli.options import (
    YEAR,
    AdviceFolder,
    AdviceYear,
    Debug,
    ModelLevel,
    ParameterFolder,
    named_path,
)


class Importer(StrEnum):
    """Whose tariff is asked about."""

    JPN = "JPN"
    IND = "IND"


def list_lines(
    importer: Annotated[
        Importer, typer.Argument(help="Whose tariff lines to list.", show_default=False)
    ],
    top: Annotated[int, typer.Option(metavar="N", min=1, help="Lines to print.")] = 20,
    year: AdviceYear = YEAR,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="ASK|SECTION",
            help="Only lines that ask for tariff, origin or barrier, or of a section such as XI.",
            show_default="all of them",
        ),
    ] = None,
    lines: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=named_path, help="Only the lines of a saved list."),
    ] = None,
    out: AdviceFolder = None,
    level: ModelLevel = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """List tariff lines: what each is worth if freed, who loses, how sensitive it is.

    The lines printed are run through the model, each and all together, and the gap is shown.
    """
    with reporting(debug, kept=out):
        import cepasim
        from cepasim.cli.inputs import economy_named
        from cepasim.studies.advice.line_list import ASKS
        from cepasim.studies.advice.list_text import list_text

        if lines is not None and not lines.is_file():
            refuse("--lines", str(lines), "an existing file")
        if out is not None and out.exists() and not out.is_dir():
            refuse("--out", str(out), "a folder, or a name that does not exist yet")
        economy = economy_named(params, level)
        found = cepasim.product_list(economy, importer.value, year, lines)
        if only is not None:
            found = found.filter(ask=only) if only in ASKS else found.filter(section=only)
        if out is not None:
            found.write(out)
        typer.echo(list_text(found, top), nl=False)
        if out is not None:
            typer.echo(f"Wrote {out}: {len(found)} lines as CSV, workbook and list", err=True)
