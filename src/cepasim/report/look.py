"""Colours of pages, notes and charts.

They are told apart by people who see no red or no green, and have at least 4.5:1 contrast on
white; nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

INK = "#1B1F24"
MUTED = "#57606A"
PAPER = "#FFFFFF"
PANEL = "#F4F6F8"
LINE = "#D0D7DE"
SCENARIO = "#0B5CAD"
REFERENCE = "#636C76"
ASSUMED = "#8A4F00"
HISTORY = "#1B1F24"
GAIN = "#0B5CAD"
LOSS = "#A63C00"
#: Between the stripes of a loss, which is hatched.
LOSS_LIGHT = "#C9672F"
#: Lines of up to four scenarios, with a dash pattern each.
SERIES = ("#0B5CAD", "#A63C00", "#00695C", "#7B2D8B")
DASHES = ((1, 0), (8, 3), (3, 3), (10, 3, 2, 3))

#: Names under which style sheets know the colours: ``var(--ink)``.
IN_STYLE_SHEETS: Mapping[str, str] = MappingProxyType(
    {
        "ink": INK,
        "muted": MUTED,
        "panel": PANEL,
        "line": LINE,
        "scenario": SCENARIO,
        "gain": GAIN,
        "loss": LOSS,
        "loss-light": LOSS_LIGHT,
    }
)


def as_css() -> str:
    """Return the colours as a rule that style sheets refer to."""
    named = " ".join(f"--{name}:{colour};" for name, colour in IN_STYLE_SHEETS.items())
    return f":root {{{named}}}\n"


STYLE = f"""<style>
.cs-title {{display:flex; gap:.75rem; align-items:baseline; flex-wrap:wrap; margin:0;}}
.cs-title h1 {{font-size:1.3rem; line-height:1.2; padding:0; margin:0;}}
.cs-title p {{color:{MUTED}; font-size:.8rem; line-height:1.3; margin:0; width:100%;}}
.cs-title {{row-gap:.1rem;}}
.cs-cards {{display:grid; grid-template-columns:repeat(4,minmax(0,1fr)); gap:.6rem;
  margin:0 !important; padding:0 !important;}}
.cs-card {{border:1px solid {LINE}; border-radius:6px; padding:.4rem .7rem .45rem;}}
.cs-card dt {{font-size:.8rem; color:{MUTED}; margin:0; font-weight:400;}}
.cs-card dd, .cs-card dt {{margin:0 !important; padding:0 !important; line-height:1.3;}}
.cs-card .cs-main {{font-size:1.42rem; font-weight:600; color:{INK}; line-height:1.25;
  font-variant-numeric:tabular-nums;}}
.cs-card .cs-sub {{font-size:.8rem; color:{INK}; font-variant-numeric:tabular-nums;}}
.cs-card .cs-range {{font-size:.76rem; color:{MUTED};}}
.cs-bars {{width:100%; border-collapse:collapse; font-size:.8rem; color:{INK};
  table-layout:fixed; margin:0;}}
.cs-bars caption {{caption-side:top; text-align:left; font-size:.86rem; font-weight:600;
  color:{INK}; padding:0 0 .2rem; line-height:1.25;}}
.cs-bars caption span {{display:block; font-weight:400; color:{MUTED}; font-size:.76rem;}}
.cs-bars th, .cs-bars td {{border:0; padding:1px 4px 1px 0; font-weight:400; text-align:left;
  height:1.3rem; vertical-align:middle;}}
.cs-bars th {{width:43%; white-space:nowrap; overflow:hidden; text-overflow:ellipsis;}}
.cs-bars td.cs-num {{width:3rem; text-align:right; font-variant-numeric:tabular-nums;
  white-space:nowrap; padding-right:0;}}
