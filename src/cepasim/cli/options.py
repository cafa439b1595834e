"""Arguments and options that several commands share, and what they may be."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cepasim.core.language import tr


def named_path(text: str | Path) -> Path:
    """Take a path as written; nothing at all is no name, where `Path` would take "here"."""
    written = str(text)
    if not written.strip() or "\0" in written:
        raise typer.BadParameter(tr("a name, not an empty one"))
    return Path(written)


class OutputFormat(StrEnum):
    """Formats of ``--format``."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


class Importer(StrEnum):
    """Whose tariff is asked about."""

    JPN = "JPN"
    IND = "IND"


class Grouping(StrEnum):
    """Levels of ``--by``."""

    PRODUCT = "product"
    CHAPTER = "chapter"
    SECTION = "section"
    WINDOW = "window"


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, or the name of a bundled one (see `cepasim scenarios`).",
        show_default=False,
    ),
]
ImporterName = Annotated[Importer, typer.Argument(help="Whose tariff lines.", show_default=False)]
MostLines = Annotated[int, typer.Option("--top", metavar="N", min=1, help="Lines to print.")]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        parser=named_path,
        help="Write files there: tables, the scenario or report, and what they were made from.",
        show_default=False,
    ),
]
EngineName = Annotated[str, typer.Option("--engine", help="Engine to solve with.")]
ReferenceName = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="NAME|FILE",
        help="How the reference goes on after the last published year: central, constant_share, "
        "history, strong_exports, or your own CSV file.",
        show_default="the scenario's own, or central",
    ),
]
ElasticitySource = Annotated[
    str | None,
    typer.Option(
        "--elasticities",
        metavar="SOURCE",
        help="One source for all elasticities of substitution: gtap, fgo, broda_weinstein or "
        "boehm. A scenario that names another is refused.",
        show_default="the scenario's own, or the folder's",
    ),
]
BarrierSource = Annotated[
    str | None,
    typer.Option(
        "--barriers",
        metavar="SOURCE",
        help="One source for the barriers at India's border: own, or kno (published, about 2000). "
        "A scenario that names another is refused; in a batch it keeps its own.",
        show_default="the scenario's own, or the folder's",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, help="Processes.", show_default="one for each processor"
    ),
]
Oversubscribe = Annotated[
    bool,
    typer.Option("--oversubscribe", help="Start --workers processes on fewer processors, too."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Compute on a Dask cluster instead, such as tcp://host:8786.",
        show_default=False,
    ),
]
ParameterFolder = Annotated[
    Path | None,
    typer.Option(
        "--params",
        metavar="DIR",
        parser=named_path,
        help="Your own parameter folder.",
        show_default="the bundled one",
    ),
]


def _level(default: str) -> Any:
    return typer.Option(
        "--level",
        metavar="LEVEL",
        help="What a market is: chapter, hs4 or hs6; hs6:87,64 splits these chapters alone.",
        show_default=default,
    )


ModelLevel = Annotated[str | None, _level("the scenario's own, or chapter")]
#: Of a command that reads no scenario.
EconomyLevel = Annotated[str | None, _level("chapter")]
DrawsModelChoice = Annotated[
    bool,
    typer.Option(
        "--model-choice",
        help="Draw engine, rules, elasticities, sourcing and reference as well: a second range.",
    ),
]
YEAR = "2030-31"
AdviceYear = Annotated[str, typer.Option("--year", metavar="YEAR", help="Fiscal year that counts.")]
AdviceDraws = Annotated[
    int,
    typer.Option(
        "--draws", metavar="N", min=0, help="Draws of all parameters: how sure is the answer?"
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")]
