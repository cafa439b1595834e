"""Errors of the evidence, measured on its own past.

Japan's calendar-year shares against India's, and a chapter's growth against India's world trade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd


def calendar_year(by_fiscal_year: pd.DataFrame, year: int, first_quarter: float) -> pd.Series:
    """Calendar-year chapters from fiscal years: January-March belongs to the year before.

    Parameters
    ----------
    by_fiscal_year : DataFrame
        Fiscal years ("2019-20") by chapters.
    year : int
        Calendar year.
    first_quarter : float
        Share of the calendar year taken from the fiscal year that ends in it.
    """
    before, after = fiscal_year(year - 1), fiscal_year(year)
    earlier, later = row_of(by_fiscal_year, before), row_of(by_fiscal_year, after)
    return first_quarter * earlier + (1 - first_quarter) * later


def row_of(table: pd.DataFrame, label: str) -> pd.Series:
    """One row of a numeric table as a float series by column."""
    return pd.Series(table.loc[[label]].to_numpy(float)[0], index=table.columns)


def log_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of each row's shares; NaN where a cell is NaN or not above 0."""
    positive = table.where(table > 0).to_numpy(float)
    total = np.nansum(table.to_numpy(float), axis=1, keepdims=True)
    return pd.DataFrame(np.log(positive / total), index=table.index, columns=table.columns)


def fiscal_year(first: int) -> str:
    """Name of the fiscal year that begins in April of `first`: 2019 -> "2019-20"."""
    return f"{first}-{(first + 1) % 100:02d}"


def stated_shares(shares: pd.DataFrame, year: int) -> pd.Series:
    """Japan's chapter shares of one calendar year, what is not specified spread in proportion.

    Parameters
    ----------
    shares : DataFrame
        Columns ``calendar_year``, ``hs`` (one chapter, or several joined by "+"), ``value`` (%).
        ``00`` is trade that Japan does not specify and India books under real chapters.

    Returns
    -------
    Series
        Shares of the flow (not %) by `hs`.
    """
    rows = shares[shares["calendar_year"] == str(year)]
    stated = pd.Series(rows["value"].to_numpy(float) / 100.0, index=rows["hs"].to_numpy(str))
    unspecified = float(stated[stated.index == "00"].sum())
    return stated[stated.index != "00"] / (1.0 - unspecified)


def calendar_share_error(
    chapters: pd.DataFrame, shares: pd.DataFrame, first_quarter: float, smallest: float
) -> float:
    """Root mean square of ln(Japan's share / India's share), over the years that have both."""
    errors: list[float] = []
    for year in sorted({int(y) for y in shares["calendar_year"]}):
        if not {fiscal_year(year - 1), fiscal_year(year)} <= set(chapters.index):
            continue
        india = calendar_year(chapters, year, first_quarter)
        stated = stated_shares(shares, year)
        one = stated[[code in india.index and india[code] > 0 for code in stated.index]]
        errors.extend(np.log(one / (india[one.index] / india.sum())))
    return max(float(np.sqrt(np.mean(np.square(errors)))), smallest) if errors else 1.0


@dataclass(frozen=True)
class Drift:
    """How a chapter's share in bilateral trade follows its share in India's world trade.

    Attributes
    ----------
    response : float
        Elasticity of the bilateral share with respect to the world share.
    log_sd : Series
        Standard error of one year's growth by chapter, log points.
    """

    response: float
    log_sd: pd.Series


def measure_drift(
    bilateral: pd.DataFrame, world: pd.DataFrame, settings: Mapping[str, float]
) -> Drift:
    """Fit the year-to-year growth of bilateral shares on that of world shares.

    One response for all chapters, weighted by the chapter's share; the error of a chapter is its
    own, shrunk (see `shrunk_log_sd`).

    Parameters
    ----------
    bilateral, world : DataFrame
        The same consecutive fiscal years by chapters, any money unit.
    settings : mapping
        ``large_chapter_share``, ``shrinkage_years``, ``rounding_error``, ``smallest_log_sd``.
    """
    seen = bilateral.where(bilateral > 10 * settings["rounding_error"])
    own = log_shares(bilateral).where(seen.notna()).diff().iloc[1:]
    general = log_shares(world).diff().iloc[1:]
    weight = bilateral.div(bilateral.sum(axis=1), axis=0).iloc[1:].where(own.notna())
    product = float(np.nansum((weight * own * general).to_numpy()))
    square = float(np.nansum((weight * general**2).to_numpy()))
    response = float(np.clip(product / square, 0.0, 1.0)) if square > 0 else 0.0
    residual = own - response * general
    share = bilateral.sum() / bilateral.to_numpy().sum()
    return Drift(response, shrunk_log_sd(residual, share, settings))


def shrunk_log_sd(
    errors: pd.DataFrame,
    share: pd.Series,
    settings: Mapping[str, float],
    *,
    typical: bool = False,
) -> pd.Series:
    """Root mean square error by chapter, shrunk towards that of chapters of its size.

    The pooled error is cut at three standard deviations (from the median absolute deviation), so
    that one wild chapter does not speak for the others; its own error is not. A chapter without
    observations gets a large error of those found (``unseen_quantile``).

    Parameters
    ----------
    errors : DataFrame
        Observations by chapters, log points; NaN where there is none.
    share : Series
        Share of each chapter in the flow, to tell large from small.
    settings : mapping
        ``large_chapter_share``, ``shrinkage_years``, ``smallest_log_sd``, ``unseen_quantile``.
    typical : bool
        Whether the pooled error is the typical one (from the median absolute deviation) instead
        of the mean square: for columns that are few and unlike, of which some are known to be bad.
    """
    large = share.reindex(errors.columns).fillna(0.0).to_numpy(float)
    large = large >= settings["large_chapter_share"]
    prior = settings["shrinkage_years"]
    observed = errors.to_numpy(float)
    count = np.isfinite(observed).sum(axis=0)
    squares = np.nansum(observed**2, axis=0)
    result = pd.Series(np.nan, index=errors.columns)
    for group in (large, ~large):
        seen = observed[:, group]
        seen = seen[np.isfinite(seen)]
        if not seen.size:
            continue
        core = 3 * 1.4826 * float(np.median(np.abs(seen)))
        pooled = float(np.mean(np.square(np.clip(seen, -core, core))))
        if typical:
            pooled = (core / 3) ** 2
        measured = group & (count > 0)
        own = np.sqrt((squares + prior * pooled) / (count + prior))
        result[measured] = own[measured]
    unseen = float(result.quantile(settings["unseen_quantile"]))
    return result.fillna(unseen).clip(lower=settings["smallest_log_sd"])


def combine_errors(*log_sd: float) -> float:
    """Independent errors added in squares, log points."""
    return float(np.sqrt(np.sum(np.square(log_sd))))
