"""Dividing a budget where each part has falling returns: a linear programme on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import cvxpy as cp
import numpy as np

from cepasim.core.arrays import Bools, Floats
from cepasim.core.language import tr
from cepasim.core.problems import RunError

#: Smallest part of the budget that a split is given in.
GRAIN = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Least and most of the budget that groups of places may get.

    Attributes
    ----------
    member : ndarray of bool, shape (G, N)
        Which places each group has.
    least, most : ndarray, shape (G,)
        Parts of the budget.
    """

    member: Bools
    least: Floats
    most: Floats

    def met(self, shares: Floats) -> bool:
        """Whether a split keeps to them."""
        got = self.member @ shares
        return bool((got >= self.least - 1e-9).all() and (got <= self.most + 1e-9).all())


def best_split(grid: Floats, responses: Floats, bounds: Bounds) -> Floats | None:
    """Shares of a budget that make the sum of responses largest.

    Parameters
    ----------
    grid : ndarray, shape (K,)
        Parts of the budget from 0 to 1, ascending.
    responses : ndarray, shape (N, K)
        What each place does with that part; 0 at 0. Its least concave majorant is taken.
    bounds : Bounds

    Returns
    -------
    ndarray, shape (N,), or None
        Sums to 1; None where no split keeps to the bounds.
    """
    widths = np.diff(grid)
    slopes = np.diff(concave(grid, responses), axis=1) / widths
    part = cp.Variable(slopes.shape, nonneg=True)
    shares = cp.sum(part, axis=1)
    rules = [part <= np.broadcast_to(widths, slopes.shape), cp.sum(shares) == 1]
    if len(bounds.least):
        got = bounds.member.astype(float) @ shares
        rules += [got >= bounds.least, got <= bounds.most]
    scale = float(np.abs(slopes).max()) or 1.0
    problem = cp.Problem(cp.Maximize(cp.sum(cp.multiply(slopes / scale, part))), rules)
    problem.solve(solver=cp.HIGHS)
    if problem.status == cp.INFEASIBLE:
        return None
    if problem.status != cp.OPTIMAL:
        raise RunError(tr("HiGHS found no split of the budget: {status}", status=problem.status))
    return np.asarray(shares.value)


def concave(grid: Floats, values: Floats) -> Floats:
    """Least concave function above values on a grid, row by row, shape (N, K)."""
    found = np.array(values)
    for row in found:
        hull: list[int] = []
        for point in range(len(grid)):
            while len(hull) > 1:
                first, middle = hull[-2:]
                chord = (row[point] - row[first]) / (grid[point] - grid[first])
                if row[middle] - row[first] > chord * (grid[middle] - grid[first]):
                    break
                hull.pop()
            hull.append(point)
        row[:] = np.interp(grid, grid[hull], row[hull])
    return found


def rounded(shares: Floats, bounds: Bounds) -> Floats:
    """Round a split to whole grains, largest remainders first; as it is where bounds forbid it."""
    grains = shares / GRAIN
    whole = np.floor(grains + 1e-6)
    missing = round(1 / GRAIN - whole.sum())
    whole[np.argsort(whole - grains, kind="stable")[:missing]] += 1
    even = whole * GRAIN
    even = even / even.sum()
    return np.asarray(even if bounds.met(even) else shares / shares.sum())
