"""Why the deficit rose, and what the agreement had to do with it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.calibrate.backcast.decompose import COMPONENTS, LABELS, Decomposition
from cepasim.calibrate.backcast.panel import Panel
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.section import MODEL, SIMPLE, Charts, Section
from cepasim.calibrate.evidence.words import (
    BILLION,
    FLOW_WORDS,
    billions,
    records,
    short,
    signed_percent,
)
from cepasim.report import charts

_PARTS = {"demand": "#0B5CAD", "tariffs": "#E69F00", "prices": "#009E73", "rest": "#9AA3AD"}


def sections(result: Calibration) -> Iterator[Section]:
    """Sections of this subject, in order."""
    yield Section(
        "Why the deficit rose, by the first model",
        [
            decomposition_table(result.decomposition),
            "US$ billion, 2013-14 to 2023-24; exact Shapley values over the drivers of the same "
            "model, chapters of 2023-24 from the benchmark. By section, largest changes:",
            section_decomposition(result.decomposition),
            "Under other assumptions (parts of the rise of the deficit):",
            ranges_table(result.decomposition),
            _residual_words(result.decomposition),
        ],
        decomposition_charts(result.decomposition),
    )
    yield Section(
        "Did the CEPA matter?",
        [result.panel.verdict, panel_table(result.panel)],
        panel_charts(result.panel),
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
            "of the rise": [signed_percent(v / total) for v in t["deficit_usd_mn"]],
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
        row = {"flow": FLOW_WORDS[flow], "section": section}
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


def _residual_words(result: Decomposition) -> str:
    said = [
        f"{FLOW_WORDS[r['flow']]} {billions(r['rest_usd_mn'])}, where the drift of the fitting "
        f"window, continued, would give {billions(r['competitors_trend_usd_mn'])} and leave "
        f"{billions(r['left_usd_mn'])}"
        for r in records(result.residual)
    ]
    return "The unexplained rest, US$ bn: " + "; ".join(said) + "."


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


def decomposition_charts(result: Decomposition) -> Charts:
    """Parts of the change of exports, imports and deficit, and of the deficit by assumption."""
    series = [charts.Series(LABELS[c], _PARTS[c]) for c in COMPONENTS]
    by_part = result.totals.set_index("component").loc[list(COMPONENTS)]
    rows = [
        charts.Row(word, by_part[f"{word}_usd_mn"].to_numpy(float) / BILLION)
        for word in ("exports", "imports", "deficit")
    ]
    ranges = result.ranges[[f"{c}_usd_mn" for c in COMPONENTS]].to_numpy(float) / BILLION
    under = [
        charts.Row(str(name), values)
        for name, values in zip(result.ranges["assumption"], ranges, strict=True)
    ]
    return {
        "decomposition": charts.stacked(
            "Change from 2013-14 to 2023-24, US$ billion", series, rows
        ),
        "decomposition_ranges": charts.stacked(
            "Rise of the deficit under other assumptions, US$ billion",
            series,
            under,
        ),
    }


def panel_charts(panel: Panel) -> Charts:
    """Estimates with their 95 % ranges beside the literature."""
    series = [charts.Series("own estimate", MODEL), charts.Series("literature and model", SIMPLE)]
    own, published = panel.estimates, panel.literature
    rows = [
        (charts.Row(short(str(label), 44), [low, value, high]), kind)
        for kind, frame, name, centre in (
            (0, own, "specification", "elasticity"),
            (1, published, "quantity", "value"),
        )
        for label, low, value, high in zip(
            frame[name], frame["low"], frame[centre], frame["high"], strict=True
        )
    ]
    title = "Response of imports to a tariff: elasticity and range"
    return {"panel": charts.ranges(title, series, rows)}
