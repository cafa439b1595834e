"""Whether a table of the user's can be right: complete, in its units, of a size that is possible.

Every cell of a table may be well formed and the table still be wrong: exported in thousands,
flows exchanged, of another year, a country left out. The bundled table of the same name says what
is known; ``sizes`` and ``bounds`` of ``tables.yaml`` say how far from it a table may be, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.countries import PARTNER
from cepasim.core.language import mark, tr
from cepasim.core.numbers import mn
from cepasim.core.problems import Problem
from cepasim.params.cells import Rows
from cepasim.params.complete import foreign_units, incomplete, keys
from cepasim.params.described import YEARS, bundled_base_year
from cepasim.params.schema import Dictionary, Size

#: Benchmark imports by source; the partner's own cells are those of the bilateral benchmark.
_MARKETS = {
    "benchmark/japan_imports": ("JPN", mark("export")),
    "benchmark/india_imports": ("IND", mark("import")),
}
#: Trade of the pair by product, its flow, and what is said of a chapter that it exceeds.
_BY_PRODUCT = {
    "trade/india_exports_japan_hs6": (
        "export",
        mark(
            "products of chapter {chapter} that sum to no more than its exports, {amount} in "
            "{table}.csv"
        ),
    ),
    "trade/india_imports_japan_hs6": (
        "import",
        mark(
            "products of chapter {chapter} that sum to no more than its imports, {amount} in "
            "{table}.csv"
        ),
    ),
}
_BILATERAL = "benchmark/bilateral"
_SAME = 1e-3  # logs that differ by this are the same numbers, rounded


@dataclass(frozen=True)
class Compared:
    """Tables of a user's folder, and how to read the bundled ones.

    Attributes
    ----------
    own : mapping of name to Rows
        Tables without a wrong cell.
    bundled : callable
        Cells of a bundled table by name, as text with lines as index; empty where there is none.
    dictionary : Dictionary
        The bundled one: a folder does not set the bounds it is judged by.
    """

    own: Mapping[str, Rows]
    bundled: Callable[[str], pd.DataFrame]
    dictionary: Dictionary

    def cells(self, name: str) -> pd.DataFrame:
        """Cells of a table: the user's where there is one."""
        return self.own[name].cells if name in self.own else self.bundled(name)

    @property
    def base_year(self) -> str:
        """Year that the folder's benchmark is of."""
        return str(self.cells(YEARS)["base_year"].iloc[0])

    @property
    def price_year(self) -> str:
        """Year of the folder's prices, over which its trade was counted."""
        return str(self.cells(YEARS)["price_year"].iloc[0])

    def bound(self, name: str) -> float:
        """A bound of the checks."""
        return self.dictionary.bounds[name].value


def implausible(compared: Compared) -> Iterator[Problem]:
    """What cannot be right in well-formed tables, table by table."""
    for name, rows in compared.own.items():
        table = compared.dictionary.tables.get(name)
        bundled = compared.bundled(name)
        if table is None or table.form in ("text", "report"):
            continue
        if bundled.empty:
            yield from _parts_above_whole(compared, rows)
            continue
        problems = [*incomplete(rows, table, bundled), *_another_year(compared, rows)]
        if table.form == "parameter":
            problems += foreign_units(rows, bundled)
        if not problems:
            problems += _exchanged(compared, rows)
        if not problems:
            problems += _sizes(compared, rows) or list(_another_unit(compared, rows))
        if not problems:
            problems += [*_ignored(compared, rows), *_parts_above_whole(compared, rows)]
        yield from problems


def _another_year(compared: Compared, rows: Rows) -> Iterator[Problem]:
    """Rows of another year than the benchmark's."""
    if not compared.dictionary.tables[rows.name].base_year:
        return
    base = compared.base_year
    allowed = {base, compared.price_year}
    if base == bundled_base_year():
        allowed |= set(compared.bundled(rows.name)["year"])
    for line, year in rows.cells["year"].items():
        if year not in allowed:
            words = tr(
                "{year}, the base year: all tables of the benchmark are of one year", year=base
            )
            yield Problem(rows.shown, int(str(line)), "year", year, words)


def _values(cells: pd.DataFrame, column: str = "value") -> pd.Series:
    return pd.to_numeric(cells[column], errors="coerce")


def _keyed(cells: pd.DataFrame, columns: list[str], value: str = "value") -> pd.Series:
    """Values by the text of their key, the first of each."""
    found = pd.Series(_values(cells, value).to_numpy(float), keys(cells, columns))
    return found[~found.index.duplicated()]


# -- sides, sums, units --------------------------------------------------------------------


