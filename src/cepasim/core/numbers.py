"""Numbers written for people: unit, sign, and no more digits than the size deserves.

Amounts come in US$ million and are written in the currency and the language of the moment (see
`cepasim.core.currency` and `cepasim.core.language`), to the last place that `cepasim.core.digits`
chooses, or that a column or a sum asks for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TypedDict, Unpack, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core import digits
from cepasim.core.currency import Size, column_unit, conversion, currency_sign, rate_in_words
from cepasim.core.digits import place_of_column, place_of_range
from cepasim.core.language import tr
from cepasim.core.written import (
    MINUS,
    NEARLY_NONE,
    amount,
    amounts_between,
    between,
    grouped,
    plain_number,
    with_unit,
)

__all__ = [
    "LEAST",
    "MINUS",
    "NEARLY_NONE",
    "bare_percent",
    "billions",
    "bn",
    "column",
    "conversion",
    "count",
    "currency_sign",
    "in_billions",
    "in_bn",
    "in_mn",
    "is_nearly_none",
    "millions",
    "mn",
    "money",
    "percent",
    "range_bn",
    "range_mn",
    "rate_in_words",
    "ratio",
    "share",
    "span",
    "span_mn",
    "two_digits",
    "unit_bn",
    "unit_mn",
    "value",
    "with_minus",
    "year_text",
]

#: US$ million: a smaller amount is written as small but not zero, and left out of lists.
LEAST = digits.LEAST["mn"]

#: Per cent below which a sentence has a second decimal.
_SMALL_PERCENT = 0.095

#: A hyphen before a number; not within one, such as ``2019-20`` or ``1e-9``.
#: A minus follows no letter and no digit; a Japanese character may stand right before it.
_HYPHEN = re.compile(r"(?<![^\W\u3040-\u9fff])(?<![.\-\u2013])-(?=\d)")


def is_nearly_none(text: str) -> bool:
    """Whether a number was written as small but not zero: no bar is drawn for it."""
    return text.startswith(tr(NEARLY_NONE))


# --- columns of tables and charts: one unit, which the head says ------------------------------


def unit_mn(*, long: bool = False) -> str:
    """Return the unit of what `millions` writes: ``US$ mn``, 百万ドル, ``₹ crore``, 億円.

    Parameters
    ----------
    long : bool
        Whether it is written in full: ``US$ million``.
    """
    unit = column_unit("mn")
    return unit.long if long else unit.head


def unit_bn(*, long: bool = False) -> str:
    """Return the unit of what `billions` writes: ``US$ bn``, 億ドル, ``₹ crore``; see `unit_mn`."""
    unit = column_unit("bn")
    return unit.long if long else unit.head


@overload
def in_mn(usd_mn: float) -> float: ...
@overload
def in_mn(usd_mn: NDArray[np.float64]) -> NDArray[np.float64]: ...
@overload
def in_mn(usd_mn: pd.Series) -> pd.Series: ...
def in_mn(usd_mn: object) -> object:
    """Return amounts of US$ million as numbers of `unit_mn`, for the scales of charts."""
    return usd_mn / column_unit("mn").usd_mn  # type: ignore[operator]


@overload
def in_bn(usd_mn: float) -> float: ...
@overload
def in_bn(usd_mn: NDArray[np.float64]) -> NDArray[np.float64]: ...
@overload
def in_bn(usd_mn: pd.Series) -> pd.Series: ...
def in_bn(usd_mn: object) -> object:
    """Return amounts of US$ million as numbers of `unit_bn`, for the scales of charts."""
    return usd_mn / column_unit("bn").usd_mn  # type: ignore[operator]


def millions(usd_mn: float, *, signed: bool = False, place: int | None = None) -> str:
    """Write US$ million in `unit_mn`, without it; ``~0`` is small but not zero.

    Parameters
    ----------
    usd_mn : float
        Amount in US$ million: whole ones count, and tenths below ten.
    signed : bool
        Whether a plus sign is shown, too.
    place : int, optional
        The last place, where the amount is one of a column or of a sum (`cepasim.core.digits`).
    """
    return amount(usd_mn, "mn", column_unit("mn"), signed, place)


def billions(usd_mn: float, *, signed: bool = False, place: int | None = None) -> str:
    """Write US$ million in `unit_bn`, without it; see `millions`.

    Ten million count, and below a tenth of a billion one: two decimals and three in US$ billion.
    """
    return amount(usd_mn, "bn", column_unit("bn"), signed, place)


def span(low: float, high: float, *, signed: bool = False) -> str:
    """Write a range of US$ million in `unit_bn`: ``3.43–8.23``, ``−27.88 to −9.65``.

    Parameters
    ----------
    low, high : float
    signed : bool
        Whether both ends show their sign: ``+3.43 to +8.23``.
    """
    ends = column((low, high), signed=signed, size="bn", place=place_of_range(low, high, "bn"))
    return between(signed or low < 0, *ends)


def span_mn(low: float, high: float, *, signed: bool = False) -> str:
    """Write a range in `unit_mn`: ``3,430–8,230``, ``−12 to 4``; unknown ends are said."""
    if math.isnan(low) or math.isnan(high):
        return tr("unknown")
    ends = column((low, high), signed=signed, place=place_of_range(low, high, "mn"))
    return between(signed or low < 0, *ends)


class Written(TypedDict, total=False):
    """How the amounts of a column are written.

    Attributes
    ----------
    signed : bool
        Whether plus signs are shown, too.
    size : {"mn", "bn"}
        Whether the head of the column is `unit_mn`, as by default, or `unit_bn`.
    place : int or None
        The last place, as `cepasim.core.digits` counts it; that of the largest by default.
    missing : str
        What is written where there is no amount; a dash by default.
    """

    signed: bool
    size: Size
    place: int | None
    missing: str


def column(usd_mn: Iterable[float], **how: Unpack[Written]) -> list[str]:
    """Write the amounts of a column, all to one place: that of the largest, unless one is given.

    Parameters
    ----------
    usd_mn : iterable of float
        US$ million.
    **how
        As in `Written`.

    Examples
    --------
    >>> column([34.21, -7.8, 0.32, 0.01], signed=True)
    ['+34.2', '−7.8', '+0.3', '~0']
    """
    amounts, size, place = list(usd_mn), how.get("size", "mn"), how.get("place")
    last = place_of_column(amounts, size) if place is None else place
    signed, missing, unit = (
        how.get("signed", False),
        how.get("missing", "\u2013"),
        column_unit(size),
    )
    return [
        missing if one != one else amount(one, size, unit, signed, last).replace("-", MINUS)
        for one in amounts
    ]


# --- amounts in sentences: each with its unit -------------------------------------------------


def bn(usd_mn: float, *, signed: bool = False, unit: bool = True, place: int | None = None) -> str:
    """Write an amount of US$ million in billions: ``US$ 1.24 bn``, ``+0.31 bn``, 12.4億ドル.

    Parameters
    ----------
    usd_mn : float
        US$ million; a missing figure is a dash.
    signed : bool
        Whether to show a plus sign; then without ``US$``.
    unit : bool
        Whether to write the unit; without, it is that of a column, `unit_bn`.
    place : int, optional
        The last place, where the amount is one of a column or of a sum (`cepasim.core.digits`).
    """
    return with_unit(usd_mn, "bn", signed, unit, place)


def mn(usd_mn: float, *, signed: bool = False, unit: bool = True, place: int | None = None) -> str:
    """Write an amount in US$ million: ``US$ 312 mn``, ``+7.8 mn``, 780万ドル; see `bn`."""
    return with_unit(usd_mn, "mn", signed, unit, place)


def money(usd_mn: float, *, signed: bool = False, place: int | None = None) -> str:
    """Write an amount in millions below a tenth of a billion, in billions above; see `bn`."""
    return (bn if in_billions(usd_mn) else mn)(usd_mn, signed=signed, place=place)


def in_billions(usd_mn: float) -> bool:
    """Whether `money` counts an amount in billions."""
    return abs(usd_mn) >= 99.5


def range_mn(low: float, high: float, *, unit: bool = True, signed: bool = False) -> str:
    """Write a range in a sentence: ``US$ 15–67 mn``, ``US$ −12 to 4 mn``, 1,500万～6,700万ドル.

    Parameters
    ----------
    low, high : float
        US$ million.
    unit : bool
        Whether to write the unit; without, for a range beside an amount that has it: ``15–67``.
        Where an amount's unit depends on its size, as in Japanese, it is written all the same.
    signed : bool
        Whether both ends show their sign; then without ``US$``: ``+15 to +67 mn``.
    """
    return amounts_between(low, high, "mn", unit, signed=signed, sign=not signed)


def range_bn(low: float, high: float, *, unit: bool = True, sign: bool = True) -> str:
    """Write a range of US$ million in billions: ``US$ 3.43–8.23 bn``; see `range_mn`.

    Parameters
    ----------
    low, high, unit
        As in `range_mn`.
    sign : bool
        Whether the currency is written; without, for a range beside an amount: ``3.43–8.23 bn``.
    """
    return amounts_between(low, high, "bn", unit, signed=False, sign=sign)


# --- other numbers ----------------------------------------------------------------------------


def bare_percent(value: float) -> str:
    """Write a percentage change with its sign; ``new`` where there was nothing before."""
    if math.isnan(value):
        return tr("new")
    return plain_number(value, decimals=1 if abs(value) < 99.95 else 0, signed=True)


def percent(value: float, *, in_column: bool = False) -> str:
    """Write a percentage change with its sign: ``+6.0 %``; ``new`` where there was nothing before.

    Parameters
    ----------
    value : float
        Per cent.
    in_column : bool
        Whether it has the one decimal of a column; in a sentence small ones have two: ``+0.02 %``.
    """
    if value is None or math.isnan(value):
        return tr("new")
    if in_column or abs(value) >= _SMALL_PERCENT:
        text = bare_percent(value)
    else:
        text = plain_number(value, decimals=2, signed=True)
    text = text.replace("-", MINUS)
    return tr("{number} %", number=text) if text[-1].isdigit() else text


def share(part: float) -> str:
    """Write a part of a whole in whole per cent: ``5 %``."""
    return tr("{number} %", number=f"{100 * part:.0f}")


def count(number: float) -> str:
    """Write a number of people with its sign and two digits that count: ``+10,000``."""
    if math.isnan(number) or abs(number) < 1:
        return "–" if math.isnan(number) else "0"
    digits = 1 - math.floor(math.log10(abs(number)))
    return grouped(f"{round(number, digits):+,.0f}").replace("-", MINUS)


def ratio(number: float) -> str:
    """Write dollars per dollar with two decimals; a dash where there is no denominator."""
    if math.isnan(number):
        return "–"
    return plain_number(number, decimals=2, signed=False).replace("-", MINUS)


def two_digits(number: float) -> str:
    """Write a number with its first two digits, never with an exponent of ten.

    >>> two_digits(0.0000834), two_digits(18.2), two_digits(124.0)
    ('0.000083', '18', '120')
    """
    rounded = float(f"{number:.2g}")
    return np.format_float_positional(rounded, trim="-").replace("-", MINUS)


def value(number: float, unit: str = "") -> str:
    """Write a parameter with at most four digits that count."""
    if number is None or math.isnan(number):
        return "–"
    if math.isinf(number):
        return tr("−infinite") if number < 0 else tr("infinite")
    size = abs(number)
    text = grouped(f"{number:,.0f}") if size >= 1000 else f"{number:.4g}"  # no exponent of ten
    return f"{text.replace('-', MINUS)} {unit}".strip()


def with_minus(text: str) -> str:
    """Write the minus of every number in a text as people do.

    Examples
    --------
    >>> with_minus("by -41 % to +41 % after 2019-20")
    'by −41 % to +41 % after 2019-20'
    >>> with_minus("輸入で-34％")
    '輸入で−34％'
    """
    return _HYPHEN.sub(MINUS, text)


def year_text(number: float) -> str:
    """Write a calendar year without a comma."""
    return f"{number:.0f}"
