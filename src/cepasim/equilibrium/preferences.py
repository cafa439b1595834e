"""Who claims a preference, what it saves, and what the treasury still collects.

Claiming costs something per consignment, whatever its size: small ones do not claim. With a
log-normal spread ``s`` of consignments (value-weighted) and a cost of claiming of ``f``, as a
share of the median dollar's consignment, a margin ``m`` is claimed by::

    u      = u_max Phi(z),   z = (ln m - ln f) / s
    t_eff  = t_mfn - u_max [m Phi(z) - f exp(s^2/2) Phi(z - s)]
    t_duty = t_mfn - u m

``u_max`` is what could claim at all: goods that do not originate, or that enter free under
another scheme, never do. All rates are fractions of the c.i.f. value. Another spread of costs,
log-logistic with shape 2, is kept beside it as `LogLogistic`: it has fatter tails, so that far
more of the margin is lost to paperwork at the same use. The form is this project's own. That use
rises with the margin and the volume of exports, and that its cost is largely fixed per transaction,
are findings of Keck and Lendle (2012, WTO Staff Working Paper ERSD-2012-12).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium import special

Floats = NDArray[np.float64]

#: Use below this is no use; the cost that explains it has no meaning.
_LEAST_USE = 1e-20
#: Newton steps are few (about five); each is safe, so the number only bounds the time.
_MOST_STEPS = 100
#: A Newton step in logs of the cost after which the next would be its square.
_CLOSE_ENOUGH = 1e-7


class UseFunction(Protocol):
    """How the share that claims, of what could, depends on margin and cost of claiming."""

    def claims(self, margin: Floats, cost: Floats) -> tuple[Floats, Floats]:
        """Share that claims, and what it saves after the cost of claiming, both from 0 on."""

    def at(self, log_ratio: Floats) -> tuple[Floats, Floats, Floats]:
        """Share that claims at ``ln(m / f)``, the rest, and the slope of the share."""

    def log_ratio(self, share: Floats) -> Floats:
        """``ln(m / f)`` at which a share, between 0 and 1, claims."""


@dataclass(frozen=True, slots=True)
class Consignments:
    """A fixed cost of claiming against log-normal consignments.

    Attributes
    ----------
    spread : float
        ``s``: standard deviation of the log of a consignment's value.
    """

    spread: float

    def claims(self, margin: Floats, cost: Floats) -> tuple[Floats, Floats]:
        """Share that claims, and what it saves after the cost of claiming."""
        if not cost.any():  # all that has a margin
            share = np.where(margin > 0, 1.0, 0.0 * cost)
            return share, np.maximum(margin * share, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = (np.log(margin) - np.log(cost)) / self.spread
        # No margin, no claim, even where claiming costs nothing.
        score = np.where(margin > 0, score, -np.inf)
        share = special.ndtr(score)
        spent = cost * np.exp(self.spread**2 / 2) * special.ndtr(score - self.spread)
        return share, np.maximum(margin * share - spent, 0.0)

    def at(self, log_ratio: Floats) -> tuple[Floats, Floats, Floats]:
        """Share that claims at ``ln(m / f)``, the rest, and the slope of the share."""
        score = log_ratio / self.spread
        slope = np.exp(-0.5 * score * score) / (self.spread * np.sqrt(2 * np.pi))
        return special.ndtr(score), special.ndtr(-score), slope

    def log_ratio(self, share: Floats) -> Floats:
        """``ln(m / f)`` at which a share claims."""
        return np.asarray(self.spread * special.ndtri(share))


@dataclass(frozen=True, slots=True)
class LogLogistic:
    """Costs of claiming that are log-logistic with shape 2: ``u = m^2 / (m^2 + f^2)``."""

    def claims(self, margin: Floats, cost: Floats) -> tuple[Floats, Floats]:
        """Share that claims, and what it saves after the cost of claiming."""
        # Scaled by the larger of the two, so that no square over- or underflows.
        larger = np.maximum(margin, cost)
        scale = np.where(larger > 0, larger, 1.0)
        squared = (margin / scale) ** 2
        total = squared + (cost / scale) ** 2
        share = squared / np.where(larger > 0, total, 1.0)
        return share, np.asarray(margin - cost * np.arctan2(margin, cost))

    def at(self, log_ratio: Floats) -> tuple[Floats, Floats, Floats]:
        """Share that claims at ``ln(m / f)``, the rest, and the slope of the share."""
        share, rest = special.expit(2.0 * log_ratio), special.expit(-2.0 * log_ratio)
        return share, rest, 2.0 * share * rest

    def log_ratio(self, share: Floats) -> Floats:
        """``ln(m / f)`` at which a share claims."""
        return np.asarray(0.5 * special.logit(share))


def claimed_share(
    margin: ArrayLike, cost: ArrayLike, maximum: ArrayLike, use: UseFunction
) -> Floats:
    """Share of imports that claims the preference.

    Parameters
    ----------
    margin : array_like
        Preference margin ``m = t_mfn - t_pref``, fraction, at least 0.
    cost : array_like
        Cost of claiming ``f`` for the median dollar, fraction of the c.i.f. value, at least 0.
    maximum : array_like
        Share ``u_max`` that claims when claiming costs nothing.
    use : UseFunction

    Returns
    -------
    ndarray
        Broadcast shape; 0 where the margin is 0, ``u_max`` where only the cost is 0.
    """
    share, _ = use.claims(np.asarray(margin, float), np.asarray(cost, float))
    return np.asarray(np.asarray(maximum, float) * share)


def effective_tariff(
    mfn: ArrayLike,
    margin: ArrayLike,
    cost: ArrayLike,
    maximum: ArrayLike,
    use: UseFunction,
) -> Floats:
    """What a shipper pays on average, cost of claiming included.

    The MFN rate less the integral of :func:`claimed_share` over the margin. Falls whenever the
    cost of claiming falls.

    Parameters
    ----------
    mfn, margin, cost, maximum, use
        As in :func:`claimed_share`; ``mfn`` is the rate without preference, a fraction.

    Returns
    -------
    ndarray
        Broadcast shape, fractions.
    """
    return paid_and_collected(mfn, margin, cost, maximum, use)[0]


def collected_tariff(
    mfn: ArrayLike,
    margin: ArrayLike,
    cost: ArrayLike,
    maximum: ArrayLike,
    use: UseFunction,
) -> Floats:
    """What the treasury collects on average, ``t_duty = t_mfn - u m``.

    Parameters and shape as in :func:`effective_tariff`. Never above it: the difference is what
    claimants spend on claiming.
    """
    return paid_and_collected(mfn, margin, cost, maximum, use)[1]


def paid_and_collected(
    mfn: ArrayLike,
    margin: ArrayLike,
    cost: ArrayLike,
    maximum: ArrayLike,
    use: UseFunction,
) -> tuple[Floats, Floats]:
    """:func:`effective_tariff` and :func:`collected_tariff` at the price of one.

    What is paid moves by the difference of the two with the log of the cost of claiming.
    """
    m, top = np.asarray(margin, float), np.asarray(maximum, float)
    share, saved = use.claims(m, np.asarray(cost, float))
    rate = np.asarray(mfn, float)
    return np.asarray(rate - top * saved), np.asarray(rate - top * (share * m))


def origin_cost_from_use(
    weights: Floats | Callable[[Floats], tuple[Floats, Floats]],
    margin: Floats,
    used: Floats,
    maximum: float,
    group: NDArray[np.intp],
    use: UseFunction,
) -> Floats:
    """Cost of claiming that reproduces an observed use of the preference, by group.

    Parameters
    ----------
    weights : ndarray, shape (K,), or callable
        c.i.f. trade of each product, any unit in a group, at least 0. Where trade depends on the
        cost, a function that gives trade at a cost by group, shape (H,), and its derivative with
        respect to ``ln f``, shape (K,) each; the dearer proof is, the less is traded of what
        has a large margin.
    margin : ndarray, shape (K,)
        Preference margin of each product, fraction.
    used : ndarray, shape (H,)
        Share of the group's imports *with a margin* that claims; clipped to ``(0, maximum]``.
    maximum : float
        ``u_max``.
    group : ndarray of int, shape (K,)
        Group (chapter) of each product.
    use : UseFunction

    Returns
    -------
    ndarray, shape (H,)
        ``f``; NaN for a group in which no product with weight has a margin.
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
    target_or_half = np.where(partly, target, 0.5)
    wanted, ratio = special.logit(target_or_half), use.log_ratio(target_or_half)
    # The share that claims is a function of ln(margin) - ln(cost) whose logit is close to linear:
    # Newton's method on the logit, inside the bracket that the smallest and the largest margin
    # give whatever the weights are.
    log_margin = np.log(margin[inside])
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(low, place, log_margin)
    np.maximum.at(high, place, log_margin)
    low, high = np.where(known, low, 0.0) - ratio, np.where(known, high, 0.0) - ratio
    at = np.clip(sums(carried * log_margin) / scale - ratio, low, high)
    moved = np.zeros_like(carried)
    for _ in range(_MOST_STEPS):
        if callable(weights):
            carried, moved = (array[inside] for array in weights(np.exp(at)))
        # The part that does not claim is summed for itself: 1 - claimed loses digits near 1.
        share, other, steep = use.at(log_margin - at[place])
        claims, rest = carried * share, carried * other
        claimed, unclaimed = sums(claims), sums(rest)
        ok = partly & (claimed > 0) & (unclaimed > 0)
        one = np.where(ok, claimed, 0.5), np.where(ok, unclaimed, 0.5)
        gap = np.where(ok, np.log(one[0] / one[1]) - wanted, 0.0)
        # d ln(claimed / unclaimed): products claim less, and trade moves between them.
        slope = sums(moved * share - carried * steep) / one[0]
        slope = slope - sums(moved * other + carried * steep) / one[1]
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
