"""Rates under the CEPA by year: the staging rule, and the ends that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.backcast import tariff_history as history
from cepasim.core.countries import PARTNER
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.params.parameters import bundled_directory

RULE = history.Staging(
    immediate=0.25, instalments=11.0, instalments_b15=16.0, months_first_year=8.0
)


@pytest.fixture(scope="module")
def stored(economy: Economy) -> pd.DataFrame:
    return economy.parameters.table("history/cepa_rates")


@pytest.fixture(scope="module")
def wide(stored: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Year by chapter for each importer and column."""
    return {
        f"{importer} {column}": rows.pivot(index="fiscal_year", columns="hs", values=column)
        for importer, rows in stored.groupby("importer")
        for column in ("value", "mfn", "low", "high", "alike", "mfn_alike")
    }


@pytest.mark.parametrize(
    ("year", "instalments", "left"),
    [
        (2010, 11, 1.0),
        (2012, 11, 9 / 11),  # j = 2 from 1 April 2012
        (2020, 11, 1 / 11),
        (2021, 11, 0.0),  # B10 ended on 1 April 2021
        (2023, 16, 3 / 16),  # B15: three instalments left
        (2026, 16, 0.0),
        (2012, 1, 0.0),
        # Four months at the base rate, eight after the first cut (27.3 % of a base of 30 %).
        (2011, 11, (4 + 8 * 10 / 11) / 12),
        (2011, 1, 4 / 12),
    ],
)
def test_share_of_the_base_rate_left(year: int, instalments: float, left: float) -> None:
    assert RULE.left(year, instalments) == pytest.approx(left, abs=1e-12)


def test_the_committed_table_is_what_the_program_gives(economy: Economy) -> None:
    text = (bundled_directory() / history.OUTPUT).read_text(encoding="utf-8")
    assert text == history.as_csv(history.cepa_rates(economy.parameters))


def test_every_chapter_and_year_is_there_once(stored: pd.DataFrame, economy: Economy) -> None:
    assert len(stored) == 2 * len(economy.chapters) * 14
    assert not stored.duplicated(["importer", "hs", "fiscal_year"]).any()
    assert (stored["fiscal_year"].min(), stored["fiscal_year"].max()) == ("2010-11", "2023-24")


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_mfn_before_the_agreement_and_falling_after(
    wide: dict[str, pd.DataFrame], importer: str
) -> None:
    for value, mfn in (("value", "mfn"), ("alike", "mfn_alike")):
        rate = wide[f"{importer} {value}"]
        np.testing.assert_allclose(rate.loc["2010-11"], wide[f"{importer} {mfn}"].loc["2010-11"])
    for column in ("value", "low", "high", "alike"):
        assert (np.diff(wide[f"{importer} {column}"], axis=0) <= 1e-9).all()
    assert (wide[f"{importer} low"] <= wide[f"{importer} value"] + 1e-9).all(axis=None)
    assert (wide[f"{importer} value"] <= wide[f"{importer} high"] + 1e-9).all(axis=None)
    assert (wide[f"{importer} value"] <= wide[f"{importer} mfn"] + 1e-9).all(axis=None)


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_the_last_year_is_the_schedule_of_the_benchmark(
    wide: dict[str, pd.DataFrame], economy: Economy, importer: str
) -> None:
    # History is at the best line in Japan: no weight depends on trade.
    schedule = Economy.build(economy.parameters, "best").markets[importer].schedule
    source = PARTNER[importer]
    rates = schedule.product_rates(schedule.line_rates(source, np.array([2023])), source)[0]
    known = ~np.isnan(schedule.product_mfn(source))
    mean = pd.Series(100 * rates[known]).groupby(schedule.chapter[known]).mean()
    last = wide[f"{importer} value"].loc["2023-24"].to_numpy()
    np.testing.assert_allclose(last[mean.index], mean, atol=1e-4)


