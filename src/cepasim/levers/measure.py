"""A lever resolved once: the products and lines it is about, and how much of it is in force.

Everything that acts on arrays afterwards takes masks and shares from here; nobody reads a
selection or a start year again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints
from cepasim.economy.market import Market
from cepasim.economy.schedule import Kinds
from cepasim.levers.lever import Lever
from cepasim.levers.said import About
from cepasim.levers.timing import Years
from cepasim.products.classification import Classification
from cepasim.products.selection import Selection

Mask: TypeAlias = NDArray[np.bool_]
LeverT = TypeVar("LeverT", bound=Lever)


class Acting(NamedTuple):
    """A lever on certain lines or products, n of them, in certain years.

    Attributes
    ----------
    lever : Lever
    chosen : ndarray of bool, shape (n,)
    share : ndarray, shape (Y, 1)
        Part of it that is in force. One column serves all places alike; a lever whose parts come
        into force at different times has one column for each place, shape (Y, n).
    measure : Measure
        Where it comes from.
    rows : ndarray of int, shape (Y,)
        Which of the measure's years these are.
    lines : ndarray of int, shape (n,)
        Line of the whole schedule that each line is; of a lever that acts on products, unused.
    """

    lever: Lever
    chosen: Mask
    share: Floats
    measure: Measure
    rows: Ints
    lines: Ints

    def inside(self) -> Acting:
        """Return the same on the chosen places alone."""
        share = self.share if self.share.shape[1] == 1 else self.share[:, self.chosen]
        everywhere = np.ones(int(self.chosen.sum()), dtype=np.bool_)
        return self._replace(chosen=everywhere, share=share, lines=self.lines[self.chosen])

    def scheduled(self, source: str) -> Floats:
        """Rates a source is scheduled to pay on these lines in these years, shape (Y, n)."""
        return self.measure.scheduled(source)[self.rows[:, None], self.lines]


class Measure:
    """A lever in one market.

    Attributes
    ----------
    asked : Lever
        As the scenario has it.
    market : Market
    years : ndarray of int, shape (Y,)
    gives_way_to : tuple of Measure
        Narrower ones of its kind: what they choose is theirs.
    """

    def __init__(
        self,
        lever: Lever,
        market: Market,
        classification: Classification,
        years: Years,
        staged: bool = True,
        gives_way_to: tuple[Measure, ...] = (),
        targets: tuple[Hashable, ...] | None = None,
    ) -> None:
        self.asked = lever
        self.market = market
        self.classification = classification
        self.years = years
        self.staged = staged
        self.gives_way_to = gives_way_to
        self._on = lever if targets is None else lever.only_on(targets)

    @cached_property
    def lever(self) -> Lever:
        """The lever, with what only the data decide filled in."""
        return self._on.settled(self._rates_at_start)

    @cached_property
    def selection(self) -> Selection | None:
        """Products it is about; None where it is about none in particular."""
        select = self.asked.selected
        return None if select is None else self.classification.select(select)

    @cached_property
    def part(self) -> Ints | None:
        """Which part of the lever each line belongs to, shape (N,); None where it has none."""
        return self._on.parts(self.classification, self.market.schedule)

    @cached_property
    def share(self) -> Floats:
        """Part of it that is in force in each year, shape (Y, 1) or (Y, N); see `Acting`."""
        # Comparative statics know no time: everything is in force.
        if not self.staged:
            return np.ones((len(self.years), 1))
        return self._on.in_force(self.years, self.part)

    @cached_property
    def stages(self) -> list[float]:
        """A number for each year: equal where the same is in force, 0 where nothing is."""
        if self.share.shape[1] == 1:
            return [float(value) for value in self.share[:, 0]]
        _, stage = np.unique(self.share, axis=0, return_inverse=True)
        return [float(value) for value in (1 + stage.ravel()) * self.share.any(axis=1)]

    @cached_property
    def key(self) -> Hashable:
        """What tells its marks apart from those of others on the same schedule."""
        asked = self.asked
        others = tuple(other.key for other in self.gives_way_to)
        return asked.by_line, asked.selected, asked.distinguishes, others

    @cached_property
    def own_lines(self) -> Mask:
        """Tariff lines it chooses, shape (N,), whether or not a narrower one takes them."""
        schedule, selection = self.market.schedule, self.selection
        if selection is None:
            return np.ones(len(schedule.lines), dtype=np.bool_)
        chosen = selection.matches(schedule.lines)
        if selection.category is not None:
            chosen = chosen & (schedule.category == selection.category)
        return chosen

    @cached_property
    def own_products(self) -> Mask:
        """Products it chooses, or a line of, shape (K,)."""
        schedule, selection = self.market.schedule, self.selection
        if selection is None:
            return np.ones(len(schedule.products), dtype=np.bool_)
        return selection.matches(schedule.products)

    @property
    def own_mask(self) -> Mask:
        """Lines of a lever by line, products of any other, that it chooses."""
        return self.own_lines if self.asked.by_line else self.own_products

    @cached_property
    def lines(self) -> Mask:
        """Tariff lines it acts on, shape (N,)."""
        if not self.gives_way_to:
            return self.own_lines
        if not self.asked.by_line:
            return self.products[self.market.schedule.product_of_line]
        return self._left(self.own_lines)

    @cached_property
    def products(self) -> Mask:
        """Products (HS6) it acts on, or on a line of, shape (K,)."""
        if not self.gives_way_to:
            return self.own_products
        if not self.asked.by_line:
            return self._left(self.own_products)
        return np.logical_or.reduceat(self.lines, self.market.schedule.first_line)

    def _left(self, mine: Mask) -> Mask:
        return np.asarray(
            mine & ~np.logical_or.reduce([other.own_mask for other in self.gives_way_to])
        )

    @cached_property
    def chapters(self) -> Mask:
        """Markets it acts on, or on a product of, shape (H,)."""
        if self.selection is None:
            return np.ones(len(self.market.chapters), dtype=np.bool_)
        return np.logical_or.reduceat(self.products, self.market.schedule.first_product)

    @property
    def about(self) -> About:
        """Which trade a note on it is about."""
        if self.selection is None:
            return About((self.asked.kind,), self.asked.side)
        return self.about_part(self.products)

    def about_part(self, products: Mask) -> About:
        """Which trade a note on some of its products is about."""
        places = np.unique(self.market.schedule.chapter[products])
        codes = tuple(self.market.chapters[place] for place in places)
        return About((self.asked.kind,), self.asked.side, codes)

    @property
    def mask(self) -> Mask:
        """Lines of a lever by line, products of any other, that it acts on."""
        return self.lines if self.asked.by_line else self.products

    @cached_property
    def marks(self) -> list[NDArray[Any]]:
        """All that its effect tells apart: its mask or parts, and the rates it looks at."""
        marks = [self.mask if self.part is None else np.where(self.mask, 1 + self.part, 0)]
        facts = self.market.schedule.rates.facts
        for source in self.asked.looks_at:
            marks += [*facts.levels(source), *facts.marks(source)]
        return marks

    @cached_property
    def _scheduled(self) -> dict[str, Floats]:
        return {}

    def scheduled(self, source: str) -> Floats:
        """Rates a source is scheduled to pay on all lines in its years, shape (Y, N)."""
        if source not in self._scheduled:
            self._scheduled[source] = self.market.schedule.line_rates(source, self.years)
        return self._scheduled[source]

    def _rates_at_start(self) -> Floats:
        [source] = [one for one in self.market.exporters if self.asked.concerns(one)]
        return np.asarray(self.scheduled(source)[self.first_row][self.lines])

    def on(self, kinds: Kinds, rows: Ints) -> Acting:
        """Return the measure on products taken together, in some of its years."""
        place = kinds.line if self.asked.by_line else kinds.product
        share = self.share[rows]
        share = share if share.shape[1] == 1 else share[:, place]
        return Acting(self.lever, self.mask[place], share, self, rows, place)

    def everywhere(self) -> Acting:
        """Return the measure on every line, or product, in all years."""
        rows, places = np.arange(len(self.years)), np.arange(len(self.mask))
        return Acting(self.lever, self.mask, self.share, self, rows, places)

    def reach(self, source: str) -> Floats:
        """Share of each chapter that it covers, by the source's landed trade, shape (H,)."""
        market = self.market
        known = source in market.exporters
        column = market.exporters.index(source) if known else market.partner_column
        return market.schedule.chapter_sums(market.product_weights[:, column] * self.products)

    @property
    def first_row(self) -> int:
        """First year in which any of it is in force, as a row; the last where none is."""
        running = np.flatnonzero(self.share.max(axis=1) > 0)
        return int(running[0]) if running.size else len(self.years) - 1


#: Measures by importer, in the order of the levers.
Measures: TypeAlias = Mapping[str, tuple[Measure, ...]]


def of_kind(found: Iterable[Measure], lever: type[LeverT]) -> list[tuple[LeverT, Measure]]:
    """Measures of one class of levers, each with its lever."""
    return [(one.lever, one) for one in found if isinstance(one.lever, lever)]
