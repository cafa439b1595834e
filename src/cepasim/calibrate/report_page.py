"""The calibration report as a page with figures, and as a folder of files.

The page holds its figures and its style: it opens without a network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cepasim.calibrate import report_figures, svg
from cepasim.calibrate.report import TITLE, Calibration, markdown, sections_of_page, text
from cepasim.core import files as output
from cepasim.core.manifest import manifest

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1B1F24;max-width:1180px;margin:1.5em auto;
padding:0 1.2em}
h1{font-size:1.6em;margin:.2em 0}
h2{font-size:1.2em;margin:2em 0 .5em;border-top:1px solid #D0D7DE;padding-top:.8em}
p,ul{max-width:62em}
nav{columns:3;font-size:.9em;margin:1em 0} nav a{display:block}
a{color:#0B5CAD}
.figures{display:flex;align-items:flex-start;flex-wrap:wrap;gap:1.2em 2em;margin:.8em 0}
.figures svg{max-width:100%;height:auto}
.wide{overflow-x:auto;margin:.8em 0}
table{border-collapse:collapse;font-size:13px}
td,th{border-bottom:1px solid #D0D7DE;padding:2px 8px;text-align:left;vertical-align:top}
th{font-weight:600;vertical-align:bottom}
.n{text-align:right;font-variant-numeric:tabular-nums}
td.n,td.s{white-space:nowrap}
tbody tr:hover{background:#F4F6F8}
strong{color:#A63C00} p strong{color:inherit}
code{font-size:.92em;background:#F4F6F8;padding:0 .2em}
@media (max-width:700px){nav{columns:1}}
@media print{nav{display:none}}
"""
_NUMBER = re.compile(r"(x )?[+-]?[\d,]*\.?\d+( %)?( to [+-]?[\d,]*\.?\d+( %)?)?|n/a|")

#: Words up to this length stay on one line.
_SHORT = 22


def figures_of(result: Calibration) -> dict[str, dict[str, str]]:
    """Every figure, by the title of its section, then by name."""
    return report_figures.figures(
        result.backcast,
        result.decomposition,
        result.panel,
        result.chapter_names,
        result.smallest_section,
    )


def page_html(result: Calibration) -> str:
    """The page of `markdown` as HTML, with figures."""
    pictures = figures_of(result)
    sections = list(sections_of_page(result))
    body = [
        f"<h1>{escape(TITLE)}</h1>",
        "<p>Written by <code>cepasim calibrate --out</code>; the tables lie beside this page as "
        "CSV, the figures as SVG. Shaded years judge the model and were not looked at by the "
        "fit.</p>",
        "<nav>",
        *(f'<a href="#{_anchor(title)}">{escape(title)}</a>' for title, _ in sections),
        "</nav>",
    ]
    for title, pieces in sections:
        body.append(f'<h2 id="{_anchor(title)}">{escape(title)}</h2>')
        if title in pictures:
            body.append(f'<div class="figures">{"".join(pictures[title].values())}</div>')
        for piece in pieces:
            body.append(_words(piece) if isinstance(piece, str) else table_html(piece))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>cepasim: evidence</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _words(paragraph: str) -> str:
    """A paragraph, or a list whose lines begin with a dash."""
    lines = paragraph.split("\n")
    if all(line.startswith("- ") for line in lines):
        return f"<ul>{''.join(f'<li>{inline(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{inline(paragraph)}</p>"


def inline(words: str) -> str:
    """Markdown inside a line as HTML: code, bold, links as words (their files are elsewhere)."""
    out = escape(words, quote=False)
    out = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", out)
    out = re.sub(r"`([^`]+)`", r"<code>\1</code>", out)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", out)


def table_html(frame: pd.DataFrame) -> str:
    """A table whose columns of figures stand to the right."""
    cells = frame.map(str)
    right = [bool(cells.iloc[:, n].map(_is_figure).all()) for n in range(len(cells.columns))]
    head = "".join(_cell("th", str(c), r) for c, r in zip(cells.columns, right, strict=True))
    rows = "".join(
        f"<tr>{''.join(_cell('td', c, r) for c, r in zip(row, right, strict=True))}</tr>"
        for row in cells.itertuples(index=False)
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _is_figure(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _cell(tag: str, words: str, right: bool) -> str:
    kind = " class=n" if right else " class=s" if len(words) <= _SHORT else ""
    return f"<{tag}{kind}>{inline(words)}</{tag}>"


def _files(result: Calibration) -> Iterator[tuple[str, str]]:
    yield "report.html", page_html(result)
    yield "report.md", markdown(result)
    yield "report.txt", text(result)
    for pictures in figures_of(result).values():
        for name, picture in pictures.items():
            yield f"figure_{name}.svg", svg.standalone(picture) + "\n"


def write_folder(result: Calibration, directory: Path) -> list[str]:
    """Write the report: page, figures, short text, every table as CSV, manifest; whole or not.

    Returns
    -------
    list of str
        Names of the files.
    """
    described: dict[str, Any] = manifest(
        engine="armington",
        scenario_text="",
        parameter_digest=result.parameter_digest,
        options={"command": "calibrate"},
    )
    with output.replace_folder(directory) as folder:
        for name, content in _files(result):
            output.write_text(content, folder / name)
        for name, frame in result.tables().items():
            output.write_csv(frame, folder / f"{name}.csv")
        output.write_manifest(described, folder, {})
        names = sorted(path.name for path in folder.iterdir())
    return names
