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


def test_what_was_made_is_old_and_still_collected() -> None:
    with uncollected():
        cycle: list[object] = []
        cycle.append(cycle)
        made = [[place] for place in range(5_000)]
    assert len(gc.get_objects(generation=0)) < len(made)
    assert gc.get_freeze_count() == 0
    del cycle
    assert gc.collect() >= 1


def test_what_somebody_froze_stays_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: 7)
    monkeypatch.setattr(gc, "unfreeze", lambda: moved.append("unfreeze"))
    with uncollected():
        pass
    assert not moved
