"""Numbers written for people: unit, sign, and no more digits than the size deserves."""

from __future__ import annotations

import math

MINUS = "\u2212"


#: What arithmetic leaves of nothing: below a dollar, or a millionth of a percent.
_NOTHING = 1e-6

#: What is small but not zero.
NEARLY_NONE = "~0"


def millions(usd_mn: float, *, signed: bool = False) -> str:
    """Write US$ million: whole numbers, one decimal below ten; ``~0`` is small but not zero.

    Parameters
    ----------
    usd_mn : float
        Amount in US$ million.
    signed : bool
        Whether a plus sign is shown, too.
    """
    return _number(usd_mn, decimals=0 if abs(usd_mn) >= 9.95 else 1, signed=signed)


def billions(usd_mn: float, *, signed: bool = False) -> str:
    """Write an amount of US$ million in US$ billion: two decimals, three below a tenth."""
    usd_bn = usd_mn / 1000.0
    decimals = 2 if abs(usd_bn) >= 0.0995 else 3
    return _number(usd_bn, decimals=decimals, signed=signed, nothing=_NOTHING / 1000.0)


def bare_percent(value: float) -> str:
    """Write a percentage change with its sign; ``new`` where there was nothing before."""
    if math.isnan(value):
        return "new"
    return _number(value, decimals=1 if abs(value) < 99.95 else 0, signed=True)


def _number(value: float, *, decimals: int, signed: bool, nothing: float = _NOTHING) -> str:
    if math.isnan(value):
        return "n/a"
    if abs(value) < nothing:
        return "0"
    if abs(value) < 0.5 * 10.0**-decimals:
        return NEARLY_NONE
    return f"{value:{'+' if signed else ''},.{decimals}f}"


def bn(usd_mn: float, *, signed: bool = False, unit: bool = True) -> str:
    """Write an amount of US$ million in billions: ``US$ 1.24 bn``, ``+0.31 bn``.

    Parameters
    ----------
    usd_mn : float
        US$ million; a missing figure is a dash.
    signed : bool
        Whether to show a plus sign; then without ``US$``.
    unit : bool
        Whether to write the unit.
    """
    return _with_unit(billions(usd_mn, signed=signed), usd_mn, "bn", signed, unit)


def span(low: float, high: float) -> str:
    """Write a range of US$ million in billions: ``3.43–8.23``, ``−27.88 to −9.65``."""
    ends = [billions(end).replace("-", MINUS) for end in (low, high)]
    return (" to " if low < 0 else "–").join(ends)


def span_mn(low: float, high: float) -> str:
    """Write a range in US$ million: ``3,430–8,230``, ``−12 to 4.0``; unknown ends are said."""
    if math.isnan(low) or math.isnan(high):
        return "unknown"
    ends = [millions(end).replace("-", MINUS) for end in (low, high)]
    return (" to " if low < 0 else "–").join(ends)


def mn(usd_mn: float, *, signed: bool = False, unit: bool = True) -> str:
    """Write an amount in US$ million: ``US$ 312 mn``, ``+7.8 mn``; see `bn`."""
    return _with_unit(millions(usd_mn, signed=signed), usd_mn, "mn", signed, unit)


def money(usd_mn: float, *, signed: bool = False) -> str:
    """Write an amount in millions below a tenth of a billion, in billions above."""
    return (bn if abs(usd_mn) >= 99.5 else mn)(usd_mn, signed=signed)


def percent(value: float) -> str:
    """Write a percentage change with its sign; ``new`` where there was nothing before."""
    if value is None or math.isnan(value):
        return "new"
    text = bare_percent(value).replace("-", MINUS)
    return f"{text} %" if text[-1].isdigit() else text


def count(number: float) -> str:
    """Write a number of people with its sign and two digits that count: ``+10,000``."""
    if math.isnan(number) or abs(number) < 1:
        return "–" if math.isnan(number) else "0"
    digits = 1 - math.floor(math.log10(abs(number)))
    return f"{round(number, digits):+,.0f}".replace("-", MINUS)


def ratio(number: float) -> str:
    """Write dollars per dollar with two decimals; a dash where there is no denominator."""
    if math.isnan(number):
        return "–"
    return _number(number, decimals=2, signed=False).replace("-", MINUS)


def value(number: float, unit: str = "") -> str:
    """Write a parameter with at most four digits that count."""
    if number is None or math.isnan(number):
        return "–"
    if math.isinf(number):
        return f"{MINUS if number < 0 else ''}infinite"
    size = abs(number)
    text = f"{number:,.0f}" if size >= 1000 and number == round(number) else f"{number:.4g}"
    return f"{text.replace('-', MINUS)} {unit}".strip()


def year_text(number: float) -> str:
    """Write a calendar year without a comma."""
    return f"{number:.0f}"


def _with_unit(text: str, usd_mn: float, scale: str, signed: bool, unit: bool) -> str:
    if usd_mn is None or math.isnan(usd_mn):
        return "–"
    text = text.replace("-", MINUS)
    if not unit:
        return text
    if signed:
        return f"{text} {scale}"
    if text.startswith(MINUS):
        return f"{MINUS}US$ {text[1:]} {scale}"
    return f"US$ {text} {scale}"
