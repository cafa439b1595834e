"""What every test of the page does without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner

from cepasim.ui import asked
from cepasim.ui.pages import scenario


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each ``AppTest`` would read what all installed packages say of themselves, 0.12 s."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda *_: list(found))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_browser_is_waited_for() -> Iterator[None]:
    """Each ``AppTest`` is a new visitor, whose browser would have 0.12 s to draw the figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenario, "_FIRST_PAUSE", 0.0)
        yield


@pytest.fixture(autouse=True)
def _nobody_has_asked_before() -> None:
    """What one test has answered, another asks anew."""
    asked.shared.clear()
