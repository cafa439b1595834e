"""Ranges of scenarios side by side under common draws, computed in the background.

The draws are those of ``ui.ranges`` and of ``cepasim montecarlo`` with the same seed; what several
scenarios have in common does not count in their differences.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.language import current_language, language, tr
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.scenario import Scenario
from cepasim.studies.differences import Together
from cepasim.ui import workers
from cepasim.ui.ranges import DRAWS, FIRST, SEED

#: Draws of one piece of work.
_AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class Asked:
    """Draws of several scenarios on their way: pieces in order."""

    key: tuple[str | None, tuple[Scenario, ...]]
    pieces: tuple[Future[Floats], ...]

    @classmethod
    def of(cls, folder: str | None, scenarios: tuple[Scenario, ...]) -> Asked:
        """Have the draws made.

        Parameters
        ----------
        folder : str or None
            Parameter folder of a user's own figures; None for the bundled ones.
        scenarios : tuple of Scenario
        """
        pieces = tuple(
            workers.submit("ranges", _drawn, folder, scenarios, start, current_language())
            for start in range(0, DRAWS, _AT_ONCE)
        )
        return cls((folder, scenarios), pieces)

    def answers(self, folder: str | None, scenarios: tuple[Scenario, ...]) -> bool:
        """Return whether this is what is asked for, and no process was lost on the way."""
        return self.key == (folder, scenarios) and not workers.lost(self.pieces)

    def drop(self) -> None:
        """Stop what is not under way yet: nobody looks at it any more."""
        for piece in self.pieces:
            piece.cancel()

    @property
    def draws(self) -> int:
        """Draws that are there, without a gap."""
        return _AT_ONCE * len(self._there())

    @property
    def failed(self) -> str:
        """Why a piece could not be computed; empty where all goes well."""
        for piece in self.pieces:
            if piece.done() and (piece.cancelled() or piece.exception() is not None):
                error = None if piece.cancelled() else piece.exception()
                return str(error) if isinstance(error, RunError) else tr("the computation stopped")
        return ""

    def sample(self) -> Floats | None:
        """Return the first draws or all of them, those without an equilibrium left out.

        Returns
        -------
        ndarray of shape (2, scenarios, draws, Y, totals) or None
            Of figures, and of figures and model choice.
        """
        draws = DRAWS if self.draws == DRAWS else FIRST
        if self.draws < draws:
            return None
        found = [piece.result() for piece in self._there()[: draws // _AT_ONCE]]
        both = np.concatenate(found, axis=2)
        # A draw counts where every scenario has an equilibrium in both ways.
        there = np.isfinite(both[..., 0, 0]).all(axis=(0, 1))
        return both[:, :, there] if there.any() else None

    def _there(self) -> list[Future[Floats]]:
        return list(
            takewhile(
                lambda p: p.done() and not p.cancelled() and p.exception() is None, self.pieces
            )
        )


@lru_cache(maxsize=2)
def _together(folder: str | None, scenarios: tuple[Scenario, ...]) -> Together:
    return Together.of(workers.economy(folder), scenarios)


def _drawn(folder: str | None, scenarios: tuple[Scenario, ...], start: int, tag: str) -> Floats:
    with language(tag):  # what is wrong is said to whoever asked
        try:
            return _together(folder, scenarios).drawn(start, start + _AT_ONCE, SEED)
        except InputError as wrong:
            # An error of input does not survive the way between two processes.
            said = "; ".join(
                tr("{field} must be {allowed}", field=one.field, allowed=one.allowed)
                for one in wrong.problems
            )
            raise RunError(said) from None
