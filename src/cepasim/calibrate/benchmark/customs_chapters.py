"""Trade of the pair by chapter in other years: the benchmark moved with Japan's goods.

Run as ``python -m cepasim.calibrate.benchmark.customs_chapters``. India's trade with Japan by
chapter is published up to 2021-22; Japan Customs publishes both flows by goods up to 2024-25. The
chapters of the benchmark are moved with the goods they are made of (`goods_growth`) and scaled to
India's total of the year. Chapters of India's exports whose lines of eight digits were all
collected are those lines; where some were, the chapter is not below them. The error is that of the
same method on years whose chapters are known. 2021-22 is published and a check of the method here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.bilateral_table import DECIMALS, UNIT
from cepasim.calibrate.benchmark.customs_goods import (
    FISCAL,
    customs_goods,
    read_goods,
)
from cepasim.calibrate.benchmark.evidence import read_evidence, read_settings
from cepasim.calibrate.benchmark.flow_evidence import YEARS
from cepasim.calibrate.benchmark.goods_growth import goods_growth, moved, moved_errors
from cepasim.calibrate.benchmark.measured_errors import combine_errors, row_of
from cepasim.calibrate.benchmark.sources import FLOWS, LAST_YEAR, wide
from cepasim.core.files import replace_file
from cepasim.core.problems import InputError, Problem, RunError

BASE = YEARS[-1]
"""The benchmark year: its chapters are moved to the other years."""
_HS8 = "Government of India, Export Import Data Bank, HS8 lines, complete"
SOURCE = "Japan Customs via e-Stat, trade by area and principal commodity"
_METHOD = f"benchmark of {BASE} moved with the goods of Japan's customs, scaled to India's total"


def customs_by_chapter(parameters_directory: Path) -> pd.DataFrame:
    """Trade between India and Japan by chapter for every fiscal year of Japan's goods.

    Parameters
    ----------
    parameters_directory : Path
        A parameter folder with ``benchmark/bilateral`` and ``benchmark/evidence``.

    Returns
    -------
    DataFrame
        ``fiscal_year, flow, hs, value`` (US$ mn in India's valuation: exports f.o.b., imports
        c.i.f.), ``low, high`` (90 % range of the level), ``growth_log_sd`` (standard error of the
        change from the benchmark year alone, log points), ``unit, grade, year, source``. The
        benchmark year is the benchmark; every flow of a year sums to India's total.

    Raises
    ------
    InputError
        If a table is missing or a total of a year is.
    RunError
        If a bridge cannot be fitted.
    """
    settings = read_settings(parameters_directory)
    rows: list[dict[str, Any]] = []
    for flow in FLOWS:
        chapters = wide(
            read_evidence(parameters_directory, "chapters", ("value", "flow", "fiscal_year", "hs")),
            flow,
        )
        customs = customs_goods(parameters_directory, flow, chapters, settings)
        base = _benchmark(parameters_directory, flow)
        totals = _totals(parameters_directory, flow, chapters)
        errors = {
            steps: moved_errors(parameters_directory, flow, chapters, settings, steps)
            for steps in (1, 2)
        }
        for year in customs.goods.index:
            distance = abs(int(str(year)[:4]) - int(BASE[:4]))
            growth = goods_growth(
                customs.bridge.shares, row_of(customs.goods, BASE), row_of(customs.goods, str(year))
            )
            chapter = moved(base["value"], growth, float(totals[year]))
            known = pd.Series(dtype=float)
            if distance and year != LAST_YEAR:
                least, known = _collected(parameters_directory, flow, str(year))
                chapter = above_floors(chapter, least, known)
            for code, value in chapter.items():
                hs = str(code)
                step = float(errors[min(distance, 2)][hs]) if distance else 0.0
                cell = _row(str(year), flow, hs, float(value), base, step, settings)
                if hs in known.index:
                    cell |= {"low": known[hs], "high": known[hs], "grade": "A", "source": _HS8}
                rows.append(cell)
    return pd.DataFrame(rows)


def customs_by_good(parameters_directory: Path) -> pd.DataFrame:
    """Japan's trade with India by goods that do not overlap, US$ mn in Japan's own valuation.

    Returns
    -------
    DataFrame
        ``fiscal_year, flow, goods, value, low, high, unit, grade, year, source``: yen at the mean
        rate of exchange of the fiscal year; flows are seen from India.
    """
    tables = []
    for flow in FLOWS:
        goods = read_goods(parameters_directory, flow)[FISCAL]
        goods.index.name, goods.columns.name = "fiscal_year", "goods"
        tables.append(goods.reset_index().melt("fiscal_year").assign(flow=flow))
    table = pd.concat(tables, ignore_index=True)
    table["value"] = table["value"].round(DECIMALS)
    # Fiscal years come from sums over the year to date, which later revisions reach unevenly.
    error = read_settings(parameters_directory)["goods_fiscal_year_error"]
    table["low"] = (table["value"] * (1 - error)).round(DECIMALS)
    table["high"] = (table["value"] * (1 + error)).round(DECIMALS)
    table = table.assign(unit=UNIT, grade="A", year=table["fiscal_year"], source=SOURCE)
    figure = ["value", "low", "high", "unit", "grade", "year", "source"]
    return table.sort_values(["flow", "fiscal_year", "goods"])[
        ["fiscal_year", "flow", "goods", *figure]
    ]


def above_floors(estimate: pd.Series, least: pd.Series, known: pd.Series) -> pd.Series:
    """Chapters with some known, none below its floor, and the sum of `estimate`.

    Parameters
    ----------
    estimate : Series
        Chapters as estimated, US$ mn.
    least : Series
        Floors of some chapters, US$ mn.
    known : Series
        Chapters that are known, US$ mn.

    Raises
    ------
    InputError
        If floors and known chapters exceed the sum.
    """
    total = float(estimate.sum())
    fixed = known.copy()
    while True:
        free = estimate.drop(index=fixed.index)
        free = free * ((total - float(fixed.sum())) / float(free.sum()))
        floors = least.reindex(free.index).fillna(0.0)
        if not (free >= 0).all():
            raise InputError(
                [Problem("benchmark/evidence/hs8_exports.csv", None, "value", None, "below total")]
            )
        low = floors[free < floors - 1e-9]
        if low.empty:
            found: pd.Series = pd.concat([fixed, free]).reindex(estimate.index)
            return found
        fixed = pd.concat([fixed, low])


def _collected(parameters_directory: Path, flow: str, year: str) -> tuple[pd.Series, pd.Series]:
    """Sums of HS8 lines of a year by chapter: floors, and chapters that are complete."""
    table = read_evidence(
        parameters_directory, "hs8_exports", ("flow", "fiscal_year", "hs", "value", "complete")
    )
    table = table[(table["flow"] == flow) & (table["fiscal_year"] == year)].set_index("hs")
    complete = table["complete"] == "yes"
    return table["value"][~complete], table["value"][complete]


def _benchmark(parameters_directory: Path, flow: str) -> pd.DataFrame:
    """The benchmark of one flow by chapter: ``value`` and ``low, high``."""
    path = parameters_directory / "benchmark" / "bilateral.csv"
    table = pd.read_csv(path, dtype={"hs": str}, keep_default_na=False)
    rows: pd.DataFrame = table[table["flow"] == flow].set_index("hs")
    return rows[["value", "low", "high"]]


def _totals(parameters_directory: Path, flow: str, chapters: pd.DataFrame) -> pd.Series:
    """India's totals of a flow by fiscal year, US$ mn: published, and summed where chapters are."""
    table = read_evidence(parameters_directory, "totals", ("flow", "fiscal_year", "value"))
    own = table[table["flow"] == flow].set_index("fiscal_year")["value"]
    summed = chapters.sum(axis=1)
    totals: pd.Series = pd.concat([own, summed[~summed.index.isin(own.index)]])
    return totals


