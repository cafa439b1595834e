"""Landed wedges by year: tariffs, use of preferences and barriers, from lines to chapters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.economy import Economy, Market
from cepasim.equilibrium.ces import aggregate_lines
from cepasim.fiscal_year import BASE_YEAR
from cepasim.policy.ntb import barriers_after_relief
from cepasim.policy.origin import origin_cost_after
from cepasim.policy.tariffs import line_rates
from cepasim.scenario import NtbLever, OriginLever, Scenario, TariffLever
from cepasim.timing import Years

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wedges:
    """Wedges of one market by year, chapter and source, shape (Y, H, S) each.

    Attributes
    ----------
    hat : ndarray
        Wedge over its benchmark, as legislated (before any lag).
    effective, collected : ndarray
        ``t_eff`` and ``t_duty``, fractions of the c.i.f. value.
    barrier : ndarray
        AVE of barriers, fraction of the duty-paid value.
    """

    hat: Floats
    effective: Floats
    collected: Floats
    barrier: Floats


def wedges(
    economy: Economy, importer: str, scenario: Scenario, years: Years, staged: bool = True
) -> Wedges:
    """Wedges that every source meets in one market under a scenario.

    Parameters
    ----------
    economy : Economy
    importer : str
    scenario : Scenario
        The reference is the scenario without levers: its wedges move with the schedule.
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts every measure in force at once on the rates of the base year.

    Returns
    -------
    Wedges
    """
    market = economy.markets[importer]
    shape = (len(years), len(economy.chapters), len(market.exporters))
    out = Wedges(*(np.empty(shape) for _ in range(4)))
    for column, source in enumerate(market.exporters):
        parts = _source_wedges(economy, market, source, scenario, years, staged)
        for target, part in zip(
            (out.hat, out.effective, out.collected, out.barrier), parts, strict=True
        ):
            target[:, :, column] = part
    return out


def _source_wedges(
    economy: Economy,
    market: Market,
    source: str,
    scenario: Scenario,
    years: Years,
    staged: bool,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Hat, effective and collected tariff and barrier of one source, shape (Y, H) each."""
    tariffs = [
        lever
        for lever in scenario.levers_of(TariffLever)
        if (lever.importer, lever.source) == (market.importer, source)
    ]
    origin = [
        lever
        for lever in scenario.levers_of(OriginLever)
        if lever.importer == market.importer and source == market.partner
    ]
    barriers = [
        lever
        for lever in scenario.levers_of(NtbLever)
        if lever.importer == market.importer and (lever.also_others or source == market.partner)
    ]
    if tariffs or origin or barriers:
        distinct, position = years, np.arange(len(years))
    else:
        # Without a lever the wedge moves only with the schedule: few distinct years.
        distinct, position = _schedule_years(market, source, years)
    schedule, column = market.schedule, market.exporters.index(source)
    select = economy.classification
    base = np.array([BASE_YEAR])

    phi = market.origin_cost[schedule.chapter, column]
    if origin:
        phi = origin_cost_after(market, origin, select, distinct, staged)
    rates = schedule.product_rates(line_rates(market, source, tariffs, select, distinct, staged))
    rates_base = schedule.product_rates(schedule.line_rates(source, base))
    nu_base = market.barrier_total[schedule.chapter]
    actionable = economy.parameters.value("actionable_share")
    nu = barriers_after_relief(market, barriers, actionable, select, distinct, staged)

    paid, collected = market.product_tariffs(rates, phi)
    paid_base, _ = market.product_tariffs(rates_base, market.origin_cost[schedule.chapter, column])
    hats = (1 + paid) * (1 + nu) / ((1 + paid_base) * (1 + nu_base))
    weights = market.product_weights[:, column]
    sigma, group = market.sigma_import, schedule.chapter
    hat = aggregate_lines(hats, weights, sigma, group, len(sigma))

    # New landed shares of the products give the chapter's mean rates.
    landed = weights * hats ** (1 - sigma[group])
    cif = landed / ((1 + paid) * (1 + nu))

    def mean(rate: Floats, weight: Floats) -> Floats:
        return schedule.chapter_sums(rate * weight) / schedule.chapter_sums(weight)

    return (
        hat[position],
        mean(paid, cif)[position],
        mean(collected, cif)[position],
        mean(nu, cif * (1 + paid))[position],
    )


def _schedule_years(market: Market, source: str, years: Years) -> tuple[Years, NDArray[np.int64]]:
    """Years in which a source's scheduled rates differ, and which of them each year repeats."""
    late = market.schedule.late_changes.get(source)
    moving = np.minimum(years, market.schedule.last_change(source))
    if late is not None:
        moving = np.where(years >= late[0], late[0], moving)
    distinct, position = np.unique(moving, return_inverse=True)
    return distinct, position
