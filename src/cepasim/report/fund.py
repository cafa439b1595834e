"""The accounts of a fund as people read them: who pays, who gains, plants replaced or not."""

from __future__ import annotations

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import paragraph, tr
from cepasim.report.blocks import Table
from cepasim.tables.fund_accounts import PARTS
from cepasim.tables.result_tables import ResultTables

#: Accounts of a fund that fit on a printed page.
_FUND_IN_SHORT = ("grants", "transfer", "investment", "surplus_japan", "exports", "balance")


def fund_cells(result: ResultTables, year: str) -> tuple[tuple[str, ...], ...]:
    """Return the accounts of the fund up to a year, a header first; nothing without a fund.

    The first cell of a row is the key of the account.
    """
    rows = result.fund_accounts
    rows = rows[rows["fiscal_year"] == year]
    if rows.empty:
        return ()
    kept_up = rows[rows["replacement"] == "yes"].set_index("account")["cumulative_usd_mn"]
    head = (
        "",
        "",
        tr("year"),
        tr("sum"),
        tr("present\nvalue"),
        tr("per US$\ngranted"),
        tr("sum, plants\nreplaced"),
    )
    rows = rows[rows["replacement"] == "no"]
    cells = zip(
        map(str, rows["account"]),
        map(tr, rows["name"]),
        figures.column(rows["usd_mn"], signed=True),
        figures.column(rows["cumulative_usd_mn"], signed=True),
        figures.column(rows["present_value_usd_mn"], signed=True),
        map(figures.ratio, rows["per_grant"]),
        figures.column(kept_up.reindex(rows["account"]), signed=True),
        strict=True,
    )
    return (head, *cells)


def fund_title(result: ResultTables, year: str) -> str:
    """Title of the accounts of the fund."""
    return tr(
        "Who pays for the fund and who gains up to {year}, {unit} of {price_year}",
        year=year_in_words(year),
        unit=figures.unit_mn(),
        price_year=year_in_words(result.price_year),
    )


def fund_accounts(result: ResultTables, year: str, *, short: bool = False) -> tuple[Table, ...]:
    """Return the accounts of the fund as a table; nothing without a fund.

    Parameters
    ----------
    result : ResultTables
    year : str
    short : bool, optional
        Only what fits on a printed page.
    """
    rows = fund_cells(result, year)
    if not rows:
        return ()
    head, *cells = rows
    shown = [row for row in cells if not short or row[0] in _FUND_IN_SHORT]
    head = tuple(paragraph(word.split("\n")) for word in head)
    parts = tuple(place for place, row in enumerate(shown) if row[0] in PARTS)
    return (
        Table(fund_title(result, year), head[1:], tuple(row[1:] for row in shown), parts=parts),
    )


def fund_beside_others(result: ResultTables) -> str:
    """Say why the accounts differ from what each lever adds; empty where the fund is alone.

    Parameters
    ----------
    result : ResultTables
    """
    if len(result.scenario.levers) < 2:
        return ""
    return tr(
        "The scenario with its fund against the same without it. What each lever adds, above, "
        "divides what levers do together between them: its figures for the fund differ a little."
    )
