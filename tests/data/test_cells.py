"""Cells: amounts in every way of writing them, codes with lost zeros, periods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cepasim.data.cells import amounts, code, rounding
from cepasim.data.periods import period
from cepasim.data.recognise import LAYOUTS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["1,234.50", "12", ""], [1234.5, 12.0, np.nan]),
        (["12,34,567.89", "3"], [1234567.89, 3.0]),
        (["1.234,5", "12"], [1234.5, 12.0]),
        (["1.234.567,25", "0,5"], [1234567.25, 0.5]),
        (["1 234", "-", "n.a."], [1234.0, np.nan, np.nan]),
        (["'1200", "1.5E3"], [1200.0, 1500.0]),
        (["1200", "3.25", ""], [1200.0, 3.25, np.nan]),
    ],
)
def test_amounts(written: list[str], expected: list[float]) -> None:
    read, wrong = amounts(written)
    assert wrong == []
    np.testing.assert_allclose(read, expected)


def test_what_is_no_amount_is_pointed_at() -> None:
    assert amounts(["1", "x", "-5", "(3)", "inf"])[1] == [1, 2, 3, 4]
    # 1,234.5 has thousands, 12,5 decimals: one column cannot have both.
    assert amounts(["1,234.5", "12,5", "7"])[1] == [0, 1]


def test_codes() -> None:
    written = ["'010121", "0101.21", "10121", "1", "10121.0", "7", "87"]
    read = [code(cell) for cell in written]
    assert read == ["010121", "010121", "010121", "01", "010121", "07", "87"]
    assert code("10121000", 9) == "010121000"
    # Nine digits are a line of Japan's, and no ten of which a zero was lost.
    assert code("640391019") == "640391019"
    assert code("TOTAL") == "TOTAL"


def test_rounding() -> None:
    assert rounding(["1.25", "3"]) == pytest.approx(0.01)
    assert rounding(["1", ""]) == 1.0


@pytest.mark.parametrize(
    ("text", "label", "running"),
    [
        ("2023-2024(Apr-Mar)", "2023-24", ""),
        ("2023-24", "2023-24", ""),
        ("2025-2026(Apr-Aug(P))", "2025-26", "Apr-Aug"),
        ("2023", "2023", ""),
        ("2023.0", "2023", ""),
        ("202304", "2023-M04", ""),
    ],
)
def test_periods(text: str, label: str, running: str) -> None:
    read = period(text)
    assert read is not None
    assert (read.label, read.running) == (label, running)


@pytest.mark.parametrize("text", ["2023-2025", "23-24", "202313", "", "all"])
def test_what_is_no_period(text: str) -> None:
    assert period(text) is None


def test_every_layout_has_a_name_and_columns_of_its_own() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
    assert all(layout.columns for layout in LAYOUTS)


def test_the_page_on_own_figures_has_every_layout() -> None:
    page = (Path(__file__).parents[2] / "docs" / "own_figures.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines()}
    for layout in LAYOUTS:
        assert f" | {layout.columns} | " in rows[layout.name]
