"""Tariff lines of one importer, and the way from a line to an HS chapter.

Lines stay lines until the last step: a policy changes the rates of lines, lines make an HS6 product
by what is known of their use, and products aggregate to their chapter with the CES rule of the
demand system, so that a prohibitive line with almost no trade neither dominates nor vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints
from cepasim.core.fiscal_year import BASE_YEAR
from cepasim.economy.marks import Marks, cheapest, in_one, merged, told_apart, used_rates
from cepasim.economy.rates import Rates

#: The benchmark's rates are those of 2023-24, the schedule's those of 2026-27; whatever was still
#: being phased in moves in equal annual steps between the two.
SCHEDULE_YEAR = 2026


@dataclass(frozen=True, eq=False)
class TariffSchedule:
    """Lines of one importer's schedule, sorted by product.

    Attributes
    ----------
    importer : str
    exporters : tuple of str, length S
    lines : ndarray of str, shape (N,)
        Line codes: nine digits for Japan, eight for India.
    products : ndarray of str, shape (K,)
        HS6 codes, sorted.
    first_line : ndarray of int, shape (K,)
        Index of each product's first line.
    chapter : ndarray of int, shape (K,)
        Index of each product's chapter in the economy's list of chapters.
    category : ndarray of str, shape (N,)
        ``mfn_free``, ``free``, ``X`` or ``partial``: the line's standing under the CEPA.
    kind : ndarray of str, shape (N,)
        How the MFN duty is set: ``free``, ``ad_valorem``, ``specific``, ``compound``,
        ``higher_of``, ``lower_of`` or ``other``.
    line_use : mapping of source to ndarray of shape (N,)
        Weights of lines within their product, any unit. A product without weights, and every
        product of a source that is not named, takes the best line open to the shipper.
    alike : tuple of int, length S
        For each source the first one that pays the same rates on every line, in every year.
    rates : Rates
        Fractions of c.i.f.; NaN where no ad-valorem rate is known. A source pays its own if it
        claims its preference.
    """

    importer: str
    exporters: tuple[str, ...]
    lines: NDArray[np.str_]
    products: NDArray[np.str_]
    first_line: Ints
    chapter: Ints
    category: NDArray[np.str_]
    kind: NDArray[np.str_]
    line_use: Mapping[str, Floats]
    alike: tuple[int, ...]
    rates: Rates
    # What was worked out on the lines already, such as kinds: the same under all figures.
    known: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def under(self, rates: Rates) -> TariffSchedule:
        """Return the same lines at other rates; what was worked out on the lines is kept."""
        changed = replace(self, rates=rates)
        for name in ("first_product", "product_of_line"):
            changed.__dict__[name] = getattr(self, name)
        return changed

    @cached_property
    def _by_kind(self) -> dict[Kinds, TariffSchedule]:
        return {}

    def by_kind(self, kinds: Kinds) -> TariffSchedule:
        """Schedule of one source alone, with a product for each kind."""
        if not self.rates.drawn(kinds.source):
            return kinds.schedule
        if kinds not in self._by_kind:
            facts = kinds.schedule.rates.facts
            self._by_kind[kinds] = kinds.schedule.under(self.rates.on(facts))
        return self._by_kind[kinds]

    def kinds(
        self,
        source: str,
        selections: Hashable = (),
        selected: Callable[[], Marks] = tuple,
    ) -> Kinds:
        """Products by kind: alike in chapter, rates under any figures, and selection.

        Parameters
        ----------
        source : str
            Those that are alike share their kinds, under the name of the first of them.
        selections : hashable, optional
            What tells the selections apart from others.
        selected : callable, optional
            Gives masks or other marks of lines, shape (N,), or masks of products, shape (K,).
        """
        source = self.exporters[self.alike[self.exporters.index(source)]]
        key = ("kinds", source, selections)
        if key not in self.known:
            # A selection of everything tells nothing apart.
            masks = [one for one in selected() if one.dtype != np.bool_ or not one.all()]
            self.known[key] = (
                self._told_apart(source, selections, masks) if masks or not selections else None
            )
        return self.known[key] or self.kinds(source)

    def stack(self, sources: Sequence[str]) -> Stack:
        """Kinds of several sources one after the other."""
        key = ("stack", tuple(sources))
        if key not in self.known:
            self.known[key] = Stack.of([self.kinds(source) for source in sources])
        found = self.known[key]
        assert isinstance(found, Stack)
        return found

    def _told_apart(self, source: str, selections: Hashable, masks: Marks) -> Kinds:
        facts = self.rates.facts
        levels, marks = facts.levels(source), facts.marks(source)
        use = self.line_use.get(source)
        # Sources told apart by the same marks, such as MFN rates alone, have the same products.
        key = ("groups", id(use), tuple(id(mark) for mark in (*levels, *marks)), selections)
        if key not in self.known:
            self.known[key] = self._grouped(levels, marks, masks, use)
        of_product, product, first_line, line, weight = self.known[key]
        codes, names = self.lines[line], self.products[product]
        codes.setflags(write=False)
        names.setflags(write=False)
        schedule = TariffSchedule(
            importer=self.importer,
            exporters=(source,),
            lines=codes,
            products=names,
            first_line=first_line,
            chapter=self.chapter[product],
            category=self.category[line],
            kind=self.kind[line],
            line_use={} if use is None else {source: weight[line]},
            alike=(0,),
            rates=self.rates.on(facts.at(line, source)),
        )
        return Kinds(of_product=of_product, product=product, line=line, schedule=schedule)

    def _grouped(
        self,
        levels: tuple[Floats, Floats],
        marks: tuple[NDArray[Any], ...],
        masks: Marks,
        use: Floats | None,
    ) -> tuple[Ints, Ints, Ints, Ints, Floats]:
        """Kind of each product, a product of each kind, its first line, the lines kept, weights."""
        masks_of_lines = in_one([mask for mask in masks if mask.size == self.lines.size])
        rest = told_apart(np.zeros(len(self.lines)), *marks, *masks_of_lines)
        of_line = told_apart(rest, *levels)
        # A product is the tuple of its lines; most have one. The best of them does not need those
        # that another one of the product is no dearer than.
        lines = np.arange(len(self.lines))
        if len(self.products) < len(self.lines):
            lines = cheapest(told_apart(self.product_of_line, rest), *levels)
        weight = np.zeros(len(self.lines))
        if use is not None:
            weight = merged(of_line, self.product_of_line, use)
            weighted = (np.add.reduceat(use, self.first_line) > 0)[self.product_of_line]
            best = np.zeros(len(self.lines), dtype=np.bool_)
            best[lines] = True
            lines = np.flatnonzero(np.where(weighted, weight > 0, best))
            # Of one line alone it does not matter how it was found.
            alone = np.bincount(self.product_of_line[lines], minlength=len(self.products)) == 1
            weight[lines[alone[self.product_of_line[lines]]]] = 1.0
            of_line = told_apart(of_line, weight)
        lines = lines[np.lexsort((of_line[lines], self.product_of_line[lines]))]
        count = np.bincount(self.product_of_line[lines], minlength=len(self.products))
        start = np.cumsum(count) - count
        words = np.zeros(len(self.products), dtype=np.int64)
        for place in range(int(count.max())):
            longer = np.flatnonzero(count > place)
            kinds = np.zeros(len(self.products), dtype=np.int64)
            kinds[longer] = 1 + of_line[lines[start[longer] + place]]
            words = told_apart(words, kinds)
        masks_of_products = in_one([mask for mask in masks if mask.size != self.lines.size])
        of_product = told_apart(self.chapter, words, *masks_of_products)
        _, product = np.unique(of_product, return_index=True)
        many = count[product]
        first = np.cumsum(many) - many
        line = lines[np.arange(many.sum()) + np.repeat(start[product] - first, many)]
        line = line[np.lexsort((line, np.repeat(np.arange(len(product)), many)))]
        return of_product, product, first, line, weight

    @property
    def mfn(self) -> Floats:
        """Most-favoured-nation rate of each line, shape (N,); NaN where none is known."""
        return self.rates.mfn

    @cached_property
    def rate_base(self) -> Floats:
        """What a shipper from each source pays on each line in 2023-24, shape (N, S)."""
        return self._stacked(0)

    @cached_property
    def rate_schedule(self) -> Floats:
        """What a shipper from each source pays on each line from 2026-27 on, shape (N, S)."""
        return self._stacked(1)

    def _stacked(self, end: int) -> Floats:
        rates = np.stack([self.rates.of(source)[end] for source in self.exporters], axis=1)
        rates.setflags(write=False)
        return rates

    @cached_property
    def first_product(self) -> Ints:
        """Index of each chapter's first product, shape (H,); every chapter has one."""
        return np.flatnonzero(np.diff(self.chapter, prepend=-1))

    def product_base(self, source: str) -> Floats:
        """Rate of each product in the base year, shape (K,); 0 where unknown."""
        return self._once(
            ("base", source),
            self.rates.of(source)[0],
            lambda rates: np.nan_to_num(self.product_rates(rates, source)),
        )

    def log_product_base(self, source: str) -> Floats:
        """``ln(1 + rate)`` of `product_base`."""
        return self._once(("log base", source), self.product_base(source), np.log1p)

    def _once(self, key: Hashable, given: Floats, work: Callable[[Floats], Floats]) -> Floats:
        """What a function makes of an array that is often the same one under all figures."""
        found = self.known.get(key)
        if found is None or found[0] is not given:
            found = self.known[key] = (given, work(given))
        return np.asarray(found[1])

    def chapter_sums(self, values: Floats) -> Floats:
        """Sum of values by product over each chapter: shape (..., K) to (..., H)."""
        return np.asarray(np.add.reduceat(values, self.first_product, axis=-1))

    def last_change(self, source: str) -> int:
        """Last year in which the schedule still moves for a source (later events aside)."""
        base, final = self.rates.of(source)
        return BASE_YEAR if base is final else SCHEDULE_YEAR

    @cached_property
    def moving(self) -> tuple[bool, ...]:
        """Whether the schedule changes what each source pays after the base year, length S."""
        found: dict[int, bool] = {}
        for column in dict.fromkeys(self.alike):
            kinds = self.kinds(self.exporters[column])
            schedule, name = self.by_kind(kinds), kinds.source
            late = schedule.rates.late(name) is not None
            found[column] = late or schedule.last_change(name) > BASE_YEAR
        return tuple(found[column] for column in self.alike)

    @cached_property
    def product_of_line(self) -> Ints:
        """Index of each line's product, shape (N,)."""
        counts = np.diff(np.append(self.first_line, len(self.lines)))
        return np.repeat(np.arange(len(self.products)), counts)

    def line_rates(self, source: str, years: Ints) -> Floats:
        """Rates a source is scheduled to pay on each line, shape (Y, N), fractions."""
        base, final = self.rates.of(source)
        done = np.clip((years - BASE_YEAR) / (SCHEDULE_YEAR - BASE_YEAR), 0.0, 1.0)[:, None]
        rates = base + done * (final - base)
        late = self.rates.late(source)
        if late is not None:
            rates = late.after(rates, years)
        return np.asarray(rates)

    def product_rates(self, line_rates: Floats, source: str) -> Floats:
        """Rate of each product to a source, from the rates of its lines.

        Parameters
        ----------
        line_rates : ndarray, shape (..., N)
        source : str
            Whose use of the lines counts.

        Returns
        -------
        ndarray, shape (..., K)
            NaN where no line of the product that is used has a known rate.
        """
        if len(self.products) == len(self.lines):
            return line_rates  # a product of one line has that line's rate
        return used_rates(line_rates, self.first_line, self.line_use.get(source))

    def product_mfn(self, source: str) -> Floats:
        """MFN rate of each product on what a source sells, shape (K,), fraction; NaN unknown."""
        of = source if source in self.line_use else ""
        return self._once(("mfn", of), self.mfn, lambda rates: self.product_rates(rates, source))


