"""Offtake: products that Japanese parents place in India and buy back."""

from __future__ import annotations

from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything
from cepasim.ui.controls.products import products

#: An end for comfort; a value beyond it (from a file or a link) widens the slider.
_USD_SLIDER = 2000.0


def _main(form: Form) -> None:
    value = float(form.settings["usd_mn"])
    form.main("usd_mn", "Placed in India", value, (0.0, _USD_SLIDER), 50.0, "US$ %g mn a year")


def _details(form: Form) -> None:
    products(form)
    form.start()
    form.steps()


CONTROL = Control(
    "offtake",
    (
        Group(
            "offtake",
            "Offtake by parents",
            "Japanese parents place a product in India for sale in Japan: what they decide "
            "arrives, with plants and inputs.",
            everything,
            at_no_change("offtake", select={"hs": ["87"]}, usd_mn=0.0),
        ),
    ),
    _main,
    _details,
)
