"""How far each piece of evidence is from being met, and what the balance moved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.bilateral_table import UNIT, FlowResult
from cepasim.calibrate.benchmark.evidence import read_evidence, read_table
from cepasim.calibrate.benchmark.flow_evidence import YEARS, FlowBalance
from cepasim.calibrate.benchmark.measured_errors import calendar_year, row_of
from cepasim.calibrate.benchmark.sources import CHAPTERS, FLOWS, LAST_YEAR

CONCENTRATION = {"import": "study/table_4_6_summary", "export": "study/table_4_7_summary"}
"""Published concentration of Japan's side of each flow: checks, not evidence."""

REPORT_COLUMNS = [
    *("no", "part", "kind", "flow", "source", "name", "period", "says", "balance", "gap"),
    *("gap_pct", "gap_in_sd", "weight", "hard", "conflict", "unit", "grade", "note"),
]


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
    for floor in evidence.sum_floors:
        fitted = float((floor.coefficients * balance.value).sum())
        row = report_row(
            "evidence", flow, floor.source, floor.name, floor.period, floor.value, fitted
        )
        held = {"hard": "floor", "conflict": "no", "grade": floor.grade, "note": floor.note}
        rows.append({**row, **held})
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
    checked = report["kind"].astype(str).str.startswith("check")
    return renamed.assign(
        part="market " + report["market"].astype(str),
        kind=np.where(checked, "check", "evidence"),
        hard=np.where(checked, "", "no"),
        conflict=np.where(missed, "yes", "no"),
    )


def stored_lines(parameters_directory: Path, renewed: pd.DataFrame) -> pd.DataFrame:
    """Lines of the stored report on the sources of Japan's market that stay as stored.

    Parameters
    ----------
    parameters_directory : Path
        Its ``benchmark/report.csv`` is read; without it nothing is kept.
    renewed : DataFrame
        Lines of this run on both markets: they replace what is stored.
    """
    path = parameters_directory / "benchmark" / "report.csv"
    if not path.is_file():
        return pd.DataFrame(columns=REPORT_COLUMNS)
    stored = pd.read_csv(path, dtype={"name": str}, keep_default_na=False, na_values=[""])
    stored = stored[stored["part"] == "market JPN"]
    key = ["source", "name"]
    again = pd.MultiIndex.from_frame(stored[key]).isin(pd.MultiIndex.from_frame(renewed[key]))
    return stored[~again]
