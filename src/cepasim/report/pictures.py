"""Pictures of charts, as SVG and PNG: made without a browser, and the same chart the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import escape

import altair as alt
import vl_convert

from cepasim.report import look
from cepasim.report.charts import HATCHED

# Where the machine has no Japanese letters, pictures are drawn with those of the package.
vl_convert.register_font_directory(str(look.FONTS))

#: Pixels of a picture for one of the chart: sharp on paper, too.
_SCALE = 3


def svg(chart: alt.TopLevelMixin, *, name: str = "chart", alt_text: str = "") -> str:
    """Return a chart as SVG, a file of its own as well as a part of a page.

    Parameters
    ----------
    chart : altair chart
    name : str
        Unlike that of any other chart of the page: what the picture refers to is named after it.
    alt_text : str
        What it shows, for those who hear the page.
    """
    written = io.StringIO()
    chart.save(written, format="svg")
    return _settled(written.getvalue(), name, alt_text)


def png(chart: alt.TopLevelMixin) -> bytes:
    """Return a chart as PNG, sharp enough for paper."""
    drawn = _JAPANESE.sub(rf'font-family="{_FACES}"\1', svg(chart))
    return bytes(vl_convert.svg_to_png(drawn, scale=_SCALE))


def _settled(drawn: str, name: str, alt_text: str) -> str:
    """Make a drawing the same in every run: no counter of the library, no last bits of numbers."""
    clips = {found: f"{name}-clip{n}" for n, found in enumerate(_in_order(drawn))}
    drawn = re.sub(r"\bclip\d+\b", lambda found: clips[found[0]], drawn)
    drawn = _ATTRIBUTE.sub(lambda found: _LONG.sub(_shortened, found[0]), drawn)
    drawn = drawn.replace(f'="{HATCHED}"', f'="url(#{name}-hatch)"')
    if f"#{name}-hatch" in drawn:
        drawn = drawn.replace("</svg>", f"<defs>{_HATCH.format(name=name)}</defs></svg>")
    said = f'role="img" aria-label="{escape(alt_text)}"'
    return drawn.replace('version="1.1" class="marks"', said, 1)


# A picture takes a text as a whole from one face. Where that lacks a character it takes any that
# has it, of any weight: texts in Japanese name their faces first.
_JAPANESE = re.compile(r'font-family="[^"]*"([^<>]*>[^<]*[\u3000-\u9fff\uff00-\uffef])')
_FACES = ", ".join((*look.JAPANESE, look.SHIPPED))
_ATTRIBUTE = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_HATCH = (
    '<pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><rect width="4" height="6" fill="{look.LOSS}"/>'
    f'<rect x="4" width="2" height="6" fill="{look.LOSS_LIGHT}"/></pattern>'
)


def _in_order(drawn: str) -> Iterator[str]:
    return iter(dict.fromkeys(re.findall(r"\bclip\d+\b", drawn)))


def _shortened(found: re.Match[str]) -> str:
    return f"{round(float(found[0]), 2) + 0.0:g}"
