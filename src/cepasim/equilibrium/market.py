r"""One market in one product: the Armington model in exact hat algebra, finite supply.

The equations are those of ``docs/method.md``, "One market" (two CES nests after Armington 1969, as
in Francois and Reinert 1997, ch. 5, and Hallren and Riker 2017; hats after Dekle, Eaton and Kortum
2008). With each producer price solved out of supply = demand, two unknowns are left whatever the
number of sources: :math:`m = \ln P_M` and :math:`q = \ln P`. Write

.. math::
    u = (\sigma_M-\sigma_D)\,m + (\sigma_D-\eta)\,q, \qquad
    \ln\pi_s = \alpha_s + b_s u, \qquad b_s = 1/(\sigma_M+\varepsilon_s),

where :math:`\alpha_s` collects everything given. The two index equations are

.. math::
    F_1 = m - \tfrac{1}{1-\sigma_M}\ln\sum_s\theta_s\tilde a_s e^{(1-\sigma_M)\ln\pi_s} = 0, \qquad
    F_2 = q - \tfrac{1}{1-\sigma_D}\ln\bigl[\delta e^{(1-\sigma_D)\ln p_D}
          + (1-\delta) e^{(1-\sigma_D) m}\bigr] = 0,

with :math:`\delta = \theta_D a_D / N` and :math:`\ln p_D = \alpha_D + b_D(\sigma_D-\eta)q`.

How they are solved
-------------------
*Quick way*, for nearly every market: Newton on :math:`(m, q)` with the analytic 2×2 Jacobian and
the second-order (Chebyshev) correction, whose curvatures are the variance of :math:`b_s` under
landed value shares and :math:`(1-\sigma_D) w_D w_M`. Three passes of one exponential per source
are the rule.

*Sure way*, for what the quick way leaves (a handful among extreme draws): the system is one
monotone equation in :math:`u`. With :math:`\beta=\sum_s w_s b_s<1/\sigma_M`, :math:`M(u)` the
import index and :math:`Q(m)` the solution of :math:`F_2` for given :math:`m` (itself monotone),
:math:`H(u) = u-(\sigma_M-\sigma_D)M(u)-(\sigma_D-\eta)Q(M(u))` has
:math:`H' = 1-\beta[(\sigma_M-\sigma_D)+(\sigma_D-\eta)Q'] > 0`, since :math:`Q' \le 1` where
:math:`\sigma_D>\eta`. So the equilibrium exists, is unique and is bracketed. The one ill-posed
corner is perfectly inelastic demand against perfectly inelastic supply (:math:`\eta = 0` and all
:math:`\varepsilon \to 0`): there :math:`H' \to 0`, quantities cannot move and the price level is
not determined.

Bit for bit
-----------
A block holds the sources in rows and the markets in columns. Everything is elementwise, and sums
over sources run down the columns in the order of the sources, so what a market's column gives
does not depend on its neighbours, on the block's width or on the order of the blocks. NumPy sums a
single column in another order; a lone market is therefore solved as two equal columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from cepasim.equilibrium.ces import FloatArray, log_ces_index, one_minus

# Numerical settings: none has economic content.
_TOLERANCE = 1e-13  # residual of the index equations, in logs, at which a market stops
_SURE_TOLERANCE = 1e-12  # the same on the sure way, relative to 1 + |ln P_M| + |ln P|
_PASSES = 12  # passes of the quick way before a market is handed over
_POLISH = 4  # Newton steps on (m, q) after the sure way
_SURE_STEPS = 400  # bracketing or Newton-bisection steps on the sure way
_EXTREME = 500.0  # log demand shift beyond which pi**(-sigma) exp(u) is built in logs only
_NEAR_ONE = 0.25  # |1 - sigma| below which the index is built from expm1
_LEAVE_BELOW = 8  # a block ends when fewer than one market in so many wants another pass
_BLOCK = 32_768  # entries (sources x markets) in a block: its arrays fit a core's own cache
# Infinite supply elasticity inside the formulas: 1/x is exact and x * (1/x) = 1, so the share of
# a shock that is passed on is exactly one and the slope is negligible; no inf / inf.
_INFINITE = 2.0**400
_SHARE_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class MarketEquilibrium:
    """What :func:`solve_market` returns; all hats are new over old.

    Attributes
    ----------
    price, quantity, value : ndarray, (..., S)
        Producer price, quantity, and ``value = price * quantity`` at producer prices, by source.
    price_domestic, quantity_domestic : ndarray, (...,)
        The domestic variety.
    import_index, composite_index : ndarray, (...,)
        Price indices of imports (at landed prices) and of the composite.
    converged : ndarray of bool, (...,)
        False where no equilibrium was found; every hat of that market is NaN.
    residual : ndarray, (...,)
        Largest index equation in logs, in absolute value.
    iterations : ndarray of int, (...,)
        Evaluations of the import index.
    capacity_ignored : ndarray of bool, (..., S)
        True where a capacity other than 1 was given to a source of infinite supply.
    """

    price: FloatArray
    quantity: FloatArray
    value: FloatArray
    price_domestic: FloatArray
    quantity_domestic: FloatArray
    import_index: FloatArray
    composite_index: FloatArray
    converged: NDArray[np.bool_]
    residual: FloatArray
    iterations: NDArray[np.int64]
    capacity_ignored: NDArray[np.bool_]


def solve_market(
    import_shares: ArrayLike,
    domestic_share: ArrayLike,
    trade_cost: ArrayLike,
    sigma_import: ArrayLike,
    sigma_domestic: ArrayLike,
    eta: ArrayLike,
    supply: ArrayLike,
    supply_domestic: ArrayLike,
    taste: ArrayLike = 1.0,
    taste_domestic: ArrayLike = 1.0,
    demand: ArrayLike = 1.0,
    capacity: ArrayLike = 1.0,
    capacity_domestic: ArrayLike = 1.0,
    cost: ArrayLike = 1.0,
    cost_domestic: ArrayLike = 1.0,
) -> MarketEquilibrium:
    """Solve any number of markets for prices and quantities after a shock.

    Arguments of shape (..., S) broadcast against each other, S the sources on the last axis;
    arguments of shape (...,) broadcast over the markets. All are without unit; a hat of 1 is
    "no change".

    Parameters
    ----------
    import_shares : array_like, (..., S)
        Benchmark shares of the sources in imports at landed prices, ≥ 0. They must add up to
        one within 1e-9 and are then divided by their sum.
    domestic_share : array_like, (...,)
        Benchmark share of the domestic variety in the composite, 0 ≤ share < 1. At 0 the
        domestic hats are solved but weigh nothing.
    trade_cost : array_like, (..., S)
        Hat of the landed wedge T (freight, tariff, barriers), > 0.
    sigma_import, sigma_domestic : array_like, (...,)
        Elasticity of substitution between sources, and of imports against the domestic
        variety, > 0.
    eta : array_like, (...,)
        Absolute price elasticity of demand for the composite, ≥ 0 (demand ∝ P**(−eta)).
    supply : array_like, (..., S)
        Supply elasticity by source, in (0, inf]. At inf the price equals `cost` exactly and
        capacity has no effect.
    supply_domestic : array_like, (...,)
        The same for the domestic variety.
    taste, taste_domestic : array_like, (..., S) and (...,)
        Taste shifters before normalisation, hats > 0: a shift of taste at unchanged prices
        moves shares and not the price level.
    demand : array_like, (...,)
        Demand shifter Y, hat > 0.
    capacity, capacity_domestic : array_like, (..., S) and (...,)
        Capacity k, hats > 0.
    cost, cost_domestic : array_like, (..., S) and (...,)
        Unit cost c, hats > 0.

    Returns
    -------
    MarketEquilibrium
        Arrays of shape (..., S) and (...,). A market that does not converge is NaN with
        ``converged = False``; nothing is raised for it.

    Raises
    ------
    ValueError
        For a value outside its range, NaN, shares that do not add up or shapes that do not
        fit; the message names the argument and its first bad index.

    Notes
    -----
    Inputs are not modified. The result for a market is the same to the last bit whatever
    markets stand beside it. Equations and method: the notes of this module.
    """
    by_source = _checked(
        import_shares=import_shares,
        trade_cost=trade_cost,
        supply=supply,
        taste=taste,
        capacity=capacity,
        cost=cost,
    )
    by_market = _checked(
        domestic_share=domestic_share,
        sigma_import=sigma_import,
        sigma_domestic=sigma_domestic,
        eta=eta,
        supply_domestic=supply_domestic,
        taste_domestic=taste_domestic,
        demand=demand,
        capacity_domestic=capacity_domestic,
        cost_domestic=cost_domestic,
    )
    lead, sources = _common_shape(by_source, by_market)
    shares = by_source["import_shares"]
    # Shares are summed over sources: one share given for all of them is written out.
    by_source["import_shares"] = np.broadcast_to(shares, (*shares.shape[:-1], sources))
    _check_share_sum(by_source["import_shares"])
    given = _Given(
        **{name: _as_table(array, lead, sources) for name, array in by_source.items()},
        **{name: _as_list(array, lead) for name, array in by_market.items()},
    )
    out = _Result.empty(math.prod(lead), sources)
    with np.errstate(all="ignore"):
        _solve_all(given, out)
    return MarketEquilibrium(
        price=out.hats[0].reshape(*lead, sources),
        quantity=out.hats[1].reshape(*lead, sources),
        value=out.hats[2].reshape(*lead, sources),
        price_domestic=out.price_domestic.reshape(lead),
        quantity_domestic=out.quantity_domestic.reshape(lead),
        import_index=out.import_index.reshape(lead),
        composite_index=out.composite_index.reshape(lead),
        converged=out.converged.reshape(lead),
        residual=out.residual.reshape(lead),
        iterations=out.iterations.reshape(lead),
        capacity_ignored=_capacity_ignored(
            by_source["supply"], by_source["capacity"], (*lead, sources)
        ),
    )


# --- arguments ------------------------------------------------------------------------------

# lower bound, bound itself allowed, upper bound (excluded unless infinite and allowed)
_RANGES: dict[str, tuple[bool, float, bool, str]] = {
    "import_shares": (True, math.inf, False, "a number >= 0"),
    "domestic_share": (True, 1.0, False, "in [0, 1)"),
    "eta": (True, math.inf, False, "a number >= 0"),
    "supply": (False, math.inf, True, "in (0, inf]"),
    "supply_domestic": (False, math.inf, True, "in (0, inf]"),
}
_POSITIVE = (False, math.inf, False, "a finite number > 0")


def _checked(**arguments: ArrayLike) -> dict[str, FloatArray]:
    """The arguments as float64 arrays, each within its range."""
    return {name: _checked_one(name, value) for name, value in arguments.items()}


def _checked_one(name: str, value: ArrayLike) -> FloatArray:
    zero_allowed, upper, upper_allowed, words = _RANGES.get(name, _POSITIVE)
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be an array of numbers") from None
    if array.size == 0:
        return array
    # Two reductions, no temporary; NaN makes every comparison false.
    low, high = array.min(), array.max()
    above = low >= 0.0 if zero_allowed else low > 0.0
    below = high <= upper if upper_allowed else high < upper
    if above and below:
        return array
    good = (array >= 0.0) if zero_allowed else (array > 0.0)
    good &= (array <= upper) if upper_allowed else (array < upper)
    where = tuple(int(i) for i in np.argwhere(~good)[0]) if array.ndim else ()
    place = f"[{', '.join(map(str, where))}]" if where else ""
    raise ValueError(f"{name}{place} = {float(array[where])!r}: must be {words}")


def _common_shape(
    by_source: dict[str, FloatArray], by_market: dict[str, FloatArray]
) -> tuple[tuple[int, ...], int]:
    """Leading shape and number of sources, or a message with every shape."""
    if by_source["import_shares"].ndim == 0:
        raise ValueError("import_shares: must have an axis of sources")
    try:
        full = np.broadcast_shapes(
            *(array.shape for array in by_source.values()),
            *((*array.shape, 1) for array in by_market.values()),
        )
    except ValueError:
        shapes = ", ".join(
            f"{name} {array.shape}" for name, array in (by_source | by_market).items() if array.ndim
        )
        raise ValueError(
            "shapes do not fit: arguments by source are (..., S), arguments by market (...,); "
            f"got {shapes}"
        ) from None
    return full[:-1], full[-1]


def _check_share_sum(shares: FloatArray) -> None:
    total = np.einsum("...s->...", shares)  # any order of summation will do here
    if total.size == 0 or np.abs(total - 1.0).max() <= _SHARE_SUM_TOLERANCE:
        return
    bad = np.abs(total - 1.0) > _SHARE_SUM_TOLERANCE
    where = tuple(int(i) for i in np.argwhere(bad)[0]) if total.ndim else ()
    place = f"[{', '.join(map(str, where))}]" if where else ""
    raise ValueError(
        f"import_shares{place}: shares add up to {float(total[where])!r}; "
        f"they must add up to 1 within {_SHARE_SUM_TOLERANCE:g}"
    )


def _capacity_ignored(
    supply: FloatArray, capacity: FloatArray, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Where a capacity other than 1 meets infinite supply."""
    ignored = np.zeros(shape, dtype=np.bool_)
    if not _is_one(capacity):
        ignored[...] = np.isinf(supply) & (capacity != 1.0)
    return ignored


