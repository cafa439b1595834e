"""How a number is written out, before `cepasim.core.numbers` says what it is a number of."""

from __future__ import annotations

import math
from typing import Final

from cepasim.core.currency import (
    Size,
    Unit,
    amount_unit,
    column_unit,
    currency_sign,
    indian_grouping,
)
from cepasim.core.digits import LEAST, exponent, place_of, place_of_range
from cepasim.core.language import current_language, grouped_in_pairs, mark, tr
from cepasim.core.writing import grouped_as_in_india

MINUS: Final = "\u2212"

#: What arithmetic leaves of nothing: below a dollar, or a millionth of a percent.
_NOTHING: Final = 1e-6

#: What is small but not zero.
NEARLY_NONE: Final = mark("~0")


def plain_number(number: float, *, decimals: int, signed: bool, nothing: float = _NOTHING) -> str:
    """Write a number with so many decimals; what is below `nothing` is ``0``."""
    if math.isnan(number):
        return tr("n/a")
    if abs(number) < nothing:
        return "0"
    if _is_written_as_nothing(number, decimals):
        return tr(NEARLY_NONE)
    return grouped(f"{number:{'+' if signed else ''},.{decimals}f}")


def grouped(text: str) -> str:
    """Group the digits of a number with commas as the language of the moment does."""
    return grouped_as_in_india(text) if grouped_in_pairs() else text


def amount(usd_mn: float, size: Size, unit: Unit, signed: bool, place: int | None = None) -> str:
    """Write an amount to its last place; the same amount is next to nothing in every currency."""
    if math.isnan(usd_mn):
        return tr("n/a")
    if abs(usd_mn) < _NOTHING:
        return "0"
    decimals = exponent(unit.usd_mn) - (place_of(usd_mn, size) if place is None else place)
    number = usd_mn / unit.usd_mn
    if abs(usd_mn) < LEAST[size] or _is_written_as_nothing(number, decimals):
        return tr(NEARLY_NONE)
    if decimals < 0:
        counted = column_unit(size)  # rounded as in a column, also at halves
        finer = decimals + exponent(counted.usd_mn) - exponent(unit.usd_mn)
        number = _rounded(usd_mn / counted.usd_mn, finer) * (counted.usd_mn / unit.usd_mn)
    text = f"{number:{'+' if signed else ''},.{max(decimals, 0)}f}"
    return grouped_as_in_india(text) if indian_grouping() else text


def _is_written_as_nothing(number: float, decimals: int) -> bool:
    """Whether no digit would be left; a half is rounded to the even digit, which is 0."""
    if decimals < 0:
        return abs(number) < 0.5 * 10.0**-decimals
    return not any(digit in "123456789" for digit in f"{number:.{decimals}f}")


def _rounded(number: float, decimals: int) -> float:
    return float(f"{number:.{decimals}f}") if decimals >= 0 else round(number, decimals)


def with_unit(usd_mn: float, size: Size, signed: bool, unit: bool, place: int | None = None) -> str:
    """Write an amount with its unit, or without in that of a column; a missing one is a dash."""
    if usd_mn is None or math.isnan(usd_mn):
        return "–"
    counted = amount_unit(usd_mn, size) if unit else column_unit(size)
    text = amount(usd_mn, size, counted, signed, place).replace("-", MINUS)
    if not unit:
        return text
    if current_language() == "ja" and text in ("0", tr(NEARLY_NONE)):
        return text + currency_sign()  # 「0円」: nothing has no power of ten
    if signed:
        return counted.change.format(number=text)
    if text.startswith(MINUS):
        return MINUS + counted.amount.format(number=text[1:])
    return counted.amount.format(number=text)


def amounts_between(
    low: float, high: float, size: Size, unit: bool, *, signed: bool, sign: bool
) -> str:
    """Write a range with one unit."""
    if math.isnan(low) or math.isnan(high):
        return tr("unknown")
    counted = amount_unit(max(abs(low), abs(high)), size)
    place = place_of_range(low, high, size)
    ends = [amount(end, size, counted, signed, place).replace("-", MINUS) for end in (low, high)]
    if current_language() == "ja":  # 「1,500万～6,700万ドル」: every number with its power of ten
        power = counted.amount.removeprefix("{number}")[:1]
        if all(end in ("0", tr(NEARLY_NONE)) for end in ends):
            return between(signed, *ends) + currency_sign()
        ends[0] += "" if ends[0] in ("0", tr(NEARLY_NONE)) else power
        return counted.amount.format(number=between(signed or low < 0, *ends))
    text = between(signed or low < 0, *ends)
    if not unit:
        return text
    return (counted.amount if sign else counted.change).format(number=text)


def between(has_signs: bool, low: str, high: str) -> str:
    """Put both ends of a range beside each other."""
    if has_signs:
        return tr("{low} to {high}", low=low, high=high)
    return tr("{low}–{high}", low=low, high=high)
