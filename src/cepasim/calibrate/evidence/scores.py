"""Scores on the judged years: of every forecast, against the bounds, by horizon, of the band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from cepasim.calibrate.backcast import forecasts
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.bounds import is_ratio
from cepasim.calibrate.backcast.history import FLOWS, LAST_FITTED, START
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.section import ACTUAL, MODEL, SIMPLE, Charts, Section
from cepasim.calibrate.evidence.words import (
    BILLION,
    FLOW_WORDS,
    HEADS,
    billions,
    label,
    percent,
    records,
    score_in_words,
    signed_percent,
)
from cepasim.report import charts, line_charts

#: Errors beyond are drawn open: a trend that doubles a flow says no more than that it is wrong.
MOST = 150.0


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    report = result.backcast
    yield Section(
        "Scores on the judged years",
        [
            score_table(report),
            "Bias is predicted less actual over the sum of actual values (of absolute values for "
            "the balance); WAPE is the sum of absolute errors over the same sum.",
        ],
        score_charts(report),
    )
    yield Section(
        "Against simple forecasts",
        [
            theil_table(report),
            "Theil's U: RMSE of the model over that of the forecast; above 1 the forecast is "
            "better. Forecasts from 2018-19 have seen five years more than the model from 2013-14; "
            "the model from 2018-19 is their fair opponent. Forecasts from the same year that do "
            "better:",
            "\n".join(f"- {line}" for line in lost_to(report)),
        ],
    )
    if len(result.bounds):
        missed = int((~result.bounds["met"]).sum())
        yield Section(
            "Against the bounds",
            [
                f"Written before the first scored run; {missed} of {len(result.bounds)} are "
                "missed. They stay as they are.",
                bounds_table(result.bounds),
            ],
        )
    yield Section(
        "Rolling origin",
        [
            "The same model started in every year from 2013-14 to 2021-22, on targets from "
            f"{label(LAST_FITTED + 1)} on.",
            rolling_table(report),
        ],
        rolling_charts(report),
    )
    yield Section(
        "The 90 % band",
        [
            "Draws of every parameter and datum as for the ranges of scenarios "
            "([uncertainty](uncertainty.md)), draws of what is fitted here, and errors of the "
            "fitting window, growing like a random walk. The last column has these draws alone. "
            "Chapters with US$ 5 mn or more in 2013-14, and totals:",
            coverage_table(report),
            "A band this wide is right often and says little; that of the totals rests on five "
            "errors. The draws alone contain little of what happened: what moved trade in "
            "these years was mostly not in the model. So both ranges of a scenario are of the "
            "difference that it makes in the model, and never of the trade to come.",
        ],
    )
    yield Section(
        "2022-23 by chapter",
        [
            "Not published by chapter: estimated from principal commodities with a bridge fitted "
            "on 2018-19, 2019-20 and 2021-22. Predictions are compared with an estimate; the last "
            "row is half the distance from the estimate to the ends of its own 90 % range.",
            bridged_table(report),
        ],
    )


def score_table(report: Backcast, forecasts: Sequence[str] | None = None) -> pd.DataFrame:
    """Scores of the judged years by forecast: totals, sections, chapters."""
    s = report.scores[report.scores["window"] == "judged"]
    rows = []
    for name in forecasts or list(dict.fromkeys(s["forecast"])):
        for flow, word in FLOW_WORDS.items():
            row = {"forecast": name, "flow": word}
            total = report.score_of("total", flow, name)
            row |= {
                "RMSE, US$ bn": f"{total['rmse_usd_mn'] / 1000:.2f}",
                "MAPE": percent(total["mape"]),
                "bias": signed_percent(total["bias"]),
                "WAPE, total": percent(total["wape"]),
            }
            for level in ("section", "chapter", "chapter without hard cases"):
                row[f"WAPE, {level}"] = percent(report.score_of(level, flow, name)["wape"])
            rows.append(row)
    return pd.DataFrame(rows)


def theil_table(report: Backcast) -> pd.DataFrame:
    """Theil's U of totals and chapters against each simple forecast."""
    t = report.theil[report.theil["level"].isin(["total", "chapter"])]
    wide = t.pivot_table(
        index=["forecast", "level", "flow"], columns="against", values="theil_u", sort=False
    )
    shown = wide.map(lambda u: f"{u:.2f}").reset_index()
    shown["flow"] = shown["flow"].map(FLOW_WORDS)
    return shown.rename_axis(columns=None)


def lost_to(report: Backcast) -> list[str]:
    """Simple forecasts from the same year that beat the model, in words."""
    t = report.theil
    out = []
    for ours in (forecasts.MODEL, forecasts.REBASED):
        origin = ours.removeprefix("model from ")
        same = t[(t["forecast"] == ours) & t["against"].str.endswith(origin)]
        for level in ("total", "chapter"):
            for flow, word in FLOW_WORDS.items():
                one = same[(same["level"] == level) & (same["flow"] == flow)]
                worse = one[one["theil_u"] > 1]
                names = [
                    f"{r['against'].removesuffix(' ' + origin)} (U {r['theil_u']:.2f})"
                    for r in records(worse)
                ]
                better = ", ".join(names) if names else "none"
                out.append(f"{ours}, {word}, {level}: {better}")
    return out


