"""Trade remedies: how much comes on top, on whom, on what and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year
from cepasim.core.language import mark, separated, tr
from cepasim.levers.words import importer_of, number_in_words
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import START, Group, everything
from cepasim.ui.controls.products import products
from cepasim.ui.controls.withdraw import importer_and_supplier, supplier

_RATE_SLIDER = 50.0
#: Years of a remedy that is switched on here: those of a first safeguard.
_YEARS = 3


def rates_of(settings: Mapping[str, Any]) -> list[float]:
    """Return what is added: one number, or one for each year."""
    written = settings["add_percent"]
    return [float(r) for r in (written if isinstance(written, Sequence) else [written])]


def scaled(rates: Sequence[float], highest: float) -> float | list[float]:
    """Return rates whose highest is this one, the others in proportion."""
    top = max(rates)
    if len(rates) == 1 or top == 0:
        return highest
    return [round(highest * rate / top, 4) for rate in rates]


def over(settings: Mapping[str, Any], start: str, end: str) -> dict[str, Any]:
    """Return the settings of a remedy over other years; the last of its rates goes on."""
    years = parse_fiscal_year(end) - parse_fiscal_year(start) + 1
    rates = rates_of(settings)
    added = rates[0] if len(rates) == 1 else (rates + rates[-1:] * years)[: max(years, 1)]
    return {**settings, "start": start, "end": max(start, end), "add_percent": added}


def _main(form: Form) -> None:
    rates = rates_of(form.settings)
    form.main(
        "add_percent",
        tr("Duty added"),
        max(rates),
        (0.0, _RATE_SLIDER),
        0.5,
        tr("duty of %g %% on top"),
        lambda highest: scaled(rates, float(highest)),
    )


def _details(form: Form) -> None:
    rates, settings = rates_of(form.settings), form.settings
    if len(rates) > 1:
        said = separated(number_in_words(rate) for rate in rates)
        st.caption(tr("By year, percent: {rates}; the slider moves them in proportion", rates=said))
    importer_and_supplier(form, "remedy", ("all",))
    if settings.get("source") == "all":
        _exempt(form)
    products(form, categories=True)
    start, end = str(settings["start"]), str(settings["end"])
    form.start(lambda year: form.begin_anew({"remedy": over(settings, year, end)}))
    form.end(lambda year: form.begin_anew({"remedy": over(settings, start, year)}))


def _exempt(form: Form) -> None:
    key = form.key("exempt")
    suppliers = form.found.figures.economy.classification.sources(
        importer_of(form.settings) or "IND"
    )
    st.multiselect(
        tr("Exempt suppliers"),
        list(suppliers),
        default=list(form.settings.get("exempt", ())),
        format_func=form.country,
        key=key,
        help=tr("Developing countries with a small share of imports are exempt from a safeguard."),
        select_all=False,
        placeholder=tr("Choose one or more"),
        on_change=lambda: form.change({"exempt": list(st.session_state[key]) or None}),
    )


CONTROL = Control(
    "remedy",
    (
        Group(
            "remedy",
            mark("Trade remedies"),
            mark("A duty on top of what is paid, with or without a preference; it ends."),
            everything,
            lambda _: [
                {
                    "remedy": {
                        "importer": "IND",
                        "source": "JPN",
                        "select": {"hs": ["7208-7212"]},
                        "add_percent": 0.0,
                        "start": START,
                        "end": format_fiscal_year(parse_fiscal_year(START) + _YEARS - 1),
                    }
                }
            ],
        ),
    ),
    _main,
    _details,
    supplier,
)
