"""A narrower lever takes the place of a broader one of its kind on what the two share."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, Scenario
from cepasim.levers.lever import Lever
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.levers.tariff import TariffLever
from cepasim.tables.notes import scenario_notes

YEARS = np.arange(2023, 2036)


def asked(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "two of a kind", "levers": list(levers), **header})


def tariff(select: dict[str, Any], percent: float, **more: Any) -> dict[str, Any]:
    given = {"importer": "IND", "select": select, "cut": {"percent": percent}, "start": "2026-27"}
    return {"tariff": given | more}


def rates(economy: Economy, scenario: Scenario, importer: str = "IND") -> np.ndarray:
    """Rates of all lines once everything is in force, over those scheduled."""
    acting = measures(economy, scenario.levers, YEARS)[importer]
    schedule = economy.markets[importer].schedule
    before = schedule.line_rates(economy.markets[importer].partner, YEARS)
    after = line_rates(before, schedule.mfn, (one.everywhere() for one in acting))
    return np.divide(after, before, out=np.ones_like(after), where=before > 0)[-1]


def test_forty_percent_on_all_and_eighty_on_fish(economy: Economy) -> None:
    schedule = economy.markets["IND"].schedule
    dutiable = schedule.line_rates("JPN", YEARS)[-1] > 0
    fish = np.array([code.startswith("03") for code in schedule.lines])
    levers = (tariff({"all": True}, 40), tariff({"hs": ["03"]}, 80))
    for scenario in (asked(*levers), asked(*levers[::-1])):
        left = rates(economy, scenario)
        np.testing.assert_allclose(left[dutiable & ~fish], 0.6)
        np.testing.assert_allclose(left[dutiable & fish], 0.2)


def test_three_levels_and_a_carve_out(economy: Economy) -> None:
    scenario = asked(
        tariff({"all": True}, 40),
        tariff({"hs": ["87"]}, 60),
        tariff({"hs": ["8703"]}, 0),
        tariff({"hs": ["870380"]}, 100),
    )
    left, schedule = rates(economy, scenario), economy.markets["IND"].schedule
    for code, expected in {"84": 0.6, "8708": 0.4, "870321": 1.0, "870380": 0.0}.items():
        chosen = [line.startswith(code) for line in schedule.lines]
        dutiable = schedule.line_rates("JPN", YEARS)[-1] > 0
        np.testing.assert_allclose(left[np.array(chosen) & dutiable], expected, atol=1e-12)


def test_where_neither_contains_the_other_the_one_with_fewer_lines_counts(
    economy: Economy,
) -> None:
    schedule = economy.markets["IND"].schedule
    both = schedule.category == "X"
    both &= np.array([code.startswith("87") for code in schedule.lines])
    vehicles = sum(code.startswith("87") for code in schedule.lines)
    assert vehicles < (schedule.category == "X").sum()
    scenario = asked(tariff({"hs": ["87"]}, 70), tariff({"all": True, "category": "X"}, 20))
    np.testing.assert_allclose(rates(economy, scenario)[both], 0.3)


def test_of_as_many_lines_the_later_counts(economy: Economy) -> None:
    """Two ways to choose the same lines, which only the schedule knows to be the same."""
    schedule = economy.markets["IND"].schedule
    chosen = np.array([code.startswith("870323") for code in schedule.lines])
    assert set(schedule.category[chosen]) == {"X"}
    one = tariff({"hs": ["870323"]}, 30)
    other = tariff({"hs": ["870323"], "category": "X"}, 50)
    np.testing.assert_allclose(rates(economy, asked(one, other))[chosen], 0.5)
    np.testing.assert_allclose(rates(economy, asked(other, one))[chosen], 0.7)


def test_the_result_says_which_lever_counts(economy: Economy) -> None:
    scenario = asked(tariff({"all": True}, 40), tariff({"hs": ["03"]}, 80))
    [said] = [note for note in scenario_notes(economy, scenario) if "takes the place of" in note]
    assert said.startswith("Duties: where two levers choose the same products, the one with fewer")
    fish = sum(code.startswith("03") for code in economy.markets["IND"].schedule.lines)
    assert f"On {fish} lines " in said
    assert "cuts its duties by 80 % on goods from Japan (03 Fish and seafood)" in said
    alone = asked(tariff({"hs": ["04"]}, 40), tariff({"hs": ["03"]}, 80))
    assert not any("takes the place" in note for note in scenario_notes(economy, alone))


def _exports(economy: Economy, *levers: dict[str, Any]) -> np.ndarray:
    result = cepasim.simulate(economy, asked(*levers, time="long_run"), attribution=False)
    found = result.sectors[result.sectors["flow"] == "export"].set_index("hs")
    return found["scenario_usd_mn"].to_numpy(float)


def test_barriers_give_way_type_by_type(economy: Economy) -> None:
    """All types by 40 % on all, food safety by 80 % on fish: the others stay at 40 % on fish."""

    def ntb(types: Any, select: dict[str, Any], percent: float) -> dict[str, Any]:
        settings = {"type": types, "select": select, "relief_percent": percent}
        return {"ntb": {"importer": "JPN", "start": "2026-27", **settings}}

    others = sorted(set(economy.chapters) - {"03", "99", "98"})
    nested = _exports(economy, ntb("all", {"all": True}, 40), ntb(["sps"], {"hs": ["03"]}, 80))
    apart = _exports(
        economy,
        ntb(["tbt", "border", "process"], {"all": True}, 40),
        ntb(["sps"], {"hs": [*others, "98", "99"]}, 40),
        ntb(["sps"], {"hs": ["03"]}, 80),
    )
    np.testing.assert_allclose(nested, apart, rtol=1e-12)


@pytest.mark.parametrize(
    ("broad", "narrow"),
    [
        ({"origin": {"importer": "JPN", "cost_cut_percent": 30}}, {"cost_cut_percent": 90}),
        (
            {"sourcing": {"importer": "JPN", "from": "CHN", "share_percent": 5}},
            {"share_percent": 10},
        ),
        ({"external": {"source": "IND", "cost_percent": -2}}, {"cost_percent": 2}),
        ({"withdraw": {"importer": "JPN"}}, {"years": 2}),
    ],
)
def test_every_kind_with_a_selection_gives_way(
    economy: Economy, broad: dict[str, Any], narrow: dict[str, Any]
) -> None:
    [(kind, settings)] = broad.items()
    settings = {"start": "2026-27", **settings}
    rest = [hs for hs in economy.chapters if hs != "61"]
    inner = {kind: settings | narrow | {"select": {"hs": ["61"]}}}
    nested = _exports(economy, {kind: settings | {"select": {"all": True}}}, inner)
    apart = _exports(economy, {kind: settings | {"select": {"hs": rest}}}, inner)
    np.testing.assert_allclose(nested, apart, rtol=1e-12)


CODES = ["84", "8408", "840820", "87", "8703", "870323", "8708", "72"]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(st.sampled_from(CODES), st.integers(0, 100), min_size=1, max_size=6))
def test_each_line_has_the_cut_of_the_longest_code_it_begins_with(
    economy: Economy, cuts: dict[str, int]
) -> None:
    scenario = asked(*(tariff({"hs": [code]}, percent) for code, percent in cuts.items()))
    left, schedule = rates(economy, scenario), economy.markets["IND"].schedule
    dutiable = schedule.line_rates("JPN", YEARS)[-1] > 0
    for place in np.flatnonzero(dutiable):
        mine = [code for code in cuts if schedule.lines[place].startswith(code)]
        percent = cuts[max(mine, key=len)] if mine else 0
        assert abs(left[place] - (1 - percent / 100)) < 1e-9


def test_a_lever_is_resolved_once_from_file_to_note(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each market it reaches: from when it is in force, which every room reads there."""
    timed: Counter[str] = Counter()
    for kind in (TariffLever, Lever):

        def counted(self: Lever, *given: Any, found: Any = kind.in_force) -> Any:
            timed[self.kind] += 1
            return found(self, *given)

        monkeypatch.setattr(kind, "in_force", counted)
    rupee = {"country": "IND", "depreciation_percent": 3, "start": "2026-27"}
    scenario = asked(tariff({"hs": ["87"]}, 50, years=5), {"exchange_rate": rupee})
    result = cepasim.simulate(economy, scenario)
    assert result.notes and result.totals["welfare_india_usd_mn"].isna().any()
    assert timed == {lever.kind: len(lever.importers) for lever in scenario.levers}
