"""Sizes beyond anything observed are said; a note never says "nothing" beside a change."""

from __future__ import annotations

from typing import Any

import pytest

import cepasim
from cepasim import Economy, Scenario

FUND = {"windows": {"labour_intensive": 1.0}, "start": "2026-27", "years": 5}
RELIEF = {"importer": "JPN", "type": ["sps"], "select": {"hs": ["03"]}, "start": "2026-27"}


def notes(economy: Economy, *levers: dict[str, Any], **header: Any) -> str:
    scenario = Scenario.from_dict({"name": "x", "levers": list(levers), **header})
    return "\n".join(cepasim.simulate(economy, scenario, attribution=False).notes)


def test_a_fund_of_two_hundred_billion_is_beyond_the_record(economy: Economy) -> None:
    said = notes(economy, {"fund": FUND | {"usd_bn": 200}})
    assert "more than all that India ever sold it in a year (US$ 6.81 bn in 2013-14)" in said
    assert "A size beyond anything observed: India's exports to Japan are" in said
    assert "beyond anything observed" not in notes(economy, {"fund": FUND | {"usd_bn": 2}})


def test_a_fund_beyond_the_proposal_is_beyond_the_evidence(economy: Economy) -> None:
    said = "Beyond what the evidence supports: grants of US$ 5 bn in all"
    assert said in notes(economy, {"fund": FUND | {"usd_bn": 5}})
    assert "Beyond what the evidence" not in notes(economy, {"fund": FUND | {"usd_bn": 2}})
    again = notes(economy, {"fund": FUND | {"usd_bn": 2, "replenish": True}})
    assert "grants of US$ 4 bn in all" in again, "ten years at 2 bn every five"


def test_names_that_meet_in_one_chapter_are_counted(economy: Economy) -> None:
    sunrise = FUND | {"usd_bn": 2, "windows": {"sunrise": 1.0}}
    assert "6 of the 11 industries named for the sunrise window lie in chapter 85" in notes(
        economy, {"fund": sunrise}
    )
    divided = sunrise | {"industries": {"ships": 0.5, "wind": 0.5}}
    assert "lie in chapter" not in notes(economy, {"fund": divided})
    assert "lie in chapter" not in notes(economy, {"fund": FUND | {"usd_bn": 2}})


def test_a_relief_below_one_percent_looks_like_a_share(economy: Economy) -> None:
    assert "if a share was meant, write 40" in notes(
        economy, {"ntb": RELIEF | {"relief_percent": 0.4}}
    )
    assert "if a share was meant" not in notes(economy, {"ntb": RELIEF | {"relief_percent": 4}})


def test_a_parameter_outside_its_range_is_named(economy: Economy) -> None:
    high = float(economy.parameters.rows.set_index("name").loc["actionable_share_tbt", "high"])
    relief = {"ntb": RELIEF | {"relief_percent": 40}}
    said = notes(economy, relief, parameters={"actionable_share_tbt": min(1.0, high + 0.1)})
    assert "Parameter actionable_share_tbt is set to" in said and "documented range" in said
    inside = notes(economy, relief, parameters={"actionable_share_tbt": high})
    assert "documented range" not in inside


@pytest.mark.parametrize("cut", [{"cap": 5}, "eliminate"], ids=str)
@pytest.mark.parametrize("time", ["path", "long_run"])
@pytest.mark.parametrize("source", ["IND", "BGD", "CHN"])
def test_no_chapter_that_moves_is_said_not_to(
    economy: Economy, source: str, time: str, cut: Any
) -> None:
    """Bangladesh pays nothing until 2029, and a rate may be set above zero: both are changes."""
    settings = {"importer": "JPN", "source": source, "select": {"all": True}, "start": "2026-27"}
    scenario = Scenario.from_dict(
        {"name": "x", "time": time, "levers": [{"tariff": settings | {"cut": cut}}]}
    )
    result = cepasim.simulate(economy, scenario, attribution=False)
    still = [note for note in result.notes if "a cut there changes nothing" in note]
    found = result.displacement
    rows = found[(found["flow"] == "export") & (found["change_usd_mn"].abs() > 1e-6)]
    moved = set(rows["hs"])
    for note in still:
        said = note.partition("zero in ")[2].partition(":")[0]
        for chapter in said.split(", "):
            assert chapter[:2] not in moved, chapter


def test_published_barriers_of_india_do_not_raise_the_grade_of_japans(economy: Economy) -> None:
    relief = {"ntb": RELIEF | {"relief_percent": 20}}
    rests = "the size of barriers, which nobody has measured (grade {})"
    assert rests.format("D") in notes(economy, relief, barriers="kno")
    india = {"ntb": relief["ntb"] | {"importer": "IND", "select": {"hs": ["87"]}}}
    assert rests.format("C") in notes(economy, india, barriers="kno")
