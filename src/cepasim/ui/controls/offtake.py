"""Offtake: products that Japanese parents place in India and buy back."""

from __future__ import annotations

from cepasim.core.language import mark, tr
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything
from cepasim.ui.controls.products import products

#: An end for comfort; a value beyond it (from a file or a link) widens the slider.
_USD_SLIDER = 2000.0


def _main(form: Form) -> None:
    value = float(form.settings["usd_mn"])
    ends = (0.0, _USD_SLIDER)
    form.main_dollars(
        "usd_mn",
        tr("Placed in India"),
        value,
        ends,
        50.0,
        lambda amount: tr("{amount} a year", amount=amount),
    )


def _details(form: Form) -> None:
    products(form)
    form.start()
    form.steps()


CONTROL = Control(
    "offtake",
    (
        Group(
            "offtake",
            mark("Offtake by parents"),
            mark(
                "Japanese parent companies place a product in India for sale in Japan: the amount "
                "they decide arrives, with plants and inputs."
            ),
            everything,
            at_no_change("offtake", select={"hs": ["87"]}, usd_mn=0.0),
        ),
    ),
    _main,
    _details,
)
