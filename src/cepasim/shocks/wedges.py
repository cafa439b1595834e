"""Landed wedges by year: tariffs, use of preferences and barriers, from lines to chapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cepasim.core.fiscal_year import BASE_YEAR
from cepasim.economy.economy import Economy
from cepasim.economy.kinds import Kinds
from cepasim.economy.market import Market
from cepasim.economy.schedule import TariffSchedule
from cepasim.equilibrium.ces import aggregate_sorted
from cepasim.levers.ntb import barriers_after_relief
from cepasim.levers.origin import origin_cost_after
from cepasim.levers.tariff import line_rates, selected_lines
from cepasim.levers.timing import Years, in_force
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import NtbLever, OriginLever, Scenario, TariffLever

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


@dataclass(frozen=True, slots=True, eq=False)
class SourceWedges:
    """Wedges of one source in one market, shape (Y, H) each; as in `Wedges`.

    ``collected`` is the same array as ``effective`` where all that is paid is collected;
    ``barrier`` is None where it stays what it was in the base year.
    """

    hat: Floats
    effective: Floats
    collected: Floats
    barrier: Floats | None

    @classmethod
    def of_base_year(cls, market: Market, column: int, years: int) -> SourceWedges:
        """Wedges of a source that nothing moves."""
        shape = (years, len(market.chapters))
        effective, collected = (
            np.broadcast_to(rates[:, column], shape)
            for rates in (market.tariff_effective, market.tariff_collected)
        )
        return cls(np.ones(shape), effective, collected, None)


WedgeLever = TariffLever | OriginLever | NtbLever


@dataclass(frozen=True, slots=True, eq=False)
class KnownWedges:
    """Wedges of one market that were worked out already, for coalitions that share them.

    Attributes
    ----------
    legislated : dict
        By source and the levers on it.
    in_trade : dict
        As trade feels them, by what is legislated.
    """

    legislated: dict[tuple[str, tuple[WedgeLever, ...]], SourceWedges] = field(default_factory=dict)
    in_trade: dict[SourceWedges, SourceWedges] = field(default_factory=dict)


def wedges(
    economy: Economy, importer: str, scenario: Scenario, years: Years, staged: bool = True
) -> Wedges:
    """Wedges that every source meets in one market under a scenario, as legislated.

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
    moved = moved_wedges(economy, importer, scenario, years, staged, KnownWedges())
    return assembled(economy.markets[importer], moved, len(years))


def moved_wedges(
    economy: Economy,
    importer: str,
    scenario: Scenario,
    years: Years,
    staged: bool,
    known: KnownWedges,
) -> dict[int, SourceWedges]:
    """Wedges of the sources that the schedule or a lever moves, by their place.

    Parameters are those of `wedges`; ``known`` is of this market, these years and this economy,
    and is added to.
    """
    market, cache = economy.markets[importer], known.legislated
    keys: dict[int, tuple[str, tuple[WedgeLever, ...]]] = {}
    together: list[str] = []
    for column, source in enumerate(market.exporters):
        levers = _levers_on(market, source, scenario)
        if not levers and not market.schedule.moving[column]:
            continue
        keys[column] = key = source, levers
        if key in cache:
            continue
        if levers or source == market.partner or market.schedule.rates.late(source) is not None:
            cache[key] = _source_wedges(economy, market, source, levers, years, staged)
        else:
            together.append(source)
    if together:
        found = _scheduled_wedges(economy, market, together, years, staged)
        cache |= {(source, ()): wedges for source, wedges in zip(together, found, strict=True)}
    return {column: cache[key] for column, key in keys.items()}


