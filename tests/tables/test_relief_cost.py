"""What relief costs stands beside what it gains, and moves no result."""

from __future__ import annotations

from typing import Any

import pytest

import cepasim
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.tables.relief_cost import relief_cost_notes, relief_costs

FISH: dict[str, Any] = {
    "importer": "JPN",
    "type": ["sps", "process"],
    "select": {"hs": ["03"]},
    "relief_percent": 50,
    "start": "2026-27",
    "years": 2,
}


def scenario(*levers: dict[str, Any], **more: Any) -> Scenario:
    body = {"name": "x", "horizon": "2028-29", "levers": [{"ntb": one} for one in levers]}
    return Scenario.from_dict(body | more)


def test_costs_are_shares_of_what_is_saved_and_of_the_relief_in_force(economy: Economy) -> None:
    solved = run(economy, scenario(FISH, time="long_run"))
    settled = relief_costs(solved)
    value, h = economy.parameters.value, economy.chapters.index("03")
    market = economy.markets["JPN"]
    removed = sum(
        0.5 * value(f"actionable_share_{kind}") * market.barriers[kind][h]
        for kind in ("sps", "process")
    )
    landed = solved.outcome.markets["JPN"].landed[-1, h, market.partner_column]
    nu = market.barrier_total[h] - removed
    last = settled.iloc[-1]
    assert last["saved_usd_mn"] == pytest.approx(removed * landed / (1 + nu))
    share = value("relief_cost_exporter")
    assert last["exporter_usd_mn"] == pytest.approx(share * last["saved_usd_mn"])
    # Two types at half relief are one in full; half of it is in force in the first year, and trade
    # feels relief with its lag.
    assert last["state_usd_mn"] == pytest.approx(value("relief_cost_state"))
    table = relief_costs(run(economy, scenario(FISH))).set_index("fiscal_year")
    assert 0 < table.loc["2028-29", "saved_usd_mn"] < last["saved_usd_mn"]
    assert table.loc["2026-27", "state_usd_mn"] == pytest.approx(0.5 * value("relief_cost_state"))
    assert (table.loc["2023-24":"2025-26", "exporter_usd_mn"].abs() < 1e-9).all()
    assert (table["exporter_usd_mn_low"] <= table["exporter_usd_mn"]).all()
    assert (table["exporter_usd_mn_high"] >= table["exporter_usd_mn"]).all()


def test_a_type_relieved_twice_is_paid_for_once(economy: Economy) -> None:
    other = FISH | {"select": {"hs": ["16"]}}
    once, twice = (relief_costs(run(economy, scenario(*some))) for some in ([FISH], [FISH, other]))
    assert twice["state_usd_mn"].tolist() == once["state_usd_mn"].tolist()
    assert twice["saved_usd_mn"].iloc[-1] > once["saved_usd_mn"].iloc[-1]


def test_the_note_says_cost_and_gain_and_no_result_moves(economy: Economy) -> None:
    plain = cepasim.simulate(economy, scenario(FISH))
    [said] = [note for note in plain.notes if note.startswith("Cost of relief in 2028-29")]
    assert "from which it is not deducted" in said and "grade D" in said
    dear = cepasim.simulate(
        economy, scenario(FISH, parameters={"relief_cost_exporter": 0.5, "relief_cost_state": 10})
    )
    assert dear.totals.equals(plain.totals)
    assert [note for note in dear.notes if note.startswith("Cost of relief")] != [said]
    assert relief_cost_notes(run(economy, scenario())) == ()
    assert relief_cost_notes(run(economy, scenario(FISH | {"relief_percent": 0}))) == ()
