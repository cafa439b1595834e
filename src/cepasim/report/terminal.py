"""A result as text for people: the headline, the path over the years, the sectors.

Nothing is computed here: every number shown is a cell of a result, rounded for reading.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import (
    MINUS,
    bare_percent,
    billions,
    conversion,
    millions,
    span,
    unit_bn,
    unit_mn,
)
from cepasim.levers.every import lever_name
from cepasim.report.drawn import drawn_in_words
from cepasim.report.fund import fund_cells, fund_title
from cepasim.report.given import section_cells
from cepasim.report.headline import headline as in_brief
from cepasim.report.headline import weighed_notes
from cepasim.report.jobs import jobs_in_words
from cepasim.report.layout import WIDTH, indented, list_of, table, titled, wrapped
from cepasim.report.levels import range_of, range_of_mn
from cepasim.tables.names import GROUP_COLUMN, Level, name_now
from cepasim.tables.result_tables import ResultTables

_ITEMS = ("exports", "imports", "balance")
ITEM_NAMES = {
    "exports": mark("Exports to Japan"),
    "imports": mark("Imports from Japan"),
    "balance": mark("Balance"),
}
#: Names of the same items where the room is short.
SHORT_NAMES = {
    "exports": mark("Exports"),
    "imports": mark("Imports"),
    "balance": mark("Balance"),
}
_BY_LEVEL = {
    "product": mark("By Product in {year}, {unit} of {price_year}"),
    "chapter": mark("By HS chapter in {year}, {unit} of {price_year}"),
    "section": mark("By HS section in {year}, {unit} of {price_year}"),
    "window": mark("By window of the fund in {year}, {unit} of {price_year}"),
    "total": mark("By the total in {year}, {unit} of {price_year}"),
}
_GRADES = mark(
    "gr. grade, the worst of the row's benchmark cells. A official, B published estimate, C own "
    "calculation, D assumption: read it as an order of magnitude."
)
_LEVELS = mark(
    "ref. reference, scen. scenario; changes are against the reference of the same year. Rounded "
    "for reading: ~0 is small but not zero, and rows may differ from the total in the last digit."
)
_LEVELS_RANGED = mark(
    "ref. reference with the 90 % range of its level; the scenario's level is that and the change, "
    "and as uncertain; changes are against the reference of the same year. Rounded for reading: ~0 "
    "is small but not zero, and rows may differ from the total in the last digit."
)


#: US$ million below which the import content changes nothing a reader would see.
_WORTH_SAYING = 0.05
_SECTIONS_GIVEN = 8


def headline(result: ResultTables, fiscal_year: str) -> Group:
    """Exports, imports and balance of one year, in US$ billion: reference, scenario, change."""
    (row,) = _rows(result.balance("total", fiscal_year))
    totals = result.totals
    (ranges,) = _rows(totals[totals["fiscal_year"] == fiscal_year])
    both = "share_deficit_falls_choice" in ranges
    cells = [
        [
            "",
            indented(tr("reference")),
            indented(tr("90 % range\nof the level")),
            indented(tr("scenario")),
            f"    {tr('change')}",
            indented(tr("90 % range,\nfigures") if both else tr("90 % range of the change")),
            *([indented(tr("figures and\nmodel choice"))] if both else ()),
        ]
    ]
    for item in _ITEMS:
        signed = item == "balance"
        change = f"change_in_{item}_usd_mn"
        spread = [_spread(ranges, change)]
        if both:
            spread.append(_spread(ranges, f"{change}_choice"))
        cells.append(
            [
                tr((SHORT_NAMES if both else ITEM_NAMES)[item]),
                billions(row[f"baseline_{item}_usd_mn"], signed=signed),
                _level(ranges, item),
                billions(row[f"{item}_usd_mn"], signed=signed),
                billions(row[change], signed=True),
                *spread,
            ]
        )
    said = _said(result, fiscal_year, unit_bn(long=True))
    return titled(
        tr("India's trade with Japan in {year}, {unit} of {price_year}", **said), table(cells)
    )


def _said(result: ResultTables, year: str, unit: str) -> dict[str, str]:
    """What titles name: the year, the unit and the year of its prices."""
    return {
        "year": year_in_words(year),
        "unit": unit,
        "price_year": year_in_words(result.price_year),
    }


def _level(totals: Mapping[str, Any], item: str) -> str:
    found = range_of(totals, item).replace(MINUS, "-")
    return f"[{found}]" if found else ""


def _spread(totals: Mapping[str, Any], column: str) -> str:
    """90 % range of a column; nothing where none was drawn."""
    low, high = (totals.get(f"{column}_{end}") for end in ("p5", "p95"))
    return "" if low is None or high is None else between(float(low), float(high))


def between(low: float, high: float) -> str:
    """Return a range in US$ billion."""
    return span(low, high, signed=True).replace(MINUS, "-")


def path(result: ResultTables) -> Group:
    """Balance of every year, in US$ billion, with the changes it is made of."""
    cells = [
        [
            tr("fiscal\nyear"),
            *(
                indented(head)
                for head in (
                    tr("balance,\nreference"),
                    tr("90 % range\nof the level"),
                    tr("balance,\nscenario"),
                    tr("change in\nexports"),
                    tr("change in\nimports"),
                    tr("change in\nbalance"),
                )
            ),
        ]
    ]
    for row, totals in zip(_rows(result.balance("total")), _rows(result.totals), strict=True):
        cells.append(
            [
                year_in_words(str(row["fiscal_year"])),
                billions(row["baseline_balance_usd_mn"], signed=True),
                _level(totals, "balance"),
                billions(row["balance_usd_mn"], signed=True),
                *(billions(row[f"change_in_{item}_usd_mn"], signed=True) for item in _ITEMS),
            ]
        )
    title = tr(
        "Year by year, {unit} of {price_year}",
        unit=unit_bn(long=True),
        price_year=year_in_words(result.price_year),
    )
    return titled(title, table(cells, last_in_bold=False))


def lever_table(result: ResultTables, fiscal_year: str) -> Group:
    """Exact (Shapley) split of a year's change over levers and sides, in US$ million."""
    split = result.contributions_by_side
    split = split[(split["hs"] == "total") & (split["fiscal_year"] == fiscal_year)]
    columns = {
        "exports_usd_mn": tr("exports"),
        "imports_usd_mn": tr("imports"),
        "balance_usd_mn": tr("balance"),
        "welfare_japan_usd_mn": tr("welfare,\nJapan"),
        "welfare_india_usd_mn": tr("welfare,\nIndia"),
    }
    cells = [[tr("lever"), *(indented(head) for head in columns.values())]]
    for row in _rows(split):
        name = lever_name(str(row["lever"]), str(row["side"]))
        cells.append([name, *(millions(row[column], signed=True) for column in columns)])
    whole = split[list(columns)].sum()
    cells.append([tr("Together"), *(millions(float(whole[c]), signed=True) for c in columns)])
    said = _said(result, fiscal_year, unit_mn(long=True))
    title = tr("What each lever does in {year}, {unit} of {price_year}", **said)
    return titled(title, table(cells))


