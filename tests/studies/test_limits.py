"""What a study may be asked for: limits, types, NumPy's integers, and what a failure leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.studies.batch import batch
from cepasim.studies.monte_carlo import MOST_DRAWS
from cepasim.studies.sensitivity import MOST_POINTS
from cepasim.studies.sweep import MOST_SETTINGS

NOT_AT_HOME = """\
name: {name}
levers:
  - tariff:
      importer: JPN
      start: 2026-27
      select: {{hs: ['030617999']}}
      cut: eliminate
"""


@pytest.fixture(scope="module")
def fish() -> Scenario:
    return fish_called("fish")


def fish_called(name: str, **settings: Any) -> Scenario:
    lever = {"importer": "JPN", "select": {"hs": ["03"]}, "cut": "eliminate", "start": "2024-25"}
    given = {"name": name, "horizon": "2024-25", "levers": [{"tariff": lever}]}
    return Scenario.from_dict(given | settings)


# --- arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [0, -1, 1.5, True, "3", None, MOST_DRAWS + 1, np.float64(2)])
def test_draws_that_cannot_be_are_refused(economy: Economy, fish: Scenario, draws: Any) -> None:
    with pytest.raises(InputError, match="draws"):
        cepasim.monte_carlo(economy, fish, draws)


@pytest.mark.parametrize("points", [0, 1, 3, 2.0, True, "4", 2 * MOST_POINTS])
def test_points_that_cannot_be_are_refused(economy: Economy, fish: Scenario, points: Any) -> None:
    with pytest.raises(InputError, match="points"):
        cepasim.sensitivity(economy, fish, points=points)


@pytest.mark.parametrize("seed", [-1, 0.5, None, "1"])
def test_a_seed_that_cannot_be_is_refused(economy: Economy, fish: Scenario, seed: Any) -> None:
    for study in (cepasim.monte_carlo, cepasim.sensitivity):
        with pytest.raises(InputError, match="seed"):
            study(economy, fish, seed=seed)  # type: ignore[operator]


@pytest.mark.parametrize("place", ["economy", "scenario"])
def test_what_is_no_economy_or_scenario_is_refused_by_name(
    economy: Economy, fish: Scenario, place: str
) -> None:
    given: dict[str, Any] = {"economy": economy, "scenario": fish, place: "x"}
    for study in (cepasim.monte_carlo, cepasim.sensitivity, cepasim.tornado):
        with pytest.raises(InputError, match=place):
            study(given["economy"], given["scenario"])
    with pytest.raises(InputError, match=place):
        cepasim.sweep(given["economy"], given["scenario"], {"eta": [1.0]})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "one or two parameters"),
        (None, "one or two parameters"),
        ({"eta": []}, "at least one value"),
        ({"eta": "12"}, "at least one value"),
        ({"eta": 1.0}, "at least one value"),
        ({"eta": [1], "additionality": [1], "lag_decay": [1]}, "one or two parameters"),
        ({"eta": [1.0] * (MOST_SETTINGS + 1)}, "at most"),
        ({"etta": [1.0]}, "eta"),
        ({"eta": [float("nan")]}, "eta"),
        ({"eta": ["x"]}, "eta"),
    ],
)
def test_sweeps_that_cannot_be_are_refused(
    economy: Economy, fish: Scenario, values: Any, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        cepasim.sweep(economy, fish, values)


@pytest.mark.slow(seconds=1)
def test_integers_of_numpy_are_integers(economy: Economy, fish: Scenario) -> None:
    plain = cepasim.monte_carlo(economy, fish, 2, 3)
    numpy = cepasim.monte_carlo(economy, fish, np.int64(2), np.uint8(3))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(plain.totals, numpy.totals, check_exact=True)
    listed = cepasim.sweep(economy, fish, {"eta": [0.5, 1.0]})
    ranged = cepasim.sweep(economy, fish, {"eta": np.linspace(0.5, 1.0, 2)})  # type: ignore[dict-item]
    pd.testing.assert_frame_equal(listed, ranged, check_exact=True)
    assert isinstance(cepasim.sensitivity(economy, fish, points=np.int32(2)).points, int)  # type: ignore[arg-type]


# --- a batch ------------------------------------------------------------------------------------


def test_what_fails_at_run_time_is_reported_with_file_and_line(
    economy: Economy, fish: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "heading.yaml"
    file.write_text(NOT_AT_HOME.format(name="heading"), encoding="utf-8")
    done = batch(economy, [fish, file])
    [problem] = done.failures["problem"]
    assert problem.startswith(f"{file}:6: levers[0].tariff.select: '030617999'"), problem
    assert done.wrong_input and set(done.totals["scenario"]) == {"fish"}


def test_keys_differ_in_more_than_capitals(economy: Economy, tmp_path: Path) -> None:
    """A file system that knows no capitals would put both into one folder."""
    pair = [fish_called("Fish"), fish_called("fISH", horizon="2025-26")]
    done = batch(economy, pair, out=tmp_path)
    keys = list(done.index["scenario"])
    assert len({key.casefold() for key in keys}) == 2
    assert [len(done.totals[done.totals["scenario"] == key]) for key in keys] == [2, 3]
    assert len(list((tmp_path / "totals").iterdir())) == 2


def test_old_numbers_are_withdrawn_when_the_changed_scenario_fails(
    economy: Economy, tmp_path: Path
) -> None:
    good, other = fish_called("fish"), fish_called("other")
    batch(economy, [good, other], out=tmp_path)
    assert (tmp_path / "totals" / "scenario=fish").exists()
    fund = {"usd_bn": 1.0, "windows": {"sunrise": 1.0}, "start": "2024-25", "years": 1}
    # Infinite supply: capacity means nothing, so the fund cannot run.
    changed = {"levers": [{"fund": fund}], "parameters": {"epsilon_supply_ind_jpn": float("inf")}}
    done = batch(economy, [fish_called("fish", **changed), other], out=tmp_path)
    assert done.index.set_index("scenario")["done"].to_dict() == {"fish": False, "other": True}
    left = [path for path in tmp_path.rglob("*.parquet") if "scenario=fish" in str(path)]
    assert left == []
    listed = pd.read_csv(tmp_path / "index.csv").set_index("scenario")
    assert not listed.loc["fish", "done"] and listed.loc["other", "done"]
    assert pd.read_csv(tmp_path / "failures.csv")["scenario"].tolist() == ["fish"]


@pytest.mark.parametrize("wrong", ["engine", "file in the way"])
def test_batch_exits_as_run_does(tmp_path: Path, wrong: str) -> None:
    out = tmp_path / "out"
    options = ["--workers", "1", "--out", str(out)]
    if wrong == "engine":
        options += ["--engine", "oracle"]
    else:
        out.write_text("mine", encoding="utf-8")
    codes = {}
    for command in ("run", "batch"):
        given = [one for one in options if command == "batch" or one not in ("--workers", "1")]
        done = CliRunner().invoke(app, [command, "reference", *given])
        codes[command] = done.exit_code
        assert "unexpected" not in done.output and "Traceback" not in done.output
    assert codes == {"run": 2, "batch": 2}
    assert out.read_text(encoding="utf-8") == "mine" if out.exists() else wrong == "engine"
