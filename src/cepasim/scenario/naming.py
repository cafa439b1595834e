"""What a scenario is called and what is said of it, made from its levers.

A scenario that is edited keeps the name of what it was no longer than that is true: its name and
description then follow its levers, unless the user has given it a name.
"""

from __future__ import annotations

from collections.abc import Sequence

from cepasim.economy.variants import CENTRAL
from cepasim.levers.lever import Lever
from cepasim.levers.words import listed
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import Scenario

#: What a market is, by the scenario's word for it.
_LEVELS = {"chapter": "chapters", "hs4": "headings", "hs6": "six-digit products"}
#: Levers that a name can hold; a scenario of more is called after the one it was made from.
_MOST_NAMED = 2
#: Levers a description tells before the rest are counted.
_MOST_SAID = 8
_LONGEST = 160
#: Between the name of what a scenario was made from and what differs.
_CHANGED = ", changed: "
_ASSUMPTIONS = ", other assumptions"
_FROM = "Changed from “"


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
        base = _base(origin)
        return base if _conditions(scenario) == _conditions(origin) else base + _ASSUMPTIONS
    if not levers:
        return "No lever moved"
    if len(levers) <= _MOST_NAMED or origin is None:
        return _cut(_joined(levers, classification))
    new = [lever for lever in levers if lever not in origin.levers]
    gone = [lever for lever in origin.levers if not _kept(lever, levers, new)]
    said = [lever.sentence(classification) for lever in new]
    said += [f"without {lever.title[:1].lower()}{lever.title[1:]}" for lever in gone]
    return _cut(_base(origin) + _CHANGED + (listed(said, _MOST_NAMED) or "a lever set to nothing"))


def describe(
    scenario: Scenario, classification: Classification, origin: Scenario | None = None
) -> str:
    """Return what the levers do and which assumptions are changed, in sentences.

    Parameters
    ----------
    scenario, classification, origin
        As in `title`.
    """
    said = [] if origin is None else [f"{_FROM}{_base(origin)}”."]
    said += [lever.in_words(classification) for lever in scenario.levers[:_MOST_SAID]]
    if (more := len(scenario.levers) - _MOST_SAID) > 0:
        said.append(f"And {more} more lever{'s' if more > 1 else ''}.")
    if not scenario.levers:
        said.append("No lever is moved.")
    if scenario.variant != CENTRAL:
        said.append(f"Reference: {scenario.variant.replace('_', ' ')}.")
    if scenario.elasticities:
        said.append(f"Elasticities: {scenario.elasticities}.")
    if scenario.barriers:
        said.append(f"Barriers at India's border: {scenario.barriers}.")
    if (detail := detail_in_words(scenario)) is not None:
        said.append(f"Markets: {detail}.")
    if scenario.parameters:
        changed = (f"{name} = {value:g}" for name, value in scenario.parameters.items())
        said.append(f"Assumptions changed: {listed(changed, _MOST_SAID)}.")
    return " ".join(said)


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
        is_own = before.name not in (origin.name, title(before, classification, origin))
    else:  # given just now; the name it began with asks for what the levers say
        is_own = edited.name != origin.name
    name = edited.name if is_own else title(edited, classification, origin)
    back = _content(edited) == _content(origin)
    words = origin.description if back else describe(edited, classification, origin)
    if back and name == _base(origin):
        name = origin.name
    return edited.model_copy(update={"name": name, "description": words})


def words_beside_levers(scenario: Scenario) -> str:
    """Return the description where the levers stand beside it: they are not said twice.

    Of one that was made from the levers, only what the scenario was changed from is left.
    """
    first, end, _ = scenario.description.partition("”. ")
    return first + end.rstrip() if first.startswith(_FROM) else scenario.description


def detail_in_words(scenario: Scenario) -> str | None:
    """Return how fine a market is; None where the scenario does not say."""
    if scenario.level is None and not scenario.refine:
        return None
    level = _LEVELS[scenario.level or "hs6"]
    return f"{level} of chapters {', '.join(scenario.refine)}" if scenario.refine else level


def _content(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"name": "-", "description": ""})


def _conditions(scenario: Scenario) -> Scenario:
    return _content(scenario).model_copy(update={"levers": ()})


def _kept(lever: Lever, levers: Sequence[Lever], new: Sequence[Lever]) -> bool:
    """Whether a lever is still there, as it was or changed: a new one of its kind on its flow."""
    changed = any((lever.kind, lever.targets) == (one.kind, one.targets) for one in new)
    return changed or lever in levers


def _base(origin: Scenario) -> str:
    """Name of what was changed, without what an earlier change added to it."""
    return origin.name.partition(_CHANGED)[0].removesuffix(_ASSUMPTIONS)


def _joined(levers: Sequence[Lever], classification: Classification) -> str:
    if len(levers) == 1:
        return levers[0].in_words(classification).rstrip(".")
    said = "; ".join(lever.sentence(classification) for lever in levers[:_MOST_NAMED])
    if (more := len(levers) - _MOST_NAMED) > 0:
        said += f"; and {more} more lever{'s' if more > 1 else ''}"
    return said[:1].upper() + said[1:]


def _cut(text: str) -> str:
    """Keep a name short enough to be one, at a word's end; that all are meant goes unsaid."""
    text = text.replace(" (all products)", "")
    if len(text) <= _LONGEST:
        return text
    return text[: _LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:(") + " …"
