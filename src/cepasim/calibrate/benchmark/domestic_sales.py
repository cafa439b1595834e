"""Sales of the domestic variety by chapter, from import penetration by sector.

A chapter's domestic sales are ``M (1 - p) / p``, M its imports c.i.f. and p the penetration of
its sectors, so that M over M plus sales gives p back. Within a sector every chapter has the same
p, which is the best the evidence allows and often wrong; chapters where it is plainly wrong (ores,
oil, edible oil, meat, fish ...) have a figure of their own in ``market_penetration_overrides``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, logit

from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence
from cepasim.calibrate.benchmark.market_tables import BASIC, Cell, ReportLine, rounded

BENCHMARK_YEAR = "2023-24"
OTHER_MANUFACTURING = "C31_32"
_SOURCE = (
    "import penetration by sector (WIOD 2016; OECD 2018 for Japan; customs imports and domestic "
    "sales of OECD ICIO / ADB 2022) through the HS concordance"
)

Sectors = dict[str, float]
Odds = tuple[float, float, float]


def domestic_sales(
    evidence: MarketEvidence, importer: str, imports: Mapping[str, float]
) -> tuple[list[Cell], list[ReportLine]]:
    """Domestic sales of one importer by chapter, US$ mn at basic prices, and report lines.

    Parameters
    ----------
    evidence : MarketEvidence
        The market evidence.
    importer : {"JPN", "IND"}
        The market.
    imports : mapping of str to float
        Its imports c.i.f. by chapter, US$ mn.

    Returns
    -------
    cells : list of Cell
        One per chapter, in the order of `imports`. A chapter without imports has no sales.
    report : list of ReportLine
    """
    weights = _chapter_sectors(evidence, importer)
    own = {f.key[1]: f for f in evidence["penetration_overrides"] if f.key[0] == importer}
    cells = {hs: _own_cell(importer, hs, own[hs], imports[hs]) for hs in own}
    sales = _remaining_sales(evidence, importer, weights, cells)
    rest = {hs: w for hs, w in weights.items() if hs not in own}
    odds = _sector_odds(evidence, importer, _by_sector(rest, imports), sales)
    least = evidence.assumption("least_sector_share")
    for hs, sectors in rest.items():
        used = {k: w for k, w in sectors.items() if k in odds and w >= least}
        cells[hs] = _sector_cell(importer, hs, imports[hs], used, odds)
    known = list(cells)
    for hs in imports:
        if hs not in cells:
            cells[hs] = _mean_cell(importer, hs, imports, [cells[k] for k in known])
    report = _report(evidence, importer, odds, _by_sector(weights, imports), rest, imports)
    return [cells[hs] for hs in imports], report


def _chapter_sectors(evidence: MarketEvidence, importer: str) -> dict[str, Sectors]:
    """Composition of each chapter by sector; the importer's own rows replace the general ones."""
    general: dict[str, Sectors] = {}
    own: dict[str, Sectors] = {}
    for (whose, scheme, hs, sector), weight in evidence.values("chapter_sectors").items():
        if scheme == "market" and whose in ("any", importer):
            (general if whose == "any" else own).setdefault(hs, {})[sector] = weight
    return {hs: own.get(hs, general[hs]) for hs in sorted(general)}


def _by_sector(weights: Mapping[str, Sectors], imports: Mapping[str, float]) -> Sectors:
    """Imports by sector, US$ mn."""
    out: Sectors = {}
    for hs, sectors in weights.items():
        for sector, weight in sectors.items():
            out[sector] = out.get(sector, 0.0) + weight * imports[hs]
    return out


def _remaining_sales(
    evidence: MarketEvidence,
    importer: str,
    weights: Mapping[str, Sectors],
    own: Mapping[str, Cell],
) -> Sectors:
    """Domestic sales by sector, moved from 2022 to 2023, without chapters that have a figure."""
    growth = evidence.assumption(f"gdp_growth_{importer.lower()}_2022_2023")
    sales = {f.key[1]: f.value * growth for f in evidence["domestic_sales"] if f.key[0] == importer}
    left = dict(sales)
    for hs, cell in own.items():
        for sector, weight in weights.get(hs, {}).items():
            if sector in left:
                left[sector] -= weight * cell.value
    floor = evidence.assumption("sector_sales_floor")
    return {sector: max(left[sector], floor * sales[sector]) for sector in sales}


