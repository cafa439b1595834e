"""Where to start: the questions people bring, and the bundled scenarios with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cepasim.scenario.bundled import MAIN
from cepasim.scenario.scenario import Scenario
from cepasim.ui import questions, style
from cepasim.ui.navigation import go
from cepasim.ui.questions import Question
from cepasim.ui.state import Session, session


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(
        style.title("Start here", "A question, or a scenario; both open the page that answers.")
    )
    st.markdown("#### Questions")
    asked_by = dict.fromkeys(question.asked_by for question in questions.QUESTIONS)
    for place, who in zip(st.columns(len(asked_by)), asked_by, strict=True):
        with place:
            st.markdown(f"**{who}**")
            for question in questions.QUESTIONS:
                if question.asked_by == who and st.button(
                    question.text, key=f"question:{question.key}", width="stretch", wrap=True
                ):
                    ask(found, question)
    st.markdown("#### Scenarios")
    main = ("reference", *MAIN)
    bundled = found.figures.bundled
    _gallery(found, {name: bundled[name] for name in bundled if name in main})
    others = {name: bundled[name] for name in bundled if name not in main}
    with st.expander(f"Proposals of the day: {len(others)} more", key="proposals"):
        _gallery(found, others)
    with st.expander("One part at a time", key="parts"):
        _gallery(found, found.figures.derived)


def _gallery(found: Session, shown: Mapping[str, Scenario]) -> None:
    """Draw scenarios in two columns, each with its sentence and a button that opens it."""
    columns = st.columns(2)
    for number, (name, scenario) in enumerate(shown.items()):
        with columns[number % 2], st.container(border=True):
            text, button = st.columns([4, 1], vertical_alignment="center")
            text.markdown(
                f"**{scenario.name}**  \n{scenario.description.replace('$', chr(92) + '$')}"
            )
            if button.button("Open", key=f"open:{name}", help=f"Show “{scenario.name}”"):
                found.load(scenario)
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
    found.question = f"**{question.text}** {question.answer}".replace("$", "\\$")
    go(question.page)
