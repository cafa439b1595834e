"""The fitted parameters: current, regularised, and blind to the years that judge them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast import fit as fitting
from cepasim.calibrate.backcast.band import drawn_settings
from cepasim.calibrate.backcast.history import read_history
from cepasim.economy.economy import Economy
from cepasim.params.parameters import bundled_directory

RENEW = "run: python -m cepasim.calibrate.backcast.fit"


@pytest.fixture(scope="module")
def result(economy: Economy) -> fitting.Fit:
    return fitting.fit(economy)


@pytest.mark.slow(seconds=0.7)
def test_stored_fit_is_what_the_fit_gives(economy: Economy, result: fitting.Fit) -> None:
    fresh = fitting.fit_table(economy, result)
    stored = economy.parameters.table(fitting.TABLE)
    pd.testing.assert_frame_equal(fresh, stored[list(fresh.columns)], rtol=1e-3, atol=1e-4)


def test_metadata_names_the_tables_it_was_made_from() -> None:
    about = yaml.safe_load((bundled_directory() / f"{fitting.TABLE}.yaml").read_text())
    assert about["window"] == "2014-15 to 2018-19"
    assert about["sources_sha256"] == fitting.source_digests(bundled_directory()), RENEW


def test_the_fit_improves_on_its_prior_and_stays_near_it(result: fitting.Fit) -> None:
    assert result.cost[1] < result.cost[0]
    assert (np.abs(result.unknown - result.prior.mean) < 2 * result.prior.sd).all()
    assert (result.sd <= result.prior.sd * 1.001).all()


def test_later_years_do_not_reach_the_fit(economy: Economy) -> None:
    history = read_history(economy)
    flows = drivers.inputs(economy, history)
    given = model.literature(economy)
    before = fitting.log_errors(flows, given, 5.0)
    for flow in flows.values():
        flow.trade[9:] = 1e6  # 2019-20 and later
        flow.driver[9:] = 1.0
    after = fitting.log_errors(flows, given, 5.0)
    for flow in before:
        np.testing.assert_array_equal(before[flow][0], after[flow][0])
        np.testing.assert_array_equal(before[flow][1], after[flow][1])


def test_groups_cover_every_chapter(economy: Economy) -> None:
    prior = fitting.read_prior(economy)
    assert set(prior.groups) == set(range(len(prior.names) - 2))
    given = prior.settings(prior.mean, 0.38)
    np.testing.assert_allclose(given.elasticity_scale, 1.0)
    assert given.pass_through == pytest.approx(economy.parameters.value("prior_pass_through"))


def test_trend_of_a_steady_drift_is_that_drift() -> None:
    error = 0.05 * np.arange(1, 6)[:, None] * np.ones((1, 4))
    value, spread = fitting._trend(error, np.full(4, 0.25), np.array([0, 0, 1, 1]))
    np.testing.assert_allclose(value, 0.05)
    np.testing.assert_allclose(spread, 0.0, atol=1e-12)


def test_draws_are_repeatable_and_spread_around_the_fit(economy: Economy) -> None:
    one, two = drawn_settings(economy, 200, 5), drawn_settings(economy, 200, 5)
    assert [s.pass_through for s in one] == [s.pass_through for s in two]
    centre = model.fitted(economy)
    logs = np.log([s.elasticity_scale for s in one])
    np.testing.assert_allclose(logs.mean(axis=0), np.log(centre.elasticity_scale), atol=0.1)
    assert np.mean([s.pass_through for s in one]) == pytest.approx(centre.pass_through, abs=0.05)
