r"""The size of one source at which its sales are what is known: a market solved in reverse.

`solve_market` is given every source's size and finds its sales. Here the sales of one source,
:math:`V`, are known and its size at unchanged prices, :math:`s`, is looked for; its capacity moves
along with it. With producer prices solved out (:mod:`cepasim.equilibrium.armington.block`) the
hat of its sales depends on the level of demand :math:`u = (\sigma_M-\sigma_D)m + (\sigma_D-\eta)q`
alone, so that the size does, too:

.. math::
    \ln s = \ln V - u + \sigma_M \ln T - (1-\sigma_M) \ln p, \qquad
    \ln p = \frac{u - \sigma_M \ln T}{\sigma_M + \varepsilon}.

Shares of sources and of the domestic variety follow from the size, and two equations are left, of
the level of demand and of the composite index. Nothing is shifted but wedges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cepasim.equilibrium.ces import FloatArray, one_minus

#: Newton stops behind a step below this: what is left is its square.
_STEP = 1e-8
_PASSES = 12


@dataclass(frozen=True, slots=True, eq=False)
class KnownFlow:
    """Markets of which the sales of one source are known; S sources, any number of markets.

    Attributes
    ----------
    import_shares : ndarray, shape (..., S)
        Benchmark shares of the sources in landed imports, where the source has size 1.
    domestic_share : ndarray, shape (...,)
        Benchmark share of the domestic variety in the composite, likewise; below 1.
    trade_cost : ndarray, shape (..., S)
        Hat of the landed wedge.
    sigma_import, sigma_domestic, eta : ndarray, shape (...,)
    supply : ndarray, shape (..., S)
        Supply elasticities, in (0, inf].
    supply_domestic : ndarray, shape (...,)
    source : int
        The source whose sales are known.
    """

    import_shares: FloatArray
    domestic_share: FloatArray
    trade_cost: FloatArray
    sigma_import: FloatArray
    sigma_domestic: FloatArray
    eta: FloatArray
    supply: FloatArray
    supply_domestic: FloatArray
    source: int

    def size(self, sales: FloatArray) -> FloatArray:
        """Size of the source at unchanged prices, over its benchmark.

        Parameters
        ----------
        sales : ndarray, shape (...,)
            Sales of the source at producer prices over its benchmark, > 0.

        Returns
        -------
        ndarray, shape (...,)
            NaN in a market that Newton does not settle.
        """
        with np.errstate(all="ignore"):
            return self._size(np.log(sales))

    def _size(self, log_sales: FloatArray) -> FloatArray:
        own, shares = self.source, self.import_shares
        gap, gap_domestic = one_minus(self.sigma_import), one_minus(self.sigma_domestic)
        log_wedge = np.log(self.trade_cost)
        slope = 1 / (self.sigma_import[..., None] + self.supply)
        # Landed prices at u = 0, and the slopes of the powers that the index is made of.
        landed_price = log_wedge * (1 - self.sigma_import[..., None] * slope)
        exponent, turn = gap[..., None] * landed_price, gap[..., None] * slope
        own_share, own_slope = shares[..., own], slope[..., own]
        start = log_sales + self.sigma_import * log_wedge[..., own]
        start -= (1 - self.sigma_import) * (landed_price - log_wedge)[..., own]
        response = 1 + (1 - self.sigma_import) * own_slope
        to_domestic = self.sigma_domestic - self.eta
        passed = to_domestic / (self.sigma_domestic + self.supply_domestic)

        u, q = np.zeros(log_sales.shape), np.zeros(log_sales.shape)
        for _ in range(_PASSES):
            size = np.exp(start - response * u)
            weights = shares * np.expm1(exponent + turn * u[..., None])
            weights[..., own] *= size
            # Shares were those of size 1: all of them add up to `total` now.
            total = 1 + own_share * (size - 1)
            own_weight = own_share * size / total
            grown = weights.sum(axis=-1) / total
            m = np.log1p(grown) / gap
            weights += shares
            weights[..., own] += own_share * (size - 1)
            m_slope = (weights * slope).sum(axis=-1) / (total * (1 + grown))
            # A larger source draws the index towards its own price.
            own_price = landed_price[..., own] + own_slope * u
            m_slope -= response * own_weight * np.expm1(gap * (own_price - m)) / gap

            bought = self.domestic_share + (1 - self.domestic_share) * total
            domestic = self.domestic_share / bought
            home, abroad = np.expm1(gap_domestic * passed * q), np.expm1(gap_domestic * m)
            level = domestic * home + (1 - domestic) * abroad
            nest = np.log1p(level) / gap_domestic
            level += 1
            shift = response * domestic * own_weight * (1 - domestic)
            nest_by_u = (1 - domestic) * (1 + abroad) * m_slope
            nest_by_u += shift * (home - abroad) / gap_domestic
            nest_by_u /= level
            nest_by_q = domestic * (1 + home) * passed / level

            f = u - (self.sigma_import - self.sigma_domestic) * m - to_domestic * q
            g = q - nest
            f_by_u = 1 - (self.sigma_import - self.sigma_domestic) * m_slope
            g_by_q = 1 - nest_by_q
            determinant = f_by_u * g_by_q - to_domestic * nest_by_u
            step_u = (f * g_by_q + to_domestic * g) / determinant
            step_q = (f_by_u * g + nest_by_u * f) / determinant
            u -= step_u
            q -= step_q
            left = np.maximum(np.abs(step_u), np.abs(step_q))
            if left.max(initial=0.0) < _STEP:
                break
        return np.where(left < _STEP, np.exp(start - response * u), np.nan)
