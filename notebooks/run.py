"""Run the notebooks of this folder: ``make notebooks``.

The report is stored with its outputs; those for analysts are run to see that they do, and stay as
they are: without output, to be run by the reader.
Times of execution are not stored, so that a run that finds nothing new changes no file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
REPORTS = ("calibration",)
_SECONDS = 300  # for one cell


def executed(file: Path) -> nbformat.NotebookNode:
    """Return a notebook after a whole run in this folder.

    Raises
    ------
    CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(
        notebook,
        timeout=_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}  # not the version it ran under
    return notebook


def main(arguments: list[str]) -> int:
    """Run the notebooks named, or all; returns the exit code."""
    for file in map(Path, arguments or sorted(map(str, FOLDER.glob("*.ipynb")))):
        notebook = executed(file)
        if file.stem in REPORTS:
            nbformat.write(notebook, file)
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
