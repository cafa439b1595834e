"""Checks a parameter folder against its data dictionary and lists every problem at once.

The column checks are pandera schemas built from ``tables.yaml``; rows are indexed by their line
in the file, so that each failure case carries its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.cells import Rows, read_cells
from cepasim.params.dictionary import DICTIONARY_FILE, decode, read_dictionary, read_yaml
from cepasim.params.gather import gathered
from cepasim.params.plausible import Compared, implausible
from cepasim.params.schema import PATTERNS, Column, Dictionary, Unit, chapters_of

SCENARIOS = "scenarios"
_EVIDENCE, _BALANCED = "benchmark/evidence/", "benchmark/bilateral.csv"
_SCOPE = ["parameter", "importer", "exporter", "hs", "window"]


def check_folder(directory: Path, bundled: Path) -> list[Problem]:
    """List everything that is wrong with a folder of parameters.

    A folder with its own ``tables.yaml`` is complete: every table must be there. A folder
    without is an overlay: any table in it replaces the bundled one, the rest stays bundled.

    Parameters
    ----------
    directory : Path
        Folder to check.
    bundled : Path
        Folder of the package, which an overlay completes.

    Returns
    -------
    list of Problem
        In the order of files and lines; empty if all is well.
    """
    if not directory.is_dir():
        words = tr("a folder with parameter tables (CSV)")
        return [Problem(str(directory), None, "folder", None, words)]
    home = directory if (directory / DICTIONARY_FILE).is_file() else bundled
    try:
        dictionary = read_dictionary(home / DICTIONARY_FILE)
    except InputError as error:
        return list(error.problems)
    if not any(path.suffix in (".csv", ".yaml") for path in directory.rglob("*")):
        words = tr("at least one parameter table (CSV) such as elasticities/armington.csv")
        return [Problem(str(directory), None, "folder", tr("no tables"), words)]
    problems = list(_file_problems(directory, dictionary, complete=home == directory))
    if home == directory and directory != bundled:
        problems += _dictionary_problems(dictionary, read_dictionary(bundled / DICTIONARY_FILE))
    parameters: list[Rows] = []
    sound: dict[str, Rows] = {}
    of_ranges: list[Problem] = []
    for name, table in dictionary.tables.items():
        own = (directory / f"{name}.csv").is_file()
        path = (directory if own else bundled) / f"{name}.csv"
        if not path.is_file() or not (own or table.form == "parameter"):
            continue
        # Of bundled tables only the names matter here: they must not clash with the user's.
        rows, found = check_table(path, name, dictionary) if own else (_names(path, name), [])
        problems += found
        if rows is not None and own and not found:
            sound[name] = rows
            of_ranges += _range_problems(rows)
        if rows is not None and table.form == "parameter":
            parameters.append(rows)
    problems += _repeated_parameters(parameters)
    if home != directory:
        problems += _unread(directory, bundled, dictionary)
    if directory.resolve() != bundled.resolve():
        problems += _against_bundled(sound, bundled)
    # Values in another unit lie outside their ranges as well: that is said once.
    wrong = {problem.file for problem in problems}
    return gathered([*problems, *(one for one in of_ranges if one.file not in wrong)])


def _against_bundled(sound: Mapping[str, Rows], bundled: Path) -> Iterator[Problem]:
    """What cannot be right in well-formed tables, by the bundled ones."""
    dictionary = read_dictionary(bundled / DICTIONARY_FILE)

    @cache
    def cells(name: str) -> pd.DataFrame:
        path = bundled / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame()
        found, _ = read_cells(decode(path, f"{name}.csv"), f"{name}.csv", dictionary.columns(name))
        return pd.DataFrame() if found is None else found

    yield from implausible(Compared(sound, cells, dictionary))


def _dictionary_problems(own: Dictionary, bundled: Dictionary) -> list[Problem]:
    """Tables the program needs that the folder's own dictionary leaves out."""
    words = tr("an entry; the program reads it")
    return [
        Problem(DICTIONARY_FILE, None, f"tables.{name}", None, words)
        for name in bundled.tables
        if name not in own.tables
    ]


def _unread(directory: Path, bundled: Path, dictionary: Dictionary) -> Iterator[Problem]:
    """Tables of an overlay that were changed although no run reads them."""
    balanced = (directory / _BALANCED).is_file()
    for name, table in dictionary.tables.items():
        own, known = (folder / f"{name}.csv" for folder in (directory, bundled))
        evidence = name.startswith(_EVIDENCE)
        if not (table.later or (evidence and not balanced)) or not own.is_file():
            continue
        if not known.is_file() or own.read_bytes() != known.read_bytes():
            words = tr("no change: nothing reads this table yet; leave it out")
            if evidence:
                words = tr(
                    "no change without benchmark/bilateral.csv: runs read the balanced tables and "
                    "not their evidence; write them with "
                    "`python -m cepasim.calibrate.benchmark.balance --params DIR`"
                )
            yield Problem(f"{name}.csv", None, "file", own.name, words)


