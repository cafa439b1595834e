"""The calibration report: benchmark, backcast, decomposition and panel as text and Markdown.

Nothing is computed here that is not in one of the parts; every figure shown is rounded from them.
`report_page` makes HTML and files of it. The page of the documentation is written by::

    python -m cepasim.calibrate.report docs/evidence.md
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cepasim.calibrate.backcast import forecasts as parts
from cepasim.calibrate.backcast.backcast import Backcast, backcast
from cepasim.calibrate.backcast.bounds import against_bounds, missed_reasons, source_bounds
from cepasim.calibrate.backcast.decompose import LABELS, Decomposition, decompose_history
from cepasim.calibrate.backcast.history import FLOWS, LAST, LAST_FITTED, START, settings
from cepasim.calibrate.backcast.panel import Panel, tariff_panel
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy, load
from cepasim.report.pages import markdown_table, write_page

TITLE = "Evidence: how far the model deserves trust"

_FLOWS = {"export": "exports", "import": "imports", "balance": "balance"}


_HEADS = {
    "fiscal_year": "fiscal year",
    "flow": "flow",
    "chapters_usd_mn": "chapters, US$ mn",
    "table_1_2_usd_mn": "Table 1.2, US$ mn",
    "gap_usd_mn": "gap, US$ mn",
    "gap_pct": "gap, %",
}


@dataclass(frozen=True, eq=False)
class Calibration:
    """Everything the report shows.

    Attributes
    ----------
    backcast : Backcast
    decomposition : Decomposition
    panel : Panel
    benchmark : DataFrame
        ``flow``, ``benchmark_usd_mn``, ``published_usd_mn``, ``gap_usd_mn`` of 2023-24.
    bounds : DataFrame
        Scores beside the bounds written before the first run, with the reason of a miss; empty
        without a source checkout.
    usable_error, smallest_section : float
        WAPE up to which a section is called usable, and the trade a year it must have to be judged.
    parameter_digest : str
    chapter_names : mapping of str to str
    fit : mapping of str to str
        What the fitted file says of itself; empty if it says nothing.
    """

    backcast: Backcast
    decomposition: Decomposition
    panel: Panel
    benchmark: pd.DataFrame
    bounds: pd.DataFrame
    usable_error: float
    smallest_section: float
    parameter_digest: str
    chapter_names: Mapping[str, str]
    fit: Mapping[str, str]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by the name of its file."""
        named = {"benchmark": self.benchmark, "bounds": self.bounds}
        named |= {f"backcast_{n}": frame for n, frame in self.backcast.tables().items()}
        named |= {f"decomposition_{n}": frame for n, frame in self.decomposition.tables().items()}
        named |= {"panel": self.panel.estimates, "panel_literature": self.panel.literature}
        return {name: frame for name, frame in named.items() if len(frame)}


def calibration(economy: Economy) -> Calibration:
    """Run the backcast, the decomposition and the panel on one economy.

    Raises
    ------
    InputError, RunError
        As the parts do.
    """
    report, bounds, convention = backcast(economy), source_bounds(), settings(economy)
    return Calibration(
        backcast=report,
        decomposition=decompose_history(economy),
        panel=tariff_panel(economy),
        benchmark=benchmark_summary(economy),
        bounds=against_bounds(report, bounds, missed_reasons()) if bounds else pd.DataFrame(),
        usable_error=convention["usable_error"],
        smallest_section=convention["smallest_section"],
        parameter_digest=economy.parameters.digest,
        chapter_names={hs: economy.classification.name(hs) for hs in economy.chapters},
        fit=economy.parameters.backcast_metadata,
    )


def benchmark_summary(economy: Economy) -> pd.DataFrame:
    """Totals of the benchmark beside the published ones, US$ million."""
    published = economy.parameters.table("benchmark/evidence/totals")
    published = published[published["fiscal_year"] == format_fiscal_year(LAST)]
    said = published.set_index("flow")["value"]
    got = economy.bilateral.groupby("flow")["value"].sum()
    # A gap below the sixth decimal is the sum's rounding.
    rows = [(f, float(got[f]), float(said[f]), round(float(got[f] - said[f]), 6)) for f in FLOWS]
    columns = ["flow", "benchmark_usd_mn", "published_usd_mn", "gap_usd_mn"]
    return pd.DataFrame(rows, columns=columns)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as mappings by column."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


