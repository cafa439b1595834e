"""TradeStat, the Export Import Data Bank of India's Department of Commerce."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from cepasim.core.countries import INDIA
from cepasim.core.language import mark, tr
from cepasim.core.problems import Problem
from cepasim.data.cells import code, heading, rounding
from cepasim.data.layout import ROW_COLUMNS, TOTAL_OF_ROWS, Hints, Layout, Taken
from cepasim.data.layouts.columns import columns, numbers
from cepasim.data.periods import is_fiscal, period
from cepasim.data.sheet import Sheet

_YEAR = re.compile(r"\d{4}\s*[-–]\s*\d{4}(\s*\(?\s*[A-Za-z]{3,9}\s*[-–]\s*[A-Za-z]{3,9})?")
_UNITS: Final = (
    (re.compile(r"us\s*\$?\s*(dollars?)?\s*\$?\s*(in\s*)?(million|mn)", re.I), "US$ mn"),
    (re.compile(r"(rs\.?|inr|₹|rupees)\s*(in\s*)?(lacs?|lakhs?)", re.I), "Rs lakh"),
    (re.compile(r"(rs\.?|inr|₹|rupees)\s*(in\s*)?crores?", re.I), "Rs crore"),
)
_FLOW = re.compile(r"\b(export|import)s?\b\s*(::|\(|-|:|of|from|to|country|commodity)", re.I)
_COUNTRY = re.compile(r"\bcountry\b\s*(?:name)?\s*:\s*([^\n:]*[A-Za-z][^\n:]*)", re.I)
_GOODS = re.compile(r"\b(?:commodity|hs\s*code)\b\s*:\s*(\d{1,8})", re.I)
_CODES, _COUNTRIES = ("hscode", "hscodes", "itchscode"), ("country", "countries", "countryname")
_SEARCHED = 25


def _heading(sheet: Sheet) -> int | None:
    """Row with a code or a country, and fiscal years."""
    for place, row in enumerate(sheet.rows[:_SEARCHED]):
        names = {heading(cell) for cell in row}
        if names & {*_CODES, *_COUNTRIES} and any(_fiscal(cell) for cell in row):
            return place
    return None


def _fiscal(cell: str) -> str | None:
    """Fiscal year that a heading names, with the months of a running one."""
    found = _YEAR.match(cell.strip())
    if not found:
        return None
    read = period(found.group(0))
    return found.group(0) if read and is_fiscal(read.label) else None


def _take(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """Rows of a page or a file of TradeStat, one for each code and year."""
    headings = sheet.rows[place]
    years = {heading(cell): year for cell in headings if (year := _fiscal(cell))}
    wanted = {"hs": _CODES, "country": _COUNTRIES, "goods": ("commodity",), "no": ("sno", "srno")}
    named = {name: (name,) for name in years}
    table, problems = columns(sheet, place, {**wanted, **named})
    above = [cell for row in sheet.rows[:place] for cell in row]
    title = "\n".join([sheet.title, *above])
    unit = next((unit for find, unit in _UNITS if find.search("\n".join([title, *headings]))), "")
    flows = {found.group(1).lower() for found in _FLOW.finditer(title)}
    goods, country = _GOODS.search(title), _COUNTRY.search(title)
    by_country = not any(heading(cell) in _CODES for cell in headings)
    if by_country and not goods:
        words = tr("the HS code of the commodity in the title (Commodity: 0306 ...)")
        problems.append(Problem(sheet.file, None, "Commodity", None, words))
    labels = table[["no", "hs", "country", "goods"]].agg(" ".join, axis=1).str.lower()
    # Descriptions of goods hold "total" and "%" as well: a row with a code is never a total.
    labels = labels.mask(table["hs"].str.strip("'. ").str.isdigit(), "")
    of_india = labels.str.contains(r"india.?s total", regex=True)
    share = labels.str.contains("%share|%growth|% share|% growth", regex=True)
    total = labels.str.split().map(lambda words: "total" in words) & ~of_india & ~share
    # The page on one commodity names its code instead, and its rows are countries.
    table["hs"] = code(goods.group(1)) if by_country and goods else table["hs"].map(code)
    table["partner"] = (
        table["country"] if by_country else country.group(1).strip() if country else ""
    )
    parts, printed = [], []
    for name, year in years.items():
        values, wrong = numbers(sheet, table[~share], name, year)
        problems += wrong
        printed += list(table.loc[~share, name])
        parts.append(table.assign(period=year, value=values))
    long = pd.concat(parts, ignore_index=True).assign(
        reporter=INDIA, direction=flows.pop() if len(flows) == 1 else ""
    )

    def among(rows: pd.Series) -> pd.DataFrame:
        return long[pd.concat([rows] * len(years), ignore_index=True)]

    totals = among(total).assign(hs="Total", of=TOTAL_OF_ROWS)
    if by_country:
        totals["partner"] = "World"
    return Taken(
        rows=among(~total & ~of_india & ~share)[list(ROW_COLUMNS)],
        totals=totals[[*ROW_COLUMNS, "of"]],
        world=among(of_india)[["line", "period", "direction", "value"]],
        unit=unit,
        unit_from=mark("title"),
        rounding=rounding(printed),
        nomenclature=mark("ITC(HS) of India, vintage not stated"),
        problems=tuple(problems),
    )


TRADESTAT: Final = Layout(
    name=mark("TradeStat, Department of Commerce of India"),
    kind="trade",
    systems=(),
    columns=mark("HSCode (or Country), Commodity, fiscal years such as 2023-2024"),
    heading=_heading,
    take=_take,
)
