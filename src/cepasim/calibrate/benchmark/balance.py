"""The benchmark of 2023-24 as a program: ``python -m cepasim.calibrate.benchmark.balance``.

Reads ``benchmark/evidence`` of a parameter folder and writes the folder's benchmark: trade
between India and Japan by chapter (`bilateral`), both import markets by source and both domestic
markets (`markets`), a report of what moved and how far each piece of evidence is from being met,
and the metadata of the run. The model reads these files; it never re-solves the balance. The same
evidence on the same installation gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cepasim.calibrate.benchmark.balance_report import (
    CONCENTRATION,
    bilateral_report,
    finish_report,
    market_report,
    stored_lines,
)
from cepasim.calibrate.benchmark.bilateral_table import (
    DECIMALS,
    UNIT,
    FlowResult,
    balance_flow,
    bilateral_table,
    exact_decimals,
)
from cepasim.calibrate.benchmark.evidence import EVIDENCE, read_settings
from cepasim.calibrate.benchmark.flow_evidence import YEARS
from cepasim.calibrate.benchmark.growth_test import growth_test
from cepasim.calibrate.benchmark.own_evidence import said_of_own_figures
from cepasim.calibrate.benchmark.sources import FLOWS
from cepasim.core.files import replace_file
from cepasim.core.problems import InputError, RunError
from cepasim.core.yaml_lines import read_data

DATA_VINTAGE = "2026-11-27"
"""Day the evidence was compiled; change it with the evidence."""


def run_balance(
    parameters_directory: Path,
    output_directory: Path | None = None,
    *,
    markets: bool = True,
    chapter_prior: Path | None = None,
) -> dict[str, Path]:
    """Estimate the benchmark and write it.

    Parameters
    ----------
    parameters_directory : Path
        Parameter folder whose ``benchmark/evidence`` is read.
    output_directory : Path, optional
        Where to write; ``benchmark`` of the parameter folder by default.
    markets : bool
        Whether to balance the import and domestic markets as well.
    chapter_prior : Path, optional
        Chapters by partner of earlier years for Japan's market (see `balance_markets`).

    Returns
    -------
    dict of str to Path
        Files written, by table name. Nothing is written unless everything has been estimated.

    Raises
    ------
    InputError, RunError
        As the parts do.
    """
    settings = read_settings(parameters_directory)
    results = {flow: balance_flow(parameters_directory, flow) for flow in FLOWS}
    tables = {"bilateral": bilateral_table(results, settings)}
    reports = [bilateral_report(results, settings, parameters_directory)]
    if markets:
        # The market balance is the larger module; the bilateral part must run without it.
        from cepasim.calibrate.benchmark.markets import balance_markets

        balanced = balance_markets(
            tables["bilateral"], parameters_directory, chapter_prior=chapter_prior
        )
        tables["japan_imports"] = balanced.japan_imports
        tables["india_imports"] = balanced.india_imports
        tables["domestic"] = balanced.domestic
        lines = market_report(balanced.report, settings["huber_threshold"])
        if chapter_prior is None:
            reports.append(stored_lines(parameters_directory, lines))
        reports.append(lines)
    tables["report"] = finish_report(reports)
    texts = {
        f"{name}.csv": table.to_csv(index=False, lineterminator="\n")
        for name, table in tables.items()
    }
    described = describe(parameters_directory, results, settings, texts)
    described["chapter_prior"] = prior_of(parameters_directory, chapter_prior)
    described |= said_of_own_figures(parameters_directory)
    texts["metadata.yaml"] = yaml.safe_dump(described, sort_keys=False, allow_unicode=True)
    target = output_directory or parameters_directory / "benchmark"
    written = {}
    for name, text in texts.items():
        with replace_file(target / name) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
        written[name] = target / name
    return written


def describe(
    parameters_directory: Path,
    results: dict[str, FlowResult],
    settings: dict[str, float],
    texts: dict[str, str],
) -> dict[str, Any]:
    """Metadata of a run: enough to repeat it and to see why another run differs.

    No clock is read: the vintage is that of the data.
    """
    evidence = sorted((parameters_directory / EVIDENCE).glob("*.csv"))
    checks = [parameters_directory / f"{name}.csv" for name in CONCENTRATION.values()]
    return {
        "program": "python -m cepasim.calibrate.benchmark.balance",
        "benchmark_year": YEARS[1],
        "data_vintage": DATA_VINTAGE,
        "unit": UNIT,
        "method": "two-year Kullback-Leibler balance with Huber residuals; 90 % ranges from its "
        "curvature, scaled where evidence disagrees",
        "solver": "Clarabel through cvxpy",
        "flows": {
            flow: {
                "status": result.balance.status,
                "bridge_status": result.tables.bridge.status,
                "total_usd_mn": round(float(exact_decimals(result.balance).sum()), DECIMALS),
                "statements": len(result.balance.evidence.statements),
                "known_chapters": int(np.isfinite(result.balance.evidence.equal[1]).sum()),
                "measured_error_of_japanese_shares": round(result.tables.share_log_sd, 4),
                "response_to_world_trade": round(result.tables.drift.response, 4),
                "growth_tried_on_2022_23": {
                    name: round(value, 4)
                    for name, value in asdict(growth_test(result.tables, settings)).items()
                },
            }
            for flow, result in results.items()
        },
        "settings": {name: float(value) for name, value in sorted(settings.items())},
        "versions": {
            "python": platform.python_version(),
            **{
                name: metadata.version(name)
                for name in ("numpy", "scipy", "pandas", "cvxpy", "clarabel")
            },
        },
        "evidence_sha256": {
            path.relative_to(parameters_directory).as_posix(): file_digest(path)
            for path in [*evidence, *checks]
        },
        "output_sha256": {
            name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()
        },
    }


def prior_of(parameters_directory: Path, chapter_prior: Path | None) -> dict[str, Any] | None:
    """Which prior Japan's market rests on; a run without one keeps what is stored."""
    if chapter_prior is not None:
        from cepasim.calibrate.benchmark.japan_market import JAPAN_EXPORTERS
        from cepasim.calibrate.benchmark.japan_prior import describe_prior

        return describe_prior(chapter_prior, JAPAN_EXPORTERS)
    stored = parameters_directory / "benchmark" / "metadata.yaml"
    if not stored.is_file():
        return None
    found: dict[str, Any] | None = read_data(stored).get("chapter_prior")
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the balance from the command line; returns the exit code (0, 1 failed, 2 bad input)."""
    parser = argparse.ArgumentParser(
        prog="python -m cepasim.calibrate.benchmark.balance",
        description="Estimate the 2023-24 benchmark from the evidence and write it.",
    )
    parser.add_argument("--params", type=Path, help="parameter folder (default: the bundled one)")
    parser.add_argument("--out", type=Path, help="folder to write (default: its benchmark/)")
    parser.add_argument(
        "--bilateral-only", action="store_true", help="leave out the import and domestic markets"
    )
    parser.add_argument(
        "--chapter-prior",
        type=Path,
        help="Japan's imports by partner and chapter, 2018-2020 (columns flow, partner, hs2, year, "
        "value_usd); without it the other sources of Japan's market stay as stored",
    )
    options = parser.parse_args(arguments)
    folder = options.params
    if folder is None:
        from cepasim.params.parameters import bundled_directory

        folder = bundled_directory()
    try:
        written = run_balance(
            folder,
            options.out,
            markets=not options.bilateral_only,
            chapter_prior=options.chapter_prior,
        )
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    if options.out is None:
        # Other years follow from the benchmark: stale tables would contradict it.
        from cepasim.calibrate.benchmark.customs_chapters import write_customs_tables

        written |= write_customs_tables(folder)
    for path in written.values():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
