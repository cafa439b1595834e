"""From files of customs to a parameter folder that holds them: ``cepasim data update``."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from cepasim.calibrate.own_figures import changes
from cepasim.calibrate.own_figures.duties import write_duties
from cepasim.calibrate.own_figures.given import Given, given
from cepasim.calibrate.own_figures.lists import TradeList, mirrors, trade_lists, used_lists
from cepasim.calibrate.own_figures.moved_tables import rebased_stays
from cepasim.calibrate.own_figures.moving import Move
from cepasim.calibrate.own_figures.naming import name_rates
from cepasim.calibrate.own_figures.prohibitive import barred
from cepasim.calibrate.own_figures.report import Update, markdown
from cepasim.calibrate.own_figures.staying import staying
from cepasim.calibrate.own_figures.tables import balanced, write_tables
from cepasim.calibrate.own_figures.use import write_use
from cepasim.core import files
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.layout import Fiscal, Hints
from cepasim.data.reading import Kind, Reading
from cepasim.data.recognise import inspect
from cepasim.economy.economy import Economy
from cepasim.params.copying import copy_folder
from cepasim.params.loading import read_parameters
from cepasim.params.parameters import Parameters, check_folder

REPORT = "UPDATE.md"
_BALANCE = "benchmark/bilateral"
#: Answers before and after, in lines; the caller knows how to run a scenario.
Headline = Callable[[Economy, Economy], Sequence[str]]

_GOODS = mark("goods that are no HS codes need a bridge to chapters: give the file by HS code")


def update(
    economy: Economy,
    paths: Iterable[Path | str],
    *,
    year: str,
    out: Path | str | None = None,
    hints: Hints | None = None,
    fiscal: Fiscal | None = None,
    whole_chapters: bool = False,
    replace_folder: bool = False,
) -> Economy:
    """Put customs figures of your own into the benchmark; a later year becomes the base.

    Figures of the base year are evidence of grade A: the benchmark is balanced again with them
    held, and everything else adjusts as its grade allows. Duties by line take the place of those
    of the schedules, and claims of a preference that of its use. Figures of a later year move the
    base and the prices to that year, with what the folder holds of it; with ``hints.keep_base``,
    they are what the reference meets in that year. What was read, what moved and what conflicts is
    written to ``UPDATE.md`` in the folder.

    Parameters
    ----------
    economy : Economy
        What is updated, from ``cepasim.load``.
    paths : iterable of path
        Files as ``cepasim.data.read`` takes them.
    year : str
        Fiscal year the figures are of, such as "2024-25", or a calendar year, such as "2024",
        which stands for the fiscal year that begins in it.
    out : path, optional
        Folder to write, which must not exist; a temporary one if not given.
    hints : Hints, optional
        What the files do not say: reporter, partner, flow, unit; and whether the base stays.
    fiscal : {"same", "months", "quarters"}, optional
        How calendar years become fiscal years.
    whole_chapters : bool, optional
        Whether products in the files are all of their chapters' trade; without it they are a
        lower bound wherever the file does not give the chapter itself.
    replace_folder : bool, optional
        Write over a folder that an earlier update wrote.

    Returns
    -------
    Economy
        Loaded from the folder.

    Raises
    ------
    InputError
        With every problem of the files, or what contradicts published totals; nothing is written.
    RunError
        If the benchmark cannot be balanced.
    """
    hints = replace(hints or Hints(), year=year, fiscal=fiscal)
    where = Path(out) if out is not None else _passing_folder() / "params"
    keeping = Keeping(whole_chapters, replace_folder)
    try:
        return updated(economy, paths, hints, where, keeping)[0]
    except BaseException:
        if out is None:
            shutil.rmtree(where.parent, ignore_errors=True)
        raise


def _passing_folder() -> Path:
    """Return a folder that is taken away when the program ends."""
    folder = Path(tempfile.mkdtemp(prefix="cepasim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True)
class Keeping:
    """How files are taken, and what is left as it is.

    Attributes
    ----------
    whole_chapters : bool
        Products are all of their chapters' trade.
    replace_folder : bool
        An earlier update may be written over.
    """

    whole_chapters: bool = False
    replace_folder: bool = False


def updated(
    economy: Economy,
    paths: Iterable[Path | str],
    hints: Hints,
    out: Path,
    keeping: Keeping = Keeping(),  # noqa: B008  # immutable
    headline: Headline | None = None,
) -> tuple[Economy, Update]:
    """Do what `update` does, and return what was done beside the economy.

    Parameters
    ----------
    economy : Economy
    paths : iterable of path
    hints : Hints
        With the year.
    out : Path
    keeping : Keeping, optional
    headline : callable, optional
        From the economies before and after to lines for the report.
    """
    before = economy.by_chapter
    parameters = before.parameters
    year = _checked_year(hints.year, before, hints.keep_base)
    known_year = hints.keep_base and year != before.base_year
    _check_folder(out, keeping.replace_folder)
    readings = _read(paths, hints, parameters)
    of = _by_kind(readings)
    lists: list[TradeList] = []
    left: list[str] = []
    for reading, name in of["trade"]:
        found, unused = trade_lists(reading, name, parameters, keeping.whole_chapters)
        lists += found
        left += unused
    lists, unused = used_lists(lists, parameters.base_year if known_year else None)
    left += [*unused, *mirrors(lists, year, parameters)]
    what = given(lists, year, before.chapters, parameters)
    _check_something(what, left, of)
    with _staged(out) as folder:
        copy_folder(parameters, folder)
        if what or not (known_year or balanced(year, before)):
            write_tables(folder, what, before, hints.keep_base)
        duties = write_duties(folder, of["tariffs"])
        use = write_use(folder, of["claims"], of["trade"])
        name_rates(folder)
        tables = changes.tables_moved(parameters, folder)
        _check_tables(folder, tables)
        after = Economy.build(read_parameters(folder))
        done = Update(
            base=before.base_year,
            priced=parameters.price_year,
            new_base=after.base_year,
            rebased=not known_year and not balanced(year, before),
            given=what,
            readings=tuple(readings),
            lists=tuple(lists),
            left=tuple(left),
            tables=tables,
            cells=(
                changes.cells_moved(parameters, after.parameters)
                if not known_year
                else changes.known_year_moved(before, after, what)
            ),
            rivals=changes.rivals_moved(parameters, after.parameters, what),
            missed=changes.evidence_missed(parameters, folder),
            stays=_stays(before, after, what, tables, known_year),
            duties=duties,
            followed=changes.duties_moved(before, after),
            use=use,
            barred=tuple(barred(lists, after)),
        )
        if headline is not None:
            done = replace(done, headline=tuple(headline(before, after)))
        files.write_text(markdown(done), folder / REPORT)
    return Economy.build(read_parameters(out)), done


def _stays(
    before: Economy, after: Economy, given: Given, tables: Sequence[str], known_year: bool
) -> tuple[str, ...]:
    """What does not follow the figures."""
    if known_year or balanced(given.year, before):
        return staying(after.parameters, given, tables)
    return tuple(rebased_stays(before, Move.to(given.year, before.parameters), tables))


def _checked_year(year: str | None, economy: Economy, keep_base: bool) -> str:
    base, parameters = economy.base_year, economy.parameters
    words = (
        tr("a fiscal year, {base} (the base year) or one after it", base=base)
        if keep_base
        else tr(
            "a fiscal year, {base} (the base year) or one after it, or a calendar year that stands "
            "for one",
            base=base,
        )
    )
    calendar = re.fullmatch(r"[0-9]{4}", str(year)) is not None and not keep_base
    try:
        known = calendar or parse_fiscal_year(str(year)) >= base.first
    except ValueError:
        known = False
    if not known or year is None:
        raise InputError([Problem("data update", None, "year", year, words)])
    if calendar:
        _refuse_the_base_itself(year, parameters)
    if parameters.overrides:
        names = separated(parameters.overrides)
        words = tr("parameters of a folder, without changes by name")
        raise InputError([Problem("data update", None, "parameters", names, words)])
    return year


def _refuse_the_base_itself(year: str, parameters: Parameters) -> None:
    """Refuse a calendar year in which the base year begins, unless the benchmark is of it."""
    stands_for = format_fiscal_year(int(year))
    if stands_for != parameters.base_year or year == parameters.price_year:
        return
    words = tr(
        "--year {base}, which begins in this calendar year and is the base year already; say with "
        "--fiscal same, quarters or months how the calendar year becomes it",
        base=stands_for,
    )
    raise InputError([Problem("data update", None, "year", year, words)])


def _check_folder(out: Path, replace_folder: bool) -> None:
    """Refuse to touch what is there, unless an earlier update wrote it and the user says so."""
    if not out.exists():
        return
    ours = out.is_dir() and (out / REPORT).is_file() and (out / "tables.yaml").is_file()
    if out.is_dir() and not any(out.iterdir()):
        return
    if replace_folder and ours:
        return
    words = (
        tr("a folder that does not exist yet, or --replace to write over this earlier update")
        if ours
        else tr("a folder that does not exist yet")
    )
    raise InputError([Problem(str(out), None, "out", out.name, words)])


def _read(paths: Iterable[Path | str], hints: Hints, parameters: Parameters) -> list[Reading]:
    """Read every file, or refuse all of them with every problem of each."""
    readings: list[Reading] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            reading = inspect(path, hints, parameters)
        except InputError as error:
            problems += error.problems
            continue
        if reading.understood.kind == "goods":
            layout = tr(reading.understood.layout)
            problems.append(Problem(str(path), None, "file", layout, tr(_GOODS)))
        problems += reading.problems
        readings.append(reading)
    if not readings and not problems:
        problems.append(Problem("data update", None, "files", None, tr("at least one file")))
    if problems:
        raise InputError(problems)
    return readings


def _by_kind(readings: Sequence[Reading]) -> dict[Kind, list[tuple[Reading, str]]]:
    """Readings by what they are of, each with its name for people."""
    of: dict[Kind, list[tuple[Reading, str]]] = {kind: [] for kind in get_args(Kind)}
    for reading in readings:
        of[reading.understood.kind].append((reading, Path(reading.file).name))
    return of


def _check_something(
    what: Given, left: Sequence[str], of: Mapping[Kind, Sequence[tuple[Reading, str]]]
) -> None:
    """Refuse files of which nothing can be used."""
    if what or of["tariffs"] or of["claims"]:
        return
    words = tr(
        "trade between India and Japan, a whole source of one of the two markets, duties of one of "
        "them, or what claims a preference in Japan"
    )
    raise InputError([Problem("data update", None, "files", "; ".join(left) or None, words)])


def _check_tables(folder: Path, tables: Sequence[str]) -> None:
    """Refuse an update whose tables no run would take; those that did not move are sound."""
    with tempfile.TemporaryDirectory() as scratch:
        overlay = Path(scratch)
        # Evidence is read with the balance made of it, which may be the same as before.
        for name in sorted({*tables, _BALANCE} if tables else ()):
            target = overlay / f"{name}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / f"{name}.csv", target)
        problems = check_folder(overlay) if tables else []
    if problems:
        raise InputError(problems)


@contextmanager
def _staged(out: Path) -> Iterator[Path]:
    """A folder that becomes `out` when all of it is written, and is taken away otherwise."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as scratch:
        folder = Path(scratch) / "new"
        yield folder
        earlier = Path(scratch) / "earlier"
        if out.exists():
            out.rename(earlier)
        try:
            folder.rename(out)
        except OSError:
            if earlier.exists():
                earlier.rename(out)
            raise
