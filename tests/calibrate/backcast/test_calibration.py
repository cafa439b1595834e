"""The calibration tests of the user, as one table against ``bounds.yaml``.

The bounds were written before the first scored run. One that is missed is listed in ``missed.yaml``
with the reason: its test must fail, and tells when it no longer does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.bounds import (
    against_bounds,
    measured_scores,
    meets,
    missed_reasons,
    read_bounds,
)
from cepasim.calibrate.backcast.decompose import Decomposition
from cepasim.calibrate.backcast.forecasts import STRICT, strict_driver
from cepasim.calibrate.backcast.history import FLOWS, START, position, read_history, totals_check
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.equilibrium import solve_market

BOUNDS = read_bounds(Path(__file__).with_name("bounds.yaml"))
MISSED = missed_reasons()
SCORED = ("judged_totals", "judged_sections", "judged_chapters", "coverage")
ROWS = [
    pytest.param(
        section,
        name,
        id=f"{section}-{name}",
        marks=[pytest.mark.xfail(strict=True, reason=MISSED[section, name])]
        if (section, name) in MISSED
        else [],
    )
    for section in SCORED
    for name in BOUNDS[section]
]


@pytest.fixture(scope="module")
def report(calibrated: Calibration) -> Backcast:
    return calibrated.backcast


@pytest.fixture(scope="module")
def decomposition(calibrated: Calibration) -> Decomposition:
    return calibrated.decomposition


# --- benchmark and totals -------------------------------------------------------------------


@pytest.mark.parametrize("flow", FLOWS)
def test_benchmark_has_the_published_total(economy: Economy, flow: str) -> None:
    trade = economy.bilateral
    total = trade.loc[trade["flow"] == flow, "value"].sum()
    assert meets(total, BOUNDS["benchmark"][f"{flow}s_usd_mn"])


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_benchmark_is_replicated(economy: Economy, importer: str) -> None:
    market = economy.markets[importer]
    solved = solve_market(
        market.import_shares,
        market.domestic_share,
        1.0,
        market.sigma_import,
        market.sigma_domestic,
        market.eta,
        market.supply,
        market.supply_domestic,
    )
    moved = np.abs(solved.value - 1).max()
    assert meets(float(moved), BOUNDS["benchmark"]["zero_shock_change"])


def test_chapters_sum_to_the_published_totals(economy: Economy) -> None:
    check = totals_check(read_history(economy))
    assert len(check) == 18
    for row in check.itertuples(index=False):
        bound = BOUNDS["history"].get(f"{row.flow}_{row.fiscal_year}", BOUNDS["history"][row.flow])
        assert meets(abs(row.gap_pct) / 100, bound), row


# --- backcast -------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "name"), ROWS)
def test_score_meets_its_bound(report: Backcast, section: str, name: str) -> None:
    measured = measured_scores(report)[section, name]
    assert meets(measured, BOUNDS[section][name]), f"{measured:.3f}: {BOUNDS[section][name]}"


def test_every_bound_is_measured_and_every_miss_is_a_bound(report: Backcast) -> None:
    table = against_bounds(report, BOUNDS, MISSED)
    rows = set(zip(table["section"], table["name"], strict=True))
    assert rows == {(s, n) for s in SCORED for n in BOUNDS[s]}
    assert set(MISSED) <= rows
    missed = table[~table["met"]]
    assert set(zip(missed["section"], missed["name"], strict=True)) == set(MISSED)
    assert missed["why_missed"].str.len().gt(20).all()
    assert table.loc[table["met"], "why_missed"].eq("").all()


def test_figures_in_the_reasons_are_those_of_the_report(report: Backcast) -> None:
    """The reasons of `missed.yaml` name figures; they must not outlive them."""
    constant = report.score_of("total", "import", "constant share 2013-14")["wape"]
    assert f"misses by {100 * constant:.0f} %" in MISSED["judged_totals", "import_wape"]
    without = report.score_of("total without hard cases", "export")["bias"]
    assert f"without 27 the bias is {100 * without:.0f} %" in MISSED["judged_totals", "export_bias"]
    s = report.section_scores.set_index(["flow", "section"])
    high = 1 + s.loc[("export", "V"), "bias"]
    assert f"{high:.1f} times as high" in MISSED["judged_sections", "export_wape"]
    for section in ("VI", "XV", "XVI"):
        assert s.loc[("export", section), "bias"] < 0, section
    assert s.loc[("import", "XVI"), "bias"] > 0.5
    p = report.predictions[report.predictions["fiscal_year"] > "2018-19"].dropna()
    mean = p.groupby(["flow", "hs"])[["predicted_usd_mn", "actual_usd_mn"]].mean()
    ratio = mean["predicted_usd_mn"] / mean["actual_usd_mn"]
    twice = ratio["import"][["72", "84", "85"]]
    ends = f"{twice.min():.1f} to {twice.max():.1f} times as high"
    assert ends in MISSED["judged_chapters", "import_wape"]
    too_high = 100 * report.score_of("total", "import")["bias"]
    too_low = -100 * report.score_of("total", "import", "no change 2013-14")["bias"]
    said = MISSED["judged_totals", "import_u_no_change_2013-14"]
    assert f"{too_high:.0f} % too high" in said and f"{too_low:.0f} % too low" in said
    assert ratio["export"]["27"] > 1 > ratio["export"][["29", "76", "84", "85"]].max()


def test_backcast_covers_what_it_says(report: Backcast, economy: Economy) -> None:
    p = report.predictions
    assert p.shape[0] == 2 * 11 * len(economy.chapters)
    known = p[p["actual_usd_mn"].notna()]["fiscal_year"].unique()
    assert (known[0], known[-1]) == ("2013-14", "2021-22")
    assert report.totals["actual_usd_mn"].notna().all()
    start = p[p["fiscal_year"] == "2013-14"]
    np.testing.assert_allclose(start["predicted_usd_mn"], start["actual_usd_mn"], rtol=1e-9)
    assert (p["low_usd_mn"] <= p["predicted_usd_mn"] + 1e-9).all()
    assert (p["high_usd_mn"] >= p["predicted_usd_mn"] - 1e-9).all()


def test_ranges_of_the_figures_are_part_of_the_band(report: Backcast) -> None:
    for table in (report.predictions, report.totals):
        later = table[(table["fiscal_year"] != "2013-14") & (table["predicted_usd_mn"] > 0)]
        assert (later["figures_low_usd_mn"] < later["figures_high_usd_mn"]).mean() > 0.9
    # Figures err in sums less than what is not in the model does.
    totals = report.totals[report.totals["fiscal_year"] == "2023-24"]
    assert (totals["low_usd_mn"] < totals["figures_low_usd_mn"]).all()
    assert (totals["high_usd_mn"] > totals["figures_high_usd_mn"]).all()
    covered = report.coverage
    assert (covered["share_inside_figures"] <= covered["share_inside"]).all()


def test_draws_move_what_the_economy_lends_to_history(economy: Economy) -> None:
    history = read_history(economy)
    flows = drivers.inputs(economy, history)
    uncertainty = Uncertainty.of(economy)
    same = drivers.under(economy, history, flows)
    drawn = drivers.under(
        uncertainty.economy(economy, uncertainty.scores(3, 4, 1)[0]), history, flows
    )
    for flow in flows:
        np.testing.assert_array_equal(same[flow].sigma_import, flows[flow].sigma_import)
        assert (drawn[flow].sigma_import != flows[flow].sigma_import).all()
        assert (drawn[flow].tariff != flows[flow].tariff).any()
        np.testing.assert_array_equal(drawn[flow].price_level, flows[flow].price_level)


# --- leakage --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def disturbed(
    economy: Economy, tmp_path_factory: pytest.TempPathFactory, report: Backcast
) -> Backcast:
    """The backcast on a history whose trade with Japan was disturbed after the base year."""
    folder = tmp_path_factory.mktemp("disturbed")
    (folder / "history").mkdir()
    read = economy.parameters.table
    rng = np.random.default_rng(7)
    trade = read("history/bilateral")
    later = trade["fiscal_year"] > "2013-14"
    factor = np.where(later, rng.uniform(0.2, 5.0, len(trade)), 1.0)
    trade["value"] = (trade["value"] * factor).round(2)
    trade["low"] = trade["high"] = trade["value"]
    keys = ["fiscal_year", "flow", "hs"]
    before = read("history/bilateral").set_index(keys)["value"]
    change = trade.set_index(keys)["value"] - before
    partners = read("history/by_partner").set_index(keys)
    partners["JPN"] = partners["JPN"].add(change, fill_value=0.0).where(partners["JPN"].notna())
    world = read("history/world")
    moved = change.reindex(pd.MultiIndex.from_frame(world[keys])).fillna(0.0).to_numpy()
    world["value"] = (world["value"] + moved).clip(lower=0.0)
    world["low"] = world["high"] = world["value"]
    totals = read("history/totals")
    after = totals["fiscal_year"] > "2013-14"
    totals.loc[after, "value"] *= 3
    totals["low"] = totals["high"] = totals["value"]
    tables = {
        "bilateral": trade,
        "by_partner": partners.reset_index()[list(read("history/by_partner").columns)],
        "world": world,
        "totals": totals,
    }
    for name, table in tables.items():
        table.to_csv(folder / "history" / f"{name}.csv", index=False)
    other = cepasim.backcast(cepasim.load(folder))
    assert not other.totals["actual_usd_mn"].equals(report.totals["actual_usd_mn"])
    return other


@pytest.mark.slow(seconds=2)
@pytest.mark.parametrize("column", ["predicted_usd_mn", "with_trend_usd_mn"])
def test_no_prediction_knows_the_trade_it_predicts(
    report: Backcast, disturbed: Backcast, column: str
) -> None:
    gap = (report.predictions[column] - disturbed.predictions[column]).abs()
    relative = gap / report.predictions[column].where(report.predictions[column] > 0, 1.0)
    # by_partner is disturbed by sums of rounded figures: nothing but their last digit may show.
    assert meets(float(relative.max().round(12)), BOUNDS["leakage"]["to_2021-22"])


def test_totals_that_contain_japan_leak_no_more_than_its_share(economy: Economy) -> None:
    history = read_history(economy)
    flow = drivers.inputs(economy, history)["import"]
    given = model.fitted(economy)
    before = model.predict(flow, given)[-2:]
    extra = 0.5 * before  # Japan sold half as much again as predicted, and the totals show it
    driver = flow.driver.copy()
    driver[-2:] += extra
    from dataclasses import replace

    after = model.predict(replace(flow, driver=driver), given)[-2:]
    seen = before > 1.0
    response = (after - before)[seen] / extra[seen]
    bound = BOUNDS["leakage"]["after_2021-22"]["at_most_share"]
    assert (response >= 0).all()
    assert response.max() < 0.35 < bound
    np.testing.assert_allclose(response, (before / flow.driver[-2:])[seen], rtol=1e-9)
    blind = strict_driver(history, flow)
    disturbed = replace(blind, trade=blind.trade.copy(), others=blind.others.copy())
    disturbed.trade[position(START) + 1 :] *= 3.0
    disturbed.others[:, :, disturbed.partner] = 9.0
    np.testing.assert_array_equal(model.predict(disturbed, given), model.predict(blind, given))


def test_report_shows_what_the_leak_is_worth(report: Backcast) -> None:
    with_totals = report.score_of("total", "import")["wape"]
    without = report.score_of("total", "import", STRICT)["wape"]
    assert abs(with_totals - without) < 0.05
    assert report.leak["largest_share"].between(0, 1).all()


# --- decomposition --------------------------------------------------------------------------


def test_parts_sum_to_the_change(decomposition: Decomposition, economy: Economy) -> None:
    bound = BOUNDS["decomposition"]["sum_gap_usd_mn"]
    trade = economy.bilateral
    history = read_history(economy)
    for flow, column in (("export", "exports_usd_mn"), ("import", "imports_usd_mn")):
        now = trade.loc[trade["flow"] == flow, "value"].sum()
        change = now - history.totals[flow][position(START)]
        totals = decomposition.totals.set_index("component")[column]
        assert meets(abs(totals.drop("total").sum() - change), bound)
        assert meets(abs(totals["total"] - change), bound)
        for frame in (decomposition.chapters, decomposition.sections):
            got = frame.loc[frame["flow"] == flow, "change_usd_mn"].sum()
            assert meets(abs(got - change), bound)
    parts = decomposition.ranges.filter(like="_usd_mn").sum(axis=1)
    rise = decomposition.totals.set_index("component")["deficit_usd_mn"]["total"]
    np.testing.assert_allclose(parts, rise, atol=1e-6)


def test_rise_of_the_deficit_is_the_published_one(decomposition: Decomposition) -> None:
    rise = decomposition.totals.set_index("component")["deficit_usd_mn"]["total"]
    assert rise == pytest.approx(1000 * (12.54 - 2.67), abs=10)


def test_tariff_cuts_raise_trade_and_use_of_preferences_bounds_them(
    decomposition: Decomposition,
) -> None:
    tariffs = decomposition.ranges.set_index("assumption")["tariffs_usd_mn"]
    assert (tariffs > 0).all()
    ladder = ["fitted", "origin cost not counted", "full use of the preference"]
    assert tariffs[ladder].is_monotonic_increasing
    whole = decomposition.whole_cepa.set_index("assumption")["imports_usd_mn"]
    assert (whole > 0).all()


@pytest.mark.xfail(
    strict=True,
    reason="the cuts explain 26 % of the deficit's rise with the measured use of the preference "
    "(0.88 in India; the bound was written while 0.35 was assumed)",
)
def test_tariff_cuts_explain_less_than_a_quarter(decomposition: Decomposition) -> None:
    assert decomposition.share_of_tariffs() < 0.25
