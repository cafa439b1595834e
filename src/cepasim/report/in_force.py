"""When a scenario's levers begin and when all are in force: as marks of a chart, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, paragraph, tr
from cepasim.report import look
from cepasim.scenario.milestones import milestones
from cepasim.scenario.scenario import Scenario

#: Columns of rows of a chart that carry marks, and what they hold where there is none: the word
#: for a beginning, that for an end, the colour of both, how many pixels down they are written.
UNMARKED = MappingProxyType({"begins": "", "complete": "", "ink": look.MUTED, "down": 0})
_LINE = 14

_IN_FORCE = mark(
    "The first lever starts in {begins}; all are in force from {complete}. Trade takes longer to "
    "adjust."
)
_FUND = mark("The fund is then paid out; its plants come later.")


def marks(
    years: Sequence[str], scenarios: Sequence[Scenario], inks: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the columns of marks of the rows of each scenario.

    Scenarios that begin and end in the same years have one mark for all. Others have their own, in
    the colour of their line and with their words in a line of their own: none lies over another.

    Parameters
    ----------
    years : sequence of str
        Fiscal years of the rows.
    scenarios : sequence of Scenario
    inks : sequence of str
        Colour of the line of each.
    """
    dated = [milestones(scenario) for scenario in scenarios]
    shared = len(set(dated)) == 1
    columns: list[dict[str, Any]] = []
    for place, (ends, ink) in enumerate(zip(dated, inks, strict=False)):
        if ends is None or (shared and place):
            columns.append(dict(UNMARKED))
            continue
        begins, complete = ends
        columns.append(
            {
                # Where both fall into one year, its word says enough.
                "begins": [
                    tr("start") if year == begins != complete else UNMARKED["begins"]
                    for year in years
                ],
                "complete": [
                    tr("all in force") if year == complete else UNMARKED["complete"]
                    for year in years
                ],
                "ink": look.MUTED if shared else ink,
                "down": _LINE * place,
            }
        )
    return columns


def in_force_in_words(scenario: Scenario) -> str:
    """Say when a scenario's levers begin and when all are in force; empty if they do nothing."""
    dated = milestones(scenario)
    if dated is None:
        return ""
    begins, complete = map(year_in_words, dated)
    said = [tr(_IN_FORCE, begins=begins, complete=complete)]
    if any(lever.kind == "fund" for lever in scenario.levers):
        said.append(tr(_FUND))
    return paragraph(said)
