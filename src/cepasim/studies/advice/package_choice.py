"""How often the same package is best: the search repeated under the model's own alternatives.

Each alternative of ``params/uncertainty/model_choice`` by itself, then draws of all parameters
and alternatives together. In each world every candidate is measured again, the search is repeated
with the same constraints, and the package of the central search is run as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY
from cepasim.core.language import now, paragraph, separated, tr
from cepasim.core.numbers import money, range_mn
from cepasim.engines.every import engine_named
from cepasim.levers.sourcing import SourcingLever
from cepasim.studies.advice.again import CENTRAL_ROW, economy_under, searched_again
from cepasim.studies.advice.candidates import Candidate
from cepasim.studies.advice.package_effects import QUANTITIES, Runner, measured
from cepasim.studies.advice.programme import NoPackageError, Programme
from cepasim.studies.advice.searched import Searched
from cepasim.studies.advice.settle import settled
from cepasim.studies.advice.terms import read_terms
from cepasim.studies.model_choice import Combination, Worlds
from cepasim.studies.open_choices import CHOICES


class Found(NamedTuple):
    """What the search came to in one world.

    Attributes
    ----------
    chosen : ndarray, shape (n,)
        1 for each candidate of the package that is best there; NaN where the engine cannot express
        a candidate, or where no package keeps to the constraints.
    best, package : ndarray, shape (6,)
        Quantities of that package, and of the central search's.
    holds : bool
        Whether the package of the central search keeps to the constraints.
    """

    chosen: Floats
    best: Floats
    package: Floats
    holds: bool


@dataclass(frozen=True, eq=False)
class Asked:
    """A search, ready to be repeated in another world."""

    worlds: Worlds
    candidates: tuple[Candidate, ...]
    chosen: Floats
    conflicts: Ints
    year: str
    objective: str
    measure: str
    constraints: Mapping[str, Any]

    @classmethod
    def of(cls, package: Searched) -> Asked:
        """Take up the search behind a package."""
        terms = package.terms
        return cls(
            worlds=Worlds.of(package.runner.economy, package.scenario),
            candidates=tuple(package.programme.candidates),
            chosen=package.answer.chosen,
            conflicts=package.programme.measured.conflicts,
            year=package.year,
            objective=terms.objective,
            measure=terms.measure,
            constraints=dict(terms.given),
        )

    def under(self, combination: Combination, scores: Floats | None) -> Found:
        """Search again under some alternatives, and under one draw of the parameters."""
        study = self.worlds.under(combination)
        economy = economy_under(self.worlds, combination, scores)
        engine = engine_named(study.engine)
        able = [n for n, one in enumerate(self.candidates) if engine.cannot_move(one.lever) is None]
        mode = combination[list(CHOICES).index("sourcing")]
        candidates = [_sourced(self.candidates[one], mode) for one in able]
        variant = study.scenario.variant
        runner = Runner(
            economy, self.year, "again", variant=variant, engine=engine.name, check=False
        )
        apart = _renumbered(self.conflicts, able)
        programme = Programme(candidates, measured(runner, candidates, "", apart))
        terms = read_terms(economy, candidates, self.objective, self.measure, self.constraints)
        mine = self.chosen[able]
        model = runner.total([one for one, taken in zip(candidates, mine, strict=True) if taken])
        holds = programme.feasible(mine, terms, model)
        chosen = np.full(len(self.candidates), np.nan)
        try:
            answer = settled(runner, programme, terms, programme.best)
        except NoPackageError:
            return Found(chosen, np.full(len(QUANTITIES), np.nan), model, holds)
        best = answer.chosen, answer.model
        if holds and float(terms.weights @ model) >= float(terms.weights @ answer.model):
            # As good as what was found: the same answer, not another one.
            best = mine, model
        chosen[able] = best[0]
        return Found(chosen, best[1], model, holds)


def _renumbered(pairs: Ints, kept: Sequence[int]) -> Ints:
    """Pairs of places among those that are kept."""
    places = {one: place for place, one in enumerate(kept)}
    found = [(places[a], places[b]) for a, b in pairs.tolist() if a in places and b in places]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _sourced(one: Candidate, mode: str) -> Candidate:
    if not isinstance(one.lever, SourcingLever):
        return one
    lever = one.lever.model_copy(update={"mode": mode})
    return Candidate(one.name, one.entry, lever, one.atoms, one.sections)


@dataclass(frozen=True, eq=False)
class PackageChoice:
    """How often a package, and each measure of it, is chosen in other worlds.

    Attributes
    ----------
    alternatives : DataFrame
        A row for the central search and one for each alternative of the model by itself:
        ``choice``, ``label``, ``weight`` (its share of the draws), ``same`` (whether the same
        package is best), ``in_common_percent`` (measures of the package that are chosen),
        ``package_usd_mn`` and ``best_usd_mn`` (objective of this package and of the best one
        there), ``given_up_percent``, ``holds`` (whether it keeps to the constraints).
    draws : DataFrame
        The same for each draw of all parameters and alternatives.
    measures : DataFrame
        A row for each measure that is chosen anywhere: ``in_package``, how often it is chosen
        (``alternatives_percent``, ``draws_percent``) and how often the same concession at another
        depth (``other_depth_percent``).
    ranges : DataFrame
        By quantity what the package does: central, least and most over the alternatives, and the
        5th, 50th and 95th percentile of the draws.
    notes : tuple of str
        What was left out, and why.
    """

    alternatives: pd.DataFrame
    draws: pd.DataFrame
    measures: pd.DataFrame
    ranges: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, by the name of its file."""
        names = ("alternatives", "draws", "measures", "ranges")
        return {f"model_choice_{name}": getattr(self, name) for name in names}

    @property
    def text(self) -> str:
        """In two or three sentences."""
        known = self.alternatives.dropna(subset=["package_usd_mn"])
        other = known[known["choice"] != CENTRAL_ROW]
        objective = self.ranges.iloc[0]
        sentences = [
            tr(
                "Searched again under each of {n} alternatives of the model, the same package is "
                "best in {same}; on average {common} % of its measures are chosen.",
                n=len(other),
                same=int(other["same"].sum()),
                common=f"{other['in_common_percent'].mean():.0f}",
            ),
            tr(
                "Run under these alternatives, it gives {range} (central {central}).",
                range=range_mn(objective["least"], objective["most"]),
                central=money(objective["central"], signed=True),
            ),
        ]
        drawn = self.draws.dropna(subset=["package_usd_mn"])
        if len(drawn):
            sentences += [
                tr(
                    "In {n} draws of all parameters and alternatives it is the best one in "
                    "{best} %, {common} % of its measures are chosen, and its 90 % range is "
                    "{range}.",
                    n=len(drawn),
                    best=f"{100 * drawn['same'].mean():.0f}",
                    common=f"{drawn['in_common_percent'].mean():.0f}",
                    range=range_mn(objective["p5"], objective["p95"]),
                ),
                tr(
                    "In the median draw it falls {lost} % short of the best package of that "
                    "draw; it keeps to the constraints in {held} % of them.",
                    lost=f"{drawn['given_up_percent'].median():.0f}",
                    held=f"{100 * drawn['holds'].mean():.0f}",
                ),
            ]
        broken = other[~other["holds"].astype(bool)]
        if len(broken):
            names = separated(
                tr("{choice}: {label}", choice=now(row["choice"]), label=now(row["label"]))
                for row in broken.to_dict("records")
            )
            sentences.append(tr("It breaks a constraint under {names}.", names=names))
        moved = self.measures[self.measures["in_package"]]
        weak = moved[moved["alternatives_percent"] < 50]
        if len(weak):
            names = "; ".join(now(one) for one in weak["measure"])
            sentences.append(
                tr("Chosen under fewer than half of the alternatives: {measures}.", measures=names)
            )
        return paragraph(sentences)


