"""Figures go before pieces of pages, pieces one by one; nobody waits for good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from threading import Event

import pytest
import streamlit as st

from cepasim.ui.pages import scenario
from cepasim.ui.pieces import Pieces
from cepasim.ui.turns import Turns

#: Seconds: far longer than a thread needs, and short enough to be waited for.
LONG, SHORT = 10.0, 0.05


class Others(ThreadPoolExecutor):
    """Runs of other people's pages."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(8)
        self.turns = turns
        self.done: list[str] = []

    def later(self, name: str = "", until: Event | None = None) -> Future[None]:
        """Make a piece of a page, which ends when it is told to."""

        def piece() -> None:
            with self.turns.later():
                self.done.append(name)
                if until is not None:
                    assert until.wait(LONG)

        return self.submit(piece)

    @contextmanager
    def first(self) -> Iterator[Event]:
        """Have somebody wait for figures, within a block or until the event."""
        began, ended = Event(), Event()

        def figures() -> None:
            with self.turns.first():
                began.set()
                assert ended.wait(LONG)

        run = self.submit(figures)
        assert began.wait(LONG)
        try:
            yield ended
        finally:
            ended.set()
            run.result(LONG)


@pytest.fixture
def others() -> Iterator[Others]:
    with Others(Turns(patience=LONG, long=LONG)) as pool:
        yield pool


def _waits(run: Future[None]) -> bool:
    try:
        run.result(SHORT)
    except NotYet:
        return True
    return False


def test_pieces_wait_until_all_figures_are_shown(others: Others) -> None:
    with others.first() as mine, others.first():
        piece = others.later("piece")
        mine.set()
        assert _waits(piece)
    piece.result(LONG)
    assert others.done == ["piece"]


def test_figures_wait_for_nobody(others: Others) -> None:
    until = Event()
    piece = others.later(until=until)
    with others.first() as shown:
        shown.set()
    assert _waits(piece)
    until.set()
    piece.result(LONG)


def test_pieces_are_made_one_by_one_in_the_order_of_the_figures(others: Others) -> None:
    turns, until, ready = others.turns, Event(), [Event(), Event()]
    holder = others.later("holder", until)

    def run(name: str, place: int) -> None:
        with turns.first():
            pass
        ready[place].set()
        if place == 0:  # asks last, and had its figures first
            assert ready[1].wait(LONG)
            time.sleep(SHORT)
        with turns.later():
            others.done.append(name)

    early = others.submit(run, "early", 0)
    assert ready[0].wait(LONG)
    late = others.submit(run, "late", 1)
    assert _waits(early) and _waits(late)
    time.sleep(2 * SHORT)
    until.set()
    for one in (holder, early, late):
        one.result(LONG)
    assert others.done == ["holder", "early", "late"]


def test_a_piece_waits_no_longer_than_its_patience() -> None:
    with Others(Turns(patience=SHORT, long=LONG)) as others, others.first():
        others.later("piece").result(LONG)
        assert others.done == ["piece"]


def test_figures_that_take_long_hold_up_nobody() -> None:
    with Others(Turns(patience=LONG, long=SHORT)) as others, others.first():
        others.later("piece").result(LONG)
        assert others.done == ["piece"]


def test_who_is_stopped_while_waiting_leaves_its_place(others: Others) -> None:
    class Stopped(BaseException):
        """As Streamlit ends a run."""

    def stop() -> None:
        raise Stopped

    def run() -> None:
        with others.turns.later(stop):
            raise AssertionError("its turn has not come")

    with others.first():
        with pytest.raises(Stopped):
            others.submit(run).result(LONG)
        after = others.later("after")
        assert _waits(after)
    after.result(LONG)


def test_what_fails_gives_back_its_turn(others: Others) -> None:
    with pytest.raises(ValueError, match="figures"), others.turns.first():
        raise ValueError("figures")
    with pytest.raises(ValueError, match="piece"), others.turns.later():
        raise ValueError("piece")
    others.later("after").result(LONG)


def test_a_piece_of_a_piece_and_of_figures_needs_no_turn_of_its_own(others: Others) -> None:
    with others.first(), others.turns.first(), others.turns.later():
        pass
    with others.turns.later(), others.turns.later():
        assert _waits(others.later("other"))


def test_pieces_of_pages_take_their_turn(monkeypatch: pytest.MonkeyPatch, others: Others) -> None:
    monkeypatch.setattr("cepasim.ui.turns.shared", lambda: others.turns)
    pieces = Pieces()
    until = Event()
    holder = others.later(until=until)
    made = others.submit(pieces, "2030-31", "table", lambda: others.done.append("table"))
    assert _waits(made)
    until.set()
    made.result(LONG), holder.result(LONG)
    assert others.done == ["", "table"]


def test_the_browser_of_a_new_visitor_has_time_to_draw_the_figures_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(scenario, "_FIRST_PAUSE", 0.12)
    monkeypatch.setattr("cepasim.ui.pages.scenario.time.sleep", slept.append)
    for _ in range(3):
        scenario._let_a_new_browser_draw()
    assert slept == [0.12]