@dataclass(frozen=True, eq=False)
class Kinds:
    """Products that nothing distinguishes in the eyes of one source, taken as one.

    Attributes
    ----------
    of_product : ndarray of int, shape (K,)
        Kind of each product.
    product : ndarray of int, shape (G,)
        A product of each kind; kinds stand by chapter.
    line : ndarray of int
        The line of the whole schedule that each line of ``schedule`` is.
    schedule : TariffSchedule
        Of the source alone, with a product for each kind, under some figures; under those of
        another schedule: `TariffSchedule.by_kind`.
    """

    of_product: Ints
    product: Ints
    line: Ints
    schedule: TariffSchedule

    @cached_property
    def source(self) -> str:
        """Name of the source: the first of those that are alike."""
        return self.schedule.exporters[0]

    @cached_property
    def chapter(self) -> Ints:
        """Chapter of all products of each kind, shape (G,)."""
        return self.schedule.chapter

    @cached_property
    def number(self) -> Floats:
        """Products of each kind, shape (G,)."""
        return self.sums(np.ones(len(self.of_product)))

    def sums(self, values: Floats) -> Floats:
        """Sum of values by product over each kind: shape (K,) to (G,)."""
        return np.asarray(np.bincount(self.of_product, values, len(self.product)), dtype=float)


