"""Tables in workbooks and documents, written under a title and read back by it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cepasim.core.language import mark, tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.workbook import without_clock

if TYPE_CHECKING:
    import pandas as pd

#: Rows below a title: cells as they stand in the file, heading first; None where one is empty.
Tables = dict[str, list[list[Any]]]
#: Bytes of a file, and of what is packed in it, that are read at most.
_LARGEST, _LARGEST_UNPACKED = 20_000_000, 300_000_000
_UNREADABLE = mark("a workbook or document that this program wrote")
_STYLE = "Light List Accent 1"


def write_document(title: str, tables: Mapping[str, tuple[str, pd.DataFrame]], path: Path) -> None:
    """Write tables into a Word document, each below its title and a sentence.

    Parameters
    ----------
    title : str
        Of the document.
    tables : mapping of str to (str, DataFrame)
        By title: what to say of each, and its cells, all text.
    path : Path
        Written over if it is there; the same tables give the same bytes.
    """
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    file = docx.Document()
    [section] = file.sections
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(12))
    normal: Any = file.styles["Normal"]
    normal.font.size = Pt(7)
    file.add_heading(title, level=1)
    for name, (said, frame) in tables.items():
        file.add_heading(name, level=2)
        file.add_paragraph(said)
        rows = [list(frame.columns), *frame.to_numpy(dtype=object).tolist()]
        table = file.add_table(rows=len(rows), cols=len(frame.columns), style=_STYLE)
        # Cells of a row are looked up once: python-docx walks the whole table for each.
        for row, values in zip(table.rows, rows, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.paragraphs[0].add_run("" if value is None else str(value))
    properties = file.core_properties
    properties.title, properties.author = title, "cepasim"
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    with io.BytesIO() as written, path.open("wb") as destination:
        file.save(written)
        without_clock(written, destination)


def read_tables(path: Path) -> Tables:
    """Read the tables of a workbook (by sheet) or a document (by the heading above each).

    Parameters
    ----------
    path : Path
        Ends in ``.xlsx`` or ``.docx``.

    Raises
    ------
    InputError
        Where it is missing, too large or no such file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError([Problem(str(path), None, "file", path.name, tr("at most 20 MB"))])
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > _LARGEST_UNPACKED:
                raise InputError([Problem(str(path), None, "file", path.name, tr(_UNREADABLE))])
        return _sheets(path) if path.suffix == ".xlsx" else _below_headings(path)
    except FileNotFoundError:
        raise InputError([Problem(str(path), None, "file", None, tr("an existing file"))]) from None
    except InputError:
        raise
    # Whatever a broken archive or foreign part makes the two libraries raise.
    except Exception as error:
        problem = Problem(str(path), None, "file", str(error)[:100], tr(_UNREADABLE))
        raise InputError([problem]) from error


def _sheets(path: Path) -> Tables:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        return {sheet.title: _rows(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    finally:
        book.close()


def _below_headings(path: Path) -> Tables:
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    found: Tables = {}
    heading = ""
    for part in docx.Document(str(path)).iter_inner_content():
        if isinstance(part, Paragraph):
            if str(getattr(part.style, "name", "")).startswith("Heading"):
                heading = part.text.strip()
        elif isinstance(part, Table):
            found.setdefault(heading, _rows([cell.text for cell in row.cells] for row in part.rows))
    return found


def _rows(rows: Any) -> list[list[Any]]:
    """Rows with something in them; blanks are None."""
    read: list[list[Any]] = []
    for row in rows:
        cells: Sequence[Any] = [
            None if isinstance(cell, str) and not cell.strip() else cell for cell in row
        ]
        if any(cell is not None for cell in cells):
            read.append(list(cells))
    return read
