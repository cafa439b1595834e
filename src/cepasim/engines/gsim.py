"""GSIM (Francois and Hall 2003): both markets at once, one producer price for each source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cepasim.core.countries import PARTNER
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.engines.closures import gsim_economy
from cepasim.engines.engine import NO_REGIMES, Engine
from cepasim.engines.outcome import Outcome, Solved, grown
from cepasim.equilibrium.gsim import Clearing, clear_markets, clear_markets_linear
from cepasim.levers.lever import Quantity
from cepasim.shocks.shocks import Shocks

Floats = NDArray[np.float64]


def solve_gsim_markets(
    economy: Economy, hats: Mapping[str, Shocks], clear: Callable[..., Clearing] = clear_markets
) -> Mapping[str, Outcome]:
    """Both markets at once: one producer price for each source in each chapter, exact.

    Regions are India, Japan and every other source of either market; markets are Japan, India
    and, for India's producers, the rest of the world. How the rest is closed: India's sales there
    (its exports to the world less those to Japan) meet a demand of constant elasticity
    ``sigma_import``, since India is small there; Japan's producers sell at home and to India, as
    their exports to others by chapter are not in the data; other sources supply the two markets
    together with the elasticity that Armington gives them in each, weighted by their sales.
    Sales elsewhere grow like those at home.

    Parameters
    ----------
    economy : Economy
        As :func:`gsim_economy` prepares it.
    hats : mapping of importer to Shocks
        Of every market, on the same rows.
    clear : callable, optional
        The exact solution; or the linear one, to see what the line leaves out.

    Returns
    -------
    mapping of importer to Outcome

    Raises
    ------
    RunError
        If a chapter does not converge; names the chapters.
    """
    world = _world(economy, hats)
    clearing = clear(
        world.sales,
        world.landed,
        world.wedge,
        np.stack([market.eta for market in economy.markets.values()], axis=-1),
        _total_supply(economy, world.regions),
        world.elasticity,
        demand=np.stack([hats[importer].demand for importer in economy.markets], axis=-1),
        capacity=world.capacity,
        cost=world.cost,
        outside=world.outside,
        outside_elasticity=world.elasticity[:, :1],
    )
    if not clearing.converged.all():
        failed = sorted({economy.chapters[h] for _, h in np.argwhere(~clearing.converged)})
        raise RunError(
            tr(
                "engine gsim: no equilibrium found in chapters {chapters}",
                chapters=separated(failed),
            )
        )
    price = np.exp(clearing.log_price)
    value = price[:, :, :, None] * np.exp(clearing.log_quantity)
    outcomes = {}
    for v, (importer, market) in enumerate(economy.markets.items()):
        hat = hats[importer]
        places = [world.regions.index(exporter) for exporter in market.exporters]
        home, growth = world.regions.index(importer), hat.growth[:, None]
        elsewhere = world.outside[:, :, home] * price[:, :, home] ** (1 - world.elasticity[:, 0])
        outcomes[importer] = Solved(
            price=price[:, :, places],
            fob=grown(hat.base, value[:, :, places, v]) * growth[:, :, None],
            domestic=grown(market.domestic, value[:, :, home, v]) * growth,
            composite_index=np.exp(clearing.log_composite[:, :, v]),
            iterations=clearing.iterations,
            residual=clearing.residual,
            elsewhere=elsewhere,
        ).outcome(market, hat)
    return outcomes


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Both markets as one: years (Y), chapters (H), regions that sell (R), markets (V).

    Attributes
    ----------
    regions : tuple of str, length R
    sales, landed, wedge : ndarray, shape (Y, H, R, V)
        Sales at producer prices and landed, US$ million, and the hat of the wedge.
    capacity, cost : ndarray, shape (Y, H, R)
        Hats of each region's whole capacity and unit cost.
    outside : ndarray, shape (Y, H, R)
        Sales outside both markets, US$ million.
    elasticity : ndarray, shape (H, V)
        Of substitution.
    """

    regions: tuple[str, ...]
    sales: Floats
    landed: Floats
    wedge: Floats
    capacity: Floats
    cost: Floats
    outside: Floats
    elasticity: Floats


