"""What the tabs of the page Advice share: a year, an amount, a file, the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import LAST_YEAR, fiscal_years, parse_fiscal_year
from cepasim.core.language import mark, tr
from cepasim.core.numbers import in_mn, unit_mn
from cepasim.scenario.scenario import Scenario
from cepasim.ui import speech
from cepasim.ui.controls.form import fiscal_year
from cepasim.ui.navigation import go
from cepasim.ui.state import FIRST_YEAR_SHOWN, Session

#: What can be typed where lines and sectors are sought; both examples find something.
WHAT_CAN_BE_SOUGHT = mark(
    "Type the beginning of an HS code, or words for the product, its chapter, section or industry: "
    "0306.17, frozen shrimps."
)


def years_of_advice() -> list[str]:
    """Fiscal years for which advice can be asked."""
    from cepasim.studies.advice.alone import START

    return list(fiscal_years(parse_fiscal_year(START), LAST_YEAR))


def year_box(found: Session, key: str) -> str:
    """Draw the choice of a year; that on the screen by default."""
    years = years_of_advice()
    shown = found.year if found.year in years else FIRST_YEAR_SHOWN
    return st.selectbox(
        tr("Fiscal year"), years, index=years.index(shown), format_func=fiscal_year, key=key
    )


def amount_box(
    place: DeltaGenerator,
    label: str,
    key: str,
    usd_mn: float | None,
    digits: int | None = None,
    **options: Any,
) -> float | None:
    """Draw a box for an amount in the reader's own unit, and return it in US$ million.

    Parameters
    ----------
    place : DeltaGenerator
    label : str
        In the language of the moment, with ``{unit}`` in it.
    key : str
        Of the widget; where the unit is another one so is the number, and the widget.
    usd_mn : float or None
        What it begins with; None for an empty box.
    digits : int, optional
        How many of its digits; all in US$ and one in another unit unless given.
    **options
        Of `st.number_input`.
    """
    unit = in_mn(1.0)
    value = usd_mn
    if usd_mn is not None and (digits is not None or unit != 1.0):
        value = float(f"{in_mn(usd_mn):.{digits or 1}g}")
    said: float | None = place.number_input(
        label.format(unit=unit_mn()),
        value=value,
        step=float(f"{in_mn(50.0):.1g}"),
        format="%g",
        key=key if unit == 1.0 else f"{key}:{unit_mn()}",
        **options,
    )
    return None if said is None else said / unit


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


def short_name(found: Session, code: object) -> str:
    """`named` for a column of a table: without what stands in brackets behind the name."""
    return named(found, code).split(" (")[0].split("（")[0]


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
