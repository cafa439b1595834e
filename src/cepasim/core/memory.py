"""Memory that is freed and wanted again a moment later: kept by the process, not handed back."""

from __future__ import annotations

import ctypes
import os
from functools import cache

#: Options of glibc's ``mallopt`` (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
#: Free memory from which it is handed back: more than a run by product holds.
_HELD = 1 << 30
#: Size of an array from which it has pages of its own; glibc allows no more.
_OWN_PAGES = 1 << 25
#: Where a user has settled it.
_SETTLED = (
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_ARENA_MAX",
    "GLIBC_TUNABLES",
)


@cache
def keep_freed_memory() -> bool:
    """Keep memory that arrays leave for the arrays that follow; say whether that could be done.

    Tables of a run by product take some 12 MB each and live for a moment. glibc hands them back
    and asks for fresh pages, which the system has to clear: two fifths of the time of a run. The
    process keeps what it held at its peak, up to a gigabyte; its peak stays what it was. Threads
    that begin later share one store: of a store of its own, a thread hands back all it leaves.
    Nothing happens with another C library, or where the user's environment sets any of it.
    """
    if any(name in os.environ for name in _SETTLED):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = ((_TRIM_THRESHOLD, _HELD), (_MMAP_THRESHOLD, _OWN_PAGES), (_ARENA_MAX, 1))
    return all([mallopt(*setting) for setting in settings])
