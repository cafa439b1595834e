"""What was done, and exports, imports and balance by year."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.calibrate.backcast import forecasts
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.history import FLOWS, LAST, LAST_FITTED, START
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.section import ACTUAL, MODEL, SIMPLE, Charts, Section
from cepasim.calibrate.evidence.words import (
    BILLION,
    FIRST_JUDGED,
    FLOW_WORDS,
    HEADS,
    billions,
    label,
    percent,
    records,
)
from cepasim.report import line_charts


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    report = result.backcast
    yield Section(
        "What was done",
        [
            "From 2013-14 on, the Armington engine predicts India's exports to and imports from "
            "Japan by HS chapter, given drivers that do not contain the answer: what India "
            "imported from everybody but Japan, Japan's import total and commodity prices, "
            "exchange rates and price levels, and CEPA tariffs as staged. Trade with Japan after "
            "2013-14 enters nowhere. After 2021-22 India's imports are published with Japan in "
            "them; Japan is taken out as the model itself predicts it (the fixed point of demand = "
            "total - prediction), "
            "never as it was. What this leaves of the answer: a dollar more from Japan would move "
            "the prediction by the model's share of Japan, "
            + ", ".join(
                f"{percent(r['mean_share'])} on average in {r['fiscal_year']}"
                for r in records(report.leak)
            )
            + f". The row `{forecasts.STRICT}` moves India's demand by its GDP in those two years, "
            "so that nothing is left.",
            "Elasticities by group of chapters, pass-through of exchange rates and speed of "
            "adjustment were fitted on 2014-15 to 2018-19, with the literature as prior "
            f"(`python -m cepasim.calibrate.backcast.fit`). {label(LAST_FITTED + 1)} to "
            f"{label(LAST)} judge the result; sections and chapters end in 2021-22, the last year "
            "published by chapter.",
        ],
    )
    yield Section(
        "The path",
        [path_table(report), "US$ billion; exports less imports is the balance."],
        path_charts(report),
    )


def path_table(report: Backcast) -> pd.DataFrame:
    """Actual and predicted totals by year, US$ billion, with the band."""
    t = report.totals
    rows = []
    for year in t["fiscal_year"].unique():
        row = {"fiscal year": year}
        for flow, word in FLOW_WORDS.items():
            one = t[(t["fiscal_year"] == year) & (t["flow"] == flow)].iloc[0]
            row[f"{word}, actual"] = billions(one["actual_usd_mn"])
            row[f"{word}, model"] = billions(one["predicted_usd_mn"])
            low, high = billions(one["low_usd_mn"]), billions(one["high_usd_mn"])
            row[f"{word}, 90 % band"] = f"{low} to {high}"
        rows.append(row)
    return pd.DataFrame(rows)


def path_charts(report: Backcast) -> Charts:
    """Exports, imports and balance by year: actual, model with its band, constant share."""
    t, r = report.totals, report.rolling
    years = list(t["fiscal_year"].unique())
    simple = r[r["origin"] == label(START)].set_index(["flow", "fiscal_year"])[
        "constant_share_usd_mn"
    ]
    share = {
        flow: simple[flow].reindex(years).fillna(_first(t, flow)).to_numpy(float) / BILLION
        for flow in FLOWS
    }
    share["balance"] = share["export"] - share["import"]
    out = {}
    for flow, word in HEADS.items():
        one = t[t["flow"] == flow]
        columns = ("actual_usd_mn", "predicted_usd_mn", "low_usd_mn", "high_usd_mn")
        actual, model, low, high = (one[c].to_numpy(float) / BILLION for c in columns)
        out[f"path_{flow}"] = line_charts.lines(
            f"{word}, US$ billion",
            years,
            [
                line_charts.Line("actual", ACTUAL, actual),
                line_charts.Line("model, with 90 % band", MODEL, model, (7, 4), low, high),
                line_charts.Line("constant share of demand", SIMPLE, share[flow], (2, 3)),
            ],
            shaded_from=FIRST_JUDGED,
            width=300,
            height=210,
        )
    return out


def _first(totals: pd.DataFrame, flow: str) -> float:
    return float(totals.loc[totals["flow"] == flow, "actual_usd_mn"].iloc[0])