def _as_table(array: FloatArray, lead: tuple[int, ...], sources: int) -> FloatArray:
    """(rows, sources or 1) with one row where the argument is the same in all markets."""
    if array.ndim == 0:
        return array.reshape(1, 1)
    if math.prod(array.shape[:-1]) == 1:
        return array.reshape(1, array.shape[-1])
    wide = np.broadcast_to(array, (*lead, array.shape[-1]))
    return wide.reshape(math.prod(lead), array.shape[-1])


def _as_list(array: FloatArray, lead: tuple[int, ...]) -> FloatArray:
    """(markets,), or (1,) where the argument is the same in all markets."""
    if array.size == 1:
        return array.reshape(1)
    return np.broadcast_to(array, lead).reshape(math.prod(lead))


@dataclass(slots=True)
class _Given:
    """The checked arguments: tables (rows or 1, S or 1) and lists (rows or 1)."""

    import_shares: FloatArray
    trade_cost: FloatArray
    supply: FloatArray
    taste: FloatArray
    capacity: FloatArray
    cost: FloatArray
    domestic_share: FloatArray
    sigma_import: FloatArray
    sigma_domestic: FloatArray
    eta: FloatArray
    supply_domestic: FloatArray
    taste_domestic: FloatArray
    demand: FloatArray
    capacity_domestic: FloatArray
    cost_domestic: FloatArray


