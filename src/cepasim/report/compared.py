"""Scenarios side by side: what each changes, and what each does beyond the first, with ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import altair as alt
import numpy as np
import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.arrays import Floats
from cepasim.core.digits import place_of, reads
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, paragraph, tr
from cepasim.report import charts, look
from cepasim.report.accounts import unclaimed
from cepasim.report.blocks import Table
from cepasim.report.levels import range_of_mn
from cepasim.report.together import said_of_rounding, trade_balance
from cepasim.report.views import total_row
from cepasim.tables.column import TOTALS
from cepasim.tables.result_tables import ResultTables
from cepasim.tables.sums import PARTS

Results = Mapping[str, ResultTables]
#: Draws of scenarios: ways of drawing x scenarios x draws x years x totals.
WAYS = (mark("parameters"), mark("parameters and model choice"))
_WAITING = "…"
_CHANGES = {
    "balance": mark("Change in balance"),
    "exports": mark("Change in exports"),
    "imports": mark("Change in imports"),
}
_LEVELS = {
    "balance": mark("Level of balance [90 % range]"),
    "exports": mark("Level of exports [90 % range]"),
    "imports": mark("Level of imports [90 % range]"),
}
ITEMS = {"balance": mark("balance"), "exports": mark("exports"), "imports": mark("imports")}
_OF_SCENARIO = {
    "balance": mark("Balance, {name}"),
    "exports": mark("Exports, {name}"),
    "imports": mark("Imports, {name}"),
}
_RANGES = (
    mark("90 % range, parameters"),
    mark("90 % range, parameters and model choice"),
)


def ends(sample: Floats | None, way: int, place: int, base: int | None = None) -> Floats | None:
    """Return the 5th and 95th percentile of a scenario, or of it less another, (2, Y, T).

    Parameters
    ----------
    sample : ndarray of shape (2, scenarios, draws, Y, T), optional
    way, place : int
        Of `WAYS`; of the scenario.
    base : int, optional
        The scenario it is compared with.
    """
    if sample is None:
        return None
    drawn = sample[way, place] if base is None else sample[way, place] - sample[way, base]
    return np.asarray(np.percentile(drawn, (5.0, 95.0), axis=0))


def _range(found: Floats | None, row: int, item: str) -> str:
    if found is None:
        return _WAITING
    low, high = found[:, row, TOTALS.index(f"change_in_{item}_usd_mn")]
    return figures.span_mn(float(low), float(high), signed=True)


def changes_table(results: Results, sample: Floats | None, year: str, draws: int) -> Table:
    """Return what each scenario changes against the reference, with both ranges.

    Parameters
    ----------
    results : mapping of str to ResultTables
        By name, in order.
    sample : ndarray, optional
        As in `ends`; None while there is none.
    year : str
    draws : int
        Draws of the sample.
    """
    rows = {name: total_row(result, year) for name, result in results.items()}
    cells: list[tuple[str, ...]] = []
    for item in ITEMS:
        said = (_changed(row, item) for row in rows.values())
        cells.append((tr(_CHANGES[item]), *said))
        for way, name in enumerate(_RANGES):
            around = (
                _range(ends(sample, way, place), result.fiscal_years.index(year), item)
                for place, result in enumerate(results.values())
            )
            cells.append((tr(name), *around))
    for item in ITEMS:
        level = (
            f"{figures.mn(row[f'{item}_usd_mn'], unit=False)} "
            f"[{range_of_mn(row, item, scenario=True) or tr('n/a')}]"
            for row in rows.values()
        )
        cells.append((tr(_LEVELS[item]), *level))
    names, changes = _accounts(results, year)
    cells += changes
    price_year = next(iter(results.values())).price_year
    caption = tr(
        "{year}, {unit} of {price_year} against the reference",
        year=year_in_words(year),
        unit=figures.unit_mn(),
        price_year=year_in_words(price_year),
    )
    caption = _drawn(caption, sample, draws)
    return Table(
        caption,
        ("", *results),
        tuple(cells),
        parts=tuple(len(cells) - len(names) + at for at, one in enumerate(names) if one in PARTS),
        note=_below(results, year, rows),
    )


def _below(results: Results, year: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """Say of sums that they may not hold, and why a scenario has no figure (–) of an account."""
    found = [set(result.accounts(year)["account"]) for result in results.values()]
    said = [said_of_rounding(one for row in rows.values() for one in _balances_hold(row))]
    if any(one != found[0] for one in found):
        said.append(tr("Without a fund or a quota a scenario has no such account (–)."))
    for name, result in results.items():
        said += [tr("{name}: {item}", name=name, item=why) for why in unclaimed(result, year)]
    return paragraph(part for part in said if part)


def _balances_hold(row: Mapping[str, float]) -> Iterator[bool]:
    """Whether changes and levels of a scenario add up as they are printed."""
    yield trade_balance(row).adds_up
    levels = {item: row[f"{item}_usd_mn"] for item in ITEMS}
    exports, imports, balance = (
        reads(levels[item], place_of(levels[item], "mn"))
        for item in ("exports", "imports", "balance")
    )
    yield balance == exports - imports


def _changed(row: Mapping[str, float], item: str) -> str:
    """Write a change as the cards of its scenario do."""
    change, place = row[f"change_in_{item}_usd_mn"], trade_balance(row).place
    return figures.mn(change, signed=True, unit=False, place=place)


def _accounts(results: Results, year: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Accounts and a row of changes for each: a fund or a quota brings rows of its own."""
    found = [result.accounts(year).set_index("account") for result in results.values()]
    longest = max(found, key=len)
    names = {
        str(key): str(name) for frame in (longest, *found) for key, name in frame["name"].items()
    }
    changes = [frame["change_usd_mn"].reindex(list(names)) for frame in found]
    columns = [figures.column(one, signed=True) for one in changes]
    rows = [
        (tr("{name}, change", name=tr(name)), *said)
        for name, *said in zip(names.values(), *columns, strict=True)
    ]
    return list(names), rows


