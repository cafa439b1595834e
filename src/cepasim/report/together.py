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
    exports, imports, balance = (
        float(row[column.format(item)]) for item in ("exports", "imports", "balance")
    )
    return place_of_sums([(balance, exports, -imports)], size, least)


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

    All have one place where there is one at which every equation holds; else each has its own.

    Parameters
    ----------
    rows : sequence of mapping
        ``balance_usd_mn``, ``exports_usd_mn`` and ``imports_usd_mn``.
    together : mapping, optional
        What they add up to, from `views.total_row`: printed elsewhere, and no finer than here.

    Returns
    -------
    tuple of list of str and bool
        The equations, and whether all hold.
    """
    terms = [
        tuple(float(row[f"{item}_usd_mn"]) for item in ("balance", "exports", "imports"))
        for row in rows
    ]
    sums = [(balance, exports, -imports) for balance, exports, imports in terms]
    changes = (_CHANGE.format(item) for item in ("balance", "exports", "imports"))
    whole = [] if together is None else [tuple(float(together[change]) for change in changes)]
    known = sums + [(balance, exports, -imports) for balance, exports, imports in whole]
    every = place_of_sums(known, least=LEAST)
    each = [every if every.adds_up else place_of_sums([one], least=LEAST) for one in sums]
    written = (
        figures.column(one, signed=True, place=how.place)
        for one, how in zip(terms, each, strict=True)
    )
    texts = [f"{balance} = {exports} − ({imports})" for balance, exports, imports in written]
    return texts, all(how.adds_up for how in each)


def bars_of(sizes: Sequence[tuple[str, float]]) -> tuple[Bar, ...]:
    """Return bars of changes, a label and US$ million each, their numbers written as a column."""
    texts = figures.column((size for _, size in sizes), signed=True)
    return tuple(Bar(*one, text) for one, text in zip(sizes, texts, strict=True))


def noted(said: str, rows: Iterable[Sequence[float]]) -> str:
    """Add to what a table is that it may not add up, where what it prints does not.

    Parameters
    ----------
    said : str
        Its caption, without a full stop.
    rows : iterable of sequence of float
        Amounts of US$ million that are printed as columns, their total last.
    """
    columns = list(zip(*rows, strict=True))
    if all(adds_up(column[-1], column[:-1], place_of_column(column)) for column in columns):
        return said
    return tr("{what}. {more}", what=said, more=tr(NOT_ADDING))
