"""Sources of elasticities and barriers that a scenario names beside those that are asked for."""

from __future__ import annotations

from typing import Literal

from cepasim.core.language import tr
from cepasim.core.problems import Problem
from cepasim.scenario.placing import UNREAD
from cepasim.scenario.scenario import Scenario


def other_source(
    scenario: Scenario,
    asked: str | None,
    field: Literal["elasticities", "barriers"] = "elasticities",
) -> Problem | None:
    """Say that a scenario has its own source of elasticities or barriers, not that asked for.

    Parameters
    ----------
    scenario : Scenario
    asked : str or None
        The source asked for.
    field : {"elasticities", "barriers"}, optional
        Of what.

    Returns
    -------
    Problem or None
        None where nothing was asked for, or the scenario names none or the same.
    """
    own = getattr(scenario, field)
    if None in (asked, own) or own == asked:
        return None
    words = tr(
        "allowed: {own}, which the scenario {name} names; leave one of the two out",
        own=own,
        name=repr(scenario.name),
    )
    return Problem(UNREAD, None, field, asked, words)
