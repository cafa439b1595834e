"""Give and take, side by side: what each market opens, what it costs, whose industries feel it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cepasim.core import numbers as figures
from cepasim.core.countries import COLUMN_NAME
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, ntr, tr
from cepasim.report.accounts import totals_of
from cepasim.report.blocks import Bars, Table
from cepasim.report.product_views import by_product, row_name
from cepasim.report.together import bars_of, rounding_note, said_of_rounding
from cepasim.tables.give_and_take import COUNTED, FLOW_OF
from cepasim.tables.names import NO_SECTION
from cepasim.tables.result_tables import ResultTables

_SHOWN = 8
_CURRENCY = {
    "JPN": mark("in yen exports {exports}, imports {imports}"),
    "IND": mark("in rupees exports {exports}, imports {imports}"),
}
#: Titles by the side that gives: its table, what the other sells, its duty, its producers.
_GIVES = {
    "JPN": (
        mark("Japan gives, {unit} against the reference, {year}"),
        mark("India's sales"),
        mark("Japan's duty"),
        mark("Japan's producers"),
    ),
    "IND": (
        mark("India gives, {unit} against the reference, {year}"),
        mark("Japan's sales"),
        mark("India's duty"),
        mark("India's producers"),
    ),
}
_INDUSTRIES = {"JPN": mark("Industries in Japan"), "IND": mark("Industries in India")}


def give_and_take(result: ResultTables, year: str, shown: int = _SHOWN) -> Table:
    """Return what Japan gives beside what India gives, by section.

    Parameters
    ----------
    result : ResultTables
    year : str
    shown : int
        Sections named; the rest are one row.
    """
    amounts = _by_section(result, year, shown)
    said = tr(
        "Give and take by section, change against the reference, {unit}, {year}",
        unit=figures.unit_mn(),
        year=year_in_words(year),
    )
    return Table(
        said,
        (
            "",
            *(tr("Japan gives: India's sales"), tr("Japan's duty"), tr("Japan's producers")),
            *(tr("India gives: Japan's sales"), tr("India's duty"), tr("India's producers")),
        ),
        _rows(amounts),
        note=rounding_note(amounts.values()),
    )


def gives(result: ResultTables, year: str, side: str, shown: int = _SHOWN) -> Table:
    """Return what one side gives, by section, the most first.

    Parameters
    ----------
    result : ResultTables
    year : str
    side : {"JPN", "IND"}
    shown : int
        Sections named; the rest are one row.
    """
    amounts = _given_by(result, year, side, shown)
    title, *heads = _GIVES[side]
    said = tr(title, unit=figures.unit_mn(), year=year_in_words(year))
    return Table(said, ("", *(tr(head) for head in heads)), _rows(amounts))


def rounding(result: ResultTables, year: str, shown: int = _SHOWN) -> str:
    """Say that columns of `gives` may not add up, where one of either side does not."""
    sides = (_given_by(result, year, side, shown) for side in FLOW_OF)
    return said_of_rounding(not rounding_note(amounts.values()) for amounts in sides)


def _given_by(
    result: ResultTables, year: str, side: str, shown: int
) -> Mapping[str, Sequence[float]]:
    """Changes by section of what one side gives, the most first, and of all products."""
    rows = result.give_and_take(year)
    rows = rows[rows["side"] == side]
    rows = rows[(rows[[*COUNTED]] != 0).any(axis=1)]
    total = rows[rows["section"] == "total"][[*COUNTED]].sum().tolist()
    rows = rows[rows["section"] != "total"]
    rows = rows.reindex(rows["sales_usd_mn"].abs().sort_values(ascending=False).index)
    # Where one side gives nothing, what little moves there would fill its table with next to none.
    moved = rows[(rows[[*COUNTED]].abs() >= figures.LEAST).any(axis=1)][:shown]
    amounts = {
        _named(row["section"], row["name"]): [float(row[column]) for column in COUNTED]
        for row in moved.to_dict("records")
    }
    others = rows.drop(moved.index)
    if len(moved) and len(others):
        amounts[_others(len(others))] = others[[*COUNTED]].sum().tolist()
    return amounts | {tr("All products"): total}


def section_cells(result: ResultTables, year: str, shown: int) -> tuple[tuple[str, ...], ...]:
    """Rows of the table as words: sections by how much is sold, the others in one, the total."""
    return _rows(_by_section(result, year, shown))


def _by_section(result: ResultTables, year: str, shown: int) -> dict[str, list[float]]:
    """Changes by section: what each market opens, costs and takes from its producers."""
    table = result.give_and_take(year)
    names = dict(zip(table["section"], table["name"], strict=True))
    values: dict[str, list[float]] = {str(section): [] for section in table["section"].unique()}
    for side in FLOW_OF:
        for row in table[table["side"] == side].to_dict("records"):
            values[str(row["section"])] += [float(row[column]) for column in COUNTED]
    total = values.pop("total", [])
    moved = [section for section in values if any(values[section])]
    moved.sort(key=lambda section: -(abs(values[section][0]) + abs(values[section][3])))
    rows = {_named(section, names[section]): values[section] for section in moved[:shown]}
    if rest := moved[shown:]:
        summed = [sum(column) for column in zip(*(values[one] for one in rest), strict=True)]
        rows[_others(len(rest))] = summed
    return rows | {tr("All products"): total} if total else {}


def _others(number: int) -> str:
    return ntr("{n} other section", "{n} other sections", number)


def _named(section: object, name: object) -> str:
    said = tr(str(name))
    return said if section == NO_SECTION else f"{section} {said}"


def _rows(amounts: Mapping[str, Sequence[float]]) -> tuple[tuple[str, ...], ...]:
    """Write rows of changes by name, each column to one place."""
    columns = zip(*amounts.values(), strict=True)
    written = (figures.column(column, signed=True) for column in columns)
    return tuple(zip(amounts, *written, strict=True))


def grants_in_words(result: ResultTables, year: str) -> str:
    """Say what the fund's grants come to, which no section has; empty without any."""
    grants = float(totals_of(result, year).get("fund_grants_usd_mn", 0.0))
    if not grants:
        return ""
    return tr(
        "Japan's treasury also pays {grants} of grants in {year}, in no section.",
        grants=figures.mn(grants),
        year=year_in_words(year),
    )


