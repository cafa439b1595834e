"""Which digit of an amount is its last: one rule for every number, column and sum that is printed.

As statistical offices do it: a number is rounded by itself and never adjusted so that a sum comes
out. A place is a power of ten of the currency of the moment, dollars, rupees or yen: 6 are whole
millions, 8 are 億. So the digits are chosen from the number that is read, whatever it is counted
in, and one place serves for all units of the currency.

- An amount by itself has whole millions of dollars, or the next finer power of ten of the currency,
  and one digit more where fewer than two would count.
- Both ends of a range have the place of the larger, or a digit more where they would be the same.
- The numbers of a column have one place, that of its largest, of which three digits count: its
  small entries need the digit more.
- Few numbers that are read as a sum, such as a balance with its exports and imports, have one
  place, too, and a digit more where what is printed would not add up without it. Where that does
  not help, and in tables with many parts, a sentence says that they may not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from cepasim.core.currency import Size, column_unit, current_currency
from cepasim.core.language import mark

#: What a table says whose printed parts do not add up to its printed total.
NOT_ADDING: Final = mark("Figures may not add up because of rounding.")

#: US$ million that the last digit counts at least, where two digits or more are left.
_STEP: Final[dict[Size, float]] = {"mn": 1.0, "bn": 10.0}

#: US$ million: a smaller amount is written as small but not zero, in every currency.
LEAST: Final[Mapping[Size, float]] = {"mn": 0.05, "bn": 0.5}

#: How many more digits are tried until a sum holds as it is printed: what is drawn of a policy
#: does not deserve two.
_MORE = 1

#: Least number with two digits, and with three, at a place.
_TWO, _THREE = 9.95, 99.5


class Sum(NamedTuple):
    """How numbers of a sum are printed.

    Attributes
    ----------
    place : int
        Of the last digit of each.
    adds_up : bool
        Whether what is printed adds up.
    """

    place: int
    adds_up: bool


def place_of(usd_mn: float, size: Size) -> int:
    """Return the last place of an amount that is written by itself.

    Parameters
    ----------
    usd_mn : float
        US$ million.
    size : {"mn", "bn"}
        Whether it is read as millions or as billions of dollars.

    Examples
    --------
    >>> place_of(34.2, "mn"), place_of(7.8, "mn"), place_of(34.2, "bn")
    (6, 5, 6)
    """
    return _place(usd_mn, size, _TWO)


def place_of_range(low: float, high: float, size: Size) -> int:
    """Return the last place of both ends of a range.

    Parameters
    ----------
    low, high : float
        US$ million.
    size : {"mn", "bn"}

    Examples
    --------
    >>> place_of_range(-3.4, 1091.0, "mn"), place_of_range(9.96, 10.4, "mn")
    (6, 5)
    """
    usual = place_of(max(abs(low), abs(high)), size)
    same = low != high and printed(low, usual, size) == printed(high, usual, size)
    return usual - 1 if same else usual


def place_of_column(usd_mn: Iterable[float], size: Size = "mn") -> int:
    """Return the last place of all amounts of a column: that of its largest.

    Parameters
    ----------
    usd_mn : iterable of float
        US$ million; what is missing or infinite counts for nothing.
    size : {"mn", "bn"}

    Examples
    --------
    >>> place_of_column([34.2, 7.8, 0.3]), place_of_column([340.0, 7.8])
    (5, 6)
    """
    return _place(
        max((abs(one) for one in usd_mn if math.isfinite(one)), default=0.0), size, _THREE
    )


def place_of_sums(sums: Iterable[Sequence[float]], size: Size = "mn", least: float = 0.0) -> Sum:
    """Return the place at which sums add up as they are printed.

    Parameters
    ----------
    sums : iterable of sequence of float
        Each a total, then the parts it is the sum of; US$ million.
    size : {"mn", "bn"}
    least : float
        US$ million: what is as large is not printed as next to nothing, where that can be.

    Returns
    -------
    Sum
        The first place at which all add up; the usual one where a digit more does not help.

    Examples
    --------
    >>> place_of_sums([(-33.4, 45.9, -79.3)])  # -33 = 46 - 79 holds
    Sum(place=6, adds_up=True)
    >>> place_of_sums([(-33.6, 45.7, -79.3)])  # -34 = 46 - 79 does not; -33.6 = 45.7 - 79.3 does
    Sum(place=5, adds_up=True)
    """
    known = [tuple(one) for one in sums]
    largest = max((abs(term) for terms in known for term in terms), default=0.0)
    usual = place_of(largest, size)
    tried = range(usual, usual - _MORE - 1, -1)
    held = [one for one in tried if all(adds_up(t[0], t[1:], one, size) for t in known)]
    shown = [term for terms in known for term in terms if 0 < least <= abs(term)]
    for place in held:
        if all(printed(term, place, size) for term in shown):
            return Sum(place, True)
    return Sum(held[0], True) if held else Sum(usual, False)


def adds_up(total: float, parts: Iterable[float], place: int, size: Size = "mn") -> bool:
    """Whether parts add up to their total as they are printed.

    Parameters
    ----------
    total : float
        US$ million.
    parts : iterable of float
    place : int
        Of the last digit of each.
    size : {"mn", "bn"}
    """
    added = sum((printed(part, place, size) for part in parts), Decimal(0))
    return printed(total, place, size) == added


def reads(usd_mn: float, place: int, size: Size = "mn") -> Decimal:
    """Return the number that is printed, in the currency: numbers of several places compare.

    Parameters
    ----------
    usd_mn : float
        US$ million.
    place : int
        Of its last digit.
    size : {"mn", "bn"}
    """
    return printed(usd_mn, place, size).scaleb(place)


def printed(usd_mn: float, place: int, size: Size = "mn") -> Decimal:
    """Return the number that is printed, counted in its last place.

    Parameters
    ----------
    usd_mn : float
        US$ million.
    place : int
    size : {"mn", "bn"}
    """
    if abs(usd_mn) < LEAST[size]:
        return Decimal(0)
    unit = column_unit(size).usd_mn
    decimals = exponent(unit) - place
    number = (
        Decimal(f"{usd_mn / unit:.{decimals}f}")
        if decimals >= 0
        else Decimal(round(usd_mn / unit, decimals))
    )
    return number.scaleb(decimals).to_integral_value()


def most_decimals(size: Size) -> int:
    """Return how many decimals an amount has at most in the unit of a column or a chart."""
    usual = _usual(size, current_currency().per_usd)
    return max(exponent(column_unit(size).usd_mn) - usual + 1, 0)


def exponent(unit: float) -> int:
    """Return the power of ten of the currency that a unit is.

    Parameters
    ----------
    unit : float
        US$ million that it is worth.
    """
    return round(math.log10(unit * current_currency().per_usd)) + 6


def _place(usd_mn: float, size: Size, enough: float) -> int:
    rate = current_currency().per_usd
    usual = _usual(size, rate)
    return usual if abs(usd_mn) * rate * 1e6 >= enough * 10.0**usual else usual - 1


@lru_cache(maxsize=16)  # asked for with every amount that is written
def _usual(size: Size, per_usd: float) -> int:
    """Largest power of ten of the currency that is no more than the step in dollars."""
    return math.floor(math.log10(_STEP[size] * per_usd) + 1e-9) + 6
