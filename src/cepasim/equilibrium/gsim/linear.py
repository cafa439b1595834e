r"""GSIM as published: everything is linear in proportional changes.

.. math::
    \varepsilon_i \hat p_i = \sum_v \varphi_{iv}\Bigl[-\sigma_v(\hat p_i+\hat T_{iv})
    + (\sigma_v-\eta_v)\sum_j\theta_{jv}(\hat p_j+\hat T_{jv})\Bigr]

with :math:`\hat T = T_1/T_0-1` and the rest as in :mod:`cepasim.equilibrium.gsim.clearing`: one
linear system of the number of sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray
from cepasim.equilibrium.gsim.clearing import Clearing, shares


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
    """Published linear system in the place of the exact equilibrium, to see what that leaves out.

    Parameters and shapes as in `clear_markets`. Everything is linear in proportional changes; a
    quantity that the line takes below nothing is nothing.

    Returns
    -------
    Clearing
        Logs of one plus the proportional changes.
    """
    value = np.asarray(sales, dtype=np.float64)
    full = value.shape
    lead, rows, columns = full[:-2], full[-2], full[-1]
    weight, hats = np.broadcast_to(landed, full), np.broadcast_to(trade_cost, full)

    def spread(array: ArrayLike, size: int) -> FloatArray:
        return np.broadcast_to(np.asarray(array, dtype=np.float64), (*lead, size))

    by_source = {
        "supply": spread(supply, rows),
        "capacity": spread(capacity, rows) - 1.0,
        "cost": spread(cost, rows) - 1.0,
        "outside": spread(outside, rows),
        "outside_elasticity": spread(outside_elasticity, rows),
    }
    by_market = {
        "eta": spread(eta, columns),
        "sigma": spread(sigma, columns),
        "demand": spread(demand, columns) - 1.0,
    }
    price, quantity = np.empty((*lead, rows)), np.empty(full)
    composite, residual = np.empty((*lead, columns)), np.empty(lead)
    for at in np.ndindex(lead):
        wedge = np.divide(weight[at], value[at], out=np.ones(full[-2:]), where=value[at] > 0)
        price[at], quantity[at], residual[at] = LinearSystem(
            flow=value[at],
            wedge=wedge,
            change=hats[at] - 1.0,
            **{name: array[at] for name, array in (by_source | by_market).items()},
        ).solved()
        change = (1.0 + price[at][:, None]) * hats[at] - 1.0
        composite[at] = (shares(weight[at], 0) * change).sum(axis=0)
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
class LinearSystem:
    """One system of R sources and V markets; changes are proportional.

    Attributes
    ----------
    flow, wedge, change : ndarray, (R, V)
        Benchmark trade, its benchmark landed over producer price, and the change of the latter.
    eta, sigma, demand : ndarray, (V,)
        Elasticities, and the change of demand.
    supply, capacity, cost : ndarray, (R,)
        Elasticity, and changes.
    outside, outside_elasticity : ndarray, (R,)
        Sales to others, with the elasticity of their demand.
    """

    flow: FloatArray
    wedge: FloatArray
    change: FloatArray
    eta: FloatArray
    supply: FloatArray
    sigma: FloatArray
    demand: FloatArray | float = 0.0
    capacity: FloatArray | float = 0.0
    cost: FloatArray | float = 0.0
    outside: FloatArray | float = 0.0
    outside_elasticity: FloatArray | float = 0.0

    def solved(self) -> tuple[FloatArray, FloatArray, float]:
        """Changes of prices (R,) and quantities (R, V), and the largest residual."""
        flow, sigma = self.flow, self.sigma
        theta = shares(flow * self.wedge, 0)
        total = flow.sum(axis=1) + self.outside
        safe = np.where(total > 0, total, 1.0)
        phi, away = flow / safe[:, None], np.broadcast_to(self.outside / safe, total.shape)
        held = np.isinf(self.supply) | (total <= 0)
        finite = np.where(held, 0.0, self.supply)
        matrix = np.diag(finite + phi @ sigma + away * self.outside_elasticity)
        matrix = matrix - (phi * (sigma - self.eta)) @ theta.T
        pull = -sigma * self.change + (sigma - self.eta) * (theta * self.change).sum(axis=0)
        pull = pull + self.demand
        right = (phi * pull).sum(axis=1) - self.capacity + finite * self.cost
        matrix[held] = np.eye(len(flow))[held]
        right[held] = np.broadcast_to(self.cost, right.shape)[held]
        price = np.linalg.solve(matrix, right)
        landed = price[:, None] + self.change
        quantity = -sigma * landed + (sigma - self.eta) * (theta * landed).sum(axis=0)
        quantity = quantity + self.demand
        return price, quantity, float(np.abs(matrix @ price - right).max(initial=0.0))
