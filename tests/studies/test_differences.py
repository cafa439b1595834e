"""Ranges of differences under common draws, and of batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies.differences import difference_ranges, open_to_both, ranges_by_reference
from cepasim.studies.model_choice import ModelChoice

ITEM = "change_in_balance_usd_mn"


def relief(percent: float, **changed: Any) -> Scenario:
    lever = {
        "importer": "JPN",
        "type": ["sps", "tbt"],
        "select": {"all": True},
        "relief_percent": percent,
        "start": "2026-27",
    }
    given = {"name": "relief", "horizon": "2026-27", "levers": [{"ntb": lever}]}
    return Scenario.from_dict(given | changed)


def _row(table: pd.DataFrame, **wanted: str) -> pd.Series:
    for column, value in wanted.items():
        table = table[table[column] == value]
    [(_, row)] = table.iterrows()
    return row


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("model_choice", [False, True])
def test_a_scenario_does_not_differ_from_itself(economy: Economy, model_choice: bool) -> None:
    same = difference_ranges(economy, relief(30), relief(30), 8, model_choice=model_choice)
    assert np.abs(same[["central", "p5", "p50", "p95"]].dropna().to_numpy()).max() == 0.0


@pytest.mark.slow(seconds=1)
def test_the_difference_is_that_of_common_draws(economy: Economy) -> None:
    found = difference_ranges(economy, relief(20), relief(40), 16, seed=3)
    row = _row(found, fiscal_year="2026-27", item=ITEM)
    samples = [
        cepasim.monte_carlo(economy, relief(percent), 16, 3).sample(ITEM, "2026-27")
        for percent in (20, 40)
    ]
    gap = samples[1] - samples[0]
    assert row["p95"] == pytest.approx(np.percentile(gap, 95))
    assert row["probability_above_zero"] == 1.0
    # Of two ranges that overlap the difference is sure all the same.
    assert samples[0].max() > samples[1].min()


def test_scenarios_of_other_years_are_refused(economy: Economy) -> None:
    with pytest.raises(InputError, match="a scenario of the same years"):
        difference_ranges(economy, relief(20), relief(20, horizon="2027-28"), 2)


def test_alternatives_are_those_open_to_both(economy: Economy) -> None:
    one = ModelChoice.of(economy, Scenario.bundled("ntb-relief"))
    other = ModelChoice.of(economy, Scenario.bundled("china-plus-one"))
    common = {choice.key: choice for choice in open_to_both(one, other).choices}
    assert set(common["engine"].alternatives) == {"armington", "gsim"}
    assert sum(common["engine"].weights) == pytest.approx(1.0)
    assert set(common["sourcing"].alternatives) == {"intended", "imposed"}


@pytest.mark.slow(seconds=0.7)
def test_each_variant_of_the_reference_has_its_ranges(economy: Economy) -> None:
    found = ranges_by_reference(economy, relief(40), 4)
    assert set(found["reference"]) == set(economy.ground.variants)
    plain = cepasim.monte_carlo(economy, relief(40), 4).totals
    mine = found[found["reference"] == "central"].drop(columns="reference")
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), plain)


@pytest.mark.slow(seconds=3)
def test_a_batch_has_the_ranges_of_each_scenario(economy: Economy) -> None:
    done = cepasim.batch(economy, [relief(20), relief(40)], draws=4, model_choice=True)
    assert done.complete
    totals = done.totals
    for percent, (_, rows) in zip((20, 40), totals.groupby("scenario"), strict=True):
        ranges = cepasim.monte_carlo(economy, relief(percent), 4, model_choice=True)
        known = ranges.headline_ranges()
        pd.testing.assert_frame_equal(
            rows[known.columns].reset_index(drop=True), known, check_exact=True
        )
    assert f"{ITEM}_choice_p95" in totals


def test_a_batch_without_draws_has_none(economy: Economy) -> None:
    done = cepasim.batch(economy, [relief(20)])
    assert f"{ITEM}_p5" not in done.totals


def test_a_folder_of_a_batch_keeps_to_its_draws(economy: Economy, tmp_path: Any) -> None:
    cepasim.batch(economy, [relief(20)], out=tmp_path / "a", draws=2)
    with pytest.raises(InputError, match="draws"):
        cepasim.batch(economy, [relief(20)], out=tmp_path / "a", draws=3)
