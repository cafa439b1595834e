"""A parameter that a scenario sets acts, or is refused: none is accepted and ignored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.known_years import known_years
from cepasim.levers.every import LEVERS as EVERY_LEVER
from cepasim.levers.origin import RULES
from cepasim.scenario.overrides import without_effect
from cepasim.scenario.reading import naming_lines
from cepasim.studies.advice.target import what_would_it_take

START = {"start": "2026-27"}
WINDOWS = {"labour_intensive": 0.5, "sunrise": 0.5}
QUOTA = {"usd_mn": 200, "in_rate_percent": 10, "over_rate_percent": 95}
SAFEGUARD = {"end": "2028-29", "add_percent": 12}
ALL = {"select": {"all": True}, **START}
#: Between them they read all that a run can read.
LEVERS: list[list[dict[str, Any]]] = [
    [
        {"tariff": {"importer": "IND", "cut": "eliminate", **ALL}},
        {"ntb": {"importer": "JPN", "type": "all", "relief_percent": 40, **ALL}},
        {"fund": {"usd_bn": 2, "years": 5, "windows": WINDOWS, **START}},
        {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "to": "IND",
                "select": {"window": "labour_intensive"},
                **START,
            }
        },
        {"exchange_rate": {"country": "IND", "depreciation_percent": 5, **START}},
        {"external": {"market": "USA", "tariff_on": "IND", **START}},
    ],
    [
        {"external": {"market": "USA", "tariff_percent": 50, **START}},
        {"remedy": {"importer": "IND", "select": {"hs": ["72"]}, **SAFEGUARD, **START}},
    ],
    *([{"origin": {"importer": "JPN", "rule": rule, **ALL}}] for rule in RULES),
    [{"quota": {"importer": "IND", "select": {"hs": ["8703"]}, **QUOTA, **START}}],
]
#: Read by ranges, by the study of noise and by advice on a scenario, not by a run.
OF_STUDIES = ("depth_most_", "advice_", "noise_chance", "common_variance", "largest_quantile")
#: Acts beside a source of elasticities: the test after the next.
WITH_A_SOURCE = "rule_of_two"


def scenario(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "set", "levers": list(levers), **header})


@pytest.mark.slow(seconds=1)
def test_what_no_run_reads_is_refused_in_a_scenario(economy: Economy) -> None:
    under = economy.with_overrides({"eta": 1.1})  # what is read from here on is counted
    # Without levers, also where markets are products: none of theirs is read there.
    for level in ({}, {"level": "hs6", "refine": ["87"]}):
        given = scenario(horizon="2026-27", **level)
        cepasim.simulate(under, given, attribution=False)
    prefixes = tuple(prefix for lever in EVERY_LEVER.values() for prefix in lever.reads)
    of_levers = {name for name in economy.parameters.names if name.startswith(prefixes)}
    assert len(of_levers) > 40 and not of_levers & under.parameters.used
    for levers in LEVERS:
        result = cepasim.simulate(under, scenario(*levers, horizon="2029-30"), attribution=False)
        assert len(result.notes) and len(result.jobs) and len(result.fund_accounts) >= 0
    assert of_levers <= under.parameters.used
    unread = set(economy.parameters.names) - under.parameters.used
    refused = dict(without_effect(economy.parameters.names))
    studies = {name for name in unread if name.startswith(OF_STUDIES)}
    # `largest_move_of_a_chapter` is read with the economy, as soon as it is set: see below.
    known = set(refused) | studies | {WITH_A_SOURCE, "largest_move_of_a_chapter"}
    assert unread == known


@pytest.mark.parametrize("name", ["backcast_pass_through", "yen_per_dollar_2021"])
def test_a_parameter_that_no_run_reads_is_refused_with_its_line(
    economy: Economy, name: str, tmp_path: Path
) -> None:
    file = tmp_path / "set.yaml"
    file.write_text(f"name: set\nparameters:\n  eta: 1.1\n  {name}: 0.5\n")
    with pytest.raises(InputError, match=f"set.yaml:4: parameters.{name}: 0.5; not a parameter of"):
        Scenario.read(file, parameters=economy.parameters)
    unchecked = Scenario.read(file)
    with pytest.raises(InputError, match="economy.with_overrides"), naming_lines(file):
        unchecked.economy_under(economy)


def test_the_rule_of_two_acts_beside_a_source_and_is_refused_without(economy: Economy) -> None:
    half, same = (
        scenario(elasticities="fgo", parameters={WITH_A_SOURCE: rule}).economy_under(economy)
        for rule in (0.5, 1.0)
    )
    before, after = half.markets["JPN"], same.markets["JPN"]
    assert np.array_equal(before.sigma_import, after.sigma_import)
    told = ~np.isclose(before.sigma_domestic, after.sigma_domestic)
    assert told.sum() > 80
    assert np.allclose(after.sigma_domestic[told], after.sigma_import[told])
    with pytest.raises(InputError, match="only where the elasticities come from .*fgo"):
        scenario(parameters={WITH_A_SOURCE: 1.0}).economy_under(economy)
    with pytest.raises(InputError, match="only where the elasticities"):
        cepasim.sweep(economy, scenario(), {WITH_A_SOURCE: [0.5, 1.0]})


def test_a_barrier_that_a_published_one_replaces_is_refused(economy: Economy) -> None:
    """With barriers: kno the own row of a group holds for none of its chapters."""
    own = {"nu_tbt_ind_72_83": 0.2}
    assert scenario(parameters=own).economy_under(economy).parameters.overrides == own
    with pytest.raises(InputError, match="others take its place everywhere .nu_tbt_ind_kno_72, "):
        scenario(barriers="kno", parameters=own).economy_under(economy)
    scenario(barriers="kno", parameters={"nu_tbt_ind_kno_72": 0.2}).economy_under(economy)


def test_what_a_source_implies_follows_the_elasticity_of_supply(economy: Economy) -> None:
    """Boehm's response of trade to tariffs is what is published, whatever supply is."""
    supply = {"epsilon_supply_ind_jpn": 4.0}
    market = scenario(elasticities="boehm", parameters=supply).economy_under(economy).markets["JPN"]
    place = market.partner_column
    eps, sigma = market.supply[:, place], market.sigma_import
    assert (eps == 4.0).sum() > 80
    assert np.allclose(sigma * (1 + eps) / (sigma + eps), 2.0, atol=0.02)


