r"""The model run over history: what it would have said of trade with Japan, given its drivers.

For each market (Japan's, where India sells; India's, where Japan sells), chapter and year the
Armington market is solved with the hats of wedges and unit costs since the year it starts from.
Capacity follows demand, so demand alone moves no price and every value is in proportion to the
demand shifter ``Y``. What the *other* sources sold is observed, or follows a driver; it fixes
``Y``, and with it what the partner sold:

.. math::
    Y_t = N_t / \sum_{s \ne p} N_{s,0} \hat v_{s,t}, \qquad X_t = X_0 \hat v_{p,t} Y_t

with ``N`` the trade of the other sources, ``v`` hats of value at unit demand and ``p`` the partner.
The partner's own trade after the start enters nowhere. Where only a total ``W = N + X`` is
published (India's chapters after 2021-22), the partner is taken out as the model itself predicts
it: ``X = W r / (1 + r)`` with ``r = X_0 v_p / sum N_s0 v_s``, the fixed point of ``N = W - X``.

Structure that no history gives is the benchmark's and does not move: the share of the domestic
variety, the cost of proving origin, supply elasticities. It cancels from ``X / N`` where supply is
elastic. MFN rates are those of today; preferences of third countries are not in the figures.

All money is nominal US$ million; costs are price levels in US$ relative to traded goods whose
dollar prices are taken as given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    START,
    YEARS,
    History,
    position,
    tariff_rates,
)
from cepasim.core.immutable import FrozenMapping
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.preferences import collected_tariff, effective_tariff
from cepasim.levers.timing import lagged

Floats = NDArray[np.float64]

IMPORTER = FrozenMapping({"export": "JPN", "import": "IND"})
#: Partners of the 2014 table of Japan's imports that have a price level of their own here; the
#: others, whose price is the dollar's, are one source.
_JAPAN_SOURCES = ("IND", "CHN", "KOR", "ROW")
#: Series of the exchange rate and, where there is one, of the price level in own currency.
_PRICE_LEVEL = {
    "IND": ("exchange_rate_lcu_per_usd_IND_fy", "gdp_deflator_IND_weo"),
    "JPN": ("exchange_rate_lcu_per_usd_JPN_fy", "gdp_deflator_JPN_weo"),
    "CHN": ("exchange_rate_lcu_per_usd_CHN_wdi", None),
    "KOR": ("exchange_rate_lcu_per_usd_KOR_wdi", None),
}
#: What a counterfactual can leave as it was in the year the model starts from.
DRIVERS = ("demand", "tariffs", "prices")


@dataclass(frozen=True, eq=False)
class Settings:
    """What is fitted, or taken from the literature.

    Attributes
    ----------
    elasticity_scale : ndarray, shape (H,)
        Factor on ``sigma_import`` and ``sigma_domestic``.
    pass_through : float
        Share of a source's price level in US$ that reaches its prices.
    adjustment, first_year : float
        Speed of adjustment a year, and the share of the long run in the first year.
    """

    elasticity_scale: Floats
    pass_through: float
    adjustment: float
    first_year: float


def literature(economy: Economy) -> Settings:
    """Centres of the priors: nothing fitted."""
    p = economy.parameters
    return Settings(
        p.by_chapter("prior_elasticity_scale", economy.chapters),
        p.value("prior_pass_through"),
        p.value("prior_adjustment"),
        p.value("lag_first_year"),
    )


def fitted(economy: Economy) -> Settings:
    """What ``history/backcast_fit`` holds."""
    p = economy.parameters
    return Settings(
        p.by_chapter("backcast_elasticity_scale", economy.chapters),
        p.value("backcast_pass_through"),
        p.value("backcast_adjustment"),
        p.value("lag_first_year"),
    )


@dataclass(frozen=True, eq=False)
class FlowInputs:
    """All the model may know of one flow; Y years from 2010-11, H chapters, S sources.

    Attributes
    ----------
    flow : str
    partner : int
        Column of the partner among the sources.
    trade : ndarray, shape (Y, H)
        The flow itself. Only the row of the start year is ever read.
    others : ndarray, shape (Y, H, S) or (1, H, S)
        Trade of the other sources; a single row holds structure only (shares of one year), and
        the partner's column is 0.
    driver : ndarray, shape (Y, H)
        Trade of the other sources in total: US$ million, or an index where only the relative
        change is known.
    with_partner : ndarray of bool, shape (Y,)
        Years in which the driver still contains the partner.
    in_total : ndarray, shape (H,)
        Factor from the flow to its part of the driver (c.i.f. over f.o.b.) for chapters whose
        driver is one total that contains the partner's sales of all of them; else 0.
    partner_share : ndarray, shape (H,) or None
        Share of the partner in imports where `others` are an index; None where it follows from
        the values.
    tariff : ndarray, shape (Y, H, S)
        Effective tariff by source, fraction.
    price_level : ndarray, shape (Y, S)
        Log price level of each source in US$.
    price_level_importer : ndarray, shape (Y,)
        The same for the importer.
    commodity : ndarray, shape (Y, H)
        Log dollar price of the chapter's commodity; 0 where it has none.
    domestic_share : ndarray, shape (H,)
    sigma_import, sigma_domestic, eta, supply_domestic : ndarray, shape (H,)
    supply : ndarray, shape (H, S)
    """

    flow: str
    partner: int
    trade: Floats
    others: Floats
    driver: Floats
    with_partner: NDArray[np.bool_]
    in_total: Floats
    partner_share: Floats | None
    tariff: Floats
    price_level: Floats
    price_level_importer: Floats
    commodity: Floats
    domestic_share: Floats
    sigma_import: Floats
    sigma_domestic: Floats
    eta: Floats
    supply_domestic: Floats
    supply: Floats


def inputs(economy: Economy, history: History) -> dict[str, FlowInputs]:
    """Drivers of both flows.

    Parameters
    ----------
    economy : Economy
    history : History

    Returns
    -------
    dict
        ``export`` and ``import``.
    """
    return {
        "export": _export_inputs(economy, history),
        "import": _import_inputs(economy, history),
    }


def under(
    economy: Economy, history: History, flows: Mapping[str, FlowInputs]
) -> dict[str, FlowInputs]:
    """The same drivers under another draw of the economy's figures."""
    sources = {"export": _JAPAN_SOURCES, "import": history.sources}
    moved: dict[str, dict[str, Any]] = {
        name: dict(_common(economy, history, name, sources[name], flow.partner))
        for name, flow in flows.items()
    }
    return {name: replace(flow, **moved[name]) for name, flow in flows.items()}


