"""Telling the lines and products of a schedule apart by marks, and which lines count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import Bools, Floats, Ints

#: Arrays by place; places that are alike in all of them are taken together.
Marks: TypeAlias = Sequence[NDArray[Any]]

#: Masks up to this number are told apart one by one.
_FEW = 8


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


@dataclass(frozen=True, slots=True, eq=False)
class UsedLines:
    """Weights of lines in their products, and what of them is known.

    Attributes
    ----------
    unknown : ndarray of bool, shape (N,)
        Lines without a known rate.
    part : ndarray, shape (K,)
        Weight of the known lines of each product; NaN where none is known.
    weighted : ndarray of bool, shape (K,)
        Products of which any line has a weight.
    """

    unknown: Bools
    part: Floats
    weighted: Bools

    @classmethod
    def of(cls, unknown: Bools, first: Ints, use: Floats) -> UsedLines:
        """Add up the weights."""
        part = np.add.reduceat(~unknown * use, first)
        weighted = np.add.reduceat(use, first) > 0
        return cls(unknown, np.where(part > 0, part, np.nan), weighted)


def used_rates(
    rates: Floats, first: Ints, use: Floats | None, known: UsedLines | None = None
) -> tuple[Floats, UsedLines | None]:
    """Rate of each product, shape (..., K), from those of its lines, shape (..., N).

    The mean of known rates by use, shape (N,); the lowest where no line of the product has a
    weight, and everywhere without ``use``. NaN where no rate that counts is known.

    Also what to hand in the next time as ``known``: it is worked out again only where other lines
    are known.
    """
    if use is None:
        return np.asarray(np.fmin.reduceat(rates, first, axis=-1)), None
    if not rates.size:  # not a single year
        return np.empty((*rates.shape[:-1], first.size)), known
    unknown = np.isnan(rates)
    alike = unknown if rates.ndim == 1 else unknown[0]
    if rates.ndim > 1 and not (unknown == alike).all():
        rows = [used_rates(row, first, use)[0] for row in rates]
        return np.stack(rows), known
    if known is None or not np.array_equal(known.unknown, alike):
        known = UsedLines.of(alike, first, use)
    weighed = use * rates
    weighed[unknown] = 0.0
    mean = np.add.reduceat(weighed, first, axis=-1) / known.part
    if known.weighted.all():
        return np.asarray(mean), known
    return np.where(known.weighted, mean, np.fmin.reduceat(rates, first, axis=-1)), known


def least_used(first: Ints, use: Floats) -> Floats:
    """Smallest weight that the lines of any product have together."""
    return np.asarray(np.add.reduceat(use, first).min())


def merged(alike: Ints, group: Ints, weights: Floats) -> Floats:
    """Weights within each group, shape (N,), those of alike places on the first of them.

    The weights of a group sum to one where it has any.
    """
    places = alike + (int(alike.max(initial=0)) + 1) * group
    _, first, place = np.unique(places, return_index=True, return_inverse=True)
    total = np.bincount(group, weights)[group]
    share = np.divide(weights, total, out=np.zeros(len(weights)), where=total > 0)
    found = np.zeros(len(weights))
    found[first] = np.bincount(place, share)
    return found


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
        place, values = _numbered(mark)
        number, _ = _numbered(number * values + place)
    return number


def _numbered(mark: NDArray[Any]) -> tuple[Ints, int]:
    """Number of each value in their order, and how many values: `numpy.unique`, seldom sorting.

    A schedule has far fewer rates than lines, so that all are hashed and the few sorted; small
    numbers are counted. Loading spends a good part of its time here.
    """
    if mark.dtype == np.bool_:
        return mark.astype(np.int64), 2
    if mark.dtype.kind == "i" and mark.size and mark.min() >= 0 and mark.max() <= 4 * mark.size:
        number = np.cumsum(np.bincount(mark) > 0) - 1
        return number[mark], int(number[-1]) + 1
    if mark.dtype.kind not in "fi":
        values, place = np.unique(mark, return_inverse=True)
        return place, len(values)
    place, values = pd.factorize(mark, sort=True, use_na_sentinel=False)
    return place, len(values)


def in_one(marks: Marks) -> list[NDArray[Any]]:
    """Marks that tell the same places apart as many masks do; few are left as they are."""
    masks = [mark for mark in marks if mark.dtype == np.bool_]
    if len(masks) <= _FEW:
        return list(marks)
    bits = np.ascontiguousarray(np.packbits(np.stack(masks), axis=0).T)
    _, mark = np.unique(bits.view(f"V{bits.shape[1]}")[:, 0], return_inverse=True)
    return [mark, *(other for other in marks if other.dtype != np.bool_)]


def identical(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether two lists hold the very same objects."""
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))


