"""Pictures: places follow values, gaps and long bars are handled, text is escaped."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cepasim.calibrate import svg

_TWO = (svg.Series("actual", "#111111"), svg.Series("model", "#222222"))


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


def places(picture: str, tag: str, attribute: str, colour: str) -> list[float]:
    """Places of the shapes of one colour."""
    return [
        float(e.get(attribute, "nan"))
        for e in parsed(picture).iter(tag)
        if colour in (e.get("fill"), e.get("stroke"))
    ]


@given(st.floats(-1e6, 1e6), st.floats(0.0, 1e6))
def test_ticks_span_the_values_in_even_steps(low: float, spread: float) -> None:
    scale = svg.ticks(low, low + spread)
    reach = 1e-6 * max(abs(low), spread, 1.0)
    assert scale[0] <= low + reach and scale[-1] >= low + spread - reach
    assert 2 <= len(scale) <= 9
    steps = [b - a for a, b in zip(scale, scale[1:], strict=False)]
    assert max(steps) - min(steps) <= 1e-6 * max(steps) + 1e-9


def test_a_line_rises_with_its_values_and_leaves_gaps_out() -> None:
    line = svg.Line("x", "#123456", [1.0, math.nan, 3.0])
    picture = svg.line_chart("t", ["a", "b", "c"], [line])
    [points] = re.findall(r'<polyline points="([^"]*)"', picture)
    pairs = [tuple(map(float, p.split(","))) for p in points.split()]
    assert len(pairs) == 2
    assert pairs[0][0] < pairs[1][0] and pairs[0][1] > pairs[1][1]


def test_a_band_encloses_its_line() -> None:
    line = svg.Line("x", "#123456", [2.0, 2.0], low=[1.0, 1.0], high=[3.0, 3.0])
    picture = svg.line_chart("t", ["a", "b"], [line])
    [edge] = re.findall(r'<polygon points="([^"]*)"', picture)
    [inside] = re.findall(r'<polyline points="([^"]*)"', picture)
    height = [float(p.split(",")[1]) for p in edge.split()]
    middle = {float(p.split(",")[1]) for p in inside.split()}
    assert min(height) < min(middle) and max(middle) < max(height)


def test_bars_are_in_proportion_and_end_open_beyond_the_most() -> None:
    rows = [svg.Row("a", [10.0, 20.0]), svg.Row("b", [math.nan, 400.0])]
    picture = svg.bar_chart("t", _TWO, rows, most=40.0)
    first = places(picture, "rect", "width", "#111111")[1:]  # the legend's own box comes first
    second = places(picture, "rect", "width", "#222222")[1:]
    assert len(first) == 1 and len(second) == 2
    assert second[0] == pytest.approx(2 * first[0], abs=0.2)
    assert second[1] == pytest.approx(2 * second[0], abs=0.2)
    assert "400 &gt;" in picture


def test_stacked_parts_touch_and_the_mark_is_at_their_sum() -> None:
    picture = svg.stacked_chart("t", _TWO, [svg.Row("a", [4.0, 2.0]), svg.Row("b", [4.0, -2.0])])
    boxes = [
        (float(e.get("x", "nan")), float(e.get("width", "nan")))
        for e in parsed(picture).iter("rect")
        if e.get("height") == "18.0"
    ]
    (x1, w1), (x2, w2), (x3, w3), (x4, w4) = boxes
    assert x2 == pytest.approx(x1 + w1, abs=0.2)  # on top of the first
    assert x4 + w4 == pytest.approx(x3, abs=0.2)  # to the left of zero
    assert w2 == pytest.approx(w4, abs=0.2)
    marks = re.findall(r'<path d="M([\d.]+),', picture)[1:]
    assert float(marks[1]) + 6 == pytest.approx(x3 + w3 / 2, abs=0.2)  # 4 - 2 is half of 4
    assert "+6.0" in picture and "+2.0" in picture


def test_two_dots_a_row_and_the_second_is_a_ring() -> None:
    picture = svg.dot_chart("t", _TWO, [svg.Row("a", [1.0, 4.0])])
    full = places(picture, "circle", "cx", "#111111")
    ring = places(picture, "circle", "cx", "#222222")
    assert full[1] < ring[1]
    assert picture.count('fill="#fff" stroke="#222222"') == 2


def test_a_range_holds_its_value() -> None:
    picture = svg.range_chart("t", _TWO, [(svg.Row("a", [-3.0, -1.0, 2.0]), 1)])
    [dot] = places(picture, "circle", "cx", "#222222")
    [low], [high] = (places(picture, "line", end, "#222222") for end in ("x1", "x2"))
    assert low < dot < high


def test_text_is_escaped_and_a_file_names_its_space() -> None:
    picture = svg.line_chart("a < b & c", ["y"], [svg.Line("<&>", "#123456", [1.0])])
    assert "a &lt; b &amp; c" in picture
    parsed(picture)
    assert "xmlns" not in picture
    assert parsed(svg.standalone(picture)).tag == "{http://www.w3.org/2000/svg}svg"
