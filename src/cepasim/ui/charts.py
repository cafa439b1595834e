"""The path over the years: the rows of a result, and the chart of the reports that draws them.

The specification does not change with the figures, so that a browser redraws and does not rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core import numbers
from cepasim.core.currency import Currency, Size, current_currency
from cepasim.core.language import current_language, mark, tr
from cepasim.report import look
from cepasim.report.in_force import UNMARKED, marks
from cepasim.report.line_charts import Ground, Style, line_layers
from cepasim.result import Result

Item = Literal["balance", "exports", "imports"]
ITEMS: Mapping[Item, str] = {
    "balance": mark("Balance"),
    "exports": mark("Exports to Japan"),
    "imports": mark("Imports from Japan"),
}
_MEASURE = {
    "balance": "balance",
    "exports": "exports_to_japan",
    "imports": "imports_from_japan",
}
HISTORY, REFERENCE, ASSUMED, SCENARIO = (
    mark("History"),
    mark("Reference"),
    mark("Your assumptions"),
    mark("Scenario"),
)
#: Changes are drawn in the millions of the cards beside them, levels in billions.
Scaled = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_MN_PER_BN = 1000.0
_DASHED = (6.0, 3.0)
#: Size of the words in a chart on the wall; a phone has less room.
_READ_FROM_AFAR = "clamp(width / 40, 12, 18)"
#: The axis names every third year.
_EVERY = 3


def history_path(totals: pd.DataFrame, item: Item, last: str) -> pd.DataFrame:
    """Return the years up to the first of a result, the base year.

    Parameters
    ----------
    totals : DataFrame
        The table ``history/totals``, US$ bn at current prices.
    item : {"balance", "exports", "imports"}
    last : str
        The base year.
    """
    rows = totals[(totals["measure"] == _MEASURE[item]) & (totals["fiscal_year"] <= last)]
    return _line(rows["fiscal_year"], rows["value"] * _MN_PER_BN, tr(HISTORY))


def result_path(result: Result, item: Item, label: str, *, baseline: bool = False) -> pd.DataFrame:
    """Return the years of a result, or of the reference it was measured against."""
    totals = result.totals
    column = f"{'baseline_' if baseline else ''}{item}_usd_mn"
    line = _line(totals["fiscal_year"], totals[column], label)
    for end in ("low", "high"):
        if baseline and (bound := f"baseline_{item}_{end}_usd_mn") in totals:
            line[end] = numbers.in_bn(totals[bound].to_numpy(float))
    return line


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
    lines = [history_path(history, item, str(result.totals["fiscal_year"].iloc[0]))]
    if plain is None:
        lines.append(result_path(result, item, tr(REFERENCE), baseline=True))
    else:
        lines.append(result_path(plain, item, tr(REFERENCE), baseline=True))
        lines.append(result_path(result, item, tr(ASSUMED), baseline=True))
    scenario = result_path(result, item, tr(SCENARIO))
    if band is not None:
        scenario = _with_band(scenario, band)
    lines.append(scenario)
    columns = ["year", "value", "line", "low", "high"]
    return pd.concat(lines, ignore_index=True)[columns]


def _with_band(
    line: pd.DataFrame, band: pd.DataFrame, scaled: Scaled = numbers.in_bn
) -> pd.DataFrame:
    ends = band.set_index("fiscal_year").reindex(line["year"])
    low, high = (scaled(ends[end].to_numpy(float)) for end in ("low_usd_mn", "high_usd_mn"))
    return line.assign(low=low, high=high)


def _line(
    years: pd.Series, usd_mn: pd.Series, label: str, scaled: Scaled = numbers.in_bn
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": years.astype(str).to_numpy(),
            "value": scaled(usd_mn.to_numpy(float)),
            "line": label,
            "low": float("nan"),
            "high": float("nan"),
        }
    )


def change_rows(result: Result) -> pd.DataFrame:
    """Return the rows of the chart of changes against the reference by year, in millions."""
    frame = result.balance("total")
    lines = [
        _line(frame["fiscal_year"], frame[f"change_in_{item}_usd_mn"], tr(label), numbers.in_mn)
        for item, label in ITEMS.items()
    ]
    (marked,) = marks(list(lines[0]["year"]), [result.scenario], [look.MUTED])
    lines[0] = lines[0].assign(**marked)
    return pd.concat(lines, ignore_index=True).fillna(dict(UNMARKED))


def banded(rows: pd.DataFrame, band: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `change_rows` with the range of the change in the balance.

    Parameters
    ----------
    rows : DataFrame
    band : DataFrame
        ``fiscal_year``, ``low_usd_mn``, ``high_usd_mn``.
    """
    balance = rows["line"] == tr(ITEMS["balance"])
    return pd.concat(
        [_with_band(rows[balance], band, numbers.in_mn), rows[~balance]], ignore_index=True
    )


