"""What arrays of numbers share in every room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def frozen_floats(array: Floats) -> Floats:
    """Return a contiguous array of floats that refuses writes."""
    array = np.ascontiguousarray(array, dtype=float)
    array.setflags(write=False)
    return array


def read_only(array: Floats) -> Floats:
    """Refuse writes, and keep the order in memory."""
    array.setflags(write=False)
    return array


def same_everywhere(array: Floats) -> bool:
    """Whether an array is one number seen from every place, as where no lever acts."""
    return not any(array.strides)
