"""No search for garbage while the program is loaded.

Modules make some hundred thousand objects, and all of them stay. Python looks for garbage after
every 700, which takes a tenth of the time in which they are loaded.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Make objects without a search for garbage; afterwards it is on again if it was before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # All that was made goes to the oldest objects, which are looked at last and like any
            # other; else the next search would look at every one of them.
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()
