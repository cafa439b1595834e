"""The lag of trade behind policy: it acts on shocks, so that the accounts hold in every year."""

from __future__ import annotations

import numpy as np

from cepasim.equilibrium.ces import FloatArray


def lagged(path: FloatArray, first_year: float, decay: float) -> FloatArray:
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
        The path as felt.
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
