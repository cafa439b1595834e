"""Parts of pages and notes as blocks: what a result says. Every number is a cell of the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, ntr, separated, tr
from cepasim.economy.verdict import verdicts
from cepasim.levers.every import lever_name
from cepasim.params.parameters import Parameters
from cepasim.report.blocks import Bar, Bars, Block, Card, Cards, Paragraph, Table, marked
from cepasim.report.drawn import BALANCE, CHOICE, has_choice
from cepasim.report.levels import range_in_words, range_of_mn
from cepasim.report.product_views import finest_known, row_name
from cepasim.report.together import bars_of, equations, said_of_rounding, trade_balance
from cepasim.tables.names import name_now
from cepasim.tables.result_tables import ResultTables
from cepasim.tables.sums import percent_change

_SHOWN = 8
#: Parts of a change that no supplier loses.
_FROM_NOBODY = {
    "wedge": mark("{amount} of duty and barriers saved"),
    "market_expansion": mark("{amount} from the size of the market"),
    "import_content": mark("{amount} of inputs and machinery for what the levers add"),
}


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
        low, high = (float(row[f"change_in_{item}_usd_mn_{end}"]) for end in ("p5", "p95"))
        said[item] = tr("90 % range {between}", between=figures.range_mn(low, high, signed=True))
    narrows = figures.share(row["probability_deficit_falls"])
    if draws is None:
        said["balance"] = tr("{range}; narrows in {share}", range=said["balance"], share=narrows)
    else:
        said["balance"] = tr(
            "{range}; narrows in {share} of {draws} draws",
            range=said["balance"],
            share=narrows,
            draws=draws,
        )
    if has_choice(totals):
        low, high = (float(row[f"{BALANCE}{CHOICE}_{end}"]) for end in ("p5", "p95"))
        said["balance"] = tr(
            "{range}. With model choice {between}; narrows in {share}",
            range=said["balance"],
            between=figures.range_mn(low, high, signed=True),
            share=figures.share(row[f"share_deficit_falls{CHOICE}"]),
        )
    return said


_CARDS = {
    "balance": mark("Change in balance, {year}"),
    "exports": mark("Exports to Japan, {year}"),
    "imports": mark("Imports from Japan, {year}"),
}


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
    return Cards(
        tuple(
            Card(
                tr(title, year=year_in_words(year)),
                _change(row, item),
                _against_reference(row, item),
                said.get(item, "") if row[f"change_in_{item}_usd_mn"] else "",
                _level(row, item),
            )
            for item, title in _CARDS.items()
        )
    )


def _change(row: Mapping[str, Any], item: str) -> str:
    change = float(row[f"change_in_{item}_usd_mn"])
    if not change:
        return tr("no change")
    return figures.mn(change, signed=True, place=trade_balance(row).place)


def _against_reference(row: Mapping[str, Any], item: str) -> str:
    change = float(row[f"change_in_{item}_usd_mn"])
    if change == 0:
        return tr("as in the reference")
    if item != "balance":
        return tr(
            "{currency}, {percent} against the reference",
            currency=figures.currency_sign(),
            percent=figures.percent(row[f"change_in_{item}_pct"]),
        )
    before, currency = float(row["baseline_balance_usd_mn"]), figures.currency_sign()
    if before >= 0:
        grows = tr("{currency}, surplus grows", currency=currency)
        return grows if change > 0 else tr("{currency}, surplus shrinks", currency=currency)
    share = figures.percent(100 * abs(change / before)).lstrip("+")
    if change > 0:
        return tr("{currency}, deficit narrows by {share}", currency=currency, share=share)
    return tr("{currency}, deficit widens by {share}", currency=currency, share=share)


def _level(row: Mapping[str, Any], item: str) -> str:
    level = tr("level {amount}", amount=figures.bn(row[f"{item}_usd_mn"]))
    around = range_in_words(row, item, scenario=True)
    if not around:
        return level
    return tr("{level}; 90 % range of the level {range}", level=level, range=around)


def movers(result: ResultTables, year: str, flow: str, shown: int = _SHOWN) -> Bars:
    """Return the chapters, or products where markets are finer, of one flow that move most.

    Parameters
    ----------
    result : ResultTables
    year : str
    flow : {"export", "import"}
    shown : int
    """
    rows, finer = finest_known(result, year, flow)
    rows = rows[rows["change_usd_mn"] != 0]
    rows = rows.reindex(rows["change_usd_mn"].abs().sort_values(ascending=False).index)[:shown]
    bars = [
        Bar(
            row_name(result, str(row["hs"])),
            float(row["change_usd_mn"]),
            text + ("*" if row.get("grade") == "D" else ""),
        )
        for row, text in zip(
            rows.to_dict("records"), figures.column(rows["change_usd_mn"], signed=True), strict=True
        )
    ]
    # What is next to nothing says so once.
    bars = [bar for bar in bars if tr(figures.NEARLY_NONE) not in bar.text] or bars[:1]
    export = flow == "export"
    heading = tr("Exports that move most") if export else tr("Imports that move most")
    said = {"unit": figures.unit_mn(), "year": year_in_words(year)}
    sub = tr("change against reference, {unit}, {year}, HS chapters", **said)
    if finer:
        sub = tr("change against reference, {unit}, {year}, HS chapters and products", **said)
    if any(bar.text.endswith("*") for bar in bars):
        sub = tr("{what}, * grade D", what=sub)
    return Bars(heading, sub, tuple(bars))


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
        Rows to show besides the pair's own; the last sums up those without one.
    """
    export = flow == "export"
    gainer = tr("India") if export else tr("Japan")
    rows = rows[rows["flow"] == flow].set_index("source")
    change = total[f"change_in_{flow}s_usd_mn"]
    taken = {str(source): float(usd_mn) for source, usd_mn in rows["change_usd_mn"].items()}
    parts = {part: taken.pop(part, 0.0) for part in _FROM_NOBODY}
    others = [source for source, usd_mn in taken.items() if usd_mn]
    others.sort(key=lambda source: -abs(taken[source]))
    names = {str(source): str(name) for source, name in rows["name"].items()}
    sizes = [(gainer, float(change))] if change else []
    # What the pair takes from somebody, that somebody loses.
    rest = others[shown - 1 :] if len(others) > shown else []
    named = others[: len(others) - len(rest)]
    sizes += [(tr(names[source]), -taken[source]) for source in named]
    if rest:  # so that the rows add up
        label = ntr("{n} other", "{n} others", len(rest))
        sizes.append((label, -sum(taken[source] for source in rest)))
    table = Bars(
        tr("Who gains and who loses in Japan's market")
        if export
        else tr("Who gains and who loses in India's market"),
        tr(
            "change in sales against reference, {unit}, {year}",
            unit=figures.unit_mn(),
            year=year_in_words(year),
        ),
        bars_of(sizes),
    )
    amounts = {part: figures.mn(usd_mn, signed=True) for part, usd_mn in parts.items() if usd_mn}
    said = [
        tr(_FROM_NOBODY[part], amount=amount)
        for part, amount in amounts.items()
        if not figures.is_nearly_none(amount)
    ]
    if not (sizes and said):
        return (table,)
    return table, Paragraph(tr("At nobody's expense: {parts}.", parts=separated(said)), "small")


