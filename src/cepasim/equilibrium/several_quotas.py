r"""Tariff-rate quotas on several sources of one market at once.

Each source with a quota is in one of the three regimes of :mod:`cepasim.equilibrium.trq`, given
what the others pay at the margin. Sources are substitutes: a premium on one leaves the others
more room, so that each premium rises with the others. Starting from none and answering one quota
after the other, premiums only rise, and what they settle on is the equilibrium with the least of
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cepasim.equilibrium.armington.solve import MarketEquilibrium, solve_market
from cepasim.equilibrium.ces import FloatArray
from cepasim.equilibrium.trq import ON_QUOTA, market_rows, solve_market_with_quota

# Numerical settings: none has economic content.
_SETTLED = 1e-13  # change of ln(1 + premium) in a round
_ROUNDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class QuotasEquilibrium:
    """What :func:`solve_market_with_quotas` returns; shape (..., S) unless said otherwise.

    Attributes
    ----------
    regime : ndarray of int
        ``IN_QUOTA``, ``ON_QUOTA`` or ``OVER_QUOTA`` of each source.
    premium : ndarray
        ``lambda``: landed price at the margin over landed price at the in-quota wedge, minus 1.
    within, over : ndarray
        Quantities that enter within and beyond the quota, hats of the source's benchmark quantity.
    trade_cost : ndarray
        Hat of the wedge at the margin, premiums included: what the equilibrium is solved at.
    equilibrium : MarketEquilibrium
    """

    regime: NDArray[np.int8]
    premium: FloatArray
    within: FloatArray
    over: FloatArray
    trade_cost: FloatArray
    equilibrium: MarketEquilibrium


def solve_market_with_quotas(
    quota: ArrayLike, over_premium: ArrayLike, markets: Mapping[str, ArrayLike]
) -> QuotasEquilibrium:
    """Solve markets in which any number of sources face a tariff-rate quota.

    Parameters
    ----------
    quota : array_like, (..., S)
        Quantity that may enter at the in-quota wedge, hat of the source's benchmark quantity,
        >= 0; inf where there is no quota.
    over_premium : array_like, (..., S)
        Over-quota wedge over in-quota wedge, minus 1, >= 0; inf where nothing may enter beyond
        the quota (which must then be above 0).
    markets : mapping of str to array_like
        Arguments of :func:`~cepasim.equilibrium.solve_market`; ``trade_cost`` is the in-quota
        one for the sources with a quota.

    Returns
    -------
    QuotasEquilibrium
        A market that does not converge has ``equilibrium.converged`` False and NaN hats.

    Raises
    ------
    ValueError
        For a quota or premium out of its range, or what ``solve_market`` refuses.
    """
    flat, lead, sources = market_rows(markets, np.shape(quota)[:-1])
    shape = (*lead, sources)
    limit, ceiling = (
        np.broadcast_to(np.asarray(given, float), shape).reshape(-1, sources)
        for given in (quota, over_premium)
    )
    active = np.isfinite(limit) & (ceiling > 0)
    # One quota is answered at once; several one after the other until nothing moves.
    premium = np.zeros(limit.shape)
    regime = np.zeros(limit.shape, dtype=np.int8)
    several = active.sum(axis=1) > 1
    waiting = np.flatnonzero(active.any(axis=1))
    for _ in range(_ROUNDS):
        before = premium[waiting].copy()
        for source in np.flatnonzero(active[waiting].any(axis=0)):
            rows = waiting[active[waiting, source]]
            others = premium[rows].copy()
            others[:, source] = 0.0
            found = solve_market_with_quota(
                np.full(rows.size, source),
                limit[rows, source],
                ceiling[rows, source],
                **_at(flat, rows, others),
            )
            premium[rows, source], regime[rows, source] = found.premium, found.regime
        moved = np.abs(np.log1p(premium[waiting]) - np.log1p(before)).max(axis=1)
        waiting = waiting[several[waiting] & (moved > _SETTLED)]
        if not waiting.size:
            break
    every = np.arange(len(limit))
    solved = solve_market(**_at(flat, every, premium))
    quantity = solved.quantity
    # On the quota the last digits of the solve are nobody's over-quota trade.
    within = np.where(regime == ON_QUOTA, quantity, np.minimum(quantity, limit))
    return QuotasEquilibrium(
        regime=regime.reshape(shape),
        premium=premium.reshape(shape),
        within=within.reshape(shape),
        over=(quantity - within).reshape(shape),
        trade_cost=(flat["trade_cost"] * (1 + premium)).reshape(shape),
        equilibrium=_reshaped(solved, lead),
    )


def _reshaped(solved: MarketEquilibrium, lead: tuple[int, ...]) -> MarketEquilibrium:
    """Return the equilibrium of rows of markets in their own shape."""
    arrays = {item.name: getattr(solved, item.name) for item in fields(solved)}
    return MarketEquilibrium(
        **{name: array.reshape((*lead, *array.shape[1:])) for name, array in arrays.items()}
    )


def _at(
    flat: Mapping[str, FloatArray], rows: NDArray[np.int64], premium: FloatArray
) -> dict[str, Any]:
    """Arguments of some of the markets, with premiums on their sources."""
    cut = {name: array[rows] for name, array in flat.items()}
    return cut | {"trade_cost": cut["trade_cost"] * (1 + premium)}
