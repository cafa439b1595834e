"""Market entry: a share of what an importer buys of goods that the partner hardly sells."""

from __future__ import annotations

from cepasim.core.countries import PAIR, PARTNER
from cepasim.core.language import mark, tr
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything
from cepasim.ui.controls.products import products

#: An end for comfort; a value beyond it (from a file or a link) widens the slider.
_SHARE_SLIDER = 10.0


def _main(form: Form) -> None:
    value = float(form.settings["share_percent"])
    form.main(
        "share_percent",
        tr("Share reached"),
        value,
        (0.0, _SHARE_SLIDER),
        0.5,
        tr("%g %% of imports"),
    )


def _details(form: Form) -> None:
    form.choice(
        "importer",
        tr("Into the market of"),
        list(PAIR),
        str(form.settings["importer"]),
        form.country,
        lambda chosen: form.change({"importer": chosen, "source": PARTNER[chosen]}),
    )
    products(form)
    form.start()
    form.steps()


CONTROL = Control(
    "entry",
    (
        Group(
            "entry",
            mark("Market entry"),
            mark(
                "What is not sold today stays unsold whatever happens to duties. Here the partner "
                "reaches this share of the importer's purchases, new plants included. It is an "
                "assumption, not a forecast."
            ),
            everything,
            at_no_change("entry", importer="JPN", select={"hs": ["02"]}, share_percent=0.0),
        ),
    ),
    _main,
    _details,
    lambda settings: settings.get("importer"),
)