def _file_problems(directory: Path, dictionary: Dictionary, complete: bool) -> Iterator[Problem]:
    """Files that are missing, unknown, or YAML that cannot be read."""
    known = {f"{name}.csv" for name in dictionary.tables} | set(dictionary.documents)
    found = set()
    for path in sorted(directory.rglob("*")):
        relative = path.relative_to(directory)
        shown = relative.as_posix()
        hidden = any(part.startswith((".", "~$")) for part in relative.parts)
        folder = path.is_dir() and path.suffix not in (".csv", ".yaml", ".yml")
        if folder or hidden or path.suffix in (".md", ".txt"):
            continue
        found.add(shown)
        if not path.is_file():
            yield _no_file(path, shown)
            continue
        scenario = relative.parts[0] == SCENARIOS and path.suffix in (".yaml", ".yml")
        if shown not in known and shown != DICTIONARY_FILE and not scenario:
            by_name = [k for k in sorted(known) if k.rsplit("/", 1)[-1] == path.name]
            hint = closest(shown, known, 3)
            if by_name:
                hint = tr("; did you mean {close}?", close=separated(by_name))
            words = tr("a table that tables.yaml lists") + hint
            yield Problem(shown, None, "file", path.name, words)
        elif path.suffix in (".yaml", ".yml") and shown != DICTIONARY_FILE:
            try:
                read_yaml(path, shown)
            except InputError as error:
                yield from error.problems
    # A folder that is a link is not looked through above, yet its tables would be read.
    for shown in sorted(known - found):
        if os.path.lexists(directory / shown) and not (directory / shown).is_file():
            found.add(shown)
            yield _no_file(directory / shown, shown)
    if complete:
        for shown in sorted(known - found):
            table = dictionary.tables.get(shown.removesuffix(".csv"))
            how = table.generated_by if table is not None else None
            words = tr("this file in a complete folder")
            if how:
                words = tr("this file; write it with `{command}`", command=how)
            yield Problem(shown, None, "file", None, words)


def _no_file(path: Path, shown: str) -> Problem:
    """Something by the name of a table that cannot be read as one."""
    kinds = (
        (path.is_dir(), mark("a folder")),
        (not path.exists(), mark("a broken link")),
        (path.is_fifo(), mark("a pipe")),
    )
    what = next((words for holds, words in kinds if holds), mark("a device or socket"))
    return Problem(shown, None, "file", tr(what), tr("an ordinary file"))


def check_table(path: Path, name: str, dictionary: Dictionary) -> tuple[Rows | None, list[Problem]]:
    """Read one table and list its problems; no rows if its header cannot be trusted.

    Parameters
    ----------
    path : Path
    name : str
        Table of the dictionary whose columns the file has, such as ``"reference/growth"``.
    dictionary : Dictionary
    """
    shown = f"{name}.csv"
    try:
        cells, problems = read_cells(decode(path, shown), shown, dictionary.columns(name))
    except InputError as error:
        return None, list(error.problems)
    if cells is None or dictionary.tables[name].form == "report":
        return None, problems
    if cells.empty and dictionary.tables[name].may_be_empty:
        return None, []
    rows = Rows(name, shown, cells)
    problems += _cell_problems(rows, dictionary)
    problems += _unit_problems(rows, dictionary)
    problems += _repeated_keys(rows, dictionary.tables[name].key)
    return rows, problems


def _names(path: Path, name: str) -> Rows:
    """Names and scopes of a bundled table, not checked again."""
    cells = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=["name", *_SCOPE])
    cells.index = cells.index + 2
    return Rows(name, f"{name}.csv", cells)


def _schema(columns: Mapping[str, Column], economies: Mapping[str, str]) -> pa.DataFrameSchema:
    """Pandera schema of the cells as text; the error of each check is what is allowed."""
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                object,
                pa.Check(
                    lambda cells, column=column: _fits(cells, column, economies),
                    error=column.words,
                ),
                required=not column.optional,
            )
            for name, column in columns.items()
        }
    )


def _fits(cells: pd.Series, column: Column, economies: Mapping[str, str]) -> pd.Series:
    """Which cells are what the column allows, shape as the cells."""
    blank = cells == ""
    if column.allowed:
        good = cells.isin(column.allowed)
    elif column.numeric:
        number = pd.to_numeric(cells, errors="coerce")
        good = number.notna() & (column.infinite | (number.abs() != float("inf")))
        if column.minimum is not None:
            good &= number >= column.minimum
        if column.maximum is not None:
            good &= number <= column.maximum
        if column.kind == "integer":
            good &= number % 1 == 0
    elif column.kind == "economy":
        good = cells.isin(list(economies))
    else:
        # Cells repeat a great deal (sources, years), so that each text is matched once.
        match = re.compile(PATTERNS[column.kind][0], re.DOTALL).fullmatch
        texts = {cell: match(cell) is not None for cell in cells.unique()}
        if column.kind in ("fiscal_year", "period"):
            texts = {
                c: ok and (len(c) == 4 or (int(c[:4]) + 1) % 100 == int(c[5:]))
                for c, ok in texts.items()
            }
        if column.kind == "hs_spec":
            texts = {c: ok and _rising(c) for c, ok in texts.items()}
        good = cells.map(texts).astype(bool)
    return (good & ~blank) | (blank if column.blank is not None else False)


