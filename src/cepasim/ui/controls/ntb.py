"""Barriers: a share of them or days at the border, by type."""

from __future__ import annotations

import streamlit as st

from cepasim.core.language import mark, tr
from cepasim.levers.words import BARRIERS, RELIEF, LeverDict, parts
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, between_the_pair, of_bundled
from cepasim.ui.controls.products import products

_DAYS_SLIDER = 5.0


def _main(form: Form) -> None:
    days = form.settings.get("days_saved")
    if days is not None:
        form.main(
            "days_saved",
            tr("Days saved at the border"),
            float(days),
            (0.0, _DAYS_SLIDER),
            0.5,
            tr("days less at the border: %g"),
        )
        return
    form.main(
        "relief_percent",
        tr("Barriers relieved by"),
        float(form.settings["relief_percent"]),
        (0.0, 100.0),
        5.0,
        tr("relief of %g %%"),
    )


def _details(form: Form) -> None:
    current = "relief_percent" if form.settings.get("days_saved") is None else "days_saved"
    form.choice(
        "measure",
        tr("What is agreed"),
        list(RELIEF),
        current,
        lambda measure: tr(RELIEF[measure]),
        lambda chosen: form.begin_anew(measured({"ntb": dict(form.settings)}, chosen)),
        tr("One inspection fewer: count the days it takes."),
    )
    if current == "relief_percent":
        _types(form)
    products(form)
    form.start()
    form.steps()
    form.check(
        "also_others",
        tr("Other countries benefit as well"),
        bool(form.settings.get("also_others")),
        tr("Off: recognition for the partner alone."),
    )


def _types(form: Form) -> None:
    types = form.settings.get("type", list(BARRIERS))
    types = list(BARRIERS) if types == "all" else [types] if isinstance(types, str) else types
    key = form.key("type")

    def set_types() -> None:
        form.change({"type": list(st.session_state[key])})

    st.multiselect(
        tr("Types of barrier"),
        list(BARRIERS),
        default=list(types),
        format_func=lambda kind: tr(BARRIERS[kind]),
        key=key,
        placeholder=tr("Choose one or more"),
        on_change=set_types,
    )
    if not types:
        st.caption(tr("No type chosen: this lever does nothing until there is one."))


def measured(lever: LeverDict, measure: str) -> LeverDict:
    """Return a lever on barriers measured another way, small enough to begin with.

    Parameters
    ----------
    lever : dict
        An ``ntb`` lever.
    measure : {"relief_percent", "days_saved"}
        A share of barriers of any type, from none; or days at the border, from one.
    """
    kind, settings = parts(lever)
    for other in RELIEF:
        settings.pop(other, None)
    begin = {"type": ["border"], measure: 1.0} if measure == "days_saved" else {measure: 0.0}
    return {kind: settings | begin}


CONTROL = Control(
    "ntb",
    (
        Group(
            "ntb_jpn",
            mark("Barriers in Japan"),
            mark("Relief takes away this share of the part of the barrier that policy can act on."),
            between_the_pair("JPN"),
            of_bundled("full-package", "ntb", "JPN"),
        ),
        Group(
            "ntb_ind",
            mark("Barriers in India"),
            mark("The same on India's side, for Japanese goods."),
            between_the_pair("IND"),
            of_bundled("full-package", "ntb", "IND"),
        ),
    ),
    _main,
    _details,
)
