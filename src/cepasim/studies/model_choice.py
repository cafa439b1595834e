"""Structural draws: which of the model's own alternatives answers in each draw.

Engine, rule for lines, weights of products, use of preferences, source of elasticities, how
sourcing moves, variant of the reference, barriers: ``params/uncertainty/model_choice`` gives each
alternative its share of the draws and the reason. What the scenario states is not drawn. An engine
that cannot express a lever is left out for that scenario; the others share its draws in proportion.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import Floats
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.engines.every import ENGINES
from cepasim.levers.sourcing import SourcingLever
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies.grounds import Grounds
from cepasim.studies.open_choices import CHOICES, IN_PARAMETERS, central_of, left_out
from cepasim.studies.study import Study, measure, outcomes_of

TABLE = "uncertainty/model_choice"
#: Draws among which the alternatives are shared out evenly; as many as a chunk has.
BLOCK = 64
#: Tells the stream of the structural draws from others that begin from the same seed.
_STREAM = 18
#: What a combination of alternatives is: one for each of `CHOICES`.
Combination = tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One choice and what is left of it for a scenario.

    Attributes
    ----------
    key, label : str
    central : str
        The alternative that the central run has.
    alternatives, labels : tuple of str
    weights : tuple of float
        Shares of the draws; they sum to one.
    """

    key: str
    label: str
    central: str
    alternatives: tuple[str, ...]
    labels: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def drawn(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.alternatives) > 1

    def at(self, scores: Floats) -> NDArray[np.intp]:
        """Places of the alternatives at scores between 0 and 1, of the same shape."""
        ends = np.cumsum(self.weights)[:-1]
        return np.searchsorted(ends, scores, side="right")


