r"""The exact equilibrium: prices at which each source sells what it supplies.

Sources :math:`i` sell to markets :math:`v` at landed prices :math:`\pi_{iv} = p_i T_{iv}`; demand
is one CES nest per market, own trade (a region's sales at home) is a variety like any other, and
one producer price per source clears the sum over its markets. Elasticities are magnitudes:
:math:`\sigma_v` substitution, :math:`\eta_v` demand for the composite,
:math:`\varepsilon_i` supply. In hats (new over old),

.. math::
    P_v^{1-\sigma_v}=\sum_j\theta_{jv}\pi_{jv}^{1-\sigma_v}, \qquad
    F_i = \ln\sum_v\varphi_{iv}\,\pi_{iv}^{-\sigma_v}P_v^{\sigma_v-\eta_v}Y_v
          -\ln k_i-\varepsilon_i\ln(p_i/c_i) = 0,

with :math:`\theta` shares of a market's expenditure at landed prices and :math:`\varphi` shares of
a source's sales, solved by Newton's method on :math:`\ln p` with the analytic Jacobian. Where
:math:`\sigma_v\ge\eta_v` its negative is an M-matrix (goods are gross substitutes), so that the
equilibrium is unique; steps are halved until the largest residual falls.

References
----------
Francois and Hall (2003), "Global Simulation Analysis of Industry-Level Trade Policy", version 3.0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.ces import FloatArray, log_ces_index, one_minus

# Numerical settings: none has economic content.
_TOLERANCE = 1e-12  # largest residual in logs at which a system stops
_STEPS = 200
_HALVINGS = 40
_LONGEST_STEP = 2.0  # in logs of the price
_BLOCK = 512  # systems solved side by side


@dataclass(frozen=True, slots=True, eq=False)
class Clearing:
    """What :func:`clear_markets` returns: logs of hats, leading axes kept.

    Attributes
    ----------
    log_price : ndarray, (..., R)
    log_quantity : ndarray, (..., R, V)
    log_composite : ndarray, (..., V)
    converged : ndarray of bool, (...,)
    residual : ndarray, (...,)
    iterations : ndarray of int, (...,)
    """

    log_price: FloatArray
    log_quantity: FloatArray
    log_composite: FloatArray
    converged: NDArray[np.bool_]
    residual: FloatArray
    iterations: NDArray[np.int64]


def clear_markets(
    sales: ArrayLike,
    landed: ArrayLike,
    trade_cost: ArrayLike,
    eta: ArrayLike,
    supply: ArrayLike,
    sigma: ArrayLike,
    demand: ArrayLike = 1.0,
    capacity: ArrayLike = 1.0,
    cost: ArrayLike = 1.0,
    outside: ArrayLike = 0.0,
    outside_elasticity: ArrayLike = 1.0,
) -> Clearing:
    """Exact prices at which every source sells to all its markets together what it supplies.

    Parameters
    ----------
    sales, landed : array_like, (..., R, V)
        Benchmark values at producer prices (weights of supply) and at landed prices (weights of
        demand), >= 0; money.
    trade_cost : array_like, (..., R, V)
        Hat of the landed wedge, > 0.
    eta, sigma, demand : array_like, (..., V)
        Elasticities of each market (``eta >= 0``, ``sigma > 0``) and hat of its demand.
    supply : array_like, (..., R)
        Elasticity in [0, inf]; at inf the price equals `cost` and capacity has no meaning.
    capacity, cost : array_like, (..., R)
        Hats.
    outside : array_like, (..., R)
        Benchmark sales to buyers outside the markets modelled, money; their demand has the
        constant elasticity `outside_elasticity`, (..., R).

    Returns
    -------
    Clearing
        A system that does not converge holds NaN. A source without any sales keeps its cost as
        price.
    """
    value = np.asarray(sales, dtype=np.float64)
    weight = np.asarray(landed, dtype=np.float64)
    hats = np.asarray(trade_cost, dtype=np.float64)
    full = np.broadcast_shapes(
        value.shape,
        weight.shape,
        hats.shape,
        *((*np.shape(a)[:-1], 1, np.shape(a)[-1]) for a in (eta, sigma, demand) if np.ndim(a)),
        *((*np.shape(a), 1) for a in (supply, capacity, cost, outside) if np.ndim(a)),
    )
    lead, rows, columns = full[:-2], full[-2], full[-1]
    count = int(np.prod(lead, dtype=int))

    def cells(array: FloatArray) -> FloatArray:
        return np.broadcast_to(array, full).reshape(count, rows, columns)

    def by(array: ArrayLike, size: int) -> FloatArray:
        wide = np.broadcast_to(np.asarray(array, dtype=np.float64), (*lead, size))
        return wide.reshape(count, size)

    elasticity = by(supply, rows)
    system = _System(
        value=cells(value),
        theta=shares(cells(weight), 1),
        log_cost_of_trade=np.log(cells(hats)),
        eta=by(eta, columns),
        sigma=by(sigma, columns),
        log_demand=np.log(by(demand, columns)),
        fixed=np.isinf(elasticity),
        supply=np.where(np.isinf(elasticity), 0.0, elasticity),
        log_capacity=np.log(by(capacity, rows)),
        log_cost=np.log(by(cost, rows)),
        outside=by(outside, rows),
        outside_elasticity=by(outside_elasticity, rows),
    )
    # Blocks that fit a cache; what a system gives does not depend on its neighbours.
    price, quantity = np.empty((count, rows)), np.empty((count, rows, columns))
    composite, residual = np.empty((count, columns)), np.empty(count)
    steps = np.empty(count, dtype=np.int64)
    for start in range(0, count, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, count))
        part = system.chosen(block) if count > _BLOCK else system
        price[block], residual[block], steps[block], state = _newton(part)
        quantity[block], composite[block] = state.log_quantity, state.log_composite
    good = residual <= _TOLERANCE
    return Clearing(
        log_price=np.where(good[:, None], price, np.nan).reshape(*lead, rows),
        log_quantity=np.where(good[:, None, None], quantity, np.nan).reshape(full),
        log_composite=np.where(good[:, None], composite, np.nan).reshape(*lead, columns),
        converged=good.reshape(lead),
        residual=residual.reshape(lead),
        iterations=steps.reshape(lead),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    excess: FloatArray
    log_quantity: FloatArray
    log_composite: FloatArray
    landed_share: FloatArray
    sales_share: FloatArray
    outside_share: FloatArray

    def chosen(self, rows: NDArray[np.intp]) -> _State:
        return _State(*(getattr(self, name)[rows] for name in self.__slots__))

    def put(self, rows: NDArray[np.intp], other: _State, places: NDArray[np.bool_]) -> None:
        for name in self.__slots__:
            getattr(self, name)[rows] = getattr(other, name)[places]


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """B systems of R equations: arrays (B, R, V), (B, R) and (B, V)."""

    value: FloatArray
    theta: FloatArray
    log_cost_of_trade: FloatArray
    eta: FloatArray
    sigma: FloatArray
    log_demand: FloatArray
    fixed: NDArray[np.bool_]
    supply: FloatArray
    log_capacity: FloatArray
    log_cost: FloatArray
    outside: FloatArray
    outside_elasticity: FloatArray

    def chosen(self, rows: NDArray[np.intp]) -> _System:
        return _System(*(getattr(self, name)[rows] for name in self.__slots__))

    def at(self, price: FloatArray) -> _State:
        """Excess demand in logs, and what its Jacobian needs."""
        with np.errstate(all="ignore"):
            landed = price[:, :, None] + self.log_cost_of_trade
            # Sums over the sources run several times faster where these are side by side.
            theta = np.ascontiguousarray(np.swapaxes(self.theta, 1, 2))
            index = log_ces_index(
                np.ascontiguousarray(np.swapaxes(landed, 1, 2)), theta, self.sigma
            )
            index = np.where(theta.sum(axis=2) <= 0, 0.0, index)
            spread = (self.sigma - self.eta) * index + self.log_demand
            quantity = -self.sigma[:, None, :] * landed + spread[:, None, :]
            share = self.theta * np.exp(
                one_minus(self.sigma)[:, None, :] * (landed - index[:, None])
            )
            sold = self.value * np.exp(quantity)
            abroad = self.outside * np.exp(-self.outside_elasticity * price)
            total = sold.sum(axis=2) + abroad
            base = self.value.sum(axis=2) + self.outside
            idle = base <= 0
            safe = np.where(idle, 1.0, total)
            excess = np.log(safe / np.where(idle, 1.0, base)) - self.log_capacity
            excess = excess - self.supply * (price - self.log_cost)
            excess = np.where(self.fixed | idle, self.log_cost - price, excess)
        return _State(excess, quantity, index, share, sold / safe[:, :, None], abroad / safe)

    def slopes(self, state: _State) -> _Slopes:
        """Derivative of the excess demand by log prices."""
        pull = state.sales_share * (self.sigma - self.eta)[:, None, :]
        own = (
            (state.sales_share * self.sigma[:, None, :]).sum(axis=2)
            + state.outside_share * self.outside_elasticity
            + self.supply
        )
        held = self.fixed | (self.value.sum(axis=2) + self.outside <= 0)
        return _Slopes(
            own=np.where(held, 1.0, own),
            pull=np.where(held[:, :, None], 0.0, pull),
            share=state.landed_share,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Slopes:
    """Jacobians ``pull @ share' - diag(own)``: a source feels the others by market indices alone.

    Attributes
    ----------
    own : ndarray, (B, R)
    pull, share : ndarray, (B, R, V)
    """

    own: FloatArray
    pull: FloatArray
    share: FloatArray

    def step(self, excess: FloatArray) -> FloatArray:
        """Newton's step in log prices, (B, R), at an excess of the same shape.

        The step of the market indices is solved for first: a system of V in place of one of R
        (Sherman and Morrison 1950; Woodbury 1950). A singular one (no elasticity at all) takes a
        harmless step.
        """
        try:
            return self._solved(excess)
        except np.linalg.LinAlgError:
            return _Slopes(self.own + 1e-9, self.pull, self.share)._solved(excess)

    def _solved(self, excess: FloatArray) -> FloatArray:
        own = np.where(self.own > 0, self.own, 1e-9)
        alone, passed = excess / own, self.pull / own[:, :, None]
        weights = np.ascontiguousarray(np.swapaxes(self.share, 1, 2))
        matrix = np.eye(self.share.shape[2]) - weights @ passed
        index = np.linalg.solve(matrix, weights @ alone[:, :, None])
        return np.asarray(alone + (passed @ index)[:, :, 0])


def _newton(system: _System) -> tuple[FloatArray, FloatArray, NDArray[np.int64], _State]:
    """Log prices, residuals, steps and the state there; each system stops on its own residual."""
    price = np.where(system.fixed, system.log_cost, 0.0)
    count = len(price)
    steps = np.zeros(count, dtype=np.int64)
    # What is known where the prices are is kept: the next step begins from it.
    state = system.at(price)
    residual = np.abs(state.excess).max(axis=1, initial=0.0)
    best = np.full(count, np.inf)
    for _ in range(_STEPS):
        # One step beyond the tolerance costs little and takes the last digits with it.
        active = np.flatnonzero((residual > 1e-15) & (residual < 0.5 * best))
        active = np.union1d(active, np.flatnonzero(residual > _TOLERANCE))
        active = active[np.isfinite(residual[active])]
        if not active.size:
            break
        everyone = active.size == count
        part = system if everyone else system.chosen(active)
        known = state if everyone else state.chosen(active)
        here, now = price[active], residual[active]
        step = part.slopes(known).step(known.excess)
        longest = np.abs(step).max(axis=1, keepdims=True)
        step = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
        size, found, reached = np.ones(len(active)), here.copy(), now.copy()
        waiting = np.arange(len(active))
        for _ in range(_HALVINGS):
            whole = waiting.size == active.size
            trial = here[waiting] + size[waiting, None] * step[waiting]
            tried = (part if whole else part.chosen(waiting)).at(trial)
            gap = np.abs(tried.excess).max(axis=1)
            better = gap < now[waiting]
            found[waiting[better]], reached[waiting[better]] = trial[better], gap[better]
            if everyone and whole and better.all():
                state = tried
            else:
                state.put(active[waiting[better]], tried, better)
            waiting = waiting[~better]
            size[waiting] *= 0.5
            # At the limit of arithmetic no step is better, and none is needed.
            waiting = waiting[now[waiting] > _TOLERANCE]
            if not waiting.size:
                break
        best[active] = now
        stuck = (reached >= now) & (now > _TOLERANCE)
        price[active], residual[active] = found, np.where(stuck, np.inf, reached)
        steps[active] += 1
    return price, residual, steps, state


def shares(values: FloatArray, axis: int) -> FloatArray:
    """Shares along an axis; zeros where nothing is traded."""
    total = values.sum(axis=axis, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros(values.shape), where=total > 0))
