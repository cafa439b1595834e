"""While the program is loaded nothing looks for garbage, and afterwards all is as before."""

from __future__ import annotations

import gc
from contextlib import suppress

import pytest

from cepasim.core.importing import uncollected


def test_the_search_is_off_inside_and_on_again_after_an_error() -> None:
    assert gc.isenabled()
    with suppress(ImportError), uncollected():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()


def test_who_has_switched_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(("frozen", "calls"), [(0, ["freeze", "unfreeze"]), (7, [])])
def test_what_was_made_is_old_and_what_somebody_froze_stays_frozen(
    monkeypatch: pytest.MonkeyPatch, frozen: int, calls: list[str]
) -> None:
    """Frozen and released, objects are among the oldest: not counted as new, still collected."""
    made: list[str] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: frozen)
    monkeypatch.setattr(gc, "freeze", lambda: made.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: made.append("unfreeze"))
    with uncollected():
        assert made == []
    assert made == calls
