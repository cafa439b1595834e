"""Scores of a prediction, and the simple forecasts it is measured against.

Errors are predicted minus actual; shares are of the sum of absolute actual values, so that a
balance, which may change its sign, can be scored like a flow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rmse(predicted: Floats, actual: Floats) -> float:
    """Root mean square error, in the unit of the data."""
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))


def mape(predicted: Floats, actual: Floats) -> float:
    """Mean absolute error over the actual value, a share; cells without trade are left out."""
    seen = actual != 0
    if not seen.any():
        return float("nan")
    return float(np.mean(np.abs((predicted - actual)[seen] / actual[seen])))


def wape(predicted: Floats, actual: Floats) -> float:
    """Sum of absolute errors over the sum of absolute actual values, a share."""
    return float(np.abs(predicted - actual).sum() / np.abs(actual).sum())


def bias(predicted: Floats, actual: Floats) -> float:
    """Sum of errors over the sum of absolute actual values, a share; above 0 is too much."""
    return float((predicted - actual).sum() / np.abs(actual).sum())


SCORES: dict[str, Callable[[Floats, Floats], float]] = {
    "rmse_usd_mn": rmse,
    "mape": mape,
    "bias": bias,
    "wape": wape,
}


def score(predicted: Floats, actual: Floats) -> dict[str, float]:
    """Every score of a prediction; cells whose actual value is not known are left out.

    Parameters
    ----------
    predicted, actual : ndarray, any shape
        US$ million.

    Returns
    -------
    dict
        ``n``, ``rmse_usd_mn``, ``mape``, ``bias``, ``wape``.
    """
    seen = np.isfinite(actual) & np.isfinite(predicted)
    p, a = predicted[seen], actual[seen]
    return {"n": float(seen.sum())} | {name: rule(p, a) for name, rule in SCORES.items()}


def theil_u(predicted: Floats, forecast: Floats, actual: Floats) -> float:
    """Theil's U: RMSE of the prediction over that of a simple forecast; below 1 is better."""
    seen = np.isfinite(actual) & np.isfinite(predicted) & np.isfinite(forecast)
    return rmse(predicted[seen], actual[seen]) / rmse(forecast[seen], actual[seen])


def linear_trend(known: Floats, ahead: int) -> Floats:
    """Straight line through the known years, continued; never below zero.

    Parameters
    ----------
    known : ndarray, shape (K, ...)
        Consecutive years up to the one the forecast starts from.
    ahead : int
        Years to forecast.

    Returns
    -------
    ndarray, shape (ahead + 1, ...)
        The first row is the line in the last known year.
    """
    years = np.arange(len(known), dtype=float)
    centred = years - years.mean()
    slope = np.tensordot(centred, known, axes=1) / (centred @ centred)
    steps = len(known) - 1 - years.mean() + np.arange(ahead + 1)
    line = known.mean(axis=0) + np.multiply.outer(steps, slope)
    return np.asarray(np.maximum(line, 0.0))
