"""What a reader of a result must know about its levers, in words: each lever says its own part."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from cepasim.economy.economy import Economy
from cepasim.levers.measure import Measure, measures
from cepasim.scenario.scenario import Scenario


def scenario_notes(economy: Economy, scenario: Scenario) -> tuple[str, ...]:
    """Say what each lever cannot do here and why, and which answers rest on assumptions.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario

    Returns
    -------
    tuple of str
        In the order of the levers, then what holds for the whole result; none twice.
    """
    notes: list[str] = []
    for together in _by_flow(economy, scenario):
        notes += type(together[0].lever).notes(economy, together)
        for measure in together:
            notes += () if measure.selection is None else measure.selection.notes
    for lever in dict.fromkeys(type(lever) for lever in scenario.levers):
        notes += lever.notes_on_kind()
    if scenario.levers:
        notes.append(
            "Who loses in Japan rests on an estimate of Japan's imports by chapter and source "
            "(grade C/D), not on customs data"
        )
    return tuple(dict.fromkeys(notes))


def _by_flow(economy: Economy, scenario: Scenario) -> Iterable[list[Measure]]:
    """Measures of a kind that act on one flow together, each in the first market it reaches."""
    resolved = measures(economy, scenario.levers, scenario.years, scenario.staged)
    first: dict[int, Measure] = {}
    for acting in resolved.values():
        for measure in acting:
            first.setdefault(id(measure.lever), measure)
    flows: dict[Hashable, list[Measure]] = {}
    for lever in scenario.levers:
        if id(lever) in first:
            flows.setdefault((lever.kind, lever.targets), []).append(first[id(lever)])
    return flows.values()