@dataclass(frozen=True, eq=False)
class Stack:
    """Kinds of products of several sources, one source after the other: G in all.

    Attributes
    ----------
    kinds : tuple of Kinds
    parts : tuple of slice
        Where the kinds of each source stand.
    chapter : ndarray of int, shape (G,)
    number : ndarray, shape (G,)
        Products of the kind.
    first, width : ndarray of int, shape (sources x H,)
        First kind of each chapter of each source, and how many there are.
    """

    kinds: tuple[Kinds, ...]
    parts: tuple[slice, ...]
    chapter: Ints
    number: Floats
    first: Ints
    width: Ints

    @classmethod
    def of(cls, kinds: Sequence[Kinds]) -> Stack:
        """Put kinds one after the other."""
        ends = np.cumsum([0, *(len(one.product) for one in kinds)]).tolist()
        chapter = np.concatenate([one.chapter for one in kinds])
        starts = np.diff(chapter, prepend=-1) != 0
        starts[ends[:-1]] = True
        first = np.flatnonzero(starts)
        return cls(
            kinds=tuple(kinds),
            parts=tuple(slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)),
            chapter=chapter,
            number=np.concatenate([one.number for one in kinds]),
            first=first,
            width=np.diff(np.append(first, chapter.size)),
        )

    def joined(self, what: Callable[[Kinds], Floats]) -> Floats:
        """Put an array of each source together, shape (..., G)."""
        return np.concatenate([what(one) for one in self.kinds], axis=-1)

    def spread(self, by_source: Floats) -> Floats:
        """Give each kind the value of its source: shape (sources,) to (G,)."""
        return np.repeat(by_source, [part.stop - part.start for part in self.parts])

    def sums(self, values: Floats) -> Floats:
        """Sums over the chapters of each source, shape (..., G) to (..., sources x H)."""
        return np.asarray(np.add.reduceat(values, self.first, axis=-1))
