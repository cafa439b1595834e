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
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from cepasim.calibrate.benchmark.bilateral import (
    YEARS,
    Curvature,
    Floats,
    FlowBalance,
    curvature,
    estimate,
    leave_one_source_out,
)
from cepasim.calibrate.benchmark.evidence import EVIDENCE, read_evidence, read_settings, read_table
from cepasim.calibrate.benchmark.sources import (
    CHAPTERS,
    FLOWS,
    LAST_YEAR,
    FlowTables,
    assemble,
    calendar_year,
    read_flow,
    row_of,
)
from cepasim.core.files import replace_file
from cepasim.core.problems import InputError, RunError

UNIT = "US$ mn"
DATA_VINTAGE = "2026-11-21"
"""Day the evidence was compiled; change it with the evidence."""
DECIMALS = 6
"""Digits written; totals are exact in them."""

CONCENTRATION = {"import": "study/table_4_6_summary", "export": "study/table_4_7_summary"}
"""Published concentration of Japan's side of each flow: checks, not evidence."""

REPORT_COLUMNS = [
    *("no", "part", "kind", "flow", "source", "name", "period", "says", "balance", "gap"),
    *("gap_pct", "gap_in_sd", "weight", "hard", "conflict", "unit", "grade", "note"),
]


@dataclass(frozen=True)
class FlowResult:
    """One flow of the benchmark.

    Attributes
    ----------
    tables : FlowTables
        What was read, with the measured errors.
    balance : FlowBalance
        The estimate; `log_sd` not below the smallest error allowed.
    curve : Curvature
        How hard each statement pulls at the solution.
    without : dict of str to ndarray, shape (2, 98)
        The estimate without each source, US$ mn.
    """

    tables: FlowTables
    balance: FlowBalance
    curve: Curvature
    without: dict[str, Floats]


def balance_flow(parameters_directory: Path, flow: str) -> FlowResult:
    """Balance one flow of the benchmark.

    Parameters
    ----------
    parameters_directory : Path
        Parameter folder with ``benchmark/evidence``.
    flow : str
        "export" or "import", seen from India.

    Raises
    ------
    InputError
        If evidence is missing, malformed or contradicts a hard total.
    RunError
        If the solver fails.
    """
    settings = read_settings(parameters_directory)
    tables = read_flow(parameters_directory, flow, settings)
    evidence = assemble(tables, settings)
    threshold = settings["huber_threshold"]
    weights = {grade: settings[f"grade_weight_{grade}"] for grade in "ABCD"}
    balance = estimate(evidence, huber_threshold=threshold, grade_weight=weights)
    curve = curvature(balance, huber_threshold=threshold, grade_weight=weights)
    least = np.maximum(balance.log_sd, settings["smallest_log_sd"])
    balance = replace(balance, log_sd=np.where(balance.log_sd > 0, least, 0.0))
    without = leave_one_source_out(evidence, huber_threshold=threshold, grade_weight=weights)
    return FlowResult(tables, balance, curve, without)


def bilateral_table(results: dict[str, FlowResult], settings: dict[str, float]) -> pd.DataFrame:
    """The benchmark of trade between India and Japan: 98 chapters by two flows.

    Parameters
    ----------
    results : dict of str to FlowResult
        By flow.
    settings : dict
        ``range_normal_quantile``, ``grade_d_log_sd``.

    Returns
    -------
    DataFrame
        ``flow, hs, value, low, high, unit, grade, year, source, note``; every flow sums to its
        total in the digits written; low and high are a 90 % range.
    """
    rows: list[dict[str, Any]] = []
    for flow in FLOWS:
        balance = results[flow].balance
        value = exact_decimals(balance)
        for h, hs in enumerate(CHAPTERS):
            log_sd = float(balance.log_sd[1, h])
            spread = float(np.exp(settings["range_normal_quantile"] * log_sd))
            known = bool(np.isfinite(balance.evidence.equal[1, h])) and value[h] > 0
            floor = float(balance.evidence.floors[1, h])
            low = min(max(value[h] / spread, floor), value[h])
            grade = "A" if known else "D" if log_sd > settings["grade_d_log_sd"] else "C"
            source = "balance of published evidence (benchmark/report.csv)"
            if known:
                source = "Government of India, Export Import Data Bank, HS8 lines, complete"
            rows.append(
                {
                    "flow": flow,
                    "hs": hs,
                    "value": round(float(value[h]), DECIMALS),
                    "low": round(float(low), DECIMALS),
                    "high": round(float(value[h] * spread), DECIMALS),
                    "unit": UNIT,
                    "grade": grade if value[h] > 0 else "C",
                    "year": YEARS[1],
                    "source": source,
                    "note": cell_note(results[flow], h) if value[h] > 0 else "no recorded trade",
                }
            )
    return pd.DataFrame(rows)


