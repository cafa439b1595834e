"""A search repeated in other worlds: each alternative of the model by itself, and draws.

A world is a combination of the alternatives of ``params/uncertainty/model_choice``, with all
parameters as they stand or as one draw has them.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import pandas as pd

from cepasim.core.arguments import whole_number
from cepasim.core.arrays import Floats
from cepasim.core.language import mark
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.studies.chunks import Shared, run_tasks
from cepasim.studies.model_choice import Combination, Worlds

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
#: How the row of the central search is named.
CENTRAL_ROW = mark("Central")


class Repeatable(Protocol[T_co]):
    """A search that can be repeated in another world."""

    @property
    def worlds(self) -> Worlds:
        """Economy and scenario under every combination of the alternatives."""
        ...

    def under(self, combination: Combination, scores: Floats | None) -> T_co:
        """Search again under some alternatives, and under one draw of the parameters."""
        ...


@dataclass(frozen=True, eq=False)
class Again(Generic[T]):
    """What a search came to in every world; None where the model has no equilibrium.

    Attributes
    ----------
    alone : DataFrame
        ``choice``, ``label`` and ``weight`` of each of ``first``: the central world, then each
        alternative by itself.
    first : list
        What was found there.
    drawn : DataFrame
        Alternatives of each draw, a column for each choice.
    second : list
        What was found in each draw.
    notes : tuple of str
        What was left out, and why.
    """

    alone: pd.DataFrame
    first: list[T | None]
    drawn: pd.DataFrame
    second: list[T | None]
    notes: tuple[str, ...]


def searched_again(
    asked: Repeatable[T], draws: int, seed: int, executor: Executor | None
) -> Again[T]:
    """Repeat a search under each alternative, and under draws of all parameters and alternatives.

    Parameters
    ----------
    asked : Repeatable
    draws, seed : int
    executor : Executor, optional
    """
    whole_number("draws", draws, 0, 10_000)
    whole_number("seed", seed, 0)
    worlds, choice = asked.worlds, asked.worlds.choice
    rows: list[tuple[str, str, float]] = [(CENTRAL_ROW, mark("as in the search"), np.nan)]
    rows += [
        (one.label, one.labels[place], one.weights[place])
        for one, name, _ in choice.alone
        for place in [one.alternatives.index(name)]
    ]
    tried = [choice.central, *(combination for _, _, combination in choice.alone)]
    combinations = choice.draws(0, draws, seed) if draws else ()
    scores = worlds.study.uncertainty.scores(0, draws, seed) if draws else ()
    shared = Shared(asked)
    tasks: dict[str, tuple[Any, ...]] = {
        f"a{place}": (shared, combination, None) for place, combination in enumerate(tried)
    }
    tasks |= {
        f"d{place}": (shared, combination, row)
        for place, (combination, row) in enumerate(zip(combinations, scores, strict=True))
    }
    found: dict[str, T | None] = {}
    run_tasks(search_under, tasks, found.__setitem__, executor, label=mark("searches"))
    drawn = {
        one.key: [combination[place] for combination in combinations]
        for place, one in enumerate(choice.choices)
        if one.drawn
    }
    return Again(
        alone=pd.DataFrame(rows, columns=["choice", "label", "weight"]),
        first=[found[f"a{place}"] for place in range(len(tried))],
        drawn=pd.DataFrame(drawn),
        second=[found[f"d{place}"] for place in range(draws)],
        notes=choice.notes,
    )


def search_under(
    shared: Shared[Repeatable[T]], combination: Combination, scores: Floats | None
) -> T | None:
    """Search in one world; None where the model has no equilibrium there.

    Parameters
    ----------
    shared : Shared
    combination : tuple of str
    scores : ndarray or None
    """
    try:
        return shared.thing.under(combination, scores)
    except RunError:
        return None


def economy_under(worlds: Worlds, combination: Combination, scores: Floats | None) -> Economy:
    """Economy under some alternatives, and under one draw of the parameters.

    Parameters
    ----------
    worlds : Worlds
    combination : tuple of str
    scores : ndarray, optional
    """
    study = worlds.under(combination)
    if scores is not None:
        return study.uncertainty.economy(study.economy, scores, study.rules)
    return study.ruled
