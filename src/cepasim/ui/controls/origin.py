"""Proof of origin: by how much it costs less."""

from __future__ import annotations

from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, between_the_pair, of_bundled
from cepasim.ui.controls.products import products


def _main(form: Form) -> None:
    form.main(
        "cost_cut_percent",
        "Cost of proof cut by",
        float(form.settings["cost_cut_percent"]),
        (0.0, 100.0),
        5.0,
        "cost cut by %g %%",
    )


def _details(form: Form) -> None:
    products(form)
    form.start()
    form.steps()


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
