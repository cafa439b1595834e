"""Rules of origin: another rule by its name, or by how much proof costs less."""

from __future__ import annotations

import streamlit as st

from cepasim.levers.origin import RULES, TODAY
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, between_the_pair, of_bundled
from cepasim.ui.controls.products import products

_STEPS_SLIDER = 15
_FORMS = {"cost": "Proof costs less", "rule": "Another rule, by name"}


def _main(form: Form) -> None:
    if form.settings.get("rule") is not None:
        years, ends = int(form.settings.get("years", 1)), (1, _STEPS_SLIDER)
        form.main("years", "Steps to the rule", years, ends, 1, "new rule in %d steps", int)
        return
    form.main(
        "cost_cut_percent",
        "Cost of proof cut by",
        float(form.settings["cost_cut_percent"]),
        (0.0, 100.0),
        5.0,
        "cost cut by %g %%",
    )


def _details(form: Form) -> None:
    kept = {k: v for k, v in form.settings.items() if k not in ("rule", "cost_cut_percent")}
    begins: dict[str, dict[str, object]] = {
        "cost": {"cost_cut_percent": 50.0},
        "rule": {"rule": "ctsh_or_va35"},
    }
    form.choice(
        "form",
        "What is agreed",
        list(_FORMS),
        "rule" if form.settings.get("rule") is not None else "cost",
        _FORMS.__getitem__,
        lambda chosen: form.begin_anew({"origin": {**kept, **begins[chosen]}}),
    )
    if form.settings.get("rule") is not None:
        _rules(form)
    products(form)
    form.start()
    if form.settings.get("rule") is None:
        form.steps()


def _rules(form: Form) -> None:
    written = form.settings["rule"]
    rules = [written] if isinstance(written, str) else list(written)
    key = form.key("rule")

    def choose() -> None:
        form.change({"rule": list(st.session_state[key])})

    st.multiselect(
        "Rules",
        list(RULES),
        default=rules,
        format_func=lambda name: RULES[name][0].upper() + RULES[name][1:],
        key=key,
        help="What each does to the cost of proof, to what originates and to inputs: parameters. "
        f"In force today: {TODAY}.",
        on_change=choose,
    )
    if not rules:
        st.caption("No rule chosen: this lever does nothing until there is one.")


CONTROL = Control(
    "origin",
    (
        Group(
            "origin_jpn",
            "Proof of origin in Japan",
            "What it costs an Indian exporter to prove origin and claim the preference.",
            between_the_pair("JPN"),
            of_bundled("full-package", "origin", "JPN"),
        ),
        Group(
            "origin_ind",
            "Proof of origin in India",
            "What it costs a Japanese exporter to prove origin and claim the preference.",
            between_the_pair("IND"),
            of_bundled("full-package", "origin", "IND"),
        ),
    ),
    _main,
    _details,
)
