"""The two-page briefing note: one result, readable on paper without the program.

Every figure is a cell of the result; nothing is loaded from elsewhere, and the same result gives
the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from cepasim.core import files as output
from cepasim.core.problems import InputError, Problem
from cepasim.report import look, views
from cepasim.report import numbers as figures

if TYPE_CHECKING:
    from cepasim.products.classification import Classification
    from cepasim.tables.result_tables import ResultTables

SUFFIXES = (".html", ".docx")
#: Notes that fit on the second page; the rest stand in the workbook, and the note says so.
_MOST_NOTES = 5
_SECTORS = 6
_STEP = 3  # every third year of the path, and the last

_RANGED = (
    "90 % ranges from {draws} draws of every figure within its own range. They are of the figures "
    "alone: what the form of the model leaves out, and what moves trade besides, comes on top."
)
_NOT_RANGED = "No ranges were drawn for this note: it does not say how sure these figures are."

_STYLE = """<style>
@page {size: A4; margin: 14mm;}
body {font: 10.5pt/1.35 sans-serif; color: #1B1F24; max-width: 182mm; margin: 8mm auto;}
h1 {font-size: 17pt; margin: 0 0 1mm;} h2 {font-size: 12pt; margin: 5mm 0 1.5mm;}
p, ul {margin: 0 0 2mm;} ul {padding-left: 5mm;}
.two {display: grid; grid-template-columns: 1fr 1fr; gap: 6mm;}
.page {break-before: page;}
.notes {font-size: 8.5pt; line-height: 1.25;}
.small {font-size: 8.5pt; color: #57606A;}
* {print-color-adjust: exact; -webkit-print-color-adjust: exact;}
</style>"""


def write(
    result: ResultTables,
    classification: Classification,
    path: Path | str,
    fiscal_year: str | None = None,
) -> None:
    """Write the briefing note of a result.

    Parameters
    ----------
    result : ResultTables
    classification : Classification
        Names of products and countries.
    path : Path or str
        Ends in ``.html`` or ``.docx``.
    fiscal_year : str, optional
        The year the note is about; the last one unless given.

    Raises
    ------
    InputError
        For another ending or an unknown year.
    OSError
        If the file cannot be written; what was there before is then still there.
    """
    target = Path(path)
    if target.suffix not in SUFFIXES:
        _refuse("path", target.name, f"a file that ends in {' or '.join(SUFFIXES)}")
    year = fiscal_year or result.fiscal_years[-1]
    text = html(result, classification, year)
    with output.replace_file(target) as partial:
        if target.suffix == ".html":
            output.write_text(text, partial)
        else:
            _write_docx(text, result.scenario.name, partial)


def html(result: ResultTables, classification: Classification, fiscal_year: str) -> str:
    """Return the note as a page of HTML that needs nothing else.

    Raises
    ------
    InputError
        If the year is unknown.
    """
    year = fiscal_year
    losers = result.who_loses(year)
    total = views.total_row(result, year)
    drawn = cast("dict[str, object] | None", result.manifest.get("ranges"))
    scenario = result.scenario
    said = [lever.in_words(classification) for lever in scenario.levers]
    changed = [f"{name} = {value:g}" for name, value in scenario.parameters.items()]
    notes = list(result.notes[:_MOST_NOTES])
    if len(result.notes) > _MOST_NOTES:
        notes.append(f"{len(result.notes) - _MOST_NOTES} more notes stand in the workbook.")
    parts = [
        f"<h1>{escape(scenario.name)}</h1>",
        f"<p>{escape(scenario.description)}</p>" if scenario.description else "",
        f'<p class="small">What it would change in India’s trade with Japan by {year}, against '
        "a reference in which only known events happen. Exports f.o.b., imports c.i.f., US$ of "
        "2023-24, fiscal years from April to March.</p>",
        views.headline(total, year, views.ranges_in_words(result.totals, year) if drawn else None),
        f'<p class="small">{_RANGED.format(**drawn) if drawn else _NOT_RANGED}</p>',
        "<h2>What is decided</h2>",
        _list(said or ["Nothing: this is the reference."]),
        f"<p><b>Assumptions changed:</b> {escape(', '.join(changed))}</p>" if changed else "",
        "<h2>The path</h2>",
        _path(result),
        "<h2>Sectors that move most</h2>",
        '<div class="two">',
        f"<div>{views.movers(result, year, 'export', _SECTORS)}</div>",
        f"<div>{views.movers(result, year, 'import', _SECTORS)}</div>",
        "</div>",
        '<div class="page"></div>',
        "<h2>Who gains and who loses</h2>",
        '<div class="two">',
        f"<div>{views.losers(losers, total, year, 'export', _SECTORS)}</div>",
        f"<div>{views.losers(losers, total, year, 'import', _SECTORS)}</div>",
        "</div>",
        "<h2>Levers, treasuries, welfare</h2>",
        views.contributions(result, year),
        views.accounts(result, year),
        "<h2>What must be read with these figures</h2>",
        f'<div class="notes">{_list(notes)}</div>',
        f'<p class="small">{escape(_made_by(result))}</p>',
    ]
    body = "\n".join(part for part in parts if part)
    title = f"<title>{escape(scenario.name)}, {year}</title>"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{title}\n'
        f"{look.STYLE}\n{_STYLE}</head>\n<body>\n{body}\n</body></html>\n"
    )


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _path(result: ResultTables) -> str:
    rows = result.balance("total").to_dict("records")
    shown = rows[::_STEP] + ([rows[-1]] if (len(rows) - 1) % _STEP else [])
    cells = [
        [
            str(row["fiscal_year"]),
            *(
                figures.bn(float(row[column]), signed=signed, unit=False)
                for item in ("exports", "imports", "balance")
                for column, signed in (
                    (f"{item}_usd_mn", False),
                    (f"change_in_{item}_usd_mn", True),
                )
            ),
        ]
        for row in shown
    ]
    head = ["fiscal year"]
    for item in ("exports", "imports", "balance"):
        head += [item, "change"]
    return look.table("Scenario and change against the reference, US$ bn", head, cells)


def _made_by(result: ResultTables) -> str:
    made = result.manifest
    return (
        f"cepasim {made.get('version', '')}, engine {result.engine}; parameters "
        f"{str(made.get('parameter_digest', ''))[:12]}, scenario "
        f"{str(made.get('scenario_sha256', ''))[:12]}: the same two give the same figures."
    )


# --- DOCX -------------------------------------------------------------------------------------


class _Blocks(HTMLParser):
    """The note's headings, paragraphs, lists and tables, in order; styles are left behind."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[str, list[list[str]]]] = []
        self._kind = ""
        self._rows: list[list[str]] = []
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        if tag in ("style", "title"):
            self._skip = True
        elif tag == "div" and classes == "page":
            self.blocks.append(("page", []))
        elif tag in ("h1", "h2", "p", "li", "caption") or tag in ("table", "dl"):
            self._begin(tag)
        elif tag == "tr" or (tag == "div" and classes == "cs-card"):
            self._rows.append([])
        elif tag in ("th", "td", "dt", "dd") and self._rows:
            self._rows[-1].append("")
        elif tag == "span":
            self.handle_data(": ")

    def _begin(self, kind: str) -> None:
        if kind == "caption":  # stands inside its table, is shown above it
            self.blocks.append(("caption", [[""]]))
            self._kind, self._rows = kind, self.blocks[-1][1]
            return
        self._kind, self._rows = kind, [] if kind in ("table", "dl") else [[""]]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title"):
            self._skip = False
        elif tag == "caption":
            self._kind, self._rows = "table", []
        elif tag == self._kind:
            self.blocks.append((tag, self._rows))
            self._kind, self._rows = "", []

    def handle_data(self, data: str) -> None:
        if not self._skip and self._rows and self._rows[-1]:
            self._rows[-1][-1] += re.sub(r"\s+", " ", data)


def _write_docx(text: str, title: str, path: Path) -> None:
    """Write the note's blocks as a Word document; bars stay behind, their figures do not."""
    from datetime import UTC, datetime

    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(15))
    document.styles["Normal"].font.size = Pt(9)
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    reader = _Blocks()
    reader.feed(text)
    for kind, rows in reader.blocks:
        if kind == "page":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        elif kind in ("h1", "h2"):
            document.add_heading(rows[0][0].strip(), level=int(kind[1]))
        elif kind == "li":
            document.add_paragraph(rows[0][0].strip(), style="List Bullet")
        elif kind == "caption":
            document.add_paragraph().add_run(rows[0][0].strip()).bold = True
        elif kind == "p":
            document.add_paragraph(rows[0][0].strip())
        else:
            _add_table(document, [[cell.strip() for cell in row] for row in rows if row])
    for row in (row for table in document.tables for row in table.rows):
        for cell in row.cells[1:]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    properties = document.core_properties
    properties.title, properties.author = title, "cepasim"
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    document.save(str(path))


def _add_table(document: object, rows: list[list[str]]) -> None:
    kept = [[cell for cell in row if cell] if len(row) == 3 and not row[1] else row for row in rows]
    width = max((len(row) for row in kept), default=0)
    if not width:
        return
    table = document.add_table(rows=0, cols=width)  # type: ignore[attr-defined]
    table.style = "Light List Accent 1"
    for row in kept:
        cells = table.add_row().cells
        for place, text in enumerate(row):
            cells[place].text = text


def _refuse(field: str, value: object, allowed: str) -> NoReturn:
    raise InputError([Problem("brief", None, field, value, f"allowed: {allowed}")])
