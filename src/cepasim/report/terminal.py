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

from cepasim.core.numbers import MINUS, bare_percent, billions, millions
from cepasim.levers.every import lever_name
from cepasim.report.drawn import drawn_in_words
from cepasim.report.fund import fund_cells, fund_title
from cepasim.report.given import section_cells
from cepasim.report.headline import headline as in_brief
from cepasim.report.headline import weighed_notes
from cepasim.report.jobs import jobs_in_words
from cepasim.report.layout import WIDTH, list_of, table, titled
from cepasim.report.levels import range_of, range_of_mn
from cepasim.tables.names import GROUP_COLUMN, Level
from cepasim.tables.result_tables import ResultTables

_ITEMS = ("exports", "imports", "balance")
ITEM_NAMES = {
    "exports": "Exports to Japan",
    "imports": "Imports from Japan",
    "balance": "Balance",
}
_LEVEL_NAMES = {
    "product": "Product",
    "chapter": "HS chapter",
    "section": "HS section",
    "window": "window of the fund",
    "total": "the total",
}
_GRADES = (
    "gr. grade, the worst of the row's benchmark cells. A official, B published estimate, C own "
    "calculation, D assumption: read it as an order of magnitude."
)
_LEVELS = "ref. reference, scen. scenario"
_LEVELS_RANGED = (
    "ref. reference with the 90 % range of its level; the scenario's level is that and the change, "
    "and as uncertain"
)


#: US$ million below which the import content changes nothing a reader would see.
_WORTH_SAYING = 0.05
_SECTIONS_GIVEN = 8


# --- the tables -------------------------------------------------------------------------


def headline(result: ResultTables, fiscal_year: str) -> Group:
    """Exports, imports and balance of one year, in US$ billion: reference, scenario, change."""
    (row,) = _rows(result.balance("total", fiscal_year))
    totals = result.totals
    (ranges,) = _rows(totals[totals["fiscal_year"] == fiscal_year])
    both = "share_deficit_falls_choice" in ranges
    cells = [
        [
            "",
            "  reference",
            "  90 % range\n  of the level",
            "  scenario",
            "    change",
            "  90 % range,\n  figures" if both else "  90 % range of the change",
            *(["  figures and\n  model choice"] if both else ()),
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
                ITEM_NAMES[item].partition(" ")[0] if both else ITEM_NAMES[item],
                billions(row[f"baseline_{item}_usd_mn"], signed=signed),
                _level(ranges, item),
                billions(row[f"{item}_usd_mn"], signed=signed),
                billions(row[change], signed=True),
                *spread,
            ]
        )
    return titled(
        f"India's trade with Japan in {fiscal_year}, US$ billion of 2023-24", table(cells)
    )


def _level(totals: Mapping[str, Any], item: str) -> str:
    found = range_of(totals, item).replace(MINUS, "-")
    return f"[{found}]" if found else ""


def _spread(totals: Mapping[str, Any], column: str) -> str:
    """90 % range of a column; nothing where none was drawn."""
    low, high = (totals.get(f"{column}_{end}") for end in ("p5", "p95"))
    return "" if low is None or high is None else between(float(low), float(high))


def between(low: float, high: float) -> str:
    """Return a range in US$ billion."""
    return f"{billions(low, signed=True)} to {billions(high, signed=True)}"


def path(result: ResultTables) -> Group:
    """Balance of every year, in US$ billion, with the changes it is made of."""
    cells = [
        [
            "fiscal\nyear",
            "  balance,\n  reference",
            "  90 % range\n  of the level",
            "  balance,\n  scenario",
            "  change in\n  exports",
            "  change in\n  imports",
            "  change in\n  balance",
        ]
    ]
    for row, totals in zip(_rows(result.balance("total")), _rows(result.totals), strict=True):
        cells.append(
            [
                str(row["fiscal_year"]),
                billions(row["baseline_balance_usd_mn"], signed=True),
                _level(totals, "balance"),
                billions(row["balance_usd_mn"], signed=True),
                *(billions(row[f"change_in_{item}_usd_mn"], signed=True) for item in _ITEMS),
            ]
        )
    return titled("Year by year, US$ billion of 2023-24", table(cells, last_in_bold=False))


