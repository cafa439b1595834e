"""Many scenarios at once: partitions, failures, reruns, grids."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import pytest
from typer.testing import CliRunner

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.studies import batch as batches
from cepasim.studies.batch import IN_MEMORY, batch
from cepasim.studies.grid import grid

FUND = {
    "usd_bn": 2.0,
    "windows": {"sunrise": 1.0},
    "start": "2024-25",
    "years": 2,
}


def fund(**settings: Any) -> dict[str, Any]:
    return {"name": "fund", "horizon": "2026-27", "levers": [{"fund": FUND | settings}]}


@pytest.fixture(scope="module")
def base() -> Scenario:
    return Scenario.from_dict(fund())


@pytest.fixture()
def files(tmp_path: Path, base: Scenario) -> list[Path]:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(base.to_yaml(), encoding="utf-8")
    bad.write_text("name: bad\nlevers:\n  - fund: {usd_bn: -1}\n", encoding="utf-8")
    return [good, bad, tmp_path / "absent.yaml"]


def test_one_bad_scenario_loses_no_other(economy: Economy, files: list[Path]) -> None:
    done = batch(economy, files)
    assert done.index.set_index("scenario")["done"].to_dict() == {
        "good": True,
        "bad": False,
        "absent": False,
    }
    assert not done.complete
    assert set(done.failures["scenario"]) == {"bad", "absent"}
    assert done.failures["problem"].str.contains("usd_bn").any()
    assert set(done.totals["scenario"]) == {"good"}


@pytest.mark.slow(seconds=0.7)
def test_tables_are_those_of_each_result(economy: Economy, base: Scenario) -> None:
    done = batch(economy, [base], ThreadPoolExecutor(1))
    result = cepasim.simulate(economy, base)
    for name in IN_MEMORY:
        table = done.frame(name)
        assert (table.pop("scenario") == "fund").all()
        pd.testing.assert_frame_equal(table, getattr(result, name), check_dtype=False)


def test_parquet_is_partitioned_by_scenario(
    economy: Economy, base: Scenario, tmp_path: Path
) -> None:
    other = base.model_copy(update={"name": "fund", "horizon": "2025-26"})
    done = batch(economy, [base, other], out=tmp_path)
    assert list(done.index["scenario"]) == ["fund", "fund-2"], "names repeat, keys do not"
    read = ds.dataset(tmp_path / "totals", partitioning="hive").to_table().to_pandas()
    assert sorted(set(read["scenario"])) == ["fund", "fund-2"]
    assert len(read) == len(done.totals) == 4 + 3
    assert (tmp_path / "failures.csv").is_file() and (tmp_path / "index.csv").is_file()


def test_a_rerun_computes_only_what_is_missing_or_changed(
    economy: Economy, base: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []
    run_one = batches.run_one

    def counted(shared: Any, scenario: Scenario, *given: Any) -> Any:
        computed.append(scenario.name)
        return run_one(shared, scenario, *given)

    monkeypatch.setattr(batches, "run_one", counted)
    second = Scenario.from_dict(fund(usd_bn=1.0) | {"name": "small"})
    batch(economy, [base], out=tmp_path)
    done = batch(economy, [base, second], out=tmp_path)
    assert computed == ["fund", "small"] and done.complete
    changed = Scenario.from_dict(fund(usd_bn=3.0))
    batch(economy, [changed, second], out=tmp_path)
    assert computed == ["fund", "small", "fund"]
    with pytest.raises(InputError, match="parameter_digest"):
        batch(economy.with_overrides({"eta": 0.9}), [base], out=tmp_path)


def test_a_failing_run_is_told_and_the_rest_done(economy: Economy, base: Scenario) -> None:
    """Infinite supply: capacity means nothing, so the fund cannot run."""
    infinite = base.model_copy(
        update={"name": "no capacity", "parameters": {"epsilon_supply_ind_jpn": float("inf")}}
    )
    done = batch(economy, [infinite, base])
    assert done.failures["scenario"].tolist() == ["no-capacity"]
    assert "capacity means nothing" in done.failures["problem"].iloc[0]
    assert set(done.totals["scenario"]) == {"fund"}


def test_a_grid_holds_every_combination(economy: Economy, base: Scenario) -> None:
    made = grid(base, {"levers[0].fund.usd_bn": [1, 4], "parameters.additionality": [0.2, 0.4]})
    assert len(made) == 4 and len({one["name"] for one in made}) == 4
    done = batch(economy, [*made, {"name": "wrong", "levers": [{"fund": {}}]}])
    assert done.index["done"].tolist() == [True] * 4 + [False]
    last = done.totals.groupby("scenario", sort=False)["exports_usd_mn"].last()
    assert last.is_monotonic_increasing, "more money or more of it additional, more exports"


def test_a_path_that_leads_nowhere_is_an_error(base: Scenario) -> None:
    with pytest.raises(InputError, match=r"levers\[1\]"):
        grid(base, {"levers[1].fund.usd_bn": [1]})
    with pytest.raises(InputError, match="a list"):
        grid(base, {"levers[0].fund.usd_bn": []})


def test_the_command_reports_and_exits(tmp_path: Path, files: list[Path]) -> None:
    runner = CliRunner()
    out = tmp_path / "out"
    one = runner.invoke(app, ["batch", str(files[0]), "--out", str(out), "--workers", "1"])
    assert one.exit_code == 0, one.output
    both = runner.invoke(app, ["batch", *map(str, files), "--out", str(out), "--workers", "1"])
    assert both.exit_code == 2, "both failures are of the input, as in run"
    assert "bad: " in both.output and "1 of 3 scenarios" in both.output
    assert runner.invoke(app, ["batch", "--out", str(out)]).exit_code == 2
    plan = tmp_path / "grid.yaml"
    plan.write_text("base: good.yaml\nvary: {'levers[0].fund.usd_bn': [1, 2]}\n", encoding="utf-8")
    laid = runner.invoke(
        app, ["batch", "--grid", str(plan), "--out", str(tmp_path / "g"), "--workers", "1"]
    )
    assert laid.exit_code == 0, laid.output
    plan.write_text("base: good.yaml\n", encoding="utf-8")
    assert runner.invoke(app, ["batch", "--grid", str(plan), "--out", str(out)]).exit_code == 2


def test_a_folder_of_others_is_refused_and_left_alone(
    economy: Economy, base: Scenario, tmp_path: Path
) -> None:
    (tmp_path / "mine.npy").write_bytes(b"precious")
    with pytest.raises(InputError, match=r"mine\.npy"):
        batch(economy, [base], out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.npy"]
    (tmp_path / "plan.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="no plan of this program"):
        batch(economy, [base], out=tmp_path)


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "empty mark", "broken mark"])
def test_a_harmed_part_is_computed_again(
    economy: Economy, base: Scenario, tmp_path: Path, harm: str
) -> None:
    whole = batch(economy, [base], out=tmp_path).totals
    part = tmp_path / "totals" / "scenario=fund" / "part.parquet"
    mark = tmp_path / "scenarios" / "fund.json"
    content = part.read_bytes()
    if harm == "missing":
        part.unlink()
    elif harm == "cut":
        part.write_bytes(content[:-9])
    elif harm == "changed":
        part.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    else:
        mark.write_text("" if harm == "empty mark" else "[1", encoding="utf-8")
    pd.testing.assert_frame_equal(batch(economy, [base], out=tmp_path).totals, whole)
    assert part.read_bytes() == content


def test_the_index_lists_all_that_the_folder_holds(
    economy: Economy, base: Scenario, tmp_path: Path
) -> None:
    batch(economy, grid(base, {"levers[0].fund.usd_bn": [1, 2]}), out=tmp_path)
    done = batch(economy, [base], out=tmp_path)
    assert list(done.index["scenario"]) == ["fund"]
    index = pd.read_csv(tmp_path / "index.csv")
    assert len(index) == 3 and index["done"].all()
    assert sorted(index["levers[0].fund.usd_bn"].dropna()) == [1, 2]


def test_settings_are_columns_and_displacement_is_held_when_asked(
    economy: Economy, base: Scenario
) -> None:
    made = grid(base, {"levers[0].fund.usd_bn": [1, 2]})
    done = batch(economy, made)
    assert done.index["levers[0].fund.usd_bn"].tolist() == [1, 2]
    assert set(done.totals["levers[0].fund.usd_bn"]) == {1, 2}
    with pytest.raises(InputError, match="tables="):
        done.frame("displacement")
    assert len(batch(economy, [base], tables=["displacement"]).displacement)


@pytest.mark.parametrize("given", ["full-package", [], None, [5]])
def test_what_is_no_list_of_scenarios_is_refused_by_name(economy: Economy, given: Any) -> None:
    with pytest.raises(InputError, match="scenarios"):
        batch(economy, given)


@pytest.mark.parametrize(
    "text",
    [
        b"base: good.yaml\nvary: [1]\n",
        b"base: good.yaml\nvary:\n",
        b"base: good.yaml\nvary: abc\n",
        b"base: good.yaml\nvary: {caf\xe9: [1]}\n",
        b"base: good.yaml\nvary: " + b"[" * 500 + b"]" * 500,
        b"base: good.yaml\nbase: good.yaml\nvary: {parameters.eta: [1]}\n",
    ],
)
def test_a_grid_file_that_is_none_is_told_with_its_line(
    tmp_path: Path, files: list[Path], text: bytes
) -> None:
    plan = tmp_path / "grid.yaml"
    plan.write_bytes(text)
    done = CliRunner().invoke(
        app, ["batch", "--grid", str(plan), "--out", str(tmp_path / "g"), "--workers", "1"]
    )
    assert done.exit_code == 2, done.output
    assert "grid.yaml:" in done.output and "unexpected" not in done.output
    assert not (tmp_path / "g").exists()


@pytest.mark.parametrize("harm", ["cut", "empty", "changed"])
def test_a_harmed_chunk_of_draws_is_computed_again(
    economy: Economy, base: Scenario, tmp_path: Path, harm: str
) -> None:
    cepasim.monte_carlo(economy, base, 2, out=tmp_path)
    [chunk] = (tmp_path / "draws").glob("*.npy")
    content = chunk.read_bytes()
    harmed = {"cut": content[:-8], "empty": b"", "changed": content[:-1] + b"\1"}[harm]
    chunk.write_bytes(harmed)
    cepasim.monte_carlo(economy, base, 2, out=tmp_path)
    assert chunk.read_bytes() == content
