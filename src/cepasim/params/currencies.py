"""Rates at which amounts are shown in rupees or yen: figures of the parameter folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.currency import DOLLAR, SIGNS, Currency, shown_in
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters

_COUNTRY: Final[Mapping[str, str]] = {"INR": INDIA, "JPY": JAPAN}
_SERIES = "exchange_rate_lcu_per_usd_{}_{}"


def display_currency(parameters: Parameters, code: str) -> Currency:
    """Return a currency with its rate in the year whose dollars every amount is in.

    Parameters
    ----------
    parameters : Parameters
    code : {"USD", "INR", "JPY"}

    Raises
    ------
    InputError
        If there is no such currency, or no rate of the year in ``macro/annual``.
    """
    if code not in SIGNS:
        allowed = tr("one of {allowed}", allowed=separated(SIGNS)) + closest(code, SIGNS)
        raise InputError([Problem("currency", None, "currency", code, allowed)])
    if code == DOLLAR.code:
        return DOLLAR
    year, annual = parameters.price_year, parameters.table("macro/annual")
    series = _SERIES.format(_COUNTRY[code], "fy" if "-" in year else "fred")
    row = annual[(annual["series"] == series) & (annual["year"].astype(str) == year)]
    if row.empty:
        allowed = tr(
            "a currency whose rate of {year} is in macro/annual ({series})",
            year=year,
            series=series,
        )
        raise InputError([Problem("macro/annual", None, "currency", code, allowed)])
    return Currency(code, float(row["value"].iloc[0]), year, str(row["source"].iloc[0]))


@contextmanager
def currency(code: str, parameters: Parameters | None = None) -> Iterator[None]:
    """Write amounts for a reader in a currency within a block of code; data stay in US$.

    Parameters
    ----------
    code : {"USD", "INR", "JPY"}
        Rupees are counted in crore, yen in billions or 億円.
    parameters : Parameters, optional
        Whose rate of exchange is used, such as ``economy.parameters``; the bundled one's unless
        given.

    Yields
    ------
    None
        Nothing: the currency holds within the block, for this thread.

    Raises
    ------
    InputError
        As `display_currency`.

    Examples
    --------
    >>> from cepasim.core.numbers import mn, rate_in_words
    >>> with currency("INR"):
    ...     print(mn(340.0), rate_in_words())
    ₹ 2,814 crore at ₹ 82.78 per US$ (2023-24)
    """
    with shown_in(display_currency(parameters or load_parameters(), code)):
        yield
