"""Rules of origin by name: sizes against evidence, and what each of their numbers does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.uncertainty import Uncertainty
from cepasim.equilibrium.preferences import Consignments, claimed_share
from cepasim.levers.origin import PAPER_ONLY, RULES, TODAY
from cepasim.solution.solve import run
from cepasim.studies.groups import group_of

#: Exporters that Japan's rule of 2015 was for, as far as they are sources of their own.
LDCS = ("BGD", "KHM", "MMR")
NAMED = [name for name in RULES if name != TODAY]


def asked(rule: Any, select: Any = None, importer: str = "JPN", **header: Any) -> Scenario:
    settings = {"importer": importer, "select": select or {"all": True}, "start": "2026-27"}
    return Scenario.from_dict(
        {"name": "rule", "levers": [{"origin": settings | {"rule": rule}}], **header}
    )


def exports(economy: Economy, scenario: Scenario, **overrides: float) -> float:
    """Change in India's exports in comparative statics, US$ million."""
    changed = scenario.model_copy(update={"time": "long_run", "parameters": overrides})
    last = cepasim.simulate(economy, changed, attribution=False).totals.iloc[-1]
    return float(last["exports_usd_mn"] - last["baseline_exports_usd_mn"])


# --- sizes ----------------------------------------------------------------------------------------


def test_one_process_gives_what_japan_s_rule_of_2015_did_for_knitwear(economy: Economy) -> None:
    """Imports of least developed countries rose by some 80 %, through inputs, not paper."""
    saved = economy.parameters.value("origin_saving_one_process_clothing")
    levers = [
        {
            "external": {
                "source": source,
                "select": {"hs": ["61"]},
                "cost_percent": -100 * saved,
                "start": "2026-27",
            }
        }
        for source in LDCS
    ]
    scenario = Scenario.from_dict({"name": "2015", "levers": levers, "time": "long_run"})
    solved = run(economy, scenario, attribution=False)
    knitwear = economy.chapters.index("61")
    columns = [economy.markets["JPN"].exporters.index(source) for source in LDCS]
    after, before = (
        state.markets["JPN"].fob[-1, knitwear, columns].sum()
        for state in (solved.outcome, solved.reference)
    )
    assert after / before - 1 == pytest.approx(0.80, abs=0.03)


@pytest.mark.parametrize(
    ("end", "points"), [("value", 5.35), ("low", 8.2), ("high", 2.5)], ids=["middle", "low", "high"]
)
def test_either_test_is_worth_ten_points_of_content(
    economy: Economy, end: str, points: float
) -> None:
    """Use rises by 2.5 to 8.2 points (Cadot, de Melo and Portugal-Perez)."""
    value = economy.parameters.value
    row = economy.parameters.describe("origin_cost_factor_ctsh_or_va35", "84")
    use, top = 0.80, value("utilisation_max_jpn")
    function = Consignments(value("consignment_spread"))
    margin = np.array(0.05)
    cost = margin / np.exp(function.log_ratio(np.array(use / top)))
    np.testing.assert_allclose(claimed_share(margin, cost, top, function), use)
    after = claimed_share(margin, cost * row[end], top, function)
    assert 100 * (float(after) - use) == pytest.approx(points, abs=0.15)


def test_what_is_asked_for_knitwear_is_less_than_the_episode(economy: Economy) -> None:
    """India makes its own fabric: the rule helps it by less than those who have none."""
    scenario = asked("one_process", {"hs": ["61"]}, time="long_run")
    sectors = cepasim.simulate(economy, scenario, attribution=False).sectors
    cell = sectors[(sectors["flow"] == "export") & (sectors["hs"] == "61")]
    assert 1 < float(cell["change_pct"].iloc[0]) < 40


# --- what each number does ------------------------------------------------------------------------


def test_today_s_rule_changes_nothing_and_carves_out(economy: Economy) -> None:
    assert exports(economy, asked(TODAY)) == 0
    levers = [
        {"origin": {"importer": "JPN", "select": s, "rule": rule, "start": "2026-27"}}
        for s, rule in (({"all": True}, "cth"), ({"section": "XI"}, TODAY))
    ]
    scenario = Scenario.from_dict({"name": "but textiles", "levers": levers})
    moved = cepasim.simulate(economy, scenario, attribution=False).sectors
    textiles = moved["hs"].isin([str(hs) for hs in range(50, 64)]) & (moved["flow"] == "export")
    assert moved.loc[textiles, "change_usd_mn"].max() < 1e-9
    assert moved.loc[~textiles & (moved["flow"] == "export"), "change_usd_mn"].max() > 0.01


