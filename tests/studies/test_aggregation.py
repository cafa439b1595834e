"""The ways from lines to chapters: bounds between them, exact cases, and the committed page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.levers.precedence import measures
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.scenario import Scenario
from cepasim.shocks.wedges import wedges
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.studies import aggregation
from cepasim.studies.product_levels import product_levels
from docs.writers import aggregation as page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "aggregation.md"


@pytest.fixture(scope="module")
def reciprocal() -> Scenario:
    return Scenario.read(bundled_directory() / "scenarios" / "cepa-reciprocal.yaml")


@pytest.fixture(scope="module")
def report(economy: Economy, reciprocal: Scenario) -> pd.DataFrame:
    return aggregation.aggregation_report(economy, reciprocal).set_index(["method", "date"])


def changes(solved: Run, row: int) -> tuple[float, float]:
    before, after = solved.states[0], solved.states[-1]
    return (
        (after.exports - before.exports)[row].sum(),
        (after.imports - before.imports)[row].sum(),
    )


@pytest.mark.slow(seconds=2)
def test_every_method_and_date_is_there_once(report: pd.DataFrame) -> None:
    assert sorted(set(report.index.get_level_values("method"))) == sorted(aggregation.METHODS)
    assert len(report) == 2 * len(aggregation.METHODS)
    assert np.isfinite(report.to_numpy()).all()
    assert (report[["exports_change_usd_mn", "imports_change_usd_mn"]] > 0).all(axis=None)


@pytest.mark.slow(seconds=0.7)
def test_the_default_is_the_simulation(
    economy: Economy, reciprocal: Scenario, report: pd.DataFrame
) -> None:
    # On the benchmark grown on: trade by line is known there only.
    benchmark = economy.with_overrides({"anchor_known_years": 0.0})
    steady = reciprocal.model_copy(update={"variant": "constant_share"})
    solved = run(benchmark, steady, attribution=False)
    exports, imports = changes(solved, 2030 - 2023)
    assert report.loc[("default", "2030-31"), "exports_change_usd_mn"] == pytest.approx(exports)
    assert report.loc[("default", "2030-31"), "imports_change_usd_mn"] == pytest.approx(imports)
    over = report.xs("default")[["exports_over_default", "imports_over_default"]]
    assert (over == 1).all(axis=None)


def test_methods_stand_in_the_order_theory_gives(report: pd.DataFrame) -> None:
    exports = report["exports_change_usd_mn"].unstack(0)
    imports = report["imports_change_usd_mn"].unstack(0)
    # A mean of lines has more duty to cut than the best line.
    assert (exports["mean line"] > exports["default"]).all()
    # The mean wedge leaves substitution between lines out: on both the index and the mix of lines.
    for changes_ in (exports, imports):
        assert (changes_["mean wedge"] / changes_["default"]).between(0.7, 1.3).all()
    # The more a barred product weighs today, the more its opening brings.
    assert (imports["alike at the preferential rate"] < imports["default"]).all()
    assert (imports["default"] < imports["count"]).all()


def test_only_japans_side_differs_product_by_product(report: pd.DataFrame) -> None:
    rows = report.xs("HS6 one by one")
    default = report.xs("default")
    assert (rows["exports_over_default"].between(0.7, 1.3)).all()
    # India's side is the default's; only the inputs of the extra exports differ.
    gap = rows["imports_change_usd_mn"] - default["imports_change_usd_mn"]
    assert (gap.abs() < 0.05).all() and (gap != 0).any()


def cut(hs: str, percent: float) -> Scenario:
    tariff = {
        "importer": "JPN",
        "select": {"hs": [hs]},
        "cut": {"percent": percent},
        "start": "2026-27",
    }
    return Scenario.from_dict({"name": "cut", "time": "long_run", "levers": [{"tariff": tariff}]})


@pytest.mark.parametrize("hs", ["03", "16", "04"])
def test_small_cuts_add_up_product_by_product(economy: Economy, hs: str) -> None:
    """To first order a chapter answers as its products do, each with the chapter's shares."""
    scenario = cut(hs, 0.5)
    change = aggregation._product_exports(economy, scenario)
    h = economy.chapters.index(hs)
    assert change[h] == pytest.approx(change.sum()) and change[h] > 0
    whole, _ = changes(run(economy, scenario, attribution=False), 0)
    # In a chapter buyers also turn from line to line, which product markets of their own leave out:
    # sigma times the gap between a dutiable line's share of landed and of f.o.b. trade.
    assert change[h] == pytest.approx(whole, rel=0.15)


def test_nothing_moves_where_nothing_is_charged(economy: Economy) -> None:
    np.testing.assert_array_equal(aggregation._product_exports(economy, cut("61", 100)), 0.0)


def test_product_sizes_add_up_to_the_benchmark(economy: Economy) -> None:
    market = economy.markets["JPN"]
    sizes = aggregation._product_fob(economy, market)
    by_chapter = market.schedule.chapter_sums(sizes)
    np.testing.assert_allclose(by_chapter, market.fob[:, market.partner_column], atol=1e-9)


def test_a_scenario_without_tariffs_is_refused(economy: Economy) -> None:
    fund = Scenario.read(bundled_directory() / "scenarios" / "fund-2bn.yaml")
    with pytest.raises(InputError, match="at least one tariff lever"):
        aggregation.aggregation_report(economy, fund)


# --- the options of the economy -----------------------------------------------------------------


@pytest.mark.slow(seconds=2)
def test_weights_sum_to_one_under_every_rule(economy: Economy) -> None:
    for variant in aggregation._economies(economy).values():
        for market in variant.markets.values():
            sums = market.schedule.chapter_sums(market.product_weights.T)
            np.testing.assert_allclose(sums, 1.0, atol=1e-9)


