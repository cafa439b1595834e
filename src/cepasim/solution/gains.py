"""Who gains in one market between two outcomes, each gain at the price level of its country.

A depreciation alone makes nobody poorer: amounts are divided by the hat of the general price level
of the country they belong to. Equations: docs/method.md, "What is reported".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.countries import INDIA, JAPAN
from cepasim.economy.market import Market
from cepasim.engines.outcome import Outcome
from cepasim.equilibrium import consumer_surplus_change, producer_surplus

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Owners:
    """Shares that decide whose a gain is.

    Attributes
    ----------
    rents_to_importer : float
        Of the rents of barriers.
    plants_to_japan : float
        Of the surplus of the plants that the fund sets off.
    """

    rents_to_importer: float
    plants_to_japan: float


#: Hat of each country's general price level, shape (Y, H) or what broadcasts to it.
Levels = Mapping[str, Floats]


def market_gains(
    market: Market,
    before: Outcome,
    after: Outcome,
    levels: tuple[Levels, Levels],
    owners: Owners,
) -> dict[str, Floats]:
    """Gains of the importer and of its partner in one market, US$ million, shape (Y, H) each.

    Parameters
    ----------
    market : Market
    before, after : Outcome
    levels : pair of mapping of country to ndarray
        Price levels before and after.
    owners : Owners
        Whose rents and surplus are whose.
    """
    importer, partner = market.importer, market.partner
    old, new = levels
    gains = {
        importer: importer_gain(market, before, after),
        partner: exporter_gain(market, before, after, old[partner], new[partner]),
    }
    for owner, share in (
        (importer, owners.rents_to_importer),
        (partner, 1 - owners.rents_to_importer),
    ):
        gains[owner] = gains[owner] + (after.rent / new[owner] - before.rent / old[owner]) * share
    for outcome, level, sign in ((before, old, -1), (after, new, 1)):
        for owner, rents in quota_rents(market, outcome).items():
            gains[owner] = gains[owner] + sign * rents / level[owner]
    if after.shocks.plants is not None:
        theirs = owners.plants_to_japan * plants_surplus(market, after, new)
        gains[JAPAN] = gains[JAPAN] + theirs
        gains[INDIA] = gains[INDIA] - theirs
    return gains


def plants_surplus(market: Market, after: Outcome, levels: Levels) -> Floats:
    """Surplus of the plants a fund sets off, from what they sell in one market, US$ million.

    Their share in the capacity of their group of producers is their share in its surplus: all of
    them sell at one price from one supply curve.

    Parameters
    ----------
    market : Market
        Japan's for what the plants export there, India's for what they sell at home.
    after : Outcome
    levels : mapping of country to ndarray
        Price levels; the plants stand in India.

    Returns
    -------
    ndarray, shape (Y, H)
    """
    share = after.shocks.plants
    if share is None:
        return np.zeros(after.domestic.shape)
    column = market.partner_column
    if market.importer == INDIA:
        return _surplus(share * after.domestic / levels[INDIA], market.supply_domestic)
    return _surplus(share * after.fob[:, :, column] / levels[INDIA], market.supply[:, column])


def quota_rents(market: Market, outcome: Outcome) -> dict[str, Floats]:
    """Quota rents by the country of the pair that owns them; empty without quotas.

    A rent that exporters of a third country own is nobody's of the pair.
    """
    quota, found = outcome.shocks.quota, outcome.quota
    if quota is None or found is None:
        return {}
    own = market.partner_column
    return {
        market.importer: np.where(quota.to_importer, found.rent, 0.0).sum(axis=2),
        market.partner: np.where(quota.to_importer, 0.0, found.rent)[:, :, own],
    }


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
    landed = np.einsum("yhs,hs->yh", before.shocks.start, market.wedge)
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
