"""Every figure with unit, range, grade and source; named ones can be changed for the session."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import (
    SOURCE,
    current_language,
    mark,
    ntr,
    paragraph,
    separated,
    tr,
)
from cepasim.core.numbers import with_minus
from cepasim.params import words
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.overrides import without_effect
from cepasim.ui import style
from cepasim.ui.assumptions import decisive_first, waiting
from cepasim.ui.columns import WRAPPED, height, in_cell
from cepasim.ui.controls.assumed import changed_in_words
from cepasim.ui.messages import listed, plain
from cepasim.ui.pages import one_chapter, whole_tables
from cepasim.ui.pages.advice_parts import short_name
from cepasim.ui.pages.parameters_sought import holds, nearest, searched
from cepasim.ui.state import Session, session

_SHOWN = ["words", "said", "unit", "yours", "range", "grade", "year", "source", "note", "name"]
#: Pixels of the columns whose texts take several lines.
_NAME, _UNIT = 196, 92
#: Rows of the named parameters seen at once.
_ROWS = 8
#: Units that are abbreviations, in words.
_UNITS = {"AVE": mark("ad-valorem equivalent")}
#: Parts of a barrier that add up, and sums that are shown at most.
_BARRIERS = ("nu_sps", "nu_tbt", "nu_process")
_MOST_SUMS = 8
_KINDS = {
    "nu_sps": mark("food safety and plant health"),
    "nu_tbt": mark("standards and approvals"),
    "nu_process": mark("registration and paper"),
}
#: What another page wants to be found here.
FIND = "cepasim-find-parameter"


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(style.title(tr("Parameters"), tr("Every value with unit, range, grade and source.")))
    if found.question:
        st.info(found.question)
    if asked := st.session_state.pop(FIND, ""):
        st.session_state["parameter-search"] = asked
    _state(found)
    _named(found)
    _template(found)
    whole_tables.draw(found)


def _state(found: Session) -> None:
    overrides = found.draft.get("parameters", {})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(tr("**{changes}**, for this session only", changes=changed_in_words(overrides)))
        st.button(
            tr("Back to the program's values"),
            key="parameters-back",
            disabled=not overrides,
            on_click=found.assume_nothing,
        )
    if found.problems:
        cannot = tr("This value cannot be used:")
        st.error(f"{cannot}\n{listed(found.problems)}")
    elif overrides and found.shown() is None:
        st.error(plain(found.message))
        found.message = ""
    known = found.figures.known
    if idle := waiting(overrides, found.draft):
        named = separated(words.in_words(known[name]) for name in idle if name in known)
        st.info(plain(tr("Without effect until their lever is there: {names}", names=named)))
    outside = [
        tr(
            "{name}: {value} (range {low} to {high})",
            name=words.in_words(known[name]),
            value=words.amount(value, str(known[name]["unit"])),
            low=words.amount(known[name]["low"], str(known[name]["unit"])),
            high=words.amount(known[name]["high"], str(known[name]["unit"])),
        )
        for name, value in overrides.items()
        if name in known and not known[name]["low"] <= value <= known[name]["high"]
    ]
    if outside:
        st.warning(plain(tr("Outside the documented range: {values}", values=separated(outside))))


def _about(shown: int, every: int, chapters: tuple[str, ...]) -> list[str]:
    """What the table shows and how it is written into, a sentence each."""
    about = [tr("{shown} of {all} named parameters.", shown=shown, all=every)]
    if shown and chapters:
        about.append(
            tr(
                "None says these words: shown are those of chapters that hold such products, {hs}.",
                hs=separated(chapters),
            )
        )
    about += [
        tr(
            "Write into “Yours” to change one; a share goes in as a fraction, 0.1 for the 10 % "
            "shown. Blank it to take the change back."
        ),
        tr("Grades: A official, B published estimate, C own calculation, D assumption."),
    ]
    if current_language() != SOURCE:
        about.append(tr("Sources and notes are in English, as the parameter folder has them."))
    return about


def _named(found: Session) -> None:
    rows = found.figures.rows
    overrides = found.draft.get("parameters", {})
    left, middle, right = st.columns([2, 1, 1])
    search = left.text_input(
        tr("Search by words, product, lever or name"),
        key="parameter-search",
        placeholder=tr("barrier 03, ave fish, origin, fund, Soderbery …"),
    )
    grades = middle.multiselect(
        tr("Grade"), sorted(set(rows["grade"])), key="parameter-grade", placeholder=tr("all")
    )
    changed_only = right.toggle(tr("Changed only"), key="parameter-changed")
    index = searched(found, partial(_in_words, found))
    shown, chapters = nearest(rows, search, grades, found.figures.economy, index)
    shown = decisive_first(shown)
    if changed_only:
        shown = shown[shown["name"].isin(list(overrides))]
    elsewhere = dict(without_effect(shown["name"])) | waiting(shown["name"], found.draft)
    st.caption(plain(paragraph(_about(len(shown), len(rows), chapters))))
    shown = shown.assign(
        words=[in_cell(_named_in_words(found, row), _NAME) for row in shown.to_dict("records")],
        year=shown["year"].astype(str).map(year_in_words),
        yours=[overrides.get(name) for name in shown["name"]],
        said=[words.amount(*pair) for pair in zip(shown["value"], shown["unit"], strict=True)],
        range=[
            "–"
            if low == high
            else tr("{low} to {high}", low=words.amount(low, unit), high=words.amount(high, unit))
            for low, high, unit in shown[["low", "high", "unit"]].itertuples(index=False)
        ],
    )
    if shown.empty:
        st.caption(tr("No parameter matches what you look for."))
        return
    shown["yours"] = shown["yours"].astype(float)
    for_reading = shown[shown["name"].isin(list(elsewhere))]
    shown = shown[~shown["name"].isin(list(elsewhere))]
    shown, for_reading = _as_shown(shown), _as_shown(for_reading).drop(columns="yours")
    key = f"parameters:{found.generation}:{search}:{grades}:{changed_only}"
    heads = _heads()
    st.data_editor(
        shown,
        key=key,
        hide_index=True,
        disabled=[column for column in shown.columns if column != "yours"],
        height=height(len(shown), _ROWS, WRAPPED),
        row_height=WRAPPED,
        placeholder="",
        on_change=_edited,
        args=(found, key, list(shown["name"])),
        column_config=heads,
    )
    if elsewhere:
        st.caption(
            tr(
                "To be read only: calibration, the backcast, the advice on packages or levers that "
                "the scenario does not have use these values. Add such a lever to change its own."
            )
        )
        st.dataframe(
            for_reading,
            key="parameters-read-only",
            hide_index=True,
            height=height(len(for_reading), _ROWS, WRAPPED),
            row_height=WRAPPED,
            column_config=heads,
        )
    _parts(found, shown["name"].tolist())
    one_chapter.draw(found, shown["name"].tolist(), search)


def _in_words(found: Session, row: Mapping[Any, Any]) -> str:
    """Return a parameter in words, third countries by name."""
    sides = {side: short_name(found, row[side]) for side in ("importer", "exporter")}
    return words.in_words({**row, **sides})


def _named_in_words(found: Session, row: Mapping[Any, Any]) -> str:
    """Say what a parameter is, the chapter it is for by its name, too."""
    said, hs = _in_words(found, row), str(row["hs"] or "")
    classification = found.figures.economy.classification
    if hs not in classification.chapters:
        return said
    short = ntr("chapter {hs}", "chapters {hs}", 1, hs=hs)
    full = tr("chapter {hs} {name}", hs=hs, name=tr(classification.name(hs)))
    return said.replace(short, full, 1)


def _as_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns of the table in their order, with units in words."""
    units = [tr(_UNITS.get(str(unit), str(unit))) for unit in rows["unit"]]
    rows = rows.assign(
        unit=[in_cell(unit, _UNIT) for unit in units], note=rows["note"].map(with_minus)
    )
    return rows[[column for column in _SHOWN if column in rows.columns]].reset_index(drop=True)


