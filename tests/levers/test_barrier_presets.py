"""Presets of barrier relief, and days saved at the border."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import yaml

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.market import BARRIER_TYPES
from cepasim.levers.barrier_presets import barrier_presets
from cepasim.levers.ntb import NtbLever
from cepasim.levers.words import barriers_in_words
from cepasim.products.classification import Classification
from cepasim.solution.solve import run

PRESETS = barrier_presets()


def ntb(**settings: Any) -> dict[str, Any]:
    body = {"importer": "JPN", "start": "2026-27"} | settings
    return {"ntb": {key: value for key, value in body.items() if value is not None}}


def scenario(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "test", "levers": list(levers), **header})


def lever_of(**settings: Any) -> NtbLever:
    [lever] = scenario(ntb(**settings)).levers_of(NtbLever)
    return lever


# --- presets ----------------------------------------------------------------------------------


def test_the_four_that_are_talked_about_are_there() -> None:
    assert set(PRESETS) == {
        "mutual_recognition",
        "harmonised_standards",
        "digital_customs",
        "small_firm_capacity",
    }


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_complete_and_says_that_it_is_an_assumption(name: str) -> None:
    preset = PRESETS[name]
    assert preset.types and set(preset.types) <= set(BARRIER_TYPES)
    assert 0 < preset.low < preset.relief_percent < preset.high < 100
    assert preset.grade == "D" and len(preset.note) > 40
    assert Classification.bundled().select(preset.select).chapters


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_what_is_left_out(name: str) -> None:
    preset, lever = PRESETS[name], lever_of(preset=name)
    assert lever.types == tuple(kind for kind in BARRIER_TYPES if kind in preset.types)
    assert lever.relief_percent == preset.relief_percent
    assert lever.select.as_spec() == preset.select
    assert lever.also_others == preset.also_others
    text = scenario(ntb(preset=name)).to_yaml()
    assert f"preset: {name}" in text and "also_others:" in text
    assert Scenario.from_dict(yaml.safe_load(text)).levers_of(NtbLever) == (lever,)


def test_explicit_keys_win() -> None:
    lever = lever_of(
        preset="harmonised_standards",
        type="tbt",
        select={"hs": ["61"]},
        relief_percent=5,
        also_others=False,
    )
    assert (lever.types, lever.relief_percent, lever.also_others) == (("tbt",), 5.0, False)
    assert lever.select.as_spec() == {"hs": ["61"]}


def test_a_preset_of_one_side_brings_its_importer() -> None:
    assert lever_of(preset="small_firm_capacity", importer=None).importer == "JPN"
    with pytest.raises(InputError, match="JPN; small_firm_capacity acts on that side only"):
        scenario(ntb(preset="small_firm_capacity", importer="IND"))


@pytest.mark.parametrize("name", ["mutual_recogniton", 5, None])
def test_an_unknown_preset_is_one_problem_with_the_names_there_are(name: object) -> None:
    body = ntb()["ntb"] | {"preset": name}
    with pytest.raises(InputError) as caught:
        scenario({"ntb": body})
    [problem] = caught.value.problems
    assert problem.field == "levers[0].ntb.preset"
    assert "mutual_recognition, harmonised_standards" in problem.allowed
    if isinstance(name, str):
        assert "did you mean mutual_recognition?" in problem.allowed


def test_a_preset_does_what_its_settings_do(economy: Economy) -> None:
    preset = PRESETS["mutual_recognition"]
    spelt_out = ntb(
        type=list(preset.types), select=preset.select, relief_percent=preset.relief_percent
    )
    one, other = (
        run(economy, scenario(lever, time="long_run")).outcome.exports
        for lever in (ntb(preset="mutual_recognition"), spelt_out)
    )
    np.testing.assert_array_equal(one, other)


def test_presets_of_the_users_own_folder_are_used(economy: Economy) -> None:
    class Own:
        def table(self, name: str) -> Any:
            table = economy.parameters.table(name)
            table["value"] = 77.0
            return table

    assert barrier_presets(Own())["digital_customs"].relief_percent == 77.0  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PRESETS)
def test_the_result_says_which_types_and_sectors_a_preset_touches(
    economy: Economy, name: str
) -> None:
    result = cepasim.simulate(economy, scenario(ntb(preset=name)))
    [note] = [n for n in result.notes if n.startswith(f"Preset {name}")]
    assert barriers_in_words(PRESETS[name].types) in note
    chapters = economy.classification.select(PRESETS[name].select).chapters
    everywhere = len(chapters) == len(economy.chapters)
    shown = "every chapter" if everywhere else economy.classification.name(chapters[0])
    assert shown in note
    assert "grade D" in note and PRESETS[name].note in note
    helped = any("also helps third sources" in n for n in result.notes)
    assert helped == PRESETS[name].also_others
    assert result.totals["change_in_balance_usd_mn"].iloc[-1] > 0


def test_help_for_third_sources_is_smaller_for_india(economy: Economy) -> None:
    gains = [
        run(economy, scenario(ntb(preset="harmonised_standards", also_others=others))).outcome
        for others in (False, True)
    ]
    assert gains[0].exports[-1].sum() > gains[1].exports[-1].sum()


# --- days at the border -------------------------------------------------------------------------


BORDER = {"type": ["border"], "select": {"all": True}}


def test_a_day_saved_is_a_day_s_worth(economy: Economy) -> None:
    value = economy.parameters.value
    days, worth = value("border_days_jpn"), value("border_ave_per_day")
    saved = run(economy, scenario(ntb(**BORDER, days_saved=1), time="long_run"))
    wedges = saved.outcome.markets["JPN"].shocks.wedges
    before = saved.reference.markets["JPN"].shocks.wedges
    column = economy.markets["JPN"].partner_column
    fallen = (before.barrier - wedges.barrier)[0, :, column]
    np.testing.assert_allclose(fallen, worth, rtol=1e-6)
    others = np.delete(before.barrier - wedges.barrier, column, axis=2)
    assert np.abs(others).max() == 0.0
    assert days > 1


def test_all_days_saved_is_no_border_left(economy: Economy) -> None:
    days = economy.parameters.value("border_days_jpn")
    gone = run(economy, scenario(ntb(**BORDER, days_saved=days), time="long_run"))
    market = economy.markets["JPN"]
    left = gone.outcome.markets["JPN"].shocks.wedges.barrier[0, :, market.partner_column]
    rest = market.barrier_total - market.barriers["border"]
    np.testing.assert_allclose(left, rest, atol=1e-12)


def test_more_days_than_there_are_is_an_error(economy: Economy) -> None:
    days = economy.parameters.value("border_days_jpn")
    with pytest.raises(InputError) as caught:
        cepasim.simulate(economy, scenario(ntb(**BORDER, days_saved=days + 0.5)))
    [problem] = caught.value.problems
    assert problem.field == "levers[0].ntb.days_saved"
    assert f"at most {days:g} days" in problem.allowed
    # India's border takes longer.
    cepasim.simulate(economy, scenario(ntb(**BORDER, importer="IND", days_saved=days + 0.5)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (BORDER, "either relief_percent or"),
        (BORDER | {"days_saved": 1, "relief_percent": 5}, "either relief_percent or"),
        (BORDER | {"type": "all", "days_saved": 1}, "for type border alone"),
        (BORDER | {"days_saved": -1}, "days, 0 or more"),
        ({"preset": "digital_customs", "days_saved": 1}, "for type border alone"),
    ],
)
def test_days_and_per_cent_are_told_apart(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        scenario(ntb(**settings))


def test_days_replace_the_relief_of_a_preset() -> None:
    lever = lever_of(preset="digital_customs", type="border", days_saved=1)
    assert (lever.days_saved, lever.relief_percent) == (1.0, None)


def test_no_day_saved_changes_nothing(economy: Economy) -> None:
    result = cepasim.simulate(economy, scenario(ntb(**BORDER, days_saved=0)))
    assert result.sectors["change_usd_mn"].abs().max() <= 1e-9
