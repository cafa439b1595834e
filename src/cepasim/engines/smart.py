"""SMART (Laird and Yeats 1986): one importer, world prices given, creation and diversion."""

from __future__ import annotations

import numpy as np

from cepasim.core.language import mark
from cepasim.core.problems import RunError
from cepasim.economy.market import Market
from cepasim.engines.armington import shares_of
from cepasim.engines.closures import infinite_supply
from cepasim.engines.engine import NO_REGIMES, Engine, per_market
from cepasim.engines.outcome import Outcome, Solved
from cepasim.equilibrium import ces_index
from cepasim.equilibrium.smart import (
    import_demand_elasticity,
    substitution_elasticity,
    trade_effects,
)
from cepasim.levers.lever import Quantity
from cepasim.shocks.shocks import Shocks


def solve_smart(market: Market, hats: Shocks) -> Outcome:
    """Creation and diversion of one importer's trade, all years and chapters at once.

    The import demand elasticity is ``e = theta_D sigma_D + theta_M eta``, the substitution
    elasticity ``sigma_M - e``: with them SMART and Armington with infinite supply agree on a small
    shock. Trade is customs value (c.i.f.), as in WITS; wedges are those every engine is given,
    use of preferences included. Domestic sales are not part of SMART and stay as they are;
    consumers gain what the fall of landed prices is worth at unchanged producer prices.

    Parameters
    ----------
    market : Market
    hats : Shocks
        Only ``trade_cost`` may differ from its benchmark.

    Returns
    -------
    Outcome

    Raises
    ------
    RunError
        If the shocks hold what SMART cannot express: the last guard against a silent zero.
    """
    moved = {
        "capacity": hats.capacity,
        "unit costs": hats.cost,
        "domestic capacity": hats.capacity_domestic,
        "domestic costs": hats.cost_domestic,
        "demand": hats.demand,
        "purchases": hats.base / np.where(hats.start > 0, hats.start, 1.0) + (hats.start <= 0),
    }
    for name, array in moved.items():
        if not np.allclose(array, 1.0, rtol=0.0, atol=1e-12):
            raise RunError(f"engine smart: a shift of {name} cannot be expressed")
    if hats.quota is not None:
        raise RunError("engine smart: a tariff-rate quota cannot be expressed")
    start, shares, own = hats.start * (1 + market.freight), *shares_of(market, hats.start)
    demand = import_demand_elasticity(own, market.sigma_domestic, market.eta)
    substitution = substitution_elasticity(market.sigma_import, demand)
    effects = trade_effects(start, hats.trade_cost, demand, substitution)
    growth = hats.growth[:, None]
    cif = (start + effects.total) * growth[:, :, None]
    imports = ces_index(hats.trade_cost, shares, market.sigma_import)
    composite = ces_index(
        np.stack([np.ones_like(imports), imports], axis=-1),
        np.stack([own, 1 - own], axis=-1),
        market.sigma_domestic,
    )
    return Solved(
        price=np.ones_like(cif),
        fob=cif / (1 + market.freight),
        domestic=market.domestic * growth,
        composite_index=composite,
        iterations=np.zeros(imports.shape, dtype=np.int64),
        residual=np.zeros(imports.shape),
    ).outcome(market, hats)


SMART = Engine(
    name="smart",
    solve=per_market(solve_smart),
    prepare=infinite_supply,
    refused={
        Quantity.QUOTA: NO_REGIMES,
        Quantity.CAPACITY: mark(
            "export supply is infinite and world prices are given, so that capacity means nothing"
        ),
        Quantity.REDIRECTION: mark(
            "export supply is infinite and world prices are given, so that goods freed elsewhere "
            "mean nothing"
        ),
        Quantity.COST: mark(
            "export supply is infinite and world prices are given, so that costs cannot move"
        ),
        Quantity.DEMAND: mark(
            "demand answers to landed prices along a given curve, which cannot shift"
        ),
        Quantity.PURCHASES: mark("purchases move with landed prices only, not at unchanged prices"),
    },
)