def package_choice(
    package: Searched, draws: int = 0, seed: int = 1, executor: Executor | None = None
) -> PackageChoice:
    """Repeat the search behind a package in other worlds.

    Parameters
    ----------
    package : Searched
    draws : int, optional
        Of all parameters and the model's alternatives together, beside each alternative alone.
    seed : int, optional
    executor : Executor, optional
    """
    again = searched_again(Asked.of(package), draws, seed, executor)
    return PackageChoice(
        alternatives=again.alone.join(_rows(package, again.first)),
        draws=again.drawn.join(_rows(package, again.second), how="outer"),
        measures=_measures(package, again.first[1:], again.second),
        ranges=_ranges(package, again.first, again.second),
        notes=again.notes,
    )


def _rows(package: Searched, found: Sequence[Found | None]) -> pd.DataFrame:
    """What the package and the best one do in each world."""
    weights, mine = package.terms.weights, package.answer.chosen > 0.5
    rows = []
    for one in found:
        if one is None:
            rows.append((False, np.nan, np.nan, np.nan, np.nan, False))
            continue
        taken = np.nan_to_num(one.chosen) > 0.5
        same = bool((taken == mine).all())
        common = 100 * float(taken[mine].mean()) if mine.any() else 100.0 * same
        value, best = float(weights @ one.package), float(weights @ one.best)
        lost = 100 * (1 - value / best) if one.holds and best > 0 else np.nan
        rows.append((same, common, value, best, lost, one.holds))
    columns = ["same", "in_common_percent", "package_usd_mn", "best_usd_mn", "given_up_percent"]
    return pd.DataFrame(rows, columns=[*columns, "holds"])


