r"""A tariff-rate quota on one source of a market, as a complementarity problem.

Up to the quota :math:`q` the source pays its in-quota wedge :math:`T_{in}`, beyond it the
over-quota wedge :math:`T_{over} \ge T_{in}`. With :math:`x` its quantity and
:math:`T = T_{in}(1+\lambda)` the wedge at the margin, exactly one of three regimes holds:

* *in quota*: :math:`x \le q` and :math:`\lambda = 0`;
* *on quota*: :math:`x = q` and :math:`0 \le \lambda \le \bar\lambda`, a premium that rations the
  licences;
* *over quota*: :math:`x \ge q` and :math:`\lambda = \bar\lambda = T_{over}/T_{in} - 1`.

In short :math:`0 \le \lambda \perp (q - x)` within the quota and :math:`\bar\lambda` as its upper
bound (the mixed complementarity problem of quota models; Boughner, de Gorter and Sheldon 2000, and
Dirkse and Ferris 1995 for the form). Each unit within the quota leaves a rent of
:math:`\lambda T_{in}\,p` to whoever owns the licence.

Both pure regimes are one call of :func:`~cepasim.equilibrium.solve_market` each. Where
neither is consistent, the quantity is known and the premium is not. No search is needed for it: a
source whose supply is fixed at :math:`q` (elasticity next to zero, capacity :math:`q`) brings out
the price at which buyers take just that much, and the premium is that price over the producer
price :math:`c\,(q/k)^{1/\varepsilon}` at which :math:`q` is supplied, minus 1. A last ordinary
solve at that premium gives the equilibrium, so that what is returned is always an equilibrium of
the plain market at ``trade_cost``; bisection takes over where rounding leaves that solve off the
quota (tiny quantities at steep premia).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.armington.solve import MarketEquilibrium, solve_market
from cepasim.equilibrium.ces import FloatArray

#: Values of ``QuotaEquilibrium.regime``.
IN_QUOTA, ON_QUOTA, OVER_QUOTA = 0, 1, 2
REGIMES = ("in quota", "on quota", "over quota")

# Numerical settings: none has economic content.
_FIXED_SUPPLY = 1e-30  # elasticity that stands for a given quantity
_NEAR_ENOUGH = 1e-11  # gap of ln x to ln q with which the direct answer is accepted
_BISECTIONS = 100
_STEEPEST = 1e30  # premium that stands for any

_BY_SOURCE = ("import_shares", "trade_cost", "supply", "taste", "capacity", "cost")


@dataclass(frozen=True, slots=True, eq=False)
class QuotaEquilibrium:
    """What :func:`solve_market_with_quota` returns; shape (...,) unless said otherwise.

    Attributes
    ----------
    regime : ndarray of int
        ``IN_QUOTA``, ``ON_QUOTA`` or ``OVER_QUOTA``.
    premium : ndarray
        ``lambda``: landed price at the margin over landed price at the in-quota wedge, minus 1.
    rent_per_unit : ndarray
        ``lambda T_in p``, in hats: times the source's benchmark landed value it is the rent on
        one benchmark quantity.
    within, over : ndarray
        Quantities of the source that enter within and beyond the quota, hats of its benchmark
        quantity; they add up to its quantity.
    trade_cost : ndarray, (..., S)
        Hat of the wedge at the margin, premium included: what the equilibrium is solved at.
    equilibrium : MarketEquilibrium
    """

    regime: NDArray[np.int8]
    premium: FloatArray
    rent_per_unit: FloatArray
    within: FloatArray
    over: FloatArray
    trade_cost: FloatArray
    equilibrium: MarketEquilibrium


def solve_market_with_quota(
    source: ArrayLike,
    quota: ArrayLike,
    over_premium: ArrayLike,
    import_shares: ArrayLike,
    domestic_share: ArrayLike,
    trade_cost: ArrayLike,
    sigma_import: ArrayLike,
    sigma_domestic: ArrayLike,
    eta: ArrayLike,
    supply: ArrayLike,
    supply_domestic: ArrayLike,
    **hats: ArrayLike,
) -> QuotaEquilibrium:
    """Solve markets in which one source each faces a tariff-rate quota.

    Parameters
    ----------
    source : array_like of int, (...,)
        Place of the source with the quota on the axis of sources.
    quota : array_like, (...,)
        Quantity that may enter at the in-quota wedge, hat of the source's benchmark quantity,
        >= 0; inf where there is no quota.
    over_premium : array_like, (...,)
        Over-quota wedge over in-quota wedge, minus 1, >= 0; inf where nothing may enter beyond
        the quota (which must then be above 0).
    import_shares, domestic_share : array_like
        As in :func:`~cepasim.equilibrium.solve_market`.
    trade_cost : array_like, (..., S)
        Hat of the landed wedge; the in-quota one for the source with the quota.
    sigma_import, sigma_domestic, eta, supply, supply_domestic : array_like
        As in :func:`~cepasim.equilibrium.solve_market`.
    **hats
        Its remaining arguments: ``taste``, ``demand``, ``capacity``, ``cost`` ...

    Returns
    -------
    QuotaEquilibrium
        A market that does not converge has ``equilibrium.converged`` False and NaN hats. Markets
        whose quota does not bind are what ``solve_market`` gives for them, to the last bit.

    Raises
    ------
    ValueError
        For a quota or premium out of its range, a source that is not a place, or what
        ``solve_market`` refuses.
    """
    markets: dict[str, ArrayLike] = {
        "import_shares": import_shares,
        "domestic_share": domestic_share,
        "trade_cost": trade_cost,
        "sigma_import": sigma_import,
        "sigma_domestic": sigma_domestic,
        "eta": eta,
        "supply": supply,
        "supply_domestic": supply_domestic,
        **hats,
    }
    place, limit, ceiling, flat, lead = _flattened(source, quota, over_premium, markets)
    count, sources = flat["trade_cost"].shape
    rows = np.arange(count)
    inside = flat["trade_cost"]

    free = solve_market(**_at(flat, rows))
    out = {item.name: np.array(getattr(free, item.name)) for item in fields(free)}
    premium = np.zeros(count)
    regime = np.full(count, IN_QUOTA, dtype=np.int8)

    # Comparisons with NaN (a market that did not converge) are false: it stays as it is.
    binding = np.flatnonzero((free.quantity[rows, place] > limit) & (ceiling > 0))
    beyond = binding[np.isfinite(ceiling[binding])]
    on_quota = np.setdiff1d(binding, beyond)
    if beyond.size:
        full = solve_market(
            **_at(flat, beyond, trade_cost=_raised(inside, beyond, place, ceiling[beyond]))
        )
        over = full.quantity[np.arange(beyond.size), place[beyond]] >= limit[beyond]
        lost = ~full.converged
        _put(out, beyond, full, over | lost)
        regime[beyond[over]] = OVER_QUOTA
        premium[beyond[over]] = ceiling[beyond[over]]
        on_quota = np.union1d(on_quota, beyond[~over & ~lost])
    if on_quota.size:
        found = _premium_on_quota(flat, on_quota, place, limit, ceiling)
        solved = solve_market(
            **_at(flat, on_quota, trade_cost=_raised(inside, on_quota, place, found))
        )
        _put(out, on_quota, solved, np.full(on_quota.size, True))
        regime[on_quota], premium[on_quota] = ON_QUOTA, found

    price, quantity = out["price"][rows, place], out["quantity"][rows, place]
    # On the quota the last digits of the solve are nobody's over-quota trade.
    within = np.where(regime == ON_QUOTA, quantity, np.minimum(quantity, limit))
    marginal = _raised(inside, rows, place, premium)
    shapes = {
        item.name: out[item.name].reshape((*lead, sources) if out[item.name].ndim == 2 else lead)
        for item in fields(free)
    }
    return QuotaEquilibrium(
        regime=regime.reshape(lead),
        premium=premium.reshape(lead),
        rent_per_unit=(premium * inside[rows, place] * price).reshape(lead),
        within=within.reshape(lead),
        over=(quantity - within).reshape(lead),
        trade_cost=marginal.reshape(*lead, sources),
        equilibrium=MarketEquilibrium(**shapes),
    )


def _flattened(
    source: ArrayLike, quota: ArrayLike, over_premium: ArrayLike, markets: Mapping[str, ArrayLike]
) -> tuple[NDArray[np.int64], FloatArray, FloatArray, dict[str, FloatArray], tuple[int, ...]]:
    """Check the quota's own arguments and write every argument out, one row per market."""
    place, limit, ceiling = (
        np.asarray(source),
        np.asarray(quota, float),
        np.asarray(over_premium, float),
    )
    for name, array in (("quota", limit), ("over_premium", ceiling)):
        if not (array >= 0).all():
            raise ValueError(f"{name}: must be numbers >= 0")
    flat, lead, sources = market_rows(
        markets, np.broadcast_shapes(place.shape, limit.shape, ceiling.shape)
    )
    if place.dtype.kind not in "iu" or ((place < 0) | (place >= sources)).any():
        raise ValueError(f"source: must be integers from 0 to {sources - 1}")
    if ((limit == 0) & np.isinf(ceiling)).any():
        raise ValueError("quota: must be above 0 where nothing may enter beyond it")
    spread = (
        np.broadcast_to(a, lead).reshape(-1) for a in (place.astype(np.int64), limit, ceiling)
    )
    return (*spread, flat, lead)  # type: ignore[return-value]


