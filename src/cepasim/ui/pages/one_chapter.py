"""A value of several chapters, changed for one of them alone: figures of the user's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.language import deferred, tr
from cepasim.core.problems import InputError
from cepasim.economy.loading import load
from cepasim.params import words
from cepasim.ui.messages import listed
from cepasim.ui.state import Session
from cepasim.ui.uploads import OwnFigures

#: Values among which one is chosen at most: a search that finds more is not narrow enough.
_MOST = 40


def draw(found: Session, names: Sequence[str], search: str = "") -> None:
    """Draw the choice among the values found, of one chapter, and of its own value.

    Parameters
    ----------
    found : Session
    names : sequence of str
        Parameters that the search found.
    search : str
        What was searched for: a chapter named there is offered first.
    """
    known = found.figures.known
    chapters = {name: _chapters(found, str(known[name]["hs"] or "")) for name in names}
    wide = {name: inside for name, inside in chapters.items() if len(inside) > 1}
    if not wide or len(wide) > _MOST:
        return
    with st.expander(tr("Change a value for one chapter alone")):
        left, middle, right, last = st.columns([2, 2, 1.4, 1.2], vertical_alignment="bottom")
        name = left.selectbox(
            tr("Value of these chapters"),
            list(wide),
            format_func=lambda one: words.in_words(known[one]),
            key="alone-name",
        )
        classification = found.figures.economy.classification
        hs = middle.selectbox(
            tr("Chapter alone"),
            wide[name],
            index=_asked_for(wide[name], search),
            format_func=lambda one: f"{one} {tr(classification.name(one))}",
            key=f"alone-hs:{name}:{search}",
        )
        value = right.number_input(
            tr("Its value; a share as a fraction, 0.1 for 10 %"),
            value=float(known[name]["value"]),
            format="%.4g",
            key=f"alone-value:{name}",
        )
        if last.button(tr("Use it for this chapter"), key="alone-use"):
            _use(found, known[name], hs, value)
        st.caption(
            tr(
                "The others keep their value. The page then works with figures of your own, which "
                "every page and file says; take them back under “Files” on the page “Scenario”."
            )
        )


def _asked_for(chapters: Sequence[str], search: str) -> int:
    """Place of the chapter that a search names; the first where it names none."""
    named = search.split()
    return next((place for place, hs in enumerate(chapters) if hs in named), 0)


def _use(found: Session, row: Mapping[str, Any], hs: str, value: float) -> None:
    """Work with the value from now on, or say why that cannot be."""
    try:
        with st.spinner(tr("Loading the parameters again …")):
            own = narrowed(found, row, hs, value)
    except InputError as wrong:
        st.error(listed(wrong.problems))
        return
    found.use(own)
    st.rerun()


def narrowed(found: Session, row: Mapping[str, Any], hs: str, value: float) -> OwnFigures:
    """Return the figures of a session with a value of its own for one chapter.

    Parameters
    ----------
    found : Session
    row : mapping
        The parameter of several chapters; its range is scaled with the value.
    hs : str
        The chapter.
    value : float

    Raises
    ------
    InputError
        For a value that the table does not allow.
    """
    parameters = found.figures.economy.parameters
    table = str(row["table"])
    rows = parameters.table(table).drop(columns="table", errors="ignore")
    # The first chapter of the scope stands in the name: ``nu_sps_jpn_01_05`` to ``nu_sps_jpn_03``.
    first = str(row["hs"]).replace("-", ",").split(",")[0]
    name = str(row["name"]).partition(f"_{first}")[0] + f"_{hs}"
    factor = value / float(row["value"]) if row["value"] else 1.0
    added = {
        **{column: row[column] for column in rows.columns},
        "name": name,
        "hs": hs,
        "value": value,
        "low": min(value, factor * float(row["low"])),
        "high": max(value, factor * float(row["high"])),
        "grade": "D",
        "source": tr("own value"),
        "note": tr(
            "own value for chapter {hs}, in place of {value} of {name}",
            hs=hs,
            value=f"{float(row['value']):g}",
            name=row["name"],
        ),
    }
    changed = pd.concat([rows[rows["name"] != name], pd.DataFrame([added])], ignore_index=True)
    folder = tempfile.TemporaryDirectory(prefix="cepasim-")
    try:
        if found.own is not None:
            shutil.copytree(found.own.folder.name, folder.name, dirs_exist_ok=True)
        file = Path(folder.name) / f"{table}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        changed.to_csv(file, index=False)
        return OwnFigures(f"{name} = {value:g}", load(folder.name), folder, _said(added))
    except BaseException:
        folder.cleanup()
        raise


def _said(row: Mapping[str, Any]) -> str:
    """Say a value in words, in whatever language it is read."""
    return deferred(
        "{name}: {item}",
        name=partial(words.in_words, row),
        item=partial(words.amount, float(row["value"]), str(row.get("unit") or "")),
    )


def _chapters(found: Session, scope: str) -> list[str]:
    """Chapters of a scope such as ``01-05,25``."""
    every = found.figures.economy.by_chapter.chapters
    parts = [part.partition("-") for part in scope.split(",") if part]
    return [
        one for one in every if any(first <= one <= (last or first) for first, _, last in parts)
    ]