def exact_decimals(balance: FlowBalance) -> Floats:
    """Benchmark-year chapters rounded so that they still sum to the total exactly.

    What rounding leaves goes to the largest estimated chapter.

    Returns
    -------
    ndarray, shape (98,)
        US$ mn with `DECIMALS` digits.
    """
    scale = 10**DECIMALS
    whole = np.rint(balance.value[1] * scale).astype(np.int64)
    total = round(float(balance.evidence.totals[1]) * scale)
    estimated = ~np.isfinite(balance.evidence.equal[1])
    whole[int(np.argmax(np.where(estimated, whole, -1)))] += total - int(whole.sum())
    result: Floats = whole / scale
    return result


def cell_note(result: FlowResult, chapter: int) -> str:
    """What a chapter of the benchmark rests on: the two strongest sources and their weight."""
    if np.isfinite(result.balance.evidence.equal[1, chapter]):
        return "known"
    pull = result.curve.weight * result.curve.rows[:, 1, chapter] ** 2
    names = curve_sources(result.balance)
    by_source: dict[str, float] = {}
    for name, weight in zip(names, pull, strict=True):
        by_source[name] = by_source.get(name, 0.0) + float(weight)
    total = sum(by_source.values())
    if total <= 0:
        return "what the total leaves"
    strongest = sorted(by_source.items(), key=lambda item: (-item[1], item[0]))[:2]
    parts = [f"{name} ({100 * weight / total:.0f} %)" for name, weight in strongest if weight > 0]
    return "rests on " + ", ".join(parts)


def curve_sources(balance: FlowBalance) -> list[str]:
    """Names of the rows of `Curvature`: statements with a fitted value, then growth."""
    stated = [
        statement.source
        for statement, fitted in zip(balance.evidence.statements, balance.fitted, strict=True)
        if fitted > 0
    ]
    linked = int((balance.value > 0).all(axis=0).sum())
    return stated + [f"{YEARS[0]} moved with India's world trade"] * linked


def bilateral_report(
    results: dict[str, FlowResult], settings: dict[str, float], parameters_directory: Path
) -> pd.DataFrame:
    """One row per piece of evidence, per check and per chapter; see `REPORT_COLUMNS`.

    ``conflict`` marks evidence the balance misses by more than the Huber threshold.
    """
    rows: list[dict[str, Any]] = []
    for flow in FLOWS:
        result = results[flow]
        rows += hard_rows(flow, result.balance)
        rows += statement_rows(flow, result, settings)
        rows += check_rows(flow, result, settings, parameters_directory)
        rows += chapter_rows(flow, result, settings)
    return pd.DataFrame(rows)


def report_row(
    kind: str, flow: str, source: str, name: str, period: str, says: float, gives: float
) -> dict[str, Any]:
    """The columns every row of the bilateral report shares."""
    return {
        "part": "bilateral",
        "kind": kind,
        "flow": flow,
        "source": source,
        "name": name,
        "period": period,
        "says": says,
        "balance": gives,
        "gap": gives - says,
        "gap_pct": 100 * (gives / says - 1) if says else np.nan,
        "unit": UNIT,
    }


def hard_rows(flow: str, balance: FlowBalance) -> list[dict[str, Any]]:
    """Totals, complete chapters and floors, which hold exactly."""
    evidence = balance.evidence
    rows = []
    for year, period in enumerate(YEARS):
        total = float(evidence.totals[year])
        row = report_row(
            "evidence", flow, "totals", "total", period, total, balance.value[year].sum()
        )
        rows.append({**row, "hard": "equal", "conflict": "no", "grade": "A"})
        for h, hs in enumerate(evidence.chapters):
            known, floor = evidence.equal[year, h], evidence.floors[year, h]
            if not np.isfinite(known) and floor <= 0:
                continue
            hard = "equal" if np.isfinite(known) else "floor"
            says = float(known) if hard == "equal" else float(floor)
            source = f"HS8 lines {period}"
            row = report_row(
                "evidence", flow, source, hs, period, says, float(balance.value[year, h])
            )
            rows.append({**row, "hard": hard, "conflict": "no", "grade": "A"})
    return rows


def statement_rows(
    flow: str, result: FlowResult, settings: dict[str, float]
) -> list[dict[str, Any]]:
    """Soft evidence with its gap, weight and whether the balance departs from it."""
    balance = result.balance
    rows = []
    for statement, fitted, score in zip(
        balance.evidence.statements, balance.fitted, balance.z_score, strict=True
    ):
        held = (statement.coefficients > 0).any(axis=1)
        period = f"calendar {YEARS[1][:4]}" if held.all() else YEARS[int(np.argmax(held))]
        factor = settings[f"grade_weight_{statement.grade}"]
        threshold = settings["huber_threshold"] / np.sqrt(factor)
        row = report_row(
            "evidence", flow, statement.source, statement.name, period, statement.value, fitted
        )
        rows.append(
            {
                **row,
                "gap_in_sd": score,
                "weight": factor / statement.log_sd**2,
                "hard": "no",
                "conflict": "yes" if abs(score) > threshold else "no",
                "grade": statement.grade,
                "note": statement.note,
            }
        )
    return rows