def test_the_largest_move_of_a_chapter_acts_on_the_known_years(economy: Economy) -> None:
    name = "largest_move_of_a_chapter"
    under = scenario(parameters={name: 2.0}).economy_under(economy)
    found = under.ground.known_years["IND"].moves
    folder = economy.parameters.with_overrides({name: 2.0})
    assert np.array_equal(found, known_years(folder, "import", economy.chapters).moves)
    assert found.max() == 2.0 < economy.ground.known_years["IND"].moves.max()


def test_a_swept_value_wins_over_the_scenarios_own(economy: Economy) -> None:
    fish = {"importer": "JPN", "select": {"hs": ["03"]}, "cut": "eliminate", **START}
    own = scenario({"tariff": fish}, horizon="2026-27", parameters={"eta_food_medicine": 0.4})
    table = cepasim.sweep(economy, own, {"eta_food_medicine": [0.3, 0.6]})
    changes = table.query("fiscal_year == '2026-27'")["change_in_exports_usd_mn"]
    assert changes.nunique() == 2


def test_advice_on_a_scenario_reads_the_scenarios_parameters(economy: Economy) -> None:
    days = {"importer": "JPN", "type": "border", "days_saved": 0.5, **ALL}
    own = scenario({"ntb": days}, horizon="2026-27", parameters={"advice_nearness": 1e6})
    wanted = {"exports_usd_mn": 1e5, "fiscal_year": "2026-27"}
    assert what_would_it_take(economy, own, target=wanted).closed


FUND = {"usd_bn": 2, "years": 5, "windows": WINDOWS, **START}
OTHER_LEVERS = [
    ("additionality", "Fund"),
    ("origin_saving_cth", "Origin rules"),
    ("relief_cost_state", "Barriers"),
    ("us_redirection_share", "Costs abroad and other markets"),
    ("exchange_rate_pass_through", "Exchange rates"),
    ("named_gain_least", "Purchases moved, Offtake by parents, Market entry"),
]