def differences_table(results: Results, sample: Floats | None, year: str, draws: int) -> Table:
    """Return what each later scenario does beyond the first, with both ranges.

    Parameters as those of `changes_table`.
    """
    names = list(results)
    rows = [total_row(result, year) for result in results.values()]
    at = [result.fiscal_years.index(year) for result in results.values()]
    cells: list[tuple[str, ...]] = []
    hold: list[bool] = []
    for place, name in enumerate(names[1:], start=1):
        gaps = {
            item: rows[place][f"change_in_{item}_usd_mn"] - rows[0][f"change_in_{item}_usd_mn"]
            for item in ITEMS
        }
        how = trade_balance(gaps, "{}")
        last = how.place
        hold += [how.adds_up, *_gaps_hold(rows[0], rows[place], gaps, last)]
        for item, gap in gaps.items():
            around = [_range(ends(sample, way, place, 0), at[place], item) for way in (0, 1)]
            cells.append(
                (
                    tr("{name}: {item}", name=name, item=tr(ITEMS[item])),
                    figures.mn(gap, signed=True, unit=False, place=last),
                    *around,
                    _above(sample, place, at[place], item),
                )
            )
    caption = tr(
        "Difference from “{name}”, {year}, {unit}",
        name=names[0],
        year=year_in_words(year),
        unit=figures.unit_mn(),
    )
    caption = _drawn(caption, sample, draws)
    ranges = (tr(words) for words in _RANGES)
    head = ("", tr("difference"), *ranges, tr("share of draws above 0"))
    return Table(caption, head, tuple(cells), note=said_of_rounding(hold))


def _gaps_hold(
    first: Mapping[str, float], later: Mapping[str, float], gaps: Mapping[str, float], last: int
) -> Iterator[bool]:
    """Whether the differences are those of the changes that are printed of both."""
    for item, gap in gaps.items():
        before, after = (
            reads(row[f"change_in_{item}_usd_mn"], trade_balance(row).place)
            for row in (first, later)
        )
        yield after - before == reads(gap, last)


def _above(sample: Floats | None, place: int, row: int, item: str) -> str:
    if sample is None:
        return _WAITING
    column = TOTALS.index(f"change_in_{item}_usd_mn")
    gap = sample[1, place, :, row, column] - sample[1, 0, :, row, column]
    return figures.share(float((gap > 0).mean()))


def _drawn(caption: str, sample: Floats | None, draws: int) -> str:
    if sample is None:
        return caption
    return tr("{what}; 90 % ranges of {draws} common draws", what=caption, draws=draws)


def changes_chart(results: Results, sample: Floats, year: str) -> alt.LayerChart:
    """Return changes of all scenarios in a year with both ranges, one unit and one scale for all.

    Parameters
    ----------
    results, sample, year
        As in `changes_table`.
    """
    rows = []
    for item in ITEMS:
        column = TOTALS.index(f"change_in_{item}_usd_mn")
        for place, (name, result) in enumerate(results.items()):
            at = result.fiscal_years.index(year)
            value = total_row(result, year)[f"change_in_{item}_usd_mn"]
            for way in range(len(WAYS)):
                found = ends(sample, way, place)
                assert found is not None
                low, high = found[:, at, column]
                text = tr(_OF_SCENARIO[item], name=name) if way == 0 else tr("and model choice")
                values = tuple(figures.in_mn(one) for one in (float(low), value, float(high)))
                rows.append((charts.Row(text, values), way))
    series = (charts.Series(tr(WAYS[0]), look.GAIN), charts.Series(tr(WAYS[1]), look.REFERENCE))
    return charts.ranges("", series, rows, width=520, names=190)


def tables(results: Results, sample: Floats | None) -> dict[str, pd.DataFrame]:
    """Return the comparison as tables for a workbook: totals by year, differences, chapters.

    Parameters
    ----------
    results, sample
        As in `changes_table`.
    """
    names, totals, gaps, chapters = list(results), [], [], []
    for place, (name, result) in enumerate(results.items()):
        held = result.totals
        first = results[names[0]].totals
        for item in ITEMS:
            column = TOTALS.index(f"change_in_{item}_usd_mn")
            change = held[f"{item}_usd_mn"] - held[f"baseline_{item}_usd_mn"]
            base = first[f"{item}_usd_mn"] - first[f"baseline_{item}_usd_mn"]
            years = {"fiscal_year": held["fiscal_year"], "item": item}
            row = {"scenario": name, **years, "change_usd_mn": change}
            totals.append(pd.DataFrame(row | _columns(sample, place, None, column)))
            if place and len(base) == len(change):
                row = {"scenario": name, "less": names[0], **years, "change_usd_mn": change - base}
                gaps.append(pd.DataFrame(row | _columns(sample, place, 0, column)))
        frame = result.balance("chapter")
        frame.insert(0, "scenario", name)
        chapters.append(frame)
    found = {"totals": totals, "differences": gaps, "chapters": chapters}
    return {name: pd.concat(frames, ignore_index=True) for name, frames in found.items() if frames}


def _columns(sample: Floats | None, place: int, base: int | None, column: int) -> dict[str, Floats]:
    if sample is None:
        return {}
    found: dict[str, Floats] = {}
    for way, choice in enumerate(("", "choice_")):
        ranged = ends(sample, way, place, base)
        assert ranged is not None
        found |= {
            f"change_{choice}p5_usd_mn": ranged[0, :, column],
            f"change_{choice}p95_usd_mn": ranged[1, :, column],
        }
    return found