def _exchanged(compared: Compared, rows: Rows) -> Iterator[Problem]:
    """Sides of a table, such as exports and imports, whose rows are those of another side."""
    table = compared.dictionary.tables[rows.name]
    side = table.sides
    if side is None:
        return
    rest = [column for column in table.key if column != side]
    known = {
        str(name): np.log1p(_keyed(group, rest))
        for name, group in compared.bundled(rows.name).groupby(side)
    }
    own = {str(name): group for name, group in rows.cells.groupby(side) if name in known}
    nearest: dict[str, tuple[str, float]] = {}
    for name, group in own.items():
        mine = np.log1p(_keyed(group, rest))
        far = {other: _distance(mine, log) for other, log in known.items()}
        other = min(far, key=lambda one: far[one])
        if far[other] < compared.bound("exchanged") * far[name] and np.ptp(mine) > 0:
            nearest[name] = (other, far[other])
    for name, (other, distance) in nearest.items():
        # A slip of units can move a side near another one; only an exchange moves both.
        if nearest.get(other, ("", 0.0))[0] == name or distance < _SAME:
            words = tr(
                "rows of {side}; these are nearer to the bundled rows of {other}: exchanged?",
                side=name,
                other=other,
            )
            yield Problem(rows.shown, int(own[name].index[0]), side, name, words)


def _distance(mine: pd.Series, known: pd.Series) -> float:
    """Mean distance of logs, whatever the level of the whole."""
    both = pd.DataFrame({"mine": mine, "known": known}).dropna()
    gap = both["mine"] - both["known"]
    return float((gap - gap.median()).abs().mean()) if len(gap) > 1 else np.inf


def _sizes(compared: Compared, rows: Rows) -> list[Problem]:
    """Sums that are too far from the bundled ones; the first rule that fails speaks."""
    for size in compared.dictionary.sizes:
        if size.table == rows.name:
            beside = _beside(compared, rows, size)
            may_end = _may_end(compared, rows, beside, size)
            problems = list(_size_problems(rows, beside, size, may_end))
            if problems:
                return problems
    return []


def _beside(compared: Compared, rows: Rows, size: Size) -> pd.DataFrame:
    """Bundled rows, and as many of what a folder of another base has and the bundled one lacks."""
    bundled, by = compared.bundled(rows.name), list(size.by)
    if compared.base_year == bundled_base_year() or not by:
        return bundled
    new = rows.cells[~pd.Series(keys(rows.cells, by), rows.cells.index).isin(keys(bundled, by))]
    return pd.concat([bundled, new])


def _may_end(compared: Compared, rows: Rows, bundled: pd.DataFrame, size: Size) -> frozenset[str]:
    """Products that may have come to nothing: others of their chapter are of another source."""
    if rows.name not in _BY_PRODUCT or "hs6" not in size.by:
        return frozenset()
    another = rows.cells.loc[~rows.cells["source"].isin(bundled["source"]), "hs6"]
    chapters = compared.cells(_BILATERAL)["hs"].unique()
    given = tuple(hs for hs in chapters if another.str.startswith(hs).any())
    every = pd.concat([rows.cells, bundled])
    every = every[every["hs6"].str.startswith(given)]
    return frozenset(map(str, keys(every, list(size.by))))


def _size_problems(
    rows: Rows, bundled: pd.DataFrame, size: Size, may_end: frozenset[str]
) -> Iterator[Problem]:
    by = list(size.by)
    mine, known = _values(rows.cells), _values(bundled)
    groups = pd.Series(keys(rows.cells, by), rows.cells.index)
    sums = mine.groupby(groups).sum()
    wanted = known.groupby(pd.Series(keys(bundled, by), bundled.index)).sum()
    unit = str(rows.cells["unit"].iloc[0])
    both = pd.DataFrame({"total": sums, "expected": wanted}).fillna(0.0)
    both["low"] = np.where(both["expected"] >= size.above, both["expected"] / size.within, 0.0)
    both.loc[both.index.isin(may_end), "low"] = 0.0
    both["high"] = np.maximum(both["expected"], size.above) * size.within
    outside = (both["total"] < both["low"]) | (both["total"] > both["high"])
    wrong = both[outside & (both["expected"] >= 0)]  # a balance has no size
    for group, total, expected, low, high in wrong.itertuples():
        lines = mine[groups == group]
        # A row by itself is named by its line, several by the line of the largest.
        line = int(str(lines.index[int(np.argmax(lines.to_numpy()))])) if len(lines) else None
        shown = f"{total:,.6g}"
        if len(lines) != 1 and group:
            shown = tr("{total} in all of {group}", total=shown, group=group)
        elif len(lines) != 1:
            shown = tr("{total} in all", total=shown)
        between = {
            "low": f"{low:,.6g}",
            "high": f"{high:,.6g}",
            "unit": unit,
            "expected": f"{expected:,.6g}",
            "reason": tr(size.reason),
        }
        if group:
            words = tr(
                "between {low} and {high} {unit}; the bundled table has {expected} in {group} "
                "({reason})",
                group=group,
                **between,
            )
        else:
            words = tr(
                "between {low} and {high} {unit}; the bundled table has {expected} ({reason})",
                **between,
            )
        yield Problem(rows.shown, line, "value", shown, words)


