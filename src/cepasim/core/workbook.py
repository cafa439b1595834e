"""XLSX workbooks: tables as sheets, the same bytes for the same tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from cepasim.core.files import none_if_missing

if TYPE_CHECKING:
    import pandas as pd

# A ZIP entry cannot be older; used for every entry, so that a workbook carries no clock.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# An XLSX sheet name may be this long and may not contain these characters.
_SHEET_NAME_LENGTH = 31
_ILLEGAL_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


#: Number format of a column by the ending of its name, the first that fits; no value is rounded.
_FORMATS = (
    ("usd_mn", "#,##0.0"),
    ("jobs", "#,##0"),
    ("jobs_low", "#,##0"),
    ("jobs_high", "#,##0"),
    ("per_grant", "0.00"),
    ("baseline", "#,##0.0"),
    ("scenario", "#,##0.0"),
    ("residual_max", "0.0E+00"),
    ("largest_log_price", "0.0000"),
    ("_percent", "0.0"),
    ("_pct", "0.0"),
    ("_points", "0.0"),
    ("_p5", "#,##0.0"),
    ("_p95", "#,##0.0"),
    ("share", "0.000"),
    ("probability_deficit_falls", "0.000"),
    ("share_deficit_falls_choice", "0.000"),
)
#: Columns of words at the beginning that stay in view, and the width of the widest.
_MOST_HELD, _WIDEST = 4, 48


@dataclass(frozen=True)
class Row:
    """A row of a sheet in words.

    Attributes
    ----------
    cells : tuple of str, int, float or None
    kind : {"title", "heading", "head", "text"}
        ``head`` names the columns of a table that follows; ``text`` is anything else.
    """

    cells: tuple[str | float | None, ...]
    kind: Literal["title", "heading", "head", "text"] = "text"


@dataclass(frozen=True)
class LineChart:
    """A chart of columns of a sheet in words.

    Attributes
    ----------
    title : str
        With the unit.
    first, last : int
        Rows of the table drawn, counted from 1; the row before names the lines.
    columns : tuple of int
        Of the lines, counted from 1; the first column of the sheet names the places.
    """

    title: str
    first: int
    last: int
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Front:
    """A sheet in words, before all tables.

    Attributes
    ----------
    name : str
    rows : tuple of Row
    chart : LineChart, optional
        Stands beside the rows.
    """

    name: str
    rows: tuple[Row, ...]
    chart: LineChart | None = None


def write_workbook(
    sheets: Mapping[str, pd.DataFrame], path: Path, front: Front | None = None
) -> None:
    """Write tables as the sheets of an XLSX workbook, heads in bold and kept in view.

    Text stays text: a value that begins with ``=`` is not taken for a formula. The same tables give
    the same bytes.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Sheet names and their tables.
    path : Path
        File to write.
    front : Front, optional
        A sheet in words before them.
    """
    from openpyxl import Workbook  # imported here: most runs write no workbook

    workbook = Workbook(write_only=True)
    if front is not None:
        _write_front(workbook, front)
    for name, frame in sheets.items():
        _write_table(workbook, name, frame)
    buffer = io.BytesIO()
    workbook.save(buffer)
    buffer.seek(0)
    with path.open("wb") as handle:
        without_clock(buffer, handle)


def _write_table(workbook: Any, name: str, frame: pd.DataFrame) -> None:
    """Write a table: its names in bold, numbers as people read them, words kept in view."""
    from openpyxl.cell import WriteOnlyCell

    sheet = workbook.create_sheet(_ILLEGAL_IN_SHEET_NAME.sub(" ", name)[:_SHEET_NAME_LENGTH])
    numbers = [frame[column].dtype.kind in "if" for column in frame.columns]
    held = numbers.index(True) if True in numbers else 0
    held = held if held <= _MOST_HELD and len(numbers) > held else 0
    sheet.freeze_panes = f"{_column_letter(held)}2"
    for place, column in enumerate(frame.columns):
        width = max(12, len(str(column)) + 2)
        if not numbers[place] and len(frame):
            longest = int(frame[column].fillna("").astype(str).str.len().max())
            width = max(width, min(longest + 2, _WIDEST))
        sheet.column_dimensions[_column_letter(place)].width = width
    if len(frame):
        sheet.auto_filter.ref = f"A1:{_column_letter(len(numbers) - 1)}{len(frame) + 1}"
    sheet.append([_text_cell(sheet, str(column), bold=True) for column in frame.columns])
    columns = [frame[column].tolist() for column in frame.columns]
    # A row is written as soon as it is there, so that one cell serves a whole column.
    formatted = []
    for column in frame.columns:
        looks = next((form for end, form in _FORMATS if str(column).endswith(end)), None)
        cell = None if looks is None else WriteOnlyCell(sheet)
        if cell is not None:
            cell.number_format = looks
        formatted.append(cell)
    for row in zip(*columns, strict=True):
        cells = []
        for value, cell in zip(row, formatted, strict=True):
            if cell is None or not isinstance(value, float) or value != value:
                cells.append(_cell(sheet, value))
            else:
                cell.value = value
                cells.append(cell)
        sheet.append(cells)


def _write_front(workbook: Any, front: Front) -> None:
    """Write the sheet in words, with its chart to the right of the first table."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    sheet = workbook.create_sheet(front.name)
    sheet.column_dimensions["A"].width = 30
    for place in range(1, max(len(row.cells) for row in front.rows)):
        sheet.column_dimensions[_column_letter(place)].width = 15
    fonts = {
        "title": Font(bold=True, size=16),
        "heading": Font(bold=True, size=12),
        "head": Font(bold=True),
        "text": None,
    }
    for row in front.rows:
        cells: list[Any] = []
        for value in row.cells:
            cell: Any
            if isinstance(value, str):
                cell = _text_cell(sheet, value, bold=False)
            else:
                cell = WriteOnlyCell(sheet, value=none_if_missing(value))
                cell.number_format = "#,##0.0"
            if (font := fonts[row.kind]) is not None:
                cell.font = font
            if row.kind == "head":
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            cells.append(cell)
        sheet.append(cells)
    if front.chart is not None:
        _draw(sheet, front.chart)


def _draw(sheet: Any, chart: LineChart) -> None:
    from openpyxl.chart import LineChart as Lines
    from openpyxl.chart import Reference

    drawn = Lines()
    drawn.title, drawn.height, drawn.width = chart.title, 8.5, 17
    drawn.x_axis.delete = drawn.y_axis.delete = False
    for column in chart.columns:
        values = Reference(sheet, min_col=column, min_row=chart.first - 1, max_row=chart.last)
        drawn.add_data(values, titles_from_data=True)
    for place, line in enumerate(drawn.series):
        line.smooth = False
        if place:
            line.graphicalProperties.line.dashStyle = "dash"
    drawn.set_categories(Reference(sheet, min_col=1, min_row=chart.first, max_row=chart.last))
    sheet.add_chart(drawn, f"A{chart.last + 3}")


def _cell(sheet: object, value: object) -> object:
    value = none_if_missing(value)
    if isinstance(value, str):
        return (
            value
            if not value.startswith("=") and value.isprintable()
            else _text_cell(sheet, value, bold=False)
        )
    return value


def _text_cell(sheet: object, text: str, *, bold: bool) -> object:
    """Build a cell that holds text whatever the text looks like."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _column_letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))


def without_clock(workbook: IO[bytes], destination: IO[bytes]) -> None:
    """Copy an XLSX file, leaving out the moments openpyxl writes into it."""
    moments = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
    with (
        zipfile.ZipFile(workbook) as source,
        zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = moments.sub(b"", content)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
