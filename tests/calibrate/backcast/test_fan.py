"""The fan of the reference: how it is measured, how it widens, and whether it would have held."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cepasim import Economy
from cepasim.calibrate.backcast import fan
from cepasim.calibrate.backcast.bounds import meets
from cepasim.calibrate.backcast.reference_rules import central_rules

BOUNDS = yaml.safe_load((Path(__file__).with_name("fresh_bounds.yaml")).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stored(economy: Economy) -> pd.DataFrame:
    return economy.parameters.table(fan.TABLE)


def test_the_fan_widens_and_holds_the_path(stored: pd.DataFrame) -> None:
    for _, rows in stored.groupby(["flow", "level"]):
        ahead = rows.sort_values("years_ahead")
        assert list(ahead["years_ahead"]) == list(range(1, fan.YEARS_AHEAD + 1))
        assert (np.diff(ahead["error_low_log"]) < 0).all()
        assert (np.diff(ahead["error_high_log"]) > 0).all()
        assert (ahead["error_low_log"] < 0).all() and (ahead["error_high_log"] > 0).all()
        # Where no origin sees so far the fan is an assumption and says so.
        assert (ahead["grade"] == np.where(ahead["origins"] > 0, "C", "D")).all()
        assert (np.diff(ahead["origins"]) <= 0).all()


def test_a_total_is_known_better_than_its_parts(stored: pd.DataFrame) -> None:
    width = stored.assign(width=stored["error_high_log"] - stored["error_low_log"])
    width = width.pivot_table(index=["flow", "years_ahead"], columns="level", values="width")
    assert (width["total"] < width["section"]).all()
    assert (width["total"] < width["chapter"]).all()


@pytest.mark.parametrize("power", list(fan.POWERS))
def test_the_way_errors_grow_is_found(power: float) -> None:
    draw = np.random.default_rng(3)
    ahead = np.tile(np.arange(1, 11), 400)
    found = pd.DataFrame({"ahead": ahead, "log_error": draw.normal(0, 0.1, 4000) * ahead**power})
    got, low, high = fan.spread(found)
    assert got == power
    assert low == pytest.approx(-0.1645, abs=0.01)
    assert high == pytest.approx(0.1645, abs=0.01)


def test_an_error_is_the_log_of_actual_over_forecast(economy: Economy) -> None:
    found = fan.rolling_errors(economy, {"export": "last_value", "import": "last_value"})
    one = found[(found["level"] == "total") & (found["origin"] == 2023) & (found["year"] == 2025)]
    totals = {"export": (5150.0, 6039.5), "import": (17690.0, 21436.9)}
    for flow, (then, now) in totals.items():
        error = float(one.loc[one["flow"] == flow, "log_error"].iloc[0])
        assert error == pytest.approx(np.log(now / then / 1.02**2), abs=1e-4)


@pytest.mark.slow(seconds=0.7)
def test_the_fan_of_the_window_would_have_held_what_came_after(economy: Economy) -> None:
    held = fan.coverage_outside(economy)
    for level in ("total", "chapter"):
        rows = held[held["level"] == level]
        share = float((rows["share_inside"] * rows["cells"]).sum() / rows["cells"].sum())
        assert meets(share, BOUNDS["central_outside"][f"{level}_share_inside"]), share


@pytest.mark.slow(seconds=0.7)
def test_the_central_growth_is_that_of_the_program(economy: Economy) -> None:
    growth = economy.parameters.table("reference/growth")
    central = growth[growth["variant"] == "central"].set_index("flow")
    assert (central["group"] == "all").all()
    for row in fan.central_growth(economy).itertuples():
        said = central.loc[row.flow]
        assert row.rule == central_rules(economy)[row.flow]
        assert row.rule in said["note"]
        assert said["value"] == pytest.approx(row.growth_percent)
        assert said["low"] == pytest.approx(row.low_percent)
        assert said["high"] == pytest.approx(row.high_percent)
