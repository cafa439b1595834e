"""The cells of one table as text, each with the line it is on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cepasim.core.language import separated, tr
from cepasim.core.problems import Problem, closest
from cepasim.params.schema import Column


@dataclass(frozen=True)
class Rows:
    """Cells of one table as text; the index is the line in the file."""

    name: str
    shown: str
    cells: pd.DataFrame


def read_cells(
    text: str, shown: str, columns: Mapping[str, Column]
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Parse CSV text; the index of the frame is the line on which a row begins.

    Without ``columns`` any header will do.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    line = 1
    try:
        for row in reader:
            begins, line = line, reader.line_num + 1
            if not row:
                continue
            if header is None:
                header = row
                problems += _header_problems(header, shown, columns) if columns else []
                if problems:
                    return None, problems
            elif not any(cell.strip() for cell in row):
                problems.append(Problem(shown, begins, "row", "", tr("no empty rows")))
            elif len(row) != len(header):
                words = tr(
                    "{number} cells, as in the header (quote text with commas)", number=len(header)
                )
                given = tr("{number} cells", number=len(row))
                problems.append(Problem(shown, begins, "row", given, words))
            else:
                lines.append(begins)
                rows.append(row)
    except csv.Error as error:
        problems.append(Problem(shown, line, "row", str(error), tr("well-formed CSV")))
    if not rows and not problems:
        problems.append(Problem(shown, 1, "file", "", tr("at least one row below the header")))
    return pd.DataFrame(rows, columns=header, index=lines, dtype=object), problems


def _header_problems(
    header: list[str], shown: str, columns: Mapping[str, Column]
) -> Iterator[Problem]:
    """Columns that are missing, unknown or there twice."""
    required = [name for name, column in columns.items() if not column.optional]
    for column in required:
        if column not in header:
            words = tr("this column ({meaning})", meaning=columns[column].meaning)
            yield Problem(shown, 1, column, None, words)
    for position, column in enumerate(header):
        if column in header[:position]:
            yield Problem(shown, 1, column, column, tr("each column once"))
        elif column not in columns:
            hint = closest(column, columns, 3)
            words = tr("one of {allowed}", allowed=separated(columns)) + hint
            yield Problem(shown, 1, column, column, words)
