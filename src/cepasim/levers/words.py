"""Words that the sentences and notes of several levers share: lists, names, selections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.products.classification import Classification

#: A lever as a scenario file has it.
LeverDict = dict[str, dict[str, Any]]

#: Chapters named in one note before the rest are counted.
NAMED = 8
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
    "swiss_average": "Swiss formula, to an average of",
    "match": "Match what a rival pays",
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


def nothing_chosen(lever: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a lever is still without products, or without what is agreed: it does nothing yet.

    Examples
    --------
    >>> nothing_chosen({"ntb": {"select": {"hs": []}, "type": ["sps"]}})
    True
    >>> nothing_chosen({"ntb": {"select": {"all": True}, "type": ["sps"]}})
    False
    """
    _, settings = parts(lever)
    select = settings.get("select")
    choices = [*(select.values() if isinstance(select, Mapping) else ())]
    choices += [settings.get("type"), settings.get("rule")]
    return any(isinstance(one, list | tuple) and len(one) == 0 for one in choices)


def importer_of(settings: Mapping[str, Any]) -> str:
    """Return the importer of a lever; where only its source is named, the source's partner."""
    return str(settings.get("importer") or PARTNER.get(str(settings.get("source")), ""))


def selection_in_words(select: Mapping[str, Any], classification: Classification) -> str:
    """Say which products a lever is about ("Knitted garments (61)", "all products")."""
    if select == {"all": True}:
        return "all products"
    said = []
    for key, entries in select.items():
        values = list(entries) if isinstance(entries, list | tuple) else [entries]
        if key == "section":
            names = {section.code: section.name for section in classification.sections}
            said.append(listed(f"{names.get(str(v), v)} (section {v})" for v in values))
        elif key == "window":
            said.append(listed(f"{WINDOWS.get(str(v), str(v))} window" for v in values))
        elif key == "hs":
            said.append(listed(_code_in_words(str(v), classification) for v in values))
        elif key == "tag":
            labels = {tag: classification.tag_label(tag) for tag in classification.tags}
            said.append(listed(labels.get(str(v), str(v)) for v in values))
        elif key == "category":
            said.append(f"lines {CATEGORIES.get(str(values[0]), str(values[0]))}")
        elif key == "all":
            said.append("all products")
    return ", ".join(said)


def _code_in_words(code: str, classification: Classification) -> str:
    if code in classification.chapters:
        return f"{classification.name(code)} ({code})"
    return f"HS {code}"


def listed(words: Iterable[str], shown: int = 3) -> str:
    """Join words with commas; beyond so many the rest are counted."""
    items = list(words)
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return ", ".join(items[:shown]) + more


def country_in_words(code: str, classification: Classification) -> str:
    """Name of a country or group."""
    if code in COUNTRY:
        return COUNTRY[code]
    names = {partner.code: partner.name for partner in classification.partners}
    return names.get(code, code)


def goods_in_words(source: str, select: Mapping[str, Any], classification: Classification) -> str:
    """Say whose goods, and which of them."""
    what = selection_in_words(select, classification)
    return f"goods from {country_in_words(source, classification)} ({what})"


def chapters_in_words(
    chapters: Sequence[str], classification: Classification, shown: int = NAMED
) -> str:
    """Chapters by code and name; beyond so many the rest are counted."""
    return listed((f"{hs} {classification.name(hs)}" for hs in chapters), shown)


def number_in_words(value: object) -> str:
    """A number without trailing zeros."""
    return f"{float(value):g}" if isinstance(value, int | float) else str(value)
