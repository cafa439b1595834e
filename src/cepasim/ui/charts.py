"""The path over the years as a Vega-Lite specification and the rows it draws.

The specification does not change with the figures, so that a browser redraws and does not rebuild.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from cepasim.report import look
from cepasim.result import Result

Item = Literal["balance", "exports", "imports"]
ITEMS: Mapping[Item, str] = {
    "balance": "Balance",
    "exports": "Exports to Japan",
    "imports": "Imports from Japan",
}
_MEASURE = {
    "balance": "balance",
    "exports": "exports_to_japan",
    "imports": "imports_from_japan",
}
HISTORY, REFERENCE, ASSUMED, SCENARIO = (
    "History",
    "Reference",
    "Your assumptions",
    "Scenario",
)
_MN_PER_BN = 1000.0
_FONT = "sans-serif"


def history_path(totals: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return the years up to the benchmark.

    Parameters
    ----------
    totals : DataFrame
        The table ``history/totals``, US$ bn at current prices.
    item : {"balance", "exports", "imports"}
    """
    rows = totals[(totals["measure"] == _MEASURE[item]) & (totals["fiscal_year"] <= "2023-24")]
    return _line(rows["fiscal_year"], rows["value"] * _MN_PER_BN, HISTORY)


def result_path(result: Result, item: Item, label: str, *, baseline: bool = False) -> pd.DataFrame:
    """Return the years of a result, or of the reference it was measured against."""
    totals = result.totals
    column = f"{'baseline_' if baseline else ''}{item}_usd_mn"
    return _line(totals["fiscal_year"], totals[column], label)


