"""Charts: values in, an altair chart out; `pictures` draws one as SVG or PNG.

A chart of a page that can be clicked and the same chart in a note come from here. Colours are told
apart by people who see no red or no green; a dash, a ring or a hatch says it once more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.language import tr
from cepasim.report import look
from cepasim.report.chart_parts import (
    SMALL,
    colour,
    finished,
    inline,
    line_legend,
    number_format,
    printed,
    room_for_text,
    row_axis,
    said,
    year_axis,
    year_expression,
    zero_line,
)

Values = Sequence[float] | NDArray[np.float64]
Dash = tuple[float, ...]

#: Fill that pictures show hatched; a browser that draws the chart shows `look.LOSS`.
HATCHED = "#A63C01"
FULL: Dash = (1, 0)


@dataclass(frozen=True, slots=True)
class Style:
    """How a line looks: its name in the legend, its colour and its dash."""

    label: str
    colour: str
    dash: Dash = FULL


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the years; NaN is a gap.

    Attributes
    ----------
    label, colour : str
    values : sequence of float
        One for each year.
    dash : tuple of float
        Lengths of stroke and gap in turn.
    low, high : sequence of float
        Band around the line; empty for none.
    """

    label: str
    colour: str
    values: Values
    dash: Dash = FULL
    low: Values = ()
    high: Values = ()


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


def lines(
    title: str,
    years: Sequence[str],
    drawn: Sequence[Line],
    *,
    shaded_from: int | None = None,
    zero: bool = True,
    every: int | None = None,
    width: int = 366,
    height: int = 200,
) -> alt.LayerChart:
    """Return lines over the years, each with a band if it has one.

    Parameters
    ----------
    title : str
        With the unit.
    years : sequence of str
        Names of the places on the axis.
    drawn : sequence of Line
    shaded_from : int, optional
        Place from which the ground is shaded: what follows is judged.
    zero : bool
        Whether the axis must contain zero.
    every : int, optional
        Which years the axis names, as in `line_layers`.
    width, height : int
        Of the plot, without title and axes.
    """
    frames = [
        pd.DataFrame(
            {
                "year": list(years),
                "line": one.label,
                "value": np.asarray(one.values, float),
                "low": np.asarray(one.low if len(one.low) else np.nan, float),
                "high": np.asarray(one.high if len(one.high) else np.nan, float),
            }
        )
        for one in drawn
    ]
    return line_layers(
        inline(pd.concat(frames, ignore_index=True)),
        [Style(one.label, one.colour, one.dash) for one in drawn],
        title=title,
        bands=[one.label for one in drawn if len(one.low)],
        shaded=() if shaded_from is None else tuple(years[shaded_from:]),
        zero=zero,
        years=years,
        every=every,
        width=width,
        height=height,
    )


def line_layers(
    data: alt.Data | alt.NamedData | alt.InlineData,
    styles: Sequence[Style],
    *,
    title: str = "",
    bands: Sequence[str] = (),
    marked: bool = False,
    shaded: Sequence[str] = (),
    zero: bool = False,
    years: Sequence[str] | None = None,
    every: int | None = None,
    width: int | str = "container",
    height: int = 210,
) -> alt.LayerChart:
    """Return lines over the years for rows that may come later.

    Without values of its own the specification does not change with them, so that a browser
    redraws and does not rebuild.

    Parameters
    ----------
    data : altair data
        Rows with ``year``, ``line``, ``value`` and, for bands, ``low`` and ``high``; for marks
        ``begins`` and ``complete``, what is written at a year and empty at all others.
    styles : sequence of Style
        In the order of the legend.
    title : str
    bands : sequence of str
        Names of lines that have a band.
    marked : bool
        Whether an upright rule and a word are at the years that rows mark.
    shaded : sequence of str
        Years whose ground is shaded.
    zero : bool
        Whether the axis must contain zero.
    years : sequence of str, optional
        All of them, if known; else as the rows bring them.
    every : int, optional
        Which years the axis names, counted from 2013-14; as there is room unless given.
    width, height : int
        Of the plot; ``"container"`` for that of the page.
    """
    x = year_axis(years, every)
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=zero, nice=True),
        axis=alt.Axis(title=None, tickCount=5, labelExpr=printed(), domain=False),
    )
    names = [style.label for style in styles]
    colours = alt.Scale(domain=names, range=[style.colour for style in styles])
    dashes = alt.Scale(domain=names, range=[list(style.dash) for style in styles])
    # A line alone is what the title says.
    legend = line_legend() if len(styles) > 1 or not title else None
    tooltip = [
        alt.Tooltip("line:N", title=tr("Series")),
        alt.Tooltip("said:O", title=tr("Year")),
        alt.Tooltip("value:Q", title=tr("Value"), format=number_format(2)),
    ]
    base = alt.Chart(data).transform_calculate(said=year_expression("datum.year"))
    layers: list[Any] = []
    if shaded:
        ground = alt.Chart(inline(pd.DataFrame({"year": list(shaded)})))
        layers.append(ground.mark_rect(color=look.PANEL).encode(x=x))
    if zero:
        at_zero = alt.Chart(inline(pd.DataFrame({"value": [0.0]})))
        layers.append(at_zero.mark_rule(color=look.MUTED).encode(y=y))
    if bands:
        area = base.transform_filter(alt.FieldOneOfPredicate(field="line", oneOf=list(bands)))
        layers.append(
            area.transform_filter("isValid(datum.low)")
            .mark_area(opacity=0.16)
            .encode(
                x=x,
                y=alt.Y("low:Q", title=None),
                y2="high:Q",
                color=alt.Color("line:N", scale=colours, legend=legend),
            )
        )
    if marked:
        layers.extend(_marks(base, x))
    layers.append(
        base.mark_line(strokeWidth=2.3).encode(
            x=x,
            y=y,
            color=alt.Color("line:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=legend),
            tooltip=tooltip,
        )
    )
    # A large point that nobody sees is easier to point at than a line.
    points = base.mark_point(size=60, filled=True, opacity=0.001)
    layers.append(points.encode(x=x, y=y, tooltip=tooltip))
    return finished(alt.layer(*layers), title, width, height)


def _marks(base: alt.Chart, x: alt.X) -> list[alt.Chart]:
    """Upright rules where rows have a word for a beginning or an end, with the word beside each.

    A beginning is named to its left and an end to its right: the two may be a year apart.
    """
    layers = []
    sides: Mapping[str, tuple[Literal["left", "right"], int]] = {
        "begins": ("right", -3),
        "complete": ("left", 3),
    }
    for column, (align, away) in sides.items():
        at = base.transform_filter(f"datum.{column}")
        layers.append(at.mark_rule(color=look.MUTED, strokeDash=[2, 3]).encode(x=x))
        word = at.mark_text(align=align, dx=away, **SMALL | {"baseline": "top"})
        layers.append(word.encode(x=x, y=alt.value(0), text=f"{column}:N"))
    return layers


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
    scale = alt.Axis(title=None, orient="top", labelExpr=printed(), tickCount=6, domain=False)
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
    scale = alt.Axis(title=None, orient="top", labelExpr=printed(), tickCount=4, domain=False)
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
    scale = alt.Axis(title=None, orient="top", labelExpr=printed(), tickCount=6, domain=False)
    base = alt.Chart(inline(frame)).encode(y=y, color=colour(series))
    spans = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", axis=scale), x2="high:Q")
    points = base.mark_point(size=70, filled=True, opacity=1).encode(x="value:Q")
    return finished(
        alt.layer(zero_line(alt.X("value:Q", axis=scale)), spans, points),
        title,
        width,
        22 * len(rows),
    )
