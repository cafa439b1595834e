"""Ranges arrive by themselves: a part of the page looks for them and has the page drawn again.

The page itself ends with what is there. A run that waited for the ranges would leave what a change
took away on the screen, faded, until the last draw.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cepasim.ui.draws import DRAWS, Draws, shared
from cepasim.ui.speech import spoken
from cepasim.ui.state import Session

#: Seconds between two looks: of one reader alone, and at most.
_LOOK_EVERY, _AT_MOST = 0.3, 1.5


def arriving(
    found: Session, draws: Draws, seen: int, said: Callable[[Draws], str] | None = None
) -> None:
    """Look for more draws until all are there; the last thing that a page does.

    Parameters
    ----------
    found : Session
    draws : Draws
    seen : int
        How many the page has shown: `Draws.enough` before it was drawn.
    said : callable, optional
        How far they are, in the language of the moment, where the page tells it.
    """
    if seen < DRAWS and not draws.failed:
        every = pause(shared().under_way)
        st.fragment(_looking, run_every=every)(found, draws, seen, said)


def pause(under_way: int) -> float:
    """Return how long to wait between two looks, seconds.

    Each look is a small run of the page, and the draws of many take long to come.

    Parameters
    ----------
    under_way : int
        Scenarios that draws are made of.
    """
    return min(max(under_way, 1) * _LOOK_EVERY, _AT_MOST)


def _looking(found: Session, draws: Draws, seen: int, said: Callable[[Draws], str] | None) -> None:
    if draws.enough > seen or draws.failed or draws.given_up:
        found.told.again = True
        st.rerun()
    if said is not None:
        with spoken(found):
            st.caption(said(draws))
