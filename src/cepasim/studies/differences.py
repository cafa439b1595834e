"""Ranges of the difference of two scenarios, and of one scenario under each variant.

Both scenarios are solved under the same draws, so that what they have in common does not count: the
range of a difference is not the difference of two ranges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pandas as pd

from cepasim.core.arguments import refuse, whole_number
from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies import chunks
from cepasim.studies.grounds import Grounds
from cepasim.studies.model_choice import Choice, ModelChoice, Worlds
from cepasim.studies.monte_carlo import CHUNK, MOST_DRAWS, choice_chunk, draw_chunk, monte_carlo
from cepasim.studies.percentiles import statistics
from cepasim.studies.study import measure
from cepasim.tables.column import TOTALS


def difference_ranges(
    economy: Economy,
    first: Scenario,
    second: Scenario,
    draws: int = 1024,
    seed: int = 1,
    executor: Executor | None = None,
    *,
    model_choice: bool = False,
) -> pd.DataFrame:
    """Ranges of what the second scenario does beyond the first, under common draws.

    Parameters
    ----------
    economy : Economy
    first, second : Scenario
        Of the same years.
    draws, seed, executor : optional
        As in `cepasim.monte_carlo`.
    model_choice : bool, optional
        Draw the model's own alternatives as well, as far as both scenarios can be run under them.

    Returns
    -------
    DataFrame
        One row per (fiscal_year, item): ``central``, percentiles and ``probability_above_zero``
        (a share of draws) of second less first, US$ million.

    Raises
    ------
    InputError
        For scenarios of other years.
    """
    draws = whole_number("draws", draws, 1, MOST_DRAWS)
    seed = whole_number("seed", seed, 0)
    both = [Worlds.of(economy, scenario) for scenario in (first, second)]
    runs = [worlds.study.central() for worlds in both]
    years = runs[0].labels
    if runs[1].labels != years:
        refuse(
            "second",
            runs[1].labels[-1],
            tr("a scenario of the same years, to {last}", last=years[-1]),
        )
    if model_choice:
        common = open_to_both(both[0].choice, both[1].choice)
        both = [replace(worlds, choice=common) for worlds in both]
    centres = [measure(run) for run in runs]
    samples = [
        _samples(worlds, centre.shape, draws, seed, executor, model_choice)
        for worlds, centre in zip(both, centres, strict=True)
    ]
    size = len(TOTALS)
    return statistics_by_year(samples[1] - samples[0], (centres[1] - centres[0])[:, :size], years)


def statistics_by_year(sample: Floats, centre: Floats, years: Sequence[str]) -> pd.DataFrame:
    """Statistics of totals over draws, one row per (fiscal_year, item).

    Parameters
    ----------
    sample : ndarray, shape (draws, Y, len(TOTALS))
        US$ million; draws without an equilibrium are missing and left out.
    centre : ndarray, shape (Y, len(TOTALS))
    years : sequence of str
    """
    sample = sample[np.isfinite(sample[:, 0, 0])]
    frames = []
    for place, year in enumerate(years):
        table = statistics(sample[:, place], centre[place])
        table.insert(0, "item", list(TOTALS))
        table.insert(0, "fiscal_year", year)
        frames.append(table)
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, eq=False)
class Together:
    """Several scenarios under common draws.

    Attributes
    ----------
    worlds : tuple of Worlds
        Of each scenario, with the alternatives of the model that all of them can be run under.
    """

    worlds: tuple[Worlds, ...]

    @classmethod
    def of(cls, economy: Economy | Grounds, scenarios: Sequence[Scenario]) -> Together:
        """Scenarios of the same years.

        Raises
        ------
        InputError
            For scenarios of other years, or with no alternative of the model in common.
        """
        grounds = economy if isinstance(economy, Grounds) else Grounds(economy)
        base = grounds.economy.base_year
        years = scenarios[0].years_from(base).tolist()
        for scenario in scenarios[1:]:
            if scenario.years_from(base).tolist() != years:
                last = format_fiscal_year(years[-1])
                words = tr("the same in all scenarios, such as {last}", last=last)
                refuse("horizon", scenario.horizon, words)
        found = [Worlds.of(grounds, scenario) for scenario in scenarios]
        common = reduce(open_to_both, (one.choice for one in found))
        return cls(tuple(replace(one, choice=common) for one in found))

    def drawn(self, start: int, stop: int, seed: int) -> Floats:
        """Totals of some draws, of figures and with model choice.

        Returns
        -------
        ndarray, shape (2, scenarios, stop - start, Y, len(TOTALS))
            US$ million; missing where no equilibrium is found.
        """
        return np.stack([_both(one, start, stop, seed) for one in self.worlds], axis=1)


def _both(worlds: Worlds, start: int, stop: int, seed: int) -> Floats:
    study, size = worlds.study, len(TOTALS)
    shape = (
        len(worlds.scenario.years_from(study.economy.base_year)),
        size + 4 * len(study.economy.by_chapter.chapters),
    )
    scores = study.uncertainty.scores(start, stop, seed)
    picked = worlds.choice.draws(start, stop, seed)
    found = study.outcomes(scores, shape), worlds.outcomes(scores, picked, shape)
    return np.stack([one[:, :, :size] for one in found])


def ranges_by_reference(
    economy: Economy,
    scenario: Scenario,
    draws: int = 1024,
    seed: int = 1,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Ranges of one scenario under each variant of the reference, with the same draws.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
        Its own variant does not count.
    draws, seed, executor : optional
        As in `cepasim.monte_carlo`.

    Returns
    -------
    DataFrame
        ``reference``, then the columns of ``MonteCarlo.totals``.
    """
    frames = []
    for name in economy.ground.variants:
        asked = scenario.model_copy(update={"variant": name})
        table = monte_carlo(economy, asked, draws, seed, executor).totals
        table.insert(0, "reference", name)
        frames.append(table)
    return pd.concat(frames, ignore_index=True)