def path_spec(height: int = 210, *, assumed: bool = False) -> dict[str, Any]:
    """Return the specification of the path chart, with the third line where one is needed."""
    styles = [
        Style(tr(HISTORY), look.HISTORY),
        Style(tr(REFERENCE), look.REFERENCE, _DASHED),
        *([Style(tr(ASSUMED), look.ASSUMED, (2, 3))] if assumed else []),
        Style(tr(SCENARIO), look.SCENARIO),
    ]
    return deepcopy(
        _spec(
            (current_language(), current_currency()),
            tuple(styles),
            height,
            bands=(tr(REFERENCE), tr(SCENARIO)),
            size="bn",
        )
    )


def change_spec(height: int = 210) -> dict[str, Any]:
    """Return the specification of the chart of changes against the reference."""
    colours = (look.INK, *look.SERIES[:2])
    styles = tuple(map(Style, map(tr, ITEMS.values()), colours, look.DASHES))
    return deepcopy(
        _spec(
            (current_language(), current_currency()),
            styles,
            height,
            (tr(ITEMS["balance"]),),
            marked=True,
        )
    )


def compared_rows(
    results: Mapping[str, Result], item: Item, bands: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the rows of the chart of changes of several scenarios, in millions.

    Parameters
    ----------
    results : mapping of str to Result
    item : {"balance", "exports", "imports"}
    bands : mapping of str to DataFrame
        ``fiscal_year``, ``low_usd_mn``, ``high_usd_mn`` of scenarios whose range is there.
    """
    lines = []
    scenarios = [result.scenario for result in results.values()]
    years = [list(map(str, result.fiscal_years)) for result in results.values()]
    for place, (name, result) in enumerate(results.items()):
        frame = result.balance("total")
        change = frame[f"change_in_{item}_usd_mn"]
        line = _line(frame["fiscal_year"], change, name, numbers.in_mn)
        line = line.assign(**marks(years[place], scenarios, look.SERIES)[place])
        lines.append(_with_band(line, bands[name], numbers.in_mn) if name in bands else line)
    return pd.concat(lines, ignore_index=True)


def compare_spec(names: Sequence[str], height: int = 320, *, large: bool = False) -> dict[str, Any]:
    """Return the specification of a chart of changes of up to four scenarios."""
    styles = tuple(map(Style, names, look.SERIES, look.DASHES))
    spec = deepcopy(
        _spec(
            (current_language(), current_currency()),
            styles,
            height,
            bands=tuple(names),
            marked=True,
        )
    )
    if large:
        spec["config"]["axis"]["labelFontSize"] = spec["config"]["legend"]["labelFontSize"] = 18
        for layer in spec["layer"]:  # on a phone years would run into each other
            if axis := layer.get("encoding", {}).get("x", {}).get("axis"):
                axis["labelOverlap"] = "greedy"
            if layer["mark"]["type"] == "text":
                layer["mark"]["fontSize"] = {"expr": _READ_FROM_AFAR}
            if layer["mark"]["type"] == "rule":
                layer["mark"]["strokeWidth"] = 2
    return spec


@lru_cache(maxsize=32)
def _spec(
    spoken: tuple[str, Currency],
    styles: tuple[Style, ...],
    height: int,
    bands: tuple[str, ...] = (),
    marked: bool = False,
    size: Size = "mn",
) -> dict[str, Any]:
    """Lines over the years without their rows, which the page sends beside it.

    Axes and numbers are written in a language and a currency, which is why a specification is
    kept by both.
    """
    chart = line_layers(
        alt.NamedData("rows"),
        styles,
        bands=bands,
        ground=Ground(every=_EVERY, marked=marked),
        size=size,
        height=height,
    )
    spec: dict[str, Any] = chart.to_dict()
    del spec["data"]
    return spec
