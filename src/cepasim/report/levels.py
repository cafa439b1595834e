"""Levels with their range: no level of an assumed year is printed without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core import numbers


def range_of(row: Mapping[Any, Any], item: str, *, scenario: bool = False) -> str:
    """Range of a level in a year, in US$ billion; nothing where the level is exact.

    The scenario's level is the reference's and a change: it is as uncertain as the reference.

    Parameters
    ----------
    row : mapping
        Of ``Result.totals``.
    item : {"exports", "imports", "balance"}
    scenario : bool
        Whether the level is that of the scenario.
    """
    around = _wide(row, item, scenario)
    return "" if around is None else numbers.span(*around)


def range_in_words(row: Mapping[Any, Any], item: str, *, scenario: bool = False) -> str:
    """Range of a level with its unit, beside an amount: ``3.43–8.23 bn``; as `range_of`."""
    around = _wide(row, item, scenario)
    return "" if around is None else numbers.range_bn(*around, sign=False)


def range_of_mn(row: Mapping[Any, Any], item: str, *, scenario: bool = False) -> str:
    """Range of a sector's level, in US$ million; nothing where it is exact or nothing is traded.

    Parameters
    ----------
    row : mapping
        Of ``Result.balance``.
    item : {"exports", "imports", "balance"}
    scenario : bool
        Whether the level is that of the scenario.
    """
    around = _ends(row, item, scenario)
    if around is None or around[0] == around[1]:
        return ""
    return numbers.span_mn(*around)


def _wide(row: Mapping[Any, Any], item: str, scenario: bool) -> tuple[float, float] | None:
    """Ends of a range that is wider than a million; a narrower one is no range in billions."""
    around = _ends(row, item, scenario)
    return None if around is None or around[1] - around[0] < 1.0 else around


def _ends(row: Mapping[Any, Any], item: str, scenario: bool) -> tuple[float, float] | None:
    ends = [row.get(f"baseline_{item}_{end}_usd_mn") for end in ("low", "high")]
    if any(end is None for end in ends):
        return None
    moved = float(row[f"{item}_usd_mn"] - row[f"baseline_{item}_usd_mn"]) if scenario else 0.0
    low, high = (float(end) + moved for end in ends if end is not None)
    return low, high
