"""Barrier levers: ad-valorem equivalents of non-tariff barriers after relief.

``nu' = nu (1 - r actionable)`` for each type (sps, tbt, border, process); the types add up. Days
saved at the border are taken off the days themselves: a day is a day, so no actionable share.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import BARRIER_TYPES, Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import NtbLever

Floats = NDArray[np.float64]


def barriers_after_relief(
    market: Market,
    levers: Iterable[NtbLever],
    actionable: float,
    classification: Classification,
    years: Years,
    staged: bool = True,
    border_days: Floats | None = None,
) -> Floats:
    """AVE of all barriers on each product in each year.

    Parameters
    ----------
    market : Market
    levers : iterable of NtbLever
        Those on this importer that reach the source in question.
    actionable : float
        Share of a barrier that policy can remove without giving up its purpose.
    classification : Classification
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts all relief in force at once.
    border_days : ndarray, shape (H,), optional
        Days at the importer's border; needed where a lever saves days.

    Returns
    -------
    ndarray, shape (Y, K)
        Fractions of the duty-paid value.
    """
    schedule = market.schedule
    removed = {kind: np.zeros((len(years), len(schedule.products))) for kind in BARRIER_TYPES}
    saved = np.zeros((len(years), len(schedule.products)))
    for lever in levers:
        chosen = classification.select(lever.select).matches(schedule.products)
        share = in_force(years, lever.start, lever.years, staged)
        if lever.days_saved is not None and border_days is not None:
            days = border_days[schedule.chapter]
            gone = np.divide(lever.days_saved, days, out=np.ones_like(days), where=days > 0)
            saved += np.outer(share, chosen * np.minimum(gone, 1.0))
            continue
        for kind in lever.types:
            removed[kind] += np.outer(share * (lever.relief_percent or 0.0) / 100, chosen)
    total = np.zeros((len(years), len(schedule.products)))
    for kind in BARRIER_TYPES:
        left = 1 - actionable * np.minimum(removed[kind], 1.0)
        if kind == "border":
            left = left - saved
        total += market.barriers[kind][schedule.chapter] * left
    return total