def industries(
    result: ResultTables, year: str, side: str, section: str | None = None, shown: int = _SHOWN
) -> Bars:
    """Return by chapter what a side's own producers gain or lose in their home market.

    Parameters
    ----------
    result : ResultTables
    year : str
    side : {"JPN", "IND"}
    section : str, optional
        Of its products only.
    shown : int
    """
    rows = result.concessions
    rows = rows[(rows["fiscal_year"] == year) & (rows["side"] == side)]
    if section is not None:
        rows = rows[rows["section"] == section]
    rows = rows[rows["producers_usd_mn"] != 0]
    order = rows["producers_usd_mn"].abs().sort_values(ascending=False).index
    bars = bars_of(
        [
            (row_name(result, str(row["hs"])), float(row["producers_usd_mn"]))
            for row in rows.reindex(order)[:shown].to_dict("records")
        ]
    )
    said = {"unit": figures.unit_mn(), "year": year_in_words(year)}
    sub = tr("change in sales at home against reference, {unit}, {year}, HS chapters", **said)
    if by_product(result):
        sub = tr(
            "change in sales at home against reference, {unit}, {year}, HS chapters and products",
            **said,
        )
    return Bars(tr(_INDUSTRIES[side]), sub, bars)


def own_currency(result: ResultTables, year: str) -> str:
    """Say both flows in the currencies of the pair, where an exchange rate moves; else nothing."""
    row = totals_of(result, year)
    said = []
    for country, name in COLUMN_NAME.items():
        level = row.get(f"price_level_{name}")
        if level is None:
            continue
        flows = {
            flow: figures.percent(100 * (_ratio(row, flow) / float(level) - 1))
            for flow in ("exports", "imports")
        }
        said.append(tr(_CURRENCY[country], **flows))
    if not said:
        return ""
    return tr(
        "Exchange rates move: against the reference of {year}, at constant prices of each "
        "country, {changes} (exports of India, imports of India from Japan).",
        year=year_in_words(year),
        changes=tr("; ").join(said),
    )


def _ratio(row: dict[str, Any], flow: str) -> float:
    before = float(row[f"baseline_{flow}_usd_mn"])
    return float(row[f"{flow}_usd_mn"]) / before if before else 1.0
