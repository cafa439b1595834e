"""Each lever in words.

Levers are handled as a scenario file has them (``{"tariff": {...}}``), so that a field this module
does not know survives untouched. Pure functions: no screen, no state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cepasim.core.countries import ADJECTIVE, COUNTRY, PARTNER
from cepasim.products.classification import Classification

LeverDict = dict[str, dict[str, Any]]

BARRIERS = {
    "sps": "Food safety and plant health",
    "tbt": "Standards and approvals",
    "border": "Delay at the border",
    "process": "Registration and paper",
}
RELIEF = {
    "relief_percent": "Share of the barrier",
    "days_saved": "Days less at the border",
}
WINDOWS = {"labour_intensive": "Labour-intensive", "sunrise": "Sunrise"}
FORMULAS = {
    "percent": "Cut every rate by",
    "eliminate": "Eliminate",
    "cap": "Cap every rate at",
    "rate": "Set every rate to",
    "swiss": "Swiss formula, coefficient",
}
CATEGORIES = {
    "X": "excluded from the CEPA",
    "partial": "cut in part under the CEPA",
    "free": "free under the CEPA",
    "mfn_free": "free for everybody",
}


def parts(lever: Mapping[str, Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the kind and the settings of a lever."""
    [(kind, settings)] = lever.items()
    return kind, dict(settings)


def importer_of(settings: Mapping[str, Any]) -> str:
    """Return the importer of a lever; where only its source is named, the source's partner."""
    return str(settings.get("importer") or PARTNER.get(str(settings.get("source")), ""))


# --- words ------------------------------------------------------------------------------------


def selection_in_words(select: Mapping[str, Any], classification: Classification) -> str:
    """Say which products a lever is about ("Knitted garments (61)", "all products")."""
    if select == {"all": True}:
        return "all products"
    said = []
    for key, entries in select.items():
        values = list(entries) if isinstance(entries, list | tuple) else [entries]
        if key == "section":
            names = {section.code: section.name for section in classification.sections}
            said.append(_listed(f"{names.get(str(v), v)} (section {v})" for v in values))
        elif key == "window":
            said.append(_listed(f"{WINDOWS.get(str(v), str(v))} window" for v in values))
        elif key == "hs":
            said.append(_listed(_code_in_words(str(v), classification) for v in values))
        elif key == "tag":
            labels = {tag: classification.tag_label(tag) for tag in classification.tags}
            said.append(_listed(labels.get(str(v), str(v)) for v in values))
        elif key == "category":
            said.append(f"lines {CATEGORIES.get(str(values[0]), str(values[0]))}")
        elif key == "all":
            said.append("all products")
    return ", ".join(said)


def _code_in_words(code: str, classification: Classification) -> str:
    if code in classification.chapters:
        return f"{classification.name(code)} ({code})"
    return f"HS {code}"


def _listed(words: Iterable[str], shown: int = 3) -> str:
    items = list(words)
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return ", ".join(items[:shown]) + more


def in_words(lever: Mapping[str, Mapping[str, Any]], classification: Classification) -> str:
    """Say what a lever does in one sentence.

    Parameters
    ----------
    lever : mapping
        As in a scenario file.
    classification : Classification
        Names of products and countries.
    """
    kind, settings = parts(lever)
    if kind not in _SENTENCES:
        return f"{kind}: {settings}"
    sentence = _SENTENCES[kind](settings, classification)
    return f"{sentence[0].upper()}{sentence[1:]}{_timing(kind, settings)}."


def _timing(kind: str, settings: Mapping[str, Any]) -> str:
    start, years = settings["start"], int(settings.get("years", 1))
    if kind == "fund":
        return f", from {start} over {years} year{'s' if years > 1 else ''}"
    return f", from {start}" + (f" in {years} equal steps" if years > 1 else "")


def _name(code: object, classification: Classification) -> str:
    if code in COUNTRY:
        return COUNTRY[str(code)]
    names = {partner.code: partner.name for partner in classification.partners}
    return names.get(str(code), str(code))


def _number(value: object) -> str:
    return f"{float(value):g}" if isinstance(value, int | float) else str(value)


def _cut_in_words(cut: object) -> str:
    if isinstance(cut, Mapping):
        [(formula, number)] = cut.items()
        shown = _number(number)
        return {
            "percent": f"cuts its duties by {shown} %",
            "cap": f"caps its duties at {shown} %",
            "rate": f"sets its duties to {shown} %",
            "swiss": f"cuts its duties by a Swiss formula with coefficient {shown}",
        }.get(str(formula), f"applies {formula} {shown} to its duties")
    return "eliminates its duties"


def _goods(settings: Mapping[str, Any], classification: Classification) -> str:
    source = settings.get("source") or PARTNER[importer_of(settings)]
    what = selection_in_words(settings["select"], classification)
    return f"goods from {_name(source, classification)} ({what})"


