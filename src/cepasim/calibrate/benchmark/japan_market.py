"""Japan's imports by chapter and source: prior, statements, balance.

No table of this kind for 2023 is in the evidence, so every cell but India's is an estimate of
grade C or D. Sources with a listed share of a chapter start there; others from the sector share
of 2014 or, where the 2014 tables hide them in the rest of the world, from the composition of
their own sales to Japan. Chapter totals, partner totals, clothing shares and the group minerals
and metals then pull, each by its grade. India's column is the bilateral benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cepasim.calibrate.benchmark.cells import Array, Statement, balance_cells
from cepasim.calibrate.benchmark.japan_prior import TINY, partner_totals, prior_cells
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence
from cepasim.calibrate.benchmark.market_tables import (
    CIF,
    Cell,
    Grid,
    ReportLine,
    log_normal_cell,
    statement_line,
)

JAPAN_EXPORTERS: tuple[str, ...] = (
    *("IND", "CHN", "KOR", "TWN", "VNM", "THA", "IDN", "MYS", "PHL", "SGP"),
    *("BGD", "KHM", "MMR", "AUS", "USA", "EU27", "GBR", "CHE", "ARE", "ROW"),
)

ASEAN: tuple[str, ...] = ("VNM", "THA", "IDN", "MYS", "PHL", "SGP", "KHM", "MMR")

CLOTHING: tuple[str, ...] = ("61", "62")

FUELS = "27"

# Chapters wholly inside the WTO group "minerals and metals", small exceptions aside; the group
# also holds coal and gas (part of chapter 27) and, in some editions, fertilisers (31).
MINERALS: tuple[str, ...] = (
    *("25", "26", "68", "69", "70", "71", "72", "73", "74", "75", "76"),
    *("78", "79", "80", "81", "82", "83"),
)

MINERALS_AT_MOST: tuple[str, ...] = (*MINERALS, "31", FUELS)

NO_TOTAL: tuple[str, ...] = ("98", "99")


def balance_japan(
    evidence: MarketEvidence, exports: Mapping[str, Figure], freight: float
) -> tuple[list[Cell], list[ReportLine]]:
    """Cells of Japan's import market and what the balance did to the evidence.

    Parameters
    ----------
    evidence : MarketEvidence
        The market evidence.
    exports : mapping of str to Figure
        India's exports to Japan f.o.b. by chapter, US$ mn.
    freight : float
        Freight and insurance from India to Japan, share of the f.o.b. value.

    Returns
    -------
    cells : list of Cell
        Chapters x exporters in order, US$ mn c.i.f.
    report : list of ReportLine
    """
    grid = Grid(
        tuple(hs for hs in evidence.chapters if hs not in NO_TOTAL),
        tuple(e for e in JAPAN_EXPORTERS if e != "IND"),
    )
    india = {hs: figure.value * (1 + freight) for hs, figure in exports.items()}
    prior, log_sd = prior_cells(evidence, grid, india)
    statements = _statements(evidence, grid, india)
    result = balance_cells(prior.ravel(), log_sd.ravel(), statements)
    value = grid.square(result.value)
    # Remembered figures err together, which the curvature does not know; no balanced cell is less
    # certain than its prior, though.
    spread = np.minimum(log_sd, evidence.assumption("range_inflation") * grid.square(result.log_sd))

    origin = _PriorOrigin(evidence)
    cells: list[Cell] = []
    mean = _mean_of_market(evidence, grid, value, india)
    for hs in evidence.chapters:
        cells.append(_india_cell(hs, exports[hs], freight))
        for j, exporter in enumerate(grid.exporters):
            if hs in NO_TOTAL:
                amount, sd = mean[hs][j], evidence.assumption("sd_filler")
            else:
                i = grid.chapters.index(hs)
                amount, sd = float(value[i, j]), float(spread[i, j])
            cells.append(
                log_normal_cell(
                    hs,
                    exporter,
                    amount,
                    sd,
                    origin.grade(hs, exporter),
                    "2023",
                    "balance of Japan's imports by chapter and source",
                    origin.note(hs, exporter),
                )
            )
    report = [statement_line("JPN", s, result.value) for s in statements]
    report += _share_lines(evidence, grid, value, india)
    report += _india_lines(evidence, grid, india)
    return cells, report


def _statements(
    evidence: MarketEvidence, grid: Grid, india: Mapping[str, float]
) -> list[Statement]:
    """Everything known about sums of Japan's imports, on the cells without India."""
    chapters = {figure.key[0]: figure for figure in evidence["japan_chapter_totals"]}
    total = chapters["total"]
    out = [
        Statement(
            "all chapters, all sources",
            "total",
            grid.weights(),
            total.value,
            evidence.assumption("sd_total_published"),
            total.value,
            fixed=sum(india[hs] for hs in grid.chapters),
            grade=total.grade,
            source=total.source,
        )
    ]
    tight = evidence.assumption("sd_chapter_total_published")
    for hs in grid.chapters:
        figure = chapters[hs]
        out.append(
            Statement(
                f"chapter {hs}",
                "chapter total",
                grid.weights(chapters=[hs]),
                figure.value,
                tight if figure.published else figure.log_sd,
                figure.value,
                fixed=india[hs],
                grade=figure.grade,
                source=figure.source,
            )
        )
    partners = partner_totals(evidence, "2023")
    citation = evidence["japan_partner_totals"][0].source + ", raised to c.i.f."
    out += [
        Statement(
            f"all chapters from {exporter}",
            "partner total",
            grid.weights(exporters=[exporter]),
            partners[exporter],
            evidence.assumption("sd_partner_total"),
            partners[exporter],
            grade="B",
            source=citation,
        )
        for exporter in grid.exporters
    ]
    return [*out, *_clothing(evidence, grid, india), *_minerals(evidence, grid)]