def _measures(
    package: Searched, alone: Sequence[Found | None], drawn: Sequence[Found | None]
) -> pd.DataFrame:
    """How often each measure is chosen, itself or at another depth."""
    candidates, count = package.programme.candidates, len(package.programme.candidates)
    instead = np.zeros((count, count))
    for one, other in package.programme.measured.conflicts.tolist():
        instead[one, other] = instead[other, one] = 1.0

    def shares(found: Sequence[Found | None]) -> tuple[Floats, Floats]:
        there = [one.chosen for one in found if one is not None and np.isfinite(one.chosen).any()]
        if not there:
            return np.full(count, np.nan), np.full(count, np.nan)
        taken = np.stack(there)
        # An engine that cannot express a measure says nothing about it.
        known = np.maximum(np.isfinite(taken).sum(axis=0), 1)
        taken = np.nan_to_num(taken)
        others = np.minimum(taken @ instead, 1.0)
        return 100 * taken.sum(axis=0) / known, 100 * others.sum(axis=0) / known

    by_choice, other_choice = shares(alone)
    by_draw, _ = shares(drawn)
    frame = pd.DataFrame(
        {
            "measure": pd.Series([one.name for one in candidates], dtype=object),
            "given_by": [COUNTRY[one.giver] for one in candidates],
            "in_package": package.answer.chosen > 0.5,
            "alternatives_percent": by_choice,
            "other_depth_percent": other_choice,
            "draws_percent": by_draw,
        }
    )
    frame = frame[frame["in_package"] | (by_choice > 0) | (np.nan_to_num(by_draw) > 0)]
    order = ["in_package", "alternatives_percent", "draws_percent"]
    return frame.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def _ranges(
    package: Searched, alone: Sequence[Found | None], drawn: Sequence[Found | None]
) -> pd.DataFrame:
    """What the package does by quantity, the objective first."""
    rows = np.vstack([package.terms.weights, np.eye(len(QUANTITIES))])
    central = rows @ package.answer.model

    def values(found: Sequence[Found | None]) -> Floats:
        there = [rows @ one.package for one in found if one is not None]
        return np.array(there).reshape(-1, len(rows))

    first, second = values(alone), values(drawn)
    empty = np.full((3, len(rows)), np.nan)
    low, middle, high = np.percentile(second, (5, 50, 95), axis=0) if len(second) else empty
    return pd.DataFrame(
        {
            "quantity": [package.terms.objective, *QUANTITIES],
            "central": central,
            "least": first.min(axis=0),
            "most": first.max(axis=0),
            "p5": low,
            "p50": middle,
            "p95": high,
        }
    )
