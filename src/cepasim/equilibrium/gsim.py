r"""GSIM: any number of markets, one producer price per source (Francois and Hall 2003).

Sources :math:`i` sell to markets :math:`v` at landed prices :math:`\pi_{iv} = p_i T_{iv}`; demand
is one CES nest per market, own trade (a region's sales at home) is a variety like any other, and
one producer price per source clears the sum over its markets. Elasticities are magnitudes:
:math:`\sigma_v` substitution, :math:`\eta_v` demand for the composite,
:math:`\varepsilon_i` supply.

*As published* everything is linear in proportional changes,

.. math::
    \varepsilon_i \hat p_i = \sum_v \varphi_{iv}\Bigl[-\sigma_v(\hat p_i+\hat T_{iv})
    + (\sigma_v-\eta_v)\sum_j\theta_{jv}(\hat p_j+\hat T_{jv})\Bigr],

with :math:`\theta` shares of a market's expenditure at landed prices, :math:`\varphi` shares of a
source's sales and :math:`\hat T = T_1/T_0-1`: one linear system of the number of sources.

*Exactly* (hats, new over old),

.. math::
    P_v^{1-\sigma_v}=\sum_j\theta_{jv}\pi_{jv}^{1-\sigma_v}, \qquad
    F_i = \ln\sum_v\varphi_{iv}\,\pi_{iv}^{-\sigma_v}P_v^{\sigma_v-\eta_v}Y_v
          -\ln k_i-\varepsilon_i\ln(p_i/c_i) = 0,

solved by Newton's method on :math:`\ln p` with the analytic Jacobian. Where
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

from cepasim.equilibrium.ces import FloatArray, first_place, log_ces_index, one_minus

# Numerical settings: none has economic content.
_TOLERANCE = 1e-12  # largest residual in logs at which a system stops
_STEPS = 200
_HALVINGS = 40
_LONGEST_STEP = 2.0  # in logs of the price
_BLOCK = 512  # systems solved side by side


@dataclass(frozen=True, slots=True, eq=False)
class GsimSolution:
    """What :func:`solve_gsim` returns; changes are proportional (new over old, minus 1).

    Attributes
    ----------
    price : ndarray, (R,)
        Change of each source's world price.
    quantity : ndarray, (R, V)
        Change of the quantity sold; where nothing is sold, what would have been.
    composite : ndarray, (V,)
        Change of the price of each market's composite.
    producer_surplus : ndarray, (R,)
    consumer_surplus, revenue : ndarray, (V,)
        Changes, in the money of `trade`.
    welfare : ndarray, (V,)
        Consumer surplus plus revenue; with the producer surplus where exporters and importers
        are the same regions (R == V, taken to be in the same order), else without.
    converged : bool
    residual : float
        Largest market-clearing equation (logs for the exact solution).
    iterations : int
    """

    price: FloatArray
    quantity: FloatArray
    composite: FloatArray
    producer_surplus: FloatArray
    consumer_surplus: FloatArray
    revenue: FloatArray
    welfare: FloatArray
    converged: bool
    residual: float
    iterations: int


def solve_gsim(
    trade: ArrayLike,
    tariff_old: ArrayLike,
    tariff_new: ArrayLike,
    demand: ArrayLike,
    supply: ArrayLike,
    substitution: ArrayLike,
    linear: bool = True,
) -> GsimSolution:
    """Solve a GSIM model: world prices, trade, surpluses, revenue and welfare.

    Parameters
    ----------
    trade : array_like, (R, V)
        Benchmark trade at world prices, exporters in rows, importers in columns, >= 0; own trade
        on the diagonal where it is part of the model. Money.
    tariff_old, tariff_new : array_like, (R, V)
        Ad-valorem rates as fractions, > -1.
    demand : array_like, (V,)
        Price elasticity of the composite, magnitude, >= 0.
    supply : array_like, (R,)
        Export supply elasticity in [0, inf].
    substitution : array_like, (V,)
        Elasticity of substitution, > 0. Scalars broadcast.
    linear : bool, optional
        True is the system as published, with the published second-order surplus formulas, which
        use the exact change of landed prices and, through the sign function in them, count the
        second-order term as a loss where a price rises. False is the exact non-linear
        solution with exact surpluses.

    Returns
    -------
    GsimSolution
        ``welfare`` includes the producer surplus only where R == V.

    Raises
    ------
    ValueError
        For a value outside its range or shapes that do not fit; the message names the argument.
    """
    flow = np.asarray(trade, dtype=np.float64)
    if flow.ndim != 2:
        raise ValueError(
            f"trade: must have exporters in rows and importers in columns, not {flow.shape}"
        )
    rows, columns = flow.shape
    old = _shaped("tariff_old", tariff_old, (rows, columns))
    new = _shaped("tariff_new", tariff_new, (rows, columns))
    eta = _shaped("demand", demand, (columns,))
    eps = _shaped("supply", supply, (rows,))
    sigma = _shaped("substitution", substitution, (columns,))
    for name, array, good in (
        ("trade", flow, (flow >= 0) & np.isfinite(flow)),
        ("tariff_old", old, (old > -1) & np.isfinite(old)),
        ("tariff_new", new, (new > -1) & np.isfinite(new)),
        ("demand", eta, (eta >= 0) & np.isfinite(eta)),
        ("supply", eps, eps >= 0),
        ("substitution", sigma, (sigma > 0) & np.isfinite(sigma)),
    ):
        if not good.all():
            where, place = first_place(~good)
            raise ValueError(f"{name}{place} = {array[where]!r}: out of range")

    hat = (1.0 + new) / (1.0 + old)
    spending = (flow * (1.0 + old)).sum(axis=0)
    sales = flow.sum(axis=1)
    if linear:
        price, quantity, residual = _linear(flow, 1.0 + old, hat - 1.0, eta, eps, sigma)
        theta = _shares(flow * (1.0 + old), 0)
        landed = (1.0 + price[:, None]) * hat - 1.0
        composite = (theta * landed).sum(axis=0)
        finite = np.where(np.isinf(eps), 0.0, eps)
        producers = sales * price * (1.0 + 0.5 * finite * price)
        consumers = spending * (-0.5 * eta * composite**2 * np.sign(composite) - composite)
        value = flow * (1.0 + price[:, None]) * (1.0 + quantity)
        converged, iterations = True, 1
    else:
        exact = clear_markets(flow, flow * (1.0 + old), hat, eta, eps, sigma)
        price, quantity = np.expm1(exact.log_price), np.expm1(exact.log_quantity)
        composite = np.expm1(exact.log_composite)
        producers = _producers(sales, exact.log_price, eps)
        gap = one_minus(eta)
        consumers = -spending * np.expm1(gap * exact.log_composite) / gap
        value = flow * np.exp(exact.log_price[:, None] + exact.log_quantity)
        converged, residual = bool(exact.converged), float(exact.residual)
        iterations = int(exact.iterations)
    revenue = (new * value - old * flow).sum(axis=0)
    welfare = consumers + revenue + (producers if rows == columns else 0.0)
    return GsimSolution(
        price=price,
        quantity=quantity,
        composite=composite,
        producer_surplus=producers,
        consumer_surplus=consumers,
        revenue=revenue,
        welfare=welfare,
        converged=converged,
        residual=residual,
        iterations=iterations,
    )


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
        theta=_shares(cells(weight), 1),
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
        part = system.chosen(block)
        price[block], residual[block], steps[block] = _newton(part)
        state = part.at(price[block])
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


def clear_markets_linear(
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
    """Published linear system in the place of :func:`clear_markets`, to see what that leaves out.

    Parameters and shapes as there. Everything is linear in proportional changes; a quantity that
    the line takes below nothing is nothing.

    Returns
    -------
    Clearing
        Logs of one plus the proportional changes.
    """
    value = np.asarray(sales, dtype=np.float64)
    full = value.shape
    lead, rows, columns = full[:-2], full[-2], full[-1]
    weight, hats = np.broadcast_to(landed, full), np.broadcast_to(trade_cost, full)
    by_source = [
        np.broadcast_to(np.asarray(array, dtype=np.float64), (*lead, rows))
        for array in (supply, capacity, cost, outside, outside_elasticity)
    ]
    by_market = [
        np.broadcast_to(np.asarray(array, dtype=np.float64), (*lead, columns))
        for array in (eta, sigma, demand)
    ]
    price, quantity = np.empty((*lead, rows)), np.empty(full)
    composite, residual = np.empty((*lead, columns)), np.empty(lead)
    for at in np.ndindex(lead):
        eps, able, unit_cost, away, away_elasticity = (array[at] for array in by_source)
        demand_elasticity, substitution, shift = (array[at] for array in by_market)
        wedge = np.divide(weight[at], value[at], out=np.ones(full[-2:]), where=value[at] > 0)
        price[at], quantity[at], residual[at] = _linear(
            value[at],
            wedge,
            hats[at] - 1.0,
            demand_elasticity,
            eps,
            substitution,
            shift - 1.0,
            able - 1.0,
            unit_cost - 1.0,
            away,
            away_elasticity,
        )
        change = (1.0 + price[at][:, None]) * hats[at] - 1.0
        composite[at] = (_shares(weight[at], 0) * change).sum(axis=0)
    with np.errstate(divide="ignore"):
        return Clearing(
            log_price=np.log1p(price),
            log_quantity=np.log(np.maximum(1.0 + quantity, 0.0)),
            log_composite=np.log1p(composite),
            converged=np.ones(lead, dtype=np.bool_),
            residual=residual,
            iterations=np.ones(lead, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    excess: FloatArray
    log_quantity: FloatArray
    log_composite: FloatArray
    landed_share: FloatArray
    sales_share: FloatArray
    outside_share: FloatArray


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
            index = log_ces_index(landed, self.theta, self.sigma, axis=1)
            empty = self.theta.sum(axis=1) <= 0
            index = np.where(empty, 0.0, index)
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

    def jacobian(self, state: _State) -> FloatArray:
        """Derivative of the excess demand by log prices, (B, R, R)."""
        sources = self.value.shape[1]
        mixed = (state.sales_share * (self.sigma - self.eta)[:, None, :]) @ np.swapaxes(
            state.landed_share, 1, 2
        )
        own = (
            (state.sales_share * self.sigma[:, None, :]).sum(axis=2)
            + state.outside_share * self.outside_elasticity
            + self.supply
        )
        held = self.fixed | (self.value.sum(axis=2) + self.outside <= 0)
        mixed = np.where(held[:, :, None], 0.0, mixed)
        own = np.where(held, 1.0, own)
        return np.asarray(mixed - own[:, :, None] * np.eye(sources))


def _newton(system: _System) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Log prices, residuals and steps; each system stops on its own residual."""
    price = np.where(system.fixed, system.log_cost, 0.0)
    count = len(price)
    steps = np.zeros(count, dtype=np.int64)
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
        part = system.chosen(active)
        here, now = price[active], residual[active]
        state = part.at(here)
        step = _solved(part.jacobian(state), -state.excess)
        longest = np.abs(step).max(axis=1, keepdims=True)
        step = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
        size, found, reached = np.ones(len(active)), here.copy(), now.copy()
        waiting = np.arange(len(active))
        for _ in range(_HALVINGS):
            trial = here[waiting] + size[waiting, None] * step[waiting]
            gap = np.abs(part.chosen(waiting).at(trial).excess).max(axis=1)
            better = gap < now[waiting]
            found[waiting[better]], reached[waiting[better]] = trial[better], gap[better]
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
    return price, residual, steps


