"""The whole table of sectors, and the chain of numbers behind a row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core import numbers as figures
from cepasim.report import views
from cepasim.report.product_views import by_product
from cepasim.result import Result
from cepasim.ui.messages import plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.parameters import FIND
from cepasim.ui.speech import fragment
from cepasim.ui.state import Session

#: US$ million: rows that move by less are folded away.
_LEAST = 0.05
_LEVELS = {"chapter": "Chapters", "section": "Sections", "window": "Fund windows"}


@fragment
def sectors(found: Session) -> None:
    """Draw the table of the year and level that are chosen."""
    result = found.shown()
    if result is None:
        return
    year = found.year
    fine = by_product(result)
    levels = {"product": "Products", **_LEVELS} if fine else _LEVELS
    usual = "product" if fine else "chapter"
    st.markdown(f"#### All sectors, {year}, US\\$ mn of 2023-24")
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        level = st.segmented_control(
            "Level",
            list(levels),
            default=usual,
            format_func=levels.__getitem__,
            key=f"level:{usual}",
            label_visibility="collapsed",
        )
    with right:
        search = st.text_input(
            "Search", key="search", placeholder="Search by code or name: 61, garments, steel …"
        )
    level = level or usual
    frame = views.sector_frame(result, level, year, search)
    if frame.empty:
        st.caption(f"No sector with trade matches “{plain(search)}”.")
        return
    frame = _moving_first(frame, keep=bool(search.strip()))
    chosen = st.dataframe(
        frame,
        key=f"sectors:{level}",
        hide_index=True,
        height=min(36 * (len(frame) + 1), 430),
        column_order=_columns(frame),
        column_config=_column_config(),
        on_select="rerun",
        selection_mode="single-row",
        alt=f"Exports, imports and balance by {level}, reference and scenario, {year}",
    )
    st.caption(
        "Choose a row to see why its numbers are what they are. Exports f.o.b., imports c.i.f. "
        "Read changes: levels are as uncertain as their 90 % range says. Grades: A official, "
        "B published estimate, C own calculation, D assumption."
    )
    rows = chosen["selection"]["rows"] if chosen else []
    if rows and rows[0] < len(frame):
        _why(result, level, frame.iloc[rows[0]], year)


def _moving_first(frame: pd.DataFrame, *, keep: bool) -> pd.DataFrame:
    """Sort by size of change; what does not move is folded away unless it is searched for."""
    moved = frame[["change_in_exports_usd_mn", "change_in_imports_usd_mn"]].abs().max(axis=1)
    frame = frame.loc[moved.sort_values(ascending=False, kind="stable").index]
    still = moved.reindex(frame.index) < _LEAST
    if not still.any() or still.all() or keep:
        return frame.reset_index(drop=True)
    label = f"Show the {int(still.sum())} that move by less than US\\$ {_LEAST:g} mn, too"
    if not st.toggle(label, key="sectors-still"):
        frame = frame[~still]
    return frame.reset_index(drop=True)


def _columns(frame: pd.DataFrame) -> list[str]:
    flows = [
        stem.format(flow)
        for flow in ("exports", "imports")
        for stem in (
            "baseline_{}_usd_mn",
            "{}_range",
            "{}_usd_mn",
            "change_in_{}_usd_mn",
            "change_in_{}_pct",
        )
    ]
    wanted = ["code", "name", *flows, "change_in_balance_usd_mn", "grade"]
    return [column for column in wanted if column in frame.columns]


def _column_config() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "code": st.column_config.TextColumn("Code", width=60, pinned=True),
        "name": st.column_config.TextColumn("Sector", width=210, pinned=True),
        "grade": st.column_config.TextColumn("Grade", width=60, help="Worst benchmark cell"),
        "change_in_balance_usd_mn": number("Balance, change", format="%+.1f"),
    }
    for flow in ("exports", "imports"):
        name = flow.capitalize()
        config |= {
            f"baseline_{flow}_usd_mn": number(f"{name}, reference", format="%.1f"),
            f"{flow}_range": st.column_config.TextColumn(
                f"{name}, 90 % range",
                help="Of the level in the reference; the scenario's level is as uncertain",
                alignment="right",
            ),
            f"{flow}_usd_mn": number(f"{name}, scenario", format="%.1f"),
            f"change_in_{flow}_usd_mn": number(f"{name}, change", format="%+.1f"),
            f"change_in_{flow}_pct": number(f"{name}, change %", format="%+.1f %%"),
        }
    return config


def _why(result: Result, level: str, row: pd.Series, year: str) -> None:
    st.markdown(f"##### Why this number: {row['code']} {plain(str(row['name']))}")
    if str(row["code"]) not in result.products or level not in ("product", "chapter"):
        one = "Products" if by_product(result) else "Chapters"
        st.caption(f"A sum; choose “{one}” above to see the chain of one.")
        return
    for flow, name in (("export", "Exports to Japan"), ("import", "Imports from Japan")):
        explanation = result.explain(flow, str(row["code"]), year)
        st.markdown(f"**{name}**")
        steps = explanation.table
        shown = pd.DataFrame(
            {
                "step": steps["step"],
                "value": [figures.value(value) for value in steps["value"]],
                "unit": steps["unit"],
                "grade": steps["grade"],
                "source and note": [
                    "; ".join(part for part in (source, note) if part)
                    for source, note in zip(steps["source"], steps["note"], strict=True)
                ],
            }
        )
        st.dataframe(shown, hide_index=True, key=f"why:{flow}", height=36 * (len(shown) + 1))
    with st.container(horizontal=True):
        for label, words in (("barriers", "barrier "), ("parameters", "")):
            if st.button(f"Change this: {label} of chapter {row['code']}", key=f"change:{label}"):
                st.session_state[FIND] = f"{words}{row['code']}"
                go("parameters")
