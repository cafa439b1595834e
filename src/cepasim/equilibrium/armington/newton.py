r"""The quick way, for nearly every market: one equation, Newton with second-order correction.

With :math:`\zeta = \ln p_D - m` the domestic nest is
:math:`q = m + j(\zeta)`, :math:`j = \ln[1+\delta(e^{(1-\sigma_D)\zeta}-1)]/(1-\sigma_D)`, and
:math:`\ln p_D = \alpha_D + \kappa q` gives
:math:`m(1-\kappa) = \alpha_D - \zeta + \kappa j(\zeta)`: :math:`m`, :math:`q` and :math:`u` are
known functions of :math:`\zeta`, the composite's index equation holds by construction, and the
import index is one equation in :math:`\zeta`. It is solved by Newton's method with the
second-order (Chebyshev) correction; slope and curvature of the import index are mean and variance
of :math:`b_s` under landed value shares, and :math:`j' = w_D`,
:math:`j'' = (1-\sigma_D) w_D w_M`. Three passes of one exponential per source are the rule.

Symbols: :mod:`cepasim.equilibrium.armington.block`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.equilibrium.armington.arguments import Given, Rows, is_one
from cepasim.equilibrium.armington.block import Answer, Block, Indices, places, prepared, store
from cepasim.equilibrium.ces import FloatArray

# Numerical settings: none has economic content.
TOLERANCE = 1e-14  # residual of the index equation, in logs, at which a market stops
NEAR_ONE = 0.25  # |1 - sigma| below which the index is built from expm1
PASSES = 12  # before a market is handed over
_EXTREME = 500.0  # log demand shift beyond which pi**(-sigma) exp(u) is built in logs only
_LEAVE_BELOW = 8  # a block ends when fewer than one market in so many wants another pass,
_SMALL = 512  # unless it is so small that passes cost less than a block for those that are left


@dataclass(slots=True)
class _Evaluation(Indices):
    """The one equation that is left, m - M(u) = 0, at zeta; all (n,).

    The residual is NaN where the quick way cannot go on.
    """

    landed_sum: FloatArray  # theta a pi**(1 - sigma_M), summed over sources
    demand: FloatArray  # u
    domestic_share: FloatArray  # w_D, landed value share of the domestic variety
    gap: FloatArray  # m - M(u)


def solve_quickly(
    given: Given, out: Answer, rows: Rows, work: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Newton with second-order correction on one block.

    Returns the places of the markets that want more passes than most, and of those that the
    quick way cannot solve.
    """
    block = prepared(given, rows, work)
    n, near = block.markets, _near_one(block.sigma)
    zeta = np.zeros(n)
    passes = np.ones(n, dtype=np.int64)
    for _ in range(PASSES):
        at = _evaluate(block, zeta, near)
        active = at.residual > TOLERANCE
        wanted = np.count_nonzero(active)
        if wanted == 0 or (n > _SMALL and _LEAVE_BELOW * wanted <= n):
            stuck = np.isnan(at.residual)
            break
        step = _step(block, at)
        step *= active
        zeta -= step
        passes += active
    else:
        stuck = ~(at.residual <= TOLERANCE)
        active &= ~stuck
    demand = at.demand + block.shift
    # ln pi = alpha + b u with b < 1 / sigma: this bounds both factors of the quantity. The
    # first test spares the second for nearly every block; it is also met where there is a NaN.
    if not np.abs(demand).max() <= _EXTREME * min(1.0, block.sigma.min()):
        stuck |= np.abs(demand) > _EXTREME * np.minimum(1.0, block.sigma)
        active &= ~stuck
    sound = _write(block, at, demand, out)
    if not sound.all():
        stuck |= ~sound
        active &= sound
    out.iterations[block.rows] = passes
    where = places(rows)
    if n > where.size:
        active, stuck = active[:1], stuck[:1]
    return where[active], where[stuck]


def _near_one(sigma: FloatArray) -> Rows | None:
    """Markets next to sigma_M = 1; None where there is none."""
    close = np.abs(1.0 - sigma) < NEAR_ONE
    if not close.any():
        return None
    if close.all():
        return slice(None)
    where = np.flatnonzero(close)
    # A lone column would be summed in another order (see `block`).
    return where if where.size > 1 else np.repeat(where, 2)


