"""The table of sectors on a terminal: exports, imports and the change in the balance of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group

from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import bare_percent, unit_mn
from cepasim.report.layout import amounts, table, titled
from cepasim.report.levels import range_of_mn
from cepasim.tables.names import GROUP_COLUMN, Level, name_now
from cepasim.tables.result_tables import ResultTables

_ITEMS = ("exports", "imports", "balance")
_BY_LEVEL = {
    "product": mark("By Product in {year}, {unit} of {price_year}"),
    "chapter": mark("By HS chapter in {year}, {unit} of {price_year}"),
    "section": mark("By HS section in {year}, {unit} of {price_year}"),
    "window": mark("By window of the fund in {year}, {unit} of {price_year}"),
    "total": mark("By the total in {year}, {unit} of {price_year}"),
}


def sector_table(result: ResultTables, level: Level, fiscal_year: str) -> Group:
    """Exports, imports and change in balance by sector, in US$ million.

    Rows stand by the size of their change in balance; groups without any trade are left out, and
    the last row is the total of all.

    Parameters
    ----------
    result : Result
        What to show.
    level : {"chapter", "section", "window", "total"}
        How to group the chapters.
    fiscal_year : str
        One of the result's years.

    Raises
    ------
    InputError
        If the level or the year is unknown.
    """
    frame = result.balance(level, fiscal_year)
    rows = [row for row in rows_of(frame) if _has_trade(row)]
    rows.sort(key=lambda row: (-abs(row["change_in_balance_usd_mn"]), -_size(row)))
    (total,) = rows_of(result.balance("total", fiscal_year))
    # A level stands beside its range: where there are any, they take the room of the scenario.
    ranged = any(range_of_mn(row, flow) for row in (total, *rows) for flow in _ITEMS[:2])
    heads = [tr("ref."), tr("90 % range") if ranged else tr("scen."), tr("change"), "%"]
    group = {"product": "HS", "chapter": "HS", "section": tr("sec.")}.get(level)
    cells = [
        [
            f"\n{group}" if group else "",
            "",
            *(f"{flow}\n{head}" for flow in (tr("exp."), tr("imp.")) for head in heads),
            tr("balance\nchange"),
            "\n" + tr("gr."),
        ]
    ]
    written = _amounts([*rows, total], ranged)
    for row, said in zip(rows, written, strict=False):
        # Codes people know; the keys of windows and totals only repeat the name.
        code = str(row[GROUP_COLUMN[level]]) if level in ("product", "chapter", "section") else ""
        code, name = "" if code == "none" else code, name_now(str(row["name"]))
        cells.append([code, name, *said, _text(row.get("grade"))])
    cells.append(["", tr("Total"), *written[-1], ""])
    title = tr(_BY_LEVEL[level], **said_of(result, fiscal_year, unit_mn(long=True)))
    return titled(title, table(cells, name_column=1))


def said_of(result: ResultTables, year: str, unit: str) -> dict[str, str]:
    """What titles name: the year, the unit and the year of its prices."""
    return {
        "year": year_in_words(year),
        "unit": unit,
        "price_year": year_in_words(result.price_year),
    }


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by the names of its columns."""
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


def _amounts(rows: Sequence[Mapping[str, Any]], ranged: bool) -> list[tuple[str, ...]]:
    """Write the numbers of rows, each column to one place."""
    changes = [f"change_in_{item}_usd_mn" for item in _ITEMS]
    place = place_of_column(row[change] for row in rows for change in changes)

    def column(name: str) -> list[str]:
        signed = name in changes
        one_place = place if signed else None
        return amounts([row[name] for row in rows], signed=signed, place=one_place)

    columns = []
    for flow in ("exports", "imports"):
        columns += [
            column(f"baseline_{flow}_usd_mn"),
            [range_of_mn(row, flow) for row in rows] if ranged else column(f"{flow}_usd_mn"),
            column(f"change_in_{flow}_usd_mn"),
            [bare_percent(row[f"change_in_{flow}_pct"]) for row in rows],
        ]
    columns.append(column(changes[-1]))
    return list(zip(*columns, strict=True))


def _has_trade(row: Mapping[str, Any]) -> bool:
    return any(row[f"{stem}{flow}_usd_mn"] != 0 for stem in ("baseline_", "") for flow in _ITEMS)


def _size(row: Mapping[str, Any]) -> float:
    return float(row["baseline_exports_usd_mn"] + row["baseline_imports_usd_mn"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
