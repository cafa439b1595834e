"""Parameters that a scenario sets by name: none is accepted that could change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.economy.elasticities import OWN, RULE_OF_TWO, SOURCES
from cepasim.scenario.placing import UNREAD

#: What calibration, the backcast and packages read, none of which is about a scenario.
_NOT_OF_A_SCENARIO = (
    "backcast_",
    "prior_",
    "b15_instalments",
    "consignments_with_trade",
    "package_relief_percent",
    "yen_per_dollar_2021",
)
_ELSEWHERE = mark(
    "not a parameter of a scenario: only calibration, the backcast and the advice on packages "
    "read it. Set it in a parameter folder, or in Python with economy.with_overrides"
)
_NO_SOURCE = mark(
    "used only where the elasticities come from one of {sources}: the folder's own table has both "
    "elasticities. Name one of these sources under elasticities, or leave the parameter out"
)

_HIDDEN = mark(
    "a parameter that holds for some chapter: with the sources of this scenario others take its "
    "place everywhere ({others}). Set those, or leave the source out"
)
_NAMED = 3


def without_effect(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that no run of any scenario reads, and what to do instead.

    Parameters
    ----------
    names : iterable of str
        Parameters that a scenario sets.
    """
    for name in names:
        if name.startswith(_NOT_OF_A_SCENARIO):
            yield name, tr(_ELSEWHERE)


def overridden(economy: Economy, overrides: Mapping[str, float]) -> Economy:
    """Return an economy under the parameters that a scenario sets.

    Parameters
    ----------
    economy : Economy
        With the scenario's sources.
    overrides : mapping of str to float

    Raises
    ------
    InputError
        For what is no parameter, or changes nothing in any run of the scenario.
    """
    changed = economy.with_overrides(overrides)
    idle = list(without_effect(overrides))
    if RULE_OF_TWO in overrides and economy.elasticities == OWN:
        idle.append(
            (RULE_OF_TWO, tr(_NO_SOURCE, sources=separated(one for one in SOURCES if one != OWN)))
        )
    chapters = economy.by_chapter.chapters
    for name in overrides:
        if others := economy.parameters.hidden_by(name, chapters):
            named = separated([*others[:_NAMED], *(["…"] if others[_NAMED:] else [])])
            idle.append((name, tr(_HIDDEN, others=named)))
    if idle:
        raise InputError(
            Problem(UNREAD, None, f"parameters.{name}", overrides[name], why) for name, why in idle
        )
    return changed