@pytest.mark.parametrize("name", NAMED)
def test_each_effect_counts_by_itself_and_in_its_direction(economy: Economy, name: str) -> None:
    clothing = "_clothing" if name == "one_process" else ""
    none = {f"origin_cost_factor_{name}{clothing}": 1.0}
    parts = {"cost_factor": 0.5}
    if name not in PAPER_ONLY:
        none |= {f"origin_{part}_{name}{clothing}": 0.0 for part in ("reach", "saving")}
        parts |= {"reach": 0.5, "saving": 0.02}
    scenario = asked(name)
    assert abs(exports(economy, scenario, **none)) < 1e-9
    for part, changed in parts.items():
        one = none | {f"origin_{part}_{name}{clothing}": changed}
        assert exports(economy, scenario, **one) > 0.05, part


def test_two_rules_together_do_more_than_either_and_less_than_their_sum(economy: Economy) -> None:
    names = ("ctsh_or_va35", "self_certification")
    alone = [exports(economy, asked(name)) for name in names]
    both = exports(economy, asked(list(names)))
    assert max(alone) < both < sum(alone)
    assert both == exports(economy, asked(list(names[::-1])))


def test_a_cost_factor_is_the_plain_cut_of_the_same_size(economy: Economy) -> None:
    factor = economy.parameters.value("origin_cost_factor_self_certification")
    plain = {"importer": "JPN", "select": {"all": True}, "start": "2026-27"}
    cut = Scenario.from_dict(
        {"name": "cut", "levers": [{"origin": plain | {"cost_cut_percent": 100 * (1 - factor)}}]}
    )
    assert exports(economy, asked("self_certification")) == pytest.approx(
        exports(economy, cut), rel=1e-9
    )


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from(["cost_factor", "reach", "saving"]),
    st.floats(0.05, 0.9),
    st.floats(0.05, 0.9),
    st.sampled_from(["JPN", "IND"]),
)
def test_the_simpler_the_rule_the_more_is_traded(
    economy: Economy, part: str, one: float, other: float, importer: str
) -> None:
    low, high = sorted((one, other))
    if high - low < 0.02:
        return
    scenario = asked("ctsh_or_va35", {"hs": ["61", "84"]}, importer, time="long_run")
    scale = 0.1 if part == "saving" else 1.0

    def traded(size: float) -> float:
        name = f"origin_{part}_ctsh_or_va35"
        changed = scenario.model_copy(update={"parameters": {name: size * scale}})
        last = cepasim.simulate(economy, changed, attribution=False).totals.iloc[-1]
        return float(last["exports_usd_mn" if importer == "JPN" else "imports_usd_mn"])

    simpler, harder = (low, high) if part == "cost_factor" else (high, low)
    assert traded(simpler) > traded(harder)


def test_their_numbers_are_drawn(economy: Economy) -> None:
    names = {name for block in Uncertainty.of(economy).blocks for name in block.names}
    for name in NAMED:
        clothing = "_clothing" if name == "one_process" else ""
        assert f"origin_cost_factor_{name}{clothing}" in names
    assert {"origin_saving_one_process_clothing", "origin_fabric_abroad"} <= names
    assert group_of("origin_fabric_abroad").key == "preference_use"


# --- what is said ---------------------------------------------------------------------------------


def test_a_rule_s_assumptions_are_said_with_range_and_grade(economy: Economy) -> None:
    notes = cepasim.simulate(economy, asked("one_process", {"section": "XI"})).notes
    [said] = [note for note in notes if note.startswith("Rule one_process:")]
    assert "claiming costs 80 % (50 to 100) of what it does today" in said
    assert "saves 15.1 % (8 to 22) of its cost" in said and "grade D" in said
    assert "weavers lose are not counted" in said


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"rule": "one_proces"}, "rule", "did you mean one_process?"),
        ({"rule": []}, "rule", "one of ctsh_and_va35"),
        ({"rule": 5}, "rule", "one of ctsh_and_va35"),
        ({"rule": "cth", "cost_cut_percent": 5}, "cost_cut_percent", "either that or rule"),
        ({}, "cost_cut_percent", "either that or rule"),
    ],
)
def test_what_is_wrong_is_said(settings: dict[str, Any], field: str, said: str) -> None:
    base = {"importer": "JPN", "select": {"all": True}, "start": "2026-27"}
    with pytest.raises(InputError) as caught:
        Scenario.from_dict({"name": "x", "levers": [{"origin": base | settings}]})
    [problem] = caught.value.problems
    assert problem.field == "levers[0].origin" + (f".{field}" if field else "")
    assert said in problem.allowed


def test_a_rule_about_clothing_is_refused_elsewhere(economy: Economy) -> None:
    with pytest.raises(InputError, match="a rule about 61, 62, 63 only"):
        cepasim.simulate(economy, asked("one_process", {"hs": ["87"]}))
    assert exports(economy, asked("one_process")) > 0


def test_an_engine_without_supply_says_why_it_cannot_make_inputs_cheaper(
    economy: Economy,
) -> None:
    with pytest.raises(InputError, match="engine smart cannot move unit costs"):
        cepasim.simulate(economy, asked("ctsh_or_va35"), "smart")
    assert cepasim.simulate(economy, asked("self_certification"), "smart").totals is not None
