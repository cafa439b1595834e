"""One English: phrases that docs/reference/glossary.md rules out appear nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"


def _ruled_out() -> list[str]:
    table = GLOSSARY.read_text(encoding="utf-8").rsplit("| not | but |", 1)[1]
    cells = [row.split("|")[1].strip() for row in table.splitlines()[2:] if row.startswith("|")]
    return [phrase.strip() for cell in cells for phrase in cell.split(",")]


def _texts() -> Iterator[Path]:
    yield ROOT / "README.md"
    yield ROOT / "CONTRIBUTING.md"
    yield from (path for path in (ROOT / "docs").rglob("*.md") if path != GLOSSARY)
    yield from (ROOT / "src").rglob("*.py")
    yield from (ROOT / "params" / "scenarios").glob("*.yaml")


@pytest.mark.parametrize("phrase", _ruled_out())
def test_a_phrase_that_is_ruled_out_appears_nowhere(phrase: str) -> None:
    pattern = re.compile(r"\b" + re.sub(r"\s+", r"\\s+", phrase) + r"\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}"
        for path in _texts()
        for text in [path.read_text(encoding="utf-8")]
        for match in pattern.finditer(text)
    ]
    assert not found


def test_the_glossary_rules_something_out() -> None:
    assert len(_ruled_out()) > 4


def test_no_word_is_misspelt() -> None:
    """What is allowed besides codespell's dictionary is listed in pyproject.toml."""
    folders = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "src", "params/scenarios"]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
