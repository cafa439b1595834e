"""Charts: values in, an altair chart out; `pictures` draws one as SVG or PNG.

A chart of a page that can be clicked and the same chart in a note come from here. Colours are told
apart by people who see no red or no green; a dash, a ring or a hatch says it once more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.report import look

Values = Sequence[float] | NDArray[np.float64]
Dash = tuple[float, ...]

#: Fill that pictures show hatched; a browser that draws the chart shows `look.LOSS`.
HATCHED = "#A63C01"
FULL: Dash = (1, 0)
_FONT = "Arial, Helvetica, sans-serif"
_SIZE = 12


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


# --- lines ------------------------------------------------------------------------------------


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
        _data(pd.concat(frames, ignore_index=True)),
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
        Rows with ``year``, ``line``, ``value`` and, for bands, ``low`` and ``high``.
    styles : sequence of Style
        In the order of the legend.
    title : str
    bands : sequence of str
        Names of lines that have a band.
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
    axis: dict[str, Any] = {"title": None, "labelAngle": 0, "ticks": False, "grid": False}
    if every is not None:
        shown = f"(toNumber(substring(datum.value, 0, 4)) - 2013) % {every} === 0"
        axis |= {"labelExpr": f"{shown} ? datum.value : ''", "labelOverlap": False}
    else:
        axis |= {"labelOverlap": True}
    order: Any = alt.Undefined if years is None else list(years)
    x = alt.X("year:O", axis=alt.Axis(**axis), sort=order)
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=zero, nice=True),
        axis=alt.Axis(title=None, tickCount=5, labelExpr=_PRINTED, domain=False),
    )
    names = [style.label for style in styles]
    colours = alt.Scale(domain=names, range=[style.colour for style in styles])
    dashes = alt.Scale(domain=names, range=[list(style.dash) for style in styles])
    # A line alone is what the title says.
    legend = None
    if len(styles) > 1 or not title:
        legend = alt.Legend(
            orient="top",
            title=None,
            symbolType="stroke",
            symbolSize=300,
            symbolOpacity=1,
            columns=4,
        )
    tooltip = [
        alt.Tooltip("line:N", title="Line"),
        alt.Tooltip("year:O", title="Year"),
        alt.Tooltip("value:Q", title="Value", format=".2f"),
    ]
    base = alt.Chart(data)
    layers: list[Any] = []
    if shaded:
        ground = alt.Chart(_data(pd.DataFrame({"year": list(shaded)})))
        layers.append(ground.mark_rect(color=look.PANEL).encode(x=x))
    if zero:
        at_zero = alt.Chart(_data(pd.DataFrame({"value": [0.0]})))
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
    return _finished(alt.layer(*layers), title, width, height)


#: The minus sign of print, as everywhere else on a page.
_PRINTED = "replace(format(datum.value, '~f'), '-', '\u2212')"


# --- rows -------------------------------------------------------------------------------------


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
            (place, one.label, min(value, most), _said(value, form, most))
            for place, row in enumerate(rows)
            for one, value in zip(series, row.values, strict=True)
            if math.isfinite(value)
        ],
        columns=["row", "series", "value", "text"],
    )
    x = alt.X("value:Q", axis=None, scale=_room_for_text(frame["value"].to_list()))
    offset = alt.YOffset("series:N", sort=[one.label for one in series])
    base = alt.Chart(_data(frame)).encode(x=x, y=_row_axis(rows, names), yOffset=offset)
    drawn = base.mark_bar().encode(color=_colour(series))
    # To the right of a rise, to the left of a fall.
    rise = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=4, **_SMALL)
    fall = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, **_SMALL)
    layers = alt.layer(
        drawn, _zero_line(x), *(texts.encode(text="text:N") for texts in (rise, fall))
    )
    height = len(rows) * (12 * len(series) + 6)
    return _finished(layers, title, width, max(height, 20))


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
    sums["text"] = [_said(value, form) for value in sums["value"]]
    y = _row_axis(rows, names)
    scale = alt.Axis(title=None, orient="top", labelExpr=_PRINTED, tickCount=6, domain=False)
    x = alt.X("value:Q", axis=scale)
    drawn = (
        alt.Chart(_data(parts)).mark_bar().encode(x=x, y=y, color=_colour(series), order="order:Q")
    )
    marks = alt.Chart(_data(sums)).encode(y=y)
    diamond = marks.mark_point(
        shape="diamond", size=70, filled=True, opacity=1, color=look.INK
    ).encode(x="value:Q")
    texts = marks.mark_text(align="left", dx=6, **_SMALL).encode(x=alt.value(width), text="text:N")
    layers = alt.layer(drawn, _zero_line(x), diamond, texts)
    return _finished(layers, f"{title}; diamond: sum of the parts", width, 28 * len(rows))


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
    y = _row_axis(rows, names)
    scale = alt.Axis(title=None, orient="top", labelExpr=_PRINTED, tickCount=4, domain=False)
    x = alt.X("value:Q", axis=scale)
    domain = [one.label for one in series]
    legend = alt.Legend(orient="top", title=None, columns=1)
    stroke = alt.Scale(domain=domain, range=[one.colour for one in series])
    fill = alt.Scale(domain=domain, range=[series[0].colour, look.PAPER])
    points = (
        alt.Chart(_data(frame))
        .mark_point(size=60, strokeWidth=2.2, opacity=1)
        .encode(
            x=x,
            y=y,
            stroke=alt.Stroke("series:N", scale=stroke, legend=legend),
            fill=alt.Fill("series:N", scale=fill, legend=legend),
        )
    )
    between = alt.Chart(_data(way)).mark_rule(color=look.MUTED).encode(x=x, x2="other:Q", y=y)
    return _finished(alt.layer(between, points), title, width, 20 * len(rows))


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
    y = _row_axis([row for row, _ in rows], names)
    scale = alt.Axis(title=None, orient="top", labelExpr=_PRINTED, tickCount=6, domain=False)
    base = alt.Chart(_data(frame)).encode(y=y, color=_colour(series))
    spans = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", axis=scale), x2="high:Q")
    points = base.mark_point(size=70, filled=True, opacity=1).encode(x="value:Q")
    return _finished(
        alt.layer(_zero_line(alt.X("value:Q", axis=scale)), spans, points),
        title,
        width,
        22 * len(rows),
    )


_SMALL: dict[str, Any] = {"fontSize": 11, "color": look.INK, "baseline": "middle"}


def _said(value: float, form: str, most: float = math.inf) -> str:
    return form.format(value).replace("-", "\u2212") + (" >" if value > most else "")


def _row_axis(rows: Sequence[Row], names: int) -> alt.Y:
    """Axis of rows by place: two rows may have one name."""
    labels = json.dumps([row.label for row in rows], ensure_ascii=False)
    axis = alt.Axis(
        title=None,
        labelExpr=f"{labels}[datum.value]",
        labelLimit=names,
        ticks=False,
        grid=False,
        domain=False,
    )
    return alt.Y("row:O", axis=axis, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1))


def _room_for_text(values: Values) -> alt.Scale:
    """Scale from zero that leaves room for the number at the end of the longest bar."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    room = 0.14 * ((high - low) or 1.0)
    return alt.Scale(domain=[low - (room if low < 0 else 0.0), high + room], nice=False)


