r"""The second model of history: shares of India's other trade, with trends shrunk and damped.

For one flow, chapter :math:`h` and year :math:`t`, with :math:`J` India's trade with Japan and
:math:`O` its trade of the chapter with everybody else,

.. math::

    \ln J_{ht} = \ln O_{ht} + a_h + b_h \tau_t + \gamma\,\ln e_t
                 - \kappa\,(\sigma_h - 1) \ln T_{ht} .

Imports follow India's demand as others see it, exports India's own supply as others buy it: no
driver contains trade with Japan. :math:`a_h` is the mean over the fitting window, the six years to
2018-19; :math:`b_h` the trend of Japan's share there, shrunk towards its group by empirical Bayes
(Efron and Morris 1973); :math:`\tau_t` counts years and is damped after the window (Gardner and
McKenzie 1985); :math:`e` is the price of a dollar in the exporter's currency, :math:`T` what the
CEPA takes off the landed price. Where a dated event broke the share of a chapter
(``history/events``), years before its end say nothing about the level, and the trend is that of the
group. :math:`\gamma`, :math:`\kappa`, the damping and the shrinkage are chosen on the years to
2018-19 (`share_fit`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FIRST,
    FLOWS,
    LABELS,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    History,
    position,
    tariff_rates,
)
from cepasim.calibrate.backcast.use_history import use_of_cepa
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]

#: Exchange rate of the exporter of each flow, and the market whose tariffs it meets.
CURRENCY = {
    "import": "exchange_rate_lcu_per_usd_JPN_fy",
    "export": "exchange_rate_lcu_per_usd_IND_fy",
}
_IMPORTER = {"import": "IND", "export": "JPN"}


@dataclass(frozen=True, eq=False)
class ShareInputs:
    """Drivers of one flow; Y years from 2010-11, H chapters.

    Attributes
    ----------
    flow : {"export", "import"}
    trade : ndarray, shape (Y, H)
        With Japan, US$ million; NaN after 2021-22.
    others : ndarray, shape (Y, H)
        India's trade of the chapter with everybody else, US$ million; NaN after 2021-22.
    world : ndarray, shape (Y, H)
        With everybody, Japan included, where the split by partner is not published; NaN before.
    currency : ndarray, shape (Y,)
        Log of the exporter's currency per US$, against the start year.
    tariff : ndarray, shape (Y, H)
        Log of the duty-paid price under the CEPA over that at the MFN rate.
    exponent : ndarray, shape (H,)
        ``sigma_import - 1``.
    section : ndarray of str, shape (H,)
    broken : ndarray of int, shape (E, H)
        First year after each dated event in the chapter it changed; 0 elsewhere.
    smallest : float
        Trade below this in any year of the window says nothing about a trend, US$ million.
    """

    flow: str
    trade: Floats
    others: Floats
    world: Floats
    currency: Floats
    tariff: Floats
    exponent: Floats
    section: NDArray[np.str_]
    broken: NDArray[np.int64]
    smallest: float


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """What is chosen inside the fitting window for one flow.

    Attributes
    ----------
    by_section : bool
        Trends are shrunk towards the mean of their section; otherwise towards that of all.
    shrinkage : float
        Factor on the sampling variance of a chapter's trend; more is closer to the group.
    damping : float
        Share of a trend that is left one year further after the window.
    currency : float
        ``gamma``: elasticity of the value of trade to the exporter's currency per dollar.
    tariff : float
        ``kappa``: share of the response to CEPA cuts that the elasticities expect.
    """

    by_section: bool
    shrinkage: float
    damping: float
    currency: float
    tariff: float


def share_conventions(economy: Economy) -> dict[str, float]:
    """Conventions of the second model by name."""
    table = economy.parameters.table("history/share_settings")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def share_inputs(economy: Economy, history: History) -> dict[str, ShareInputs]:
    """Drivers of both flows, from ``params/history``, ``params/macro`` and the economy."""
    section = np.array([economy.classification.section_of(hs) or "-" for hs in economy.chapters])
    use, smallest = _use(economy), share_conventions(economy)["share_smallest_trade"]
    out = {}
    for flow in FLOWS:
        market = economy.markets[_IMPORTER[flow]]
        mfn, cepa = tariff_rates(economy, _IMPORTER[flow])
        rate = np.log(history.macro[CURRENCY[flow]])
        others, world = _elsewhere(economy, history, flow)
        out[flow] = ShareInputs(
            flow=flow,
            trade=history.bilateral[flow],
            others=others,
            world=world,
            currency=rate - rate[position(START)],
            tariff=np.log1p(mfn - use[flow] * (mfn - cepa)) - np.log1p(mfn),
            exponent=np.asarray(market.sigma_import) - 1,
            section=section,
            broken=_breaks(economy, flow),
            smallest=smallest,
        )
    return out


def _breaks(economy: Economy, flow: str) -> NDArray[np.int64]:
    """First year after each event that names a chapter: its end, or its begin where it is open."""
    table = economy.parameters.table("history/events")
    table = table[(table["flow"] == flow) & (table["hs"] != "")]
    after = table["ends"].where(table["ends"] != "", table["begins"]).str[:4].astype(int)
    chapters = np.array(economy.chapters)
    rows = [np.where(chapters == hs, year, 0) for hs, year in zip(table["hs"], after, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(-1, len(chapters))


def _use(economy: Economy) -> dict[str, Floats]:
    """Share of eligible trade that claims the CEPA rate, by flow, shape (Y, H)."""
    return {flow: use_of_cepa(economy, importer) for flow, importer in _IMPORTER.items()}


def _elsewhere(economy: Economy, history: History, flow: str) -> tuple[Floats, Floats]:
    """India's trade with everybody but Japan, and with everybody, US$ million, shape (Y, H) each.

    The first is NaN where the split by partner is not published, the second where it is.
    """
    if flow == "import":
        return history.others(), history.world_imports
    chapters, last = list(economy.chapters), position(LAST_BY_CHAPTER)
    table = economy.parameters.table("history/by_partner")
    table = table[table["flow"] == flow]
    partners = [name for name in table.columns if name.isupper() and name != "JPN"]
    summed = table.assign(value=table[partners].sum(axis=1))
    others = _wide(summed, chapters)
    others[last + 1 :] = np.nan
    published = economy.parameters.table("history/world")
    published = published[(published["flow"] == flow) & (published["basis"] == "published")]
    world = _wide(published, chapters)
    world[: last + 1] = np.nan
    return others, world


def _wide(table: pd.DataFrame, chapters: list[str]) -> Floats:
    wide = table.pivot(index="fiscal_year", columns="hs", values="value")
    wide = wide.reindex(index=list(LABELS), columns=chapters).fillna(0.0)
    return wide.to_numpy(float, copy=True)


def fitted_shares(
    flow: ShareInputs, given: ShareSettings, last: int = LAST_FITTED
) -> tuple[Floats, Floats]:
    """Mean and trend of the log of Japan's trade over others', by chapter.

    Parameters
    ----------
    flow : ShareInputs
    given : ShareSettings
    last : int, optional
        Last year looked at; the window is the six years to it, or those there are.

    Returns
    -------
    level, trend : ndarray, shape (H,)
        ``a``, of the first year of the window, and ``b``, per year. A chapter without trade in some
        year, or broken by an event, has the trend of its group and the mean of the years that
        count; without any, a level of -inf.
    """
    window = slice(position(first_seen(last)), position(last) + 1)
    trade, others = flow.trade[window], flow.others[window]
    # An event later than the last year looked at is not known yet.
    since = np.where(flow.broken <= last, flow.broken, 0).max(axis=0, initial=0)
    years = np.arange(first_seen(last), last + 1)
    known = (trade > 0) & (others > 0) & (years[:, None] >= since)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(known, np.log(trade) - np.log(others), np.nan)
    ratio = ratio - _explained(flow, given)[window]
    whole = np.asarray((trade > flow.smallest).all(axis=0) & known.all(axis=0))
    groups = flow.section if given.by_section else np.full(len(flow.section), "all")
    trend = _trends(ratio, whole, np.sqrt(trade.mean(axis=0)), groups, given.shrinkage)
    elapsed = np.arange(len(trade))[:, None] * trend
    counted = known.sum(axis=0)
    total = np.where(known, ratio - elapsed, 0.0).sum(axis=0)
    level = np.divide(total, counted, out=np.full(len(trend), -np.inf), where=counted > 0)
    return level, trend


def _trends(
    ratio: Floats,
    whole: NDArray[np.bool_],
    weight: Floats,
    groups: NDArray[np.str_],
    shrinkage: float,
) -> Floats:
    """Trend of the log share of each chapter a year, shrunk towards that of its group."""
    years = np.arange(len(ratio)) - (len(ratio) - 1) / 2
    seen = np.where(whole, ratio, 0.0)
    own = years @ seen / (years @ years)
    centred = seen - seen.mean(axis=0) - np.outer(years, own)
    variance = (centred**2).sum(axis=0) / max(len(years) - 2, 1) / (years @ years)
    trend = np.zeros_like(own)
    for group in np.unique(groups):
        inside = groups == group
        known = inside & whole
        if known.any():
            mean, kept = _shrunk(own[known], variance[known], weight[known], shrinkage)
            trend[inside] = mean
            trend[known] = mean + kept * (own[known] - mean)
    return trend


def shrunk_trends(trade: Floats, others: Floats, shrinkage: float, smallest: float) -> Floats:
    """Trend of the log of trade over others' trade by chapter, shrunk towards that of all.

    Parameters
    ----------
    trade, others : ndarray, shape (K, H)
        Consecutive years; chapters without trade in some year have the trend of all.
    shrinkage : float
        Factor on the sampling variance of a chapter's trend.
    smallest : float
        As in `ShareInputs`.
    """
    known = (trade > 0) & (others > 0)
    ratio = np.log(np.where(known, trade, 1.0) / np.where(known, others, 1.0))
    whole = np.asarray((trade > smallest).all(axis=0) & known.all(axis=0))
    groups = np.full(trade.shape[1], "all")
    return _trends(ratio, whole, np.sqrt(trade.mean(axis=0)), groups, shrinkage)


def _shrunk(
    own: Floats, variance: Floats, weight: Floats, shrinkage: float
) -> tuple[float, Floats]:
    """Mean trend of a group, and the share of its own deviation that each chapter keeps."""
    mean = float(np.average(own, weights=weight))
    spread = np.average((own - mean) ** 2, weights=weight) - np.average(variance, weights=weight)
    if spread <= 0:
        return mean, np.zeros_like(own)
    return mean, spread / (spread + shrinkage * variance)


def _explained(flow: ShareInputs, given: ShareSettings) -> Floats:
    """Log share that exchange rates and CEPA cuts explain, against the start year, (Y, H)."""
    tariff = flow.tariff - flow.tariff[position(START)]
    return np.asarray(
        given.currency * flow.currency[:, None] - given.tariff * flow.exponent * tariff
    )


def first_seen(last: int) -> int:
    """First year of the window that ends with a year: as many years as 2013-14 to 2018-19."""
    return max(FIRST, last - (LAST_FITTED - START))


def damped_years(damping: float, years: int, last: int = LAST_FITTED) -> Floats:
    """``tau``: years since the window began, damped after the last one looked at, (years,)."""
    inside = last - first_seen(last)
    after = damping ** np.arange(1, max(years - inside, 0) + 1)
    steps = np.concatenate([np.ones(inside), after])[: max(years - 1, 0)]
    return np.concatenate([[0.0], np.cumsum(steps)])


def predicted(flow: ShareInputs, given: ShareSettings, last: int = LAST_FITTED) -> Floats:
    """Trade with Japan by year from the start on and chapter, US$ million, shape (T, H).

    Nothing after ``last`` is looked at but drivers. Where only trade with everybody is published,
    the predicted share is taken out of it: ``J = W s / (1 + s)``.
    """
    level, trend = fitted_shares(flow, given, last)
    begin = position(first_seen(last))
    elapsed = damped_years(given.damping, len(flow.trade) - begin, last)
    log_ratio = level + elapsed[:, None] * trend + _explained(flow, given)[begin:]
    ratio = np.exp(log_ratio)
    others, world = flow.others[begin:], flow.world[begin:]
    shared = np.where(np.isnan(others), world * ratio / (1 + ratio), others * ratio)
    return np.asarray(shared[max(position(START) - begin, 0) :])


def share_predictions(
    inputs: Mapping[str, ShareInputs], given: Mapping[str, ShareSettings], last: int = LAST_FITTED
) -> dict[str, Floats]:
    """Predictions of both flows, shape (T, H) each."""
    return {flow: predicted(inputs[flow], given[flow], last) for flow in FLOWS}
