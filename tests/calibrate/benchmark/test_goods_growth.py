"""Chapters moved with goods: known answers, and errors that are measured, not assumed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cepasim.calibrate.benchmark import goods_growth as growth
from cepasim.calibrate.benchmark.evidence import read_settings
from cepasim.calibrate.benchmark.growth_test import growth_test
from cepasim.calibrate.benchmark.sources import read_flow
from cepasim.calibrate.benchmark.statements import assemble

PARAMS = Path(__file__).parents[3] / "params"
SETTINGS = read_settings(PARAMS)


def test_each_part_of_a_chapter_grows_like_its_good_and_the_total_is_met() -> None:
    parts = pd.DataFrame({"machinery": [1.0, 0.5], "phones": [0.0, 0.5]}, index=["84", "85"])
    then = pd.Series({"machinery": 50.0, "phones": 10.0})
    now = pd.Series({"machinery": 50.0, "phones": 30.0})
    factor = growth.goods_growth(parts, then, now)
    assert factor.to_dict() == pytest.approx({"84": 1.0, "85": 2.0})
    base = pd.Series({"84": 100.0, "85": 100.0})
    assert growth.moved(base, factor, 150.0).to_dict() == pytest.approx({"84": 50.0, "85": 100.0})


def test_errors_of_calendar_years_are_not_taken_for_those_of_fiscal_years() -> None:
    """A calendar year mixes two fiscal years; its growth is smoother, and so is the error."""
    chapters = pd.DataFrame({"84": [100.0, 100.0]}, index=["2020-21", "2021-22"])
    found = {year: pd.Series({"84": 0.1}) for year in ("2017", "2018", "2019", "2020")}
    one = growth._measured(found, chapters, SETTINGS, 1)["84"]
    assert one == pytest.approx(0.1 / (0.75**2 + 0.25**2) ** 0.5)
    two = growth._measured(found, chapters, SETTINGS, 2)["84"]
    assert two == pytest.approx(0.1 / ((0.75**2 + 1 + 0.25**2) / 2) ** 0.5)


@pytest.mark.parametrize("flow", ["export", "import"])
def test_goods_tell_more_than_world_trade_where_customs_lists_the_good(flow: str) -> None:
    tables = read_flow(PARAMS, flow, SETTINGS)
    share = tables.chapters.iloc[-1] / tables.chapters.iloc[-1].sum()
    large = share[share > 0.02].index
    assert (tables.link.log_sd[large] < tables.drift.log_sd[large]).mean() > 0.8
    assert tables.link.goods_weight.between(0, 1).all()
    evidence = assemble(tables, SETTINGS)
    assert len(evidence.growth_source) == len(evidence.chapters)
    # The level of the goods is read once: the year before enters by its growth alone.
    goods = [s for s in evidence.statements if s.source.startswith("Japan's customs")]
    assert {s.source for s in goods} == {"Japan's customs 2023-24, by goods"}


@pytest.mark.parametrize("flow", ["export", "import"])
def test_the_error_claimed_holds_on_a_year_that_no_fit_has_seen(flow: str) -> None:
    found = growth_test(read_flow(PARAMS, flow, SETTINGS), SETTINGS)
    assert found.chapters >= 25
    assert 0.6 < found.in_standard_errors < 1.3
    assert found.log_error < found.log_error_of_world_trade