def _zero_line(x: alt.X) -> alt.Chart:
    rule: alt.Chart = alt.Chart(_data(pd.DataFrame({"value": [0.0]}))).mark_rule(color=look.MUTED)
    return rule.encode(x=x)


def _colour(series: Sequence[Series]) -> alt.Color:
    scale = alt.Scale(domain=[s.label for s in series], range=[s.colour for s in series])
    legend = alt.Legend(orient="top", title=None, columns=1) if len(series) > 1 else None
    return alt.Color("series:N", scale=scale, legend=legend)


def _data(frame: pd.DataFrame) -> alt.InlineData:
    """Rows as values of the chart: nothing is looked up, and no name depends on their digest."""
    rows: list[dict[str, Any]] = [
        {
            str(name): None if isinstance(cell, float) and not math.isfinite(cell) else cell
            for name, cell in row.items()
        }
        for row in frame.to_dict("records")
    ]
    return alt.InlineData(values=rows)


def _finished(layers: Any, title: str, width: int | str, height: int) -> alt.LayerChart:
    if title:
        layers = layers.properties(title=alt.Title(title, anchor="start", frame="group"))
    if width == "container":
        layers = layers.properties(autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    done: alt.LayerChart = (
        layers.properties(width=width, height=height)
        .configure(font=_FONT, aria=False, background=look.PAPER)
        .configure_view(stroke=None)
        .configure_title(fontSize=_SIZE + 1, fontWeight=600, color=look.INK, offset=8)
        .configure_axis(
            labelColor=look.INK,
            labelFontSize=_SIZE - 1,
            gridColor="#E6EAEE",
            domainColor=look.LINE,
            tickColor=look.LINE,
        )
        .configure_legend(
            labelColor=look.INK, labelFontSize=_SIZE - 1, labelLimit=260, offset=4, rowPadding=2
        )
    )
    return done