def _another_unit(compared: Compared, rows: Rows) -> Iterator[Problem]:
    """Columns of which half is ten times the bundled one, a tenth of it, nothing, or blank."""
    table = compared.dictionary.tables[rows.name]
    key, bundled = list(table.key), compared.bundled(rows.name)
    factor = compared.bound("another_unit")
    named = table.form == "parameter"
    several = compared.bound("several_parameters" if named else "several_rows")
    for column, meaning in compared.dictionary.columns(rows.name).items():
        left_out = column in ("low", "high") or column in key
        if left_out or not meaning.numeric or column not in rows.cells or column not in bundled:
            continue
        both = pd.DataFrame(
            {
                "mine": _keyed(rows.cells, key, column),
                "known": _keyed(bundled, key, column),
            }
        )
        both = both[np.isfinite(both["known"]) & both.index.isin(keys(rows.cells, key))]
        first = int(rows.cells.index[0])
        another = meaning.blank is not None and compared.base_year != bundled_base_year()
        if len(both) >= several and both["mine"].isna().all() and another:
            continue  # what holds for the bundled base year only
        if len(both) >= several and both["mine"].isna().all():
            words = tr(
                "values; the bundled table has {number} where this one is blank throughout",
                number=len(both),
            )
            yield Problem(rows.shown, first, column, None, words)
            continue
        both = both[(both["known"] > 0) & (both["mine"] < np.inf)]
        if len(both) < several:
            continue
        ratio = float((both["mine"].fillna(0.0) / both["known"]).median())
        if 1 / factor < ratio < factor:
            continue
        unit = meaning.unit or (str(rows.cells["unit"].iloc[0]) if "unit" in rows.cells else "")
        half = {"unit": unit, "number": len(both), "ratio": f"{ratio:.3g}"}
        if ratio < 1:
            words = tr(
                "values in {unit}: half of the {number} rows are {ratio} times the bundled ones or "
                "less, as if in another unit",
                **half,
            )
        else:
            words = tr(
                "values in {unit}: half of the {number} rows are {ratio} times the bundled ones or "
                "more, as if in another unit",
                **half,
            )
        yield Problem(rows.shown, first, column, f"x {ratio:.3g}", words)


# -- rows that are not read, parts and wholes ---------------------------------------------


def _ignored(compared: Compared, rows: Rows) -> Iterator[Problem]:
    """Cells of the pair's own trade, which the bilateral benchmark decides."""
    if rows.name not in _MARKETS:
        return
    importer, flow = _MARKETS[rows.name]
    pair = compared.cells(_BILATERAL)
    trade = _keyed(pair[pair["flow"] == flow], ["hs"])
    freight = _freight(compared) if importer == "JPN" else 0.0
    bundled = compared.bundled(rows.name)
    untouched = _keyed(bundled[bundled["exporter"] == PARTNER[importer]], ["hs"])
    own = rows.cells[rows.cells["exporter"] == PARTNER[importer]]
    near = compared.bound("same_cell")
    for line, hs, value in zip(own.index, own["hs"], _values(own), strict=True):
        expected = float(trade.get(hs, 0.0)) * (1 + freight)
        fits = (expected, float(untouched.get(hs, 0.0)))
        if not any(abs(value - one) <= near * one + 0.01 for one in fits):
            words = tr(
                "{value}, the {flow} of chapter {chapter} in {table}.csv at c.i.f. value: the "
                "model reads the pair's trade there and not here; change it there",
                value=f"{expected:.6g}",
                flow=tr(flow),
                chapter=hs,
                table=_BILATERAL,
            )
            yield Problem(rows.shown, int(line), "value", f"{value:g}", words)


def _freight(compared: Compared) -> float:
    cells = compared.cells("macro/freight")
    own = cells[(cells["parameter"] == "freight_insurance") & cells["importer"].isin(["", "JPN"])]
    own = own[own["exporter"].isin(["", "IND"])]
    return float(_values(own).iloc[0]) if len(own) else 0.0


def _parts_above_whole(compared: Compared, rows: Rows) -> Iterator[Problem]:
    """Chapters whose products sum to more than the chapter trades."""
    if rows.name not in _BY_PRODUCT:
        return
    flow, said = _BY_PRODUCT[rows.name]
    base = compared.base_year
    own = rows.cells[rows.cells["fiscal_year"] == base]
    pair = compared.cells(_BILATERAL)
    whole = _keyed(pair[pair["flow"] == flow], ["hs"])
    value = _values(own)
    for hs, total in whole.items():
        part = value[own["hs6"].str.startswith(str(hs))]
        if part.sum() > compared.bound("parts_over_whole") * total + 1.0:
            line = int(str(part.idxmax()))
            words = tr(said, chapter=hs, amount=mn(total), table=_BILATERAL)
            shown = tr("{total} in all of {group}", total=f"{part.sum():,.6g}", group=base)
            yield Problem(rows.shown, line, "value", shown, words)
