"""The years 2010-11 to 2023-24 as arrays: trade, tariffs and macro drivers.

Everything is read from ``params/history`` and ``params/macro``. Years are the first calendar year
of an Indian fiscal year (2013 is 2013-14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.fiscal_year import fiscal_years, parse_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]

#: First year of the series, the year the backcast starts from, the last year it may learn from,
#: the last one published by chapter, and the last one there is.
FIRST, START, LAST_FITTED, LAST_BY_CHAPTER, LAST = 2010, 2013, 2018, 2021, 2023
YEARS = tuple(range(FIRST, LAST + 1))
LABELS = fiscal_years(FIRST, LAST)
FLOWS = ("export", "import")
_TOTALS = {"export": "exports_to_japan", "import": "imports_from_japan"}


def position(year: int) -> int:
    """Place of a year on the time axis."""
    return year - FIRST


@dataclass(frozen=True, eq=False)
class History:
    """Trade and its drivers; Y years from 2010-11 to 2023-24, H chapters, S sources of India.

    Attributes
    ----------
    chapters, sources : tuple of str
        Lengths H and S; the sources of India's imports, Japan among them.
    bilateral : mapping of str to ndarray, shape (Y, H)
        India's trade with Japan by flow, US$ million; NaN after 2021-22.
    totals : mapping of str to ndarray, shape (Y,)
        The same in total: Table 1.2 from 2022-23 on, the sum of the chapters before.
    published_totals : mapping of str to ndarray, shape (Y,)
        Table 1.2 as published, US$ million; NaN before 2013-14.
    imports : ndarray, shape (Y, H, S)
        India's imports by source, US$ million; NaN after 2021-22.
    world_imports : ndarray, shape (Y, H)
        India's imports from all sources in the years without a split by source; NaN before.
    macro : mapping of str to ndarray, shape (Y,)
        Series by India's fiscal year; those of calendar years are mixed from two.
    """

    chapters: tuple[str, ...]
    sources: tuple[str, ...]
    bilateral: Mapping[str, Floats]
    totals: Mapping[str, Floats]
    published_totals: Mapping[str, Floats]
    imports: Floats
    world_imports: Floats
    macro: Mapping[str, Floats]

    def others(self) -> Floats:
        """India's imports from everybody but Japan, US$ million, shape (Y, H)."""
        rest = [s for s, source in enumerate(self.sources) if source != "JPN"]
        return np.asarray(self.imports[:, :, rest].sum(axis=2))


def read_history(economy: Economy) -> History:
    """Read the history that belongs to an economy's parameters.

    Raises
    ------
    InputError
        If a table is missing.
    """
    parameters, chapters = economy.parameters, economy.chapters
    sources = economy.markets["IND"].exporters
    trade = parameters.table("history/bilateral")
    bilateral = {
        flow: _by_chapter(trade[trade["flow"] == flow], chapters, LAST_BY_CHAPTER) for flow in FLOWS
    }
    table = parameters.table("history/totals")
    published = {}
    for flow, measure in _TOTALS.items():
        row = table[table["measure"] == measure].set_index("fiscal_year")["value"]
        published[flow] = 1000 * row.reindex(LABELS).to_numpy(float)
    totals = {
        flow: np.where(
            np.isnan(bilateral[flow]).any(axis=1), published[flow], bilateral[flow].sum(axis=1)
        )
        for flow in FLOWS
    }
    partners = parameters.table("history/by_partner")
    partners = partners[partners["flow"] == "import"]
    imports = np.stack(
        [
            _by_chapter(partners.assign(value=partners[source]), chapters, LAST_BY_CHAPTER)
            for source in sources
        ],
        axis=2,
    )
    world = parameters.table("history/world")
    later = (world["flow"] == "import") & (world["basis"] == "published")
    later &= world["fiscal_year"].isin(LABELS[position(LAST_BY_CHAPTER) + 1 :])
    world_imports = _by_chapter(world[later], chapters, LAST)
    world_imports[: position(LAST_BY_CHAPTER) + 1] = np.nan
    quarter = settings(economy)["first_quarter_weight"]
    return History(
        chapters=chapters,
        sources=sources,
        bilateral=FrozenMapping(bilateral),
        totals=FrozenMapping(totals),
        published_totals=FrozenMapping(published),
        imports=imports,
        world_imports=world_imports,
        macro=FrozenMapping(_macro(parameters.table("macro/annual"), quarter)),
    )


