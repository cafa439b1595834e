"""Results of one session: asked for once, kept while they are fresh."""

from __future__ import annotations

from collections import OrderedDict
from time import perf_counter

import cepasim
from cepasim.economy import Economy
from cepasim.result import Result
from cepasim.scenario import Scenario

#: Four scenarios beside each other, each with its references, and a few steps back.
KEPT = 8


class Answers:
    """Results by economy and scenario, the least recently used dropped first.

    One object per session: what one user asks, no other sees.
    """

    #: How long the last run took.
    seconds: float

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._results: OrderedDict[tuple[int, Scenario], tuple[Economy, Result]] = OrderedDict()
        self.seconds = 0.0

    def __call__(self, economy: Economy, scenario: Scenario) -> Result:
        """Return the result of a scenario.

        Raises
        ------
        InputError, RunError
            As ``cepasim.simulate`` does; nothing is kept then.
        """
        key = (id(economy), scenario)
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key][1]
        began = perf_counter()
        result = cepasim.simulate(economy, scenario)
        self.seconds = perf_counter() - began
        # The economy is kept beside its result, so that no other can get its id meanwhile.
        self._results[key] = (economy, result)
        while len(self._results) > self._kept:
            self._results.popitem(last=False)
        return result
