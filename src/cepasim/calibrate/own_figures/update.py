"""From files of customs to a parameter folder that holds them: ``cepasim data update``."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cepasim.calibrate.own_figures import changes
from cepasim.calibrate.own_figures.given import Given, given, named
from cepasim.calibrate.own_figures.lists import TradeList, trade_lists
from cepasim.calibrate.own_figures.moved_tables import rebased_stays
from cepasim.calibrate.own_figures.moving import Move
from cepasim.calibrate.own_figures.report import Update, markdown
from cepasim.calibrate.own_figures.staying import staying
from cepasim.calibrate.own_figures.tables import balanced, write_tables
from cepasim.core import files
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.layout import Fiscal, Hints
from cepasim.data.reading import Reading
from cepasim.data.recognise import inspect
from cepasim.economy.economy import Economy
from cepasim.params.copying import copy_folder
from cepasim.params.loading import read_parameters
from cepasim.params.parameters import Parameters, check_folder

REPORT = "UPDATE.md"
#: Answers before and after, in lines; the caller knows how to run a scenario.
Headline = Callable[[Economy, Economy], Sequence[str]]

_INSTEAD = {
    "claims": (
        "what claimed a preference is matched with exports of 2021-22 to estimate its use: put the "
        "values into tariffs/preference_use_chapters of a folder of your own "
        "(`cepasim params copy tariffs/preference_use_chapters DIR`)"
    ),
    "goods": (
        "goods that are no HS codes need a bridge to chapters: give the file by HS code instead"
    ),
    "tariffs": (
        "duties are tables already: `cepasim params copy tariffs/japan_lines DIR` (or "
        "tariffs/india_lines), change the rates there, then `cepasim check DIR`"
    ),
}


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
    held, and everything else adjusts as its grade allows. Figures of a later year move the base
    and the prices to that year, with what the folder holds of it; with ``hints.keep_base``, they
    are what the reference meets in that year. What was read, what moved and what conflicts is
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
    lists: list[TradeList] = []
    left: list[str] = []
    for reading in readings:
        name = Path(reading.file).name
        found, unused = trade_lists(reading, name, parameters, keeping.whole_chapters)
        lists += found
        left += unused
    lists, unused = _used(lists, parameters.base_year if known_year else None)
    left += [*unused, *_mirrors(lists, year, parameters)]
    what = given(lists, year, before.chapters, parameters)
    _check_something(what, left)
    with _staged(out) as folder:
        copy_folder(parameters, folder)
        write_tables(folder, what, before, hints.keep_base)
        tables = changes.tables_moved(parameters, folder)
        _check_tables(folder, tables)
        after = Economy.build(read_parameters(folder))
        done = Update(
            base=before.base_year,
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
            stays=_stays(before, after, what, known_year),
        )
        if headline is not None:
            done = replace(done, headline=tuple(headline(before, after)))
        files.write_text(markdown(done), folder / REPORT)
    return Economy.build(read_parameters(out)), done


def _stays(before: Economy, after: Economy, given: Given, known_year: bool) -> tuple[str, ...]:
    """What does not follow the figures."""
    if known_year or balanced(given.year, before):
        return staying(after.parameters, given)
    return tuple(rebased_stays(before, Move.to(given.year, before.parameters)))


def _checked_year(year: str | None, economy: Economy, keep_base: bool) -> str:
    base, parameters = economy.base_year, economy.parameters
    words = f"a fiscal year, {base} (the base year) or one after it"
    if not keep_base:
        words += ", or a calendar year that stands for one"
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
        names = ", ".join(parameters.overrides)
        words = "parameters of a folder, without changes by name"
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
    words = "a folder that does not exist yet"
    if ours:
        words += ", or --replace to write over this earlier update"
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
        kind = reading.understood.kind
        if kind in _INSTEAD:
            problems.append(
                Problem(str(path), None, "file", reading.understood.layout, _INSTEAD[kind])
            )
        problems += reading.problems
        readings.append(reading)
    if not readings and not problems:
        problems.append(Problem("data update", None, "files", None, "at least one file"))
    if problems:
        raise InputError(problems)
    return readings


def _used(lists: Sequence[TradeList], base: str | None) -> tuple[list[TradeList], list[str]]:
    """Lists that have a place, and what has none, in words; a base stays where one is named."""
    used, left = [], []
    for one in lists:
        what = f"{one.file}: {named(one.importer, one.exporter)}"
        if not one.of_pair and base is not None:
            left.append(f"{what}: not used, other sources stay those of {base}")
            continue
        # Only the base year's balance knows lower bounds, and for the pair alone.
        if one.parts > 0 and not (one.of_pair and base is None):
            left.append(
                f"{what}: US$ {one.parts:,.1f} mn of products not used, which may be a part of "
                "their chapters only (--whole-chapters says that they are all of it)"
            )
            if not one.stated:
                continue
            one = replace(one, chapters=one.chapters[sorted(one.stated)])
        used.append(one)
    return used, left


def _mirrors(lists: Sequence[TradeList], year: str, parameters: Parameters) -> Iterator[str]:
    """How far Japan's count of the pair's trade is from India's, where it stands for it."""
    rows = parameters.table("benchmark/evidence/mirror_totals").to_dict("records")
    ratios = {(row["flow"], row["fiscal_year"]): float(row["value"]) for row in rows}
    for one in lists:
        if not (one.of_pair and one.mirrored) or (one.flow, year) not in ratios:
            continue
        freight = parameters.by_chapter(
            "freight_insurance", list(one.chapters.index), one.importer, one.exporter
        )
        over = float(np.mean(freight))
        ratio = ratios[one.flow, year]
        # Japan counts exports of India c.i.f. and its own f.o.b.
        more = ratio / (1 + over) - 1 if one.flow == "export" else (1 + over) / ratio - 1
        yield (
            f"{one.file}: customs of {one.reporter} stand for India's, with {over:.1%} of freight "
            f"and insurance between f.o.b. and c.i.f.; in {year} the total so counted is "
            f"{more:+.1%} against India's (benchmark/evidence/mirror_totals)"
        )


def _check_something(what: Given, left: Sequence[str]) -> None:
    """Refuse files of which nothing can be used."""
    if len(what.cells) or len(what.products):
        return
    words = "trade between India and Japan, or a whole source of one of the two markets"
    raise InputError([Problem("data update", None, "files", "; ".join(left) or None, words)])


def _check_tables(folder: Path, tables: Sequence[str]) -> None:
    """Refuse an update whose tables no run would take; those that did not move are sound."""
    with tempfile.TemporaryDirectory() as scratch:
        overlay = Path(scratch)
        for name in tables:
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
