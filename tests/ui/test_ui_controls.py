"""The places of the levers on the screen, and what each begins with."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

import cepasim
from cepasim.core.language import language, tr
from cepasim.economy.economy import Economy
from cepasim.levers import words
from cepasim.levers.every import LEVER_KINDS, in_words, lever_name
from cepasim.params.parameters import bundled_directory
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import Scenario
from cepasim.ui import state
from cepasim.ui.assumptions import waiting
from cepasim.ui.controls import registry
from cepasim.ui.controls.assumed import in_round_steps
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.ntb import measured
from cepasim.ui.figures import bundled_figures
from cepasim.ui.state import Session

BUNDLED = {
    file.stem: Scenario.read(file) for file in sorted(bundled_directory().glob("scenarios/*.yaml"))
}
HS = Classification.bundled()


@pytest.fixture(scope="module")
def economy() -> Economy:
    return cepasim.load()


def test_controls_are_found_in_the_order_of_the_levers() -> None:
    folder = Path(registry.__file__).parent
    written = {
        file.stem
        for file in folder.glob("*.py")
        if "\nCONTROL = " in file.read_text(encoding="utf-8")
    }
    assert written == set(registry.CONTROLS), "a control is found by the name of its lever"
    assert tuple(registry.CONTROLS) == LEVER_KINDS
    assert all(control.kind == kind for kind, control in registry.CONTROLS.items())


def test_the_order_of_the_screen() -> None:
    policy, outside = ([one.key for one in registry.groups(outside=o)] for o in (False, True))
    assert policy == [
        *("tariff_jpn", "tariff_ind", "withdraw", "remedy", "origin_jpn", "origin_ind"),
        *("ntb_jpn", "ntb_ind", "quota", "fund", "sourcing", "offtake", "entry"),
    ]
    assert outside == ["rivals", "exchange_rate", "external"]


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_every_bundled_lever_has_a_place_and_words(name: str) -> None:
    for lever in BUNDLED[name].to_dict()["levers"]:
        assert registry.group_of(lever) is not None
        sentence = in_words(lever, HS)
        assert sentence[0].isupper() and sentence.endswith(".")
        assert "None" not in sentence and "{" not in sentence


@pytest.mark.parametrize("outside", [False, True])
def test_every_group_can_be_switched_on(outside: bool) -> None:
    for group in registry.groups(outside=outside):
        added = group.begins(BUNDLED)
        assert added, group.key
        assert all(registry.group_of(lever) is group for lever in added)
        read = Scenario.from_dict({"name": "switched on", "levers": added})
        assert all(in_words(lever, HS) for lever in read.to_dict()["levers"])


def test_outside_conditions_start_at_no_change(economy: Economy) -> None:
    for group in registry.groups(outside=True):
        scenario = Scenario.from_dict({"name": "x", "levers": group.begins(BUNDLED)})
        totals = cepasim.simulate(economy, scenario).totals
        assert totals["change_in_balance_usd_mn"].abs().max() < 1e-6, group.key


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        (
            {"tariff": {"importer": "IND", "select": {"hs": ["87"]}, "cut": {"percent": 50.0}}},
            "India cuts its duties by 50 % on goods from Japan (87 Vehicles and parts)",
        ),
        (
            {"tariff": {"importer": "JPN", "select": {"section": "X"}, "cut": {"percent": 50.0}}},
            "Japan cuts its duties by 50 % on goods from India (section X: ",
        ),
        (
            {"tariff": {"source": "IND", "select": {"all": True}, "cut": "eliminate"}},
            "Japan eliminates its duties on goods from India (all products)",
        ),
        (
            {
                "ntb": {
                    "importer": "JPN",
                    "type": "all",
                    "relief_percent": 40,
                    "select": {"all": True},
                }
            },
            "Japan relieves 40 % of the actionable part of all its barriers to Indian goods",
        ),
        (
            {"exchange_rate": {"country": "IND", "depreciation_percent": -3.0}},
            "The currency of India appreciates by 3 %",
        ),
    ],
)
def test_levers_in_words(lever: words.LeverDict, said: str) -> None:
    [(kind, settings)] = lever.items()
    assert in_words({kind: settings | {"start": "2026-27"}}, HS).startswith(said)


def test_relief_can_be_measured_in_days() -> None:
    lever = {
        "ntb": {"importer": "JPN", "type": ["sps"], "relief_percent": 40.0, "start": "2026-27"}
    }
    days = measured(lever, "days_saved")
    assert days["ntb"]["days_saved"] == 1.0 and "relief_percent" not in days["ntb"]
    assert "wait 1 day less" in in_words({"ntb": days["ntb"] | {"select": {"all": True}}}, HS)
    assert measured(days, "relief_percent")["ntb"]["relief_percent"] == 0.0


@pytest.mark.parametrize(
    ("ends", "grid"),
    [((3.0, 8.0), (3.0, 8.0, 0.05)), ((0.37, 0.93), (0.37, 0.93, 0.01)), ((0.0, 1.0),) * 2],
)
def test_sliders_of_assumptions_step_in_round_numbers(
    ends: tuple[float, float], grid: tuple[float, ...]
) -> None:
    low, high, step = in_round_steps(*ends)
    assert (low, high, step)[: len(grid)] == grid
    assert any(abs(low + k * step - 5.0) < 1e-9 for k in range(101)) == (ends == (3.0, 8.0))


def test_a_slider_keeps_the_reach_that_a_link_gave_it() -> None:
    fund = Scenario.bundled("fund-2bn")
    found = Session(bundled_figures(), fund.to_dict(), fund, fund)
    form = Form(found, 0, {})
    reach = [form._ends("fund", value, (0.0, 10.0), 0.5) for value in (50.0, 20.0, 35.2)]
    assert reach == [(0.0, 50.0)] * 3
    assert form._ends("rate", -3.2, (0.0, 10.0), 0.5) == (-3.5, 10.0), "in whole steps"


def test_an_assumption_of_a_lever_that_is_taken_out_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is no longer read, which a scenario file would be refused for."""
    monkeypatch.setattr(state, "spoken", lambda found: nullcontext())
    fund = Scenario.bundled("fund-2bn")
    found = Session(bundled_figures(), fund.to_dict(), fund, fund)
    found.assume("additionality", 0.5)
    assert found.overrides == {"additionality": 0.5} and not found.problems
    [lever] = found.draft["levers"]
    found.remove_levers([0])
    assert found.overrides == {} and not found.problems
    assert "additionality" in waiting(found.draft["parameters"], found.draft)
    found.add_levers([lever])
    assert found.overrides == {"additionality": 0.5}
    assert not waiting(found.draft["parameters"], found.draft)


@pytest.mark.parametrize("tag", ["en", "ja"])
def test_a_lever_has_one_name_in_the_sidebar_and_in_results(tag: str) -> None:
    with language(tag):
        other = {
            tr(group.title): name
            for kind, control in registry.CONTROLS.items()
            for group in control.groups
            if (name := lever_name(kind)).lower() not in tr(group.title).lower()
        }
    assert other == {}