def test_a_parameter_of_a_lever_that_is_not_there_is_refused_with_its_line(
    economy: Economy, tmp_path: Path
) -> None:
    file = tmp_path / "set.yaml"
    text = "name: set\nparameters:\n" + "".join(f"  {name}: 0.5\n" for name, _ in OTHER_LEVERS)
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        Scenario.read(file, parameters=economy.parameters)
    found = {(one.field, one.line) for one in refused.value.problems}
    assert found == {
        (f"parameters.{name}", 3 + place) for place, (name, _) in enumerate(OTHER_LEVERS)
    }
    for one, (_, lever) in zip(refused.value.problems, OTHER_LEVERS, strict=True):
        assert one.allowed.startswith("read only for levers that this scenario does not have")
        assert lever in one.allowed and "leave the parameter out" in one.allowed
    # Read without the parameters at hand, it is refused where it would be run.
    unchecked = Scenario.read(file)
    with pytest.raises(InputError, match="Add such a lever"):
        cepasim.simulate(economy, unchecked)
    with pytest.raises(InputError, match="Add such a lever"):
        cepasim.monte_carlo(economy, unchecked, draws=2)


def test_it_is_taken_where_its_lever_is_there(economy: Economy) -> None:
    set_up = {"name": "x", "levers": [{"fund": FUND}], "parameters": {"additionality": 0.5}}
    with_fund = Scenario.from_dict(set_up, economy.classification, economy.parameters)
    halved = cepasim.simulate(economy, with_fund, attribution=False)
    assert len(halved.fund_accounts)  # runs without the fund, under its parameters, are within
    # A lever that cannot be read is what is wrong, not the parameter.
    broken = {**set_up, "levers": [{"fund": {**FUND, "usd_bn": -1}}]}
    with pytest.raises(InputError) as refused:
        Scenario.from_dict(broken, economy.classification, economy.parameters)
    assert [one.field for one in refused.value.problems] == ["levers[0].fund.usd_bn"]


def test_a_sweep_of_it_needs_its_lever(economy: Economy) -> None:
    values = {"additionality": [0.4, 0.6]}
    with pytest.raises(InputError, match="levers that this scenario does not have .Fund"):
        cepasim.sweep(economy, scenario(horizon="2026-27"), values)
    table = cepasim.sweep(economy, scenario({"fund": FUND}, horizon="2030-31"), values)
    assert table.query("fiscal_year == '2030-31'")["change_in_exports_usd_mn"].nunique() == 2


def test_advice_runs_one_lever_under_the_parameters_of_all(economy: Economy) -> None:
    fish = {"importer": "JPN", "select": {"hs": ["03"]}, "cut": "eliminate", **START}
    cars = {"importer": "IND", "select": {"hs": ["87"]}, "cut": {"percent": 10}, **START}
    own = scenario(
        {"tariff": fish},
        {"tariff": cars},
        {"fund": FUND},
        horizon="2027-28",
        parameters={"additionality": 0.5},
    )
    found = cepasim.what_must_be_given(economy, own, fiscal_year="2027-28", measure="welfare")
    assert found.setting == "cut.percent"
    assert not found.scenario.parameters  # which can be read and run again


def test_what_sources_hide_is_refused_as_the_file_is_read(economy: Economy, tmp_path: Path) -> None:
    def read(text: str) -> Scenario:
        file = tmp_path / "set.yaml"
        file.write_text(text)
        return Scenario.read(file, economy.classification, economy.parameters)

    with pytest.raises(InputError, match="set.yaml:3: parameters.rule_of_two: 0.5; used only wh"):
        read("name: set\nparameters:\n  rule_of_two: 0.5\n")
    read("name: set\nelasticities: fgo\nparameters:\n  rule_of_two: 0.5\n")
    hidden = "name: set\nbarriers: kno\nparameters:\n  nu_tbt_ind_72_83: 0.2\n"
    with pytest.raises(InputError, match="set.yaml:4: parameters.nu_tbt_ind_72_83: 0.2; a para"):
        read(hidden)
    read(hidden.replace("kno", "own"))
    # Whoever loads the economy with a source has it in the parameters.
    file = tmp_path / "set.yaml"
    file.write_text("name: set\nparameters:\n  rule_of_two: 0.5\n")
    Scenario.read(file, parameters=cepasim.load(elasticities="fgo").parameters)