def lever_table(result: ResultTables, fiscal_year: str) -> Group:
    """Exact (Shapley) split of a year's change over levers and sides, in US$ million."""
    split = result.contributions_by_side
    split = split[(split["hs"] == "total") & (split["fiscal_year"] == fiscal_year)]
    columns = {
        "exports_usd_mn": "  exports",
        "imports_usd_mn": "  imports",
        "balance_usd_mn": "  balance",
        "welfare_japan_usd_mn": "  welfare,\n  Japan",
        "welfare_india_usd_mn": "  welfare,\n  India",
    }
    cells = [["lever", *columns.values()]]
    for row in _rows(split):
        name = lever_name(str(row["lever"]), str(row["side"]))
        cells.append([name, *(millions(row[column], signed=True) for column in columns)])
    whole = split[list(columns)].sum()
    cells.append(["Together", *(millions(float(whole[c]), signed=True) for c in columns)])
    return titled(f"What each lever does in {fiscal_year}, US$ million of 2023-24", table(cells))


def given_table(result: ResultTables, fiscal_year: str) -> Group:
    """What Japan gives beside what India gives, by section."""
    head = (
        "",
        *("  India's\n    sales", "  Japan's\n     duty", "  Japan's\nproducers"),
        *("  Japan's\n    sales", "  India's\n     duty", "  India's\nproducers"),
    )
    cells = [head, *section_cells(result, fiscal_year, _SECTIONS_GIVEN)]
    written = [[cell.replace(MINUS, "-") for cell in row] for row in cells]
    title = "Give and take: Japan's market, then India's, by section, change in"
    return titled(f"{title} {fiscal_year}, US$ million", table(written))


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
    flow_heads = ["\nref.", "\n90 % range" if ranged else "\nscen.", "\nchange", "\n%"]
    cells = [
        [
            {"product": "\nHS", "chapter": "\nHS", "section": "\nsec."}.get(level, ""),
            "",
            *(f"{flow}{head}" for flow in ("exp.", "imp.") for head in flow_heads),
            "balance\nchange",
            "\ngr.",
        ]
    ]
    for row in rows:
        # Codes people know; the keys of windows and totals only repeat the name.
        code = str(row[GROUP_COLUMN[level]]) if level in ("product", "chapter", "section") else ""
        cells.append(
            [
                "" if code == "none" else code,
                str(row["name"]),
                *_amounts(row, ranged),
                _text(row.get("grade")),
            ]
        )
    cells.append(["", "Total", *_amounts(total, ranged), ""])
    return titled(
        f"By {_LEVEL_NAMES[level]} in {fiscal_year}, US$ million of 2023-24",
        table(cells, name_column=1),
    )


def footnotes(result: ResultTables, fiscal_year: str) -> list[str]:
    """Return what must be read with the figures: units, rounding, grades."""
    ranged = "baseline_exports_low_usd_mn" in result.totals
    lines = [
        f"Fiscal year {fiscal_year} (April to March), seen from India: exports f.o.b., imports "
        "c.i.f.; balance = exports - imports, a deficit is negative.",
        f"{_LEVELS_RANGED if ranged else _LEVELS}; changes are against the reference of the same "
        "year. Rounded for reading: ~0 is small but not zero, and rows may differ from the total "
        "in the last digit.",
    ]
    column = "change_in_balance_without_content_usd_mn"
    totals = result.totals
    if column in totals:
        row = totals[totals["fiscal_year"] == fiscal_year].iloc[0]
        if abs(row[column] - row["change_in_balance_usd_mn"]) >= _WORTH_SAYING:
            without = millions(row[column], signed=True)
            change = millions(row["change_in_balance_usd_mn"], signed=True)
            lines.append(
                "Imports include the Japanese inputs and machinery that the levers' own output "
                f"needs; without them the balance would change by {without} instead of {change} "
                "US$ mn."
            )
    if "probability_deficit_falls" in totals:
        lines += drawn_in_words(totals, fiscal_year, result.manifest.get("ranges"))
    if said := jobs_in_words(result, fiscal_year):
        lines.append(said.replace(MINUS, "-"))
    if "grade" in result.sectors.columns:
        lines.append(_GRADES)
    return lines


# --- together ---------------------------------------------------------------------------------


def page(result: ResultTables, level: Level, fiscal_year: str) -> Group:
    """Put title, headline, path, sectors and footnotes below each other.

    Raises
    ------
    InputError
        If the level or the year is unknown.
    """
    parts: list[Group | Table | Text] = [
        Text(f"{result.scenario.name} (engine: {result.engine})", style="bold"),
        Text(f"{result.scenario.description}\n" if result.scenario.description else ""),
        Text(f"{in_brief(result, fiscal_year)}\n"),
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
    parts.extend(Text(line, style="dim") for line in footnotes(result, fiscal_year))
    if result.notes:
        parts.append(Text("\nNotes", style="bold"))
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


def _short_code(code: str) -> str:
    return "" if code == "none" else code


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
