"""90 % ranges, computed in processes of their own so that nobody waits for them.

A part of the draws gives a first range; the others make it firmer. The draws are those of
``cepasim montecarlo`` with the same seed.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.report import views
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.studies.choice_ranges import decomposed, told
from cepasim.studies.model_choice import Combination, ModelChoice, Worlds
from cepasim.studies.percentiles import headline_ranges
from cepasim.tables.column import TOTALS
from cepasim.ui import workers

Floats = NDArray[np.float64]

#: Powers of two, for which the points are balanced: a first range, and the one to talk about.
FIRST, DRAWS = 32, 128
SEED = 1
#: Draws of one piece of work: what a scenario that is no longer looked at may still take.
_AT_ONCE = 8
_KEPT = 12


@dataclass(frozen=True, eq=False)
class Range:
    """Ranges of the totals of one scenario.

    Attributes
    ----------
    draws : int
        How many they rest on.
    fiscal_years : tuple of str
    sample, choice : ndarray, shape (draws, Y, len(TOTALS))
        US$ million, of figures alone and of figures and model choice; draws without an equilibrium
        are left out.
    model : ModelChoice
        What was drawn of the model's own alternatives.
    combinations : tuple of tuple of str
        Alternatives of the draws of ``choice``.
    """

    draws: int
    fiscal_years: tuple[str, ...]
    sample: Floats
    choice: Floats
    model: ModelChoice
    combinations: tuple[Combination, ...]

    def headline(self) -> pd.DataFrame:
        """Return the ranges as columns that stand beside ``Result.totals``."""
        return headline_ranges(self.fiscal_years, self.sample, self.choice)

    def beside(self, result: Result) -> Result:
        """Return the result with these ranges in its totals and its manifest."""
        options = {"draws": self.draws, "seed": SEED, **told(self.model, self.decomposition())}
        return result.with_ranges(self.headline(), options)

    def decomposition(self) -> pd.DataFrame:
        """Return how far each choice moves each headline, by year."""
        return decomposed(self.model, self.combinations, self.choice, self.fiscal_years)

    def band(self, item: str) -> Floats:
        """5th and 95th percentile of a total by year, US$ million, shape (Y, 2)."""
        return np.percentile(self.sample[:, :, TOTALS.index(item)], (5.0, 95.0), axis=0).T


@dataclass(frozen=True, eq=False)
class Asked:
    """Ranges on their way: pieces of the draws, in order."""

    scenario: Scenario
    fiscal_years: tuple[str, ...]
    model: ModelChoice
    pieces: tuple[Future[Floats], ...]

    @property
    def draws(self) -> int:
        """Draws that are there, without a gap."""
        return _AT_ONCE * len(self._there())

    @property
    def failed(self) -> bool:
        """Whether a piece could not be computed."""
        return any(p.done() and (p.cancelled() or p.exception() is not None) for p in self.pieces)

    def range(self) -> Range | None:
        """Return the ranges of the first draws or of all; None while there is neither."""
        draws = DRAWS if self.draws == DRAWS else FIRST
        if self.draws < draws:
            return None
        both = np.concatenate([p.result() for p in self._there()[: draws // _AT_ONCE]], axis=1)
        there = np.isfinite(both[:, :, 0, 0])
        if not there.any(axis=1).all():
            return None
        picked = zip(self.model.draws(0, draws, SEED), there[1], strict=True)
        return Range(
            draws,
            self.fiscal_years,
            both[0][there[0]],
            both[1][there[1]],
            self.model,
            tuple(combination for combination, found in picked if found),
        )

    def _there(self) -> list[Future[Floats]]:
        return list(
            takewhile(
                lambda p: p.done() and not p.cancelled() and p.exception() is None, self.pieces
            )
        )


class Ranges:
    """Ranges of one session by figures and scenario; only the newest is worked on."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str | None, Scenario], Asked] = OrderedDict()

    def ask(
        self,
        folder: str | None,
        scenario: Scenario,
        fiscal_years: tuple[str, ...],
        choice: ModelChoice,
    ) -> Asked:
        """Return the ranges of a scenario, finished or on their way.

        Parameters
        ----------
        folder : str or None
            Parameter folder of a user's own figures; None for the bundled ones.
        scenario : Scenario
        fiscal_years : tuple of str
            Those of its result.
        choice : ModelChoice
            What it leaves open of the model's own alternatives.
        """
        key = (folder, scenario)
        if key in self._asked and workers.lost(self._asked[key].pieces):
            del self._asked[key]
        if key not in self._asked:
            # What is under way for another scenario is dropped: nobody looks at it any more.
            for other in [k for k, asked in self._asked.items() if asked.draws < DRAWS]:
                for piece in self._asked.pop(other).pieces:
                    piece.cancel()
            starts = range(0, DRAWS, _AT_ONCE)
            given = (folder, scenario, len(fiscal_years))
            pieces = tuple(workers.submit("ranges", _drawn, *given, start) for start in starts)
            self._asked[key] = Asked(scenario, fiscal_years, choice, pieces)
            if len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
        self._asked.move_to_end(key)
        return self._asked[key]


@lru_cache(maxsize=2)
def _worlds(folder: str | None, scenario: Scenario) -> Worlds:
    """Figures under the scenario's assumptions with their distributions, and the alternatives."""
    return Worlds.of(workers.economy(folder), scenario)


def _drawn(folder: str | None, scenario: Scenario, years: int, start: int) -> Floats:
    """Totals of some draws, of figures and with model choice, shape (2, n, Y, len(TOTALS)).

    Missing where no equilibrium is found.
    """
    worlds = _worlds(folder, scenario)
    study = worlds.study
    shape = (years, len(TOTALS) + 4 * len(study.economy.by_chapter.chapters))
    scores = study.uncertainty.scores(start, start + _AT_ONCE, SEED)
    picked = worlds.choice.draws(start, start + _AT_ONCE, SEED)
    both = (study.outcomes(scores, shape), worlds.outcomes(scores, picked, shape))
    return np.stack([one[:, :, : len(TOTALS)] for one in both])


def in_words(ranged: Range, year: str) -> dict[str, str]:
    """Return the line below each change."""
    return views.ranges_in_words(ranged.headline(), year, ranged.draws)


def band(ranged: Range, item: str) -> pd.DataFrame:
    """Return the 90 % range of a total by year, as `charts.path_rows` takes it."""
    low, high = ranged.band(item).T
    return pd.DataFrame(
        {"fiscal_year": list(ranged.fiscal_years), "low_usd_mn": low, "high_usd_mn": high}
    )
