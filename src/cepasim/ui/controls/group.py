"""The places of the sidebar: which levers each holds and what it is switched on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.levers.words import LeverDict, importer_of, parts
from cepasim.params.described import bundled_base_year
from cepasim.scenario.scenario import Scenario

#: Where a condition that the user has not chosen yet begins.
START = format_fiscal_year(bundled_base_year().first + 3)


@dataclass(frozen=True, slots=True)
class Group:
    """A place on the screen: which levers of a kind it holds, and what it is called.

    Attributes
    ----------
    key, title, hint : str
        Name in keys of widgets, heading, and a sentence that says what the lever does.
    holds : callable
        Whether the group holds a lever of its kind with these settings.
    begins : callable
        Bundled scenarios -> the levers the group is switched on with.
    outside : bool
        Not a policy of the two countries but a condition around them.
    single : bool
        Whether one lever is all it can hold.
    """

    key: str
    title: str
    hint: str
    holds: Callable[[Mapping[str, Any]], bool]
    begins: Callable[[Mapping[str, Scenario]], list[LeverDict]]
    outside: bool = False
    single: bool = False


def everything(settings: Mapping[str, Any]) -> bool:
    """Whether a group that holds every lever of its kind holds this one."""
    return True


def between_the_pair(importer: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether a lever is one of this importer on its partner's goods."""

    def holds(settings: Mapping[str, Any]) -> bool:
        named = importer_of(settings)
        source = settings.get("source", PARTNER.get(named))
        return named == importer and source == PARTNER[importer]

    return holds


def of_bundled(
    name: str, kind: str, importer: str | None = None
) -> Callable[[Mapping[str, Scenario]], list[LeverDict]]:
    """Return what takes the levers of a kind from a bundled scenario.

    Where that scenario has the other country's side only, it is mirrored.
    """

    def begins(bundled: Mapping[str, Scenario]) -> list[LeverDict]:
        written = [lever for lever in bundled[name].to_dict()["levers"] if parts(lever)[0] == kind]
        if importer is None:
            return written
        mine = [lever for lever in written if _importer(lever) == importer]
        return mine or [_mirrored(lever) for lever in written]

    return begins


def _importer(lever: LeverDict) -> str:
    return importer_of(parts(lever)[1])


def _mirrored(lever: LeverDict) -> LeverDict:
    kind, settings = parts(lever)
    importer = PARTNER[importer_of(settings)]
    return {kind: settings | {"importer": importer, "source": PARTNER[importer]}}


def at_no_change(kind: str, **settings: Any) -> Callable[[Mapping[str, Scenario]], list[LeverDict]]:
    """Return what begins with one lever that changes nothing yet."""
    return lambda _: [{kind: settings | {"start": START}}]
