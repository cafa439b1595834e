"""Chapters moved from year to year with the goods of Japan's customs, and how well that works.

A chapter is divided into the goods it is made of (the bridge of `customs_goods`) and each part
grows like its good. Growth is used and not levels because it keeps what the two countries record
differently for good. The error is measured on years whose chapters are known, each left out of the
bridge in turn. Where a chapter's share in India's trade with the world tells something as well, the
two are combined by their measured errors, and the error of the combination is measured again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.customs_goods import known_and_stated
from cepasim.calibrate.benchmark.measured_errors import (
    Drift,
    calendar_year,
    log_shares,
    row_of,
    shrunk_log_sd,
)


@dataclass(frozen=True)
class GrowthLink:
    """How a chapter's share is moved by one year.

    Attributes
    ----------
    goods_weight : Series
        By chapter, weight of the growth of its goods against that of India's world trade.
    log_sd : Series
        Error of the combination, log points.
    """

    goods_weight: pd.Series
    log_sd: pd.Series


def goods_growth(parts: pd.DataFrame, then: pd.Series, now: pd.Series) -> pd.Series:
    """Growth factor of every chapter: the mean over its goods.

    Parameters
    ----------
    parts : DataFrame
        Chapters by goods: the part of a chapter that belongs to each good.
    then, now : Series
        Goods of two years, in any money unit; a good without trade in the first does not grow.
    """
    growth = (now / then.where(then > 0)).fillna(1.0)
    return pd.Series(parts.to_numpy(float) @ growth[parts.columns], index=parts.index)


def moved(base: pd.Series, growth: pd.Series, total: float) -> pd.Series:
    """Chapters times their growth, scaled to a total."""
    grown = base * growth.reindex(base.index).fillna(0.0)
    return pd.Series(grown * (total / float(grown.sum())))


def moved_errors(
    parameters_directory: Path,
    flow: str,
    chapters: pd.DataFrame,
    settings: Mapping[str, float],
    steps: int,
) -> pd.Series:
    """Standard error of chapters moved with goods over some fiscal years, log points.

    Every calendar year with both splits is predicted from the one `steps` before, with a bridge
    fitted without it; errors of a chapter are shrunk as those of the other sources
    (`shrunk_log_sd`).
    """
    found = {}
    for year, before, parts, known, stated in known_and_stated(
        parameters_directory, flow, chapters, settings, steps
    ):
        growth = goods_growth(parts, row_of(stated, before), row_of(stated, year))
        found[year] = _errors(growth, row_of(known, before), row_of(known, year), settings)
    return _measured(found, chapters, settings, steps)


def growth_link(
    parameters_directory: Path,
    flow: str,
    chapters: pd.DataFrame,
    world: pd.DataFrame,
    drift: Drift,
    settings: Mapping[str, float],
) -> GrowthLink:
    """Weights of goods against world trade for one year, and the error of both together.

    Parameters
    ----------
    parameters_directory, flow, chapters, settings
        See `moved_errors`.
    world : DataFrame
        Fiscal years by chapters: India's trade with the world.
    drift : Drift
        Response of bilateral to world shares.
    """
    first = settings["first_quarter_weight"]
    growths = {}
    for year, before, parts, known, stated in known_and_stated(
        parameters_directory, flow, chapters, settings, 1
    ):
        by_goods = goods_growth(parts, row_of(stated, before), row_of(stated, year))
        shares = log_shares(
            pd.DataFrame({y: calendar_year(world, int(y), first) for y in (before, year)}).T
        )
        change = row_of(shares, year) - row_of(shares, before)
        by_world = np.exp(drift.response * change.reindex(by_goods.index).fillna(0.0))
        scale = float(row_of(known, before).sum()) / float(row_of(known, year).sum())
        growths[year] = (by_goods * scale, by_world, row_of(known, before), row_of(known, year))

    def measured(weight: pd.Series) -> pd.Series:
        found = {
            year: _errors(goods**weight * world_trade ** (1 - weight), then, now, settings)
            for year, (goods, world_trade, then, now) in growths.items()
        }
        return _measured(found, chapters, settings, 1)

    ones = pd.Series(1.0, index=chapters.columns)
    precision = 1 / measured(ones) ** 2
    weight = precision / (precision + 1 / measured(0 * ones) ** 2)
    return GrowthLink(weight, measured(weight))


def _errors(
    growth: pd.Series, before: pd.Series, actual: pd.Series, settings: Mapping[str, float]
) -> pd.Series:
    """ln(predicted / known) by chapter, where both are large enough to tell."""
    guess = moved(before, growth, float(actual.sum()))
    seen = (actual > 10 * settings["rounding_error"]) & (guess > 0)
    return pd.Series(np.log(guess[seen] / actual[seen]))


def _measured(
    found: Mapping[str, pd.Series],
    chapters: pd.DataFrame,
    settings: Mapping[str, float],
    steps: int,
) -> pd.Series:
    """Errors of calendar years as the error of fiscal years, by chapter.

    A calendar year mixes two fiscal years, which smooths its growth: were the changes of fiscal
    years independent, the error would be smaller by the root of the squared weights.
    """
    first = settings["first_quarter_weight"]
    weights = np.convolve([1 - first, first], np.ones(steps))
    smoothing = float(np.sqrt((weights**2).sum() / steps))
    last = row_of(chapters, str(chapters.index[-1]))
    errors = pd.DataFrame(found).T.reindex(columns=chapters.columns)
    return shrunk_log_sd(errors, last / last.sum(), settings) / smoothing
