"""The clause sheet: a scenario as a workbook or document that negotiators can read and mark up.

``Clauses`` has what an agreement says, a row for each clause, phase or row of a table. ``Other
measures`` has what no agreement says (fund, exchange rates, purchases) in the form of a scenario
file. ``Scenario`` has the name, horizon and assumptions. These three are read back. ``Staging`` is
worked out from them, line by line and year by year, and may not be changed by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core import files
from cepasim.core.countries import COUNTRY, PAIR
from cepasim.core.language import mark, tr
from cepasim.core.office import Tables, read_tables, write_document
from cepasim.core.problems import InputError, Problem
from cepasim.core.workbook import write_workbook
from cepasim.core.yaml_lines import parse_yaml
from cepasim.economy.economy import Economy
from cepasim.levers.lever import Lever
from cepasim.levers.staging import staging
from cepasim.scenario.writing import cell_text

#: Endings of a clause sheet.
ENDINGS = (".xlsx", ".docx")
#: Kinds of levers that an agreement can say.
SAYABLE = ("tariff", "withdraw", "remedy", "quota", "origin", "ntb")
CLAUSES, STAGING, OTHER, SCENARIO = "Clauses", "Staging", "Other measures", "Scenario"
_FIRST = ("clause", "part", "measure", "importer", "source", "select", "hs", "cut")
_LAST = ("start", "years", "end")
_WORDS = "in words"
_PARTS = {"phase": "phases", "row": "rows"}
_DIGEST = "staging_sha256"
_SAID = {
    CLAUSES: mark(
        "What the agreement would say. Cells are read back: an amount in percent or US$ "
        "million, a list in [brackets] is one value for each year; the column 'in words' is not "
        "read."
    ),
    STAGING: mark(
        "Duty on the partner's goods, percent, by line and year; worked out from the clauses "
        "and not read back: change the clauses. Lines that everybody may import free are left out."
    ),
    OTHER: mark("Measures outside an agreement, as a scenario file has them."),
    SCENARIO: mark("Name, horizon and assumptions."),
}
#: What is wrong where two clauses have one number.
_ONCE = mark("a number of its own for each clause")


# -- writing ---------------------------------------------------------------------------------


def write_clauses(
    content: Mapping[str, Any],
    levers: tuple[Lever, ...],
    years: Any,
    economy: Economy,
    path: Path,
) -> None:
    """Write the clause sheet of a scenario.

    Parameters
    ----------
    content : mapping
        From ``Scenario.to_dict``.
    levers : tuple of Lever
    years : ndarray of int
    economy : Economy
        Whose duties are staged.
    path : Path
        Ends in ``.xlsx`` or ``.docx``.
    """
    if path.suffix not in ENDINGS:
        allowed = tr("a path that ends in .xlsx or .docx")
        raise InputError([Problem("clause_sheet", None, "path", str(path), allowed)])
    staged = _staged(levers, years, economy, by_line=path.suffix == ".xlsx")
    words = [lever.in_words(economy.classification) for lever in levers]
    frames = {
        CLAUSES: _clauses(content["levers"], words),
        STAGING: staged,
        OTHER: _others(content["levers"], words),
        SCENARIO: _about(content, _digest(staged.to_numpy(dtype=object).tolist())),
    }
    with files.replace_file(path) as partial:
        if path.suffix == ".xlsx":
            write_workbook(frames, partial)
        else:
            texts = {name: (tr(_SAID[name]), _as_text(frame)) for name, frame in frames.items()}
            write_document(str(content["name"]), texts, partial)


def _clauses(levers: Iterable[Mapping[str, Any]], words: list[str]) -> pd.DataFrame:
    rows = []
    for number, (lever, said) in enumerate(zip(levers, words, strict=True), 1):
        [(kind, settings)] = lever.items()
        if kind not in SAYABLE:
            continue
        own = {key: value for key, value in settings.items() if key not in _PARTS.values()}
        head = {"clause": number, "measure": kind, _WORDS: said}
        rows.append(head | {key: _cell(value) for key, value in own.items()})
        for part, key in _PARTS.items():
            for entry in settings.get(key, ()):
                cells = {name: _cell(value) for name, value in entry.items()}
                rows.append({"clause": number, "part": part} | cells)
    return _frame(rows)


def _others(levers: Iterable[Mapping[str, Any]], words: list[str]) -> pd.DataFrame:
    rows = []
    for number, (lever, said) in enumerate(zip(levers, words, strict=True), 1):
        [(kind, settings)] = lever.items()
        if kind not in SAYABLE:
            rows.append((number, kind, cell_text(settings), said))
    return pd.DataFrame(rows, columns=["clause", "measure", "settings", _WORDS], dtype=object)


def _about(content: Mapping[str, Any], digest: str) -> pd.DataFrame:
    fields = {key: cell_text(value) for key, value in content.items() if key != "levers"}
    return pd.DataFrame(
        {"field": [*fields, _DIGEST], "value": [*fields.values(), digest]}, dtype=object
    )


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table: what all clauses have first, then terms, dates and words."""
    names = dict.fromkeys(name for row in rows for name in row)
    terms = [name for name in names if name not in (*_FIRST, *_LAST, _WORDS)]
    columns = [name for name in (*_FIRST, *terms, *_LAST) if name in names or name in _FIRST[:5]]
    table = [[row.get(name) for name in (*columns, _WORDS)] for row in rows]
    return pd.DataFrame(table, columns=[*columns, _WORDS], dtype=object)


