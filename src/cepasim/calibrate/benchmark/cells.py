"""Balance the cells of a table: closest to a prior, in agreement with what is known of its sums.

Cells enter as ratios to their prior and statements as shares of their own size, so the solution
does not depend on the currency unit and an exponential-cone solver sees numbers near one. The
method is the cross-entropy balance with measurement error of Robinson, Cattaneo and El-Said
(2001, Economic Systems Research 13), with a weight for each cell and each statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from cepasim.calibrate.benchmark.solver import solve

Array = NDArray[np.float64]

# A hard statement is the limit of a soft one; its stand-in where a range is computed.
_HARD = 1e-5
_NEWTON_STEPS = 20
_LARGEST_LOG = 50.0
_NEWTON_DONE = 1e-12


@dataclass(frozen=True, eq=False)
class Statement:
    """One thing known about a sum of cells.

    Attributes
    ----------
    name, kind : str
        What it is, for the report; `kind` groups similar statements.
    weights : ndarray, shape (n,)
        Coefficient of each cell.
    target : float
        What ``weights @ cells + fixed`` should be, in the unit of the cells.
    sd : float
        One standard deviation relative to `scale`; 0 makes the statement hard.
    scale : float
        Size the gap is measured against, > 0, in the unit of the cells.
    sense : {"==", "<=", ">="}
        An inequality costs nothing on its own side; it is never hard.
    fixed : float
        What cells that are not free add to the sum.
    share : float or None
        The share a source states where the statement is about a share of the sum `scale`;
        the report then speaks of shares.
    unit, grade, source : str
        For the report.
    """

    name: str
    kind: str
    weights: Array
    target: float
    sd: float
    scale: float
    sense: str = "=="
    fixed: float = 0.0
    share: float | None = None
    unit: str = "US$ mn"
    grade: str = "D"
    source: str = ""


@dataclass(frozen=True, eq=False)
class Balanced:
    """Outcome of `balance_cells`.

    Attributes
    ----------
    value : ndarray, shape (n,)
        The balanced cells, in the unit of the prior; 0 where the prior is 0.
    log_sd : ndarray, shape (n,)
        Standard deviation of the logarithm of each cell (Laplace approximation).
    """

    value: Array
    log_sd: Array


def balance_cells(prior: Array, log_sd: Array, statements: Sequence[Statement]) -> Balanced:
    r"""Cells closest to a prior that agree with statements about their sums.

    With :math:`x_i = q_i r_i`, minimise

    .. math::

        \sum_i \frac{r_i \ln r_i - r_i + 1}{\sigma_i^2}
        + \frac12 \sum_k \left(\frac{a_k \cdot x + f_k - b_k}{s_k\, m_k}\right)^2

    over :math:`r \ge 0`, where :math:`\sigma_i` is the log standard deviation of the prior and
    :math:`s_k` that of a statement relative to its scale :math:`m_k`. Hard statements
    (:math:`s_k = 0`) are constraints, inequalities cost on one side only. Near the prior the
    first term is the log-normal likelihood, so ranges follow from the curvature at the optimum.

    Parameters
    ----------
    prior : ndarray, shape (n,)
        Prior cells, >= 0; a zero stays zero.
    log_sd : ndarray, shape (n,)
        Standard deviation of the log of each prior cell, > 0.
    statements : sequence of Statement
        What is known; their weights have shape (n,).

    Returns
    -------
    Balanced

    Raises
    ------
    ValueError
        If a prior is negative or not finite, a standard deviation is not positive, a statement
        has weights of another length or no positive scale.
    RunError
        If the hard statements contradict each other or the solver fails.
    """
    _check(prior, log_sd, statements)
    free = np.flatnonzero(prior > 0)
    q, sd = prior[free], log_sd[free]
    dense = [s.weights[free] * q / s.scale for s in statements]
    rows = csr_matrix(np.array(dense, dtype=float).reshape(len(statements), free.size))
    right = np.array([(s.target - s.fixed) / s.scale for s in statements])
    spread = np.array([s.sd for s in statements])
    sense = np.array([s.sense for s in statements], dtype=str)

    ratio = _closest_ratio(sd, rows, right, spread, sense)
    gap = rows @ ratio - right
    pulls = (sense == "==") | ((sense == "<=") & (gap > 0)) | ((sense == ">=") & (gap < 0))
    active = np.flatnonzero(pulls)
    ratio = _polished(ratio, sd, rows[active], right[active], spread[active])
    value, deviation = np.zeros_like(prior), np.zeros_like(prior)
    value[free] = ratio * q
    deviation[free] = _laplace(ratio, sd, rows[active], spread[active])
    return Balanced(value, deviation)


def _check(prior: Array, log_sd: Array, statements: Sequence[Statement]) -> None:
    if not np.all(np.isfinite(prior)) or np.any(prior < 0):
        raise ValueError("prior: cells must be finite and not negative")
    if not np.all(log_sd > 0):
        raise ValueError("log_sd: must be positive everywhere")
    for s in statements:
        if s.weights.shape != prior.shape or not s.scale > 0 or s.sd < 0:
            raise ValueError(f"statement {s.name!r}: weights of the prior's shape, scale > 0")


def _closest_ratio(
    sd: Array, rows: csr_matrix, right: Array, spread: Array, sense: NDArray[np.str_]
) -> Array:
    """Solve the programme of `balance_cells` for the ratios to the prior."""
    r = cp.Variable(sd.size, nonneg=True)
    terms = [cp.sum(cp.multiply(1 / sd**2, cp.kl_div(r, np.ones(sd.size))))]
    for kind, side in (("==", 0.0), ("<=", 1.0), (">=", -1.0)):
        soft = np.flatnonzero((sense == kind) & (spread > 0))
        if soft.size:
            gap = cp.multiply(1 / spread[soft], rows[soft] @ r - right[soft])
            terms.append(0.5 * cp.sum_squares(cp.pos(side * gap) if side else gap))
    hard = np.flatnonzero((sense == "==") & (spread == 0))
    constraints = [rows[hard] @ r == right[hard]] if hard.size else []
    problem = cp.Problem(cp.Minimize(cp.sum(cp.hstack(terms))), constraints)
    solve(problem)
    found: Array = np.asarray(r.value, dtype=float)
    return np.maximum(found, 0.0)


def _polished(ratio: Array, sd: Array, rows: csr_matrix, right: Array, spread: Array) -> Array:
    """Ratios from the solver brought to the first-order conditions, digit by digit.

    An interior-point method stops when the objective is right to eight digits, and the cells
    then to four. At the optimum ln r = -sd^2 A'l with A r - b = s^2 l (s = 0 if hard), for the
    statements that pull: Newton on l, of which there are few.
    """
    matrix = rows.toarray()
    steep = matrix * sd**2
    multiplier = np.linalg.lstsq(steep.T, -np.log(np.maximum(ratio, 1e-12)), rcond=None)[0]
    for _ in range(_NEWTON_STEPS):
        near = np.exp(np.clip(-(steep.T @ multiplier), -_LARGEST_LOG, _LARGEST_LOG))
        gap = matrix @ near - right - spread**2 * multiplier
        slope = (steep * near) @ matrix.T + np.diag(spread**2)
        step = np.linalg.lstsq(slope, gap, rcond=None)[0]
        multiplier = multiplier + step
        if not np.isfinite(multiplier).all():
            break
        if np.abs(steep.T @ step).max(initial=0.0) < _NEWTON_DONE:
            return np.asarray(np.exp(-(steep.T @ multiplier)), dtype=float)
    return ratio


def _laplace(ratio: Array, sd: Array, rows: csr_matrix, spread: Array) -> Array:
    """Log standard deviation of each cell from the curvature at the optimum.

    The Hessian is diagonal plus one rank-one term for each statement that pulls; the diagonal of
    its inverse follows from the Woodbury identity with a matrix as large as their number.
    """
    r = np.maximum(ratio, 1e-12)
    variance = sd**2 * r  # inverse of the prior's curvature 1 / (sd^2 r)
    scaled = rows.toarray() / np.maximum(spread, _HARD)[:, None]
    carried = scaled * variance
    inner = np.eye(len(scaled)) + carried @ scaled.T
    left = variance - np.einsum("ki,ki->i", carried, np.linalg.solve(inner, carried))
    return np.asarray(np.sqrt(np.maximum(left, 0.0)) / r, dtype=float)
