"""What the tabs of the page Advice share: a year, a search that is kept, a file, the way out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import streamlit as st

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import LAST_YEAR, fiscal_years, parse_fiscal_year, year_in_words
from cepasim.core.language import tr
from cepasim.core.problems import InputError, RunError
from cepasim.scenario.scenario import Scenario
from cepasim.ui import speech
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.state import FIRST_YEAR_SHOWN, Session
from cepasim.ui.waiting import bar

T = TypeVar("T")


def years_of_advice() -> list[str]:
    """Fiscal years for which advice can be asked."""
    from cepasim.studies.advice.alone import START

    return list(fiscal_years(parse_fiscal_year(START), LAST_YEAR))


def year_box(found: Session, key: str) -> str:
    """Draw the choice of a year; that on the screen by default."""
    years = years_of_advice()
    shown = found.year if found.year in years else FIRST_YEAR_SHOWN
    return st.selectbox(
        tr("Fiscal year"), years, index=years.index(shown), format_func=year_in_words, key=key
    )


@contextmanager
def warned() -> Iterator[None]:
    """Say what is wrong with a question, or why it has no answer, in place of an error."""
    try:
        yield
    except InputError as wrong:
        st.warning(listed(wrong.problems))
    except RunError as failed:
        st.warning(plain(str(failed)))


def sought(key: str, asked: Hashable, busy: str, find: Callable[[], T], *, again: bool) -> T | None:
    """Return what was found for a question, and look for it where that is wanted.

    Parameters
    ----------
    key : str
        Under which the session keeps the answer.
    asked : hashable
        The question; an answer to another one is not shown.
    busy : str
        Said while it is looked for.
    find : callable
        Looks for it.
    again : bool
        Whether it is to be looked for now.
    """
    if again:
        with bar(busy), warned():
            st.session_state[key] = (asked, find())
    kept = st.session_state.get(key)
    if kept is None or kept[0] != asked:
        return None
    answer: T = kept[1]
    return answer


def opened(found: Session, scenario: Scenario, year: str) -> None:
    """Put an answer on the screen as a scenario."""
    found.load(scenario)
    found.year = year
    go("scenario")


def named(found: Session, code: object) -> str:
    """Name of a country or group in the language of the moment; empty where there is none."""
    if not isinstance(code, str) or not code:
        return ""
    partner = found.figures.economy.classification.partner_name
    return tr(COUNTRY.get(code) or partner(code))


def section_box(found: Session, key: str) -> str:
    """Draw the choice of a section of the HS; empty is all of them."""
    names = {one.code: one.name for one in found.figures.economy.classification.sections}
    everything = tr("All sections")
    return st.selectbox(
        tr("Section"),
        ["", *names],
        format_func=lambda code: f"{code} {tr(names[code])}" if code else everything,
        key=key,
    )


def workbook(write: Callable[[Path], None], name: str, label: str, key: str) -> None:
    """Draw a button that sends a workbook, written only when it is asked for.

    Parameters
    ----------
    write : callable
        Writes it to a path.
    name, label, key : str
        Of the file, the button and the element.
    """

    def content() -> bytes:
        with TemporaryDirectory(prefix="cepasim-") as folder:
            path = Path(folder) / name
            write(path)
            return path.read_bytes()

    st.download_button(label, speech.later(content), name, key=key, on_click="ignore")
