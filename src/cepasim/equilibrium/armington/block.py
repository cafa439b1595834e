r"""A block of markets in the form the solution needs: sources in rows, markets in columns.

A block is small enough for a core's cache. Everything in it is elementwise, and sums over sources
run down the columns in the order of the sources, so what a market's column gives does not depend
on its neighbours, on the block's width or on the order of the blocks. NumPy sums a single column in
another order; a lone market is therefore solved as two equal columns.

The coefficients are those of the closed form (docs/method.md, "One market"). With every producer
price solved out of supply = demand, and :math:`m = \ln P_M`, :math:`q = \ln P`,

.. math::
    u = (\sigma_M-\sigma_D)\,m + (\sigma_D-\eta)\,q, \qquad
    \ln\pi_s = \alpha_s + b_s u, \qquad b_s = 1/(\sigma_M+\varepsilon_s),

where :math:`\alpha_s` collects everything given, and :math:`\ln p_D = \alpha_D + \kappa q` with
:math:`\kappa = b_D(\sigma_D-\eta)` for the domestic variety.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.equilibrium.armington.arguments import (
    REFUSED_BEYOND,
    Given,
    RefusedError,
    Rows,
    is_one,
    some,
    taken,
)
from cepasim.equilibrium.ces import FloatArray, one_minus

# Numerical settings: none has economic content.
STEEPEST = 64.0  # 1 / (1 - kappa) above which zeta is no good unknown (see `newton`)
SURE_TOLERANCE = 1e-12  # residual of the index equations, in logs, with which a market is solved
# Infinite domestic supply elasticity inside the formulas: 1/x is exact and x * (1/x) = 1, so the
# share of a shock that is passed on is exactly one and the slope is negligible; no inf / inf.
INFINITE = 2.0**400
_ENTRIES = 40_960  # sources x markets in a block: few enough for a cache, many for a call
_TABLES = 9  # arrays of that size


@dataclass(slots=True)
class Answer:
    """Output arrays, filled block by block."""

    hats: FloatArray  # (3, markets, S): price, quantity, value, in one piece of memory
    lines: FloatArray  # (4, markets): the next four, in one piece as well
    price_domestic: FloatArray
    import_index: FloatArray
    composite_index: FloatArray
    quantity_domestic: FloatArray
    converged: NDArray[np.bool_]
    residual: FloatArray
    iterations: NDArray[np.int64]

    @classmethod
    def empty(cls, markets: int, sources: int) -> Answer:
        """Room for an answer."""
        lines = np.empty((4, markets))
        return cls(
            np.empty((3, markets, sources)),
            lines,
            lines[0],
            lines[1],
            lines[2],
            lines[3],
            np.empty(markets, dtype=np.bool_),
            np.empty(markets),
            np.empty(markets, dtype=np.int64),
        )

    def withdraw(self, markets: NDArray[np.intp]) -> None:
        """Leave no hat where no equilibrium was found."""
        self.converged[markets] = False
        self.hats[:, markets] = np.nan
        self.lines[:, markets] = np.nan


@dataclass(slots=True)
class Nest:
    """The upper nest, domestic variety against imports; arrays (n,) or (1,)."""

    sigma: FloatArray  # sigma_D
    gap: FloatArray  # 1 - sigma_D
    share: FloatArray  # delta = theta_D a_D / N
    share_import: FloatArray  # 1 - delta, without cancellation
    intercept: FloatArray  # alpha_D
    slope: FloatArray  # kappa = b_D (sigma_D - eta)
    demand_level: FloatArray  # ln Y - ln N
    level: FloatArray  # ln a_D + ln Y - ln N
    cost: FloatArray  # c_D
    fixed: NDArray[np.bool_]  # whether supply is infinite
    import_start: FloatArray  # m = import_start - import_turn * zeta + import_bend * j(zeta)
    import_turn: FloatArray
    import_bend: FloatArray
    demand_start: FloatArray  # the same for u
    demand_turn: FloatArray
    demand_bend: FloatArray


@dataclass(slots=True)
class Block:
    """Everything given about n markets.

    Arrays by source are (S, n) and the others (n,), or have one row or column where they do not
    vary.
    """

    rows: Rows  # where the markets stand in the arguments
    markets: int  # n
    nest: Nest
    wedge: FloatArray  # T
    cost: FloatArray  # c
    taste: FloatArray  # a, before normalisation
    weight: FloatArray  # theta * a
    weight_sum: FloatArray  # its sum over sources
    sigma: FloatArray  # sigma_M
    slope: FloatArray  # b = 1 / (sigma_M + epsilon), 0 where supply is infinite
    start: FloatArray  # ln(p / c) at u = 0; it rises by b u
    power_slope: FloatArray  # (1 - sigma_M) b
    power_start: FloatArray  # (1 - sigma_M) ln pi at u = 0
    gap: FloatArray  # 1 - sigma_M
    on_import: FloatArray  # sigma_M - sigma_D
    on_composite: FloatArray  # sigma_D - eta
    shift: FloatArray  # ln Y - ln N - ln(sum theta a): level of the demand for a source
    power: FloatArray  # pi**(1 - sigma_M); this and the next two change from pass to pass
    landed: FloatArray  # theta a pi**(1 - sigma_M)
    price: FloatArray


def width(sources: int) -> int:
    """Markets in a block."""
    return max(2, _ENTRIES // max(1, sources))


def room_for(markets: int, sources: int) -> FloatArray:
    """Memory for the tables of the widest block."""
    return np.empty((_TABLES, sources * min(width(sources), max(2, markets))))


def places(rows: Rows) -> NDArray[np.intp]:
    """Places of a block's markets, one by one."""
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def prepared(given: Given, rows: Rows, work: FloatArray) -> Block:
    """Turn arguments into the coefficients of the closed form.

    Parameters
    ----------
    given : Given
    rows : slice or ndarray of int
        Places of the block's markets.
    work : ndarray
        From `room_for`; the block's tables are written there.

    Returns
    -------
    Block

    Raises
    ------
    RefusedError
        For a value out of range in a table that was left to be checked here.
    """
    if isinstance(rows, slice):
        n = rows.stop - rows.start
        if n == 1:
            rows = np.array([rows.start, rows.start])
    else:
        n = rows.size
        if n == 1:
            rows = np.repeat(rows, 2)
    n = max(2, n)  # a lone market is solved as two equal columns
    nest = _nest(given, rows)
    sigma, eta = some(given.sigma_import, rows), some(given.eta, rows)
    shape = (given.import_shares.shape[1], n)
    tables = work[:, : shape[0] * n].reshape(_TABLES, *shape)
    weight, wedge_room, slope, start, power_slope, power_start, *room = tables
    np.copyto(weight, taken(given, "import_shares", rows).T)
    weight_sum: FloatArray = np.add.reduce(weight, axis=0)
    if not np.abs(weight_sum - 1.0).max() <= REFUSED_BEYOND:
        raise RefusedError
    taste = given.taste.T
    shift = nest.demand_level
    if not is_one(taste):
        taste = _columns(given, "taste", rows, np.empty(shape))
        theta_sum = weight_sum
        weight *= taste
        weight_sum = np.add.reduce(weight, axis=0)
        # ln of the mean taste; the division makes shares add up to one.
        shift = shift - np.log(weight_sum / theta_sum)

    np.add(sigma, taken(given, "supply", rows).T, out=slope)
    np.divide(1.0, slope, out=slope)
    wedge, cost = _columns(given, "trade_cost", rows, wedge_room), given.cost.T
    if is_one(cost):
        log_wedge = np.log(wedge, out=power_start if wedge is wedge_room else None)
    else:
        cost = _columns(given, "cost", rows, np.empty(shape))
        log_wedge = np.multiply(wedge, cost, out=power_start)
        np.log(log_wedge, out=log_wedge)
    # ln(p / c) = b (u + shift + ln(a / k) - sigma ln(T c)), exactly 0 where supply is infinite.
    np.multiply(log_wedge, -sigma, out=start)
    if not (is_one(given.taste) and is_one(given.capacity)):
        push = np.divide(taste, _columns(given, "capacity", rows, room[0]), out=room[0])
        start += np.log(push, out=push)
    if shift.any():
        start += shift
    start *= slope
    gap = one_minus(sigma)
    np.add(log_wedge, start, out=power_start)
    power_start *= gap
    np.multiply(slope, gap, out=power_slope)
    return Block(
        rows=rows,
        markets=n,
        nest=nest,
        wedge=wedge,
        cost=cost,
        taste=taste,
        weight=weight,
        weight_sum=weight_sum,
        sigma=sigma,
        slope=slope,
        start=start,
        power_slope=power_slope,
        power_start=power_start,
        gap=gap,
        on_import=sigma - nest.sigma,
        on_composite=nest.sigma - eta,
        shift=shift,
        power=room[0],
        landed=room[1],
        price=room[2],
    )


