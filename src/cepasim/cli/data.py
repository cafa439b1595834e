"""``cepasim data``: files of customs portals checked and put to use, and templates to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cepasim.cli.errors import reporting, say_written
from cepasim.cli.grouped import grouped
from cepasim.cli.inputs import check_folder_exists
from cepasim.cli.options import Debug, ParameterFolder, named_path
from cepasim.cli.reader import for_reader
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem

if TYPE_CHECKING:
    from cepasim.data.layout import Hints
    from cepasim.data.reading import Reading

data = typer.Typer(
    no_args_is_help=True, help="Your own figures: check files, put them to use, write templates."
)


@data.callback()
def _data() -> None:
    """Your own figures: check files, put them to use, write templates."""


Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", parser=named_path, help="Files as portals give them."),
]


@dataclass(frozen=True)
class Said:
    """What the user says where the files do not."""

    reporter: Annotated[str | None, typer.Option(help="ISO code, if no file says.")] = None
    partner: Annotated[str | None, typer.Option(help="ISO code, if no file says.")] = None
    flow: Annotated[str | None, typer.Option(help="export or import, seen from the reporter.")] = (
        None
    )
    unit: Annotated[
        str | None, typer.Option(help="Such as 'US$ mn' or 'Rs lakh', if no file says.")
    ] = None
    fiscal: Annotated[
        str | None,
        typer.Option(help="How calendar years become fiscal ones: same, months or quarters."),
    ] = None

    def hints(self, year: str | None, keep_base: bool = False) -> Hints:
        """The same for the reader of files."""
        from cepasim.data.layout import Hints, fiscal_named

        fiscal = fiscal_named(self.fiscal)
        return Hints(self.reporter, self.partner, self.flow, self.unit, year, fiscal, keep_base)


@dataclass(frozen=True)
class Taken:
    """How an update takes the files, and what it leaves."""

    whole_chapters: Annotated[
        bool,
        typer.Option(
            "--whole-chapters", help="Products in the files are all trade of their chapters."
        ),
    ] = False
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a folder of an earlier update.")
    ] = False
    keep_base: Annotated[
        bool,
        typer.Option(
            "--keep-base", help="Leave the base year: the reference meets a later year's figures."
        ),
    ] = False


@data.command()
@for_reader
@grouped(said=Said)
def check(
    files: Files,
    said: Said,
    year: Annotated[str | None, typer.Option(help="This year only: 2024-25 or 2024.")] = None,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Say what was understood of each file; nothing is written."""
    with reporting(debug):
        check_folder_exists(params)
        from cepasim.calibrate.own_figures.prohibitive import prohibitive, with_duties
        from cepasim.data.recognise import inspect
        from cepasim.data.words import described
        from cepasim.economy.loading import load

        hints = said.hints(year)
        problems: list[Problem] = []
        sound: list[Reading] = []
        for file in files:
            try:
                reading = inspect(file, hints)
            except InputError as error:
                problems += error.problems
                continue
            typer.echo("\n".join(described(reading)))
            problems += reading.problems
            sound += [] if reading.problems else [reading]
        trade = [reading for reading in sound if reading.understood.kind == "trade"]
        if trade:  # judged by the duties that an update with the same files would put in
            with with_duties(load(params), sound) as economy:
                lines = [line for one in trade for line in prohibitive(one, economy)]
            typer.echo("".join(f"{line}\n" for line in lines), nl=False)
        if problems:
            raise InputError(problems)


@data.command()
@for_reader
@grouped(said=Said, taken=Taken)
def update(
    files: Files,
    year: Annotated[
        str,
        typer.Option(help="Year of the figures: 2024-25, or a calendar year.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            parser=named_path,
            help="Parameter folder to write; must not exist.",
            show_default=False,
        ),
    ],
    said: Said,
    taken: Taken,
    params: ParameterFolder = None,
    debug: Debug = False,
) -> None:
    """Put your figures into the benchmark; a later year becomes the base year."""
    with reporting(debug):
        check_folder_exists(params)
        from cepasim.calibrate.own_figures.report import short
        from cepasim.calibrate.own_figures.update import REPORT, Keeping, updated
        from cepasim.economy.loading import load
        from cepasim.studies.before_after import in_lines

        hints = said.hints(year, taken.keep_base)
        keeping = Keeping(taken.whole_chapters, taken.replace)
        _, done = updated(load(params), files, hints, out, keeping, in_lines)
        typer.echo("\n".join(short(done)))
        say_written(out, tr("what moved, and what conflicts, is in {file}", file=out / REPORT))


@data.command()
@for_reader
def template(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", parser=named_path, help="Folder to write into.")
    ],
    debug: Debug = False,
) -> None:
    """Write empty files of trade and of tariffs, and what their headings mean."""
    with reporting(debug):
        from cepasim.data.template import write_template

        for file in write_template(directory):
            typer.echo(str(file))
