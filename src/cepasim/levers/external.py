"""Outside conditions: real exchange rates, costs of a source, a third market that closes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import ExchangeRateLever, ExternalLever, Scenario

Floats = NDArray[np.float64]


def cost_hats(
    market: Market,
    exchange_rates: Iterable[ExchangeRateLever],
    external: Iterable[ExternalLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> tuple[Floats, Floats, Floats]:
    """Unit costs in US dollars of every source and of domestic producers, as hats.

    A real depreciation of a country makes its costs cheaper in dollars, and its price level with
    them; a change of the costs of some goods leaves the price level alone.

    Returns
    -------
    cost : ndarray, shape (Y, H, S)
    cost_domestic : ndarray, shape (Y, H)
    price_level : ndarray, shape (Y, H)
        Hat of the importer's general price level in dollars, the same for every chapter.
    """
    schedule, rates = market.schedule, list(exchange_rates)
    costs = [lever for lever in external if lever.cost_percent is not None]
    by_source = (len(years), len(market.chapters), len(market.exporters))
    if not rates and not costs:
        one = np.broadcast_to(1.0, by_source)
        return one, one[:, :, 0], one[:, :, 0]
    cost, own, level = np.ones(by_source), np.ones(by_source[:2]), np.ones(by_source[:2])
    for rate in rates:
        change = in_force(years, rate.start, 1, staged) / (1 + rate.depreciation_percent / 100)
        hat = 1 - in_force(years, rate.start, 1, staged) + change
        if rate.country == market.importer:
            own *= hat[:, None]
            level *= hat[:, None]
        elif rate.country in market.exporters:
            cost[:, :, market.exporters.index(rate.country)] *= hat[:, None]
    for lever in costs:
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
    return cost, own, level


def demand_hat(
    market: Market,
    external: Iterable[ExternalLever],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> Floats:
    """Real demand of a market for each chapter against its growth path, hat, shape (Y, H)."""
    hat = np.broadcast_to(1.0, (len(years), len(market.chapters)))
    for lever in external:
        if lever.demand_in == market.importer and lever.demand_percent is not None:
            chosen = classification.select(lever.select).matches(market.schedule.products)
            reach = _reach(market, chosen, market.partner)
            running = in_force(years, lever.start, 1, staged)
            hat = hat * (1 + np.outer(running, reach) * lever.demand_percent / 100)
    return hat


def freed_exports(economy: Economy, lever: ExternalLever) -> Floats:
    """India's exports to a third market that its tariff puts up for sale elsewhere, by chapter.

    Exports to that market in the last year of the customs table, carried to 2023-24 with India's
    exports of the chapter to the world, where both years are known.

    Parameters
    ----------
    economy : Economy
    lever : ExternalLever
        One with ``market`` and ``tariff_on``.

    Returns
    -------
    ndarray, shape (H,)
        US$ million f.o.b.; all of the chapter's exports to the market, before any share of them.

    Raises
    ------
    InputError
        Where the customs table does not have the pair of exporter and market.
    """
    table = economy.parameters.table("history/by_partner")
    partners = [name for name in table.columns if name.isupper() and name not in economy.markets]
    if lever.tariff_on != "IND":
        raise InputError(
            [
                _problem(
                    "tariff_on",
                    lever.tariff_on,
                    "IND: Japan's exports to third markets by chapter are not in the figures",
                )
            ]
        )
    if lever.market not in partners:
        raise InputError(
            [
                _problem(
                    "market", lever.market, "a partner of the customs table: " + ", ".join(partners)
                )
            ]
        )
    last = table["fiscal_year"].max()
    sold = table[(table["fiscal_year"] == last) & (table["flow"] == "export")]
    sold = sold.set_index("hs")[lever.market]
    world = economy.parameters.table("history/world")
    world = world[(world["flow"] == "export") & (world["basis"] == "published")]
    by_year = world.pivot(index="hs", columns="fiscal_year", values="value")
    grown = by_year[format_fiscal_year(BASE_YEAR)] / by_year[last]
    chapters = list(economy.chapters)
    factor = grown.reindex(chapters).to_numpy(float)
    value = sold.reindex(chapters).fillna(0.0).to_numpy(float)
    return np.asarray(value * np.where(np.isfinite(factor), factor, 1.0))


def redirect_share(economy: Economy, lever: ExternalLever) -> float:
    """Share of the freed exports that is offered to Japan: the lever's own, else the usual."""
    if lever.redirect_share is not None:
        return lever.redirect_share
    return economy.parameters.value("us_redirection_share")


def redirected(
    economy: Economy, importer: str, scenario: Scenario, years: Years, staged: bool = True
) -> Floats:
    """What a third market's tariff makes India offer to Japan, shape (Y, H).

    US$ million f.o.b. of the base year's size, at unchanged prices: like every other capacity it
    grows with the market. A chapter in which India sells Japan nothing has no buyers to turn to
    and stays at nothing.
    """
    market = economy.markets[importer]
    offered = np.zeros((len(years), len(market.chapters)))
    if importer != "JPN":
        return offered
    schedule, column = market.schedule, market.partner_column
    for lever in scenario.levers_of(ExternalLever):
        if lever.market is None:
            continue
        chosen = economy.classification.select(lever.select).matches(schedule.products)
        size = redirect_share(economy, lever) * freed_exports(economy, lever)
        size = size * _reach(market, chosen, market.partner) * (market.fob[:, column] > 0)
        offered += np.outer(in_force(years, lever.start, 1, staged), size)
    return offered


def _problem(field: str, value: object, allowed: str) -> Problem:
    return Problem("scenario", None, f"external.{field}", value, allowed)


def _reach(market: Market, chosen: NDArray[np.bool_], source: str) -> Floats:
    """Share of each chapter that a selection of products covers, shape (H,)."""
    column = market.exporters.index(source) if source in market.exporters else market.partner_column
    return market.schedule.chapter_sums(market.product_weights[:, column] * chosen)
