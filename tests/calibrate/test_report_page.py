"""The report as files: a page that opens offline, figures, tables, the same bytes twice."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from cepasim.calibrate.report import Calibration, calibration, sections_of_page
from cepasim.calibrate.report_page import (
    figures_of,
    inline,
    page_html,
    table_html,
    write_folder,
)
from cepasim.economy.economy import Economy

_VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def result(economy: Economy) -> Calibration:
    return calibration(economy)


@pytest.fixture(scope="module")
def page(result: Calibration) -> str:
    return page_html(result)


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
    assert not re.search(r"http|<script|<link|<img|url\(|@import", page)


def test_every_section_and_figure_is_on_the_page(result: Calibration, page: str) -> None:
    titles = [title for title, _ in sections_of_page(result)]
    assert titles[0] == "Verdict" and len(set(titles)) == len(titles)
    pictures = figures_of(result)
    assert set(pictures) <= set(titles), "a figure of no section"
    assert page.count("<svg") == sum(map(len, pictures.values())) >= 12
    anchors = re.findall(r'<a href="#([^"]+)"', page)
    assert anchors == re.findall(r'<h2 id="([^"]+)"', page) and len(anchors) == len(titles)


def test_figures_show_finite_places_only(result: Calibration) -> None:
    for pictures in figures_of(result).values():
        for name, picture in pictures.items():
            ElementTree.fromstring(picture)
            assert not re.search(r"\b(nan|inf)\b", picture), name


def test_no_markdown_is_left_in_the_words(page: str) -> None:
    assert "**" not in page and "`" not in page and "](" not in page


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("run `make docs`", "run <code>make docs</code>"),
        ("**no**, or", "<strong>no</strong>, or"),
        ("see [the fit](../params/x.csv).", "see the fit."),
    ],
)
def test_inline_markdown_becomes_html(words: str, expected: str) -> None:
    assert inline(words) == expected


def test_columns_of_figures_stand_to_the_right() -> None:
    html = table_html(pd.DataFrame({"what": ["a", "b"], "n": ["-1.5 to 2 %", "+3 %"]}))
    assert html.count("<td class=n>") == 2
    assert "<th class=n>n</th>" in html and "<td class=s>a</td>" in html


def test_folder_holds_every_table_and_the_same_bytes_again(
    result: Calibration, tmp_path: Path
) -> None:
    names = write_folder(result, tmp_path / "one")
    write_folder(result, tmp_path / "two")
    assert {"report.html", "report.md", "report.txt", "manifest.json"} <= set(names)
    assert {f"{name}.csv" for name in result.tables()} <= set(names)
    assert {f"figure_{n}.svg" for p in figures_of(result).values() for n in p} <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    listed = json.loads((tmp_path / "one" / "manifest.json").read_text())["files"]
    assert set(listed) == set(names) - {"manifest.json"}
    for file in (tmp_path / "one").glob("*.svg"):
        root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
