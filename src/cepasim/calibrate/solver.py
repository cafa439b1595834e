"""One way to call the solver, so that every balance fails in the same words."""

from __future__ import annotations

import warnings
from typing import Any

import cvxpy as cp

from cepasim.problems import RunError

_ATTEMPTS: tuple[dict[str, Any], ...] = (
    {},
    {"equilibrate_enable": False},
    {"max_step_fraction": 0.9},
)
"""Clarabel's own settings first; exponential cones sometimes need a more careful path."""


def solve(problem: cp.Problem) -> str:
    """Solve a scaled convex problem with Clarabel; returns the status.

    Parameters
    ----------
    problem : cvxpy.Problem
        Scaled so that unknowns are about one: exponential cones fail on raw dollars.

    Raises
    ------
    RunError
        If Clarabel reports no optimum at its own tolerance, or the problem is infeasible.
    """
    status = "not run"
    for options in _ATTEMPTS:
        try:
            with warnings.catch_warnings():
                # An inaccurate optimum is not accepted below; the warning would only repeat that.
                warnings.filterwarnings("ignore", message="Solution may be inaccurate")
                problem.solve(solver=cp.CLARABEL, warm_start=False, **options)
        except cp.SolverError as error:
            status = str(error).splitlines()[0]
            continue
        status = str(problem.status)
        if status == cp.OPTIMAL:
            return status
        if status in (cp.INFEASIBLE, cp.UNBOUNDED):
            break
    raise RunError(f"Clarabel found no optimum: {status}")
