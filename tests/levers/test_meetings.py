"""Where levers of different kinds meet, the result says what one does not know of the other."""

from __future__ import annotations

from typing import Any

import pytest

import cepasim
from cepasim import Economy, Scenario

STEEL = {"importer": "IND", "select": {"hs": ["7208"]}, "start": "2026-27"}
REMEDY = {"remedy": STEEL | {"add_percent": 12, "end": "2030-31"}}
MATCH = {"importer": "JPN", "select": {"hs": ["64"]}, "cut": {"match": "VNM"}, "start": "2026-27"}


def quota(**changes: Any) -> dict[str, Any]:
    sizes = {"share_of_benchmark_percent": 80, "over_rate_percent": 60}
    return {"quota": STEEL | sizes | changes}


def answer(economy: Economy, *levers: dict[str, Any]) -> cepasim.Result:
    asked = Scenario.from_dict({"name": "x", "horizon": "2028-29", "levers": list(levers)})
    return cepasim.simulate(economy, asked, attribution=False)


def imports(result: cepasim.Result) -> float:
    return float(result.totals["imports_usd_mn"].iloc[-1])


@pytest.mark.parametrize(("within", "said"), [(0, "is not charged"), (None, "is paid within")])
def test_a_remedy_under_a_quota_says_where_it_is_paid(
    economy: Economy, within: float | None, said: str
) -> None:
    under = quota() if within is None else quota(in_rate_percent=within)
    result = answer(economy, under, REMEDY)
    assert any(said in note for note in result.notes)
    # What the note says is what is computed.
    before, after = (one.quotas.iloc[-1] for one in (answer(economy, under), result))
    if within is None:
        assert after["premium_pct"] < before["premium_pct"]
    else:
        assert after["premium_pct"] == pytest.approx(before["premium_pct"])
        assert imports(result) == pytest.approx(imports(answer(economy, under)))
    assert not any("The remedy on" in note for note in answer(economy, REMEDY).notes)


def test_a_matched_rate_does_not_follow_other_levers_and_says_so(economy: Economy) -> None:
    lower = {"tariff": MATCH | {"source": "VNM", "cut": "eliminate"}}
    said = "is matched as the schedule has it"
    assert any(said in note for note in answer(economy, {"tariff": MATCH}, lower).notes)
    other = {"tariff": lower["tariff"] | {"select": {"hs": ["61"]}}}
    for levers in (({"tariff": MATCH},), ({"tariff": MATCH}, other)):
        assert not any(said in note for note in answer(economy, *levers).notes)


def test_a_quota_on_a_whole_chapter_says_to_name_headings(economy: Economy) -> None:
    rates = {"over_rate_percent": 95, "start": "2027-28"}
    cars = {"importer": "IND", "source": "EU27", "select": {"hs": ["87"]}, "usd_mn": 1000}
    result = answer(economy, {"quota": cars | rates})
    assert any("name the headings" in note for note in result.notes)