def _row(
    year: str,
    flow: str,
    hs: str,
    value: float,
    base: pd.DataFrame,
    step: float,
    settings: Mapping[str, float],
) -> dict[str, Any]:
    """One cell with its range: the benchmark's own, widened by the error of the move."""
    quantile = settings["range_normal_quantile"]
    level, low, high = row_of(base, hs)
    ends = [value, value]
    log_sd = 0.0
    if level > 0:
        below, above = np.log(level / max(low, 1e-9)) / quantile, np.log(high / level) / quantile
        log_sd = combine_errors(max(below, above), step)
        ends = [
            value * float(np.exp(sign * quantile * combine_errors(side, step)))
            for sign, side in ((-1, below), (1, above))
        ]
    return {
        "fiscal_year": year,
        "flow": flow,
        "hs": hs,
        "value": round(value, DECIMALS),
        "low": round(ends[0], DECIMALS),
        "high": round(ends[1], DECIMALS),
        "growth_log_sd": round(step, 4),
        "unit": UNIT,
        "grade": "D" if log_sd > settings["grade_d_log_sd"] else "C",
        "year": year,
        "source": f"{SOURCE}; {_METHOD}" if year != BASE else f"benchmark of {BASE}",
    }


def write_customs_tables(parameters_directory: Path) -> dict[str, Path]:
    """Write both tables into ``reference/`` of a parameter folder; returns the files by name.

    Raises
    ------
    InputError, RunError
        As `customs_by_chapter`.
    """
    tables = {
        "customs_goods_by_chapter": customs_by_chapter(parameters_directory),
        "customs_goods": customs_by_good(parameters_directory),
    }
    written = {}
    for name, table in tables.items():
        path = parameters_directory / "reference" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with replace_file(path) as partial:
            table.to_csv(partial, index=False, lineterminator="\n")
        written[name] = path
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both tables from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cepasim.calibrate.benchmark.customs_chapters",
        description="Trade of the pair by chapter, 2021-22 to 2024-25, from Japan's customs.",
    )
    parser.add_argument("--params", type=Path, help="parameter folder (default: the bundled one)")
    options = parser.parse_args(arguments)
    folder = options.params
    if folder is None:
        from cepasim.params.parameters import bundled_directory

        folder = bundled_directory()
    try:
        written = write_customs_tables(folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written.values():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
