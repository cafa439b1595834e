"""Pieces of a page that follow from a result alone, made once for all who look at it.

A page is drawn again for each lot of ranges that arrives, and by everybody who opens the same link;
its tables and texts are the same each time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

from cepasim.core.currency import current_currency
from cepasim.core.language import current_language
from cepasim.ui import turns

T = TypeVar("T")

#: Six languages and currencies with all that a page shows of a year; some kilobytes each.
_KEPT = 120


class Pieces:
    """Pieces about one result, the least recently used dropped first.

    A piece is kept by what it is, its year, and the language and the currency of the moment. Nobody
    may change it: it is on the screens of others.
    """

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def __call__(self, year: str, what: Hashable, make: Callable[[], T]) -> T:
        """Return a piece, made now if it is not there.

        Parameters
        ----------
        year : str
            Fiscal year that it is about; empty for all.
        what : hashable
            What it is, with everything else that it depends on.
        make : callable
            Depends on the result and on what the piece is kept by, and on nothing else.
        """
        key = (what, year, current_language(), current_currency())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(T, self._kept[key])
        with turns.shared().later(turns.look):  # figures go first
            made = make()  # two may make the same at once, which costs no more than waiting
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
