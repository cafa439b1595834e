"""What the model may know of each flow: trade of the other sources, tariffs, prices, structure.

Structure that no history gives is the benchmark's and does not move: the share of the domestic
variety, supply elasticities. It cancels where supply is elastic. MFN rates are those of today;
preferences of third countries are left out. Use of the CEPA is Japan's measured one by year, and
follows the margin in India (`use_history`). The partner's own trade after the start year is in none
of it, but for totals published with the partner in them, which are marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    LAST_BY_CHAPTER,
    YEARS,
    History,
    position,
    tariff_rates,
)
from cepasim.calibrate.backcast.use_history import cost_of_claiming
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.equilibrium.preferences import collected_tariff, effective_tariff

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
    cost = cost_of_claiming(economy, importer)
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
    table = p.table("history/japan_sector_shares_2014")
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


def with_claimed_margin(economy: Economy, flow: FlowInputs) -> FlowInputs:
    """The same with the tariff the treasury collects: proof of origin costs claimants nothing."""
    importer = IMPORTER[flow.flow]
    market = economy.markets[importer]
    mfn, cepa = tariff_rates(economy, importer)
    cost = cost_of_claiming(economy, importer)
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