# --- tables for people ------------------------------------------------------------------------


def _percent(share: float) -> str:
    return "n/a" if math.isnan(share) else f"{100 * share:.0f} %"


def _signed_percent(share: float) -> str:
    return f"{100 * share:+.0f} %"


def _billions(usd_mn: float) -> str:
    return "" if math.isnan(usd_mn) else f"{usd_mn / 1000:.2f}"


def path_table(report: Backcast) -> pd.DataFrame:
    """Actual and predicted totals by year, US$ billion, with the band."""
    t = report.totals
    rows = []
    for year in t["fiscal_year"].unique():
        row = {"fiscal year": year}
        for flow, word in _FLOWS.items():
            one = t[(t["fiscal_year"] == year) & (t["flow"] == flow)].iloc[0]
            row[f"{word}, actual"] = _billions(one["actual_usd_mn"])
            row[f"{word}, model"] = _billions(one["predicted_usd_mn"])
            low, high = _billions(one["low_usd_mn"]), _billions(one["high_usd_mn"])
            row[f"{word}, 90 % band"] = f"{low} to {high}"
        rows.append(row)
    return pd.DataFrame(rows)


def score_table(report: Backcast, forecasts: Sequence[str] | None = None) -> pd.DataFrame:
    """Scores of the judged years by forecast: totals, sections, chapters."""
    s = report.scores[report.scores["window"] == "judged"]
    rows = []
    for name in forecasts or list(dict.fromkeys(s["forecast"])):
        for flow, word in _FLOWS.items():
            row = {"forecast": name, "flow": word}
            total = report.score_of("total", flow, name)
            row |= {
                "RMSE, US$ bn": f"{total['rmse_usd_mn'] / 1000:.2f}",
                "MAPE": _percent(total["mape"]),
                "bias": _signed_percent(total["bias"]),
                "WAPE, total": _percent(total["wape"]),
            }
            for level in ("section", "chapter", "chapter without hard cases"):
                row[f"WAPE, {level}"] = _percent(report.score_of(level, flow, name)["wape"])
            rows.append(row)
    return pd.DataFrame(rows)


def theil_table(report: Backcast) -> pd.DataFrame:
    """Theil's U of totals and chapters against each simple forecast."""
    t = report.theil[report.theil["level"].isin(["total", "chapter"])]
    wide = t.pivot_table(
        index=["forecast", "level", "flow"], columns="against", values="theil_u", sort=False
    )
    shown = wide.map(lambda u: f"{u:.2f}").reset_index()
    shown["flow"] = shown["flow"].map(_FLOWS)
    return shown.rename_axis(columns=None)


def lost_to(report: Backcast) -> list[str]:
    """Simple forecasts from the same year that beat the model, in words."""
    t = report.theil
    out = []
    for ours in (parts.MODEL, parts.REBASED):
        origin = ours.removeprefix("model from ")
        same = t[(t["forecast"] == ours) & t["against"].str.endswith(origin)]
        for level in ("total", "chapter"):
            for flow, word in _FLOWS.items():
                one = same[(same["level"] == level) & (same["flow"] == flow)]
                worse = one[one["theil_u"] > 1]
                names = [
                    f"{r['against'].removesuffix(' ' + origin)} (U {r['theil_u']:.2f})"
                    for r in records(worse)
                ]
                told = ", ".join(names) if names else "none"
                out.append(f"{ours}, {word}, {level}: {told}")
    return out


