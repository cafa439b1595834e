"""``cepasim list``: the lines to ask an importer for, and what its own producers would lose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import refuse_no_file, refuse_no_folder, reporting, say_written
from cepasim.cli.grouped import grouped
from cepasim.cli.inputs import AskedEconomy
from cepasim.cli.options import (
    YEAR,
    AdviceYear,
    Debug,
    ImporterName,
    MostLines,
    OutFolder,
    named_path,
)
from cepasim.core.language import tr


@grouped(asked=AskedEconomy)
def list_lines(
    importer: ImporterName,
    top: MostLines = 20,
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
    out: OutFolder = None,
    *,
    asked: AskedEconomy,
    debug: Debug = False,
) -> None:
    """List tariff lines: what each is worth if freed, who loses, how sensitive it is.

    The lines printed are run through the model, each and all together, and the gap is shown.
    """
    with reporting(debug, kept=out):
        import cepasim
        from cepasim.studies.advice.line_list import ASKS
        from cepasim.studies.advice.list_text import list_text

        if lines is not None:
            refuse_no_file("--lines", lines)
        refuse_no_folder(out)
        found = cepasim.product_list(asked.load(), importer.value, year, lines)
        if only is not None:
            found = found.filter(ask=only) if only in ASKS else found.filter(section=only)
        if out is not None:
            found.write(out)
        typer.echo(list_text(found, top), nl=False)
        if out is not None:
            what = tr("{n} lines as CSV, workbook and list", n=f"{len(found):,}")
            say_written(out, what)
