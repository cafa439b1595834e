"""Who may import whom: the contracts of ``[tool.importlinter]``, and no circle anywhere."""

from __future__ import annotations

from pathlib import Path

import grimp
import numpy as np
import pytest
from importlinter.cli import lint_imports
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[2]
#: A face hands on names and defines little else.
MOST_FILES_AT_THE_ROOT = 4


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import of the package, those for type checkers among them."""
    return grimp.build_graph("cepasim", cache_dir=None)


def test_every_contract_is_kept() -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert broken == 0, "run `lint-imports` to see the chains of imports"


def test_no_modules_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    modules = sorted(graph.modules)
    place = {module: index for index, module in enumerate(modules)}
    arrows = [
        (place[module], place[other])
        for module in modules
        for other in graph.find_modules_directly_imported_by(module)
    ]
    tails, heads = np.array(arrows).T
    matrix = csr_array((np.ones(len(arrows)), (tails, heads)), shape=(len(modules),) * 2)
    count, label = connected_components(matrix, directed=True, connection="strong")
    circles = [
        [modules[i] for i in np.flatnonzero(label == group)]
        for group in range(count)
        if (label == group).sum() > 1
    ]
    assert circles == []


def test_few_files_stand_at_the_root() -> None:
    files = sorted(path.name for path in (ROOT / "src" / "cepasim").glob("*.py"))
    assert len(files) <= MOST_FILES_AT_THE_ROOT, files
