"""Questions that take long: asked by a button, remembered in the address, answered once for all.

An address says that a question was asked, not what the answer was. Whoever opens it is shown the
answer if somebody has asked the same of the same figures since the program started; otherwise it is
looked for again, with its progress shown, and only in the part of the page that is open.

An answer is looked for beside the run of the page, which ends with the next click: whoever goes
elsewhere finds it under way, or there, when the page is back.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Semaphore, Thread
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cepasim.core.currency import current_currency
from cepasim.core.language import current_language
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.scenario import Scenario
from cepasim.studies.chunks import watched
from cepasim.ui import remembered, speech
from cepasim.ui.messages import listed, plain
from cepasim.ui.state import Session
from cepasim.ui.waiting import bar

T = TypeVar("T")
#: Under which the session, and the address, keep which question was asked; the answer is beside it.
ASKED, _ANSWER, _WAITING = "asked:", "cepasim-answer:", "cepasim-waiting"
#: Answers of the process: packages and splits of some people, a few MB each.
_KEPT = 12
#: Answers looked for at once; further ones wait.
_AT_ONCE = 2
#: Seconds between two looks how far one has come.
_LOOK_EVERY = 0.1


@dataclass(eq=False)
class Search:
    """An answer on its way, and how far it has come."""

    answer: Future[Any] = field(default_factory=Future)
    step: tuple[str, float] = ("", 0.0)

    def told(self, label: str, share: float) -> None:
        """Note how far it has come."""
        self.step = label, share


class Known:
    """Answers by question, the least recently used dropped first, and those on their way."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._searches: dict[Hashable, Search] = {}
        self._lock, self._free = Lock(), Semaphore(_AT_ONCE)

    def seek(self, question: Hashable, find: Callable[[], object]) -> Search:
        """Return the search for an answer, begun unless it is under way; it needs nobody who looks.

        Parameters
        ----------
        question : hashable
        find : callable
            Called in a thread of its own.
        """
        with self._lock:
            if question in self._searches:
                return self._searches[question]
            search = self._searches[question] = Search()
        Thread(target=self._seek, args=(question, find, search), daemon=True).start()
        return search

    def _seek(self, question: Hashable, find: Callable[[], object], search: Search) -> None:
        try:
            with self._free, watched(search.told):
                answer = find()
        except BaseException as error:  # for whoever waits
            self._end(question)
            search.answer.set_exception(error)
        else:
            self.keep(question, answer)
            self._end(question)
            search.answer.set_result(answer)

    def _end(self, question: Hashable) -> None:
        with self._lock:
            del self._searches[question]

    def keep(self, question: Hashable, answer: object) -> None:
        """Keep an answer, in place of the one that nobody has asked for longest."""
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def find(self, question: Hashable) -> tuple[Any, ...]:
        """Return the answer, in a tuple that is empty where there is none."""
        with self._lock:
            if question not in self._answers:
                return ()
            self._answers.move_to_end(question)
            return (self._answers[question],)


@st.cache_resource(show_spinner=False)
def shared() -> Known:
    """Return the answers of this process."""
    return Known()


@dataclass(frozen=True, eq=False)
class _Question:
    key: str
    asked: tuple[Hashable, ...]
    digest: str
    busy: str
    find: Callable[[], object]
    place: DeltaGenerator

    @property
    def known_as(self) -> Hashable:
        """What the process keeps its answer by: texts of it may be of one language."""
        spoken = current_language(), current_currency()
        return self.key, self.asked, self.digest, spoken

    @property
    def is_answered(self) -> bool:
        """Whether the session has its answer."""
        return bool(_kept(self.key)[0] == (self.asked, self.digest))

    def take_known(self) -> bool:
        """Take the answer that the process has; whether there is one."""
        known = shared().find(self.known_as)
        for answer in known:
            self._keep(answer)
        return bool(known)

    @property
    def told(self) -> str:
        """The question as an address has it."""
        return _told(self.asked)

    def look(self) -> None:
        """Look for the answer, with its progress shown; where there is none it is said why.

        It counts as asked from now on: a click elsewhere ends this run, not the search.
        """
        state, key = st.session_state, ASKED + self.key
        state[key] = self.told
        search = shared().seek(self.known_as, speech.later(self.find))
        try:
            with self.place, bar(self.busy) as tell, warned():
                while not wait([search.answer], _LOOK_EVERY).done:
                    tell(*search.step)
                self._keep(search.answer.result())
        except Exception:
            state[key] = ""
            raise
        if not self.is_answered:  # it is said why not; asked again it would be said again
            state[key] = ""

    def _keep(self, answer: object) -> None:
        st.session_state[_ANSWER + self.key] = (self.asked, self.digest), answer


def _kept(key: str) -> tuple[Any, Any]:
    """What was asked last, of which figures, and the answer."""
    kept: tuple[Any, Any] = st.session_state.get(_ANSWER + key, (None, None))
    return kept


@contextmanager
def warned() -> Iterator[None]:
    """Say what is wrong with a question, or why it has no answer, in place of an error."""
    try:
        yield
    except InputError as wrong:
        st.warning(listed(wrong.problems))
    except RunError as failed:
        st.warning(plain(str(failed)))


def sought(
    found: Session,
    key: str,
    asked: tuple[Hashable, ...],
    busy: str,
    find: Callable[[], T],
    *,
    again: bool,
) -> T | None:
    """Return what was found for a question, and look for it where that is wanted.

    Parameters
    ----------
    found : Session
    key : str
        Under which question and answer are kept.
    asked : tuple
        The question; an answer to another one is not shown.
    busy : str
        Said while it is looked for.
    find : callable
        Looks for it, beside the run of the page: it reads nothing that may change of the session.
    again : bool
        Whether it is to be looked for now; if it was asked before it is looked for by `ask_again`.
    """
    # Always in its place: without it, what stands below would move up in the next run, and the
    # browser would draw it anew, tabs at their first again.
    question = _Question(key, asked, found.figures.digest, busy, find, st.container())
    state, told = st.session_state, question.told
    before = remembered.begins_with(ASKED + key, "")
    if again or before == told:
        if question.is_answered or question.take_known():
            state[ASKED + key] = told
        elif again:
            question.look()
        else:
            state.setdefault(_WAITING, []).append(question)
    answer: T | None = _kept(key)[1] if question.is_answered else None
    return answer


def begin() -> None:
    """Begin a page: nothing of it waits for an answer yet."""
    st.session_state[_WAITING] = []


@contextmanager
def part(*, is_open: bool) -> Iterator[None]:
    """Draw a part of a page; what was asked in one that is not open waits until it is."""
    before = list(st.session_state[_WAITING])
    yield
    if not is_open:
        st.session_state[_WAITING] = before


def ask_again(found: Session) -> None:
    """Look for the answers that an address asks for, and draw the page with them."""
    waiting: list[_Question] = st.session_state.pop(_WAITING, [])
    for question in waiting:
        question.look()
        if not question.is_answered:
            return
    if waiting:
        found.told.again = True
        st.rerun()


def _told(asked: tuple[Hashable, ...]) -> str:
    """Write a question as an address has it: short, and the same whatever scenarios are called."""
    text = json.dumps([_plain(one) for one in asked], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _plain(one: object) -> object:
    return {**one.to_dict(), "name": "", "description": ""} if isinstance(one, Scenario) else one
