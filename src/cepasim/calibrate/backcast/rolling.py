"""The same model started in every year: how errors grow with the horizon."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.calibrate.backcast import model
from cepasim.calibrate.backcast.drivers import FlowInputs
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    History,
    position,
)
from cepasim.core.fiscal_year import format_fiscal_year


def rolling_origin(
    history: History, flows: Mapping[str, FlowInputs], given: model.Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals predicted from every year on, and scores by horizon on the judged years."""
    rows, cells = [], []
    for origin in range(START, LAST_BY_CHAPTER + 1):
        for flow in FLOWS:
            at = position(origin)
            trade = flows[flow].trade
            named = {
                "predicted_usd_mn": model.predict(flows[flow], given, origin),
                "constant_share_usd_mn": model.constant_share(flows[flow], origin),
                "no_change_usd_mn": np.repeat(trade[at][None], LAST - origin + 1, axis=0),
            }
            for horizon in range(1, LAST - origin + 1):
                year = origin + horizon
                row = {
                    "origin": format_fiscal_year(origin),
                    "fiscal_year": format_fiscal_year(year),
                    "horizon": horizon,
                    "flow": flow,
                    "actual_usd_mn": history.totals[flow][position(year)],
                }
                rows.append(row | {n: float(v[horizon].sum()) for n, v in named.items()})
                if LAST_FITTED < year <= LAST_BY_CHAPTER:
                    actual = trade[position(year)]
                    miss = {n: np.abs(v[horizon] - actual).sum() for n, v in named.items()}
                    cells.append({"horizon": horizon, "flow": flow, "actual": actual.sum()} | miss)
    rolling = pd.DataFrame(rows)
    judged = rolling[rolling["fiscal_year"] > format_fiscal_year(LAST_FITTED)]
    columns = ["predicted_usd_mn", "no_change_usd_mn", "constant_share_usd_mn"]
    squares = judged[columns].sub(judged["actual_usd_mn"], axis=0) ** 2
    grouped = squares.groupby([judged["flow"], judged["horizon"]])
    totals = (grouped.mean() ** 0.5).add_prefix("rmse_").assign(forecasts=grouped.size())
    chapters = pd.DataFrame(cells).groupby(["flow", "horizon"]).sum()
    wapes = chapters[columns].div(chapters["actual"], axis=0)
    wapes.columns = [f"chapter_wape_{c.removesuffix('_usd_mn')}" for c in columns]
    return rolling, totals.join(wapes).reset_index()
