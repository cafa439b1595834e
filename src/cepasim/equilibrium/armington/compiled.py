"""The quick way of `solve_market`, compiled with numba (the optional extra ``speed``).

The algorithm is that of :mod:`cepasim.equilibrium.armington.market`: the same unknown, the same
steps, the same tolerance; the two differ in rounding only. A group of markets is solved at a time,
sources in rows and markets in columns, in arrays that fit a core's first-level cache. Exponentials
and logarithms are written out in arithmetic alone, so that the compiler turns each row into vector
instructions; they are exact to about one unit in the last place.

What a market's column gives does not depend on its neighbours, on the order or on the threads.
Markets that leave the range of the plain formulas are not solved here but named as hard.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from cepasim.equilibrium.ces import FloatArray

GROUP = 32  # markets side by side
DONE, GOING_ON, HARD = 0, 1, 2  # what becomes of a market

_ROUNDING = 1.5 * 2.0**52  # adding it rounds to a whole number, which stands in the last bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two pieces, the first with zeros at its end
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2) as float64
_LARGEST = 600.0  # exponents beyond this are left to the other way
_INFINITE = np.inf
_TINIEST = 5e-324
_LIMIT_GAP = 2.0**-500  # stands for 1 - sigma at sigma = 1, as in `ces.one_minus`
_SMALLEST = 1e-290  # arguments of a logarithm below this as well

# Places in the two working arrays.
(_WEIGHT, _WEDGE, _SLOPE, _START, _POWER_SLOPE, _POWER_START, _POWER, _PRICE, _TASTE, _COST) = (
    range(10)
)
_TABLES = 10
(
    _THETA_D,
    _SIGMA,
    _SIGMA_D,
    _ETA,
    _SUPPLY_D,
    _TASTE_D,
    _DEMAND,
    _CAPACITY_D,
    _COST_D,
    _GAP,
    _GAP_D,
    _SHIFT,
    _LEVEL_D,
    _ALPHA,
    _KAPPA,
    _SHARE,
    _M_TURN,
    _M_START,
    _M_BEND,
    _U_TURN,
    _U_START,
    _U_BEND,
    _WEIGHT_SUM,
    _ZETA,
    _M,
    _Q,
    _U,
    _W,
    _F,
    _GROWN,
    _TOTAL,
    _MEAN,
    _SQUARE,
    _EXTREME,
    _HARD,
    _ACTIVE,
    _COUNT,
) = range(37)
_LISTS = 37

_fast = njit(nogil=True, inline="never", fastmath={"contract"}, error_model="numpy")


@_fast
def _exp_parts(x: float) -> tuple[float, float]:
    """A power of two and p, |p| < 0.42, with exp(x) = scale (1 + p); x is cut to ±708."""
    x = x if x < 708.0 else 708.0
    x = x if x > -708.0 else -708.0
    shifted = x * _LOG2_E + _ROUNDING
    k = shifted - _ROUNDING
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # r + r**2 / 2 + ... + r**13 / 13!
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r * r + r
    bits = (np.float64(shifted).view(np.int64) + np.int64(1023)) << np.int64(52)
    return np.int64(bits).view(np.float64), p


@_fast
def _exp(x: float) -> float:
    scale, p = _exp_parts(x)
    return scale + scale * p


@_fast
def _expm1(x: float) -> float:
    scale, p = _exp_parts(x)
    return (scale - 1.0) + scale * p


@_fast
def _log(x: float) -> float:
    """Natural logarithm of a normal number."""
    bits = np.float64(x).view(np.int64)
    k = (bits - np.int64(_ROOT_HALF_BITS)) >> np.int64(52)
    f = np.int64(bits - (k << np.int64(52))).view(np.float64) - 1.0
    # log(1 + f) = 2 (s + s**3 / 3 + ...) with s = f / (2 + f), arranged as in fdlibm
    s = f / (2.0 + f)
    z = s * s
    r = 2.0 / 23.0
    r = r * z + 2.0 / 21.0
    r = r * z + 2.0 / 19.0
    r = r * z + 2.0 / 17.0
    r = r * z + 2.0 / 15.0
    r = r * z + 2.0 / 13.0
    r = r * z + 2.0 / 11.0
    r = r * z + 2.0 / 9.0
    r = r * z + 2.0 / 7.0
    r = r * z + 2.0 / 5.0
    r = r * z + 2.0 / 3.0
    r = r * z
    half = 0.5 * f * f
    n = np.float64(k)
    return n * _LN2_HIGH - ((half - (s * (half + r) + n * _LN2_LOW)) - f)


@_fast
def _log1p(x: float) -> float:
    """ln(1 + x) for x > -0.9."""
    y = 1.0 + x
    return _log(y) + (x - (y - 1.0)) / y


@_fast
def _least(a: float, b: float) -> float:
    return a if a < b else b


# Between tables (rows, S) and columns (S, GROUP). Four sources at a time, because one at a time
# becomes slow gathers and scatters; in flat arrays with unsigned places, which numba does not
# take for possibly negative ones.
_0, _1, _2, _3 = (np.uint64(i) for i in range(4))
_NEXT = np.uint64(_TABLES * GROUP)  # from a source to the next in the columns
_WIDE = np.uint64(GROUP)


@_fast
def _gather(table: FloatArray, row: NDArray[np.uint64], by: FloatArray, place: int) -> None:
    """Some rows of a (rows or 1, S or 1) table, as columns."""
    entries, columns = table.reshape(table.size), by.reshape(by.size)
    sources = by.shape[0]
    by_row = np.uint64(table.shape[1]) if table.shape[0] > 1 else _0
    by_source = _1 if table.shape[1] > 1 else _0
    whole = sources - sources % 4
    for s in range(0, whole, 4):
        for j in range(GROUP):
            i = row[j] * by_row + np.uint64(s) * by_source
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            columns[k] = entries[i]
            columns[k + _NEXT] = entries[i + by_source]
            columns[k + _2 * _NEXT] = entries[i + _2 * by_source]
            columns[k + _3 * _NEXT] = entries[i + _3 * by_source]
    for s in range(whole, sources):
        for j in range(GROUP):
            i = row[j] * by_row + np.uint64(s) * by_source
            columns[np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)] = entries[i]


@_fast
def _scatter(
    by: FloatArray, place: int, row: NDArray[np.uint64], here: int, hats: FloatArray
) -> None:
    """The way back, of the first `here` markets."""
    entries, columns = hats.reshape(hats.size), by.reshape(by.size)
    sources = by.shape[0]
    by_row = np.uint64(sources)
    whole = sources - sources % 4
    for s in range(0, whole, 4):
        for j in range(here):
            i = row[j] * by_row + np.uint64(s)
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            entries[i] = columns[k]
            entries[i + _1] = columns[k + _NEXT]
            entries[i + _2] = columns[k + _2 * _NEXT]
            entries[i + _3] = columns[k + _3 * _NEXT]
    for s in range(whole, sources):
        for j in range(here):
            k = np.uint64(s) * _NEXT + np.uint64(place) * _WIDE + np.uint64(j)
            entries[row[j] * by_row + np.uint64(s)] = columns[k]


@_fast
def _out_of_range(table: FloatArray, row: NDArray[np.uint64], above: float, below: float) -> int:
    """How many entries of some rows are not above one and below the other number, or NaN.

    A `below` of NaN excludes nothing.
    """
    if table.shape[0] == 1:
        return 0
    entries, width = table.reshape(table.size), table.shape[1]
    bad, bounded = 0, not np.isnan(below)
    if row[GROUP - 1] - row[0] == np.uint64(GROUP - 1):
        start = np.int64(row[0]) * width
        here = entries[start : start + GROUP * width]
        for i in range(here.size):
            bad += 0 if here[i] > above else 1
        if bounded:
            for i in range(here.size):
                bad += 0 if here[i] < below else 1
    else:
        for j in range(GROUP):
            for s in range(width):
                x = table[row[j], s]
                bad += 0 if x > above and (x < below or not bounded) else 1
    return bad


@_fast
def _take(values: FloatArray, row: NDArray[np.uint64], of: FloatArray, place: int) -> None:
    """Some entries of a (rows or 1) list."""
    by_row = _1 if values.size > 1 else _0
    for j in range(row.size):
        of[place, j] = values[row[j] * by_row]


# One signature, so that there is one thing to compile; arguments may be read-only.
_TABLE = types.Array(types.float64, 2, "C", readonly=True)
_LIST = types.Array(types.float64, 1, "C", readonly=True)
_RESULTS = [types.float64[:, :, ::1], *[types.float64[::1]] * 5, types.int64[::1]]
_SIGNATURE = types.boolean(
    types.int64[::1],
    types.uint8[::1],
    types.boolean,
    types.int64,
    types.float64,
    types.int64,
    *[types.float64] * 4,
    *[_TABLE] * 6,
    *[_LIST] * 9,
    *_RESULTS,
)


def _solve_groups(
    places: NDArray[np.int64],
    status: NDArray[np.uint8],
    leave: bool,
    lanes: int,
    tolerance: float,
    passes: int,
    steepest: float,
    near_one: float,
    limit: float,
    share_tolerance: float,
    import_shares: FloatArray,
    trade_cost: FloatArray,
    supply: FloatArray,
    taste: FloatArray,
    capacity: FloatArray,
    cost: FloatArray,
    domestic_share: FloatArray,
    sigma_import: FloatArray,
    sigma_domestic: FloatArray,
    eta: FloatArray,
    supply_domestic: FloatArray,
    taste_domestic: FloatArray,
    demand: FloatArray,
    capacity_domestic: FloatArray,
    cost_domestic: FloatArray,
    hats: FloatArray,
    price_domestic: FloatArray,
    quantity_domestic: FloatArray,
    import_index: FloatArray,
    composite_index: FloatArray,
    residual: FloatArray,
    iterations: NDArray[np.int64],
) -> bool:
    """Solve the markets at `places`; all arguments as in `cepasim.equilibrium.armington.market`.

    Parameters
    ----------
    places : ndarray of int, (n,)
        Rows of the markets in the arguments and in the results.
    status : ndarray of uint8, (n,)
        Filled in: DONE, GOING_ON (left for another call, only if `leave`), HARD.
    leave : bool
        Whether a group ends when few of its markets want another pass.
    tolerance, passes, steepest, near_one, limit, share_tolerance : float or int
        Numerical settings of the calling module.
    import_shares ... cost_domestic : ndarray
        Tables (rows or 1, S or 1) and lists (rows or 1).
    hats ... iterations : ndarray
        Results, filled in where the status is DONE.

    Returns
    -------
    bool
        Whether every argument by source is in its range; if not, the results are worth nothing.
    """
    sources, n = import_shares.shape[1], places.size
    # One array for everything by source and one for the rest: the compiler then knows that what
    # it writes to is not what it reads from, and makes vector instructions of the loops over j.
    by = np.empty((sources, _TABLES, GROUP))
    of = np.empty((_LISTS, GROUP))
    row = np.empty(GROUP, np.uint64)
    with_taste = taste.size > 1 or taste[0, 0] != 1.0
    with_cost = cost.size > 1 or cost[0, 0] != 1.0
    pushed = with_taste or capacity.size > 1 or capacity[0, 0] != 1.0

    bad = 0
    for first in range(0, n, GROUP):
        here = min(GROUP, n - first)
        for j in range(GROUP):  # the last market stands in for those that are missing
            row[j] = places[min(first + j, n - 1)]
        # Checked in the order of memory, which also fetches them for what follows.
        bad += _out_of_range(import_shares, row, -_TINIEST, _INFINITE)
        bad += _out_of_range(trade_cost, row, 0.0, _INFINITE)
        bad += _out_of_range(supply, row, 0.0, np.nan)
        bad += _out_of_range(taste, row, 0.0, _INFINITE)
        bad += _out_of_range(capacity, row, 0.0, _INFINITE)
        bad += _out_of_range(cost, row, 0.0, _INFINITE)
        _take(domestic_share, row, of, _THETA_D)
        _take(sigma_import, row, of, _SIGMA)
        _take(sigma_domestic, row, of, _SIGMA_D)
        _take(eta, row, of, _ETA)
        _take(supply_domestic, row, of, _SUPPLY_D)
        _take(taste_domestic, row, of, _TASTE_D)
        _take(demand, row, of, _DEMAND)
        _take(capacity_domestic, row, of, _CAPACITY_D)
        _take(cost_domestic, row, of, _COST_D)
        _gather(import_shares, row, by, _WEIGHT)
        _gather(trade_cost, row, by, _WEDGE)
        _gather(supply, row, by, _SLOPE)
        if with_taste:
            _gather(taste, row, by, _TASTE)
        if with_cost:
            _gather(cost, row, by, _COST)
        if pushed:
            _gather(capacity, row, by, _PRICE)

        # The domestic variety and everything about the market.
        for j in range(lanes):
            taste_d, sigma_d, eta_m = of[_TASTE_D, j], of[_SIGMA_D, j], of[_ETA, j]
            normal = 1.0 + of[_THETA_D, j] * (taste_d - 1.0)
            level = _log(of[_DEMAND, j]) - _log(normal)
            level_d = _log(taste_d) + level
            eps = of[_SUPPLY_D, j]
            eps = eps if eps < limit else limit
            b_d = 1.0 / (sigma_d + eps)
            alpha = eps * b_d * _log(of[_COST_D, j])
            alpha += b_d * (level_d - _log(of[_CAPACITY_D, j]))
            kappa = b_d * (sigma_d - eta_m)
            share = of[_THETA_D, j] * taste_d / normal
            turn = 1.0 / (b_d * (eta_m + eps))
            lowest = _least(_least(of[_DEMAND, j], normal), _least(taste_d, of[_COST_D, j]))
            lowest = _least(lowest, of[_CAPACITY_D, j])
            steep = 1.0 if turn > steepest else 0.0
            of[_HARD, j] = steep if share > 0.0 else 0.0
            turn = turn if share > 0.0 else 1.0
            begin = alpha * turn if share > 0.0 else 0.0
            bend = kappa * turn if share > 0.0 else 0.0
            on_both = of[_SIGMA, j] - eta_m
            gap = 1.0 - of[_SIGMA, j]
            gap_d = 1.0 - sigma_d
            of[_GAP, j] = gap if gap != 0.0 else _LIMIT_GAP
            of[_GAP_D, j] = gap_d if gap_d != 0.0 else _LIMIT_GAP
            of[_SHIFT, j] = level
            of[_LEVEL_D, j] = level_d
            of[_ALPHA, j] = alpha
            of[_KAPPA, j] = kappa
            of[_SHARE, j] = share
            of[_M_TURN, j] = turn
            of[_M_START, j] = begin
            of[_M_BEND, j] = bend
            of[_U_TURN, j] = on_both * turn
            of[_U_START, j] = on_both * begin
            of[_U_BEND, j] = on_both * bend + (sigma_d - eta_m)
            of[_EXTREME, j] = lowest
            of[_ZETA, j] = 0.0
            of[_ACTIVE, j] = 1.0
            of[_TOTAL, j] = 0.0
            of[_GROWN, j] = 0.0
            of[_COUNT, j] = 0.0

        # The sources; what was gathered under another name is replaced.
        for s in range(sources):
            for j in range(lanes):
                of[_TOTAL, j] += by[s, _WEIGHT, j]
        for j in range(lanes):
            bad += 0 if abs(of[_TOTAL, j] - 1.0) <= share_tolerance else 1
        if with_taste:
            for s in range(sources):
                for j in range(lanes):
                    weight = by[s, _WEIGHT, j] * by[s, _TASTE, j]
                    by[s, _WEIGHT, j] = weight
                    of[_GROWN, j] += weight
            for j in range(lanes):
                of[_SHIFT, j] -= _log(of[_GROWN, j] / of[_TOTAL, j])
                of[_TOTAL, j] = of[_GROWN, j]
        for j in range(lanes):
            of[_WEIGHT_SUM, j] = of[_TOTAL, j]
        for s in range(sources):
            if with_cost:
                for j in range(lanes):
                    by[s, _POWER, j] = by[s, _WEDGE, j] * by[s, _COST, j]
            else:
                for j in range(lanes):
                    by[s, _POWER, j] = by[s, _WEDGE, j]
            for j in range(lanes):
                landed_cost = by[s, _POWER, j]
                of[_EXTREME, j] = _least(of[_EXTREME, j], landed_cost)
                log_wedge = _log(landed_cost)
                by[s, _POWER, j] = log_wedge
                by[s, _SLOPE, j] = 1.0 / (of[_SIGMA, j] + by[s, _SLOPE, j])
                by[s, _START, j] = of[_SHIFT, j] - of[_SIGMA, j] * log_wedge
            if pushed:
                if with_taste:
                    for j in range(lanes):
                        by[s, _PRICE, j] = by[s, _TASTE, j] / by[s, _PRICE, j]
                else:
                    for j in range(lanes):
                        by[s, _PRICE, j] = 1.0 / by[s, _PRICE, j]
                for j in range(lanes):
                    of[_EXTREME, j] = _least(of[_EXTREME, j], by[s, _PRICE, j])
                    by[s, _START, j] += _log(by[s, _PRICE, j])
            for j in range(lanes):
                start = by[s, _START, j] * by[s, _SLOPE, j]
                by[s, _START, j] = start
                by[s, _POWER_SLOPE, j] = of[_GAP, j] * by[s, _SLOPE, j]
                by[s, _POWER_START, j] = of[_GAP, j] * (by[s, _POWER, j] + start)
        for j in range(lanes):
            of[_HARD, j] = of[_HARD, j] if of[_EXTREME, j] > _SMALLEST else 1.0

        for passed in range(passes):
            # The domestic nest at zeta, then the import index at u.
            for j in range(lanes):
                exponent = of[_GAP_D, j] * of[_ZETA, j]
                z = of[_SHARE, j] * _expm1(exponent)
                of[_HARD, j] = of[_HARD, j] if abs(exponent) < _LARGEST else 1.0
                of[_HARD, j] = of[_HARD, j] if z > -0.9 else 1.0
                z = z if z > -0.9 else -0.9
                nest = _log1p(z) / of[_GAP_D, j]
                m = of[_M_BEND, j] * nest - of[_M_TURN, j] * of[_ZETA, j] + of[_M_START, j]
                u = of[_U_BEND, j] * nest - of[_U_TURN, j] * of[_ZETA, j] + of[_U_START, j]
                of[_W, j] = (z + of[_SHARE, j]) / (1.0 + z)
                of[_M, j] = m
                of[_U, j] = u
                of[_Q, j] = m + nest
                of[_GROWN, j] = 0.0
                of[_TOTAL, j] = 0.0
                of[_MEAN, j] = 0.0
                of[_SQUARE, j] = 0.0
                of[_EXTREME, j] = 0.0
            for s in range(sources):
                for j in range(lanes):
                    exponent = by[s, _POWER_SLOPE, j] * of[_U, j] + by[s, _POWER_START, j]
                    scale, part = _exp_parts(exponent)
                    power = scale + scale * part
                    weight, b = by[s, _WEIGHT, j], by[s, _SLOPE, j]
                    landed = weight * power
                    moment = landed * b
                    by[s, _POWER, j] = power
                    of[_GROWN, j] += weight * ((scale - 1.0) + scale * part)
                    of[_TOTAL, j] += landed
                    of[_MEAN, j] += moment
                    of[_SQUARE, j] += moment * b
                    size = abs(exponent)
                    of[_EXTREME, j] = size if not size < of[_EXTREME, j] else of[_EXTREME, j]
            for j in range(lanes):
                grown = of[_GROWN, j] / of[_WEIGHT_SUM, j]
                ratio = of[_TOTAL, j] / of[_WEIGHT_SUM, j]
                # Next to sigma = 1 from expm1, so that no digit is lost.
                near = 1.0 if abs(1.0 - of[_SIGMA, j]) < near_one else 0.0
                near = near if grown > -0.9 else 0.0
                ratio = 1.0 + grown if near > 0.0 else ratio
                lost = (grown - (ratio - 1.0)) / ratio if near > 0.0 else 0.0
                f = of[_M, j] - (_log(ratio) + lost) / of[_GAP, j]
                of[_F, j] = f
                hard = of[_HARD, j] if of[_EXTREME, j] < _LARGEST else 1.0
                hard = hard if ratio > _SMALLEST else 1.0
                of[_HARD, j] = hard
                of[_COUNT, j] += of[_ACTIVE, j]
                going_on = 0.0 if abs(f) <= tolerance else of[_ACTIVE, j]  # NaN goes on
                of[_ACTIVE, j] = 0.0 if hard > 0.0 else going_on
            wanted = 0.0
            for j in range(lanes):
                wanted += of[_ACTIVE, j]
            if wanted == 0.0 or (leave and 8.0 * wanted <= GROUP) or passed == passes - 1:
                break
            # Newton with the second-order correction.
            for j in range(lanes):
                b = of[_MEAN, j] / of[_TOTAL, j]
                curvature = (of[_SQUARE, j] / of[_TOTAL, j] - b * b) * of[_GAP, j]
                bend = of[_GAP_D, j] * of[_W, j] * (1.0 - of[_W, j])
                du = of[_U_BEND, j] * of[_W, j] - of[_U_TURN, j]
                slope_f = of[_M_BEND, j] * of[_W, j] - of[_M_TURN, j] - b * du
                bend_f = (of[_M_BEND, j] - b * of[_U_BEND, j]) * bend - curvature * du * du
                step = of[_F, j] / slope_f
                second = 0.5 * bend_f * step / slope_f
                step += step * (second if abs(second) <= 0.5 else 0.0)
                of[_ZETA, j] -= step if of[_ACTIVE, j] > 0.0 else 0.0

        for j in range(lanes):
            level = of[_U, j] + of[_SHIFT, j]
            bound = _LARGEST * _least(1.0, of[_SIGMA, j])
            of[_HARD, j] = of[_HARD, j] if abs(level) < bound else 1.0
            of[_GROWN, j] = _exp(level)
            price_d = of[_KAPPA, j] * of[_Q, j] + of[_ALPHA, j]
            quantity_d = (of[_SIGMA_D, j] - of[_ETA, j]) * of[_Q, j] + of[_LEVEL_D, j]
            quantity_d -= of[_SIGMA_D, j] * price_d
            fixed = of[_COST_D, j]
            of[_ALPHA, j] = _exp(price_d) if of[_SUPPLY_D, j] < limit else fixed
            of[_LEVEL_D, j] = _exp(quantity_d)
            of[_M, j] = _exp(of[_M, j])
            of[_Q, j] = _exp(of[_Q, j])
        for s in range(sources):
            for j in range(lanes):
                by[s, _PRICE, j] = _exp(by[s, _SLOPE, j] * of[_U, j] + by[s, _START, j])
            if with_cost:
                for j in range(lanes):
                    by[s, _PRICE, j] *= by[s, _COST, j]
            for j in range(lanes):
                landed_price = by[s, _PRICE, j] * by[s, _WEDGE, j]
                by[s, _POWER, j] = by[s, _POWER, j] / landed_price * of[_GROWN, j]
            if with_taste:
                for j in range(lanes):
                    by[s, _POWER, j] *= by[s, _TASTE, j]
        _scatter(by, _PRICE, row, here, hats[0])
        _scatter(by, _POWER, row, here, hats[1])
        for j in range(here):
            i = row[j]
            for s in range(sources):
                hats[2, i, s] = hats[0, i, s] * hats[1, i, s]
        for j in range(here):
            i = row[j]
            going_on = of[_ACTIVE, j] > 0.0
            hard_here = of[_HARD, j] > 0.0 or (going_on and not leave)
            status[first + j] = HARD if hard_here else (GOING_ON if going_on else DONE)
            price_domestic[i] = of[_ALPHA, j]
            quantity_domestic[i] = of[_LEVEL_D, j]
            import_index[i] = of[_M, j]
            composite_index[i] = of[_Q, j]
            residual[i] = abs(of[_F, j])
            iterations[i] = int(of[_COUNT, j])
    return bad == 0


solve_groups: Callable[..., bool] = njit(
    _SIGNATURE, nogil=True, cache=True, fastmath={"contract"}, error_model="numpy"
)(_solve_groups)
