"""The calibration, with the backcast in it, computed once for all tests of this folder."""

from __future__ import annotations

import pytest

from cepasim.calibrate.evidence.calibration import Calibration, calibration
from cepasim.economy.economy import Economy


@pytest.fixture(scope="session")
def calibrated(economy: Economy) -> Calibration:
    return calibration(economy)