def check_rows(
    flow: str, result: FlowResult, settings: dict[str, float], parameters_directory: Path
) -> list[dict[str, Any]]:
    """Published figures the balance does not read: totals and concentration of Japan's side."""
    year = int(YEARS[1][:4])
    by_year = pd.DataFrame(result.balance.value, index=list(YEARS), columns=list(CHAPTERS))
    mixed = calendar_year(by_year, year, settings["first_quarter_weight"])
    totals = read_evidence(parameters_directory, "calendar_totals", ("flow", "calendar_year"))
    totals = totals[(totals["flow"] == flow) & (totals["calendar_year"] == str(year))]
    rows = []
    for says, grade in zip(totals["value"], totals["grade"], strict=True):
        gives = float(mixed.sum())
        line = report_row(
            "check", flow, "Japan's statistics", "total", f"calendar {year}", float(says), gives
        )
        note = "Japan's valuation (its exports f.o.b., its imports c.i.f.) against India's"
        rows.append({**line, "grade": grade, "note": note})
    published = read_table(
        parameters_directory, CONCENTRATION[flow], ("calendar_year", "measure", "value")
    )
    published = published[published["calendar_year"] == str(year)]
    stated = dict(zip(published["measure"], published["value"], strict=True))
    share = 100 * np.sort((mixed / mixed.sum()).to_numpy(float))[::-1]
    measures = {
        "Top 3": share[:3].sum(),
        "Top 5": share[:5].sum(),
        "Top 10": share[:10].sum(),
        "HHI": float((share**2).sum()),
    }
    for measure, gives in measures.items():
        if measure not in stated:
            continue
        line = report_row(
            "check",
            flow,
            f"Japan's statistics ({CONCENTRATION[flow]})",
            measure,
            f"calendar {year}",
            float(stated[measure]),
            float(gives),
        )
        rows.append({**line, "unit": "index points" if measure == "HHI" else "%", "grade": "B"})
    return rows


def chapter_rows(flow: str, result: FlowResult, settings: dict[str, float]) -> list[dict[str, Any]]:
    """What moved: each chapter of 2021-22 at the growth of the flow, against the benchmark."""
    balance, known = result.balance, row_of(result.tables.chapters, LAST_YEAR)
    growth = float(balance.evidence.totals[1]) / float(known.sum())
    rows = []
    for h, hs in enumerate(CHAPTERS):
        gives = float(balance.value[1, h])
        if known[hs] <= 0 and gives <= 0:
            continue
        row = report_row(
            "chapter", flow, f"chapter {LAST_YEAR}", hs, YEARS[1], float(known[hs]) * growth, gives
        )
        spread = float(np.exp(settings["range_normal_quantile"] * balance.log_sd[1, h]))
        others = {name: float(value[1, h]) for name, value in result.without.items()}
        least, most = min(others, key=others.__getitem__), max(others, key=others.__getitem__)
        note = (
            f"US$ {known[hs]:.2f} mn in {LAST_YEAR}, {balance.value[0, h]:.2f} in {YEARS[0]}; "
            f"90 % range {gives / spread:.1f} to {gives * spread:.1f}; leaving one source out: "
            f"{others[least]:.1f} (without {least}) to {others[most]:.1f} (without {most})"
        )
        rows.append({**row, "note": note})
    return rows


def finish_report(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the reports of the parts, number the rows and round for reading."""
    report = pd.concat([part.reindex(columns=REPORT_COLUMNS) for part in parts], ignore_index=True)
    report["no"] = np.arange(1, len(report) + 1)
    for column in ("says", "balance", "gap"):
        report[column] = report[column].astype(float).round(4)
    for column in ("gap_pct", "gap_in_sd", "weight"):
        report[column] = report[column].astype(float).round(3)
    return report


def market_report(report: pd.DataFrame, huber_threshold: float) -> pd.DataFrame:
    """The markets' report in the columns of the whole report."""
    renamed = report.rename(columns={"evidence": "name", "gap_percent": "gap_pct", "kind": "note"})
    missed = report["gap_in_sd"].astype(float).abs() > huber_threshold
    return renamed.assign(
        part="market " + report["market"].astype(str),
        kind="evidence",
        hard="no",
        conflict=np.where(missed, "yes", "no"),
    )


def run_balance(
    parameters_directory: Path, output_directory: Path | None = None, *, markets: bool = True
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

        balanced = balance_markets(tables["bilateral"], parameters_directory)
        tables["japan_imports"] = balanced.japan_imports
        tables["india_imports"] = balanced.india_imports
        tables["domestic"] = balanced.domestic
        reports.append(market_report(balanced.report, settings["huber_threshold"]))
    tables["report"] = finish_report(reports)
    texts = {
        f"{name}.csv": table.to_csv(index=False, lineterminator="\n")
        for name, table in tables.items()
    }
    described = describe(parameters_directory, results, settings, texts)
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
    options = parser.parse_args(arguments)
    folder = options.params
    if folder is None:
        from cepasim.params.parameters import bundled_directory

        folder = bundled_directory()
    try:
        written = run_balance(folder, options.out, markets=not options.bilateral_only)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written.values():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
