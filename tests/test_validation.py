"""Numbers that others published are reproduced, and the page that says so is current."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "validation"
PAGE = ROOT / "docs" / "validation.md"


@pytest.fixture(scope="module")
def validation() -> Iterator[ModuleType]:
    """Import the folder as a package: it is no part of the installed project."""
    sys.path.insert(0, str(ROOT))
    yield importlib.import_module("validation.__main__")
    sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def found(validation: ModuleType) -> tuple:
    return validation.references()


def test_every_number_is_reproduced(found: tuple) -> None:
    missed = [(r.title, c) for r in found for c in r.checks if not c.same]
    assert missed == []
    assert all(check.reason for reference in found for check in reference.checks)


def test_no_tolerance_is_looser_than_the_digits_shown(found: tuple) -> None:
    for reference in found:
        for check in reference.checks:
            assert check.tolerance <= 10.0**-check.digits * (1 + 1e-9), (reference.title, check)


def test_the_committed_page_is_current(validation: ModuleType, found: tuple) -> None:
    assert PAGE.read_text(encoding="utf-8") == validation.page(found), "run: make validate"


def test_every_module_of_the_folder_is_run(validation: ModuleType) -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "__main__", "check"}
    assert files == {module.__name__.removeprefix("validation.") for module in validation.MODULES}


def test_a_number_that_is_missed_fails_the_command(
    validation: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    check = importlib.import_module("validation.check")
    wrong = check.Reference("t", "s", "w", (check.Check("figure", 1.0, 1.1, 0.05, "r"),))
    monkeypatch.setattr(validation, "references", lambda: (wrong,))
    target = tmp_path / "page.md"
    assert validation.main([str(target)]) == 1
    assert "**no**" in target.read_text(encoding="utf-8")
    assert validation.main(["one", "two"]) == 2


@pytest.mark.slow(seconds=1)
def test_gegravity_live_gives_what_was_recorded(validation: ModuleType) -> None:
    case = importlib.import_module("validation.gegravity_one_sector")
    live = case.run_live()
    assert all(check.same for check in case.compare(live))
    assert live.price == pytest.approx(case.RECORDED.price, abs=case.TOLERANCE)
