"""Rows of the market tables and of their report, in one form for both markets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.cells import Array, Statement
from cepasim.economy.uncertainty.spread import WIDTH

CIF = "US$ mn c.i.f."
BASIC = "US$ mn, basic prices"
# Significant digits written: more than the evidence bears, fewer than the solver's noise.
_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its 90 % range. `importer` or `exporter` is blank where it has no part."""

    importer: str
    hs: str
    exporter: str
    value: float
    low: float
    high: float
    unit: str
    grade: str
    year: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one piece of evidence says and what the balance gives."""

    market: str
    evidence: str
    kind: str
    says: float
    balance: float
    unit: str
    grade: str
    source: str
    gap_in_sd: float = float("nan")


@dataclass(frozen=True, eq=False)
class Grid:
    """Free cells of a market: chapters x exporters, flattened row by row."""

    chapters: tuple[str, ...]
    exporters: tuple[str, ...]

    def weights(
        self, chapters: Iterable[str] | None = None, exporters: Iterable[str] | None = None
    ) -> Array:
        """Ones for the cells in these chapters and from these exporters; all by default."""
        rows = np.isin(self.chapters, list(self.chapters if chapters is None else chapters))
        cols = np.isin(self.exporters, list(self.exporters if exporters is None else exporters))
        return np.asarray(np.outer(rows, cols).ravel(), dtype=float)

    def square(self, flat: Array) -> Array:
        """Flat cells as chapters x exporters."""
        return flat.reshape(len(self.chapters), len(self.exporters))


def rounded(value: float) -> float:
    """An estimate with as many digits as are written, so that solver noise leaves no trace."""
    return float(f"{value:.{_DIGITS}g}")


def log_normal_cell(
    hs: str,
    exporter: str,
    value: float,
    log_sd: float,
    grade: str,
    year: str,
    source: str,
    note: str,
) -> Cell:
    """An import cell whose range is log-normal around its value."""
    low, middle, high = (rounded(value * float(np.exp(z * log_sd))) for z in (-WIDTH, 0.0, WIDTH))
    shown = note if value > 0 else "no trade in this cell"
    return Cell("", hs, exporter, middle, low, high, CIF, grade, year, source, shown)


def statement_line(market: str, statement: Statement, cells: Array) -> ReportLine:
    """Report line of a statement the balance pulled at."""
    got = float(statement.weights @ cells) + statement.fixed
    gap = (got - statement.target) / statement.scale
    met = (statement.sense == "<=" and gap <= 0) or (statement.sense == ">=" and gap >= 0)
    says = statement.target
    if statement.share is not None:
        says, got = statement.share, statement.share + gap
    kind = statement.kind + ("" if statement.sense == "==" else f" ({statement.sense})")
    in_sd = 0.0 if met or statement.sd == 0 else gap / statement.sd
    return ReportLine(
        market,
        statement.name,
        kind,
        says,
        got,
        statement.unit,
        statement.grade,
        statement.source,
        in_sd,
    )


def cell_frame(cells: Sequence[Cell], keys: Sequence[str]) -> pd.DataFrame:
    """Cells as a table: the key columns, then value, low, high, unit, grade, year, source, note."""
    columns = [*keys, "value", "low", "high", "unit", "grade", "year", "source", "note"]
    return pd.DataFrame([asdict(cell) for cell in cells])[columns]


def report_frame(lines: Sequence[ReportLine]) -> pd.DataFrame:
    """Report lines as a table, with the gap in the line's unit and in per cent."""
    frame = pd.DataFrame([asdict(line) for line in lines])
    frame["gap"] = frame["balance"] - frame["says"]
    frame["gap_percent"] = 100 * frame["gap"] / frame["says"].where(frame["says"] != 0)
    figures = ["says", "balance", "gap", "gap_percent", "gap_in_sd"]
    return frame[["market", "evidence", "kind", *figures, "unit", "grade", "source"]]
