r"""The sure way, for what the quick way leaves: a handful among extreme draws.

The market is one monotone equation in :math:`u`. With :math:`\beta=\sum_s w_s b_s<1/\sigma_M`,
:math:`M(u)` the import index and :math:`Q(m)` the composite index that goes with it (itself the
root of a monotone equation),
:math:`H(u) = u-(\sigma_M-\sigma_D)M(u)-(\sigma_D-\eta)Q(M(u))` has
:math:`H' = 1-\beta[(\sigma_M-\sigma_D)+(\sigma_D-\eta)Q'] > 0`, since :math:`Q' \le 1` where
:math:`\sigma_D>\eta`. So the equilibrium exists, is unique and is bracketed. The one ill-posed
corner is perfectly inelastic demand against perfectly inelastic supply (:math:`\eta = 0` and all
:math:`\varepsilon \to 0`): there :math:`H' \to 0`, quantities cannot move and the price level is
not determined.

Symbols: :mod:`cepasim.equilibrium.armington.block`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cepasim.equilibrium.armington.arguments import Given, Rows
from cepasim.equilibrium.armington.block import (
    SURE_TOLERANCE,
    Answer,
    Block,
    Indices,
    prepared,
    store,
)
from cepasim.equilibrium.ces import FloatArray, log_ces_index

# Numerical settings: none has economic content.
_POLISH = 4  # Newton steps on (m, q) after the bracket
_STEPS = 400  # bracketing or Newton-bisection steps


def solve_surely(given: Given, out: Answer, rows: Rows, work: FloatArray) -> None:
    """Bracket u and bisect with Newton inside the bracket; every index by log-sum-exp.

    H(u) of the module's notes increases, so expanding a bracket from u = 0 and halving it
    cannot fail but by running out of floating-point numbers: a market that does is withdrawn.
    """
    block = prepared(given, rows, work)

    def mismatch(u: FloatArray) -> tuple[FloatArray, FloatArray]:
        m = _import_index(block, u)
        q = _composite_of(block, m)
        w = _domestic_value_share(block, m, q)
        passed_on = (1.0 - w) / (1.0 - w * block.nest.slope)
        value = u - block.on_import * m - block.on_composite * q
        on_demand = block.on_import + block.on_composite * passed_on
        return value, 1.0 - _import_slope(block, u) * on_demand

    u, steps = _increasing_root(mismatch, np.zeros(block.markets))
    m = _import_index(block, u)
    at = _polished(block, m, _composite_of(block, m))
    m, q = at.log_import, at.log_composite
    u = block.on_import * m + block.on_composite * q
    price = np.exp(block.start + block.slope * u) * block.cost
    quantity = block.taste * np.exp(u + block.shift - block.sigma * _log_landed(block, u))
    sound = store(block, price, quantity, at, out)
    converged = at.residual <= SURE_TOLERANCE * (1.0 + np.abs(m) + np.abs(q))
    out.converged[block.rows] = converged
    out.iterations[block.rows] = steps
    out.withdraw(np.asarray(block.rows)[~(converged & sound)])


def _polished(block: Block, m: FloatArray, q: FloatArray) -> Indices:
    """Newton on (m, q) itself, for where the indices amplify the last digit of u."""
    best, f, g = _gaps(block, m, q)
    for _ in range(_POLISH):
        b = _import_slope(block, block.on_import * m + block.on_composite * q)
        w = _domestic_value_share(block, m, q)
        a = 1.0 - b * block.on_import
        b = b * block.on_composite
        d = 1.0 - w * block.nest.slope
        determinant = a * d - b * (1.0 - w)
        m_next = m - (f * d + g * b) / determinant
        q_next = q - (g * a + f * (1.0 - w)) / determinant
        residual, f_next, g_next = _gaps(block, m_next, q_next)
        better = residual < best
        m, q = np.where(better, m_next, m), np.where(better, q_next, q)
        f, g = np.where(better, f_next, f), np.where(better, g_next, g)
        best = np.where(better, residual, best)
    return Indices(m, q, best)


def _gaps(block: Block, m: FloatArray, q: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Residual, F_1 and F_2 at (m, q)."""
    f = m - _import_index(block, block.on_import * m + block.on_composite * q)
    g = q - _composite_index(block, m, block.nest.intercept + block.nest.slope * q)
    return np.maximum(np.abs(f), np.abs(g)), f, g


