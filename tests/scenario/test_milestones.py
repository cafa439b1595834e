"""When the levers of a scenario begin and when all are in force, for every way a lever has."""

from __future__ import annotations

import pytest

from cepasim.scenario.milestones import milestones
from cepasim.scenario.scenario import Scenario

TARIFF = {"importer": "JPN", "source": "IND", "select": {"hs": ["64"]}}
CUT = TARIFF | {"cut": {"percent": 100}, "start": "2026-27"}
PHASES = {
    "phases": [
        {"cut": {"percent": 50}, "start": "2026-27", "years": 2},
        {"cut": {"percent": 100}, "start": "2029-30", "years": 3},
    ]
}
QUOTA = TARIFF | {"usd_mn": [10, 20, 30], "over_rate_percent": 20, "start": "2026-27"}
PATH = {"country": "JPN", "path": {"2026-27": 5, "2028-29": 10}}
FUND = {"usd_bn": 2.0, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 5}
REMEDY = TARIFF | {"add_percent": 10, "start": "2026-27", "end": "2029-30"}


def of(*levers: dict[str, object], **settings: object) -> tuple[str, str] | None:
    """Return the two years of a scenario with levers."""
    given = {"name": "dated", "levers": list(levers), **settings}
    return milestones(Scenario.from_dict(given))


@pytest.mark.parametrize(
    ("lever", "complete"),
    [
        ({"tariff": CUT}, "2026-27"),
        ({"tariff": CUT | {"years": 5}}, "2030-31"),
        ({"tariff": TARIFF | PHASES}, "2031-32"),
        ({"quota": QUOTA}, "2028-29"),
        ({"exchange_rate": PATH}, "2028-29"),
        ({"fund": FUND}, "2030-31"),
        ({"remedy": REMEDY}, "2026-27"),
    ],
)
def test_a_lever_is_complete_with_its_last_step(lever: dict[str, object], complete: str) -> None:
    assert of(lever) == ("2026-27", complete)


def test_a_scenario_begins_with_its_first_lever_and_is_complete_with_its_last() -> None:
    late = {"tariff": CUT | {"importer": "IND", "source": "JPN", "start": "2029-30", "years": 10}}
    assert of({"tariff": CUT}, late) == ("2026-27", "2038-39")


def test_levers_that_change_nothing_and_comparative_statics_have_no_years() -> None:
    cars = {"importer": "IND", "source": "JPN", "select": {"hs": ["87"]}}
    idle = {"tariff": CUT | cars | {"cut": {"percent": 0}, "start": "2025-26", "years": 9}}
    assert of(idle) is None
    assert of(idle, {"tariff": CUT}) == ("2026-27", "2026-27")
    assert of({"tariff": CUT}, time="long_run") is None
    assert of() is None