def market_rows(
    markets: Mapping[str, ArrayLike], lead: tuple[int, ...] = ()
) -> tuple[dict[str, FloatArray], tuple[int, ...], int]:
    """Write arguments of ``solve_market`` out, one row per market.

    Parameters
    ----------
    markets : mapping of str to array_like
    lead : tuple of int, optional
        Shape of further arguments, one for each market.

    Returns
    -------
    flat : dict of str to ndarray, shape (n, S) or (n,)
    lead : tuple of int
        Shape of the markets.
    sources : int
    """
    arrays = {name: np.asarray(value, dtype=float) for name, value in markets.items()}
    sided = {name: array for name, array in arrays.items() if name in _BY_SOURCE}
    plain = {name: array for name, array in arrays.items() if name not in _BY_SOURCE}
    full = np.broadcast_shapes(
        *(array.shape for array in sided.values()),
        *((*array.shape, 1) for array in plain.values()),
        (*lead, 1),
    )
    flat: dict[str, FloatArray] = {
        name: np.broadcast_to(a, full).reshape(-1, full[-1]) for name, a in sided.items()
    }
    flat |= {name: np.broadcast_to(a, full[:-1]).reshape(-1) for name, a in plain.items()}
    return flat, full[:-1], full[-1]


def _at(
    flat: Mapping[str, FloatArray], rows: NDArray[np.int64], **changed: FloatArray
) -> dict[str, Any]:
    """Arguments of ``solve_market`` for some of the markets, some of them changed."""
    return {name: array[rows] for name, array in flat.items()} | changed


