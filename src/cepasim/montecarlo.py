"""Monte Carlo: the ranges of every headline and sector under the ranges of every figure.

Each draw perturbs all figures of the economy together and solves the reference and the scenario
under the same figures, so that a change is the difference of two paths of one world.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim import chunks
from cepasim.economy import Economy
from cepasim.manifest import manifest
from cepasim.problems import InputError, Problem, RunError
from cepasim.run import Run
from cepasim.scenario import Scenario
from cepasim.simulate import run
from cepasim.uncertainty import Uncertainty

Floats = NDArray[np.float64]

#: Percentiles reported.
PERCENTILES = (5, 25, 50, 75, 95)
#: Items by year, in US$ million, as the columns of ``Result.totals``.
TOTALS = (
    "exports_usd_mn",
    "imports_usd_mn",
    "balance_usd_mn",
    "baseline_exports_usd_mn",
    "baseline_imports_usd_mn",
    "baseline_balance_usd_mn",
    "change_in_exports_usd_mn",
    "change_in_imports_usd_mn",
    "change_in_balance_usd_mn",
    "duty_japan_usd_mn",
    "duty_india_usd_mn",
    "welfare_japan_usd_mn",
    "welfare_india_usd_mn",
)
FLOWS = ("export", "import", "balance")
SECTOR_ITEMS = ("baseline_usd_mn", "scenario_usd_mn", "change_usd_mn")
#: Draws computed together; no result depends on it.
CHUNK = 50
_FOLDER = "draws"


@dataclass(frozen=True, eq=False)
class Study:
    """What every draw of a study needs; sent to each worker once."""

    economy: Economy
    scenario: Scenario
    uncertainty: Uncertainty
    engine: str
    seed: int

    @classmethod
    def of(cls, economy: Economy, scenario: Scenario, engine: str, seed: int) -> Study:
        """Apply the scenario's own parameters, which are not drawn, and check it once."""
        economy = economy.with_overrides(scenario.parameters)
        scenario = scenario.model_copy(update={"parameters": type(scenario)().parameters}) if False else _without_parameters(scenario)
        return cls(economy, scenario, Uncertainty.of(economy), engine, seed)

    def central(self) -> Run:
        """Run under the figures as they stand."""
        return run(self.economy, self.scenario, attribution=False, engine=self.engine)

    def measured(self, scores: Floats) -> Floats:
        """Totals and sectors of one draw, shape (Y, len(TOTALS) + 4 H); NaN if it fails."""
        economy = self.uncertainty.economy(self.economy, scores)
        try:
            return measure(
                run(economy, self.scenario, attribution=False, engine=self.engine, check=False)
            )
        except RunError:
            return np.full((1, 1), np.nan)
