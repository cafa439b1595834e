r"""Accounting around a solved market: who loses, surpluses, and where the wedge goes.

Pure functions on arrays, after ``docs/method.md``, "What is reported". Values
are in whatever unit the caller uses (US$ million in this project) and come back in the same; hats
are new over old. Every argument broadcasts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray, one_minus

_CONSISTENT = 1e-9  # relative gap allowed between V0 T0 and the source's own landed expenditure


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """Where the change in one source's export value comes from; the unit of the values given.

    Attributes
    ----------
    market_expansion : ndarray, (...,)
        What the source gains because all buyers together spend more.
    by_source : ndarray, (..., S)
        What it takes from each other source (positive: that source loses); 0 at its own place.
    domestic : ndarray, (...,)
        What it takes from domestic producers.
    wedge : ndarray, (...,)
        Wedge saved: the same landed spending leaves more for the exporter.
    total : ndarray, (...,)
        Change in the export value; the parts add up to it.
    """

    market_expansion: FloatArray
    by_source: FloatArray
    domestic: FloatArray
    wedge: FloatArray
    total: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class WedgeAccounts:
    """Who receives the difference between landed and producer value; same unit as the value.

    Attributes
    ----------
    landed_before_duty : ndarray
        Value with freight and insurance, (1 + f) p x.
    """

    landed_before_duty: FloatArray
    _value: FloatArray
    _freight: FloatArray
    _effective: FloatArray
    _duty: FloatArray
    _barrier: FloatArray
    _rent_share: FloatArray

    @property
    def freight(self) -> FloatArray:
        """Freight and insurance, f p x."""
        return np.asarray(self._value * self._freight)

    @property
    def duty(self) -> FloatArray:
        """Received by the importer's treasury, t_duty (1 + f) p x."""
        return np.asarray(self._duty * self.landed_before_duty)

    @property
    def origin_cost(self) -> FloatArray:
        """Cost of proving origin and of preference forgone beyond the duty, a resource cost.

        (t_eff − t_duty)(1 + f) p x.
        """
        return np.asarray((self._effective - self._duty) * self.landed_before_duty)

    @property
    def barriers(self) -> FloatArray:
        """Cost of the barriers, ν (1 + f)(1 + t_eff) p x."""
        return np.asarray(self._barrier * self.landed_before_duty * (1.0 + self._effective))

    @property
    def barrier_rent(self) -> FloatArray:
        """Part of the barriers' cost that is a rent to a named owner."""
        return np.asarray(self._rent_share * self.barriers)

    @property
    def barrier_cost(self) -> FloatArray:
        """The rest of the barriers' cost; a resource cost."""
        return np.asarray((1.0 - self._rent_share) * self.barriers)


