"""A result as text for people: the headline, the path over the years, the sectors.

Nothing is computed here: every number shown is a cell of a result, rounded for reading.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import (
    MINUS,
    billions,
    conversion,
    millions,
    span,
    unit_bn,
    unit_mn,
)
from cepasim.levers.every import lever_name
from cepasim.report.accounts import unclaimed
from cepasim.report.drawn import drawn_in_words
from cepasim.report.fund import fund_cells, fund_title
from cepasim.report.given import section_cells
from cepasim.report.headline import headline as in_brief
from cepasim.report.headline import weighed_notes
from cepasim.report.jobs import jobs_in_words
from cepasim.report.layout import WIDTH, amounts, indented, list_of, table, titled, wrapped
from cepasim.report.levels import range_of
from cepasim.report.terminal_sectors import rows_of, said_of, sector_table
from cepasim.report.together import place_of_changes, split_together, trade_balance
from cepasim.tables.names import Level
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
_GRADES = mark(
    "gr. grade, the worst of the row's benchmark cells. A official, B published estimate, C own "
    "calculation, D assumption: read it as an order of magnitude."
)
_LEVELS = mark(
    "ref. reference, scen. scenario; changes are against the reference of the same year. Rounded "
    "for reading: ~0 is small but not zero, and figures may not add up because of rounding."
)
_LEVELS_RANGED = mark(
    "ref. reference with the 90 % range of its level; the scenario's level is that and the change, "
    "and as uncertain; changes are against the reference of the same year. Rounded for reading: ~0 "
    "is small but not zero, and figures may not add up because of rounding."
)


#: US$ million below which the import content changes nothing a reader would see.
_WORTH_SAYING = 0.05
_SECTIONS_GIVEN = 8


def headline(result: ResultTables, fiscal_year: str) -> Group:
    """Exports, imports and balance of one year, in US$ billion: reference, scenario, change."""
    (row,) = rows_of(result.balance("total", fiscal_year))
    totals = result.totals
    (ranges,) = rows_of(totals[totals["fiscal_year"] == fiscal_year])
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
    place = trade_balance(row).place  # as in the sentence above
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
                billions(row[change], signed=True, place=place),
                *spread,
            ]
        )
    said = said_of(result, fiscal_year, unit_bn(long=True))
    return titled(
        tr("India's trade with Japan in {year}, {unit} of {price_year}", **said), table(cells)
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
    sums = result.balance("total")
    changes = sums[[f"change_in_{item}_usd_mn" for item in _ITEMS]]
    place = place_of_column(changes.to_numpy(float).ravel(), "bn")
    columns = [
        [year_in_words(str(year)) for year in sums["fiscal_year"]],
        amounts(sums["baseline_balance_usd_mn"], signed=True, size="bn"),
        [_level(totals, "balance") for totals in rows_of(result.totals)],
        amounts(sums["balance_usd_mn"], signed=True, size="bn"),
        *(amounts(changes[one], signed=True, size="bn", place=place) for one in changes),
    ]
    cells += map(list, zip(*columns, strict=True))
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
    levers = rows_of(split)
    names = [lever_name(str(row["lever"]), str(row["side"])) for row in levers]
    [total] = rows_of(result.balance("total", fiscal_year))
    places, _ = split_together(levers, total)  # as in the equations of the note
    written = [
        amounts([*split[one], split[one].sum(skipna=False)], signed=True, missing="–")
        if "welfare" in one
        else [
            millions(change, signed=True, place=place).replace(MINUS, "-")
            for change, place in zip([*split[one], total[f"change_in_{one}"]], places, strict=True)
        ]
        for one in columns
    ]
    cells += map(list, zip([*names, tr("Together")], *written, strict=True))
    said = said_of(result, fiscal_year, unit_mn(long=True))
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
            place = place_of_changes(row.to_dict())
            said = tr(
                "Imports include the Japanese inputs and machinery that the levers' own output "
                "needs; without them the balance would change by {without} instead of {change} "
                "{unit}.",
                without=millions(row[column], signed=True, place=place),
                change=millions(row["change_in_balance_usd_mn"], signed=True, place=place),
                unit=unit_mn(),
            )
            lines.append(said)
    if "probability_deficit_falls" in totals:
        lines += drawn_in_words(totals, fiscal_year, result.manifest.get("ranges"))
    lines += unclaimed(result, fiscal_year)
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
