"""One market solved for every year: what every engine hands back, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import repeated
from cepasim.economy.market import Market
from cepasim.equilibrium import wedge_accounts
from cepasim.levers.quota import QuotaOutcome
from cepasim.shocks.shocks import Shocks
from cepasim.shocks.wedges import Wedges

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One market solved for every year: US$ million of 2023-24, growth included.

    Attributes
    ----------
    shocks : Shocks
    price : ndarray, shape (Y, H, S)
        Hats of the producer prices.
    fob, cif : ndarray, shape (Y, H, S)
    domestic : ndarray, shape (Y, H)
        Expenditure on the domestic variety.
    composite_index : ndarray, shape (Y, H)
        Hat of the price of the composite.
    wedge : ndarray, shape (Y, H, S)
        Level of the landed wedge.
    duty : ndarray, shape (Y, H, S)
        What the treasury collects.
    rent : ndarray, shape (Y, H)
        The part of the barriers that is somebody's rent, all sources together.
    iterations, residual : ndarray, shape (Y, H)
    quota : QuotaOutcome or None
        What tariff-rate quotas came to; None where there is none.
    elsewhere : ndarray or None, shape (Y, H)
        Sales of the importer's own producers outside both markets, where the engine moves them.
    """

    shocks: Shocks
    price: Floats
    fob: Floats
    cif: Floats
    domestic: Floats
    composite_index: Floats
    wedge: Floats
    duty: Floats
    rent: Floats
    iterations: NDArray[np.int64]
    residual: Floats
    quota: QuotaOutcome | None = None
    elsewhere: Floats | None = None

    @property
    def landed(self) -> Floats:
        """Expenditure at landed prices, shape (Y, H, S)."""
        return self.fob * self.wedge


def grown(base: Floats, hat: Floats) -> Floats:
    """Return base times hat; what is not sold stays nothing, however much would be bought of it.

    Parameters
    ----------
    base : ndarray
        US$ million, >= 0.
    hat : ndarray
        Of the same shape; may be infinite where the base is 0.

    Returns
    -------
    ndarray
    """
    with np.errstate(invalid="ignore"):
        product = base * hat
    return product if np.isfinite(product.sum()) else np.where(base == 0.0, 0.0, product)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Prices and sales of one market as an engine finds them, before the accounts.

    Attributes
    ----------
    price : ndarray, shape (Y, H, S)
        Hats of the producer prices.
    fob : ndarray, shape (Y, H, S)
        Sales at producer prices as if lines moved alike; US$ million.
    domestic, composite_index, iterations, residual : ndarray, shape (Y, H)
    elsewhere : ndarray or None, shape (Y, H)
        Sales of the importer's own producers outside both markets, where the engine moves them.
    trade_cost : ndarray or None, shape (Y, H, S)
        Hat of the wedge as buyers felt it; None where it is that of the shocks.
    paid : Wedges or None
        Tariffs and barriers paid on average; None where they are those of the shocks.
    """

    price: Floats
    fob: Floats
    domestic: Floats
    composite_index: Floats
    iterations: NDArray[np.int64]
    residual: Floats
    elsewhere: Floats | None = None
    trade_cost: Floats | None = None
    paid: Wedges | None = None

    def outcome(self, market: Market, hats: Shocks) -> Outcome:
        """Duties, barriers and landed values that go with these prices and sales.

        Parameters
        ----------
        market : Market
        hats : Shocks
            What the market was solved under.

        Returns
        -------
        Outcome
        """
        paid = hats.wedges if self.paid is None else self.paid
        trade_cost = hats.trade_cost if self.trade_cost is None else self.trade_cost
        mix = hats.wedges.line_mix(market)
        fob = self.fob * mix
        accounts = wedge_accounts(
            fob,
            market.freight,
            paid.effective,
            paid.collected,
            paid.barrier,
            market.rent_share,
        )
        years_and_chapters = fob.shape[:2]
        return Outcome(
            shocks=hats,
            price=repeated(self.price, fob.shape),
            fob=fob,
            cif=accounts.landed_before_duty,
            domestic=self.domestic,
            composite_index=repeated(self.composite_index, years_and_chapters),
            wedge=market.wedge * trade_cost / mix,
            duty=accounts.duty,
            rent=accounts.barrier_rent.sum(axis=2),
            iterations=repeated(self.iterations, years_and_chapters),
            residual=repeated(self.residual, years_and_chapters),
            elsewhere=self.elsewhere,
        )