def felt_in_trade(
    moved: Mapping[int, SourceWedges], felt: Callable[[Floats], Floats], known: KnownWedges
) -> dict[int, SourceWedges]:
    """Wedges as trade feels them, by place of the source.

    In logs, so that the level of the wedge is the product of its felt parts in every year, and
    all of landed expenditure belongs to somebody.

    Parameters
    ----------
    moved : mapping of int to SourceWedges
        As legislated.
    felt : callable
        The path of a shock as trade feels it.
    known : KnownWedges
        Of this market; added to.
    """
    new = [source for source in moved.values() if source not in known.in_trade]
    paths: list[Floats] = []
    for source in new:
        paths += [np.log(source.hat), np.log1p(source.effective)]
        if source.collected is not source.effective:
            paths.append(np.log1p(source.collected))
        if source.barrier is not None:
            paths.append(np.log1p(source.barrier))
    if new:
        together = iter(felt(np.stack(paths, axis=1)).swapaxes(0, 1))
    for source in new:
        hat, effective = np.exp(next(together)), np.expm1(next(together))
        collected, barrier = effective, None
        if source.collected is not source.effective:
            collected = np.expm1(next(together))
        if source.barrier is not None:
            barrier = np.expm1(next(together))
        known.in_trade[source] = SourceWedges(hat, effective, collected, barrier)
    return {column: known.in_trade[source] for column, source in moved.items()}


def assembled(market: Market, moved: Mapping[int, SourceWedges], years: int) -> Wedges:
    """Wedges of all sources: those that move, and those of the base year for all others."""
    shape = (years, *market.tariff_effective.shape)
    if not moved:
        return Wedges(
            hat=np.broadcast_to(1.0, shape),
            effective=np.broadcast_to(market.tariff_effective, shape),
            collected=np.broadcast_to(market.tariff_collected, shape),
            barrier=np.broadcast_to(market.barrier_total[:, None], shape),
        )
    out = Wedges(
        hat=np.ones(shape),
        effective=np.broadcast_to(market.tariff_effective, shape).copy(),
        collected=np.broadcast_to(market.tariff_collected, shape).copy(),
        barrier=np.broadcast_to(market.barrier_total[:, None], shape).copy(),
    )
    for column, source in moved.items():
        out.hat[:, :, column] = source.hat
        out.effective[:, :, column] = source.effective
        out.collected[:, :, column] = source.collected
        if source.barrier is not None:
            out.barrier[:, :, column] = source.barrier
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


def _scheduled_wedges(
    economy: Economy, market: Market, sources: Sequence[str], years: Years, staged: bool
) -> list[SourceWedges]:
    """Wedges of sources that the schedule alone moves; they claim in full, at no cost."""
    stack = market.schedule.stack(sources)
    thin = {kinds: market.schedule.by_kind(kinds) for kinds in stack.kinds}
    one = stack.kinds[0]
    distinct, position = _distinct_years(thin[one], one.source, (), years, staged)

    def by_kind(kinds: Kinds) -> Floats:
        schedule = thin[kinds]
        return schedule.product_rates(schedule.line_rates(kinds.source, distinct))

    columns = [market.exporters.index(source) for source in sources]
    rates, mfn = stack.joined(by_kind), stack.joined(lambda kinds: thin[kinds].product_mfn)
    base = stack.joined(lambda kinds: thin[kinds].product_base(kinds.source))
    claimed = stack.spread(market.claims.others[columns])
    paid, _ = market.tariffs(mfn, rates, 0.0, claimed)
    paid_base, _ = market.tariffs(mfn, base, 0.0, claimed)
    sigma = np.tile(_substitution(economy, market), len(sources))
    weights = np.concatenate([market.weights[column].by_kind for column in columns])
    log_ratio = np.log((1 + paid) / (1 + paid_base))
    hat, landed = aggregate_sorted(log_ratio, weights, sigma, stack.first)
    cif = landed / (1 + paid)
    mean = stack.sums(paid * cif) / stack.sums(cif)
    found = []
    for place, column in enumerate(columns):
        before = SourceWedges.of_base_year(market, column, 1)
        part = slice(place * len(market.chapters), (place + 1) * len(market.chapters))
        effective = np.concatenate([mean[:, part], before.effective])[position]
        hats = np.concatenate([hat[:, part], before.hat])[position]
        found.append(SourceWedges(hats, effective, effective, None))
    return found


def _substitution(economy: Economy, market: Market) -> Floats:
    """Elasticity by which products aggregate; at 0 the index is the mean at unchanged amounts."""
    return market.sigma_import * (economy.wedge_rule == "ces")


