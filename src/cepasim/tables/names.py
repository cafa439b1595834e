"""Levels at which products are summed, the groups of each, and names of groups and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from cepasim.core.language import mark, separated, tr
from cepasim.products.classification import Classification
from cepasim.products.levels import chapter_of

Level = Literal["product", "chapter", "section", "window", "total"]
LEVELS: tuple[Level, ...] = ("product", "chapter", "section", "window", "total")
FLOWS = ("export", "import")

#: Column that names the group at each level.
GROUP_COLUMN: Mapping[Level, str] = MappingProxyType(
    {"product": "hs", "chapter": "hs", "section": "section", "window": "window", "total": "total"}
)
#: Groups of chapters that belong to no section, or to no single window of the fund.
NO_SECTION, SHARED, NO_WINDOW = "none", "shared", "outside"
_GROUP_NAMES = {
    NO_SECTION: mark("Chapters 98 and 99"),
    SHARED: mark("In both windows"),
    NO_WINDOW: mark("Outside the windows"),
    "total": mark("All chapters"),
}
_WINDOW_NAMES = {
    "labour_intensive": mark("Labour-intensive window"),
    "sunrise": mark("Sunrise window"),
}
_PARTS_OF_CHANGE = {
    "market_expansion": mark("More bought by all"),
    "wedge": mark("Duty and barriers saved"),
    "import_content": mark("Inputs and machinery for what the levers add"),
}
#: What follows the name of a product that stands for what is left of its group.
REST = " (the rest)"
#: Letters of a text that a column of a list shows in full.
_SHORT = 36
#: What a tariff-rate quota does, as tables have it and in words.
REGIME_WORDS = {
    "in quota": mark("in quota"),
    "on quota": mark("on quota"),
    "over quota": mark("over quota"),
}


def group_name(classification: Classification, group: str) -> str:
    """Name of a product, a section, a window or one of the groups outside them, for people."""
    if group in _GROUP_NAMES:
        return _GROUP_NAMES[group]
    if group.isdecimal():
        return classification.name(group)
    for section in classification.sections:
        if section.code == group:
            return section.name
    return _WINDOW_NAMES.get(group) or group.replace("_", "-").capitalize() + " window"


def name_now(name: str) -> str:
    """Say a name of a table in the language of the moment, one with `REST` after it as well."""
    if not name.endswith(REST):
        return tr(name)
    return tr("{product} (the rest)", product=tr(name.removesuffix(REST)))


def told_apart(description: str) -> str:
    """Return the official text of a line with what tells it from its neighbours first.

    A column shows the beginning of it, and all lines of a heading begin with the heading.

    Examples
    --------
    >>> told_apart("Footwear with outer soles of rubber, plastics …: Sports footwear: Other")
    'Sports footwear: Other – Footwear with outer soles of rubber, plastics …'
    >>> told_apart("Ferro-alloys: Ferro-silico-manganese")
    'Ferro-alloys: Ferro-silico-manganese'
    """
    heading, _, own = description.partition(": ")
    if not own or len(description) <= _SHORT or own == "Other":
        return description
    return f"{own} – {heading}"


def source_name(classification: Classification, flow: str, source: str) -> str:
    """Name of a part of `ResultTables.displacement`, for people."""
    if source == "domestic":
        return mark("Producers in Japan") if flow == "export" else mark("Producers in India")
    return _PARTS_OF_CHANGE.get(source) or classification.partner_name(source)


def groups_of(
    classification: Classification, level: Level, products: Iterable[str]
) -> dict[str, str]:
    """Group of every product, in the order the groups are to be shown."""
    found = tuple(products)
    if level == "product":
        return {hs: hs for hs in found}
    of_chapter = _of_chapters(classification, level)
    within: dict[str, list[str]] = {}
    for hs in found:
        within.setdefault(chapter_of(hs), []).append(hs)
    return {
        hs: group for chapter, group in of_chapter.items() for hs in within.get(chapter, [chapter])
    }


def _of_chapters(classification: Classification, level: Level) -> dict[str, str]:
    """Group of every chapter, in the order the groups are to be shown."""
    if level == "chapter":
        return {hs: hs for hs in classification.chapters}
    if level == "section":
        return {hs: classification.section_of(hs) or NO_SECTION for hs in classification.chapters}
    if level == "total":
        return dict.fromkeys(classification.chapters, "total")
    touched = {
        str(window): frozenset(classification.select({"window": window}).chapters)
        for window in classification.windows
    }
    found = {
        hs: [window for window, chapters in touched.items() if hs in chapters]
        for hs in classification.chapters
    }
    groups = {
        hs: SHARED if len(windows) > 1 else (windows or [NO_WINDOW])[0]
        for hs, windows in found.items()
    }
    order = [*touched, SHARED, NO_WINDOW]
    return dict(sorted(groups.items(), key=lambda item: order.index(item[1])))


def years_in_words(years: tuple[str, ...], given: object) -> str:
    """What is allowed, and the year that was probably meant."""
    if not years:
        return tr("none: the result has no years")
    said = tr("one of {years}, as text", years=separated(years))
    if len(years) > 2:
        text = mark("a fiscal year from {first} to {last}, as text")
        said = tr(text, first=years[0], last=years[-1])
    near = [year for year in years if year[:4] == str(given)[:4]]
    return tr("{allowed}; did you mean {near}?", allowed=said, near=near[0]) if near else said
