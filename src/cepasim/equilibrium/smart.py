r"""SMART: trade creation and diversion after Laird and Yeats (1986), as in WITS.

One importer, one product, many sources whose goods are imperfect substitutes. With
:math:`r_s = (1+t_{1,s})/(1+t_{0,s})`, import demand elasticity :math:`e`, substitution elasticity
:math:`S` (magnitudes throughout) and export supply elasticity :math:`\varepsilon_s`,

.. math::
    \text{creation}_s = -\,M_s\,e\,\frac{\varepsilon_s}{\varepsilon_s+e}\,(r_s-1), \qquad
    \text{diversion}_s = M\,\frac{M_s r_s^{-S}}{\sum_j M_j r_j^{-S}} - M_s .

For a cut to one beneficiary the second is the published
:math:`M_b M_n (r^{-S}-1)/(M_n + M_b r^{-S})`; written as a new split of the same total it also
holds where several sources' tariffs move at once (a schedule with several agreements), sums to
zero and cannot take more from a source than it sells. World prices stay at one unless supply is
finite; then the exporter's price moves by :math:`-(r_s-1)\,e/(\varepsilon_s+e)`, the *price
effect*.

References
----------
Laird and Yeats (1986), "The UNCTAD Trade Policy Simulation Model", UNCTAD Discussion Paper 19.
Jammes and Olarreaga (2005), "Explaining SMART and GSIM", World Bank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cepasim.equilibrium.ces import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SmartEffects:
    """What :func:`smart_effects` returns; the money of `imports`, by source on the last axis.

    Attributes
    ----------
    creation : ndarray, (..., S)
        More imports because the composite import is cheaper.
    diversion : ndarray, (..., S)
        Taken from other sources; sums to zero over sources.
    price_effect : ndarray, (..., S)
        Rise of the exporter's price on the imports it had; 0 where supply is infinite.
    total : ndarray, (..., S)
        Trade effect, creation plus diversion, not below the loss of all imports.
    capped : ndarray of bool, (..., S)
        Where that limit binds: a rise of the tariff beyond what the linear formula can bear.
    revenue : ndarray, (...,)
        Change of the tariff revenue, on imports at world prices.
    welfare : ndarray, (...,)
        Increase of imports by creation times the mean of the tariff before and after: the triangle
        and the rectangle of Laird and Yeats; no gain is counted on diverted trade.
    """

    creation: FloatArray
    diversion: FloatArray
    price_effect: FloatArray
    total: FloatArray
    capped: np.ndarray
    revenue: FloatArray
    welfare: FloatArray


def smart_effects(
    imports: ArrayLike,
    tariff_old: ArrayLike,
    tariff_new: ArrayLike,
    demand: ArrayLike,
    substitution: ArrayLike,
    supply: ArrayLike = np.inf,
) -> SmartEffects:
    """Find what a change of tariffs does to the imports of one product from every source.

    Parameters
    ----------
    imports : array_like, (..., S)
        Imports by source at world prices (customs value), >= 0; money.
    tariff_old, tariff_new : array_like, (..., S)
        Ad-valorem rates, fractions, > -1.
    demand : array_like, (...,)
        Import demand elasticity, magnitude, >= 0.
    substitution : array_like, (...,)
        Elasticity of substitution between sources, magnitude, >= 0.
    supply : array_like, (..., S)
        Export supply elasticity in (0, inf]; infinite by default, as SMART reads its default 99.

    Returns
    -------
    SmartEffects
        Money of `imports`.

    Raises
    ------
    ValueError
        For a value outside its range; the message names the argument.
    """
    flow = _array("imports", imports, 0.0)
    old, new = (
        _array("tariff_old", tariff_old, -1.0, True),
        _array("tariff_new", tariff_new, -1, True),
    )
    ratio = (1.0 + new) / (1.0 + old)
    effects = trade_effects(flow, ratio, demand, substitution, supply)
    after = flow + effects.total
    revenue = (new * after - old * flow).sum(axis=-1)
    welfare = (0.5 * (old + new) * effects.creation).sum(axis=-1)
    return SmartEffects(
        effects.creation,
        effects.diversion,
        effects.price_effect,
        effects.total,
        effects.capped,
        np.asarray(revenue),
        np.asarray(welfare),
    )


@dataclass(frozen=True, slots=True, eq=False)
class TradeEffects:
    """Trade effects alone; attributes as in :class:`SmartEffects`."""

    creation: FloatArray
    diversion: FloatArray
    price_effect: FloatArray
    total: FloatArray
    capped: np.ndarray


def trade_effects(
    imports: ArrayLike,
    ratio: ArrayLike,
    demand: ArrayLike,
    substitution: ArrayLike,
    supply: ArrayLike = np.inf,
) -> TradeEffects:
    """Creation, diversion and price effect of a change of the landed wedge.

    Parameters
    ----------
    imports : array_like, (..., S)
        Imports by source at world prices, >= 0; money.
    ratio : array_like, (..., S)
        New over old landed wedge, ``(1 + t1) / (1 + t0)``, > 0.
    demand, substitution, supply : array_like
        As in :func:`smart_effects`.

    Returns
    -------
    TradeEffects
    """
    flow = _array("imports", imports, 0.0)
    r = _array("ratio", ratio, 0.0, True)
    e = _array("demand", demand, 0.0)[..., None]
    s = _array("substitution", substitution, 0.0)[..., None]
    eps = np.asarray(supply, dtype=np.float64)
    if not (eps > 0).all():
        raise ValueError("supply: must be > 0")
    flow, r, e, s, eps = np.broadcast_arrays(flow, r, e, s, eps)
    # e / (eps + e) and eps / (eps + e) without inf / inf.
    price_share = np.where(np.isinf(eps), 0.0, e / np.where(np.isinf(eps), 1.0, eps + e))
    creation = -flow * e * (1.0 - price_share) * (r - 1.0)
    # Relative to the largest exponent, so that no power overflows.
    exponent = -s * np.log(r)
    exponent = exponent - exponent.max(axis=-1, keepdims=True)
    split = flow * np.exp(exponent)
    total, weight = flow.sum(axis=-1, keepdims=True), split.sum(axis=-1, keepdims=True)
    share = np.divide(split, weight, out=np.zeros(split.shape), where=weight > 0)
    diversion = np.where(flow > 0, total * share - flow, 0.0)
    effect = creation + diversion
    return TradeEffects(
        creation=creation,
        diversion=diversion,
        price_effect=-flow * price_share * (r - 1.0),
        total=np.maximum(effect, -flow),
        capped=effect < -flow,
    )


def import_demand_elasticity(
    domestic_share: ArrayLike, sigma_domestic: ArrayLike, eta: ArrayLike
) -> FloatArray:
    """Import demand elasticity that SMART needs to agree with nested Armington to first order.

    ``e = theta_D sigma_D + theta_M eta`` with ``theta_M = 1 - theta_D``, all supply infinite;
    the substitution elasticity that belongs to it is ``sigma_M - e``
    (:func:`substitution_elasticity`).

    Parameters
    ----------
    domestic_share, sigma_domestic, eta : array_like
        Share of the domestic variety in the composite, elasticity of imports against it, price
        elasticity of the composite (magnitude).

    Returns
    -------
    ndarray
        Magnitude.
    """
    own = np.asarray(domestic_share, dtype=np.float64)
    return np.asarray(own * np.asarray(sigma_domestic) + (1.0 - own) * np.asarray(eta))


def substitution_elasticity(sigma_import: ArrayLike, demand: ArrayLike) -> FloatArray:
    """Substitution elasticity ``sigma_M - e`` of SMART, at least 0.

    In SMART the whole response of a source to its own price is ``e + S``; Armington's
    ``sigma_M`` contains both. Where ``sigma_M < e`` sources are complements in SMART's terms and
    the formula of diversion has no meaning: 0 is the nearest it can express.
    """
    gap = np.asarray(sigma_import, dtype=np.float64) - np.asarray(demand, dtype=np.float64)
    return np.asarray(np.maximum(gap, 0.0))


def _array(name: str, value: ArrayLike, lowest: float, strict: bool = False) -> FloatArray:
    array = np.asarray(value, dtype=np.float64)
    good = (array > lowest) if strict else (array >= lowest)
    if not (good & np.isfinite(array)).all():
        raise ValueError(f"{name}: must be finite and {'>' if strict else '>='} {lowest:g}")
    return array
