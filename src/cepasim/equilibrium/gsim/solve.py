"""`solve_gsim`: prices, trade, surpluses, revenue and welfare of a GSIM model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray, first_place, one_minus
from cepasim.equilibrium.gsim.clearing import clear_markets, shares
from cepasim.equilibrium.gsim.linear import LinearSystem


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
        price, quantity, residual = LinearSystem(
            flow, 1.0 + old, hat - 1.0, eta, eps, sigma
        ).solved()
        theta = shares(flow * (1.0 + old), 0)
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


def _producers(sales: FloatArray, log_price: FloatArray, eps: FloatArray) -> FloatArray:
    """Change of the area above the supply curve, 0 where supply is infinite."""
    finite = np.where(np.isinf(eps), 0.0, eps)
    change = sales * np.expm1((1.0 + finite) * log_price) / (1.0 + finite)
    return np.asarray(np.where(np.isinf(eps), 0.0, change))


def _shaped(name: str, value: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    try:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)
    except ValueError:
        raise ValueError(f"{name}: shape {np.shape(value)} does not fit {shape}") from None
