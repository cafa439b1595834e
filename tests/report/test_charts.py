"""Charts: every form is drawn with its words, always the same, told apart without colour."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import altair as alt
import pytest

from cepasim.core.language import language
from cepasim.report import chart_parts, charts, line_charts, look, pictures
from cepasim.report.charts import Row, Series
from cepasim.report.line_charts import Line

YEARS = ["2023-24", "2024-25", "2025-26"]


def _lines() -> Any:
    return line_charts.lines(
        "Path, US$ bn",
        YEARS,
        [
            Line("actual", look.INK, [1.0, 2.0, math.nan]),
            Line("model", look.SCENARIO, [1, 3, 4], (7, 4), [0.5, 2, 3], [2, 4, 5]),
        ],
        shaded_from=2,
    )


def _bars() -> Any:
    series = [Series("risen", look.GAIN), Series("fallen", charts.HATCHED)]
    return charts.bars("Errors, %", series, [Row("a", [5, -2]), Row("a", [900, 1])], most=100)


def _stacked() -> Any:
    parts = [Series("demand", look.GAIN), Series("tariffs", look.LOSS)]
    return charts.stacked("Change", parts, [Row("exports", [3.0, -1.0]), Row("imports", [1, 1])])


def _dots() -> Any:
    both = (Series("actual", look.INK), Series("model", look.SCENARIO))
    return charts.dots("Chapters", both, [Row("61 Apparel", [3, 4]), Row("87 Cars", [9, 1])])


def _ranges() -> Any:
    kinds = [Series("own", look.INK), Series("literature", look.LOSS)]
    return charts.ranges("Elasticity", kinds, [(Row("r", [1, 2, 3]), 0), (Row("s", [-1, 0, 2]), 1)])


FORMS = {
    "lines": (_lines, ["Path, US$ bn", "actual", "model", "2023-24", "2025-26"]),
    "bars": (_bars, ["Errors, %", "risen", "5", "−2", "900 &gt;"]),
    "stacked": (_stacked, ["sum of the parts", "demand", "+2.0", "exports", "−1"]),
    "dots": (_dots, ["Chapters", "actual", "model", "61 Apparel", "87 Cars"]),
    "ranges": (_ranges, ["Elasticity", "own", "literature", "−1", ">s<"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_chart_says_what_it_must(form: str) -> None:
    make, said = FORMS[form]
    drawn = pictures.svg(make())
    missing = [words for words in said if words not in drawn]
    assert not missing, re.findall(r">([^<]+)</text>", drawn)
    assert "NaN" not in drawn and "undefined" not in drawn and "null" not in drawn


@pytest.mark.parametrize("form", FORMS)
def test_the_same_chart_gives_the_same_bytes(form: str) -> None:
    make: Callable[[], Any] = FORMS[form][0]
    once = pictures.svg(make(), name=form)
    _bars().to_dict()  # another chart in between moves the library's counters
    pictures.svg(_lines())
    assert pictures.svg(make(), name=form) == once
    assert pictures.png(make())[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow(seconds=3)
def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "from cepasim.report import charts, pictures; import hashlib; "
        "c = charts.bars('T', [charts.Series('a', '#000000')], [charts.Row('r', [1 / 3])]); "
        "print(hashlib.sha256(pictures.svg(c).encode() + pictures.png(c)).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_what_is_hatched_is_hatched_in_pictures_only() -> None:
    drawn = pictures.svg(_bars(), name="one")
    assert 'fill="url(#one-hatch)"' in drawn and '<pattern id="one-hatch"' in drawn
    assert charts.HATCHED not in drawn
    assert "pattern" not in pictures.svg(_lines())


def test_names_inside_a_picture_are_its_own() -> None:
    names = {found for name in ("a", "b") for found in _ids(pictures.svg(_bars(), name=name))}
    assert all(name.startswith(("a-", "b-")) for name in names), names


def _ids(drawn: str) -> list[str]:
    return re.findall(r' id="([^"]+)"', drawn)


def test_years_of_a_chart_are_written_as_readers_do() -> None:
    with language("ja"):
        drawn = pictures.svg(_lines())
    assert "2023年度" in drawn and "2023-24" not in drawn


def test_a_band_lies_where_it_was_given() -> None:
    with_band, without = (
        pictures.svg(_lines()),
        pictures.svg(line_charts.lines("t", YEARS, [Line("l", look.INK, [1, 2, 3])])),
    )
    assert 'opacity="0.16"' in with_band and 'opacity="0.16"' not in without


def test_a_chart_without_rows_is_drawn() -> None:
    assert "<svg" in pictures.svg(charts.bars("none", [Series("a", look.INK)], []))


def test_a_specification_without_values_does_not_know_them() -> None:
    made = line_charts.line_layers(
        alt.NamedData(name="rows"),
        [line_charts.Style("Scenario", look.SCENARIO)],
        bands=["Scenario"],
    ).to_dict()
    assert made["data"] == {"name": "rows"}
    assert "datasets" not in made and "'values'" not in str(made)


def test_an_axis_and_its_tooltip_group_thousands() -> None:
    """In yen and rupees axes reach thousands, and the tables beside them group."""
    assert "',~f'" in chart_parts.printed()
    assert chart_parts.number_format(2) == ",.2f"


def test_values_of_an_axis_keep_apart_on_a_phone() -> None:
    said = _stacked().to_json(indent=None)
    axes = re.findall(r'"axis": ?{[^{}]*"orient": ?"top"[^{}]*}', said)
    assert axes and all('"labelSeparation": 8' in one for one in axes)
