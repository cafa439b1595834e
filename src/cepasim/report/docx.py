"""Blocks as a Word document. Bars leave their drawing behind, not their numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cepasim.core.language import SOURCE, current_language, tr
from cepasim.core.workbook import without_clock
from cepasim.report import blocks
from cepasim.report.blocks import Block, Document, Span, Words

#: Fiscal years as they are written in English, in both their parts.
_FISCAL_YEAR = re.compile(r"(?<![\w-])(\d{4})-(\d{2})(?![\w-])")

if TYPE_CHECKING:
    from docx.document import Document as WordFile
    from docx.text.paragraph import Paragraph as WordParagraph

_STYLE_OF_TABLES = "Light List Accent 1"
#: Width of the text on A4 between margins of 15 mm.
_TEXT_MM = 180
_MARGIN_MM = 15
#: How far a row stands in that is a part of the one above.
_PART_MM = 4
#: Faces that Word has for languages whose letters its usual one lacks.
_FACES = {"ja": "Yu Gothic"}


def write(document: Document, path: Path) -> None:
    """Write a document as DOCX.

    Parameters
    ----------
    document : Document
    path : Path
        Written over if it is there; the same document gives the same text.
    """
    import docx
    from docx.shared import Mm, Pt

    file = docx.Document()
    [section] = file.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(_MARGIN_MM))
    normal: Any = file.styles["Normal"]
    normal.font.size = Pt(9)
    normal.paragraph_format.space_after = Pt(2)
    _speak(file)
    _add_blocks(file, document.blocks)
    properties = file.core_properties
    properties.title, properties.author = document.title, "cepasim"
    # No date of ours: the same document gives the same file.
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    with io.BytesIO() as written, path.open("wb") as destination:
        file.save(written)
        without_clock(written, destination)


def _speak(file: WordFile) -> None:
    """Say the language of the text, and the face of its letters where the usual one has none."""
    from docx.oxml.ns import qn

    tag = current_language()
    for style in file.styles:
        properties = style.element.find(qn("w:rPr"))
        if tag not in _FACES or properties is None:
            continue
        for fonts in properties.findall(qn("w:rFonts")):
            for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            for letters in ("ascii", "hAnsi", "eastAsia"):
                fonts.set(qn(f"w:{letters}"), _FACES[tag])
    [defaults] = file.styles.element.findall(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    [spoken] = defaults.findall(qn("w:lang"))
    if tag != SOURCE:
        from babel.core import get_global

        _, script, land = get_global("likely_subtags")[tag].split("_")
        # Word tells apart Latin, East Asian and joined letters, such as those of Devanagari.
        for letters in ("val",) if script == "Latn" else ("eastAsia", "bidi"):
            spoken.set(qn(f"w:{letters}"), f"{tag}-{land}")
    if tag in _FACES:
        for fonts in defaults.findall(qn("w:rFonts")):
            for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            for letters in ("ascii", "hAnsi", "eastAsia"):
                fonts.set(qn(f"w:{letters}"), _FACES[tag])


def _add_blocks(file: WordFile, parts: Iterable[Block]) -> None:
    for part in parts:
        match part:
            case blocks.Heading():
                file.add_heading(part.text, level=part.level)
            case blocks.Paragraph():
                _fill(file.add_paragraph(), part.text, small=part.tone == "small")
            case blocks.Bullets():
                for item in part.items:
                    paragraph = file.add_paragraph(style="List Bullet")
                    _fill(paragraph, item, small=part.tone == "small")
            case blocks.Table():
                _add_table(file, part)
            case blocks.Bars():
                _add_table(file, _without_drawing(part))
            case blocks.Cards():
                _add_table(file, _as_table(part))
            case blocks.Chart():
                _add_picture(file, part)
            case blocks.SideBySide():
                for column in part.columns:
                    _add_blocks(file, column)
            case blocks.PageBreak():
                _break_page(file)
            case blocks.Contents():
                pass  # Word makes its own


def _fill(paragraph: WordParagraph, words: Words, *, small: bool = False) -> None:
    from docx.shared import Pt

    for span in (Span(words),) if isinstance(words, str) else words:
        run = paragraph.add_run()
        _add_text(run, span.text)
        run.bold = True if span.kind == "strong" else None
        if span.kind == "code":
            run.font.name = "Consolas"
        if small:
            run.font.size = Pt(8)


def _add_text(run: Any, text: str) -> None:
    """Add a text with Word's own hyphen in a fiscal year, which ends no line and is read as one."""
    from docx.oxml import OxmlElement

    first, *others = _FISCAL_YEAR.split(text)
    run.add_text(first)
    for before, after, then in zip(others[::3], others[1::3], others[2::3], strict=True):
        run.add_text(before)
        run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(after + then)


def _add_table(file: WordFile, part: blocks.Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    if part.caption:
        caption = file.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        _fill(caption, (Span(part.caption, "strong"),))
    if not part.rows:
        file.add_paragraph(tr("No change."))
        return
    table = file.add_table(rows=0, cols=len(part.head), style=_STYLE_OF_TABLES)
    below = 1 if any(part.head) else 0
    for number, row in enumerate((part.head, *part.rows) if below else part.rows, -below):
        cells = table.add_row().cells
        if number in part.parts:
            cells[0].paragraphs[0].paragraph_format.left_indent = Mm(_PART_MM)
        for cell, text, numeric in zip(cells, row, part.columns, strict=True):
            [paragraph] = cell.paragraphs
            _fill(paragraph, text)
            if numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if part.note:
        _fill(file.add_paragraph(), part.note, small=True)


def _without_drawing(part: blocks.Bars) -> blocks.Table:
    rows = tuple((bar.label, bar.text) for bar in part.bars)
    return blocks.Table(
        tr("{heading}: {what}", heading=part.heading, what=part.sub),
        ("", ""),
        rows,
        note=part.note,
    )


def _as_table(part: blocks.Cards) -> blocks.Table:
    rows: Sequence[tuple[str, ...]] = [
        (card.title, card.main, card.sub, card.note, card.level) for card in part.cards
    ]
    kept = [place for place in range(5) if any(row[place] for row in rows)]
    cells = tuple(tuple(row[place] for place in kept) for row in rows)
    return blocks.Table("", ("",) * len(kept), cells)


def _add_picture(file: WordFile, part: blocks.Chart) -> None:
    from docx.shared import Mm

    from cepasim.report import pictures

    picture = io.BytesIO(pictures.png(part.picture))
    shape = file.add_picture(picture, width=Mm(_TEXT_MM))
    about = shape._inline.docPr  # python-docx names no other way to the words for a picture
    about.set("descr", part.in_words)
    about.set("name", part.name)


def _break_page(file: WordFile) -> None:
    from docx.enum.text import WD_BREAK

    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
