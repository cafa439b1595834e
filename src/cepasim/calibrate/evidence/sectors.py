"""Errors by section and chapter, and the hard cases among the chapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.decompose import LABELS
from cepasim.calibrate.backcast.history import FLOWS, LAST_FITTED
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.scores import MOST
from cepasim.calibrate.evidence.section import ACTUAL, MODEL, SIMPLE, Charts, Section
from cepasim.calibrate.evidence.words import (
    BILLION,
    FIRST_JUDGED,
    FLOW_WORDS,
    HEADS,
    label,
    percent,
    short,
    signed_percent,
)
from cepasim.report import charts, line_charts


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    report = result.backcast
    yield Section(
        "By section and chapter",
        [section_table(report, result.smallest_section)],
        section_charts(report, result.smallest_section)
        | chapter_charts(report, result.chapter_names),
    )
    yield Section(
        "Hard cases",
        [
            hard_table(report),
            "What each driver alone does to the chapter, as a multiple of 2013-14. The last factor "
            "is what no driver explains, whatever its cause: towards the partner above 1, away "
            "from it below. It is a residual with a name, not an effect of the agreement.",
            _hard_words(report),
        ],
        hard_charts(report),
    )


def section_table(report: Backcast, smallest: float) -> pd.DataFrame:
    """Errors of the sections that trade at least the smallest amount, largest trade first."""
    s = report.section_scores[report.section_scores["mean_usd_mn"] >= smallest]
    s = s.sort_values("mean_usd_mn", ascending=False)
    return pd.DataFrame(
        {
            "flow": s["flow"].map(FLOW_WORDS),
            "section": s["section"] + " " + s["name"],
            "US$ mn a year": [f"{v:,.0f}" for v in s["mean_usd_mn"]],
            "bias": [signed_percent(v) for v in s["bias"]],
            "WAPE, model": [percent(v) for v in s["wape"]],
            "constant share": [percent(v) for v in s["wape_constant_share"]],
            "no change": [percent(v) for v in s["wape_no_change"]],
            "linear trend": [percent(v) for v in s["wape_linear_trend"]],
        }
    )


def hard_table(report: Backcast) -> pd.DataFrame:
    """The hard cases in the last year by chapter, as multiples of the first year."""
    h = report.hard_cases
    rows = []
    for (flow, hs), one in h.groupby(["flow", "hs"], sort=False):
        first, last = one.iloc[0], one.iloc[-1]
        row = {
            "chapter": f"{hs}, {FLOW_WORDS[str(flow)]}",
            "years": f"{first['fiscal_year']} to {last['fiscal_year']}",
            "actual": f"x {last['actual_usd_mn'] / first['actual_usd_mn']:.2f}",
            "model": f"x {last['predicted_usd_mn'] / first['predicted_usd_mn']:.2f}",
        }
        for driver in ("demand", "tariffs", "prices"):
            row[f"{LABELS[driver]} alone"] = f"x {last[f'{driver}_alone_index']:.2f}"
        row["competitors' trend (residual)"] = f"x {last['competitors_trend_index']:.2f}"
        if flow == "import":
            row["Japan's share"] = f"{percent(first['share_jpn'])} to {percent(last['share_jpn'])}"
            row["China's share"] = f"{percent(first['share_chn'])} to {percent(last['share_chn'])}"
        else:
            row["Japan's share"] = row["China's share"] = ""
        rows.append(row)
    return pd.DataFrame(rows)


def _hard_words(report: Backcast) -> str:
    """Scores with and without the hard cases, in words."""
    said = []
    for flow, word in (("export", "exports"), ("import", "imports")):
        for level in ("chapter", "chapter without hard cases"):
            score = report.score_of(level, flow)
            said.append(f"{word}, {level}: WAPE {percent(score['wape'])}")
    return "With and without them: " + "; ".join(said) + "."


def section_charts(report: Backcast, smallest: float) -> Charts:
    """WAPE of sections: model beside the constant share from the same year."""
    s = report.section_scores[report.section_scores["mean_usd_mn"] >= smallest]
    series = [charts.Series("model from 2013-14", MODEL), charts.Series("constant share", SIMPLE)]
    out = {}
    for flow in FLOWS:
        one = s[s["flow"] == flow].sort_values("mean_usd_mn", ascending=False)
        rows = [
            charts.Row(short(f"{code} {name}", 30), [100 * own, 100 * simple])
            for code, name, own, simple in zip(
                one["section"], one["name"], one["wape"], one["wape_constant_share"], strict=True
            )
        ]
        out[f"sections_{flow}"] = charts.bars(
            f"{HEADS[flow]}: error by section (WAPE), largest trade first, %",
            series,
            rows,
            form="{:.0f}",
            most=MOST,
        )
    return out


def chapter_charts(report: Backcast, names: Mapping[str, str], largest: int = 14) -> Charts:
    """Chapters with the largest errors, mean of the judged years, actual and predicted."""
    p = report.predictions
    p = p[(p["fiscal_year"] > label(LAST_FITTED)) & p["actual_usd_mn"].notna()]
    mean = p.groupby(["flow", "hs"])[["actual_usd_mn", "predicted_usd_mn"]].mean()
    series = (charts.Series("actual", ACTUAL), charts.Series("model from 2013-14", MODEL))
    out = {}
    for flow in FLOWS:
        one = mean.loc[flow]
        error = (one["predicted_usd_mn"] - one["actual_usd_mn"]).abs()
        order = error.sort_values(ascending=False, kind="stable").index[:largest]
        rows = [
            charts.Row(f"{hs} {short(names[str(hs)])}", one.loc[hs].to_numpy(float)) for hs in order
        ]
        out[f"chapters_{flow}"] = charts.dots(
            f"{HEADS[flow]}: largest errors of chapters, US$ mn a year", series, rows
        )
    return out


def hard_charts(report: Backcast) -> Charts:
    """The hard cases by year, actual and predicted."""
    out = {}
    for (flow, hs), one in report.hard_cases.groupby(["flow", "hs"], sort=False):
        actual, model = (
            one[c].to_numpy(float) / BILLION for c in ("actual_usd_mn", "predicted_usd_mn")
        )
        out[f"hard_{flow}_{hs}"] = line_charts.lines(
            f"Chapter {hs}, {HEADS[str(flow)].lower()}, US$ billion",
            list(one["fiscal_year"]),
            [
                line_charts.Line("actual", ACTUAL, actual),
                line_charts.Line("model", MODEL, model, (7, 4)),
            ],
            shaded_from=FIRST_JUDGED,
            width=230,
            height=150,
        )
    return out
