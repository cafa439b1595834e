"""Origin levers: simpler rules of origin make a preference cheaper to claim."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import OriginLever

Floats = NDArray[np.float64]


def origin_cost_after(
    market: Market,
    levers: Iterable[OriginLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> Floats:
    """Median cost of proving origin of the partner's products, ``phi``, in each year.

    Parameters
    ----------
    market : Market
    levers : iterable of OriginLever
        Those on this importer; selections do not overlap.
    classification : Classification
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts the simpler rules in force at once.

    Returns
    -------
    ndarray, shape (Y, K)
        Fractions of the c.i.f. value.
    """
    schedule = market.schedule
    today = market.origin_cost[schedule.chapter, market.partner_column]
    left = np.ones((len(years), len(schedule.products)))
    for lever in levers:
        chosen = classification.select(lever.select).matches(schedule.products)
        share = in_force(years, lever.start, lever.years, staged)
        left -= np.outer(share * lever.cost_cut_percent / 100, chosen)
    return np.asarray(today * np.maximum(left, 0.0))
