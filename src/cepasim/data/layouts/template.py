"""The program's own template of trade."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from cepasim.core.language import deferred, mark, tr
from cepasim.core.problems import Problem
from cepasim.data.cells import code, rounding
from cepasim.data.layout import ROW_COLUMNS, TOTAL_OF_ROWS, Hints, Layout, Taken
from cepasim.data.layouts.columns import columns, find_headings, numbers
from cepasim.data.money import UNITS, unit_named
from cepasim.data.sheet import Sheet

#: Headings, what each means, and an example.
HEADINGS: Final = {
    "period": (mark("fiscal year, April to March, or calendar year"), "2024-25"),
    "reporter": (mark("country whose customs counted: ISO code or name"), "IND"),
    "partner": (mark("the other country: ISO code or name; World for a total"), "JPN"),
    "flow": (mark("export or import, seen from the reporter"), "export"),
    "hs": (
        mark("HS code of 2, 4, 6, 8 or 9 digits, as text; TOTAL for a total to check against"),
        "0306",
    ),
    "value": (mark("amount in the unit, never below zero"), "412.5"),
    "unit": (
        deferred("one for the whole file: {units}", units=partial(", ".join, UNITS)),
        "US$ mn",
    ),
    "valuation": (mark("fob or cif; blank: exports f.o.b., imports c.i.f."), "fob"),
    "nomenclature": (mark("vintage of the codes; blank where unknown"), "HS 2022"),
}
_NAMES: Final = {name: (name.replace("_", ""),) for name in HEADINGS}


def _heading(sheet: Sheet) -> int | None:
    return find_headings(
        sheet, *((name,) for name in ("period", "reporter", "partner", "flow", "hs", "value"))
    )


def _take(sheet: Sheet, place: int, hints: Hints) -> Taken:
    table, problems = columns(sheet, place, _NAMES)
    values, wrong = numbers(sheet, table, "value", "value")
    problems += wrong
    flow = table["flow"].str.lower().str.rstrip("s")
    strange = table[~flow.isin(["export", "import", ""])]
    if len(strange):
        line, value = int(strange["line"].iloc[0]), strange["flow"].iloc[0]
        problems.append(Problem(sheet.file, line, "flow", value, tr("export or import")))
    unit, several = _one(sheet, table, "unit")
    valuation = table["valuation"].str.lower().str.replace(".", "", regex=False)
    other = table[~valuation.isin(["", "fob", "cif"])]
    if len(other):
        line, value = int(other["line"].iloc[0]), other["valuation"].iloc[0]
        problems.append(Problem(sheet.file, line, "valuation", value, tr("fob, cif or blank")))
    nomenclature = ", ".join(sorted({one for one in table["nomenclature"] if one}))
    rounded = rounding(table["value"])
    table = table.assign(
        direction=flow, value=values, valuation=valuation, hs=[code(cell) for cell in table["hs"]]
    )
    total = table["hs"].str.upper() == "TOTAL"
    keep = [*ROW_COLUMNS, "valuation"]
    return Taken(
        rows=table.loc[~total, keep],
        totals=table.loc[total, keep].assign(of=TOTAL_OF_ROWS),
        rounding=rounded,
        unit=unit_named(unit),
        unit_from=mark("column unit"),
        nomenclature=nomenclature or mark("HS, vintage not stated"),
        problems=(*problems, *several),
    )


def _one(sheet: Sheet, table: pd.DataFrame, column: str) -> tuple[str, list[Problem]]:
    """Entry of a column that must be the same in the whole file."""
    entries = [entry for entry in dict.fromkeys(table[column]) if entry]
    if len(entries) > 1:
        line = int(table.loc[table[column] == entries[1], "line"].iloc[0])
        words = tr(
            "one {column} for the whole file, such as {entry}", column=column, entry=entries[0]
        )
        return entries[0], [Problem(sheet.file, line, column, entries[1], words)]
    return (entries[0] if entries else ""), []


TEMPLATE: Final = Layout(
    name=mark("cepasim template, trade"),
    kind="trade",
    systems=("comtrade",),
    columns=", ".join(HEADINGS),
    heading=_heading,
    take=_take,
)
