"""The quick way of `solve_market`, compiled with numba (the optional extra ``speed``).

The algorithm is that of :mod:`cepasim.equilibrium.armington.newton`: the same unknown, the same
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

from cepasim.equilibrium.armington import stages as at
from cepasim.equilibrium.armington.vector import (
    GROUP,
    TABLES,
    gather,
    put,
    scatter,
    take,
)
from cepasim.equilibrium.ces import FloatArray

#: Digest of `stages` and `vector`: numba compiles again when this file changes, not when they do.
PARTS = "7b64b8a39ada7fdd"

DONE, GOING_ON, HARD = 0, 1, 2  # what becomes of a market

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
    """Solve the markets at `places`; arguments as `armington.arguments` arranges them.

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
    by = np.empty((sources, TABLES, GROUP))
    # Views are made here, once: each is counted, which costs more than a row of arithmetic.
    columns = by.ravel()
    flat_shares, flat_trade_cost = import_shares.ravel(), trade_cost.ravel()
    flat_supply = supply.ravel()
    flat_taste, flat_cost, flat_capacity = taste.ravel(), cost.ravel(), capacity.ravel()
    prices, quantities, values = hats[0].ravel(), hats[1].ravel(), hats[2].ravel()
    of = np.empty((at.LISTS, GROUP))
    row = np.empty(GROUP, np.uint64)
    with_taste = taste.size > 1 or taste[0, 0] != 1.0
    with_cost = cost.size > 1 or cost[0, 0] != 1.0
    pushed = with_taste or capacity.size > 1 or capacity[0, 0] != 1.0

    bad = 0.0
    for first in range(0, n, GROUP):
        here = min(GROUP, n - first)
        for j in range(GROUP):  # the last market stands in for those that are missing
            row[j] = places[min(first + j, n - 1)]
        take(domestic_share, row, of, at.THETA_D)
        take(sigma_import, row, of, at.SIGMA)
        take(sigma_domestic, row, of, at.SIGMA_D)
        take(eta, row, of, at.ETA)
        take(supply_domestic, row, of, at.SUPPLY_D)
        take(taste_domestic, row, of, at.TASTE_D)
        take(demand, row, of, at.DEMAND)
        take(capacity_domestic, row, of, at.CAPACITY_D)
        take(cost_domestic, row, of, at.COST_D)
        gather(flat_shares, import_shares.shape, sources, row, columns, at.WEIGHT)
        gather(flat_trade_cost, trade_cost.shape, sources, row, columns, at.WEDGE)
        gather(flat_supply, supply.shape, sources, row, columns, at.SLOPE)
        if with_taste:
            gather(flat_taste, taste.shape, sources, row, columns, at.TASTE)
        if with_cost:
            gather(flat_cost, cost.shape, sources, row, columns, at.COST)
        if pushed:
            gather(flat_capacity, capacity.shape, sources, row, columns, at.PRICE)

        at.nest(of, lanes, steepest, limit)
        bad += at.by_source(by, of, lanes, with_taste, with_cost, pushed, share_tolerance)
        for passed in range(passes):
            wanted = at.index(by, of, lanes, tolerance, near_one)
            if wanted == 0.0 or (leave and 8.0 * wanted <= GROUP) or passed == passes - 1:
                break
            at.step(of, lanes)
        at.hats(by, of, lanes, with_taste, with_cost, limit)
        scatter(columns, at.PRICE, row, here, sources, prices)
        scatter(columns, at.POWER, row, here, sources, quantities)
        scatter(columns, at.VALUE, row, here, sources, values)
        put(of, at.ALPHA, row, here, price_domestic)
        put(of, at.LEVEL_D, row, here, quantity_domestic)
        put(of, at.M, row, here, import_index)
        put(of, at.Q, row, here, composite_index)
        put(of, at.F, row, here, residual)
        put(of, at.COUNT, row, here, iterations)
        for j in range(here):
            going_on = of[at.ACTIVE, j] > 0.0
            hard_here = of[at.HARD, j] > 0.0 or (going_on and not leave)
            status[first + j] = HARD if hard_here else (GOING_ON if going_on else DONE)
    return bad == 0.0


solve_groups: Callable[..., bool] = njit(
    _SIGNATURE, nogil=True, cache=True, fastmath={"contract"}, error_model="numpy"
)(_solve_groups)
