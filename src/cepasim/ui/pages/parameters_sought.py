"""Parameters found by words: their row, their lever, their products, in every language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.finding import FAR, Texts, asked, ranks
from cepasim.core.language import LANGUAGES, language, tr
from cepasim.economy.economy import Economy
from cepasim.tables.finding import product_finder
from cepasim.ui.state import Session

#: What the row of a parameter says itself.
_IN_ROW = ["name", "parameter", "source", "note", "unit", "table"]
#: Words of levers by the beginning of a parameter's name.
_LEVERS = (
    ("nu_", "barriers relief ntb"),
    ("actionable", "barriers relief ntb"),
    ("border_", "barriers relief ntb"),
    ("ntb_", "barriers relief"),
    ("sigma_", "tariff duty"),
    ("utilisation", "origin rules preference"),
    ("consignment", "origin rules preference"),
    ("sourcing", "china plus one sourcing"),
    ("exchange", "exchange rate"),
)

_InWords = Callable[[Mapping[Any, Any]], str]


def searched(found: Session, in_words: _InWords) -> Texts:
    """Return what is searched of each parameter: its row, its words, its chapters by code and name.

    In every language; with what people call the products of its chapters.

    Parameters
    ----------
    found : Session
    in_words : callable
        Says what a row is in the language of the moment.
    """
    key, figures = "cepasim-parameter-texts", found.figures
    kept: tuple[str, Texts] | None = st.session_state.get(key)
    if kept is not None and kept[0] == figures.digest:
        return kept[1]
    index = Texts(lambda: [_texts(figures.rows, figures.economy, in_words)])
    st.session_state[key] = (figures.digest, index)
    return index


def _texts(rows: pd.DataFrame, economy: Economy, in_words: _InWords) -> list[str]:
    """Words of each parameter."""
    classification = economy.classification
    finder, chapters = product_finder(classification), economy.by_chapter.chapters
    texts = _of_rows(rows)
    for place, row in enumerate(rows.to_dict("records")):
        hs = str(row["hs"] or "")
        inside = [one for one in chapters if holds(hs, one)] if hs else []
        said = [_lever(row), *map(finder.words_for, inside)]
        for tag in LANGUAGES:
            with language(tag):
                said.append(in_words(row))
                said += [f"{one} {tr(classification.name(one))}" for one in inside]
        texts[place] += ", " + ", ".join(said)
    return texts


def _of_rows(rows: pd.DataFrame) -> list[str]:
    return [", ".join(map(str, row)) for row in rows[_IN_ROW].itertuples(index=False)]


def holds(scope: str, chapter: str) -> bool:
    """Whether chapters written as ``01-05,25`` hold one."""
    for part in scope.split(","):
        first, _, last = part.partition("-")
        if first <= chapter <= (last or first):
            return True
    return False


def _lever(row: Mapping[Any, Any]) -> str:
    """Words of the lever a parameter bears on, for the search."""
    return next((said for begin, said in _LEVERS if str(row["name"]).startswith(begin)), "")


def matching(
    rows: pd.DataFrame, search: str, grades: list[str], index: Texts | None = None
) -> pd.DataFrame:
    """Return the figures whose row holds every word searched for and one of the grades.

    Parameters
    ----------
    rows : DataFrame
    search : str
    grades : list of str
    index : Texts, optional
        What is searched of each row; what the row itself says without it.
    """
    keep = rows["grade"].isin(grades) if grades else pd.Series(True, index=rows.index)
    if typed := asked(search):
        sought = index or Texts(lambda: [_of_rows(rows)])
        keep &= ranks(sought.near, typed) < FAR
    return rows[keep]


def nearest(
    rows: pd.DataFrame, search: str, grades: list[str], economy: Economy, index: Texts
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the figures searched for, and the chapters they are of where none says the words.

    Frozen shrimps are in no row: chapters are as narrow as parameters are.

    Parameters
    ----------
    rows : DataFrame
    search : str
    grades : list of str
    economy : Economy
    index : Texts
        As `searched` returns it.
    """
    if not search.strip() or not matching(rows, search, [], index).empty:
        return matching(rows, search, grades, index), ()
    chapters = economy.by_chapter.chapters
    finder = product_finder(economy.classification)
    hold = tuple(sorted(finder.groups(search, dict(zip(chapters, chapters, strict=True)))))
    keep = [any(holds(str(hs or ""), one) for one in hold) for hs in rows["hs"]]
    return matching(rows[keep], "", grades), hold
