"""Tables of text for a terminal: columns of numbers keep their room, names give way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Unpack

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from cepasim.core.numbers import MINUS, Written, column

#: Every table fits into this many columns; a pipe has no width of its own and gets it.
WIDTH = 100


def titled(title: str, table: Table) -> Group:
    """Put a title in bold above a table."""
    return Group(Text(title, style="bold"), table)


def table(
    cells: Sequence[Sequence[str]], *, name_column: int = 0, last_in_bold: bool = True
) -> Table:
    """Lay out rows of text under their header; only names give way where the space is short.

    Parameters
    ----------
    cells : sequence of sequence of str
        Header, then rows; a column without any text below its header is left out.
    name_column : int
        Column that holds names: set to the left, cut to the space that is left.
    last_in_bold : bool
        Whether the last row is what the others lead to.
    """
    widths = [
        max(cell_len(line) for cell in column for line in cell.split("\n"))
        for column in zip(*cells, strict=True)
    ]
    kept = [place for place in range(len(widths)) if any(row[place] for row in cells[1:])]
    widths = [width if place in kept else 0 for place, width in enumerate(widths)]
    others = sum(widths) - widths[name_column] + len(kept) + 1  # a blank around every column
    widths[name_column] = min(widths[name_column], WIDTH - others)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for place in kept:
        table.add_column(
            cells[0][place],
            justify="left" if place <= name_column else "right",
            width=widths[place],
            no_wrap=True,
            overflow="ellipsis",
        )
    for number, row in enumerate(cells[1:], start=2):
        is_last = number == len(cells) and last_in_bold
        table.add_row(*(row[place] for place in kept), style="bold" if is_last else None)
    return table


def indented(head: str) -> str:
    """Set two blanks before each line of a head: columns of numbers do not touch."""
    return "\n".join(f"  {line}" for line in head.split("\n"))


def list_of(notes: Sequence[str]) -> Table:
    """Set notes as a list with hanging indents."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for note in notes:
        table.add_row("-", Text(wrapped(note, WIDTH - 2)))
    return table


def amounts(usd_mn: Iterable[float], **how: Unpack[Written]) -> list[str]:
    """Write a column of amounts for a terminal, all to one place, as `numbers.column` does.

    Parameters
    ----------
    usd_mn : iterable of float
        US$ million.
    **how
        As in `numbers.Written`; nothing is written where there is no amount, unless it is said.
    """
    how.setdefault("missing", "")
    return [one.replace(MINUS, "-") for one in column(usd_mn, **how)]


class Cells(NamedTuple):
    """A column of a plain table: its head, which may have several lines, and what is below it."""

    head: str
    cells: Sequence[str]
    #: Words begin at the left, numbers end at the right.
    words: bool = False


def plain_table(columns: Sequence[Cells]) -> str:
    """Lay columns beside each other as plain text; each has the room it needs, nothing is cut.

    Parameters
    ----------
    columns : sequence of Cells
        Of the same length.
    """
    heads = [column.head.split("\n") for column in columns]
    deep = max(map(len, heads))
    filled = [
        [*[""] * (deep - len(head)), *head, *column.cells]
        for head, column in zip(heads, columns, strict=True)
    ]
    padded = []
    for one, cells in zip(columns, filled, strict=True):
        width = max(map(cell_len, cells))
        room = (" " * (width - cell_len(cell)) for cell in cells)
        padded.append(
            [c + blank if one.words else blank + c for c, blank in zip(cells, room, strict=True)]
        )
    return "\n".join("  ".join(row).rstrip() for row in zip(*padded, strict=True))


#: What a text is broken between: words, and signs of a script without blanks, with the brackets
#: and stops that may not stand at the end or the beginning of a line.
_UNITS = re.compile(
    r"\s+|[「（『［]*(?:[^\s\u3000-\u9fff\uff00-\uffef]+|[\u3000-\u9fff\uff00-\uffef])"
    r"[、。，．：；）」』］％！？ー々]*"
)


def wrapped(text: str, width: int = WIDTH) -> str:
    """Break a text into lines of so many columns, whichever script it is in."""
    lines, line, length = [], "", 0
    for unit in _UNITS.findall(text):
        size = cell_len(unit)
        if line and length + size > width and not unit.isspace():
            lines.append(line.rstrip())
            line, length = "", 0
        if line or not unit.isspace():
            line, length = line + unit, length + size
    return "\n".join([*lines, line.rstrip()])
