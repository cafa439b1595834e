"""How sure: what moves the answer most, figures and the model's own choices, one at a time."""

from __future__ import annotations

import time

import altair as alt
import pandas as pd
import streamlit as st

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.problems import InputError, RunError
from cepasim.report import charts, drawn, html, look, model_choice, views
from cepasim.report.blocks import Table
from cepasim.studies.choice_ranges import of_year
from cepasim.tables.column import TOTALS
from cepasim.ui import ranges, style
from cepasim.ui.messages import plain
from cepasim.ui.state import Session, session

_ITEMS = {
    "change_in_balance_usd_mn": "Change in balance",
    "change_in_exports_usd_mn": "Change in exports",
    "change_in_imports_usd_mn": "Change in imports",
}


#: Groups shown: those that move the answer most.
_SHOWN = 10
_LOOK_EVERY = 0.2  # seconds


def page() -> None:
    """Draw the page, and again once its ranges are there."""
    asked = _page(session())
    if asked is None or asked.range() is not None:
        return
    progress = st.empty()
    while asked.range() is None and not asked.failed:
        progress.caption(f"Ranges: {asked.draws} of {ranges.FIRST} draws …")
        time.sleep(_LOOK_EVERY)
    if not asked.failed:
        st.rerun()


def _page(found: Session) -> ranges.Asked | None:
    """Draw what there is; return the ranges that are asked for."""
    st.html(
        style.title("How sure?", f"{found.scenario.name}, {found.year}: what the answer rests on.")
    )
    if found.question:
        st.info(found.question)
    result = found.shown()
    if result is None:
        st.warning(plain(found.message))
        found.message = ""
        return None
    row = views.total_row(result, found.year)
    asked = found.ask_range(result)
    ranged = None if asked is None else asked.range()
    said = None if ranged is None else ranges.in_words(ranged, found.year)
    st.html(html.fragment(views.headline(row, found.year, said)))
    st.markdown(
        "Every group of figures is moved to the low and to the high end of its ranges, all others "
        "kept, and each of the model’s own choices to its alternatives. The ten that move the "
        "answer most are shown. Where the two answers differ in sign, the verdict depends on that "
        "one. Ranges and sources are on the page “Parameters”."
    )
    with st.expander("How far history supports the model, question by question"):
        st.html(html.fragment(views.verdict(found.figures.economy.parameters)))
    item = st.segmented_control(
        "Answer",
        list(_ITEMS),
        default="change_in_balance_usd_mn",
        format_func=_ITEMS.__getitem__,
        key="sure-item",
        label_visibility="collapsed",
    )
    if ranged is not None:
        _choices(ranged, found.year, item or next(iter(_ITEMS)))
    key = ("swings", found.scenario, found.year, id(found.figures))
    kept = st.session_state.get("cepasim-swings")
    if kept is None or kept[0] != key:
        if not st.button("Try every decisive assumption", type="primary", key="sure-run"):
            st.caption("About sixty runs; takes some seconds.")
            return asked
        swings = _swings(found)
        if swings is None:
            return asked
        st.session_state["cepasim-swings"] = kept = (key, swings)
    asked_item = item or next(iter(_ITEMS))
    st.markdown("#### What moves the answer most, one at a time, US\\$ mn")
    st.altair_chart(tornado_chart(kept[1], asked_item), theme=None)
    st.markdown("#### What would have to be true for the sign to turn")
    share = None if ranged is None else opposite(ranged, found.year, asked_item, kept[1])
    for sentence in to_turn(kept[1], asked_item, share):
        st.markdown(f"- {plain(sentence)}")
    st.html(html.fragment(decisive_table(kept[1], asked_item)))
    return asked


def _choices(ranged: ranges.Range, year: str, item: str) -> None:
    """Draw which of the model's own choices moves the answer most."""
    rows = of_year(ranged.decomposition(), year)
    if rows.empty:
        return
    st.markdown("**The model’s own choices**")
    chart = model_choice.choice_chart(rows, year, item)
    st.altair_chart(chart, theme=None)
    st.html(html.fragment(model_choice.choice_table(rows, year, item)))
    for note in ranged.model.notes:
        st.caption(plain(note))
    st.caption(drawn.SHARES)
    st.markdown("**One at a time**")


