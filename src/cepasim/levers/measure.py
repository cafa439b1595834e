"""A lever resolved once: the products and lines it is about, and how much of it is in force.

Everything that acts on arrays afterwards takes masks and shares from here; nobody reads a
selection or a start year again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.economy.schedule import Kinds
from cepasim.levers.lever import Lever
from cepasim.levers.timing import Years, phase_in
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
    """

    lever: Lever
    chosen: Mask
    share: Floats


class Measure:
    """A lever in one market.

    Attributes
    ----------
    lever : Lever
    market : Market
    selection : Selection or None
        None where it is not about products.
    years : ndarray of int, shape (Y,)
    share : ndarray, shape (Y, 1)
        Part of it that is in force in each year; see `Acting`.
    """

    def __init__(
        self,
        lever: Lever,
        market: Market,
        classification: Classification,
        years: Years,
        staged: bool = True,
    ) -> None:
        self.lever = lever
        self.market = market
        self.classification = classification
        self.years = years
        start = parse_fiscal_year(lever.start)
        # Comparative statics know no time: everything is in force.
        share = phase_in(years, start, lever.steps) if staged else np.ones(len(years))
        self.share = share[:, None]

    @cached_property
    def selection(self) -> Selection | None:
        """Products it is about; None where it is about none in particular."""
        select = self.lever.selected
        return None if select is None else self.classification.select(select)

    @cached_property
    def key(self) -> Hashable:
        """What tells its masks apart from those of others on the same schedule."""
        return self.lever.by_line, self.lever.selected

    @cached_property
    def lines(self) -> Mask:
        """Tariff lines it acts on, shape (N,)."""
        schedule, selection = self.market.schedule, self.selection
        if selection is None:
            return np.ones(len(schedule.lines), dtype=np.bool_)
        chosen = selection.matches(schedule.lines)
        if selection.category is not None:
            chosen = chosen & (schedule.category == selection.category)
        return chosen

    @cached_property
    def products(self) -> Mask:
        """Products (HS6) it acts on, or on a line of, shape (K,)."""
        schedule, selection = self.market.schedule, self.selection
        if selection is None:
            return np.ones(len(schedule.products), dtype=np.bool_)
        return selection.matches(schedule.products)

    @cached_property
    def chapters(self) -> Mask:
        """Chapters it acts on, or on a product of, shape (H,)."""
        if self.selection is None:
            return np.ones(len(self.market.chapters), dtype=np.bool_)
        touched = set(self.selection.chapters)
        return np.array([hs in touched for hs in self.market.chapters])

    @property
    def mask(self) -> Mask:
        """Lines of a lever by line, products of any other."""
        return self.lines if self.lever.by_line else self.products

    def on(self, kinds: Kinds, rows: Ints) -> Acting:
        """Return the measure on products taken together, in some of its years."""
        place = kinds.line if self.lever.by_line else kinds.product
        share = self.share[rows]
        return Acting(
            self.lever, self.mask[place], share if share.shape[1] == 1 else share[:, place]
        )

    def everywhere(self) -> Acting:
        """Return the measure on every line, or product, in all years."""
        return Acting(self.lever, self.mask, self.share)

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


def measures(
    economy: Economy, levers: Iterable[Lever], years: Years, staged: bool = True
) -> dict[str, tuple[Measure, ...]]:
    """Resolve levers in every market they reach.

    Parameters
    ----------
    economy : Economy
    levers : iterable of Lever
        Those that change nothing, such as a cut of 0 percent, are left out: a market they alone
        are about is the reference itself, to the last digit.
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts all of every lever in force at once (comparative statics).

    Returns
    -------
    dict of importer to tuple of Measure
    """
    acting = [lever for lever in levers if not lever.is_idle]
    return {
        importer: tuple(
            Measure(lever, market, economy.classification, years, staged)
            for lever in acting
            if importer in lever.importers
        )
        for importer, market in economy.markets.items()
    }


def of_kind(found: Iterable[Measure], lever: type[LeverT]) -> list[tuple[LeverT, Measure]]:
    """Measures of one class of levers, each with its lever."""
    return [(one.lever, one) for one in found if isinstance(one.lever, lever)]
