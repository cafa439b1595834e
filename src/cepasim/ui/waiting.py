"""A bar that shows how far a long search has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from cepasim.core.language import now, tr


@contextmanager
def bar(text: str) -> Iterator[Callable[[str, float], None]]:
    """Show a bar while something is computed, and take it away.

    Parameters
    ----------
    text : str
        What is being done.

    Yields
    ------
    callable
        Moves the bar: takes what is counted, and the share that is done.
    """
    drawn = st.progress(0.0, text)

    def tell(label: str, share: float) -> None:
        said = tr("{task}: {step}", task=text, step=now(label)) if label else text
        drawn.progress(min(max(share, 0.0), 1.0), said)

    try:
        yield tell
    finally:
        drawn.empty()
