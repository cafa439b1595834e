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
from cepasim.calibrate.evidence.folder import write_folder
from cepasim.calibrate.evidence.page import document, sections, table
from cepasim.report import html, pictures
from cepasim.report.blocks import Document

_VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def result(calibrated: Calibration) -> Calibration:
    return calibrated


@pytest.fixture(scope="module")
def paper(calibrated: Calibration) -> Document:
    return document(calibrated)


@pytest.fixture(scope="module")
def page(paper: Document) -> str:
    return html.page(paper)


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


def test_charts_say_what_they_show_and_show_finite_places_only(paper: Document) -> None:
    for chart in paper.charts():
        picture = pictures.svg(chart.picture, name=chart.name, alt_text=chart.in_words)
        ElementTree.fromstring(picture)
        assert not re.search(r"\b(nan|inf|NaN|Infinity)\b", picture), chart.name
        assert len(chart.in_words) > 10 and chart.in_words != "Undefined", chart.name


def test_no_markdown_is_left_in_the_words(page: str) -> None:
    assert "**" not in page and "`" not in page and "](" not in page


def test_columns_of_numbers_stand_to_the_right() -> None:
    shown = table(pd.DataFrame({"what": ["a", "**b**"], "n": ["-1.5 to 2 %", "+3 %"]}))
    assert shown.columns == (False, True)
    assert "<strong>b</strong>" in html.fragment(shown)


@pytest.mark.slow(seconds=6)
def test_folder_holds_every_table_and_the_same_bytes_again(
    result: Calibration, tmp_path: Path
) -> None:
    names = write_folder(result, tmp_path / "one")
    write_folder(result, tmp_path / "two")
    assert {"report.html", "report.md", "report.txt", "manifest.json"} <= set(names)
    assert {f"{name}.csv" for name in result.tables()} <= set(names)
    assert {f"figure_{chart.name}.svg" for chart in document(result).charts()} <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    listed = json.loads((tmp_path / "one" / "manifest.json").read_text())["files"]
    assert set(listed) == set(names) - {"manifest.json"}
    for file in (tmp_path / "one").glob("*.svg"):
        root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
