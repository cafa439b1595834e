"""What charts have in common: axes of rows, numbers beside bars, colours, fonts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.currency import indian_grouping
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.numbers import MINUS
from cepasim.report import look

Values = Sequence[float] | NDArray[np.float64]
#: Latin letters and digits are Arial's in every language; what it lacks is drawn from the others.
#: Source Sans is the page's own: on a machine without the first three, English words would have the
#: wide letters of a Japanese face.
_LATIN = ("Arial", "Helvetica", "Liberation Sans", "Source Sans")
_FONT = ", ".join((*_LATIN, *look.JAPANESE, "sans-serif", look.SHIPPED))
_SIZE = 12


class Labelled(Protocol):
    """What has a name beside the axis or in the legend."""

    @property
    def label(self) -> str:
        """Name."""


class Named(Labelled, Protocol):
    """What has a name in the legend and a colour."""

    @property
    def colour(self) -> str:
        """Colour, such as ``"#1B1F24"``."""


#: Numbers of charts whose amounts are grouped as in India: 1,02,650.
_INDIA: dict[str, Any] = {
    "decimal": ".",
    "thousands": ",",
    "grouping": [3, 2, 2, 2, 2, 2],
    "currency": ["₹", ""],
}
SMALL: dict[str, Any] = {"fontSize": 11, "color": look.INK, "baseline": "middle"}


def printed() -> str:
    """Return how an axis writes numbers: minus sign and thousands as everywhere on a page."""
    return f"replace(format(datum.value, ',~f'), '-', '{MINUS}')"


def number_format(decimals: int) -> str:
    """Return the format of a number with so many decimals, for what a browser writes."""
    return f",.{decimals}f"


def said(value: float, form: str, most: float = math.inf) -> str:
    """Return a number in print, with a mark where its bar ends before it."""
    return form.format(value).replace("-", "\u2212") + (" >" if value > most else "")


def value_axis(ticks: int) -> alt.Axis:
    """Return the axis of values above a chart of rows; its labels keep apart on a phone.

    Parameters
    ----------
    ticks : int
        About how many.
    """
    return alt.Axis(
        title=None,
        orient="top",
        labelExpr=printed(),
        tickCount=ticks,
        domain=False,
        labelOverlap=True,
        labelSeparation=8,
    )


def row_axis(rows: Iterable[Labelled], names: int) -> alt.Y:
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


def room_for_text(values: Sequence[float]) -> alt.Scale:
    """Scale from zero that leaves room for the number at the end of the longest bar."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    room = 0.14 * ((high - low) or 1.0)
    return alt.Scale(domain=[low - (room if low < 0 else 0.0), high + room], nice=False)


def zero_line(x: alt.X) -> alt.Chart:
    """Return a rule at zero."""
    rule: alt.Chart = alt.Chart(inline(pd.DataFrame({"value": [0.0]}))).mark_rule(color=look.MUTED)
    return rule.encode(x=x)


def colour(series: Sequence[Named]) -> alt.Color:
    """Colour by series; a legend if there are several."""
    scale = alt.Scale(domain=[s.label for s in series], range=[s.colour for s in series])
    legend = alt.Legend(orient="top", title=None, columns=1) if len(series) > 1 else None
    return alt.Color("series:N", scale=scale, legend=legend)


def inline(frame: pd.DataFrame) -> alt.InlineData:
    """Rows as values of the chart: nothing is looked up, and no name depends on their digest."""
    rows: list[dict[str, Any]] = [
        {
            str(name): None if isinstance(cell, float) and not math.isfinite(cell) else cell
            for name, cell in row.items()
        }
        for row in frame.to_dict("records")
    ]
    return alt.InlineData(values=rows)


def finished(layers: Any, title: str, width: int | str, height: int) -> alt.LayerChart:
    """Return layers with title, size, fonts and colours."""
    for layer in layers.layer:
        # A chart has its words: its marks are not read aloud one by one.
        given: dict[str, Any] = (
            {"type": layer.mark} if isinstance(layer.mark, str) else layer.mark.to_dict()
        )
        layer.mark = alt.MarkDef(**given | {"aria": False})
    if title:
        layers = layers.properties(title=alt.Title(title, anchor="start", frame="group"))
    if width == "container":
        layers = layers.properties(autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    spoken: Any = alt.Undefined
    if indian_grouping():
        spoken = alt.Locale(number=alt.NumberLocale(**_INDIA))
    done: alt.LayerChart = (
        layers.properties(width=width, height=height)
        .configure(font=_FONT, aria=False, background=look.PAPER, locale=spoken)
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


def year_axis(years: Sequence[str] | None, every: int | None) -> alt.X:
    """Axis of fiscal years, each or every n-th of them named, counted from 2013-14."""
    axis: dict[str, Any] = {"title": None, "labelAngle": 0, "ticks": False, "grid": False}
    name = year_expression("datum.value")
    if name != "datum.value":
        axis |= {"labelExpr": name}
    if every is not None:
        shown = f"(toNumber(substring(datum.value, 0, 4)) - 2013) % {every} === 0"
        axis |= {"labelExpr": f"{shown} ? ({name}) : ''", "labelOverlap": False}
    else:
        axis |= {"labelOverlap": True}
    order: Any = alt.Undefined if years is None else list(years)
    return alt.X("year:O", axis=alt.Axis(**axis), sort=order)


def year_expression(field: str) -> str:
    """Return the expression of a chart that says a year as `year_in_words` does."""
    fiscal, calendar = year_in_words("2013-14"), year_in_words("2013")
    if fiscal == "2013-14":
        return field
    begin = f"substring({field}, 0, 4)"
    return f"{begin} + (length({field}) > 4 ? '{fiscal[4:]}' : '{calendar[4:]}')"


def line_legend() -> alt.Legend:
    """Legend that shows lines with their dashes."""
    return alt.Legend(
        orient="top", title=None, symbolType="stroke", symbolSize=300, symbolOpacity=1, columns=4
    )
