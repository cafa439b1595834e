"""Chapters of other years from Japan's goods, against chapters that are published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.benchmark.customs_chapters import (
    above_floors,
    customs_by_chapter,
    customs_by_good,
)
from cepasim.core.problems import InputError

PARAMS = Path(__file__).parents[3] / "params"


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.read_csv(PARAMS / "reference" / "customs_goods_by_chapter.csv", dtype={"hs": str})


def test_known_chapters_are_kept_and_no_chapter_is_below_its_floor() -> None:
    moved = pd.Series({"01": 10.0, "02": 10.0, "03": 20.0, "04": 60.0})
    found = above_floors(moved, pd.Series({"02": 25.0}), pd.Series({"01": 5.0}))
    assert found.to_dict() == pytest.approx({"01": 5.0, "02": 25.0, "03": 17.5, "04": 52.5})
    with pytest.raises(InputError):
        above_floors(moved, pd.Series({"02": 25.0}), pd.Series({"01": 150.0}))


@pytest.mark.slow(seconds=1)
def test_stored_tables_are_those_of_the_stored_benchmark(stored: pd.DataFrame) -> None:
    found = customs_by_chapter(PARAMS)
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(stored[column], found[column], rtol=1e-4, atol=1e-4)
    goods = pd.read_csv(PARAMS / "reference" / "customs_goods.csv")
    np.testing.assert_allclose(goods["value"], customs_by_good(PARAMS)["value"], rtol=1e-9)


def test_every_flow_of_a_year_sums_to_indias_total(stored: pd.DataFrame) -> None:
    sums = stored.groupby(["fiscal_year", "flow"])["value"].sum()
    assert sums["2024-25", "export"] == pytest.approx(6250, abs=1e-3)
    assert sums["2024-25", "import"] == pytest.approx(18920, abs=1e-3)
    assert sums["2023-24", "export"] == pytest.approx(5150, abs=1e-3)


def test_the_benchmark_year_is_the_benchmark(stored: pd.DataFrame) -> None:
    table = pd.read_csv(PARAMS / "benchmark" / "bilateral.csv", dtype={"hs": str})
    base = stored[stored["fiscal_year"] == "2023-24"].set_index(["flow", "hs"])["value"]
    known = table.set_index(["flow", "hs"])["value"]
    np.testing.assert_allclose(base, known.reindex(base.index), rtol=1e-6, atol=1e-6)


def test_the_published_chapters_of_2021_22_lie_in_most_of_the_ranges(stored: pd.DataFrame) -> None:
    published = pd.read_csv(PARAMS / "benchmark" / "evidence" / "chapters.csv", dtype={"hs": str})
    year = published[published["fiscal_year"] == "2021-22"].set_index(["flow", "hs"])["value"]
    told = stored[stored["fiscal_year"] == "2021-22"].set_index(["flow", "hs"])
    told = told.assign(known=year).dropna()
    large = told[told["known"] > 50]
    inside = (large["low"] <= large["known"]) & (large["known"] <= large["high"])
    assert len(large) > 40
    assert inside.mean() > 0.75


def test_cars_and_telephones_are_in_2024_25(stored: pd.DataFrame) -> None:
    one = stored.set_index(["fiscal_year", "flow", "hs"])["value"]
    assert one["2024-25", "export", "87"] > 1.9 * one["2023-24", "export", "87"]
    assert one["2024-25", "export", "85"] > 1.15 * one["2023-24", "export", "85"]