def displacement(
    landed_old: ArrayLike,
    landed_new: ArrayLike,
    domestic_old: ArrayLike,
    domestic_new: ArrayLike,
    own: ArrayLike,
    value_old: ArrayLike,
    wedge_old: ArrayLike,
    wedge_new: ArrayLike,
) -> Displacement:
    """Split the change in one source's export value by who loses it.

    ``dV = [dE − sum over others dL_j − dL_D] / T1 + V0 (T0 / T1 − 1)`` with E all landed
    expenditure, L that on a source, L_D that on the domestic variety (docs/method.md, "Who loses").

    Parameters
    ----------
    landed_old, landed_new : array_like, (..., S)
        Expenditure on each source at landed prices, before and after; money.
    domestic_old, domestic_new : array_like, (...,)
        Expenditure on the domestic variety; money.
    own : array_like of int, (...,)
        Place of the source in question on the last axis.
    value_old : array_like, (...,)
        Its benchmark export value V0 at producer prices; money.
    wedge_old, wedge_new : array_like, (...,)
        Level of its wedge T, landed over producer price, > 0; no unit.

    Returns
    -------
    Displacement
        Parts and total in the money of the arguments.

    Raises
    ------
    ValueError
        Where ``value_old * wedge_old`` is not the source's own landed expenditure, a wedge is
        not above 0, or `own` is no place of a source; the message names the first bad index.
    """
    old, new = np.broadcast_arrays(
        np.asarray(landed_old, dtype=np.float64), np.asarray(landed_new, dtype=np.float64)
    )
    sources = old.shape[-1]
    place = np.asarray(own)
    if place.dtype.kind not in "iu" or ((place < 0) | (place >= sources)).any():
        raise ValueError(f"own: must be integers from 0 to {sources - 1}")
    level_old = np.asarray(wedge_old, dtype=np.float64)
    level_new = np.asarray(wedge_new, dtype=np.float64)
    _require(level_old > 0.0, "wedge_old", level_old, "must be > 0")
    _require(level_new > 0.0, "wedge_new", level_new, "must be > 0")
    value = np.asarray(value_old, dtype=np.float64)
    change_domestic = np.asarray(domestic_new, dtype=np.float64) - np.asarray(
        domestic_old, dtype=np.float64
    )
    lead = np.broadcast_shapes(
        old.shape[:-1],
        place.shape,
        level_old.shape,
        level_new.shape,
        value.shape,
        change_domestic.shape,
    )
    mine = np.broadcast_to(place, lead)[..., None] == np.arange(sources)
    own_old = np.where(mine, old, 0.0).sum(axis=-1)
    own_new = np.where(mine, new, 0.0).sum(axis=-1)
    expected = np.broadcast_to(value * level_old, lead)
    _require(
        np.abs(expected - own_old) <= _CONSISTENT * np.maximum(np.abs(own_old), np.abs(expected)),
        "value_old",
        np.broadcast_to(value, lead),
        "times wedge_old must be the source's own landed_old",
    )

    change = new - old
    lost_by_others = np.where(mine, 0.0, -change)
    expansion = (change.sum(axis=-1) + change_domestic) / level_new
    return Displacement(
        market_expansion=expansion,
        by_source=lost_by_others / level_new[..., None],
        domestic=np.broadcast_to(-change_domestic / level_new, lead),
        wedge=np.broadcast_to(value * (level_old / level_new - 1.0), lead),
        total=own_new / level_new - value,
    )


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

    Hats of both states are against the same benchmark; money of `value_old`.
    """
    return producer_surplus(value_old, price, quantity, supply) - producer_surplus(
        value_old, price_reference, quantity_reference, supply
    )


def wedge_accounts(
    value: ArrayLike,
    freight: ArrayLike,
    tariff_effective: ArrayLike,
    tariff_duty: ArrayLike,
    barrier: ArrayLike,
    rent_share: ArrayLike = 0.0,
) -> WedgeAccounts:
    """Split landed minus producer value by who receives or bears it.

    The parts add up to ``(T − 1) p x`` with ``T = (1 + f)(1 + t_eff)(1 + nu)``.

    Parameters
    ----------
    value : array_like
        Export value p x in the state asked about (V0 times the value hat); money.
    freight : array_like
        f, freight and insurance as a fraction of the producer price.
    tariff_effective, tariff_duty : array_like
        What the tariff costs the shipper on average and what the treasury collects, fractions
        of the c.i.f. value (docs/method.md, "Tariffs").
    barrier : array_like
        nu, ad-valorem equivalent of barriers, fraction of the duty-paid value.
    rent_share : array_like
        Share of the barriers' cost that is a rent, 0 to 1.

    Returns
    -------
    WedgeAccounts
        Money of `value`.
    """
    worth, f, t_eff, t_duty, nu, share = (
        np.asarray(given, dtype=np.float64)
        for given in (value, freight, tariff_effective, tariff_duty, barrier, rent_share)
    )
    return WedgeAccounts(worth * (1.0 + f), worth, f, t_eff, t_duty, nu, share)


def _require(good: np.ndarray, name: str, array: FloatArray, words: str) -> None:
    """Raise for the first place where `good` does not hold."""
    if np.all(good):
        return
    where = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0]) if np.ndim(good) else ()
    place = f"[{', '.join(map(str, where))}]" if where else ""
    raise ValueError(f"{name}{place} = {float(array[where])!r}: {words}")


# --- where a gain comes from: terms of trade, volume, rents -----------------------------------


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


def quota_rent(
    value: ArrayLike, landed_before: ArrayLike, premium: ArrayLike, to_importer: ArrayLike = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Rent that the scarcity of a quota leaves, by owner.

    Parameters
    ----------
    value : array_like
        Value at producer prices of what enters within the quota; money.
    landed_before : array_like
        Wedge it bears before the premium, ``(1 + f)(1 + t_eff)(1 + nu)``.
    premium : array_like
        What buyers pay above that, a fraction of the landed price; >= 0.
    to_importer : array_like
        Share of the rent that the importing country owns, 0 to 1.

    Returns
    -------
    importer, exporter : ndarray
        Money of `value`.
    """
    rent = np.asarray(value, dtype=np.float64) * np.asarray(landed_before) * np.asarray(premium)
    share = np.asarray(to_importer, dtype=np.float64)
    return np.asarray(rent * share), np.asarray(rent * (1.0 - share))


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
