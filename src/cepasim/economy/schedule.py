"""Tariff lines of one importer, and the way from a line to an HS chapter.

Lines stay lines until the last step: a policy changes the rates of lines, lines make an HS6 product
by what is known of their use, and products aggregate to their chapter with the CES rule of the
demand system, so that a prohibitive line with almost no trade neither dominates nor vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints
from cepasim.core.immutable import FrozenMapping
from cepasim.core.recent import Recent
from cepasim.economy.marks import Marks, grouped, identical, least_used, used_rates
from cepasim.economy.rates import Rates, Start, done_by, same_known, staged
from cepasim.economy.stack import Stack

#: Ways to take products together that are kept: more than one scenario needs, some MB in all.
_RECENT = 128


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
    # What depends on the levers of a scenario is kept for the last scenarios only.
    known: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    recent: Recent[Hashable, Any] = field(default_factory=lambda: Recent(_RECENT), repr=False)

    def under(self, rates: Rates) -> TariffSchedule:
        """Return the same lines at other rates; what was worked out on the lines is kept."""
        # As `dataclasses.replace`, which takes several times as long: draws do it by the dozen.
        changed = object.__new__(TariffSchedule)
        held = self.__dict__
        changed.__dict__.update({name: held[name] for name in _FIELDS}, rates=rates)
        for name in ("first_product", "product_of_line"):
            changed.__dict__[name] = getattr(self, name)
        return changed

    def used(self, line_use: Mapping[str, Floats]) -> TariffSchedule:
        """Return the same lines with other weights; sources that keep theirs keep their kinds."""
        known: dict[Hashable, Any] = {
            key: found
            for key, found in self.known.items()
            if isinstance(found, Kinds)
            and isinstance(key, tuple)
            and line_use.get(key[0]) is self.line_use.get(key[0])
        }
        return replace(self, line_use=FrozenMapping(line_use), known=known, recent=Recent(_RECENT))

    @cached_property
    def _by_kind(self) -> Recent[Kinds, TariffSchedule]:
        return Recent(_RECENT)

    def by_kind(self, kinds: Kinds) -> TariffSchedule:
        """Schedule of the sources that share some kinds, with a product for each kind."""
        found = self._by_kind.get(kinds)
        if found is None:
            found = thin = kinds.schedule
            if any(self.rates.drawn(source) for source in thin.exporters):
                found = thin.under(self.rates.on(thin.rates.facts))
            self._by_kind.put(kinds, found)
        return found

    def name_of(self, source: str) -> str:
        """Name under which the rates of a source stand: the first of those that are alike."""
        return self.exporters[self.alike[self.exporters.index(source)]]

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
            Those whose rates are made of the same facts share their kinds.
        selections : hashable, optional
            What tells the selections apart from others.
        selected : callable, optional
            Gives masks or other marks of lines, shape (N,), or masks of products, shape (K,).
        """
        key = (self.name_of(source), selections)
        found = self.recent.get(key) if selections else self.known.get(key)
        if found is None:
            # A selection of everything tells nothing apart.
            masks = [one for one in selected() if one.dtype != np.bool_ or not one.all()]
            if selections:
                found = self._told_apart(*key, masks) if masks else self.kinds(source)
                self.recent.put(key, found)
            else:
                found = self.known[key] = self._told_apart(*key, masks)
        assert isinstance(found, Kinds)
        return found

    def stack(self, sources: Sequence[str]) -> Stack[Kinds]:
        """Kinds of several sources one after the other."""
        key = ("stack", *sources)
        found = self.recent.get(key)
        if found is None:
            names = [self.name_of(source) for source in sources]
            found = self.recent.put(key, Stack.of(names, [self.kinds(name) for name in names]))
        assert isinstance(found, Stack)
        return found

    def _told_apart(self, source: str, selections: Hashable, masks: Marks) -> Kinds:
        facts, use = self.rates.facts, self.line_use.get(source)
        told = {
            name: (self.line_use.get(name), *facts.levels(name), *facts.marks(name))
            for name in dict.fromkeys(self.exporters[place] for place in self.alike)
        }
        # Sources told apart by the same marks, such as MFN rates alone, have the same products.
        same = tuple(name for name in told if identical(told[name], told[source]))
        for name in same:
            key = (name, selections)
            shared = self.recent.get(key) if selections else self.known.get(key)
            if shared is not None:
                assert isinstance(shared, Kinds)
                return shared
        of_product, product, first_line, line, weight = grouped(
            self.chapter,
            self.product_of_line,
            self.first_line,
            facts.levels(source),
            facts.marks(source),
            masks,
            use,
        )
        codes, names = self.lines[line], self.products[product]
        codes.setflags(write=False)
        names.setflags(write=False)
        schedule = TariffSchedule(
            importer=self.importer,
            exporters=same,
            lines=codes,
            products=names,
            first_line=first_line,
            chapter=self.chapter[product],
            category=self.category[line],
            kind=self.kind[line],
            line_use={} if use is None else dict.fromkeys(same, weight[line]),
            alike=tuple(range(len(same))),
            rates=self.rates.on(facts.at(line, source)),
        )
        return Kinds(of_product=of_product, product=product, line=line, schedule=schedule)

    @property
    def mfn(self) -> Floats:
        """Most-favoured-nation rate of each line, shape (N,); NaN where none is known."""
        return self.rates.mfn

    @cached_property
    def rate_base(self) -> Floats:
        """What a shipper from each source pays on each line in the base year, shape (N, S)."""
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
        return self.start(source).rate

    def start(self, source: str) -> Start:
        """Rates that a source meets in the base year."""
        found = self._starts.get(source)
        if found is None:
            base, mfn = self.rates.of(source)[0], self.product_mfn(source)
            before = mfn if base is self.mfn else self.product_rates(base, source)
            # Those that pay alike share theirs.
            same = (one for one in self._starts.values() if one.before is before and one.mfn is mfn)
            found = self._starts[source] = next(same, None) or Start.of(before, mfn)
        return found

    @cached_property
    def _starts(self) -> dict[str, Start]:
        return {}

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
        first = self.rates.base_year
        return first if base is final else max(first, self.rates.schedule_year)

    @cached_property
    def moving(self) -> tuple[bool, ...]:
        """Whether the schedule changes what each source pays after the base year, length S."""
        found: dict[int, bool] = {}
        for column in dict.fromkeys(self.alike):
            name = self.exporters[column]
            schedule = self.by_kind(self.kinds(name))
            late = schedule.rates.late(name) is not None
            found[column] = late or schedule.last_change(name) > self.rates.base_year
        return tuple(found[column] for column in self.alike)

    @cached_property
    def product_of_line(self) -> Ints:
        """Index of each line's product, shape (N,)."""
        counts = np.diff(np.append(self.first_line, len(self.lines)))
        return np.repeat(np.arange(len(self.products)), counts)

    def _done_by(self, years: Ints) -> Floats:
        return done_by(years, self.rates.base_year, self.rates.schedule_year)

    def line_rates(self, source: str, years: Ints) -> Floats:
        """Rates a source is scheduled to pay on each line, shape (Y, N), fractions."""
        return staged(*self.rates.of(source), self._done_by(years), self.rates.late(source), years)

    def product_path(self, source: str, years: Ints) -> Floats:
        """Rates a source is scheduled to pay on each product, shape (Y, K), fractions."""
        base, final = self.rates.of(source)
        late, use = self.rates.late(source), self.line_use.get(source)
        ends = [base, final] if late is None else [base, final, late.rates]
        least = None
        if use is not None:
            least = self._once(("least", source), use, partial(least_used, self.first_line))
        if not least or not same_known(ends):
            return self.product_rates(self.line_rates(source, years), source)
        # A mean of lines that move in steps moves in these steps: few rows in place of many.
        if late is not None:
            late = replace(late, rates=self.product_rates(late.rates, source))
        start = self.start(source).before
        end = start if final is base else self.product_rates(final, source)
        return staged(start, end, self._done_by(years), late, years)

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
        use = self.line_use.get(source)
        found, self.known["used", source] = used_rates(
            line_rates, self.first_line, use, self.known.get(("used", source))
        )
        return found

    def product_mfn(self, source: str) -> Floats:
        """MFN rate of each product on what a source sells, shape (K,), fraction; NaN unknown."""
        use = self.line_use.get(source)
        # The same for all that use the lines alike.
        of = next((name for name in self.line_use if self.line_use[name] is use), "")
        return self._once(("mfn", of), self.mfn, lambda rates: self.product_rates(rates, source))


#: Fields of a schedule.
_FIELDS = tuple(item.name for item in fields(TariffSchedule))


@dataclass(frozen=True, eq=False)
class Kinds:
    """Products that nothing distinguishes in the eyes of a source, taken as one.

    Attributes
    ----------
    of_product : ndarray of int, shape (K,)
        Kind of each product.
    product : ndarray of int, shape (G,)
        A product of each kind; kinds stand by chapter.
    line : ndarray of int
        The line of the whole schedule that each line of ``schedule`` is.
    schedule : TariffSchedule
        Of the sources that share these kinds, with a product for each kind, under some figures;
        under those of another schedule: `TariffSchedule.by_kind`.
    """

    of_product: Ints
    product: Ints
    line: Ints
    schedule: TariffSchedule

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
