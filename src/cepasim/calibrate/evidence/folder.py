"""The evidence as a folder of files: page, charts, every table, short text, manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.page import document, markdown
from cepasim.calibrate.evidence.terminal import text
from cepasim.core import files as output
from cepasim.core.manifest import manifest
from cepasim.report import html, pictures


def _files(result: Calibration) -> Iterator[tuple[str, str]]:
    page = document(result)
    yield "report.html", html.page(page)
    yield "report.md", markdown(result)
    yield "report.txt", text(result)
    for chart in page.charts():
        drawn = pictures.svg(chart.picture, name=chart.name, alt_text=chart.in_words)
        yield f"figure_{chart.name}.svg", drawn + "\n"


def write_folder(result: Calibration, directory: Path) -> list[str]:
    """Write the report: page, charts, short text, every table as CSV, manifest; whole or not.

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
