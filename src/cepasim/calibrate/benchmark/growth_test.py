"""The move of chapters from year to year, tried on a year that none of its errors have seen.

2021-22 is published by chapter, and 2022-23 is known nearly as well: from lines of eight digits
where they are complete, otherwise from India's principal commodities. Goods of Japan's customs and
India's world trade move the one to the other, as they move 2022-23 to the benchmark year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.flow_evidence import YEARS
from cepasim.calibrate.benchmark.goods_growth import moved
from cepasim.calibrate.benchmark.measured_errors import row_of
from cepasim.calibrate.benchmark.sources import LAST_YEAR, FlowTables
from cepasim.calibrate.benchmark.statements import share_growth, world_growth


@dataclass(frozen=True)
class GrowthTest:
    """Errors of 2022-23 predicted from 2021-22.

    Attributes
    ----------
    chapters : int
        Large chapters tried.
    in_standard_errors : float
        Root mean square error over the standard error claimed; 1 if the claim is right.
    log_error, log_error_of_world_trade : float
        Root mean square error, log points, and that of India's world trade alone.
    """

    chapters: int
    in_standard_errors: float
    log_error: float
    log_error_of_world_trade: float


def growth_test(tables: FlowTables, settings: Mapping[str, float]) -> GrowthTest:
    """Try the move of `share_growth` on the year before the one it is used for.

    Chapters are tried that are large in the known year (``growth_tried_usd_mn``) and go on in the
    year after (``growth_left_usd_mn``).
    """
    known, total = row_of(tables.chapters, LAST_YEAR), float(tables.totals[YEARS[0]])
    growth, log_sd, _ = share_growth(tables, LAST_YEAR, YEARS[0])
    by_world = world_growth(tables, LAST_YEAR, YEARS[0]).reindex(known.index)
    actual = _actual(tables, known)
    tried = (known > settings["growth_tried_usd_mn"]) & (actual > settings["growth_left_usd_mn"])
    error, plain = (
        np.log((moved(known, way, total)[tried] / actual[tried]).to_numpy(float))
        for way in (pd.Series(growth, index=known.index), by_world)
    )
    claimed = np.hypot(log_sd, tables.bridge_log_sd.reindex(known.index).to_numpy(float))
    return GrowthTest(
        int(tried.sum()),
        float(np.sqrt(np.mean((error / claimed[tried.to_numpy(bool)]) ** 2))),
        float(np.sqrt(np.mean(error**2))),
        float(np.sqrt(np.mean(plain**2))),
    )


def _actual(tables: FlowTables, known: pd.Series) -> pd.Series:
    """Chapters of the year after the last one published, US$ mn."""
    before, after = (
        tables.bridge.apply(row_of(tables.commodities, year)) for year in (LAST_YEAR, YEARS[0])
    )
    actual = (known * after / before.where(before > 0)).reindex(known.index)
    lines = tables.hs8
    if not lines.empty:
        complete = lines[(lines["fiscal_year"] == YEARS[0]) & (lines["complete"] == "yes")]
        actual.update(complete.set_index("hs")["value"])
    return pd.Series(actual.fillna(0.0))
