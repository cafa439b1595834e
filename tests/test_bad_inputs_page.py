"""The page that counts bad inputs is the one its writer gives."""

from __future__ import annotations

from pathlib import Path

from docs.writers import bad_inputs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "bad_inputs.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == bad_inputs.bad_inputs_page()


def test_cases_are_counted_by_kind_and_a_missing_file_is_left_out(tmp_path: Path) -> None:
    cases = '[("a|b", "refused", "eta"), ("c", "refused", "x"), ("d", "harmless", "")]'
    (tmp_path / "ui_cases.py").write_text(f"CASES = {cases}\n", encoding="utf-8")
    page = bad_inputs.bad_inputs_page(tmp_path)
    assert "| links and parameters of the page | 3 | 2 | 0 | 1 |" in page
    assert "| all | 3 | 2 | 0 | 1 |" in page
    assert "command lines" not in page and "a\\|b" in page
