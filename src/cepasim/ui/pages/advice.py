"""Advice: which lines to ask for, which package, and how to spend the fund."""

from __future__ import annotations

import streamlit as st

from cepasim.core.language import mark, tr
from cepasim.ui import asked, remembered, style
from cepasim.ui.messages import plain
from cepasim.ui.pages import (
    advice_fund,
    advice_lines,
    advice_offers,
    advice_package,
    advice_target,
)
from cepasim.ui.state import session

#: Under which the session keeps the tab that a question leads to.
TAB = "cepasim-advice-tab"
_TABS = (
    mark("Which lines?"),
    mark("Which package?"),
    mark("How to spend the fund?"),
    mark("What would it take?"),
    mark("Two offers"),
    mark("Clause sheet"),
    mark("Triggers"),
)
_DRAWN = (
    advice_lines.draw,
    advice_package.draw,
    advice_fund.draw,
    advice_target.draw,
    advice_offers.draw,
    advice_offers.clauses,
    advice_offers.triggers,
)
#: Which tab is open, by its place: its label is of one language.
_OPEN = "advice-open"


def _remember(key: str, labels: list[str]) -> None:
    said = st.session_state.get(key)
    st.session_state[_OPEN] = labels.index(said) if said in labels else 0


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(style.title(tr("Advice"), tr("Every answer can be opened as a scenario and changed.")))
    if found.question:
        st.info(found.question)
    if found.message:
        st.warning(plain(found.message))
        found.message = ""
    if found.overrides or found.scenario.elasticities or found.scenario.barriers:
        st.info(
            tr(
                "Advice is worked out from the program's central assumptions, or those of your own "
                "files: the assumptions changed in the scenario are not used here."
            )
        )
    labels = [tr(one) for one in _TABS]
    if (led := st.session_state.pop(TAB, None)) in _TABS:
        st.session_state[_OPEN] = _TABS.index(led)
    place = remembered.begins_with(_OPEN, 0)
    opened = labels[place] if place in range(len(labels)) else None
    key = f"advice-tabs:{labels[0]}"
    tabs = st.tabs(labels, default=opened, key=key, on_change=_remember, args=(key, labels))
    asked.begin()
    for number, (tab, draw) in enumerate(zip(tabs, _DRAWN, strict=True)):
        with tab, asked.part(is_open=number == place):
            draw(found)
    asked.ask_again(found)
