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

from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.report import views
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.studies.percentiles import headline_ranges
from cepasim.studies.study import Study
from cepasim.tables.schema import TOTALS
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
    sample : ndarray, shape (draws, Y, len(TOTALS))
        US$ million; draws without an equilibrium are left out.
    """

    draws: int
    fiscal_years: tuple[str, ...]
    sample: Floats

    def headline(self) -> pd.DataFrame:
        """Return the ranges as columns that stand beside ``Result.totals``."""
        return headline_ranges(self.fiscal_years, self.sample)

    def beside(self, result: Result) -> Result:
        """Return the result with these ranges in its totals and its manifest."""
        return result.with_ranges(self.headline(), {"draws": self.draws, "seed": SEED})

    def band(self, item: str) -> Floats:
        """5th and 95th percentile of a total by year, US$ million, shape (Y, 2)."""
        return np.percentile(self.sample[:, :, TOTALS.index(item)], (5.0, 95.0), axis=0).T


@dataclass(frozen=True, eq=False)
class Asked:
    """Ranges on their way: pieces of the draws, in order."""

    scenario: Scenario
    fiscal_years: tuple[str, ...]
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
        sample = np.concatenate([p.result() for p in self._there()[: draws // _AT_ONCE]])
        sample = sample[np.isfinite(sample[:, 0, 0])]
        return Range(draws, self.fiscal_years, sample) if len(sample) else None

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

    def ask(self, folder: str | None, scenario: Scenario, fiscal_years: tuple[str, ...]) -> Asked:
        """Return the ranges of a scenario, finished or on their way.

        Parameters
        ----------
        folder : str or None
            Parameter folder of a user's own figures; None for the bundled ones.
        scenario : Scenario
        fiscal_years : tuple of str
            Those of its result.
        """
        key = (folder, scenario)
        if key not in self._asked:
            # What is under way for another scenario is dropped: nobody looks at it any more.
            for other in [k for k, asked in self._asked.items() if asked.draws < DRAWS]:
                for piece in self._asked.pop(other).pieces:
                    piece.cancel()
            starts = range(0, DRAWS, _AT_ONCE)
            given = (folder, scenario, len(fiscal_years))
            pieces = tuple(workers.submit("ranges", _drawn, *given, start) for start in starts)
            self._asked[key] = Asked(scenario, fiscal_years, pieces)
            if len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
        self._asked.move_to_end(key)
        return self._asked[key]


@lru_cache(maxsize=2)
def _uncertainty(
    folder: str | None, elasticities: str | None, overrides: tuple[tuple[str, float], ...]
) -> tuple[Economy, Uncertainty]:
    """Figures under some assumptions with their distributions, which no lever changes."""
    economy = workers.economy(folder).with_elasticities(elasticities)
    economy = economy.with_overrides(dict(overrides))
    return economy, Uncertainty.of(economy)


def _drawn(folder: str | None, scenario: Scenario, years: int, start: int) -> Floats:
    """Totals of some draws, shape (n, Y, len(TOTALS)); missing where no equilibrium is found."""
    overrides = tuple(scenario.parameters.items())
    economy, uncertainty = _uncertainty(folder, scenario.elasticities, overrides)
    bare = scenario.model_copy(update={"parameters": FrozenMapping({})})
    study = Study(economy, bare, uncertainty, "armington")
    shape = (years, len(TOTALS) + 4 * len(economy.by_chapter.chapters))
    return study.outcomes(uncertainty.scores(start, start + _AT_ONCE, SEED), shape)[
        :, :, : len(TOTALS)
    ]


def in_words(ranged: Range, year: str) -> dict[str, str]:
    """Return the line below each headline number."""
    said = views.ranges_in_words(ranged.headline(), year)
    return said | {"change": f"{said['change']} of {ranged.draws} draws"}


def band(ranged: Range, item: str) -> pd.DataFrame:
    """Return the 90 % range of a total by year, as `charts.path_rows` takes it."""
    low, high = ranged.band(f"{item}_usd_mn").T
    return pd.DataFrame(
        {"fiscal_year": list(ranged.fiscal_years), "low_usd_mn": low, "high_usd_mn": high}
    )
