"""Japan's imports by chapter and source: customs by exporter and good, balanced to chapters.

Japan Customs gives the imports of 2023-24 by exporter and some thirty goods that do not overlap:
they are met exactly. What the balance estimates is the split of a good over chapters, from the
exporter's own split of 2018-2020 (`japan_prior`) and everything else that is known about sums of
cells (`japan_statements`).
India's column is the bilateral benchmark. Without the file of the prior the other columns stay as
they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.cells import balance_cells
from cepasim.calibrate.benchmark.japan_prior import (
    NO_TOTAL,
    UNLISTED,
    customs_by_good,
    goods_cells,
    read_chapter_prior,
)
from cepasim.calibrate.benchmark.japan_statements import japan_statements
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence
from cepasim.calibrate.benchmark.market_tables import (
    CIF,
    Cell,
    ReportLine,
    log_normal_cell,
    rounded,
    statement_line,
)
from cepasim.core.problems import InputError, Problem

JAPAN_EXPORTERS: tuple[str, ...] = (
    *("IND", "CHN", "KOR", "TWN", "VNM", "THA", "IDN", "MYS", "PHL", "SGP"),
    *("BGD", "KHM", "MMR", "AUS", "USA", "EU27", "GBR", "CHE", "ARE", "ROW"),
)
YEAR = "2023-24"
SOURCE = (
    "balance of Japan Customs' imports by partner and good (e-Stat), chapters inside a good after "
    "Growth Lab at Harvard University, The Atlas of Economic Complexity, 2018-2020"
)
_GRADES = (("B", 0.1), ("C", 0.35))
"""Largest standard error, log points, of a cell of either grade; beyond them D."""
_ROUNDED = 1e-6  # a gap that writing seven digits leaves


def balance_japan(
    evidence: MarketEvidence,
    exports: Mapping[str, Figure],
    freight: Mapping[str, float],
    prior: Path,
) -> tuple[list[Cell], list[ReportLine]]:
    """Cells of Japan's import market and what the balance did to the evidence.

    Parameters
    ----------
    evidence : MarketEvidence
        The market evidence.
    exports : mapping of str to Figure
        India's exports to Japan f.o.b. by chapter, US$ mn.
    freight : mapping of str to float
        Freight and insurance to Japan by exporter, share of the f.o.b. value.
    prior : Path
        Chapters by partner of earlier years (`read_chapter_prior`).

    Returns
    -------
    cells : list of Cell
        Chapters x exporters in order, US$ mn c.i.f.
    report : list of ReportLine
    """
    free = goods_cells(evidence, read_chapter_prior(prior, JAPAN_EXPORTERS), JAPAN_EXPORTERS)
    statements = japan_statements(evidence, free, exports, freight)
    result = balance_cells(free.value, free.log_sd, statements)
    frame = pd.DataFrame({"hs": free.hs, "exporter": free.exporter, "value": result.value}).assign(
        square=(result.value * result.log_sd) ** 2
    )
    sums = frame.groupby(["hs", "exporter"]).sum()
    value = sums["value"].unstack().fillna(0.0)
    error = np.sqrt(sums["square"]).unstack().fillna(0.0)
    value = value.reindex(index=evidence.chapters, columns=JAPAN_EXPORTERS[1:]).fillna(0.0)
    log_sd = (error.reindex_like(value) / value.where(value > 0)).fillna(0.0)
    least = evidence.assumption("sd_japan_customs")
    log_sd = np.sqrt(log_sd**2 + least**2)
    return _cells(evidence, value, log_sd, exports, freight["IND"]), [
        *(statement_line("JPN", s, result.value) for s in statements),
        *_india_lines(evidence, exports, freight["IND"]),
    ]


def stored_japan(
    evidence: MarketEvidence, exports: Mapping[str, Figure], freight: float, table: Path
) -> tuple[list[Cell], list[ReportLine]]:
    """The stored columns of the other sources beside India's of this benchmark.

    For a run without the file of the prior: the other columns rest on customs and do not depend on
    the bilateral benchmark, apart from the chapters without a Japanese total, which follow India's.

    Raises
    ------
    InputError
        If there is no stored table, or a cell is missing in it.
    """
    shown = "benchmark/japan_imports.csv"
    if not table.is_file():
        raise InputError(
            [Problem(shown, None, "file", None, "the stored table, or --chapter-prior FILE")]
        )
    rows = pd.read_csv(table, dtype={"hs": str}, keep_default_na=False)
    stored = {(row["hs"], row["exporter"]): row for row in rows.to_dict("records")}
    with_total = rows[~rows["hs"].isin(NO_TOTAL) & (rows["exporter"] != "IND")]
    ratio = with_total.groupby("exporter")["value"].sum() / sum(
        figure.value * (1 + freight) for hs, figure in exports.items() if hs not in NO_TOTAL
    )
    cells = []
    for hs in evidence.chapters:
        for exporter in JAPAN_EXPORTERS:
            if exporter == "IND":
                cells.append(_india_cell(hs, exports[hs], freight))
                continue
            row = stored.get((hs, exporter))
            if row is None:
                raise InputError([Problem(shown, None, f"{hs} {exporter}", None, "every cell")])
            value, low, high = (float(str(row[c])) for c in ("value", "low", "high"))
            if hs in NO_TOTAL and value > 0:
                mean = float(ratio[exporter]) * exports[hs].value * (1 + freight)
                # What is stored was rounded once: the same mean moves no digit of it.
                if abs(mean - value) > _ROUNDED * value:
                    value, low, high = (rounded(x * mean / value) for x in (value, low, high))
            unit, grade, year, source, note = (
                str(row[c]) for c in ("unit", "grade", "year", "source", "note")
            )
            cells.append(Cell("", hs, exporter, value, low, high, unit, grade, year, source, note))
    return cells, _india_lines(evidence, exports, freight)


def _cells(
    evidence: MarketEvidence,
    value: pd.DataFrame,
    log_sd: pd.DataFrame,
    exports: Mapping[str, Figure],
    freight: float,
) -> list[Cell]:
    """All cells in order; chapters that Japan does not publish have the mean of the market."""
    india = {hs: figure.value * (1 + freight) for hs, figure in exports.items()}
    others = value.drop(index=list(NO_TOTAL)).sum()
    shares = (others / others.sum()).to_numpy(float)
    ratio = float(others.sum()) / sum(india[hs] for hs in value.index if hs not in NO_TOTAL)
    cells: list[Cell] = []
    amounts, errors = value.to_numpy(float), log_sd.to_numpy(float)
    for i, hs in enumerate(evidence.chapters):
        cells.append(_india_cell(hs, exports[hs], freight))
        for j, exporter in enumerate(JAPAN_EXPORTERS[1:]):
            amount, sd = float(amounts[i, j]), float(errors[i, j])
            note = "goods of Japan Customs by partner, divided by chapter"
            if hs in NO_TOTAL:
                amount = ratio * india[hs] * float(shares[j])
                sd = evidence.assumption("sd_filler")
                note = "no Japanese total for this chapter: mean of the market, by India's share"
            elif exporter in UNLISTED:
                note = "goods of partners that Japan Customs does not list, divided among them"
            grade = next((name for name, most in _GRADES if sd <= most), "D")
            cells.append(log_normal_cell(hs, exporter, amount, sd, grade, YEAR, SOURCE, note))
    return cells


def _india_cell(hs: str, figure: Figure, freight: float) -> Cell:
    """India's fixed cell: the bilateral export raised to c.i.f."""
    value, low, high = (x * (1 + freight) for x in (figure.value, figure.low, figure.high))
    source = "bilateral benchmark, India's exports f.o.b. raised to c.i.f."
    note = f"freight and insurance {100 * freight:g} % of the f.o.b. value"
    return Cell("", hs, "IND", value, low, high, CIF, "C", YEAR, source, note)


def _india_lines(
    evidence: MarketEvidence, exports: Mapping[str, Figure], freight: float
) -> list[ReportLine]:
    """Japan's own count of India's sales against India's column, by good and in all."""
    goods = customs_by_good(evidence).loc["IND"]
    citation = evidence["japan_customs"][0].source
    total = sum(figure.value for figure in exports.values()) * (1 + freight)
    return [
        ReportLine(
            "JPN",
            "all chapters from IND (fixed)",
            "partner total",
            float(goods.to_numpy(float).sum()),
            total,
            "US$ mn",
            "A",
            citation,
        )
    ]
