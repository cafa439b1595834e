"""Japan Customs: trade by item and country, by principal commodity, and under agreements."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.language import deferred, mark, tr
from cepasim.core.problems import Problem
from cepasim.data.cells import code, heading
from cepasim.data.layout import ROW_COLUMNS, Hints, Layout, Taken
from cepasim.data.layouts.columns import columns, find_headings, numbers
from cepasim.data.periods import month_label
from cepasim.data.rows import ONE_THING, added_up
from cepasim.data.sheet import Sheet

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DIRECTIONS: Final = {"1": "export", "01": "export", "2": "import", "02": "import",
                      "export": "export", "import": "import"}  # fmt: skip
_GOODS: Final = ("commodity", "principalcommodity", "commoditycode", "goods", "pc")
_NAMES: Final = {
    "direction": ("exporimp",),
    "period": ("year",),
    "hs": ("hs", "hscode", "statisticalcode", "hs9"),
    "goods": _GOODS,
    "partner": ("country", "countryname", "area"),
    "year": ("valueyear",),
    **{month: (f"value{month}", "valueapl" if month == "apr" else f"value{month}")
       for month in _MONTHS},
}  # fmt: skip
_DIGITS: Final = 9
_UNIT, _FROM = "yen thousand", mark("as Japan Customs counts")
#: Months as notes name them.
_NAMED: Final = (
    mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun"),
    mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec"),
)  # fmt: skip


def _trade(sheet: Sheet) -> int | None:
    return find_headings(sheet, ("exporimp",), ("hs", "hscode"), ("country",), ("valueyear",))


def _goods(sheet: Sheet) -> int | None:
    return find_headings(sheet, ("exporimp",), _GOODS, ("country", "area"), ("valueyear",))


def _take(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """Rows by item and country: one a year, or twelve where months are asked for."""
    table, problems = columns(sheet, place, _NAMES)
    there = {heading(cell) for cell in sheet.rows[place]}
    goods = not there & set(_NAMES["hs"])
    strange = table[~table["direction"].str.lower().isin(list(_DIRECTIONS))]
    if len(strange):
        line, value = int(strange["line"].iloc[0]), strange["direction"].iloc[0]
        problems.append(Problem(sheet.file, line, "Exp or Imp", value, tr("1 export or 2 import")))
    table["direction"] = table["direction"].str.lower().map(_DIRECTIONS).fillna("export")
    table["hs"] = table["goods"] if goods else [code(cell, _DIGITS) for cell in table["hs"]]
    table["partner"] = table["partner"].str.strip("'\" ")
    table["period"] = table["period"].str.strip("'\" ")
    table["reporter"] = JAPAN
    months = [month for month in _MONTHS if there & set(_NAMES[month])]
    for name in ("year", *months):
        table[name], wrong = numbers(sheet, table, name, f"Value-{name.title()}")
        problems += wrong
    # Customs houses are parts of the country: their rows add up.
    table = added_up_columns(table, ["year", *months])
    if len(months) == len(_MONTHS):
        problems += _months_add_up(sheet, table)
    last = _last_months(table, months)
    running = (last > 0) & (last < len(_MONTHS))
    left = [
        (
            deferred(
                "a running year: {year} ends in {month}",
                year=str(year),
                month=_NAMED[int(last[part.index[0]]) - 1],
            ),
            part,
        )
        for year, part in table[running].assign(value=table["year"]).groupby("period")
        if hints.fiscal != "months"
    ]
    if hints.fiscal == "months":
        rows = pd.concat(
            [
                table[last > place].assign(
                    period=[month_label(year, month) for year in table.loc[last > place, "period"]],
                    value=table.loc[last > place, month],
                )
                for place, month in enumerate(months)
            ]
            or [table.iloc[:0].assign(value=0.0)],
            ignore_index=True,
        )
    else:
        rows = table[~running].assign(value=table["year"])
    words = mark("The file has no months: whether its last year is a whole one cannot be seen")
    return Taken(
        rows=rows[list(ROW_COLUMNS)],
        unit=_UNIT,
        unit_from=_FROM,
        nomenclature=mark("goods of Japan Customs") if goods else mark("HS of Japan in each year"),
        left_out=tuple(left),
        notes=() if months else (words,),
        problems=tuple(problems),
    )


def added_up_columns(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Rows of one thing as one, in each of some columns of amounts."""
    if not table.duplicated(list(ONE_THING)).any():
        return table
    result = added_up(table, value=names[0])
    for name in names[1:]:
        result[name] = added_up(table, value=name)[name]
    return result


