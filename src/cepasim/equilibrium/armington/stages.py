"""What the compiled kernel does to a group of markets: sources in rows, markets in columns.

Two working arrays hold everything: ``by`` (S, TABLES, GROUP) what is by source, ``of`` (LISTS,
GROUP) the rest; the names below are places in them. One array for each kind, because the compiler
then knows that what it writes to is not what it reads from, and makes vector instructions of the
loops over the markets j.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cepasim.equilibrium.armington.vector import exp, exp_parts, expm1, least, log, log1p, most
from cepasim.equilibrium.ces import FloatArray

LARGEST = 600.0  # exponents beyond this are left to the other way
LIMIT_GAP = 2.0**-500  # stands for 1 - sigma at sigma = 1, as in `ces.one_minus`
SMALLEST = 1e-290  # arguments of a logarithm below this as well

# Written into the kernel where it is called, before anything is compiled: only there can the
# compiler see that the two arrays do not overlap. As functions by themselves they take 3.4 times
# as long.
stage = njit(inline="always", fastmath={"contract"}, error_model="numpy")

# Places in the two working arrays.
(WEIGHT, WEDGE, SLOPE, START, POWER_START, POWER, PRICE, TASTE, COST) = range(9)
VALUE = POWER_START  # in the end
(
    THETA_D,
    SIGMA,
    SIGMA_D,
    ETA,
    SUPPLY_D,
    TASTE_D,
    DEMAND,
    CAPACITY_D,
    COST_D,
    GAP,
    GAP_D,
    SHIFT,
    LEVEL_D,
    ALPHA,
    KAPPA,
    SHARE,
    M_TURN,
    M_START,
    M_BEND,
    U_TURN,
    U_START,
    U_BEND,
    WEIGHT_SUM,
    ZETA,
    M,
    Q,
    U,
    W,
    F,
    GROWN,
    TOTAL,
    MEAN,
    SQUARE,
    PUSH,
    EXTREME,
    HARD,
    ACTIVE,
    COUNT,
    REFUSED,
    STEEPEST_SUPPLY,
    FURTHEST,
) = range(41)
LISTS = 41
_TINIEST = 5e-324  # shares may be 0
_LARGEST_VALUE = 1e290


@stage
def nest(of: FloatArray, lanes: int, steepest: float, limit: float) -> None:
    """Coefficients of the domestic variety and of everything about the market."""
    for j in range(lanes):
        taste_d, sigma_d, eta_m = of[TASTE_D, j], of[SIGMA_D, j], of[ETA, j]
        normal = 1.0 + of[THETA_D, j] * (taste_d - 1.0)
        level = log(of[DEMAND, j]) - log(normal)
        level_d = log(taste_d) + level
        eps = of[SUPPLY_D, j]
        eps = eps if eps < limit else limit
        b_d = 1.0 / (sigma_d + eps)
        alpha = eps * b_d * log(of[COST_D, j])
        alpha += b_d * (level_d - log(of[CAPACITY_D, j]))
        kappa = b_d * (sigma_d - eta_m)
        share = of[THETA_D, j] * taste_d / normal
        turn = 1.0 / (b_d * (eta_m + eps))
        lowest = least(least(of[DEMAND, j], normal), least(taste_d, of[COST_D, j]))
        lowest = least(lowest, of[CAPACITY_D, j])
        steep = 1.0 if turn > steepest else 0.0
        of[HARD, j] = steep if share > 0.0 else 0.0
        turn = turn if share > 0.0 else 1.0
        begin = alpha * turn if share > 0.0 else 0.0
        bend = kappa * turn if share > 0.0 else 0.0
        on_both = of[SIGMA, j] - eta_m
        gap = 1.0 - of[SIGMA, j]
        gap_d = 1.0 - sigma_d
        of[GAP, j] = gap if gap != 0.0 else LIMIT_GAP
        of[GAP_D, j] = gap_d if gap_d != 0.0 else LIMIT_GAP
        of[SHIFT, j] = level
        of[LEVEL_D, j] = level_d
        of[ALPHA, j] = alpha
        of[KAPPA, j] = kappa
        of[SHARE, j] = share
        of[M_TURN, j] = turn
        of[M_START, j] = begin
        of[M_BEND, j] = bend
        of[U_TURN, j] = on_both * turn
        of[U_START, j] = on_both * begin
        of[U_BEND, j] = on_both * bend + (sigma_d - eta_m)
        of[EXTREME, j] = lowest
        of[ZETA, j] = 0.0
        of[ACTIVE, j] = 1.0
        of[TOTAL, j] = 0.0
        of[GROWN, j] = 0.0
        of[COUNT, j] = 0.0
        of[REFUSED, j] = 0.0
        of[STEEPEST_SUPPLY, j] = 0.0
        of[FURTHEST, j] = 0.0


@stage
def by_source(
    by: FloatArray,
    of: FloatArray,
    lanes: int,
    with_taste: bool,
    with_cost: bool,
    pushed: bool,
    share_tolerance: float,
) -> float:
    """Coefficients by source, in the place of what was gathered; how many are out of range."""
    sources, bad = by.shape[0], 0.0
    for s in range(sources):
        for j in range(lanes):
            share = by[s, WEIGHT, j]
            of[TOTAL, j] += share
            of[REFUSED, j] += 0.0 if share > -_TINIEST else 1.0
    for j in range(lanes):
        of[REFUSED, j] += 0.0 if abs(of[TOTAL, j] - 1.0) <= share_tolerance else 1.0
    if with_taste:
        for s in range(sources):
            for j in range(lanes):
                taste = by[s, TASTE, j]
                of[REFUSED, j] += 0.0 if 0.0 < taste < np.inf else 1.0
                weight = by[s, WEIGHT, j] * taste
                by[s, WEIGHT, j] = weight
                of[GROWN, j] += weight
        for j in range(lanes):
            of[SHIFT, j] -= log(of[GROWN, j] / of[TOTAL, j])
            of[TOTAL, j] = of[GROWN, j]
    for j in range(lanes):
        of[WEIGHT_SUM, j] = of[TOTAL, j]
    for s in range(sources):
        if with_cost:
            for j in range(lanes):
                cost = by[s, COST, j]
                of[REFUSED, j] += 0.0 if 0.0 < cost < np.inf else 1.0
                by[s, POWER, j] = by[s, WEDGE, j] * cost
        else:
            for j in range(lanes):
                by[s, POWER, j] = by[s, WEDGE, j]
        for j in range(lanes):
            landed_cost, supply = by[s, POWER, j], by[s, SLOPE, j]
            refused = 0.0 if 0.0 < by[s, WEDGE, j] < np.inf else 1.0
            of[REFUSED, j] += refused if supply > 0.0 else 1.0
            of[EXTREME, j] = least(of[EXTREME, j], landed_cost)
            log_wedge = log(landed_cost)
            by[s, POWER, j] = log_wedge
            by[s, SLOPE, j] = 1.0 / (of[SIGMA, j] + supply)
            by[s, START, j] = of[SHIFT, j] - of[SIGMA, j] * log_wedge
        if pushed:
            for j in range(lanes):
                of[REFUSED, j] += 0.0 if 0.0 < by[s, PRICE, j] < np.inf else 1.0
            if with_taste:
                for j in range(lanes):
                    by[s, PRICE, j] = by[s, TASTE, j] / by[s, PRICE, j]
            else:
                for j in range(lanes):
                    by[s, PRICE, j] = 1.0 / by[s, PRICE, j]
            for j in range(lanes):
                of[EXTREME, j] = least(of[EXTREME, j], by[s, PRICE, j])
                by[s, START, j] += log(by[s, PRICE, j])
        for j in range(lanes):
            slope = by[s, SLOPE, j]
            start = by[s, START, j] * slope
            power_start = of[GAP, j] * (by[s, POWER, j] + start)
            by[s, START, j] = start
            by[s, POWER_START, j] = power_start
            size = abs(power_start)
            of[STEEPEST_SUPPLY, j] = most(of[STEEPEST_SUPPLY, j], slope)
            of[FURTHEST, j] = most(of[FURTHEST, j], size)
    for j in range(lanes):
        of[HARD, j] = of[HARD, j] if of[EXTREME, j] > SMALLEST else 1.0
        bad += of[REFUSED, j]
    return bad


@stage
def index(by: FloatArray, of: FloatArray, lanes: int, tolerance: float, near_one: float) -> float:
    """Domestic nest at zeta, then the import index at u; how many markets want another pass."""
    sources = by.shape[0]
    for j in range(lanes):
        exponent = of[GAP_D, j] * of[ZETA, j]
        z = of[SHARE, j] * expm1(exponent)
        of[HARD, j] = of[HARD, j] if abs(exponent) < LARGEST else 1.0
        of[HARD, j] = of[HARD, j] if z > -0.9 else 1.0
        z = z if z > -0.9 else -0.9
        nest = log1p(z) / of[GAP_D, j]
        m = of[M_BEND, j] * nest - of[M_TURN, j] * of[ZETA, j] + of[M_START, j]
        u = of[U_BEND, j] * nest - of[U_TURN, j] * of[ZETA, j] + of[U_START, j]
        of[W, j] = (z + of[SHARE, j]) / (1.0 + z)
        of[M, j] = m
        of[U, j] = u
        push = of[GAP, j] * u
        of[PUSH, j] = push
        # No exponent below is further from 0 than this.
        furthest = of[FURTHEST, j] + of[STEEPEST_SUPPLY, j] * abs(push)
        of[HARD, j] = of[HARD, j] if furthest < LARGEST else 1.0
        of[Q, j] = m + nest
        of[GROWN, j] = 0.0
        of[TOTAL, j] = 0.0
        of[MEAN, j] = 0.0
        of[SQUARE, j] = 0.0
    for s in range(sources):
        for j in range(lanes):
            weight, b = by[s, WEIGHT, j], by[s, SLOPE, j]
            scale, part = exp_parts(b * of[PUSH, j] + by[s, POWER_START, j])
            power = scale + scale * part
            landed = weight * power
            moment = landed * b
            by[s, POWER, j] = power
            of[GROWN, j] += weight * ((scale - 1.0) + scale * part)
            of[TOTAL, j] += landed
            of[MEAN, j] += moment
            of[SQUARE, j] += moment * b
    for j in range(lanes):
        grown = of[GROWN, j] / of[WEIGHT_SUM, j]
        ratio = of[TOTAL, j] / of[WEIGHT_SUM, j]
        # Next to sigma = 1 from expm1, so that no digit is lost.
        near = 1.0 if abs(1.0 - of[SIGMA, j]) < near_one else 0.0
        near = near if grown > -0.9 else 0.0
        ratio = 1.0 + grown if near > 0.0 else ratio
        lost = (grown - (ratio - 1.0)) / ratio if near > 0.0 else 0.0
        f = of[M, j] - (log(ratio) + lost) / of[GAP, j]
        of[F, j] = f
        hard = of[HARD, j] if ratio > SMALLEST else 1.0
        of[HARD, j] = hard
        of[COUNT, j] += of[ACTIVE, j]
        going_on = 0.0 if abs(f) <= tolerance else of[ACTIVE, j]  # NaN goes on
        of[ACTIVE, j] = 0.0 if hard > 0.0 else going_on
    wanted = 0.0
    for j in range(lanes):
        wanted += of[ACTIVE, j]
    return wanted


@stage
def step(of: FloatArray, lanes: int) -> None:
    """Newton with the second-order correction."""
    for j in range(lanes):
        b = of[MEAN, j] / of[TOTAL, j]
        curvature = (of[SQUARE, j] / of[TOTAL, j] - b * b) * of[GAP, j]
        bend = of[GAP_D, j] * of[W, j] * (1.0 - of[W, j])
        du = of[U_BEND, j] * of[W, j] - of[U_TURN, j]
        slope_f = of[M_BEND, j] * of[W, j] - of[M_TURN, j] - b * du
        bend_f = (of[M_BEND, j] - b * of[U_BEND, j]) * bend - curvature * du * du
        step = of[F, j] / slope_f
        second = 0.5 * bend_f * step / slope_f
        step += step * (second if abs(second) <= 0.5 else 0.0)
        of[ZETA, j] -= step if of[ACTIVE, j] > 0.0 else 0.0


@stage
def hats(
    by: FloatArray, of: FloatArray, lanes: int, with_taste: bool, with_cost: bool, limit: float
) -> None:
    """Prices and quantities from where a group has come to; what is not a number is hard."""
    sources = by.shape[0]
    for j in range(lanes):
        level = of[U, j] + of[SHIFT, j]
        bound = LARGEST * least(1.0, of[SIGMA, j])
        hard = of[HARD, j] if abs(level) < bound else 1.0
        of[GROWN, j] = exp(level)
        price_d = of[KAPPA, j] * of[Q, j] + of[ALPHA, j]
        quantity_d = (of[SIGMA_D, j] - of[ETA, j]) * of[Q, j] + of[LEVEL_D, j]
        quantity_d -= of[SIGMA_D, j] * price_d
        hard = hard if abs(price_d) < LARGEST else 1.0
        hard = hard if abs(quantity_d) < LARGEST else 1.0
        hard = hard if abs(of[M, j]) < LARGEST else 1.0
        of[HARD, j] = hard if abs(of[Q, j]) < LARGEST else 1.0
        fixed = of[COST_D, j]
        of[ALPHA, j] = exp(price_d) if of[SUPPLY_D, j] < limit else fixed
        of[LEVEL_D, j] = exp(quantity_d)
        of[M, j] = exp(of[M, j])
        of[Q, j] = exp(of[Q, j])
        of[EXTREME, j] = np.inf
        of[TOTAL, j] = 0.0
    for s in range(sources):
        for j in range(lanes):
            price = exp(by[s, SLOPE, j] * of[U, j] + by[s, START, j])
            of[EXTREME, j] = least(of[EXTREME, j], price)
            of[TOTAL, j] += price
            by[s, PRICE, j] = price
        if with_cost:
            for j in range(lanes):
                price = by[s, PRICE, j] * by[s, COST, j]
                of[EXTREME, j] = least(of[EXTREME, j], price)
                by[s, PRICE, j] = price
        for j in range(lanes):
            landed_price = by[s, PRICE, j] * by[s, WEDGE, j]
            by[s, POWER, j] = by[s, POWER, j] / landed_price * of[GROWN, j]
        if with_taste:
            for j in range(lanes):
                by[s, POWER, j] *= by[s, TASTE, j]
        for j in range(lanes):
            value = by[s, PRICE, j] * by[s, POWER, j]
            by[s, VALUE, j] = value
            of[TOTAL, j] += value
    for j in range(lanes):
        hard = of[HARD, j] if of[EXTREME, j] > SMALLEST else 1.0
        of[HARD, j] = hard if of[TOTAL, j] < _LARGEST_VALUE else 1.0
        of[F, j] = abs(of[F, j])
