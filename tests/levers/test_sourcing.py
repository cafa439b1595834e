"""Purchases that move: intended or imposed, placed by parents, and what is claimed of welfare."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, InputError, Result, Scenario
from cepasim.levers.offtake import OfftakeLever
from cepasim.solution.solve import run

QUICK = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sourcing(**more: Any) -> dict[str, Any]:
    body = {
        "importer": "JPN",
        "from": "CHN",
        "select": {"window": "labour_intensive"},
        "share_percent": 5,
        "start": "2026-27",
    }
    return {"sourcing": body | more}


def offtake(**more: Any) -> dict[str, Any]:
    return {"offtake": {"select": {"hs": ["87"]}, "usd_mn": 500, "start": "2026-27"} | more}


def scenario(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "x", "levers": list(levers), **header})


def result(economy: Economy, *levers: dict[str, Any], **header: Any) -> Result:
    return cepasim.simulate(economy, scenario(*levers, **header), attribution=False)


def exports(found: Result, year: str = "2035-36") -> float:
    row = found.totals.set_index("fiscal_year").loc[year]
    return float(row["exports_usd_mn"] - row["baseline_exports_usd_mn"])


def moved(economy: Economy, *levers: dict[str, Any]) -> tuple[float, float, np.ndarray]:
    """Meant for India, arrived, and the change of every source, in comparative statics."""
    found = run(economy, scenario(*levers, time="long_run"), attribution=False)
    before, after = found.reference.markets["JPN"], found.outcome.markets["JPN"]
    column = economy.markets["JPN"].partner_column
    meant = (after.shocks.base - after.shocks.start)[0, :, column].sum()
    change = (after.fob - before.fob)[0].sum(axis=0)
    return float(meant), float(change[column]), change


# --- intended and imposed ----------------------------------------------------------------------


@QUICK
@given(st.floats(0.5, 60.0), st.sampled_from([{"hs": ["61", "62"]}, {"hs": ["85"]}]))
def test_imposed_arrives_and_intended_does_in_part(
    economy: Economy, percent: float, select: dict[str, Any]
) -> None:
    asked = {"share_percent": percent, "select": select}
    meant, arrived, change = moved(economy, sourcing(mode="imposed", **asked))
    assert arrived == pytest.approx(meant, rel=1e-9)
    china = economy.markets["JPN"].exporters.index("CHN")
    others = np.delete(change, [economy.markets["JPN"].partner_column, china])
    assert np.abs(others).max() < 1e-6 * meant  # plants move: no price does
    intended, part, _ = moved(economy, sourcing(**asked))
    assert intended == pytest.approx(meant)
    assert 0 < part < 0.9 * meant


def test_imposed_needs_nobody_there_before(economy: Economy) -> None:
    """Where India sells nothing buyers alone move nothing; plants do."""
    market = economy.markets["JPN"]
    column, china = market.partner_column, market.exporters.index("CHN")
    empty = (market.fob[:, column] == 0) & (market.fob[:, china] > 0)
    hs = market.chapters[int(np.flatnonzero(empty)[0])]
    select = {"select": {"hs": [hs]}, "share_percent": 10}
    assert moved(economy, sourcing(**select))[1] == 0.0
    meant, arrived, _ = moved(economy, sourcing(mode="imposed", **select))
    assert meant > 0 and arrived == pytest.approx(meant)


def test_all_of_it_can_move(economy: Economy) -> None:
    whole = {"share_percent": 100, "select": {"hs": ["64"]}, "mode": "imposed"}
    meant, arrived, change = moved(economy, sourcing(**whole))
    assert arrived == pytest.approx(meant)
    market = economy.markets["JPN"]
    h, china = economy.chapters.index("64"), market.exporters.index("CHN")
    assert change[china] == pytest.approx(-market.fob[h, china])


def test_the_mode_left_out_is_intended(economy: Economy) -> None:
    [lever] = scenario(sourcing()).levers
    assert lever.as_written()["sourcing"]["mode"] == "intended"
    with pytest.raises(InputError, match="intended .buyers ask.* or imposed"):
        scenario(sourcing(mode="forced"))


def test_the_result_says_what_was_meant_what_arrived_and_who_else_gained(economy: Economy) -> None:
    alone = result(economy, sourcing())
    [note] = [n for n in alone.notes if n.startswith("Purchases moved into Japan")]
    assert "meant for India" in note and "lost: China" in note and "producers in Japan +" in note
    assert "(24 %)" in note  # a quarter arrives: Japan's producers and others take the rest
    # Beside other levers it is still about sourcing.
    beside = result(economy, sourcing(), offtake())
    assert note in beside.notes


# --- offtake -----------------------------------------------------------------------------------


@QUICK
@given(st.floats(1.0, 3000.0), st.sampled_from([["87"], ["84", "85"], ["61"], ["30", "87"]]))
def test_offtake_brings_what_is_placed_and_no_more(
    economy: Economy, usd_mn: float, hs: list[str]
) -> None:
    found = result(economy, offtake(usd_mn=usd_mn, select={"hs": hs}))
    brought = exports(found)
    assert 0.97 * usd_mn < brought <= usd_mn * (1 + 1e-9)
    content = found.totals["input_content_usd_mn"].iloc[-1]
    assert 0 < content < 0.1 * brought


def test_more_placed_more_sold_and_in_steps(economy: Economy) -> None:
    one, two = (exports(result(economy, offtake(usd_mn=size))) for size in (200, 400))
    assert two == pytest.approx(2 * one, rel=0.01)
    staged = result(economy, offtake(years=2))
    assert exports(staged, "2026-27") == pytest.approx(250, rel=0.01)
    assert exports(staged, "2027-28") == pytest.approx(500, rel=0.01)


def test_offtake_where_nothing_is_sold_says_so(economy: Economy) -> None:
    market = economy.markets["JPN"]
    column = market.partner_column
    empty = (market.fob[:, column] == 0) & (market.cif.sum(axis=1) > 100)
    hs = market.chapters[int(np.flatnonzero(empty)[0])]
    found = result(economy, offtake(usd_mn=10, select={"hs": [hs]}))
    assert exports(found) == pytest.approx(10, rel=0.02)
    assert any("India sells Japan nothing today in" in note for note in found.notes)
    small = result(economy, offtake(usd_mn=20_000, select={"hs": ["46"]}))
    assert any("more is placed than Japan buys from all other" in note for note in small.notes)


def test_offtake_and_sourcing_are_two_names_for_the_same_purchases(economy: Economy) -> None:
    select = {"select": {"hs": ["85"]}}
    placed = result(economy, offtake(usd_mn=100, **select), time="long_run")
    imposed = sourcing(mode="imposed", share_percent=5, **select)
    meant, _, _ = moved(economy, imposed)
    assert meant > 100
    both, _, _ = moved(economy, imposed, offtake(usd_mn=100, **select))
    assert both == pytest.approx(meant)
    assert exports(placed, "2023-24") == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"usd_mn": -1}, "usd_mn", "US$ million a year, from 0 to 20000"),
        ({"usd_mn": 1e9}, "usd_mn", "US$ million a year, from 0 to 20000"),
        ({"usd_mn": "500"}, "usd_mn", "US$ million a year"),
        ({"select": {"hs": ["77"]}}, "select.hs", "77"),
        ({"years": 0}, "years", "whole years"),
        ({"usd": 5}, "usd", "did you mean usd_mn"),
    ],
)
def test_what_cannot_be_placed_is_refused(body: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario(offtake(**body))
    problem = caught.value.problems[0]
    assert problem.field.startswith(f"levers[0].offtake.{field}"), problem
    assert said in problem.allowed or said in str(problem.value)


def test_nothing_placed_is_the_reference(economy: Economy) -> None:
    [lever] = scenario(offtake(usd_mn=0)).levers
    assert isinstance(lever, OfftakeLever) and lever.is_idle
    found = result(economy, offtake(usd_mn=0))
    assert (found.sectors["scenario_usd_mn"] == found.sectors["baseline_usd_mn"]).all()


# --- welfare -----------------------------------------------------------------------------------


def welfare(found: Result, year: str) -> tuple[float, float]:
    row = found.totals.set_index("fiscal_year").loc[year]
    return row["welfare_japan_usd_mn"], row["welfare_india_usd_mn"]


def test_no_welfare_is_claimed_across_a_change_of_taste(economy: Economy) -> None:
    cases = (
        (sourcing(), (True, False)),
        (sourcing(mode="imposed"), (True, True)),
        (offtake(), (True, True)),
        (sourcing(importer="IND", select={"hs": ["84"]}), (False, True)),
    )
    for lever, empty in cases:
        found = result(economy, lever)
        assert welfare(found, "2025-26") == (0.0, 0.0)
        assert tuple(pd.isna(value) for value in welfare(found, "2030-31")) == empty


def test_the_other_levers_keep_their_welfare(economy: Economy) -> None:
    cut = {"tariff": {"importer": "JPN", "select": {"hs": ["03"]}, "cut": "eliminate"}}
    cut["tariff"]["start"] = "2026-27"
    found = cepasim.simulate(economy, scenario(sourcing(), cut))
    rows = found.contributions.query("fiscal_year == '2030-31' and hs == 'total'")
    by_lever = rows.set_index("lever")
    assert by_lever.loc["tariff"].notna().all()
    assert pd.isna(by_lever.loc["sourcing", "welfare_japan_usd_mn"])
    alone = cepasim.simulate(economy, scenario(cut)).contributions
    expected = alone.query("fiscal_year == '2030-31' and hs == 'total'").set_index("lever")
    found_japan = by_lever.loc["tariff", "welfare_japan_usd_mn"]
    assert found_japan == pytest.approx(expected.loc["tariff", "welfare_japan_usd_mn"], rel=0.05)


@pytest.mark.slow(seconds=1)
def test_an_empty_cell_goes_through_every_face(economy: Economy, tmp_path: Any) -> None:
    found = cepasim.simulate(economy, scenario(sourcing(), horizon="2028-29"))
    found.to_excel(tmp_path / "x.xlsx")
    found.to_csv(tmp_path / "csv")
    found.brief(tmp_path / "x.html")
    assert "nan" not in (tmp_path / "x.html").read_text(encoding="utf-8").lower().split(">")
    written = pd.read_csv(tmp_path / "csv" / "totals.csv")
    assert written["welfare_japan_usd_mn"].isna().sum() == 3
    drawn = cepasim.monte_carlo(economy, scenario(sourcing(), horizon="2026-27"), draws=4, seed=1)
    rows = drawn.totals.query("item == 'welfare_japan_usd_mn' and fiscal_year == '2026-27'")
    assert rows.drop(columns=["fiscal_year", "item"]).isna().all(axis=None)
    assert drawn.failed == ()


def test_offtake_of_a_heading_stays_in_its_products(economy: Economy) -> None:
    """Where the chapter is split, what is placed lands in the products that were named."""
    fine = economy.refine(["87"])
    found = cepasim.simulate(fine, scenario(offtake(select={"hs": ["8703"]})), attribution=False)
    rows = found.sectors.query("fiscal_year == '2030-31' and flow == 'export'").set_index("hs")
    moved = rows["change_usd_mn"]
    inside = moved.index.str.startswith("8703")
    assert moved[inside].sum() == pytest.approx(500, rel=0.01)
    assert moved[~inside].abs().max() < 1e-6


@pytest.mark.parametrize("engine", ["armington", "gsim"])
def test_both_engines_that_move_purchases_bring_what_is_placed(
    economy: Economy, engine: str
) -> None:
    found = cepasim.simulate(economy, scenario(offtake(), time="long_run"), engine=engine)
    change = found.totals["exports_usd_mn"] - found.totals["baseline_exports_usd_mn"]
    assert 0.8 * 500 < change.iloc[0] <= 500 * (1 + 1e-9)
    with pytest.raises(InputError, match="smart cannot move purchases"):
        cepasim.simulate(economy, scenario(offtake()), engine="smart")
