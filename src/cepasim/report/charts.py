"""Charts of rows: values in, an altair chart out; `pictures` draws one as SVG or PNG.

A chart of a page that can be clicked and the same chart in a note come from here. Colours are told
apart by people who see no red or no green; a dash, a ring or a hatch says it once more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from cepasim.core.language import tr
from cepasim.report import look
from cepasim.report.chart_parts import (
    SMALL,
    Values,
    colour,
    finished,
    inline,
    room_for_text,
    row_axis,
    said,
    value_axis,
    zero_line,
)

#: Fill that pictures show hatched; a browser that draws the chart shows `look.LOSS`.
HATCHED = "#A63C01"


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for."""

    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of bars, dots or a range: its name and a value for each series."""

    label: str
    values: Values


def bars(
    title: str,
    series: Sequence[Series],
    rows: Sequence[Row],
    *,
    form: str = "{:g}",
    most: float = math.inf,
    width: int = 380,
    names: int = 200,
) -> alt.LayerChart:
    """Return rows of bars, one below the other for each series, with the number at its end.

    Parameters
    ----------
    title : str
        With the unit.
    series : sequence of Series
    rows : sequence of Row
    form : str
        Format of a number.
    most : float
        Longer bars end there, open; their number is written all the same.
    width, names : int
        Of the plot, and room for the names of the rows.
    """
    frame = pd.DataFrame(
        [
            (place, one.label, min(value, most), said(value, form, most))
            for place, row in enumerate(rows)
            for one, value in zip(series, row.values, strict=True)
            if math.isfinite(value)
        ],
        columns=["row", "series", "value", "text"],
    )
    x = alt.X("value:Q", axis=None, scale=room_for_text(frame["value"].to_list()))
    offset = alt.YOffset("series:N", sort=[one.label for one in series])
    base = alt.Chart(inline(frame)).encode(x=x, y=row_axis(rows, names), yOffset=offset)
    drawn = base.mark_bar().encode(color=colour(series))
    # To the right of a rise, to the left of a fall.
    rise = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=4, **SMALL)
    fall = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, **SMALL)
    layers = alt.layer(
        drawn, zero_line(x), *(texts.encode(text="text:N") for texts in (rise, fall))
    )
    height = len(rows) * (12 * len(series) + 6)
    return finished(layers, title, width, max(height, 20))


def stacked(
    title: str,
    series: Sequence[Series],
    rows: Sequence[Row],
    *,
    form: str = "{:+.1f}",
    width: int = 460,
    names: int = 200,
) -> alt.LayerChart:
    """Return rows of parts, risen to the right of zero, fallen to the left; a mark at their sum.

    Parameters as those of `bars`.
    """
    parts = pd.DataFrame(
        [
            (place, one.label, number, float(value))
            for place, row in enumerate(rows)
            for number, (one, value) in enumerate(zip(series, row.values, strict=True))
        ],
        columns=["row", "series", "order", "value"],
    )
    sums = parts.groupby("row")[["value"]].sum().reset_index()
    sums["text"] = [said(value, form) for value in sums["value"]]
    y = row_axis(rows, names)
    scale = value_axis(6)
    x = alt.X("value:Q", axis=scale)
    drawn = (
        alt.Chart(inline(parts)).mark_bar().encode(x=x, y=y, color=colour(series), order="order:Q")
    )
    marks = alt.Chart(inline(sums)).encode(y=y)
    diamond = marks.mark_point(
        shape="diamond", size=70, filled=True, opacity=1, color=look.INK
    ).encode(x="value:Q")
    texts = marks.mark_text(align="left", dx=6, **SMALL).encode(x=alt.value(width), text="text:N")
    layers = alt.layer(drawn, zero_line(x), diamond, texts)
    return finished(
        layers, tr("{what}; diamond: sum of the parts", what=title), width, 28 * len(rows)
    )


def dots(
    title: str,
    series: tuple[Series, Series],
    rows: Sequence[Row],
    *,
    width: int = 320,
    names: int = 190,
) -> alt.LayerChart:
    """Return two dots a row and the way between them; the second is a ring.

    Parameters as those of `bars`.
    """
    frame = pd.DataFrame(
        [
            (place, one.label, float(value))
            for place, row in enumerate(rows)
            for one, value in zip(series, row.values, strict=True)
        ],
        columns=["row", "series", "value"],
    )
    way = pd.DataFrame(
        [(place, *map(float, row.values)) for place, row in enumerate(rows)],
        columns=["row", "value", "other"],
    )
    y = row_axis(rows, names)
    scale = value_axis(4)
    x = alt.X("value:Q", axis=scale)
    domain = [one.label for one in series]
    legend = alt.Legend(orient="top", title=None, columns=1)
    stroke = alt.Scale(domain=domain, range=[one.colour for one in series])
    fill = alt.Scale(domain=domain, range=[series[0].colour, look.PAPER])
    points = (
        alt.Chart(inline(frame))
        .mark_point(size=60, strokeWidth=2.2, opacity=1)
        .encode(
            x=x,
            y=y,
            stroke=alt.Stroke("series:N", scale=stroke, legend=legend),
            fill=alt.Fill("series:N", scale=fill, legend=legend),
        )
    )
    between = alt.Chart(inline(way)).mark_rule(color=look.MUTED).encode(x=x, x2="other:Q", y=y)
    return finished(alt.layer(between, points), title, width, 20 * len(rows))


def ranges(
    title: str,
    series: Sequence[Series],
    rows: Sequence[tuple[Row, int]],
    *,
    width: int = 440,
    names: int = 280,
) -> alt.LayerChart:
    """Return a value with its range a row: (low, value, high), and the series it belongs to.

    Parameters as those of `bars`.
    """
    frame = pd.DataFrame(
        [
            (place, series[kind].label, *map(float, row.values))
            for place, (row, kind) in enumerate(rows)
        ],
        columns=["row", "series", "low", "value", "high"],
    )
    y = row_axis([row for row, _ in rows], names)
    scale = value_axis(6)
    base = alt.Chart(inline(frame)).encode(y=y, color=colour(series))
    spans = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", axis=scale), x2="high:Q")
    points = base.mark_point(size=70, filled=True, opacity=1).encode(x="value:Q")
    return finished(
        alt.layer(zero_line(alt.X("value:Q", axis=scale)), spans, points),
        title,
        width,
        22 * len(rows),
    )