def _months_add_up(sheet: Sheet, table: pd.DataFrame) -> list[Problem]:
    """Whether the year of every row is the sum of its months; each is cut to whole thousands."""
    gap = (table["year"].fillna(0) - table[list(_MONTHS)].sum(axis=1)).abs()
    wrong = table[gap > len(_MONTHS)]
    if wrong.empty:
        return []
    first = wrong.iloc[0]
    words = tr("the sum of its months, {sum}", sum=f"{first[list(_MONTHS)].sum():,.0f}")
    shown = f"{first['year']:,.0f}"
    return [Problem(sheet.file, int(first["line"]), "Value-Year", shown, words)]


def _last_months(table: pd.DataFrame, months: list[str]) -> pd.Series:
    """Last month of each year and direction with any trade; 0 where there are no months."""
    if not months:
        return pd.Series(0, index=table.index)
    traded = table[months].fillna(0).gt(0).groupby([table["direction"], table["period"]])
    any_trade = traded.transform("any")
    return pd.concat(
        [any_trade[month] * (place + 1) for place, month in enumerate(months)], axis=1
    ).max(axis=1)


_CLAIM_NAMES: Final = {
    "period": ("year", "month", "yearmonth", "period"),
    "hs": ("hs", "hs9", "hscode", "statisticalcode", "code", "item", "line"),
    "partner": ("country", "countrycode"),
    "agreement": ("agreement", "agreementcode", "epa", "epacode"),
    "value": ("value", "valueyear", "value1000yen", "valuethousandyen", "amount"),
}
_WIDE = re.compile(r"claimed(\d{4})")


def _claims_heading(sheet: Sheet) -> int | None:
    found = find_headings(sheet, *(_CLAIM_NAMES[n] for n in ("period", "hs", "agreement", "value")))
    if found is not None:
        return found
    wide = any(_WIDE.fullmatch(heading(cell)) for cell in sheet.rows[0])
    return 0 if wide and "hs9" in {heading(cell) for cell in sheet.rows[0]} else None


def _claims(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """Imports that claimed a preference."""
    names = [heading(cell) for cell in sheet.rows[place]]
    years = {name: found.group(1) for name in names if (found := _WIDE.fullmatch(name))}
    table, problems = columns(sheet, place, {**_CLAIM_NAMES, **{name: (name,) for name in years}})
    table["hs"] = [code(cell, _DIGITS) for cell in table["hs"]]
    if years:
        # The table of this project: claims of the CEPA by year, side by side.
        parts = []
        for name, year in years.items():
            values, wrong = numbers(sheet, table, name, f"claimed_{year}")
            problems += wrong
            parts.append(table.assign(period=year, value=values, partner=INDIA))
        table = pd.concat(parts, ignore_index=True)
    else:
        table["value"], wrong = numbers(sheet, table, "value", "value")
        problems += wrong
        india = table["agreement"].str.strip("'\" ").str.upper() == "IN"
        table["partner"] = table["partner"].where(
            table["partner"] != "", india.map({True: INDIA, False: ""})
        )
    table = table.assign(reporter=JAPAN, direction="import")
    if not years:
        table = added_up(table)  # one line under several agreements
    return Taken(
        rows=table[list(ROW_COLUMNS)],
        unit=_UNIT,
        unit_from=_FROM,
        nomenclature=mark("HS of Japan in each year"),
        problems=tuple(problems),
    )


_SYSTEMS: Final = ("japan_customs",)
BY_ITEM: Final = Layout(
    mark("Japan Customs, trade by item and country"), "trade", _SYSTEMS,
    "Exp or Imp, Year, HS, Country, Value-Year, Value-Jan ...", _trade, _take,
)  # fmt: skip
BY_GOODS: Final = Layout(
    mark("Japan Customs, trade by area and principal commodity"), "goods", _SYSTEMS,
    "Exp or Imp, Year, Commodity, Country, Value-Year, Value-Jan ...", _goods, _take,
)  # fmt: skip
CLAIMS: Final = Layout(
    mark("Japan Customs, imports under agreements"), "claims", _SYSTEMS,
    mark("Year or Month, HS, Country, Agreement, Value; or hs9, claimed_2021 ..."),
    _claims_heading, _claims,
)  # fmt: skip
