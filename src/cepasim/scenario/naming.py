"""What a scenario is called and what is said of it, made from its levers.

A scenario that is edited keeps the name of what it was no longer than that is true: its name and
description then follow its levers, unless the user has given it a name. What is made from a
scenario without levers, such as the reference, is no change of it: its name says all it does.

Both are made in the language of the moment and kept as they were made, so that a file says what its
writer read. What was made in one language is recognised in all, and `said_anew` says it in another;
what a reader has called a scenario does not change with the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cepasim.core.language import (
    LANGUAGES,
    current_language,
    language,
    mark,
    now,
    ntr,
    paragraph,
    separated,
    tr,
)
from cepasim.core.numbers import value
from cepasim.economy.variants import CENTRAL
from cepasim.levers.lever import Lever
from cepasim.levers.words import in_a_sentence, listed
from cepasim.params.words import name_in_words as parameter_in_words
from cepasim.products.classification import Classification
from cepasim.scenario.bundled import name_in_words
from cepasim.scenario.scenario import Scenario

#: What a market is, by the scenario's word for it.
_LEVELS = {
    "chapter": mark("chapters"),
    "hs4": mark("headings"),
    "hs6": mark("six-digit products"),
}
#: Levers that a name can hold; a scenario of more is called after the one it was made from.
_MOST_NAMED = 2
#: Levers a description tells before the rest are counted.
_MOST_SAID = 8
_LONGEST = 160


def title(
    scenario: Scenario, classification: Classification, origin: Scenario | None = None
) -> str:
    """Return a name made from the levers: what they do, or what differs from where they come from.

    Parameters
    ----------
    scenario : Scenario
    classification : Classification
        Names of products and countries.
    origin : Scenario, optional
        What it was made from.

    Returns
    -------
    str
        One line that a scenario file may have as a name.

    Examples
    --------
    >>> from cepasim.products.classification import Classification
    >>> fund = {"usd_bn": 1.0, "windows": {"labour_intensive": 0.7, "sunrise": 0.3}}
    >>> fund |= {"start": "2028-29", "years": 5}
    >>> scenario = Scenario.from_dict({"name": "x", "levers": [{"fund": fund}]})
    >>> title(scenario, Classification.bundled())
    'A fund of US$ 1 bn (70 % labour-intensive, 30 % sunrise), from 2028-29 over 5 years'
    """
    levers = [lever for lever in scenario.levers if not lever.is_idle]
    if origin is not None and scenario.levers == origin.levers:
        base = _base_now(origin, classification)
        if _conditions(scenario) == _conditions(origin):
            return base
        if scenario.level != origin.level and _assumed(scenario) == _assumed(origin):
            return tr("{name}, other detail of products", name=base)
        return tr("{name}, other assumptions", name=base)
    if not levers:
        return tr("No lever moved")
    if len(levers) <= _MOST_NAMED or origin is None or not origin.levers:
        return _cut(_joined(levers, classification))
    new = [lever for lever in levers if lever not in origin.levers]
    gone = [lever for lever in origin.levers if not _kept(lever, levers, new)]
    said = [lever.sentence(classification) for lever in new]
    said += [tr("without {lever}", lever=in_a_sentence(tr(lever.title))) for lever in gone]
    changes = listed(said, _MOST_NAMED) or tr("a lever set to nothing")
    base = _base_now(origin, classification)
    return _cut(tr("{name}, changed: {changes}", name=base, changes=changes))


def describe(
    scenario: Scenario, classification: Classification, origin: Scenario | None = None
) -> str:
    """Return what the levers do and which assumptions are changed, in sentences.

    Parameters
    ----------
    scenario, classification, origin
        As in `title`.
    """
    said = []
    if origin is not None and (origin.levers or not scenario.levers):
        base = _base_now(origin, classification)
        said.append(tr("Changed from “{name}”.", name=base))
    said += [lever.in_words(classification) for lever in scenario.levers[:_MOST_SAID]]
    if (more := len(scenario.levers) - _MOST_SAID) > 0:
        said.append(ntr("And {n} more lever.", "And {n} more levers.", more))
    if not scenario.levers:
        said.append(tr("No lever is moved."))
    if scenario.variant != CENTRAL:
        variant = scenario.variant.replace("_", " ")
        said.append(tr("Reference: {variant}.", variant=variant))
    if scenario.elasticities:
        said.append(tr("Elasticities: {source}.", source=scenario.elasticities))
    if scenario.barriers:
        said.append(tr("Barriers at India's border: {source}.", source=scenario.barriers))
    if (detail := detail_in_words(scenario)) is not None:
        said.append(tr("Markets: {detail}.", detail=detail))
    if scenario.parameters:
        changed = (
            tr("{name}: {item}", name=parameter_in_words(name), item=value(new))
            for name, new in scenario.parameters.items()
        )
        said.append(tr("Assumptions changed: {list}.", list=listed(changed, _MOST_SAID)))
    return paragraph(said)


def followed(
    edited: Scenario, before: Scenario, origin: Scenario, classification: Classification
) -> Scenario:
    """Return an edited scenario with the name and words that its levers ask for.

    Parameters
    ----------
    edited : Scenario
        With the name it had before the change, or one the user has just given it.
    before : Scenario
        What it was before the change.
    origin : Scenario
        What the editing began from; its own name and words come back with its levers.
    classification : Classification
    """
    if edited.name == before.name:
        is_own = before.name not in (*_names(origin), *_titles(before, classification, origin))
    else:  # given just now; the name it began with asks for what the levers say
        is_own = edited.name not in _names(origin)
    name = edited.name if is_own else title(edited, classification, origin)
    back = _content(edited) == _content(origin)
    words = origin.description if back else describe(edited, classification, origin)
    if back and name == _base_now(origin, classification):
        name = origin.name
    return edited.model_copy(update={"name": name, "description": words})


def said_anew(scenario: Scenario, origin: Scenario, classification: Classification) -> Scenario:
    """Return a scenario whose name and words are of the moment's language, where levers gave them.

    Parameters
    ----------
    scenario : Scenario
        Named in any language.
    origin : Scenario
        What it was made from.
    classification : Classification
    """
    if _content(scenario) == _content(origin):
        return scenario
    name, words = scenario.name, scenario.description
    if name in _titles(scenario, classification, origin):
        name = title(scenario, classification, origin)
    if words in _descriptions(scenario, classification, origin):
        words = describe(scenario, classification, origin)
    if (name, words) == (scenario.name, scenario.description):
        return scenario
    return scenario.model_copy(update={"name": name, "description": words})


def words_beside_levers(scenario: Scenario, classification: Classification) -> str:
    """Return the description where the levers stand beside it: they are not said twice.

    Of one that was made from the levers, only what the scenario was changed from is left.
    """
    for tag in LANGUAGES:
        with language(tag):
            begin, end = tr("Changed from “{name}”.", name="\n").split("\n")
            is_made = scenario.description == describe(scenario, classification)
        if scenario.description.startswith(begin):
            first, found, _ = scenario.description.partition(end)
            return first + found
        if is_made:
            return ""
    return scenario.description


def name_says_it(scenario: Scenario, origin: Scenario, classification: Classification) -> bool:
    """Whether the name of a scenario was made from its levers, or from what differs.

    Parameters
    ----------
    scenario : Scenario
        Named in any language.
    origin : Scenario
        What it was made from.
    classification : Classification
    """
    if says_changed(scenario.name):
        return True
    return scenario.name in _titles(scenario, classification, _changed_from(scenario, origin))


def what_is_done(scenario: Scenario, origin: Scenario, classification: Classification) -> str:
    """Return what a scenario does in a line, where its name is somebody's own and does not say.

    Its own description, or what its levers would have it called; empty where the name says it.

    Parameters
    ----------
    scenario, origin, classification
        As in `name_says_it`.
    """
    if name_says_it(scenario, origin, classification):
        return ""
    own = scenario.description
    if own and own == words_beside_levers(scenario, classification):
        return now(own)
    return title(scenario, classification, _changed_from(scenario, origin))


def _changed_from(scenario: Scenario, origin: Scenario) -> Scenario | None:
    return None if _content(scenario) == _content(origin) else origin


def detail_in_words(scenario: Scenario) -> str | None:
    """Return how fine a market is; None where the scenario does not say."""
    if scenario.level is None and not scenario.refine:
        return None
    level = tr(_LEVELS[scenario.level or "hs6"])
    if not scenario.refine:
        return level
    return tr("{level} of chapters {chapters}", level=level, chapters=separated(scenario.refine))


def _content(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"name": "-", "description": ""})


def _conditions(scenario: Scenario) -> Scenario:
    return _content(scenario).model_copy(update={"levers": ()})


def _assumed(scenario: Scenario) -> Scenario:
    """What is neither a lever nor how fine a market is."""
    return _conditions(scenario).model_copy(update={"level": None, "refine": ()})


def _kept(lever: Lever, levers: Sequence[Lever], new: Sequence[Lever]) -> bool:
    """Whether a lever is still there, as it was or changed: a new one of its kind on its flow."""
    changed = any((lever.kind, lever.targets) == (one.kind, one.targets) for one in new)
    return changed or lever in levers


def says_changed(name: str) -> bool:
    """Whether a name says, in any language, that the scenario was changed from another."""
    return any(changed in name or name.endswith(ends) for changed, ends in _additions())


def _base(origin: Scenario) -> str:
    """Name of what was changed, without what an earlier change added to it in any language."""
    name = origin.name
    for changed, ends in _additions():
        name = name.partition(changed)[0]
        for end in ends:
            name = name.removesuffix(end)
    return name


def _base_now(origin: Scenario, classification: Classification) -> str:
    """Name of what was changed in the language of the moment, where it was made or is bundled."""
    name = _base(origin)
    for tag in LANGUAGES:
        with language(tag):
            is_made = name == title(origin, classification)
        if is_made:
            return title(origin, classification)
    return name_in_words(name)


def _additions() -> Iterator[tuple[str, tuple[str, str]]]:
    """What a change of levers and those of all else add to a name, in each language."""
    for tag in LANGUAGES:
        with language(tag):
            yield (
                tr("{name}, changed: {changes}", name="", changes=""),
                (
                    tr("{name}, other assumptions", name=""),
                    tr("{name}, other detail of products", name=""),
                ),
            )


def _names(origin: Scenario) -> Iterator[str]:
    """Names of what was changed, as its file and as readers of each language have it."""
    yield origin.name
    for tag in LANGUAGES:
        with language(tag):
            yield name_in_words(origin.name)


def _titles(
    scenario: Scenario, classification: Classification, origin: Scenario | None
) -> Iterator[str]:
    """Names that the levers ask for, in each language."""
    for tag in LANGUAGES:
        with language(tag):
            yield title(scenario, classification, origin)


def _descriptions(
    scenario: Scenario, classification: Classification, origin: Scenario
) -> Iterator[str]:
    """Words that the levers ask for, in each language."""
    for tag in LANGUAGES:
        with language(tag):
            yield describe(scenario, classification, origin)


def _joined(levers: Sequence[Lever], classification: Classification) -> str:
    if len(levers) == 1:
        return levers[0].clause(classification)
    first, other, *rest = (lever.sentence(classification) for lever in levers)
    said = tr("{first}; {other}", first=first, other=other)
    if rest:
        said = ntr(
            "{levers}; and {n} more lever", "{levers}; and {n} more levers", len(rest), levers=said
        )
    return said[:1].upper() + said[1:]


def _cut(text: str) -> str:
    """Keep a name short enough to be one, at a word's end; that all are meant goes unsaid."""
    all_of_them = tr("{country} ({products})", country="", products=tr("all products"))
    text = text.replace(all_of_them, "")
    if len(text) <= _LONGEST:
        return text
    begin = text[: _LONGEST - 1]
    if current_language() == "ja":  # has no spaces between words
        return begin.rstrip("、；：（") + "…"
    return begin.rsplit(" ", 1)[0].rstrip(",;:(") + " …"
