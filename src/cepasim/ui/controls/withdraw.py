"""Withdrawals: whose preference goes back to MFN, in how many steps, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.language import mark, tr
from cepasim.levers.words import importer_of
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import START, Group, everything
from cepasim.ui.controls.products import products

_STEPS_SLIDER = 15


def _main(form: Form) -> None:
    years = int(form.settings.get("years", 1))
    text = tr("back to MFN in %d steps")
    form.main("years", tr("Steps back to MFN"), years, (1, _STEPS_SLIDER), 1, text, int)


def _details(form: Form) -> None:
    importer_and_supplier(form, "withdraw")
    products(form, categories=True)
    form.start()
    form.end()


def importer_and_supplier(form: Form, kind: str, also: tuple[str, ...] = ()) -> None:
    """Draw the importer and the supplier of a lever on any source.

    Parameters
    ----------
    also : tuple of str
        What a file may name besides a source, such as ``all``.
    """
    importer, settings = importer_of(form.settings) or "IND", form.settings
    form.choice(
        "importer",
        tr("Importer"),
        list(COUNTRY),
        importer,
        form.country,
        lambda chosen: form.begin_anew(
            {kind: {**settings, "importer": chosen, "source": PARTNER[chosen]}}
        ),
    )
    suppliers = (*form.found.figures.economy.classification.sources(importer), *also)
    source = str(settings.get("source", PARTNER[importer]))
    form.choice("source", tr("Supplier"), suppliers, source, form.country)


def supplier(settings: Mapping[str, Any]) -> str | None:
    """Return the supplier a lever names."""
    return settings.get("source")


CONTROL = Control(
    "withdraw",
    (
        Group(
            "withdraw",
            mark("Preferences withdrawn"),
            mark(
                "What a supplier pays goes back to the rate for everybody (MFN), for good or for "
                "some years."
            ),
            everything,
            lambda _: [
                {
                    "withdraw": {
                        "importer": "IND",
                        "source": "JPN",
                        "select": {"hs": ["39"]},
                        "start": START,
                    }
                }
            ],
        ),
    ),
    _main,
    _details,
    supplier,
)
