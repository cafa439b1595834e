"""How the pages speak to one reader: the language, and the switch that every page shows.

A page runs within `Speech.spoken`. What runs apart from its page, a fragment or a callback, enters
it as well: fragments are made by `fragment`, and callbacks pass through `Session.edit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Protocol, TypeVar

import streamlit as st

from cepasim.core.language import LANGUAGES, SOURCE, language

#: The name of the language in an address.
LANGUAGE = "lang"

_SWITCH = "language-switch"


@dataclass
class Speech:
    """What a reader has chosen.

    Attributes
    ----------
    language : str or None
        None leaves the language to the browser.
    """

    language: str | None = None

    @property
    def tag(self) -> str:
        """The language that is spoken."""
        return self.language or preferred()

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Speak to the reader within a block of code."""
        with language(self.tag):
            yield

    def read(self, query: Mapping[str, str]) -> None:
        """Take the choice from an address; what is no language there leaves it to the browser."""
        asked = query.get(LANGUAGE)
        self.language = asked if asked in LANGUAGES else None

    def query(self) -> dict[str, str]:
        """Return the choice as an address has it; nothing where none was made."""
        return {} if self.language is None else {LANGUAGE: self.language}


class Listener(Protocol):
    """A session, as far as it is spoken to."""

    speech: Speech
    touched: bool


Found = TypeVar("Found", bound=Listener)


def of_this_visit() -> Speech:
    """Return what the address of the page chooses."""
    chosen = Speech()
    chosen.read(st.query_params.to_dict())
    return chosen


def preferred() -> str:
    """Return the language that the browser asks for, English where there is no catalogue."""
    tag = str(st.context.locale or "").partition("-")[0].lower()
    return tag if tag in LANGUAGES else SOURCE


def switch(found: Listener) -> None:
    """Draw the choice of the language, each by its own name."""
    # The choice may have changed without the switch: the reader went back, or opened a link.
    st.session_state[_SWITCH] = found.speech.tag
    with st.container(key="speech", width="content"):
        st.segmented_control(
            "Language / 言語",
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            required=True,
            key=_SWITCH,
            label_visibility="collapsed",
            on_change=lambda: _choose(found),
        )


def _choose(found: Listener) -> None:
    found.speech.language = st.session_state[_SWITCH]
    found.touched = True


def fragment(draw: Callable[[Found], None]) -> Callable[[Found], None]:
    """Make a fragment of a page, which speaks as the page does when it runs by itself."""

    @st.fragment
    @wraps(draw)
    def drawn(found: Found) -> None:
        with found.speech.spoken():
            draw(found)

    return drawn