def _log_landed(block: Block, u: FloatArray) -> FloatArray:
    """Landed prices by source, in logs."""
    return block.power_start / block.gap + block.slope * u


def _import_index(block: Block, u: FloatArray) -> FloatArray:
    """M(u): the import index, in logs."""
    return log_ces_index(_log_landed(block, u), block.weight, block.sigma, axis=0)


def _import_slope(block: Block, u: FloatArray) -> FloatArray:
    """M'(u): mean of b under landed shares."""
    exponent = block.gap * _log_landed(block, u)
    exponent = np.where(block.weight > 0.0, exponent, -np.inf)
    landed = block.weight * np.exp(exponent - exponent.max(axis=0))
    total: FloatArray = np.add.reduce(landed, axis=0)
    return np.asarray(np.add.reduce(landed * block.slope, axis=0)) / total


def _composite_index(block: Block, m: FloatArray, domestic_price: FloatArray) -> FloatArray:
    """Composite index, in logs, from the import index and the domestic price."""
    return log_ces_index(
        np.stack([domestic_price, m]),
        np.stack([block.nest.share, block.nest.share_import]),
        block.nest.sigma,
        axis=0,
    )


def _domestic_value_share(block: Block, m: FloatArray, q: FloatArray) -> FloatArray:
    """w_D at (m, q), without overflow."""
    z = block.nest.gap * (block.nest.intercept + block.nest.slope * q - m)
    odds = z + np.log(block.nest.share) - np.log(block.nest.share_import)
    return np.asarray(np.exp(-np.logaddexp(0.0, -odds)))  # the logistic function, both ends safe


def _composite_of(block: Block, m: FloatArray) -> FloatArray:
    """Q(m): the ln P that solves the domestic nest for a given import index."""

    def mismatch(q: FloatArray) -> tuple[FloatArray, FloatArray]:
        price = block.nest.intercept + block.nest.slope * q
        value = q - _composite_index(block, m, price)
        return value, 1.0 - _domestic_value_share(block, m, q) * block.nest.slope

    return _increasing_root(mismatch, m)[0]


def _increasing_root(
    function: Callable[[FloatArray], tuple[FloatArray, FloatArray]], start: FloatArray
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Zeros of increasing functions, elementwise, by Newton kept inside a shrinking bracket.

    Parameters
    ----------
    function : callable
        Gives the values and the (positive) slopes at an array of points.
    start : ndarray, (n,)
        First points.

    Returns
    -------
    x : ndarray, (n,)
        Where each function changes sign, to the last digits float64 resolves.
    evaluations : ndarray of int, (n,)
        How often each was evaluated.

    Notes
    -----
    A Newton step is taken where it stays inside the bracket and is at most half the step before
    (as in ``rtsafe`` of Press et al., Numerical Recipes, section 9.4); else the bracket is halved
    or, while it is open, the search moves on by doubling strides.
    """
    x = start.copy()
    low = np.full(x.shape, -np.inf)
    high = np.full(x.shape, np.inf)
    stride = np.ones(x.shape)
    last = np.full(x.shape, np.inf)
    evaluations = np.zeros(x.shape, dtype=np.int64)
    active = np.ones(x.shape, dtype=np.bool_)
    for _ in range(_STEPS):
        value, slope = function(x)
        evaluations += active
        low = np.where(active & (value < 0.0), x, low)
        high = np.where(active & (value > 0.0), x, high)
        newton = x - value / slope
        quick = (newton > low) & (newton < high) & (np.abs(newton - x) <= 0.5 * last)
        closed = np.isfinite(low) & np.isfinite(high)
        onward = np.where(value < 0.0, x + stride, x - stride)
        following = np.where(quick, newton, np.where(closed, low + 0.5 * (high - low), onward))
        stride = np.where(quick | closed, stride, 2.0 * stride)
        following = np.where(value == 0.0, x, following)
        last = np.abs(following - x)
        resolved = last <= 4.0 * np.finfo(np.float64).eps * (1.0 + np.abs(x))
        x = np.where(active, following, x)
        active &= ~(resolved | np.isnan(value))
        if not active.any():
            break
    return x, evaluations
