"""2022-23 by chapter: an estimate that keeps the published total and stays out of predictions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cepasim.calibrate.backcast import bridged_year
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.forecasts import MODEL
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.economy.economy import Economy
from cepasim.params.parameters import bundled_directory


@pytest.fixture(scope="module")
def fresh() -> pd.DataFrame:
    return bridged_year.table(bundled_directory())


@pytest.fixture(scope="module")
def report(calibrated: Calibration) -> Backcast:
    return calibrated.backcast


@pytest.mark.slow(seconds=0.7)
def test_committed_table_is_what_the_bridge_gives(economy: Economy, fresh: pd.DataFrame) -> None:
    stored = economy.parameters.table(bridged_year.TABLE)
    pd.testing.assert_frame_equal(
        fresh.reset_index(drop=True), stored[list(fresh.columns)], rtol=1e-3, atol=0.02
    )


@pytest.mark.parametrize(("flow", "total"), [("export", 5464.96), ("import", 16495.29)])
def test_chapters_sum_to_the_published_total(fresh: pd.DataFrame, flow: str, total: float) -> None:
    rows = fresh[fresh["flow"] == flow]
    assert rows["value"].sum() == pytest.approx(total, rel=1.5e-3)
    assert (rows["low"] <= rows["value"]).all() and (rows["value"] <= rows["high"]).all()


@pytest.mark.slow(seconds=4)
def test_backcast_is_scored_against_it(report: Backcast) -> None:
    scored = report.bridged.set_index(["forecast", "level", "flow"])["wape"]
    assert scored[MODEL, "chapter", "import"] > scored[MODEL, "section", "import"] > 0
    assert (scored["spread of the estimate"] < 0.15).all()


@pytest.mark.slow(seconds=1)
def test_table_is_written_by_its_command(tmp_path: Path, fresh: pd.DataFrame) -> None:
    import shutil

    shutil.copytree(bundled_directory() / "benchmark", tmp_path / "benchmark")
    assert bridged_year.main(["--params", str(tmp_path)]) == 0
    written = pd.read_csv(tmp_path / f"{bridged_year.TABLE}.csv", dtype={"hs": str})
    assert len(written) == len(fresh)
