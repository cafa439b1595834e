"""How sure the split of a fund is: divided again under the model's own alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.language import mark, paragraph, separated, tr
from cepasim.core.numbers import range_mn
from cepasim.studies.advice.again import CENTRAL_ROW, economy_under, searched_again
from cepasim.studies.advice.fund_search import search_split
from cepasim.studies.advice.fund_split import Division
from cepasim.studies.advice.split_budget import Bounds
from cepasim.studies.model_choice import Combination, Worlds

#: Windows within a sentence.
_INSIDE = {
    "labour_intensive": mark("labour-intensive industries"),
    "sunrise": mark("sunrise industries"),
}


class Divided(NamedTuple):
    """The best split in one world, and what this one and the equal one do there, US$ million."""

    shares: Floats
    best: float
    split: float
    equal: float


@dataclass(frozen=True, eq=False)
class Asked:
    """A split, ready to be looked for in another world."""

    worlds: Worlds
    division: Division
    bounds: Bounds
    shares: Floats

    def under(self, combination: Combination, scores: Floats | None) -> Divided:
        """Divide the fund again under some alternatives, and under one draw."""
        study = self.worlds.under(combination)
        division = replace(
            self.division,
            economy=economy_under(self.worlds, combination, scores).by_chapter,
            variant=study.scenario.variant,
            engine=study.engine,
            check=False,
        )
        shares, _, _ = search_split(division, self.bounds)
        assert shares is not None  # the bounds are the same
        mine, best = division.outcome(self.shares), division.outcome(shares)
        if mine >= best:
            shares, best = self.shares, mine
        return Divided(shares, best, mine, division.outcome(division.equal))


@dataclass(frozen=True, eq=False)
class FundChoice:
    """How a fund would be divided in other worlds.

    Attributes
    ----------
    alternatives : DataFrame
        A row for the central search and one for each alternative of the model by itself:
        ``choice``, ``label``, ``weight``, ``split_usd_mn``, ``equal_usd_mn`` and ``best_usd_mn``
        (what this split, the equal one and the best one there do to the objective),
        ``in_common_percent`` (of the money, that the best split there spends as this one does).
    draws : DataFrame
        The same for each draw of all parameters and alternatives.
    industries : DataFrame
        Share of the fund of each industry: ``share`` here, ``least`` and ``most`` over the
        alternatives, and how often it gets money: ``alternatives_percent``, ``draws_percent``.
    windows : DataFrame
        The same shares by window.
    notes : tuple of str
        What was left out, and why.
    """

    alternatives: pd.DataFrame
    draws: pd.DataFrame
    industries: pd.DataFrame
    windows: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """In two sentences."""
        known = self.alternatives.dropna(subset=["split_usd_mn"])
        other = known[known["choice"] != CENTRAL_ROW]
        better = int((other["split_usd_mn"] > other["equal_usd_mn"]).sum())
        windows = separated(
            tr(
                "{share} to {window}",
                share=_percent(row["least"], row["most"]),
                window=tr(_INSIDE[row["window"]]),
            )
            for row in self.windows.to_dict("records")
        )
        sentences = [
            tr(
                "Under {better} of {n} alternatives of the model this split does more than the "
                "equal one; it does {range}.",
                better=better,
                n=len(other),
                range=range_mn(*_ends(known["split_usd_mn"])),
            ),
            tr(
                "The best split of each alternative gives {windows}, spends {common} % of the "
                "money in the same industries on average, and does {range} more.",
                windows=windows,
                common=f"{other['in_common_percent'].mean():.0f}",
                range=range_mn(*_ends(other["best_usd_mn"] - other["split_usd_mn"])),
            ),
        ]
        drawn = self.draws.dropna(subset=["split_usd_mn"])
        if len(drawn):
            share = (drawn["split_usd_mn"] > drawn["equal_usd_mn"]).mean()
            low, high = np.percentile(drawn["split_usd_mn"], (5, 95))
            sentences.append(
                tr(
                    "In {share} % of {n} draws of all parameters and alternatives it does more "
                    "than the equal one; 90 % range {range}; {common} % of the money is spent "
                    "alike.",
                    share=f"{100 * share:.0f}",
                    n=len(drawn),
                    range=range_mn(low, high),
                    common=f"{drawn['in_common_percent'].mean():.0f}",
                )
            )
        return paragraph(sentences)


def _percent(least: float, most: float) -> str:
    """Shares in percent, one where they are the same."""
    low, high = f"{100 * least:.0f}", f"{100 * most:.0f}"
    if low == high:
        return tr("{share} %", share=low)
    return tr("{low} to {high} %", low=low, high=high)


def _ends(values: pd.Series) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def fund_choice(
    division: Division,
    bounds: Bounds,
    shares: Floats,
    draws: int = 0,
    seed: int = 1,
    executor: Executor | None = None,
) -> FundChoice:
    """Divide a fund again in other worlds.

    Parameters
    ----------
    division : Division
    bounds : Bounds
    shares : ndarray, shape (N,)
        The split that is asked about.
    draws, seed : int, optional
    executor : Executor, optional
    """
    worlds = Worlds.of(division.economy, division.scenario(shares))
    again = searched_again(Asked(worlds, division, bounds, shares), draws, seed, executor)
    return FundChoice(
        alternatives=again.alone.join(_rows(shares, again.first)),
        draws=again.drawn.join(_rows(shares, again.second), how="outer"),
        industries=_industries(division, shares, again.first[1:], again.second),
        windows=_windows(division, shares, again.first[1:]),
        notes=again.notes,
    )


def _rows(shares: Floats, found: Sequence[Divided | None]) -> pd.DataFrame:
    """What the splits do in each world, and how much of the money is spent alike."""
    rows = [
        (np.nan,) * 4
        if one is None
        else (one.split, one.equal, one.best, 100 * float(np.minimum(one.shares, shares).sum()))
        for one in found
    ]
    names = ["split_usd_mn", "equal_usd_mn", "best_usd_mn", "in_common_percent"]
    return pd.DataFrame(rows, columns=names)


def _industries(
    division: Division,
    shares: Floats,
    alone: Sequence[Divided | None],
    drawn: Sequence[Divided | None],
) -> pd.DataFrame:
    first, second = (
        np.array([one.shares for one in some if one is not None]).reshape(-1, len(shares))
        for some in (alone, drawn)
    )
    every = np.vstack([shares, first])
    return pd.DataFrame(
        {
            "industry": [one.name for one in division.industries],
            "label": [one.label for one in division.industries],
            "window": [one.window for one in division.industries],
            "share": shares,
            "least": every.min(axis=0),
            "most": every.max(axis=0),
            "alternatives_percent": 100 * (first > 0).sum(axis=0) / max(1, len(first)),
            "draws_percent": 100 * (second > 0).mean(axis=0) if len(second) else np.nan,
        }
    )


def _windows(division: Division, shares: Floats, alone: Sequence[Divided | None]) -> pd.DataFrame:
    """Share of the fund of each window: here, and least and most over the alternatives."""
    rows = []
    for name in dict.fromkeys(one.window for one in division.industries):
        inside = np.array([one.window == name for one in division.industries])
        found = [float(one.shares[inside].sum()) for one in alone if one is not None]
        mine = float(shares[inside].sum())
        rows.append((name, mine, min([mine, *found]), max([mine, *found])))
    return pd.DataFrame(rows, columns=["window", "share", "least", "most"])
