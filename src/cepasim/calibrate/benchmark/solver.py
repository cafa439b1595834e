"""One way to call the solver, so that every balance fails in the same words."""

from __future__ import annotations

import warnings
from typing import Any

import cvxpy as cp

from cepasim.core.problems import RunError

_PRECISE = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
_ATTEMPTS: tuple[tuple[float, dict[str, Any]], ...] = (
    (1.0, _PRECISE),
    (1.0, {**_PRECISE, "max_step_fraction": 0.9}),
    (100.0, _PRECISE),
    (100.0, {**_PRECISE, "max_step_fraction": 0.9}),
    (1e-4, _PRECISE),
    (1.0, {}),
    (100.0, {}),
    (1e-4, {"equilibrate_enable": False}),
)
"""A weak cell has a flat objective: at Clarabel's own tolerance (1e-8) it moves in the fourth
digit with the last bit of the input, at 1e-10 in the sixth. Exponential cones do not always get
there; then the objective is taken in other units, and last the usual tolerance."""


def solve(problem: cp.Problem) -> str:
    """Solve a scaled convex problem with Clarabel; returns the status.

    Parameters
    ----------
    problem : cvxpy.Problem
        Scaled so that unknowns are about one: exponential cones fail on raw dollars.

    Raises
    ------
    RunError
        If Clarabel reports no optimum at its usual tolerance, or the problem is infeasible.
    """
    status = "not run"
    for factor, options in _ATTEMPTS:
        scaled = cp.Problem(cp.Minimize(factor * problem.objective.expr), problem.constraints)
        try:
            with warnings.catch_warnings():
                # An inaccurate optimum is not accepted below; the warning would only repeat that.
                warnings.filterwarnings("ignore", message="Solution may be inaccurate")
                scaled.solve(solver=cp.CLARABEL, warm_start=False, **options)
        except cp.SolverError as error:
            status = str(error).splitlines()[0]
            continue
        status = str(scaled.status)
        if status == cp.OPTIMAL:
            return status
        if status in (cp.INFEASIBLE, cp.UNBOUNDED):
            break
    raise RunError(f"Clarabel found no optimum: {status}")
