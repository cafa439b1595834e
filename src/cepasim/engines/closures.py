"""The same economy under other assumptions: how an engine, or another program, sees it.

Each takes an economy and gives one that differs in a single assumption. An engine prepares its
economy with one of them; a comparison of engines walks from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cepasim.core.countries import PARTNER
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market


def as_it_is(economy: Economy) -> Economy:
    """Return the economy unchanged."""
    return economy


def with_markets(economy: Economy, change: Callable[[Market], Market]) -> Economy:
    """Return the economy with every market changed by a function."""
    markets = {importer: change(market) for importer, market in economy.markets.items()}
    return replace(economy, markets=FrozenMapping(markets))


def infinite_supply(economy: Economy) -> Economy:
    """Return the economy in which every producer sells any quantity at its unit cost."""
    return with_markets(
        economy,
        lambda market: replace(
            market,
            supply=np.full_like(market.supply, np.inf),
            supply_domestic=np.full_like(market.supply_domestic, np.inf),
        ),
    )


def one_nest(economy: Economy) -> Economy:
    """Return the economy in which domestic goods compete with imports as imports do."""
    return with_markets(economy, lambda market: replace(market, sigma_domestic=market.sigma_import))


def full_use(economy: Economy) -> Economy:
    """Return the economy in which every shipment claims its preference, at no cost.

    What a simulation on the schedule's rates alone takes for granted, SMART in WITS among them.
    Trade is unchanged; the benchmark's tariffs become the schedule's.
    """

    def claimed(market: Market) -> Market:
        schedule, weights = market.schedule, []
        free = replace(
            market,
            origin_cost=np.zeros_like(market.origin_cost),
            claims=replace(market.claims, maximum=1.0, others=np.ones_like(market.claims.others)),
        )
        effective = np.empty_like(market.tariff_effective)
        for column, exporter in enumerate(market.exporters):
            known = market.weights[column]
            thin, group = schedule.by_kind(known.kinds), known.kinds.chapter
            source = schedule.name_of(exporter)
            mfn, rates = thin.product_mfn(source), thin.product_base(source)
            paid, _ = market.tariffs(
                mfn, rates, market.origin_cost[group, column], market.claims.others[column]
            )
            scheduled, _ = free.tariffs(mfn, rates, 0.0, 1.0)
            cif = known.by_kind / (1 + paid)
            effective[:, column] = thin.chapter_sums(cif * scheduled) / thin.chapter_sums(cif)
            factor = (1 + scheduled) / (1 + paid)
            landed = thin.chapter_sums(known.by_kind * factor)
            weights.append(known.scaled(factor / landed[group]))
        return replace(
            free,
            weights=tuple(weights),
            tariff_effective=effective,
            tariff_collected=effective,
        )

    return with_markets(economy, claimed)


def gsim_economy(economy: Economy) -> Economy:
    """Return the economy as GSIM sees it: one nest, and one supply elasticity for each producer.

    What a partner supplies to the other country has the elasticity of its whole output.
    """
    flat = one_nest(economy)
    markets = {}
    for importer, market in flat.markets.items():
        supply = market.supply.copy()
        supply[:, market.partner_column] = flat.markets[PARTNER[importer]].supply_domestic
        markets[importer] = replace(market, supply=supply)
    return replace(flat, markets=FrozenMapping(markets))
