"""Market entry: the stated share arrives, others give it up, and what stays at nothing is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.levers.entry import EntryLever

MEAT = "02"


def entry(**more: Any) -> dict[str, Any]:
    usual = {"importer": "JPN", "select": {"hs": [MEAT]}, "share_percent": 2, "start": "2026-27"}
    return {"entry": usual | more}


def run(economy: Economy, *levers: dict[str, Any], **more: Any) -> Result:
    scenario = Scenario.from_dict({"name": "entry", "levers": list(levers), **more})
    return cepasim.simulate(economy, scenario, attribution=False)


@pytest.fixture(scope="module")
def meat(economy: Economy) -> Result:
    return run(economy, entry(years=4))


def test_the_share_is_reached_step_by_step(economy: Economy, meat: Result) -> None:
    """In 2026-27 a quarter of 2 % of what Japan bought, in dollars f.o.b., grown with demand."""
    market = economy.markets["JPN"]
    place = market.chapters.index(MEAT)
    assert market.fob[place, market.partner_column] == 0
    whole = market.landed[place].sum() / market.wedge[place, market.partner_column]
    rows = meat.sectors[(meat.sectors["hs"] == MEAT) & (meat.sectors["flow"] == "export")]
    found = rows.set_index("fiscal_year")["scenario_usd_mn"]
    assert (found[:"2025-26"] == 0).all()
    for year, share, years in (("2026-27", 0.005, 3), ("2029-30", 0.02, 6)):
        grown = (1 + market.growth) ** years
        # Imports carry inputs only: what India pays more for does not come back to this market.
        assert found[year] == pytest.approx(share * whole * grown, rel=0.01)


def test_others_give_it_up_and_nothing_is_lost(meat: Result) -> None:
    parts = meat.displacement
    parts = parts[(parts["fiscal_year"] == "2030-31") & (parts["flow"] == "export")]
    gained = parts[parts["hs"] == MEAT].set_index("source")["change_usd_mn"]
    change = meat.totals.set_index("fiscal_year").loc["2030-31"]
    total = change["exports_usd_mn"] - change["baseline_exports_usd_mn"]
    assert gained.sum() == pytest.approx(total, abs=1e-9)
    rivals = gained.drop(["market_expansion", "domestic", "wedge"])
    assert rivals["USA"] > rivals["EU27"] > rivals["CHN"] > 0
    # Home producers are not replaced; they give a little as prices settle.
    assert abs(gained["domestic"]) < 0.01 * total


def test_no_welfare_is_claimed(meat: Result) -> None:
    totals = meat.totals.set_index("fiscal_year")
    cells = totals[["welfare_japan_usd_mn", "welfare_india_usd_mn"]]
    assert cells.loc["2026-27":].isna().all(axis=None)
    assert not cells.loc[:"2025-26"].isna().any(axis=None)


def test_a_share_that_is_there_already_adds_nothing(economy: Economy) -> None:
    found = run(economy, entry(select={"hs": ["03"]}, share_percent=1), time="long_run")
    change = found.totals["exports_usd_mn"] - found.totals["baseline_exports_usd_mn"]
    assert change.abs().max() == 0
    assert any("has that share already in 03" in note for note in found.notes)


def test_a_heading_is_seen_inside_a_chapter_that_is_sold(economy: Economy) -> None:
    found = run(economy, entry(select={"hs": ["6404"]}), time="long_run")
    moved = found.sectors[found.sectors["flow"] == "export"].set_index("hs")["change_usd_mn"]
    assert moved["6404"] > 1 and abs(moved["64"]) < 0.1 * moved["6404"]
    assert set(moved[moved.abs() > 1e-6].index) == {"6404"}


def test_what_parents_bring_counts_towards_it(economy: Economy) -> None:
    """The larger of the two arrives, not their sum."""
    offtake = {"offtake": {"select": {"hs": [MEAT]}, "usd_mn": 1000, "start": "2026-27"}}
    both, placed, alone = (
        run(economy, *levers, time="long_run").totals["exports_usd_mn"].iloc[-1] - 5150
        for levers in ((offtake, entry()), (offtake,), (entry(),))
    )
    assert 150 < alone < 250 and placed == pytest.approx(1000, rel=0.01)
    assert both == pytest.approx(placed, abs=1e-9)


def test_other_levers_act_on_what_has_entered(economy: Economy) -> None:
    """Relief of barriers does nothing to a product that is not sold, and something once it is."""
    relief = {
        "ntb": {
            "importer": "JPN",
            "type": ["sps"],
            "select": {"hs": [MEAT]},
            "relief_percent": 50,
            "start": "2026-27",
        }
    }
    idle, entered, beside = (
        run(economy, *levers, time="long_run").totals["exports_usd_mn"].iloc[-1]
        for levers in ((relief,), (entry(),), (entry(), relief))
    )
    assert idle == pytest.approx(5150, abs=1e-9) and beside > entered + 1


def test_japan_enters_india(economy: Economy) -> None:
    found = run(economy, entry(importer="IND", select={"hs": ["66"]}), time="long_run").totals
    last = found.iloc[-1]
    assert last["imports_usd_mn"] - last["baseline_imports_usd_mn"] > 0.3
    assert last["exports_usd_mn"] == last["baseline_exports_usd_mn"]


def test_what_is_not_traded_is_named(economy: Economy, meat: Result) -> None:
    """Not the chapter that is entered; both directions; nothing without levers."""
    japan, india = (note for note in meat.notes if "A share of zero stays zero" in note)
    assert "India sold Japan nothing in 6 chapters (47 " in japan and f"{MEAT} " not in japan
    assert india.startswith("In 2023-24 Japan sold India nothing in 10 chapters")
    assert not any("A share of zero" in note for note in run(economy, horizon="2024-25").notes)


def test_sizes_that_are_no_entry_are_warned_of(economy: Economy) -> None:
    notes = run(economy, entry(share_percent=40), time="long_run").notes
    assert any(note.startswith("Warning: a share of 40 % is more than India has") for note in notes)


def test_what_it_may_say() -> None:
    [lever] = Scenario.from_dict({"name": "x", "levers": [entry(share_percent=0)]}).levers
    assert isinstance(lever, EntryLever) and lever.is_idle and lever.source == "IND"
    for wrong in ({"share_percent": 101}, {"source": "CHN"}, {"years": 0}):
        with pytest.raises(cepasim.InputError):
            Scenario.from_dict({"name": "x", "levers": [entry(**wrong)]})


def test_it_is_drawn_with_the_figures(economy: Economy) -> None:
    """The stated share is the user's; what answers it has a range."""
    scenario = Scenario.from_dict({"name": "x", "time": "long_run", "levers": [entry()]})
    drawn = cepasim.monte_carlo(economy, scenario, draws=4)
    found = drawn.sample("change_in_balance_usd_mn", drawn.fiscal_years[-1])
    assert np.ptp(found) > 1
