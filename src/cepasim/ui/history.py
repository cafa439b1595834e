"""What was on the screen before: one step back, one step forward."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST = 60


@dataclass
class History(Generic[T]):
    """States before and after the one that is shown.

    Attributes
    ----------
    past, future : list
        The nearest last.
    """

    past: list[T] = field(default_factory=list)
    future: list[T] = field(default_factory=list)

    def leave(self, state: T) -> None:
        """Keep a state that gives way to a new one."""
        self.past = [*self.past, state][-_MOST:]
        self.future.clear()

    def back(self, now: T) -> T:
        """Return the state before; the one shown becomes what `forward` returns."""
        self.future.append(now)
        return self.past.pop()

    def forward(self, now: T) -> T:
        """Return the state that was left by `back`."""
        self.past.append(now)
        return self.future.pop()
