"""The two import markets of the benchmark: chapter by source, and domestic sales.

Puts together Japan's market (`cepasim.calibrate.benchmark.japan_market`), India's
(`cepasim.calibrate.benchmark.india_market`) and the sales of domestic varieties
(`cepasim.calibrate.benchmark.domestic_sales`). The pair's own trade is given and never
changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cepasim.calibrate.benchmark.domestic_sales import domestic_sales
from cepasim.calibrate.benchmark.india_market import balance_india
from cepasim.calibrate.benchmark.japan_checks import japan_checks
from cepasim.calibrate.benchmark.japan_market import JAPAN_EXPORTERS, balance_japan, stored_japan
from cepasim.calibrate.benchmark.market_evidence import Figure, read_market_evidence
from cepasim.calibrate.benchmark.market_tables import Cell, cell_frame, report_frame
from cepasim.calibrate.benchmark.own_evidence import own_cells
from cepasim.calibrate.benchmark.own_markets import with_given_japan
from cepasim.core.countries import INDIA, JAPAN
from cepasim.core.problems import InputError, Problem


@dataclass(frozen=True, eq=False)
class MarketTables:
    """The balanced markets of the benchmark, US$ mn.

    Attributes
    ----------
    japan_imports : DataFrame
        Chapters x exporters: ``hs``, ``exporter``, ``value`` (c.i.f.), ``low`` and ``high`` (90 %
        range), ``unit``, ``grade``, ``year``, ``source``, ``note``.
    india_imports : DataFrame
        Chapters x exporters, same columns.
    domestic : DataFrame
        Importers x chapters: ``importer``, ``hs``, then the same columns from ``value``; sales of
        the domestic variety at basic prices, so that imports c.i.f. over imports plus sales is
        import penetration.
    report : DataFrame
        One row per piece of evidence: what it says, what the balance gives, the gap.
    """

    japan_imports: pd.DataFrame
    india_imports: pd.DataFrame
    domestic: pd.DataFrame
    report: pd.DataFrame


def balance_markets(
    bilateral: pd.DataFrame,
    parameters_directory: Path,
    freight_insurance: float | None = None,
    chapter_prior: Path | None = None,
) -> MarketTables:
    """Estimate both import markets and both domestic markets of the benchmark year.

    Parameters
    ----------
    bilateral : DataFrame
        Trade between India and Japan: ``flow`` (export or import, seen from India), ``hs``,
        ``value``, ``low``, ``high`` in US$ mn (exports f.o.b., imports c.i.f.); 98 chapters each.
        It is not changed: India's column of Japan's market is the export raised to c.i.f., Japan's
        column of India's market the import.
    parameters_directory : Path
        Folder ``params``; the tables read are ``benchmark/evidence/market_*.csv``.
    freight_insurance : float, optional
        Freight and insurance from India to Japan as a share of the f.o.b. value; read from
        ``macro/freight.csv`` if not given.
    chapter_prior : Path, optional
        Chapters by partner of earlier years, with which Japan's market is balanced anew; without
        it the other sources stay as stored (see `japan_market`).

    Returns
    -------
    MarketTables

    Raises
    ------
    InputError
        With every missing or malformed table and every bad row.
    RunError
        If a balance cannot be solved.
    """
    directory = Path(parameters_directory)
    evidence = read_market_evidence(directory)
    freight = _freight(directory)
    if freight_insurance is not None:
        freight["IND"] = freight_insurance
    exports = _flow(bilateral, "export", evidence.chapters)
    imports = _flow(bilateral, "import", evidence.chapters)
    if chapter_prior is None:
        table = directory / "benchmark" / "japan_imports.csv"
        japan, report = stored_japan(evidence, exports, freight["IND"], table)
    else:
        japan, report = balance_japan(evidence, exports, freight, chapter_prior)
    japan = with_given_japan(japan, own_cells(directory, JAPAN))
    report += japan_checks(evidence, japan, freight)
    india, lines = balance_india(evidence, imports, own_cells(directory, INDIA))
    report += lines
    domestic: list[Cell] = []
    for importer, cells in (("JPN", japan), ("IND", india)):
        bought = {hs: sum(c.value for c in cells if c.hs == hs) for hs in evidence.chapters}
        sold, lines = domestic_sales(evidence, importer, bought)
        domestic += sold
        report += lines
    return MarketTables(
        cell_frame(japan, ["hs", "exporter"]),
        cell_frame(india, ["hs", "exporter"]),
        cell_frame(domestic, ["importer", "hs"]),
        report_frame(report),
    )


def _flow(bilateral: pd.DataFrame, flow: str, chapters: tuple[str, ...]) -> dict[str, Figure]:
    """One flow between India and Japan by chapter.

    Raises
    ------
    InputError
        For a missing or repeated chapter, or a value that is not 0 <= low <= value <= high.
    """
    problems: list[Problem] = []
    figures: dict[str, Figure] = {}
    for row in bilateral.loc[bilateral["flow"] == flow].to_dict("records"):
        hs = str(row["hs"])
        value, low, high = (float(str(row[column])) for column in ("value", "low", "high"))
        if hs in figures:
            problems.append(Problem("bilateral", None, f"{flow} hs", hs, "each chapter once"))
        if not 0 <= low <= value <= high < float("inf"):
            allowed = "0 <= low <= value <= high"
            problems.append(Problem("bilateral", None, f"{flow} {hs}", value, allowed))
        figures[hs] = Figure((hs,), value, low, high, "US$ mn", "", "2023-24", "C")
    for hs in sorted(set(chapters) - set(figures)):
        problems.append(Problem("bilateral", None, f"{flow} hs", hs, "every chapter, 0 if none"))
    for hs in sorted(set(figures) - set(chapters)):
        problems.append(Problem("bilateral", None, f"{flow} hs", hs, "a chapter of the market"))
    if problems:
        raise InputError(problems)
    return {hs: figures[hs] for hs in chapters}


def _freight(directory: Path) -> dict[str, float]:
    """Freight and insurance to Japan by exporter, share of the f.o.b. value."""
    path = directory / "macro" / "freight.csv"
    if path.is_file():
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows = rows[rows["parameter"] == "freight_insurance"]
        own = rows[rows["importer"] == "JPN"].set_index("exporter")["value"].astype(float)
        general = rows[(rows["importer"] == "") & (rows["exporter"] == "")]["value"].astype(float)
        if "IND" in own.index and len(general) == 1:
            return {e: float(own.get(e, general.iloc[0])) for e in JAPAN_EXPORTERS}
    allowed = "rows freight_insurance of importer JPN with exporter IND, and of all pairs"
    raise InputError([Problem("macro/freight.csv", None, "freight_insurance", None, allowed)])
