"""Columns of a sheet under names of the program's own, whatever the portal calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.cells import amounts, heading
from cepasim.data.sheet import Sheet

#: Rows in which headings are looked for: portals write a title and the choices of the user first.
_SEARCHED = 25
_SHOWN = 5


def find_headings(sheet: Sheet, *needed: Sequence[str]) -> int | None:
    """Place of the first row that has one heading of each group, None without one.

    Parameters
    ----------
    sheet : Sheet
    *needed : sequence of str
        Headings as ``cells.heading`` writes them; any one of a group will do.
    """
    for place, row in enumerate(sheet.rows[:_SEARCHED]):
        there = {heading(cell) for cell in row}
        if all(there & set(group) for group in needed):
            return place
    return None


def columns(
    sheet: Sheet, place: int, names: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Columns that a layout reads, as text, with ``line``.

    Parameters
    ----------
    sheet : Sheet
    place : int
        Row of the headings.
    names : mapping of str to sequence of str
        Name of the column to the headings it may have; a column that is not there is blank.

    Returns
    -------
    table : DataFrame
        Rows below the headings; headings that are repeated further down are no rows.
    problems : list of Problem
        Rows with more cells than headings: a separator inside a cell moves what follows.

    Raises
    ------
    InputError
        Where there is no row at all.
    """
    headings = [heading(cell) for cell in sheet.rows[place]]
    width = len(headings)
    rows, lines, problems = [], [], []
    for line, row in zip(sheet.lines[place + 1 :], sheet.rows[place + 1 :], strict=True):
        if heading(row[0]) == headings[0] and [heading(cell) for cell in row] == headings:
            continue
        if any(row[width:]):
            words = tr(
                "as many cells as headings ({width}); is a separator inside a cell?", width=width
            )
            cells = tr("{count} cells", count=len(row))
            problems.append(Problem(sheet.file, line, "row", cells, words))
            continue
        rows.append((*row[:width], *[""] * (width - len(row))))
        lines.append(line)
    if not rows:
        words = tr("at least one row below the headings")
        raise InputError(problems[:_SHOWN] or [Problem(sheet.file, None, "rows", None, words)])
    whole = pd.DataFrame(rows, columns=range(width), dtype=object)
    table = pd.DataFrame({"line": lines})
    for name, allowed in names.items():
        at = next((headings.index(one) for one in allowed if one in headings), None)
        table[name] = "" if at is None else whole[at].astype(str)
    return table, problems[:_SHOWN]


def numbers(
    sheet: Sheet, table: pd.DataFrame, column: str, shown: str
) -> tuple[pd.Series, list[Problem]]:
    """Amounts of a column, and a problem for the first cell that is none."""
    values, wrong = amounts(list(table[column]))
    problems = []
    if wrong:
        cell = table[column].iloc[wrong[0]]
        both = "," in cell and "." not in cell
        words = (
            tr(
                "an amount, zero or more; this column has decimal commas and commas between "
                "thousands: save it with one kind"
            )
            if both
            else tr("an amount, zero or more")
        )
        if len(wrong) > 1:
            words = tr("{words} ({count} such cells)", words=words, count=len(wrong))
        line = int(table["line"].iloc[wrong[0]])
        problems.append(Problem(sheet.file, line, shown, cell, words))
    return pd.Series(values, index=table.index), problems
