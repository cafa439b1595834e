"""Landed wedges by year: tariffs, use of preferences and barriers, from lines to chapters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cepasim.classification import Classification
from cepasim.economy import Economy, Market
from cepasim.equilibrium.ces import aggregate_sorted
from cepasim.fiscal_year import BASE_YEAR
from cepasim.policy.ntb import barriers_after_relief
from cepasim.policy.origin import origin_cost_after
from cepasim.policy.tariffs import line_rates, selected_lines
from cepasim.scenario import NtbLever, OriginLever, Scenario, TariffLever
from cepasim.timing import Years, in_force

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


Parts = tuple[Floats, Floats, Floats, Floats]
WedgeLever = TariffLever | OriginLever | NtbLever


@dataclass(frozen=True, slots=True, eq=False)
class KnownWedges:
    """Wedges of one market that were worked out already, for coalitions that share them.

    Attributes
    ----------
    of_market : dict
        By all the levers that move them.
    of_source : dict
        By source and the levers on it.
    """

    of_market: dict[tuple[WedgeLever, ...], Wedges] = field(default_factory=dict)
    of_source: dict[tuple[str, tuple[WedgeLever, ...]], Parts] = field(default_factory=dict)


def wedges(
    economy: Economy,
    importer: str,
    scenario: Scenario,
    years: Years,
    staged: bool = True,
    known: KnownWedges | None = None,
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
    known : KnownWedges, optional
        Of this market, these years and this economy; added to.

    Returns
    -------
    Wedges
    """
    market = economy.markets[importer]
    shape = (len(years), len(economy.chapters), len(market.exporters))
    # A source that neither the schedule nor a lever moves keeps the wedges of the base year.
    out = Wedges(
        hat=np.ones(shape),
        effective=np.broadcast_to(market.tariff_effective, shape).copy(),
        collected=np.broadcast_to(market.tariff_collected, shape).copy(),
        barrier=np.broadcast_to(market.barrier_total[:, None], shape).copy(),
    )
    cache = {} if known is None else known.of_source
    for column, source in enumerate(market.exporters):
        levers = _levers_on(market, source, scenario)
        if not levers and not _moves(market, source):
            continue
        key = source, levers
        if key not in cache:
            cache[key] = _source_wedges(economy, market, source, levers, years, staged)
        for target, part in zip(
            (out.hat, out.effective, out.collected, out.barrier), cache[key], strict=True
        ):
            target[:, :, column] = part
    return out


def _levers_on(market: Market, source: str, scenario: Scenario) -> tuple[WedgeLever, ...]:
    """Levers of a scenario that move the wedge of one source in one market."""
    own = source == market.partner
    return tuple(
        lever
        for lever in scenario.levers
        if isinstance(lever, WedgeLever)
        and lever.importer == market.importer
        and (
            (isinstance(lever, TariffLever) and lever.source == source)
            or (isinstance(lever, OriginLever) and own)
            or (isinstance(lever, NtbLever) and (lever.also_others or own))
        )
    )


def _moves(market: Market, source: str) -> bool:
    """Whether the schedule changes what a source pays after the base year."""
    schedule = market.schedule
    return source in schedule.late_changes or schedule.last_change(source) > BASE_YEAR


def _source_wedges(
    economy: Economy,
    market: Market,
    source: str,
    levers: tuple[WedgeLever, ...],
    years: Years,
    staged: bool,
) -> Parts:
    """Hat, effective and collected tariff and barrier of one source, shape (Y, H) each."""
    tariffs = [lever for lever in levers if isinstance(lever, TariffLever)]
    origin = [lever for lever in levers if isinstance(lever, OriginLever)]
    barriers = [lever for lever in levers if isinstance(lever, NtbLever)]
    distinct, position = _distinct_years(market, source, levers, years, staged)
    select, column = economy.classification, market.exporters.index(source)
    kinds = market.schedule.kinds(
        source,
        tuple((lever.kind, lever.select) for lever in levers),
        lambda: [_selected(market, lever, select) for lever in levers],
    )
    schedule = kinds.schedule(market.schedule, source)
    group, first = schedule.chapter, schedule.first_product
    thin = replace(
        market,
        exporters=(source,),
        schedule=schedule,
        product_weights=kinds.sums(market.product_weights[:, column])[:, None],
        origin_cost=market.origin_cost[:, [column]],
    )

    # Only the partner has a cost of origin: other sources are taken to claim in full.
    phi_base = phi = 0.0 if source != market.partner else thin.origin_cost[group, 0]
    if origin:
        phi = origin_cost_after(thin, origin, select, distinct, staged)
    rates = schedule.product_rates(line_rates(thin, source, tariffs, select, distinct, staged))
    paid, collected = thin.product_tariffs(rates, phi)
    paid_base, _ = thin.product_tariffs(schedule.product_rate_base[:, 0], phi_base)
    ratio = (1 + paid) / (1 + paid_base)
    nu = market.barrier_total[group]
    if barriers:
        actionable = economy.parameters.value("actionable_share")
        days = economy.parameters.by_chapter("border_days", economy.chapters, market.importer)
        relieved = barriers_after_relief(thin, barriers, actionable, select, distinct, staged, days)
        ratio *= (1 + relieved) / (1 + nu)
        nu = relieved
    # The CES index at zero substitution is the mean at unchanged quantities.
    sigma = market.sigma_import * (economy.wedge_rule == "ces")
    hat, landed = aggregate_sorted(np.log(ratio), thin.product_weights[:, 0], sigma, first)

    # New landed shares of the products give the chapter's mean rates.
    duty_paid = landed / (1 + nu)
    cif = duty_paid / (1 + paid)
    all_cif = schedule.chapter_sums(cif)
    mean_paid = schedule.chapter_sums(paid * cif) / all_cif
    barrier = np.broadcast_to(market.barrier_total, hat.shape)
    if barriers:
        barrier = schedule.chapter_sums(nu * duty_paid) / schedule.chapter_sums(duty_paid)
    mean_collected = mean_paid
    if collected is not paid:
        mean_collected = schedule.chapter_sums(collected * cif) / all_cif
    return hat[position], mean_paid[position], mean_collected[position], barrier[position]


def _selected(
    market: Market, lever: WedgeLever, classification: Classification
) -> NDArray[np.bool_]:
    """Lines that a tariff lever selects, or products that another one does."""
    if isinstance(lever, TariffLever):
        return selected_lines(market, lever, classification)
    return classification.select(lever.select).matches(market.schedule.products)


def _distinct_years(
    market: Market, source: str, levers: tuple[WedgeLever, ...], years: Years, staged: bool
) -> tuple[Years, NDArray[np.int64]]:
    """Years in which a source's wedge differs, and which of them each year repeats."""
    schedule = market.schedule
    late = schedule.late_changes.get(source)
    moving = np.minimum(years, schedule.last_change(source))
    if late is not None:
        moving = np.where(years >= late[0], late[0], moving)
    shares = [in_force(years, lever.start, lever.years, staged) for lever in levers]
    state = np.stack([moving, *shares])
    _, first, position = np.unique(state, axis=1, return_index=True, return_inverse=True)
    return years[first], position.reshape(-1)