def contributions(result: ResultTables, year: str) -> Bars:
    """Return what each lever adds to the balance on each side, with both flows beside it."""
    rows = result.contributions_by_side
    rows = rows[(rows["fiscal_year"] == year) & (rows["hs"] == "total")]
    found = rows.to_dict("records")
    texts, all_add_up = equations(found, total_row(result, year))
    bars = (
        Bar(lever_name(str(row["lever"]), str(row["side"])), float(row["balance_usd_mn"]), text)
        for row, text in zip(found, texts, strict=True)
    )
    said = tr(
        "balance = exports − imports, {unit} against reference, {year}",
        unit=figures.unit_mn(),
        year=year_in_words(year),
    )
    note = said_of_rounding((all_add_up,))
    return Bars(tr("What each lever adds to the balance"), said, tuple(bars), wide=True, note=note)


def verdict(parameters: Parameters) -> Table:
    """Return how far history supports the model, question by question."""
    rows = verdicts(parameters).values()
    return Table(
        tr(
            "What history says about the model, question by question (WAPE: mean miss in per cent, "
            "weighted by trade)"
        ),
        (tr("question"), tr("may the model be used?"), tr("why")),
        tuple(
            (now(one.asked), now(one.answer), marked(figures.with_minus(now(one.why))))
            for one in rows
        ),
        numeric=(False, False, False),
    )


def sector_frame(result: ResultTables, level: str, year: str) -> pd.DataFrame:
    """Return the table of sectors, rows without trade left out.

    Parameters
    ----------
    result : ResultTables
    level : {"product", "chapter", "section", "window"}
    year : str

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
    frame = frame.assign(name=frame["name"].map(name_now))
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
    direction = tr("India's exports to Japan") if exports else tr("India's imports from Japan")
    low, high = (cell.get(f"baseline_{end}_usd_mn") for end in ("low", "high"))
    around = ""
    if low is not None and high is not None and low != high:
        around = figures.span_mn(float(low), float(high))
    said = {
        "direction": direction,
        "hs": cell["hs"],
        "name": name_now(name),
        "year": year_in_words(str(cell["fiscal_year"])),
        "reference": _four_digits(cell["baseline_usd_mn"]),
        "scenario": _four_digits(cell["scenario_usd_mn"]),
        "change": _four_digits(cell["change_usd_mn"], "+"),
        "unit": figures.unit_mn(long=True),
    }
    if not around:
        return tr(
            "{direction}, {hs} {name}, {year}: {reference} in the reference, {scenario} in the "
            "scenario, change {change} {unit}",
            **said,
        )
    return tr(
        "{direction}, {hs} {name}, {year}: {reference} in the reference (90 % range of the level "
        "{range}), {scenario} in the scenario, change {change} {unit}",
        range=around,
        **said,
    )


def _four_digits(usd_mn: float, sign: str = "") -> str:
    """Write an amount of a chain with four digits, or all before the point."""
    value = figures.in_mn(usd_mn)
    return f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign},.4g}"