def bounds_table(bounds: pd.DataFrame) -> pd.DataFrame:
    """Scores beside their bounds, for reading."""
    return pd.DataFrame(
        {
            "bound on": bounds["section"].str.replace("_", " "),
            "score": bounds["name"].str.replace("_", " "),
            "measured": [f"{v:+.2f}" for v in bounds["measured"]],
            "bound": bounds["bound"],
            "met": ["yes" if met else "**no**" for met in bounds["met"]],
            "why this bound": bounds["reason"],
            "why missed": bounds["why_missed"],
        }
    )


def decomposition_table(result: Decomposition) -> pd.DataFrame:
    """Parts of the change, US$ billion."""
    t = result.totals
    total = float(t["deficit_usd_mn"].iloc[-1])
    return pd.DataFrame(
        {
            "part": [LABELS.get(c, "all") for c in t["component"]],
            "exports": [f"{v / 1000:+.2f}" for v in t["exports_usd_mn"]],
            "imports": [f"{v / 1000:+.2f}" for v in t["imports_usd_mn"]],
            "deficit": [f"{v / 1000:+.2f}" for v in t["deficit_usd_mn"]],
            "of the rise": [_signed_percent(v / total) for v in t["deficit_usd_mn"]],
        }
    )


def section_decomposition(result: Decomposition, largest: int = 8) -> pd.DataFrame:
    """Parts of the change of the sections that changed most, US$ billion."""
    wide = result.sections.pivot_table(
        index=["flow", "section"], columns="component", values="change_usd_mn", sort=False
    )
    order = wide.sum(axis=1).abs().sort_values(ascending=False).index[:largest]
    rows = []
    for flow, section in order:
        values = wide.loc[(flow, section)]
        row = {"flow": _FLOWS[flow], "section": section}
        row |= {LABELS[c]: f"{values[c] / 1000:+.2f}" for c in LABELS}
        rows.append(row | {"all": f"{values.sum() / 1000:+.2f}"})
    return pd.DataFrame(rows)


def ranges_table(result: Decomposition) -> pd.DataFrame:
    """Parts of the deficit's rise under other assumptions, US$ billion."""
    whole = result.whole_cepa.set_index("assumption")["deficit_usd_mn"]
    r = result.ranges
    frame = pd.DataFrame({"assumption": r["assumption"]})
    for component, label in LABELS.items():
        frame[label] = [f"{v / 1000:+.2f}" for v in r[f"{component}_usd_mn"]]
    frame["whole CEPA since 2011, deficit of 2023-24"] = [
        f"{whole[name] / 1000:+.2f}" for name in r["assumption"]
    ]
    return frame


def hard_table(report: Backcast) -> pd.DataFrame:
    """The hard cases in the last year by chapter, as multiples of the first year."""
    h = report.hard_cases
    rows = []
    for (flow, hs), one in h.groupby(["flow", "hs"], sort=False):
        first, last = one.iloc[0], one.iloc[-1]
        row = {
            "chapter": f"{hs}, {_FLOWS[str(flow)]}",
            "years": f"{first['fiscal_year']} to {last['fiscal_year']}",
            "actual": f"x {last['actual_usd_mn'] / first['actual_usd_mn']:.2f}",
            "model": f"x {last['predicted_usd_mn'] / first['predicted_usd_mn']:.2f}",
        }
        for driver in ("demand", "tariffs", "prices"):
            row[f"{LABELS[driver]} alone"] = f"x {last[f'{driver}_alone_index']:.2f}"
        row["competitors' trend (residual)"] = f"x {last['competitors_trend_index']:.2f}"
        if flow == "import":
            row["Japan's share"] = (
                f"{_percent(first['share_jpn'])} to {_percent(last['share_jpn'])}"
            )
            row["China's share"] = (
                f"{_percent(first['share_chn'])} to {_percent(last['share_chn'])}"
            )
        else:
            row["Japan's share"] = row["China's share"] = ""
        rows.append(row)
    return pd.DataFrame(rows)


