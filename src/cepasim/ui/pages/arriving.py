"""Ranges arrive by themselves: a part of the page looks for them and has the page drawn again.

The page itself ends with what is there. A run that waited for the ranges would leave what a change
took away on the screen, faded, until the last draw.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cepasim.ui.draws import DRAWS, Draws
from cepasim.ui.speech import spoken
from cepasim.ui.state import Session

_LOOK_EVERY = 0.3  # seconds


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
        _looking(found, draws, seen, said)


@st.fragment(run_every=_LOOK_EVERY)
def _looking(found: Session, draws: Draws, seen: int, said: Callable[[Draws], str] | None) -> None:
    if draws.enough > seen or draws.failed or draws.given_up:
        found.told.again = True
        st.rerun()
    if said is not None:
        with spoken(found):
            st.caption(said(draws))
