"""Ranges of scenarios side by side under common draws, computed in the background.

The draws are those of ``ui.ranges`` and of ``cepasim montecarlo`` with the same seed; what several
scenarios have in common does not count in their differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.language import current_language, language, tr
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.scenario import Scenario
from cepasim.studies.differences import Together
from cepasim.ui.draws import AT_ONCE, SEED, Draws, Viewer, shared
from cepasim.ui.ranges import grounds, nameless


@dataclass(frozen=True, eq=False)
class Asked:
    """Draws of several scenarios on their way."""

    draws: Draws

    def sample(self) -> Floats | None:
        """Return the first draws or all of them, those without an equilibrium left out.

        Returns
        -------
        ndarray of shape (2, scenarios, draws, Y, totals) or None
            Of figures, and of figures and model choice.
        """
        draws = self.draws.enough
        if not draws:
            return None
        both = np.concatenate(self.draws.first(draws), axis=2)
        # A draw counts where every scenario has an equilibrium in both ways.
        there = np.isfinite(both[..., 0, 0]).all(axis=(0, 1))
        return both[:, :, there] if there.any() else None


def ask(viewer: Viewer, folder: str | None, scenarios: tuple[Scenario, ...]) -> Asked:
    """Return draws of scenarios for somebody who looks at them, whoever else asked for them.

    Parameters
    ----------
    viewer : Viewer
        Who no longer looks at any others.
    folder : str or None
        Parameter folder of a user's own figures; None for the bundled ones.
    scenarios : tuple of Scenario
        What they are called does not matter.
    """
    bare, tag = tuple(nameless(one) for one in scenarios), current_language()
    work = partial(_drawn, folder, bare, tag)
    return shared().ask(viewer, ("together", folder, bare, tag), lambda: Asked(Draws.of(work)))


@lru_cache(maxsize=2)
def _together(folder: str | None, scenarios: tuple[Scenario, ...]) -> Together:
    return Together.of(grounds(folder), scenarios)


def _drawn(folder: str | None, scenarios: tuple[Scenario, ...], tag: str, start: int) -> Floats:
    with language(tag):  # what is wrong is said to whoever asked
        try:
            return _together(folder, scenarios).drawn(start, start + AT_ONCE, SEED)
        except InputError as wrong:
            # An error of input does not survive the way between two processes.
            problems = [
                tr("{field} must be {allowed}", field=one.field, allowed=one.allowed)
                for one in wrong.problems
            ]
            raise RunError(tr("; ").join(problems)) from None
