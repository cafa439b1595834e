"""What reads and then writes is done whole before another run of the page does the like.

A click starts a new run of the page at once. The run before it ends at its next message to the
browser and no sooner, so that for some milliseconds two runs hold the same session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def one_at_a_time(*names: str) -> Callable[[type[T]], type[T]]:
    """Make a decorator of classes: methods that wait for each other, one object at a time.

    Parameters
    ----------
    *names : str
        The methods; they may call each other. Each object has a field ``lock``.
    """

    def guarded(owner: type[T]) -> type[T]:
        for name in names:
            setattr(owner, name, _whole(getattr(owner, name)))
        return owner

    return guarded


def _whole(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def done(self: Any, *given: Any, **named: Any) -> Any:
        with self.lock:
            return method(self, *given, **named)

    return done
