"""How digits are written, before any unit, and how wide a text is."""

from __future__ import annotations

import re
import unicodedata


def significant(number: float, digits: int) -> str:
    """Write a number with so many digits that count: ``82.8``, ``145``."""
    return f"{number:.{digits}g}"


def grouped_as_in_india(text: str) -> str:
    """Group the digits of a number with commas by two before the last three.

    Examples
    --------
    >>> grouped_as_in_india("-102,650.5")
    '-1,02,650.5'
    """
    whole, point, rest = text.partition(".")
    sign = whole[: len(whole) - len(whole.lstrip("+-"))]
    digits = whole[len(sign) :].replace(",", "")
    head, tail = digits[:-3], digits[-3:]
    head = re.sub(r"(?<=\d)(?=(?:\d\d)+$)", ",", head)
    return f"{sign}{head},{tail}{point}{rest}" if head else f"{sign}{tail}{point}{rest}"


def terminal_width(text: str) -> int:
    """Return how many columns of a terminal a text takes: full-width characters take two.

    Examples
    --------
    >>> terminal_width("sum"), terminal_width("合計")
    (3, 4)
    """
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
