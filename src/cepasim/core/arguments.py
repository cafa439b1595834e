"""Arguments of public functions: a wrong type is refused by name, never met deeper inside."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NoReturn

from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem

_ORIGIN = "argument"


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """Read a whole number, NumPy's included, between two limits.

    Parameters
    ----------
    name : str
        The argument, as the user writes it.
    value : object
    least, most : int
        Both allowed.

    Raises
    ------
    InputError
        For anything else: 1.5, "3", True, a number outside the limits.
    """
    if most is None:
        allowed = tr("a whole number, {least} at least", least=f"{least:,}")
    else:
        allowed = tr("a whole number from {least} to {most}", least=f"{least:,}", most=f"{most:,}")
    if isinstance(value, bool) or not isinstance(value, Integral):
        refuse(name, value, allowed)
    number = int(value)
    if number < least or (most is not None and number > most):
        refuse(name, number, allowed)
    return number


def instance_of(name: str, value: object, kind: Any, allowed: str) -> Any:
    """Refuse an argument of another type, with words for what it should have been."""
    if not isinstance(value, kind):
        refuse(name, value, allowed)
    return value


def refuse(name: str, value: object, allowed: str) -> NoReturn:
    """Refuse an argument; a long value is cut short."""
    shown = value
    if not isinstance(value, str | int | float | type(None)):
        shown = f"<{type(value).__name__}>"
    raise InputError([Problem(_ORIGIN, None, name, shown, allowed)])
