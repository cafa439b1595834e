"""First guess at Japan's imports by chapter and source, before its totals pull."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cepasim.calibrate.benchmark.cells import Array
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence
from cepasim.calibrate.benchmark.market_tables import Grid

# Countries of the 2014 table without a column here.
_OTHERS_OF_2014: tuple[str, ...] = ("BRA", "CAN", "MEX", "NOR", "RUS", "TUR")

TINY = 1e-300


def partner_totals(evidence: MarketEvidence, year: str) -> dict[str, float]:
    """Japan's imports by exporter, US$ mn, raised from f.o.b. to the published c.i.f. total.

    One common factor for all: the published total c.i.f. of 2023 over the sum of partners f.o.b.
    of that year. What the partner list leaves out of the world's sum is in ``ROW``.
    """
    totals: dict[str, float] = {}
    world: dict[str, float] = {}
    for figure in evidence["japan_partner_totals"]:
        when, partner = figure.key
        code = evidence.exporter_of[partner]
        if code == "WORLD":
            world[when] = figure.value
        elif when == year:
            totals[code] = totals.get(code, 0.0) + figure.value
    totals["ROW"] = world[year] - sum(v for code, v in totals.items() if code != "ROW")
    uplift = evidence.values("japan_chapter_totals")[("total",)] / world["2023"]
    return {code: value * uplift for code, value in totals.items()}


def _sector_shares(evidence: MarketEvidence, grid: Grid) -> dict[str, Array]:
    """Source shares of 2014 carried to chapters through the concordance: partner -> (chapters,)."""
    shares = evidence.values("japan_sector_shares_2014")
    known = {sector for sector, _ in shares}
    weights = np.zeros((len(grid.chapters), len(known)))
    column = {sector: k for k, sector in enumerate(sorted(known))}
    for (_, scheme, hs, sector), weight in evidence.values("chapter_sectors").items():
        # Electricity (part of chapter 27) has no row in the table of imports by source.
        if scheme == "wiod2016" and hs in grid.chapters and sector in known:
            weights[grid.chapters.index(hs), column[sector]] = weight
    weights /= weights.sum(axis=1, keepdims=True)
    partners = sorted({partner for _, partner in shares})
    return {
        partner: weights @ np.array([shares.get((sector, partner), 0.0) for sector in column])
        for partner in partners
    }


def _candidates(evidence: MarketEvidence, grid: Grid, totals: Array) -> tuple[Array, Array]:
    """First guess at every cell, US$ mn, and its log standard deviation: chapters x exporters.

    Partners the 2014 table names keep its sector share; those it hides inside the rest of the
    world (or, for the United Kingdom, inside EU28) get their total spread by the composition of
    their sales, and what that leaves out like the rest of the world's, each chapter below the
    smallest listed one. ``ROW`` holds only the named countries without a column.
    """
    by_chapter = _sector_shares(evidence, grid)
    partners = partner_totals(evidence, "2023")
    value = np.zeros((len(grid.chapters), len(grid.exporters)))
    log_sd = np.full_like(value, evidence.assumption("sd_sector_share_2014"))
    for j, exporter in enumerate(grid.exporters):
        if exporter in by_chapter and exporter != "ROW":
            value[:, j] = by_chapter[exporter] * totals
    composition: dict[str, list[Figure]] = {}
    for figure in evidence["japan_partner_structure"]:
        composition.setdefault(figure.key[0], []).append(figure)
    for exporter, listed in composition.items():
        j, size = grid.exporters.index(exporter), partners[exporter]
        other = by_chapter["ROW"] * totals
        other[[grid.chapters.index(f.key[1]) for f in listed]] = 0.0
        left = max(1 - sum(f.value for f in listed) / 100, 0.0) * size
        value[:, j] = np.minimum(
            left * other / other.sum(), min(f.value for f in listed) / 100 * size
        )
        log_sd[:, j] = evidence.assumption("sd_filler")
        for figure in listed:
            i = grid.chapters.index(figure.key[1])
            value[i, j] = figure.value / 100 * size
            log_sd[i, j] = figure.log_sd
    union = by_chapter["EU28"] * totals
    british = value[:, grid.exporters.index("GBR")]
    value[:, grid.exporters.index("EU27")] = np.maximum(union - british, 0.5 * union)
    value[:, grid.exporters.index("ROW")] = sum(by_chapter[c] for c in _OTHERS_OF_2014) * totals
    return value, log_sd


def prior_cells(
    evidence: MarketEvidence, grid: Grid, india: Mapping[str, float]
) -> tuple[Array, Array]:
    """Prior cells without India, US$ mn, and their log standard deviations: chapters x exporters.

    A chapter with listed shares: these as they stand; of the rest, named sources that are not
    listed get at most a stated part, each less than the smallest listed share ("the rest of the
    chapter is ROW and India"). Other chapters: the candidates, scaled to the chapter.
    """
    chapter_totals = evidence.values("japan_chapter_totals")
    totals = np.array([chapter_totals[(hs,)] for hs in grid.chapters])
    value, log_sd = _candidates(evidence, grid, totals)
    floor, part = evidence.assumption("row_floor"), evidence.assumption("unlisted_in_rest")
    shares = {figure.key: figure for figure in evidence["japan_share_priors"]}
    row = grid.exporters.index("ROW")
    for i, hs in enumerate(grid.chapters):
        room = max(totals[i] - india[hs], 0.1 * totals[i])
        listed = {j: shares[hs, e] for j, e in enumerate(grid.exporters) if (hs, e) in shares}
        others = [j for j in range(len(grid.exporters)) if j not in listed and j != row]
        if listed:
            amounts = {j: figure.value / 100 * totals[i] for j, figure in listed.items()}
            rest = max(room - sum(amounts.values()), 2 * floor * room)
            guess = np.minimum(value[i, others], min(amounts.values()))
            guess *= min(1.0, part * rest / max(guess.sum(), TINY))
            value[i, others], value[i, row] = guess, rest - guess.sum()
            for j, figure in listed.items():
                value[i, j], log_sd[i, j] = amounts[j], figure.log_sd
        else:
            named = value[i, others].sum()
            remainder = max(room - named, value[i, row], floor * room)
            value[i, others] *= room / (named + remainder)
            value[i, row] = remainder * room / (named + remainder)
        log_sd[i, row] = evidence.assumption("sd_row_remainder")
    return value, log_sd
