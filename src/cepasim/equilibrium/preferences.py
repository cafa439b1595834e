"""Who claims a preference, what it saves, and what the treasury still collects.

Shippers differ in what it costs them to prove origin. With a log-logistic spread of that cost
(median ``phi``, shape 2) the share that claims at a margin ``m`` is ``u_max m^2/(m^2 + phi^2)``;
integrating it over the margin gives what the preference is worth to the average shipper, net of
the cost of proving origin. All rates are fractions of the c.i.f. value.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Use below this is no use; the cost that explains it has no meaning.
_LEAST_USE = 1e-20
#: Newton steps are few (about five); each is safe, so the number only bounds the time.
_MOST_STEPS = 100
#: A Newton step in logs of phi after which the next would be its square.
_CLOSE_ENOUGH = 1e-7


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
    m, phi = np.asarray(margin, float), np.asarray(origin_cost, float)
    # Scaled by the larger of the two, so that no square over- or underflows.
    larger = np.maximum(m, phi)
    scale = np.where(larger > 0, larger, 1.0)
    squared = (m / scale) ** 2
    total = squared + (phi / scale) ** 2
    return np.asarray(np.asarray(maximum, float) * squared / np.where(larger > 0, total, 1.0))


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
    weights: Floats | Callable[[Floats], tuple[Floats, Floats]],
    margin: Floats,
    used: Floats,
    maximum: float,
    group: NDArray[np.intp],
) -> Floats:
    """Cost of proving origin that reproduces an observed use of the preference, by group.

    Parameters
    ----------
    weights : ndarray, shape (K,), or callable
        c.i.f. trade of each product, any unit in a group, at least 0. Where trade depends on the
        cost, a function that gives trade at a cost by group, shape (H,), and its derivative with
        respect to ``ln phi``, shape (K,) each; the dearer proof is, the less is traded of what
        has a large margin.
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
    start = weights(np.zeros(groups))[0] if callable(weights) else weights
    inside = np.flatnonzero((margin > 0) & (start > 0))
    carried, place = start[inside], group[inside]

    def sums(values: Floats) -> Floats:
        return np.asarray(np.bincount(place, values, groups), dtype=float)

    total = sums(carried)
    known = total > 0
    scale = np.where(known, total, 1.0)
    target = np.clip(used / maximum, _LEAST_USE, 1.0)
    partly = known & (target < 1.0)
    wanted = _logit(np.where(partly, target, 0.5))
    # With x = ln(margin) the share that claims is logistic in 2 (x - ln phi). Were all margins of
    # a group alike, its logit would be linear in ln phi: Newton's method on the logit, inside the
    # bracket that the smallest and the largest margin give whatever the weights are.
    log_margin = np.log(margin[inside])
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(low, place, log_margin)
    np.maximum.at(high, place, log_margin)
    low, high = np.where(known, low, 0.0) - wanted / 2, np.where(known, high, 0.0) - wanted / 2
    at = np.clip(sums(carried * log_margin) / scale - wanted / 2, low, high)
    moved = np.zeros_like(carried)
    for _ in range(_MOST_STEPS):
        if callable(weights):
            carried, moved = (array[inside] for array in weights(np.exp(at)))
        share = 1.0 / (1.0 + np.exp(2 * (at[place] - log_margin)))
        # The part that does not claim is summed for itself: 1 - claimed loses digits near 1.
        claims, rest = carried * share, carried * (1.0 - share)
        claimed, unclaimed = sums(claims), sums(rest)
        ok = partly & (claimed > 0) & (unclaimed > 0)
        one = np.where(ok, claimed, 0.5), np.where(ok, unclaimed, 0.5)
        gap = np.where(ok, np.log(one[0] / one[1]) - wanted, 0.0)
        # d ln(claimed / unclaimed): products claim less, and trade moves between them.
        slope = sums(moved * share - 2.0 * claims * (1.0 - share)) / one[0]
        slope = slope - sums(moved * (1.0 - share) + 2.0 * rest * share) / one[1]
        low, high = np.where(gap > 0, at, low), np.where(gap < 0, at, high)
        newton = at - gap / np.where(ok & (slope < 0), slope, -2.0)
        safe = (newton >= low) & (newton <= high)
        step = np.where(safe, newton, 0.5 * (low + high)) - at
        step = np.where(partly & (gap != 0.0), step, 0.0)
        at = at + step
        if np.abs(step).max(initial=0.0) <= _CLOSE_ENOUGH:
            break
    phi = np.where(target >= 1.0, 0.0, np.exp(at))
    return np.where(known, phi, np.nan)


def _logit(share: Floats) -> Floats:
    return np.asarray(np.log(share) - np.log1p(-share))