_BOUND_ON = {
    "judged_totals": "totals, judged years",
    "judged_sections": "sections, judged years",
    "judged_chapters": "chapters, judged years",
    "coverage": "90 % band of chapters",
}


def _measured(name: str, value: float) -> str:
    """A score in the unit of its bound; a bias has its sign."""
    if is_ratio(name):
        return f"{value:.2f}"
    return signed_percent(value) if name.endswith("bias") else percent(value)


def bounds_table(bounds: pd.DataFrame) -> pd.DataFrame:
    """Scores beside their bounds, for reading."""
    return pd.DataFrame(
        {
            "bound on": bounds["section"].map(_BOUND_ON),
            "score": bounds["name"].map(score_in_words),
            "measured": [
                _measured(str(name), float(value))
                for name, value in zip(bounds["name"], bounds["measured"], strict=True)
            ],
            "bound": bounds["bound"],
            "met": ["yes" if met else "**no**" for met in bounds["met"]],
            "why this bound": bounds["reason"],
            "why missed": bounds["why_missed"],
        }
    )


def rolling_table(report: Backcast) -> pd.DataFrame:
    """Rolling origin by horizon."""
    r = report.rolling_scores
    frame = pd.DataFrame(
        {"flow": r["flow"].map(FLOW_WORDS), "years ahead": r["horizon"].astype(str)}
    )
    frame["forecasts"] = r["forecasts"].astype(str)
    for name, word in (
        ("predicted", "model"),
        ("constant_share", "constant share"),
        ("no_change", "no change"),
    ):
        frame[f"RMSE, {word}, US$ bn"] = [billions(v) for v in r[f"rmse_{name}_usd_mn"]]
        frame[f"WAPE of chapters, {word}"] = [percent(v) for v in r[f"chapter_wape_{name}"]]
    return frame


def coverage_table(report: Backcast) -> pd.DataFrame:
    """Coverage of the band."""
    c = report.coverage
    return pd.DataFrame(
        {
            "level": c["level"],
            "flow": c["flow"].replace(FLOW_WORDS),
            "years": c["window"],
            "cells": c["cells"].astype(str),
            "inside the 90 % band": [percent(v) for v in c["share_inside"]],
            "inside the range of the draws alone": [percent(v) for v in c["share_inside_figures"]],
        }
    )


def bridged_table(report: Backcast) -> pd.DataFrame:
    """WAPE of 2022-23 against the estimate by chapter."""
    b = report.bridged
    named = b["flow"].map(FLOW_WORDS) + ", WAPE of " + b["level"] + "s"
    wide = b.assign(column=named).pivot_table(
        index="forecast", columns="column", values="wape", sort=False
    )
    return wide.map(percent).reset_index().rename_axis(columns=None)


def score_charts(report: Backcast) -> Charts:
    """WAPE of the forecasts from both years: totals, sections, chapters."""
    levels = {"total": "#1B1F24", "section": "#0B5CAD", "chapter": "#8FBCE6"}
    series = [charts.Series(f"{level}s", colour) for level, colour in levels.items()]
    names = [forecasts.MODEL, forecasts.LITERATURE, forecasts.TREND]
    names += [f"{s} {label(START)}" for s in forecasts.SIMPLE]
    names += [forecasts.REBASED, *(f"{s} {label(LAST_FITTED)}" for s in forecasts.SIMPLE)]
    out = {}
    for flow in FLOWS:
        rows = [
            charts.Row(
                n, [100 * float(report.score_of(level, flow, n)["wape"]) for level in levels]
            )
            for n in names
        ]
        out[f"scores_{flow}"] = charts.bars(
            f"{HEADS[flow]}: error of each forecast on the judged years (WAPE), %",
            series,
            rows,
            form="{:.0f}",
            most=MOST,
        )
    return out


def rolling_charts(report: Backcast) -> Charts:
    """RMSE of totals by how many years ahead the forecast looks."""
    r = report.rolling_scores
    lines = (
        ("model", MODEL, (7, 4), "rmse_predicted_usd_mn"),
        ("constant share of demand", SIMPLE, (2, 3), "rmse_constant_share_usd_mn"),
        ("no change", ACTUAL, line_charts.FULL, "rmse_no_change_usd_mn"),
    )
    out = {}
    for flow in FLOWS:
        one = r[r["flow"] == flow].sort_values("horizon")
        out[f"rolling_{flow}"] = line_charts.lines(
            f"{HEADS[flow]}: RMSE by years ahead, US$ billion",
            [str(h) for h in one["horizon"]],
            [
                line_charts.Line(label, colour, one[column].to_numpy(float) / BILLION, dash)
                for label, colour, dash, column in lines
            ],
        )
    return out
