"""What products weigh within their chapter, and the duties a chapter pays in the base year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import numpy as np

from cepasim.core.arrays import Floats, frozen_floats
from cepasim.economy.claims import Claims
from cepasim.economy.schedule import Kinds, TariffSchedule
from cepasim.equilibrium.preferences import origin_cost_from_use, paid_and_collected

#: Weights of products whose trade is not known: alike in taste at what shippers pay on average, at
#: the preferential rate, or one each.
ProductRule = Literal["alike", "alike_preferential", "count"]


@dataclass(frozen=True, eq=False)
class ProductWeights:
    """Shares of K products in their chapter's landed imports from one source.

    Products of a kind have the same share unless trade is known by product. Then each has
    ``on_known`` of its kind for a dollar known to be traded, and ``on_others`` if none is.

    Attributes
    ----------
    kinds : Kinds
        G kinds, told apart by nothing but the trade known.
    by_kind : ndarray, shape (G,)
        Shares of each kind.
    known : ndarray, shape (K,), or None
        Known trade by product, US$ million; None where there is none.
    on_known, on_others : ndarray, shape (G,), or float
    paid : ndarray, shape (G,), or None
        Tariff paid on each kind in the base year, fraction, where it is at hand.
    """

    kinds: Kinds
    by_kind: Floats
    known: Floats | None = None
    on_known: Floats | float = 0.0
    on_others: Floats | float = 0.0
    paid: Floats | None = None

    @cached_property
    def by_product(self) -> Floats:
        """Shares of each product, shape (K,)."""
        kind = self.kinds.of_product
        if self.known is None:
            return frozen_floats((self.by_kind / self.kinds.number)[kind])
        each = np.stack(np.broadcast_arrays(self.on_known, self.on_others))[:, kind]
        return frozen_floats(np.where(self.known > 0, self.known * each[0], each[1]))

    def of(self, kinds: Kinds) -> Floats:
        """Shares of each of some kinds."""
        return self.by_kind if kinds is self.kinds else kinds.sums(self.by_product)

    def scaled(self, factor: Floats) -> ProductWeights:
        """Weights of which each is multiplied by a factor of its kind, shape (G,).

        What is paid is another then.
        """
        return ProductWeights(
            self.kinds,
            frozen_floats(self.by_kind * factor),
            self.known,
            self.on_known * factor,
            self.on_others * factor,
        )


@dataclass(frozen=True, eq=False)
class Tastes:
    """What a source sells of each kind where products of a chapter are alike in taste.

    Attributes
    ----------
    kinds : Kinds
        G kinds.
    power : ndarray, shape (G,)
        ``-sigma``.
    products : ndarray, shape (K,), or None
        Known trade by product, US$ million; 0 where nothing is known.
    known, unknown : ndarray, shape (G,), or float
        Known trade of each kind, and the number of its products without any.
    rest : ndarray, shape (H,), or float
        What a chapter trades beyond its known products; any unit where none is known.
    """

    kinds: Kinds
    power: Floats
    products: Floats | None
    known: Floats | float
    unknown: Floats
    rest: Floats | float

    @classmethod
    def of(cls, kinds: Kinds, sigma: Floats, products: Floats | None, total: Floats) -> Tastes:
        """Tastes given what each chapter trades in all, shape (H,), and what is known of it."""
        power = -sigma[kinds.chapter]
        if products is None:
            return cls(kinds, power, None, 0.0, kinds.number, 1.0)
        known = kinds.sums(products)
        listed = kinds.schedule.chapter_sums(known)
        rest = np.where(listed > 0, np.maximum(total - listed, 0.0), 1.0)
        return cls(kinds, power, products, known, kinds.sums((products == 0) * 1.0), rest)

    def at(self, rate: Floats) -> Floats:
        """c.i.f. trade of a product at a rate, any unit in a chapter, shape (G,)."""
        return np.asarray(np.exp(self.power * np.log1p(rate)))

    def _unit(self, spread: Floats) -> Floats:
        total = np.maximum(self.kinds.schedule.chapter_sums(spread), 1e-300)
        return np.asarray((self.rest / total)[self.kinds.chapter])

    def cif(self, taste: Floats) -> Floats:
        """Trade of each kind, any unit in a chapter: known, and the rest spread by taste."""
        spread = taste * self.unknown
        return np.asarray(self.known + self._unit(spread) * spread)

    def under_cost(
        self, highest: Floats, margin: Floats, claims: Claims, phi: Floats
    ) -> tuple[Floats, Floats]:
        """Trade of each kind under a cost of origin by chapter, and its slope in ``ln phi``."""
        group = self.kinds.chapter
        paid, due = paid_and_collected(highest, margin, phi[group], claims.maximum, claims.function)
        # What is paid moves with the log of the cost by what claimants spend on it.
        slope = self.power * (paid - due) / (1 + paid)
        spread = self.at(paid) * self.unknown
        rest = self._unit(spread) * spread
        sums = self.kinds.schedule.chapter_sums
        total = sums(rest)
        mean = np.divide(sums(rest * slope), total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(self.known + rest), np.asarray(rest * (slope - mean[group]))

    def weights(self, taste: Floats, paid: Floats, scale: Floats) -> ProductWeights:
        """Landed shares; ``scale`` is 1 over the landed trade of the chapter, shape (H,)."""
        on_known = (1 + paid) * scale[self.kinds.chapter]
        spread = taste * self.unknown
        on_others = self._unit(spread) * taste * on_known
        by_kind = self.known * on_known + self.unknown * on_others
        return ProductWeights(
            self.kinds, frozen_floats(by_kind), self.products, on_known, on_others, paid
        )


def benchmark_tariffs(
    schedule: TariffSchedule,
    partner: str,
    claims: Claims,
    sigma: Floats,
    partner_fob: Floats,
    known_trade: Floats | None,
    product_rule: ProductRule,
) -> tuple[tuple[ProductWeights, ...], Floats, Floats, Floats]:
    """Product weights, cost of origin, effective and collected tariffs of the base year.

    Where trade by product is not known, products of a chapter are taken to be alike in taste:
    their landed trade is in proportion to ``(1 + t)^(1 - sigma)``, so that a prohibitive line
    carries little trade, as it does at the border, and not its share of a count of lines. What a
    chapter trades beyond its known products is spread over the others in the same way. ``t`` is
    what is paid on average, for the partner solved with the cost of proving origin it depends on
    (``alike``), or the preferential rate (``alike_preferential``); ``count`` gives each product
    the same trade.

    Returns
    -------
    weights : tuple of ProductWeights
        Landed shares within the chapter, by source.
    phi : ndarray, shape (H, S)
    effective, collected : ndarray, shape (H, S)
    """
    own = schedule.exporters.index(partner)
    # Those that pay the same, and claim alike, are worked out once.
    same: dict[tuple[int, float], int] = {}
    to = [
        same.setdefault((rates, use), place)
        for place, (rates, use) in enumerate(
            zip(schedule.alike, claims.others.tolist(), strict=True)
        )
    ]
    first = [place for place in dict.fromkeys(to) if place != own]
    weights, means = _without_origin_cost(schedule, first, claims.others, sigma, product_rule)
    found = dict(zip(first, weights, strict=True))
    size = (sigma.size, len(schedule.exporters))
    phi, effective = np.zeros(size), np.empty(size)
    effective[:, first] = means.T
    found[own], phi[:, own], effective[:, own], collected_own = _with_origin_cost(
        schedule, partner, claims, sigma, partner_fob, known_trade, product_rule
    )
    effective = effective[:, to]
    collected = effective.copy()
    collected[:, own] = collected_own
    return tuple(found[place] for place in to), phi, effective, collected


def _without_origin_cost(
    schedule: TariffSchedule,
    columns: Sequence[int],
    claimed: Floats,
    sigma: Floats,
    product_rule: ProductRule,
) -> tuple[list[ProductWeights], Floats]:
    """Weights and mean tariff by chapter, (sources, H), where all that is paid is collected."""
    stack = schedule.stack([schedule.exporters[column] for column in columns])
    thin = {kinds: schedule.by_kind(kinds) for kinds in dict.fromkeys(stack.kinds)}
    pairs = zip(stack.kinds, stack.sources, strict=True)
    starts = [thin[kinds].start(source) for kinds, source in pairs]
    rate = np.concatenate([start.rate for start in starts])
    highest = np.concatenate([start.highest for start in starts])
    paid = highest - stack.spread(claimed[list(columns)]) * (highest - rate)
    cif = stack.number
    if product_rule != "count":
        logs = np.concatenate([start.log_rate for start in starts])
        cif = cif * np.exp(-sigma[stack.chapter] * logs)
    total, taxes = stack.sums(cif), stack.sums(cif * paid)
    mean = (taxes / total).reshape(len(columns), -1)
    shares = cif * (1 + paid) * np.repeat(1 / (total + taxes), stack.width)
    weights = [
        ProductWeights(kinds, frozen_floats(shares[part]), paid=paid[part])
        for kinds, part in zip(stack.kinds, stack.parts, strict=True)
    ]
    return weights, mean


def _with_origin_cost(
    schedule: TariffSchedule,
    partner: str,
    claims: Claims,
    sigma: Floats,
    partner_fob: Floats,
    known_trade: Floats | None,
    product_rule: ProductRule,
) -> tuple[ProductWeights, Floats, Floats, Floats]:
    """Weights, cost of origin, effective and collected tariff of the partner, shape (H,) each."""
    kinds = schedule.kinds(partner)
    mine, group = schedule.by_kind(kinds), kinds.chapter
    start = mine.start(partner)
    rate, highest = start.rate, start.highest
    margin = highest - rate
    tastes = Tastes.of(kinds, sigma, known_trade, partner_fob)
    taste = tastes.at(np.zeros_like(rate) if product_rule == "count" else rate)
    # The rates that decide what is traded may depend on the cost that is looked for.
    alike = product_rule == "alike"
    shown = origin_cost_from_use(
        partial(tastes.under_cost, highest, margin, claims) if alike else tastes.cif(taste),
        margin,
        claims.observed,
        claims.maximum,
        group,
        claims.function,
    )
    # A chapter without any margin today has shown nothing: it takes the typical cost.
    phi = _typical_where_unknown(shown)
    cost = phi[group]
    paid, due = paid_and_collected(highest, margin, cost, claims.maximum, claims.function)
    taste = tastes.at(paid) if alike else taste
    cif = tastes.cif(taste)
    total, landed = mine.chapter_sums(cif), mine.chapter_sums(cif * (1 + paid))
    effective, collected = mine.chapter_sums(cif * paid), mine.chapter_sums(cif * due)
    return tastes.weights(taste, paid, 1 / landed), phi, effective / total, collected / total


def _typical_where_unknown(values: Floats) -> Floats:
    """Values with the median of the known ones where none is known."""
    unknown = np.isnan(values)
    known = np.sort(values[~unknown])
    if known.size in (0, values.size):
        return values
    middle = 0.5 * (known[(known.size - 1) // 2] + known[known.size // 2])
    return np.where(unknown, middle, values)
