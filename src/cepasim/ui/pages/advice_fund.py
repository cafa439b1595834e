"""How to spend the fund: the split that does most, beside the equal one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core.problems import InputError, RunError
from cepasim.report import numbers as figures
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_lines import year_box
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.allocate import FundAllocation

_KEPT, _SURE = "cepasim-split", "cepasim-split-sure"
_OBJECTIVES = {"balance": "India's balance with Japan", "exports": "India's exports to Japan"}
#: Draws of the range: the user waits for them.
_DRAWS = 100
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
            st.caption("Each industry with more and more money; takes some seconds.")
            return
        split = _divide(found, size, objective, year)
        if split is None:
            return
        st.session_state[_KEPT] = kept = (key, split)
    _answer(found, kept[1], key)


def _divide(found: Session, size: float, objective: Any, year: str) -> FundAllocation | None:
    with st.spinner("Trying money in every industry …"):
        try:
            return cepasim.allocate_fund(found.figures.economy, size, objective, year)
        except InputError as wrong:
            st.warning(listed(wrong.problems))
        except RunError as failed:
            st.warning(plain(str(failed)))
    return None


def _answer(found: Session, split: FundAllocation, key: tuple[Any, ...]) -> None:
    """Draw the split in words, beside the equal one, and how sure it is."""
    _, objective, year, _ = key
    name = f"{_OBJECTIVES[objective]}, {year}"
    said = (
        f"{figures.mn(split.outcome_usd_mn, signed=True)} with this split, "
        f"{figures.mn(split.equal_usd_mn, signed=True)} with the equal one "
        "(US$ million of 2023-24, change against the reference)."
    )
    st.markdown(f"**{name}:** {plain(said)}")
    st.markdown(plain(split.text))
    st.caption(f"Grade D. {_CAVEAT}")
    _how_sure(split, key)
    mine, even = st.columns(2)
    if mine.button("Open as scenario", type="primary", key="split-open"):
        _open(found, split.scenario, year)
    if even.button("Open the equal split", key="split-open-equal"):
        _open(found, split.equal_scenario, year)
    table = split.table
    table["equal_usd_bn"] = table["equal_share"] * float(key[0])
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


def _open(found: Session, scenario: Any, year: str) -> None:
    found.load(scenario)
    found.year = year
    go("scenario")


def _how_sure(split: FundAllocation, key: tuple[Any, ...]) -> None:
    """Draw the range of what the split does, once it is asked for: it takes ten seconds."""
    kept = st.session_state.get(_SURE)
    if kept is None or kept[0] != key:
        st.caption("These are central values without a range until it is drawn.")
        if not st.button(f"How sure? {_DRAWS} draws, some 10 seconds", key="split-sure"):
            return
        with st.spinner("Drawing …"):
            st.session_state[_SURE] = kept = (key, split.how_sure(draws=_DRAWS))
    sure = kept[1]
    st.markdown(
        plain(
            f"In {100 * sure['better_share']:.0f} % of {_DRAWS} draws of all figures it is better "
            f"than the equal split; it does US$ {figures.span_mn(sure['p5'], sure['p95'])} mn more "
            f"(90 % range). By itself it changes the outcome by "
            f"US$ {figures.span_mn(sure['outcome_p5'], sure['outcome_p95'])} mn."
        )
    )
