"""Balance of one flow of India-Japan trade by chapter, over two fiscal years.

No product split of 2023-24 is published, apart from the exports for which HS8 lines were
collected. The estimate is a two-year balance: 2022-23, for which principal commodities are known,
and 2023-24 are estimated together, because Japan's calendar year 2023 covers both and because the
one is the best predictor of the other. It minimises a sum of weighted Kullback-Leibler distances
in scaled shares subject to the published totals, to HS8 sums as floors and
to complete HS8 chapters. A distance divided by the variance of its source is, to second order,
the log-normal likelihood of that source, so weights are measured errors (`sources`). Every
statement may keep a residual: beyond `huber_threshold` standard deviations its pull stays
constant, so that one wrong figure does not drag the others.

This module knows arrays of evidence; `sources` builds them from the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray

from cepasim.calibrate.benchmark.solver import solve
from cepasim.core.problems import InputError, Problem

Floats = NDArray[np.float64]

YEARS = ("2022-23", "2023-24")
"""The two fiscal years balanced together; the second is the benchmark."""


@dataclass(frozen=True)
class Statement:
    """One piece of soft evidence: a weighted sum of cells should equal a value.

    Attributes
    ----------
    source : str
        Kind of evidence; statements of one source are dropped together when ranges are derived.
    name : str
        What it speaks about (a chapter, a group, a sum of chapters).
    coefficients : ndarray, shape (2, H)
        Weight of every cell, years by chapters.
    value : float
        US$ mn, above 0.
    log_sd : float
        Standard error in log points.
    grade : str
        A, B, C or D.
    note : str
        Anything a reader of the report should know.
    """

    source: str
    name: str
    coefficients: Floats
    value: float
    log_sd: float
    grade: str
    note: str = ""


@dataclass(frozen=True)
class FlowEvidence:
    """All that is known about one flow; years are `YEARS`, H the number of chapters.

    Attributes
    ----------
    chapters : tuple of str
        HS codes, length H.
    totals : ndarray, shape (2,)
        US$ mn, met exactly.
    floors : ndarray, shape (2, H)
        US$ mn; 0 where there is none.
    equal : ndarray, shape (2, H)
        US$ mn; NaN where the cell is to be estimated.
    start : ndarray, shape (2, H)
        US$ mn; a first guess that only sets the scale of the problem. 0 marks no trade.
    growth : ndarray, shape (H,)
        Expected growth factor of each chapter's share from the first year to the second.
    growth_log_sd : ndarray, shape (H,)
        Its standard error, log points.
    statements : tuple of Statement
        Soft evidence.
    """

    chapters: tuple[str, ...]
    totals: Floats
    floors: Floats
    equal: Floats
    start: Floats
    growth: Floats
    growth_log_sd: Floats
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class FlowBalance:
    """The balance of one flow.

    Attributes
    ----------
    evidence : FlowEvidence
        What was balanced.
    value : ndarray, shape (2, H)
        US$ mn; every row sums to its total.
    log_sd : ndarray, shape (2, H)
        Standard error in log points; 0 where the cell is known.
    fitted : ndarray, shape (statements,)
        What the balance gives for each statement, US$ mn.
    z_score : ndarray, shape (statements,)
        ln(fitted / stated) over the standard error.
    status : str
        What the solver said.
    """

    evidence: FlowEvidence
    value: Floats
    log_sd: Floats
    fitted: Floats
    z_score: Floats
    status: str


def estimate(
    evidence: FlowEvidence, *, huber_threshold: float, grade_weight: Mapping[str, float]
) -> FlowBalance:
    """Solve the balance of one flow.

    The unknowns are cells over `start`, so that all are about one whatever the money unit.

    Parameters
    ----------
    evidence : FlowEvidence
        Totals, floors, known cells, growth and statements.
    huber_threshold : float
        Gap in standard deviations beyond which a statement pulls with constant force.
    grade_weight : mapping of str to float
        Factor on 1/variance by grade; the growth from year to year is graded C.

    Returns
    -------
    FlowBalance
        With `log_sd` from curvature and disagreement (see `cell_log_sd`).

    Raises
    ------
    InputError
        If the hard evidence contradicts itself (floors or known cells beyond a total).
    RunError
        If the solver fails.
    """
    check_hard_evidence(evidence)
    value, status = evidence.start, ""
    # The second pass is centred on the first, so that the result does not hang on the first guess.
    for _ in range(2):
        centre = np.maximum(value, 1e-3 * evidence.start)
        value, status = solve_once(
            evidence, centre, huber_threshold=huber_threshold, grade_weight=grade_weight
        )
    value = meet_hard_evidence(value, evidence)
    stated = np.array([s.value for s in evidence.statements])
    fitted = np.array([float((s.coefficients * value).sum()) for s in evidence.statements])
    error = np.array([s.log_sd for s in evidence.statements])
    with np.errstate(divide="ignore"):
        z_score = np.log(fitted / stated) / error if len(stated) else np.zeros(0)
    balance = FlowBalance(evidence, value, np.zeros(value.shape), fitted, z_score, status)
    curve = curvature(balance, huber_threshold=huber_threshold, grade_weight=grade_weight)
    return replace(balance, log_sd=cell_log_sd(balance, curve, huber_threshold=huber_threshold))


def solve_once(
    evidence: FlowEvidence,
    centre: Floats,
    *,
    huber_threshold: float,
    grade_weight: Mapping[str, float],
) -> tuple[Floats, str]:
    """The convex problem of `estimate` with cells measured in units of `centre`.

    Each statement enters as kl(fitted/stated - e, 1) / sd^2 + threshold |e| / sd, the growth of a
    chapter as the same between the later cell and what the earlier one leads to expect: with the
    residual e at its best value this is the Kullback-Leibler distance near zero and linear beyond
    the threshold.

    Parameters
    ----------
    evidence : FlowEvidence
        See `estimate`.
    centre : ndarray, shape (2, H)
        US$ mn; 0 where there is no trade. The closer to the solution, the closer each distance to
        the likelihood it stands for.
    huber_threshold, grade_weight
        See `estimate`.

    Returns
    -------
    value : ndarray, shape (2, H)
        US$ mn, within the solver's tolerance of the hard evidence.
    status : str
    """
    live = centre > 0
    unit = centre[live]
    cells = cp.Variable(len(unit), nonneg=True)
    index = np.full(live.shape, -1)
    index[live] = np.arange(len(unit))
    terms = []

    weight = statement_weights(evidence.statements, grade_weight)
    if len(weight):
        matrix = np.array([s.coefficients[live] * unit / s.value for s in evidence.statements])
        residual = cp.Variable(len(weight))
        terms.append(weight @ cp.kl_div(matrix @ cells - residual, np.ones(len(weight))))
        terms.append(huber_threshold * np.sqrt(weight) @ cp.abs(residual))
    both = live.all(axis=0)
    if both.any():
        growth = evidence.growth[both] * evidence.totals[1] / evidence.totals[0]
        ratio = growth * centre[0, both] / centre[1, both]
        # Both sides over their geometric mean, so that neither year's unit sets the weight.
        later, earlier = ratio**-0.5, ratio**0.5
        link = grade_weight["C"] / evidence.growth_log_sd[both] ** 2
        jump = cp.Variable(int(both.sum()))
        terms.append(
            link
            @ cp.kl_div(
                cp.multiply(later, cells[index[1, both]]) - jump,
                cp.multiply(earlier, cells[index[0, both]]),
            )
        )
        terms.append(huber_threshold * np.sqrt(link) @ cp.abs(jump))

    known = np.isfinite(evidence.equal[live])
    constraints = [cells >= np.where(known, 0.0, evidence.floors[live] / unit)]
    if known.any():
        fixed = evidence.equal[live][known] / unit[known]
        constraints.append(cells[np.flatnonzero(known)] == fixed)
    for year in range(2):
        if live[year].any():
            share = centre[year, live[year]] / evidence.totals[year]
            constraints.append(share @ cells[index[year, live[year]]] == 1.0)
    scale = float(np.median(weight)) if len(weight) else 1.0
    objective = sum(terms[1:], terms[0]) / scale if terms else cp.sum(cells)
    status = solve(cp.Problem(cp.Minimize(objective), constraints))
    value = np.zeros(live.shape)
    value[live] = np.maximum(np.asarray(cells.value), 0.0) * unit
    return value, status


def statement_weights(statements: Sequence[Statement], grade_weight: Mapping[str, float]) -> Floats:
    """1/variance of each statement times the factor of its grade."""
    return np.array([grade_weight[s.grade] / s.log_sd**2 for s in statements], dtype=float)


def check_hard_evidence(evidence: FlowEvidence) -> None:
    """Raise if floors and known cells cannot hold together with a total.

    Raises
    ------
    InputError
        Naming year and amount.
    """
    problems = []
    for year, total in enumerate(evidence.totals):
        known = np.isfinite(evidence.equal[year])
        least = np.where(known, evidence.equal[year], evidence.floors[year]).sum()
        open_cells = (~known & (evidence.start[year] > 0)).any()
        if least > total * (1 + 1e-12) or (not open_cells and abs(least - total) > 1e-9 * total):
            problems.append(
                Problem(
                    "evidence",
                    None,
                    f"total of {YEARS[year]}",
                    float(total),
                    f"floors and known chapters already sum to {least:.2f}",
                )
            )
        below = known & (evidence.equal[year] < evidence.floors[year] - 1e-9)
        problems.extend(
            Problem(
                "evidence", None, f"chapter {evidence.chapters[h]}", None, "known value < floor"
            )
            for h in np.flatnonzero(below)
        )
    if problems:
        raise InputError(problems)


def meet_hard_evidence(value: Floats, evidence: FlowEvidence) -> Floats:
    """Remove the solver's tolerance: known cells, floors and totals exactly, the rest in scale.

    Parameters
    ----------
    value : ndarray, shape (2, H)
        US$ mn as solved, within tolerance of the hard evidence.
    evidence : FlowEvidence
        The hard evidence.
    """
    exact = value.copy()
    for year, total in enumerate(evidence.totals):
        known = np.isfinite(evidence.equal[year])
        exact[year, known] = evidence.equal[year, known]
        floor = np.where(known, 0.0, evidence.floors[year])
        over = np.where(known, 0.0, np.maximum(exact[year] - floor, 0.0))
        room = total - exact[year, known].sum() - floor.sum()
        if over.sum() > 0:
            exact[year] = np.where(known, exact[year], floor + over * (room / over.sum()))
    return exact


@dataclass(frozen=True)
class Curvature:
    """The objective at its solution, in logarithms.

    Attributes
    ----------
    rows : ndarray, shape (m, 2, H)
        Elasticity of what each statement speaks about with respect to each cell; the growth of
        every chapter from year to year counts as one statement.
    weight : ndarray, shape (m,)
        Weight a statement still pulls with: 1/variance times the factor of its grade, less where
        the gap is beyond the Huber threshold.
    score : ndarray, shape (m,)
        |ln(fitted / stated)| times the root of the full weight: the gap in standard deviations.
    """

    rows: Floats
    weight: Floats
    score: Floats


def curvature(
    balance: FlowBalance, *, huber_threshold: float, grade_weight: Mapping[str, float]
) -> Curvature:
    """Linearise every statement around the solution (see `Curvature`)."""
    evidence, value = balance.evidence, balance.value
    rows, weights, gaps = [], [], []
    for statement, fitted, weight in zip(
        evidence.statements,
        balance.fitted,
        statement_weights(evidence.statements, grade_weight),
        strict=True,
    ):
        if fitted > 0:
            rows.append(statement.coefficients * value / fitted)
            gaps.append(np.log(fitted / statement.value))
            weights.append(weight)
    for h in np.flatnonzero((value > 0).all(axis=0)):
        expected = evidence.growth[h] * evidence.totals[1] / evidence.totals[0] * value[0, h]
        row = np.zeros(value.shape)
        row[:, h] = -1.0, 1.0
        rows.append(row)
        gaps.append(np.log(value[1, h] / expected))
        weights.append(grade_weight["C"] / evidence.growth_log_sd[h] ** 2)
    gap, weight = np.array(gaps), np.array(weights)
    score = np.abs(gap) * np.sqrt(weight)
    weight = weight * np.minimum(1.0, huber_threshold / np.maximum(score, 1e-300))
    return Curvature(np.array(rows).reshape(-1, *value.shape), weight, score)


def cell_log_sd(balance: FlowBalance, curve: Curvature, *, huber_threshold: float) -> Floats:
    """Standard error of every cell, log points.

    Laplace's approximation within the hard totals: H = J' W J; the covariance is H inverted on
    the directions that leave the totals and the known cells unchanged. Where the statements about
    a cell disagree by more than their errors allow, its error is scaled up by the root of their
    mean square gap, as the Particle Data Group does with conflicting measurements.

    Returns
    -------
    ndarray, shape (2, H)
        0 for known cells and cells without trade.
    """
    evidence, value = balance.evidence, balance.value
    free = (value > 0) & ~np.isfinite(evidence.equal)
    result = np.zeros(value.shape)
    if not free.any():
        return result
    rows = curve.rows[:, free]
    information = curve.weight[:, None] * rows**2
    hessian = (curve.weight[:, None] * rows).T @ rows
    totals = np.zeros((2, *value.shape))
    for year in range(2):
        totals[year, year] = value[year] / evidence.totals[year]
    fixed = totals[:, free]
    fixed = fixed[fixed.any(axis=1)]
    # Directions that leave the totals unchanged: the null space of the total rows.
    _, _, right = np.linalg.svd(fixed, full_matrices=True)
    inside = right[len(fixed) :].T
    covariance = inside @ np.linalg.pinv(inside.T @ hessian @ inside, hermitian=True) @ inside.T
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))

    known = information.sum(axis=0)
    # A gap beyond the threshold already lost its weight: it counts as one at the threshold.
    chi_square = np.minimum(curve.score, huber_threshold) ** 2
    with np.errstate(invalid="ignore"):
        reduced = np.where(known > 0, (information * chi_square[:, None]).sum(axis=0) / known, 1.0)
    result[free] = error * np.sqrt(np.maximum(reduced, 1.0))
    return result


def leave_one_source_out(
    evidence: FlowEvidence, *, huber_threshold: float, grade_weight: Mapping[str, float]
) -> dict[str, Floats]:
    """Cells estimated without one source after the other: which result rests on what.

    Returns
    -------
    dict of str to ndarray, shape (2, H)
        US$ mn by the source left out.
    """
    result = {}
    for source in sorted({statement.source for statement in evidence.statements}):
        rest = tuple(s for s in evidence.statements if s.source != source)
        result[source] = estimate(
            replace(evidence, statements=rest),
            huber_threshold=huber_threshold,
            grade_weight=grade_weight,
        ).value
    return result