def _clothing(evidence: MarketEvidence, grid: Grid, india: Mapping[str, float]) -> list[Statement]:
    """Shares of sources in clothing (61 and 62 together), linear: cells - share * all = 0."""
    everything = grid.weights(chapters=CLOTHING)
    own = sum(india[hs] for hs in CLOTHING)
    totals = evidence.values("japan_chapter_totals")
    size = sum(totals[(hs,)] for hs in CLOTHING)
    out = []
    for figure in evidence["apparel_shares"]:
        exporter, measure, _ = figure.key
        if measure == "total":
            out.append(
                Statement(
                    f"clothing (61-62), {figure.year}",
                    "clothing total",
                    everything,
                    figure.value,
                    evidence.assumption("sd_apparel_total"),
                    figure.value,
                    fixed=own,
                    grade=figure.grade,
                    source=figure.source,
                )
            )
            continue
        group = ASEAN if exporter == "ASEAN" else (exporter,)
        out.append(
            Statement(
                f"clothing (61-62) from {exporter}, {figure.year}",
                "clothing share",
                grid.weights(chapters=CLOTHING, exporters=group) - figure.value * everything,
                0.0,
                evidence.assumption("sd_apparel_share") * figure.value,
                size,
                fixed=-figure.value * own,
                share=figure.value,
                unit="share",
                grade=figure.grade,
                source=figure.source,
            )
        )
    return out


def _minerals_2023(evidence: MarketEvidence) -> dict[str, float]:
    """Minerals and metals by exporter, 2022 moved to 2023 by the partner's total; US$ mn."""
    group: dict[str, float] = {}
    for figure in evidence["minerals_metals"]:
        code = evidence.exporter_of[figure.key[0]]
        group[code] = group.get(code, 0.0) + figure.value
    now, then = partner_totals(evidence, "2023"), partner_totals(evidence, "2022")
    return {code: value * now[code] / then[code] for code, value in group.items()}


def _minerals(evidence: MarketEvidence, grid: Grid) -> list[Statement]:
    """Bounds from the WTO group minerals and metals, which holds coal and gas but not oil.

    The group lies between the chapters that are wholly in it and those plus all of chapter 27,
    so each partner gives an upper and a lower bound.
    """
    source = evidence["minerals_metals"][0].source + ", 2022 moved to 2023 by the partner's total"
    return [
        Statement(
            f"minerals and metals from {exporter}",
            "minerals and metals",
            grid.weights(chapters=chapters, exporters=[exporter]),
            value,
            evidence.assumption("sd_minerals"),
            value,
            sense=sense,
            grade="B",
            source=source,
        )
        for exporter, value in sorted(_minerals_2023(evidence).items())
        if exporter in grid.exporters and exporter != "ROW" and value > 0
        for sense, chapters in (("<=", MINERALS), (">=", MINERALS_AT_MOST))
    ]


