"""Monte Carlo: the same bytes however it is computed, and what an interrupt leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.elasticities import RULE_OF_TWO
from cepasim.scenario.overrides import of_other_levers, without_effect
from cepasim.solution.solve import run
from cepasim.studies import chunks, percentiles
from cepasim.studies import monte_carlo as montecarlo
from cepasim.studies.executors import open_executor
from cepasim.studies.monte_carlo import MonteCarlo, monte_carlo
from cepasim.studies.study import Study, measure
from cepasim.tables.column import TOTALS

DRAWS = 80


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_dict(
        {
            "name": "fish and the fund",
            "horizon": "2027-28",
            "levers": [
                {
                    "ntb": {
                        "importer": "JPN",
                        "type": ["sps"],
                        "select": {"hs": ["03"]},
                        "relief_percent": 50,
                        "start": "2025-26",
                    }
                },
                {
                    "tariff": {
                        "importer": "IND",
                        "select": {"hs": ["87"]},
                        "cut": {"percent": 50},
                        "start": "2025-26",
                    }
                },
            ],
        }
    )


@pytest.fixture(scope="module")
def serial(economy: Economy, scenario: Scenario) -> MonteCarlo:
    return monte_carlo(economy, scenario, draws=DRAWS, seed=4)


def same(a: MonteCarlo, b: MonteCarlo) -> None:
    pd.testing.assert_frame_equal(a.totals, b.totals, check_exact=True)
    pd.testing.assert_frame_equal(a.sectors, b.sectors, check_exact=True)


def test_measured_figures_are_those_of_the_result(economy: Economy, scenario: Scenario) -> None:
    solved = run(economy, scenario, attribution=False)
    found = measure(solved)
    result = cepasim.simulate(economy, scenario)
    totals, balance = result.totals, result.balance("total")
    for place, name in enumerate(TOTALS):
        table = totals if name in totals else balance
        np.testing.assert_allclose(found[:, place], table[name], rtol=1e-12, atol=1e-9)
    sectors = result.sectors
    cells = found[:, len(TOTALS) :].reshape(len(totals), 4, -1)
    for place, (flow, column) in enumerate(
        (f, c) for c in ("baseline_usd_mn", "scenario_usd_mn") for f in ("export", "import")
    ):
        wanted = sectors[sectors["flow"] == flow][column].to_numpy().reshape(len(totals), -1)
        np.testing.assert_allclose(cells[:, place], wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.slow(seconds=1)
def test_percentiles_are_those_of_the_draws(serial: MonteCarlo) -> None:
    row = serial.totals.set_index(["fiscal_year", "item"]).loc[
        ("2027-28", "change_in_balance_usd_mn")
    ]
    sample = serial.sample("change_in_balance_usd_mn", "2027-28")
    assert sample.shape == (DRAWS,)
    for percentile in percentiles.PERCENTILES:
        assert row[f"p{percentile}"] == pytest.approx(np.percentile(sample, percentile))
    assert row["mean"] == pytest.approx(sample.mean())
    assert row["probability_above_zero"] == (sample > 0).mean()
    assert serial.probability_deficit_falls["2027-28"] == (sample > 0).mean()
    assert serial.range_of("change_in_balance_usd_mn", "2027-28") == (row["p5"], row["p95"])
    assert serial.failed == ()


@pytest.mark.slow(seconds=0.7)
def test_the_base_year_is_certain_where_it_is_known(serial: MonteCarlo) -> None:
    base = serial.totals[serial.totals["fiscal_year"] == "2023-24"].set_index("item")
    for item, total in (("exports_usd_mn", 5150.0), ("imports_usd_mn", 17690.0)):
        assert base.loc[item, ["p5", "p95"]].tolist() == pytest.approx([total, total], abs=1e-6)


def test_sectors_hold_every_flow_and_their_balance(serial: MonteCarlo, economy: Economy) -> None:
    sectors = serial.sectors
    years = len(serial.fiscal_years)
    assert len(sectors) == years * 3 * 3 * len(economy.chapters)
    wide = sectors.pivot(
        index=["fiscal_year", "hs", "item"], columns="flow", values=["central", "mean"]
    )
    for statistic in ("central", "mean"):
        part = wide[statistic]
        np.testing.assert_allclose(part["balance"], part["export"] - part["import"], atol=1e-8)


@pytest.fixture(scope="module", params=["threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "threads":
        with ThreadPoolExecutor(2) as pool:
            yield pool
    else:
        with open_executor(2) as pool:
            assert pool is not None
            yield pool


@pytest.mark.slow(seconds=1)
def test_the_same_bytes_on_any_executor(
    economy: Economy, scenario: Scenario, serial: MonteCarlo, executor: Executor
) -> None:
    same(serial, monte_carlo(economy, scenario, DRAWS, 4, executor))


@pytest.mark.slow(seconds=1)
def test_the_same_bytes_whatever_the_chunks(
    economy: Economy, scenario: Scenario, serial: MonteCarlo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(montecarlo, "CHUNK", 32)
    same(serial, monte_carlo(economy, scenario, DRAWS, 4))


def test_another_seed_gives_other_draws(
    economy: Economy, scenario: Scenario, serial: MonteCarlo
) -> None:
    other = monte_carlo(economy, scenario, 8, 5)
    assert not np.array_equal(
        other.sample("exports_usd_mn", "2027-28"), serial.sample("exports_usd_mn", "2027-28")[:8]
    )


def test_scenarios_are_compared_under_the_same_draws(
    economy: Economy, scenario: Scenario, serial: MonteCarlo
) -> None:
    """The reference is the same in every draw, whatever the levers are."""
    none = scenario.model_copy(update={"levers": ()})
    reference = monte_carlo(economy, none, 16, 4)
    np.testing.assert_array_equal(
        reference.sample("baseline_balance_usd_mn", "2027-28"),
        serial.sample("baseline_balance_usd_mn", "2027-28")[:16],
    )
    assert (reference.probability_deficit_falls == 0).all()
    assert np.abs(reference.sample("change_in_balance_usd_mn", "2027-28")).max() == 0


def test_what_the_scenario_sets_is_not_drawn(economy: Economy, scenario: Scenario) -> None:
    names = set(economy.parameters.names)
    # The others are refused in this scenario.
    refused = dict(without_effect(names)) | dict(
        of_other_levers(names, {lever.kind for lever in scenario.levers})
    )
    names -= {RULE_OF_TWO, *refused}
    every = {name: economy.parameters.value(name) for name in names}
    study = Study.of(economy, scenario.model_copy(update={"parameters": every}))
    drawn = study.uncertainty.parameters
    still = {name for name, exact in zip(drawn.names, drawn.spread.exact, strict=True) if not exact}
    assert not still & names and len(names) > 500


# --- interrupts and folders -------------------------------------------------------------------


class Interrupted(Executor):
    """Gives up after some chunks, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.left = after

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(fn, *args, **kwargs)


