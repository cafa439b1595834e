"""Blocks as HTML: a whole page that needs nothing else, or a fragment for a page of others."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from cepasim.core.language import current_language, tr
from cepasim.core.numbers import is_nearly_none
from cepasim.report import blocks, look
from cepasim.report.blocks import Bar, Bars, Block, Document, Words

_KINDS = {
    blocks.Heading: "heading",
    blocks.Paragraph: "paragraph",
    blocks.Bullets: "bullets",
    blocks.Table: "table",
    blocks.Bars: "bars",
    blocks.Cards: "cards",
    blocks.Chart: "chart",
    blocks.SideBySide: "side_by_side",
    blocks.Contents: "contents",
    blocks.PageBreak: "page_break",
}

#: A space after a sign of money, and one before a sign or unit.
_BEFORE = re.compile(r"(?<=[$₹¥]) (?=[\d−])")
#: A fiscal year, and a range: neither is broken at the end of a line.
_NUMBER = r"[+−~]?\d+(?:[,.]\d+)*"
_WHOLE = re.compile(
    rf"(?<![\w-])(?:\d{{4}}-\d{{2}}(?![\w-])|{_NUMBER}[万億]?(?: to |–|～){_NUMBER})"
)
_AFTER = re.compile(r"(?<=\d) (?=(?:%|mn|bn)(?!\w))")


def page(document: Document) -> str:
    """Return a document as a page of HTML that opens without a network.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
        Styles and charts included; the same document gives the same text.
    """
    return _template("page.html").render(
        document=document,
        language=current_language(),
        styles=(style("blocks"), style(document.style)),
    )


def fragment(*parts: Block) -> str:
    """Return blocks as HTML without a page around them; `style` holds how they look."""
    return _template("fragment.html").render(blocks=parts, document=Document("", parts)).strip()


@cache
def style(name: str) -> Markup:
    """Return a style sheet: ``blocks`` for the blocks themselves, ``note`` and ``page`` for pages.

    Colours are those of `report.look`, which the sheet names as ``var(--ink)`` and so on.
    """
    sheet = files("cepasim.report") / "templates" / f"{name}.css"
    return Markup(look.as_css() + sheet.read_text("utf-8"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cepasim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_on_one_line,
    )
    environment.filters |= {
        "words": _words,
        "attribute": escape,  # has no room for tags
        "kind": lambda block: _KINDS[type(block)],
    }
    environment.globals |= {"bar_rows": _bar_rows, "picture": _picture, "no_change": _no_change}
    return environment


def _on_one_line(written: object) -> object:
    is_text = isinstance(written, str) and not isinstance(written, Markup)
    return unbroken(str(written)) if is_text else written


def together(written: str) -> str:
    """Keep a number and its sign or unit together: no line begins with a sign of per cent."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", written))


def unbroken(written: str) -> Markup:
    """Return a text as HTML in which no year, range or unit is torn at the end of a line.

    A style keeps years and ranges whole and not another hyphen: who searches or copies them finds
    what was written.
    """
    return Markup(
        _WHOLE.sub(r'<span class="cs-whole">\g<0></span>', str(escape(together(written))))
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)


def _words(words: Words) -> str | Markup:
    if isinstance(words, str):
        return unbroken(words)
    tags = {"plain": "{}", "strong": "<strong>{}</strong>", "code": "<code>{}</code>"}
    return Markup("").join(Markup(tags[span.kind]).format(unbroken(span.text)) for span in words)


def _no_change() -> str:
    return tr("No change.")


def _picture(chart: blocks.Chart) -> Markup:
    from cepasim.report import pictures  # heavy, and most pages have none

    return Markup(pictures.svg(chart.picture, name=chart.name, alt_text=chart.in_words))


def _bar_rows(table: Bars) -> list[tuple[Bar, str, float, float, float]]:
    """Rows of a bar table: the bar, gain or loss, where it begins, its length, and the axis, %."""
    sizes = [0.0, *(bar.size for bar in table.bars)]
    # The axis stands where both sides get room in proportion to what they must hold.
    low, high = table.span or (min(sizes), max(sizes))
    span = (high - low) or 1.0
    axis = 100 * -low / span
    rows = []
    for bar in table.bars:
        below = bar.size < 0
        length = min(100 * abs(bar.size) / span, axis if below else 100 - axis)
        start = axis - length if below else axis
        if is_nearly_none(bar.text):
            length = 0.0  # small but not zero: a bar would say more than the number
        rows.append((bar, "loss" if below else "gain", start, length, axis))
    return rows
