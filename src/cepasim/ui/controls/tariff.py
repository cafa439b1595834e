"""Duties: the formula and its number, products, start and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core.countries import COUNTRY
from cepasim.levers.words import FORMULAS, importer_of
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import (
    Group,
    at_no_change,
    between_the_pair,
    everything,
    of_bundled,
)
from cepasim.ui.controls.products import products

_RATE_SLIDER = 50.0


def _main(form: Form) -> None:
    formula, number = formula_of(form.settings["cut"])
    if formula in ("percent", "eliminate"):
        form.main(
            "cut",
            "Duties cut by",
            number,
            (0.0, 100.0),
            5.0,
            "cut by %g %%",
            lambda percent: "eliminate" if percent == 100 else {"percent": float(percent)},
        )
        return
    words = FORMULAS[formula]
    form.main(
        "cut",
        words,
        number,
        # A Swiss coefficient of 0 has no meaning.
        (0.5 if formula == "swiss" else 0.0, _RATE_SLIDER),
        0.5,
        f"{words.lower()} %g %%",
        lambda rate: {formula: float(rate)},
    )


def formula_of(cut: object) -> tuple[str, float]:
    """Return the formula of a cut and its number, percent."""
    if isinstance(cut, Mapping):
        [(formula, number)] = cut.items()
        return str(formula), float(number)
    return "eliminate", 100.0


def _details(form: Form) -> None:
    formula, number = formula_of(form.settings["cut"])
    products(form, categories=True)
    form.choice(
        "formula",
        "Formula",
        ["percent", "cap", "rate", "swiss"],
        "percent" if formula == "eliminate" else formula,
        FORMULAS.__getitem__,
        lambda chosen: form.begin_anew(
            {"tariff": {**form.settings, "cut": {chosen: min(number, _RATE_SLIDER) or 1.0}}}
        ),
    )
    form.start()
    form.steps()
    source = third_country(form.settings)
    if source is not None:
        classification = form.found.figures.economy.classification
        suppliers = classification.sources(importer_of(form.settings))
        form.choice("source", "Supplier", suppliers, source, form.country)


def third_country(settings: Mapping[str, Any]) -> str | None:
    """Return the supplier of a lever where it is none of the two countries."""
    source = settings.get("source")
    return None if source in (None, *COUNTRY) else str(source)


CONTROL = Control(
    "tariff",
    (
        Group(
            "tariff_jpn",
            "Japan's duties on Indian goods",
            "What is left of Japan's tariffs after the CEPA of 2011.",
            between_the_pair("JPN"),
            of_bundled("full-package", "tariff", "JPN"),
        ),
        Group(
            "tariff_ind",
            "India's duties on Japanese goods",
            "India excluded cars, farm goods and parts of steel, plastics and electricals.",
            between_the_pair("IND"),
            of_bundled("full-package", "tariff", "IND"),
        ),
        Group(
            "rivals",
            "Duties on other suppliers",
            "A cut for a rival erodes the pair's preference.",
            everything,
            at_no_change(
                "tariff",
                importer="JPN",
                source="CHN",
                select={"all": True},
                cut={"percent": 0.0},
                years=1,
            ),
            outside=True,
        ),
    ),
    _main,
    _details,
    third_country,
)
