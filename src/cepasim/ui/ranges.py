"""90 % ranges, computed in processes of their own so that nobody waits for them.

A part of the draws gives a first range; the others make it firmer. The draws are those of
``cepasim montecarlo`` with the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.report import views
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.studies.choice_ranges import decomposed, told
from cepasim.studies.grounds import Grounds
from cepasim.studies.model_choice import Combination, ModelChoice, Worlds
from cepasim.studies.percentiles import headline_ranges
from cepasim.tables.column import TOTALS
from cepasim.ui import workers
from cepasim.ui.draws import AT_ONCE, SEED, Draws, Viewer, shared
from cepasim.ui.figures import LANDING, bundled_figures
from cepasim.ui.launch import ranges_wanted

Floats = NDArray[np.float64]


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
        return self._headline.copy()

    @cached_property
    def _headline(self) -> pd.DataFrame:
        return headline_ranges(self.fiscal_years, self.sample, self.choice)

    def of(self, year: str) -> dict[str, object]:
        """Return the ranges of one year, by column."""
        [row] = self._headline[self._headline["fiscal_year"] == year].to_dict("records")
        return {str(column): value for column, value in row.items()}

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
    """Ranges on their way.

    Attributes
    ----------
    fiscal_years : tuple of str
    choices : callable
        Returns what is drawn of the model's own alternatives; not asked before draws are there,
        which many scenarios never wait for.
    draws : Draws
    """

    fiscal_years: tuple[str, ...]
    choices: Callable[[], ModelChoice]
    draws: Draws

    @classmethod
    def of(
        cls, folder: str | None, economy: Economy, scenario: Scenario, years: tuple[str, ...]
    ) -> Asked:
        """Have ranges drawn.

        Parameters
        ----------
        folder : str or None
            Parameter folder of a user's own figures; None for the bundled ones.
        economy : Economy
            The same figures.
        scenario : Scenario
        years : tuple of str
            Those of its result.
        """
        choices = partial(ModelChoice.of, economy, scenario)
        return cls(years, choices, Draws.of(partial(_drawn, folder, scenario, len(years))))

    def range(self) -> Range | None:
        """Return the ranges of the first draws or of all; None while there is neither."""
        draws = self.draws.enough
        if draws not in self._made:
            self._made[draws] = self._range(draws) if draws else None
        return self._made[draws]

    @cached_property
    def _model(self) -> ModelChoice:
        return self.choices()

    @cached_property
    def _made(self) -> dict[int, Range | None]:
        return {}

    def _range(self, draws: int) -> Range | None:
        both = np.concatenate(self.draws.first(draws), axis=1)
        there = np.isfinite(both[:, :, 0, 0])
        if not there.any(axis=1).all():
            return None
        model = self._model
        picked = zip(model.draws(0, draws, SEED), there[1], strict=True)
        return Range(
            draws,
            self.fiscal_years,
            both[0][there[0]],
            both[1][there[1]],
            model,
            tuple(combination for combination, found in picked if found),
        )


def ask(
    viewer: Viewer,
    folder: str | None,
    economy: Economy,
    scenario: Scenario,
    years: tuple[str, ...],
) -> Asked:
    """Return the ranges of a scenario for somebody who looks at it, whoever else asked for them.

    Parameters
    ----------
    viewer : Viewer
        Who no longer looks at any other.
    folder, economy, scenario, years
        As in `Asked.of`; what the scenario is called does not matter.
    """
    bare = nameless(scenario)
    key = ("ranges", folder, bare)
    return shared().ask(viewer, key, lambda: Asked.of(folder, economy, bare, years))


@st.cache_resource(show_spinner=False)
def of_the_first_page() -> Viewer | None:
    """Have the ranges drawn that every visitor sees first; return who keeps on looking at them."""
    if not ranges_wanted():
        return None
    figures, host = bundled_figures(), Viewer()
    scenario = figures.bundled[LANDING]
    years = scenario.years_from(figures.economy.base_year)
    labels = tuple(format_fiscal_year(int(year)) for year in years)
    ask(host, None, figures.economy, scenario, labels)
    return host


def nameless(scenario: Scenario) -> Scenario:
    """Return a scenario without what it is called in a reader's language."""
    return scenario.model_copy(update={"name": "-", "description": ""})


@lru_cache(maxsize=2)
def grounds(folder: str | None) -> Grounds:
    """Return what draws of all scenarios have in common, in a background process."""
    return Grounds(workers.economy(folder))


@lru_cache(maxsize=4)
def _worlds(folder: str | None, scenario: Scenario) -> Worlds:
    return Worlds.of(grounds(folder), scenario)


def _drawn(folder: str | None, scenario: Scenario, years: int, start: int) -> Floats:
    """Totals of some draws, of figures and with model choice, shape (2, n, Y, len(TOTALS)).

    Missing where no equilibrium is found.
    """
    worlds = _worlds(folder, scenario)
    study = worlds.study
    shape = (years, len(TOTALS) + 4 * len(study.economy.by_chapter.chapters))
    scores = study.uncertainty.scores(start, start + AT_ONCE, SEED)
    picked = worlds.choice.draws(start, start + AT_ONCE, SEED)
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