def _solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solution of each system; a singular one (no elasticity at all) takes a harmless step."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        nudged = matrix - 1e-9 * np.eye(matrix.shape[-1])
        return np.asarray(np.linalg.solve(nudged, right[:, :, None])[:, :, 0])


def _linear(
    flow: FloatArray,
    wedge: FloatArray,
    change: FloatArray,
    eta: FloatArray,
    eps: FloatArray,
    sigma: FloatArray,
    demand: FloatArray | float = 0.0,
    capacity: FloatArray | float = 0.0,
    cost: FloatArray | float = 0.0,
    outside: FloatArray | float = 0.0,
    outside_elasticity: FloatArray | float = 0.0,
) -> tuple[FloatArray, FloatArray, float]:
    """Proportional changes of prices (R,) and quantities (R, V), and the largest residual.

    `demand` (V,), `capacity` and `cost` (R,) are proportional changes, too; `outside` (R,) are
    sales to others, with the elasticity of their demand.
    """
    theta = _shares(flow * wedge, 0)
    total = flow.sum(axis=1) + outside
    safe = np.where(total > 0, total, 1.0)
    phi, away = flow / safe[:, None], np.broadcast_to(outside / safe, total.shape)
    held = np.isinf(eps) | (total <= 0)
    finite = np.where(held, 0.0, eps)
    matrix = np.diag(finite + phi @ sigma + away * outside_elasticity)
    matrix = matrix - (phi * (sigma - eta)) @ theta.T
    pull = -sigma * change + (sigma - eta) * (theta * change).sum(axis=0) + demand
    right = (phi * pull).sum(axis=1) - capacity + finite * cost
    matrix[held] = np.eye(len(flow))[held]
    right[held] = np.broadcast_to(cost, right.shape)[held]
    price = np.linalg.solve(matrix, right)
    landed = price[:, None] + change
    quantity = -sigma * landed + (sigma - eta) * (theta * landed).sum(axis=0) + demand
    return price, quantity, float(np.abs(matrix @ price - right).max(initial=0.0))


def _producers(sales: FloatArray, log_price: FloatArray, eps: FloatArray) -> FloatArray:
    """Change of the area above the supply curve, 0 where supply is infinite."""
    finite = np.where(np.isinf(eps), 0.0, eps)
    change = sales * np.expm1((1.0 + finite) * log_price) / (1.0 + finite)
    return np.asarray(np.where(np.isinf(eps), 0.0, change))


def _shares(values: FloatArray, axis: int) -> FloatArray:
    """Shares along an axis; zeros where nothing is traded."""
    total = values.sum(axis=axis, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros(values.shape), where=total > 0))


def _shaped(name: str, value: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    try:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)
    except ValueError:
        raise ValueError(f"{name}: shape {np.shape(value)} does not fit {shape}") from None
