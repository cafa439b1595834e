"""Tariff lines of one importer, and the way from a line to an HS chapter.

Lines stay lines until the last step: a policy changes the rates of lines, a shipper takes the
best line open to it within an HS6 product, and products aggregate to their chapter with the CES
rule of the demand system, so that a prohibitive line with almost no trade neither dominates nor
vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cepasim.fiscal_year import BASE_YEAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LineRule = Literal["best", "mean"]
#: Weights of products whose trade is not known: alike in taste at what shippers pay on average, at
#: the preferential rate, or one each.
ProductRule = Literal["alike", "alike_preferential", "count"]
#: How the wedges of products make a chapter's: the CES index, or the mean at unchanged quantities.
WedgeRule = Literal["ces", "mean"]

#: The benchmark's rates are those of 2023-24, the schedule's those of 2026-27; whatever was still
#: being phased in moves in equal annual steps between the two.
SCHEDULE_YEAR = 2026


@dataclass(frozen=True, eq=False)
class Kinds:
    """Products that nothing distinguishes in the eyes of one source, taken as one.

    Attributes
    ----------
    of_product : ndarray of int, shape (K,)
        Kind of each product.
    product, chapter : ndarray of int, shape (G,)
        A product of each kind, and the chapter of all of them; kinds stand by chapter.
    line : ndarray of int, shape (n,)
        The lines of those products in the schedule.
    first_line : ndarray of int, shape (G,)
        First of them for each kind.
    lines, products, category, kind : ndarray of str
    line_kind : ndarray of int, shape (n,)
    published : ndarray, shape (n, 1)
        Of those lines and products; as the attributes of `TariffSchedule`.
    """

    of_product: Ints
    product: Ints
    chapter: Ints
    line: Ints
    first_line: Ints
    lines: NDArray[np.str_]
    products: NDArray[np.str_]
    category: NDArray[np.str_]
    kind: NDArray[np.str_]
    line_kind: Ints
    published: Floats

    def sums(self, values: Floats) -> Floats:
        """Sum of values by product over each kind: shape (K,) to (G,)."""
        return np.asarray(np.bincount(self.of_product, values, len(self.product)), dtype=float)

    def schedule(self, of: TariffSchedule, source: str) -> TariffSchedule:
        """Schedule of one source with a product for each kind."""
        column = [of.exporters.index(source)]
        late = {
            name: (year, rates[self.line])
            for name, (year, rates) in of.late_changes.items()
            if name == source
        }
        return TariffSchedule(
            importer=of.importer,
            exporters=(source,),
            lines=self.lines,
            products=self.products,
            first_line=self.first_line,
            chapter=self.chapter,
            mfn=of.mfn[self.line],
            rate_base=of.rate_base[self.line, column][:, None],
            rate_schedule=of.rate_schedule[self.line, column][:, None],
            category=self.category,
            kind=self.kind,
            late_changes=late,
            line_rule=of.line_rule,
            alike=(0,),
            line_kind=self.line_kind,
            published=self.published,
        )


@dataclass(frozen=True, eq=False)
class TariffSchedule:
    """Lines of one importer's schedule, sorted by product.

    Attributes
    ----------
    importer : str
    exporters : tuple of str, length S
    lines : ndarray of str, shape (N,)
        Line codes: nine digits for Japan, six for India.
    products : ndarray of str, shape (K,)
        HS6 codes, sorted.
    first_line : ndarray of int, shape (K,)
        Index of each product's first line.
    chapter : ndarray of int, shape (K,)
        Index of each product's chapter in the economy's list of chapters.
    mfn : ndarray, shape (N,)
        Most-favoured-nation rate, fraction of c.i.f.; NaN where no ad-valorem rate is known.
    rate_base, rate_schedule : ndarray, shape (N, S)
        What a shipper from each source pays if it claims its preference, in 2023-24 and from
        2026-27 on. NaN where no ad-valorem rate is known.
    category : ndarray of str, shape (N,)
        ``mfn_free``, ``free``, ``X`` or ``partial``: the line's standing under the CEPA.
    kind : ndarray of str, shape (N,)
        How the MFN duty is set: ``free``, ``ad_valorem``, ``specific``, ``compound``,
        ``higher_of``, ``lower_of`` or ``other``.
    late_changes : mapping of str to (int, ndarray of shape (N,))
        Source -> first year and rates of a known later event (the end of LDC treatment).
    line_rule : {"best", "mean"}
        How lines make a product: the best line open to the shipper, or the simple mean.
    alike : tuple of int, length S
        For each source the first one that pays the same rates on every line, in every year.
    line_kind : ndarray of int, shape (N,)
        Equal for lines alike in all that the rates are made of, whatever the parameters are,
        but for ``published``.
    published : ndarray, shape (N, S)
        Rates as published, before any rule acts on them; the rest of what rates are made of.
    """

    importer: str
    exporters: tuple[str, ...]
    lines: NDArray[np.str_]
    products: NDArray[np.str_]
    first_line: Ints
    chapter: Ints
    mfn: Floats
    rate_base: Floats
    rate_schedule: Floats
    category: NDArray[np.str_]
    kind: NDArray[np.str_]
    late_changes: Mapping[str, tuple[int, Floats]]
    line_rule: LineRule
    alike: tuple[int, ...]
    line_kind: Ints
    published: Floats
    # What was worked out on the lines already, such as kinds: the same for every set of rates.
    known: dict[tuple[Hashable, ...], object] = field(default_factory=dict, repr=False)

    def kinds(
        self,
        source: str,
        selections: Hashable = (),
        selected: Callable[[], Sequence[NDArray[np.bool_]]] = tuple,
    ) -> Kinds:
        """Products by kind: alike in chapter, rates under any parameters, and selection.

        Parameters
        ----------
        source : str
        selections : hashable, optional
            What tells the selections apart from others.
        selected : callable, optional
            Gives masks of lines, shape (N,), or of products, shape (K,).
        """
        key = (source, selections)
        if key not in self.known:
            self.known[key] = self._told_apart(source, selected())
        found = self.known[key]
        assert isinstance(found, Kinds)
        return found

    def _told_apart(self, source: str, masks: Sequence[NDArray[np.bool_]]) -> Kinds:
        column = self.exporters.index(source)
        masks_of_lines = [mask for mask in masks if mask.size == self.lines.size]
        of_line = told_apart(self.line_kind, self.published[:, column], *masks_of_lines)
        # A product is the tuple of its lines; most have one. For the best of them, another line of
        # the same kind makes no difference.
        order = np.lexsort((of_line, self.product_of_line))
        kept = np.ones(len(order), dtype=np.bool_)
        if self.line_rule == "best":
            same = np.diff(of_line[order]) == 0
            kept[1:] = ~(same & (np.diff(self.product_of_line[order]) == 0))
        lines = order[kept]
        count = np.bincount(self.product_of_line[lines], minlength=len(self.products))
        start = np.cumsum(count) - count
        words = np.zeros(len(self.products), dtype=np.int64)
        for place in range(int(count.max())):
            longer = np.flatnonzero(count > place)
            kinds = np.zeros(len(self.products), dtype=np.int64)
            kinds[longer] = 1 + of_line[lines[start[longer] + place]]
            words = told_apart(words, kinds)
        masks_of_products = [mask for mask in masks if mask.size != self.lines.size]
        of_product = told_apart(self.chapter, words, *masks_of_products)
        _, product = np.unique(of_product, return_index=True)
        parts = [np.sort(lines[start[one] : start[one] + count[one]]) for one in product]
        line = np.concatenate(parts)
        first = np.cumsum(count[product]) - count[product]
        codes, names = self.lines[line], self.products[product]
        codes.setflags(write=False)
        names.setflags(write=False)
        return Kinds(
            of_product=of_product,
            product=product,
            chapter=self.chapter[product],
            line=line,
            first_line=first,
            lines=codes,
            products=names,
            category=self.category[line],
            kind=self.kind[line],
            line_kind=self.line_kind[line],
            published=self.published[line, column][:, None],
        )

    def with_rates(
        self,
        columns: Sequence[int],
        rate_base: Floats,
        rate_schedule: Floats,
        mfn: Floats | None = None,
        late_changes: Mapping[str, tuple[int, Floats]] | None = None,
    ) -> TariffSchedule:
        """Return the same lines with other rates of some sources.

        What has been worked out on the lines and on the other sources is kept.

        Parameters
        ----------
        columns : sequence of int
            Sources whose rates differ; every source that is alike must be among them.
        rate_base, rate_schedule : ndarray, shape (N, S)
        mfn : ndarray, shape (N,), optional
        late_changes : mapping, optional
            As the attributes; unchanged unless given.
        """
        changed = replace(
            self,
            rate_base=rate_base,
            rate_schedule=rate_schedule,
            mfn=self.mfn if mfn is None else mfn,
            late_changes=self.late_changes if late_changes is None else late_changes,
        )
        kept = self.__dict__
        for name in ("first_product", "product_of_line"):
            if name in kept:
                changed.__dict__[name] = kept[name]
        if mfn is None and "product_mfn" in kept:
            changed.__dict__["product_mfn"] = kept["product_mfn"]
        if "moving" in kept and rate_base is not rate_schedule:
            moving = list(kept["moving"])
            for column in columns:
                moving[column] = changed._moves(column)
            changed.__dict__["moving"] = tuple(moving)
        if "product_rate_base" in kept and len(columns) < len(self.exporters):
            rates = kept["product_rate_base"].copy(order="F")
            rates[:, list(columns)] = changed.product_rates(rate_base[:, list(columns)].T).T
            rates.setflags(write=False)
            changed.__dict__["product_rate_base"] = rates
        return changed

    @cached_property
    def first_product(self) -> Ints:
        """Index of each chapter's first product, shape (H,); every chapter has one."""
        return np.flatnonzero(np.diff(self.chapter, prepend=-1))

    @cached_property
    def product_rate_base(self) -> Floats:
        """Rate of each product and source in the base year, shape (K, S); NaN where unknown."""
        rates = self.product_rates(self.rate_base.T).T
        rates.setflags(write=False)
        return rates

    def chapter_sums(self, values: Floats) -> Floats:
        """Sum of values by product over each chapter: shape (..., K) to (..., H)."""
        return np.asarray(np.add.reduceat(values, self.first_product, axis=-1))

    def last_change(self, source: str) -> int:
        """Last year in which the schedule still moves for a source (later events aside)."""
        return SCHEDULE_YEAR if self.moving[self.exporters.index(source)] else BASE_YEAR

    @cached_property
    def moving(self) -> tuple[bool, ...]:
        """Whether the rates of each source differ between the base year and the schedule."""
        if self.rate_base is self.rate_schedule:
            return (False,) * len(self.exporters)
        return tuple(self._moves(column) for column in range(len(self.exporters)))

    def _moves(self, column: int) -> bool:
        base, final = self.rate_base[:, column], self.rate_schedule[:, column]
        return not np.array_equal(base, final, equal_nan=True)

    @cached_property
    def product_of_line(self) -> Ints:
        """Index of each line's product, shape (N,)."""
        counts = np.diff(np.append(self.first_line, len(self.lines)))
        return np.repeat(np.arange(len(self.products)), counts)

    def line_rates(self, source: str, years: Ints) -> Floats:
        """Rates a source is scheduled to pay on each line, shape (Y, N), fractions."""
        column = self.exporters.index(source)
        done = np.clip((years - BASE_YEAR) / (SCHEDULE_YEAR - BASE_YEAR), 0.0, 1.0)[:, None]
        base, final = self.rate_base[:, column], self.rate_schedule[:, column]
        rates = base + done * (final - base)
        if source in self.late_changes:
            start, late = self.late_changes[source]
            rates = np.where((years >= start)[:, None], late, rates)
        return np.asarray(rates)

    def product_rates(self, line_rates: Floats) -> Floats:
        """Rate of each product from the rates of its lines.

        Parameters
        ----------
        line_rates : ndarray, shape (..., N)

        Returns
        -------
        ndarray, shape (..., K)
            NaN where no line of the product has a known rate.
        """
        if len(self.products) == len(self.lines):
            return line_rates  # a product of one line has that line's rate
        if self.line_rule == "best":
            return np.asarray(np.fmin.reduceat(line_rates, self.first_line, axis=-1))
        known = ~np.isnan(line_rates)
        total = np.add.reduceat(np.where(known, line_rates, 0.0), self.first_line, axis=-1)
        count = np.add.reduceat(known.astype(float), self.first_line, axis=-1)
        mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return np.asarray(mean)

    @cached_property
    def product_mfn(self) -> Floats:
        """MFN rate of each product, shape (K,), fraction; NaN where unknown."""
        return self.product_rates(self.mfn)


def told_apart(*marks: NDArray[Any]) -> Ints:
    """Number of the combination of marks that each place has, in the order of the marks.

    Parameters
    ----------
    *marks : ndarray, shape (N,)
        NaN is a mark like any other.

    Returns
    -------
    ndarray of int, shape (N,)
    """
    number = np.zeros(len(marks[0]), dtype=np.int64)
    for mark in marks:
        values, place = np.unique(mark, return_inverse=True)
        _, number = np.unique(number * len(values) + place, return_inverse=True)
    return number