.cs-wide-num .cs-bars th {{width:26%;}}
.cs-wide-num .cs-bars td.cs-num {{width:10.5rem;}}
.cs-bar {{position:relative; height:.72rem; background:{PANEL};}}
.cs-bar i {{position:absolute; top:0; bottom:0; display:block;}}
.cs-bar i.gain {{background:{GAIN};}}
.cs-bar i.loss {{background:repeating-linear-gradient(135deg,{LOSS} 0 4px,#C9672F 4px 6px);}}
.cs-bar b {{position:absolute; top:-2px; bottom:-2px; width:1px; background:{MUTED};}}
.cs-note {{font-size:.78rem; color:{MUTED}; margin:0;}}
.cs-grade-d {{border:1px solid {ASSUMED}; color:{ASSUMED}; border-radius:3px; padding:0 .25rem;
  font-size:.72rem; white-space:nowrap;}}
.cs-only-read {{position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%);}}
.cs-table {{border-collapse:collapse; font-size:.8rem; color:{INK}; width:100%;
  margin:.5rem 0 0;}}
.cs-table caption {{text-align:left; font-weight:600; font-size:.86rem; color:{INK};
  padding:0 0 .1rem; caption-side:top;}}
.cs-table th, .cs-table td {{border:0; border-bottom:1px solid {LINE}; padding:.08rem .3rem;
  text-align:right; font-variant-numeric:tabular-nums;}}
.cs-table th {{font-weight:600;}}
.cs-table th[scope=row], .cs-table td:first-child, .cs-table th:first-child {{text-align:left;
  font-weight:400;}}
.cs-table tr.cs-head th {{font-weight:600;}}
@media (max-width: 1000px) {{.cs-cards {{grid-template-columns:repeat(2,minmax(0,1fr));}}}}
</style>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar table: what it is, its size for the length of the bar, and the figure."""

    label: str
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure.

    Attributes
    ----------
    title, main, sub, note : str
        What it is, the figure, what it is compared with, and the range or its stand-in.
    """

    title: str
    main: str
    sub: str
    note: str


def title(text: str, sub: str) -> str:
    """Return a page's heading with a line beside it."""
    return f'<div class="cs-title"><h1>{escape(text)}</h1><p>{escape(sub)}</p></div>'


def cards(items: Sequence[Card]) -> str:
    """Return headline figures as a description list."""
    cells = "".join(
        f'<div class="cs-card"><dt>{escape(card.title)}</dt>'
        f'<dd class="cs-main">{escape(card.main)}</dd>'
        f'<dd class="cs-sub">{escape(card.sub)}</dd>'
        f'<dd class="cs-range">{escape(card.note)}</dd></div>'
        for card in items
    )
    return f'<dl class="cs-cards">{cells}</dl>'


def bar_table(heading: str, sub: str, bars: Sequence[Bar], scale: float | None = None) -> str:
    """Return a table whose rows carry a bar: chart and table at once, readable aloud.

    Parameters
    ----------
    heading, sub : str
        What is shown; unit and year.
    bars : sequence of Bar
        In the order of the rows. The sign is in the text, the side of the axis and the pattern.
    scale : float, optional
        Size that fills the bar; the largest of the rows unless given.
    """
    caption = f"<caption>{escape(heading)}<span>{escape(sub)}</span></caption>"
    if not bars:
        return f'<table class="cs-bars">{caption}<tr><td>No change.</td></tr></table>'
    largest = scale or max(abs(bar.size) for bar in bars) or 1.0
    lows = min((bar.size for bar in bars if bar.size < 0), default=0.0)
    highs = max((bar.size for bar in bars if bar.size > 0), default=0.0)
    # The axis stands where both sides get room in proportion to what they must hold.
    span = (min(largest, -lows) + min(largest, highs)) or 1.0
    axis = 100 * min(largest, -lows) / span
    rows = "".join(_bar_row(bar, axis, span) for bar in bars)
    return f'<table class="cs-bars">{caption}<tbody>{rows}</tbody></table>'


def _bar_row(bar: Bar, axis: float, span: float) -> str:
    length = min(100 * abs(bar.size) / span, axis if bar.size < 0 else 100 - axis)
    left = axis - length if bar.size < 0 else axis
    kind = "loss" if bar.size < 0 else "gain"
    drawn = f'<i class="{kind}" style="left:{left:.1f}%;width:{length:.1f}%"></i>'
    label = escape(bar.label)
    return (
        f'<tr><th scope="row" title="{label}">{label}</th>'
        f'<td><div class="cs-bar">{drawn}<b style="left:{axis:.1f}%"></b></div></td>'
        f'<td class="cs-num">{escape(bar.text)}</td></tr>'
    )


def note(text: str) -> str:
    """Return a small line of text."""
    return f'<p class="cs-note">{escape(text)}</p>'


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table: first column names, the others figures as text."""
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="cs-table"><caption>{escape(caption)}</caption><thead>'
        f'<tr class="cs-head">{header}</tr></thead><tbody>{body}</tbody></table>'
    )