def _import_inputs(economy: Economy, history: History) -> FlowInputs:
    partner = history.sources.index("JPN")
    others = history.imports.copy()
    others[:, :, partner] = 0.0
    published = np.arange(len(YEARS)) > position(LAST_BY_CHAPTER)
    driver = np.where(published[:, None], history.world_imports, history.others())
    return FlowInputs(
        flow="import",
        trade=history.bilateral["import"],
        partner=partner,
        others=others,
        driver=driver,
        with_partner=published,
        in_total=np.zeros(len(history.chapters)),
        partner_share=None,
        **_common(economy, history, "import", history.sources, partner),
    )


def _export_inputs(economy: Economy, history: History) -> FlowInputs:
    shares = japan_sources_2014(economy)
    partner = _JAPAN_SOURCES.index("IND")
    others = shares.copy()
    others[:, partner] = 0.0
    market = economy.markets["JPN"]
    uplift = 1 + market.freight[:, market.partner_column]
    return FlowInputs(
        flow="export",
        trade=history.bilateral["export"],
        partner=partner,
        others=(others / others.sum(axis=1, keepdims=True))[None],
        driver=japan_demand(economy, history),
        with_partner=np.zeros(len(YEARS), dtype=bool),
        in_total=np.where(commodity_prices(economy, history).any(axis=0), 0.0, uplift),
        partner_share=shares[:, partner],
        **_common(economy, history, "export", _JAPAN_SOURCES, partner),
    )


