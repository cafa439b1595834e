"""Small pictures as SVG text: lines with bands, bars, dots, ranges. Values in, text out.

Nothing is fetched or run where a picture is read, so that a page that holds it works offline.
Colours are told apart by people who see no red or no green; dashes and marks say it once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

INK, MUTED, GRID = "#1B1F24", "#57606A", "#D0D7DE"
_SIZE = 12
_BESIDE = f'font-size="{_SIZE}" fill="{INK}"'
_Scale = Callable[[float], float]
Values = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart over the years; NaN is a gap.

    Attributes
    ----------
    label, colour : str
    values : sequence of float
        One for each year.
    dash : str
        Dash pattern of SVG, empty for a full line.
    low, high : sequence of float
        Band around the line; empty for none.
    """

    label: str
    colour: str
    values: Values
    dash: str = ""
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


def standalone(picture: str) -> str:
    """Return the picture as a file of its own, which needs the name space that a page does not."""
    return picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from at or below `low` to at or above `high`."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        high = low + max(abs(low), 1.0)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{n * step:.10g}") for n in range(first, last + 1)]


def line_chart(
    title: str,
    years: Sequence[str],
    lines: Sequence[Line],
    *,
    shaded_from: int | None = None,
    zero: bool = True,
    width: int = 420,
    height: int = 280,
) -> str:
    """Return lines over the years, each with a band if it has one.

    Parameters
    ----------
    title : str
        With the unit.
    years : sequence of str
        Names of the places on the axis.
    lines : sequence of Line
    shaded_from : int, optional
        Place from which the ground is shaded: what follows is judged.
    zero : bool
        Whether the axis must contain zero.
    """
    every = [v for one in lines for v in (*one.values, *one.low, *one.high) if math.isfinite(v)]
    scale = ticks(min([0.0, *every] if zero else every), max([0.0, *every] if zero else every))
    left, right, top, bottom = 44, 30, 30 + 16 * len(lines), 26
    plot = height - top - bottom

    def x(place: float) -> float:
        return left + place * (width - left - right) / max(len(years) - 1, 1)

    def y(value: float) -> float:
        return top + plot * (1 - (value - scale[0]) / (scale[-1] - scale[0]))

    shapes = []
    if shaded_from is not None:
        start = x(shaded_from - 0.5)
        shapes.append(
            f'<rect x="{start:.1f}" y="{top}" width="{width - right - start:.1f}" '
            f'height="{plot}" fill="#F4F6F8"/>'
        )
    for value in scale:
        shapes.append(_rule(left, y(value), width - right, y(value), MUTED if not value else GRID))
        shapes.append(_text(left - 6, y(value) + 4, f"{value:g}", "end"))
    room = max(len(year) for year in years) * 7 + 10
    every_nth = math.ceil(room * len(years) / (width - left - right))
    for place, year in enumerate(years):
        if place % every_nth == 0:
            shapes.append(_text(x(place), height - 8, year, "middle"))
    for n, one in enumerate(lines):
        shapes += _line(one, x, y)
        mark = 30 + 16 * n
        shapes.append(_rule(left, mark, left + 26, mark, one.colour, 2.2, one.dash))
        shapes.append(_text(left + 32, mark + 4, one.label))
    return _picture(title, width, height, shapes)


def _line(one: Line, x: _Scale, y: _Scale) -> Iterator[str]:
    if len(one.low):
        edge = [(p, v) for p, v in enumerate(one.high) if math.isfinite(v)]
        edge += [(p, v) for p, v in enumerate(one.low) if math.isfinite(v)][::-1]
        points = " ".join(f"{x(p):.1f},{y(v):.1f}" for p, v in edge)
        yield f'<polygon points="{points}" fill="{one.colour}" opacity="0.14"/>'
    known = [(p, v) for p, v in enumerate(one.values) if math.isfinite(v)]
    points = " ".join(f"{x(p):.1f},{y(v):.1f}" for p, v in known)
    yield (
        f'<polyline points="{points}" fill="none" stroke="{one.colour}" stroke-width="2.2" '
        f'stroke-dasharray="{one.dash}"/>'
    )


def bar_chart(
    title: str,
    series: Sequence[Series],
    rows: Sequence[Row],
    *,
    form: str = "{:g}",
    most: float = math.inf,
    width: int = 640,
    names: int = 200,
) -> str:
    """Return rows of bars, one below the other for each series, with the figure at its end.

    Parameters
    ----------
    form : str
        Format of a figure.
    most : float
        Longer bars end there, open; their figure is written all the same.
    names : int
        Room for the names of the rows.
    """
    shown = [min(v, most) for row in rows for v in row.values if math.isfinite(v)]
    top, thick = 26 + 18 * len(series), 11
    pitch = thick * len(series) + 8
    height = top + pitch * len(rows) + 6
    end = max([*shown, 0.0]) or 1.0

    def x(value: float) -> float:
        return names + value * (width - names - 56) / end

    shapes = [*_legend(series, names)]
    for n, row in enumerate(rows):
        above = top + n * pitch
        shapes.append(_text(names - 8, above + (pitch - 8) / 2 + 4, row.label, "end"))
        for s, (one, value) in enumerate(zip(series, row.values, strict=True)):
            if not math.isfinite(value):
                continue
            y = above + s * thick
            length = x(min(value, most)) - names
            shapes.append(_box(names, y, length, thick - 1, one.colour))
            beyond = " >" if value > most else ""
            shapes.append(_text(names + length + 4, y + 9, form.format(value) + beyond))
    shapes.append(_rule(names, top - 2, names, height - 6, MUTED))
    return _picture(title, width, height, shapes)


