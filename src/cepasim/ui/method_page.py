"""The method: equations, dates and limits, as the documentation has them."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from cepasim.report import look

_PAGES = {"method.md": "Method", "time.md": "Dates", "levers.md": "Levers and signs"}
_LINK_TO_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")
_AMOUNT = re.compile(r"(?<!\\)US\$")


def documents() -> Path:
    """Folder of the documentation: inside the installed package, or beside ``src``."""
    here = Path(__file__).resolve().parents[1]
    installed = here / "docs"
    return installed if installed.is_dir() else here.parents[1] / "docs"


def as_shown(text: str) -> str:
    """Return a text of the documentation as the screen needs it.

    Links to other files become plain text, and the dollar of an amount is kept from opening an
    equation.
    """
    return _AMOUNT.sub(r"US\\$", _LINK_TO_FILE.sub(r"\1", text))


def page() -> None:
    """Draw the page."""
    st.html(look.title("Method", "What is computed, and what it cannot say."))
    there = {name: title for name, title in _PAGES.items() if (documents() / name).is_file()}
    if not there:
        st.info("The documentation is not part of this installation.")
        return
    for tab, name in zip(st.tabs(list(there.values())), there, strict=True):
        with tab, st.container(key=f"text-page-{name.removesuffix('.md')}"):
            st.markdown(as_shown((documents() / name).read_text(encoding="utf-8")))
