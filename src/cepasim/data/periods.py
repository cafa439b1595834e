"""Years as files write them; calendar years, months and India's fiscal years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cepasim.core.fiscal_year import IN_FIRST_YEAR, format_fiscal_year
from cepasim.core.language import deferred, mark
from cepasim.data.layout import Fiscal
from cepasim.data.rows import added_up

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FISCAL = re.compile(
    r"(?:fy)?\s*(\d{4})\s*[-/–]\s*(\d{4}|\d{2})\s*(?:\(?\s*([a-z]{3})[a-z]*\s*[-–]\s*([a-z]{3})[a-z]*.*)?"
)
_MONTH = re.compile(r"(\d{4})(?:-m|[-/])?(0[1-9]|1[0-2])")
_FIRST_MONTH, _IN_A_YEAR = 4, 12
WHAT: Final = {
    "same": mark("the calendar year stands for the fiscal year that begins in it"),
    "months": mark("months from April to March are added up"),
    "quarters": mark("three quarters of one calendar year and one of the next"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A period: ``2023-24``, ``2023`` or the month ``2023-M04``.

    Attributes
    ----------
    label : str
    running : str
        Months that a year not yet over has, such as ``Apr-Sep``; "" for a whole one.
    """

    label: str
    running: str = ""


def period(text: str) -> Period | None:
    """Read a period; None for what is none.

    Examples
    --------
    >>> period("2023-2024(Apr-Mar)"), period("2023"), period("202304").label
    (Period(label='2023-24', running=''), Period(label='2023', running=''), '2023-M04')
    >>> period("2025-2026(Apr-Aug(P))").running
    'Apr-Aug'
    """
    written = text.strip().lower().removesuffix(".0")
    if re.fullmatch(r"(19|20)\d{2}", written):
        return Period(written)
    fiscal = _FISCAL.fullmatch(written)
    if fiscal:
        first, second, begin, end = fiscal.groups()
        follows = int(second) % 100 == (int(first) + 1) % 100
        if follows and (len(second) == 2 or int(second) == int(first) + 1):
            whole = (begin, end) in ((None, None), ("apr", "mar"))
            running = "" if whole else f"{str(begin).title()}-{str(end).title()}"
            return Period(format_fiscal_year(int(first)), running)
    month = _MONTH.fullmatch(written)
    if month:
        return Period(f"{month.group(1)}-M{month.group(2)}")
    return None


def is_fiscal(label: str) -> bool:
    """Whether a label is of a fiscal year."""
    return bool(re.fullmatch(r"\d{4}-\d{2}", label))


def month_label(year: str, name: str) -> str:
    """Return the label of a month by its English short name."""
    return f"{year}-M{_MONTHS.index(name.lower()[:3]) + 1:02d}"


def whole_years(
    rows: pd.DataFrame, fiscal: Fiscal | None
) -> tuple[pd.DataFrame, list[tuple[str, pd.DataFrame]]]:
    """Months added up to years; years of which months are missing are left out.

    Parameters
    ----------
    rows : DataFrame
        With ``period`` and ``value``.
    fiscal : str or None
        "months" for fiscal years, else calendar years.

    Returns
    -------
    rows : DataFrame
    left_out : list of (str, DataFrame)
    """
    monthly = rows["period"].astype(str).str.contains("-M", regex=False)
    if not monthly.any():
        return rows, []
    months = rows[monthly].copy()
    year = months["period"].str[:4].astype(int)
    number = months["period"].str[-2:].astype(int)
    if fiscal == "months":
        year = year - (number < _FIRST_MONTH)
        months["period"] = [format_fiscal_year(first) for first in year]
    else:
        months["period"] = year.astype(str)
    months["month"] = number
    # Which months a file has is a matter of what was reported, not of single codes.
    seen = months.groupby(["reporter", "direction", "period"])["month"].transform("nunique")
    left: list[tuple[str, pd.DataFrame]] = [
        (
            deferred(
                "{year} has {months} of twelve months",
                year=str(label),
                months=part["month"].nunique(),
            ),
            part,
        )
        for label, part in months[seen < _IN_A_YEAR].groupby("period")
    ]
    whole = months[seen == _IN_A_YEAR].drop(columns="month")
    return pd.concat([rows[~monthly], added_up(whole)], ignore_index=True), left


def to_fiscal(
    frame: pd.DataFrame, how: Fiscal | None
) -> tuple[pd.DataFrame, list[tuple[str, pd.DataFrame]]]:
    """Calendar years as fiscal years, in the way the user said; as they are where none was said.

    Parameters
    ----------
    frame : DataFrame
        With ``period`` and ``usd_mn``.
    how : {"same", "quarters", "months"} or None

    Returns
    -------
    frame : DataFrame
    left_out : list of (str, DataFrame)
        Years without the next one, for "quarters".
    """
    calendar = frame["period"].str.fullmatch(r"\d{4}")
    if how not in ("same", "quarters") or not calendar.any():
        return frame, []
    years, rest = frame[calendar].copy(), frame[~calendar]
    first = years["period"].astype(int)
    if how == "same":
        years["period"] = [format_fiscal_year(one) for one in first]
        return pd.concat([rest, years]), []
    # The next year must be there for the country, not only for the product.
    lists = list(zip(years["flow"], years["reporter"], years["partner"], first, strict=True))
    known = set(lists)
    begins = np.array([(*who, year + 1) in known for *who, year in lists])
    ends = np.array([(*who, year - 1) in known for *who, year in lists])
    begin = years[begins].assign(of=first, usd_mn=years["usd_mn"] * IN_FIRST_YEAR)
    end = years[ends].assign(of=first - 1, usd_mn=years["usd_mn"] * (1 - IN_FIRST_YEAR))
    left: list[tuple[str, pd.DataFrame]] = [
        (
            deferred(
                "{year} has neither the year before nor the next, of which fiscal years are made",
                year=str(label),
            ),
            part,
        )
        for label, part in years[~begins & ~ends].groupby("period")
    ]
    kept = pd.concat([begin, end])
    kept["period"] = [format_fiscal_year(int(one)) for one in kept.pop("of")]
    keys = [column for column in kept.columns if column not in ("usd_mn", "line")]
    return pd.concat([rest, added_up(kept, keys, "usd_mn")]), left