def _evaluate(block: Block, zeta: FloatArray, near: Rows | None) -> _Evaluation:
    """Everything at zeta, where the domestic nest holds by construction."""
    z = block.nest.gap * zeta
    np.expm1(z, out=z)
    z *= block.nest.share
    nest = np.log1p(z)
    nest /= block.nest.gap
    m = block.nest.import_bend * nest
    m -= block.nest.import_turn * zeta
    m += block.nest.import_start
    demand = block.nest.demand_bend * nest
    demand -= block.nest.demand_turn * zeta
    demand += block.nest.demand_start
    q = nest
    q += m
    index, landed_sum = _import_index(block, demand, near)
    gap = np.subtract(m, index, out=index)
    residual = np.abs(gap)
    if not z.min() >= -0.9:
        # 1 + z would cancel: such a market goes the sure way.
        residual[z < -0.9] = np.nan
    domestic_share = z + block.nest.share
    z += 1.0
    domestic_share /= z
    return _Evaluation(m, q, residual, landed_sum, demand, domestic_share, gap)


def _import_index(
    block: Block, demand: FloatArray, near: Rows | None
) -> tuple[FloatArray, FloatArray]:
    """M(u) and the landed sum it is made of.

    In the markets `near` sigma_M = 1 the index is built from expm1, so that no digit is lost next
    to 1; elsewhere a plain logarithm is as exact as float64 can hold.
    """
    power, landed, exponent = block.power, block.landed, block.power_start
    if demand.any():
        np.multiply(block.power_slope, demand, out=power)
        power += exponent
        exponent = power
    if near is None:
        np.exp(exponent, out=power)
        np.multiply(block.weight, power, out=landed)
        landed_sum: FloatArray = np.add.reduce(landed, axis=0)
        index = landed_sum / block.weight_sum
        np.log(index, out=index)
        index /= block.gap
        return index, landed_sum
    # In the order of memory of the tables, so that sums run down the columns.
    grown = np.expm1(np.ascontiguousarray(exponent[:, near]))
    np.exp(exponent, out=power)
    np.multiply(block.weight, power, out=landed)
    landed_sum = np.add.reduce(landed, axis=0)
    index = landed_sum / block.weight_sum
    np.log(index, out=index)
    weight, total = np.ascontiguousarray(block.weight[:, near]), block.weight_sum[near]
    more = weight * grown
    by = np.add.reduce(more, axis=0)
    by /= total
    landed_sum[near] = total * (1.0 + by)
    index[near] = np.log1p(by)
    power[:, near] = grown + 1.0
    landed[:, near] = more + weight
    index /= block.gap
    return index, landed_sum


def _step(block: Block, at: _Evaluation) -> FloatArray:
    """Newton step back from zeta, with its second-order (Chebyshev) correction."""
    # Slope and curvature of the import index: mean and variance of b under landed shares.
    moment = block.landed
    moment *= block.slope
    slope: FloatArray = np.add.reduce(moment, axis=0)
    slope /= at.landed_sum
    moment *= block.slope
    curvature: FloatArray = np.add.reduce(moment, axis=0)
    curvature /= at.landed_sum
    curvature -= slope * slope
    curvature *= block.gap

    # First and second derivatives of j, then of u, then of m - M(u).
    w = at.domestic_share
    bend = 1.0 - w
    bend *= w
    bend *= block.nest.gap
    demand = block.nest.demand_bend * w
    demand -= block.nest.demand_turn
    first = block.nest.import_bend * w
    first -= block.nest.import_turn
    first -= slope * demand
    slope *= block.nest.demand_bend
    second = block.nest.import_bend - slope
    second *= bend
    demand *= demand
    demand *= curvature
    second -= demand

    step = at.gap / first
    second *= step
    second /= first
    second *= 0.5
    # A correction as large as the step says that the step is too long for its series.
    second *= np.abs(second) <= 0.5
    second += 1.0
    step *= second
    return step


def _write(block: Block, at: _Evaluation, demand: FloatArray, out: Answer) -> NDArray[np.bool_]:
    """Hats from the state of a block; what has not converged is written again later."""
    price, quantity, landed_price = block.price, block.power, block.landed
    np.multiply(block.slope, at.demand, out=price)
    price += block.start
    np.exp(price, out=price)
    if not is_one(block.cost):
        price *= block.cost
    # x = a pi**(-sigma) exp(u + shift) = a (pi**(1 - sigma) / pi) exp(u + shift)
    np.multiply(price, block.wedge, out=landed_price)
    quantity /= landed_price
    quantity *= np.exp(demand)
    if not is_one(block.taste):
        quantity *= block.taste
    return store(block, price, quantity, at, out)
