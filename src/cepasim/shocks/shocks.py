"""All levers together: from a scenario to hats on the arrays of one market.

Nothing is solved here. Growth is left out: a market in which demand and every capacity grow by
the same factor keeps its prices, so hats are relative to balanced growth and dollars of a policy
are divided by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats, Ints, everywhere, part_of, same_everywhere
from cepasim.core.countries import JAPAN
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.entry import EntryLever, entered
from cepasim.levers.exchange_rate import PASS_THROUGH, ExchangeRateLever, dollar_costs
from cepasim.levers.external import ExternalLever, cost_hat, demand_hat, redirected
from cepasim.levers.fund import FundLever, FundPath, fund_path
from cepasim.levers.lever import Quantity
from cepasim.levers.measure import Measure, Measures, of_kind
from cepasim.levers.offtake import placed_products
from cepasim.levers.origin import OriginLever, input_costs
from cepasim.levers.quota import QuotaLever, Quotas, quotas
from cepasim.levers.sourcing import moved_shares
from cepasim.levers.timing import Years
from cepasim.params.parameters import Parameters
from cepasim.shocks.delay import Delay
from cepasim.shocks.moves import Moves, demand_moved
from cepasim.shocks.quotas import within_quotas
from cepasim.shocks.wedges import (
    KnownWedges,
    Wedges,
    assembled,
    felt_in_trade,
    moved_wedges,
)


@dataclass(frozen=True, slots=True, eq=False)
class Shocks:
    """Hats on one market, by year (Y), chapter (H) and source (S).

    Attributes
    ----------
    start : ndarray, shape (Y, H, S)
        f.o.b. value at unchanged prices before any lever, US$ million of the base year's size: the
        benchmark, the partner's sales at the size the reference gives them.
    base : ndarray, shape (Y, H, S)
        The same with the purchases that buyers decided to move.
    trade_cost : ndarray, shape (Y, H, S)
        Hat of the landed wedge, with the lag of trade behind policy.
    capacity, cost : ndarray, shape (Y, H, S)
        Relative to ``base``.
    capacity_domestic, cost_domestic, demand : ndarray, shape (Y, H)
    wedges : Wedges
        As legislated, for the accounts.
    growth : ndarray, shape (Y,)
        Size of the market relative to the base year.
    quota : Quotas or None
        Tariff-rate quotas; ``trade_cost`` and ``wedges`` are then those within the quota.
    plants : ndarray, shape (Y, H), optional
        Share of a fund's plants in the capacity of India's producers for this market; none
        without a fund.
    """

    start: Floats
    base: Floats
    trade_cost: Floats
    capacity: Floats
    cost: Floats
    capacity_domestic: Floats
    cost_domestic: Floats
    demand: Floats
    price_level: Floats
    wedges: Wedges
    growth: Floats
    quota: Quotas | None = None
    plants: Floats | None = None


def total_fund(economy: Economy, resolved: Measures, years: Years, staged: bool = True) -> FundPath:
    """All funds of a scenario added up (a scenario may hold one at most)."""
    for lever, _ in of_kind(resolved[JAPAN], FundLever):
        return fund_path(economy, lever, years, staged)
    return FundPath.none(len(years), len(economy.chapters))


def shocks(
    economy: Economy,
    importer: str,
    acting: Sequence[Measure],
    fund: FundPath,
    years: Years,
    staged: bool = True,
    known_wedges: KnownWedges | None = None,
    partner_size: Floats | None = None,
) -> Shocks:
    """Hats on one market under some levers.

    Parameters
    ----------
    economy : Economy
    importer : str
    acting : sequence of Measure
        Of this market.
    fund : FundPath
        From :func:`total_fund`, on the same years.
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False is comparative statics: every measure at once, no lag, no growth.
    known_wedges : KnownWedges, optional
        Wedges of this market already computed; added to.
    partner_size : ndarray, shape (Y, H), optional
        Sales of the partner at unchanged prices over the benchmark grown with the market
        (`solution.anchor`); 1 unless given. Its capacity moves along, so that no price moves.

    Returns
    -------
    Shocks
    """
    known = KnownWedges() if known_wedges is None else known_wedges
    return Setting(economy, importer, years, staged, known, partner_size).under(acting, fund)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What shocks on one market are worked out in; parameters as in `shocks`.

    ``start`` is that of `Shocks`, of all products, where other shocks in this setting have it.
    """

    economy: Economy
    importer: str
    years: Years
    staged: bool
    known_wedges: KnownWedges
    partner_size: Floats | None
    start: Floats | None = None

    def under(
        self, acting: Sequence[Measure], fund: FundPath, places: Ints | None = None
    ) -> Shocks:
        """Hats under some levers.

        Parameters
        ----------
        acting : sequence of Measure
        fund : FundPath
        places : ndarray of int, shape (n,), optional
            Products that are asked for, all unless given: tables by source are made for them
            alone, which by product takes much less time and memory. Not where `whole_needed`.

        Returns
        -------
        Shocks
        """
        economy, years, whole = self.economy, self.years, self.economy.markets[self.importer]
        market, by_chapter = whole.at(places), (len(years), len(whole.chapters))
        value, felt = economy.parameters.value, Delay.of(economy.parameters, self.staged)

        def at(path: Floats) -> Floats:
            return part_of(path, slice(None), places)

        growth = (1 + market.growth) ** (years - economy.base_year.first).astype(float)
        size = growth[:, None]  # dollars of a policy, in dollars of the base year's size
        in_trade, without = self._wedges(market, acting, felt, places)
        cost, own_cost, price_level = (
            at(hat if same_everywhere(hat) else np.exp(felt(np.log(hat))))
            for hat in cost_hats(
                whole, acting, (*by_chapter, len(whole.exporters)), economy.parameters
            )
        )
        demand = at(demand_hat(acting, by_chapter))
        moved = moved_shares(acting, by_chapter, value("sourcing_shift"))
        shares = {
            column: (at(felt(share)), at(felt(along))) for column, (share, along) in moved.items()
        }
        start = self.start
        if start is None or places is not None:
            partner_size = None if self.partner_size is None else at(self.partner_size)
            start = _at_size(market, partner_size, len(years))
        capacity_domestic = everywhere(1.0, own_cost.shape)
        placed = new_capacity = entered(acting, start)
        domestic_sales, to_japan = at(fund.domestic_sales) / size, at(fund.exports_to_japan) / size
        if self.importer == "JPN":
            # What parents take back is an entry, too: the larger of the two counts.
            captive = at(fund.captive + placed_products(acting, by_chapter))
            placed = np.maximum(placed, captive / size)
            offered = at(felt(redirected(economy, acting, by_chapter)))
            new_capacity = placed + at(fund.exports_to_japan - fund.captive) / size + offered
        elif domestic_sales.any():
            capacity_domestic = 1 + np.divide(
                domestic_sales,
                market.domestic,
                out=np.zeros_like(domestic_sales),
                where=market.domestic > 0,
            )
        base, capacity = demand_moved(market, start, Moves(shares, placed, new_capacity))
        plants = None
        if fund.output.any():
            sold, able = domestic_sales, market.domestic * capacity_domestic
            if self.importer == "JPN":
                own = market.partner_column
                sold, able = to_japan, base[:, :, own] * capacity[:, :, own]
            plants = np.divide(sold, able, out=np.zeros_like(sold), where=able > 0).clip(0.0, 1.0)
        return Shocks(
            start=start,
            base=base,
            trade_cost=in_trade.hat,
            capacity=capacity,
            cost=cost,
            capacity_domestic=capacity_domestic,
            cost_domestic=own_cost,
            # Demand at a price level Pi in dollars: Y = g Pi^eta.
            demand=demand if same_everywhere(price_level) else demand * price_level**market.eta,
            price_level=price_level,
            wedges=in_trade,
            growth=growth,
            quota=quotas(
                market, acting, in_trade.hat, in_trade.barrier, (without.hat, without.effective)
            ),
            plants=plants,
        )

    def _wedges(
        self, market: Market, acting: Sequence[Measure], felt: Delay, places: Ints | None
    ) -> tuple[Wedges, Wedges]:
        """Wedges as trade feels them, within quotas and without them."""
        years = len(self.years)
        moved = moved_wedges(self.economy, self.importer, acting, self.years, self.known_wedges)
        without = assembled(market, felt_in_trade(moved, felt), years, places)
        if not of_kind(acting, QuotaLever):
            return without, without
        legislated = within_quotas(market, acting, moved, years)
        return assembled(market, felt_in_trade(legislated, felt), years), without


