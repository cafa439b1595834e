"""Sourcing levers: purchases that move from one source to another (China plus one)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import SourcingLever

Floats = NDArray[np.float64]


def moved_shares(
    market: Market,
    levers: Iterable[SourcingLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
    usual_share: float = 0.0,
) -> Floats:
    """Share of the purchases from each source that buyers mean to move to the partner.

    Parameters
    ----------
    market : Market
    levers : iterable of SourcingLever
        Those on this importer; selections of one source do not overlap.
    classification : Classification
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False moves all of it at once.
    usual_share : float, optional
        Fraction that moves where a lever does not say how much.

    Returns
    -------
    ndarray, shape (Y, H, S)
        Fractions at unchanged prices; 0 in the partner's own column. Where only part of a
        chapter is selected, the part is weighed by the source's landed trade by product.
    """
    schedule = market.schedule
    moved = np.zeros((len(years), len(market.chapters), len(market.exporters)))
    for lever in levers:
        column = market.exporters.index(lever.from_source)
        chosen = classification.select(lever.select).matches(schedule.products)
        reach = schedule.chapter_sums(market.product_weights[:, column] * chosen)
        share = in_force(years, lever.start, lever.years, staged)
        percent = lever.share_percent
        size = usual_share if percent is None else percent / 100
        moved[:, :, column] += np.outer(share * size, reach)
    return moved