def _common(
    economy: Economy, history: History, flow: str, sources: tuple[str, ...], partner: int
) -> dict[str, Floats]:
    """Tariffs, price levels and elasticities of one market."""
    importer = IMPORTER[flow]
    market = economy.markets[importer]
    mfn, cepa = tariff_rates(economy, importer)
    tariff = np.repeat(mfn[:, :, None], len(sources), axis=2)
    column = market.partner_column
    cost = market.origin_cost[:, column]
    tariff[:, :, partner] = effective_tariff(
        mfn, mfn - cepa, cost, market.claims.maximum, market.claims.function
    )
    levels = np.zeros((len(YEARS), len(sources)))
    for s, source in enumerate(sources):
        levels[:, s] = price_level(history, source)
    rest = economy.parameters.by_chapter("epsilon_supply", economy.chapters, importer, "ROW")
    supply = np.repeat(rest[:, None], len(sources), axis=1)
    supply[:, partner] = market.supply[:, column]
    return {
        "tariff": tariff,
        "price_level": levels,
        "price_level_importer": price_level(history, importer),
        "commodity": commodity_prices(economy, history),
        "domestic_share": np.asarray(market.domestic_share),
        "sigma_import": np.asarray(market.sigma_import),
        "sigma_domestic": np.asarray(market.sigma_domestic),
        "eta": np.asarray(market.eta),
        "supply_domestic": np.asarray(market.supply_domestic),
        "supply": supply,
    }


def price_level(history: History, country: str) -> Floats:
    """Log price level of a country in US$, shape (Y,); 0 for those whose price is the dollar's.

    GDP deflator over the exchange rate. China and Korea have no deflator in the figures: their
    exchange rate alone, as if their prices had risen like the dollar prices of traded goods.
    """
    if country not in _PRICE_LEVEL:
        return np.zeros(len(YEARS))
    rate, deflator = _PRICE_LEVEL[country]
    level = -np.log(history.macro[rate])
    if deflator is not None:
        level = level + np.log(history.macro[deflator])
    return np.asarray(level)


def commodity_prices(economy: Economy, history: History) -> Floats:
    """Log dollar price of each chapter's commodity, 0 where it has none, shape (Y, H)."""
    out = np.zeros((len(YEARS), len(economy.chapters)))
    table = economy.parameters.table("history/commodity_prices")
    for hs, series in zip(table["hs"], table["series"], strict=True):
        out[:, economy.chapters.index(hs)] = np.log(history.macro[series])
    return out


def japan_demand(economy: Economy, history: History) -> Floats:
    """Index of Japan's imports from others than India by chapter, shape (Y, H).

    Japan's imports by chapter and year are not in the figures. A chapter with a commodity price
    follows that price times the volume of Japan's goods imports; every other chapter follows
    Japan's imports in US$ without fuels. Fuels are the chapter's imports of 2023, moved by the oil
    price. The total contains India (under 1 %), whom `demand` takes out as predicted.
    """
    volume = np.cumsum(np.log1p(history.macro["goods_import_volume_growth_JPN_weo"] / 100))
    price = commodity_prices(economy, history)
    fuel = economy.parameters.table("benchmark/evidence/market_japan_chapter_totals")
    size = float(fuel.loc[fuel["hs"] == "27", "value"].iloc[0]) / 1000
    oil = history.macro["price_oil_brent_fy"]
    rest = 1000 * (history.macro["merchandise_imports_JPN_wdi"] - size * oil / oil[-1])
    priced = price.any(axis=0)
    return np.asarray(np.where(priced, np.exp(price + volume[:, None]), rest[:, None]))


def japan_sources_2014(economy: Economy) -> Floats:
    """Shares of Japan's sources by chapter in 2014, shape (H, S): the sector's in the WIOD.

    Calendar 2014 is the nearest table to the start year; India's share in it (1 %) does no more
    than weigh India's own price in the index of Japan's imports.
    """
    p = economy.parameters
    table = p.table("benchmark/evidence/market_japan_sector_shares_2014")
    own = table["exporter"].where(table["exporter"].isin(_JAPAN_SOURCES), "ROW")
    by_sector = table.assign(exporter=own).groupby(["sector", "exporter"])["value"].sum().unstack()
    chapters = p.table("benchmark/evidence/market_chapter_sectors")
    chapters = chapters[
        (chapters["scheme"] == "wiod2016") & chapters["sector"].isin(by_sector.index)
    ]
    weights = chapters.pivot(index="hs", columns="sector", values="value").fillna(0.0)
    table_2014 = by_sector.loc[weights.columns, list(_JAPAN_SOURCES)].to_numpy(float)
    known = dict(zip(weights.index, weights.to_numpy(float) @ table_2014, strict=True))
    everything = by_sector[list(_JAPAN_SOURCES)].mean().to_numpy(float)
    wide = np.array([known.get(hs, everything) for hs in economy.chapters])
    return np.asarray(wide / wide.sum(axis=1, keepdims=True))


