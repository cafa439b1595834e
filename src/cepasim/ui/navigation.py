"""The pages by name, so that one can open another."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_KEY = "cepasim-pages"


def register(pages: dict[str, tuple[str, Callable[[], None]]]) -> list[StreamlitPage]:
    """Make the pages and remember them for `go`.

    Parameters
    ----------
    pages : dict of str to (str, callable)
        Name in the address -> title and function; the first is where people land.
    """
    made = {
        name: st.Page(draw, title=title, url_path=name, default=place == 0)
        for place, (name, (title, draw)) in enumerate(pages.items())
    }
    st.session_state[_KEY] = made
    return list(made.values())


def go(name: str) -> NoReturn:
    """Open a page."""
    st.switch_page(st.session_state[_KEY][name])