def _world(economy: Economy, hats: Mapping[str, Shocks]) -> _World:
    """Every producer's sales in both markets, and what the levers do to each producer."""
    regions = _regions(economy)
    years_and_chapters = next(iter(hats.values())).base.shape[:2]
    full = (*years_and_chapters, len(regions), len(economy.markets))
    sales, landed, wedge = np.zeros(full), np.zeros(full), np.ones(full)
    # Dollars of capacity at unchanged prices, and logs of costs weighted by sales.
    able, cost, outside = np.zeros(full[:3]), np.zeros(full[:3]), np.zeros(full[:3])
    for v, (importer, market) in enumerate(economy.markets.items()):
        hat = hats[importer]
        places = [regions.index(exporter) for exporter in market.exporters]
        home = regions.index(importer)
        # Markets grow at their own pace: a source's sales there weigh what they have become.
        growth = hat.growth[:, None]
        base, domestic = hat.base * growth[:, :, None], market.domestic * growth
        sales[:, :, places, v] = base
        landed[:, :, places, v] = base * market.wedge
        wedge[:, :, places, v] = hat.trade_cost
        sales[:, :, home, v] = landed[:, :, home, v] = domestic
        able[:, :, places] += base * hat.capacity
        able[:, :, home] += domestic * hat.capacity_domestic
        cost[:, :, places] += base * np.log(hat.cost)
        cost[:, :, home] += domestic * np.log(hat.cost_domestic)
        outside[:, :, home] = np.outer(hat.growth, _sales_elsewhere(economy, importer))
    sold = sales.sum(axis=3)
    everything = sold + outside
    capacity = np.divide(able + outside, everything, out=np.ones(full[:3]), where=everything > 0)
    return _World(
        regions=regions,
        sales=sales,
        landed=landed,
        wedge=wedge,
        # Where nothing is left of a source's capacity it sells nothing at any price.
        capacity=np.where(capacity > 0, capacity, 1.0),
        cost=np.exp(np.divide(cost, sold, out=np.zeros(full[:3]), where=sold > 0)),
        outside=outside,
        elasticity=np.stack([m.sigma_import for m in economy.markets.values()], axis=-1),
    )


def _regions(economy: Economy) -> tuple[str, ...]:
    """Every region that sells in either market, the pair among them."""
    exporters = [code for market in economy.markets.values() for code in market.exporters]
    return tuple(dict.fromkeys([*economy.markets, *exporters]))


def _total_supply(economy: Economy, regions: tuple[str, ...]) -> Floats:
    """Supply elasticity of each region's producers, shape (H, R)."""
    weight = np.zeros((len(economy.chapters), len(regions)))
    total = np.zeros_like(weight)
    plain, count = np.zeros_like(weight), np.zeros(len(regions))
    for market in economy.markets.values():
        places = [regions.index(exporter) for exporter in market.exporters]
        # Dollars weigh the elasticities; where a source sells nothing they count alike.
        total[:, places] += market.fob * market.supply
        weight[:, places] += market.fob
        plain[:, places] += market.supply
        count[places] += 1
    supply = np.divide(total, weight, out=plain / np.maximum(count, 1), where=weight > 0)
    for importer, market in economy.markets.items():
        supply[:, regions.index(importer)] = market.supply_domestic
    return supply


def _sales_elsewhere(economy: Economy, importer: str) -> Floats:
    """Benchmark exports of a country outside both markets, f.o.b., US$ million, shape (H,).

    Known for India only; 0 for Japan.
    """
    market = economy.markets[PARTNER[importer]]
    if importer != "IND":
        return np.zeros(len(economy.chapters))
    sold = market.fob[:, market.partner_column]
    world = economy.ground.world_exports
    # What India's producers sell elsewhere of a product is as what they sell at home.
    elsewhere = np.maximum(world - economy.summed(sold), 0.0)
    return economy.divided(elsewhere, economy.markets["IND"].domestic)


GSIM = Engine(
    name="gsim",
    solve=solve_gsim_markets,
    joint=True,
    prepare=gsim_economy,
    refused={
        Quantity.QUOTA: NO_REGIMES,
        Quantity.REDIRECTION: mark(
            "a producer sells in all markets at one price, so that no share of its sales can be "
            "reserved for one of them"
        ),
    },
)
#: The published linear system on the same data; not offered to users, but compared with.
GSIM_LINEAR = replace(
    GSIM, name="gsim (linear)", solve=partial(solve_gsim_markets, clear=clear_markets_linear)
)
