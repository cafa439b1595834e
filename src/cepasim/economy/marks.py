"""Telling the lines and products of a schedule apart by marks, and the cheapest line of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Bools, Floats, Ints

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
