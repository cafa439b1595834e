"""Processes beside the server: what takes long is computed there, and nobody waits for it.

They hold figures and nothing of any session.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import Any, Literal, ParamSpec, TypeVar

import streamlit as st

import cepasim
from cepasim.economy.economy import Economy
from cepasim.studies.executors import break_with_lost_worker, end_with_parent, processors

P = ParamSpec("P")
T = TypeVar("T")

#: What the processes are for. A split is short and must not wait behind a queue of draws.
Purpose = Literal["ranges", "splits"]
_PURPOSES: tuple[Purpose, ...] = ("ranges", "splits")
#: The pages come first wherever both want a processor.
_GIVE_WAY = 10


@st.cache_resource(show_spinner=False)
def pool(purpose: Purpose) -> ProcessPoolExecutor:
    """Return the processes for a purpose, the same for all sessions; they begin at once."""
    # Fresh processes: a fork of one with threads may hang.
    context = multiprocessing.get_context("spawn")
    size = processors() if purpose == "ranges" else 1
    made = ProcessPoolExecutor(size, mp_context=context, initializer=_begin)
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


def lost(pieces: Iterable[Future[Any]]) -> bool:
    """Return whether any work was lost with its process: asked for again, it will be done."""
    return any(
        piece.done() and not piece.cancelled() and isinstance(piece.exception(), BrokenProcessPool)
        for piece in pieces
    )


def _begin() -> None:
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(_GIVE_WAY - os.nice(0))
    economy(None)


@lru_cache(maxsize=2)
def economy(folder: str | None) -> Economy:
    """Figures of a parameter folder, None for the bundled one; in a background process."""
    return cepasim.load(folder)
