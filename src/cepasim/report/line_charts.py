"""Charts over the years: values in, an altair chart out; `pictures` draws one as SVG or PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from cepasim.core.currency import Size
from cepasim.core.digits import most_decimals
from cepasim.core.language import tr
from cepasim.report import look
from cepasim.report.chart_parts import (
    SMALL,
    Values,
    finished,
    inline,
    line_legend,
    number_format,
    printed,
    year_axis,
    year_expression,
)

Dash = tuple[float, ...]
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
    marks : mapping
        Columns of marks, from `in_force.marks`; empty for none.
    """

    label: str
    colour: str
    values: Values
    dash: Dash = FULL
    low: Values = ()
    high: Values = ()
    marks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind the lines.

    Attributes
    ----------
    zero : bool
        Whether the axis must contain zero.
    years : sequence of str, optional
        All of them, if known; else as the rows bring them.
    every : int, optional
        Which years the axis names, counted from 2013-14; as there is room unless given.
    shaded : sequence of str
        Years whose ground is shaded.
    marked : bool
        Whether an upright rule and a word are at the years that rows mark.
    """

    zero: bool = False
    years: Sequence[str] | None = None
    every: int | None = None
    shaded: Sequence[str] = ()
    marked: bool = False


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
        Which years the axis names, as in `Ground`.
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
                **one.marks,
            }
        )
        for one in drawn
    ]
    return line_layers(
        inline(pd.concat(frames, ignore_index=True)),
        [Style(one.label, one.colour, one.dash) for one in drawn],
        title=title,
        bands=[one.label for one in drawn if len(one.low)],
        ground=Ground(
            zero=zero,
            years=years,
            every=every,
            shaded=() if shaded_from is None else tuple(years[shaded_from:]),
            marked=any(one.marks for one in drawn),
        ),
        width=width,
        height=height,
    )


def line_layers(
    data: alt.Data | alt.NamedData | alt.InlineData,
    styles: Sequence[Style],
    *,
    title: str = "",
    bands: Sequence[str] = (),
    ground: Ground = Ground(),
    size: Size = "bn",
    width: int | str = "container",
    height: int = 210,
) -> alt.LayerChart:
    """Return lines over the years for rows that may come later.

    Without values of its own the specification does not change with them, so that a browser
    redraws and does not rebuild.

    Parameters
    ----------
    data : altair data
        Rows with ``year``, ``line``, ``value`` and, for bands, ``low`` and ``high``; for marks the
        columns of `in_force.marks`.
    styles : sequence of Style
        In the order of the legend.
    title : str
    bands : sequence of str
        Names of lines that have a band.
    ground : Ground
    size : {"mn", "bn"}
        What amounts are counted in: how many decimals a value has that is pointed at.
    width, height : int
        Of the plot; ``"container"`` for that of the page.
    """
    x = year_axis(ground.years, ground.every)
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=ground.zero, nice=True),
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
        alt.Tooltip("value:Q", title=tr("Value"), format=number_format(most_decimals(size))),
    ]
    base = alt.Chart(data).transform_calculate(said=year_expression("datum.year"))
    layers: list[Any] = []
    if ground.shaded:
        behind = alt.Chart(inline(pd.DataFrame({"year": list(ground.shaded)})))
        layers.append(behind.mark_rect(color=look.PANEL).encode(x=x))
    if ground.zero:
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
    if ground.marked:
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
    # No channel: a second one of colours would part the legend of colours from that of dashes.
    ink: dict[str, Any] = {"color": alt.ExprRef("datum.ink")}
    line = alt.Y("down:Q", scale=None, axis=None)
    sides: Mapping[str, tuple[Literal["left", "right"], int]] = {
        "begins": ("right", -3),
        "complete": ("left", 3),
    }
    for column, (align, away) in sides.items():
        at = base.transform_filter(f"datum.{column}")
        layers.append(at.mark_rule(strokeDash=[2, 3], **ink).encode(x=x))
        word = at.mark_text(align=align, dx=away, **SMALL | ink | {"baseline": "top"})
        layers.append(word.encode(x=x, y=line, text=f"{column}:N"))
    return layers
