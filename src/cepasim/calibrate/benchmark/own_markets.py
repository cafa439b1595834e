"""The user's own figures on other sources than the partner, in both import markets.

A cell that is given is met exactly. In India's market the rest of its chapter gives way, because
chapter totals are published; in Japan's the other chapters of the same source do, because what
Japan buys from each source is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cepasim.calibrate.benchmark.cells import Array, Statement, balance_cells
from cepasim.calibrate.benchmark.flow_evidence import YEARS
from cepasim.calibrate.benchmark.japan_prior import NO_TOTAL
from cepasim.calibrate.benchmark.market_tables import CIF, Cell, Grid, rounded
from cepasim.calibrate.benchmark.own_evidence import OwnCells, refuse_more_than
from cepasim.core.countries import JAPAN, PARTNER
from cepasim.core.language import tr
from cepasim.economy.uncertainty.spread import WIDTH

Own = Mapping[str, OwnCells]


def given_cells(grid: Grid, own: Own) -> Array:
    """Cells that are given, chapters x exporters; NaN where the balance has to find them."""
    given = np.full((len(grid.chapters), len(grid.exporters)), np.nan)
    for column, exporter in enumerate(grid.exporters):
        for hs, value in own.get(exporter, OwnCells()).equal.items():
            given[grid.chapters.index(hs), column] = value
    return given


def given_cell(hs: str, exporter: str, own: OwnCells) -> Cell:
    """A cell as the user's files have it."""
    value = rounded(own.equal[hs])
    note = "given" if value > 0 else "no trade in this cell"
    source = own.source[hs]
    return Cell("", hs, exporter, value, value, value, CIF, "A", YEARS[1], source, note)


def with_given_japan(cells: Sequence[Cell], own: Own) -> list[Cell]:
    """Japan's market with the cells that are given; the source's other chapters keep its total.

    Parameters
    ----------
    cells : sequence of Cell
        As balanced without them.
    own : mapping of exporter to OwnCells

    Raises
    ------
    InputError
        If what is given of a source exceeds what Japan buys from it in all.
    """
    result = {(cell.hs, cell.exporter): cell for cell in cells}
    for exporter, given in own.items():
        if exporter == PARTNER[JAPAN]:  # follows the bilateral benchmark
            continue
        mine = [cell for cell in cells if cell.exporter == exporter]
        for hs in given.equal:
            result[hs, exporter] = given_cell(hs, exporter, given)
        free = [c for c in mine if c.hs not in given.equal and c.hs not in NO_TOTAL and c.value > 0]
        if given.total is not None or not given.equal or not free:
            continue
        known = sum(cell.value for cell in mine if cell.hs not in NO_TOTAL)
        left = known - sum(v for hs, v in given.equal.items() if hs not in NO_TOTAL)
        if left <= 0:
            all_of_it = tr("what Japan buys of the source in all")
            refuse_more_than(exporter, JAPAN, known - left, known, all_of_it)
        for cell in _scaled(free, left):
            result[cell.hs, exporter] = cell
    return list(result.values())


def _scaled(cells: Sequence[Cell], total: float) -> list[Cell]:
    """Cells moved to a sum, the uncertain ones further; a sum they have already moves nothing."""
    value = np.array([cell.value for cell in cells])
    if abs(value.sum() - total) <= 1e-6 * total:
        return list(cells)
    log_sd = np.array(
        [np.log(c.high / c.low) / (2 * WIDTH) if c.high > c.low else 0 for c in cells]
    )
    name = f"all chapters from {cells[0].exporter}"
    hard = Statement(name, "partner total", np.ones(value.size), total, 0.0, total)
    found = balance_cells(value, np.maximum(log_sd, 1e-3), [hard]).value
    moved = []
    for cell, new in zip(cells, found, strict=True):
        factor = float(new) / cell.value
        middle, low, high = (rounded(x * factor) for x in (cell.value, cell.low, cell.high))
        moved.append(replace(cell, value=middle, low=low, high=high))
    return moved