# --- one run --------------------------------------------------------------------------------


def value_hats(
    flow: FlowInputs, settings: Settings, start: int, off: tuple[str, ...] = ()
) -> Floats:
    """Hats of each source's sales at unit demand, years from the start on, shape (T, H, S).

    Parameters
    ----------
    flow : FlowInputs
    settings : Settings
    start : int
        The year hats are relative to.
    off : tuple of str, optional
        Of ``tariffs`` and ``prices``: what stays as it was felt in the start year. ``cepa`` puts
        tariffs to what they were before the agreement, as if it had never come.

    Raises
    ------
    RunError
        If a market does not converge.
    """
    first = position(start)

    def felt(path: Floats, name: str) -> Floats:
        slow = lagged(path, settings.first_year, settings.adjustment)[first:]
        return np.asarray(np.exp(slow - slow[:1]) if name not in off else np.ones(slow.shape))

    tariff = np.log1p(flow.tariff)
    wedge = felt(tariff, "tariffs")
    if "cepa" in off:
        then = lagged(tariff, settings.first_year, settings.adjustment)[first]
        wedge = np.broadcast_to(np.exp(tariff[0] - then), wedge.shape)
    cost = felt(settings.pass_through * flow.price_level, "prices")
    home = felt(settings.pass_through * flow.price_level_importer, "prices")
    equilibrium = solve_market(
        _import_shares(flow, start),
        flow.domestic_share,
        wedge,
        flow.sigma_import * settings.elasticity_scale,
        flow.sigma_domestic * settings.elasticity_scale,
        flow.eta,
        flow.supply,
        flow.supply_domestic,
        cost=cost[:, None, :],
        cost_domestic=home[:, None],
    )
    if not equilibrium.converged.all():
        raise RunError(f"backcast of {flow.flow}s: a market found no equilibrium")
    return np.asarray(equilibrium.value)


def _base_values(flow: FlowInputs, start: int) -> Floats:
    """Imports by source in the start year: US$ million, or in proportion; shape (H, S)."""
    first = position(start)
    others = flow.others[min(first, len(flow.others) - 1)].copy()
    if flow.partner_share is None:
        others[:, flow.partner] = flow.trade[first]
    else:
        others[:, flow.partner] = flow.partner_share / (1 - flow.partner_share)
    return np.asarray(others)


def _import_shares(flow: FlowInputs, start: int) -> Floats:
    landed = _base_values(flow, start) * (1 + flow.tariff[position(start)])
    total = landed.sum(axis=1, keepdims=True)
    even = np.full(landed.shape, 1 / landed.shape[1])
    return np.asarray(np.divide(landed, total, out=even, where=total > 0))


def demand(flow: FlowInputs, hats: Floats, start: int) -> Floats:
    """Demand shifter ``Y`` that gives the other sources what they sold, shape (T, H).

    Where the other sources sold nothing, demand is taken as unchanged.
    """
    first = position(start)
    rest = np.delete(_base_values(flow, start), flow.partner, axis=1)
    others = (rest * np.delete(hats, flow.partner, axis=2)).sum(axis=2)
    own = flow.trade[first] * hats[:, :, flow.partner]
    driver = flow.driver[first:]
    if flow.partner_share is not None:
        # Only relative changes are known; the total they follow contains the partner, who is
        # taken out as predicted: R = N + sum X, X in proportion to N.
        others = others / rest.sum(axis=1)
        own = flow.in_total * own / others
        size = driver[0] - own[0].sum()
        driver = np.where(flow.in_total > 0, driver / (size + own.sum(axis=1)[:, None]), driver)
        driver = driver / driver[0]
        own = np.zeros(others.shape)
    mixed = flow.with_partner[first:, None]
    base = others + np.where(mixed, own, 0.0)
    known = (base > 0) & (driver > 0)
    return np.asarray(np.divide(driver, base, out=np.ones(base.shape), where=known))


