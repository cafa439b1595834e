"""What each candidate does by itself, and what two of them do in the same market.

Markets of a chapter do not touch each other, so candidates on different chapters are run side by
side in one scenario and told apart by their chapters: a few dozen runs for hundreds of candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cepasim.core.arrays import Bools, Floats, Ints
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.core.language import deferred, mark
from cepasim.economy.economy import Economy
from cepasim.economy.variants import CENTRAL
from cepasim.engines.every import ENGINES
from cepasim.products.levels import chapter_of
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies.advice.candidates import Candidate
from cepasim.studies.chunks import progress

#: Changes against the reference in one year, US$ million of 2023-24, in this order.
QUANTITIES = (
    "exports",
    "imports",
    "duty_japan",
    "duty_india",
    "welfare_japan",
    "welfare_india",
)
#: Effects of two candidates together that are smaller than this, US$ million, are left out.
_SMALL = 1e-6


@dataclass(frozen=True, eq=False)
class Measured:
    """What candidates do.

    Attributes
    ----------
    solo : ndarray, shape (n, 6)
        ``QUANTITIES`` of each candidate by itself.
    pairs : ndarray of int, shape (m, 2)
        Candidates that meet in a market.
    beside : ndarray, shape (m, 6)
        What both do together beyond the sum of each by itself.
    conflicts : ndarray of int, shape (k, 2)
        Candidates that cannot be in one package.
    runs : int
    """

    solo: Floats
    pairs: Ints
    beside: Floats
    conflicts: Ints
    runs: int


class Runner:
    """Runs scenarios of an economy and reads what they do by chapter in one year."""

    def __init__(
        self,
        economy: Economy,
        year: str,
        name: str,
        variant: str = CENTRAL,
        engine: str = ENGINES[0],
        check: bool = True,
    ) -> None:
        self.economy, self.year, self.name = economy, year, name
        self.variant, self.engine, self.check = variant, engine, check
        self.row = parse_fiscal_year(year) - economy.base_year.first
        self.runs = 0

    def scenario(self, candidates: Iterable[Candidate], name: str | None = None) -> Scenario:
        """Scenario of some candidates up to the year."""
        levers = tuple(one.lever for one in candidates)
        asked = Scenario(name=name or self.name, horizon=self.year, levers=levers)
        return asked.model_copy(update={"variant": self.variant})

    def by_chapter(self, candidates: Iterable[Candidate]) -> tuple[Floats, Floats]:
        """Change by quantity and chapter, shape (6, H), and what belongs to no chapter, (6,).

        Products add up to their chapters; Japanese inputs of the output stand with the chapter that
        uses them.
        """
        scenario = self.scenario(candidates)
        solved = run(self.economy, scenario, False, engine=self.engine, check=self.check)
        self.runs += 1
        row, before, after = self.row, solved.reference, solved.outcome
        markets = solved.economy
        content = markets.parameters.by_chapter("input_content", markets.chapters)
        extra = after.exports[row] - before.exports[row]
        from_fund = np.clip(extra, 0.0, after.fund.exports_to_japan[row])
        welfare = after.welfare(before)
        imports = after.imports_solved[row] - before.imports_solved[row]
        changes = np.stack(
            [
                extra,
                imports + (extra - from_fund) * content,
                *(
                    after.duty_on_partner(one)[row] - before.duty_on_partner(one)[row]
                    for one in ("JPN", "IND")
                ),
                welfare["JPN"][row],
                welfare["IND"][row],
            ]
        )
        at_large = np.zeros(len(QUANTITIES))
        at_large[1] = after.fund.inputs[row].sum() + after.fund.capital_goods[row].sum()
        return markets.summed(changes), at_large

    def total(self, candidates: Iterable[Candidate]) -> Floats:
        """What candidates do together, shape (6,)."""
        changes, at_large = self.by_chapter(candidates)
        return np.asarray(changes.sum(axis=1) + at_large)


def chapters_of(economy: Economy, candidates: Sequence[Candidate]) -> Bools:
    """Chapters each candidate acts on, shape (n, H); a fund acts on all."""
    place = {hs: h for h, hs in enumerate(economy.by_chapter.chapters)}
    found = np.zeros((len(candidates), len(place)), dtype=np.bool_)
    for row, one in enumerate(candidates):
        if one.atoms:
            found[row, [place[hs] for hs in {chapter_of(atom) for atom in one.atoms}]] = True
        else:
            found[row] = True
    return found


def measured(
    runner: Runner,
    candidates: Sequence[Candidate],
    label: str = mark("measures"),
    conflicts: Ints | None = None,
) -> Measured:
    """Run every candidate, and every two that meet in a market.

    Parameters
    ----------
    runner : Runner
    candidates : sequence of Candidate
    label : str, optional
        What a progress bar counts; empty for none.
    conflicts : ndarray of int, shape (k, 2), optional
        Candidates that exclude each other, where that is known already.
    """
    economy, count = runner.economy, len(candidates)
    chapters = chapters_of(economy, candidates)
    if conflicts is None:
        conflicts = _conflicts(candidates)
    apart = {(one, other) for one, other in conflicts.tolist()}
    wide = [one for one in range(count) if not candidates[one].atoms]
    alone: dict[int, tuple[Floats, Floats]] = {}
    groups = _grouped([(one,) for one in range(count)], chapters)
    for group in _shown(label and deferred("{what} alone", what=label), groups):
        changes, at_large = runner.by_chapter([candidates[one] for [one] in group])
        for [one] in group:
            own = np.where(chapters[one], changes, 0.0)
            alone[one] = own, at_large if one in wide else np.zeros_like(at_large)
    solo = np.stack([alone[one][0].sum(axis=1) + alone[one][1] for one in range(count)])
    useful = np.abs(solo).max(axis=1) > _SMALL
    meeting = [
        pair
        for pair in combinations(range(count), 2)
        if pair not in apart
        and _meet(candidates[pair[0]], candidates[pair[1]], chapters[list(pair)])
        # A cheaper proof of origin may need a margin first: it counts although it does nothing.
        and useful[list(pair)].any()
    ]
    beside: dict[tuple[int, ...], Floats] = {}
    for group in _shown(
        label and deferred("{what} together", what=label), _grouped(meeting, chapters, set(wide))
    ):
        together = dict.fromkeys(one for pair in group for one in pair)
        changes, _ = runner.by_chapter([candidates[one] for one in together])
        for pair in group:
            narrow = [one for one in pair if one not in wide] or list(pair)
            where = chapters[narrow].all(axis=0)
            both = np.where(where, changes, 0.0).sum(axis=1)
            each = sum(np.where(where, alone[one][0], 0.0).sum(axis=1) for one in pair)
            beside[pair] = both - each
    kept = [pair for pair in meeting if np.abs(beside[pair]).max() > _SMALL]
    return Measured(
        solo=solo,
        pairs=np.array(kept, dtype=np.int64).reshape(-1, 2),
        beside=np.array([beside[pair] for pair in kept]).reshape(-1, len(QUANTITIES)),
        conflicts=conflicts,
        runs=runner.runs,
    )


def _conflicts(candidates: Sequence[Candidate]) -> Ints:
    """Every two candidates that exclude each other, shape (k, 2)."""
    found = [
        (one, other)
        for one, other in combinations(range(len(candidates)), 2)
        if candidates[one].excludes(candidates[other])
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _shown(label: str, groups: list[list[tuple[int, ...]]]) -> Iterator[list[tuple[int, ...]]]:
    """Groups one after the other, with a bar on a terminal."""
    with progress(label, len(groups), 0) as advance:
        for group in groups:
            yield group
            advance(1)


def _meet(one: Candidate, other: Candidate, chapters: Bools) -> bool:
    """Whether two candidates act in the same market."""
    if not one.atoms or not other.atoms:
        return True
    return one.giver == other.giver and bool(chapters.all(axis=0).any())


def _grouped(
    sets: Sequence[tuple[int, ...]], chapters: Bools, wide: Collection[int] = ()
) -> list[list[tuple[int, ...]]]:
    """Put sets of candidates that share no chapter into groups, each for one run.

    Sets with the same wide candidate, such as a fund, may be run side by side.
    """
    groups: list[tuple[frozenset[int], Bools, list[tuple[int, ...]]]] = []
    for one in sets:
        shared = frozenset(one) & frozenset(wide)
        narrow = [place for place in one if place not in shared]
        every = np.ones(chapters.shape[1], dtype=np.bool_)
        touched: Bools = np.asarray(chapters[narrow].any(axis=0)) if narrow else every
        for place, (same, taken, members) in enumerate(groups):
            if same == shared and not (taken & touched).any():
                members.append(one)
                groups[place] = same, np.asarray(taken | touched), members
                break
        else:
            groups.append((shared, touched, [one]))
    return [members for _, _, members in groups]
