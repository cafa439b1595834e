"""Tables of ``params/`` that a program writes are what that program gives today."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest

import cepasim
from cepasim.calibrate import lines_used
from cepasim.calibrate.backcast import bridged_year, fan, goods_bridge, share_fit
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.verdict import verdict_table
from cepasim.economy.verdict import TABLE
from cepasim.params.parameters import bundled_directory

PARAMS = bundled_directory()
MADE: dict[str, Callable[[cepasim.Economy, Calibration], pd.DataFrame]] = {
    goods_bridge.TABLE: lambda *_: goods_bridge.table(PARAMS),
    bridged_year.TABLE: lambda *_: bridged_year.table(PARAMS),
    lines_used.TABLE: lambda economy, _: lines_used.lines_used(economy.parameters),
    share_fit.TABLE: lambda economy, _: share_fit.share_fit_table(economy),
    fan.TABLE: lambda economy, _: fan.fan_table(economy),
    TABLE: lambda _, calibrated: verdict_table(calibrated),
}
#: The last printed digit of the roundest table; solvers of other platforms differ below it.
CLOSE = 0.011
#: Tables whose figures are small.
CLOSER = {goods_bridge.TABLE: 2e-4, lines_used.TABLE: 1e-5, share_fit.TABLE: 1e-6, fan.TABLE: 1e-4}


@pytest.mark.parametrize("table", MADE)
@pytest.mark.slow(seconds=2)
def test_the_table_is_what_its_program_writes(
    table: str, economy: cepasim.Economy, calibrated: Calibration
) -> None:
    made = pd.read_csv(io.StringIO(MADE[table](economy, calibrated).to_csv(index=False)))
    stored = pd.read_csv(PARAMS / f"{table}.csv")
    close = CLOSER.get(table, CLOSE)
    pd.testing.assert_frame_equal(made, stored, rtol=0, atol=close, check_dtype=False)
