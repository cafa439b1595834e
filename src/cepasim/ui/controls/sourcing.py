"""China plus one: purchases that move from a third country to the partner."""

from __future__ import annotations

from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, tr
from cepasim.levers.words import importer_of
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, everything, of_bundled
from cepasim.ui.controls.products import products

_SHARE_SLIDER = 30.0
_MODES = {
    "intended": mark("Buyers ask; capacity stays, prices answer"),
    "imposed": mark("Plants move along; all of it arrives"),
}


def _main(form: Form) -> None:
    share = form.settings.get("share_percent")
    form.main(
        "share_percent",
        tr("Purchases moved"),
        100 * form.parameter("sourcing_shift") if share is None else float(share),
        (0.0, _SHARE_SLIDER),
        1.0,
        tr("%g %% of purchases moved"),
    )


def _details(form: Form) -> None:
    sources = form.found.figures.economy.classification.sources(importer_of(form.settings))
    third = [code for code in sources if code not in COUNTRY]
    form.choice("from", tr("Away from"), third, str(form.settings["from"]), form.country)
    form.choice(
        "moving",  # products() has a "mode" of its own
        tr("What moves"),
        list(_MODES),
        str(form.settings.get("mode", "intended")),
        lambda mode: tr(_MODES[mode]),
        lambda chosen: form.change({"mode": chosen}),
    )
    products(form)
    form.start()
    form.steps()


CONTROL = Control(
    "sourcing",
    (
        Group(
            "sourcing",
            mark("Purchases moved (China plus one)"),
            mark(
                "Buyers move this share of their purchases at unchanged prices. It is an "
                "assumption, not a forecast."
            ),
            everything,
            of_bundled("china-plus-one", "sourcing"),
        ),
    ),
    _main,
    _details,
    lambda settings: settings.get("from"),
)
