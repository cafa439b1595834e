"""Treasuries and welfare of a year: the table, what welfare counts, and where none is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.countries import COLUMN_NAME, COUNTRY
from cepasim.core.digits import place_of_column, reads
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, paragraph, separated, tr
from cepasim.levers.every import lever_name
from cepasim.report.blocks import Paragraph, Table
from cepasim.report.together import said_of_rounding
from cepasim.tables.result_tables import ResultTables
from cepasim.tables.sums import PARTS

_WELFARE = mark(
    "National welfare counts buyers, home producers, exporters to the partner, the treasury's "
    "duty and the owners of rents, each at the prices of their own country."
)
_WITH_FUND = mark(
    "National welfare counts buyers, home producers, exporters to the partner, the treasury's "
    "duty and the owners of rents, each at the prices of their own country; Japan's also counts"
    " what the fund costs, but not the grants, which stay within Japan. Jobs and other "
    "countries are not counted."
)
_NO_LEVEL = mark("National welfare has a change and no level (–).")
_UNCLAIMED = mark(
    "National welfare of {country} is not counted (–) in {year} ({levers}): {reason}."
)


def accounts(result: ResultTables, year: str) -> Table:
    """Return treasuries and welfare of a year; quotas and grants only where there are any."""
    rows = result.accounts(year)
    some = (rows["baseline_usd_mn"] != 0) | (rows["scenario_usd_mn"] != 0)
    of_welfare = rows["account"].str.startswith("welfare")
    rows = rows[some | of_welfare | rows["account"].str.startswith("duty")]
    # Welfare has no level, only a change.
    columns = [
        rows["baseline_usd_mn"].mask(of_welfare),
        rows["scenario_usd_mn"].mask(of_welfare),
        rows["change_usd_mn"],
    ]
    cells = zip(
        map(tr, rows["name"]),
        *(figures.column(one, signed=place == 2) for place, one in enumerate(columns)),
        strict=True,
    )
    return Table(
        tr(
            "Treasuries and welfare, {unit}, {year}",
            unit=figures.unit_mn(),
            year=year_in_words(year),
        ),
        ("", tr("reference"), tr("scenario"), tr("change")),
        tuple(cells),
        parts=tuple(place for place, one in enumerate(rows["account"]) if one in PARTS),
        note=said_of_rounding(_hold(rows["account"], columns)),
    )


def _hold(names: pd.Series, columns: list[pd.Series]) -> Iterator[bool]:
    """Whether reference, change and scenario of each row, and welfare of its parts, add up."""
    places = [place_of_column(one) for one in columns]
    for amounts in zip(*columns, strict=True):
        if not any(one != one for one in amounts):
            before, after, change = map(reads, amounts, places)
            yield before + change == after
    parts, whole = columns[2][names.isin(list(PARTS))], columns[2][names == "welfare_japan"]
    if len(parts) and not whole.isna().any():
        added = sum(reads(one, places[2]) for one in parts)
        yield added == reads(float(whole.iloc[0]), places[2])


def welfare_in_words(result: ResultTables, year: str) -> Paragraph:
    """Say what national welfare counts, and why there is none where a lever leaves it open."""
    row = totals_of(result, year)
    has_fund = bool(row.get("fund_outlay_usd_mn", 0.0))
    said = (tr(_WITH_FUND if has_fund else _WELFARE), tr(_NO_LEVEL), *unclaimed(result, year))
    return Paragraph(paragraph(said), "small")


def unclaimed(result: ResultTables, year: str) -> tuple[str, ...]:
    """Say why a country's welfare is not counted in a year, a sentence for each reason.

    Parameters
    ----------
    result : ResultTables
    year : str
    """
    row = totals_of(result, year)
    sentences = []
    for country, name in COLUMN_NAME.items():
        amount = row[f"welfare_{name}_usd_mn"]
        if amount == amount:
            continue
        levers: dict[str, dict[str, None]] = {}
        for one in result.scenario.levers:
            if country in one.no_welfare:
                levers.setdefault(one.why_no_welfare, {})[lever_name(one.kind)] = None
        sentences += [
            tr(
                _UNCLAIMED,
                country=tr(COUNTRY[country]),
                year=year_in_words(year),
                levers=separated(named),
                reason=tr(why),
            )
            for why, named in levers.items()
        ]
    return tuple(sentences)


def totals_of(result: ResultTables, year: str) -> dict[str, Any]:
    """Return the row of ``Result.totals`` of a year.

    Parameters
    ----------
    result : ResultTables
    year : str
    """
    totals = result.totals
    [row] = totals[totals["fiscal_year"] == year].to_dict("records")
    return {str(name): value for name, value in row.items()}
