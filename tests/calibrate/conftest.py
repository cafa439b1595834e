"""The calibration, with the backcast in it, computed once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cepasim.calibrate.evidence.calibration import Calibration, calibration
from cepasim.calibrate.evidence.folder import write_folder
from cepasim.economy.economy import Economy


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for the calibration is slow: whichever of them comes first waits 6 s for it."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "calibrated" in fixtures and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.slow(seconds=0.1))


@pytest.fixture(scope="session")
def calibrated(economy: Economy) -> Calibration:
    return calibration(economy)


@pytest.fixture(scope="session")
def written(calibrated: Calibration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the evidence; drawing its charts takes seconds."""
    folder = tmp_path_factory.mktemp("evidence") / "one"
    write_folder(calibrated, folder)
    return folder
