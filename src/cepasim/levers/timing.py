"""Fiscal years on the model's time axis: the phase-in of a policy.

Years are the first calendar year of an Indian fiscal year (2026 is 2026-27).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Years = NDArray[np.int64]


def phase_in(years: Years, start: int, steps: int) -> Floats:
    """Share of a staged change that is in force in each year.

    Parameters
    ----------
    years : ndarray of int, shape (Y,)
    start : int
        Year of the first of ``steps`` equal annual steps.
    steps : int
        Number of equal annual steps, at least 1.

    Returns
    -------
    ndarray, shape (Y,)
        0 before ``start``, 1 from ``start + steps - 1`` on.
    """
    return np.minimum(np.maximum((years - start + 1) / steps, 0.0), 1.0)
