"""Exchange rates: a real change against the dollar, at once or by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year, year_in_words
from cepasim.core.language import mark, tr
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything

CHANGE_SLIDER = 30.0
_ENDS = (-CHANGE_SLIDER, CHANGE_SLIDER)
_SHAPES = {"depreciation_percent": mark("At once"), "path": mark("By year")}


def _main(form: Form) -> None:
    country = form.country(form.settings["country"])
    path = form.settings.get("path")
    if path:
        last = max(path)
        _of_year(form, path, last, _label(country, last))
        return
    form.main(
        "depreciation_percent",
        tr("Real depreciation, {country}", country=country),
        float(form.settings["depreciation_percent"]),
        _ENDS,
        1.0,
        tr("depreciation of %+g %%"),
    )


def _label(country: str, year: str) -> str:
    return tr("Real depreciation, {country}, {year}", country=country, year=year_in_words(year))


def _of_year(form: Form, path: Mapping[str, Any], year: str, label: str) -> None:
    """Slider of one year of a path."""
    form.slider(
        f"path:{year}",
        label,
        float(path[year]),
        _ENDS,
        1.0,
        tr("{year}: %+g %%", year=year_in_words(year)),
        lambda percent: {**path, year: percent},
    )


def _details(form: Form) -> None:
    partners = form.found.figures.economy.classification.partners
    others = [p.code for p in partners if p.code not in ("USA", *COUNTRY)]
    form.choice(
        "country",
        tr("Country"),
        [*COUNTRY, *others],
        str(form.settings["country"]),
        form.country,
    )
    path = form.settings.get("path")
    form.choice(
        "shape",
        tr("How it comes"),
        list(_SHAPES),
        "path" if path else "depreciation_percent",
        lambda shape: tr(_SHAPES[shape]),
        lambda chosen: form.begin_anew({"exchange_rate": _shaped(form, chosen)}),
    )
    if not path:
        form.start()
        return
    for year in sorted(path)[:-1]:  # the last one is always in sight
        _of_year(form, path, year, year_in_words(year))


def _shaped(form: Form, shape: str) -> dict[str, Any]:
    """Return the same change at once, or over two years."""
    settings = form.settings
    path = settings.get("path") or {}
    country, start = settings["country"], str(settings["start"])
    if shape == "depreciation_percent":
        return {"country": country, shape: float(path[max(path)]), "start": start}
    change = float(settings["depreciation_percent"])
    horizon = str(form.found.draft.get("horizon", form.found.scenario.horizon))
    second = min(format_fiscal_year(parse_fiscal_year(start) + 1), horizon)
    return {"country": country, shape: {start: change, second: change}, "start": start}


CONTROL = Control(
    "exchange_rate",
    (
        Group(
            "exchange_rate",
            mark("Exchange rates"),
            mark(
                "Real change against the US dollar; a positive number is a depreciation. Only part "
                "of it reaches trade: see the parameter exchange_rate_pass_through."
            ),
            everything,
            at_no_change("exchange_rate", country="IND", depreciation_percent=0.0),
            outside=True,
        ),
    ),
    _main,
    _details,
    lambda settings: settings.get("country"),
)
