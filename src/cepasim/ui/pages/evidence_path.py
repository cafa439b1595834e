"""What happened and what the first model said, drawn from the table of the evidence's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import altair as alt

from cepasim.core.language import mark, tr
from cepasim.report import line_charts, look

#: Heads of the table: what happened in a flow, what the model said, and its band.
_FLOWS = {
    "exports": mark("Exports to Japan, {unit}, shaded: years the fit did not see"),
    "imports": mark("Imports from Japan, {unit}, shaded: years the fit did not see"),
}
_JUDGED = re.compile(r"judged on (\d{4}-\d{2})")
_SECTION, _HEAD = "\n## ", "| fiscal year | exports, actual"


def after_verdict(text: str) -> tuple[str, str]:
    r"""Divide the page behind its first section, where the charts stand.

    Examples
    --------
    >>> after_verdict("# Evidence\n\n## Verdict\n\nGood.\n\n## Scores\n")
    ('# Evidence\n\n## Verdict\n\nGood.\n', '\n## Scores\n')
    """
    place = text.find(_SECTION, text.find(_SECTION) + 1)
    return (text, "") if place < 0 else (text[:place], text[place:])


def charts(text: str) -> Iterator[alt.LayerChart]:
    """Draw exports and imports by year; nothing where the page has no such table.

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
    for flow, title in _FLOWS.items():
        bands = [re.findall(r"-?[\d.]+", row[f"{flow}, 90 % band"]) for row in rows]
        yield line_charts.lines(
            tr(title, unit=tr("US$ bn")),
            years,
            (
                line_charts.Line(
                    tr("what happened"), look.INK, [float(row[f"{flow}, actual"]) for row in rows]
                ),
                line_charts.Line(
                    tr("first model, with its 90 % band"),
                    look.SCENARIO,
                    [float(row[f"{flow}, model"]) for row in rows],
                    (6, 3),
                    [float(low) for low, _ in bands],
                    [float(high) for _, high in bands],
                ),
            ),
            shaded_from=first,
        )


def _rows(text: str) -> list[dict[str, str]]:
    """Rows of the table that has the path."""
    lines = text.splitlines()
    heads = [
        n for n, line in enumerate(lines) if line.startswith("| fiscal year | exports, actual")
    ]
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
