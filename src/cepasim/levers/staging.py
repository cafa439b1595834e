"""The duty of every tariff line year by year under levers: what a schedule of concessions lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.arrays import Bools, Floats, Ints
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.levers.lever import Lever
from cepasim.levers.measure import of_kind
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.levers.remedy import RemedyLever


@dataclass(frozen=True, slots=True, eq=False)
class Staging:
    """Duties of one importer on its partner by year and tariff line.

    Attributes
    ----------
    importer : str
    years : ndarray of int, shape (Y,)
    lines : ndarray of str, shape (N,)
        Codes of nine digits for Japan, eight for India.
    mfn, scheduled, rates : ndarray, shape (N,), (Y, N) and (Y, N)
        Fractions: what everybody pays, what the partner pays under the agreement as it is, and
        under the levers, remedies included. NaN where no ad-valorem rate is known.
    touched : ndarray of bool, shape (N,)
        Lines that a lever is about.
    """

    importer: str
    years: Ints
    lines: np.ndarray
    mfn: Floats
    scheduled: Floats
    rates: Floats
    touched: Bools

    def table(self) -> pd.DataFrame:
        """Lines that a lever is about: MFN, rate without levers and in each year; percent."""
        chosen = self.touched
        columns = {
            "importer": self.importer,
            "line": self.lines[chosen],
            "mfn_pct": 100 * self.mfn[chosen],
            "base_pct": 100 * self.scheduled[0, chosen],
        }
        columns |= {
            f"pct_{format_fiscal_year(int(year))}": 100 * self.rates[row, chosen]
            for row, year in enumerate(self.years)
            if row > 0
        }
        return pd.DataFrame(columns)


def staging(economy: Economy, levers: Iterable[Lever], importer: str, years: Ints) -> Staging:
    """Duties of one importer on its partner under levers.

    Parameters
    ----------
    economy : Economy
    levers : iterable of Lever
        Those on duties count; others are passed over.
    importer : {"JPN", "IND"}
    years : ndarray of int, shape (Y,)

    Returns
    -------
    Staging
    """
    market = economy.markets[importer]
    schedule, partner = market.schedule, market.partner
    found = [one for one in measures(economy, levers, years)[importer] if one.asked.by_line]
    found = [one for one in found if one.asked.concerns(partner)]
    scheduled = schedule.line_rates(partner, years)
    acting = [one.everywhere() for one in found]
    rates = line_rates(scheduled, schedule.mfn, acting)
    for lever, one in of_kind(found, RemedyLever):
        rates = rates + one.share * (max(lever.add_percent) / 100) * one.lines
    touched = np.zeros(len(schedule.lines), dtype=np.bool_)
    for one in found:
        touched |= one.lines
    return Staging(
        importer, years, np.asarray(schedule.lines), schedule.mfn, scheduled, rates, touched
    )
