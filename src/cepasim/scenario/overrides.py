"""Parameters that a scenario sets by name: none is accepted that could change nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.economy.elasticities import OWN, RULE_OF_TWO, SOURCES, has_own_elasticities
from cepasim.levers.every import LEVERS, lever_name
from cepasim.levers.lever import Lever
from cepasim.params.parameters import Parameters
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
_NO_LEVER = mark(
    "read only for levers that this scenario does not have ({levers}). Add such a lever, or leave "
    "the parameter out"
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


def of_other_levers(names: Iterable[str], kinds: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that is read only for levers that a scenario lacks, and what to do.

    Parameters
    ----------
    names : iterable of str
        Parameters that it sets.
    kinds : collection of str
        Kinds of its levers.
    """
    for name in names:
        readers = [kind for kind, lever in LEVERS.items() if name.startswith(lever.reads or "\n")]
        if readers and not set(readers) & set(kinds):
            yield name, tr(_NO_LEVER, levers=separated(map(lever_name, readers)))


def acting(overrides: Mapping[str, float], kinds: Collection[str]) -> dict[str, float]:
    """Return the parameters that act where there are levers of these kinds only.

    Parameters
    ----------
    overrides : mapping of str to float
    kinds : collection of str
    """
    others = dict(of_other_levers(overrides, kinds))
    return {name: value for name, value in overrides.items() if name not in others}


def hidden(
    parameters: Parameters, names: Iterable[str], chapters: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield each name whose value others take the place of, under the sources of a scenario.

    Parameters
    ----------
    parameters : Parameters
        With these sources.
    names : iterable of str
        Parameters that the scenario sets.
    chapters : sequence of str
    """
    for name in names:
        if name == RULE_OF_TWO and has_own_elasticities(parameters):
            sources = separated(one for one in SOURCES if one != OWN)
            yield name, tr(_NO_SOURCE, sources=sources)
        elif others := parameters.hidden_by(name, chapters):
            named = separated([*others[:_NAMED], *(["…"] if others[_NAMED:] else [])])
            yield name, tr(_HIDDEN, others=named)


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
    chapters = economy.by_chapter.chapters
    _refuse(
        overrides, [*without_effect(overrides), *hidden(economy.parameters, overrides, chapters)]
    )
    return changed


def refuse_of_other_levers(overrides: Mapping[str, float], levers: Iterable[Lever]) -> None:
    """Refuse parameters that are read only for levers that a scenario lacks.

    Not part of `overridden`: advice runs some of a scenario's levers under all its parameters.

    Raises
    ------
    InputError
        For each of them.
    """
    _refuse(overrides, of_other_levers(overrides, {one.kind for one in levers}))


def _refuse(overrides: Mapping[str, float], idle: Iterable[tuple[str, str]]) -> None:
    problems = [
        Problem(UNREAD, None, f"parameters.{name}", overrides[name], why) for name, why in idle
    ]
    if problems:
        raise InputError(problems)
