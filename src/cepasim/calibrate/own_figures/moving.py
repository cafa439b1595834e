"""The benchmark carried to another year with the series the folder holds, and the user's cells.

What is published of the later year decides as far as it goes: totals of the pair and chapters of
India's trade with the world. Inside them the benchmark's own structure is kept, each figure with
its range; what no series follows by chapter takes the growth of its country's total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import IN_FIRST_YEAR, FiscalYear, format_fiscal_year
from cepasim.params.parameters import Parameters

#: Standard deviations from the middle of a normal distribution to an end of its 90 % range.
_TO_AN_END = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Move:
    """From one base to another.

    Attributes
    ----------
    old, new : FiscalYear
        The fiscal years in which paths begin.
    counted_before, counted : str
        Periods whose trade and prices the benchmark has: the fiscal year, or a calendar year.
    """

    old: FiscalYear
    new: FiscalYear
    counted_before: str
    counted: str

    @classmethod
    def to(cls, period: str, parameters: Parameters) -> Move:
        """Return the move of a folder to a fiscal year, or to a calendar year that stands for it.

        Parameters
        ----------
        period : str
            ``2024-25``, or ``2024``, which stands for the fiscal year that begins in it.
        parameters : Parameters
            Of the folder.
        """
        new = FiscalYear(period if "-" in period else format_fiscal_year(int(period)))
        return cls(parameters.base_year, new, parameters.price_year, period)

    @property
    def stays(self) -> bool:
        """Whether the benchmark is of that period already."""
        return (self.old, self.counted_before) == (self.new, self.counted)

    def growth(self, series: Mapping[str, float]) -> float | None:
        """Value of a series in the new period over the old one; None where it ends before.

        Parameters
        ----------
        series : mapping of str to float
            By fiscal or by calendar year.
        """
        ends = [_over(series, period) for period in (self.counted_before, self.counted)]
        if None in ends:  # the year after is not published yet: calendar year over calendar year
            firsts = [series.get(p[:4]) for p in (self.counted_before, self.counted)]
            ends = list(firsts)
        before, now = ends
        return None if before is None or now is None else now / before


def _over(series: Mapping[str, float], period: str) -> float | None:
    """Value of a series over a period of the other kind of year."""
    if period in series:
        return series[period]
    if "-" in period:
        parts = (period[:4], str(int(period[:4]) + 1))
        weights = (IN_FIRST_YEAR, 1 - IN_FIRST_YEAR)
    else:
        first = int(period)
        parts = (format_fiscal_year(first), format_fiscal_year(first - 1))
        weights = (IN_FIRST_YEAR, 1 - IN_FIRST_YEAR)
    if not all(part in series for part in parts):
        return None
    return sum(weight * series[part] for weight, part in zip(weights, parts, strict=True))


def series_of(parameters: Parameters, name: str) -> dict[str, float]:
    """A series of ``macro/annual`` by year."""
    table = parameters.table("macro/annual")
    table = table[table["series"] == name]
    return {str(y): float(v) for y, v in zip(table["year"], table["value"], strict=True)}


def deflated(move: Move, parameters: Parameters) -> float:
    """Price of the new period over that of the old one."""
    table = parameters.table("reference/deflator")
    series = dict(zip(table["fiscal_year"], table["value"].astype(float), strict=True))
    found = move.growth(series)
    return 1.0 if found is None and move.stays else float("nan") if found is None else found


def world_by_chapter(
    parameters: Parameters, flow: str, chapters: Sequence[str], period: str
) -> Floats:
    """India's trade with the world over a period, US$ mn, shape (H,); NaN where not published."""
    table = parameters.table("history/world")
    table = table[(table["flow"] == flow) & table["basis"].str.startswith("published")]
    wide = table.pivot(index="hs", columns="fiscal_year", values="value").reindex(list(chapters))
    by_year = {str(label): wide[label].to_numpy(float) for label in wide.columns}
    if period in by_year:
        return by_year[period]
    labels = [format_fiscal_year(int(period[:4]) - back) for back in (0, 1)]
    if "-" in period or any(label not in by_year for label in labels):
        return np.full(len(chapters), np.nan)
    now, before = (by_year[label] for label in labels)
    return np.asarray(IN_FIRST_YEAR * now + (1 - IN_FIRST_YEAR) * before)


def apart(before: Floats, now: Floats) -> float:
    """How far chapters moved apart: standard deviation of the logs of their growth, by size."""
    there = (before > 0) & (now > 0)
    if not there.any():
        return 0.0
    logs, weight = np.log(now[there] / before[there]), before[there] / before[there].sum()
    return float(np.sqrt(weight @ (logs - weight @ logs) ** 2))


def carried(table: pd.DataFrame, factor: Floats | float, sd: float) -> pd.DataFrame:
    """Return figures times a factor, their ranges wider by what the factor may be out by.

    Parameters
    ----------
    table : DataFrame
        With ``value``, ``low`` and ``high``.
    factor : float or ndarray
        By row.
    sd : float
        Standard deviation of the factor's log.
    """
    value, low, high = (table[column].to_numpy(float) for column in ("value", "low", "high"))
    there = (value > 0) & (low > 0)
    safe = np.where(there, value, 1.0)
    more = (_TO_AN_END * sd) ** 2
    down = np.sqrt(np.log(safe / np.where(there, low, 1.0)) ** 2 + more)
    up = np.sqrt(np.log(np.where(there, high, 1.0) / safe) ** 2 + more)
    moved = value * factor
    return table.assign(
        value=moved,
        low=np.where(there, moved * np.exp(-down), low * factor),
        high=np.where(there, moved * np.exp(up), high * factor),
    )