def grouped(
    chapter: Ints,
    product_of_line: Ints,
    first_line: Ints,
    levels: tuple[Floats, Floats],
    marks: Marks,
    masks: Marks,
    use: Floats | None,
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """Take products together that are alike in chapter, in the facts of their lines and in masks.

    Parameters
    ----------
    chapter : ndarray of int, shape (K,)
    product_of_line : ndarray of int, shape (N,)
    first_line : ndarray of int, shape (K,)
    levels : pair of ndarray, shape (N,)
        Rates by line: where neither is higher, no rate is.
    marks : sequence of ndarray, shape (N,)
        All else that the rates are made of.
    masks : sequence of ndarray, shape (N,) or (K,)
        Selections of lines, or of products.
    use : ndarray, shape (N,), or None
        Weights of lines within their product.

    Returns
    -------
    of_product : ndarray of int, shape (K,)
        Kind of each product.
    product, first : ndarray of int, shape (G,)
        A product of each kind, and its first line among those kept.
    line : ndarray of int
        The lines kept.
    weight : ndarray, shape (N,)
        Weights of the lines kept, 0 for a product without.
    """
    masks_of_lines = in_one([mask for mask in masks if mask.size == product_of_line.size])
    rest = told_apart(np.zeros(len(product_of_line)), *marks, *masks_of_lines)
    of_line = told_apart(rest, *levels)
    # A product is the tuple of its lines; most have one. The best of them does not need those
    # that another one of the product is no dearer than.
    lines = np.arange(len(product_of_line))
    if len(first_line) < len(product_of_line):
        lines = cheapest(told_apart(product_of_line, rest), *levels)
    weight = np.zeros(len(product_of_line))
    if use is not None:
        weight = merged(of_line, product_of_line, use)
        weighted = (np.add.reduceat(use, first_line) > 0)[product_of_line]
        best = np.zeros(len(product_of_line), dtype=np.bool_)
        best[lines] = True
        lines = np.flatnonzero(np.where(weighted, weight > 0, best))
        # Of one line alone it does not matter how it was found.
        alone = np.bincount(product_of_line[lines], minlength=len(first_line)) == 1
        weight[lines[alone[product_of_line[lines]]]] = 1.0
        of_line = told_apart(of_line, weight)
    lines = lines[np.lexsort((of_line[lines], product_of_line[lines]))]
    count = np.bincount(product_of_line[lines], minlength=len(first_line))
    start = np.cumsum(count) - count
    words = np.zeros(len(first_line), dtype=np.int64)
    for place in range(int(count.max())):
        longer = np.flatnonzero(count > place)
        kinds = np.zeros(len(first_line), dtype=np.int64)
        kinds[longer] = 1 + of_line[lines[start[longer] + place]]
        words = told_apart(words, kinds)
    masks_of_products = in_one([mask for mask in masks if mask.size != product_of_line.size])
    of_product = told_apart(chapter, words, *masks_of_products)
    _, product = np.unique(of_product, return_index=True)
    many = count[product]
    first = np.cumsum(many) - many
    line = lines[np.arange(many.sum()) + np.repeat(start[product] - first, many)]
    line = line[np.lexsort((line, np.repeat(np.arange(len(product)), many)))]
    return of_product, product, first, line, weight
