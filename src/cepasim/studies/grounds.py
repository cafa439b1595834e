"""Economies with their distributions, made once for all scenarios that ask for the same figures.

What a scenario asks of an economy, its sources, parameters and level, is the same for most of the
scenarios that a reader tries one after the other. Their levers change nothing in it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from cepasim.core.arguments import instance_of
from cepasim.core.language import tr
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies.study import Study

#: More than one scenario ever asks for, with all its alternatives; each takes some MB.
_MOST = 48


@dataclass(frozen=True, eq=False)
class Grounds:
    """What studies of one economy have in common, as far as it was needed.

    Attributes
    ----------
    economy : Economy
        As given, without any scenario's parameters.
    """

    economy: Economy
    _made: OrderedDict[Hashable, Study] = field(default_factory=OrderedDict, init=False)

    def study(self, scenario: Scenario, engine: str) -> Study:
        """Return the study of a scenario; its economy may be that of an earlier one.

        Parameters
        ----------
        scenario : Scenario
        engine : str

        Raises
        ------
        InputError
            As `Study.of`.
        """
        instance_of(
            "economy", self.economy, Economy, tr("an economy, such as cepasim.load() gives")
        )
        instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
        key = _figures(scenario, self.economy)
        if key not in self._made:
            self._made[key] = Study.of(self.economy, scenario)
            if len(self._made) > _MOST:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return replace(self._made[key], scenario=scenario.bare, engine=engine)

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: it makes its own."""
        return {"economy": self.economy, "_made": OrderedDict()}


def _figures(scenario: Scenario, economy: Economy) -> Hashable:
    """Return all that `Study.of` takes from a scenario for the economy, ready to compare."""
    own = (lever.own_markets(economy.classification) for lever in scenario.levers)
    return (
        scenario.elasticities or economy.elasticities,
        scenario.barriers or economy.barriers,
        scenario.level,
        scenario.refine,
        frozenset(scenario.parameters.items()),
        frozenset(code for codes in own for code in codes),
    )
