"""Every tariff line, looked up: rates as in the schedule, trade that adds up, levers that run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.studies.advice.traded import base_trade
from cepasim.studies.tariff_lines import LINES, TariffLines, tariff_lines


@pytest.fixture(scope="module")
def japan(economy: Economy) -> TariffLines:
    return tariff_lines(economy, "JPN")


@pytest.fixture(scope="module")
def india(economy: Economy) -> TariffLines:
    return tariff_lines(economy, "IND")


def test_every_line_of_the_published_schedule_is_there(
    economy: Economy, japan: TariffLines
) -> None:
    published = economy.parameters.table("tariffs/japan_lines")
    published = published[published["season"] == "all"].drop_duplicates("hs9").set_index("hs9")
    table = japan.table.set_index("line")
    assert tuple(japan.table) == LINES.names
    assert set(published.index) <= set(table.index)
    same = published["IND"].dropna()
    np.testing.assert_allclose(table.loc[same.index, "rate_percent"], same, atol=1e-9)


def test_trade_on_lines_adds_up_to_what_is_sold(economy: Economy, india: TariffLines) -> None:
    market = economy.by_chapter.markets["IND"]
    assert india.table["trade_usd_mn"].sum() == pytest.approx(base_trade(market).sum(), rel=1e-3)


def test_codes_and_words_find_a_line_at_once(
    japan: TariffLines, india: TariffLines, calls_of: Callable[..., int]
) -> None:
    japan.search("x"), india.search("x")  # words of all lines are put together once
    by_code, by_words = japan.search("6403.19"), india.search("84 footwear", category="free")
    # At once: what is called does not grow with the lines, of which there are some ten thousand.
    assert calls_of(lambda: japan.search("6403.19")) < 9_000
    assert set(by_code["line"].str.startswith("640319")) == {True}
    assert set(by_words["line"].str.startswith("84")) == {True}
    assert by_words["description"].str.contains("footwear").any()
    assert japan.search("6403")["trade_usd_mn"].is_monotonic_decreasing
    assert japan.search("no such goods").empty
    with pytest.raises(InputError, match="column"):
        japan.search("", colour="red")


def test_a_line_says_whether_it_counts_and_why_not(japan: TariffLines, india: TariffLines) -> None:
    table = japan.table
    unknown = table["rate_percent"].isna()
    assert set(table.loc[unknown, "counted"]) == {"no"}
    assert (table.loc[table["counted"] != "yes", "why"] != "").all()
    car = india.row("87039000")
    assert (car["counted"], car["rate_percent"]) == ("part", 125.0)
    assert "lets almost nothing through" in car["why"]
    # Sports shoes pay 27 % and nothing is special about them.
    assert list(japan.row("640319010")[["counted", "why", "category"]]) == ["yes", "", "X"]


def test_rates_of_a_line_name_every_source(japan: TariffLines) -> None:
    rates = japan.rates("640319010").set_index("source")
    assert rates.loc["IND", "rate_percent"] == 27.0
    assert rates.loc["IND", "name"] == "India" and rates.loc["CHN", "name"].startswith("China")
    assert rates["rate_percent"].is_monotonic_increasing
    with pytest.raises(InputError, match="640319010"):
        japan.rates("640319011")


@pytest.mark.parametrize("ask", ["tariff", "origin", "barrier"])
def test_a_line_becomes_a_lever_that_a_scenario_takes(japan: TariffLines, ask: str) -> None:
    lever = japan.lever("640319010", ask)
    scenario = Scenario.from_dict({"name": "line", "levers": [lever]}, japan.economy.classification)
    [asked] = scenario.levers
    assert asked.kind in {"tariff", "origin", "ntb"}
    assert asked.select["hs"] == ("640319010" if ask == "tariff" else "640319",)


def test_a_line_that_no_lever_can_select_is_refused(india: TariffLines) -> None:
    strange = india.table[india.table["why"].str.startswith("a code of the schedule")]
    with pytest.raises(InputError, match="lever"):
        india.lever(strange["line"].iloc[0])


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    done = CliRunner().invoke(app, ["lines", "JPN", "6403", "--top", "3", "--out", str(out)])
    assert done.exit_code == 0 and "640319010" in done.output
    written = pd.read_csv(out, dtype={"line": str})
    assert tuple(written) == LINES.names and "640319010" in set(written["line"])
    assert CliRunner().invoke(app, ["lines", "JPN", "--out", str(tmp_path)]).exit_code == 2
