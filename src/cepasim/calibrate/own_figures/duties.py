"""Duties of the user's files in the schedules of a folder: line by line, nothing else moves.

A rate that the file gives takes the place of the line's in ``tariffs/japan_lines`` or
``tariffs/india_lines``; a code shorter than a line stands for every line below it, if they all pay
the same. Chapters' rates, categories, remaining steps and the use of lines follow from the lines by
the code that reads the schedules. Lines that are not in the file stay as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.own_evidence import BEGINS
from cepasim.calibrate.lines_used import TABLE as LINES_USED
from cepasim.calibrate.lines_used import lines_used
from cepasim.calibrate.own_figures.duties_done import MFN, DutiesDone
from cepasim.calibrate.own_figures.moved_tables import read_texts, write_table
from cepasim.core.countries import INDIA, JAPAN, PARTNER
from cepasim.data.layouts.duties import INDIA_SCHEDULE, JAPAN_SCHEDULE
from cepasim.data.reading import Reading
from cepasim.params.loading import read_parameters
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level

LINES = {JAPAN: "tariffs/japan_lines", INDIA: "tariffs/india_lines"}
COVERAGE = "tariffs/india_coverage"
_CODE = {JAPAN: "hs9", INDIA: "hs8"}
_MFN = {JAPAN: "mfn_pct", INDIA: "duty_pct"}
#: Columns of India's lists of preferences.
_INDIA_LISTS = {
    "KOR": ("kor_low_pct", "kor_high_pct"),
    "ASEAN": ("asean_low_pct", "asean_high_pct"),
}
#: Layouts in which a blank preference says that there is none.
_BLANK_IS_NONE = (JAPAN_SCHEDULE.name, INDIA_SCHEDULE.name)
_SAME = 1e-9
_RATES = ("low", "rate", "high")


@dataclass(eq=False)
class _Work:
    """One schedule while the duties of a file are put into it."""

    importer: str
    table: pd.DataFrame
    source: str
    year: str
    base: int
    schedule_year: int
    steps_left: float
    staged: frozenset[str]
    changed: list[dict[str, object]] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)
    same: int = 0
    seen: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    @property
    def first(self) -> int:
        """Calendar year in which the duties were in force first."""
        return int(self.year[:4])

    @property
    def codes(self) -> pd.Series:
        """Lines of the schedule; a line with seasons stands twice."""
        return self.table[_CODE[self.importer]]

    def leave(self, why: str, number: int) -> None:
        """Count what is not used."""
        if number:
            self.unused[why] = self.unused.get(why, 0) + number

    def numbers(self, column: str) -> pd.Series:
        """Rates of a column, NaN where it is blank."""
        return pd.to_numeric(self.table[column], errors="coerce")

    def put(self, who: str, columns: Sequence[str], rates: pd.DataFrame) -> pd.Index:
        """Put rates by line into columns and return the rows that changed.

        Parameters
        ----------
        who : str
            MFN or the source.
        columns : sequence of str
            One, or that of the lowest and of the highest rate.
        rates : DataFrame
            ``low``, ``rate``, ``high`` by line; NaN for none.
        """
        ends = ("rate",) if len(columns) == 1 else ("low", "high")
        at = self.codes.isin(rates.index)
        codes = self.codes[at]
        old = pd.concat([self.numbers(column)[at] for column in columns], axis=1)
        # A line with seasons is the mean of them.
        mean = old.groupby(codes).transform("mean")
        new = pd.concat([codes.map(dict(rates[end])).astype(float) for end in ends], axis=1)
        new.columns = mean.columns = old.columns
        gap = (new - mean).abs() > _SAME
        other = (gap | (new.isna() != mean.isna())).any(axis=1)
        rows = codes.index[other]
        self.same += int((~other).groupby(codes).all().sum())
        for column in columns:
            self.table.loc[rows, column] = [_written(x) for x in new.loc[rows, column]]
        first = rows[~codes[rows].duplicated()]
        before, now = mean.loc[first].mean(axis=1), new.loc[first].mean(axis=1)
        for hs, was, becomes in zip(codes[first], before, now, strict=True):
            self.changed.append({"hs": hs, "who": who, "old": was, "new": becomes})
        return rows


def write_duties(folder: Path, given: Sequence[tuple[Reading, str]]) -> tuple[DutiesDone, ...]:
    """Put duties into the schedules of a folder, and what lines are used where they changed.

    Parameters
    ----------
    folder : Path
        Complete, and of the base year already; changed in place.
    given : sequence of (Reading, str)
        Duties, each with the name of its file for people.
    """
    done = []
    for reading, name in given:
        parameters = read_parameters(folder)
        for importer, rows in reading.frame.groupby("importer"):
            done.append(_one(folder, parameters, str(importer), rows, (reading, name)))
    if any(one.importer == JAPAN and len(one.lines) for one in done):
        _renew_lines_used(folder)
    return tuple(done)


def _one(
    folder: Path,
    parameters: Parameters,
    importer: str,
    rows: pd.DataFrame,
    of: tuple[Reading, str],
) -> DutiesDone:
    """Duties of one file in one market."""
    reading, name = of
    year = str(rows["period"].max())
    work = _Work(
        importer=importer,
        table=read_texts(folder, LINES[importer]),
        source=f"{BEGINS}{name}, {reading.understood.layout}",
        year=year,
        base=parameters.base_year.first,
        schedule_year=parameters.schedule_year.first,
        steps_left=parameters.value("b15_remaining_steps"),
        staged=frozenset(_staged(parameters)) if importer == JAPAN else frozenset(),
    )
    before = work.table.copy()
    blank_is_none = reading.understood.layout in _BLANK_IS_NONE
    if work.first < work.base:
        work.leave("old", len(rows))
        rows = rows.iloc[:0]
    mfn = _by_line(work, rows[rows["duty"] == "MFN"])
    if not blank_is_none:
        mfn = mfn[mfn["rate"].notna()]
    _put_mfn(work, mfn)
    preferences = rows[rows["duty"] == "preference"]
    work.leave("no column", int((~rows["duty"].isin(["MFN", "preference"])).sum()))
    for source, part in preferences.groupby("source"):
        rates = _by_line(work, part)
        if blank_is_none:
            rates = rates.reindex(rates.index.union(mfn.index))
        _put_preference(work, str(source), rates, folder)
    lowered = _followed(work, before)
    changed = ~work.table.eq(before).all(axis=1)
    if changed.any():
        work.table.loc[changed, ["source", "year", "grade"]] = [work.source, year, "A"]
        write_table(folder, LINES[importer], work.table)
    return DutiesDone(
        file=name,
        importer=importer,
        year=year,
        lines=pd.DataFrame(work.changed, columns=["hs", "who", "old", "new"]),
        same=work.same,
        absent=len(set(work.codes) - work.seen),
        unknown=tuple(sorted(work.unknown)),
        unused=dict(work.unused),
        lowered=lowered,
        schedule_year=work.schedule_year,
    )


def _staged(parameters: Parameters) -> Iterator[str]:
    """Sources whose rates in Japan still fell after the base year."""
    rows = parameters.rows
    rows = rows[(rows["parameter"] == "roll_back_share") & (rows["value"] < 1)]
    yield from rows["exporter"].astype(str)


def _by_line(work: _Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Rates by line of the schedule: those of a code stand for all lines below it."""
    lines = sorted(set(work.codes))
    found: dict[str, tuple[float, float, float]] = {}
    ordered = rows.sort_values("level", kind="stable")
    columns = (ordered[name] for name in ("hs", "low_pct", "rate_pct", "high_pct"))
    for code, low, rate, high in zip(*columns, strict=True):
        # A digit is below the colon, so that all that begins with the code stands between.
        mine = lines[bisect_left(lines, code) : bisect_left(lines, code + ":")]
        if not mine:
            work.unknown.add(code)
        elif code not in mine and high - low > _SAME:
            work.leave("average", 1)
        else:
            work.seen.update(mine)
            found.update(dict.fromkeys(mine, (low, rate, high)))
    rates = np.array(list(found.values()), dtype=float).reshape(-1, len(_RATES))
    return pd.DataFrame(rates, index=list(found), columns=list(_RATES))