def _rising(spec: str) -> bool:
    try:
        chapters_of(spec)
    except ValueError:
        return False
    return True


def _cell_problems(rows: Rows, dictionary: Dictionary) -> list[Problem]:
    """Cells that are blank, of the wrong shape, out of bounds or not in a list."""
    columns = dictionary.columns(rows.name)
    # Almost every table is sound, which is soon seen; the schema names what is wrong in the others.
    if all(
        _fits(rows.cells[name], column, dictionary.economies).all()
        if name in rows.cells
        else column.optional
        for name, column in columns.items()
    ):
        return []
    schema = _schema(columns, dictionary.economies)
    try:
        schema.validate(rows.cells, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return [
            Problem(rows.shown, int(line), str(column), cell if cell != "" else None, str(check))
            for column, check, cell, line in zip(
                cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True
            )
        ]
    return []


def _numbers(rows: Rows) -> pd.DataFrame:
    """Value, low and high as numbers; NaN where a cell is none (reported elsewhere)."""
    wanted = [c for c in ("value", "low", "high") if c in rows.cells]
    return pd.DataFrame({c: pd.to_numeric(rows.cells[c], errors="coerce") for c in wanted})


def _range_problems(rows: Rows) -> Iterator[Problem]:
    """Rows whose value lies outside their own range."""
    numbers = _numbers(rows)
    if not {"value", "low", "high"} <= set(numbers):
        return
    for bound, wrong, words in (
        ("low", numbers["low"] > numbers["value"], mark("at most the value, {value}")),
        ("high", numbers["high"] < numbers["value"], mark("at least the value, {value}")),
    ):
        for line in rows.cells.index[wrong]:
            value = str(rows.cells.at[line, "value"])
            allowed = tr(words, value=value)
            yield Problem(rows.shown, line, bound, rows.cells.at[line, bound], allowed)


def _unit_problems(rows: Rows, dictionary: Dictionary) -> Iterator[Problem]:
    """Units that are not listed, and figures that are impossible in their unit."""
    table = dictionary.tables[rows.name]
    if "unit" not in rows.cells:
        return
    listed = set(table.units) or (set(dictionary.units) if table.form == "parameter" else set())
    if listed:
        wrong = ~rows.cells["unit"].isin(listed) & (rows.cells["unit"] != "")
        for line in rows.cells.index[wrong]:
            words = tr("one of {allowed}", allowed=separated(sorted(listed)))
            yield Problem(rows.shown, line, "unit", rows.cells.at[line, "unit"], words)
    if table.form != "parameter":
        return
    numbers = _numbers(rows)
    used = set(rows.cells["unit"])
    for name, unit in dictionary.units.items():
        if name in used:
            yield from _impossible(rows, numbers[rows.cells["unit"] == name], unit)


def _impossible(rows: Rows, numbers: pd.DataFrame, unit: Unit) -> Iterator[Problem]:
    for column in numbers:
        for line, value in numbers[column].dropna().items():
            if not unit.allows(float(value)):
                shown = rows.cells.at[line, column]
                yield Problem(rows.shown, int(str(line)), str(column), shown, unit.allowed)


def _repeated_keys(rows: Rows, key: tuple[str, ...]) -> Iterator[Problem]:
    """Rows whose key stands in an earlier row."""
    columns = list(key)
    again = rows.cells.duplicated(columns)
    if not again.any():
        return
    first = rows.cells[~again].reset_index().set_index(columns)["index"].to_dict()
    for line in rows.cells.index[again]:
        cells = tuple(rows.cells.loc[line, columns])
        earlier = first[cells if len(cells) > 1 else cells[0]]
        words = tr("each row once (first on line {line})", line=earlier)
        yield Problem(rows.shown, line, ", ".join(columns), " ".join(cells), words)


def _repeated_parameters(tables: list[Rows]) -> Iterator[Problem]:
    """Names that two tables share, and two rows of one scope, across the folder."""
    if not tables:
        return
    rows = pd.concat(
        [t.cells.assign(_file=t.shown, _line=t.cells.index) for t in tables], ignore_index=True
    )
    for columns, words in (
        (["name"], mark("each name once (first at {place})")),
        (_SCOPE, mark("each scope once; two rows would contradict each other (first at {place})")),
    ):
        again = rows.duplicated(columns)
        for _, row in rows[again].iterrows():
            same = (rows[columns] == row[columns]).all(axis=1)
            first = rows[same].iloc[0]
            if columns == ["name"] and first["_file"] == row["_file"]:
                continue  # the key of its own table says so already
            text = ", ".join(str(row[c]) for c in columns if row[c] != "")
            where = tr(words, place=f"{first['_file']}:{first['_line']}")
            yield Problem(row["_file"], int(row["_line"]), columns[0], text, where)
