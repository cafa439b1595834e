"""What studies say and refuse, in Japanese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import cepasim
from cepasim.core.language import language
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.params.currencies import currency
from cepasim.scenario.scenario import Scenario
from cepasim.studies.engine_comparison import _STEPS, Comparison
from cepasim.studies.grid import read_grid
from cepasim.studies.kept import take_up
from cepasim.studies.reference_text import path_text
from tests.english_left import english_left


@pytest.fixture
def scenario() -> Scenario:
    return Scenario.from_dict({"name": "none", "horizon": "2024-25"})


def test_a_reference_path_is_said_in_japanese(economy: Economy) -> None:
    table = cepasim.reference(economy, "history", "2028-29")
    with language("ja"):
        said = path_text(table, "history", economy.price_year)
    assert "単位は億ドル" in said
    assert ["2023年度", "基準データ", "51.5", "176.9"] in [one.split() for one in said.splitlines()]
    assert english_left(said) == []


def test_a_comparison_of_engines_is_said_in_japanese(scenario: Scenario) -> None:
    row = dict.fromkeys(("exports", "imports", "balance", "welfare_japan", "welfare_india"), 1.0)
    changes = {f"change_in_{name}_usd_mn": value for name, value in row.items()}
    engines = pd.DataFrame([{"engine": "smart", "horizon": "long run", "refused": "", **changes}])
    steps = pd.DataFrame(
        [
            {
                "towards": one.towards,
                "step": one.name,
                "why": one.why,
                "change_in_balance_usd_mn": 1.0,
                "adds_to_balance_usd_mn": 1.0,
            }
            for one in _STEPS
        ]
    )
    with language("ja"):
        said = str(Comparison(scenario, engines, steps, "2023-24"))
    assert "長期" in said and "2023年度価格" in said
    assert english_left(said) == []
    with currency("JPY"):
        said = str(Comparison(scenario, engines, steps, "2023-24"))
    assert "¥ billion of 2023-24" in said and "+0.14" in said
    assert said.count("US$") == 1  # the rate


def _a_grid(tmp_path: Path, economy: Economy, scenario: Scenario) -> object:
    file = tmp_path / "grid.yaml"
    file.write_text("bases: none\nbase: 1\nvary: 2\n")
    return read_grid(file, {})


def _foreign(tmp_path: Path, economy: Economy, scenario: Scenario) -> None:
    (tmp_path / "letter.txt").write_text("x")
    take_up(tmp_path, {})


CODE = ("levers[0].fund.usd_bn", "Scenario.read", "cepasim.load()", "plan.json")
REFUSED: tuple[Callable[[Path, Economy, Scenario], object], ...] = (
    lambda path, economy, scenario: cepasim.sweep(economy, scenario, {}),
    lambda path, economy, scenario: cepasim.sweep(economy, scenario, {"eta": []}),
    lambda path, economy, scenario: cepasim.sweep(economy, None, {"eta": [1]}),  # type: ignore[arg-type]
    lambda path, economy, scenario: cepasim.grid(scenario, {"levers[3].fund": 2}),  # type: ignore[dict-item]
    lambda path, economy, scenario: cepasim.batch(economy, []),
    lambda path, economy, scenario: cepasim.batch(economy, "none"),
    lambda path, economy, scenario: cepasim.sensitivity(economy, scenario, points=3),
    lambda path, economy, scenario: cepasim.tariff_lines(economy, "CHN"),
    lambda path, economy, scenario: cepasim.tariff_lines(economy, "JPN").search(colour="red"),
    lambda path, economy, scenario: cepasim.allocate_fund("economy"),  # type: ignore[arg-type]
    lambda path, economy, scenario: cepasim.allocate_fund(economy, 0.0),
    lambda path, economy, scenario: cepasim.allocate_fund(economy, year="1999-00"),
    lambda path, economy, scenario: cepasim.allocate_fund(economy, caps={"sunrise": 1.5}),
    lambda path, economy, scenario: cepasim.product_list(economy, "CHN"),
    lambda path, economy, scenario: cepasim.negotiate(economy, [], year="1999-00"),
    lambda path, economy, scenario: cepasim.triggers(economy, scenario, {"72": 1.0}),
    lambda path, economy, scenario: cepasim.triggers(economy, scenario, {"IND:72": -1.0}),
    _a_grid,
    _foreign,
)


@pytest.mark.parametrize("asked", REFUSED)
def test_a_refusal_is_in_japanese(
    asked: Callable[[Path, Economy, Scenario], object],
    tmp_path: Path,
    economy: Economy,
    scenario: Scenario,
) -> None:
    with language("ja"), pytest.raises(InputError) as refused:
        asked(tmp_path, economy, scenario)
    for problem in refused.value.problems:
        assert any(ord(sign) > 0x3000 for sign in problem.allowed), problem
        assert english_left(problem.allowed, CODE) == []