def _swings(found: Session) -> pd.DataFrame | None:
    """What `cepasim.tornado` gives, with the model's own choices among the groups."""
    economy, scenario = found.figures.economy, found.scenario
    with st.spinner("Running …"):
        try:
            return cepasim.tornado(economy, scenario, found.year, model_choice=True)
        except (InputError, RunError) as error:
            st.warning(plain(str(error)))
    return None


def decisive_table(swings: pd.DataFrame, item: str) -> Table:
    """Return the groups that move an answer most, the largest swing first.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    """
    rows = _decisive(swings, item).head(_SHOWN)
    cells = tuple(
        (
            str(row["label"]),
            figures.mn(row["at_low"], signed=True),
            figures.mn(row["at_high"], signed=True),
            "yes" if row["at_low"] * row["at_high"] < 0 else "no",
        )
        for row in rows.to_dict("records")
    )
    central = float(swings[swings["item"] == item]["central"].iloc[0])
    said = f"{_ITEMS[item]} against the reference, US$: {figures.mn(central, signed=True)} as it is"
    head = ("What it rests on", "at the low end", "at the high end", "sign depends on it")
    return Table(said, head, cells)


def _decisive(swings: pd.DataFrame, item: str) -> pd.DataFrame:
    """Rows of an answer that move, the largest swing first."""
    rows = swings[(swings["item"] == item) & (swings["swing"] > 0)]
    return rows.sort_values("swing", ascending=False, kind="stable")


def tornado_chart(swings: pd.DataFrame, item: str) -> alt.LayerChart:
    """Return how far each group moves an answer, the widest first, on one scale.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    """
    rows = []
    for row in _decisive(swings, item).head(_SHOWN).to_dict("records"):
        ends = sorted((float(row["at_low"]), float(row["at_high"])))
        rows.append((charts.Row(str(row["label"]), (ends[0], float(row["central"]), ends[1])), 0))
    series = (charts.Series("from the low to the high end of its range", look.GAIN),)
    return charts.ranges("", series, rows, names=260)


def to_turn(swings: pd.DataFrame, item: str, share: float | None) -> list[str]:
    """Return what alone would turn the sign of an answer, in words.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    share : float, optional
        Share of draws with the other sign, where ranges are there.
    """
    rows = _decisive(swings, item)
    if rows.empty:
        return ["Nothing moves: there is no sign to turn."]
    central = float(rows["central"].iloc[0])
    said = []
    for row in rows.to_dict("records"):
        for end, name in (("at_low", "low"), ("at_high", "high")):
            if float(row[end]) * central < 0:
                value = figures.mn(float(row[end]), signed=True)
                said.append(f"{row['label']}: at the {name} end of its range the answer is {value}")
    if not said:
        nearest = min(
            (
                (abs(float(row[end])), row, end)
                for row in rows.to_dict("records")
                for end in ("at_low", "at_high")
            ),
            key=lambda found: found[0],
        )
        word = "low" if nearest[2] == "at_low" else "high"
        said = [
            "No single group turns it; the nearest is "
            f"{nearest[1]['label']}, at whose {word} end the answer is "
            f"{figures.mn(float(nearest[1][nearest[2]]), signed=True)}"
        ]
    if share is not None:
        said.append(
            f"Several together turn it in {100 * share:.0f} % of the draws of all figures at once "
            "(a share of draws, no probability)"
        )
    return said


def opposite(ranged: ranges.Range, year: str, item: str, swings: pd.DataFrame) -> float:
    """Return the share of draws in which an answer has the other sign."""
    central = float(swings[swings["item"] == item]["central"].iloc[0])
    drawn = ranged.sample[:, ranged.fiscal_years.index(year), TOTALS.index(item)]
    return float((drawn * central < 0).mean())
