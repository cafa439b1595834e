"""What arrays of numbers share in every room."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
AnyArray = TypeVar("AnyArray", bound=NDArray[Any])


def frozen_floats(array: Floats) -> Floats:
    """Return a contiguous array of floats that refuses writes."""
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array


def read_only(array: AnyArray) -> AnyArray:
    """Refuse writes, and keep the order in memory."""
    array.setflags(write=False)
    return array


def part_of(array: Floats, rows: slice, places: Ints | None) -> Floats:
    """Return some rows and places of an array of shape (Y, H, ...); what repeats goes on repeating.

    Parameters
    ----------
    array : ndarray, shape (Y, H, ...)
    rows : slice
    places : ndarray of int, shape (n,), or None
        None for all of them: then nothing is copied.
    """
    chosen = array[rows]
    if places is None:
        return chosen
    shape = (len(chosen), places.size, *array.shape[2:])
    if same_everywhere(array):
        return everywhere(array.flat[0], shape)
    if not array.strides[0]:
        return np.broadcast_to(chosen[:1, places], shape)
    return chosen[:, places]


def everywhere(value: float, shape: tuple[int, ...]) -> Floats:
    """`np.broadcast_to` of a number, many times as quick; nobody can write to it."""
    array = np.ndarray(shape, np.float64, np.array(value, np.float64), 0, (0,) * len(shape))
    array.setflags(write=False)
    return array


def repeated(array: AnyArray, shape: tuple[int, ...]) -> AnyArray:
    """`np.broadcast_to`, and the array itself where it has that shape."""
    if array.shape == shape:
        return array
    return np.broadcast_to(array, shape)  # type: ignore[return-value]


def same_everywhere(array: Floats) -> bool:
    """Whether an array is one number seen from every place, as where no lever acts."""
    return not any(array.strides)