def coverage_table(report: Backcast) -> pd.DataFrame:
    """Coverage of the band."""
    c = report.coverage
    return pd.DataFrame(
        {
            "level": c["level"],
            "flow": c["flow"].replace(_FLOWS),
            "years": c["window"],
            "cells": c["cells"].astype(str),
            "inside the 90 % band": [_percent(v) for v in c["share_inside"]],
            "inside the range of the figures alone": [
                _percent(v) for v in c["share_inside_figures"]
            ],
        }
    )


def panel_table(panel: Panel) -> pd.DataFrame:
    """Panel estimates and the literature, one below the other."""
    own = [
        {
            "estimate": r["specification"],
            "elasticity": f"{r['elasticity']:.1f}",
            "standard error": f"{r['standard_error']:.1f}",
            "range": f"{r['low']:.1f} to {r['high']:.1f}",
        }
        for r in records(panel.estimates)
    ]
    published = [
        {
            "estimate": r["quantity"],
            "elasticity": f"{r['value']:.1f}",
            "standard error": "",
            "range": f"{r['low']:.1f} to {r['high']:.1f}",
        }
        for r in records(panel.literature)
    ]
    return pd.DataFrame(own + published)


def bridged_table(report: Backcast) -> pd.DataFrame:
    """WAPE of 2022-23 against the estimate by chapter."""
    b = report.bridged
    named = b["flow"].map(_FLOWS) + ", WAPE of " + b["level"] + "s"
    wide = b.assign(column=named).pivot_table(
        index="forecast", columns="column", values="wape", sort=False
    )
    return wide.map(_percent).reset_index().rename_axis(columns=None)


def section_table(report: Backcast, smallest: float) -> pd.DataFrame:
    """Errors of the sections that trade at least the smallest amount, largest trade first."""
    s = report.section_scores[report.section_scores["mean_usd_mn"] >= smallest]
    s = s.sort_values("mean_usd_mn", ascending=False)
    return pd.DataFrame(
        {
            "flow": s["flow"].map(_FLOWS),
            "section": s["section"] + " " + s["name"],
            "US$ mn a year": [f"{v:,.0f}" for v in s["mean_usd_mn"]],
            "bias": [_signed_percent(v) for v in s["bias"]],
            "WAPE, model": [_percent(v) for v in s["wape"]],
            "constant share": [_percent(v) for v in s["wape_constant_share"]],
            "no change": [_percent(v) for v in s["wape_no_change"]],
            "linear trend": [_percent(v) for v in s["wape_linear_trend"]],
        }
    )


def parameter_rows(report: Backcast) -> pd.DataFrame:
    """What was fitted, for reading."""
    p = report.parameters
    return pd.DataFrame(
        {
            "parameter": "`" + p["name"] + "`",
            "value": [f"{v:.3f}" for v in p["value"]],
            "90 % range": [
                f"{low:.3f} to {high:.3f}" for low, high in zip(p["low"], p["high"], strict=True)
            ],
            "unit": p["unit"],
            "note": p["note"],
        }
    )


def rolling_table(report: Backcast) -> pd.DataFrame:
    """Rolling origin by horizon."""
    r = report.rolling_scores
    frame = pd.DataFrame({"flow": r["flow"].map(_FLOWS), "years ahead": r["horizon"].astype(str)})
    frame["forecasts"] = r["forecasts"].astype(str)
    for name, word in (
        ("predicted", "model"),
        ("constant_share", "constant share"),
        ("no_change", "no change"),
    ):
        frame[f"RMSE, {word}, US$ bn"] = [_billions(v) for v in r[f"rmse_{name}_usd_mn"]]
        frame[f"WAPE of chapters, {word}"] = [_percent(v) for v in r[f"chapter_wape_{name}"]]
    return frame


# --- in words ---------------------------------------------------------------------------------


def verdict(result: Calibration) -> list[str | pd.DataFrame]:
    """Where the model may be used and where not, from the scores: words and two tables."""
    return [
        _headline(result),
        question_table(result),
        f"By section, levels six to eight years ahead (WAPE on {_label(LAST_FITTED + 1)} to "
        f"2021-22, sections that trade US$ {result.smallest_section:.0f} mn a year or more). "
        "Where a simple forecast is at least as close, the model adds nothing to it:",
        sector_table(result),
        default_economy(result.backcast),
        _fit_words(result.fit),
    ]


