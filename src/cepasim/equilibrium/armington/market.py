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
*Quick way*, for nearly every market. With :math:`\zeta = \ln p_D - m` the domestic nest is
:math:`q = m + j(\zeta)`, :math:`j = \ln[1+\delta(e^{(1-\sigma_D)\zeta}-1)]/(1-\sigma_D)`, and
:math:`\ln p_D = \alpha_D + \kappa q` with :math:`\kappa = b_D(\sigma_D-\eta)` gives
:math:`m(1-\kappa) = \alpha_D - \zeta + \kappa j(\zeta)`: :math:`m`, :math:`q` and :math:`u` are
known functions of :math:`\zeta`, :math:`F_2 = 0` holds by construction, and :math:`F_1 = 0` is one
equation in :math:`\zeta`. It is solved by Newton's method with the second-order (Chebyshev)
correction; slope and curvature of the import index are mean and variance of :math:`b_s` under
landed value shares, and :math:`j' = w_D`, :math:`j'' = (1-\sigma_D) w_D w_M`. Three passes of one
exponential per source are the rule.

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
single column in another order; a lone market is therefore solved as two equal columns. The compiled
kernel (:mod:`cepasim.equilibrium.armington.compiled`) keeps the same promise among its own results.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.ces import FloatArray, first_place, log_ces_index, one_minus

# Numerical settings: none has economic content.
_TOLERANCE = 1e-14  # residual of the index equations, in logs, at which a market stops
_SURE_TOLERANCE = 1e-12  # the same on the sure way, relative to 1 + |ln P_M| + |ln P|
_PASSES = 12  # passes of the quick way before a market is handed over
_POLISH = 4  # Newton steps on (m, q) after the sure way
_SURE_STEPS = 400  # bracketing or Newton-bisection steps on the sure way
_EXTREME = 500.0  # log demand shift beyond which pi**(-sigma) exp(u) is built in logs only
_NEAR_ONE = 0.25  # |1 - sigma| below which the index is built from expm1
_LEAVE_BELOW = 8  # a block ends when fewer than one market in so many wants another pass
_BLOCK = 40_960  # entries (sources x markets) in a block: few enough for a cache, many for a call
_TABLES = 9  # arrays of that size
_LARGE = 131_072  # entries from which a table is checked row by row, as it passes the cache
_THREADS = 2  # at most, of the compiled kernel
_THREADED = 200_000  # entries from which it uses them
_STEEPEST = 64.0  # 1 / (1 - kappa) above which zeta is no good unknown (see `_prepare`)
# Infinite domestic supply elasticity inside the formulas: 1/x is exact and x * (1/x) = 1, so the
# share of a shock that is passed on is exactly one and the slope is negligible; no inf / inf.
_INFINITE = 2.0**400
_SHARE_SUM_TOLERANCE = 1e-9
_REFUSED_BEYOND = 1.000001e-9  # of sums in another order: what is refused is beyond any doubt


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
    *,
    kernel: Literal["numpy", "numba"] = "numpy",
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
    kernel : {"numpy", "numba"}
        How the markets are solved. "numba" is compiled (``pip install "cepasim[speed]"``) and
        several times as fast for many markets; it differs from "numpy" in rounding only, and
        uses two threads for many markets.

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
    ImportError
        For ``kernel="numba"`` where numba is not installed.

    Notes
    -----
    Inputs are not modified. The result for a market is the same to the last bit whatever
    markets stand beside it. Equations and method: the notes of this module.
    """
    if kernel not in ("numpy", "numba"):
        raise ValueError(f'kernel = "{kernel}": must be "numpy" or "numba"')
    by_source = {
        "import_shares": import_shares,
        "trade_cost": trade_cost,
        "supply": supply,
        "taste": taste,
        "capacity": capacity,
        "cost": cost,
    }
    by_market = {
        "domestic_share": domestic_share,
        "sigma_import": sigma_import,
        "sigma_domestic": sigma_domestic,
        "eta": eta,
        "supply_domestic": supply_domestic,
        "taste_domestic": taste_domestic,
        "demand": demand,
        "capacity_domestic": capacity_domestic,
        "cost_domestic": cost_domestic,
    }
    tables = {name: _checked(name, value, _LARGE) for name, value in by_source.items()}
    lists = {name: _checked(name, value) for name, value in by_market.items()}
    lead, sources = _common_shape(tables, lists)
    shares = tables["import_shares"]
    # Shares are summed over sources: one share given for all of them is written out.
    shares = np.ascontiguousarray(np.broadcast_to(shares, (*shares.shape[:-1], sources)))
    if not _later(shares, _LARGE):
        _check_share_sum(shares)
    tables["import_shares"] = shares
    given = _Given(
        **{name: _as_table(array, lead, sources) for name, array in tables.items()},
        **{name: _as_list(array, lead) for name, array in lists.items()},
    )
    out = _Result.empty(math.prod(lead), sources)
    try:
        (_solve_all if kernel == "numpy" else _solve_compiled)(given, out)
    except _RefusedError:
        for name, array in tables.items():
            _checked(name, array)
        _check_share_sum(shares)
        raise
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
        capacity_ignored=_capacity_ignored(tables["supply"], tables["capacity"], (*lead, sources)),
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


class _RefusedError(Exception):
    """A large table turned out to hold a value outside its range."""


def _later(array: FloatArray, at_once: float) -> bool:
    """Whether a table is so large that its rows are checked when they are in the cache anyway."""
    return array.size > at_once and array.size > array.shape[-1]


def _checked(name: str, value: ArrayLike, at_once: float = math.inf) -> FloatArray:
    """An argument as a float64 array within its range; unless it is to be checked later."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be an array of numbers") from None
    if array.size == 0 or _later(array, at_once):
        return array
    low, high = array.min(), array.max()
    if _in_range(name, low, high):
        # An argument that is the same everywhere is kept as the one number it is.
        return np.broadcast_to(low, array.shape) if low == high else array
    zero_allowed, upper, upper_allowed, words = _RANGES.get(name, _POSITIVE)
    good = (array >= 0.0) if zero_allowed else (array > 0.0)
    good &= (array <= upper) if upper_allowed else (array < upper)
    where, place = first_place(~good)
    raise ValueError(f"{name}{place} = {float(array[where])!r}: must be {words}")


