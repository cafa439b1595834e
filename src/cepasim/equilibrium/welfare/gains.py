"""Where a gain comes from: terms of trade, resources, volume; a rent's rate and its base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TradeGains:
    """What an importing country gains on one flow, by cause; money of the value given.

    Attributes
    ----------
    terms_of_trade : ndarray
        Paid less (or more) to the producers abroad on what is bought.
    resources : ndarray
        Freight, cost of barriers and rents of others saved on what is bought.
    volume : ndarray
        More (or less) of a good worth more at home than it costs the country: the retained
        wedge (duty, own rents) on the change in quantity.
    total : ndarray
        Their sum.
    """

    terms_of_trade: FloatArray
    resources: FloatArray
    volume: FloatArray
    total: FloatArray


def trade_gains(
    value_old: ArrayLike,
    price: ArrayLike,
    quantity: ArrayLike,
    wedge_old: ArrayLike,
    wedge_new: ArrayLike,
    retained_old: ArrayLike,
    retained_new: ArrayLike,
) -> TradeGains:
    """Split the importer's gain on each flow into terms of trade, resources and volume.

    With pi = T p the landed price and rho p the part of the wedge that stays in the country, the
    sum over flows (and the home market) of ``-∫ x dpi + d(rho p x)`` is consumer surplus plus what
    the treasury and own rent holders receive, and each term is

        -∫ x dp  −  ∫ x d((T − rho − 1) p)  +  ∫ rho p dx.

    The integrals are taken in closed form along the path on which p and x move in proportion
    (a source of constant supply elasticity stays on its supply curve) while T and rho move
    linearly.

    Parameters
    ----------
    value_old : array_like
        Benchmark value at producer prices V0; money.
    price, quantity : array_like
        Hats of the producer price and of the quantity, > 0.
    wedge_old, wedge_new : array_like
        Levels of the wedge T, landed over producer price.
    retained_old, retained_new : array_like
        Levels of rho, the part of the producer price that the country keeps out of the wedge:
        duty and own rents, as in :func:`wedge_accounts`, over the value.

    Returns
    -------
    TradeGains
        Parts and sum, money of `value_old`.
    """
    value = np.asarray(value_old, dtype=np.float64)
    log_price = np.log(np.asarray(price, dtype=np.float64))
    log_quantity = np.log(np.asarray(quantity, dtype=np.float64))
    retained = np.asarray(retained_old, dtype=np.float64)
    kept = np.asarray(retained_new, dtype=np.float64) - retained
    lost = np.asarray(wedge_old, dtype=np.float64) - retained - 1.0
    wasted = np.asarray(wedge_new, dtype=np.float64) - 1.0 - retained - kept - lost
    flat, ramp = _path_integrals(log_price + log_quantity)
    terms = -value * log_price * flat
    # d((T - rho - 1) p) = p d(T - rho - 1) + (T - rho - 1) dp
    resources = -value * (wasted * flat + log_price * (lost * flat + wasted * ramp))
    volume = value * log_quantity * (retained * flat + kept * ramp)
    return TradeGains(terms, resources, volume, np.asarray(terms + resources + volume))


@dataclass(frozen=True, slots=True, eq=False)
class RentChange:
    """Change of a rent; money of the value given.

    Attributes
    ----------
    rate : ndarray
        More (or less) rent on each dollar sold.
    volume : ndarray
        The rent on what is sold more (or less).
    total : ndarray
    """

    rate: FloatArray
    volume: FloatArray
    total: FloatArray


def rent_change(
    value_old: ArrayLike, value_hat: ArrayLike, rate_old: ArrayLike, rate_new: ArrayLike
) -> RentChange:
    """Change of a rent ``rate x value``, split by why: the rate or the value it is earned on.

    The same for the rent of a barrier (``rent_share nu (1 + f)(1 + t_eff)`` of the value at
    producer prices, :func:`wedge_accounts`) and of a quota (its premium in the place of nu). The
    split integrates along the path on which the value moves in proportion and the rate linearly.

    Parameters
    ----------
    value_old, value_hat : array_like
        Benchmark value at producer prices, money, and its hat, > 0.
    rate_old, rate_new : array_like
        Rent per dollar of that value.

    Returns
    -------
    RentChange
        The parts add up to ``rate_new value_new − rate_old value_old``.
    """
    value = np.asarray(value_old, dtype=np.float64)
    growth = np.log(np.asarray(value_hat, dtype=np.float64))
    start = np.asarray(rate_old, dtype=np.float64)
    step = np.asarray(rate_new, dtype=np.float64) - start
    flat, ramp = _path_integrals(growth)
    rate = np.asarray(value * step * flat)
    volume = np.asarray(value * growth * (start * flat + step * ramp))
    return RentChange(rate, volume, rate + volume)


def _path_integrals(growth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Integrals of ``z**s`` and ``s z**s`` over s from 0 to 1, z = exp(growth).

    ``(z − 1)/ln z`` and ``(z ln z − z + 1)/(ln z)**2``; series next to z = 1, where both lose
    their digits.
    """
    near = np.abs(growth) < 1e-3
    g = np.where(near, 1.0, growth)
    flat = np.where(near, 1 + growth / 2 + growth**2 / 6 + growth**3 / 24, np.expm1(g) / g)
    ramp = np.where(
        near,
        0.5 + growth / 3 + growth**2 / 8 + growth**3 / 30,
        (g * np.exp(g) - np.expm1(g)) / g**2,
    )
    return flat, ramp
