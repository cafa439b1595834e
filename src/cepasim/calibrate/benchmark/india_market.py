"""India's imports by chapter and source: shares of 2021-22 moved to the totals of 2023-24.

Chapter totals of 2023-24 are official and hard; Japan's column is the bilateral benchmark. The
other sources start from their shares of 2021-22, as uncertain as two years have made such shares
in the past, and move to meet what is known of their totals of 2023-24 (in between, Russian crude
oil replaced much of the Gulf's).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cepasim.calibrate.benchmark.cells import Array, Statement, balance_cells
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence
from cepasim.calibrate.benchmark.market_tables import (
    CIF,
    Cell,
    Grid,
    ReportLine,
    log_normal_cell,
    statement_line,
)
from cepasim.calibrate.benchmark.own_evidence import OwnCells, refuse_more_than
from cepasim.calibrate.benchmark.own_markets import Own, given_cell, given_cells
from cepasim.core.countries import INDIA
from cepasim.core.language import tr

INDIA_EXPORTERS: tuple[str, ...] = (
    *("JPN", "CHN", "KOR", "TWN", "VNM", "THA", "IDN", "MYS", "SGP", "PHL"),
    *("BGD", "AUS", "USA", "EU27", "GBR", "CHE", "ARE", "ROW"),
)
BENCHMARK_YEAR = "2023-24"
TABLE_YEAR = "2021-22"


def balance_india(
    evidence: MarketEvidence, imports: Mapping[str, Figure], own: Own
) -> tuple[list[Cell], list[ReportLine]]:
    """Cells of India's import market and what the balance did to the evidence.

    Parameters
    ----------
    evidence : MarketEvidence
        The market evidence.
    imports : mapping of str to Figure
        India's imports from Japan c.i.f. by chapter, US$ mn.
    own : mapping of exporter to OwnCells
        What the user's files give of other sources.

    Returns
    -------
    cells : list of Cell
        Chapters x exporters in order, US$ mn c.i.f.
    report : list of ReportLine
    """
    grid = Grid(evidence.chapters, tuple(e for e in INDIA_EXPORTERS if e != "JPN"))
    totals = {f.key[1]: f for f in evidence["india_world_imports"] if f.key[0] == BENCHMARK_YEAR}
    japan = np.array([imports[hs].value for hs in grid.chapters])
    published = np.array([totals[hs].value for hs in grid.chapters])
    left = evidence.assumption("least_left_to_others")  # where Japan nearly fills a chapter
    room = np.maximum(published - japan, left * published)
    given = given_cells(grid, own)
    known = np.nan_to_num(given)
    for hs, held, most in zip(grid.chapters, known.sum(axis=1), room, strict=True):
        if held > 0 and held >= most:
            what = tr("chapter {hs} of all sources but Japan", hs=hs)
            refuse_more_than(tr("sources"), INDIA, float(held), float(most), what)
    shares = _shares_of_table_year(evidence, grid)
    chapters = [
        Statement(
            f"chapter {hs}",
            "chapter total",
            grid.weights(chapters=[hs]),
            float(room[i] + japan[i]),
            0.0,
            float(room[i] + japan[i]),
            fixed=float(japan[i] + known[i].sum()),
        )
        for i, hs in enumerate(grid.chapters)
    ]
    partners = [
        Statement(
            f"all chapters from {figure.key[0]}",
            "partner total",
            grid.weights(exporters=figure.key),
            figure.value,
            figure.log_sd,
            figure.value,
            grade=figure.grade,
            source=figure.source,
            fixed=float(known[:, grid.exporters.index(figure.key[0])].sum()),
        )
        for figure in evidence["india_partner_totals"]
        if own.get(figure.key[0], OwnCells()).total is None
    ]
    prior, drift = np.where(np.isnan(given), shares * room[:, None], 0.0), _drift(evidence, shares)
    result = balance_cells(prior.ravel(), drift.ravel(), [*chapters, *partners])
    value, spread = grid.square(result.value) + known, grid.square(result.log_sd)

    cells: list[Cell] = []
    for i, hs in enumerate(grid.chapters):
        cells.append(_japan_cell(hs, imports[hs]))
        cells += [
            given_cell(hs, exporter, own[exporter])
            if np.isfinite(given[i, j])
            else log_normal_cell(
                hs,
                exporter,
                float(value[i, j]),
                float(spread[i, j]),
                "C",
                BENCHMARK_YEAR,
                f"shares of {TABLE_YEAR} (Export Import Data Bank) moved to the chapter and "
                f"partner totals of {BENCHMARK_YEAR}",
                "",
            )
            for j, exporter in enumerate(grid.exporters)
        ]
    report = _chapter_lines(grid, totals, value.sum(axis=1) + japan)
    report += [statement_line("IND", statement, result.value) for statement in partners]
    report.append(_row_line(evidence, grid, value, float(published.sum())))
    return cells, report


def _chapter_lines(grid: Grid, totals: Mapping[str, Figure], balanced: Array) -> list[ReportLine]:
    """Published chapter totals against what they are balanced to."""
    return [
        ReportLine(
            "IND",
            f"chapter {hs}",
            "chapter total",
            totals[hs].value,
            float(balanced[i]),
            "US$ mn",
            totals[hs].grade,
            totals[hs].source,
        )
        for i, hs in enumerate(grid.chapters)
    ]


def _shares_of_table_year(evidence: MarketEvidence, grid: Grid) -> Array:
    """Shares of the other sources in a chapter without Japan, 2021-22: chapters x exporters."""
    table = evidence.values("india_imports_2021_22")
    base = np.array([[table.get((hs, e), 0.0) for e in grid.exporters] for hs in grid.chapters])
    return np.asarray(base / base.sum(axis=1, keepdims=True), dtype=float)


def _drift(evidence: MarketEvidence, shares: Array) -> Array:
    """Log standard deviation of a share after two years: the smaller the share, the more."""
    small, middle, large = (
        evidence.assumption(f"sd_india_drift_{size}") for size in ("small", "middle", "large")
    )
    # The bands in which the past was measured.
    return np.asarray(np.select([shares >= 0.2, shares >= 0.01], [large, middle], small))


def _japan_cell(hs: str, figure: Figure) -> Cell:
    """Japan's fixed cell: the bilateral import."""
    return Cell(
        "",
        hs,
        "JPN",
        figure.value,
        figure.low,
        figure.high,
        CIF,
        "C",
        BENCHMARK_YEAR,
        "bilateral benchmark, India's imports c.i.f.",
        "India's own statistics",
    )


def _row_line(evidence: MarketEvidence, grid: Grid, value: Array, published: float) -> ReportLine:
    """The rest of the world against its level of 2021-22 grown like all imports."""
    world = evidence.values("india_world_imports")
    before = sum(v for (year, _), v in world.items() if year == TABLE_YEAR)
    table = evidence.values("india_imports_2021_22")
    base = sum(v for (_, exporter), v in table.items() if exporter == "ROW")
    return ReportLine(
        "IND",
        "all chapters from ROW (not pulled at; what the totals leave)",
        "partner total",
        base * published / before,
        float(value[:, grid.exporters.index("ROW")].sum()),
        "US$ mn",
        "C",
        f"level of {TABLE_YEAR} grown like all imports",
    )
