"""When the levers of a scenario begin, and when all of them are in force."""

from __future__ import annotations

from cepasim.scenario.scenario import Scenario


def milestones(scenario: Scenario) -> tuple[str, str] | None:
    """Return the first fiscal year of a scenario's levers, and that from which all act in full.

    Parameters
    ----------
    scenario : Scenario
        Levers that change nothing are left out.

    Returns
    -------
    tuple of (str, str), or None
        Such as ``("2026-27", "2030-31")``; None for a scenario that does nothing, and for
        comparative statics, which know no years. What the levers move goes on adjusting after.
    """
    acting = [lever for lever in scenario.levers if not lever.is_idle]
    if not acting or not scenario.staged:
        return None
    return min(lever.start for lever in acting), max(lever.complete for lever in acting)
