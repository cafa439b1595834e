"""How well each chapter of a flow is known: the curvature of the balance at its solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cepasim.calibrate.benchmark.flow_evidence import Floats, FlowBalance, statement_weights


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
