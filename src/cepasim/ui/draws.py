"""Draws in the background, shared by all who look at the same: computed once, in pieces.

Who asks for other draws no longer waits for those of before. What nobody waits for is given up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import takewhile
from threading import Lock
from typing import Protocol, TypeVar
from weakref import WeakKeyDictionary

import streamlit as st

from cepasim.core.arrays import Floats
from cepasim.core.language import tr
from cepasim.core.problems import RunError
from cepasim.ui import workers

#: Powers of two, for which the points are balanced: a first range, and the one to talk about.
FIRST, DRAWS = 32, 128
SEED = 1
#: Draws of one piece of work: what a scenario that is no longer looked at may still take.
AT_ONCE = 4
#: Less than half a MB each.
_KEPT = 48


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws on their way, in order.

    Attributes
    ----------
    pieces : tuple of Future
        `AT_ONCE` draws each.
    """

    pieces: tuple[Future[Floats], ...]

    @classmethod
    def of(cls, work: Callable[[int], Floats]) -> Draws:
        """Have the draws made, the first ones before those of anybody else that come after them.

        Parameters
        ----------
        work : callable
            Takes the first draw of a piece; goes to another process.
        """
        queue = workers.queue()
        starts = range(0, DRAWS, AT_ONCE)
        return cls(tuple(queue.submit(int(start >= FIRST), work, start) for start in starts))

    @property
    def number(self) -> int:
        """Draws that are there, without a gap."""
        return AT_ONCE * len(self._there())

    @property
    def enough(self) -> int:
        """Draws that ranges are made of by now: none, the first or all."""
        number = self.number
        return number if number == DRAWS else FIRST if number >= FIRST else 0

    @property
    def failed(self) -> str:
        """Why a piece could not be computed; empty where all goes well."""
        for piece in self.pieces:
            if piece.done() and not piece.cancelled() and (error := piece.exception()) is not None:
                return str(error) if isinstance(error, RunError) else tr("the computation stopped")
        return ""

    @property
    def given_up(self) -> bool:
        """Whether they would have to be asked for again."""
        return any(piece.cancelled() for piece in self.pieces)

    @property
    def on_their_way(self) -> bool:
        """Whether there is anything to wait for."""
        return self.number < DRAWS and not self.failed

    def first(self, draws: int) -> list[Floats]:
        """Return what was found for the first draws, piece by piece."""
        return [piece.result() for piece in self._there()[: draws // AT_ONCE]]

    def drop(self) -> None:
        """Give up what is not under way yet."""
        for piece in self.pieces:
            piece.cancel()

    def _there(self) -> list[Future[Floats]]:
        return list(
            takewhile(
                lambda p: p.done() and not p.cancelled() and p.exception() is None, self.pieces
            )
        )


class Asked(Protocol):
    """What is asked for by those who look at a page."""

    @property
    def draws(self) -> Draws:
        """Its draws."""
        ...


A = TypeVar("A", bound=Asked)


class Viewer:
    """Somebody who looks at one thing at a time."""


class Shared:
    """Draws by what they are of, for all who look; the least recently asked for dropped first."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Asked] = OrderedDict()
        self._under_way: set[Hashable] = set()
        # Who is gone looks at nothing: a session ends without saying so.
        self._looked_at: WeakKeyDictionary[Viewer, Hashable] = WeakKeyDictionary()
        self._lock = Lock()

    def ask(self, viewer: Viewer, key: Hashable, begin: Callable[[], A]) -> A:
        """Return draws, finished or on their way; the viewer no longer looks at any others.

        Parameters
        ----------
        viewer : Viewer
        key : hashable
            All that the draws depend on.
        begin : callable
            Has them made, where nobody has asked for them before.
        """
        with self._lock:
            self._looked_at[viewer] = key
            self._give_up()
            found = self._kept.get(key)
            if found is None or workers.lost(found.draws.pieces):
                found = self._kept[key] = begin()
                self._under_way.add(key)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found  # type: ignore[return-value]

    @property
    def under_way(self) -> int:
        """Number of things that draws are made of."""
        with self._lock:
            self._give_up()
            return len(self._under_way)

    def _give_up(self) -> None:
        """Drop what nobody waits for."""
        self._under_way = {
            key
            for key in self._under_way
            if key in self._kept and self._kept[key].draws.on_their_way
        }
        unwanted = self._under_way - set(self._looked_at.values())
        for key in unwanted:
            self._kept.pop(key).draws.drop()
        self._under_way -= unwanted


@st.cache_resource(show_spinner=False)
def shared() -> Shared:
    """Return the draws of this process."""
    return Shared()
