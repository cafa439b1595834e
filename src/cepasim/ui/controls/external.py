"""Conditions abroad: costs of a source, demand of a market, or tariffs of a third market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, tr
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.exchange_rate import CHANGE_SLIDER
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, at_no_change, everything
from cepasim.ui.controls.products import products

#: The setting that only this form has -> what the form is, and what it begins with.
FORMS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "source": (mark("Costs of a source"), {"source": "CHN", "cost_percent": 0.0}),
    "demand_in": (mark("Demand of a market"), {"demand_in": "JPN", "demand_percent": 0.0}),
    "market": (
        mark("Tariffs of a third market"),
        {"market": "USA", "tariff_on": "IND", "tariff_percent": 0.0},
    ),
}


_TARIFF_SLIDER = 100.0
_CLOSING = {"tariff_percent": mark("By the rate of its duty"), "tariff_on": mark("Altogether")}


def form_of(settings: Mapping[str, Any]) -> str:
    """Return the setting that tells which form of the lever this is."""
    return next(name for name in FORMS if settings.get(name))


def _main(form: Form) -> None:
    settings, ends = form.settings, (-CHANGE_SLIDER, CHANGE_SLIDER)
    which = form_of(settings)
    country = form.country(settings[which])
    if which == "source":
        value = float(settings["cost_percent"])
        label = tr("Costs of {country}", country=country)
        form.main("cost_percent", label, value, ends, 1.0, tr("costs %+g %%"))
    elif which == "demand_in":
        value = float(settings["demand_percent"])
        label = tr("Demand of {country}", country=country)
        form.main("demand_percent", label, value, ends, 1.0, tr("demand %+g %%"))
    else:
        rate = settings.get("tariff_percent")
        if rate is not None:
            hit = form.country(settings["tariff_on"])
            label = tr("Duty of {market} on {country}", market=country, country=hit)
            ends = (0.0, _TARIFF_SLIDER)
            form.main("tariff_percent", label, float(rate), ends, 1.0, tr("duty of %g %%"))
            return
        share = settings.get("redirect_share")
        share = form.parameter("us_redirection_share") if share is None else float(share)
        form.main(
            "redirect_share",
            tr("Exports redirected from {country}", country=country),
            round(100 * share, 6),
            (0.0, 100.0),
            5.0,
            tr("%g %% of exports redirected"),
            lambda percent: percent / 100,
        )


def _details(form: Form) -> None:
    settings = form.settings
    which = form_of(settings)
    form.choice(
        "kind",
        tr("What changes"),
        list(FORMS),
        which,
        lambda name: tr(FORMS[name][0]),
        lambda chosen: form.begin_anew(
            {"external": {**FORMS[chosen][1], "start": settings["start"]}}
        ),
    )
    partners = [p.code for p in form.found.figures.economy.classification.partners]
    if which == "source":
        form.choice("source", tr("Country"), partners, str(settings["source"]), form.country)
    elif which == "demand_in":
        country = str(settings["demand_in"])
        form.choice("demand_in", tr("Country"), list(COUNTRY), country, form.country)
    else:
        _redirection(form)
        third = [code for code in partners if code not in COUNTRY]
        form.choice("market", tr("Market"), third, str(settings["market"]), form.country)
        form.choice(
            "tariff_on", tr("Tariffs on"), list(COUNTRY), str(settings["tariff_on"]), form.country
        )
    products(form)
    form.start()


def _redirection(form: Form) -> None:
    """Draw how a third market closes, and how much of what it frees looks for buyers in Japan."""
    settings, rate = form.settings, form.settings.get("tariff_percent")
    form.choice(
        "closing",
        tr("How it closes"),
        list(_CLOSING),
        "tariff_on" if rate is None else "tariff_percent",
        lambda how: tr(_CLOSING[how]),
        lambda chosen: form.begin_anew({"external": _closing(settings, chosen)}),
    )
    if rate is None:
        return  # the share is the main control
    share = settings.get("redirect_share")
    share = form.parameter("us_redirection_share") if share is None else float(share)
    form.slider(
        "redirect_share",
        tr("Exports redirected"),
        round(100 * share, 6),
        (0.0, 100.0),
        5.0,
        tr("%g %% of what is driven out"),
        lambda percent: percent / 100,
    )


def _closing(settings: Mapping[str, Any], how: str) -> dict[str, Any]:
    """Return the same tariff by its rate, or a market that closes altogether."""
    kept = {name: value for name, value in settings.items() if name != "tariff_percent"}
    return {**kept, "tariff_percent": 50.0} if how == "tariff_percent" else kept


CONTROL = Control(
    "external",
    (
        Group(
            "external",
            mark("Costs abroad and other markets"),
            mark(
                "Costs of a source country, demand of a market, or a third market's tariff that "
                "frees exports for the pair."
            ),
            everything,
            at_no_change("external", source="CHN", cost_percent=0.0),
            outside=True,
        ),
    ),
    _main,
    _details,
    lambda settings: settings[form_of(settings)],
)