def _headline(result: Calibration) -> str:
    """Errors of the totals beside the best simple forecast, and the bounds missed."""
    told = []
    for flow in FLOWS:
        own = result.backcast.score_of("total", flow)
        name, error = _closest(result.backcast, "total", flow)
        told.append(
            f"{_FLOWS[flow]} of {_label(LAST_FITTED + 1)} to {_label(LAST)} missed by "
            f"{_percent(own['wape'])} (bias {_signed_percent(own['bias'])}; {name} from the same "
            f"year: {_percent(error)})"
        )
    words = f"**Started in {_label(START)}: {', '.join(told)}.** "
    if len(result.bounds):
        missed = int((~result.bounds["met"]).sum())
        words += f"Of {len(result.bounds)} bounds set beforehand {missed} are missed. "
    return words + (
        "The model is made for the difference between a scenario and a reference of the same year; "
        "it is not a forecast of levels. The backcast judges its drivers and its levels, and only "
        "indirectly those differences."
    )


def _closest(report: Backcast, level: str, flow: str) -> tuple[str, float]:
    """The simple forecast from the first year with the smallest WAPE."""
    errors = {
        s: float(report.score_of(level, flow, f"{s} {_label(START)}")["wape"]) for s in parts.SIMPLE
    }
    name = min(errors, key=lambda s: errors[s])
    return name, errors[name]


def _level_answer(result: Calibration, level: str, flow: str) -> tuple[str, str]:
    """Whether levels may be read off the model, and why."""
    own = float(result.backcast.score_of(level, flow)["wape"])
    name, error = _closest(result.backcast, level, flow)
    why = f"WAPE {100 * own:.1f} %; {name} from {_label(START)} {100 * error:.1f} %"
    if level == "total":
        inside = float(result.backcast.score_of("section", flow)["wape"])
        why += f"; errors of sections ({_percent(inside)}) offset each other in part"
    if own > result.usable_error:
        return "**no**", why
    return ("roughly" if own < error else f"roughly, but rather {name}"), why


def question_table(result: Calibration) -> pd.DataFrame:
    """Questions people ask, whether the model may answer them, and why."""
    rise = {r["component"]: r["deficit_usd_mn"] for r in records(result.decomposition.totals)}
    by_assumption = {row["assumption"]: row for row in records(result.decomposition.ranges)}
    full = by_assumption["full use of the preference"]["tariffs_usd_mn"]
    none = by_assumption["no pass-through of exchange rates"]
    bias = float(result.backcast.score_of("total", "import")["bias"])
    share = result.backcast.score_of("total", "import", f"constant share {_label(START)}")["bias"]
    fitted = result.backcast.parameters.set_index("name")["value"]["backcast_pass_through"]
    rows = []
    for level, flow, words in (
        ("total", "export", "How much will India export to Japan in all?"),
        ("total", "import", "How much will it import from Japan in all?"),
        ("total", "balance", "How large will the deficit be?"),
        ("chapter", "export", "How much of one chapter will it export?"),
        ("chapter", "import", "How much of one chapter will it import?"),
    ):
        rows.append((words, *_level_answer(result, level, flow)))
    rows += [
        (
            "What does a tariff cut change?",
            tariff_answer(result.panel),
            f"The cuts after {_label(START)} explain {_billions(rise['tariffs'])} of the deficit's "
            f"rise by {_billions(rise['total'])} US$ bn with the preference used as assumed, "
            f"{_billions(full)} if every shipment claimed it at no cost: the range is about the "
            f"use of preferences. {result.panel.verdict}",
        ),
        (
            "What does the exchange rate change?",
            "**no**, or only beside the case of no pass-through",
            f"With the weak yen the model expects {_percent(abs(bias))} "
            f"{'more' if bias > 0 else 'less'} imports than came; a constant share of demand "
            f"misses by {_signed_percent(share)}. Without pass-through demand explains "
            f"{_billions(none['demand_usd_mn'])} US$ bn of the deficit's rise, exchange rates and "
            f"prices {_billions(none['prices_usd_mn'])}, and the rest is "
            f"{_billions(none['rest_usd_mn'])}. The lever `exchange_rate` passes a real "
            f"depreciation on in full: {fitted:.2f} of it is what the fit found.",
        ),
        (
            "What do barrier relief, the fund, simpler proof of origin or buyers leaving China do?",
            "not judged here",
            "Nothing of the kind was measured in these years; the ranges of the parameters "
            "(grade D) are all there is.",
        ),
        (
            "Who loses in Japan?",
            "not judged here",
            "Japan's imports by chapter and source are an estimate, not observed.",
        ),
    ]
    return pd.DataFrame(rows, columns=["question", "may the model be used?", "why"])