def test_clothing_fell_at_once_in_japan_and_in_ten_years_in_india(
    wide: dict[str, pd.DataFrame],
) -> None:
    japan, india = wide["JPN value"]["61"], wide["IND value"]["61"]
    assert japan["2010-11"] > 8 and japan["2012-13"] < 1
    assert india["2010-11"] > 15 and india["2015-16"] > 5
    assert india["2020-21"] > 0 and india["2021-22"] == 0


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_excluded_lines_stay_at_the_mfn_rate(economy: Economy, importer: str) -> None:
    schedule = economy.markets[importer].schedule
    outside = np.isin(schedule.category, ["X", "mfn_free"]) & ~np.isnan(schedule.mfn)
    assert outside.sum() > 700
    nothing = np.full(len(schedule.lines), np.nan)
    for path in history.line_paths(schedule, RULE, nothing, np.array([2010, 2015, 2023])):
        np.testing.assert_array_equal(
            path[:, outside], np.repeat(schedule.mfn[outside][None], 3, axis=0)
        )


def test_staging_uses_the_published_shares(economy: Economy) -> None:
    schedule = economy.markets["IND"].schedule
    rule = history.staging(economy.parameters, schedule, np.zeros(len(schedule.lines), dtype=bool))
    # 17.4 % of all lines at once and 66.32 % in ten years, less the lines that pay nothing anyway.
    listed = schedule.category[schedule.category != NO_LINE]
    free = 100 * float((listed == "mfn_free").mean())
    assert 2.0 < free < 4.0
    assert rule.immediate == pytest.approx((17.4 - free) / (17.4 + 66.32 - free), abs=0.002)
    assert (rule.instalments, rule.instalments_b15) == (11, 16)


def test_b15_lines_take_sixteen_cuts(economy: Economy) -> None:
    schedule = economy.markets["JPN"].schedule
    line = np.flatnonzero(schedule.lines == "090230090")  # black tea, 17 %, last step 1.1 %
    step = np.full(len(schedule.lines), np.nan)
    step[line] = 0.011
    years = np.array([2010, 2012, 2022, 2023])
    for path in history.line_paths(schedule, RULE, step, years):
        np.testing.assert_allclose(
            path[:, line[0]], [0.17, 14 * 0.011, 4 * 0.011, 3 * 0.011], atol=1e-12
        )


def test_range_of_indias_rates_is_that_of_its_book(economy: Economy) -> None:
    low, high = history._mfn_range(economy.parameters, economy.markets["IND"].schedule)
    read = np.isclose(low, 0.9) & np.isclose(high, 1.05)
    assert read.mean() > 0.9
    assert (low[~read] < 0.9).all() and (high[~read] > 1.05).all()
    for end in history._mfn_range(economy.parameters, economy.markets["JPN"].schedule):
        np.testing.assert_array_equal(end, 1.0)


def test_lines_without_a_rate_stay_without(economy: Economy) -> None:
    schedule = economy.markets["JPN"].schedule
    nothing = np.full(len(schedule.lines), np.nan)
    value, _, _ = history.line_paths(schedule, RULE, nothing, np.array([2010, 2023]))
    unknown = np.isnan(schedule.mfn)
    assert np.isnan(value[:, unknown & (schedule.category == "X")]).all()
    assert unknown[schedule.category == NO_LINE].all()


def test_the_program_writes_the_file(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, economy: Economy
) -> None:
    monkeypatch.setattr(history, "load_parameters", lambda: economy.parameters)
    table = economy.parameters.table("history/cepa_rates")[["hs", "value"]]
    monkeypatch.setattr(history, "cepa_rates", lambda _: table)
    assert history.main(["--out", str(tmp_path)]) == 0
    written = pd.read_csv(f"{tmp_path}/{history.OUTPUT}", dtype={"hs": str})
    np.testing.assert_allclose(written["value"], table["value"], atol=1e-4)
