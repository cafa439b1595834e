"""What drivers explain of the hard cases, and what of the answer reaches the prediction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast import model
from cepasim.calibrate.backcast.drivers import FlowInputs
from cepasim.calibrate.backcast.history import LAST_BY_CHAPTER, START, History, position
from cepasim.calibrate.backcast.levels import HARD_CASES, YEARS_AHEAD
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]


def hard_cases(
    economy: Economy,
    history: History,
    flows: Mapping[str, FlowInputs],
    given: model.Settings,
) -> pd.DataFrame:
    """Index of what each driver alone explains, and what is left, for the hard cases.

    ``competitors_trend_index`` is actual over predicted: a drift of preferences towards or away
    from the partner that no driver explains. It is a name for the residual and no CEPA effect.
    """
    rows = []
    for flow, hs in HARD_CASES:
        h = economy.chapters.index(hs)
        parts = model.counterfactuals(flows[flow], given)[:, :, h]
        last = position(LAST_BY_CHAPTER) - position(START)
        actual = flows[flow].trade[position(START) :, h]
        for t in range(last + 1):
            row = {
                "flow": flow,
                "hs": hs,
                "fiscal_year": format_fiscal_year(START + t),
                "actual_usd_mn": actual[t],
                "predicted_usd_mn": parts[-1, t],
            }
            row |= {
                f"{driver}_alone_index": parts[1 << bit, t] / parts[0, t]
                for bit, driver in enumerate(model.DRIVERS)
            }
            row["competitors_trend_index"] = actual[t] / parts[-1, t]
            if flow == "import":
                imports = history.imports[position(START) + t, h]
                for source in ("JPN", "CHN"):
                    share = imports[history.sources.index(source)] / imports.sum()
                    row[f"share_{source.lower()}"] = share
            rows.append(row)
    return pd.DataFrame(rows)


def leak(flow: FlowInputs, given: model.Settings, predicted: Floats) -> pd.DataFrame:
    """What a dollar more from Japan, in a total that contains it, adds to the prediction."""
    rows = []
    for t in range(YEARS_AHEAD):
        at = position(START) + t
        if not flow.with_partner[at]:
            continue
        total = flow.driver[at]
        share = np.divide(predicted[t], total, out=np.zeros(total.shape), where=total > 0)
        mean = float(share @ predicted[t] / predicted[t].sum())
        rows.append((format_fiscal_year(START + t), mean, float(share.max())))
    return pd.DataFrame(rows, columns=["fiscal_year", "mean_share", "largest_share"])
