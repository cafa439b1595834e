"""The front end's entry: pages and their order."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cepasim.core.language import language, now, tr
from cepasim.ui import marks, navigation, remembered, speech, style, turns
from cepasim.ui.live import live
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
from cepasim.ui.state import Session, session, write_address

_SIDEBAR_WIDTH = 330
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that is asked for; a defect is reported in a sentence and logged in full."""
    st.set_page_config(
        page_title="cepasim",
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    try:
        found = session()
        with speech.spoken(found):
            with turns.shared().first():
                page = _frame(found)
            _run(page)
    except Exception:
        # The control flow of Streamlit is no Exception and passes.
        _LOG.exception("a page failed")
        with language(speech.of_this_visit().tag):
            st.error(
                tr(
                    "Something went wrong on this page; this is a defect of the program. Reload "
                    "the page, or go back to “Start here”. The details are in the program's log."
                )
            )


def _run(page: StreamlitPage) -> None:
    """Draw a page as it was left, or as its address says."""
    name = page.url_path or "scenario"
    given = remembered.restore(name)
    try:
        page.run()
    except Exception:
        if not given:
            raise
        remembered.forget(name, given)
        st.rerun()
    except BaseException:
        # A click takes over from this run: only now is it known how its control began.
        remembered.note_begun(name, given)
        raise
    remembered.write(name, given)


def _frame(found: Session) -> StreamlitPage:
    """Draw what every page shows; return the page that is asked for."""
    found.say_anew()
    found.told.begin()
    st.html(style.sheets())
    st.html(live(), unsafe_allow_javascript=True)
    pages = navigation.register(
        {
            "scenario": (tr("Scenario"), scenario.page),
            "start": (tr("Start here"), start.page),
            "advice": (tr("Advice"), advice.page),
            "lines": (tr("Lines"), lines.page),
            "compare": (tr("Compare"), compare.page),
            "assumptions": (tr("How sure?"), sure.page),
            "parameters": (tr("Parameters"), parameters.page),
            "evidence": (tr("Evidence"), documents.evidence),
            "method": (tr("Method"), documents.method),
            "present": (tr("Present"), present.page),
        }
    )
    page = st.navigation(pages, position="top")
    # People keep several tabs and bookmarks: each says what it shows.
    st.set_page_config(page_title=f"{now(found.scenario.name)} – cepasim")
    speech.switches(found)
    marks.draw(found, in_dollars=page.url_path in documents.PATHS)
    if page.url_path:  # the page of the scenario chooses a year first and writes it itself
        write_address(found)
    return page