def tariff_answer(panel: Panel) -> str:
    """What may be said of a tariff, given the estimate with source-year effects."""
    strict = panel.estimates.iloc[1]
    if strict["low"] <= 0 <= strict["high"]:
        return "a range from theory and literature, which these years neither confirm nor refute"
    return "sign and order of magnitude" if strict["high"] < 0 else "**no**"


def sector_table(result: Calibration) -> pd.DataFrame:
    """Sections by flow: usable and better than simple forecasts, usable, not usable."""
    s = result.backcast.section_scores
    s = s[s["mean_usd_mn"] >= result.smallest_section]
    simple = [f"wape_{name.replace(' ', '_')}" for name in parts.SIMPLE]
    usable = s["wape"] <= result.usable_error
    better = s["wape"] < s[simple].min(axis=1)
    within = _percent(result.usable_error)
    classes = {
        f"within {within}, closer than every simple forecast": usable & better,
        f"within {within}, a simple forecast at least as close": usable & ~better,
        f"not within {within}": ~usable,
    }
    rows = [
        {"flow": _FLOWS[flow]}
        | {
            words: "; ".join(
                f"{r['section']} {r['name']} ({_percent(r['wape'])})"
                for r in records(s[chosen & (s["flow"] == flow)])
            )
            or "none"
            for words, chosen in classes.items()
        }
        for flow in FLOWS
    ]
    return pd.DataFrame(rows)


def default_economy(report: Backcast) -> str:
    """Why the default economy does not use what was fitted, with the width of the ranges."""
    p = report.parameters[report.parameters["prior_low"].notna()]
    ends = p[["low", "high", "prior_low", "prior_high"]].to_numpy(float, copy=True)
    logs = ~p["name"].eq("backcast_pass_through").to_numpy()
    ends[logs] = np.log(ends[logs])
    narrower = 1 - (ends[:, 1] - ends[:, 0]) / (ends[:, 3] - ends[:, 2])
    inside = p["value"].between(p["prior_low"], p["prior_high"]).all()
    return (
        "**The default economy does not use what was fitted.** "
        f"{'Every' if inside else 'Not every'} estimate lies within the 90 % range that the "
        f"literature leaves, and the window makes these ranges only {_percent(narrower.min())} to "
        f"{_percent(narrower.max())} narrower: it tells too little to move the elasticities and "
        "lags of scenarios, which stay those of the literature. The fit serves the backcast and "
        "the decomposition on this page."
    )


def _fit_words(fit: Mapping[str, str]) -> str:
    """Metadata of the fitted file in a sentence."""
    if not fit:
        return "The fitted file in use carries no metadata."
    return (
        "What was fitted: [history/backcast_fit.csv](../params/history/backcast_fit.csv), data "
        f"vintage {fit['data_vintage']}, code version cepasim {fit['cepasim']}, window "
        f"{fit['window']}, base year {fit['base_year']}, fitted on {fit['date']}, judged on "
        f"{fit['judged_on']}. [Its metadata](../params/history/backcast_fit.yaml) name the digest "
        "of every table read; a test repeats the fit."
    )


