"""What a search found: candidates, what was asked, and the answer once it was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cepasim.core.language import now
from cepasim.scenario.scenario import Scenario
from cepasim.studies.advice.candidates import Candidate
from cepasim.studies.advice.package_effects import QUANTITIES, Runner
from cepasim.studies.advice.programme import Programme
from cepasim.studies.advice.settle import Answer
from cepasim.studies.advice.terms import Terms


@dataclass(frozen=True, eq=False)
class Searched:
    """A package as the search found it and the model has it.

    Attributes
    ----------
    name, year : str
    runner : Runner
    programme : Programme
    terms : Terms
    answer : Answer
    kind : str
        How it was found: "best", or "Nash point".
    tried : tuple of mapping, or None
        Candidates as they were given; None for the bundled ones.
    """

    name: str
    year: str
    runner: Runner
    programme: Programme
    terms: Terms
    answer: Answer
    kind: str = "best"
    tried: tuple[Mapping[str, Any], ...] | None = None

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        """Candidates in it."""
        places = np.flatnonzero(self.answer.chosen > 0.5).tolist()
        return tuple(self.programme.candidates[one] for one in places)

    @property
    def scenario(self) -> Scenario:
        """It as a scenario, ready to run: at the level it was found at."""
        found = self.runner.scenario(self.chosen, now(self.name))
        return found.model_copy(update=self.runner.economy.detail)

    @property
    def value(self) -> float:
        """Objective by the model, US$ million."""
        return float(self.terms.weights @ self.answer.model)

    @property
    def effects(self) -> dict[str, float]:
        """Changes against the reference by the model, US$ million; the balance included."""
        found = dict(zip(QUANTITIES, self.answer.model.tolist(), strict=True))
        return found | {"balance": found["exports"] - found["imports"]}

    @property
    def gains(self) -> dict[str, float]:
        """What each side gains in the measure of the terms."""
        return {side: float(w @ self.answer.model) for side, w in self.terms.gains.items()}