def _heads() -> dict[str, Any]:
    """Heads of the columns, by name."""
    text = st.column_config.TextColumn
    return {
        "words": text(tr("What it is"), width=_NAME),
        "yours": st.column_config.NumberColumn(tr("Yours"), format="%.4g"),
        "said": text(tr("Value"), width=58, alignment="right"),
        "range": text(tr("Range"), alignment="right"),
        "unit": text(tr("Unit"), width=_UNIT),
        "grade": text(tr("Grade")),
        "year": text(tr("Year")),
        "source": text(tr("Where it comes from"), width=300),
        "note": text(tr("Note"), width=420),
        "name": text(tr("Name in files"), width="medium"),
    }


def _parts(found: Session, names: list[str]) -> None:
    """Show what the barriers found add up to: their parts and the factor on all."""
    known = found.figures.known
    parts = [name for name in names if str(known[name]["parameter"]) in _BARRIERS]
    groups: dict[str, dict[str, float]] = {}
    for name in parts:
        row = known[name]
        where = words.in_words({**row, "parameter": "", "name": ""}).strip(", 、")
        said = groups.setdefault(where, {})
        for other in parts:  # what has no value of its own has that of more chapters
            wider = known[other]
            if row["importer"] == wider["importer"] and holds(str(wider["hs"]), str(row["hs"])):
                said.setdefault(str(wider["parameter"]), float(wider["value"]))
        said[str(row["parameter"])] = float(row["value"])
    whole = {where: said for where, said in groups.items() if len(said) > 1}
    if not whole or len(whole) > _MOST_SUMS:
        return
    scale = float(found.overrides.get("ntb_scale", known["ntb_scale"]["value"]))
    for where, said in whole.items():
        terms = " + ".join(
            tr("{part} {share} %", part=tr(_KINDS[kind]), share=f"{100 * value:.3g}")
            for kind, value in said.items()
        )
        total = 100 * scale * sum(said.values())
        st.caption(
            plain(
                tr(
                    "{where}: ({terms}) × size of all barriers {scale} = {total} %, before days at "
                    "the border.",
                    where=where,
                    terms=terms,
                    scale=f"{scale:g}",
                    total=f"{total:.3g}",
                )
            )
        )


def _edited(found: Session, key: str, names: list[str]) -> None:
    changes: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    for place, columns in changes.items():
        if "yours" in columns:
            found.assume(names[int(place)], columns["yours"])


def _template(found: Session) -> None:
    folder = bundled_directory() if found.own is None else Path(found.own.folder.name)
    st.download_button(
        tr("The whole folder as a template (ZIP)"),
        data=lambda: folder_zip(folder),
        file_name="parameters.zip",
        mime="application/zip",
        key="parameters-zip",
        on_click="ignore",
        help=tr("Change any table in it and load it again under “Files” on the page “Scenario”."),
    )


def folder_zip(folder: Path) -> bytes:
    """Return a parameter folder as a ZIP that the page reads again."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".csv", ".yaml") and "scenarios" not in file.parts:
                archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()