def settings(economy: Economy) -> dict[str, float]:
    """Conventions of the backcast by name."""
    table = economy.parameters.table("history/backcast_settings")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def _by_chapter(table: pd.DataFrame, chapters: tuple[str, ...], last: int) -> Floats:
    """Years by chapters; no row is no trade up to the last year, NaN after it."""
    wide = table.pivot(index="fiscal_year", columns="hs", values="value")
    out = wide.reindex(index=list(LABELS), columns=list(chapters)).fillna(0.0).to_numpy(copy=True)
    out[position(last) + 1 :] = np.nan
    return np.asarray(out, dtype=float)


def _macro(table: pd.DataFrame, quarter: float) -> dict[str, Floats]:
    """Every series by fiscal year; calendar years are mixed, January to March from the next."""
    out: dict[str, Floats] = {}
    for name, rows in table.groupby("series"):
        values = rows.set_index("year")["value"].astype(float)
        if "-" in str(values.index[0]):
            out[str(name)] = np.asarray(values.reindex(LABELS), dtype=float)
            continue
        years = values.rename(index=int)
        this = np.asarray(years.reindex(YEARS), dtype=float)
        if "_IND_" in str(name) and "weo" in str(name):  # already India's fiscal year
            out[str(name)] = this
            continue
        following = years.reindex([year + 1 for year in YEARS]).to_numpy(float)
        out[str(name)] = (1 - quarter) * this + quarter * following
    return out


def totals_check(history: History) -> pd.DataFrame:
    """Sums of the chapters beside Table 1.2, one row per year and flow that have both.

    Returns
    -------
    DataFrame
        ``fiscal_year``, ``flow``, ``chapters_usd_mn``, ``table_1_2_usd_mn``, ``gap_usd_mn``,
        ``gap_pct``.
    """
    rows = []
    for flow in FLOWS:
        chapters = history.bilateral[flow].sum(axis=1)
        for label, got, said in zip(LABELS, chapters, history.published_totals[flow], strict=True):
            if np.isfinite(got) and np.isfinite(said):
                rows.append((label, flow, got, said, got - said, 100 * (got / said - 1)))
    columns = [
        "fiscal_year",
        "flow",
        "chapters_usd_mn",
        "table_1_2_usd_mn",
        "gap_usd_mn",
        "gap_pct",
    ]
    return pd.DataFrame(rows, columns=columns)


def tariff_rates(economy: Economy, importer: str) -> tuple[Floats, Floats]:
    """MFN rate and the partner's CEPA rate by year and chapter, fractions, shape (Y, H) each.

    Products of a chapter are weighted as alike in taste, as in the model: a prohibitive line
    weighs little. Before the table starts the CEPA rate is the MFN rate; after it ends rates stay.
    """
    table = economy.parameters.table("history/cepa_rates")
    table = table[table["importer"] == importer]
    years = sorted({parse_fiscal_year(label) for label in table["fiscal_year"]})

    def wide(column: str) -> Floats:
        frame = table.pivot(index="fiscal_year", columns="hs", values=column)
        frame = frame.reindex(columns=list(economy.chapters)).sort_index()
        return frame.fillna(0.0).to_numpy(float) / 100

    known = np.searchsorted(years, YEARS, side="right") - 1
    mfn, cepa = wide("mfn_alike"), wide("alike")
    at = np.clip(known, 0, len(years) - 1)
    rates = np.where((known >= 0)[:, None], cepa[at], mfn[at])
    return mfn[at], np.minimum(rates, mfn[at])
