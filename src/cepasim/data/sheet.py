"""Any file of a portal as rows of text: what it is inside counts, never its name."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem

#: cp932 comes before latin-1, which accepts any bytes.
_ENCODINGS = ("utf-8-sig", "cp932", "latin-1")
_SEPARATORS = (",", ";", "\t")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_LINES_TRIED = 50


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as rows of text.

    Attributes
    ----------
    file : str
    kind : str
        ``csv``, ``html`` or ``xlsx``: what the file is inside.
    rows : tuple of tuple of str
        Blank cells are ``""``; rows without any cell are not there.
    lines : tuple of int
        Line of the file, or row of the table, that each row is in.
    title : str
        Text of an HTML page outside of the rows of its tables.
    """

    file: str
    kind: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    title: str = ""


def read_sheet(path: Path | str) -> Sheet:
    """Read a file as rows of text.

    Raises
    ------
    InputError
        For a file that does not exist, is empty, or is an Excel file of before 2007.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError([Problem(str(path), None, "file", None, tr("an existing file"))])
    content = file.read_bytes()
    if content.startswith(_OLD_EXCEL):
        words = tr("not an Excel file of before 2007: save it as .xlsx or .csv")
        raise InputError([Problem(str(path), None, "file", file.name, words)])
    title = ""
    if content.startswith(b"PK\x03\x04"):
        try:
            kind, rows = "xlsx", _workbook(content)
        except Exception as error:  # whatever openpyxl makes of a damaged file
            words = tr("a workbook that can be opened: save it again as .xlsx or .csv")
            raise InputError([Problem(str(path), None, "file", file.name, words)]) from error
    else:
        text = _decoded(content)
        if "<table" in text.lower():
            kind, (rows, title) = "html", _html(text)
        else:
            kind, rows = "csv", _separated(text)
    numbered = [(line, tuple(row)) for line, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        words = tr("a file with rows")
        raise InputError([Problem(str(path), None, "file", file.name, words)])
    lines, filled = zip(*numbered, strict=True)
    return Sheet(str(path), kind, filled, lines, title)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    for encoding in _ENCODINGS[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(_ENCODINGS[-1])


def _separated(text: str) -> list[list[str]]:
    start = "\n".join(text.splitlines()[:_LINES_TRIED])
    separator = max(_SEPARATORS, key=start.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    return [[cell.strip() for cell in row] for row in rows]


def _html(text: str) -> tuple[list[list[str]], str]:
    """Rows of the tables of a page, and the text around them."""
    from lxml import html

    tree = html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    rows = []
    for row in list(tree.iter("tr")):
        cells: list[str] = []
        for cell in row.xpath("./td|./th"):
            across = cell.get("colspan", "1")
            width = int(across) if across.isdigit() else 1
            cells += [" ".join(cell.text_content().split()), *[""] * (width - 1)]
        rows.append(cells)
        # What comes after the row in the page stays.
        row.clear(keep_tail=True)
    for script in list(tree.iter("script", "style")):
        script.clear(keep_tail=True)
    lines = (" ".join(line.split()) for line in "\n".join(tree.itertext()).splitlines())
    return rows, "\n".join(line for line in lines if line)


def _workbook(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _text(cell: object) -> str:
    """Excel keeps codes as numbers: 87.0 is the code 87."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
