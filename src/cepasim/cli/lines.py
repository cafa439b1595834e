"""``cepasim lines``: look a tariff line up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cepasim.cli.advice import Importer
from cepasim.cli.errors import refuse, reporting
from cepasim.cli.options import Debug, ParameterFolder, named_path

_WIDTH = 44


def lines(
    importer: Annotated[
        Importer, typer.Argument(help="Whose tariff lines to look up.", show_default=False)
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Beginning of a code, or words: 6403, footwear.", show_default=False),
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="Lines to print.")] = 20,
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

        check_folder_exists(params)
        if out is not None and (out.suffix != ".csv" or out.is_dir()):
            refuse("--out", str(out), "a file that ends in .csv")
        economy = cepasim.load(params)
        every = cepasim.tariff_lines(economy, importer.value)
        found = every.search(" ".join(words or []))
        amounts = f"US$ million of {economy.price_year}, rates in %"
        typer.echo(f"{len(found):,} of {len(every):,} lines; {amounts}")
        if len(found):
            shown = found.head(top).assign(description=found["description"].str.slice(0, _WIDTH))
            columns = [
                "line",
                "description",
                "rate_percent",
                "mfn_percent",
                "best_rival",
                "rival_percent",
                "trade_usd_mn",
                "category",
                "counted",
            ]
            text = shown[columns].to_string(index=False, float_format="{:,.1f}".format, na_rep="?")
            typer.echo(text)
            for why, of in shown[shown["why"] != ""].groupby("why")["line"]:
                typer.echo(f"{', '.join(of)}: {why}")
        if out is not None:
            with replace_file(out) as file:
                write_csv(found, file)
            typer.echo(f"Wrote {out}: {len(found):,} lines", err=True)
