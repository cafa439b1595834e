"""Request and offer lists by tariff line: what the model says of each line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim import Economy, InputError, Scenario, product_list, simulate
from cepasim.solution.solve import run
from cepasim.studies.advice.alone import Alone, Changes
from cepasim.studies.advice.columns import PRODUCT_LIST
from cepasim.studies.advice.line_list import LineList
from cepasim.studies.advice.list_text import list_text
from cepasim.studies.advice.sensitive import sensitivity
from cepasim.studies.advice.traded import Traded


@pytest.fixture(scope="module")
def japan(economy: Economy) -> LineList:
    return product_list(economy, "JPN")


@pytest.fixture(scope="module")
def india(economy: Economy) -> LineList:
    return product_list(economy, "IND")


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_a_line_gives_what_a_run_of_it_gives(economy: Economy, importer: str) -> None:
    lines = product_list(economy, importer, "2028-29").filter(ask="tariff")
    some = lines.only([*lines.codes[:2], lines.codes[40]])
    checked = some.checked().set_index("line")
    np.testing.assert_allclose(
        checked["listed_usd_mn"][:3], checked["model_usd_mn"][:3], rtol=1e-9, atol=1e-12
    )


def test_any_line_of_a_product_without_claims_becomes_its_best_line(japan: LineList) -> None:
    alternatives = japan.only(["640319010", "640319090", "040690090"])
    assert set(alternatives.table["basis"]) >= {"best line", "not used"}
    checked = alternatives.checked().set_index("line").drop("all together")
    assert (checked["listed_usd_mn"] > 0.1).all()
    np.testing.assert_allclose(checked["listed_usd_mn"], checked["model_usd_mn"], rtol=1e-9)


def test_products_as_markets_are_listed_as_the_model_has_them(
    economy: Economy, japan: LineList
) -> None:
    """A shoe competes with its like alone: it gains less than in its chapter, and near that."""
    fine = product_list(economy.refine(["64"]), "JPN")
    some = fine.only(["640319010", "640351021"])
    assert some.scenario().refine == ("64",)
    checked = some.checked().set_index("line").drop("all together")
    np.testing.assert_allclose(checked["listed_usd_mn"], checked["model_usd_mn"], rtol=1e-9)
    by_product, by_chapter = (
        one.table.set_index("line")[["gain_usd_mn", "grade_trade", "grade_gain"]]
        for one in (fine, japan)
    )
    shoes = by_chapter.index.str.startswith("64") & (by_chapter["gain_usd_mn"] > 0.1)
    ratio = (by_product["gain_usd_mn"] / by_chapter["gain_usd_mn"])[by_chapter.index[shoes]]
    assert ratio.min() > 0.7 and ratio.max() < 1.1 and ratio.mean() < 0.99
    others = ~by_chapter.index.str.startswith("64")
    pd.testing.assert_frame_equal(
        by_product.loc[by_chapter.index[others]], by_chapter[others], rtol=1e-9
    )


def test_losses_and_duty_are_those_of_a_run(economy: Economy, japan: LineList) -> None:
    line = japan.filter(ask="tariff").top(1)
    found = simulate(economy, line.scenario(), attribution=False)
    [row] = line.table.to_dict("records")
    totals = found.totals.set_index("fiscal_year").loc["2030-31"]
    reference = simulate(economy, Scenario(name="none", horizon="2030-31"), attribution=False)
    before = reference.totals.set_index("fiscal_year").loc["2030-31"]
    assert row["revenue_usd_mn"] == pytest.approx(
        totals["duty_japan_usd_mn"] - before["duty_japan_usd_mn"], rel=1e-6
    )
    assert row["imports_usd_mn"] == pytest.approx(
        totals["imports_usd_mn"] - totals["baseline_imports_usd_mn"], rel=1e-6
    )


def test_ask_of_whole_products_is_a_run_of_the_product(economy: Economy) -> None:
    alone = Alone(economy, "JPN", "2026-27", "2028-29")
    products = alone.market.schedule.products
    hs = "720230"
    place = np.flatnonzero(products == hs)
    paid, collected = alone.tariffs(alone.rates, 0.0)
    eased = Changes(place, paid[place], collected[place], alone.barrier[place])
    lever = {"origin": {"importer": "JPN", "select": {"hs": [hs]}, "cost_cut_percent": 100}}
    lever["origin"]["start"] = "2026-27"
    scenario = Scenario.from_dict({"name": "x", "horizon": "2028-29", "levers": [lever]})
    solved = run(economy, scenario, attribution=False)
    model = (solved.outcome.exports - solved.reference.exports).sum(axis=1)[3:]
    assert model[-1] > 0.1
    np.testing.assert_allclose(alone.solve(eased).sales[:, 0], model, rtol=1e-9)


@pytest.mark.parametrize(("importer", "hs"), [("JPN", "64"), ("JPN", "20"), ("IND", "87")])
def test_lines_of_a_chapter_add_up_to_its_run_within_the_gap_that_is_printed(
    economy: Economy, japan: LineList, india: LineList, importer: str, hs: str
) -> None:
    lines = (japan if importer == "JPN" else india).filter(ask="tariff", hs=hs)
    lever = {"tariff": {"importer": importer, "select": {"hs": [hs]}, "cut": "eliminate"}}
    lever["tariff"]["start"] = "2026-27"
    scenario = Scenario.from_dict({"name": hs, "horizon": "2030-31", "levers": [lever]})
    totals = simulate(economy, scenario, attribution=False).totals.iloc[-1]
    flow = "exports" if importer == "JPN" else "imports"
    whole = totals[f"{flow}_usd_mn"] - totals[f"baseline_{flow}_usd_mn"]
    together = lines.only(lines.codes)._run()
    assert together == pytest.approx(whole, rel=1e-9)
    # Lines of a chapter compete (the sum is too large), and a product of which every line is freed
    # gains more than twice what half of it does (too small).
    # Lines of one product without claims are alternatives: each has the product's gain.
    once = lines.table[lines.table["basis"] != "not used"]
    gap = once["gain_usd_mn"].sum() / whole - 1
    assert abs(gap) < 0.35
    few = lines.top(3).checked().iloc[-1]
    assert few["gap_percent"] == pytest.approx(
        100 * (few["listed_usd_mn"] / lines.top(3)._run() - 1)
    )


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_the_rank_does_not_depend_on_the_unit(
    economy: Economy, importer: str, japan: LineList, india: LineList
) -> None:
    table = (japan if importer == "JPN" else india).table
    market = economy.markets[importer]
    frame = table.set_index("line").reindex(market.schedule.lines.tolist()).reset_index()
    in_thousands = frame.assign(
        **{name: 1000 * frame[name] for name in frame.columns if name.endswith("_usd_mn")}
    )
    traded = Traded.of(market)
    (points, reasons), (others, same) = (
        sensitivity(economy, market, traded, one) for one in (frame, in_thousands)
    )
    np.testing.assert_allclose(points, others)
    assert reasons.equals(same)
    score = in_thousands["gain_usd_mn"] / others
    ranked = score.rank(ascending=False).dropna().to_numpy()
    expected = frame["score"].rank(ascending=False).dropna().to_numpy()
    assert np.abs(ranked - expected).max() <= 5  # ties broken by rounding


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_every_value_has_a_grade(importer: str, japan: LineList, india: LineList) -> None:
    table = (japan if importer == "JPN" else india).table
    assert tuple(table.columns) == PRODUCT_LIST.names
    for column in ("grade_rate", "grade_trade", "grade_gain", "grade_sensitivity"):
        assert set(table[column]) <= set("ABCD")
    # What rests on an assumption names it.
    assert (table.loc[table["grade_gain"] == "D", "rests_on"] != "").all()
    assert (table["grade_trade"] <= table["grade_gain"]).all()


def test_a_line_that_a_rule_chose_says_so(japan: LineList) -> None:
    table = japan.table.set_index("line")
    shoes = table.loc["640319010"]  # the largest request: no line of 6403.19 can be claimed
    assert shoes["basis"] == "best line" and shoes["grade_trade"] == "D"
    assert "which line of the product is used" in shoes["rests_on"]
    seen = table[(table["basis"] == "only line") & (table["grade_trade"] == "A")]
    assert not seen["rests_on"].str.contains("which line").any()
    assert "640319010. Nobody can claim" in list_text(japan.filter(ask="tariff", hs="640319"), 1)


def test_who_is_on_which_list(economy: Economy, japan: LineList, india: LineList) -> None:
    table = japan.table
    pays = table[table["ask"] == "tariff"]
    assert (pays["rate_percent"] > 0).all()
    assert (table.loc[table["ask"] == "origin", "rate_percent"] == 0).all()
    assert set(india.table["ask"]) == {"tariff"}
    assert set(india.table["category"]) == {"X", "partial"}
    # A duty that is not known has no rank, and is listed all the same.
    unknown = table[table["ask"] == ""]
    assert len(unknown) and unknown[["rank", "gain_usd_mn"]].isna().all(axis=None)
    assert table["rank"].dropna().is_monotonic_increasing
    market = economy.markets["JPN"]
    due = np.nan_to_num(market.schedule.rates.of("IND")[1]) > 0
    assert set(pays["line"]) == set(market.schedule.lines[due].tolist())


def test_the_best_rival_is_the_lowest_rate(japan: LineList) -> None:
    some = japan.filter(ask="tariff").top(30)
    rates = some.rival_rates().drop(columns="line")
    table = some.table
    assert (table["rival_percent"] >= rates.min(axis=1) - 1e-9).all()
    for row, rival in enumerate(table["best_rival"]):
        assert rates[rival][row] == pytest.approx(table["rival_percent"][row])


def test_gains_by_year_grow_with_the_lag(japan: LineList) -> None:
    years = japan.filter(ask="tariff").top(5).by_year
    assert list(years.columns) == ["2026-27", "2027-28", "2028-29", "2029-30", "2030-31"]
    assert (years.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    np.testing.assert_allclose(
        years["2030-31"], japan.filter(ask="tariff").top(5).table["gain_usd_mn"]
    )


def test_a_named_list_is_saved_and_read_again(
    economy: Economy, japan: LineList, tmp_path: Path
) -> None:
    kept = japan.filter(ask="tariff", section="XII").top(4)
    kept.save(tmp_path / "sensitive.yaml", "sensitive")
    again = product_list(economy, "JPN", lines=tmp_path / "sensitive.yaml")
    pd.testing.assert_frame_equal(again.table, kept.table)
    with pytest.raises(InputError, match="importer"):
        product_list(economy, "IND", lines=tmp_path / "sensitive.yaml")
    with pytest.raises(InputError, match="a line on the list"):
        japan.only(["640319010", "123"])


def test_a_lever_needs_one_ask(japan: LineList) -> None:
    lever = japan.lever(["640319010"], years=5, cut={"percent": 50})
    assert lever["tariff"]["select"] == {"hs": ["640319010"]}
    assert lever["tariff"]["years"] == 5 and lever["tariff"]["cut"] == {"percent": 50}
    with pytest.raises(InputError, match="one of"):
        japan.lever()
    assert list(japan.lever(ask="barrier")) == ["ntb"]


def test_all_lines_of_a_list_make_a_scenario(india: LineList, japan: LineList) -> None:
    for lines in (india, japan.top(200)):
        assert len(lines.scenario().levers) == len(set(lines.table["ask"]) - {""})


def test_conditions_that_do_not_exist_are_refused(economy: Economy, japan: LineList) -> None:
    for wrong in ({"ask": "quota"}, {"section": "XXX"}):
        with pytest.raises(InputError):
            japan.filter(**wrong)
    for wrong in ({"importer": "CHN"}, {"year": "2025-26"}, {"year": "soon"}):
        with pytest.raises(InputError):
            product_list(economy, **wrong)


def test_a_workbook_says_what_its_columns_are(japan: LineList, tmp_path: Path) -> None:
    japan.top(3).write(tmp_path / "out")
    book = pd.read_excel(tmp_path / "out" / "lines.xlsx", sheet_name=None, dtype={"line": str})
    assert list(book) == ["lines", "by year", "rival rates", "columns"]
    assert list(book["columns"]["column"]) == list(PRODUCT_LIST.names)
    assert tuple(book["lines"]["line"]) == japan.top(3).codes
