"""What the notes of a result say about the form and the height of duties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cepasim.core.numbers import mn
from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.tables.notes import scenario_notes


def notes(economy: Economy, **fields: Any) -> str:
    tariff = {"importer": "JPN", "cut": "eliminate", "start": "2026-27", **fields}
    scenario = Scenario.from_dict({"name": "test", "levers": [{"tariff": tariff}]})
    return "\n".join(scenario_notes(economy, scenario))


def test_spirits_and_cars_are_named_first(economy: Economy) -> None:
    text = notes(economy, importer="IND", select={"all": True})
    assert "let almost nothing through: Wine" in text
    assert "(2204, 150 %), Motor cars" in text and "(8703, 125 %)" in text
    named = text.split("almost nothing through: ")[1].split(". Today")[0]
    assert named.count(" %)") <= 6 and "more headings" in named


def test_what_is_not_prohibitive_or_not_cut_is_not_named(economy: Economy) -> None:
    assert "almost nothing through" not in notes(economy, importer="IND", select={"hs": ["8708"]})
    assert "almost nothing through" not in notes(economy, select={"hs": ["03"]})
    untouched = notes(economy, importer="IND", select={"hs": ["8703"]}, cut={"cap": 200})
    assert "almost nothing through" not in untouched


def test_lines_whose_duty_was_lowered_since_are_named(economy: Economy) -> None:
    """The Budget of 2025 exchanged duty for cess on cars and buses: the model keeps the duty."""
    text = notes(economy, importer="IND", select={"hs": ["87"]})
    assert "101 of the selected lines of India (8702, 8703, 8704) keep the basic duty" in text
    assert "(40–125 %), whereas the tariff book of 2026 has 15–70 %" in text
    assert "up to 67.5 %" in text and "make up US$ " in text
    assert "keep the basic duty" not in notes(economy, importer="IND", select={"hs": ["8708"]})
    assert "keep the basic duty" not in notes(economy, source="CHN", select={"hs": ["87"]})


def test_the_threshold_is_a_parameter(economy: Economy) -> None:
    buses = {"importer": "IND", "select": {"hs": ["8702"]}}
    assert "almost nothing" not in notes(economy, **buses)
    assert "(8702, 40 %)" in notes(economy.with_overrides({"prohibitive_rate": 0.4}), **buses)


def test_japanese_lines_with_a_cheaper_one_beside_them(economy: Economy) -> None:
    text = notes(economy, select={"all": True})
    assert "Maize (corn) (1005, 50 %)" in text and "cheaper line beside the barred one" in text


@pytest.mark.parametrize("chapter", ["04", "10", "17"])
def test_specific_duties_say_which_trade_they_concern(economy: Economy, chapter: str) -> None:
    schedule = economy.markets["JPN"].schedule
    rate = schedule.line_rates("IND", np.array([2026]))[0]
    unknown = np.isnan(rate) & np.char.startswith(schedule.lines, chapter)
    products = np.unique(schedule.product_of_line[unknown])
    sold = known_product_trade(economy.parameters, schedule)[products].sum()
    text = notes(economy, select={"hs": [chapter]})
    assert f"{unknown.sum()} of the selected lines of Japan bear specific or mixed duties" in text
    assert f"India sold {mn(sold)} of these products in 2023-24" in text


def test_either_or_duties_are_told_apart_from_unknown_ones(economy: Economy) -> None:
    text = notes(economy, select={"hs": ["17"]})
    assert "only the ad-valorem part is known and counted" in text
    text = notes(economy, select={"hs": ["61"]})
    assert "ad-valorem part" not in text and "specific or mixed" not in text


def test_a_rivals_trade_by_product_is_not_claimed_to_be_known(economy: Economy) -> None:
    text = notes(economy, source="CHN", select={"hs": ["17"]})
    assert "not known by product" in text and "India sold" not in text
