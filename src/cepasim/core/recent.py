"""Answers kept for those who ask again, the last few of them only."""

from __future__ import annotations

from contextlib import suppress
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Recent(Generic[Key, Answer]):
    """The last answers by what was asked; the oldest goes when there are too many.

    An answer that is gone is worked out again, so that only what always comes out the same may be
    kept here. Threads may share one: at worst two of them work out the same answer.

    Parameters
    ----------
    most : int
        Answers at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[Key, Answer] = {}

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Key) -> Answer | None:
        """Return an answer, None where it is not, or no longer, there."""
        return self._found.get(key)

    def put(self, key: Key, answer: Answer) -> Answer:
        """Keep an answer, and return it."""
        self._found[key] = answer
        while len(self._found) > self._most:
            # Another thread may put an answer in between.
            with suppress(RuntimeError, StopIteration):
                self._found.pop(next(iter(self._found)), None)
        return answer
