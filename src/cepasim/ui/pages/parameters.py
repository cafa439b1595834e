"""Every figure with unit, range, grade and source; named ones can be changed for the session."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cepasim.ui import style
from cepasim.ui.controls.assumed import changed_in_words
from cepasim.ui.messages import listed, plain
from cepasim.ui.state import Session, session

_SHOWN = ["name", "yours", "value", "low", "high", "unit", "grade", "year", "source", "note"]
_MOST_ROWS = 5000


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(style.title("Parameters", "Every figure with unit, range, grade and source."))
    if found.question:
        st.info(found.question)
    _state(found)
    _named(found)
    _tables(found)


def _state(found: Session) -> None:
    overrides = found.draft.get("parameters", {})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{changed_in_words(overrides)}**, for this session only")
        st.button(
            "Back to the figures",
            key="parameters-back",
            disabled=not overrides,
            on_click=found.assume_nothing,
        )
    if found.problems:
        st.error(f"This value cannot be used:\n{listed(found.problems)}")
    elif overrides and found.shown() is None:
        st.error(plain(found.message))
        found.message = ""
    known = found.figures.known
    outside = [
        f"{name} = {value:g} (range {known[name]['low']:g} to {known[name]['high']:g})"
        for name, value in overrides.items()
        if name in known and not known[name]["low"] <= value <= known[name]["high"]
    ]
    if outside:
        st.warning(plain("Outside the documented range: " + "; ".join(outside)))


def _named(found: Session) -> None:
    rows = found.figures.rows
    overrides = found.draft.get("parameters", {})
    left, middle, right = st.columns([2, 1, 1])
    search = left.text_input(
        "Search", key="parameter-search", placeholder="epsilon, origin, fund, Soderbery …"
    )
    grades = middle.multiselect(
        "Grade", sorted(set(rows["grade"])), key="parameter-grade", placeholder="all"
    )
    changed_only = right.toggle("Changed only", key="parameter-changed")
    shown = matching(rows, search, grades)
    if changed_only:
        shown = shown[shown["name"].isin(list(overrides))]
    st.caption(
        f"{len(shown)} of {len(rows)} named figures. Write into “yours” to change one; blank it to "
        "take the change back. Grades: A official, B published estimate, C own calculation, "
        "D assumption."
    )
    shown = shown.assign(yours=[overrides.get(name) for name in shown["name"]])
    shown["yours"] = shown["yours"].astype(float)
    shown = shown[[column for column in _SHOWN if column in shown.columns]].reset_index(drop=True)
    key = f"parameters:{found.generation}:{search}:{grades}:{changed_only}"
    number = st.column_config.NumberColumn
    st.data_editor(
        shown,
        key=key,
        hide_index=True,
        disabled=[column for column in shown.columns if column != "yours"],
        height=420,
        on_change=_edited,
        args=(found, key, list(shown["name"])),
        column_config={
            "name": st.column_config.TextColumn("Name", width="medium"),
            "yours": number("Yours", format="%.4g"),
            **{c: number(c.capitalize(), format="%.4g") for c in ("value", "low", "high")},
        },
    )


def matching(rows: pd.DataFrame, search: str, grades: list[str]) -> pd.DataFrame:
    """Return the figures whose row holds every word searched for and one of the grades."""
    if grades:
        rows = rows[rows["grade"].isin(grades)]
    words = search.casefold().split()
    if not words:
        return rows
    text = rows[["name", "parameter", "source", "note", "unit", "table"]].agg(" ".join, axis=1)
    text = text.str.casefold()
    holds = [all(word in cell for word in words) for cell in text]
    return rows[holds]


def _edited(found: Session, key: str, names: list[str]) -> None:
    changes: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    for place, columns in changes.items():
        if "yours" in columns:
            found.assume(names[int(place)], columns["yours"])


def _tables(found: Session) -> None:
    parameters = found.figures.economy.parameters
    st.markdown("#### Whole tables")
    known = parameters.dictionary.tables
    name = st.selectbox(
        "Table",
        list(parameters.tables),
        key="parameter-table",
        format_func=lambda table: f"{table}: {known[table].description}",
    )
    table = parameters.table(name)
    if len(table) > _MOST_ROWS:
        st.caption(f"The first {_MOST_ROWS:,} of {len(table):,} rows; the file has them all.")
    st.dataframe(table.head(_MOST_ROWS), hide_index=True, height=360, key=f"table:{name}")
