"""What happened and what the first model said, drawn from the table of the evidence's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import altair as alt

from cepasim.core.currency import large_dollars
from cepasim.core.language import mark, tr
from cepasim.report import line_charts, look

#: Heads of the table: what happened in a flow, what the model said, and its band.
_FLOWS = {
    "exports": mark("Exports to Japan, {unit}, shaded: years the fit did not see"),
    "imports": mark("Imports from Japan, {unit}, shaded: years the fit did not see"),
}
_JUDGED = re.compile(r"judged on (\d{4}-\d{2})")
_HEAD = "| fiscal year | exports, actual"
#: A list of points, to its end.
_LIST = re.compile(r"(?:^- .*\n)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parts:
    """The page of the evidence as the screen lays it out.

    Attributes
    ----------
    verdict : str
        What is read first: half a page.
    more : str
        What the verdict rests on, question by question.
    rest : tuple of (str, str)
        Heading and text of every further section.
    """

    verdict: str
    more: str
    rest: tuple[tuple[str, str], ...]


def parts(text: str) -> Parts:
    r"""Divide the page behind the verdict in a few words, where the charts stand, and by section.

    Examples
    --------
    >>> found = parts("# Evidence\n\n## Verdict\n\n- Good.\n\nAs follows.\n\n## Scores\n\nMany.\n")
    >>> found.verdict
    '# Evidence\n\n## Verdict\n\n- Good.\n'
    >>> found.rest
    (('Scores', 'Many.'),)
    """
    first, *others = re.split(r"^## ", text, flags=re.MULTILINE)[1:] or [text]
    begin = text.index(first)
    listed = _LIST.search(first)
    short = len(first) if listed is None else listed.end()
    sections = (one.partition("\n") for one in others)
    return Parts(
        text[: begin + short],
        first[short:],
        tuple((heading.strip(), body.strip()) for heading, _, body in sections),
    )


def charts(text: str) -> Iterator[tuple[str, alt.LayerChart]]:
    """Draw exports and imports by year, each with its title; nothing without such a table.

    A title of the chart's own would be cut where the screen is narrow.

    Parameters
    ----------
    text : str
        Of ``docs/evidence.md``.
    """
    rows = _rows(text)
    if not rows:
        return
    years = [row["fiscal year"] for row in rows]
    judged = _JUDGED.search(text)
    first = years.index(judged[1]) if judged and judged[1] in years else None
    unit, per_bn = large_dollars()
    for flow, what in _FLOWS.items():
        title = tr(what, unit=unit.head)
        bands = [_numbers(row[f"{flow}, 90 % band"], per_bn) for row in rows]
        happened, said = (
            [number for row in rows for number in _numbers(row[f"{flow}, {whose}"], per_bn)]
            for whose in ("actual", "model")
        )
        chart = line_charts.lines(
            "",
            years,
            (
                line_charts.Line(tr("what happened"), look.INK, happened),
                line_charts.Line(
                    tr("first model, with its 90 % band"),
                    look.SCENARIO,
                    said,
                    (6, 3),
                    [low for low, _ in bands],
                    [high for _, high in bands],
                ),
            ),
            shaded_from=first,
        )
        yield title, chart


def _numbers(cell: str, per_bn: float) -> list[float]:
    """Numbers of a cell in US$ bn, in the unit of which so many make a billion."""
    return [per_bn * float(number) for number in re.findall(r"-?[\d.]+", cell)]


def _rows(text: str) -> list[dict[str, str]]:
    """Rows of the table that has the path."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if line.startswith(_HEAD)]
    if not heads:
        return []
    names, rows = _cells(lines[heads[0]]), []
    for line in lines[heads[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(names, _cells(line), strict=True)))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
