"""The front end's entry: pages and their order."""

from __future__ import annotations

import logging

import streamlit as st

from cepasim.ui import marks, navigation, style
from cepasim.ui.pages import (
    advice,
    compare,
    documents,
    lines,
    parameters,
    present,
    scenario,
    start,
    sure,
)
from cepasim.ui.state import session, write_address

_SIDEBAR_WIDTH = 330
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that is asked for; a defect is reported in a sentence and logged in full."""
    st.set_page_config(
        page_title="cepasim: India–Japan trade",
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    st.html(style.sheets())
    st.html(style.LIVE, unsafe_allow_javascript=True)
    pages = navigation.register(
        {
            "scenario": ("Scenario", scenario.page),
            "start": ("Start here", start.page),
            "advice": ("Advice", advice.page),
            "lines": ("Lines", lines.page),
            "compare": ("Compare", compare.page),
            "assumptions": ("How sure?", sure.page),
            "parameters": ("Parameters", parameters.page),
            "evidence": ("Evidence", documents.evidence),
            "method": ("Method", documents.method),
            "present": ("Present", present.page),
        }
    )
    try:
        page = st.navigation(pages, position="top")
        found = session()
        # People keep several tabs and bookmarks: each says what it shows.
        st.set_page_config(page_title=f"{found.scenario.name} – cepasim")
        marks.draw(found)
        if page.url_path:  # the page of the scenario chooses a year first and writes it itself
            write_address(found)
        page.run()
    except Exception:
        # The control flow of Streamlit is no Exception and passes.
        _LOG.exception("a page failed")
        st.error(
            "Something went wrong on this page; this is a defect of the program. Reload the page, "
            "or go back to “Start here”. The details are in the program's log."
        )
