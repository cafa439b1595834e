"""Whoever reads who loses in Japan is told how well it is known, and the grades bear it out."""

from __future__ import annotations

import pandas as pd
import pytest

import cepasim
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.bundled import bundled_path, scenarios
from cepasim.tables.notes import scenario_notes

LOSERS = "Losses in Japan are worked out from Japan's customs data"


@pytest.fixture(scope="module")
def economy() -> cepasim.Economy:
    return cepasim.load()


def test_the_note_carries_the_grades_the_market_has(economy: cepasim.Economy) -> None:
    table = pd.read_csv(bundled_directory() / "benchmark" / "japan_imports.csv")
    others = table[(table["exporter"] != "IND") & (table["value"] > 0)]
    part = others.groupby("grade")["value"].sum() / others["value"].sum()
    for name in scenarios():
        scenario = cepasim.Scenario.read(bundled_path(name))
        told = [n for n in scenario_notes(economy, scenario) if n.startswith(LOSERS)]
        assert len(told) == bool(scenario.levers)
        for note in told:
            assert "(grade B/C; D for sources that sell little of a chapter)" in note
    assert part["B"] + part["C"] > 0.9
    small = others[others["grade"] == "D"]["value"]
    assert small.median() < 5
