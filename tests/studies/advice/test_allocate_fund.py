"""The split of the fund: what arithmetic it rests on, and never worse than an equal split."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.levers.fund import FundLever
from cepasim.studies.advice.allocate import FundAllocation
from cepasim.studies.advice.split_budget import Bounds, best_split, concave, rounded
from cepasim.studies.model_choice import ModelChoice

FREE = Bounds(np.zeros((0, 3), dtype=bool), np.zeros(0), np.zeros(0))


def effect(economy: Economy, scenario: Scenario, year: str = "2030-31") -> dict[str, float]:
    totals = cepasim.simulate(economy, scenario, attribution=False).totals
    row = totals.set_index("fiscal_year").loc[year]
    exports = float(row["exports_usd_mn"] - row["baseline_exports_usd_mn"])
    return {"exports": exports, "balance": float(row["change_in_balance_usd_mn"])}


def test_a_majorant_lies_on_top_and_bends_one_way() -> None:
    grid = np.linspace(0, 1, 11)
    values = np.stack([grid**2, np.sqrt(grid), np.sin(6 * grid)])
    over = concave(grid, values)
    assert (over >= values - 1e-12).all()
    assert (np.diff(over, n=2, axis=1) <= 1e-12).all()
    assert over[0] == pytest.approx(grid) and over[1] == pytest.approx(np.sqrt(grid))


@pytest.mark.parametrize("seed", range(5))
def test_the_split_is_the_best_of_all_on_the_grid(seed: int) -> None:
    """Brute force over every split in tenths."""
    draw = np.random.default_rng(seed)
    grid = np.linspace(0, 1, 11)
    responses = draw.uniform(0.5, 2, (3, 1)) * grid ** draw.uniform(0.3, 1, (3, 1))
    bounds = Bounds(
        np.array([[True, False, False], [False, True, True]]),
        np.array([0.2, 0.1]),
        np.array([0.6, 1.0]),
    )
    found = best_split(grid, responses, bounds)
    assert found is not None and found.sum() == pytest.approx(1) and bounds.met(found)

    def worth(shares: Any) -> float:
        return float(sum(np.interp(s, grid, row) for s, row in zip(shares, responses, strict=True)))

    tenths = [
        np.array([a, b, 10 - a - b]) / 10
        for a, b in itertools.product(range(11), repeat=2)
        if a + b <= 10
    ]
    best = max(worth(shares) for shares in tenths if bounds.met(shares))
    assert worth(found) == pytest.approx(best)


def test_bounds_no_split_keeps_to_have_no_split() -> None:
    grid = np.array([0.0, 1.0])
    short = Bounds(np.ones((1, 3), dtype=bool), np.array([0.0]), np.array([0.9]))
    assert best_split(grid, np.ones((3, 1)) * grid, short) is None


def test_rounding_keeps_the_sum() -> None:
    shares = np.array([0.33333, 0.33333, 0.33334])
    assert rounded(shares, FREE).sum() == pytest.approx(1)
    assert np.allclose(rounded(shares, FREE) * 1000, np.round(rounded(shares, FREE) * 1000))


@pytest.fixture(scope="module")
def best(economy: Economy) -> FundAllocation:
    return cepasim.allocate_fund(economy)


@pytest.mark.slow(seconds=0.7)
@pytest.mark.parametrize("objective", ["balance", "exports"])
def test_never_worse_than_an_equal_split(economy: Economy, objective: Any) -> None:
    """By a simulation of either scenario, not by what the optimiser believes."""
    best = cepasim.allocate_fund(economy, objective=objective)
    found, equal = effect(economy, best.scenario), effect(economy, best.equal_scenario)
    assert found[objective] >= equal[objective]
    assert best.outcome_usd_mn == pytest.approx(found[objective], abs=1e-6)
    assert best.equal_usd_mn == pytest.approx(equal[objective], abs=1e-6)
    assert best.gap == pytest.approx(
        abs(best.expected_usd_mn - best.outcome_usd_mn) / abs(best.outcome_usd_mn), abs=1e-9
    )
    assert best.gap <= 0.02 or "more than 2 %" in best.text
    [lever] = best.scenario.levers_of(FundLever)
    assert lever.usd_bn == pytest.approx(2.0) and lever.industries is not None
    assert sum(lever.windows.values()) == pytest.approx(1)


@pytest.mark.slow(seconds=0.7)
def test_the_equal_split_is_the_bundled_fund(economy: Economy, best: FundAllocation) -> None:
    bundled = effect(economy, Scenario.bundled("fund-2bn"))
    assert best.equal_usd_mn == pytest.approx(bundled["balance"], rel=1e-9)


def test_no_small_move_from_the_split_is_better(economy: Economy) -> None:
    """Where an industry with money has one without beside it, a shift does not pay."""
    table = cepasim.allocate_fund(economy, objective="exports").table
    paid, unpaid = table[table["share"] > 0.01], table[table["share"] == 0]
    lowest = paid["marginal_usd_per_usd"].min()
    # The last segment of an industry may end inside the grid: within a tenth of a percent.
    assert unpaid["marginal_usd_per_usd"].max() <= lowest * 1.02


def test_floors_and_caps_hold_in_the_scenario(economy: Economy) -> None:
    best = cepasim.allocate_fund(
        economy, floors={"sunrise": 0.3, "batteries": 0.05}, caps={"garments": 0.2, "footwear": 0.1}
    )
    table = best.table.set_index("industry")["share"]
    window = best.table.groupby("window")["share"].sum()
    assert window["sunrise"] >= 0.3 - 1e-9 and table["batteries"] >= 0.05 - 1e-9
    assert table["garments"] <= 0.2 + 1e-9 and table["footwear"] <= 0.1 + 1e-9
    assert table.sum() == pytest.approx(1)
    [lever] = best.scenario.levers_of(FundLever)
    assert lever.windows["sunrise"] == pytest.approx(window["sunrise"])


@pytest.mark.slow(seconds=0.7)
def test_an_equal_split_that_breaks_a_cap_is_no_alternative(economy: Economy) -> None:
    best = cepasim.allocate_fund(economy, objective="exports", caps={"labour_intensive": 0.1})
    assert not best.equal_keeps_bounds and best.outcome_usd_mn < best.equal_usd_mn
    assert "does not keep to" in best.text
    assert "With this split" in best.text
    assert "With this split" not in best.in_words(with_effect=False)


@pytest.mark.slow(seconds=1)
def test_years_are_counted_as_asked(economy: Economy) -> None:
    summed = cepasim.allocate_fund(economy, year="2032-33", cumulative=True)
    totals = cepasim.simulate(economy, summed.scenario, attribution=False).totals
    until = totals[totals["fiscal_year"] <= "2032-33"]["change_in_balance_usd_mn"].sum()
    assert summed.outcome_usd_mn == pytest.approx(float(until), abs=1e-6)
    by_dollar = cepasim.allocate_fund(economy, year="2032-33", cumulative=True, per_dollar=True)
    grants = 2000 * economy.parameters.value("disbursement_rate")
    assert by_dollar.outcome_usd_mn == pytest.approx(summed.outcome_usd_mn / grants)


def test_a_later_year_counts_less_where_it_is_discounted(economy: Economy) -> None:
    counted = {"cumulative": True, "discounted": True}
    best = cepasim.allocate_fund(economy, year="2032-33", **counted)  # type: ignore[arg-type]
    totals = cepasim.simulate(economy, best.scenario, attribution=False).totals
    years = totals[totals["fiscal_year"] <= "2032-33"]
    rate = economy.parameters.value("discount_rate")
    # The fund begins in 2026-27, three years after the base year.
    weight = (1 + rate) ** -np.maximum(np.arange(len(years)) - 3, 0)
    value = float((weight * years["change_in_balance_usd_mn"]).sum())
    assert best.outcome_usd_mn == pytest.approx(value, abs=1e-6)


@pytest.mark.slow(seconds=1)
def test_a_gap_that_stays_is_said(economy: Economy) -> None:
    """So much money in one window that industries of one chapter crowd each other out."""
    best = cepasim.allocate_fund(economy, 1000, "exports", floors={"sunrise": 1.0})
    found = effect(economy, best.scenario)["exports"]
    assert best.outcome_usd_mn == pytest.approx(found, rel=1e-9)
    assert best.gap <= 0.02 or (best.rounds > 0 and "more than 2 %" in best.text)


@pytest.mark.slow(seconds=2)
def test_an_economy_of_products_is_divided_too(economy: Economy) -> None:
    best = cepasim.allocate_fund(economy.refine(["61", "62", "64"], level="hs4"))
    assert best.rounds <= 20 and best.outcome_usd_mn >= best.equal_usd_mn


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"usd_bn": 0}, "usd_bn"),
        ({"objective": "jobs"}, "objective"),
        ({"year": "2050-51"}, "year"),
        ({"floors": {"sunrize": 0.2}}, "floors"),
        ({"caps": {"garments": 20}}, "caps"),
        ({"floors": {"sunrise": 0.7, "labour_intensive": 0.7}}, "floors"),
        ({"by_decade": True}, "by_decade"),
    ],
)
def test_what_means_nothing_is_refused(economy: Economy, wrong: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        cepasim.allocate_fund(economy, **wrong)


@pytest.mark.slow(seconds=0.7)
def test_the_command_shows_split_and_scenario() -> None:
    called = CliRunner().invoke(
        app,
        ["allocate-fund", "--bound", "sunrise=0.3:", "--count", "cumulative", "--level", "hs4:64"],
    )
    assert called.exit_code == 0 and "equal split" in called.output and "fund:" in called.output
    assert "level: hs4\nrefine:\n- '64'" in called.output
    assert CliRunner().invoke(app, ["allocate-fund", "--bound", "sunrise"]).exit_code == 2
    assert CliRunner().invoke(app, ["allocate-fund", "--count", "decades"]).exit_code == 2


@pytest.mark.slow(seconds=1)
def test_a_fund_is_divided_again_under_an_alternative(
    economy: Economy, best: FundAllocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = ModelChoice.alone.fget  # type: ignore[attr-defined]
    some = property(lambda self: tuple(one for one in every(self) if one[1] == "boehm"))
    monkeypatch.setattr(ModelChoice, "alone", some)
    found = best.under_model_choice()
    central, other = found.alternatives.to_dict("records")
    assert central["split_usd_mn"] == pytest.approx(best.outcome_usd_mn)
    assert central["in_common_percent"] == pytest.approx(100)
    # The same fund, run by hand under the alternative.
    asked = best.scenario.model_copy(update={"elasticities": "boehm"})
    assert other["split_usd_mn"] == pytest.approx(effect(economy, asked)["balance"], abs=1e-6)
    assert other["best_usd_mn"] >= max(other["split_usd_mn"], other["equal_usd_mn"]) - 1e-9
    assert (found.industries["least"] <= found.industries["share"]).all()
    assert found.windows["share"].sum() == pytest.approx(1) and "1 alternatives" in found.text


@pytest.mark.slow(seconds=2)
def test_how_sure_it_is_comes_from_the_same_draws_of_both(economy: Economy) -> None:
    sure = cepasim.allocate_fund(economy).how_sure(32)
    assert 0 <= sure["better_share"] <= 1 and sure["p5"] <= sure["p50"] <= sure["p95"]
