from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest

import cepasim
from cepasim.core import numbers as figures
from cepasim.levers.said import About
from cepasim.params.parameters import bundled_directory
from cepasim.report import brief
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.caveats import Note
from tests.as_read import as_read

FOLDER = bundled_directory() / "scenarios"
YEAR = "2030-31"


@pytest.fixture(scope="module")
def result() -> Result:
    return cepasim.simulate(cepasim.load(), Scenario.read(FOLDER / "full-package.yaml"))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self._skip = "", [], False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._skip = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.text += data + " "


def _read(path: Path) -> _Text:
    reader = _Text()
    reader.feed(as_read(path))
    return reader


@pytest.mark.slow(seconds=1)
def test_the_note_holds_the_result_s_figures(result: Result, tmp_path: Path) -> None:
    result.brief(tmp_path / "note.html", YEAR)
    text = _read(tmp_path / "note.html").text
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    for item in ("exports", "imports", "balance"):
        assert figures.bn(totals[f"{item}_usd_mn"]) in text
    assert "Japan eliminates its duties" in text
    assert "Producers in Japan" in text and "National welfare of India" in text
    assert str(result.manifest["parameter_digest"])[:12] in text
    assert not re.search(r"\b(nan|None)\b", text)


@pytest.mark.slow(seconds=1)
def test_the_note_says_how_sure_its_figures_are(result: Result, tmp_path: Path) -> None:
    ranges = cepasim.monte_carlo(cepasim.load(), result.scenario, draws=8)
    ranged = result.with_ranges(ranges.headline_ranges(), {"draws": 8, "seed": 1})
    low, high = ranges.range_of("change_in_balance_usd_mn", YEAR)
    said = " to ".join(figures.mn(end, signed=True, unit=False) for end in (low, high))
    for suffix in (".html", ".docx"):
        ranged.brief(tmp_path / f"note{suffix}", YEAR)
    assert f"90 % range {said} mn; narrows in" in _read(tmp_path / "note.html").text
    assert "from 8 draws of every parameter" in _read(tmp_path / "note.html").text
    document = docx.Document(str(tmp_path / "note.docx"))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert any(f"90 % range {said} mn" in cell for cell in cells)
    result.brief(tmp_path / "bare.html", YEAR)
    assert "No ranges of changes were drawn" in _read(tmp_path / "bare.html").text


def test_it_needs_nothing_from_outside(result: Result, tmp_path: Path) -> None:
    result.brief(tmp_path / "note.html")
    reader = _read(tmp_path / "note.html")
    assert "2035-36" in reader.text
    assert not {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe"}
    text = as_read(tmp_path / "note.html")
    # A drawing names its language by an address that nobody opens.
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


@pytest.mark.parametrize("suffix", [".html", ".docx"])
def test_the_same_result_gives_the_same_note(result: Result, tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        result.brief(tmp_path / f"{name}{suffix}", YEAR)
    if suffix == ".html":
        assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    else:
        one, two = (docx.Document(str(tmp_path / f"{name}.docx")) for name in ("one", "two"))
        assert [p.text for p in one.paragraphs] == [p.text for p in two.paragraphs]


def test_the_document_has_the_same_text(result: Result, tmp_path: Path) -> None:
    result.brief(tmp_path / "note.docx", YEAR)
    document = docx.Document(str(tmp_path / "note.docx"))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:3] == ["Full package", "What is decided", "The path"]
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    totals = result.totals.set_index("fiscal_year").loc[YEAR]
    assert any(figures.bn(totals["exports_usd_mn"]) in cell for cell in cells)
    assert "Producers in Japan" in cells
    assert {"2023-24", "2035-36"} <= cells


@pytest.mark.slow(seconds=1)
def test_one_chart_shows_the_change_in_balance(result: Result, tmp_path: Path) -> None:
    """The picture says its numbers in words, and has a band only where ranges were drawn."""
    result.brief(tmp_path / "bare.html")
    [said] = [dict(a)["aria-label"] for tag, a in _pictures(tmp_path / "bare.html")]
    totals = result.totals.set_index("fiscal_year")["change_in_balance_usd_mn"]
    assert f"2035-36 {figures.mn(totals['2035-36'], signed=True)}." in said
    assert "The first lever starts in 2026-27; all are in force from" in said
    assert ">start<" in (tmp_path / "bare.html").read_text(encoding="utf-8")
    assert "band" not in _read(tmp_path / "bare.html").text
    ranges = cepasim.monte_carlo(cepasim.load(), result.scenario, draws=4)
    ranged = result.with_ranges(ranges.headline_ranges(), {"draws": 4, "seed": 1})
    ranged.brief(tmp_path / "ranged.html")
    [said] = [dict(a)["aria-label"] for tag, a in _pictures(tmp_path / "ranged.html")]
    low, high = ranges.range_of("change_in_balance_usd_mn", "2035-36")
    assert f"({figures.span_mn(low, high, signed=True)})." in said
    assert "band: 90 % range" in _read(tmp_path / "ranged.html").text
    ranged.brief(tmp_path / "ranged.docx")
    assert len(docx.Document(str(tmp_path / "ranged.docx")).inline_shapes) == 1


def _pictures(path: Path) -> list[tuple[str, dict[str, str | None]]]:
    return [(tag, attrs) for tag, attrs in _read(path).tags if attrs.get("role") == "img"]


def test_where_nothing_changes_there_is_no_chart(tmp_path: Path) -> None:
    scenario = Scenario.from_dict({"name": "reference", "horizon": "2025-26"})
    cepasim.simulate(cepasim.load(), scenario).brief(tmp_path / "note.html")
    assert not _pictures(tmp_path / "note.html")
    assert "Read with these results" not in _read(tmp_path / "note.html").text


def test_notes_on_what_is_shown_come_before_others() -> None:
    """In any language: what a note is about is not read from its words."""
    whole, shown, plain = Note("whole"), Note("shown", About(chapters=("03", "87"))), "plain"
    others = [Note(f"other {hs}", About(chapters=(f"{hs}",))) for hs in range(10, 18)]
    notes = [others[0], shown, *others[1:], plain, whole]
    kept = brief._notes_to_read(notes, ["8703 Cars", "39 Plastics"])
    assert kept[:-1] == (others[0], shown, *others[1:3], plain, whole)
    assert kept[-1] == "5 more notes are in the workbook of this result."
    assert brief._notes_to_read([whole], []) == (whole,)


@pytest.mark.slow(seconds=0.7)
def test_a_result_is_imported_without_what_draws() -> None:
    code = "import sys, cepasim; print({'altair', 'docx', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_wicked_names_stay_text(tmp_path: Path) -> None:
    scenario = Scenario.from_dict({"name": "<script>x</script> & co", "horizon": "2025-26"})
    result = cepasim.simulate(cepasim.load(), scenario)
    result.brief(tmp_path / "note.html")
    reader = _read(tmp_path / "note.html")
    assert "script" not in {tag for tag, _ in reader.tags}
    assert "<script>x</script> & co" in reader.text
    assert "this is the reference" in reader.text


def test_what_cannot_be_written_is_told(result: Result, tmp_path: Path) -> None:
    with pytest.raises(cepasim.InputError, match=".html or .docx"):
        result.brief(tmp_path / "note.pdf")
    with pytest.raises(cepasim.InputError, match="2050-51"):
        result.brief(tmp_path / "note.html", "2050-51")
    assert not list(tmp_path.iterdir())
