"""Exports, imports and their balance as they are printed together: one place for the three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cepasim.core import numbers as figures
from cepasim.core.currency import Size
from cepasim.core.digits import NOT_ADDING, Sum, adds_up, place_of_column, place_of_sums
from cepasim.core.language import tr
from cepasim.core.numbers import LEAST
from cepasim.report.blocks import Bar

_CHANGE = "change_in_{}_usd_mn"


def trade_balance(
    row: Mapping[Any, Any], column: str = _CHANGE, size: Size = "mn", least: float = LEAST
) -> Sum:
    """Return how exports, imports and the balance of a row are printed.

    Every face of a result prints the three changes of a year to this place, so that they are the
    same wherever they are read, and balance = exports - imports holds as it is read.

    Parameters
    ----------
    row : mapping
        Such as that of `views.total_row`.
    column : str, optional
        Name of the three columns, ``{}`` in place of the item; the changes unless given.
    size : {"mn", "bn"}, optional
    least : float, optional
        US$ million that are not printed as next to nothing.
    """
    return place_of_sums(_balances([row], column), size, least)


def place_of_changes(totals: Mapping[Any, Any]) -> int:
    """Return the place of the three changes of a year, from a row of ``Result.totals``."""
    exports, imports = (
        float(totals[f"{flow}_usd_mn"] - totals[f"baseline_{flow}_usd_mn"])
        for flow in ("exports", "imports")
    )
    balance = float(totals["change_in_balance_usd_mn"])
    return place_of_sums([(balance, exports, -imports)], least=LEAST).place


def level_and_change(before: float, after: float) -> Sum:
    """Return how a change is printed with its two levels: a digit more where that adds up.

    Parameters
    ----------
    before, after : float
        US$ million.
    """
    usual = place_of_column([after - before])
    for place in (usual, usual - 1):
        if adds_up(after, (before, after - before), place):
            return Sum(place, True)
    return Sum(usual, False)


def equations(
    rows: Sequence[Mapping[Any, Any]], together: Mapping[Any, Any] | None = None
) -> tuple[list[str], bool]:
    """Write ``balance = exports − (imports)`` of each row, so that it holds as it is read.

    Parameters
    ----------
    rows, together
        As in `split_together`.

    Returns
    -------
    tuple of list of str and bool
        The equations, and whether all hold.
    """
    places, all_hold = split_together(rows, together)
    written = (
        figures.column((balance, exports, -less), signed=True, place=place)
        for (balance, exports, less), place in zip(_balances(rows), places, strict=False)
    )
    texts = [f"{balance} = {exports} − ({imports})" for balance, exports, imports in written]
    return texts, all_hold


def split_together(
    rows: Sequence[Mapping[Any, Any]], together: Mapping[Any, Any] | None = None
) -> tuple[list[int], bool]:
    """Return how what each lever adds is printed, wherever it is: in a table or in equations.

    All have one place where there is one at which every row holds as a balance and the rows add up
    to what is printed of all; else one at which every row holds; else each row that does not hold
    has its own.

    Parameters
    ----------
    rows : sequence of mapping
        ``balance_usd_mn``, ``exports_usd_mn`` and ``imports_usd_mn``.
    together : mapping, optional
        What they add up to, from `views.total_row`: printed elsewhere, and no finer than here.

    Returns
    -------
    tuple of list of int and bool
        The place of each row, then that of what they add up to; whether every row holds.
    """
    parts = _balances(rows)
    whole = [] if together is None else _balances([together], _CHANGE)
    added = list(zip(*parts, strict=True))
    columns = [(total, *terms) for one in whole for total, terms in zip(one, added, strict=False)]
    every = place_of_sums([*parts, *whole, *columns], least=LEAST)
    if not every.adds_up:
        every = place_of_sums([*parts, *whole], least=LEAST)
    each = [
        Sum(every.place, True)
        if adds_up(one[0], one[1:], every.place)
        else place_of_sums([one], least=LEAST)
        for one in (*parts, *whole)
    ]
    return [how.place for how in each], all(how.adds_up for how in each[: len(parts)])


def _balances(
    rows: Iterable[Mapping[Any, Any]], column: str = "{}_usd_mn"
) -> list[tuple[float, float, float]]:
    """Balance, exports and imports of rows as a sum: imports with the other sign."""
    return [
        (
            float(row[column.format("balance")]),
            float(row[column.format("exports")]),
            -float(row[column.format("imports")]),
        )
        for row in rows
    ]


def bars_of(sizes: Sequence[tuple[str, float]]) -> tuple[Bar, ...]:
    """Return bars of changes, a label and US$ million each, their numbers written as a column."""
    texts = figures.column((size for _, size in sizes), signed=True)
    return tuple(Bar(*one, text) for one, text in zip(sizes, texts, strict=True))


def rounding_note(rows: Iterable[Sequence[float]]) -> str:
    """Say of a table that it may not add up, where what it prints does not; else nothing.

    Parameters
    ----------
    rows : iterable of sequence of float
        Amounts of US$ million that are printed as columns, their total last.
    """
    columns = list(zip(*rows, strict=True))
    return said_of_rounding(
        adds_up(column[-1], column[:-1], place_of_column(column)) for column in columns
    )


def said_of_rounding(hold: Iterable[bool]) -> str:
    """Say that figures may not add up, where one of the sums that are read does not hold."""
    return "" if all(hold) else tr(NOT_ADDING)
