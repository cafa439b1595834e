"""Duties: the formula and its number, products, start and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, tr
from cepasim.levers.every import in_words
from cepasim.levers.words import FORMULAS, importer_of
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form, fiscal_year
from cepasim.ui.controls.group import (
    Group,
    at_no_change,
    between_the_pair,
    everything,
    of_bundled,
)
from cepasim.ui.controls.products import products
from cepasim.ui.messages import plain

_RATE_SLIDER = 50.0
_STEPS_SLIDER = 15
_FORMULAS = ("percent", "cap", "rate", "swiss", "swiss_average", "match")
#: What a formula begins with when it is chosen; any preference can reach these.
_BEGINS: Mapping[str, object] = {"rate": 1.0, "match": "EU27"}


def _main(form: Form) -> None:
    if form.settings.get("rows"):
        _table(form)
        return
    phases = form.settings.get("phases")
    if phases:
        _steps_of_phase(form, phases, len(phases) - 1)
        return
    formula, number = formula_of(form.settings["cut"])
    if formula == "match":
        years = int(form.settings.get("years", 1))
        ends = (1, _STEPS_SLIDER)
        label, text = tr("Steps to the rival's rate"), tr("parity in %d steps")
        form.main("years", label, years, ends, 1, text, int)
        return
    if formula in ("percent", "eliminate"):
        form.main(
            "cut",
            tr("Duties cut by"),
            number,
            (0.0, 100.0),
            5.0,
            tr("cut by %g %%"),
            lambda percent: "eliminate" if percent == 100 else {"percent": float(percent)},
        )
        return
    words = tr(FORMULAS[formula])
    form.main(
        "cut",
        words,
        number,
        # A Swiss coefficient of 0 has no meaning.
        (0.5 if formula.startswith("swiss") else 0.0, _RATE_SLIDER),
        0.5,
        tr("{formula} %g %%", formula=words.lower()),
        lambda rate: {formula: float(rate)},
    )


def formula_of(cut: object) -> tuple[str, float]:
    """Return the formula of a cut and its number, percent; of a match, nothing."""
    if isinstance(cut, Mapping):
        [(formula, number)] = cut.items()
        return str(formula), 100.0 if formula == "match" else float(number)
    return "eliminate", 100.0


def _table(form: Form) -> None:
    """Draw what is left to choose of a schedule by line: how many steps its longest part takes."""
    rows = form.settings["rows"]
    longest = max(range(len(rows)), key=lambda place: int(rows[place].get("years", 1)))
    _steps_of_phase(form, rows, longest, "rows")


def _steps_of_phase(
    form: Form, phases: Sequence[Mapping[str, Any]], place: int, name: str = "phases"
) -> None:
    years = int(phases[place].get("years", 1))

    def written(chosen: object) -> list[Mapping[str, Any]]:
        changed = {**phases[place], "years": int(str(chosen))}
        return [*phases[:place], changed, *phases[place + 1 :]]

    text = tr("last phase in %d steps") if name == "phases" else tr("longest rows in %d steps")
    form.main(name, tr("Steps"), years, (1, _STEPS_SLIDER), 1, text, written)


def _details(form: Form) -> None:
    if form.settings.get("rows"):
        lever = {"tariff": dict(form.settings)}
        st.caption(plain(in_words(lever, form.found.figures.economy.classification)))
        form.end()
        return
    products(form, categories=True)
    phases = form.settings.get("phases")
    if phases:
        for place, phase in enumerate(phases):
            _phase(form, phases, place, phase)
        form.end()
    else:
        _formula(form)
        form.start()
        if formula_of(form.settings["cut"])[0] != "match":  # whose steps are the main slider
            form.steps()
        form.end()
    source = third_country(form.settings)
    if source is not None:
        classification = form.found.figures.economy.classification
        suppliers = classification.sources(importer_of(form.settings))
        form.choice("source", tr("Supplier"), suppliers, source, form.country)


def _phase(
    form: Form, phases: Sequence[Mapping[str, Any]], place: int, phase: Mapping[str, Any]
) -> None:
    formula, number = formula_of(phase["cut"])
    said = tr(FORMULAS[formula])
    if formula not in ("eliminate", "match"):
        said = tr("{formula} {number} %", formula=said, number=f"{number:g}")

    def begin(year: str) -> None:
        changed = [*phases[:place], {**phase, "start": year}, *phases[place + 1 :]]
        form.begin_anew({"tariff": {**form.settings, "phases": changed}})

    horizon = form.found.draft.get("horizon", form.found.scenario.horizon)
    form.choice(
        f"phase-{place}",
        tr("{place}. {cut}, from", place=place + 1, cut=said),
        form.found.years_after_base(horizon),
        str(phase["start"]),
        fiscal_year,
        then=begin,
    )


def _formula(form: Form) -> None:
    formula, number = formula_of(form.settings["cut"])

    def chosen(name: str) -> None:
        size = _BEGINS.get(name, min(number, _RATE_SLIDER) or 1.0)
        form.begin_anew({"tariff": {**form.settings, "cut": {name: size}}})

    form.choice(
        "formula",
        tr("Formula"),
        _FORMULAS,
        "percent" if formula == "eliminate" else formula,
        lambda name: tr(FORMULAS[name]),
        chosen,
    )
    if formula == "match":
        classification = form.found.figures.economy.classification
        importer = importer_of(form.settings)
        rivals = [code for code in classification.sources(importer) if code not in COUNTRY]
        form.choice(
            "match",
            tr("Whose rates"),
            rivals,
            str(form.settings["cut"]["match"]),
            form.country,
            lambda code: form.change({"cut": {"match": code}}),
        )


def third_country(settings: Mapping[str, Any]) -> str | None:
    """Return the supplier of a lever where it is none of the two countries."""
    source = settings.get("source")
    return None if source in (None, *COUNTRY) else str(source)


CONTROL = Control(
    "tariff",
    (
        Group(
            "tariff_jpn",
            mark("Japan's duties on Indian goods"),
            mark("What is left of Japan's tariffs after the CEPA of 2011."),
            between_the_pair("JPN"),
            of_bundled("full-package", "tariff", "JPN"),
        ),
        Group(
            "tariff_ind",
            mark("India's duties on Japanese goods"),
            mark(
                "The CEPA excludes cars, farm goods and parts of steel, plastics and electrical "
                "goods in India."
            ),
            between_the_pair("IND"),
            of_bundled("full-package", "tariff", "IND"),
        ),
        Group(
            "rivals",
            mark("Duties on other suppliers"),
            mark("A cut for a rival erodes the pair's preference."),
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
