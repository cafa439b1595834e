"""The accounts of a fund add up, every dollar has an owner, and what is left out is nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.report import terminal
from cepasim.report.fund import fund_accounts as shown_accounts
from cepasim.report.fund import fund_beside_others
from cepasim.tables.fund_accounts import FUND_ACCOUNTS

FUND: dict[str, Any] = {
    "usd_bn": 2.0,
    "windows": {"labour_intensive": 0.5, "sunrise": 0.5},
    "start": "2026-27",
    "years": 5,
}
TARIFF = {"importer": "JPN", "select": {"section": "XI"}, "cut": "eliminate", "start": "2026-27"}
COLUMNS = ["usd_mn", "cumulative_usd_mn", "present_value_usd_mn"]


def run(
    economy: Economy, *others: dict[str, Any], fund: dict[str, Any] = FUND, **parameters: float
) -> Result:
    levers = [{"fund": fund}, *others]
    scenario = Scenario.from_dict({"name": "x", "levers": levers, "parameters": parameters})
    return cepasim.simulate(economy, scenario, attribution=False)


def accounts(result: Result, replacement: str = "no", column: str = "usd_mn") -> pd.DataFrame:
    """One column for each account, one row for each year in order."""
    table = result.fund_accounts
    table = table[table["replacement"] == replacement]
    return table.pivot(index="fiscal_year", columns="account", values=column)


@pytest.fixture(scope="module")
def together(economy: Economy) -> Result:
    return run(economy, {"tariff": TARIFF})


@pytest.mark.parametrize("replacement", ["no", "yes"])
@pytest.mark.parametrize("column", COLUMNS)
def test_the_accounts_add_up_in_every_year(
    together: Result, economy: Economy, replacement: str, column: str
) -> None:
    found = accounts(together, replacement, column)
    assert set(found) == set(FUND_ACCOUNTS)
    value = economy.parameters.value
    used = found["grants"] * value("additionality")
    parts = {
        "grants": found["transfer"] + used,
        "investment": found["private_outlay"] + used,
        "balance": found["exports"] - found["imports"],
        "cost_of_public_funds": found["grants"] * value("cost_of_public_funds"),
    }
    for whole, sum_of_parts in parts.items():
        np.testing.assert_allclose(sum_of_parts, found[whole], rtol=1e-12, atol=1e-9)
    both = found["surplus_japan"] + found["surplus_india"]
    share = value("japanese_ownership")
    np.testing.assert_allclose(found["surplus_japan"], share * both, atol=1e-9)


def test_sums_run_on_and_grants_are_the_budget(together: Result, economy: Economy) -> None:
    yearly, sums = accounts(together), accounts(together, column="cumulative_usd_mn")
    pd.testing.assert_frame_equal(yearly.cumsum(), sums)
    budget = 2000 * economy.parameters.value("disbursement_rate")
    assert sums["grants"].iloc[-1] == pytest.approx(budget)
    per_grant = accounts(together, column="per_grant")
    assert per_grant["exports"].iloc[-1] == pytest.approx(sums["exports"].iloc[-1] / budget)
    assert per_grant["exports"].iloc[:3].isna().all()  # nothing is granted before 2026-27


def test_the_fund_is_measured_against_the_same_scenario_without_it(
    together: Result, economy: Economy
) -> None:
    alone = Scenario.from_dict({"name": "x", "levers": [{"tariff": TARIFF}]})
    without = cepasim.simulate(economy, alone, attribution=False)
    found = accounts(together).reset_index()
    for account in ("exports", "imports", "welfare_japan", "welfare_india"):
        column = f"{account}_usd_mn"
        wanted = together.totals[column] - without.totals[column]
        np.testing.assert_allclose(found[account], wanted, atol=1e-8)


def test_no_discount_gives_the_plain_sum_and_a_discount_less_of_later_gains(
    economy: Economy,
) -> None:
    plain = run(economy, discount_rate=0.0)
    sums, present = (accounts(plain, column=column) for column in COLUMNS[1:])
    pd.testing.assert_frame_equal(sums, present)
    dear = accounts(run(economy, discount_rate=0.08), column=COLUMNS[2])
    last = sums.index[-1]
    assert 0 < dear.loc[last, "exports"] < sums.loc[last, "exports"]
    by_hand = sum(
        amount / 1.08 ** max(int(year[:4]) - 2026, 0)
        for year, amount in accounts(plain)["exports"].items()
    )
    assert dear.loc[last, "exports"] == pytest.approx(by_hand)
    # What a rate of discount is worth moves no result but the present values.
    pd.testing.assert_frame_equal(plain.totals, run(economy, discount_rate=0.08).totals)


def test_ownership_moves_the_plants_surplus_from_one_country_to_the_other(
    economy: Economy,
) -> None:
    japans, indias = run(economy, japanese_ownership=1.0), run(economy, japanese_ownership=0.0)
    assert not accounts(japans)["surplus_india"].any()
    assert not accounts(indias)["surplus_japan"].any()
    surplus = accounts(japans)["surplus_japan"]
    np.testing.assert_allclose(surplus, accounts(indias)["surplus_india"])
    assert surplus.iloc[-1] > 0
    for country, sign in (("japan", 1), ("india", -1)):
        column = f"welfare_{country}_usd_mn"
        moved = (japans.totals[column] - indias.totals[column]).to_numpy()
        np.testing.assert_allclose(moved, sign * surplus, atol=1e-8)
    trade = ["exports_usd_mn", "imports_usd_mn"]
    pd.testing.assert_frame_equal(japans.totals[trade], indias.totals[trade])


def test_a_mere_transfer_costs_both_countries_the_cost_of_raising_it(economy: Economy) -> None:
    """Grants to firms that would have invested anyway change hands within Japan."""
    result = run(economy, additionality=0.0)
    found, totals = accounts(result), result.totals.set_index("fiscal_year")
    np.testing.assert_allclose(found["transfer"], found["grants"])
    both = totals["welfare_japan_usd_mn"] + totals["welfare_india_usd_mn"]
    np.testing.assert_allclose(both, -found["cost_of_public_funds"], atol=1e-8)
    assert found["cost_of_public_funds"].sum() > 0
    free = run(economy, additionality=0.0, cost_of_public_funds=0.0).totals
    assert free[["welfare_japan_usd_mn", "welfare_india_usd_mn"]].abs().max().max() < 1e-8


def test_where_all_capital_is_new_nothing_is_crowded_out(economy: Economy) -> None:
    found = accounts(run(economy, additionality=1.0))
    assert not found["transfer"].any()


def test_without_replacement_plants_wear_out_and_with_it_their_owners_pay(
    economy: Economy,
) -> None:
    result = run(economy)
    worn, kept = accounts(result), accounts(result, "yes")
    assert not worn["investment"].loc["2033-34":].any(), "nothing is built once all is granted"
    assert kept["investment"].loc["2034-35":].min() > 0, "what wears out is paid for"
    for account in ("grants", "transfer", "cost_of_public_funds"):
        pd.testing.assert_series_equal(worn[account], kept[account])
    last = worn.index[-1]
    assert worn.loc[last, "exports"] < worn["exports"].max()
    assert kept.loc[last, "exports"] > 1.2 * worn.loc[last, "exports"]
    # Capital that is kept up wears out by its rate a year: its upkeep is that share of it.
    value = economy.parameters.value
    capital = value("additionality") / value("subsidy_rate") * worn["grants"].sum()
    assert kept["investment"].iloc[-1] == pytest.approx(value("depreciation") * capital)
    chosen = run(economy, fund=FUND | {"replacement": True}).totals
    trade = kept["exports"] - kept["imports"]
    np.testing.assert_allclose(chosen["change_in_balance_usd_mn"], trade, atol=1e-8)


def test_no_fund_no_accounts(economy: Economy) -> None:
    result = cepasim.simulate(economy, Scenario.from_dict({"name": "x"}))
    assert result.fund_accounts.empty
    assert "fund_accounts" not in result.frames()
    assert not shown_accounts(result, "2030-31")


def test_every_face_shows_them(together: Result) -> None:
    assert "fund_accounts" in together.frames()
    [table] = shown_accounts(together, "2035-36")
    assert len(table.rows) == len(FUND_ACCOUNTS)
    [short] = shown_accounts(together, "2035-36", short=True)
    assert 0 < len(short.rows) < len(table.rows)
    said = terminal.text(together, "total", "2035-36")
    assert "Who pays for the fund and who gains up to 2035-36" in said
    assert "Grants Japan's treasury pays" in said


@pytest.mark.parametrize(("name", "differs"), [("full-package", True), ("fund-2bn", False)])
def test_accounts_that_differ_from_what_the_lever_adds_say_why(name: str, differs: bool) -> None:
    """Exports of 48 beside 46 in another panel, both of the fund, looked like a mistake."""
    shown: Any = SimpleNamespace(scenario=Scenario.bundled(name))
    assert bool(fund_beside_others(shown)) == differs
