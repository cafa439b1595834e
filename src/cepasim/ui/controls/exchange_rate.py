"""Exchange rates: a real change against the dollar."""

from __future__ import annotations

from cepasim.core.countries import COUNTRY
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything

CHANGE_SLIDER = 30.0


def _main(form: Form) -> None:
    form.main(
        "depreciation_percent",
        f"Real depreciation, {form.country(form.settings['country'])}",
        float(form.settings["depreciation_percent"]),
        (-CHANGE_SLIDER, CHANGE_SLIDER),
        1.0,
        "depreciation of %+g %%",
    )


def _details(form: Form) -> None:
    partners = form.found.figures.economy.classification.partners
    others = [p.code for p in partners if p.code not in ("USA", *COUNTRY)]
    form.choice(
        "country", "Country", [*COUNTRY, *others], str(form.settings["country"]), form.country
    )
    form.start()


CONTROL = Control(
    "exchange_rate",
    (
        Group(
            "exchange_rate",
            "Exchange rates",
            "Real change against the US dollar; a positive number is a depreciation.",
            everything,
            at_no_change("exchange_rate", country="IND", depreciation_percent=0.0),
            outside=True,
        ),
    ),
    _main,
    _details,
    lambda settings: settings.get("country"),
)
