"""Which figures decide: indices on a function that has answers, groups, tornado, sweeps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.draws import sobol_scores
from cepasim.studies.groups import GROUPS, group_of, score_groups
from cepasim.studies.sensitivity import HEADLINES, index_table, sensitivity, tornado
from cepasim.studies.sweep import sweep


@pytest.fixture(scope="module")
def relief() -> Scenario:
    lever = {
        "importer": "JPN",
        "type": ["sps", "tbt"],
        "select": {"all": True},
        "relief_percent": 50,
        "start": "2024-25",
    }
    return Scenario.from_dict({"name": "relief", "horizon": "2025-26", "levers": [{"ntb": lever}]})


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def test_indices_of_the_ishigami_function() -> None:
    points = 4096
    uniform = norm.cdf(sobol_scores(6, 0, points, 1, 9.0))
    x = np.pi * (2 * uniform - 1)
    a, b = x[:, :3], x[:, 3:]
    exchanged = [np.where(np.arange(3) == place, b, a) for place in range(3)]
    found = np.stack([ishigami(p) for p in (a, b, *exchanged)], axis=1)[:, :, None]
    table = index_table(found, seed=1, items=("y",))
    # Ishigami & Homma 1990, a = 7, b = 0.1.
    np.testing.assert_allclose(table["first"], [0.3139, 0.4424, 0.0], atol=0.015)
    np.testing.assert_allclose(table["total"], [0.5576, 0.4424, 0.2437], atol=0.015)
    for kind in ("first", "total"):
        assert (table[f"{kind}_low"] <= table[kind] + 0.01).all()
        assert (table[kind] <= table[f"{kind}_high"] + 0.01).all()


def test_every_figure_is_in_one_group_and_every_group_has_figures(economy: Economy) -> None:
    uncertainty = Uncertainty.of(economy)
    member = score_groups(uncertainty)  # raises if a score moves figures of two groups
    assert member.any(axis=1).all(), "a group without figures"
    assert len(GROUPS) <= 20
    for block in uncertainty.blocks:
        for name in block.names:
            group_of(name)
    with pytest.raises(KeyError, match="no group"):
        group_of("of no kind")


@pytest.mark.slow(seconds=1)
def test_what_is_not_in_play_decides_nothing(economy: Economy, relief: Scenario) -> None:
    found = sensitivity(economy, relief, points=4, seed=2)
    assert found.fiscal_year == "2025-26"
    exports = found.indices[found.indices["item"] == HEADLINES[0]].set_index("group")
    for group in ("fund_capital", "fund_markets", "fund_purchases", "rents"):
        assert exports.loc[group, "total"] == 0.0
    assert exports.loc["barriers_japan", "total"] > 0
    assert set(found.deciding["item"]) == set(HEADLINES)


def test_points_and_year_are_checked(economy: Economy, relief: Scenario) -> None:
    with pytest.raises(InputError, match="power of two"):
        sensitivity(economy, relief, points=12)
    with pytest.raises(InputError, match="2023-24 to 2025-26"):
        tornado(economy, relief, "2040-41")


@pytest.mark.slow(seconds=1)
def test_tornado_moves_one_group_at_a_time(economy: Economy, relief: Scenario) -> None:
    table = tornado(economy, relief)
    exports = table[table["item"] == HEADLINES[0]].set_index("group")
    assert exports["swing"].is_monotonic_decreasing
    row = exports.loc["actionable"]
    assert row["at_low"] < row["central"] < row["at_high"], "more that can go, more trade"
    assert exports.loc["fund_capital", "swing"] == pytest.approx(0.0, abs=1e-9)
    assert not {"bilateral", "markets"} & set(exports.index)
    result = cepasim.simulate(economy, relief).balance("total").iloc[-1]
    assert row["central"] == pytest.approx(result["change_in_exports_usd_mn"])


def test_a_sweep_is_the_scenario_run_with_each_value(economy: Economy, relief: Scenario) -> None:
    values = {"actionable_share_tbt": [0.4, 0.7], "eta": [0.5, 1.0, 1.5]}
    table = sweep(economy, relief, values)
    assert len(table) == 2 * 3 * 3
    some = table[(table["actionable_share_tbt"] == 0.7) & (table["eta"] == 0.5)].iloc[-1]
    alone = relief.model_copy(update={"parameters": {"actionable_share_tbt": 0.7, "eta": 0.5}})
    wanted = cepasim.simulate(economy, alone).totals.iloc[-1]
    assert some["change_in_balance_usd_mn"] == pytest.approx(wanted["change_in_balance_usd_mn"])
    with pytest.raises(InputError, match="one or two"):
        sweep(economy, relief, {})
    with pytest.raises(InputError, match="actionable_share_tbt"):
        sweep(economy, relief, {"actionable_share_tbt": [2.0]})


@pytest.mark.slow(seconds=4)
def test_the_models_own_choices_can_be_groups(economy: Economy) -> None:
    scenario = Scenario.bundled("ntb-relief")
    table = cepasim.tornado(economy, scenario, "2030-31", model_choice=True)
    rows = table[table["item"] == "change_in_balance_usd_mn"].set_index("group")
    assert rows.loc["engine", "at_low"] == pytest.approx(rows.loc["engine", "central"])
    assert rows.loc["engine", "at_high"] > 1.5 * rows.loc["engine", "central"]
    assert rows.loc["line_rule", "swing"] == pytest.approx(0.0, abs=0.1), "no duty changes"
    plain = cepasim.tornado(economy, scenario, "2030-31")
    assert not set(plain["group"]) & {"engine", "elasticities"}


@pytest.mark.slow(seconds=4)
def test_indices_of_choices_stand_beside_those_of_figures(economy: Economy) -> None:
    scenario = Scenario.bundled("ntb-relief").model_copy(update={"horizon": "2026-27"})
    found = cepasim.sensitivity(economy, scenario, points=4, model_choice=True).indices
    total = found[found["item"] == "change_in_balance_usd_mn"].set_index("group")["total"]
    assert total["engine"] >= 0 and total["elasticities"] > 0
    assert total["line_rule"] == pytest.approx(0.0, abs=1e-3)
    plain = cepasim.sensitivity(economy, scenario, points=4).indices
    assert set(found["group"]) - set(plain["group"]) >= {"engine", "reference"}
