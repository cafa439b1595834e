"""Concentration of trade on few products, as Tables 4.6 and 4.7 measure it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.tables.concentration import COLUMNS, MEASURES, compare_basket, concentration


def test_concentration_by_hand() -> None:
    found = concentration(np.array([10.0, 50, 20, 15, 5, 0]))
    assert found == {
        "top_3": pytest.approx(85),
        "top_5": pytest.approx(100),
        "top_10": pytest.approx(100),
        "hhi": pytest.approx(2500 + 400 + 225 + 100 + 25),
    }


def test_the_bounds_of_the_index() -> None:
    assert concentration(np.array([0.0, 7.0]))["hhi"] == pytest.approx(10_000)
    assert concentration(np.ones(80))["hhi"] == pytest.approx(10_000 / 80)
    assert all(np.isnan(value) for value in concentration(np.zeros(5)).values())


def test_the_unit_and_the_order_do_not_matter() -> None:
    values = np.random.default_rng(1).lognormal(size=80)
    again = concentration(1000 * values[::-1])
    assert again == pytest.approx(concentration(values))


def test_a_result_has_every_measure_of_every_year(result: Result) -> None:
    table = result.basket
    assert tuple(table.columns) == COLUMNS
    assert len(table) == len(result.fiscal_years) * 2 * len(MEASURES)
    row = table[(table.flow == "export") & (table.measure == "top_3")].iloc[0]
    # 400, 300 and 100 of 850; in the scenario 410, 300, 100 of 865.5.
    assert row["baseline"] == pytest.approx(100 * 800 / 850)
    assert row["scenario"] == pytest.approx(100 * 810 / 865.5)


def test_it_is_written_with_the_other_tables(result: Result, tmp_path: Path) -> None:
    result.to_csv(tmp_path / "out")
    back = pd.read_csv(tmp_path / "out" / "basket.csv")
    pd.testing.assert_frame_equal(back, result.basket, check_dtype=False)
    assert "basket" in result.document()


def test_diversification_lowers_the_index(economy: Economy) -> None:
    lever = {
        "ntb": {
            "importer": "JPN",
            "type": "all",
            "select": {"hs": ["29"]},
            "relief_percent": 100,
            "start": "2026-27",
        }
    }
    scenario = Scenario.from_dict({"name": "x", "levers": [lever], "time": "long_run"})
    table = cepasim.simulate(economy, scenario).basket.set_index(["flow", "measure"])
    # More of the largest chapter: more concentrated; and the reference is the benchmark.
    assert table.loc[("export", "hhi"), "scenario"] > table.loc[("export", "hhi"), "baseline"]
    values = economy.bilateral[economy.bilateral.flow == "export"]["value"].to_numpy(float)
    assert table.loc[("export", "hhi"), "baseline"] == pytest.approx(concentration(values)["hhi"])


def test_the_benchmark_stands_near_the_tables_and_their_slips_are_told(economy: Economy) -> None:
    table = compare_basket(economy).set_index(["flow", "measure"])
    assert table.loc[("import", "top_10"), "printed"] == 83.1
    assert table.loc[("export", "hhi"), "printed"] == 668
    assert table.loc["export", "table"].unique().tolist() == ["Table 4.7"]
    np.testing.assert_allclose(
        table["difference"].astype(float), table["benchmark"] - table["printed"]
    )
    shares = table.drop(index=[("export", "hhi"), ("import", "hhi")])
    assert shares["difference"].abs().max() < 5  # percentage points, two sources
    # The ten shares of Table 4.7 add to two points less than the top 10 it prints.
    assert table.loc[("export", "top_10"), "sum_of_shares"] == pytest.approx(69.1)
    assert "add to 69.1, not to its 71.1" in table.loc[("export", "top_10"), "note"]
    assert "add to 83.2, not to its 83.1" in table.loc[("import", "top_10"), "note"]
    assert table.loc[("export", "top_3"), "note"] == ""