def _sector_odds(
    evidence: MarketEvidence, importer: str, imports: Sectors, sales: Sectors
) -> dict[str, Odds]:
    """Log odds of import penetration by sector: middle, low, high.

    Averaged in log odds: the table of 2014, for Japan that of 2018, and customs imports against
    domestic sales. The range covers all of them and is widened, for a chapter is not its sector.
    """
    widen = evidence.assumption("penetration_widening")
    published = [f for f in evidence["import_penetration"] if f.key[0] == importer]
    odds: dict[str, Odds] = {}
    for sector, bought in imports.items():
        points = [
            (evidence.assumption(f"weight_{f.key[2].lower()}"), float(logit(f.value)))
            for f in published
            if f.key[1] == sector
        ]
        if sales.get(sector, 0.0) > 0 and bought > 0:
            points.append(
                (evidence.assumption("weight_sales"), float(np.log(bought / sales[sector])))
            )
        if importer == "IND" and sector == OTHER_MANUFACTURING:
            # India's other manufacturing is gold and diamonds: nothing on furniture or toys.
            stated = evidence.assumption("penetration_india_other_manufacturing")
            points = [(1.0, float(logit(stated)))]
        if points:
            middle = sum(w * x for w, x in points) / sum(w for w, _ in points)
            low, high = min(x for _, x in points), max(x for _, x in points)
            odds[sector] = (middle, low - widen, high + widen)
    return odds


def _cell(importer: str, hs: str, sales: Odds, grade: str, source: str, note: str) -> Cell:
    """A domestic cell from its value, low and high."""
    value, low, high = (rounded(x) for x in sales)
    shown = note if value > 0 else "no imports in this chapter: the model skips it"
    return Cell(importer, hs, "", value, low, high, BASIC, grade, BENCHMARK_YEAR, source, shown)


def _own_cell(importer: str, hs: str, figure: Figure, imports: float) -> Cell:
    """Sales of a chapter with its own figure: sales as stated, or what its penetration implies."""
    values = [figure.value, figure.low, figure.high]
    if figure.key[2] == "penetration":
        values = [imports * (1 - p) / p for p in (figure.value, figure.high, figure.low)]
    if not imports > 0:
        values = [0.0, 0.0, 0.0]
    middle, low, high = values
    return _cell(importer, hs, (middle, low, high), figure.grade, figure.source, figure.note)


def _sector_cell(
    importer: str, hs: str, imports: float, sectors: Sectors, odds: Mapping[str, Odds]
) -> Cell:
    """Sales of a chapter with the mean log odds of its sectors.

    The mean of (1 - p)/p would make chapters add up to sectors exactly, but then a few lines in a
    sector that hardly imports decide: shares of lines are not shares of trade.
    """
    whole = sum(sectors.values())
    middle, low, high = (
        sum(weight * odds[k][side] for k, weight in sectors.items()) / whole for side in range(3)
    )
    sales = tuple(imports * float(np.exp(-x)) for x in (middle, high, low))
    note = "sectors " + ", ".join(k for k in sorted(sectors) if sectors[k] > 0.2)
    return _cell(importer, hs, (sales[0], sales[1], sales[2]), "C", _SOURCE, note)


def _mean_cell(importer: str, hs: str, imports: Mapping[str, float], known: list[Cell]) -> Cell:
    """Sales of a chapter without a sector (98, 99): penetration of the whole market."""
    scale = imports[hs] / sum(imports[cell.hs] for cell in known)
    value, low, high = (
        scale * sum(getattr(cell, side) for cell in known) for side in ("value", "low", "high")
    )
    return _cell(importer, hs, (value, low, high), "D", "mean of the market", "no sector")


def _report(
    evidence: MarketEvidence,
    importer: str,
    odds: Mapping[str, Odds],
    every: Sectors,
    rest: Mapping[str, Sectors],
    imports: Mapping[str, float],
) -> list[ReportLine]:
    """Penetration and sales by sector as used against each published figure.

    A sector that is mostly in chapters with their own figure is left out.
    """
    bought = _by_sector(rest, imports)
    used = [k for k in odds if bought[k] > 0.5 * every[k] > 0]
    lines = [
        ReportLine(
            importer,
            f"penetration of {f.key[1]}, {f.year}",
            "import penetration",
            f.value,
            float(expit(odds[f.key[1]][0])),
            f.unit,
            f.grade,
            f.source,
        )
        for f in evidence["import_penetration"]
        if f.key[0] == importer and f.key[1] in used
    ]
    lines += [
        ReportLine(
            importer,
            f"domestic sales of {f.key[1]}, {f.year} (balance: 2023, chapters without their own "
            "figure)",
            "domestic sales",
            f.value,
            bought[f.key[1]] * float(np.exp(-odds[f.key[1]][0])),
            f.unit,
            f.grade,
            f.source,
        )
        for f in evidence["domestic_sales"]
        if f.key[0] == importer and f.key[1] in used
    ]
    return lines