def stacked_chart(
    title: str,
    series: Sequence[Series],
    rows: Sequence[Row],
    *,
    form: str = "{:+.1f}",
    width: int = 640,
    names: int = 200,
) -> str:
    """Return rows of parts, risen to the right of zero, fallen to the left; a mark at their sum."""
    top, thick, pitch = 62 + 18 * len(series), 18, 28
    height = top + pitch * len(rows) + 4
    lows = [sum(v for v in row.values if v < 0) for row in rows]
    highs = [sum(v for v in row.values if v > 0) for row in rows]
    scale = ticks(min([*lows, 0.0]), max([*highs, 0.0]), about=6)

    def x(value: float) -> float:
        return names + (value - scale[0]) * (width - names - 60) / (scale[-1] - scale[0])

    shapes = [*_legend(series, names)]
    shapes.append(f'<path d="{_diamond(names + 6, top - 32)}" fill="{INK}"/>')
    shapes.append(_text(names + 18, top - 28, "sum of the parts"))
    for value in scale:
        shapes.append(_rule(x(value), top - 4, x(value), height - 4, GRID if value else MUTED))
        shapes.append(_text(x(value), top - 8, f"{value:g}", "middle"))
    for n, row in enumerate(rows):
        y, below, above = top + n * pitch, 0.0, 0.0
        shapes.append(_text(names - 8, y + 13, row.label, "end"))
        for one, value in zip(series, row.values, strict=True):
            start = below + value if value < 0 else above
            below, above = below + min(value, 0.0), above + max(value, 0.0)
            shapes.append(_box(x(start), y, x(start + abs(value)) - x(start), thick, one.colour))
        total = sum(row.values)
        shapes.append(f'<path d="{_diamond(x(total), y + thick / 2)}" fill="{INK}" stroke="#fff"/>')
        shapes.append(_text(width - 4, y + 13, form.format(total), "end"))
    return _picture(title, width, height, shapes)


def dot_chart(
    title: str,
    series: tuple[Series, Series],
    rows: Sequence[Row],
    *,
    width: int = 460,
    names: int = 190,
) -> str:
    """Return two dots a row and the way between them; the second is a ring."""
    top, pitch = 44 + 18 * len(series), 20
    height = top + pitch * len(rows) + 4
    scale = ticks(0.0, max(v for row in rows for v in row.values), about=4)

    def x(value: float) -> float:
        return names + value * (width - names - 20) / scale[-1]

    shapes = []
    for n, one in enumerate(series):
        shapes.append(_dot(names + 6, 30 + 18 * n, one.colour, ring=n == 1))
        shapes.append(_text(names + 18, 34 + 18 * n, one.label))
    for value in scale:
        shapes.append(_rule(x(value), top - 4, x(value), height - 4, GRID if value else MUTED))
        shapes.append(_text(x(value), top - 8, f"{value:g}", "middle"))
    for n, row in enumerate(rows):
        y = top + n * pitch + 8
        first, second = row.values
        shapes.append(_text(names - 8, y + 4, row.label, "end"))
        shapes.append(_rule(x(first), y, x(second), y, MUTED))
        shapes.append(_dot(x(first), y, series[0].colour, ring=False))
        shapes.append(_dot(x(second), y, series[1].colour, ring=True))
    return _picture(title, width, height, shapes)


def range_chart(
    title: str,
    series: Sequence[Series],
    rows: Sequence[tuple[Row, int]],
    *,
    width: int = 640,
    names: int = 280,
) -> str:
    """Return a value with its range a row: (low, value, high), and the series it belongs to."""
    top, pitch = 44 + 18 * len(series), 22
    height = top + pitch * len(rows) + 4
    every = [v for row, _ in rows for v in row.values]
    scale = ticks(min([*every, 0.0]), max([*every, 0.0]), about=6)

    def x(value: float) -> float:
        return names + (value - scale[0]) * (width - names - 20) / (scale[-1] - scale[0])

    shapes = [*_legend(series, names)]
    for value in scale:
        shapes.append(_rule(x(value), top - 4, x(value), height - 4, GRID if value else MUTED))
        shapes.append(_text(x(value), top - 8, f"{value:g}", "middle"))
    for n, (row, kind) in enumerate(rows):
        low, value, high = row.values
        y, colour = top + n * pitch + 8, series[kind].colour
        shapes.append(_text(names - 8, y + 4, row.label, "end"))
        shapes.append(_rule(x(low), y, x(high), y, colour, 3))
        shapes.append(_dot(x(value), y, colour, ring=False))
    return _picture(title, width, height, shapes)


# --- shapes -----------------------------------------------------------------------------------


def _picture(title: str, width: int, height: int, shapes: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'font-family="sans-serif"><title>{escape(title)}</title>'
        f'<text x="0" y="14" font-size="13" font-weight="600" fill="{INK}">{escape(title)}</text>'
        f"{''.join(shapes)}</svg>"
    )


def _legend(series: Sequence[Series], left: float) -> Iterator[str]:
    for n, one in enumerate(series):
        yield _box(left, 24 + 18 * n, 12, 12, one.colour)
        yield _text(left + 18, 34 + 18 * n, one.label)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_BESIDE}>{escape(text)}</text>'


def _rule(
    x1: float, y1: float, x2: float, y2: float, colour: str, thick: float = 1, dash: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{thick:g}"{dashed}/>'
    )


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    size = f'width="{max(width, 0.0):.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>'


def _dot(x: float, y: float, colour: str, *, ring: bool) -> str:
    fill = f'fill="#fff" stroke="{colour}" stroke-width="2.2"' if ring else f'fill="{colour}"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" {fill}/>'


def _diamond(x: float, y: float, size: float = 6) -> str:
    corners = ((x - size, y), (x, y - size), (x + size, y), (x, y + size))
    return "M" + " L".join(f"{a:.1f},{b:.1f}" for a, b in corners) + " Z"
