"""What can be taken from the page “Compare”: its link, and a workbook with everything on it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from cepasim.core.language import tr
from cepasim.products.classification import Classification
from cepasim.report import compared_front
from cepasim.result import Result
from cepasim.ui import speech, together
from cepasim.ui.pages import compare_link
from cepasim.ui.pages.share import wait_for
from cepasim.ui.state import Session

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def share(
    found: Session,
    results: Mapping[str, Result],
    asked: together.Asked | None,
    year: str,
    *,
    fits: bool,
) -> None:
    """Offer the link and the workbook.

    Parameters
    ----------
    found : Session
    results : mapping of str to Result
        By the names on the page.
    asked : Asked, optional
        Their ranges, perhaps on their way: the file waits for them, the page does not.
    year : str
        Fiscal year on the screen.
    fits : bool
        Whether a link can carry the scenarios.
    """
    st.markdown(tr("**Link** that restores this page"))
    if fits:
        st.code(full_link(found), language=None, wrap_lines=True)
    else:
        st.caption(tr("These scenarios are too long for a link: send their files."))
    # A file has room for whole names.
    whole = {short: tr(name) for name, short in compare_link.short(found.saved).items()}
    named = {whole[short]: result for short, result in results.items()}
    classification = found.figures.economy.classification
    st.download_button(
        tr("Workbook (XLSX)"),
        data=speech.later(partial(workbook, named, asked, year, classification)),
        file_name="comparison.xlsx",
        mime=_XLSX,
        key="compare-workbook",
        on_click="ignore",
    )


def full_link(found: Session) -> str:
    """Return the whole address of the page: scenarios, year, figures, language and currency."""
    here = urlsplit(str(st.context.url or "http://localhost:8501/compare"))
    query = urlencode(compare_link.whole_query(found), doseq=True)
    return urlunsplit((here.scheme, here.netloc, here.path or "/", query, ""))


def workbook(
    results: Mapping[str, Result],
    asked: together.Asked | None,
    year: str,
    classification: Classification,
) -> bytes:
    """Return the comparison as an XLSX file, with its ranges where they can be drawn."""
    from cepasim.core.workbook import write_workbook

    sample = None
    if asked is not None:
        wait_for(asked.draws)
        sample = asked.sample()
    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "comparison.xlsx"
        pages = compared_front.sheets(results, sample, year)
        first = compared_front.front(results, sample, year, classification, tuple(pages))
        write_workbook(pages, path, first)
        return path.read_bytes()
