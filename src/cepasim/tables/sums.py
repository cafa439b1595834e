"""Sectors summed by year, flow and group, and the tables people read from the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.language import mark, tr
from cepasim.products.classification import Classification
from cepasim.products.levels import chapter_of, is_rest
from cepasim.tables.levels import Range, range_of_balance
from cepasim.tables.names import (
    FLOWS,
    GROUP_COLUMN,
    REST,
    Level,
    group_name,
    groups_of,
    source_name,
)

#: Columns of `Result.balance` and the column of `Result.by` each comes from.
_BALANCE_STEMS = {
    "baseline_{}_usd_mn": "baseline_usd_mn",
    "{}_usd_mn": "scenario_usd_mn",
    "change_in_{}_usd_mn": "change_usd_mn",
}
#: Accounts that `Result.accounts` shows where `totals` has them.
_ACCOUNTS = {
    "duty_japan": mark("Duty Japan collects on India's goods"),
    "duty_india": mark("Duty India collects on Japan's goods"),
    "quota_rent_japan": mark("Quota rents that go to Japan"),
    "quota_rent_india": mark("Quota rents that go to India"),
    "fund_grants": mark("Grants the fund pays in the year"),
    "welfare_japan": mark("National welfare of Japan"),
    "welfare_india": mark("National welfare of India"),
}

_OF_TRADE = mark("of which buyers, producers, duty, rents, the fund's plants")
_OF_FUND = mark("of which the fund: capital it sets off, raising its grants")
#: Accounts that are parts of the one above them.
PARTS = ("welfare_japan_trade", "welfare_japan_fund")

#: Tables whose rows by product may be too many for a sheet.
_BY_PRODUCT = ("displacement", "contributions", "contributions_by_side")
_ENDS = ("baseline_low_usd_mn", "baseline_high_usd_mn")
#: Rows of a sheet beyond which its products are summed to chapters.
MOST_ROWS = 200_000


@dataclass(frozen=True, eq=False)
class Sums:
    """Sectors summed by year, flow and group.

    Attributes
    ----------
    years, groups : ndarray of str, shapes (Y,), (G,)
    money : dict of str to ndarray, shape (Y, 2, G)
        US$ million; flows in the order of `FLOWS`.
    change_pct : ndarray, shape (Y, 2, G)
    grade : ndarray of str or None, shape (Y, 2, G)
        Worst grade of the chapters that have trade.
    present : ndarray of bool, shape (Y, 2, G)
        Whether there is a row at all.
    ranges : Range or None
        Of the levels in the reference, shape (Y, 2, G); missing where none is known.
    """

    years: NDArray[np.object_]
    groups: NDArray[np.object_]
    money: dict[str, NDArray[np.float64]]
    change_pct: NDArray[np.float64]
    grade: NDArray[np.object_] | None
    present: NDArray[np.bool_]
    ranges: Range | None = None


def sums_of(
    sectors: pd.DataFrame,
    years: Sequence[str],
    classification: Classification,
    level: Level,
    ranges: pd.DataFrame | None = None,
) -> Sums:
    """Sum the sectors of some years at a level.

    Parameters
    ----------
    sectors : DataFrame
        Rows of `ResultTables.sectors` of these years only.
    years : sequence of str
    classification : Classification
    level : {"product", "chapter", "section", "window", "total"}
    ranges : DataFrame, optional
        `ResultTables.levels`; the sectors' own columns unless given.

    Returns
    -------
    Sums
    """
    group_of = groups_of(classification, level, sectors["hs"].unique().tolist())
    groups = tuple(dict.fromkeys(group_of.values()))
    shape = (len(years), len(FLOWS), len(groups))
    of_chapter = np.array([groups.index(group) for group in group_of.values()])
    place: NDArray[np.intp] = (
        _places(sectors["fiscal_year"], tuple(years)) * len(FLOWS) + _places(sectors["flow"], FLOWS)
    ) * len(groups) + of_chapter[_places(sectors["hs"], tuple(group_of))]
    size = len(years) * len(FLOWS) * len(groups)
    money = {
        name: np.bincount(place, sectors[name], size).astype(float).reshape(shape)
        for name in _BALANCE_STEMS.values()
    }
    grade = None
    if "grade" in sectors.columns:
        letters, mark = np.unique(sectors["grade"].to_numpy(str), return_inverse=True)
        traded = ((sectors["baseline_usd_mn"] != 0) | (sectors["scenario_usd_mn"] != 0)).to_numpy()
        worst = np.full(size, -1)
        np.maximum.at(worst, place[traded], mark[traded])
        grade = np.array([*letters.tolist(), None], dtype=object)[worst].reshape(shape)
    return Sums(
        years=np.array(years, dtype=object),
        groups=np.array(groups, dtype=object),
        money=money,
        change_pct=percent_change(money["baseline_usd_mn"], money["change_usd_mn"]),
        grade=grade,
        present=(np.bincount(place, minlength=size) > 0).reshape(shape),
        ranges=_ranges(sectors, place, shape)
        if ranges is None
        else _group_ranges(ranges[ranges["level"] == level], years, groups),
    )


def _ranges(
    sectors: pd.DataFrame, place: NDArray[np.intp], shape: tuple[int, int, int]
) -> Range | None:
    """Ranges of products, where the sectors have them."""
    if not set(_ENDS) <= set(sectors.columns):
        return None
    size = int(np.prod(shape))
    low, high = (np.bincount(place, sectors[end], size).astype(float) for end in _ENDS)
    return Range(low.reshape(shape), high.reshape(shape))


def _group_ranges(
    rows: pd.DataFrame, years: Sequence[str], groups: tuple[str, ...]
) -> Range | None:
    """Ranges of groups from `ResultTables.levels`; none where that is empty."""
    rows = rows[rows["fiscal_year"].isin(list(years))]
    if rows.empty:
        return None
    where = (
        _places(rows["fiscal_year"], tuple(years)),
        _places(rows["flow"], FLOWS),
        _places(rows["group"], groups),
    )
    ends = []
    for name in ("low_usd_mn", "high_usd_mn"):
        end = np.full((len(years), len(FLOWS), len(groups)), np.nan)
        end[where] = rows[name]
        ends.append(end)
    return Range(*ends)


def by_group(sums: Sums, classification: Classification, level: Level) -> pd.DataFrame:
    """Table of `ResultTables.by`."""
    year, flow, group = np.nonzero(sums.present)
    table: dict[str, object] = {
        "fiscal_year": sums.years[year],
        "flow": np.array(FLOWS)[flow],
        GROUP_COLUMN[level]: sums.groups[group],
        "name": _names(sums, classification)[group],
    }
    table |= {name: values[sums.present] for name, values in sums.money.items()}
    table["change_pct"] = sums.change_pct[sums.present]
    if sums.ranges is not None:
        for name, end in zip(_ENDS, (sums.ranges.low, sums.ranges.high), strict=True):
            table[name] = end[sums.present]
    if sums.grade is not None:
        table["grade"] = pd.Series(sums.grade[sums.present], dtype="str")
    return pd.DataFrame(table)


def balance_by_group(sums: Sums, classification: Classification, level: Level) -> pd.DataFrame:
    """Table of `ResultTables.balance`."""
    year, group = np.nonzero(sums.present.any(axis=1))
    table: dict[str, object] = {
        "fiscal_year": sums.years[year],
        GROUP_COLUMN[level]: sums.groups[group],
        "name": _names(sums, classification)[group],
    }
    # A group may trade one way only; the other way is then zero, not missing.
    exports, imports = (
        {name: values[year, place, group] for name, values in sums.money.items()}
        for place in range(len(FLOWS))
    )
    balance = {name: exports[name] - imports[name] for name in exports}
    for item, parts in (("exports", exports), ("imports", imports), ("balance", balance)):
        for stem, source in _BALANCE_STEMS.items():
            table[stem.format(item)] = parts[source]
        if item != "balance":
            place = ("exports", "imports").index(item)
            table[f"change_in_{item}_pct"] = sums.change_pct[year, place, group]
    if sums.ranges is not None:
        table |= _balance_ranges(sums.ranges, year, group, exports, imports)
    if sums.grade is not None:
        both = [sums.grade[year, place, group] for place in range(len(FLOWS))]
        worst = [
            max((grade for grade in pair if grade is not None), default=None)
            for pair in zip(*both, strict=True)
        ]
        table["grade"] = pd.Series(worst, dtype="str")
    return pd.DataFrame(table)


def _balance_ranges(
    ranges: Range,
    year: NDArray[np.intp],
    group: NDArray[np.intp],
    exports: Mapping[str, NDArray[np.float64]],
    imports: Mapping[str, NDArray[np.float64]],
) -> dict[str, object]:
    """Columns of the ranges of exports, imports and the balance."""
    out, into = (
        Range(ranges.low[year, place, group], ranges.high[year, place, group])
        for place in range(len(FLOWS))
    )
    base = "baseline_usd_mn"
    balance = range_of_balance(exports[base], imports[base], out, into)
    found = {"exports": out, "imports": into, "balance": balance}
    return {
        f"baseline_{item}_{end}_usd_mn": getattr(around, end)
        for item, around in found.items()
        for end in ("low", "high")
    }


def _names(sums: Sums, classification: Classification) -> NDArray[np.object_]:
    codes = {str(group) for group in sums.groups}
    split = any(len(code) > 2 and code.isdecimal() for code in codes)
    return np.array(
        [
            group_name(classification, group) + (REST if split and is_rest(group, codes) else "")
            for group in sums.groups
        ],
        dtype=object,
    )


def losers(
    displacement: pd.DataFrame, classification: Classification, section: str | None = None
) -> pd.DataFrame:
    """Table of `ResultTables.who_loses` from the rows of one year."""
    if section is not None:
        of = groups_of(classification, "section", displacement["hs"].unique().tolist())
        displacement = displacement[displacement["hs"].map(of) == section]
    summed = displacement.groupby(["flow", "source"], sort=False)["change_usd_mn"].sum()
    table = summed.reset_index()
    names = [
        source_name(classification, str(flow), str(source))
        for flow, source in zip(table["flow"], table["source"], strict=True)
    ]
    table.insert(2, "name", names)
    return table


def accounts_of(row: pd.Series) -> pd.DataFrame:
    """Table of `ResultTables.accounts` from one row of the totals."""
    rows = []
    for account, name in _ACCOUNTS.items():
        if f"{account}_usd_mn" in row:
            before = row.get(f"baseline_{account}_usd_mn", 0.0)
            rows.append((account, name, before, row[f"{account}_usd_mn"]))
        outlay = row.get("fund_outlay_usd_mn", 0.0)
        if account == "welfare_japan" and outlay:
            of_trade = row["welfare_japan_usd_mn"] + outlay
            parts = zip(PARTS, (_OF_TRADE, _OF_FUND), (of_trade, -outlay), strict=True)
            rows += [(part, said, 0.0, amount) for part, said, amount in parts]
    columns = ["account", "name", "baseline_usd_mn", "scenario_usd_mn"]
    table = pd.DataFrame(rows, columns=columns)
    table["change_usd_mn"] = table["scenario_usd_mn"] - table["baseline_usd_mn"]
    return table


def over_sides(by_side: pd.DataFrame) -> pd.DataFrame:
    """Sum contributions by side to one row per (fiscal_year, hs, lever), in their order.

    Parameters
    ----------
    by_side : DataFrame
        ``contributions_by_side``. A sum is missing where one side is.
    """
    sides = by_side[["lever", "side"]].drop_duplicates()
    rows = by_side.drop(columns="side")
    if not sides["lever"].duplicated().any():
        return rows
    keys = ["fiscal_year", "hs", "lever"]
    return rows.groupby(keys, sort=False).sum(skipna=False).reset_index()


def by_chapter_where_long(
    frames: Mapping[str, pd.DataFrame], most: int = MOST_ROWS
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Sum tables of products that are longer than a sheet should be to chapters, and say so.

    Parameters
    ----------
    frames : mapping of str to DataFrame
    most : int, optional
        Rows that a table may have.

    Returns
    -------
    frames : dict of str to DataFrame
    notes : tuple of str
    """
    long = tuple(n for n in _BY_PRODUCT if n in frames and len(frames[n]) > most)
    summed = {}
    for name in long:
        frame = frames[name]
        money = [column for column in frame.columns if column.endswith("_usd_mn")]
        keys = [column for column in frame.columns if column not in money]
        chapter = {hs: hs if hs == "total" else chapter_of(hs) for hs in frame["hs"].unique()}
        frame = frame.assign(hs=frame["hs"].map(chapter).astype("str"))
        summed[name] = frame.groupby(keys, sort=False)[money].sum().reset_index()
    return {**frames, **summed}, tuple(
        tr("Sheet {name}: summed to chapters", name=name) for name in long
    )


def percent_change(
    baseline: NDArray[np.float64], change: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Percentage change; 0 where nothing was and nothing came, missing where something came.

    Parameters
    ----------
    baseline, change : ndarray of any one shape
        In the same unit.
    """
    quotient = np.divide(change, baseline, out=np.full_like(change, np.nan), where=baseline != 0)
    return np.where((baseline == 0) & (change == 0), 0.0, 100.0 * quotient)


def _places(column: pd.Series, words: tuple[str, ...]) -> NDArray[np.intp]:
    """Place of each cell of a column among some words."""
    return pd.Index(words, dtype="str").get_indexer(pd.Index(column))
