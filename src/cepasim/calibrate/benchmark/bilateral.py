"""Balance of one flow of India-Japan trade by chapter, over two fiscal years.

No product split of 2023-24 is published, apart from the exports for which HS8 lines were
collected. The estimate is a two-year balance: 2022-23, for which principal commodities are known,
and 2023-24 are estimated together, because Japan's calendar year 2023 covers both and because the
one is the best predictor of the other. It minimises a sum of weighted Kullback-Leibler distances
in scaled shares subject to the published totals, to floors (sums of HS8 lines of a chapter, and of
headings that India reports for a calendar year) and to complete HS8 chapters. A distance divided by
the variance of its source is, to second order, the log-normal likelihood of that source, so weights
are measured errors (`sources`). Every statement may keep a residual: beyond `huber_threshold`
standard deviations its pull stays constant, so that one wrong figure does not drag the others.

This module knows arrays of evidence; `sources` builds them from the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cvxpy as cp
import numpy as np

from cepasim.calibrate.benchmark.flow_evidence import (
    YEARS,
    Floats,
    FlowBalance,
    FlowEvidence,
    statement_weights,
)
from cepasim.calibrate.benchmark.precision import cell_log_sd, curvature
from cepasim.calibrate.benchmark.solver import solve
from cepasim.core.problems import InputError, Problem


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
    # The second pass is centred on the first: the result does not depend on the first guess.
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
    constraints = [
        (floor.coefficients[live] * unit / floor.value) @ cells >= 1.0
        for floor in evidence.sum_floors
    ]
    constraints += [cells >= np.where(known, 0.0, evidence.floors[live] / unit)]
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
    for floor in evidence.sum_floors:
        most = float((floor.coefficients.max(axis=1) * evidence.totals).sum())
        if floor.value > most:
            problems.append(
                Problem(
                    "evidence",
                    None,
                    f"{floor.source}: chapter {floor.name}",
                    floor.value,
                    f"the totals leave {most:.2f} at most",
                )
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
    floors = evidence.floors.copy()
    exact = _with_totals(value, floors, evidence)
    for floor in evidence.sum_floors:
        fitted = float((floor.coefficients * exact).sum())
        if fitted < floor.value:
            held = floor.coefficients > 0
            floors[held] = exact[held] * (floor.value / fitted)
            exact = _with_totals(exact, floors, evidence)
    return exact


def _with_totals(value: Floats, floors: Floats, evidence: FlowEvidence) -> Floats:
    """Known cells, floors of cells and totals exactly; what is above the floors in scale."""
    exact = value.copy()
    for year, total in enumerate(evidence.totals):
        known = np.isfinite(evidence.equal[year])
        exact[year, known] = evidence.equal[year, known]
        floor = np.where(known, 0.0, floors[year])
        over = np.where(known, 0.0, np.maximum(exact[year] - floor, 0.0))
        room = total - exact[year, known].sum() - floor.sum()
        if over.sum() > 0:
            exact[year] = np.where(known, exact[year], floor + over * (room / over.sum()))
    return exact


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
