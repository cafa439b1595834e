"""The whole table of sectors, and the chain of numbers behind a row."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core import numbers as figures
from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, ntr, paragraph, tr
from cepasim.products.classification import Classification
from cepasim.report import html, views
from cepasim.report.blocks import Table
from cepasim.report.product_views import by_product
from cepasim.report.together import level_and_change, said_of_rounding
from cepasim.result import Result
from cepasim.tables.finding import product_finder
from cepasim.tables.names import told_apart
from cepasim.ui import answers, columns, remembered
from cepasim.ui.columns import NAME, height
from cepasim.ui.messages import of_products, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_parts import WHAT_CAN_BE_SOUGHT
from cepasim.ui.pages.parameters import FIND
from cepasim.ui.speech import fragment
from cepasim.ui.state import Session

#: The balance and what it is the difference of.
_CHANGED = re.compile("change_in_.*_usd_mn")
#: Sectors that a phone shows at a glance.
_GLANCE = 12
_LEVELS = {
    "chapter": mark("Chapters"),
    "section": mark("Sections"),
    "window": mark("Fund windows"),
}


@fragment
def sectors(found: Session) -> None:
    """Draw the table of the year and level that are chosen."""
    result = found.shown()
    if result is None:
        return
    year = found.year
    fine = by_product(result)
    levels = {"product": mark("Products"), **_LEVELS} if fine else _LEVELS
    usual = "product" if fine else "chapter"
    heading = tr(
        "All sectors, {year}, {unit} of {price_year}",
        year=year_in_words(year),
        unit=figures.unit_mn(),
        price_year=year_in_words(found.figures.economy.price_year),
    )
    st.markdown(f"## {plain(heading)}", anchors=False)
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        level = st.segmented_control(
            tr("Level"),
            list(levels),
            default=usual,
            format_func=lambda one: tr(levels[one]),
            key=f"level:{usual}",
            label_visibility="collapsed",
        )
    with right:
        search = st.text_input(
            tr("Search by code or words"),
            key="search",
            placeholder=tr("61, garments, steel …"),
        )
    remembered.begins_with(remembered.WHY, "")
    remembered.write_in_part("scenario")
    level = level or usual
    frame = _frame(found, result, level, year, search)
    if frame.empty:
        st.caption(
            paragraph(
                [
                    tr("No sector with trade matches “{search}”.", search=plain(search)),
                    tr(WHAT_CAN_BE_SOUGHT),
                ]
            )
        )
        return
    whole, frame = frame, _moving_first(frame, keep=bool(search.strip()))
    config = _column_config()
    names = frame["name"].map(told_apart) if level == "product" else frame["name"]
    said = frame["code"] + " " + names if level != "window" else names
    # A phone has room for one column of figures beside the names: it gets a table of its own.
    with st.container(key="sectors-narrow"):
        st.html(html.fragment(at_a_glance(frame, said)))
    key, codes = f"sectors:{level}", tuple(frame["code"])
    _select(key, codes)
    columns.draw(
        frame.assign(sector=said)[["code", *_columns(frame)]],
        {name: config[name] for name in _columns(frame)},
        alike=[name for name in frame.columns if _CHANGED.fullmatch(name)],
        key=key,
        height=height(len(frame)),
        on_select=partial(_choose, key, codes),
        selection_mode="single-row",
        alt=tr(
            "Exports, imports and balance ({level}), reference and scenario, {year}",
            level=tr(levels[level]),
            year=year_in_words(year),
        ),
    )
    read = tr(
        "Choose a row (Shift+Space on the keyboard) to see why its numbers are what they are. "
        "Exports f.o.b., imports c.i.f. Read changes: levels are as uncertain as their 90 % range "
        "says. Grades: A official, B published estimate, C own calculation, D assumption."
    )
    st.caption(paragraph([read, *(of_products() if level == "product" else [])]))
    # Its row may be folded away meanwhile: it is still asked about.
    asked = whole[whole["code"] == st.session_state[remembered.WHY]]
    if not asked.empty:
        _why(result, level, asked.iloc[0], year)


def _select(key: str, codes: tuple[str, ...]) -> None:
    """Have the table show as chosen the sector that is asked about, wherever its row is now."""
    asked, before = st.session_state[remembered.WHY], st.session_state.get(key)
    rows = [codes.index(asked)] if asked in codes else []
    if rows != (list(before["selection"]["rows"]) if before else []):
        st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def _choose(key: str, codes: tuple[str, ...]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[remembered.WHY] = codes[rows[0]] if rows and rows[0] < len(codes) else ""


def _frame(found: Session, result: Result, level: str, year: str, search: str) -> pd.DataFrame:
    make = partial(views.sector_frame, result, level, year)
    # A table of products is large.
    kept = level != "product"
    frame = answers.shared().pieces(result)(year, ("sectors", level), make) if kept else make()
    return matching(frame, level, search, found.figures.economy.classification)


def matching(
    frame: pd.DataFrame, level: str, search: str, classification: Classification
) -> pd.DataFrame:
    """Return the rows of a table of sectors that are found by code or words.

    Parameters
    ----------
    frame : DataFrame
        As ``views.sector_frame`` returns it.
    level, search : str
    classification : Classification
    """
    if not search.strip():
        return frame
    finder = product_finder(classification)
    return frame[finder.rows(search, level, frame["code"].tolist())]


def _moving_first(frame: pd.DataFrame, *, keep: bool) -> pd.DataFrame:
    """Sort by size of change; what does not move is folded away unless it is searched for."""
    moved = frame[["change_in_exports_usd_mn", "change_in_imports_usd_mn"]].abs().max(axis=1)
    frame = frame.loc[moved.sort_values(ascending=False, kind="stable").index]
    still = moved.reindex(frame.index) < figures.LEAST
    if not still.any() or still.all() or keep:
        return frame.reset_index(drop=True)
    label = ntr(
        "Show the one that moves by less than {least}, too",
        "Show the {count} that move by less than {least}, too",
        int(still.sum()),
        count=f"{still.sum():,}",
        least=figures.mn(figures.LEAST),
    )
    if not st.toggle(label, key="sectors-still"):
        frame = frame[~still]
    return frame.reset_index(drop=True)


def at_a_glance(frame: pd.DataFrame, names: pd.Series) -> Table:
    """Return the changes of the first sectors, narrow enough to be read without a swipe.

    Parameters
    ----------
    frame : DataFrame
        Sorted, as `sectors` draws it.
    names : Series of str
        What its rows are called.
    """
    changes = frame[[f"change_in_{flow}_usd_mn" for flow in ("balance", "exports", "imports")]]
    place = place_of_column(changes.to_numpy(float).ravel())
    rows = tuple(
        (name, *(figures.mn(size, unit=False, signed=True, place=place) for size in row))
        for name, row in zip(names.head(_GLANCE), changes.to_numpy(float), strict=False)
    )
    caption = tr("Change against the reference")
    if len(frame) > _GLANCE:
        caption = tr("Change against the reference, the {n} that move most", n=_GLANCE)
    return Table(caption, (tr("Sector"), tr("Balance"), tr("Exports"), tr("Imports")), rows)


def _columns(frame: pd.DataFrame) -> list[str]:
    changes, levels = (
        [stem.format(flow) for flow in ("exports", "imports") for stem in stems]
        for stems in (
            ("change_in_{}_usd_mn", "change_in_{}_pct"),
            ("baseline_{}_usd_mn", "{}_range", "{}_usd_mn"),
        )
    )
    # What a policy changes is read, and stands first: levels are uncertain.
    wanted = ["sector", *changes, "change_in_balance_usd_mn", "grade", *levels]
    return [one for one in wanted if one == "sector" or one in frame.columns]


def _column_config() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "sector": st.column_config.TextColumn(tr("Sector"), width=NAME, pinned=True),
        "grade": st.column_config.TextColumn(
            tr("Grade"), width="small", help=tr("Worst benchmark cell")
        ),
        "change_in_balance_usd_mn": number(tr("Balance, change"), format="%+.1f"),
    }
    for flow, heads in _HEADS.items():
        reference, level_range, scenario, change, percent = map(tr, heads)
        config |= {
            f"baseline_{flow}_usd_mn": number(reference, format="%.1f"),
            f"{flow}_range": st.column_config.TextColumn(
                level_range,
                help=tr("Of the level in the reference; the scenario's level is as uncertain"),
                alignment="right",
            ),
            f"{flow}_usd_mn": number(scenario, format="%.1f"),
            f"change_in_{flow}_usd_mn": number(change, format="%+.1f"),
            f"change_in_{flow}_pct": number(percent, format="%+.1f %%"),
        }
    return config


#: Heads of the columns of a flow: reference, its range, scenario, change, change in per cent.
_HEADS = {
    "exports": (
        mark("Exports, reference"),
        mark("Exports, 90 % range"),
        mark("Exports, scenario"),
        mark("Exports, change"),
        mark("Exports, change %"),
    ),
    "imports": (
        mark("Imports, reference"),
        mark("Imports, 90 % range"),
        mark("Imports, scenario"),
        mark("Imports, change"),
        mark("Imports, change %"),
    ),
}


def _chain(name: str, steps: pd.DataFrame) -> Table:
    """Return the steps of an explanation, each with its value, unit, grade, sources and note."""
    head = (tr("step"), tr("value"), tr("unit"), tr("grade"), tr("source and note"))
    amounts = steps["unit"] == figures.unit_mn()
    usd_mn = steps["value"] / figures.in_mn(1.0)
    # The last ones are the scenario and its change.
    scenario, change = usd_mn[amounts].tail(2)
    place, adds_up = level_and_change(scenario - change, scenario)
    values = [
        figures.mn(size, unit=False, signed=row == len(steps) - 1, place=place)
        if is_amount
        else figures.value(value)
        for row, (value, size, is_amount) in enumerate(
            zip(steps["value"], usd_mn, amounts, strict=True)
        )
    ]
    rows = tuple(
        (
            now(step["step"]),
            value,
            now(step["unit"]),
            step["grade"],
            tr("; ").join(now(part) for part in (step["source"], step["note"]) if part),
        )
        for step, value in zip(steps.to_dict("records"), values, strict=True)
    )
    note = said_of_rounding((adds_up,))
    return Table(name, head, rows, numeric=(False, True, False, False, False), note=note)


def _why(result: Result, level: str, row: pd.Series, year: str) -> None:
    sector = plain(str(row["name"]))
    heading = tr("Why this number: {code} {sector}", code=row["code"], sector=sector)
    st.markdown(f"### {heading}", anchors=False)
    if str(row["code"]) not in result.products or level not in ("product", "chapter"):
        one = tr("Products") if by_product(result) else tr("Chapters")
        st.caption(tr("A sum; choose “{level}” above to see the chain of one.", level=one))
        return
    if said := figures.conversion():
        st.caption(plain(said))
    for flow, name in (("export", tr("Exports to Japan")), ("import", tr("Imports from Japan"))):
        explanation = result.explain(flow, str(row["code"]), year)
        # A table that is read and not searched: its cells break their lines, long sources too.
        st.html(html.fragment(_chain(name, explanation.table)))
    with st.container(horizontal=True):
        code = row["code"]
        for key, words, label in (
            ("barriers", "barrier ", tr("Change this: barriers of chapter {code}", code=code)),
            ("parameters", "", tr("Change this: parameters of chapter {code}", code=code)),
        ):
            if st.button(label, key=f"change:{key}"):
                st.session_state[FIND] = f"{words}{row['code']}"
                go("parameters")
