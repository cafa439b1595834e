"""Processes beside the server: what takes long is computed there, and nobody waits for it.

They hold figures and nothing of any session.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache, partial
from heapq import heappop, heappush
from itertools import count
from threading import Lock
from types import MappingProxyType
from typing import Any, Literal, ParamSpec, TypeVar

import streamlit as st

import cepasim
from cepasim.economy.economy import Economy
from cepasim.studies.executors import (
    break_with_lost_worker,
    end_with_parent,
    give_way,
    processors,
)

P = ParamSpec("P")
T = TypeVar("T")

#: What the processes are for. A split is short and must not wait behind a queue of draws.
Purpose = Literal["ranges", "splits"]
_PURPOSES: tuple[Purpose, ...] = ("ranges", "splits")
#: The pages come first wherever both want a processor, and what they wait for before draws.
_GIVE_WAY: Mapping[Purpose, int] = MappingProxyType({"ranges": 10, "splits": 5})


@st.cache_resource(show_spinner=False)
def pool(purpose: Purpose) -> ProcessPoolExecutor:
    """Return the processes for a purpose, the same for all sessions; they begin at once."""
    # Fresh processes: a fork of one with threads may hang.
    context = multiprocessing.get_context("spawn")
    size = processors() if purpose == "ranges" else 1
    made = ProcessPoolExecutor(
        size, mp_context=context, initializer=_begin, initargs=(_GIVE_WAY[purpose],)
    )
    for _ in range(size):
        made.submit(os.getpid)
    break_with_lost_worker(made)
    return made


def start() -> None:
    """Have the processes read the figures before anybody asks."""
    for purpose in _PURPOSES:
        pool(purpose)


def submit(purpose: Purpose, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> Future[T]:
    """Have something computed in the background."""
    try:
        return pool(purpose).submit(work, *given, **named)
    except BrokenProcessPool:  # a process was killed: others take over
        pool.clear(purpose)
        return pool(purpose).submit(work, *given, **named)


@dataclass(order=True)
class _Piece:
    """Work that waits, in the order in which it is taken."""

    place: int
    number: int
    asked: Future[Any] = field(compare=False)
    work: Callable[[], Any] = field(compare=False)


class Queue:
    """Work for the processes that draw ranges, the most urgent first.

    A process is given the next piece when it has done its last: what it has fetched cannot be taken
    back, and would hold up whatever is asked for meanwhile.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._numbers = count()
        self._waiting: list[_Piece] = []
        self._lock = Lock()

    def submit(
        self, place: int, work: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> Future[T]:
        """Have something computed, before all of a higher place and after what came before.

        Parameters
        ----------
        place : int
        work : callable
            Goes to another process with what it is given.
        """
        asked: Future[T] = Future()
        with self._lock:
            piece = _Piece(place, next(self._numbers), asked, partial(work, *given, **named))
            heappush(self._waiting, piece)
        self._go_on()
        return asked

    def _go_on(self) -> None:
        while (piece := self._take()) is not None:
            try:
                submit("ranges", piece.work).add_done_callback(partial(self._done, piece.asked))
            except Exception as error:  # no process can be started any more
                self._end(piece.asked, error, None)

    def _take(self) -> _Piece | None:
        """Take what comes next, if a process is free for it."""
        with self._lock:
            while self._free and self._waiting:
                piece = heappop(self._waiting)
                if piece.asked.set_running_or_notify_cancel():
                    self._free -= 1
                    return piece
        return None

    def _done(self, asked: Future[Any], done: Future[Any]) -> None:
        error = done.exception()
        self._end(asked, error, None if error else done.result())
        self._go_on()

    def _end(self, asked: Future[Any], error: BaseException | None, found: Any) -> None:
        with self._lock:
            self._free += 1
        if error is None:
            asked.set_result(found)
        else:
            asked.set_exception(error)


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """Return the queue of this process."""
    return Queue(processors())


def lost(pieces: Iterable[Future[Any]]) -> bool:
    """Return whether any work was lost with its process: asked for again, it will be done."""
    return any(
        piece.done() and not piece.cancelled() and isinstance(piece.exception(), BrokenProcessPool)
        for piece in pieces
    )


def _begin(level: int) -> None:
    end_with_parent()
    give_way(level)
    economy(None)


@lru_cache(maxsize=2)
def economy(folder: str | None) -> Economy:
    """Figures of a parameter folder, None for the bundled one; in a background process."""
    return cepasim.load(folder)
