"""Whose turn it is: what somebody waits for goes before tables and notes of anybody else.

All pages share one processor, however many the machine has. A release is answered with the new
figures first; then come tables, charts and notes, which take several times as long. Ten people's
tables at once would hold up everybody's figures: they are made one by one, in the order in which
the figures came, and none begins while somebody still waits for figures.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from time import monotonic

import streamlit as st

#: Seconds that a piece of a page waits at most: nobody is held up for good.
_PATIENCE = 0.5
#: Seconds after which figures no longer hold up others: they take long whatever others do.
_LONG = 0.5
#: Seconds between two looks whether the run that waits is still wanted.
_LOOK_EVERY = 0.02


class _Own(threading.local):
    """What a thread knows of itself."""

    place: tuple[float, int] | None = None
    is_working = False


class Turns:
    """Turns of the runs of all pages, each of which is a thread.

    Parameters
    ----------
    patience : float
        Seconds that a piece of a page waits at most.
    long : float
        Seconds after which figures no longer hold up others.
    """

    def __init__(self, patience: float = _PATIENCE, long: float = _LONG) -> None:
        self._patience, self._long = patience, long
        self._numbers = count()
        self._own = _Own()
        self._changed = threading.Condition()
        self._first: dict[int, float] = {}
        self._waiting: set[tuple[float, int]] = set()
        self._is_taken = False

    @contextmanager
    def first(self) -> Iterator[None]:
        """Go before whatever is `later`, within a block of code."""
        me = threading.get_ident()
        with self._changed:
            self._first[me] = monotonic()
        try:
            yield
        finally:
            self._own.place = self._new_place()
            with self._changed:
                self._first.pop(me, None)
                self._changed.notify_all()

    @contextmanager
    def later(self, look: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Wait for a turn and keep it within a block of code; those inside it need none.

        Parameters
        ----------
        look : callable
            Called now and then while waiting; may raise to give up.
        """
        own = self._own
        if own.is_working or threading.get_ident() in self._first:
            yield
            return
        is_taken = self._take(look)
        own.is_working = True
        try:
            yield
        finally:
            own.is_working = False
            if is_taken:
                with self._changed:
                    self._is_taken = False
                    self._changed.notify_all()

    def _new_place(self) -> tuple[float, int]:
        return (monotonic(), next(self._numbers))

    def _take(self, look: Callable[[], object]) -> bool:
        """Wait for a turn; return whether it came before patience ended."""
        place = self._own.place = self._own.place or self._new_place()
        end = monotonic() + self._patience
        try:
            while True:
                with self._changed:
                    self._waiting.add(place)
                    if self._is_turn_of(place):
                        self._is_taken = True
                        return True
                    left = end - monotonic()
                    if left <= 0:
                        return False
                    self._changed.wait(min(left, _LOOK_EVERY))
                look()
        finally:
            with self._changed:
                self._waiting.discard(place)
                self._changed.notify_all()

    def _is_turn_of(self, place: tuple[float, int]) -> bool:
        now = monotonic()
        return (
            not self._is_taken
            and place == min(self._waiting)
            and all(now - since > self._long for since in self._first.values())
        )


@st.cache_resource(show_spinner=False)
def shared() -> Turns:
    """Return the turns of this process."""
    return Turns()


def look() -> None:
    """End the run of a page here if another is asked for, or its reader is gone."""
    # Streamlit ends a run wherever it reads what a session holds.
    _ = "cepasim" in st.session_state
