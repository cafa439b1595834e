"""Products that nothing distinguishes in the eyes of one source, taken as one.

A schedule of thousands of products has a few hundred distinct ones for each source: the model
works on those and gives every product the result of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from cepasim.economy.schedule import TariffSchedule

#: Masks up to this number are told apart one by one.
_FEW = 8


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


def cheapest(group: Ints, first: Floats, second: Floats) -> Ints:
    """Places to which no other one of their group is equal or lower in both rates, in order.

    Of equal ones the first counts; one without both rates is like no other.
    """
    both = ~np.isnan(first + second)
    known = np.flatnonzero(both)
    _, rank = np.unique(second[known], return_inverse=True)
    order = np.lexsort((rank, first[known], group[known]))
    # The lowest second rate so far within the group: each group stands below those before.
    depth = rank[order] - len(known) * group[known][order]
    kept = np.ones(len(known), dtype=np.bool_)
    kept[1:] = depth[1:] < np.minimum.accumulate(depth)[:-1]
    return np.sort(np.concatenate([known[order][kept], np.flatnonzero(~both)]))


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


def in_one(masks: Sequence[Bools]) -> list[NDArray[Any]]:
    """Marks that tell the same places apart as many masks do; few are left as they are."""
    if len(masks) <= _FEW:
        return list(masks)
    bits = np.ascontiguousarray(np.packbits(np.stack(masks), axis=0).T)
    _, mark = np.unique(bits.view(f"V{bits.shape[1]}")[:, 0], return_inverse=True)
    return [mark]
