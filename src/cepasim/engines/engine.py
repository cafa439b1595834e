"""Engines other than Armington: the same shocks in, the same outcomes out.

An engine is a function from an economy and the shocks on its markets to their outcomes, with the
levers it cannot express and why. ``simulate`` only chooses one. What each assumes and when to
prefer which: docs/engines.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.equilibrium import ces_index, wedge_accounts
from cepasim.equilibrium.gsim import Clearing, clear_markets, clear_markets_linear
from cepasim.equilibrium.smart import (
    import_demand_elasticity,
    substitution_elasticity,
    trade_effects,
)
from cepasim.scenario.scenario import ExternalLever, Scenario
from cepasim.shocks.shocks import Shocks
from cepasim.solution.state import Outcome

Floats = NDArray[np.float64]

#: Shocks by importer to outcomes by importer.
Solver = Callable[[Economy, Mapping[str, Shocks]], Mapping[str, Outcome]]


def _as_it_is(economy: Economy) -> Economy:
    return economy


@dataclass(frozen=True)
class Engine:
    """A way to solve the markets of an economy.

    Attributes
    ----------
    name : str
        What users write.
    solve : callable
        ``solve(economy, shocks by importer)`` gives outcomes by importer. Called with one market
        at a time unless `joint`.
    joint : bool
        Whether the markets must be solved together.
    prepare : callable
        The economy as the engine sees it, such as with infinite supply.
    refused : mapping of lever kind to str
        Levers it cannot express, and why.
    """

    name: str
    solve: Solver
    joint: bool = False
    prepare: Callable[[Economy], Economy] = _as_it_is
    refused: Mapping[str, str] = field(default_factory=dict)

    def groups(self, economy: Economy) -> tuple[tuple[str, ...], ...]:
        """Importers whose markets are solved together."""
        importers = tuple(economy.markets)
        return (importers,) if self.joint else tuple((importer,) for importer in importers)

    def check(self, scenario: Scenario) -> None:
        """Refuse a scenario with levers the engine cannot express.

        Raises
        ------
        InputError
            One problem for each such lever, with the reason.
        """
        problems = [
            Problem("scenario", None, f"levers[{index}]", lever.kind, f"engine {self.name}: {why}")
            for index, lever in enumerate(scenario.levers)
            if (why := self.refused.get(_expressed_as(lever))) is not None
        ]
        if problems:
            raise InputError(problems)


def _expressed_as(lever: object) -> str:
    """Kind of a lever; the two meanings of ``external`` are told apart."""
    kind = str(getattr(lever, "kind", ""))
    return "redirection" if isinstance(lever, ExternalLever) and lever.market else kind


def per_market(solve: Callable[[Market, Shocks], Outcome]) -> Solver:
    """Turn a function of one market into a solver of any number of separate ones."""

    def each(economy: Economy, hats: Mapping[str, Shocks]) -> Mapping[str, Outcome]:
        return {importer: solve(economy.markets[importer], hat) for importer, hat in hats.items()}

    return each


# --- what both engines share --------------------------------------------------------------------


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
        free = replace(market, origin_cost=np.zeros_like(market.origin_cost), utilisation_max=1.0)
        effective = np.empty_like(market.tariff_effective)
        for column in range(len(market.exporters)):
            known = market.weights[column]
            thin, group = schedule.by_kind(known.kinds), known.kinds.chapter
            before, after = (replace(one, schedule=thin) for one in (market, free))
            rates = thin.product_base(known.kinds.source)
            paid, _ = before.product_tariffs(rates, market.origin_cost[group, column])
            scheduled, _ = after.product_tariffs(rates, 0.0)
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


def _outcome(
    market: Market,
    hats: Shocks,
    price: Floats,
    fob: Floats,
    domestic: Floats,
    composite: Floats,
    iterations: NDArray[np.int64],
    residual: Floats,
    elsewhere: Floats | None = None,
) -> Outcome:
    """Accounts of one market from its prices and values; shapes as in :class:`Outcome`."""
    mix = hats.line_mix(market)
    fob = fob * mix
    accounts = wedge_accounts(
        fob,
        market.freight,
        hats.wedges.effective,
        hats.wedges.collected,
        hats.wedges.barrier,
        market.rent_share,
    )
    wedge = market.wedge * hats.trade_cost / mix
    return Outcome(
        shocks=hats,
        price=price,
        fob=fob,
        cif=accounts.landed_before_duty,
        domestic=domestic,
        composite_index=composite,
        wedge=wedge,
        duty=accounts.duty,
        rent=accounts.barrier_rent,
        iterations=iterations,
        residual=residual,
        elsewhere=elsewhere,
    )


# --- SMART --------------------------------------------------------------------------------------


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
        "purchases": hats.base / np.where(market.fob > 0, market.fob, 1.0) + (market.fob <= 0),
    }
    for name, array in moved.items():
        if not np.allclose(array, 1.0, rtol=0.0, atol=1e-12):
            raise RunError(f"engine smart: a shift of {name} cannot be expressed")
    if hats.quota is not None:
        raise RunError("engine smart: a tariff-rate quota cannot be expressed")
    demand = import_demand_elasticity(market.domestic_share, market.sigma_domestic, market.eta)
    substitution = substitution_elasticity(market.sigma_import, demand)
    effects = trade_effects(market.cif, hats.trade_cost, demand, substitution)
    growth = hats.growth[:, None]
    cif = (market.cif + effects.total) * growth[:, :, None]
    imports = ces_index(hats.trade_cost, market.import_shares, market.sigma_import)
    own = np.broadcast_to(market.domestic_share, imports.shape)
    composite = ces_index(
        np.stack([np.ones_like(imports), imports], axis=-1),
        np.stack([own, 1 - own], axis=-1),
        market.sigma_domestic,
    )
    return _outcome(
        market,
        hats,
        price=np.ones_like(cif),
        fob=cif / (1 + market.freight),
        domestic=market.domestic * growth,
        composite=composite,
        iterations=np.zeros(imports.shape, dtype=np.int64),
        residual=np.zeros(imports.shape),
    )


_NO_SUPPLY = "export supply is infinite and world prices are given"
SMART = Engine(
    name="smart",
    solve=per_market(solve_smart),
    prepare=infinite_supply,
    refused=FrozenMapping(
        {
            "fund": f"{_NO_SUPPLY}, so that capacity means nothing",
            "sourcing": "purchases move with landed prices only, not at unchanged prices",
            "exchange_rate": f"{_NO_SUPPLY}, so that costs cannot move",
            "external": f"{_NO_SUPPLY}, so that costs cannot move",
            "redirection": f"{_NO_SUPPLY}, so that goods freed elsewhere mean nothing",
            "quota": "one tariff for all quantities; no regime within and beyond a quota",
        }
    ),
)


# --- GSIM ---------------------------------------------------------------------------------------


def solve_gsim_markets(
    economy: Economy, hats: Mapping[str, Shocks], clear: Callable[..., Clearing] = clear_markets
) -> Mapping[str, Outcome]:
    """Both markets at once: one producer price for each source in each chapter, exact.

    Regions are India, Japan and every other source of either market; markets are Japan, India
    and, for India's producers, the rest of the world. How the rest is closed: India's sales there
    (its exports to the world less those to Japan) meet a demand of constant elasticity
    ``sigma_import``, since India is small there; Japan's producers sell at home and to India, as
    their exports to others by chapter are not in the figures; other sources supply the two markets
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
    regions = _regions(economy)
    importers = tuple(economy.markets)
    shape = next(iter(hats.values())).base.shape[:2]
    full = (*shape, len(regions), len(importers))
    sales, landed, wedge = np.zeros(full), np.zeros(full), np.ones(full)
    # Dollars of capacity at unchanged prices, and logs of costs weighted by sales.
    able, cost = np.zeros(full[:3]), np.zeros(full[:3])
    for v, importer in enumerate(importers):
        market, hat = economy.markets[importer], hats[importer]
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
    outside = np.zeros(full[:3])
    for importer in importers:
        home = regions.index(importer)
        outside[:, :, home] = np.outer(hats[importer].growth, _sales_elsewhere(economy, importer))
    sold = sales.sum(axis=3)
    everything = sold + outside
    capacity = np.divide(able + outside, everything, out=np.ones(full[:3]), where=everything > 0)
    elasticity = np.stack([economy.markets[i].sigma_import for i in importers], axis=-1)
    clearing = clear(
        sales,
        landed,
        wedge,
        np.stack([economy.markets[i].eta for i in importers], axis=-1),
        _total_supply(economy, regions),
        elasticity,
        demand=np.stack([hats[i].demand for i in importers], axis=-1),
        # Where nothing is left of a source's capacity it sells nothing at any price.
        capacity=np.where(capacity > 0, capacity, 1.0),
        cost=np.exp(np.divide(cost, sold, out=np.zeros(full[:3]), where=sold > 0)),
        outside=outside,
        outside_elasticity=elasticity[:, :1],
    )
    if not clearing.converged.all():
        failed = sorted({economy.chapters[h] for _, h in np.argwhere(~clearing.converged)})
        raise RunError(f"engine gsim: no equilibrium found in chapters {', '.join(failed)}")
    price = np.exp(clearing.log_price)
    value = price[:, :, :, None] * np.exp(clearing.log_quantity)
    outcomes = {}
    for v, importer in enumerate(importers):
        market, hat = economy.markets[importer], hats[importer]
        places = [regions.index(exporter) for exporter in market.exporters]
        home, growth = regions.index(importer), hat.growth[:, None]
        outcomes[importer] = _outcome(
            market,
            hat,
            price=price[:, :, places],
            fob=hat.base * value[:, :, places, v] * growth[:, :, None],
            domestic=market.domestic * value[:, :, home, v] * growth,
            composite=np.exp(clearing.log_composite[:, :, v]),
            iterations=clearing.iterations,
            residual=clearing.residual,
            elsewhere=outside[:, :, home] * price[:, :, home] ** (1 - elasticity[:, 0]),
        )
    return outcomes


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
    table = economy.parameters.table("history/world")
    table = table[
        (table["fiscal_year"] == format_fiscal_year(BASE_YEAR))
        & (table["flow"] == "export")
        & (table["basis"] == "published")
    ]
    world = table.set_index("hs")["value"].reindex(list(economy.chapters)).fillna(0.0)
    return np.maximum(world.to_numpy(float) - market.fob[:, market.partner_column], 0.0)


GSIM = Engine(
    name="gsim",
    solve=solve_gsim_markets,
    joint=True,
    prepare=gsim_economy,
    refused=FrozenMapping(
        {
            "redirection": "a producer sells in all markets at one price, so that no share of its "
            "sales can be reserved for one of them",
            "quota": "one tariff for all quantities; no regime within and beyond a quota",
        }
    ),
)
#: The published linear system on the same data; not offered to users, but compared with.
GSIM_LINEAR = replace(
    GSIM, name="gsim (linear)", solve=partial(solve_gsim_markets, clear=clear_markets_linear)
)
