"""The fund's money by industry, and what the list of industries decides."""

from __future__ import annotations

import pytest

import cepasim
from cepasim import Economy, Scenario
from cepasim.core.immutable import FrozenMapping
from cepasim.levers.fund import FundLever
from cepasim.studies.fund_industries import SPLITS, fund_industries, fund_money


@pytest.fixture(scope="module")
def fund() -> FundLever:
    return Scenario.bundled("fund-2bn").levers_of(FundLever)[0]


def test_the_money_is_the_budget_and_divided_evenly_by_names(
    economy: Economy, fund: FundLever
) -> None:
    money = fund_money(economy, fund)
    assert money["grants_usd_mn"].sum() == pytest.approx(
        2000 * economy.parameters.value("disbursement_rate")
    )
    sunrise = money[money["window"] == "sunrise"]
    assert sunrise["grants_usd_mn"].nunique() == 1
    assert (len(sunrise), int((sunrise["chapters"] == "85").sum())) == (11, 6)
    own = fund.model_copy(update={"industries": FrozenMapping({"ships": 0.75, "wind": 0.25})})
    chosen = fund_money(economy, own).set_index("industry")["grants_usd_mn"]
    assert chosen["ships"] == pytest.approx(3 * chosen["wind"])


def test_the_list_decides_where_the_money_goes(economy: Economy, fund: FundLever) -> None:
    table = fund_industries(economy, fund, "2029-30").set_index("split")
    named = fund_money(economy, fund)["industry"]
    assert list(table.index) == [*SPLITS, *(f"without {name}" for name in named)]
    proposed = cepasim.simulate(economy, Scenario(name="x", horizon="2029-30", levers=(fund,)))
    change = proposed.totals["change_in_balance_usd_mn"].iloc[-1]
    assert table.loc["names", "change_in_balance_usd_mn"] == pytest.approx(change)
    # Six of eleven names of one of two windows.
    assert table.loc["names", "largest_chapter"] == "85"
    assert table.loc["names", "largest_share"] == pytest.approx(0.5 * 6 / 11)
    assert table.loc["chapters", "largest_share"] < 0.5 * table.loc["names", "largest_share"]
    assert table.loc["without wind", "largest_share"] == pytest.approx(0.5 * 5 / 10)
    assert table["change_in_exports_usd_mn"].nunique() > len(SPLITS)


def test_the_list_decides_little_of_the_balance(economy: Economy, fund: FundLever) -> None:
    """As docs/method.md says: parameters are by window, not by industry."""
    balance = fund_industries(economy, fund, "2035-36")["change_in_balance_usd_mn"]
    assert (balance / balance.iloc[0] - 1).abs().max() < 0.05
