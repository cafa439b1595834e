"""Fiscal years on the model's time axis: phase-in of a policy and the lag of trade behind it.

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
    return np.clip((years - start + 1) / steps, 0.0, 1.0)


def lagged(path: Floats, first_year: float, decay: float) -> Floats:
    """Path of a shock as trade feels it: each year's step enters with its lag.

    Parameters
    ----------
    path : ndarray, shape (Y, ...)
        Log of a hat, or a share, by year; the first year is the base and is not lagged.
    first_year, decay : float
        ``w0`` and ``mu``: the share of the long-run response reached ``h`` years after a change
        is ``1 - (1 - w0)(1 - mu)^h`` (after Boehm, Levchenko & Pandalai-Nayar 2023, who report
        the ratio of the first year to the long run).

    Returns
    -------
    ndarray, shape (Y, ...)
    """
    # sum over tau of step_tau w(t - tau), with the part still missing carried from year to year.
    felt = np.array(path, dtype=np.float64)
    if not felt.any():
        return felt  # nothing happens
    missing = np.zeros_like(felt[0])
    for year in range(1, len(felt)):
        missing = missing * (1.0 - decay) + (path[year] - path[year - 1])
        felt[year] -= (1.0 - first_year) * missing
    return felt