def predict(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade with the partner from the start year on, US$ million, shape (T, H)."""
    hats = value_hats(flow, settings, start)
    trade = flow.trade[position(start)] * hats[:, :, flow.partner]
    return np.asarray(trade * demand(flow, hats, start))


def constant_share(flow: FlowInputs, start: int) -> Floats:
    """Trade that keeps the partner's place beside the other sources, US$ million, shape (T, H)."""
    sources = flow.price_level.shape[1]
    hats = np.ones((LAST - start + 1, len(flow.domestic_share), sources))
    return np.asarray(flow.trade[position(start)] * demand(flow, hats, start))


def counterfactuals(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade in every coalition of `DRIVERS`, US$ million, shape (2**3, T, H).

    In coalition ``c`` driver ``i`` moved as it did where bit ``i`` is set, and stayed as in the
    start year elsewhere. Demand is real: without the commodity's price and without the importer's
    price level, both of which are ``prices``.
    """
    first = position(start)
    full = value_hats(flow, settings, start)
    nominal = demand(flow, full, start)
    level = settings.pass_through * flow.price_level_importer
    level = lagged(level, settings.first_year, settings.adjustment)[first:]
    price = np.exp(
        flow.commodity[first:] - flow.commodity[first] + flow.eta * (level - level[0])[:, None]
    )
    out = []
    for coalition in range(1 << len(DRIVERS)):
        on = {name for bit, name in enumerate(DRIVERS) if coalition >> bit & 1}
        off = tuple(name for name in ("tariffs", "prices") if name not in on)
        own = (
            value_hats(flow, settings, start, off)[:, :, flow.partner]
            if off
            else full[:, :, flow.partner]
        )
        moved = flow.trade[first] * own
        moved = moved * (nominal / price if "demand" in on else 1.0)
        out.append(moved * (price if "prices" in on else 1.0))
    return np.array(out)


def without_cepa(flow: FlowInputs, settings: Settings, start: int = START) -> Floats:
    """Trade had the agreement never come, demand and prices as they were, shape (T, H)."""
    full = value_hats(flow, settings, start)
    own = value_hats(flow, settings, start, ("cepa",))[:, :, flow.partner]
    return np.asarray(flow.trade[position(start)] * own * demand(flow, full, start))


def with_claimed_margin(economy: Economy, flow: FlowInputs) -> FlowInputs:
    """The same with the tariff the treasury collects: proof of origin costs claimants nothing."""
    importer = IMPORTER[flow.flow]
    market = economy.markets[importer]
    mfn, cepa = tariff_rates(economy, importer)
    cost = market.origin_cost[:, market.partner_column]
    tariff = flow.tariff.copy()
    tariff[:, :, flow.partner] = collected_tariff(
        mfn, mfn - cepa, cost, market.claims.maximum, market.claims.function
    )
    return replace(flow, tariff=tariff)


def with_full_use(economy: Economy, flow: FlowInputs) -> FlowInputs:
    """The same with every shipment claiming the preference at no cost: the most it can matter."""
    _, cepa = tariff_rates(economy, IMPORTER[flow.flow])
    tariff = flow.tariff.copy()
    tariff[:, :, flow.partner] = cepa
    return replace(flow, tariff=tariff)


def predictions(
    flows: Mapping[str, FlowInputs], settings: Settings, start: int = START
) -> dict[str, Floats]:
    """`predict` for both flows."""
    return {flow: predict(flows[flow], settings, start) for flow in FLOWS}


def trend_factor(economy: Economy, flow: str, start: int = START) -> Floats:
    """Factor of the fitted drift of preferences, years from the start on, shape (T, H).

    Not an effect of the agreement: what the fitting window leaves unexplained, as a yearly trend by
    group of chapters.
    """
    partner = {"JPN": "IND", "IND": "JPN"}[IMPORTER[flow]]
    slope = economy.parameters.by_chapter(
        "backcast_trend", economy.chapters, IMPORTER[flow], partner
    )
    years = np.arange(LAST - start + 1)[:, None]
    return np.asarray(np.exp(slope * years))
