"""Landed wedges by year: tariffs, use of preferences and barriers, from lines to chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cepasim.core.arrays import Floats, Ints, everywhere, repeated
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.equilibrium.ces import aggregate_sorted
from cepasim.levers.lever import Quantity
from cepasim.levers.measure import Measure, of_kind
from cepasim.levers.ntb import NtbLever, actionable_shares, barriers_after
from cepasim.levers.origin import OriginLever, claimable, origin_cost
from cepasim.levers.rates import line_rates
from cepasim.levers.remedy import RemedyLever, with_remedies
from cepasim.levers.timing import Years
from cepasim.shocks.delay import Delay
from cepasim.shocks.repeats import distinct_years, path_of


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
    moved : mapping of int to SourceWedges, or None
        What the arrays are made of, by place of the source; all other sources have the wedges of
        the base year. None where unknown: `assembled` says it, and ``replace`` drops it.
    """

    hat: Floats
    effective: Floats
    collected: Floats
    barrier: Floats
    moved: Mapping[int, SourceWedges] | None = field(init=False, default=None)

    def not_as_in(self, others: Wedges) -> list[int]:
        """Places of the sources whose wedges may not be the very same in others."""
        if self.moved is None or others.moved is None:
            return list(range(self.hat.shape[2]))
        places = dict.fromkeys((*self.moved, *others.moved))
        return [at for at in places if self.moved.get(at) is not others.moved.get(at)]

    def line_mix(self, market: Market) -> Floats:
        """CES hat of the wedge over the hat of its mean level, shape (Y, H, S).

        Buyers turn to the lines that became cheaper, so the price index of a chapter falls by
        more than the mean wedge; dollars f.o.b. are landed dollars over the mean, or the lines
        would not add up to their chapter. 1 where all lines of a chapter move alike.
        """
        start = (1 + market.tariff_effective) * (1 + market.barrier_total[:, None])
        level = 1 + self.effective
        level *= 1 + self.barrier
        mix = self.hat * start
        mix /= level
        return np.asarray(mix)


@dataclass(frozen=True, slots=True, eq=False)
class SourceWedges:
    """Wedges of one source in one market, shape (Y, H) each; as in `Wedges`.

    ``collected`` is the same array as ``effective`` where all that is paid is collected;
    ``barrier`` is None where it stays what it was in the base year. ``felt`` holds them as trade
    feels them, by the delay, where that was worked out already.
    """

    hat: Floats
    effective: Floats
    collected: Floats
    barrier: Floats | None
    felt: dict[Delay, SourceWedges] = field(default_factory=dict, repr=False)

    @classmethod
    def of_base_year(cls, market: Market, column: int, years: int) -> SourceWedges:
        """Wedges of a source that nothing moves."""
        shape = (years, len(market.chapters))
        effective, collected = (
            repeated(rates[None, :, column], shape)
            for rates in (market.tariff_effective, market.tariff_collected)
        )
        return cls(np.ones(shape), effective, collected, None)

    def in_years(self, rows: slice) -> SourceWedges:
        """Return these wedges in some of the years only."""
        effective = self.effective[rows]
        return SourceWedges(
            self.hat[rows],
            effective,
            effective if self.collected is self.effective else self.collected[rows],
            None if self.barrier is None else self.barrier[rows],
        )

    def frozen(self) -> SourceWedges:
        """Return these wedges, which nobody can write to any more."""
        for rates in (self.hat, self.effective, self.collected):
            rates.setflags(write=False)
        return self


