"""How to spend the fund: the split that does most, beside the equal one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.problems import InputError, RunError
from cepasim.levers.words import WINDOWS
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_lines import year_box
from cepasim.ui.state import Session
from cepasim.ui.waiting import bar

if TYPE_CHECKING:
    from cepasim.studies.advice.allocate import FundAllocation

_KEPT = "cepasim-split"
_AGAIN = "cepasim-split-again"
_OBJECTIVES = {"balance": "India's balance with Japan", "exports": "India's exports to Japan"}
#: Draws of the range: the user waits for them, a tenth of a second each.
_DRAWS = 50
_CAVEAT = (
    "Export share, Japan's share and inputs are assumed (grade D) and the same for all industries "
    "of a window, and the choice between the windows follows from these assumptions alone. Inside "
    "a window the differences are a few percent: read its money as spread over several industries, "
    "not as a ranking."
)


def draw(found: Session) -> None:
    """Draw what is asked, and the answer to it once it was looked for."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    size = left.number_input("Fund, US\\$ bn", 0.1, 20.0, 2.0, step=0.5, key="split-size")
    with middle:
        objective = st.selectbox(
            "Objective", list(_OBJECTIVES), format_func=_OBJECTIVES.__getitem__, key="split-aim"
        )
    with right:
        year = year_box(found, "split-year")
    key = (size, objective, year, id(found.figures))
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        if not st.button("Divide the fund", type="primary", key="split-run"):
            st.caption(
                "Each industry with more and more money, and draws of all assumptions: 10 seconds."
            )
            return
        answer = _divide(found, size, objective, year)
        if answer is None:
            return
        st.session_state[_KEPT] = (key, *answer)
        st.rerun()
    _, split, sure = kept
    _answer(found, split, sure, (size, objective, year))


def _divide(
    found: Session, size: float, objective: Any, year: str
) -> tuple[FundAllocation, dict[str, float]] | None:
    """Divide the fund and draw how sure that is: without its range the central value misleads."""
    with bar("Trying money in every industry, and drawing how sure it is"):
        try:
            split = cepasim.allocate_fund(found.figures.economy, size, objective, year)
            return split, split.how_sure(draws=_DRAWS)
        except InputError as wrong:
            st.warning(listed(wrong.problems))
        except RunError as failed:
            st.warning(plain(str(failed)))
    return None


def _answer(
    found: Session, split: FundAllocation, sure: dict[str, float], asked: tuple[float, str, str]
) -> None:
    """Draw the split in words, beside the equal one, and how sure it is."""
    size, objective, year = asked
    name = f"{_OBJECTIVES[objective]}, {year}"
    said = (
        f"{figures.mn(split.outcome_usd_mn, signed=True)} with this split, "
        f"{figures.mn(split.equal_usd_mn, signed=True)} with the equal one "
        "(US$ million of 2023-24, change against the reference)."
    )
    st.markdown(f"**{name}:** {plain(said)}")
    st.markdown(plain(_how_sure(sure)))
    st.markdown(plain(split.text))
    st.caption(f"Grade D. {_CAVEAT}")
    _again(split)
    mine, even = st.columns(2)
    if mine.button("Open as scenario", type="primary", key="split-open"):
        _open(found, split.scenario, year)
    if even.button("Open the equal split", key="split-open-equal"):
        _open(found, split.equal_scenario, year)
    table = split.table
    table["equal_usd_bn"] = table["equal_share"] * size
    table["window"] = table["window"].map(WINDOWS)
    number = st.column_config.NumberColumn
    st.dataframe(
        table.sort_values("share", ascending=False, kind="stable"),
        key="split-table",
        hide_index=True,
        column_order=["label", "window", "usd_bn", "equal_usd_bn", "marginal_usd_per_usd"],
        column_config={
            "label": "Industry",
            "window": "Window",
            "usd_bn": number("This split, US$ bn", format="%.2f"),
            "equal_usd_bn": number("Equal split, US$ bn", format="%.2f"),
            "marginal_usd_per_usd": number(
                "One more US$ does, US$",
                format="%+.4f",
                help=f"{name}, where an industry gets a dollar more and all others keep theirs",
            ),
        },
        alt="Money by industry: this split and the equal one",
    )


def _again(split: FundAllocation) -> None:
    """Divide the fund again under the model's own alternatives, where that is asked for."""
    kept = st.session_state.get(_AGAIN)
    if kept is None or kept[0] is not split:
        if not st.button("How sure is the split under model choice?", key="split-again"):
            return
        with bar("Dividing the fund under each alternative of the model"):
            try:
                kept = (split, split.under_model_choice())
            except RunError as failed:
                st.warning(plain(str(failed)))
                return
        st.session_state[_AGAIN] = kept
    again = kept[1]
    st.markdown(plain(again.text))
    for note in again.notes:
        st.caption(plain(note))
    number = st.column_config.NumberColumn
    shares = again.industries[again.industries["most"] > 0].copy()
    for name in ("share", "least", "most"):
        shares[name] = 100 * shares[name]
    st.dataframe(
        shares,
        key="split-again-table",
        hide_index=True,
        column_order=["label", "share", "least", "most", "alternatives_percent"],
        column_config={
            "label": "Industry",
            "share": number("This split, %", format="%.0f"),
            "least": number("Least, %", format="%.0f", help="Over the alternatives"),
            "most": number("Most, %", format="%.0f", help="Over the alternatives"),
            "alternatives_percent": number("Gets money in, % of alternatives", format="%.0f"),
        },
        alt="Share of each industry under the model's own alternatives",
    )


def _open(found: Session, scenario: Any, year: str) -> None:
    found.load(scenario)
    found.year = year
    go("scenario")


def _how_sure(sure: dict[str, float]) -> str:
    """Say what the ranges of the assumptions leave of the split."""
    low, high = sure["outcome_p5"], sure["outcome_p95"]
    said = f"90 % range of this split: US$ {figures.span_mn(low, high)} mn"
    if low < 0 < high:
        said += ": whether it helps at all is not certain"
    return (
        f"{said}. In {100 * sure['better_share']:.0f} % of draws it is better than an equal split; "
        f"the difference is US$ {figures.span_mn(sure['p5'], sure['p95'])} mn (90 % range). "
        f"{_DRAWS} draws of all assumptions: the ends are rough."
    )
