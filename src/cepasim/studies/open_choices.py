"""Which of the model's own alternatives a scenario leaves open, and why the others are out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cepasim.core.language import deferred, mark
from cepasim.core.problems import InputError
from cepasim.economy.barriers import IMPORTER
from cepasim.economy.economy import Economy
from cepasim.economy.variants import CENTRAL
from cepasim.engines.every import ENGINES, engine_named
from cepasim.levers.ntb import NtbLever
from cepasim.levers.sourcing import SourcingLever
from cepasim.scenario.scenario import Scenario

#: Choices in the order of their scores, with their names for people.
CHOICES: Mapping[str, str] = {
    "engine": mark("Engine"),
    "line_rule": mark("Rule for tariff lines"),
    "product_rule": mark("Weights of products"),
    "use_rule": mark("Use of preferences"),
    "elasticities": mark("Source of elasticities"),
    "sourcing": mark("How sourcing moves"),
    "reference": mark("Variant of the reference"),
    "barriers": mark("Source of barriers"),
}
_STATED = mark("{choice}: {alternative}, as was asked for; not drawn")
_INEXPRESSIBLE = mark("Engine: {engine} cannot express {levers}; left out")
_NO_ROW = mark("{choice}: {alternative} has no row for what is set; left out")
#: Choices that replace rows of parameters.
IN_PARAMETERS = ("elasticities", "barriers")


@dataclass(frozen=True)
class LeftOut:
    """Alternatives left out, or the only one left, with the reasons."""

    names: tuple[str, ...] = ()
    only: str | None = None
    notes: tuple[str, ...] = ()


def central_of(key: str, economy: Economy, scenario: Scenario, engine: str) -> str:
    """Return the alternative that the central run of a scenario has."""
    if key == "engine":
        return engine
    if key in IN_PARAMETERS:
        return str(getattr(scenario, key) or getattr(economy, key))
    if key == "reference":
        return scenario.variant
    if key == "sourcing":
        modes = {lever.mode for lever in scenario.levers_of(SourcingLever)}
        return modes.pop() if len(modes) == 1 else "intended"
    return str(getattr(economy, key))


def left_out(
    key: str, names: tuple[str, ...], economy: Economy, scenario: Scenario, engine: str
) -> LeftOut:
    """Return which alternatives of a choice a scenario leaves no room for.

    Parameters
    ----------
    key : str
        One of `CHOICES`.
    names : tuple of str
        Its alternatives.
    economy : Economy
    scenario : Scenario
    engine : str
        The one asked for.
    """
    central = central_of(key, economy, scenario, engine)
    stated = {
        "engine": engine != ENGINES[0],
        "elasticities": scenario.elasticities is not None,
        "barriers": scenario.barriers is not None,
        "reference": scenario.variant != CENTRAL,
        "sourcing": any(lever.mode == "imposed" for lever in scenario.levers_of(SourcingLever)),
    }
    if stated.get(key):
        word = deferred(_STATED, choice=CHOICES[key], alternative=central)
        return LeftOut(only=central, notes=(word,))
    if key == "sourcing" and not scenario.levers_of(SourcingLever):
        return LeftOut(only=central)
    if key == "reference" and not scenario.staged:
        return LeftOut(only=central)
    if key == "engine":
        return _engines_out(names, scenario)
    if key == "barriers" and not _relieves_published(scenario):
        return LeftOut(only=central)
    if key in IN_PARAMETERS and scenario.parameters:
        return _sources_out(key, names, economy, scenario)
    return LeftOut()


def _engines_out(names: tuple[str, ...], scenario: Scenario) -> LeftOut:
    """Engines that cannot express a lever."""
    out, notes = [], []
    for name in names:
        one = engine_named(name)
        refusals = {
            deferred("the lever “{lever}” ({why})", lever=lever.title, why=one.refused[quantity])
            for lever in scenario.levers
            if (quantity := one.cannot_move(lever)) is not None
        }
        if refusals:
            out.append(name)
            notes.append(deferred(_INEXPRESSIBLE, engine=name.upper(), levers=sorted(refusals)))
    return LeftOut(tuple(out), None, tuple(notes))


def _relieves_published(scenario: Scenario) -> bool:
    """Whether barriers at the border that has published ones are relieved at all."""
    return any(lever.importer == IMPORTER for lever in scenario.levers_of(NtbLever))


def _sources_out(key: str, names: tuple[str, ...], economy: Economy, scenario: Scenario) -> LeftOut:
    """Sources that have no row for a parameter that the scenario sets."""
    out, notes = [], []
    for name in names:
        try:
            scenario.model_copy(update={key: name}).economy_under(economy)
        except InputError:
            out.append(name)
            notes.append(deferred(_NO_ROW, choice=CHOICES[key], alternative=name))
    return LeftOut(tuple(out), None, tuple(notes))
