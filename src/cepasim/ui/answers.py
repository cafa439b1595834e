"""Results, asked for once and shared: the same scenario under the same figures is the same result.

A result cannot be changed, so that two people who ask the same may hold the same one; what one asks
shows nowhere on the screen of another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import streamlit as st

import cepasim
from cepasim.economy import Economy
from cepasim.result import Result
from cepasim.scenario import Scenario

#: Ten people with what they look at, or one with a long way back; some 30 MB each.
KEPT = 12
_LOOK_EVERY = 0.05  # seconds


class Answers:
    """Results by economy and scenario, the least recently used dropped first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._results: OrderedDict[tuple[int, Scenario], tuple[Economy, Result]] = OrderedDict()
        # One run at a time, and one split: runs side by side take each other's time, and ten of
        # them ten times the memory. Figures need not wait for somebody else's split.
        self._figures, self._split = Lock(), Lock()

    def __call__(self, economy: Economy, scenario: Scenario) -> Result:
        """Return the result of a scenario; its split over levers has still to be computed.

        Raises
        ------
        InputError, RunError
            As ``cepasim.simulate`` does; nothing is kept then.
        """
        key = (id(economy), scenario)
        with self._figures:
            if key not in self._results:
                # The economy is kept beside its result, so that no other can get its id meanwhile.
                result = cepasim.simulate(economy, scenario, attribution=False)
                self._results[key] = (economy, result)
                if len(self._results) > self._kept:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
            return self._results[key][1]

    def split(self, result: Result, waiting: Callable[[], object]) -> None:
        """Compute what each lever adds, which takes longer than the result itself.

        Parameters
        ----------
        result : Result
        waiting : callable
            Called now and then while others are served; may raise to give up.
        """
        while not self._split.acquire(timeout=_LOOK_EVERY):
            waiting()
        try:
            _ = result.contributions
        finally:
            self._split.release()


@st.cache_resource(show_spinner=False)
def shared() -> Answers:
    """Return the answers of this process."""
    return Answers()
