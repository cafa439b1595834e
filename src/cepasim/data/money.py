"""Units and currencies: what a file counts in, and the dollars of its year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.language import tr
from cepasim.data.periods import is_fiscal
from cepasim.params.parameters import Parameters
from cepasim.products.levels import chapter_of

#: Currency and how many millions of it each unit is.
UNITS: Final[Mapping[str, tuple[str, float]]] = {
    "US$": ("USD", 1e-6),
    "US$ thousand": ("USD", 1e-3),
    "US$ mn": ("USD", 1.0),
    "Rs": (INDIA, 1e-6),
    "Rs lakh": (INDIA, 0.1),
    "Rs crore": (INDIA, 10.0),
    "yen": (JAPAN, 1e-6),
    "yen thousand": (JAPAN, 1e-3),
    "yen mn": (JAPAN, 1.0),
}
#: Other spellings of their parts.
_SPELLINGS: Final = {
    "usd": "us$",
    "inr": "rs",
    "rs.": "rs",
    "₹": "rs",
    "jpy": "yen",
    "million": "mn",
    "thousands": "thousand",
}
_SERIES = "exchange_rate_lcu_per_usd_{}_{}"


def unit_named(name: str) -> str:
    """Unit of `UNITS` that a name means; a name that means none of them stays as it is.

    Examples
    --------
    >>> [unit_named(name) for name in ("USD million", "JPY thousand", "rs. Lakh", "dollars")]
    ['US$ mn', 'yen thousand', 'Rs lakh', 'dollars']
    """
    said = " ".join(_SPELLINGS.get(part, part) for part in name.casefold().split())
    return next((unit for unit in UNITS if unit.casefold() == said), name)


@dataclass(frozen=True, slots=True)
class Rate:
    """Local currency per dollar in a period, and where it is from."""

    value: float
    source: str

    def __str__(self) -> str:
        return tr("{rate} per US$ ({source})", rate=f"{self.value:.10g}", source=self.source)


def rate(parameters: Parameters, currency: str, period: str) -> Rate | None:
    """Mean rate of a calendar or fiscal year; None where it is not known.

    Parameters
    ----------
    parameters : Parameters
    currency : {"IND", "JPN", "USD"}
        Country of the currency.
    period : str
        "2023-24" or "2023".
    """
    if currency == "USD":
        return Rate(1.0, tr("in dollars"))
    annual = parameters.table("macro/annual")
    series = _SERIES.format(currency, "fy" if is_fiscal(period) else "fred")
    row = annual[(annual["series"] == series) & (annual["year"].astype(str) == period)]
    if row.empty:
        return None
    return Rate(float(row["value"].iloc[0]), str(row["source"].iloc[0]))


def known_periods(parameters: Parameters, currency: str, *, fiscal: bool) -> str:
    """First and last period with a rate, for messages."""
    annual = parameters.table("macro/annual")
    series = _SERIES.format(currency, "fy" if fiscal else "fred")
    years = sorted(annual.loc[annual["series"] == series, "year"].astype(str))
    return tr("{first} to {last}", first=years[0], last=years[-1]) if years else tr("none")


def usd_mn(amount: float, decimals: int = 1) -> str:
    """Write US$ million with so many decimals, as files of customs are compared.

    Examples
    --------
    >>> usd_mn(1234.5)
    'US$ 1,234.5 mn'
    """
    return tr("US$ {amount} mn", amount=f"{amount:,.{decimals}f}")


def valued(
    frame: pd.DataFrame, valuation: Literal["fob", "cif"], parameters: Parameters
) -> pd.DataFrame:
    """Trade in one valuation: freight and insurance added or taken off by ``macro/freight``.

    Parameters
    ----------
    frame : DataFrame
        Trade as in ``Reading.frame``.
    valuation : {"fob", "cif"}
    parameters : Parameters

    Returns
    -------
    DataFrame
        A copy; rows that are in this valuation already are unchanged.
    """
    result = frame.copy()
    for (importer, source), rows in frame.groupby(["importer", "source"]):
        other = rows[rows["valuation"] != valuation]
        if other.empty:
            continue
        chapters = [chapter_of(code) for code in other["hs"]]
        margin = parameters.by_chapter("freight_insurance", chapters, str(importer), str(source))
        uplift = 1 + margin if valuation == "cif" else 1 / (1 + margin)
        result.loc[other.index, "usd_mn"] = other["usd_mn"].to_numpy() * uplift
    result["valuation"] = valuation
    return result
