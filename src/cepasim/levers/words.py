"""Words that the sentences and notes of several levers share: lists, names, selections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.language import current_language, mark, separated, tr
from cepasim.products.classification import Classification

#: A lever as a scenario file has it.
LeverDict = dict[str, dict[str, Any]]

#: Chapters named in one note before the rest are counted.
NAMED = 8
#: Labels, in English: translated where they are shown.
BARRIERS = {
    "sps": mark("Food safety and plant health"),
    "tbt": mark("Standards and approvals"),
    "border": mark("Delay at the border"),
    "process": mark("Registration and paper"),
}
RELIEF = {
    "relief_percent": mark("Share of the barrier"),
    "days_saved": mark("Days less at the border"),
}
#: Why no welfare is claimed where purchases are moved, and where plants move with them.
TASTES = mark("buyers come to prefer other goods, and a gain compares prices at one preference")
TASTES_AND_PLANTS = mark(
    "buyers come to prefer other goods, and a gain compares prices at one preference; nor is it "
    "known who pays for the plants"
)
WINDOWS = {"labour_intensive": mark("Labour-intensive"), "sunrise": mark("Sunrise")}
FORMULAS = {
    "percent": mark("Cut every rate by"),
    "eliminate": mark("Eliminate"),
    "cap": mark("Cap every rate at"),
    "rate": mark("Set every rate to"),
    "swiss": mark("Swiss formula, coefficient"),
    "swiss_average": mark("Swiss formula, to an average of"),
    "match": mark("Match what a rival pays"),
}
CATEGORIES = {
    "X": mark("excluded from the CEPA"),
    "partial": mark("cut in part under the CEPA"),
    "free": mark("free under the CEPA"),
    "mfn_free": mark("free for everybody"),
}


#: What arithmetic adds to a number with two decimals, such as 100 times a share.
_ROUNDING = 1e-9


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
    """Say which products a lever is about ("61 Knitted garments", "all products").

    Without brackets, because most sentences put it into some.
    """
    if select == {"all": True}:
        return tr("all products")
    said = []
    for key, entries in select.items():
        values = list(entries) if isinstance(entries, list | tuple) else [entries]
        if key == "section":
            names = {section.code: section.name for section in classification.sections}
            said.append(listed(_section_in_words(str(v), names) for v in values))
        elif key == "window":
            labels = (tr(WINDOWS.get(str(v), str(v))) for v in values)
            said.append(listed(tr("{window} window", window=label) for label in labels))
        elif key == "hs":
            said.append(listed(_code_in_words(str(v), classification) for v in values))
        elif key == "tag":
            tags = {tag: tr(classification.tag_label(tag)) for tag in classification.tags}
            said.append(listed(tags.get(str(v), str(v)) for v in values))
        elif key == "category":
            label = tr(CATEGORIES.get(str(values[0]), str(values[0])))
            said.append(tr("lines {category}", category=label))
        elif key == "all":
            said.append(tr("all products"))
    return separated(said)


def _section_in_words(section: str, names: Mapping[str, str]) -> str:
    name = tr(names.get(section, section))
    return tr("section {section}: {name}", name=name, section=section)


def _code_in_words(code: str, classification: Classification) -> str:
    if code in classification.chapters:
        return f"{code} {tr(classification.name(code))}"
    return f"HS {code}"


def listed(words: Iterable[str], shown: int = 3) -> str:
    """Join words with commas; beyond so many the rest are counted."""
    items = list(words)
    if len(items) <= shown:
        return separated(items)
    return tr("{items} and {n} more", items=separated(items[:shown]), n=f"{len(items) - shown:,}")


def country_in_words(code: str, classification: Classification) -> str:
    """Name of a country or group."""
    if code in COUNTRY:
        return tr(COUNTRY[code])
    names = {partner.code: partner.name for partner in classification.partners}
    return tr(names.get(code, code))


def goods_in_words(source: str, select: Mapping[str, Any], classification: Classification) -> str:
    """Say whose goods, and which of them."""
    return tr(
        "goods from {country} ({products})",
        country=country_in_words(source, classification),
        products=selection_in_words(select, classification),
    )


def chapters_in_words(
    chapters: Sequence[str], classification: Classification, shown: int = NAMED
) -> str:
    """Chapters by code and name; beyond so many the rest are counted."""
    return listed((f"{hs} {tr(classification.name(hs))}" for hs in chapters), shown)


def number_in_words(value: object) -> str:
    """Write a number as a scenario states it, without trailing zeros, in a sentence.

    One with more than two decimals was computed: it is rounded to one, or to two digits below 1.
    The scenario itself keeps it.

    Examples
    --------
    >>> [number_in_words(value) for value in (24.7796, 2.25, 30.0, 0.03125)]
    ['24.8', '2.25', '30', '0.031']
    """
    if not isinstance(value, int | float):
        return str(value)
    number = float(value)
    if abs(number - round(number, 2)) > _ROUNDING:
        number = round(number, 1) if abs(number) >= 1 else float(f"{number:.2g}")
    return f"{number:g}"


def dollars_in_words(usd_mn: float, *, bn: bool = False) -> str:
    """Write dollars that a scenario states, with as many digits as it states: US$ 1.5 bn.

    Parameters
    ----------
    usd_mn : float
        US$ million.
    bn : bool, optional
        Whether to write billions where the language counts in them.
    """
    if current_language() == "ja":  # counts in 10,000 and 100 million
        return f"{usd_mn / 100:,.10g}億ドル" if usd_mn >= 100 else f"{usd_mn * 100:,.10g}万ドル"
    if bn:
        return tr("US$ {number} bn", number=f"{usd_mn / 1000:g}")
    return tr("US$ {number} mn", number=f"{usd_mn:g}")


def barriers_in_words(types: Sequence[str]) -> str:
    """Name barriers by their types, in the middle of a sentence."""
    return listed((in_a_sentence(tr(BARRIERS[kind])) for kind in types), len(BARRIERS))


def windows_in_words(windows: Mapping[str, float]) -> str:
    """Say how a fund is divided ("70 % labour-intensive, 30 % sunrise")."""
    return separated(
        tr(
            "{percent} % {window}",
            percent=number_in_words(100 * share),
            window=in_a_sentence(tr(WINDOWS.get(name, name))),
        )
        for name, share in windows.items()
        if share
    )


def in_a_sentence(label: str) -> str:
    """Write a label in the middle of a sentence, where it has no capital."""
    return f"{label[:1].lower()}{label[1:]}"


def grade_in_words(*grades: object) -> str:
    """Say how good some values are: "grade D", "grade B/D"."""
    return tr("grade {grade}", grade="/".join(sorted({str(one) for one in grades})))
