"""XLSX workbooks: tables as sheets, the same bytes for the same tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cepasim.core.files import none_if_missing

if TYPE_CHECKING:
    import pandas as pd

# A ZIP entry cannot be older; used for every entry, so that a workbook carries no clock.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# An XLSX sheet name may be this long and may not contain these characters.
_SHEET_NAME_LENGTH = 31
_ILLEGAL_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def write_workbook(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as the sheets of an XLSX workbook, header in bold and kept in view.

    Text stays text: a value that begins with ``=`` is not taken for a formula. The same tables give
    the same bytes.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Sheet names and their tables.
    path : Path
        File to write.
    """
    from openpyxl import Workbook  # imported here: most runs write no workbook

    workbook = Workbook(write_only=True)
    for name, frame in sheets.items():
        sheet = workbook.create_sheet(_ILLEGAL_IN_SHEET_NAME.sub(" ", name)[:_SHEET_NAME_LENGTH])
        sheet.freeze_panes = "A2"
        for place, column in enumerate(frame.columns):
            sheet.column_dimensions[_column_letter(place)].width = max(12, len(str(column)) + 2)
        sheet.append([_text_cell(sheet, str(column), bold=True) for column in frame.columns])
        columns = [frame[column].tolist() for column in frame.columns]
        for row in zip(*columns, strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    buffer.seek(0)
    with path.open("wb") as handle:
        without_clock(buffer, handle)


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
