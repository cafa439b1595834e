"""The evidence as files: a page that opens offline, charts, tables, the same bytes twice."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.page import document, sections, table
from cepasim.calibrate.evidence.words import billions, signed_percent
from cepasim.report import html
from cepasim.report.blocks import Document

#: All share what takes seconds: the fixture.
pytestmark = pytest.mark.slow(seconds=1)

_VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def result(calibrated: Calibration) -> Calibration:
    return calibrated


@pytest.fixture(scope="module")
def paper(calibrated: Calibration) -> Document:
    return document(calibrated)


@pytest.fixture(scope="module")
def page(written: Path) -> str:
    return (written / "report.html").read_text(encoding="utf-8")


class _Nesting(HTMLParser):
    """Complains about a tag that closes what is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.slow(seconds=6)  # the folder is written for the first
def test_tags_of_the_page_close_in_order(page: str) -> None:
    parser = _Nesting()
    parser.feed(page)
    assert parser.open == []


def test_page_fetches_and_runs_nothing(page: str) -> None:
    named = re.sub(r' xmlns(:\w+)?="[^"]*"', "", page)
    assert not re.search(r"http|<script|<link|<img|url\((?!#)|@import", named)


def test_every_section_and_chart_is_on_the_page(
    result: Calibration, paper: Document, page: str
) -> None:
    found = list(sections(result))
    titles = [section.title for section in found]
    assert titles[0] == "Verdict" and len(set(titles)) == len(titles)
    drawn = [chart for section in found for chart in section.charts]
    assert len(set(drawn)) == len(drawn) >= 12
    assert [chart.name for chart in paper.charts()] == drawn
    assert page.count("<svg") == len(drawn)
    anchors = re.findall(r'<a href="#([^"]+)"', page)
    assert anchors == re.findall(r'<h2 id="([^"]+)"', page) and len(anchors) == len(titles)


def test_charts_say_what_they_show_and_show_finite_places_only(
    paper: Document, written: Path
) -> None:
    for chart in paper.charts():
        picture = (written / f"figure_{chart.name}.svg").read_text(encoding="utf-8")
        assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"\b(nan|inf|NaN|Infinity)\b", picture), chart.name
        assert len(chart.in_words) > 10 and chart.in_words != "Undefined", chart.name


def test_no_markdown_is_left_in_the_words(page: str) -> None:
    assert "**" not in page and "`" not in page and "](" not in page


def test_columns_of_numbers_stand_to_the_right() -> None:
    shown = table(pd.DataFrame({"what": ["a", "**b**"], "n": ["-1.5 to 2 %", "+3 %"]}))
    assert shown.columns == (False, True)
    assert "<strong>b</strong>" in html.fragment(shown)


def test_nothing_has_no_sign() -> None:
    """Amounts that round to nothing are written alike on either side of it."""
    assert table(pd.DataFrame({"x": ["-0.00", "+0.0", "-0.01"]})).rows[:2] == (
        *table(pd.DataFrame({"x": ["0.00", "0.0"]})).rows,
    )
    assert billions(-0.4) == billions(0.4) == "0.00"
    assert signed_percent(-0.001) == "0 %"


def test_folder_holds_every_table_and_lists_its_files(
    result: Calibration, paper: Document, written: Path
) -> None:
    names = {file.name for file in written.iterdir()}
    assert {"report.html", "report.md", "report.txt", "manifest.json"} <= names
    assert {f"{name}.csv" for name in result.tables()} <= names
    assert {f"figure_{chart.name}.svg" for chart in paper.charts()} <= names
    listed = json.loads((written / "manifest.json").read_text())["files"]
    assert set(listed) == names - {"manifest.json"}
