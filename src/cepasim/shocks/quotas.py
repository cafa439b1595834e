"""Landed wedges within tariff-rate quotas that set a rate of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cepasim.economy.market import Market
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.quota import QuotaLever, by_year, cells
from cepasim.shocks.wedges import SourceWedges


def within_quotas(
    market: Market, acting: Sequence[Measure], legislated: Mapping[int, SourceWedges], years: int
) -> Mapping[int, SourceWedges]:
    """Wedges by source with the in-quota rates that levers set for whole markets.

    A lever without ``in_rate_percent`` leaves the rates that schedule and other levers give.
    Within the quota the rate is paid as it is: there is no origin to prove beyond the licence.
    Nobody pays more within a quota than without it: what enters at less goes on doing so.
    """
    changed = dict(legislated)
    for lever, measure in of_kind(acting, QuotaLever):
        if lever.in_rate_percent is None:
            continue
        column, cell = market.exporters.index(lever.source), cells(measure)
        before = changed.get(column) or SourceWedges.of_base_year(market, column, years)
        hat, effective, collected = (
            getattr(before, name).copy() for name in ("hat", "effective", "collected")
        )
        within = by_year(lever.in_rate_percent, measure) / 100
        rate, due = market.tariffs_at_most(column, within)
        rate, due = np.minimum(rate, effective), np.minimum(due, collected)
        effective[cell], collected[cell] = rate[cell], due[cell]
        barrier = market.barrier_total if before.barrier is None else before.barrier
        start = (1 + market.tariff_effective[:, column]) * (1 + market.barrier_total)
        hat[cell] = np.minimum((1 + rate) * (1 + barrier) / start, hat)[cell]
        changed[column] = SourceWedges(hat, effective, collected, before.barrier)
    return changed
