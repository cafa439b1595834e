"""Rules of origin: another rule by its name, or by how much proof costs less."""

from __future__ import annotations

import streamlit as st

from cepasim.core.language import mark, tr
from cepasim.levers.origin import RULES, TODAY
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, between_the_pair, of_bundled
from cepasim.ui.controls.products import products
from cepasim.ui.messages import begun

_STEPS_SLIDER = 15
_FORMS = {"cost": mark("Proof costs less"), "rule": mark("Another rule, by name")}


def _main(form: Form) -> None:
    if form.settings.get("rule") is not None:
        years, ends = int(form.settings.get("years", 1)), (1, _STEPS_SLIDER)
        text = tr("new rule in %d steps")
        form.main("years", tr("Steps to the rule"), years, ends, 1, text, int)
        return
    form.main(
        "cost_cut_percent",
        tr("Cost of proof cut by"),
        float(form.settings["cost_cut_percent"]),
        (0.0, 100.0),
        5.0,
        tr("cost cut by %g %%"),
    )


def _details(form: Form) -> None:
    kept = {k: v for k, v in form.settings.items() if k not in ("rule", "cost_cut_percent")}
    begins: dict[str, dict[str, object]] = {
        "cost": {"cost_cut_percent": 50.0},
        "rule": {"rule": "ctsh_or_va35"},
    }
    form.choice(
        "form",
        tr("What is agreed"),
        list(_FORMS),
        "rule" if form.settings.get("rule") is not None else "cost",
        lambda name: tr(_FORMS[name]),
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
        tr("Rules"),
        list(RULES),
        default=rules,
        select_all=False,
        format_func=lambda name: begun(tr(RULES[name])),
        key=key,
        help=tr(
            "What each rule does to the cost of proof, to what originates and to inputs is given "
            "by parameters. In force today: {rule}.",
            rule=tr(RULES[TODAY]),
        ),
        placeholder=tr("Choose one or more"),
        on_change=choose,
    )
    if not rules:
        st.caption(tr("No rule chosen: this lever does nothing until there is one."))


CONTROL = Control(
    "origin",
    (
        Group(
            "origin_jpn",
            mark("Origin rules in Japan"),
            mark("What it costs an Indian exporter to prove origin and claim the preference."),
            between_the_pair("JPN"),
            of_bundled("full-package", "origin", "JPN"),
        ),
        Group(
            "origin_ind",
            mark("Origin rules in India"),
            mark("What it costs a Japanese exporter to prove origin and claim the preference."),
            between_the_pair("IND"),
            of_bundled("full-package", "origin", "IND"),
        ),
    ),
    _main,
    _details,
)
