"""When a dollar of the fund's output stops worsening the balance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cepasim import Economy, RunError
from cepasim.core.immutable import FrozenMapping
from cepasim.levers.fund import FundLever
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies.break_even import CASES, COLUMNS, fund_break_even


@pytest.fixture(scope="module")
def table(economy: Economy) -> pd.DataFrame:
    return fund_break_even(economy).set_index(["window", "case"])


def test_one_row_for_each_window_and_case(table: pd.DataFrame) -> None:
    assert tuple(table.reset_index().columns) == COLUMNS
    assert set(table.index) == {
        (window, case) for window in ("labour_intensive", "sunrise") for case in CASES
    }


def test_inputs_alone_are_the_break_even_of_potential_exports(
    table: pd.DataFrame, economy: Economy
) -> None:
    for window in ("labour_intensive", "sunrise"):
        value = economy.parameters.value
        row = table.loc[(window, "inputs")]
        assert row["break_even"] == value(f"japanese_inputs_per_output_{window}")
        assert row["assumed"] == pytest.approx(
            value(f"export_share_{window}") * value(f"japan_share_of_exports_{window}")
        )
        assert row["assumed_low"] < row["assumed"] < row["assumed_high"]
        assert row["break_even_low"] < row["break_even"] < row["break_even_high"]


def test_each_thing_counted_moves_it_the_way_it_must(table: pd.DataFrame, economy: Economy) -> None:
    for window in ("labour_intensive", "sunrise"):
        level = table.loc[window, "break_even"]
        assert level["inputs"] < level["inputs_and_machinery"]
        assert level["displacement"] < level["inputs_and_machinery"]
        assert level["displacement"] < level["realised"]
        assert 0 < table.loc[(window, "realised"), "realised_share"] < 1
    # Clothing pays for its inputs; sunrise industries come out even if plants buy as the average
    # Indian producer does, and do not where affiliates buy as much as the range admits.
    assert table.loc[("labour_intensive", "realised"), "balance_usd_per_usd"] > 0.05
    assert 0 < table.loc[("sunrise", "realised"), "balance_usd_per_usd"] < 0.05
    rows = economy.parameters.table("fund/fund").set_index("name")
    highest = float(rows.loc["japanese_inputs_per_output_sunrise", "high"])
    dear = fund_break_even(economy.with_overrides({"japanese_inputs_per_output_sunrise": highest}))
    dear = dear.set_index(["window", "case"])
    assert dear.loc[("sunrise", "realised"), "balance_usd_per_usd"] < 0


def test_the_sign_of_the_balance_is_that_of_the_distance(table: pd.DataFrame) -> None:
    distance = table["realised_share"] * (table["assumed"] - table["break_even"])
    np.testing.assert_allclose(table["balance_usd_per_usd"].astype(float), distance, atol=1e-12)


def test_the_last_case_is_what_the_model_finds(table: pd.DataFrame, economy: Economy) -> None:
    """The balance per dollar is the run's own, replacement of machinery aside."""
    window = "sunrise"
    lever = FundLever(usd_bn=1.0, windows=FrozenMapping({window: 1.0}), years=5, start="2026-27")
    found = run(economy, Scenario(name="x", time="long_run", levers=(lever,)), attribution=False)
    after, before = found.outcome, found.reference
    gained = (after.exports - before.exports).sum() - (
        after.imports_solved - before.imports_solved
    ).sum()
    spent = after.fund.inputs.sum()
    row = table.loc[(window, "realised")]
    machinery = (
        table.loc[(window, "inputs_and_machinery"), "break_even"]
        - table.loc[(window, "inputs"), "break_even"]
    )
    assert row["balance_usd_per_usd"] + machinery == pytest.approx(
        (gained - spent) / after.fund.output.sum(), rel=1e-9
    )


def test_at_the_break_even_the_balance_is_even(table: pd.DataFrame, economy: Economy) -> None:
    window = "labour_intensive"
    needed = table.loc[(window, "inputs"), "break_even"]
    share = economy.parameters.value(f"export_share_{window}")
    at = economy.with_overrides({f"japan_share_of_exports_{window}": needed / share})
    row = fund_break_even(at).set_index(["window", "case"]).loc[(window, "inputs")]
    assert row["balance_usd_per_usd"] == pytest.approx(0, abs=1e-12)


def test_infinite_supply_leaves_nothing_to_break_even(economy: Economy) -> None:
    infinite = economy.with_overrides({"epsilon_supply_ind_jpn": float("inf")})
    with pytest.raises(RunError, match="capacity means nothing"):
        fund_break_even(infinite)
