"""Trade of the pair in the years published after the base year, chapter by chapter.

A chapter's trade of the year before grows like the best evidence on it (Japan's customs by goods,
else India's trade in the chapter with the whole world); the chapters are then scaled to the
published total, those that are published themselves held at what is published. In the sense of
Kullback and Leibler no other set of chapters with that total and within those bounds is nearer to
the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats, frozen_floats
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.params.parameters import Parameters

_TOTALS, _CHAPTERS, _DEFLATOR = (
    "reference/published_totals",
    "reference/published_chapters",
    "reference/deflator",
)
_WORLD = "history/world"
#: The pair's trade by chapter as Japan's customs see it.
CUSTOMS = "reference/customs_goods_by_chapter"
#: Parameter: largest move of the evidence on a chapter that is taken for a move of its trade.
LARGEST_MOVE = "largest_move_of_a_chapter"


@dataclass(frozen=True, eq=False)
class KnownYears:
    """Published trade of one flow after the base year: K years, H chapters, current dollars.

    Attributes
    ----------
    base_year : int
        First calendar year of the base year.
    years : tuple of int
        First calendar years, from the year after the base year without a gap.
    status : tuple of str
        ``published``, or ``provisional`` where the ministry will revise it.
    total, total_low, total_high : ndarray, shape (K,)
        US$ million.
    moves : ndarray, shape (K, H)
        Evidence on each chapter over that of the year before.
    low, high : ndarray, shape (K, H)
        Bounds of each chapter, US$ million; equal where it is published.
    deflator, deflator_low, deflator_high : ndarray, shape (K,)
        Price of traded goods in dollars against the base year.
    """

    base_year: int
    years: tuple[int, ...]
    status: tuple[str, ...]
    total: Floats
    total_low: Floats
    total_high: Floats
    moves: Floats
    low: Floats
    high: Floats
    deflator: Floats
    deflator_low: Floats
    deflator_high: Floats

    @property
    def last(self) -> int:
        """First calendar year of the last known fiscal year; the base year where none is."""
        return self.years[-1] if self.years else self.base_year

    @property
    def published(self) -> np.ndarray:
        """Which chapters of which years are published themselves, shape (K, H)."""
        return np.asarray(self.low == self.high)

    def current(self, pair: Floats) -> Floats:
        """Trade by year and chapter in current dollars, shape (K, H).

        Parameters
        ----------
        pair : ndarray, shape (H,)
            Trade of the base year.

        Raises
        ------
        ValueError
            Where no chapters within their bounds have the published total.
        """
        found, before = [], pair
        for row in range(len(self.years)):
            # A chapter without trade in the base year has no size that could be scaled.
            high = np.where(pair > 0, self.high[row], 0.0)
            before = raked(before * self.moves[row], self.total[row], self.low[row], high)
            found.append(before)
        return np.stack(found) if found else np.empty((0, pair.size))

    def constant(self, pair: Floats) -> Floats:
        """Return `current` in dollars of the base year, shape (K, H)."""
        return np.asarray(self.current(pair) / self.deflator[:, None])


def raked(prior: Floats, total: float, low: Floats, high: Floats) -> Floats:
    """Scale values to a total, each within its bounds.

    The solution is ``clip(lambda prior, low, high)``: the nearest to the prior in the sense of
    Kullback and Leibler. The sum is piecewise linear in lambda, so that it is found exactly.

    Parameters
    ----------
    prior : ndarray, shape (H,)
        >= 0.
    total : float
    low, high : ndarray, shape (H,)
        ``high`` may be infinite.

    Returns
    -------
    ndarray, shape (H,)

    Raises
    ------
    ValueError
        If the bounds leave no room for the total.
    """
    if (low > high).any():
        raise ValueError(tr("a chapter that is published had no trade in the base year"))
    rounding = 1e-9 * total
    if not low.sum() - rounding <= total <= high[(prior > 0) | (low > 0)].sum() + rounding:
        raise ValueError(
            tr("chapters within their bounds cannot sum to {total}", total=f"{total:g}")
        )
    moving = prior > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = np.concatenate([low[moving] / prior[moving], high[moving] / prior[moving]])
    points = np.unique(np.append(corners[np.isfinite(corners)], 0.0))
    sums = np.clip(points[:, None] * prior, low, high).sum(axis=1)
    place = int(np.searchsorted(sums, total))
    if place == 0:
        factor = points[0]
    else:
        # Between two corners the same chapters are free; the others are at a bound.
        start = points[place - 1]
        above = points[place] if place < points.size else 2 * points[-1] + 1
        within = 0.5 * (start + above) * prior
        free = (low < within) & (within < high)
        held = np.clip(within, low, high)[~free].sum()
        # None is free where rounding alone is left of the total.
        factor = (total - held) / prior[free].sum() if free.any() else above
    return np.asarray(np.clip(factor * prior, low, high))


def known_years(parameters: Parameters, flow: str, chapters: Sequence[str]) -> KnownYears:
    """Read what is published of a flow after the base year.

    Parameters
    ----------
    parameters : Parameters
    flow : {"export", "import"}
    chapters : sequence of str

    Returns
    -------
    KnownYears

    Raises
    ------
    InputError
        If a year between the base year and the last published one is missing, or has no deflator.
    """
    totals = parameters.table(_TOTALS)
    totals = totals[totals["flow"] == flow].set_index("fiscal_year").sort_index()
    base = parameters.base_year
    totals = totals[totals.index > base]
    labels = list(totals.index)
    years = tuple(parse_fiscal_year(label) for label in labels)
    wanted = tuple(range(base.first + 1, base.first + 1 + len(years)))
    if years != wanted:
        allowed = tr("every year from {first} on, without a gap", first=base.following)
        raise InputError([Problem(f"{_TOTALS}.csv", None, flow, ", ".join(labels), allowed)])
    deflator = parameters.table(_DEFLATOR).set_index("fiscal_year").reindex(labels)
    if deflator["value"].isna().any():
        missing = ", ".join(deflator.index[deflator["value"].isna()])
        raise InputError([Problem(f"{_DEFLATOR}.csv", None, "fiscal_year", missing, tr("a row"))])
    published = parameters.table(_CHAPTERS)
    published = published[published["flow"] == flow]

    def bounds(column: str, otherwise: float) -> Floats:
        wide = published.pivot(index="fiscal_year", columns="hs", values=column)
        wide = wide.reindex(index=labels, columns=list(chapters)).fillna(otherwise)
        return np.asarray(wide.to_numpy(float))

    return KnownYears(
        base_year=base.first,
        years=years,
        status=tuple(totals["status"]),
        total=frozen_floats(totals["value"].to_numpy(float)),
        total_low=frozen_floats(totals["low"].to_numpy(float)),
        total_high=frozen_floats(totals["high"].to_numpy(float)),
        moves=frozen_floats(_moves(parameters, flow, chapters, years)),
        low=frozen_floats(bounds("low", 0.0)),
        high=frozen_floats(bounds("high", np.inf)),
        deflator=frozen_floats(deflator["value"].to_numpy(float)),
        deflator_low=frozen_floats(deflator["low"].to_numpy(float)),
        deflator_high=frozen_floats(deflator["high"].to_numpy(float)),
    )


def _moves(
    parameters: Parameters, flow: str, chapters: Sequence[str], years: Sequence[int]
) -> Floats:
    """Evidence on every chapter over that of the year before, shape (K, H)."""
    world = parameters.table(_WORLD)
    world = world[world["basis"].str.startswith("published")]
    tables = [world]
    if CUSTOMS in parameters.tables:  # the pair's own trade, seen by Japan
        tables.append(parameters.table(CUSTOMS))
    moves = np.ones((len(years), len(chapters)))
    for table in tables:
        known = table[table["flow"] == flow].pivot(
            index="fiscal_year", columns="hs", values="value"
        )
        for row, year in enumerate(years):
            now, before = format_fiscal_year(year), format_fiscal_year(year - 1)
            if now in known.index and before in known.index:
                moves[row] = _ratio(known, now, before, chapters, moves[row])
    # A larger move says that something else is counted, not that the pair's trade did so.
    most = parameters.value(LARGEST_MOVE)
    return np.asarray(np.clip(moves, 1 / most, most))


def _ratio(
    known: pd.DataFrame, now: str, before: str, chapters: Sequence[str], otherwise: Floats
) -> Floats:
    """Return a year over the year before; what is given where either is zero or unknown."""
    new, old = (known.loc[year].reindex(list(chapters)).to_numpy(float) for year in (now, before))
    there = (new > 0) & (old > 0)
    return np.asarray(np.divide(new, old, out=otherwise.copy(), where=there))
