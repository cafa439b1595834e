"""Halved duties: whose, on what and in how many steps."""

from __future__ import annotations

from cepasim.core.language import mark, tr
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import START, Group, everything
from cepasim.ui.controls.products import products
from cepasim.ui.controls.withdraw import importer_and_supplier, supplier

_STEPS_SLIDER = 15


def _main(form: Form) -> None:
    years = int(form.settings.get("years", 1))
    form.main(
        "years", tr("Steps to half"), years, (1, _STEPS_SLIDER), 1, tr("half in %d steps"), int
    )


def _details(form: Form) -> None:
    importer_and_supplier(form, "halve")
    products(form, categories=True)
    form.start()


CONTROL = Control(
    "halve",
    (
        Group(
            "halve",
            mark("Halved duties"),
            mark("What a supplier pays is cut to half of what it is."),
            everything,
            lambda _: [{"halve": {"importer": "IND", "select": {"hs": ["87"]}, "start": START}}],
        ),
    ),
    _main,
    _details,
    supplier,
)
