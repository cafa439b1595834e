"""Figures of the calibration report, drawn from its tables and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cepasim.calibrate import svg
from cepasim.calibrate.backcast import forecasts as parts
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.decompose import COMPONENTS, LABELS, Decomposition
from cepasim.calibrate.backcast.history import FLOWS, LAST_FITTED, START
from cepasim.calibrate.backcast.panel import Panel
from cepasim.core.fiscal_year import format_fiscal_year

_WORDS = {"export": "Exports", "import": "Imports", "balance": "Balance"}
_ACTUAL, _MODEL, _SIMPLE, _TREND = svg.INK, "#0B5CAD", "#A63C00", "#7B2D8B"
_PARTS = {"demand": "#0B5CAD", "tariffs": "#E69F00", "prices": "#009E73", "rest": "#9AA3AD"}
_START, _FIRST_JUDGED = format_fiscal_year(START), LAST_FITTED + 1 - START
_BILLION = 1000.0
#: Errors beyond are drawn open: a trend that doubles a flow says no more than that it is wrong.
_MOST = 150.0


def path_figures(report: Backcast) -> dict[str, str]:
    """Exports, imports and balance by year: actual, model with its band, constant share."""
    t, r = report.totals, report.rolling
    years = list(t["fiscal_year"].unique())
    simple = r[r["origin"] == _START].set_index(["flow", "fiscal_year"])["constant_share_usd_mn"]
    share = {
        flow: simple[flow].reindex(years).fillna(_first(t, flow)).to_numpy(float) / _BILLION
        for flow in FLOWS
    }
    share["balance"] = share["export"] - share["import"]
    out = {}
    for flow, word in _WORDS.items():
        one = t[t["flow"] == flow]
        columns = ("actual_usd_mn", "predicted_usd_mn", "low_usd_mn", "high_usd_mn")
        actual, model, low, high = (one[c].to_numpy(float) / _BILLION for c in columns)
        out[f"path_{flow}"] = svg.line_chart(
            f"{word}, US$ billion",
            years,
            [
                svg.Line("actual", _ACTUAL, actual),
                svg.Line("model, with 90 % band", _MODEL, model, "7 4", low, high),
                svg.Line("constant share of demand", _SIMPLE, share[flow], "2 3"),
            ],
            shaded_from=_FIRST_JUDGED,
            width=366,
            height=300,
        )
    return out


def _first(totals: pd.DataFrame, flow: str) -> float:
    return float(totals.loc[totals["flow"] == flow, "actual_usd_mn"].iloc[0])


def score_figures(report: Backcast) -> dict[str, str]:
    """WAPE of the forecasts from both years: totals, sections, chapters."""
    levels = {"total": "#1B1F24", "section": "#0B5CAD", "chapter": "#8FBCE6"}
    series = [svg.Series(f"{level}s", colour) for level, colour in levels.items()]
    names = [parts.MODEL, parts.LITERATURE, parts.TREND]
    names += [f"{s} {_START}" for s in parts.SIMPLE]
    names += [parts.REBASED, *(f"{s} {format_fiscal_year(LAST_FITTED)}" for s in parts.SIMPLE)]
    out = {}
    for flow in FLOWS:
        rows = [
            svg.Row(n, [100 * float(report.score_of(level, flow, n)["wape"]) for level in levels])
            for n in names
        ]
        out[f"scores_{flow}"] = svg.bar_chart(
            f"{_WORDS[flow]}: error of each forecast on the judged years (WAPE), %",
            series,
            rows,
            form="{:.0f}",
            most=_MOST,
            width=560,
        )
    return out


def chapter_figures(
    report: Backcast, names: Mapping[str, str], largest: int = 14
) -> dict[str, str]:
    """Chapters with the largest errors, mean of the judged years, actual and predicted."""
    p = report.predictions
    p = p[(p["fiscal_year"] > format_fiscal_year(LAST_FITTED)) & p["actual_usd_mn"].notna()]
    mean = p.groupby(["flow", "hs"])[["actual_usd_mn", "predicted_usd_mn"]].mean()
    series = (svg.Series("actual", _ACTUAL), svg.Series("model from 2013-14", _MODEL))
    out = {}
    for flow in FLOWS:
        one = mean.loc[flow]
        error = (one["predicted_usd_mn"] - one["actual_usd_mn"]).abs()
        order = error.sort_values(ascending=False, kind="stable").index[:largest]
        rows = [
            svg.Row(f"{hs} {_short(names[str(hs)])}", one.loc[hs].to_numpy(float)) for hs in order
        ]
        out[f"chapters_{flow}"] = svg.dot_chart(
            f"{_WORDS[flow]}: largest errors of chapters, US$ mn a year", series, rows, width=520
        )
    return out


def section_figures(report: Backcast, smallest: float) -> dict[str, str]:
    """WAPE of sections: model beside the constant share from the same year."""
    s = report.section_scores[report.section_scores["mean_usd_mn"] >= smallest]
    series = [svg.Series("model from 2013-14", _MODEL), svg.Series("constant share", _SIMPLE)]
    out = {}
    for flow in FLOWS:
        one = s[s["flow"] == flow].sort_values("mean_usd_mn", ascending=False)
        rows = [
            svg.Row(_short(f"{code} {name}", 30), [100 * own, 100 * simple])
            for code, name, own, simple in zip(
                one["section"], one["name"], one["wape"], one["wape_constant_share"], strict=True
            )
        ]
        out[f"sections_{flow}"] = svg.bar_chart(
            f"{_WORDS[flow]}: error by section (WAPE), largest trade first, %",
            series,
            rows,
            form="{:.0f}",
            most=_MOST,
            width=520,
        )
    return out


def rolling_figures(report: Backcast) -> dict[str, str]:
    """RMSE of totals by how many years ahead the forecast looks."""
    r = report.rolling_scores
    lines = (
        ("model", _MODEL, "7 4", "rmse_predicted_usd_mn"),
        ("constant share of demand", _SIMPLE, "2 3", "rmse_constant_share_usd_mn"),
        ("no change", _ACTUAL, "", "rmse_no_change_usd_mn"),
    )
    out = {}
    for flow in FLOWS:
        one = r[r["flow"] == flow].sort_values("horizon")
        out[f"rolling_{flow}"] = svg.line_chart(
            f"{_WORDS[flow]}: RMSE by years ahead, US$ billion",
            [str(h) for h in one["horizon"]],
            [
                svg.Line(label, colour, one[column].to_numpy(float) / _BILLION, dash)
                for label, colour, dash, column in lines
            ],
        )
    return out


def hard_figures(report: Backcast) -> dict[str, str]:
    """The hard cases by year, actual and predicted."""
    out = {}
    for (flow, hs), one in report.hard_cases.groupby(["flow", "hs"], sort=False):
        actual, model = (
            one[c].to_numpy(float) / _BILLION for c in ("actual_usd_mn", "predicted_usd_mn")
        )
        out[f"hard_{flow}_{hs}"] = svg.line_chart(
            f"Chapter {hs}, {_WORDS[str(flow)].lower()}, US$ billion",
            list(one["fiscal_year"]),
            [svg.Line("actual", _ACTUAL, actual), svg.Line("model", _MODEL, model, "7 4")],
            shaded_from=_FIRST_JUDGED,
            width=272,
            height=220,
        )
    return out


def decomposition_figures(result: Decomposition) -> dict[str, str]:
    """Parts of the change of exports, imports and deficit, and of the deficit by assumption."""
    series = [svg.Series(LABELS[c], _PARTS[c]) for c in COMPONENTS]
    by_part = result.totals.set_index("component").loc[list(COMPONENTS)]
    rows = [
        svg.Row(word, by_part[f"{word}_usd_mn"].to_numpy(float) / _BILLION)
        for word in ("exports", "imports", "deficit")
    ]
    ranges = result.ranges[[f"{c}_usd_mn" for c in COMPONENTS]].to_numpy(float) / _BILLION
    under = [
        svg.Row(str(name), values)
        for name, values in zip(result.ranges["assumption"], ranges, strict=True)
    ]
    return {
        "decomposition": svg.stacked_chart(
            "Change from 2013-14 to 2023-24, US$ billion", series, rows, width=760, names=240
        ),
        "decomposition_ranges": svg.stacked_chart(
            "Rise of the deficit under other assumptions, US$ billion",
            series,
            under,
            width=760,
            names=240,
        ),
    }


def panel_figures(panel: Panel) -> dict[str, str]:
    """Estimates with their 95 % ranges beside the literature."""
    series = [svg.Series("own estimate", _MODEL), svg.Series("literature and model", _SIMPLE)]
    own, published = panel.estimates, panel.literature
    rows = [
        (svg.Row(_short(str(label), 44), [low, value, high]), kind)
        for kind, frame, name, centre in (
            (0, own, "specification", "elasticity"),
            (1, published, "quantity", "value"),
        )
        for label, low, value, high in zip(
            frame[name], frame["low"], frame[centre], frame["high"], strict=True
        )
    ]
    title = "Response of imports to a tariff: elasticity and range"
    return {"panel": svg.range_chart(title, series, rows, width=760, names=300)}


def figures(
    report: Backcast,
    decomposition: Decomposition,
    panel: Panel,
    chapter_names: Mapping[str, str],
    smallest_section: float,
) -> dict[str, dict[str, str]]:
    """Every figure, by the title of the section that it opens, then by name."""
    return {
        "The path": path_figures(report),
        "Scores on the judged years": score_figures(report),
        "Rolling origin": rolling_figures(report),
        "By section and chapter": section_figures(report, smallest_section)
        | chapter_figures(report, chapter_names),
        "Hard cases": hard_figures(report),
        "Why the deficit rose": decomposition_figures(decomposition),
        "Did the CEPA matter?": panel_figures(panel),
    }


def _short(text: str, most: int = 25) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip(" ,") + "…"
