"""Surplus of consumers and of producers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray, one_minus


def consumer_surplus_change(
    expenditure: ArrayLike,
    index_reference: ArrayLike,
    index: ArrayLike,
    eta: ArrayLike,
    demand: ArrayLike = 1.0,
) -> FloatArray:
    """Change in consumer surplus against the reference.

    ``E0 Y (P_ref**(1 − eta) − P**(1 − eta)) / (1 − eta)``, the area under demand ∝ P**(−eta);
    ``E0 Y ln(P_ref / P)`` at eta = 1, and no digit lost next to it.

    Parameters
    ----------
    expenditure : array_like
        Benchmark expenditure on the composite E0; money.
    index_reference, index : array_like
        Composite price index in the reference and in the scenario, hats against the benchmark.
    eta : array_like
        Absolute price elasticity of demand for the composite, ≥ 0.
    demand : array_like
        Demand shifter Y, the same in both; a hat.

    Returns
    -------
    ndarray
        Money of `expenditure`; positive where the price falls. Nothing is claimed across a
        change of taste: compare indices of equal taste.
    """
    reference = np.log(np.asarray(index_reference, dtype=np.float64))
    rise = np.log(np.asarray(index, dtype=np.float64)) - reference
    gap = one_minus(eta)
    level = np.asarray(expenditure, dtype=np.float64) * np.asarray(demand, dtype=np.float64)
    return np.asarray(-level * np.exp(gap * reference) * np.expm1(gap * rise) / gap)


def producer_surplus(
    value_old: ArrayLike, price: ArrayLike, quantity: ArrayLike, supply: ArrayLike
) -> FloatArray:
    """Producer surplus ``V0 p x / (1 + epsilon)``, 0 at infinite supply.

    Parameters
    ----------
    value_old : array_like
        Benchmark value at producer prices V0; money.
    price, quantity : array_like
        Hats of the producer price and the quantity.
    supply : array_like
        Supply elasticity in (0, inf].

    Returns
    -------
    ndarray
        Money of `value_old`.
    """
    revenue = np.asarray(value_old, dtype=np.float64) * np.asarray(price, dtype=np.float64)
    revenue = revenue * np.asarray(quantity, dtype=np.float64)
    return np.asarray(revenue / (1.0 + np.asarray(supply, dtype=np.float64)))


def producer_surplus_change(
    value_old: ArrayLike,
    price_reference: ArrayLike,
    quantity_reference: ArrayLike,
    price: ArrayLike,
    quantity: ArrayLike,
    supply: ArrayLike,
) -> FloatArray:
    """Producer surplus in the scenario minus that in the reference; as :func:`producer_surplus`.

    Parameters
    ----------
    value_old : array_like
        Benchmark value at producer prices V0; money.
    price_reference, quantity_reference : array_like
        Hats of producer price and quantity in the reference.
    price, quantity : array_like
        The same in the scenario, against the same benchmark.
    supply : array_like
        Supply elasticity in (0, inf].

    Returns
    -------
    ndarray
        Money of `value_old`.
    """
    return producer_surplus(value_old, price, quantity, supply) - producer_surplus(
        value_old, price_reference, quantity_reference, supply
    )
