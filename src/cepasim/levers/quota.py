"""Quota levers: tariff-rate quotas on a source, chapter by chapter.

The model solves a chapter as one market, so a quota is a quantity of the chapter: the goods that
were worth so many dollars f.o.b. at the prices of 2023-24. It is fixed, as quotas are, and binds
the tighter the more the market grows; and it is law from its first day, so it does not wait for
the lag with which trade follows a change of price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.economy.market import Market
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import QuotaLever
from cepasim.shocks.wedges import SourceWedges, Wedges

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Quotas:
    """Quotas on one market, by year and chapter, shape (Y, H) each.

    Attributes
    ----------
    source : ndarray of int
        Place of the source among the exporters; any where there is no quota.
    limit : ndarray
        US$ million f.o.b. at the prices of 2023-24; inf where there is no quota.
    over_rate : ndarray
        Tariff beyond the quota, fraction of the c.i.f. value.
    over_premium : ndarray
        Over-quota wedge over in-quota wedge, minus 1; never below 0.
    to_importer : ndarray of bool
        Whether the rent is the importing country's.
    """

    source: NDArray[np.int64]
    limit: Floats
    over_rate: Floats
    over_premium: Floats
    to_importer: NDArray[np.bool_]

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Quotas:
        """No quota anywhere."""
        return cls(
            np.zeros(shape, dtype=np.int64),
            np.full(shape, np.inf),
            np.zeros(shape),
            np.zeros(shape),
            np.ones(shape, dtype=np.bool_),
        )


@dataclass(frozen=True, slots=True, eq=False)
class QuotaOutcome:
    """What the quotas of one market came to, by year and chapter, shape (Y, H) each.

    Attributes
    ----------
    regime : ndarray of int
        Of ``cepasim.equilibrium.trq``.
    premium : ndarray
        Of the landed price at the margin over the in-quota landed price.
    quantity, within : ndarray
        What the source sells, and what of it enters within the quota; US$ million f.o.b. at the
        prices of 2023-24.
    rent : ndarray
        US$ million.
    """

    regime: NDArray[np.int8]
    premium: Floats
    quantity: Floats
    within: Floats
    rent: Floats


def with_in_quota_rates(
    market: Market,
    levers: Iterable[QuotaLever],
    legislated: Mapping[int, SourceWedges],
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> Mapping[int, SourceWedges]:
    """Wedges by source with the in-quota rates that levers set for whole chapters.

    A lever without ``in_rate_percent`` leaves the rates that schedule and other levers give.
    Within the quota the rate is paid as it is: there is no origin to prove beyond the licence.
    """
    changed = dict(legislated)
    for lever in levers:
        if lever.in_rate_percent is None:
            continue
        column = market.exporters.index(lever.source)
        cell = np.ix_(_running(lever, years, staged), _chapters(market, lever, classification))
        before = changed.get(column) or SourceWedges.of_base_year(market, column, len(years))
        hat, effective, collected = (
            getattr(before, name).copy() for name in ("hat", "effective", "collected")
        )
        effective[cell] = collected[cell] = rate = lever.in_rate_percent / 100
        barrier = market.barrier_total if before.barrier is None else before.barrier
        start = (1 + market.tariff_effective[:, column]) * (1 + market.barrier_total)
        hat[cell] = np.broadcast_to((1 + rate) * (1 + barrier) / start, hat.shape)[cell]
        changed[column] = SourceWedges(hat, effective, collected, before.barrier)
    return changed


def quotas(
    market: Market,
    levers: Sequence[QuotaLever],
    in_trade: Wedges,
    classification: Classification,
    years: Years,
    staged: bool = True,
) -> Quotas | None:
    """Quotas on one market under a scenario; None where there are none.

    Parameters
    ----------
    market : Market
    levers : sequence of QuotaLever
        Those on this importer; no two on one chapter.
    in_trade : Wedges
        As trade feels them, with the in-quota rates.
    classification : Classification
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts every quota in force at once.
    """
    if not levers:
        return None
    found = Quotas.none((len(years), len(market.chapters)))
    for lever in levers:
        column = market.exporters.index(lever.source)
        chapters = _chapters(market, lever, classification)
        cell = np.ix_(_running(lever, years, staged), chapters)
        over = lever.over_rate_percent / 100
        # The over-quota rate is law from its first day, whatever trade feels of the rest.
        start = (1 + market.tariff_effective[:, column]) * (1 + market.barrier_total)
        beyond = (1 + over) * (1 + in_trade.barrier[:, :, column]) / start
        premium = np.maximum(beyond / in_trade.hat[:, :, column] - 1, 0.0)[cell]
        found.source[cell] = column
        found.limit[cell] = quantity(market, lever, chapters)
        found.over_rate[cell] = over
        found.over_premium[cell] = premium
        found.to_importer[cell] = lever.rent == "importer"
    return found


def quantity(market: Market, lever: QuotaLever, chapters: NDArray[np.int64]) -> Floats:
    """Quantity of a quota by chapter, US$ million f.o.b. at the prices of 2023-24.

    A sum of dollars for several chapters is divided between them as benchmark trade is.
    """
    trade = market.fob[chapters, market.exporters.index(lever.source)]
    if lever.share_of_benchmark_percent is not None:
        share = lever.share_of_benchmark_percent / 100
    else:
        share = float(lever.usd_mn or 0.0) / trade.sum() if trade.sum() > 0 else np.inf
    # A chapter without trade has no quantity to measure a quota by, and none to limit.
    return np.asarray(np.where(trade > 0, share * np.where(trade > 0, trade, 1.0), np.inf))


def _running(lever: QuotaLever, years: Years, staged: bool) -> NDArray[np.int64]:
    """Rows of the years in which a quota is in force."""
    return np.flatnonzero(in_force(years, lever.start, 1, staged) > 0)


def _chapters(
    market: Market, lever: QuotaLever, classification: Classification
) -> NDArray[np.int64]:
    chosen = classification.select(lever.select).chapters
    return np.array([market.chapters.index(hs) for hs in chosen], dtype=np.int64)
