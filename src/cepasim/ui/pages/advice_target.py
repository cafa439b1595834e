"""How far must a lever go for a target, and what must be given for what is asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

import cepasim
from cepasim.core.language import mark, tr
from cepasim.report import views
from cepasim.ui.asked import sought
from cepasim.ui.messages import plain
from cepasim.ui.pages.advice_parts import amount_box, opened, year_box
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.exchange import Exchange
    from cepasim.studies.advice.target import WhatItTakes

_ITEMS = {
    "change_in_balance_usd_mn": mark("Change in India's balance"),
    "balance_usd_mn": mark("India's balance with Japan"),
    "exports_usd_mn": mark("India's exports to Japan"),
    "imports_usd_mn": mark("India's imports from Japan"),
}
_MEASURES = {"sales": mark("more sales to the partner"), "welfare": mark("welfare")}
#: US$ million that a target begins with where there is nothing to go by.
_WITHOUT_RESULT = 100.0


def draw(found: Session) -> None:
    """Draw both questions about the levers of the scenario on the screen."""
    levers = found.scenario.levers
    if not levers:
        st.caption(tr("The scenario on the screen has no lever: add one on the page Scenario."))
        return
    names = [
        f"{place + 1}. {lever.sentence(found.figures.economy.classification)}"
        for place, lever in enumerate(levers)
    ]
    st.caption(
        plain(
            tr(
                "About the levers of “{scenario}”, the scenario on the screen.",
                scenario=tr(found.scenario.name),
            )
        )
    )
    _target(found, names)
    st.markdown("## " + tr("What must be given for what is asked?"), anchors=False)
    _given(found, names)


def _target(found: Session, names: list[str]) -> None:
    """Draw the depth of one lever that reaches a target."""
    lever = st.selectbox(
        tr("How far must this lever go?"),
        range(len(names)),
        format_func=names.__getitem__,
        key="target-lever",
    )
    left, middle, right, last = st.columns([1.4, 1, 1, 1.2], vertical_alignment="bottom")
    with left:
        item = st.selectbox(
            tr("So that"),
            list(_ITEMS),
            format_func=lambda one: tr(_ITEMS[one]),
            key="target-of",
        )
    with right:
        year = year_box(found, "target-year")
    begin, digits = _somewhat_more(found, item, year)
    box = amount_box(middle, tr("Is, {unit}"), f"target-usd:{item}", begin, digits)
    usd_mn = box or 0.0
    economy, scenario = found.figures.economy, found.scenario
    answer = sought(
        found,
        "target",
        (scenario, lever, item, usd_mn, year),
        tr("Trying depths, and running the answer"),
        lambda: cepasim.what_would_it_take(
            economy, scenario, lever, {item: usd_mn, "fiscal_year": year}
        ),
        again=last.button(tr("Find the depth"), type="primary", key="target-run"),
    )
    if answer is not None:
        _shown(found, answer, year, "target-open")


def _somewhat_more(found: Session, item: str, year: str) -> tuple[float, int]:
    """Return a target a tenth of its effect beyond what the scenario brings, and its digits."""
    result = found.shown()
    if result is None:
        return _WITHOUT_RESULT, 1
    row = views.total_row(result, year)
    change = abs(float(row[f"change_in_{item.removeprefix('change_in_')}"])) or _WITHOUT_RESULT
    target = float(row[item]) + 0.1 * change
    if not target:
        return _WITHOUT_RESULT, 1
    # To the second digit of the change.
    return target, max(2 + math.floor(math.log10(abs(target))) - math.floor(math.log10(change)), 1)


def _given(found: Session, names: list[str]) -> None:
    """Draw how deep a lever of the other side must go to be worth as much."""
    levers = found.scenario.levers
    sides = {place: getattr(lever, "importer", None) for place, lever in enumerate(levers)}
    if not {"JPN", "IND"} <= set(sides.values()):
        st.caption(
            tr("The scenario needs a concession of each side: one is asked for, one is given.")
        )
        return
    places = [place for place, side in sides.items() if side]
    # One below the other: half a line would cut what a lever does.
    asked = st.selectbox(tr("Asked for"), places, format_func=names.__getitem__, key="given-asked")
    others = [place for place in places if sides[place] != sides[asked]]
    given = st.selectbox(
        tr("Given"), others, format_func=names.__getitem__, key=f"given-by:{asked}"
    )
    first, second, third = st.columns([1.4, 1, 1.2], vertical_alignment="bottom")
    measure = first.selectbox(
        tr("Measured by"),
        list(_MEASURES),
        format_func=lambda one: tr(_MEASURES[one]),
        key="given-by-what",
    )
    with second:
        year = year_box(found, "given-year")
    economy, scenario = found.figures.economy, found.scenario
    answer = sought(
        found,
        "given",
        (scenario, asked, given, measure, year),
        tr("Trying depths, and running the answer"),
        lambda: cepasim.what_must_be_given(
            economy, scenario, asked, given, fiscal_year=year, measure=measure
        ),
        again=third.button(tr("Find what must be given"), type="primary", key="given-run"),
    )
    if answer is not None:
        _shown(found, answer, year, "given-open")


def _shown(found: Session, answer: WhatItTakes | Exchange, year: str, key: str) -> None:
    """Draw an answer in words, and the way from it into the scenario."""
    st.markdown(plain(answer.text))
    st.caption(tr("Central values, simulated again at the depth found; no range."))
    if st.button(tr("Open as scenario"), key=key):
        opened(found, answer.scenario, year)
