"""How far must a lever go for a target, and what must be given for what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.scenario import Scenario
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_lines import year_box
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.exchange import Exchange
    from cepasim.studies.advice.target import WhatItTakes

_ITEMS = {
    "change_in_balance_usd_mn": "Change in India's balance",
    "balance_usd_mn": "India's balance with Japan",
    "exports_usd_mn": "India's exports to Japan",
    "imports_usd_mn": "India's imports from Japan",
}
_MEASURES = {"sales": "more sales to the partner", "welfare": "welfare"}
_KEPT, _GIVEN = "cepasim-target", "cepasim-given"


def draw(found: Session) -> None:
    """Draw both questions about the levers of the scenario on the screen."""
    levers = found.scenario.levers
    if not levers:
        st.caption("The scenario on the screen has no lever: add one on the page Scenario.")
        return
    names = [
        f"{place + 1}. {lever.sentence(found.figures.economy.classification)}"
        for place, lever in enumerate(levers)
    ]
    st.caption(plain(f"About the levers of “{found.scenario.name}”, the scenario on the screen."))
    _target(found, names)
    st.markdown("**Cars against fish: what must be given for what is asked?**")
    _given(found, names)


def _target(found: Session, names: list[str]) -> None:
    """Draw the depth of one lever that reaches a target."""
    lever = st.selectbox(
        "How far must this lever go?", range(len(names)), format_func=names.__getitem__,
        key="target-lever",
    )  # fmt: skip
    left, middle, right, last = st.columns([1.4, 1, 1, 1.2], vertical_alignment="bottom")
    with left:
        item = st.selectbox(
            "So that", list(_ITEMS), format_func=_ITEMS.__getitem__, key="target-of"
        )
    amount = middle.number_input("Is, US\\$ mn", value=100.0, step=50.0, key="target-usd")
    with right:
        year = year_box(found, "target-year")
    asked = last.button("Find the depth", type="primary", key="target-run")
    key = (found.scenario, lever, item, amount, year, id(found.figures))
    if asked:
        answer = _found(
            lambda: cepasim.what_would_it_take(
                found.figures.economy, found.scenario, lever, {item: amount, "fiscal_year": year}
            )
        )
        if answer is not None:
            st.session_state[_KEPT] = (key, answer)
    kept = st.session_state.get(_KEPT)
    if kept is not None and kept[0] == key:
        _shown(found, kept[1], year, "target-open")


def _given(found: Session, names: list[str]) -> None:
    """Draw how deep a lever of the other side must go to be worth as much."""
    levers = found.scenario.levers
    sides = {place: getattr(lever, "importer", None) for place, lever in enumerate(levers)}
    if not {"JPN", "IND"} <= set(sides.values()):
        st.caption("The scenario needs a concession of each side: one is asked for, one is given.")
        return
    places = [place for place, side in sides.items() if side]
    left, right = st.columns(2)
    asked = left.selectbox("Asked for", places, format_func=names.__getitem__, key="given-asked")
    others = [place for place in places if sides[place] != sides[asked]]
    given = right.selectbox("Given", others, format_func=names.__getitem__, key=f"given-by:{asked}")
    first, second, third = st.columns([1.4, 1, 1.2], vertical_alignment="bottom")
    measure = first.selectbox(
        "Measured by", list(_MEASURES), format_func=_MEASURES.__getitem__, key="given-by-what"
    )
    with second:
        year = year_box(found, "given-year")
    wanted = third.button("Find what must be given", type="primary", key="given-run")
    key = (found.scenario, asked, given, measure, year, id(found.figures))
    if wanted:
        answer = _found(
            lambda: cepasim.what_must_be_given(
                found.figures.economy,
                found.scenario,
                asked,
                given,
                fiscal_year=year,
                measure=measure,
            )
        )
        if answer is not None:
            st.session_state[_GIVEN] = (key, answer)
    kept = st.session_state.get(_GIVEN)
    if kept is not None and kept[0] == key:
        _shown(found, kept[1], year, "given-open")


def _found(find: Any) -> Any:
    """What a search gives; None, with a message, where there is nothing."""
    with st.spinner("Trying depths, and running the answer …"):
        try:
            return find()
        except InputError as wrong:
            st.warning(listed(wrong.problems))
        except RunError as failed:
            st.warning(plain(str(failed)))
    return None


def _shown(found: Session, answer: WhatItTakes | Exchange, year: str, key: str) -> None:
    """Draw an answer in words, and the way from it into the scenario."""
    st.markdown(plain(answer.text))
    st.caption("Central values, simulated again at the depth found; no range.")
    if st.button("Open as scenario", key=key):
        scenario: Scenario = answer.scenario
        found.load(scenario)
        found.year = year
        go("scenario")
