"""The balance of one flow, and the benchmark of both as the table the model reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.bilateral import estimate, leave_one_source_out
from cepasim.calibrate.benchmark.evidence import read_settings
from cepasim.calibrate.benchmark.flow_evidence import YEARS, Floats, FlowBalance
from cepasim.calibrate.benchmark.own_evidence import OwnCells, own_cells, with_own_cells
from cepasim.calibrate.benchmark.precision import Curvature, curvature
from cepasim.calibrate.benchmark.sources import CHAPTERS, FLOWS, FlowTables, read_flow
from cepasim.calibrate.benchmark.statements import assemble
from cepasim.core.countries import FLOW_INTO, PARTNER

UNIT = "US$ mn"

DECIMALS = 6
"""Digits written; totals are exact in them."""

_MARKET = {flow: importer for importer, flow in FLOW_INTO.items()}
_SELLER = {flow: PARTNER[importer] for flow, importer in _MARKET.items()}


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
    without : dict of str to ndarray, shape (2, chapters)
        The estimate without each source, US$ mn.
    own : OwnCells
        What the user's files give; nothing in the bundled folder.
    """

    tables: FlowTables
    balance: FlowBalance
    curve: Curvature
    without: dict[str, Floats]
    own: OwnCells = field(default_factory=OwnCells)


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
    own = own_cells(parameters_directory, _MARKET[flow]).get(_SELLER[flow], OwnCells())
    evidence = with_own_cells(assemble(tables, settings), own, settings)
    threshold = settings["huber_threshold"]
    weights = {grade: settings[f"grade_weight_{grade}"] for grade in "ABCD"}
    balance = estimate(evidence, huber_threshold=threshold, grade_weight=weights)
    curve = curvature(balance, huber_threshold=threshold, grade_weight=weights)
    least = np.maximum(balance.log_sd, settings["smallest_log_sd"])
    balance = replace(balance, log_sd=np.where(balance.log_sd > 0, least, 0.0))
    without = leave_one_source_out(evidence, huber_threshold=threshold, grade_weight=weights)
    return FlowResult(tables, balance, curve, without, own)


def bilateral_table(results: dict[str, FlowResult], settings: dict[str, float]) -> pd.DataFrame:
    """The benchmark of trade between India and Japan: chapters by two flows.

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
            given = hs in results[flow].own.equal
            floor = least_benchmark(balance, h, settings["range_normal_quantile"])
            low = min(max(value[h] / spread, floor), value[h])
            grade = "A" if known else "D" if log_sd > settings["grade_d_log_sd"] else "C"
            source = "balance of published evidence (benchmark/report.csv)"
            if known:
                source = "Government of India, Export Import Data Bank, HS8 lines, complete"
            if given:
                source = results[flow].own.source[hs]
            rows.append(
                {
                    "flow": flow,
                    "hs": hs,
                    "value": round(float(value[h]), DECIMALS),
                    "low": round(float(low), DECIMALS),
                    "high": round(float(value[h] * spread), DECIMALS),
                    "unit": UNIT,
                    "grade": grade if value[h] > 0 else "A" if given else "C",
                    "year": YEARS[1],
                    "source": source,
                    "note": cell_note(results[flow], h) if value[h] > 0 else "no recorded trade",
                }
            )
    return pd.DataFrame(rows)


def least_benchmark(balance: FlowBalance, chapter: int, quantile: float) -> float:
    """What hard evidence leaves at least to a chapter of the benchmark year, US$ mn.

    A floor on a calendar year leaves to the benchmark year what the high end of the year before
    does not cover.
    """
    evidence = balance.evidence
    least = float(evidence.floors[1, chapter])
    for floor in evidence.sum_floors:
        weight = float(floor.coefficients[1, chapter])
        if weight > 0:
            held = floor.coefficients[0] > 0
            high_before = balance.value[0, held] * np.exp(quantile * balance.log_sd[0, held])
            before = float(floor.coefficients[0, held] @ high_before)
            others = float(np.delete(floor.coefficients[1] * balance.value[1], chapter).sum())
            least = max(least, (floor.value - before - others) / weight)
    return least


def exact_decimals(balance: FlowBalance) -> Floats:
    """Benchmark-year chapters rounded so that they still sum to the total exactly.

    What rounding leaves goes to the largest estimated chapter.

    Returns
    -------
    ndarray, shape (chapters,)
        US$ mn with `DECIMALS` digits.
    """
    scale = 10**DECIMALS
    whole = np.rint(balance.value[1] * scale).astype(np.int64)
    total = round(float(balance.evidence.totals[1]) * scale)
    estimated = ~np.isfinite(balance.evidence.equal[1])
    open_cells = np.where(estimated & (whole > 0), whole, -1)
    largest = open_cells if (open_cells > 0).any() else whole
    whole[int(np.argmax(largest))] += total - int(whole.sum())
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
    linked = np.flatnonzero((balance.value > 0).all(axis=0))
    return stated + [balance.evidence.growth_source[h] for h in linked]
