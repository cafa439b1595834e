"""The method and the evidence, as the documentation has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from cepasim.core.files import bundled
from cepasim.ui import style
from cepasim.ui.state import session

_METHOD = {
    "method.md": "Method",
    "time.md": "Dates",
    "levers.md": "Levers and signs",
    "elasticities.md": "Elasticities",
    "engines.md": "Other engines",
}
_EVIDENCE = {
    "evidence.md": "2013-24, not seen by the model",
    "validation.md": "Published examples",
    "aggregation.md": "Chapters and lines",
}
_LINK_TO_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")
_AMOUNT = re.compile(r"(?<!\\)US\$")


def documents() -> Path:
    """Folder of the documentation: inside the installed package, or beside ``src``."""
    return bundled("docs")


def as_shown(text: str) -> str:
    """Return a text of the documentation as the screen needs it.

    Links to other files become plain text, and the dollar of an amount is kept from opening an
    equation.
    """
    return _AMOUNT.sub(r"US\\$", _LINK_TO_FILE.sub(r"\1", text))


def method() -> None:
    """Draw the page of the method."""
    _draw("Method", "What is computed, and what it cannot say.", _METHOD)


def evidence() -> None:
    """Draw the page of the evidence."""
    _draw(
        "Evidence",
        "What the model says about 2013-24 without having seen it, and beside other models.",
        _EVIDENCE,
    )


def _draw(title: str, sub: str, pages: Mapping[str, str]) -> None:
    found = session()
    st.html(style.title(title, sub))
    if found.question:
        st.info(found.question)
    there = {name: tab for name, tab in pages.items() if (documents() / name).is_file()}
    if not there:
        st.info("The documentation is not part of this installation.")
        return
    for tab, name in zip(st.tabs(list(there.values())), there, strict=True):
        with tab, st.container(key=f"text-page-{name.removesuffix('.md')}"):
            st.markdown(as_shown((documents() / name).read_text(encoding="utf-8")))
