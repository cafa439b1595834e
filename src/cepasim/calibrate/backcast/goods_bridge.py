"""What part of a chapter belongs to each of Japan's goods, for predictions to be held against them.

The bridge of the benchmark (`cepasim.calibrate.benchmark.customs_goods`), fitted on years to
2021-22 whose chapters and goods are both known. Writes ``history/goods_bridge``::

    python -m cepasim.calibrate.backcast.goods_bridge
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cepasim.calibrate.benchmark.customs_goods import LEAST_PART, customs_goods
from cepasim.calibrate.benchmark.evidence import read_evidence, read_settings
from cepasim.calibrate.benchmark.sources import FLOWS, LAST_YEAR, wide
from cepasim.calibrate.table_command import write_table

TABLE = "history/goods_bridge"
_DECIMALS = 4


def table(directory: Path) -> pd.DataFrame:
    """Both flows as the table that is written."""
    settings = read_settings(directory)
    chapters = read_evidence(directory, "chapters", ("value", "flow", "fiscal_year", "hs"))
    frames = []
    for flow in FLOWS:
        customs = customs_goods(directory, flow, wide(chapters, flow), settings)
        parts = customs.bridge.shares.rename_axis(index="hs", columns="goods")
        long = parts.reset_index().melt("hs", var_name="goods", value_name="share")
        long["log_ratio"] = long["goods"].map(customs.log_ratio)
        frames.append(long[long["share"] > LEAST_PART].assign(flow=flow))
    out = pd.concat(frames, ignore_index=True).sort_values(["flow", "hs", "goods"])
    out[["share", "log_ratio"]] = out[["share", "log_ratio"]].round(_DECIMALS)
    out = out.assign(
        unit="share of the chapter",
        grade="C",
        year=LAST_YEAR,
        source="own estimate from Japan Customs by goods and India's chapters, 2015 to 2021-22, "
        "python -m cepasim.calibrate.backcast.goods_bridge",
    )
    return out[["flow", "hs", "goods", "share", "log_ratio", "unit", "grade", "year", "source"]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; returns the exit code."""
    return write_table(
        TABLE,
        "cepasim.calibrate.backcast.goods_bridge",
        f"Fit the bridge from chapters to Japan's goods and write {TABLE}.",
        table,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
