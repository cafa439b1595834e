"""Telling the lines and products of a schedule apart by marks, and which lines count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints

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


def used_rates(rates: Floats, first: Ints, use: Floats | None) -> Floats:
    """Rate of each product, shape (..., K), from those of its lines, shape (..., N).

    The mean of known rates by use, shape (N,); the lowest where no line of the product has a
    weight, and everywhere without ``use``. NaN where no rate that counts is known.
    """
    if use is None:
        return np.asarray(np.fmin.reduceat(rates, first, axis=-1))
    known = ~np.isnan(rates)
    total = np.add.reduceat(np.where(known, use * rates, 0.0), first, axis=-1)
    part = np.add.reduceat(known * use, first, axis=-1)
    mean = np.divide(total, part, out=np.full(total.shape, np.nan), where=part > 0)
    weighted = np.add.reduceat(use, first) > 0
    if weighted.all():
        return np.asarray(mean)
    return np.where(weighted, mean, np.fmin.reduceat(rates, first, axis=-1))


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