def _put_mfn(work: _Work, rates: pd.DataFrame) -> None:
    """MFN rates; India's of the base year beside those of the schedule."""
    if work.importer == INDIA:
        then = work.table.set_index("hs8")["duty_base_pct"]
        other = rates.index.isin(then.index[then != ""])
        if work.first > work.base:
            changed = work.put(MFN, (_MFN[INDIA],), rates)
            work.leave("later", int((work.table.loc[changed, "duty_base_pct"] != "").sum()))
            return
        work.put(MFN, ("duty_base_pct",), rates[other])
        rates = rates[~other]
    work.put(MFN, (_MFN[work.importer],), rates)


def _put_preference(work: _Work, source: str, rates: pd.DataFrame, folder: Path) -> None:
    """What one source pays with its preference."""
    if work.importer == INDIA:
        if source in _INDIA_LISTS:
            work.put(source, _INDIA_LISTS[source], rates)
        elif source == PARTNER[INDIA]:
            _put_coverage(work, rates, folder)
        else:
            work.leave("no column", len(rates))
        return
    if source not in work.table.columns or not source.isupper():
        work.leave("no column", len(rates))
    elif work.first >= work.schedule_year or source not in {*work.staged, PARTNER[JAPAN]}:
        work.put(source, (source,), rates)
    elif source == PARTNER[JAPAN]:
        # One of several instalments is left for each year up to the schedule's.
        way = work.schedule_year - work.base
        left = work.steps_left * (work.schedule_year - work.first) / way
        step = work.table.set_index("hs9")["b15_rate_jan_2026_pct"]
        falling = rates.index.isin(step.index[step != ""])
        work.put(source, ("b15_rate_jan_2026_pct",), rates[falling] / left)
        work.put(source, (source,), rates[~falling])
    else:
        work.leave("staged", len(rates))


