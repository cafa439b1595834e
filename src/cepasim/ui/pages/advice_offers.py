"""Two offers side by side, clauses as a file that reads back, and when something trips."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.bundled import scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_lines import workbook, year_box
from cepasim.ui.state import Session

_KEPT, _TRIPS = "cepasim-offers", "cepasim-triggers"
_TABLES = {
    "sides": "What each side gains and loses, US$ mn",
    "levers": "Measures in both, changed, or in one alone",
    "lines": "Tariff lines on which the duties differ",
    "losers": "Who sells less",
    "chapters": "Trade by chapter",
}
_ROWS = 200


def draw(found: Session) -> None:
    """Draw the comparison of two offers."""
    own = {found.scenario.name: found.scenario} | found.saved
    left, middle, right = st.columns([1.3, 1.3, 1], vertical_alignment="bottom")
    names = [*own, *(name for name in scenarios() if name not in own)]
    mine = left.selectbox("My offer", names, key="offers-mine")
    theirs = middle.selectbox("Their offer", names, index=1, key="offers-theirs")
    with right:
        year = year_box(found, "offers-year")
    ours, others = (own[name] if name in own else Scenario.bundled(name) for name in (mine, theirs))
    key = (ours, others, year, id(found.figures))
    if st.button("Compare the offers", type="primary", key="offers-run"):
        with st.spinner("Running both …"):
            try:
                answer = cepasim.compare_offers(found.figures.economy, ours, others, year)
                st.session_state[_KEPT] = (key, answer)
            except InputError as wrong:
                st.warning(listed(wrong.problems))
            except RunError as failed:
                st.warning(plain(str(failed)))
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        return
    st.markdown(plain(kept[1].text))
    for name, title in _TABLES.items():
        table: pd.DataFrame = getattr(kept[1], name)
        more = f": the first {_ROWS} of {len(table):,}" if len(table) > _ROWS else ""
        with st.expander(title + more, expanded=name == "sides"):
            st.dataframe(
                table.head(_ROWS),
                key=f"offers-{name}",
                hide_index=True,
                column_config={
                    column: st.column_config.NumberColumn(_worded(column), format="%.1f")
                    if pd.api.types.is_numeric_dtype(table[column])
                    else _worded(column)
                    for column in table.columns
                },
                alt=title,
            )


def _worded(column: str) -> str:
    """Name of a column in words."""
    units = {"_usd_mn": ", US$ mn", "_pct": ", %"}
    for ending, unit in units.items():
        column = column.replace(ending, unit)
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def clauses(found: Session) -> None:
    """Draw the clause sheet of the scenario on the screen, and the way back from one."""
    scenario, economy = found.scenario, found.figures.economy
    st.caption(plain(f"“{scenario.name}” as clauses with the staging of every line."))
    left, middle, _ = st.columns([1, 1, 2])
    for column, kind, label in ((left, "xlsx", "Workbook"), (middle, "docx", "Word document")):
        with column:
            workbook(
                lambda path: scenario.clause_sheet(path, economy),
                f"clauses.{kind}",
                f"Clause sheet: {label}",
                key=f"clauses-{kind}",
            )
    sent = st.file_uploader(
        "A clause sheet that was marked up", type=["xlsx", "docx"], key="clauses-file",
        max_upload_size=5,
    )  # fmt: skip
    if sent is not None and st.button("Open it as scenario", type="primary", key="clauses-open"):
        with TemporaryDirectory(prefix="cepasim-") as folder:
            path = Path(folder) / f"clauses{Path(sent.name).suffix}"
            path.write_bytes(sent.getvalue())
            try:
                read = Scenario.read(path, economy.classification, economy.parameters)
            except InputError as wrong:
                st.warning(listed(wrong.problems).replace(str(path), sent.name))
                return
        found.load(read)
        go("scenario")


def triggers(found: Session) -> None:
    """Draw in which year quotas fill and imports pass a threshold, under every reference."""
    factor = found.figures.economy.parameters.value("surge_trigger")
    st.caption(
        "In which year each quota of the scenario on the screen fills, and imports of a chapter "
        f"that its levers move pass {factor:g} times the average of the three years before, under "
        "every variant of the reference. A chapter that starts from next to nothing passes any "
        "such threshold at once."
    )
    key = (found.scenario, id(found.figures))
    if st.button("Find the years", type="primary", key="triggers-run"):
        with st.spinner("Running under every reference …"):
            try:
                answer = cepasim.triggers(found.figures.economy, found.scenario)
                st.session_state[_TRIPS] = (key, answer)
            except InputError as wrong:
                st.warning(listed(wrong.problems))
            except RunError as failed:
                st.warning(plain(str(failed)))
    kept = st.session_state.get(_TRIPS)
    if kept is None or kept[0] != key:
        return
    table = kept[1]
    if table.empty:
        st.markdown("No quota, and no chapter passes a threshold.")
        return
    shown = table.fillna({"first_year": "never", "first_year_without_levers": "never"})
    st.dataframe(
        shown,
        key="triggers-table",
        hide_index=True,
        column_order=[name for name in shown.columns if name != "threshold"],
        column_config={
            "variant": "Reference",
            "trigger": "What trips",
            "importer": "Importer",
            "source": "Source",
            "hs": "HS",
            "name": "Chapter",
            "first_year": "First year",
            "first_year_without_levers": "Without the levers",
            "largest_ratio": st.column_config.NumberColumn("Largest, of the limit", format="%.2f"),
        },
        alt="Year in which quotas fill and thresholds are passed, by variant of the reference",
    )