def open_to_both(first: ModelChoice, second: ModelChoice) -> ModelChoice:
    """Choices with the alternatives that two scenarios have in common.

    What only one of them has to choose, such as how sourcing moves, is drawn: it does nothing to
    the other.
    """
    found = [_common(*pair) for pair in zip(first.choices, second.choices, strict=True)]
    return ModelChoice(tuple(found), tuple(dict.fromkeys((*first.notes, *second.notes))))


def _common(one: Choice, other: Choice) -> Choice:
    if one.key == "sourcing":
        return one if one.drawn else other
    kept: Mapping[str, tuple[str, float]] = {
        name: (label, weight)
        for name, label, weight in zip(one.alternatives, one.labels, one.weights, strict=True)
        if name in other.alternatives
    }
    if not kept:
        text = tr(
            "the same {choice} in both scenarios, or none stated", choice=tr(one.label).lower()
        )
        refuse("second", other.central, text)
    total = sum(weight for _, weight in kept.values())
    return replace(
        one,
        central=one.central if one.central in kept else next(iter(kept)),
        alternatives=tuple(kept),
        labels=tuple(label for label, _ in kept.values()),
        weights=tuple(weight / total for _, weight in kept.values()),
    )


def _samples(
    worlds: Worlds,
    shape: tuple[int, ...],
    draws: int,
    seed: int,
    executor: Executor | None,
    model_choice: bool,
) -> Floats:
    """Totals of every draw, shape (draws, Y, len(TOTALS)); NaN where one failed."""
    found: dict[str, Floats] = {}
    shared = chunks.Shared[object](worlds if model_choice else worlds.study)
    tasks = {
        f"{start:08d}": (shared, start, min(start + CHUNK, draws), seed, shape)
        for start in range(0, draws, CHUNK)
    }

    def keep(key: str, outcomes: Floats) -> None:
        found[key] = outcomes[:, :, : len(TOTALS)]

    work = choice_chunk if model_choice else draw_chunk
    chunks.run_tasks(work, tasks, keep, executor, label=mark("draws"))
    return np.concatenate([found[key] for key in sorted(found)])
