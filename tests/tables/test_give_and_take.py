"""What each side gives, by section: sums are the totals that every other page shows."""

from __future__ import annotations

import pandas as pd
import pytest

import cepasim
from cepasim.report import accounts as in_report
from cepasim.report import given
from cepasim.result import Result

YEAR = "2030-31"


@pytest.fixture(scope="module")
def result() -> Result:
    economy, scenario = cepasim.load(), cepasim.Scenario.bundled("full-package")
    return cepasim.simulate(economy, scenario, attribution=False)


def _totals(result: Result) -> pd.Series:
    return result.totals.set_index("fiscal_year").loc[YEAR]


@pytest.mark.parametrize(
    ("side", "flow", "items", "duty"),
    [("JPN", "export", "exports", "duty_japan"), ("IND", "import", "imports", "duty_india")],
)
def test_sections_sum_to_the_totals(
    result: Result, side: str, flow: str, items: str, duty: str
) -> None:
    table, row = result.give_and_take(YEAR), _totals(result)
    table = table[table["side"] == side]
    [total] = table[table["section"] == "total"].to_dict("records")
    sections = table[table["section"] != "total"]
    lost = result.who_loses(YEAR)
    [home] = lost[(lost["flow"] == flow) & (lost["source"] == "domestic")]["change_usd_mn"]
    wanted = {
        "sales_usd_mn": row[f"{items}_usd_mn"] - row[f"baseline_{items}_usd_mn"],
        "duty_usd_mn": row[f"{duty}_usd_mn"] - row[f"baseline_{duty}_usd_mn"],
        "producers_usd_mn": -home,
    }
    for column, value in wanted.items():
        assert total[column] == pytest.approx(value, rel=1e-9)
        assert sections[column].sum() == pytest.approx(value, rel=1e-9)


def test_one_section_is_a_part_of_all(result: Result) -> None:
    textiles = result.who_loses(YEAR, "XI").set_index(["flow", "source"])["change_usd_mn"]
    table = result.give_and_take(YEAR).set_index(["side", "section"])["producers_usd_mn"]
    assert -textiles["export", "domestic"] == pytest.approx(table["JPN", "XI"])
    bars = given.industries(result, YEAR, "JPN", "XI").bars
    assert bars and all("50" <= bar.label[:2] <= "63" for bar in bars)


def test_welfare_of_japan_is_told_in_two_parts(result: Result) -> None:
    accounts = result.accounts(YEAR).set_index("account")["scenario_usd_mn"]
    parts = accounts["welfare_japan_trade"] + accounts["welfare_japan_fund"]
    assert parts == pytest.approx(accounts["welfare_japan"])
    assert accounts["welfare_japan_fund"] == -_totals(result)["fund_outlay_usd_mn"] < 0
    assert "not the grants" in str(in_report.welfare_in_words(result, YEAR).text)


def test_grants_are_said_beside_the_sections(result: Result) -> None:
    assert "grants" in given.grants_in_words(result, "2028-29")
    assert given.own_currency(result, YEAR) == "", "no exchange rate moves"


def test_a_depreciation_is_told_in_both_currencies() -> None:
    lever = {"country": "IND", "depreciation_percent": 10, "start": "2026-27"}
    scenario = cepasim.Scenario.from_dict({"name": "x", "levers": [{"exchange_rate": lever}]})
    result = cepasim.simulate(cepasim.load(), scenario, attribution=False)
    row = _totals(result)
    assert row["price_level_india"] < 1 == row["price_level_japan"]
    said = given.own_currency(result, YEAR)
    rupees = row["exports_usd_mn"] / row["baseline_exports_usd_mn"] / row["price_level_india"]
    assert f"in rupees exports +{100 * (rupees - 1):.1f} %" in said and "in yen" in said
