"""Outside conditions: real exchange rates, costs of a source, demand of a market."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.classification import Classification
from cepasim.economy import Market
from cepasim.scenario import ExchangeRateLever, ExternalLever
from cepasim.timing import Years, in_force

Floats = NDArray[np.float64]


def cost_hats(
    market: Market,
    exchange_rates: Iterable[ExchangeRateLever],
    external: Iterable[ExternalLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> tuple[Floats, Floats]:
    """Unit costs in US dollars of every source and of domestic producers, as hats.

    A real depreciation of a country makes its costs cheaper in dollars.

    Returns
    -------
    cost : ndarray, shape (Y, H, S)
    price_level : ndarray, shape (Y, H)
        Hat of the importer's own costs and general price level in dollars.
    """
    schedule = market.schedule
    cost = np.ones((len(years), len(market.chapters), len(market.exporters)))
    own = np.ones((len(years), len(market.chapters)))
    for rate in exchange_rates:
        change = in_force(years, rate.start, 1, staged) / (1 + rate.depreciation_percent / 100)
        hat = 1 - in_force(years, rate.start, 1, staged) + change
        if rate.country == market.importer:
            own *= hat[:, None]
        elif rate.country in market.exporters:
            cost[:, :, market.exporters.index(rate.country)] *= hat[:, None]
    for lever in external:
        if lever.source is None or lever.cost_percent is None:
            continue
        chosen = classification.select(lever.select).matches(schedule.products)
        reach = _reach(market, chosen, lever.source)
        hat = (
            1 + np.outer(in_force(years, lever.start, 1, staged), reach) * lever.cost_percent / 100
        )
        if lever.source == market.importer:
            own *= hat
        elif lever.source in market.exporters:
            cost[:, :, market.exporters.index(lever.source)] *= hat
    return cost, own


def _reach(market: Market, chosen: NDArray[np.bool_], source: str) -> Floats:
    """Share of each chapter that a selection of products covers, shape (H,)."""
    column = market.exporters.index(source) if source in market.exporters else market.partner_column
    return market.schedule.chapter_sums(market.product_weights[:, column] * chosen)