@dataclass(frozen=True)
class ModelChoice:
    """The choices of one scenario.

    Attributes
    ----------
    choices : tuple of Choice
        In the order of `CHOICES`.
    notes : tuple of str
        What is left out or not drawn, and why.
    """

    choices: tuple[Choice, ...]
    notes: tuple[str, ...]

    @property
    def drawn(self) -> tuple[Choice, ...]:
        """Choices with more than one alternative."""
        return tuple(choice for choice in self.choices if choice.drawn)

    @property
    def central(self) -> Combination:
        """What the central run has."""
        return tuple(choice.central for choice in self.choices)

    @property
    def alone(self) -> tuple[tuple[Choice, str, Combination], ...]:
        """Each alternative by itself, all else as in the central run."""
        return tuple(
            (choice, name, (*self.central[:place], name, *self.central[place + 1 :]))
            for place, choice in enumerate(self.choices)
            for name in choice.alternatives
            if name != choice.central
        )

    @classmethod
    def of(cls, economy: Economy, scenario: Scenario, engine: str = ENGINES[0]) -> ModelChoice:
        """Choices that a scenario leaves open.

        Parameters
        ----------
        economy : Economy
        scenario : Scenario
            Elasticities, a variant of the reference or imposed sourcing that it states are not
            drawn.
        engine : str, optional
            Another than the default is not drawn, either.

        Raises
        ------
        InputError
            For weights that do not sum to one, or an alternative that the model does not have.
        """
        table = economy.parameters.table(TABLE)
        found: list[Choice] = []
        notes: list[str] = []
        for key, label in CHOICES.items():
            rows = table[table["choice"] == key]
            _check(key, rows, economy)
            out = left_out(key, tuple(rows["alternative"]), economy, scenario, engine)
            central = central_of(key, economy, scenario, engine)
            rows = rows[~rows["alternative"].isin(out.names)]
            if out.only is not None or rows.empty:
                rows = table[(table["choice"] == key) & (table["alternative"] == central)]
            weights = rows["weight"].to_numpy(float) if len(rows) else np.ones(1)
            weights = weights if weights.sum() > 0 else np.ones(len(weights))
            found.append(
                Choice(
                    key,
                    label,
                    central,
                    tuple(rows["alternative"]) or (central,),
                    tuple(rows["label"]) or (central,),
                    tuple((weights / weights.sum()).tolist()),
                )
            )
            notes += out.notes
        return cls(tuple(found), tuple(notes))

    def draws(self, start: int, stop: int, seed: int) -> tuple[Combination, ...]:
        """Combinations of some draws, the same whatever else is asked for.

        Every block of `BLOCK` draws shares each choice out evenly, by itself.
        """
        blocks = range(start // BLOCK, -(-stop // BLOCK))
        scores = np.concatenate([_scores(block, seed) for block in blocks])
        first = blocks.start * BLOCK
        scores = scores[start - first : stop - first]
        names = [
            np.array(choice.alternatives, dtype=object)[choice.at(scores[:, place])]
            for place, choice in enumerate(self.choices)
        ]
        return tuple(zip(*(one.tolist() for one in names), strict=True))

    def identity(self) -> list[list[object]]:
        """What draws depend on besides the seed, ready for JSON."""
        return [[c.key, list(c.alternatives), list(c.weights)] for c in self.choices]

    def table(self) -> pd.DataFrame:
        """One row per alternative: ``choice``, ``alternative``, labels and ``weight``."""
        return pd.DataFrame(
            [
                (choice.key, choice.label, name, label, weight)
                for choice in self.drawn
                for name, label, weight in zip(
                    choice.alternatives, choice.labels, choice.weights, strict=True
                )
            ],
            columns=["choice", "choice_label", "alternative", "label", "weight"],
        )


@dataclass(frozen=True)
class Worlds:
    """An economy and a scenario under every combination of the model's alternatives.

    Attributes
    ----------
    economy : Economy
        As given, without the scenario's parameters.
    scenario : Scenario
    study : Study
        The central combination.
    choice : ModelChoice
    grounds : Grounds
        Economies made so far, perhaps for other scenarios.
    """

    economy: Economy
    scenario: Scenario
    study: Study
    choice: ModelChoice
    grounds: Grounds

    @classmethod
    def of(cls, economy: Economy | Grounds, scenario: Scenario, engine: str = ENGINES[0]) -> Worlds:
        """Apply the scenario's own parameters."""
        grounds = economy if isinstance(economy, Grounds) else Grounds(economy)
        study = grounds.study(scenario, engine)
        choice = ModelChoice.of(grounds.economy, scenario, engine)
        return cls(grounds.economy, scenario, study, choice, grounds)

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: it makes its own studies."""
        return {name: value for name, value in self.__dict__.items() if name != "_known"}

    @cached_property
    def _known(self) -> dict[Hashable, Study]:
        return {}

    def under(self, combination: Combination) -> Study:
        """Return the study under a combination; economies are made once each."""
        if combination == self.choice.central:
            return self.study
        if combination not in self._known:
            picked: dict[str, Any] = dict(zip(CHOICES, combination, strict=True))
            built = self._built(**{key: picked[key] for key in IN_PARAMETERS})
            levers = tuple(
                lever.model_copy(update={"mode": picked["sourcing"]})
                if isinstance(lever, SourcingLever)
                else lever
                for lever in self.scenario.levers
            )
            scenario = built.scenario.model_copy(
                update={"variant": picked["reference"], "levers": levers}
            )
            self._known[combination] = replace(
                built,
                scenario=scenario,
                engine=picked["engine"],
                rules=(picked["line_rule"], picked["product_rule"], picked["use_rule"]),
            )
        return self._known[combination]

    def alone(self, combination: Combination) -> Floats:
        """What `measure` gives under a combination with all figures as they stand."""
        study = self.under(combination)
        asked = study.ruled, study.scenario
        return measure(run(*asked, attribution=False, engine=study.engine, check=False))

    def _built(self, **sources: str) -> Study:
        """Return the study under a source of elasticities and one of barriers."""
        own = self.study.economy
        asked = self.scenario
        if any(source != getattr(own, name) for name, source in sources.items()):
            asked = asked.model_copy(update=sources)
        return self.grounds.study(asked, self.study.engine)

    def outcomes(
        self, scores: Floats, combinations: Sequence[Combination], shape: tuple[int, int]
    ) -> Floats:
        """Outcomes of several draws, shape (n, *shape); NaN where no equilibrium is found."""
        return outcomes_of([self.under(one) for one in combinations], scores, shape)


def _check(key: str, rows: pd.DataFrame, economy: Economy) -> None:
    """Refuse weights that are not shares of the draws, and alternatives there are not."""
    known: Mapping[str, Sequence[str]] = {
        "engine": ENGINES,
        "reference": tuple(economy.ground.variants),
    }
    file, problems = f"{TABLE}.csv", []
    total = float(rows["weight"].sum())
    if abs(total - 1) > 1e-9:
        text = tr("weights of {choice} that sum to one", choice=key)
        problems.append(Problem(file, None, "weight", f"{total:g}", text))
    for name in rows["alternative"] if key in known else ():
        if name not in known[key]:
            text = tr("one of {allowed}", allowed=separated(known[key]))
            field = tr("alternative of {choice}", choice=key)
            problems.append(Problem(file, None, field, name, text))
    if problems:
        raise InputError(problems)


def _scores(block: int, seed: int) -> Floats:
    """Scores of one block, shape (BLOCK, choices): each choice has every part of 0 to 1 once."""
    rng = np.random.default_rng((seed, _STREAM, block))
    size = (len(CHOICES), BLOCK)
    places = rng.permuted(np.broadcast_to(np.arange(BLOCK), size).copy(), axis=1)
    return np.asarray(((places + rng.random(size)) / BLOCK).T)