@dataclass(slots=True)
class _Result:
    """Output arrays, filled block by block."""

    hats: FloatArray  # (3, markets, S): price, quantity, value, in one piece of memory
    price_domestic: FloatArray
    quantity_domestic: FloatArray
    import_index: FloatArray
    composite_index: FloatArray
    converged: NDArray[np.bool_]
    residual: FloatArray
    iterations: NDArray[np.int64]

    @classmethod
    def empty(cls, markets: int, sources: int) -> _Result:
        lists = np.empty((5, markets))
        return cls(
            np.empty((3, markets, sources)),
            lists[0],
            lists[1],
            lists[2],
            lists[3],
            np.empty(markets, dtype=np.bool_),
            lists[4],
            np.empty(markets, dtype=np.int64),
        )


_Rows = slice | NDArray[np.intp]


def _solve_all(given: _Given, out: _Result) -> None:
    """Solve block after block; gather what a block leaves into blocks of their own.

    Stragglers start again from m = q = 0, so their path does not depend on where they were
    first met, and no block drags settled markets along for a few that are not.
    """
    markets, sources = out.hats.shape[1:]
    width = max(2, _BLOCK // max(1, sources))
    work = np.empty(3 * sources * min(width, max(2, markets)))
    near = np.broadcast_to(np.abs(1.0 - given.sigma_import) < _NEAR_ONE, markets)
    unsolved: list[NDArray[np.intp]] = []
    for flag in (False, True):
        if near.all() if flag else not near.any():
            queue: list[_Rows] = [
                slice(i, min(i + width, markets)) for i in range(0, markets, width)
            ]
        else:
            queue = _cut(np.flatnonzero(near == flag), width)
        while queue:
            left = []
            for rows in queue:
                going_on, stuck = _solve_quickly(given, out, rows, flag, work)
                left.append(going_on)
                unsolved.append(stuck)
            queue = _cut(np.concatenate(left), width)
    if unsolved:
        for rows in _cut(np.concatenate(unsolved), width):
            _solve_surely(given, out, rows, work)


def _cut(places: NDArray[np.intp], width: int) -> list[_Rows]:
    """Places of markets in pieces of at most `width`."""
    return [places[i : i + width] for i in range(0, places.size, width)]


# --- a block of markets: sources in rows, markets in columns ----------------------------------


@dataclass(slots=True)
class _Block:
    """Everything given about n markets, in the form the solution needs, and the state (m, q).

    Arrays by source are (S, n) and the others (n,), or have one row or column where they do not
    vary.
    """

    rows: _Rows  # where the markets stand in the arguments
    wedge: FloatArray  # T
    cost: FloatArray  # c
    taste: FloatArray  # a, before normalisation
    fixed: NDArray[np.bool_]  # supply is infinite
    weight: FloatArray  # theta * a
    weight_sum: FloatArray  # its sum over sources
    sigma: FloatArray  # sigma_M
    slope: FloatArray  # b = 1 / (sigma_M + epsilon)
    exponent: FloatArray  # (1 - sigma_M) * alpha
    gap: FloatArray  # 1 - sigma_M
    on_import: FloatArray  # sigma_M - sigma_D
    on_composite: FloatArray  # sigma_D - eta
    shift: FloatArray  # ln Y - ln N - ln(sum theta a): level of the demand for a source
    sigma_domestic: FloatArray
    gap_domestic: FloatArray  # 1 - sigma_D
    share_domestic: FloatArray  # delta = theta_D a_D / N
    share_import: FloatArray  # 1 - delta, without cancellation
    intercept_domestic: FloatArray  # alpha_D
    slope_domestic: FloatArray  # b_D (sigma_D - eta)
    level_domestic: FloatArray  # ln a_D + ln Y - ln N
    cost_domestic: FloatArray
    fixed_domestic: NDArray[np.bool_]
    log_import: FloatArray  # m
    log_composite: FloatArray  # q
    passes: NDArray[np.int64]
    work: FloatArray  # (3, S, n), room for what changes from pass to pass


def _columns(table: FloatArray, rows: _Rows) -> FloatArray:
    """Some markets of a (rows, S) table, as a view (S, n) or (S, 1)."""
    return (table if table.shape[0] == 1 else table[rows]).T


def _is_one(array: FloatArray) -> bool:
    """Whether an argument is left at its default, so that its factor can be skipped."""
    return array.size == 1 and bool(array.flat[0] == 1.0)


def _prepare(given: _Given, rows: _Rows, work: FloatArray) -> _Block:
    """Turn arguments into the coefficients of the closed form (docs/method.md, "One market")."""
    if isinstance(rows, slice):
        n = rows.stop - rows.start
        if n == 1:
            rows = np.array([rows.start, rows.start])
    else:
        n = rows.size
        if n == 1:
            rows = np.repeat(rows, 2)
    n = max(2, n)  # a lone market stands in two equal columns

    def listed(array: FloatArray) -> FloatArray:
        return array if array.size == 1 else array[rows]

    theta_d = listed(given.domestic_share)
    sigma_m, sigma_d = listed(given.sigma_import), listed(given.sigma_domestic)
    eta, taste_d = listed(given.eta), listed(given.taste_domestic)
    supply_d = listed(given.supply_domestic)
    cost_d = listed(given.cost_domestic)

    # N = theta_D a_D + theta_M, written so that it is exactly 1 at a_D = 1.
    normal = 1.0 + theta_d * (taste_d - 1.0)
    demand_level = np.log(listed(given.demand)) - np.log(normal)
    level_d = np.log(taste_d) + demand_level
    finite_d = np.minimum(supply_d, _INFINITE)
    b_d = 1.0 / (sigma_d + finite_d)
    alpha_d = finite_d * b_d * np.log(cost_d)
    alpha_d = alpha_d + b_d * (level_d - np.log(listed(given.capacity_domestic)))

    shape = (given.import_shares.shape[1], n)
    weight = np.empty(shape)
    weight[...] = _columns(given.import_shares, rows)
    weight_sum: FloatArray = np.add.reduce(weight, axis=0)
    taste = np.ascontiguousarray(_columns(given.taste, rows))
    shift = demand_level
    if not _is_one(taste):
        theta_sum = weight_sum
        weight *= taste
        weight_sum = np.add.reduce(weight, axis=0)
        # ln of the mean taste; the division makes shares add up to one.
        shift = shift - np.log(weight_sum / theta_sum)

    alpha = np.empty(shape)
    np.minimum(_columns(given.supply, rows), _INFINITE, out=alpha)
    fixed = alpha == _INFINITE
    slope = sigma_m + alpha
    np.divide(1.0, slope, out=slope)
    alpha *= slope  # the share of a cost that is passed on, epsilon / (sigma_M + epsilon)
    wedge = np.ascontiguousarray(_columns(given.trade_cost, rows))
    cost = np.ascontiguousarray(_columns(given.cost, rows))
    alpha *= np.log(wedge if _is_one(cost) else wedge * cost)
    if not (_is_one(taste) and _is_one(given.capacity)):
        alpha += slope * np.log(taste / np.ascontiguousarray(_columns(given.capacity, rows)))
    if shift.any():
        alpha += slope * shift
    gap = one_minus(sigma_m)
    alpha *= gap
    return _Block(
        rows=rows,
        wedge=wedge,
        cost=cost,
        taste=taste,
        fixed=fixed,
        weight=weight,
        weight_sum=weight_sum,
        sigma=sigma_m,
        slope=slope,
        exponent=alpha,
        gap=gap,
        on_import=sigma_m - sigma_d,
        on_composite=sigma_d - eta,
        shift=shift,
        sigma_domestic=sigma_d,
        gap_domestic=one_minus(sigma_d),
        share_domestic=theta_d * taste_d / normal,
        share_import=(1.0 - theta_d) / normal,
        intercept_domestic=alpha_d,
        slope_domestic=b_d * (sigma_d - eta),
        level_domestic=level_d,
        cost_domestic=cost_d,
        fixed_domestic=np.isinf(supply_d),
        log_import=np.zeros(n),
        log_composite=np.zeros(n),
        passes=np.zeros(n, dtype=np.int64),
        work=work[: 3 * alpha.size].reshape(3, *shape),
    )


# --- the quick way ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Evaluation:
    """The two index equations at the state of a block."""

    exponent: FloatArray  # (1 - sigma_M) ln pi, (S, n)
    power: FloatArray  # its exponential, (S, n)
    landed: FloatArray  # theta a pi**(1 - sigma_M), (S, n)
    landed_sum: FloatArray  # its sum over sources, (n,)
    domestic_price: FloatArray  # ln p_D, (n,)
    domestic_share: FloatArray  # w_D, landed value share of the domestic variety, (n,)
    import_gap: FloatArray  # F_1, (n,)
    composite_gap: FloatArray  # F_2, (n,)
    residual: FloatArray  # the larger of the two in absolute value, (n,)


def _solve_quickly(
    given: _Given, out: _Result, rows: _Rows, near: bool, work: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Newton with second-order correction on one block.

    Returns the places of the markets that want more passes than most, and of those that the
    quick way cannot solve.
    """
    block = _prepare(given, rows, work)
    n = block.log_import.size
    active = np.ones(n, dtype=np.bool_)
    stuck = np.zeros(n, dtype=np.bool_)
    block.passes += 1
    at = _evaluate(block, near, first=True)
    while True:
        active = ~(at.residual <= _TOLERANCE)  # NaN stays active here
        if not active.any():
            break
        stuck = active & (np.isnan(at.residual) | (block.passes >= _PASSES))
        active &= ~stuck
        if _LEAVE_BELOW * np.count_nonzero(active) <= n:
            break
        _step(block, at, active)
        block.passes += active
        at = _evaluate(block, near, first=False)
    demand = block.on_import * block.log_import
    demand += block.on_composite * block.log_composite
    demand += block.shift
    # ln pi = alpha + b u with b < 1 / sigma: this bounds both factors of the quantity. The
    # first test spares the second for nearly every block; it is also met where there is a NaN.
    if not np.abs(demand).max() <= _EXTREME * min(1.0, block.sigma.min()):
        stuck |= np.abs(demand) > _EXTREME * np.minimum(1.0, block.sigma)
        active &= ~stuck
    _write(block, at, demand, out)
    places = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    if n > places.size:
        active, stuck = active[:1], stuck[:1]
    return places[active], places[stuck]


def _evaluate(block: _Block, near: bool, first: bool) -> _Evaluation:
    """Both index equations at (m, q).

    `near` says that |1 - sigma_M| < 1/4 in all markets: the index is then built from expm1, so
    that no digit is lost next to 1; else a plain logarithm is as exact as float64 can hold.
    """
    m, q = block.log_import, block.log_composite
    exponent, power, landed = block.work
    if first:  # m = q = 0
        exponent = block.exponent
    else:
        demand = block.on_import * m
        demand += block.on_composite * q
        demand *= block.gap
        np.multiply(block.slope, demand, out=exponent)
        exponent += block.exponent
    if near:
        np.expm1(exponent, out=power)
        np.multiply(block.weight, power, out=landed)
        index: FloatArray = np.add.reduce(landed, axis=0)
        index /= block.weight_sum
        landed_sum = block.weight_sum * (1.0 + index)
        np.log1p(index, out=index)
        power += 1.0
        landed += block.weight
    else:
        np.exp(exponent, out=power)
        np.multiply(block.weight, power, out=landed)
        landed_sum = np.add.reduce(landed, axis=0)
        index = landed_sum / block.weight_sum
        np.log(index, out=index)
    index /= block.gap
    import_gap = m - index

    # The domestic nest around m: q = m + log1p(delta expm1(z)) / (1 - sigma_D).
    domestic_price = block.slope_domestic * q
    domestic_price += block.intercept_domestic
    z = domestic_price - m
    z *= block.gap_domestic
    np.expm1(z, out=z)
    z *= block.share_domestic
    composite_gap = np.log1p(z)
    composite_gap /= block.gap_domestic
    composite_gap += m
    np.subtract(q, composite_gap, out=composite_gap)
    domestic_share = z + block.share_domestic
    domestic_share /= z + 1.0
    residual = np.maximum(np.abs(import_gap), np.abs(composite_gap))
    if z.min() < -0.9:
        # 1 + z would cancel: such a market goes the sure way.
        residual[z < -0.9] = np.nan
    return _Evaluation(
        exponent,
        power,
        landed,
        landed_sum,
        domestic_price,
        domestic_share,
        import_gap,
        composite_gap,
        residual,
    )


def _step(block: _Block, at: _Evaluation, active: NDArray[np.bool_]) -> None:
    """Move (m, q) of the active markets by a Newton step and its second-order correction."""
    # Slope and curvature of the import index: mean and variance of b under landed shares.
    moment = at.landed
    moment *= block.slope
    slope: FloatArray = np.add.reduce(moment, axis=0)
    slope /= at.landed_sum
    moment *= block.slope
    curvature: FloatArray = np.add.reduce(moment, axis=0)
    curvature /= at.landed_sum
    curvature -= slope * slope
    curvature *= block.gap

    # Jacobian [[a, -b], [-c, d]] of (F_1, F_2) in (m, q).
    w = at.domestic_share
    a = 1.0 - slope * block.on_import
    b = slope * block.on_composite
    c = 1.0 - w
    d = 1.0 - w * block.slope_domestic
    inverse = 1.0 / (a * d - b * c)
    a *= inverse
    b *= inverse
    d *= inverse
    c_scaled = c * inverse

    f, g = at.import_gap, at.composite_gap
    dm = -(f * d + g * b)
    dq = -(g * a + f * c_scaled)
    # Chebyshev: minus half the second derivative along the step, through the same inverse.
    demand = block.on_import * dm + block.on_composite * dq
    bend_import = 0.5 * curvature * demand * demand
    turn = block.slope_domestic * dq - dm
    bend_composite = 0.5 * block.gap_domestic * w * c * turn * turn
    cm = bend_import * d + bend_composite * b
    cq = bend_composite * a + bend_import * c_scaled
    # A correction as large as the step says that the step is too long for its series.
    trusted = np.abs(cm) + np.abs(cq) <= 0.5 * (np.abs(dm) + np.abs(dq))
    cm *= trusted
    cq *= trusted
    dm += cm
    dq += cq
    if active.all():
        block.log_import = block.log_import + dm
        block.log_composite = block.log_composite + dq
    else:
        block.log_import = np.where(active, block.log_import + dm, block.log_import)
        block.log_composite = np.where(active, block.log_composite + dq, block.log_composite)


def _write(block: _Block, at: _Evaluation, demand: FloatArray, out: _Result) -> None:
    """Hats from the state of a block; what has not converged is written again later."""
    landed_price, quantity, price = block.work
    np.divide(at.exponent, block.gap, out=landed_price)
    np.exp(landed_price, out=landed_price)
    # x = a pi**(-sigma) exp(u + shift) = a (pi**(1 - sigma) / pi) exp(u + shift)
    np.divide(at.power, landed_price, out=quantity)
    quantity *= np.exp(demand)
    if not _is_one(block.taste):
        quantity *= block.taste
    np.divide(landed_price, block.wedge, out=price)
    _store(block, price, quantity, at.domestic_price, at.residual, out)


def _store(
    block: _Block,
    price: FloatArray,
    quantity: FloatArray,
    domestic_price: FloatArray,
    residual: FloatArray,
    out: _Result,
) -> None:
    """Write solved hats to their places, exact where supply is infinite."""
    rows, q = block.rows, block.log_composite
    if block.fixed.any():
        price = _with_cost(price, block)
    hats = out.hats
    if isinstance(rows, slice):
        hats[0, rows] = price.T
        hats[1, rows] = quantity.T
        np.multiply(hats[0, rows], hats[1, rows], out=hats[2, rows])
    else:
        hats[0, rows] = price.T
        hats[1, rows] = quantity.T
        hats[2, rows] = (price * quantity).T
    # x_D = a_D p_D**(-sigma_D) P**(sigma_D - eta) Y / N
    quantity_d = block.on_composite * q
    quantity_d += block.level_domestic
    quantity_d -= block.sigma_domestic * domestic_price
    price_d = np.exp(domestic_price)
    out.price_domestic[rows] = np.where(block.fixed_domestic, block.cost_domestic, price_d)
    out.quantity_domestic[rows] = np.exp(quantity_d)
    out.import_index[rows] = np.exp(block.log_import)
    out.composite_index[rows] = np.exp(q)
    out.residual[rows] = residual
    out.converged[rows] = residual <= _SURE_TOLERANCE
    out.iterations[rows] = block.passes


def _with_cost(price: FloatArray, block: _Block) -> FloatArray:
    """Prices, at cost exactly where supply is infinite."""
    if block.cost.size == 1:
        np.putmask(price, block.fixed, block.cost)  # much the quickest where it applies
        return price
    return np.where(block.fixed, block.cost, price)


# --- the sure way ---------------------------------------------------------------------------------


def _solve_surely(given: _Given, out: _Result, rows: _Rows, work: FloatArray) -> None:
    """Bracket u and bisect with Newton inside the bracket; every index by log-sum-exp.

    H(u) of the module's notes increases, so expanding a bracket from u = 0 and halving it
    cannot fail but by running out of floating-point numbers.
    """
    block = _prepare(given, rows, work)
    # ln pi at u = 0, and ln pi itself, from (1 - sigma) ln pi.
    constant = block.exponent / block.gap
    sigma = block.sigma

    def import_index(u: FloatArray) -> FloatArray:
        return log_ces_index(constant + block.slope * u, block.weight, sigma, axis=0)

    def import_slope(u: FloatArray) -> FloatArray:
        exponent = block.gap * (constant + block.slope * u)
        exponent = np.where(block.weight > 0.0, exponent, -np.inf)
        landed = block.weight * np.exp(exponent - exponent.max(axis=0))
        total: FloatArray = np.add.reduce(landed, axis=0)
        return np.asarray(np.add.reduce(landed * block.slope, axis=0)) / total

    def mismatch(u: FloatArray) -> tuple[FloatArray, FloatArray]:
        m = import_index(u)
        q = _composite_of(block, m)
        w = _domestic_value_share(block, m, q)
        passed_on = (1.0 - w) / (1.0 - w * block.slope_domestic)
        value = u - block.on_import * m - block.on_composite * q
        return value, 1.0 - import_slope(u) * (block.on_import + block.on_composite * passed_on)

    u, steps = _increasing_root(mismatch, np.zeros(block.log_import.size))
    m = import_index(u)
    q = _composite_of(block, m)
    # Where the indices amplify the last digit of u, Newton on (m, q) itself settles it.
    best, f, g = _gaps(block, import_index, m, q)
    for _ in range(_POLISH):
        b = import_slope(block.on_import * m + block.on_composite * q)
        w = _domestic_value_share(block, m, q)
        a = 1.0 - b * block.on_import
        b = b * block.on_composite
        d = 1.0 - w * block.slope_domestic
        determinant = a * d - b * (1.0 - w)
        m_next = m - (f * d + g * b) / determinant
        q_next = q - (g * a + f * (1.0 - w)) / determinant
        residual, f_next, g_next = _gaps(block, import_index, m_next, q_next)
        better = residual < best
        m, q = np.where(better, m_next, m), np.where(better, q_next, q)
        f, g = np.where(better, f_next, f), np.where(better, g_next, g)
        best = np.where(better, residual, best)
    block.log_import, block.log_composite = m, q
    block.passes = block.passes + steps
    u = block.on_import * m + block.on_composite * q
    log_landed = constant + block.slope * u
    price = np.exp(log_landed) / block.wedge
    quantity = block.taste * np.exp(u + block.shift - sigma * log_landed)
    converged = best <= _SURE_TOLERANCE * (1.0 + np.abs(m) + np.abs(q))
    domestic_price = block.intercept_domestic + block.slope_domestic * q
    _store(block, price, quantity, domestic_price, best, out)
    out.converged[block.rows] = converged
    lost = np.asarray(block.rows)[~converged]
    out.hats[:, lost] = np.nan
    for line in (
        out.price_domestic,
        out.quantity_domestic,
        out.import_index,
        out.composite_index,
    ):
        line[lost] = np.nan


def _gaps(
    block: _Block,
    import_index: Callable[[FloatArray], FloatArray],
    m: FloatArray,
    q: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Residual, F_1 and F_2 at (m, q)."""
    f = m - import_index(block.on_import * m + block.on_composite * q)
    g = q - _composite_index(block, m, block.intercept_domestic + block.slope_domestic * q)
    return np.maximum(np.abs(f), np.abs(g)), f, g


def _composite_index(block: _Block, m: FloatArray, domestic_price: FloatArray) -> FloatArray:
    """Composite index, in logs, from the import index and the domestic price."""
    return log_ces_index(
        np.stack([domestic_price, m]),
        np.stack([block.share_domestic, block.share_import]),
        block.sigma_domestic,
        axis=0,
    )


def _domestic_value_share(block: _Block, m: FloatArray, q: FloatArray) -> FloatArray:
    """w_D at (m, q), without overflow."""
    z = block.gap_domestic * (block.intercept_domestic + block.slope_domestic * q - m)
    return np.asarray(expit(z + np.log(block.share_domestic) - np.log(block.share_import)))


def _composite_of(block: _Block, m: FloatArray) -> FloatArray:
    """Q(m): the ln P that solves the domestic nest for a given import index."""

    def mismatch(q: FloatArray) -> tuple[FloatArray, FloatArray]:
        price = block.intercept_domestic + block.slope_domestic * q
        value = q - _composite_index(block, m, price)
        return value, 1.0 - _domestic_value_share(block, m, q) * block.slope_domestic

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
    for _ in range(_SURE_STEPS):
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