def given_table(result: ResultTables, fiscal_year: str) -> Group:
    """What Japan gives beside what India gives, by section."""
    head = (
        "",
        *(
            tr("  India's\n    sales"),
            tr("  Japan's\n     duty"),
            tr("  Japan's\nproducers"),
            tr("  Japan's\n    sales"),
            tr("  India's\n     duty"),
            tr("  India's\nproducers"),
        ),
    )
    cells = [head, *section_cells(result, fiscal_year, _SECTIONS_GIVEN)]
    written = [[cell.replace(MINUS, "-") for cell in row] for row in cells]
    title = tr(
        "Give and take: Japan's market, then India's, by section, change in {year}, {unit}",
        year=year_in_words(fiscal_year),
        unit=unit_mn(long=True),
    )
    return titled(title, table(written))


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
    rows = [row for row in _rows(frame) if _has_trade(row)]
    rows.sort(key=lambda row: (-abs(row["change_in_balance_usd_mn"]), -_size(row)))
    (total,) = _rows(result.balance("total", fiscal_year))
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
    for row in rows:
        # Codes people know; the keys of windows and totals only repeat the name.
        code = str(row[GROUP_COLUMN[level]]) if level in ("product", "chapter", "section") else ""
        cells.append(
            [
                "" if code == "none" else code,
                name_now(str(row["name"])),
                *_amounts(row, ranged),
                _text(row.get("grade")),
            ]
        )
    cells.append(["", tr("Total"), *_amounts(total, ranged), ""])
    title = tr(_BY_LEVEL[level], **_said(result, fiscal_year, unit_mn(long=True)))
    return titled(title, table(cells, name_column=1))


