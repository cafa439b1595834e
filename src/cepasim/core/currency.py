"""The currency and the units a reader reads amounts in: US$ unless something else is asked for.

The program counts in US$ million of the price year. A reader may ask for rupees or yen: every
amount that is written is then converted at one rate, that of the price year, which `rate_in_words`
says wherever such amounts are shown. Rates are figures of ``params/``; `cepasim.params.currencies`
looks them up. Columns of tables and files of data stay in US$ million.

Languages count differently: Japanese in 万 (ten thousand) and 億 (hundred million). What a language
and a currency count in is one table here; `cepasim.core.numbers` writes the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import SOURCE, current_language, grouped_in_pairs, tr
from cepasim.core.writing import significant

#: US$ million, or US$ billion: which of the two a table or a chart counts in.
Size = Literal["mn", "bn"]

#: Currencies a reader can ask for, by ISO code, with the sign of each.
SIGNS: Final[Mapping[str, str]] = {"USD": "US$", "INR": "₹", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency amounts are shown in, and its one rate.

    Attributes
    ----------
    code : str
        One of `SIGNS`.
    per_usd : float
        How many of it a dollar is.
    year : str
        Year of the rate, as a rule that of the prices.
    source : str
        Where the rate is from.
    """

    code: str = "USD"
    per_usd: float = 1.0
    year: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What amounts are counted in.

    Attributes
    ----------
    usd_mn : float
        US$ million that one unit is worth.
    head : str
        As a table's head says it: ``US$ mn``.
    long : str
        In full: ``US$ million``.
    amount : str
        How an amount is written, with ``{number}`` in it.
    change : str
        How a change with its sign is written.
    """

    usd_mn: float
    head: str
    long: str
    amount: str
    change: str


DOLLAR: Final = Currency()

_CURRENCY: ContextVar[Currency] = ContextVar("currency", default=DOLLAR)


def current_currency() -> Currency:
    """Return the currency of the moment."""
    return _CURRENCY.get()


@contextmanager
def shown_in(currency: Currency) -> Iterator[None]:
    """Show amounts in a currency within a block of code, for this thread alone.

    Parameters
    ----------
    currency : Currency
        As `cepasim.params.currencies.display_currency` finds it, with its rate.

    Examples
    --------
    >>> from cepasim.core.numbers import mn
    >>> with shown_in(Currency("INR", 82.8, "2023-24")):
    ...     print(mn(340.0), rate_in_words())
    ₹ 2,815 crore at ₹ 82.8 per US$ (2023-24)
    """
    token = _CURRENCY.set(currency)
    try:
        yield
    finally:
        _CURRENCY.reset(token)


def rate_in_words() -> str:
    """Say the rate that amounts are converted at; empty where they are dollars."""
    currency = _CURRENCY.get()
    if currency.code == "USD":
        return ""
    rate, year = significant(currency.per_usd, 4), year_in_words(currency.year)
    if currency.code == "INR":
        return tr("at ₹ {rate} per US$ ({year})", rate=rate, year=year)
    return tr("at ¥ {rate} per US$ ({year})", rate=rate, year=year)


def conversion() -> str:
    """Say in a sentence that amounts are converted, and how; empty where they are dollars."""
    rate = rate_in_words()
    return tr("Amounts are converted {rate}.", rate=rate) if rate else ""


def column_unit(size: Size) -> Unit:
    """Return what a table or a chart counts in: one unit for all its amounts.

    Parameters
    ----------
    size : {"mn", "bn"}
        Whether its amounts are of the size of millions or billions of dollars.
    """
    return _units()[size]


def large_dollars() -> tuple[Unit, float]:
    """Return what a reader counts large amounts of dollars in, and how many make a billion."""
    with shown_in(DOLLAR):
        unit = column_unit("bn")
    return unit, 1000 / unit.usd_mn


def amount_unit(usd_mn: float, size: Size) -> Unit:
    """Return what an amount in a sentence is counted in, which may depend on its size.

    Parameters
    ----------
    usd_mn : float
        US$ million.
    size : {"mn", "bn"}
        What it is counted in where one unit serves for all.
    """
    units = _units()
    if "small" in units and size == "mn" and abs(usd_mn) < _HUNDRED_MILLION:
        return units["small"]
    return units["large"] if "large" in units else units[size]


#: US$ million from which Japanese counts in 億: what rounds to a hundred.
_HUNDRED_MILLION = 99.5


def _units() -> Mapping[str, Unit]:
    """Units of the moment: of columns (mn, bn), of amounts in sentences (small, large)."""
    currency = _CURRENCY.get()
    tag = current_language()
    return _japanese(currency) if tag == "ja" else _usual(currency, tag)


@lru_cache(maxsize=32)  # asked for with every amount that is written
def _usual(currency: Currency, _tag: str) -> Mapping[str, Unit]:
    """Units of English, and of a language that counts as English does, in its words."""
    if currency.code == "INR":
        crore = Unit(
            10.0 / currency.per_usd,
            tr("₹ crore"),
            tr("₹ crore"),
            tr("₹ {number} crore"),
            tr("{number} crore"),
        )
        return {"mn": crore, "bn": crore}
    if currency.code == "JPY":
        billion = Unit(
            1000.0 / currency.per_usd,
            tr("¥ bn"),
            tr("¥ billion"),
            tr("¥ {number} bn"),
            tr("{number} bn"),
        )
        return {"mn": billion, "bn": billion}
    return {
        "mn": Unit(1.0, tr("US$ mn"), tr("US$ million"), tr("US$ {number} mn"), tr("{number} mn")),
        "bn": Unit(
            1000.0, tr("US$ bn"), tr("US$ billion"), tr("US$ {number} bn"), tr("{number} bn")
        ),
    }


@lru_cache(maxsize=8)
def _japanese(currency: Currency) -> Mapping[str, Unit]:
    if currency.code == "USD":
        large = _unit_of(100.0, "億ドル")
        small, column = _unit_of(0.01, "万ドル"), _unit_of(1.0, "百万ドル")
        return {"mn": column, "bn": large, "small": small, "large": large}
    name = "億ルピー" if currency.code == "INR" else "億円"
    one = _unit_of(100.0 / currency.per_usd, name)
    return {"mn": one, "bn": one}


def _unit_of(usd_mn: float, name: str) -> Unit:
    return Unit(usd_mn, name, name, f"{{number}}{name}", f"{{number}}{name}")


def indian_grouping() -> bool:
    """Whether digits of amounts are grouped as in India, ``1,02,650``.

    Rupees are for readers of English, and every amount where the language groups so.
    """
    rupees = _CURRENCY.get().code == "INR"
    return grouped_in_pairs() or (rupees and current_language() == SOURCE)


def currency_sign() -> str:
    """Return the currency without a size, for what is said of dollars as such: ``US$``, ドル."""
    code = _CURRENCY.get().code
    if current_language() == "ja":
        return {"USD": "ドル", "INR": "ルピー", "JPY": "円"}[code]
    return SIGNS[code]