def _cell(value: Any) -> Any:
    """Numbers as they are; all else as text that YAML reads as the same."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return cell_text(value)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells as text, blanks as None whatever pandas makes of them."""
    rows = [[_shown(cell) for cell in row] for row in frame.to_numpy(dtype=object)]
    return pd.DataFrame(rows, columns=frame.columns, dtype=object)


def _shown(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value if isinstance(value, str) else cell_text(value)


def _staged(
    levers: tuple[Lever, ...], years: Any, economy: Economy, *, by_line: bool
) -> pd.DataFrame:
    """Duties by line, or lines with the same duties in all years together; text."""
    frames = []
    for importer in PAIR:
        found = staging(economy, levers, importer, years)
        table = found.table()
        table = table[~(table["mfn_pct"] == 0)]
        table["importer"] = COUNTRY[importer]
        shown = table.drop(columns=["importer", "line"]).map(_percent)
        frames.append(pd.concat([table[["importer", "line"]], shown], axis=1))
    table = pd.concat(frames, ignore_index=True).astype(object)
    if by_line or table.empty:
        return table
    rest = [name for name in table.columns if name != "line"]
    groups = table.groupby(rest, sort=False, dropna=False)["line"]
    together = groups.agg(" ".join).reset_index()
    together.insert(1, "lines", [len(codes.split()) for codes in together["line"]])
    return together[["importer", "lines", "line", *rest[1:]]].astype(object)


def _percent(rate: float) -> str:
    return "not ad valorem" if np.isnan(rate) else f"{round(rate, 4):g}"


def _digest(rows: Iterable[Iterable[Any]]) -> str:
    text = "\n".join("\t".join(str(cell) for cell in row) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


# -- reading ---------------------------------------------------------------------------------


def read_clauses(path: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    """Read the content of a scenario back from its clause sheet, and the rows it stands in.

    Raises
    ------
    InputError
        Where a table is missing, a cell cannot be read, or the staging was changed by hand.
    """
    tables = read_tables(path)
    missing = [name for name in (CLAUSES, SCENARIO) if not tables.get(name)]
    if missing:
        allowed = tr(
            "a clause sheet, with the tables {clauses} and {scenario}",
            clauses=CLAUSES,
            scenario=SCENARIO,
        )
        raise InputError([Problem(str(path), None, missing[0], None, allowed)])
    content = _fields(tables, path)
    told = content.pop(_DIGEST, None)
    found = _digest(tables.get(STAGING, [])[1:])
    if told is not None and told != found:
        allowed = tr(
            "the staging as it was written: it is worked out from the clauses and is not read; "
            "change {clauses} instead",
            clauses=CLAUSES,
        )
        raise InputError([Problem(str(path), None, STAGING, tr("a changed table"), allowed)])
    levers: dict[int, dict[str, Any]] = {}
    lines: dict[int, int] = {}
    _read_clauses(tables[CLAUSES], path, levers, lines)
    _read_others(tables.get(OTHER, []), path, levers, lines)
    order = sorted(levers)
    content["levers"] = [levers[number] for number in order]
    placed = {("levers", place): lines[number] for place, number in enumerate(order)}
    return content, placed  # type: ignore[return-value]


def _fields(tables: Tables, path: Path) -> dict[str, Any]:
    return {
        str(row[0]): _value(row[1] if len(row) > 1 else None, path, row_number, str(row[0]))
        for row_number, row in enumerate(tables[SCENARIO][1:], 2)
    }


def _read_clauses(
    rows: list[list[Any]], path: Path, levers: dict[int, dict[str, Any]], lines: dict[int, int]
) -> None:
    head = [str(name) for name in rows[0]]
    for line, row in enumerate(rows[1:], 2):
        cells = {
            name: _value(cell, path, line, name)
            for name, cell in zip(head, row, strict=False)
            if cell is not None and name != _WORDS
        }
        number, part = _number(cells.pop("clause", None), path, line), cells.pop("part", None)
        kind = cells.pop("measure", None)
        if part is None:
            if number in levers:
                raise _wrong(path, line, "clause", number, tr(_ONCE))
            levers[number], lines[number] = {str(kind): cells}, line
        elif part in _PARTS and number in levers:
            [settings] = levers[number].values()
            settings.setdefault(_PARTS[part], []).append(cells)
        else:
            text = tr("phase or row, below the clause it belongs to")
            raise _wrong(path, line, "part", part, text)


def _read_others(
    rows: list[list[Any]], path: Path, levers: dict[int, dict[str, Any]], lines: dict[int, int]
) -> None:
    for line, row in enumerate(rows[1:], 2):
        number = _number(_value(row[0], path, line, "clause"), path, line)
        if number in levers:
            raise _wrong(path, line, "clause", number, tr(_ONCE))
        settings = _value(row[2] if len(row) > 2 else None, path, line, "settings")
        levers[number], lines[number] = {str(row[1]): settings}, line


def _number(value: Any, path: Path, line: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(path, line, "clause", value, tr("a whole number"))
    return value


def _wrong(path: Path, line: int, field: str, value: Any, allowed: str) -> InputError:
    return InputError([Problem(str(path), line, field, value, allowed)])


def _value(cell: Any, path: Path, line: int, field: str) -> Any:
    """What a cell says: a number as it is, text as YAML."""
    if not isinstance(cell, str):
        return cell
    try:
        found = parse_yaml(cell, str(path))
    except InputError as error:
        allowed = error.problems[0].allowed
        raise _wrong(path, line, field, cell, allowed) from None
    if found.problems:
        raise _wrong(path, line, field, cell, found.problems[0].allowed)
    return found.data