def footnotes(result: ResultTables, fiscal_year: str) -> list[str]:
    """Return what must be read with the figures: units, rounding, grades."""
    ranged = "baseline_exports_low_usd_mn" in result.totals
    lines = [
        tr(
            "Fiscal year {year} (April to March), seen from India: exports f.o.b., imports "
            "c.i.f.; balance = exports - imports, a deficit is negative.",
            year=year_in_words(fiscal_year),
        ),
        tr(_LEVELS_RANGED if ranged else _LEVELS),
    ]
    if said := conversion():
        lines.append(said)
    column = "change_in_balance_without_content_usd_mn"
    totals = result.totals
    if column in totals:
        row = totals[totals["fiscal_year"] == fiscal_year].iloc[0]
        if abs(row[column] - row["change_in_balance_usd_mn"]) >= _WORTH_SAYING:
            said = tr(
                "Imports include the Japanese inputs and machinery that the levers' own output "
                "needs; without them the balance would change by {without} instead of {change} "
                "{unit}.",
                without=millions(row[column], signed=True),
                change=millions(row["change_in_balance_usd_mn"], signed=True),
                unit=unit_mn(),
            )
            lines.append(said)
    if "probability_deficit_falls" in totals:
        lines += drawn_in_words(totals, fiscal_year, result.manifest.get("ranges"))
    if said := jobs_in_words(result, fiscal_year):
        lines.append(said.replace(MINUS, "-"))
    if "grade" in result.sectors.columns:
        lines.append(tr(_GRADES))
    return lines


def page(result: ResultTables, level: Level, fiscal_year: str) -> Group:
    """Put title, headline, path, sectors and footnotes below each other.

    Raises
    ------
    InputError
        If the level or the year is unknown.
    """
    about = tr(result.scenario.description)
    parts: list[Group | Table | Text] = [
        Text(
            tr("{name} (engine: {engine})", name=tr(result.scenario.name), engine=result.engine),
            style="bold",
        ),
        Text(f"{wrapped(about)}\n" if about else ""),
        Text(f"{wrapped(str(in_brief(result, fiscal_year)))}\n"),
        headline(result, fiscal_year),
    ]
    if len(result.fiscal_years) > 1:
        parts.append(path(result))
    if not result.contributions.empty:
        parts.append(lever_table(result, fiscal_year))
    if fund := fund_cells(result, fiscal_year):
        cells = [[cell.replace(MINUS, "-") for cell in row[1:]] for row in fund]
        parts.append(titled(fund_title(result, fiscal_year), table(cells, last_in_bold=False)))
    if len(result.concessions):
        parts.append(given_table(result, fiscal_year))
    parts.append(sector_table(result, level, fiscal_year))
    parts.extend(Text(wrapped(line), style="dim") for line in footnotes(result, fiscal_year))
    if result.notes:
        parts.append(Text("\n" + tr("Notes"), style="bold"))
        parts.append(list_of(weighed_notes(result, fiscal_year)))
    return Group(*parts)


def print_page(result: ResultTables, level: Level, fiscal_year: str) -> None:
    """Print the page to the standard output: in bold and colour on a terminal, plain in a pipe."""
    console = Console(highlight=False)
    if console.is_terminal:
        if console.width < WIDTH:
            console = Console(highlight=False, width=WIDTH)
        console.print(page(result, level, fiscal_year))
    else:
        sys.stdout.write(text(result, level, fiscal_year))


def text(result: ResultTables, level: Level, fiscal_year: str) -> str:
    """Return the page as plain text, at most `WIDTH` columns wide."""
    buffer = io.StringIO()
    console = Console(file=buffer, highlight=False, width=WIDTH, color_system=None)
    console.print(page(result, level, fiscal_year))
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


def _amounts(row: Mapping[str, Any], ranged: bool) -> list[str]:
    cells = []
    for flow in ("exports", "imports"):
        cells += [
            millions(row[f"baseline_{flow}_usd_mn"]),
            range_of_mn(row, flow) if ranged else millions(row[f"{flow}_usd_mn"]),
            millions(row[f"change_in_{flow}_usd_mn"], signed=True),
            bare_percent(row[f"change_in_{flow}_pct"]),
        ]
    return [*cells, millions(row["change_in_balance_usd_mn"], signed=True)]


def _has_trade(row: Mapping[str, Any]) -> bool:
    return any(row[f"{stem}{flow}_usd_mn"] != 0 for stem in ("baseline_", "") for flow in _ITEMS)


def _size(row: Mapping[str, Any]) -> float:
    return float(row["baseline_exports_usd_mn"] + row["baseline_imports_usd_mn"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
