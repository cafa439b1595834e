"""The front end's entry: pages and their order."""

from __future__ import annotations

import logging

import streamlit as st

from cepasim.report import look
from cepasim.ui import (
    compare_page,
    document_pages,
    navigation,
    parameters_page,
    scenario_page,
    start_page,
    sure_page,
    workers,
)

_SIDEBAR_WIDTH = 330
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that is asked for; a defect is told in a sentence and logged in full."""
    st.set_page_config(
        page_title="cepasim: India–Japan trade",
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    st.html(look.STYLE)
    pages = navigation.register(
        {
            "scenario": ("Scenario", scenario_page.page),
            "start": ("Start here", start_page.page),
            "compare": ("Compare", compare_page.page),
            "assumptions": ("How sure?", sure_page.page),
            "parameters": ("Parameters", parameters_page.page),
            "evidence": ("Evidence", document_pages.evidence),
            "method": ("Method", document_pages.method),
        }
    )
    try:
        st.navigation(pages, position="top").run()
    except Exception:
        # The control flow of Streamlit is no Exception and passes.
        _LOG.exception("a page failed")
        st.error(
            "Something went wrong on this page; this is a defect of the program. Reload the page, "
            "or go back to “Start here”. The details are in the program's log."
        )


if __name__ == "__main__":
    main()
    workers.start()