def _nest(given: Given, rows: Rows) -> Nest:
    """Coefficients of the upper nest.

    With zeta = ln p_D - m and j = q - m = log1p(delta expm1((1 - sigma_D) zeta)) / (1 - sigma_D),
    ln p_D = alpha_D + kappa q gives m (1 - kappa) = alpha_D - zeta + kappa j.
    """
    theta, taste = some(given.domestic_share, rows), some(given.taste_domestic, rows)
    sigma, eta = some(given.sigma_domestic, rows), some(given.eta, rows)
    supply, cost = some(given.supply_domestic, rows), some(given.cost_domestic, rows)
    # N = theta_D a_D + theta_M, written so that it is exactly 1 at a_D = 1.
    normal = 1.0 + theta * (taste - 1.0)
    demand_level = np.log(some(given.demand, rows)) - np.log(normal)
    level = np.log(taste) + demand_level
    finite = np.minimum(supply, INFINITE)
    b = 1.0 / (sigma + finite)
    alpha = finite * b * np.log(cost)
    alpha = alpha + b * (level - np.log(some(given.capacity_domestic, rows)))
    slope = b * (sigma - eta)
    turn = 1.0 / (b * (eta + finite))
    if turn.max() > STEEPEST:
        turn[turn > STEEPEST] = np.nan  # such a market goes the sure way
    import_start, import_bend = alpha * turn, slope * turn
    share = theta * taste / normal
    if not share.all():  # where there is no domestic variety, it is kept out altogether
        turn = np.where(share == 0.0, 1.0, turn)
        import_start = np.where(share == 0.0, 0.0, import_start)
        import_bend = np.where(share == 0.0, 0.0, import_bend)
    on_both = some(given.sigma_import, rows) - eta
    return Nest(
        sigma=sigma,
        gap=one_minus(sigma),
        share=share,
        share_import=(1.0 - theta) / normal,
        intercept=alpha,
        slope=slope,
        demand_level=demand_level,
        level=level,
        cost=cost,
        fixed=np.isinf(supply),
        import_start=import_start,
        import_turn=turn,
        import_bend=import_bend,
        demand_start=on_both * import_start,
        demand_turn=on_both * turn,
        demand_bend=on_both * import_bend + (sigma - eta),
    )


