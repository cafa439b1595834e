"""Published figures of Japan's market that the balance does not read: what they say, what it gives.

Shares of a group of chapters by source and totals by partner, from other sources or older years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cepasim.calibrate.benchmark.market_evidence import MarketEvidence
from cepasim.calibrate.benchmark.market_tables import Cell, ReportLine

ALL = "all"
"""Stands for every source or every chapter in the table of checks."""
_BILLION = 1000.0


def japan_checks(
    evidence: MarketEvidence, cells: Sequence[Cell], freight: Mapping[str, float]
) -> list[ReportLine]:
    """One line for every row of ``market_japan_checks``.

    Parameters
    ----------
    evidence : MarketEvidence
        Measures: ``share`` and ``share at most`` (percent of the chapters' imports), ``total``
        (US$ bn c.i.f.) and ``total f.o.b.`` (US$ mn, the exporter's freight taken out).
    cells : sequence of Cell
        Japan's imports by chapter and source, US$ mn c.i.f.
    freight : mapping of str to float
        Freight and insurance to Japan by exporter, share of the f.o.b. value.

    Raises
    ------
    KeyError
        If a measure is not one of these.
    """
    lines = []
    for figure in evidence["japan_checks"]:
        name, exporter, hs, measure = figure.key
        held = [c for c in cells if hs == ALL or c.hs in hs.split("+")]
        own = sum(c.value for c in held if exporter in (ALL, c.exporter))
        gives = {
            "share": 100 * own / sum(c.value for c in held),
            "share at most": 100 * own / sum(c.value for c in held),
            "total": own / _BILLION,
            "total f.o.b.": own / (1 + freight.get(exporter, 0.0)),
        }[measure]
        met = measure == "share at most" and gives <= figure.value
        error = figure.log_sd if figure.value < figure.high else float("nan")
        distance = float(np.log(gives / figure.value)) if gives > 0 else float("-inf")
        gap = 0.0 if met else distance / error
        kind = f"check: {measure}" + (f" ({figure.note})" if figure.note else "")
        lines.append(
            ReportLine(
                "JPN",
                name,
                kind,
                figure.value,
                gives,
                figure.unit,
                figure.grade,
                f"{figure.source}, {figure.year}",
                gap,
            )
        )
    return lines
