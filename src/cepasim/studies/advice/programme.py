"""The mixed-integer programme behind a package, and the bargain between two sides.

Effects are those of each candidate, of each two that meet in a market, and corrections that make
packages already run exact: what was run is predicted as the model has it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cvxpy as cp
import numpy as np

from cepasim.core.arrays import Bools, Floats
from cepasim.core.language import tr
from cepasim.core.problems import RunError
from cepasim.studies.advice.candidates import Candidate
from cepasim.studies.advice.package_effects import Measured
from cepasim.studies.advice.terms import Terms

#: Seconds, and relative distance from the best bound, at which the search stops.
_SECONDS, _CLOSE = 20.0, 1e-6
#: Rounds of flips of single candidates after the bargain is rounded.
_ROUNDS = 200


class NoPackageError(RunError):
    """No package of these candidates keeps to the constraints."""


@dataclass(eq=False)
class Programme:
    """Candidates, what they do, and what is known of whole packages.

    Attributes
    ----------
    candidates : sequence of Candidate
    measured : Measured
    corrections : list of pairs
        A package (places of candidates) and what the model has beyond the sum of its parts.
    """

    candidates: Sequence[Candidate]
    measured: Measured
    corrections: list[tuple[frozenset[int], Floats]] = field(default_factory=list)

    # -- what is predicted -----------------------------------------------------------------------

    def predicted(self, chosen: Floats) -> Floats:
        """Quantities of a package by the programme, shape (6,)."""
        measured = self.measured
        both = chosen[measured.pairs].prod(axis=1)
        total = chosen @ measured.solo + both @ measured.beside
        inside = set(np.flatnonzero(chosen > 0.5).tolist())
        for package, extra in self.corrections:
            if package <= inside:
                total = total + extra
        return np.asarray(total)

    def learn(self, chosen: Floats, model: Floats) -> None:
        """Make the programme exact at a package that was run."""
        package = frozenset(np.flatnonzero(chosen > 0.5).tolist())
        self.corrections.append((package, model - self.predicted(chosen)))

    def feasible(self, chosen: Floats, terms: Terms, quantities: Floats | None = None) -> bool:
        """Whether a package keeps to all terms, by the programme or by given quantities."""
        found = self.predicted(chosen) if quantities is None else quantities
        pairs = self.measured.conflicts
        if pairs.size and (chosen[pairs].sum(axis=1) > 1.5).any():
            return False
        if terms.most_sections is not None and self._sections(chosen) > terms.most_sections:
            return False
        return all(row.held(found, chosen) for row in terms.rows)

    def _sections(self, chosen: Floats) -> int:
        places = np.flatnonzero(chosen > 0.5).tolist()
        return len(frozenset().union(*(self.candidates[one].sections for one in places)))

    # -- the best package ------------------------------------------------------------------------

    def best(self, terms: Terms) -> Floats:
        """Find the package that is best under the terms, as 0 and 1 by candidate.

        Raises
        ------
        NoPackageError
            Where none keeps to them.
        """
        x = cp.Variable(len(self.candidates), boolean=True)
        total, constraints = self._model(x, terms)
        scale = max(1e-9, float(np.abs(self.measured.solo @ terms.weights).max()))
        # Of packages that are equally good the smaller one.
        aim = (terms.weights / scale) @ total - 1e-7 * cp.sum(x)
        problem = cp.Problem(cp.Maximize(aim), constraints)
        options: dict[str, Any] = {"time_limit": _SECONDS, "mip_rel_gap": _CLOSE}
        _solved(problem, cp.HIGHS, options)
        if x.value is None:
            raise NoPackageError(tr("no package of these candidates keeps to all constraints"))
        return np.asarray(np.round(x.value))

    def _model(self, x: cp.Variable, terms: Terms) -> tuple[Any, list[Any]]:
        """Quantities as expressions, and the constraints."""
        measured = self.measured
        total = measured.solo.T @ x
        constraints: list[Any] = [x >= 0, x <= 1]
        if len(measured.pairs):
            one, other = measured.pairs.T
            both = cp.Variable(len(measured.pairs))
            constraints += [both <= x[one], both <= x[other], both >= x[one] + x[other] - 1]
            constraints.append(both >= 0)
            total = total + measured.beside.T @ both
        for package, extra in self.corrections:
            inside = sorted(package)
            if inside:
                whole = cp.Variable()
                constraints += [whole <= x[inside], whole >= 0]
                constraints.append(whole >= cp.sum(x[inside]) - (len(inside) - 1))
                total = total + extra * whole
        if len(measured.conflicts):
            member = np.zeros((len(self._cliques), len(self.candidates)))
            for place, group in enumerate(self._cliques):
                member[place, group] = 1.0
            constraints.append(member @ x <= 1)
        for row in terms.rows:
            if row.counts is None:
                size = max(1e-9, float(np.abs(self.measured.solo @ row.weights).max()))
                constraints.append((row.weights / size) @ total >= row.least / size)
            else:
                constraints.append(row.counts @ x >= row.least)
        if terms.most_sections is not None:
            sections = sorted(frozenset().union(*(one.sections for one in self.candidates)))
            touched = cp.Variable(len(sections), boolean=True)
            for place, section in enumerate(sections):
                of = [n for n, one in enumerate(self.candidates) if section in one.sections]
                constraints.append(x[of] <= touched[place])
            constraints.append(cp.sum(touched) <= terms.most_sections)
        return total, constraints

    @cached_property
    def _cliques(self) -> list[list[int]]:
        """Groups of which one member at most is taken: tighter than pair by pair."""
        apart: Bools = np.zeros((len(self.candidates), len(self.candidates)), dtype=np.bool_)
        one, other = self.measured.conflicts.T
        apart[one, other] = apart[other, one] = True
        covered, groups = np.zeros_like(apart), []
        for first, second in self.measured.conflicts.tolist():
            if covered[first, second]:
                continue
            group = [first, second]
            for third in range(len(self.candidates)):
                if third not in group and apart[third, group].all():
                    group.append(third)
            covered[np.ix_(group, group)] = True
            groups.append(group)
        return groups

    # -- the bargain -----------------------------------------------------------------------------

    def bargain(self, terms: Terms) -> Floats:
        """Package near the Nash point: the largest product of both sides' gains.

        Depths between 0 and the candidate's own are weighed first (a mean of the alternatives of
        one concession is a depth between them), then rounded to candidates and improved by single
        changes.

        Raises
        ------
        NoPackageError
            Where no package gives both sides a gain.
        """
        gains = np.stack(list(terms.gains.values()))
        # In units of the most each side could get: the same point whatever the dollars are.
        best = [float(g @ self.predicted(self.best(terms.aiming_at(g)))) for g in gains]
        if min(best) <= 1e-9:
            raise NoPackageError(tr("no package gives both sides a gain"))
        x = cp.Variable(len(self.candidates))
        total, constraints = self._model(x, terms)
        units = gains / np.array(best)[:, None]
        start = None
        if terms.most_sections is None:
            start = _largest_product(x, units @ total, constraints)
        if start is None:
            start = self.best(terms.aiming_at(units.sum(axis=0)))
        return self._rounded(np.asarray(start), terms, gains)

    def _rounded(self, depths: Floats, terms: Terms, gains: Floats) -> Floats:
        """Package of whole candidates near some depths, improved by single changes."""
        chosen = np.round(depths)
        if len(self.measured.conflicts):
            chosen = np.zeros_like(depths)
            grouped = {one for group in self._cliques for one in group}
            for group in self._cliques:
                if depths[group].sum() >= 0.5 and not chosen[group].any():
                    chosen[group[int(depths[group].argmax())]] = 1.0
            lone = [one for one in range(len(depths)) if one not in grouped]
            chosen[lone] = np.round(depths[lone])

        def worth(package: Floats) -> float:
            if not self.feasible(package, terms):
                return -np.inf
            found = gains @ self.predicted(package)
            return float(np.log(found).sum()) if (found > 0).all() else -np.inf

        starts = [chosen, self.best(terms.aiming_at(gains.sum(axis=0)))]
        starts += [self.best(terms.aiming_at(one)) for one in gains]
        chosen = max(starts, key=worth)
        value = worth(chosen)
        for _ in range(_ROUNDS):
            better = None
            for package in self._neighbours(chosen):
                found = worth(package)
                if found > value + 1e-12:
                    better, value = package, found
            if better is None:
                break
            chosen = better
        if value == -np.inf:
            raise NoPackageError(tr("no package gives both sides a gain under the constraints"))
        return chosen

    def _neighbours(self, chosen: Floats) -> list[Floats]:
        """Packages with one candidate more or less, or one in place of those it excludes."""
        found = []
        for place in range(len(chosen)):
            package = self.with_one(chosen, place)
            if chosen[place]:
                package[place] = 0.0
            found.append(package)
        return found

    def with_one(self, chosen: Floats, place: int) -> Floats:
        """Return a package with one more candidate, without those that it excludes."""
        package, pairs = chosen.copy(), self.measured.conflicts
        package[place] = 1.0
        package[pairs[pairs[:, 0] == place, 1]] = 0.0
        package[pairs[pairs[:, 1] == place, 0]] = 0.0
        return package


def _largest_product(x: cp.Variable, worth: Any, constraints: list[Any]) -> Floats | None:
    """Depths at which the product of what is worth is largest; None where no solver gets there.

    By logs (an exponential cone), or, where rounding stops that, by the geometric mean, which is
    largest at the same depths.
    """
    for aim in (cp.sum(cp.log(worth)), cp.geo_mean(worth)):
        try:
            _solved(cp.Problem(cp.Maximize(aim), constraints), cp.CLARABEL, {})
        except NoPackageError:
            raise
        except RunError:
            continue
        if x.value is not None:
            return np.asarray(x.value)
    return None


def _solved(problem: cp.Problem, solver: str, options: dict[str, Any]) -> None:
    """Solve, or say that there is no solution."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem.solve(solver=solver, **options)
    except cp.SolverError as error:
        why = str(error).splitlines()[0]
        raise RunError(tr("the programme has no answer: {why}", why=why)) from error
    if problem.status in ("infeasible", "infeasible_or_unbounded"):
        raise NoPackageError(tr("no package of these candidates keeps to all constraints"))
