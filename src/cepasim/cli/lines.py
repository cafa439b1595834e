"""``cepasim lines``: look a tariff line up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.errors import refuse, reporting, say_written
from cepasim.cli.options import Debug, ImporterName, MostLines, ParameterFolder, named_path
from cepasim.core.language import tr


def lines(
    importer: ImporterName,
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Beginning of a code, or words: 6403, footwear.", show_default=False),
    ] = None,
    top: MostLines = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=named_path,
            help="File for every line found, CSV, with every column.",
            show_default=False,
        ),
    ] = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Look tariff lines up: rates, rivals, trade, and whether a cut counts in the model."""
    with reporting(debug):
        import cepasim
        from cepasim.cli.inputs import check_folder_exists
        from cepasim.core.files import replace_file, write_csv
        from cepasim.studies.lines_text import lines_text

        check_folder_exists(params)
        if out is not None and (out.suffix != ".csv" or out.is_dir()):
            refuse("--out", str(out), tr("a file that ends in .csv"))
        economy = cepasim.load(params)
        every = cepasim.tariff_lines(economy, importer.value)
        found = every.search(" ".join(words or []))
        typer.echo(lines_text(every, found, top), nl=False)
        if out is not None:
            with replace_file(out) as file:
                write_csv(found, file)
            say_written(out, tr("{n} lines", n=f"{len(found):,}"))