def _raised(
    inside: FloatArray, rows: NDArray[np.int64], place: NDArray[np.int64], premium: FloatArray
) -> FloatArray:
    """Trade costs of some markets with the premium on the source that faces the quota."""
    cost = inside[rows].copy()
    cost[np.arange(rows.size), place[rows]] *= 1 + premium
    return cost


def _put(
    out: dict[str, NDArray[Any]],
    rows: NDArray[np.int64],
    solved: MarketEquilibrium,
    which: NDArray[np.bool_],
) -> None:
    """Write those of the solved markets that count; work done adds up."""
    for name, array in out.items():
        values = getattr(solved, name)[which]
        array[rows[which]] = values + array[rows[which]] if name == "iterations" else values


def _premium_on_quota(
    flat: Mapping[str, FloatArray],
    rows: NDArray[np.int64],
    place: NDArray[np.int64],
    limit: FloatArray,
    ceiling: FloatArray,
) -> FloatArray:
    """Premium at which the source's quantity is the quota, for markets where it binds."""
    at, own = np.arange(rows.size), place[rows]
    quota = limit[rows]
    eps = flat["supply"][rows, own]
    cost, capacity = (
        flat[name][rows, own] if name in flat else np.ones(rows.size)
        for name in ("cost", "capacity")
    )
    supply, fixed = flat["supply"][rows].copy(), np.ones_like(flat["supply"][rows])
    if "capacity" in flat:
        fixed = flat["capacity"][rows].copy()
    supply[at, own], fixed[at, own] = _FIXED_SUPPLY, quota
    given = solve_market(**_at(flat, rows, supply=supply, capacity=fixed))
    # At infinite supply 1 / eps is 0 and the producer price the unit cost.
    producer = cost * (quota / capacity) ** (1 / eps)
    top = np.minimum(ceiling[rows], _STEEPEST)
    with np.errstate(all="ignore"):  # a price of 0 is a premium beyond every ceiling
        premium = np.clip(given.price[at, own] / producer - 1, 0.0, top)
    premium = np.where(np.isnan(premium), top, premium)  # buyers' price is beyond every number

    def gap(tried: FloatArray, which: NDArray[np.int64]) -> FloatArray:
        eq = solve_market(
            **_at(
                flat, rows[which], trade_cost=_raised(flat["trade_cost"], rows[which], place, tried)
            )
        )
        quantity = eq.quantity[np.arange(which.size), own[which]]
        return np.asarray(np.log(quantity) - np.log(quota[which]))

    off = at[~(np.abs(gap(premium, at)) <= _NEAR_ENOUGH)]
    if off.size:
        premium[off] = _bisected(lambda tried: gap(tried, off), top[off])
    return np.asarray(premium)


def _bisected(gap: Callable[[FloatArray], FloatArray], ceiling: FloatArray) -> FloatArray:
    """Premium between 0 and its ceiling at which a falling gap is zero; bisection on its log."""
    low = np.zeros(ceiling.size)
    high = np.log1p(ceiling)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        above = gap(np.expm1(middle)) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(np.expm1(0.5 * (low + high)))
