"""Trade of 2022-23 by chapter, from principal commodities, for the backcast to be held against.

The last fiscal year published by chapter is 2021-22. 2022-23 is published by principal commodity;
the bridge fitted on 2018-19, 2019-20 and 2021-22 (`bridge`) moves it to chapters: each chapter of
2021-22 grows with its bridged commodities, and all are scaled to the published total. An estimate
(grade C) that no prediction reads. Writes ``history/bridged_2022_23``::

    python -m cepasim.calibrate.backcast.bridged_year
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.evidence import read_settings
from cepasim.calibrate.benchmark.measured_errors import row_of
from cepasim.calibrate.benchmark.sources import CHAPTERS, FLOWS, LAST_YEAR, FlowTables, read_flow
from cepasim.calibrate.table_command import write_table
from cepasim.economy.uncertainty.spread import WIDTH

YEAR = "2022-23"
TABLE = "history/bridged_2022_23"
_DECIMALS = 2


def bridged(tables: FlowTables, rounding: float) -> pd.DataFrame:
    """Chapters of 2022-23 with a 90 % range, US$ million.

    Parameters
    ----------
    tables : FlowTables
    rounding : float
        Bridged values up to this count as none; the chapter then keeps its value.

    Returns
    -------
    DataFrame
        ``hs``, ``value``, ``low``, ``high``; the values sum to the published total.
    """
    then = tables.bridge.apply(row_of(tables.commodities, LAST_YEAR)).reindex(CHAPTERS).fillna(0.0)
    now = tables.bridge.apply(row_of(tables.commodities, YEAR)).reindex(CHAPTERS).fillna(0.0)
    before = row_of(tables.chapters, LAST_YEAR).reindex(CHAPTERS).fillna(0.0)
    growth = (now / then.where(then > rounding)).where(now > rounding).fillna(1.0)
    value = before * growth
    value *= float(tables.totals[YEAR]) / float(value.sum())
    spread = np.exp(WIDTH * tables.bridge_log_sd.reindex(CHAPTERS).fillna(0.0))
    frame = pd.DataFrame({"value": value, "low": value / spread, "high": value * spread})
    return frame.rename_axis("hs").reset_index()


def table(directory: Path) -> pd.DataFrame:
    """Both flows as the table that is written."""
    settings = read_settings(directory)
    frames = [
        bridged(read_flow(directory, flow, settings), settings["rounding_error"]).assign(flow=flow)
        for flow in FLOWS
    ]
    out = pd.concat(frames, ignore_index=True)
    figures = ["value", "low", "high"]
    out[figures] = out[figures].round(_DECIMALS)
    out = out[out["value"] > 0].assign(
        unit="US$ mn",
        grade="C",
        year=YEAR,
        source="own estimate from DGCI&S principal commodities, python -m "
        "cepasim.calibrate.backcast.bridged_year",
    )
    return out[["flow", "hs", *figures, "unit", "grade", "year", "source"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; returns the exit code."""
    return write_table(
        TABLE,
        "cepasim.calibrate.backcast.bridged_year",
        f"Bridge the commodities of {YEAR} to chapters and write {TABLE}.",
        table,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