def path_rows(
    result: Result,
    history: pd.DataFrame,
    item: Item,
    plain: Result | None = None,
    band: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the rows of the chart: history, reference, scenario, and a third line if needed.

    Parameters
    ----------
    result : Result
        The scenario; where assumptions are changed, under these.
    history : DataFrame
        The table ``history/totals``.
    item : {"balance", "exports", "imports"}
    plain : Result, optional
        A result without changed assumptions, whose reference is the reference then.
    band : DataFrame, optional
        ``fiscal_year``, ``low_usd_mn``, ``high_usd_mn`` of the scenario.
    """
    lines = [history_path(history, item)]
    if plain is None:
        lines.append(result_path(result, item, REFERENCE, baseline=True))
    else:
        lines.append(result_path(plain, item, REFERENCE, baseline=True))
        lines.append(result_path(result, item, ASSUMED, baseline=True))
    scenario = result_path(result, item, SCENARIO)
    if band is not None:
        scenario = scenario.merge(
            band.assign(
                low_usd_bn=band["low_usd_mn"] / _MN_PER_BN,
                high_usd_bn=band["high_usd_mn"] / _MN_PER_BN,
            )[["fiscal_year", "low_usd_bn", "high_usd_bn"]],
            on="fiscal_year",
            how="left",
            suffixes=("_empty", ""),
        )
    lines.append(scenario)
    columns = ["fiscal_year", "usd_bn", "line", "low_usd_bn", "high_usd_bn"]
    return pd.concat(lines, ignore_index=True)[columns]


def _line(years: pd.Series, usd_mn: pd.Series, label: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fiscal_year": years.astype(str).to_numpy(),
            "usd_bn": usd_mn.to_numpy(float) / _MN_PER_BN,
            "line": label,
            "low_usd_bn": float("nan"),
            "high_usd_bn": float("nan"),
        }
    )


def change_rows(result: Result) -> pd.DataFrame:
    """Return the rows of the chart of changes against the reference, year by year."""
    frame = result.balance("total")
    return pd.concat(
        [
            _line(frame["fiscal_year"], frame[f"change_in_{item}_usd_mn"], label)
            for item, label in ITEMS.items()
        ],
        ignore_index=True,
    )


def path_spec(height: int = 210, *, assumed: bool = False) -> dict[str, Any]:
    """Return the specification of the path chart, with the third line where one is needed."""
    styles: dict[str, tuple[str, tuple[int, ...]]] = {
        HISTORY: (look.HISTORY, (1, 0)),
        REFERENCE: (look.REFERENCE, (6, 3)),
        ASSUMED: (look.ASSUMED, (2, 3)),
        SCENARIO: (look.SCENARIO, (1, 0)),
    }
    lines = [line for line in styles if assumed or line != ASSUMED]
    colours, dashes = [styles[line][0] for line in lines], [styles[line][1] for line in lines]
    return _spec(lines, colours, dashes, height, with_band=True)


def change_spec(height: int = 210) -> dict[str, Any]:
    """Return the specification of the chart of changes against the reference."""
    colours = (look.INK, look.SERIES[0], look.SERIES[1])
    return _spec(tuple(ITEMS.values()), colours, look.DASHES[:3], height, with_band=False)


def compare_spec(names: Sequence[str], height: int = 320) -> dict[str, Any]:
    """Return the specification of a chart of up to four scenarios and the reference."""
    lines = (HISTORY, REFERENCE, *names)
    colours = (look.HISTORY, look.REFERENCE, *look.SERIES[: len(names)])
    dashes = ((1, 0), (6, 3), *look.DASHES[: len(names)])
    return _spec(lines, colours, dashes, height, with_band=False)


def _spec(
    lines: Sequence[str],
    colours: Sequence[str],
    dashes: Sequence[Sequence[int]],
    height: int,
    *,
    with_band: bool,
) -> dict[str, Any]:
    x = {
        "field": "fiscal_year",
        "type": "ordinal",
        "axis": {
            "title": None,
            "labelAngle": 0,
            "labelExpr": "substring(datum.value, 0, 4) % 3 == 1 ? datum.value : ''",
            "labelFontSize": 11,
            "ticks": False,
            "labelOverlap": False,
        },
    }
    y = {
        "field": "usd_bn",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {
            "title": None,
            "tickCount": 5,
            # The minus sign of print, as everywhere else on the page.
            "labelExpr": "replace(format(datum.value, '~f'), '-', '\\u2212')",
            "labelFontSize": 11,
        },
    }
    colour = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": list(lines), "range": list(colours)},
        "legend": {
            "orient": "top",
            "title": None,
            "labelFontSize": 11,
            "symbolSize": 220,
            "symbolStrokeWidth": 2.5,
            "symbolType": "stroke",
            "offset": 2,
            "labelLimit": 220,
            "columns": 4,
        },
    }
    dash = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": list(lines), "range": [list(dash) for dash in dashes]},
        "legend": None,
    }
    tooltip = [
        {"field": "line", "type": "nominal", "title": "Line"},
        {"field": "fiscal_year", "type": "ordinal", "title": "Fiscal year"},
        {"field": "usd_bn", "type": "quantitative", "title": "US$ bn", "format": ".2f"},
    ]
    layers: list[dict[str, Any]] = []
    if with_band:
        layers.append(
            {
                "transform": [{"filter": "isValid(datum.low_usd_bn)"}],
                "mark": {"type": "area", "opacity": 0.18, "color": look.SCENARIO},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "low_usd_bn"},
                    "y2": {"field": "high_usd_bn"},
                },
            }
        )
    layers.append(
        {
            "mark": {"type": "line", "strokeWidth": 2.4},
            "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash, "tooltip": tooltip},
        }
    )
    layers.append(
        {
            "mark": {"type": "point", "size": 60, "filled": True, "opacity": 0.001},
            "encoding": {"x": x, "y": y, "tooltip": tooltip},
        }
    )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "height": height,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": layers,
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "axis": {
                "labelColor": look.INK,
                "titleColor": look.INK,
                "gridColor": "#E6EAEE",
                "domainColor": look.LINE,
            },
            "legend": {"labelColor": look.INK},
        },
    }
