"""The notebooks run, and what is stored is a small, complete run of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
RENEW = "run: make notebooks"
_LARGEST = 400_000  # bytes of a notebook with its outputs


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell prints. Tables and pictures may differ in a last digit between machines."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_there_are_notebooks() -> None:
    assert "calibration.ipynb" in {file.name for file in NOTEBOOKS}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_stored_outputs_are_those_of_one_whole_run(file: Path) -> None:
    assert file.stat().st_size < _LARGEST
    cells = [c for c in nbformat.read(file, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), RENEW
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs and all(output.output_type != "error" for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert not any(place in str(outputs) for place in ("/home/", "/tmp/", "/root/"))


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_and_prints_what_is_stored(file: Path, run: ModuleType) -> None:
    stored = nbformat.read(file, as_version=4)
    for n, (now, then) in enumerate(zip(run.executed(file).cells, stored.cells, strict=True)):
        if now.cell_type == "code":
            assert printed(now) == printed(then), f"cell {n} of {file.name}; {RENEW}"
            assert len(now.outputs) == len(then.outputs), f"cell {n} of {file.name}; {RENEW}"