def _columns(given: Given, name: str, rows: Rows, room: FloatArray) -> FloatArray:
    """Some markets of a table as (S, n), written to `room`; or (S, 1)."""
    part = taken(given, name, rows)
    if part.shape[0] == 1:
        return part.T
    np.copyto(room, part.T)
    return room


@dataclass(slots=True)
class Indices:
    """Where a block has come to: both indices, in logs, and what is left of their equations."""

    log_import: FloatArray  # m
    log_composite: FloatArray  # q
    residual: FloatArray


def store(
    block: Block, price: FloatArray, quantity: FloatArray, at: Indices, out: Answer
) -> NDArray[np.bool_]:
    """Write solved hats to their places, exact where supply is infinite.

    Returns whether the hats of each market are numbers.
    """
    rows, hats, nest = block.rows, out.hats, block.nest
    hats[0, rows] = price.T
    hats[1, rows] = quantity.T
    if isinstance(rows, slice):
        np.multiply(hats[0, rows], hats[1, rows], out=hats[2, rows])
    else:
        hats[2, rows] = (price * quantity).T
    domestic_price = nest.slope * at.log_composite
    domestic_price += nest.intercept
    # x_D = a_D p_D**(-sigma_D) P**(sigma_D - eta) Y / N
    domestic_quantity = block.on_composite * at.log_composite
    domestic_quantity += nest.level
    domestic_quantity -= nest.sigma * domestic_price
    np.exp(domestic_price, out=domestic_price)
    if nest.fixed.any():
        domestic_price = np.where(nest.fixed, nest.cost, domestic_price)
    out.price_domestic[rows] = domestic_price
    out.quantity_domestic[rows] = np.exp(domestic_quantity)
    out.import_index[rows] = np.exp(at.log_import)
    out.composite_index[rows] = np.exp(at.log_composite)
    out.residual[rows] = at.residual
    out.converged[rows] = at.residual <= SURE_TOLERANCE
    return _numbers(block, out)


def _numbers(block: Block, out: Answer) -> NDArray[np.bool_]:
    """Whether the hats of a market are numbers: no price 0 or infinite, no quantity infinite.

    The quantity of a variety without weight may be: what would be bought of it is not bought.
    """
    rows, nest = block.rows, block.nest
    value, lines = out.hats[2, rows], out.lines[:, rows]
    # The extremes of all markets together spare the rest for nearly every block: an infinite
    # price or quantity makes the value infinite or, times 0, no number.
    if min(value.min(), lines.min()) > 0.0 and max(value.max(), lines.max()) < np.inf:
        return np.ones(len(value), dtype=np.bool_)
    price, prices, domestic = out.hats[0, rows], lines[:3], lines[3]
    sound = ((price > 0.0) & (price < np.inf)).all(axis=1)
    sound &= ((value < np.inf) | (block.weight.T == 0.0)).all(axis=1)
    sound &= ((prices > 0.0) & (prices < np.inf)).all(axis=0)
    return np.asarray(sound & ((domestic < np.inf) | (nest.share == 0.0)))