def whole_needed(acting: Sequence[Measure]) -> bool:
    """Whether levers read all products of a market to know what happens to one of them."""
    return any(of_kind(acting, QuotaLever)) or any(of_kind(acting, EntryLever))


def scheduled_wedges(economy: Economy, importer: str, years: Years, after: int) -> Wedges:
    """Wedges of one market in the years after the base without any lever, as trade feels them.

    Parameters
    ----------
    economy : Economy
    importer : str
    years : ndarray of int, shape (Y,)
        From the base year on. The wedges of all of them are worked out, and kept for those who ask
        for the same years.
    after : int
        How many of the years after the base are asked for, from the first on.

    Returns
    -------
    Wedges
        Of the years asked for, without the base year.
    """
    market = economy.markets[importer]
    moved = moved_wedges(economy, importer, (), years, KnownWedges())
    felt = felt_in_trade(moved, Delay.of(economy.parameters))
    early = {column: one.in_years(slice(1, 1 + after)) for column, one in felt.items()}
    return assembled(market, early, after)


def cost_hats(
    market: Market, acting: Sequence[Measure], shape: tuple[int, int, int], parameters: Parameters
) -> tuple[Floats, Floats, Floats]:
    """Unit costs in US dollars of every source and of domestic producers, as hats.

    What is passed on of a real depreciation of a country makes its costs cheaper in dollars, and
    its price level with them; a change of the costs of some goods leaves the price level alone.

    Parameters
    ----------
    market : Market
    acting : sequence of Measure
        Of this market.
    shape : tuple of int
        Years, chapters, sources.
    parameters : Parameters
        What share of a real depreciation reaches trade, and what rules of origin save.

    Returns
    -------
    cost : ndarray, shape (Y, H, S)
    cost_domestic : ndarray, shape (Y, H)
    price_level : ndarray, shape (Y, H)
        Hat of the importer's general price level in dollars, the same for every chapter.
    """
    if not any(Quantity.COST in one.lever.moves for one in acting):
        one = everywhere(1.0, shape)
        return one, one[:, :, 0], one[:, :, 0]
    cost, own, level = np.ones(shape), np.ones(shape[:2]), np.ones(shape[:2])

    def of(country: str, hat: Floats) -> None:
        if country == market.importer:
            own[...] *= hat
        elif country in market.exporters:
            cost[:, :, market.exporters.index(country)] *= hat

    for rate, measure in of_kind(acting, ExchangeRateLever):
        hat = dollar_costs(rate, measure, parameters.value(PASS_THROUGH))
        of(rate.country, hat)
        if rate.country == market.importer:
            level *= hat
    for external, measure in of_kind(acting, ExternalLever):
        if external.source is not None:
            of(external.source, cost_hat(external, measure))
    for origin, measure in of_kind(acting, OriginLever):
        if Quantity.COST in origin.moves:
            of(market.partner, input_costs(origin, measure, parameters))
    return cost, own, level


def _at_size(market: Market, partner_size: Floats | None, years: int) -> Floats:
    """Benchmark trade with the partner's at its size in each year, shape (Y, H, S).

    A balanced shift: the chapter's market is larger by what the partner sells more, and others
    sell what they would have sold.
    """
    shape = (years, *market.fob.shape)
    if partner_size is None or same_everywhere(partner_size) and partner_size.flat[0] == 1.0:
        return np.broadcast_to(market.fob, shape)
    start = np.broadcast_to(market.fob, shape).copy()
    start[:, :, market.partner_column] *= partner_size
    return start
