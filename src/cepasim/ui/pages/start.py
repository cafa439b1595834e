"""Where to start: the questions people bring, and the bundled scenarios with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cepasim.core.language import now, tr
from cepasim.scenario.bundled import MAIN
from cepasim.scenario.scenario import Scenario
from cepasim.ui import questions, remembered, style
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice import TAB
from cepasim.ui.questions import Question
from cepasim.ui.state import Session, session

#: Questions that stand below each other before they get a second column.
_IN_A_COLUMN = 5


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(
        style.title(
            tr("Start here"), tr("A question, or a scenario; both open the page that answers.")
        )
        + style.jump(tr("To the scenarios"), "scenarios")
    )
    st.markdown("## " + tr("Questions"), anchors=False)
    asked_by: dict[str, list[Question]] = {}
    for question in questions.QUESTIONS:
        asked_by.setdefault(question.asked_by, []).append(question)
    beside = [-(-len(asked) // _IN_A_COLUMN) for asked in asked_by.values()]
    places = st.columns(beside)
    for place, number, (who, asked) in zip(places, beside, asked_by.items(), strict=True):
        with place:
            st.markdown(f"### {tr(who)}", anchors=False)
            inner = st.columns(number, gap="small")
            for row, question in enumerate(asked):
                if inner[row // -(-len(asked) // number)].button(
                    tr(question.text), key=f"question:{question.key}", width="stretch", wrap=True
                ):
                    ask(found, question)
    st.markdown("## " + tr("Scenarios"), anchors=False)
    main = ("reference", *MAIN)
    bundled = found.figures.bundled
    _gallery(found, {name: bundled[name] for name in bundled if name in main})
    others = {name: bundled[name] for name in bundled if name not in main}
    with st.expander(tr("Current proposals: {n} more", n=len(others)), key="proposals"):
        _gallery(found, others)
    with st.expander(tr("One part at a time"), key="parts"):
        _gallery(found, found.figures.derived)


def _gallery(found: Session, shown: Mapping[str, Scenario]) -> None:
    """Draw scenarios in two columns, each with its sentence and a button that opens it."""
    columns = st.columns(2)
    for number, (name, scenario) in enumerate(shown.items()):
        with columns[number % 2], st.container(border=True):
            text, button = st.columns([8, 1], vertical_alignment="center")
            title, description = now(scenario.name), now(scenario.description)
            text.markdown(f"**{title}**  \n{description.replace('$', chr(92) + '$')}")
            shows = tr("Show “{scenario}”", scenario=title)
            if button.button(tr("Open"), key=f"open:{name}", help=shows):
                found.load(scenario)
                remembered.begin_anew()
                go("scenario")


def ask(found: Session, question: Question) -> None:
    """Open the page that answers a question, with the scenarios it is about."""
    scenarios = [found.figures.scenario(name) for name in question.scenarios]
    if question.page == "compare":
        found.saved.clear()
        for scenario in scenarios:
            found.save(scenario.name, scenario)
    elif scenarios:
        found.load(scenarios[0])
    remembered.begin_anew()
    st.session_state[TAB] = question.tab
    text, answer = tr(question.text), tr(question.answer)
    found.question = " ".join([f"**{text}**", answer]).replace("$", "\\$")
    go(question.page)
