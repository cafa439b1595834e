"""Every bundled scenario gives what it gave before; a change of a number is seen and reviewed.

The stored results are CSV files people can read. ``make golden`` writes them again: look at the
difference, and say in CHANGELOG.md why it moved.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pandas as pd
import pytest

import cepasim
from cepasim.params.parameters import bundled_directory

STORED = Path(__file__).parent / "golden"
SCENARIOS = {path.stem: path for path in sorted((bundled_directory() / "scenarios").glob("*.yaml"))}
KEYS = ["fiscal_year", "section"]
FIGURES = [
    "baseline_exports_usd_mn",
    "exports_usd_mn",
    "baseline_imports_usd_mn",
    "imports_usd_mn",
    "change_in_balance_usd_mn",
]
# Stored to a tenth of a thousand dollars: far finer than any reading of the model, and coarse
# enough that another build of NumPy, whose last digits may differ, does not fail.
DECIMALS = 4

pytestmark = pytest.mark.golden


@functools.cache
def economy() -> cepasim.Economy:
    return cepasim.load()


def outcome(name: str) -> pd.DataFrame:
    """Run a scenario: sections and their total in the first, middle and last year."""
    scenario = cepasim.Scenario.read(SCENARIOS[name])
    result = cepasim.simulate(economy(), scenario)
    years = result.fiscal_years
    shown = dict.fromkeys([years[min(3, len(years) - 1)], years[len(years) // 2], years[-1]])
    total = result.balance("total").rename(columns={"total": "section"})
    frame = pd.concat([result.balance("section"), total], ignore_index=True)
    frame = frame[frame["fiscal_year"].isin(list(shown))]
    return frame[[*KEYS, *FIGURES]].round(DECIMALS).reset_index(drop=True)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_bundled_scenario_gives_its_stored_result(name: str) -> None:
    file = STORED / f"{name}.csv"
    found = outcome(name)
    if os.environ.get("RENEW_GOLDEN"):
        STORED.mkdir(exist_ok=True)
        found.to_csv(file, index=False, lineterminator="\n")
    assert file.is_file(), f"no stored result for {name}; write it with `make golden`"
    stored = pd.read_csv(file, dtype=dict.fromkeys(KEYS, str), keep_default_na=False)
    pd.testing.assert_frame_equal(found, stored, rtol=1e-7, atol=2 * 10.0**-DECIMALS)


def test_no_stored_result_is_without_its_scenario() -> None:
    assert {path.stem for path in STORED.glob("*.csv")} <= set(SCENARIOS)