@pytest.mark.slow(seconds=0.7)
def test_count_gives_each_product_the_same_trade(economy: Economy) -> None:
    market = Economy.build(economy.parameters, product_rule="count").markets["IND"]
    cif = aggregation._product_fob(Economy.build(economy.parameters, product_rule="count"), market)
    cars = market.schedule.chapter == economy.chapters.index("87")
    np.testing.assert_allclose(cif[cars], cif[cars].mean(), rtol=1e-9)


def test_products_are_alike_at_what_is_paid(economy: Economy) -> None:
    """Landed trade is in proportion to (1 + paid)^(1 - sigma), cost of proof and all."""
    market = economy.markets["IND"]
    schedule, column = market.schedule, market.partner_column
    rates, mfn = schedule.product_base("JPN"), schedule.product_mfn("JPN")
    cost = market.origin_cost[schedule.chapter, column]
    paid, _ = market.tariffs(mfn, rates, cost, market.claims.maximum)
    landed = (1 + paid) ** (1 - market.sigma_import[schedule.chapter])
    landed /= schedule.chapter_sums(landed)[schedule.chapter]
    np.testing.assert_allclose(market.product_weights[:, column], landed, atol=1e-7)


def test_rules_survive_overrides_and_stand_in_the_manifest(economy: Economy) -> None:
    variant = Economy.build(economy.parameters, "mean", "count", "mean")
    changed = variant.with_overrides({"utilisation_max_jpn": 0.9})
    assert (changed.line_rule, changed.product_rule, changed.wedge_rule) == (
        "mean",
        "count",
        "mean",
    )


def test_the_mean_wedge_is_the_mean_of_the_hats(economy: Economy, reciprocal: Scenario) -> None:
    variant = Economy.build(economy.parameters, wedge_rule="mean")
    years = np.array([2023, 2035])
    mean, index = (
        wedges(one, "IND", measures(one, reciprocal.levers, years)["IND"], years).hat
        for one in (variant, economy)
    )
    np.testing.assert_allclose(mean[0], 1.0, atol=1e-12)
    # All wedges fall: the CES index, which follows what becomes cheap, falls more.
    assert (index[1] <= mean[1] + 1e-12).all() and (index[1] < mean[1] - 1e-3).any()


# --- duty and page ------------------------------------------------------------------------------


@pytest.mark.slow(seconds=1)
def test_duty_by_method_is_ordered_and_ends_where_the_model_does(economy: Economy) -> None:
    duty = aggregation.duty_report(economy)
    used = duty.dropna(subset=["full_best"])
    assert (used["full_best"] < used["full_claims"]).all()
    assert (used["full_claims"] < used["full_mean"]).all()
    assert (used["full_mean"] < used["full_highest"]).all()
    assert (used["full_mean"] < used["none_best"]).all()
    assert (used["none_best"] < used["none_mean"]).all()
    market = economy.markets["JPN"]
    model = (market.tariff_collected * market.cif)[:, market.partner_column].sum()
    charged = duty.loc["use of the preference as observed, lines by claims", "assumed"]
    assert charged == pytest.approx(model)
    last = duty.loc["on the c.i.f. value"]
    assert last["full_claims"] < charged < last["none_best"]


@pytest.mark.slow(seconds=1)
def test_duty_without_proof_cost_is_full_use(economy: Economy) -> None:
    """With no limit to use, the model's own duty is the column of full use."""
    free = economy.with_overrides(
        {
            "utilisation_max_jpn": 1.0,
            "utilisation_observed_ind_jpn": 0.8,
            "utilisation_observed_ind_jpn_50_64": 0.9,
        }
    )
    market = free.markets["JPN"]
    full = aggregation.duty_report(free).loc["on the c.i.f. value", "full_claims"]
    model = (market.tariff_collected * market.cif)[:, market.partner_column].sum()
    assumed = (economy.markets["JPN"].tariff_collected * economy.markets["JPN"].cif)[:, 0].sum()
    assert full < model < assumed


@pytest.mark.slow(seconds=13)  # every bundled scenario with a tariff lever, every method
def test_the_committed_page_is_what_the_code_gives(economy: Economy) -> None:
    assert PAGE.read_text(encoding="utf-8") == page.aggregation_page(economy)


def test_wrong_arguments_say_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert page.main(["one", "two"]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_page_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "aggregation_page", lambda _: "# page\n")
    target = tmp_path / "page.md"
    assert page.main([str(target)]) == 0
    assert target.read_text(encoding="utf-8") == "# page\n"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_wedges_kept_between_runs_are_those_of_their_own_years_and_rule(economy: Economy) -> None:
    fresh = replace(economy.markets["JPN"])  # nothing is known on it yet
    for rule in ("ces", "mean"):
        for years in (np.arange(2023, 2036), np.arange(2023, 2031)):
            other = replace(economy, wedge_rule=rule)
            alone = replace(other, markets={"JPN": replace(fresh)})
            for _ in range(2):
                kept = wedges(other, "JPN", (), years)
                np.testing.assert_array_equal(kept.hat, wedges(alone, "JPN", (), years).hat)


def test_levels_are_compared_where_a_lever_splits_further(economy: Economy) -> None:
    """A quota makes one market of a heading's products; both levels then agree on it."""
    quota = Scenario.bundled("eu-car-quota")
    rows = product_levels(economy.refine(["87"]), {"quota": quota}).set_index(["date", "item"])
    cell = rows.loc[("2030-31", "imports")]
    assert cell["by_chapter_usd_mn"] == pytest.approx(cell["by_product_usd_mn"], rel=0.2)
    assert rows.loc[("2030-31", "exports"), "hs"] == ""
