"""Parts of pages and notes as blocks: what a result says. Every number is a cell of the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.language import tr
from cepasim.economy.verdict import verdicts
from cepasim.levers.every import lever_name
from cepasim.params.parameters import Parameters
from cepasim.report.blocks import Bar, Bars, Block, Card, Cards, Paragraph, Table
from cepasim.report.drawn import BALANCE, CHOICE, has_choice
from cepasim.report.levels import range_of, range_of_mn
from cepasim.tables.result_tables import ResultTables
from cepasim.tables.sums import percent_change

_SHOWN = 8
#: Parts of a change that no supplier loses.
_FROM_NOBODY = ("wedge", "market_expansion", "import_content")


def total_row(result: ResultTables, year: str) -> dict[str, float]:
    """Return exports, imports and balance of a year: reference, scenario, change.

    Columns as those of ``Result.balance``, read from the totals: no sector has to be summed.
    """
    totals = result.totals.iloc[result.fiscal_years.index(year)]
    row: dict[str, float] = {}
    for item in ("exports", "imports", "balance"):
        base, value = float(totals[f"baseline_{item}_usd_mn"]), float(totals[f"{item}_usd_mn"])
        row |= {f"baseline_{item}_usd_mn": base, f"{item}_usd_mn": value}
        for end in ("low", "high"):
            if (column := f"baseline_{item}_{end}_usd_mn") in totals:
                row[column] = float(totals[column])
        row[f"change_in_{item}_usd_mn"] = value - base
        if item != "balance":
            [change] = percent_change(np.array([base]), np.array([value - base]))
            row[f"change_in_{item}_pct"] = float(change)
    return row | {"change_in_balance_usd_mn": float(totals["change_in_balance_usd_mn"])}


def ranges_in_words(totals: pd.DataFrame, year: str, draws: int | None = None) -> dict[str, str]:
    """Return what stands below each change of a year: its 90 % range.

    Parameters
    ----------
    totals : DataFrame
        ``Result.totals`` with ranges, or the ranges alone.
    year : str
    draws : int, optional
        How many they rest on.
    """
    [row] = totals[totals["fiscal_year"] == year].to_dict("records")
    said = {}
    for item in ("exports", "imports", "balance"):
        low, high = (
            figures.mn(float(row[f"change_in_{item}_usd_mn_{end}"]), signed=True, unit=False)
            for end in ("p5", "p95")
        )
        said[item] = f"90 % range {low} to {high} mn"
    narrows = f"narrows in {100 * row['probability_deficit_falls']:.0f} %"
    count = "" if draws is None else f" of {draws} draws"
    said["balance"] += f"; {narrows}{count}"
    if has_choice(totals):
        low, high = (
            figures.mn(float(row[f"{BALANCE}{CHOICE}_{end}"]), signed=True, unit=False)
            for end in ("p5", "p95")
        )
        narrows = f"narrows in {100 * row[f'share_deficit_falls{CHOICE}']:.0f} %"
        said["balance"] += f". With model choice {low} to {high} mn; {narrows}"
    return said


def headline(row: Mapping[str, Any], year: str, ranges: Mapping[str, str] | None = None) -> Cards:
    """Return the headline figures of a year: what changes, with the level it leads to in small.

    Parameters
    ----------
    row : mapping
        From `total_row`.
    year : str
    ranges : mapping of str to str, optional
        What stands below each change (``exports``, ``imports``, ``balance``). A level has its own
        range beside it, how far forecasts of that reach missed, where it is known: it is wider.
    """
    said = ranges or {}
    items = (
        ("balance", "Change in balance"),
        ("exports", "Exports to Japan"),
        ("imports", "Imports from Japan"),
    )
    return Cards(
        tuple(
            Card(
                f"{title}, {year}",
                _change(row, item),
                _against_reference(row, item),
                said.get(item, ""),
                _level(row, item),
            )
            for item, title in items
        )
    )


def _change(row: Mapping[str, Any], item: str) -> str:
    change = float(row[f"change_in_{item}_usd_mn"])
    return figures.mn(change, signed=True) if change else "no change"


def _against_reference(row: Mapping[str, Any], item: str) -> str:
    change = float(row[f"change_in_{item}_usd_mn"])
    if change == 0:
        return "as in the reference"
    if item != "balance":
        return f"US$, {figures.percent(row[f'change_in_{item}_pct'])} against the reference"
    before = float(row["baseline_balance_usd_mn"])
    verb = "narrows" if change > 0 else "widens"
    if before >= 0:
        return f"US$, surplus {'grows' if change > 0 else 'shrinks'}"
    return f"US$, deficit {verb} by {figures.percent(100 * abs(change / before)).lstrip('+')}"


def _level(row: Mapping[str, Any], item: str) -> str:
    level = f"level {figures.bn(row[f'{item}_usd_mn'])}"
    around = range_of(row, item, scenario=True)
    return f"{level}; 90 % range of the level {around} bn" if around else level


def movers(result: ResultTables, year: str, flow: str, shown: int = _SHOWN) -> Bars:
    """Return the chapters of one flow that move most.

    Parameters
    ----------
    result : ResultTables
    year : str
    flow : {"export", "import"}
    shown : int
    """
    rows = result.sectors
    rows = rows[(rows["fiscal_year"] == year) & (rows["flow"] == flow)]
    rows = rows[rows["change_usd_mn"] != 0]
    rows = rows.reindex(rows["change_usd_mn"].abs().sort_values(ascending=False).index)[:shown]
    bars = [
        Bar(
            f"{row['hs']} {result.group_name(str(row['hs']))}",
            float(row["change_usd_mn"]),
            figures.mn(row["change_usd_mn"], signed=True, unit=False)
            + ("*" if row.get("grade") == "D" else ""),
        )
        for row in rows.to_dict("records")
    ]
    heading = "Exports that move most" if flow == "export" else "Imports that move most"
    graded = ", * grade D" if any(bar.text.endswith("*") for bar in bars) else ""
    return Bars(
        heading, f"change against reference, US$ mn, {year}, HS chapters{graded}", tuple(bars)
    )


def losers(
    rows: pd.DataFrame, total: Mapping[str, Any], year: str, flow: str, shown: int = _SHOWN
) -> tuple[Block, ...]:
    """Return who gains and who loses in one market: the pair's change, and whom it is taken from.

    Parameters
    ----------
    rows : DataFrame
        ``Result.who_loses`` of the year.
    total : mapping
        From `total_row`.
    year : str
    flow : {"export", "import"}
        Japan's market or India's.
    shown : int
        Rows to show besides the pair's own.
    """
    export = flow == "export"
    gainer, market = ("India", "Japan's") if export else ("Japan", "India's")
    rows = rows[rows["flow"] == flow].set_index("source")
    change = total[f"change_in_{flow}s_usd_mn"]
    taken = {str(source): float(usd_mn) for source, usd_mn in rows["change_usd_mn"].items()}
    parts = {part: taken.pop(part, 0.0) for part in _FROM_NOBODY}
    others = [source for source, usd_mn in taken.items() if usd_mn]
    others.sort(key=lambda source: -abs(taken[source]))
    names = {str(source): str(name) for source, name in rows["name"].items()}
    bars = [_signed_bar(gainer, float(change))] if change else []
    # What the pair takes from somebody, that somebody loses.
    bars += [_signed_bar(names[source], -taken[source]) for source in others[:shown]]
    table = Bars(
        f"Who gains and who loses in {market} market",
        f"change in sales against reference, US$ mn, {year}",
        tuple(bars),
    )
    if not bars:
        return (table,)
    saved, grown, content = (figures.mn(parts[part], signed=True) for part in _FROM_NOBODY)
    inputs = f", {content} inputs and machinery of what the levers add" if not export else ""
    said = (
        f"Taken from nobody: {saved} from duty and barriers saved, {grown} from the market's "
        f"size{inputs}."
    )
    return table, Paragraph(said, "small")


def _signed_bar(label: str, usd_mn: float) -> Bar:
    return Bar(label, usd_mn, figures.mn(usd_mn, signed=True, unit=False))


def contributions(result: ResultTables, year: str) -> Bars:
    """Return what each lever adds to the balance on each side, with both flows beside it."""
    rows = result.contributions_by_side
    rows = rows[(rows["fiscal_year"] == year) & (rows["hs"] == "total")]
    bars = [
        Bar(
            lever_name(str(row["lever"]), str(row["side"])),
            float(row["balance_usd_mn"]),
            f"{figures.mn(row['balance_usd_mn'], signed=True, unit=False)}"
            f" = {figures.mn(row['exports_usd_mn'], signed=True, unit=False)}"
            f" − ({figures.mn(row['imports_usd_mn'], signed=True, unit=False)})",
        )
        for row in rows.to_dict("records")
    ]
    return Bars(
        "What each lever adds to the balance",
        f"balance = exports − imports, US$ mn against reference, {year}",
        tuple(bars),
        wide=True,
    )


def accounts(result: ResultTables, year: str) -> Table:
    """Return treasuries and welfare of a year; quotas and grants only where there are any."""
    rows = result.accounts(year)
    some = (rows["baseline_usd_mn"] != 0) | (rows["scenario_usd_mn"] != 0)
    rows = rows[some | rows["account"].str.startswith(("duty", "welfare"))]
    cells = tuple(
        (
            str(row["name"]),
            figures.mn(row["baseline_usd_mn"], unit=False),
            figures.mn(row["scenario_usd_mn"], unit=False),
            figures.mn(row["change_usd_mn"], signed=True, unit=False),
        )
        for row in rows.to_dict("records")
    )
    return Table(
        f"Treasuries and welfare, US$ mn, {year}", ("", "reference", "scenario", "change"), cells
    )


def verdict(parameters: Parameters) -> Table:
    """Return how far history supports the model, question by question."""
    rows = verdicts(parameters).values()
    return Table(
        "What history says about the model, question by question",
        ("question", "may the model be used?", "why"),
        tuple((one.asked, one.answer, one.why) for one in rows),
        numeric=(False, False, False),
    )


def sector_frame(result: ResultTables, level: str, year: str, search: str = "") -> pd.DataFrame:
    """Return the table of sectors, rows without trade left out.

    Parameters
    ----------
    result : ResultTables
    level : {"product", "chapter", "section", "window"}
    year : str
    search : str
        Words that code or name must hold, whatever their case, in English or as the name is said.

    Returns
    -------
    DataFrame
        `Result.balance` with ``code`` in place of the group, and ``exports_range`` and
        ``imports_range``: the range of the level in the reference, in words.
    """
    frame = result.balance(level, year)  # type: ignore[arg-type]  # the screen offers levels only
    rows = frame.to_dict("records")
    for flow in ("exports", "imports"):
        frame[f"{flow}_range"] = pd.Series([range_of_mn(row, flow) for row in rows], dtype="str")
    column = {"product": "hs", "chapter": "hs"}.get(level, level)
    money = ["baseline_{}_usd_mn", "{}_usd_mn"]
    traded = [name.format(flow) for flow in ("exports", "imports") for name in money]
    frame = frame[(frame[traded] != 0).any(axis=1)]
    said = frame["name"].map(tr)
    if search.strip():
        text = (frame[column] + " " + frame["name"] + " " + said).str.casefold()
        for word in search.casefold().split():
            frame = frame[text.reindex(frame.index).str.contains(word, regex=False)]
    frame = frame.assign(name=said.reindex(frame.index))
    return frame.rename(columns={column: "code"}).reset_index(drop=True)


def cell_in_words(cell: Mapping[Any, Any], name: str) -> str:
    """Say one cell of ``Result.sectors``: level with its range, scenario, change.

    Parameters
    ----------
    cell : mapping
        A row of ``Result.sectors``.
    name : str
        Of the product.
    """
    exports = cell["flow"] == "export"
    direction = "India's exports to Japan" if exports else "India's imports from Japan"
    low, high = (cell.get(f"baseline_{end}_usd_mn") for end in ("low", "high"))
    around = ""
    if low is not None and high is not None and low != high:
        around = f" (90 % range of the level {figures.span_mn(float(low), float(high))})"
    return (
        f"{direction}, {cell['hs']} {name}, {cell['fiscal_year']}: "
        f"{cell['baseline_usd_mn']:,.4g} in the reference{around}, "
        f"{cell['scenario_usd_mn']:,.4g} in the scenario, "
        f"change {cell['change_usd_mn']:+,.4g} US$ million"
    )