def _mean_of_market(
    evidence: MarketEvidence, grid: Grid, value: Array, india: Mapping[str, float]
) -> dict[str, list[float]]:
    """Chapters without a Japanese total: cells that give India its share in the whole market.

    Japan publishes nothing for 98 and 99. The other sources' cells are as large as makes India's
    share in the chapter its mean share, and divided like all imports; no Indian trade, no market.
    """
    others = float(value.sum())
    ratio = others / max(sum(india[hs] for hs in grid.chapters), TINY)
    mean = value.sum(axis=0) / others
    return {
        hs: [float(share) * ratio * india[hs] if india[hs] > 0 else 0.0 for share in mean]
        for hs in evidence.chapters
        if hs in NO_TOTAL
    }


def _india_cell(hs: str, figure: Figure, freight: float) -> Cell:
    """India's fixed cell: the bilateral export raised to c.i.f."""
    value, low, high = (x * (1 + freight) for x in (figure.value, figure.low, figure.high))
    source = "bilateral benchmark, India's exports f.o.b. raised to c.i.f."
    note = f"freight and insurance {100 * freight:g} % of the f.o.b. value"
    return Cell("", hs, "IND", value, low, high, CIF, "C", "2023-24", source, note)


class _PriorOrigin:
    """Where the prior of a cell came from, and the grade that follows."""

    def __init__(self, evidence: MarketEvidence) -> None:
        self._shares = set(evidence.values("japan_share_priors"))
        self._structure = set(evidence.values("japan_partner_structure"))
        self._composed = {exporter for exporter, _ in self._structure}
        self._clothing = {figure.key[0] for figure in evidence["apparel_shares"]}

    def grade(self, hs: str, exporter: str) -> str:
        return "C" if hs in CLOTHING and exporter in self._clothing else "D"

    def note(self, hs: str, exporter: str) -> str:
        if hs in NO_TOTAL:
            return "no Japanese total for this chapter: mean of the market, sized by India's share"
        if self.grade(hs, exporter) == "C":
            return "listed share and published shares of clothing"
        if (hs, exporter) in self._shares:
            return "prior: listed share of the chapter"
        if exporter == "ROW":
            return "prior: what the named sources leave"
        if exporter not in self._composed:
            return "prior: sector share of 2014"
        if (exporter, hs) in self._structure:
            return "prior: composition of the exporter's sales"
        return "prior: the exporter's remaining sales, spread like the rest of the world's"


def _share_lines(
    evidence: MarketEvidence, grid: Grid, value: Array, india: Mapping[str, float]
) -> list[ReportLine]:
    """Listed shares of a chapter against the balanced ones."""
    lines = []
    for figure in evidence["japan_share_priors"]:
        hs, exporter = figure.key
        i = grid.chapters.index(hs)
        got = 100 * float(value[i, grid.exporters.index(exporter)] / (value[i].sum() + india[hs]))
        lines.append(
            ReportLine(
                "JPN",
                f"chapter {hs} from {exporter}",
                "listed share",
                figure.value,
                got,
                figure.unit,
                figure.grade,
                figure.source,
                float(np.log(max(got, TINY) / figure.value)) / figure.log_sd,
            )
        )
    return lines


def _india_lines(
    evidence: MarketEvidence, grid: Grid, india: Mapping[str, float]
) -> list[ReportLine]:
    """What other sources say of India's fixed column, and chapters it would nearly fill."""
    lines = [
        ReportLine(
            "JPN",
            "all chapters from IND (fixed)",
            "partner total",
            partner_totals(evidence, "2023")["IND"],
            sum(india.values()),
            "US$ mn",
            "B",
            evidence["japan_partner_totals"][0].source + ", raised to c.i.f.",
        ),
        ReportLine(
            "JPN",
            "minerals and metals from IND (fixed; chapters wholly in the group)",
            "minerals and metals",
            _minerals_2023(evidence)["IND"],
            sum(india[hs] for hs in MINERALS),
            "US$ mn",
            "B",
            evidence["minerals_metals"][0].source,
        ),
    ]
    totals = evidence.values("japan_chapter_totals")
    lines += [
        ReportLine(
            "JPN",
            f"chapter {hs}: India alone against the chapter's total",
            "conflict",
            totals[(hs,)],
            india[hs],
            "US$ mn",
            "D",
            "bilateral benchmark against Japan's chapter total",
        )
        for hs in grid.chapters
        if india[hs] > 0.5 * totals[(hs,)]
    ]
    return lines
