"""What a document says, piece by piece, before anybody decides how it looks.

A page, a note and a Word file are the same blocks: `report.html` and `report.docx` render them.
Blocks hold words that are ready to be read (`report.numbers` wrote the amounts) and never markup.
A plain text is shown as it is; where words are to stand out, `marked` reads the two marks of
Markdown that our own sentences use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import altair as alt

#: How much a text is to be noticed.
Tone = Literal["body", "small"]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one kind within a text."""

    text: str
    kind: Literal["plain", "strong", "code"] = "plain"


#: What is read as one text: plain, or in spans where some of its words stand out.
Words = str | tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the document's own."""

    text: str
    level: int = 2

    @property
    def anchor(self) -> str:
        """What a link to the heading says: its words in lower case, joined by dashes."""
        return re.sub(r"[^a-z0-9\u3040-\u30ff\u3400-\u9fff]+", "-", self.text.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: Words
    tone: Tone = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    items: tuple[Words, ...]
    tone: Tone = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells that are ready to be read.

    Attributes
    ----------
    caption : str
        What is shown, its unit and year; empty for none.
    head : tuple of str
    rows : tuple of tuple of Words
        As many cells each as `head` has.
    numeric : tuple of bool
        Which columns hold numbers and stand to the right; all but the first unless given.
    row_names : bool
        Whether the first column names the row: read aloud with each of its cells.
    parts : tuple of int
        Rows that are parts of a row above them, and stand in a little.
    note : str
        What is said below it in small; empty for nothing.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    numeric: tuple[bool, ...] = ()
    row_names: bool = True
    parts: tuple[int, ...] = ()
    note: str = ""

    @property
    def columns(self) -> tuple[bool, ...]:
        """Which columns stand to the right, one for each column."""
        return self.numeric or tuple(place > 0 for place in range(len(self.head)))


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of `Bars`: what it is, its size for the length of the bar, and the number in words."""

    label: str
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A table whose rows carry a bar: chart and table at once, readable aloud.

    Attributes
    ----------
    heading, sub : str
        What is shown; unit and year.
    bars : tuple of Bar
        In the order of the rows. The sign is in the text, in the side of the axis and in the
        pattern; colour says it once more.
    span : tuple of float, optional
        Sizes at both ends of the bar, the lower not above zero; those of the rows unless given.
    wide : bool
        Whether the texts need room, such as a sum spelled out.
    note : str
        What is said below it in small; empty for nothing.
    """

    heading: str
    sub: str
    bars: tuple[Bar, ...]
    span: tuple[float, float] | None = None
    wide: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A headline number.

    Attributes
    ----------
    title, main, sub, note, level : str
        What it is, the number, what it is compared with, its range, and in small the level it
        leads to.
    """

    title: str
    main: str
    sub: str
    note: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline numbers side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the words that stand for it where it cannot be seen.

    Attributes
    ----------
    name : str
        Name of its file, without ending.
    in_words : str
        What it shows, for those who hear the page.
    picture : altair chart
        From `report.charts` or `report.line_charts`, which also makes the picture of it.
    """

    name: str
    in_words: str
    picture: alt.LayerChart = field(compare=False)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Blocks in columns of equal width; on paper without room, below each other."""

    columns: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """Links to the headings of a level, where the document can be clicked; else nothing."""

    level: int = 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a page on paper."""


Block = (
    Heading | Paragraph | Bullets | Table | Bars | Cards | Chart | SideBySide | Contents | PageBreak
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes
    ----------
    title : str
        Of the file; the heading on the page is a `Heading`.
    blocks : tuple of Block
    style : {"note", "page"}
        A note is set for A4; a page for a screen.
    """

    title: str
    blocks: tuple[Block, ...]
    style: Literal["note", "page"] = "page"

    def every(self) -> Iterator[Block]:
        """Every block, those in columns included, in the order in which it is read."""
        yield from _every(self.blocks)

    def headings(self, level: int) -> tuple[Heading, ...]:
        """Headings of a level, in order."""
        return tuple(
            block for block in self.every() if isinstance(block, Heading) and block.level == level
        )

    def charts(self) -> tuple[Chart, ...]:
        """Charts, in order."""
        return tuple(block for block in self.every() if isinstance(block, Chart))


def _every(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, SideBySide):
            for column in block.columns:
                yield from _every(column)


def one_scale(*columns: Sequence[Block]) -> tuple[tuple[Block, ...], ...]:
    """Return columns of blocks whose bars can be held against each other across the columns.

    Each on its own scale, what hardly moves would have bars as long as what moves a lot beside it.

    Parameters
    ----------
    *columns : sequence of Block
        Their tables of bars have one unit.
    """
    bars = [
        bar for column in columns for part in column if isinstance(part, Bars) for bar in part.bars
    ]
    sizes = [0.0, *(bar.size for bar in bars)]
    span = (min(sizes), max(sizes))
    return tuple(
        tuple(replace(part, span=span) if isinstance(part, Bars) else part for part in column)
        for column in columns
    )


def plain(words: Words) -> str:
    """Return words without what makes some of them stand out."""
    return words if isinstance(words, str) else "".join(span.text for span in words)


_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\([^)]+\)")


def marked(words: str) -> tuple[Span, ...]:
    """Read the marks of our own sentences: code between backticks, words between two stars.

    A link keeps its words only: its target lies beside the Markdown, not beside the document.
    Never for words of a user, who may mean a star where a star stands.
    """
    spans, place = [], 0
    for found in _MARKS.finditer(words):
        if found.start() > place:
            spans.append(Span(words[place : found.start()]))
        code, strong, link = found.groups()
        if code is not None:
            spans.append(Span(code, "code"))
        else:
            spans.append(Span(strong, "strong") if strong is not None else Span(link))
        place = found.end()
    if place < len(words):
        spans.append(Span(words[place:]))
    return tuple(spans)