def _source_wedges(
    economy: Economy,
    market: Market,
    source: str,
    levers: tuple[WedgeLever, ...],
    years: Years,
    staged: bool,
) -> SourceWedges:
    """Wedges of one source."""
    tariffs = [lever for lever in levers if isinstance(lever, TariffLever)]
    origin = [lever for lever in levers if isinstance(lever, OriginLever)]
    barriers = [lever for lever in levers if isinstance(lever, NtbLever)]
    select, column = economy.classification, market.exporters.index(source)
    kinds = market.schedule.kinds(
        source,
        tuple((lever.kind, lever.select) for lever in levers),
        lambda: [_selected(market, lever, select) for lever in levers],
    )
    schedule = market.schedule.by_kind(kinds)
    distinct, position = _distinct_years(schedule, kinds.source, levers, years, staged)
    before = SourceWedges.of_base_year(market, column, 1)
    group = schedule.chapter
    thin = replace(
        market,
        exporters=(kinds.source,),
        schedule=schedule,
        origin_cost=market.origin_cost[:, [column]],
    )

    # Only the partner has a cost of origin: other sources are taken to claim in full.
    claimed = float(market.claims.others[column])
    phi_base = phi = 0.0 if source != market.partner else thin.origin_cost[group, 0]
    if origin:
        phi = origin_cost_after(thin, origin, select, distinct, staged)
    rates = line_rates(thin, kinds.source, tariffs, select, distinct, staged)
    paid, collected = thin.product_tariffs(schedule.product_rates(rates), phi, claimed)
    paid_base, _ = thin.product_tariffs(schedule.product_base(kinds.source), phi_base, claimed)
    ratio = (1 + paid) / (1 + paid_base)
    nu = market.barrier_total[group]
    if barriers:
        actionable = economy.parameters.value("actionable_share")
        days = economy.parameters.by_chapter("border_days", economy.chapters, market.importer)
        relieved = barriers_after_relief(thin, barriers, actionable, select, distinct, staged, days)
        ratio *= (1 + relieved) / (1 + nu)
        nu = relieved
    sigma, weights = _substitution(economy, market), market.weights[column].of(kinds)
    hat, landed = aggregate_sorted(np.log(ratio), weights, sigma, schedule.first_product)

    def by_year(rows: Floats, base: Floats) -> Floats:
        return np.concatenate([rows, base])[position]

    # New landed shares of the products give the chapter's mean rates.
    duty_paid = landed / (1 + nu)
    cif = duty_paid / (1 + paid)
    all_cif = schedule.chapter_sums(cif)
    mean = by_year(schedule.chapter_sums(paid * cif) / all_cif, before.effective)
    barrier, mean_collected = None, mean
    if barriers:
        level = schedule.chapter_sums(nu * duty_paid) / schedule.chapter_sums(duty_paid)
        barrier = by_year(level, market.barrier_total[None])
    if collected is not paid:
        due = schedule.chapter_sums(collected * cif) / all_cif
        mean_collected = by_year(due, before.collected)
    return SourceWedges(by_year(hat, before.hat), mean, mean_collected, barrier)


def _selected(
    market: Market, lever: WedgeLever, classification: Classification
) -> NDArray[np.bool_]:
    """Lines that a tariff lever selects, or products that another one does."""
    if isinstance(lever, TariffLever):
        return selected_lines(market, lever, classification)
    return classification.select(lever.select).matches(market.schedule.products)


def _distinct_years(
    schedule: TariffSchedule,
    source: str,
    levers: tuple[WedgeLever, ...],
    years: Years,
    staged: bool,
) -> tuple[Years, NDArray[np.int64]]:
    """Years in which a source's wedge differs, and which of them each year repeats.

    The place after the last stands for years that repeat the base year.
    """
    late, last = schedule.rates.late(source), schedule.last_change(source)
    shares = [in_force(years, lever.start, lever.years, staged).tolist() for lever in levers]
    found: dict[tuple[float, ...], int] = {}
    first: list[int] = []
    position = []
    for place, (year, *share) in enumerate(zip(years.tolist(), *shares, strict=True)):
        moving = min(year, last) if late is None or year < late[0] else late[0]
        state = (moving, *share)
        if state not in found and (moving > BASE_YEAR or any(share)):
            found[state] = len(first)
            first.append(place)
        position.append(found.get(state, -1))
    return years[first], np.array(position)