#: A source and the measures that move its wedge.
WedgeKey = tuple[str, tuple[Measure, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class KnownWedges:
    """Wedges of one market that were worked out already, for coalitions that share them.

    Attributes
    ----------
    legislated : dict
        By source and the measures on it.
    """

    legislated: dict[WedgeKey, SourceWedges] = field(default_factory=dict)


def wedges(
    economy: Economy, importer: str, acting: Sequence[Measure], years: Years, staged: bool = True
) -> Wedges:
    """Wedges that every source meets in one market, as legislated.

    Parameters
    ----------
    economy : Economy
    importer : str
    acting : sequence of Measure
        Of this market. The reference has none: its wedges move with the schedule.
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False where every measure is in force at once on the rates of the base year.

    Returns
    -------
    Wedges
    """
    moved = moved_wedges(economy, importer, acting, years, KnownWedges())
    return assembled(economy.markets[importer], moved, len(years))


def moved_wedges(
    economy: Economy,
    importer: str,
    acting: Sequence[Measure],
    years: Years,
    known: KnownWedges,
) -> dict[int, SourceWedges]:
    """Wedges of the sources that the schedule or a lever moves, by their place.

    Parameters are those of `wedges`; ``known`` is of this market, these years and this economy,
    and is added to.
    """
    market, cache = economy.markets[importer], known.legislated
    # What no lever moves is the same in every scenario with these years.
    unmoved = market.on_horizon((years.tobytes(), economy.wedge_rule))
    keys: dict[int, WedgeKey] = {}
    together: list[str] = []
    of_wedges = [one for one in acting if Quantity.WEDGE in one.lever.moves]
    for column, source in enumerate(market.exporters):
        moving = tuple(one for one in of_wedges if one.lever.concerns(source))
        if not moving and not market.schedule.moving[column]:
            continue
        keys[column] = key = source, moving
        if key in cache:
            continue
        if key in unmoved:
            cache[key] = unmoved[key]
        elif moving or source == market.partner:
            cache[key] = _source_wedges(economy, market, source, moving, years)
        else:
            together.append(source)
    for source, found in _scheduled_wedges(economy, market, together, years).items():
        cache[source, ()] = found
    for key in keys.values():
        if not key[1] and key not in unmoved:
            unmoved[key] = cache[key].frozen()
    return {column: cache[key] for column, key in keys.items()}


def felt_in_trade(moved: Mapping[int, SourceWedges], delay: Delay) -> dict[int, SourceWedges]:
    """Wedges as trade feels them, by place of the source.

    In logs, so that the level of the wedge is the product of its felt parts in every year, and
    all of landed expenditure belongs to somebody.

    Parameters
    ----------
    moved : mapping of int to SourceWedges
        As legislated; they keep what is found.
    delay : Delay
    """
    new = [source for source in dict.fromkeys(moved.values()) if delay not in source.felt]
    paths: list[Floats] = []
    for source in new:
        paths += [np.log(source.hat), np.log1p(source.effective)]
        if source.collected is not source.effective:
            paths.append(np.log1p(source.collected))
        if source.barrier is not None:
            paths.append(np.log1p(source.barrier))
    if new:
        together = iter(delay(np.stack(paths, axis=1)).swapaxes(0, 1))
    for source in new:
        hat, effective = np.exp(next(together)), np.expm1(next(together))
        collected, barrier = effective, None
        if source.collected is not source.effective:
            collected = np.expm1(next(together))
        if source.barrier is not None:
            barrier = np.expm1(next(together))
        source.felt[delay] = SourceWedges(hat, effective, collected, barrier)
    return {column: source.felt[delay] for column, source in moved.items()}


def assembled(
    market: Market,
    moved: Mapping[int, SourceWedges],
    years: int,
    places: Ints | None = None,
) -> Wedges:
    """Wedges of all sources: those that move, and those of the base year for all others.

    Parameters
    ----------
    market : Market
        With the products at ``places``.
    moved : mapping of int to SourceWedges
        Of all products.
    years : int
    places : ndarray of int, shape (n,), optional
        All products unless given.
    """
    shape = (years, *market.tariff_effective.shape)
    if not moved:
        as_before = Wedges(
            hat=everywhere(1.0, shape),
            effective=np.broadcast_to(market.tariff_effective, shape),
            collected=np.broadcast_to(market.tariff_collected, shape),
            barrier=np.broadcast_to(market.barrier_total[:, None], shape),
        )
        return _made_of(as_before, moved)
    relieved = any(source.barrier is not None for source in moved.values())
    barrier = np.broadcast_to(market.barrier_total[:, None], shape)
    out = Wedges(
        hat=np.ones(shape),
        effective=np.empty(shape),
        collected=np.empty(shape),
        barrier=barrier.copy() if relieved else barrier,
    )
    out.effective[...] = market.tariff_effective
    out.collected[...] = market.tariff_collected
    chosen = slice(None) if places is None else places
    for column, source in moved.items():
        out.hat[:, :, column] = source.hat[:, chosen]
        out.effective[:, :, column] = source.effective[:, chosen]
        out.collected[:, :, column] = source.collected[:, chosen]
        if source.barrier is not None:
            out.barrier[:, :, column] = source.barrier[:, chosen]
    return _made_of(out, moved)


def _made_of(found: Wedges, moved: Mapping[int, SourceWedges]) -> Wedges:
    """Return the wedges, which know what they are made of."""
    object.__setattr__(found, "moved", moved)  # frozen, and no argument: see `Wedges`
    return found


def _scheduled_wedges(
    economy: Economy, market: Market, sources: Sequence[str], years: Years
) -> dict[str, SourceWedges]:
    """Wedges of sources that the schedule alone moves; they claim in full, at no cost.

    Sources whose wedge differs in equally many years are worked out side by side.
    """
    schedule, alike = market.schedule, dict[int, dict[str, tuple[Ints, Ints]]]()
    for source in sources:
        thin = schedule.by_kind(schedule.kinds(source))
        paths = [path_of(thin, schedule.name_of(source), years)]
        own = distinct_years(paths, (), years, schedule.rates.base_year)
        alike.setdefault(len(own[0]), {})[source] = own
    found: dict[str, SourceWedges] = {}
    for group in alike.values():
        found |= _side_by_side(economy, market, group, years)
    return found


def _side_by_side(
    economy: Economy, market: Market, sources: Mapping[str, tuple[Ints, Ints]], years: Years
) -> dict[str, SourceWedges]:
    """Wedges of sources with R distinct years each, from `_distinct_years`."""
    stack = market.schedule.stack(tuple(sources))
    thin = {kinds: market.schedule.by_kind(kinds) for kinds in dict.fromkeys(stack.kinds)}
    distinct = {
        name: years[rows] for name, (rows, _) in zip(stack.sources, sources.values(), strict=True)
    }
    columns = [market.exporters.index(source) for source in sources]
    rates = stack.joined(lambda kinds, name: thin[kinds].product_path(name, distinct[name]))
    mfn = stack.joined(lambda kinds, name: thin[kinds].product_mfn(name))
    claimed = stack.spread(market.claims.others[columns])
    paid, _ = market.tariffs(mfn, rates, 0.0, claimed)
    before = [market.paid_before(*one) for one in zip(columns, stack.kinds, strict=True)]
    paid_base = np.concatenate(before)
    sigma = np.tile(_substitution(economy, market), len(sources))
    weights = np.concatenate([market.weights[column].by_kind for column in columns])
    log_ratio = np.log((1 + paid) / (1 + paid_base))
    hat, landed = aggregate_sorted(log_ratio, weights, sigma, stack.first)
    cif = landed / (1 + paid)
    mean = stack.sums(paid * cif) / stack.sums(cif)
    found, unmoved = {}, np.ones((1, len(market.chapters)))
    for place, (source, (_, position)) in enumerate(sources.items()):
        then = market.tariff_effective[:, columns[place]][None]
        part = slice(place * len(market.chapters), (place + 1) * len(market.chapters))
        effective = np.concatenate([mean[:, part], then])[position]
        hats = np.concatenate([hat[:, part], unmoved])[position]
        found[source] = SourceWedges(hats, effective, effective, None)
    return found


def _substitution(economy: Economy, market: Market) -> Floats:
    """Elasticity by which products aggregate; at 0 the index is the mean at unchanged amounts."""
    return market.sigma_import * (economy.wedge_rule == "ces")


def _source_wedges(
    economy: Economy,
    market: Market,
    source: str,
    moving: tuple[Measure, ...],
    years: Years,
) -> SourceWedges:
    """Wedges of one source."""
    column, name = market.exporters.index(source), market.schedule.name_of(source)
    kinds = market.schedule.kinds(
        source,
        tuple(one.key for one in moving),
        lambda: [mark for one in moving for mark in one.marks],
    )
    schedule = market.schedule.by_kind(kinds)
    paths = [path_of(schedule, name, years)]
    looked_at = dict.fromkeys(other for one in moving for other in one.asked.looks_at)
    paths += [path_of(market.schedule, other, years) for other in looked_at]
    rows, position = distinct_years(paths, moving, years, schedule.rates.base_year)
    acting = [one.on(kinds, rows) for one in moving]
    before = SourceWedges.of_base_year(market, column, 1)
    group = schedule.chapter

    # Only the partner has a cost of origin: other sources are taken to claim in full.
    claimed_base = float(market.claims.others[column])
    claimed: Floats | float = claimed_base
    phi = 0.0 if source != market.partner else market.origin_cost[group, column]
    if of_kind(moving, OriginLever):

        def by_product(parameter: str) -> Floats:
            return economy.parameters.by_chapter(parameter, market.chapters)[group]

        phi = origin_cost(market.origin_cost[group, column], acting, by_product)
        claimed = claimable(claimed_base, acting, by_product)
    rates = line_rates(schedule.line_rates(name, years[rows]), schedule.mfn, acting)
    mfn, products = schedule.product_mfn(name), schedule.product_rates(rates, name)
    paid_base = market.paid_before(column, kinds)
    if of_kind(moving, RemedyLever):
        mfn, products = with_remedies(schedule, name, rates, acting)
    paid, collected = market.tariffs(mfn, products, phi, claimed)
    ratio = (1 + paid) / (1 + paid_base)
    nu = market.barrier_total[group]
    relief = bool(of_kind(moving, NtbLever))
    if relief:
        actionable = actionable_shares(economy.parameters)
        days = economy.parameters.by_chapter("border_days", economy.chapters, market.importer)
        relieved = barriers_after(market.barriers, group, acting, actionable, days)
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
    if relief:
        level = schedule.chapter_sums(nu * duty_paid) / schedule.chapter_sums(duty_paid)
        barrier = by_year(level, market.barrier_total[None])
    if collected is not paid:
        due = schedule.chapter_sums(collected * cif) / all_cif
        mean_collected = by_year(due, before.collected)
    return SourceWedges(by_year(hat, before.hat), mean, mean_collected, barrier)