@pytest.mark.slow(seconds=1)
def test_an_interrupt_keeps_finished_chunks_and_a_rerun_goes_on(
    economy: Economy,
    scenario: Scenario,
    serial: MonteCarlo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(montecarlo, "CHUNK", 16)
    # One chunk under way at a time, so that two are written before the third is asked for.
    monkeypatch.setattr(chunks, "_UNDER_WAY", 1)
    with pytest.raises(KeyboardInterrupt):
        monte_carlo(economy, scenario, DRAWS, 4, Interrupted(2), out=tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "draws").glob("*.npy")}
    assert len(kept) == 2
    assert not (tmp_path / "totals.csv").exists()
    same(serial, monte_carlo(economy, scenario, DRAWS, 4, out=tmp_path))
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "computed again"
    assert (tmp_path / "totals.parquet").is_file()
    told = json.loads((tmp_path / "manifest.json").read_text())
    assert told["options"]["draws"] == DRAWS and told["options"]["seed"] == 4


@pytest.mark.slow(seconds=1)
def test_more_draws_keep_those_that_are_there(
    economy: Economy, scenario: Scenario, tmp_path: Path
) -> None:
    few = monte_carlo(economy, scenario, 64, 4, out=tmp_path)
    many = monte_carlo(economy, scenario, 70, 4, out=tmp_path)
    np.testing.assert_array_equal(
        many.sample("exports_usd_mn", "2027-28")[:64], few.sample("exports_usd_mn", "2027-28")
    )


def test_a_folder_of_another_study_is_refused(
    economy: Economy, scenario: Scenario, tmp_path: Path
) -> None:
    monte_carlo(economy, scenario, 2, 4, out=tmp_path)
    with pytest.raises(InputError, match="seed"):
        monte_carlo(economy, scenario, 2, 5, out=tmp_path)
    with pytest.raises(InputError, match="scenario_sha256"):
        other = scenario.model_copy(update={"levers": ()})
        monte_carlo(economy, other, 2, 4, out=tmp_path)
    with pytest.raises(InputError, match="from 1 to"):
        monte_carlo(economy, scenario, 0)


def test_written_tables_are_the_same_bytes(
    economy: Economy, scenario: Scenario, tmp_path: Path
) -> None:
    for place in ("a", "b"):
        monte_carlo(economy, scenario, 4, 4).to_folder(tmp_path / place)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_ranges_stand_beside_the_headline(
    economy: Economy, scenario: Scenario, serial: MonteCarlo
) -> None:
    from cepasim.report import terminal as tables

    plain = cepasim.simulate(economy, scenario)
    result = plain.with_ranges(serial.headline_ranges(), {"draws": DRAWS, "seed": 4})
    columns = plain.totals.columns
    pd.testing.assert_frame_equal(result.totals[columns], plain.totals)
    row = result.totals.iloc[-1]
    assert row["change_in_balance_usd_mn_p5"] < row["change_in_balance_usd_mn_p95"]
    shown = tables.text(result, "section", "2027-28")
    assert "90 % range of the change" in shown and f"{DRAWS} draws" in shown
    assert "90 % range of the change" not in tables.text(plain, "section", "2027-28")
    with pytest.raises(ValueError, match="fiscal years"):
        plain.with_ranges(serial.headline_ranges().iloc[1:], {})
