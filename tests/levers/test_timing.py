"""Phase-in: how a measure comes into force over the years."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim.levers.timing import phase_in

YEARS = np.arange(2023, 2036)


@pytest.mark.parametrize(
    ("start", "steps", "year", "share"),
    [
        (2026, 1, 2025, 0.0),
        (2026, 1, 2026, 1.0),
        (2026, 5, 2026, 0.2),
        (2026, 5, 2029, 0.8),
        (2026, 5, 2030, 1.0),
        (2026, 5, 2035, 1.0),
    ],
)
def test_phase_in_takes_equal_annual_steps(start: int, steps: int, year: int, share: float) -> None:
    assert phase_in(YEARS, start, steps)[year - 2023] == pytest.approx(share)