def _in_range(name: str, low: float, high: float) -> bool:
    """Whether the extremes of an argument are allowed; NaN makes every comparison false."""
    zero_allowed, upper, upper_allowed, _ = _RANGES.get(name, _POSITIVE)
    above = low >= 0.0 if zero_allowed else low > 0.0
    return bool(above and (high <= upper if upper_allowed else high < upper))


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
    where, place = first_place(np.abs(total - 1.0) > _SHARE_SUM_TOLERANCE)
    raise ValueError(
        f"import_shares{place}: shares add up to {float(total[where])!r}; "
        f"they must add up to 1 within {_SHARE_SUM_TOLERANCE:g}"
    )


def _capacity_ignored(
    supply: FloatArray, capacity: FloatArray, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Where a capacity other than 1 meets infinite supply."""
    ignored = np.zeros(shape, dtype=np.bool_)
    if not _is_one(capacity) and np.isinf(supply).any():
        ignored[...] = np.isinf(supply) & (capacity != 1.0)
    return ignored


def _as_table(array: FloatArray, lead: tuple[int, ...], sources: int) -> FloatArray:
    """(rows, sources or 1) with one row where the argument is the same in all markets."""
    if array.size and not any(array.strides):
        return array.flat[:1].reshape(1, 1)
    if math.prod(array.shape[:-1]) == 1:
        return array.reshape(1, array.shape[-1])
    wide = np.broadcast_to(array, (*lead, array.shape[-1]))
    return wide.reshape(math.prod(lead), array.shape[-1])


def _as_list(array: FloatArray, lead: tuple[int, ...]) -> FloatArray:
    """(markets,), or (1,) where the argument is the same in all markets."""
    if array.size and not any(array.strides):
        return array.flat[:1]
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
    """Solve every market, block after block."""
    markets, sources = out.hats.shape[1:]
    width = _width(sources)
    _solve_blocks(given, out, [slice(i, min(i + width, markets)) for i in range(0, markets, width)])


def _solve_blocks(given: _Given, out: _Result, blocks: Sequence[_Rows]) -> None:
    """Solve block after block; gather what a block leaves into blocks of their own.

    Stragglers start again, so their path does not depend on where they were first met, and no
    block drags settled markets along for a few that are not.
    """
    markets, sources = out.hats.shape[1:]
    width = _width(sources)
    work = np.empty((_TABLES, sources * min(width, max(2, markets))))
    queue: list[tuple[_Rows, bool]] = []
    near, unsolved = [_NONE], [_NONE]
    for rows in blocks:
        flags = np.abs(1.0 - _some(given.sigma_import, rows)) < _NEAR_ONE
        if flags.all() or not flags.any():
            queue.append((rows, bool(flags[0])))
        else:
            queue.append((_places(rows)[~flags], False))
            near.append(_places(rows)[flags])
    queue += [(rows, True) for rows in _cut(near, width)]
    with np.errstate(all="ignore"):
        while queue:
            left: tuple[list[NDArray[np.intp]], ...] = ([_NONE], [_NONE])
            for some, flag in queue:
                going_on, stuck = _solve_quickly(given, out, some, flag, work)
                left[flag].append(going_on)
                unsolved.append(stuck)
            queue = [(rows, flag) for flag in (False, True) for rows in _cut(left[flag], width)]
        for rows in _cut(unsolved, width):
            _solve_surely(given, out, rows, work)


def _solve_compiled(given: _Given, out: _Result) -> None:
    """Solve every market with the compiled kernel; what it finds hard goes the other way."""
    try:
        from cepasim.equilibrium.armington.compiled import DONE, GOING_ON, GROUP, HARD, solve_groups
    except ImportError as error:
        raise ImportError(
            'kernel="numba" needs numba, which comes with `pip install "cepasim[speed]"`'
        ) from error
    settings = (GROUP, _TOLERANCE, _PASSES, _STEEPEST, _NEAR_ONE, _INFINITE, _REFUSED_BEYOND)
    arguments = [np.ascontiguousarray(getattr(given, field.name)) for field in fields(given)]
    lines = (out.price_domestic, out.quantity_domestic, out.import_index, out.composite_index)

    def solve(places: NDArray[np.intp], leave: bool) -> NDArray[np.uint8]:
        status = np.empty(places.size, dtype=np.uint8)
        in_range = solve_groups(
            places,
            status,
            leave,
            *settings,
            *arguments,
            out.hats,
            *lines,
            out.residual,
            out.iterations,
        )
        if not in_range:
            raise _RefusedError
        return status

    def solve_run(places: NDArray[np.intp]) -> NDArray[np.intp]:
        status = solve(places, True)
        left = places[status == GOING_ON]
        return np.concatenate([places[status == HARD], left[solve(left, False) != DONE]])

    markets, sources = out.hats.shape[1:]
    threads = min(_cores(), _THREADS) if markets * sources >= _THREADED else 1
    runs = np.array_split(np.arange(markets), threads)
    if threads == 1:
        hard = solve_run(runs[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            hard = np.concatenate(list(pool.map(solve_run, runs)))
    out.converged[...] = True
    _solve_blocks(given, out, _cut([hard], _width(sources)))


def _cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _width(sources: int) -> int:
    """Markets in a block."""
    return max(2, _BLOCK // max(1, sources))


def _places(rows: _Rows) -> NDArray[np.intp]:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


_NONE = np.empty(0, dtype=np.intp)


def _cut(lists: list[NDArray[np.intp]], width: int) -> list[NDArray[np.intp]]:
    """Places of markets in pieces of at most `width`."""
    places = np.concatenate(lists)
    return [places[i : i + width] for i in range(0, places.size, width)]


# --- a block of markets: sources in rows, markets in columns ----------------------------------


@dataclass(slots=True)
class _Block:
    """Everything given about n markets, in the form the solution needs.

    Arrays by source are (S, n) and the others (n,), or have one row or column where they do not
    vary.
    """

    rows: _Rows  # where the markets stand in the arguments
    markets: int  # n
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
    sigma_domestic: FloatArray
    gap_domestic: FloatArray  # 1 - sigma_D
    share_domestic: FloatArray  # delta = theta_D a_D / N
    share_import: FloatArray  # 1 - delta, without cancellation
    intercept_domestic: FloatArray  # alpha_D
    slope_domestic: FloatArray  # kappa = b_D (sigma_D - eta)
    level_domestic: FloatArray  # ln a_D + ln Y - ln N
    cost_domestic: FloatArray
    fixed_domestic: NDArray[np.bool_]
    import_start: FloatArray  # m = import_start - import_turn * zeta + import_bend * j(zeta)
    import_turn: FloatArray
    import_bend: FloatArray
    demand_start: FloatArray  # the same for u
    demand_turn: FloatArray
    demand_bend: FloatArray
    power: FloatArray  # pi**(1 - sigma_M); this and the next two change from pass to pass
    landed: FloatArray  # theta a pi**(1 - sigma_M)
    price: FloatArray


def _some(array: FloatArray, rows: _Rows) -> FloatArray:
    """Some rows of an argument, or the one row it has."""
    return array if array.shape[0] == 1 else array[rows]


def _taken(given: _Given, name: str, rows: _Rows) -> FloatArray:
    """Some rows of a table, or the one row it has; checked here where it is large."""
    table: FloatArray = getattr(given, name)
    some = _some(table, rows)
    if _later(table, _LARGE) and not _in_range(name, some.min(), some.max()):
        raise _RefusedError
    return some


def _columns(given: _Given, name: str, rows: _Rows, room: FloatArray) -> FloatArray:
    """Some markets of a table as (S, n), written to `room`; or (S, 1)."""
    some = _taken(given, name, rows)
    if some.shape[0] == 1:
        return some.T
    np.copyto(room, some.T)
    return room


def _is_one(array: FloatArray) -> bool:
    """Whether an argument is 1 throughout, so that its factor can be skipped."""
    return array.size > 0 and (array.size == 1 or not any(array.strides)) and array.flat[0] == 1.0


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

    theta_d, taste_d = _some(given.domestic_share, rows), _some(given.taste_domestic, rows)
    sigma_m, sigma_d = _some(given.sigma_import, rows), _some(given.sigma_domestic, rows)
    eta, supply_d = _some(given.eta, rows), _some(given.supply_domestic, rows)
    cost_d = _some(given.cost_domestic, rows)

    # N = theta_D a_D + theta_M, written so that it is exactly 1 at a_D = 1.
    normal = 1.0 + theta_d * (taste_d - 1.0)
    demand_level = np.log(_some(given.demand, rows)) - np.log(normal)
    level_d = np.log(taste_d) + demand_level
    finite_d = np.minimum(supply_d, _INFINITE)
    b_d = 1.0 / (sigma_d + finite_d)
    alpha_d = finite_d * b_d * np.log(cost_d)
    alpha_d = alpha_d + b_d * (level_d - np.log(_some(given.capacity_domestic, rows)))

    shape = (given.import_shares.shape[1], n)
    tables = work[:, : shape[0] * n].reshape(_TABLES, *shape)
    weight, wedge_room, slope, start, power_slope, power_start, *room = tables
    np.copyto(weight, _taken(given, "import_shares", rows).T)
    weight_sum: FloatArray = np.add.reduce(weight, axis=0)
    if not np.abs(weight_sum - 1.0).max() <= _REFUSED_BEYOND:
        raise _RefusedError
    taste = given.taste.T
    shift = demand_level
    if not _is_one(taste):
        taste = _columns(given, "taste", rows, np.empty(shape))
        theta_sum = weight_sum
        weight *= taste
        weight_sum = np.add.reduce(weight, axis=0)
        # ln of the mean taste; the division makes shares add up to one.
        shift = shift - np.log(weight_sum / theta_sum)

    np.add(sigma_m, _taken(given, "supply", rows).T, out=slope)
    np.divide(1.0, slope, out=slope)
    wedge, cost = _columns(given, "trade_cost", rows, wedge_room), given.cost.T
    if _is_one(cost):
        log_wedge = np.log(wedge, out=power_start if wedge is wedge_room else None)
    else:
        cost = _columns(given, "cost", rows, np.empty(shape))
        log_wedge = np.multiply(wedge, cost, out=power_start)
        np.log(log_wedge, out=log_wedge)
    # ln(p / c) = b (u + shift + ln(a / k) - sigma ln(T c)), exactly 0 where supply is infinite.
    np.multiply(log_wedge, -sigma_m, out=start)
    if not (_is_one(given.taste) and _is_one(given.capacity)):
        push = np.divide(taste, _columns(given, "capacity", rows, room[0]), out=room[0])
        start += np.log(push, out=push)
    if shift.any():
        start += shift
    start *= slope
    gap = one_minus(sigma_m)
    np.add(log_wedge, start, out=power_start)
    power_start *= gap
    np.multiply(slope, gap, out=power_slope)

    # With zeta = ln p_D - m and j = q - m = log1p(delta expm1((1 - sigma_D) zeta)) / (1 - sigma_D),
    # ln p_D = alpha_D + kappa q gives m (1 - kappa) = alpha_D - zeta + kappa j.
    slope_d = b_d * (sigma_d - eta)
    turn = 1.0 / (b_d * (eta + finite_d))
    if turn.max() > _STEEPEST:
        turn[turn > _STEEPEST] = np.nan  # such a market goes the sure way
    import_start, import_bend = alpha_d * turn, slope_d * turn
    share_d = theta_d * taste_d / normal
    if not share_d.all():  # where there is no domestic variety, it is kept out altogether
        turn = np.where(share_d == 0.0, 1.0, turn)
        import_start = np.where(share_d == 0.0, 0.0, import_start)
        import_bend = np.where(share_d == 0.0, 0.0, import_bend)
    on_both = sigma_m - eta
    return _Block(
        rows=rows,
        markets=n,
        wedge=wedge,
        cost=cost,
        taste=taste,
        weight=weight,
        weight_sum=weight_sum,
        sigma=sigma_m,
        slope=slope,
        start=start,
        power_slope=power_slope,
        power_start=power_start,
        gap=gap,
        on_import=sigma_m - sigma_d,
        on_composite=sigma_d - eta,
        shift=shift,
        sigma_domestic=sigma_d,
        gap_domestic=one_minus(sigma_d),
        share_domestic=share_d,
        share_import=(1.0 - theta_d) / normal,
        intercept_domestic=alpha_d,
        slope_domestic=slope_d,
        level_domestic=level_d,
        cost_domestic=cost_d,
        fixed_domestic=np.isinf(supply_d),
        import_start=import_start,
        import_turn=turn,
        import_bend=import_bend,
        demand_start=on_both * import_start,
        demand_turn=on_both * turn,
        demand_bend=on_both * import_bend + (sigma_d - eta),
        power=room[0],
        landed=room[1],
        price=room[2],
    )


# --- the quick way ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Evaluation:
    """The one equation that is left, m - M(u) = 0, at zeta; all (n,)."""

    landed_sum: FloatArray  # theta a pi**(1 - sigma_M), summed over sources
    log_import: FloatArray  # m
    log_composite: FloatArray  # q
    demand: FloatArray  # u
    domestic_share: FloatArray  # w_D, landed value share of the domestic variety
    gap: FloatArray  # m - M(u)
    residual: FloatArray  # its absolute value, NaN where the quick way cannot go on


def _solve_quickly(
    given: _Given, out: _Result, rows: _Rows, near: bool, work: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Newton with second-order correction on one block.

    Returns the places of the markets that want more passes than most, and of those that the
    quick way cannot solve.
    """
    block = _prepare(given, rows, work)
    n = block.markets
    zeta = np.zeros(n)
    passes = np.ones(n, dtype=np.int64)
    for _ in range(_PASSES):
        at = _evaluate(block, zeta, near)
        active = at.residual > _TOLERANCE
        if _LEAVE_BELOW * np.count_nonzero(active) <= n:
            stuck = np.isnan(at.residual)
            break
        step = _step(block, at)
        step *= active
        zeta -= step
        passes += active
    else:
        stuck = ~(at.residual <= _TOLERANCE)
        active &= ~stuck
    demand = at.demand + block.shift
    # ln pi = alpha + b u with b < 1 / sigma: this bounds both factors of the quantity. The
    # first test spares the second for nearly every block; it is also met where there is a NaN.
    if not np.abs(demand).max() <= _EXTREME * min(1.0, block.sigma.min()):
        stuck |= np.abs(demand) > _EXTREME * np.minimum(1.0, block.sigma)
        active &= ~stuck
    _write(block, at, demand, out)
    out.iterations[block.rows] = passes
    places = _places(rows)
    if n > places.size:
        active, stuck = active[:1], stuck[:1]
    return places[active], places[stuck]


def _evaluate(block: _Block, zeta: FloatArray, near: bool) -> _Evaluation:
    """Everything at zeta, where the domestic nest holds by construction."""
    z = block.gap_domestic * zeta
    np.expm1(z, out=z)
    z *= block.share_domestic
    nest = np.log1p(z)
    nest /= block.gap_domestic
    m = block.import_bend * nest
    m -= block.import_turn * zeta
    m += block.import_start
    demand = block.demand_bend * nest
    demand -= block.demand_turn * zeta
    demand += block.demand_start
    nest += m
    index, landed_sum = _import_index(block, demand, near)
    gap = np.subtract(m, index, out=index)
    residual = np.abs(gap)
    if not z.min() >= -0.9:
        # 1 + z would cancel: such a market goes the sure way.
        residual[z < -0.9] = np.nan
    domestic_share = z + block.share_domestic
    z += 1.0
    domestic_share /= z
    return _Evaluation(landed_sum, m, nest, demand, domestic_share, gap, residual)


def _import_index(block: _Block, demand: FloatArray, near: bool) -> tuple[FloatArray, FloatArray]:
    """M(u) and the landed sum it is made of.

    `near` says that |1 - sigma_M| < 1/4 in all markets: the index is then built from expm1, so
    that no digit is lost next to 1; else a plain logarithm is as exact as float64 can hold.
    """
    power, landed, exponent = block.power, block.landed, block.power_start
    if demand.any():
        np.multiply(block.power_slope, demand, out=power)
        power += exponent
        exponent = power
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
    return index, landed_sum


def _step(block: _Block, at: _Evaluation) -> FloatArray:
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
    bend *= block.gap_domestic
    demand = block.demand_bend * w
    demand -= block.demand_turn
    first = block.import_bend * w
    first -= block.import_turn
    first -= slope * demand
    slope *= block.demand_bend
    second = block.import_bend - slope
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


def _write(block: _Block, at: _Evaluation, demand: FloatArray, out: _Result) -> None:
    """Hats from the state of a block; what has not converged is written again later."""
    price, quantity, landed_price = block.price, block.power, block.landed
    np.multiply(block.slope, at.demand, out=price)
    price += block.start
    np.exp(price, out=price)
    if not _is_one(block.cost):
        price *= block.cost
    # x = a pi**(-sigma) exp(u + shift) = a (pi**(1 - sigma) / pi) exp(u + shift)
    np.multiply(price, block.wedge, out=landed_price)
    quantity /= landed_price
    quantity *= np.exp(demand)
    if not _is_one(block.taste):
        quantity *= block.taste
    _store(block, price, quantity, at.log_import, at.log_composite, at.residual, out)


def _store(
    block: _Block,
    price: FloatArray,
    quantity: FloatArray,
    m: FloatArray,
    q: FloatArray,
    residual: FloatArray,
    out: _Result,
) -> None:
    """Write solved hats to their places, exact where supply is infinite."""
    rows, hats = block.rows, out.hats
    hats[0, rows] = price.T
    hats[1, rows] = quantity.T
    if isinstance(rows, slice):
        np.multiply(hats[0, rows], hats[1, rows], out=hats[2, rows])
    else:
        hats[2, rows] = (price * quantity).T
    domestic_price = block.slope_domestic * q
    domestic_price += block.intercept_domestic
    # x_D = a_D p_D**(-sigma_D) P**(sigma_D - eta) Y / N
    quantity_d = block.on_composite * q
    quantity_d += block.level_domestic
    quantity_d -= block.sigma_domestic * domestic_price
    np.exp(domestic_price, out=domestic_price)
    if block.fixed_domestic.any():
        domestic_price = np.where(block.fixed_domestic, block.cost_domestic, domestic_price)
    out.price_domestic[rows] = domestic_price
    out.quantity_domestic[rows] = np.exp(quantity_d)
    out.import_index[rows] = np.exp(m)
    out.composite_index[rows] = np.exp(q)
    out.residual[rows] = residual
    out.converged[rows] = residual <= _SURE_TOLERANCE


# --- the sure way ---------------------------------------------------------------------------------


def _solve_surely(given: _Given, out: _Result, rows: _Rows, work: FloatArray) -> None:
    """Bracket u and bisect with Newton inside the bracket; every index by log-sum-exp.

    H(u) of the module's notes increases, so expanding a bracket from u = 0 and halving it
    cannot fail but by running out of floating-point numbers.
    """
    block = _prepare(given, rows, work)
    constant = block.power_start / block.gap  # ln pi at u = 0
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

    u, steps = _increasing_root(mismatch, np.zeros(block.markets))
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
    u = block.on_import * m + block.on_composite * q
    log_landed = constant + block.slope * u
    price = np.exp(block.start + block.slope * u) * block.cost
    quantity = block.taste * np.exp(u + block.shift - sigma * log_landed)
    converged = best <= _SURE_TOLERANCE * (1.0 + np.abs(m) + np.abs(q))
    _store(block, price, quantity, m, q, best, out)
    out.converged[block.rows] = converged
    out.iterations[block.rows] = steps
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
    odds = z + np.log(block.share_domestic) - np.log(block.share_import)
    return np.asarray(np.exp(-np.logaddexp(0.0, -odds)))  # the logistic function, both ends safe


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
