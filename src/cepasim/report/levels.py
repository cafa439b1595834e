"""Levels with their range: no level of an assumed year is printed without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.report import numbers


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
    ends = [row.get(f"baseline_{item}_{end}_usd_mn") for end in ("low", "high")]
    if any(end is None for end in ends):
        return ""
    low, high = (float(end) for end in ends if end is not None)
    if high - low < 1.0:
        return ""
    moved = float(row[f"{item}_usd_mn"] - row[f"baseline_{item}_usd_mn"]) if scenario else 0.0
    return numbers.span(low + moved, high + moved)
