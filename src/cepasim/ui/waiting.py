"""A bar that shows how far a long search has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cepasim.core.language import now, tr
from cepasim.studies.chunks import watched


@contextmanager
def bar(text: str) -> Iterator[None]:
    """Show a bar while something is computed, and take it away.

    Parameters
    ----------
    text : str
        What is being done.
    """
    drawn = st.progress(0.0, text)
    try:
        with watched(
            lambda label, share: _tell(
                drawn, share, tr("{task}: {step}", task=text, step=now(label))
            )
        ):
            yield
    finally:
        drawn.empty()


def _tell(drawn: st.delta_generator.DeltaGenerator, share: float, text: str) -> None:
    drawn.progress(min(max(share, 0.0), 1.0), text)
