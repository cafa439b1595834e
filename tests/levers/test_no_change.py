"""A lever that changes nothing is the reference itself; one meant for a market stays there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, Scenario
from cepasim.levers import external
from cepasim.levers.external import freed_exports
from cepasim.levers.precedence import measures
from cepasim.shocks.shocks import shocks, total_fund

PAIR = ("JPN", "IND")
NOTHING = [
    {"ntb": {"importer": "JPN", "type": "all", "select": {"all": True}, "relief_percent": 0}},
    {"ntb": {"importer": "IND", "type": "border", "select": {"all": True}, "days_saved": 0}},
    {"origin": {"importer": "JPN", "select": {"section": "XI"}, "cost_cut_percent": 0}},
    {"tariff": {"importer": "IND", "select": {"hs": ["87"]}, "cut": {"percent": 0}}},
    {"exchange_rate": {"country": "IND", "depreciation_percent": 0}},
    {"external": {"demand_in": "IND", "demand_percent": 0}},
    {"external": {"market": "USA", "tariff_on": "IND", "redirect_share": 0}},
]


def scenario(lever: dict[str, Any], **header: Any) -> Scenario:
    [(kind, settings)] = lever.items()
    levers = [{kind: settings | {"start": "2026-27"}}]
    return Scenario.from_dict({"name": "x", "levers": levers, **header})


@pytest.mark.parametrize("time", ["path", "long_run"])
@pytest.mark.parametrize("lever", NOTHING, ids=lambda lever: str(lever)[:40])
def test_a_lever_of_zero_equals_the_reference_exactly(
    economy: Economy, lever: dict[str, Any], time: str
) -> None:
    sectors = cepasim.simulate(economy, scenario(lever, time=time), attribution=False).sectors
    assert (sectors["scenario_usd_mn"] == sectors["baseline_usd_mn"]).all()


@pytest.mark.parametrize(("meant", "other"), [PAIR, PAIR[::-1]])
def test_a_demand_shock_stays_in_its_market(economy: Economy, meant: str, other: str) -> None:
    asked = scenario({"external": {"demand_in": meant, "demand_percent": -5}}, time="long_run")
    years = asked.years_from(economy.base_year)
    resolved = measures(economy, asked.levers, years, asked.staged)
    fund = total_fund(economy, resolved, years, asked.staged)
    for importer, demand in ((meant, 0.95), (other, 1.0)):
        hats = shocks(
            economy,
            importer,
            resolved[importer],
            fund,
            years,
            asked.staged,
        )
        np.testing.assert_allclose(hats.demand, demand, rtol=1e-12)


def test_freed_exports_of_a_chapter_without_later_world_trade_stay_as_they_were(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The factor that carries them to the base year falls back to 1."""
    hs = "62"
    before = freed_exports(economy, "USA")
    table = type(economy.parameters).table

    def without(self: Any, name: str) -> Any:
        found = table(self, name)
        if name != "history/world":
            return found
        later = found["fiscal_year"] == economy.base_year
        return found[~(later & (found["hs"] == hs) & (found["flow"] == "export"))]

    monkeypatch.setattr(type(economy.parameters), "table", without)
    after = external.freed_exports(economy, "USA")
    h = economy.chapters.index(hs)
    rows = economy.parameters.table("history/by_partner")
    last = rows[(rows.fiscal_year == rows.fiscal_year.max()) & (rows.flow == "export")]
    sold = float(last.loc[last.hs == hs, "USA"].iloc[0])
    assert sold > 0 and before[h] != pytest.approx(sold)
    assert after[h] == pytest.approx(sold)
    np.testing.assert_array_equal(np.delete(after, h), np.delete(before, h))