def _put_coverage(work: _Work, rates: pd.DataFrame, folder: Path) -> None:
    """What the CEPA frees in India, which is known by product: lines of one rate alone."""
    table = read_texts(folder, COVERAGE).set_index("hs6", drop=False)
    product = pd.Series([at_level(hs, "subheading") for hs in rates.index], rates.index)
    duty = work.numbers(_MFN[INDIA]).set_axis(work.codes)
    number = pd.Series([at_level(hs, "subheading") for hs in duty.index]).value_counts()
    mixed = 0
    for hs6, part in rates.groupby(product):
        rate = part["rate"]
        if hs6 not in table.index or len(part) < number[hs6] or np.ptp(rate) > _SAME:
            mixed += 1
            continue
        value, most = float(rate.iloc[0]), float(duty[part.index].max())
        coverage = "full" if value == 0 else "excluded" if value >= most else "partial"
        given = "" if coverage == "excluded" else _written(value)
        old = float(str(table.at[hs6, "cepa_rate_pct"]) or "nan")
        if coverage == table.at[hs6, "coverage"] and (given == "" or abs(old - value) <= _SAME):
            work.same += 1
            continue
        names = ["coverage", "cepa_rate_pct", "source", "year", "grade"]
        table.loc[hs6, names] = [coverage, given, work.source, work.year, "A"]
        work.changed.append({"hs": hs6, "who": PARTNER[INDIA], "old": old, "new": value})
    work.leave("mixed", mixed)
    write_table(folder, COVERAGE, table)


def _followed(work: _Work, before: pd.DataFrame) -> int:
    """Kinds and categories of the lines that changed; preferences are never above MFN."""
    table = work.table
    rows = table.index[~table.eq(before).all(axis=1)]
    mfn = work.numbers(_MFN[work.importer])
    for row in rows:
        if mfn[row] == 0:
            table.at[row, "mfn_kind"] = "free"
        elif table.at[row, "mfn_kind"] == "free":
            table.at[row, "mfn_kind"] = "ad_valorem"
    lowered = 0
    if work.importer == JAPAN:
        columns = [name for name in table.columns if name.isupper() and len(name) > 2]
    else:
        columns = [name for pair in _INDIA_LISTS.values() for name in pair]
    for column in columns:
        rates = work.numbers(column)
        above = rows[(rates[rows] > mfn[rows] + _SAME).to_numpy()]
        table.loc[above, column] = table.loc[above, _MFN[work.importer]]
        lowered += len(above)
    if work.importer == JAPAN:
        india = work.numbers(PARTNER[JAPAN])
        for row in rows:
            if mfn[row] == 0:
                status = "mfn_free"
            elif india[row] == 0:
                status = "free"
            elif india[row] < mfn[row]:
                status = "partial"
            else:  # a part of a line may be free of which no rate is known
                was = str(before.at[row, "cepa_status"])
                kept = was == "partial" and str(before.at[row, "IND"]) == str(table.at[row, "IND"])
                status = was if kept else "X"
            table.at[row, "cepa_status"] = status
    else:
        table.loc[rows, "doubtful"] = ""
    return lowered


def _renew_lines_used(folder: Path) -> None:
    """Which lines are used, from the same claims under the new margins."""
    old = read_texts(folder, LINES_USED)
    own = old["source"].str.startswith(BEGINS)
    new = lines_used(read_parameters(folder)).astype(str)
    measured = {at_level(hs, "subheading") for hs in old.loc[own, "hs9"]}
    product = new["hs9"].map(lambda hs: at_level(hs, "subheading"))
    table = pd.concat([old[own], new[~product.isin(measured)]]).sort_values("hs9")
    same = table.reset_index(drop=True).astype(str)
    if not _same_numbers(same, old):
        write_table(folder, LINES_USED, table)


def _same_numbers(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if one["hs9"].tolist() != other["hs9"].tolist():
        return False
    names = ["share", "low", "high"]
    return bool(np.allclose(one[names].astype(float), other[names].astype(float), atol=_SAME))


def _written(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"
