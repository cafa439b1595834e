"""Who claims a preference, what it saves, and what the treasury still collects.

Shippers differ in what it costs them to prove origin. With a log-logistic spread of that cost
(median ``phi``, shape 2) the share that claims at a margin ``m`` is ``u_max m^2/(m^2 + phi^2)``;
integrating it over the margin gives what the preference is worth to the average shipper, net of
the cost of proving origin. All rates are fractions of the c.i.f. value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def claimed_share(margin: ArrayLike, origin_cost: ArrayLike, maximum: ArrayLike) -> Floats:
    """Share of imports that claims the preference, ``u_max m^2 / (m^2 + phi^2)``.

    Parameters
    ----------
    margin : array_like
        Preference margin ``m = t_mfn - t_pref``, fraction, at least 0.
    origin_cost : array_like
        Median cost of proving origin ``phi`` as an ad-valorem equivalent, at least 0.
    maximum : array_like
        Share ``u_max`` that claims when proof costs nothing.

    Returns
    -------
    ndarray
        Broadcast shape; 0 where the margin is 0, ``u_max`` where only the cost is 0.
    """
    m, phi, top = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (margin, origin_cost, maximum))
    )
    length = np.hypot(m, phi)
    cosine = np.divide(m, length, out=np.zeros(m.shape), where=length > 0)
    return np.asarray(top * cosine**2)


def effective_tariff(
    mfn: ArrayLike, margin: ArrayLike, origin_cost: ArrayLike, maximum: ArrayLike
) -> Floats:
    """What a shipper pays on average, cost of proving origin included.

    ``t_eff = t_mfn - u_max (m - phi arctan(m / phi))``: the integral of :func:`claimed_share`
    over the margin. Falls whenever the cost of proof falls.

    Parameters
    ----------
    mfn, margin, origin_cost, maximum : array_like
        As in :func:`claimed_share`; ``mfn`` is the rate without preference, a fraction.

    Returns
    -------
    ndarray
        Broadcast shape, fractions.
    """
    m, phi = np.asarray(margin, float), np.asarray(origin_cost, float)
    saved = m - phi * np.arctan2(m, phi)
    return np.asarray(np.asarray(mfn, float) - np.asarray(maximum, float) * saved)


def collected_tariff(
    mfn: ArrayLike, margin: ArrayLike, origin_cost: ArrayLike, maximum: ArrayLike
) -> Floats:
    """What the treasury collects on average, ``t_duty = t_mfn - u m``.

    Parameters and shape as in :func:`effective_tariff`. Never above it: the difference is what
    claimants spend on proving origin.
    """
    return np.asarray(
        np.asarray(mfn, float)
        - claimed_share(margin, origin_cost, maximum) * np.asarray(margin, float)
    )


def origin_cost_from_use(
    weights: Floats, margin: Floats, used: Floats, maximum: float, group: NDArray[np.intp]
) -> Floats:
    """Cost of proving origin that reproduces an observed use of the preference, by group.

    Parameters
    ----------
    weights : ndarray, shape (K,)
        c.i.f. trade of each product, any unit, at least 0.
    margin : ndarray, shape (K,)
        Preference margin of each product, fraction.
    used : ndarray, shape (H,)
        Share of the group's imports *with a margin* that claims; clipped to ``(0, maximum]``.
    maximum : float
        ``u_max``.
    group : ndarray of int, shape (K,)
        Group (chapter) of each product.

    Returns
    -------
    ndarray, shape (H,)
        ``phi``; NaN for a group in which no product with weight has a margin.
    """
    groups = used.size
    carried = weights * (margin > 0)
    total = np.bincount(group, carried, groups)
    known = total > 0
    widest = np.maximum(np.bincount(group, carried * margin, groups), 1e-12) / np.where(
        known, total, 1.0
    )
    target = np.minimum(used / maximum, 1.0)
    # The claimed share falls in phi: bisect on ln phi around the group's mean margin.
    low, high = np.log(widest) - 25.0, np.log(widest) + 25.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        share = claimed_share(margin, np.exp(middle)[group], 1.0)
        claimed = np.bincount(group, carried * share, groups) / np.where(known, total, 1.0)
        above = claimed > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    phi = np.where(target >= 1.0, 0.0, np.exp(0.5 * (low + high)))
    return np.where(known, phi, np.nan)
