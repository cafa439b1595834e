"""The notebooks run from top to bottom; the analyst's are stored without output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
#: One is a report to read, with its figures: `make notebooks` stores them.
REPORTS = ("calibration",)


def test_there_are_notebooks() -> None:
    names = [file.stem for file in NOTEBOOKS]
    assert names == [
        "01_first_scenario",
        "02_batch_and_uncertainty",
        "03_negotiation",
        "04_own_figures",
        "calibration",
    ]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One for all: each notebook would import the same for seconds."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path_factory.mktemp("notebooks")))
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.mark.slow(seconds=6)
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_from_top_to_bottom(file: Path, kernel: Any) -> None:
    notebook = nbformat.read(file, as_version=4)
    # It begins with no name that another notebook has set.
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    nbclient.NotebookClient(notebook, km=kernel, timeout=120).execute()
    shown = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert len(shown) >= 5, "cells were to show something"


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_output_is_stored_in_reports_alone(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if file.stem in REPORTS:
        assert sum(bool(cell.outputs) for cell in code) >= 5
        return
    for cell in code:
        assert cell.outputs == [] and cell.execution_count is None
