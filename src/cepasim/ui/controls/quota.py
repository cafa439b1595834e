"""Tariff quotas: the quantity, the rates within and beyond it, and who keeps the rent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.language import mark, tr
from cepasim.levers.words import importer_of
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything
from cepasim.ui.controls.products import products

_QUOTA_SLIDER = 300.0
_RATE_SLIDER = 150.0
_QUANTITIES = {
    "share_of_benchmark_percent": mark("Percent of today's trade"),
    "usd_mn": mark("US$ million a year"),
}
_WITHIN = {"preferential": mark("The preferential rate"), "own": mark("A rate of its own")}
_RENT = {"importer": mark("Importer"), "exporter": mark("Exporter")}


def _main(form: Form) -> None:
    if form.settings.get("usd_mn") is not None:
        value = _last(form.settings["usd_mn"])
        ends = (0.0, max(2 * value, 100.0))
        form.main_dollars(
            "usd_mn",
            tr("Quota"),
            value,
            ends,
            10.0,
            lambda amount: tr("quota of {amount}", amount=amount),
        )
        return
    form.main(
        "share_of_benchmark_percent",
        tr("Quota"),
        _last(form.settings["share_of_benchmark_percent"]),
        (0.0, _QUOTA_SLIDER),
        10.0,
        tr("quota of %g %% of today's trade"),
    )


def _details(form: Form) -> None:
    importer, settings = importer_of(form.settings), form.settings
    form.choice(
        "importer",
        tr("Importer"),
        list(COUNTRY),
        importer,
        form.country,
        lambda chosen: form.begin_anew({"quota": _of_importer(settings, chosen)}),
    )
    suppliers = form.found.figures.economy.classification.sources(importer)
    form.choice("source", tr("Supplier"), suppliers, str(settings["source"]), form.country)
    current = "usd_mn" if settings.get("usd_mn") is not None else "share_of_benchmark_percent"
    form.choice(
        "quantity",
        tr("Counted in"),
        list(_QUANTITIES),
        current,
        lambda quantity: tr(_QUANTITIES[quantity]),
        lambda chosen: form.begin_anew({"quota": _counted(settings, chosen)}),
    )
    _rates(form)
    form.choice(
        "rent",
        tr("Who keeps the quota's rent"),
        list(_RENT),
        str(settings.get("rent", "importer")),
        lambda who: tr(_RENT[who]),
    )
    products(form)
    form.start()


def _last(value: Any) -> float:
    """Value that stays, of one that a file gives by year; a slider sets one for all years."""
    return float(value[-1] if isinstance(value, list | tuple) else value)


def _rates(form: Form) -> None:
    over = _last(form.settings["over_rate_percent"])
    given = form.settings.get("in_rate_percent")
    within = None if given is None else _last(given)
    form.slider("over_rate_percent", tr("Duty beyond the quota"), over, (0.0, _RATE_SLIDER), 1.0)
    form.choice(
        "within",
        tr("Duty within the quota"),
        list(_WITHIN),
        "preferential" if within is None else "own",
        lambda rate: tr(_WITHIN[rate]),
        lambda chosen: form.change({"in_rate_percent": over if chosen == "own" else None}),
    )
    if within is not None:
        ends = (0.0, max(over, within) or 1.0)  # a slider needs two ends
        form.slider("in_rate_percent", tr("Rate within the quota"), within, ends, 1.0)


def _of_importer(settings: Mapping[str, Any], importer: str) -> dict[str, Any]:
    """Return a quota of the other country, on its partner's goods."""
    return {**settings, "importer": importer, "source": PARTNER[importer]}


def _counted(settings: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    """Return a quota counted another way, of the size a user can begin with."""
    kept = {name: value for name, value in settings.items() if name not in _QUANTITIES}
    return {**kept, quantity: 100.0}


CONTROL = Control(
    "quota",
    (
        Group(
            "quota",
            mark("Tariff quotas"),
            mark("A quantity at the preferential rate; beyond it, the higher rate."),
            everything,
            # As much as India buys today, and no more expensive beyond: no change.
            at_no_change(
                "quota",
                importer="IND",
                source="JPN",
                select={"hs": ["87"]},
                share_of_benchmark_percent=100.0,
                over_rate_percent=0.0,
            ),
        ),
    ),
    _main,
    _details,
    lambda settings: settings.get("source"),
)
