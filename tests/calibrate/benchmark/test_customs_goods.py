"""Japan's goods and India's headings as statements on chapters, on cases whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.benchmark.customs_goods import _lasting, goods_statements, read_goods
from cepasim.calibrate.benchmark.evidence import read_settings
from cepasim.calibrate.benchmark.heading_trade import heading_floors, heading_statements
from cepasim.calibrate.benchmark.sources import FLOWS, FlowTables, read_flow

PARAMS = Path(__file__).parents[3] / "params"
SETTINGS = read_settings(PARAMS)


@pytest.fixture(scope="module", params=FLOWS)
def tables(request: pytest.FixtureRequest) -> FlowTables:
    return read_flow(PARAMS, request.param, SETTINGS)


def test_goods_do_not_overlap_and_add_up_to_the_flow() -> None:
    totals = {"export": 804.619682, "import": 2332.873095}  # yen bn, 2023-24
    for flow, yen in totals.items():
        goods = read_goods(PARAMS, flow)["April-March"].loc["2023-24"]
        assert goods.sum() == pytest.approx(1000 * yen / 144.5357, rel=1e-4)


def test_goods_valued_as_india_does_add_up_to_indias_total(tables: FlowTables) -> None:
    customs = tables.customs
    bare = replace(customs, log_ratio=0 * customs.log_ratio)
    found = goods_statements(bare, SETTINGS)
    assert sum(s.value for s in found) == pytest.approx(float(tables.totals["2023-24"]), rel=2e-3)
    assert (sum(s.coefficients[1] for s in found) <= 1 + 1e-6).all()
    assert not any(s.coefficients[0].any() for s in found)


def test_the_mirror_ratios_are_those_of_the_two_countries_totals() -> None:
    table = pd.read_csv(PARAMS / "benchmark" / "evidence" / "mirror_totals.csv")
    totals = pd.read_csv(PARAMS / "benchmark" / "evidence" / "totals.csv")
    india = totals.set_index(["flow", "fiscal_year"])["value"]
    for flow, year, stated in zip(table["flow"], table["fiscal_year"], table["value"], strict=True):
        if (flow, year) in india.index:
            japan = read_goods(PARAMS, flow)["April-March"].loc[year].sum()
            ratio = japan / india[flow, year]
            assert stated == pytest.approx(ratio if flow == "export" else 1 / ratio, abs=1e-4)
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()


def test_a_good_recorded_otherwise_for_good_keeps_its_ratio_and_a_wandering_one_does_not() -> None:
    ratio = pd.DataFrame({"lasting": [0.3, 0.31, 0.29, 0.3], "wandering": [0.4, -0.4, 0.5, -0.45]})
    found = _lasting(ratio)
    assert found["lasting"] > 0.2
    assert abs(found["wandering"]) < 0.002


def test_headings_and_what_the_others_were_worth_make_the_chapter() -> None:
    years = [f"{y}-{(y + 1) % 100:02d}" for y in range(2018, 2022)]
    chapters = pd.DataFrame({"84": 300.0, "85": 100.0}, index=years)
    totals = pd.Series(400.0, index=[*years, "2022-23", "2023-24"])
    listed = {"2019": 80.0, "2020": 80.0, "2021": 80.0, "2022": 130.0, "2023": 180.0}
    rows = [(year, "85", "8542", value) for year, value in listed.items()]
    headings = pd.DataFrame(rows, columns=["calendar_year", "hs", "heading", "value"])
    first, second = heading_statements(headings, chapters, totals, SETTINGS)
    # 150 in calendar 2022, a quarter of it known: 125 in the other three quarters.
    assert first.value == pytest.approx(150 - 25)
    assert second.value == pytest.approx(200)
    np.testing.assert_allclose(second.coefficients[:, 1], [0.25, 0.75])
    # What is reported is the least the chapter can be, whatever the other headings are worth.
    least, later = heading_floors(headings, chapters, SETTINGS)
    assert least.value == pytest.approx(130 - 25)
    np.testing.assert_allclose(least.coefficients[:, 1], [0.75, 0.0])
    assert later.value == pytest.approx(180)
    np.testing.assert_allclose(later.coefficients[:, 1], [0.25, 0.75])


def test_errors_are_measured_and_plausible(tables: FlowTables) -> None:
    large = tables.customs.goods.loc["2023-24"].nlargest(5).index
    assert (tables.customs.log_sd[large] > 0.02).all()
    assert (tables.customs.log_sd[large] < 0.35).all()
