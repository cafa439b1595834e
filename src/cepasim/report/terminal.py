"""A result as text for people: the headline, the path over the years, the sectors.

Nothing is computed here: every number shown is a cell of a result, rounded for reading.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cepasim.levers.every import LEVER_NAMES
from cepasim.report.layout import WIDTH, list_of, table, titled
from cepasim.report.levels import range_of, range_of_mn
from cepasim.report.numbers import MINUS, bare_percent, billions, millions
from cepasim.scenario.scenario import Scenario
from cepasim.tables.names import GROUP_COLUMN, Level
from cepasim.tables.result_tables import ResultTables

_ITEMS = ("exports", "imports", "balance")
_ITEM_NAMES = {
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


class Ranges(Protocol):
    """Draws of a scenario, as `cepasim.monte_carlo` returns them."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def draws(self) -> int:
        """How many."""

    @property
    def seed(self) -> int:
        """What they began from."""

    @property
    def totals(self) -> pd.DataFrame:
        """One row per (fiscal_year, item)."""

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years in order."""


#: US$ million below which the import content changes nothing a reader would see.
_WORTH_SAYING = 0.05


# --- the tables -------------------------------------------------------------------------


def headline(result: ResultTables, fiscal_year: str) -> Group:
    """Exports, imports and balance of one year, in US$ billion: reference, scenario, change."""
    (row,) = _rows(result.balance("total", fiscal_year))
    totals = result.totals
    (ranges,) = _rows(totals[totals["fiscal_year"] == fiscal_year])
    cells = [
        [
            "",
            "  reference",
            "  90 % range\n  of the level",
            "  scenario",
            "    change",
            "  90 % range of the change",
        ]
    ]
    for item in _ITEMS:
        signed = item == "balance"
        change = f"change_in_{item}_usd_mn"
        low, high = (ranges.get(f"{change}_{end}") for end in ("p5", "p95"))
        spread = "" if low is None or high is None else _between(float(low), float(high))
        cells.append(
            [
                _ITEM_NAMES[item],
                billions(row[f"baseline_{item}_usd_mn"], signed=signed),
                _level(ranges, item),
                billions(row[f"{item}_usd_mn"], signed=signed),
                billions(row[change], signed=True),
                spread,
            ]
        )
    return titled(
        f"India's trade with Japan in {fiscal_year}, US$ billion of 2023-24", table(cells)
    )


def ranges_text(ranges: Ranges) -> str:
    """Changes of exports, imports and the balance with their ranges, year by year, as text."""
    totals = ranges.totals
    cells = [
        [
            "fiscal\nyear",
            "",
            "  central",
            "  median",
            "  50 % range",
            "  90 % range",
            "  share above 0",
        ]
    ]
    changes = [item for item in dict.fromkeys(totals["item"]) if item.startswith("change_in_")]
    for year in _shown_years(ranges.fiscal_years):
        for item in changes:
            row = totals[(totals["fiscal_year"] == year) & (totals["item"] == item)].iloc[0]
            name = _ITEM_NAMES[item.removeprefix("change_in_").removesuffix("_usd_mn")]
            cells.append(
                [
                    year if item == changes[0] else "",
                    name,
                    billions(row["central"], signed=True),
                    billions(row["p50"], signed=True),
                    _between(row["p25"], row["p75"]),
                    _between(row["p5"], row["p95"]),
                    f"{100 * row['probability_above_zero']:.0f} %",
                ]
            )
    buffer = io.StringIO()
    console = Console(file=buffer, highlight=False, width=WIDTH, color_system=None)
    console.print(Text(ranges.scenario.name, style="bold"))
    console.print(
        titled(
            f"Changes against the reference in {ranges.draws:,} draws (seed {ranges.seed}), "
            "US$ billion of 2023-24",
            table(cells, name_column=1, last_in_bold=False),
        )
    )
    console.print(
        "The share of the balance is the probability that the deficit falls. What is drawn and "
        "how: docs/uncertainty.md."
    )
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _shown_years(years: Sequence[str]) -> list[str]:
    """First year after the base, the one halfway, the last."""
    if len(years) < 4:
        return [years[-1]]
    return list(dict.fromkeys([years[3], years[len(years) // 2 + 1], years[-1]]))


def _level(totals: Mapping[str, Any], item: str) -> str:
    found = range_of(totals, item).replace(MINUS, "-")
    return f"[{found}]" if found else ""


def _between(low: float, high: float) -> str:
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
    """Exact (Shapley) split of a year's change over the kinds of levers, in US$ million."""
    split = result.contributions
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
        name = LEVER_NAMES.get(str(row["lever"]), str(row["lever"]))
        cells.append([name, *(millions(row[column], signed=True) for column in columns)])
    whole = split[list(columns)].sum()
    cells.append(["Together", *(millions(float(whole[c]), signed=True) for c in columns)])
    return titled(f"What each lever does in {fiscal_year}, US$ million of 2023-24", table(cells))


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
        share = totals.set_index("fiscal_year")["probability_deficit_falls"][fiscal_year]
        draws = result.manifest.get("ranges")
        count = f" {draws['draws']:,}" if isinstance(draws, dict) and "draws" in draws else ""
        lines.append(
            f"90 % range: the middle nine tenths of{count} draws of every figure within its range "
            f"(docs/uncertainty.md). The deficit falls in {100 * float(share):.0f} % of them."
        )
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
        headline(result, fiscal_year),
    ]
    if len(result.fiscal_years) > 1:
        parts.append(path(result))
    if not result.contributions.empty:
        parts.append(lever_table(result, fiscal_year))
    parts.append(sector_table(result, level, fiscal_year))
    parts.extend(Text(line, style="dim") for line in footnotes(result, fiscal_year))
    if result.notes:
        parts.append(Text("\nNotes", style="bold"))
        parts.append(list_of(result.notes))
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
