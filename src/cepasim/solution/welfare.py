"""Who gains in one market between two outcomes, each gain at the price level of its country.

A depreciation alone makes nobody poorer: amounts are divided by the hat of the general price level
of the country they belong to. Equations: docs/method.md, "What is reported".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import Market
from cepasim.engines.outcome import Outcome
from cepasim.equilibrium import consumer_surplus_change, producer_surplus

Floats = NDArray[np.float64]


def importer_gain(market: Market, before: Outcome, after: Outcome) -> Floats:
    """Gain of the importer's consumers, producers and treasury, US$ million.

    Parameters
    ----------
    market : Market
    before, after : Outcome

    Returns
    -------
    ndarray, shape (Y, H)
    """
    old, new = before.shocks.price_level, after.shocks.price_level
    landed = (before.shocks.start * market.wedge).sum(axis=2)
    spending = (landed + market.domestic) * after.shocks.growth[:, None]
    consumers = consumer_surplus_change(
        spending,
        before.composite_index / old,
        after.composite_index / new,
        market.eta,
        after.shocks.demand / new**market.eta,
    )
    producers = _surplus(after.domestic / new - before.domestic / old, market.supply_domestic)
    if after.elsewhere is not None and before.elsewhere is not None:
        abroad = after.elsewhere / new - before.elsewhere / old
        producers = producers + _surplus(abroad, market.supply_domestic)
    duty = after.duty.sum(axis=2) / new - before.duty.sum(axis=2) / old
    return np.asarray(consumers + producers + duty)


def exporter_gain(
    market: Market, before: Outcome, after: Outcome, old: Floats, new: Floats
) -> Floats:
    """Gain of the partner's exporters to this market, US$ million.

    Parameters
    ----------
    market : Market
    before, after : Outcome
    old, new : ndarray, shape (Y, H)
        Hats of the partner's price level in both.

    Returns
    -------
    ndarray, shape (Y, H)
    """
    column = market.partner_column
    sold = after.fob[:, :, column] / new - before.fob[:, :, column] / old
    return _surplus(sold, market.supply[:, column])


def _surplus(revenue: Floats, supply: Floats) -> Floats:
    """Producer surplus of a revenue, 0 at infinite supply."""
    return producer_surplus(revenue, 1.0, 1.0, supply)
