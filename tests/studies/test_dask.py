"""A real cluster of two workers: equal to serial, and a worker killed midway costs nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from cepasim import Economy, RunError, Scenario
from cepasim.cli.commands import app
from cepasim.studies import monte_carlo as montecarlo
from cepasim.studies.executors import open_executor
from cepasim.studies.monte_carlo import monte_carlo

distributed = pytest.importorskip("distributed")

#: In chunks so small that a worker dies with several to go.
DRAWS, CHUNK = 48, 4


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    lever = {"importer": "JPN", "select": {"hs": ["03"]}, "cut": "eliminate", "start": "2024-25"}
    return Scenario.from_dict({"name": "fish", "horizon": "2024-25", "levers": [{"tariff": lever}]})


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


@pytest.mark.slow(seconds=8)
def test_equal_to_serial_with_a_worker_killed_midway(
    cluster: Any,
    economy: Economy,
    scenario: Scenario,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(montecarlo, "CHUNK", CHUNK)
    serial = monte_carlo(economy, scenario, DRAWS, 3)
    killed: list[int] = []

    def kill_one() -> None:
        with distributed.Client(cluster.scheduler_address) as client:
            pids = client.run(os.getpid)
            while not any((tmp_path / "draws").glob("*.npy")):
                time.sleep(0.02)
            victim = next(iter(pids.values()))
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with open_executor(scheduler=cluster.scheduler_address) as executor:
        found = monte_carlo(economy, scenario, DRAWS, 3, executor, out=tmp_path)
    killer.join(timeout=30)
    assert killed, "the worker was to be killed while draws were under way"
    pd.testing.assert_frame_equal(found.totals, serial.totals, check_exact=True)
    pd.testing.assert_frame_equal(found.sectors, serial.sectors, check_exact=True)


@pytest.mark.slow(seconds=3)
def test_the_command_takes_a_scheduler(cluster: Any, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            "montecarlo",
            "origin-rules",
            "--draws",
            "4",
            "--out",
            str(tmp_path / "out"),
            "--scheduler",
            cluster.scheduler_address,
        ],
    )
    assert done.exit_code == 0, done.output
    assert "4 draws" in done.output


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: Any, **__: Any) -> Any:
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", absent)
    with pytest.raises(RunError, match="no Dask scheduler"), open_executor(scheduler="tcp://x:1"):
        pass
