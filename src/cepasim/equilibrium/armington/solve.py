"""`solve_market`: any number of markets at once, the quick way first.

The equations are those of :mod:`cepasim.equilibrium.armington.equations` (two CES nests after
Armington 1969, as in Francois and Reinert 1997, ch. 5, and Hallren and Riker 2017; hats after
Dekle, Eaton and Kortum 2008). With each producer price solved out of supply = demand, two unknowns
are left whatever the number of sources: the import index and the composite index. What is done
where:

* `arguments`: what users pass is checked and brought to one shape;
* `block`: markets side by side, as many as a cache holds, with the coefficients of the closed form;
* `newton`: the quick way, for nearly every market; `compiled` is its twin for numba;
* `bracket`: the sure way, for what the quick way leaves.

The result for a market is the same to the last bit whatever markets stand beside it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.armington.arguments import (
    REFUSED_BEYOND,
    Given,
    RefusedError,
    Rows,
    arranged,
)
from cepasim.equilibrium.armington.block import INFINITE, STEEPEST, Answer, room_for, width
from cepasim.equilibrium.armington.bracket import solve_surely
from cepasim.equilibrium.armington.newton import NEAR_ONE, PASSES, TOLERANCE, solve_quickly
from cepasim.equilibrium.ces import FloatArray

# Numerical settings: none has economic content.
_THREADS = 2  # at most, of the compiled kernel
_THREADED = 200_000  # entries from which it uses them

_NONE = np.empty(0, dtype=np.intp)


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
        Arrays of shape (..., S) and (...,). A market that does not converge, or whose prices
        leave the range of float64 (0 or infinite), is NaN with ``converged = False``; nothing
        is raised for it.

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
    markets = arranged(by_source, by_market)
    lead, sources = markets.lead, markets.sources
    answer = Answer.empty(math.prod(lead), sources)
    try:
        (_solve_all if kernel == "numpy" else _solve_compiled)(markets.given, answer)
    except RefusedError:
        markets.refuse()
    return MarketEquilibrium(
        price=answer.hats[0].reshape(*lead, sources),
        quantity=answer.hats[1].reshape(*lead, sources),
        value=answer.hats[2].reshape(*lead, sources),
        price_domestic=answer.price_domestic.reshape(lead),
        quantity_domestic=answer.quantity_domestic.reshape(lead),
        import_index=answer.import_index.reshape(lead),
        composite_index=answer.composite_index.reshape(lead),
        converged=answer.converged.reshape(lead),
        residual=answer.residual.reshape(lead),
        iterations=answer.iterations.reshape(lead),
        capacity_ignored=markets.capacity_ignored(),
    )


def _solve_all(given: Given, out: Answer) -> None:
    """Solve every market, block after block."""
    markets, sources = out.hats.shape[1:]
    step = width(sources)
    _solve_blocks(given, out, [slice(i, min(i + step, markets)) for i in range(0, markets, step)])


def _solve_blocks(given: Given, out: Answer, blocks: Sequence[Rows]) -> None:
    """Solve block after block; gather what a block leaves into blocks of their own.

    Stragglers start again, so their path does not depend on where they were first met, and no
    block drags settled markets along for a few that are not.
    """
    markets, sources = out.hats.shape[1:]
    widest = width(sources)
    work = room_for(markets, sources)
    queue: Sequence[Rows] = blocks
    unsolved = [_NONE]
    with np.errstate(all="ignore"):
        while queue:
            left = [_NONE]
            for rows in queue:
                going_on, stuck = solve_quickly(given, out, rows, work)
                left.append(going_on)
                unsolved.append(stuck)
            queue = _cut(left, widest)
        for rows in _cut(unsolved, widest):
            solve_surely(given, out, rows, work)


def _solve_compiled(given: Given, out: Answer) -> None:
    """Solve every market with the compiled kernel; what it finds hard goes the other way."""
    try:
        from cepasim.equilibrium.armington.compiled import DONE, GOING_ON, HARD, solve_groups
        from cepasim.equilibrium.armington.vector import GROUP
    except ImportError as error:
        raise ImportError(
            'kernel="numba" needs numba, which comes with `pip install "cepasim[speed]"`'
        ) from error
    settings = (GROUP, TOLERANCE, PASSES, STEEPEST, NEAR_ONE, INFINITE, REFUSED_BEYOND)
    arguments = [np.ascontiguousarray(getattr(given, field.name)) for field in fields(given)]
    lines = (out.price_domestic, out.quantity_domestic, out.import_index, out.composite_index)

    def solve(markets: NDArray[np.intp], leave: bool) -> NDArray[np.uint8]:
        status = np.empty(markets.size, dtype=np.uint8)
        in_range = solve_groups(
            markets,
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
            raise RefusedError
        return status

    def solve_run(markets: NDArray[np.intp]) -> NDArray[np.intp]:
        status = solve(markets, True)
        left = markets[status == GOING_ON]
        return np.concatenate([markets[status == HARD], left[solve(left, False) != DONE]])

    count, sources = out.hats.shape[1:]
    threads = min(_cores(), _THREADS) if count * sources >= _THREADED else 1
    if threads == 1:
        hard = solve_run(np.arange(count))
    else:
        runs = np.array_split(np.arange(count), threads)
        with ThreadPoolExecutor(threads) as pool:
            hard = np.concatenate(list(pool.map(solve_run, runs)))
    out.converged[...] = True
    _solve_blocks(given, out, _cut([hard], width(sources)))


def _cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cut(lists: list[NDArray[np.intp]], size: int) -> list[NDArray[np.intp]]:
    """Places of markets in pieces of at most `size`."""
    if all(one is _NONE or not one.size for one in lists):
        return []
    together = np.concatenate(lists)
    return [together[i : i + size] for i in range(0, together.size, size)]