def _tariff(settings: Mapping[str, Any], classification: Classification) -> str:
    who = COUNTRY[importer_of(settings)]
    quota = " within a quota" if settings.get("quota") else ""
    goods = _goods(settings, classification)
    return f"{who} {_cut_in_words(settings['cut'])} on {goods}{quota}"


def _origin(settings: Mapping[str, Any], classification: Classification) -> str:
    importer = importer_of(settings)
    what = selection_in_words(settings["select"], classification)
    return (
        f"proving origin for {ADJECTIVE[PARTNER[importer]]} goods in {COUNTRY[importer]} ({what}) "
        f"costs {_number(settings['cost_cut_percent'])} % less"
    )


def _ntb(settings: Mapping[str, Any], classification: Classification) -> str:
    importer = importer_of(settings)
    types = settings.get("type", list(BARRIERS))
    types = list(BARRIERS) if types == "all" else [types] if isinstance(types, str) else types
    kinds = (
        "all its barriers"
        if len(types) == len(BARRIERS)
        else _listed((BARRIERS[t].lower() for t in types), len(BARRIERS))
    )
    others = ", for other countries as well" if settings.get("also_others") else ""
    what = selection_in_words(settings["select"], classification)
    if settings.get("days_saved") is not None:
        days = _number(settings["days_saved"])
        return (
            f"goods from {COUNTRY[PARTNER[importer]]} ({what}) wait {days} "
            f"day{'' if days == '1' else 's'} less at the border of {COUNTRY[importer]}{others}"
        )
    return (
        f"{COUNTRY[importer]} relieves {_number(settings['relief_percent'])} % of the actionable "
        f"part of {kinds} to {ADJECTIVE[PARTNER[importer]]} goods ({what}){others}"
    )


def _fund(settings: Mapping[str, Any], classification: Classification) -> str:
    windows = ", ".join(
        f"{100 * share:g} % {WINDOWS.get(name, name).lower()}"
        for name, share in settings["windows"].items()
        if share
    )
    again = ", replenished" if settings.get("replenish") else ""
    return f"a fund of US$ {_number(settings['usd_bn'])} bn ({windows}){again}"


def _sourcing(settings: Mapping[str, Any], classification: Classification) -> str:
    importer = importer_of(settings) or PARTNER[str(settings["to"])]
    share = settings.get("share_percent")
    how_much = "the usual share" if share is None else f"{_number(share)} %"
    return (
        f"{ADJECTIVE[importer]} buyers move {how_much} of what they buy from "
        f"{_name(settings['from'], classification)} "
        f"({selection_in_words(settings['select'], classification)}) to "
        f"{COUNTRY[PARTNER[importer]]}"
    )


def _exchange_rate(settings: Mapping[str, Any], classification: Classification) -> str:
    change = float(settings["depreciation_percent"])
    verb = "depreciates" if change >= 0 else "appreciates"
    name = _name(settings["country"], classification)
    return f"the currency of {name} {verb} by {abs(change):g} % in real terms"


def _redirected(settings: Mapping[str, Any]) -> str:
    share = settings.get("redirect_share")
    return "the usual share" if share is None else f"{100 * float(share):g} %"


def _quota(settings: Mapping[str, Any], classification: Classification) -> str:
    importer = importer_of(settings)
    if settings.get("usd_mn") is not None:
        quantity = f"US$ {_number(settings['usd_mn'])} mn a year"
    else:
        quantity = f"{_number(settings['share_of_benchmark_percent'])} % of today's trade"
    return (
        f"{COUNTRY[importer]} admits {quantity} of {_goods(settings, classification)} at the "
        f"preferential rate and charges {_number(settings['over_rate_percent'])} % beyond"
    )


def _external(settings: Mapping[str, Any], classification: Classification) -> str:
    if settings.get("market"):
        return (
            f"{_name(settings['market'], classification)} raises tariffs on "
            f"{COUNTRY[str(settings['tariff_on'])]}: "
            f"{_redirected(settings)} of the exports this frees look for buyers in the pair"
        )
    what = selection_in_words(settings.get("select", {"all": True}), classification)
    if settings.get("demand_in"):
        change = float(settings["demand_percent"])
        verb = "rises" if change >= 0 else "falls"
        name = _name(settings["demand_in"], classification)
        return f"demand of {name} ({what}) {verb} by {abs(change):g} %"
    change = float(settings["cost_percent"])
    verb = "rise" if change >= 0 else "fall"
    name = _name(settings["source"], classification)
    return f"costs of {name} ({what}) {verb} by {abs(change):g} %"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Classification], str]] = {
    "tariff": _tariff,
    "origin": _origin,
    "ntb": _ntb,
    "quota": _quota,
    "fund": _fund,
    "sourcing": _sourcing,
    "exchange_rate": _exchange_rate,
    "external": _external,
}