def _label(year: int) -> str:
    return format_fiscal_year(year)


_SHORT = {
    "WAPE, total": "WAPE",
    "WAPE, section": "section",
    "WAPE, chapter": "chapter",
    "WAPE, chapter without hard cases": "easy",
}


def text(result: Calibration) -> str:
    """Short report for the terminal: no band, and the page has the rest."""
    report = result.backcast
    main = [
        parts.MODEL,
        parts.LITERATURE,
        parts.TREND,
        *(f"{s} {_label(START)}" for s in parts.SIMPLE),
        parts.REBASED,
        *(f"{s} {_label(LAST_FITTED)}" for s in parts.SIMPLE),
    ]
    path = path_table(report)
    bands = [column for column in path if "band" in str(column)]
    pieces = [
        ("Benchmark of 2023-24 against the published totals, US$ million", result.benchmark),
        ("Backcast from 2013-14, US$ billion", path.drop(columns=bands)),
        (
            "Scores on 2019-20 to 2023-24; WAPE of totals, sections, chapters and chapters without "
            "hard cases (to 2021-22)",
            score_table(report, main).rename(columns=_SHORT),
        ),
        ("Rise of the deficit from 2013-14 to 2023-24, US$ billion", _plain(result)),
        ("Tariff elasticity of India's imports, panel of 2010-22", panel_table(result.panel)),
    ]
    if len(result.bounds):
        shown = bounds_table(result.bounds).drop(columns=["why this bound", "why missed"])
        shown["met"] = shown["met"].str.strip("*")
        pieces.insert(3, ("Bounds written before the first run", shown))
    lines = []
    for title, frame in pieces:
        lines += [title, "", frame.to_string(index=False), ""]
    lines += ["Simple forecasts from the same year that do better (Theil's U above 1)", ""]
    lines += [f"  {line}" for line in lost_to(report)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _plain(result: Calibration) -> pd.DataFrame:
    return decomposition_table(result.decomposition)


def sections_of_page(result: Calibration) -> Iterator[tuple[str, list[str | pd.DataFrame]]]:
    """Titles with paragraphs and tables: the page, whatever it is rendered to."""
    report = result.backcast
    judged = f"{_label(LAST_FITTED + 1)} to {_label(LAST)}"
    yield "Verdict", verdict(result)
    yield (
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
                f"{_percent(r['mean_share'])} on average in {r['fiscal_year']}"
                for r in records(report.leak)
            )
            + f". The row `{parts.STRICT}` moves India's demand by its GDP in those two years, so "
            "that nothing is left.",
            "Elasticities by group of chapters, pass-through of exchange rates and speed of "
            "adjustment were fitted on 2014-15 to 2018-19, with the literature as prior "
            f"(`python -m cepasim.calibrate.backcast.fit`). {judged} judge the result; sections "
            "and chapters end in 2021-22, the last year published by chapter.",
        ],
    )
    yield "The path", [path_table(report), "US$ billion; exports less imports is the balance."]
    yield (
        "Scores on the judged years",
        [
            score_table(report),
            "Bias is predicted less actual over the sum of actual values (of absolute values for "
            "the balance); WAPE is the sum of absolute errors over the same sum.",
        ],
    )
    yield (
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
        yield (
            "Against the bounds",
            [
                f"Written before the first scored run; {missed} of {len(result.bounds)} are "
                "missed. They stay as they are.",
                bounds_table(result.bounds),
            ],
        )
    yield (
        "Rolling origin",
        [
            "The same model started in every year from 2013-14 to 2021-22, on targets from "
            f"{_label(LAST_FITTED + 1)} on.",
            rolling_table(report),
        ],
    )
    yield (
        "The 90 % band",
        [
            "Draws of every figure as for the ranges of scenarios ([uncertainty](uncertainty.md)), "
            "draws of what is fitted here, and errors of the fitting window, growing like a random "
            "walk. The last column has the draws alone. Chapters with US$ 5 mn or more in 2013-14, "
            "and totals:",
            coverage_table(report),
            "A band this wide is right often and says little; that of the totals rests on five "
            "errors. The figures alone hold little of what happened: what moved trade in these "
            "years was mostly not in the model. So the range of a scenario, which is of the "
            "figures alone, is one of the difference the scenario makes in the model, and never "
            "one of the trade to come.",
        ],
    )
    yield (
        "2022-23 by chapter",
        [
            "Not published by chapter: estimated from principal commodities with a bridge fitted "
            "on 2018-19, 2019-20 and 2021-22. An estimate is held against a prediction; the last "
            "row is half the way to the ends of the estimate's own 90 % range.",
            bridged_table(report),
        ],
    )
    yield "By section and chapter", [section_table(report, result.smallest_section)]
    yield (
        "Hard cases",
        [
            hard_table(report),
            "What each driver alone does to the chapter, as a multiple of 2013-14. The last factor "
            "is what no driver explains, whatever its cause: towards the partner above 1, away "
            "from it below. It is a residual with a name, not an effect of the agreement.",
            _hard_words(report),
        ],
    )
    yield (
        "Why the deficit rose",
        [
            decomposition_table(result.decomposition),
            "US$ billion, 2013-14 to 2023-24; exact Shapley values over the drivers of the same "
            "model, chapters of 2023-24 from the benchmark. By section, largest changes:",
            section_decomposition(result.decomposition),
            "Under other assumptions (parts of the rise of the deficit):",
            ranges_table(result.decomposition),
            _residual_words(result.decomposition),
        ],
    )
    yield "Did the CEPA matter?", [result.panel.verdict, panel_table(result.panel)]
    check = report.history_check.copy()
    check["gap_pct"] = [f"{v:+.2f}" for v in check["gap_pct"]]
    for column in ("chapters_usd_mn", "table_1_2_usd_mn", "gap_usd_mn"):
        check[column] = [f"{v:.1f}" for v in check[column]]
    yield "What was fitted", [parameter_rows(report)]
    yield (
        "Sums of the chapters against the published totals",
        [check.rename(columns=lambda c: _HEADS[c])],
    )


def _hard_words(report: Backcast) -> str:
    """Scores with and without the hard cases, in words."""
    told = []
    for flow, word in (("export", "exports"), ("import", "imports")):
        for level in ("chapter", "chapter without hard cases"):
            score = report.score_of(level, flow)
            told.append(f"{word}, {level}: WAPE {_percent(score['wape'])}")
    return "With and without them: " + "; ".join(told) + "."


def _residual_words(result: Decomposition) -> str:
    told = [
        f"{_FLOWS[r['flow']]} {_billions(r['rest_usd_mn'])}, where the drift of the fitting "
        f"window, continued, would give {_billions(r['competitors_trend_usd_mn'])} and leave "
        f"{_billions(r['left_usd_mn'])}"
        for r in records(result.residual)
    ]
    return "The unexplained rest, US$ bn: " + "; ".join(told) + "."


def markdown(result: Calibration) -> str:
    """The page ``docs/evidence.md``."""
    out = [
        f"# {TITLE}",
        "",
        "Generated by `python -m cepasim.calibrate.report docs/evidence.md`; do not edit it. "
        "`cepasim calibrate` prints the short form, `cepasim calibrate --out DIR` writes this page "
        "with its figures, and every table as CSV. With an hour at hand: "
        "[notebooks/calibration.ipynb](../notebooks/calibration.ipynb).",
        "",
    ]
    for title, pieces in sections_of_page(result):
        out += [f"## {title}", ""]
        for piece in pieces:
            if isinstance(piece, str):
                out += [piece, ""]
                continue
            rows = ([str(value) for value in row] for row in piece.itertuples(index=False))
            out += markdown_table(map(str, piece.columns), rows)
    return "\n".join(out).rstrip("\n") + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page to the path given, or print it; returns the exit code."""
    return write_page(
        "cepasim.calibrate.report docs/evidence.md",
        lambda: markdown(calibration(load())),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
