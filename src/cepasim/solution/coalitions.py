"""Coalitions of lever kinds: their shocks and what becomes of the markets under them.

A coalition is a number whose bits say which kinds of levers take part. Markets are solved where the
levers touch anything; the rest is the reference, which an economy solves once for all scenarios
with the same years. What all coalitions do, for the split of the change: `pieces`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cepasim.core.arrays import Floats, Ints
from cepasim.economy.economy import Economy
from cepasim.economy.variants import Variant
from cepasim.engines.engine import Engine
from cepasim.engines.outcome import Outcome
from cepasim.levers.fund import FundPath
from cepasim.levers.lever import Lever, Quantity
from cepasim.levers.measure import Measure, Measures
from cepasim.levers.timing import Years
from cepasim.shocks.shocks import Setting, Shocks, total_fund, whole_needed
from cepasim.shocks.wedges import KnownWedges
from cepasim.solution.content import input_content
from cepasim.solution.finite import solved_in_numbers
from cepasim.solution.part import (
    Touched,
    difference,
    economy_at,
    put_back,
    shocks_at,
    shocks_on,
)
from cepasim.solution.state import State

#: References of an economy that are kept, such as those of a path and of the long run.
_MOST_KEPT = 2


@dataclass(frozen=True, eq=False)
class Reference:
    """The reference as solved: outcomes by importer, and the wedges behind them."""

    outcomes: Mapping[str, Outcome]
    wedges: Mapping[str, KnownWedges]


@dataclass(frozen=True, eq=False)
class Coalitions:
    """Every coalition of the kinds of levers of a scenario, under one engine.

    Attributes
    ----------
    engine : Engine
    economy : Economy
        As the engine prepared it.
    resolved : mapping of importer to tuple of Measure
    kinds : tuple of str, length n
        A coalition is a number; its bit i says whether kind i takes part.
    years : ndarray of int, shape (Y,)
    staged : bool
    variant : Variant
        How the reference goes on after the last published year.
    sizes : mapping of importer to ndarray, shape (Y, H)
        Size of the partner's sales in the reference, under the variant.
    """

    engine: Engine
    economy: Economy
    resolved: Measures
    kinds: tuple[str, ...]
    years: Years
    staged: bool
    variant: Variant
    sizes: Mapping[str, Floats]

    # -- reference and scenario ------------------------------------------------------------------

    @property
    def everyone(self) -> int:
        """The coalition of all kinds."""
        return (1 << len(self.kinds)) - 1

    @cached_property
    def solved_reference(self) -> Reference:
        """The reference: of an earlier scenario with the same years, if there was one."""
        key = "reference", self.engine.solve, self.years.tobytes(), self.staged, self.variant
        found = self.economy.known.get(key)
        if not isinstance(found, Reference):
            nothing = FundPath.none(len(self.years), len(self.economy.chapters))
            outcomes: dict[str, Outcome] = {}
            wedges = {importer: KnownWedges() for importer in self.economy.markets}
            for group in self.engine.groups(self.economy):
                hats = {one: self._setting(one, wedges[one]).under((), nothing) for one in group}
                outcomes |= solved_in_numbers(self.engine, self.economy, hats)
            found = Reference(outcomes, wedges)
            _keep(self.economy.known, key, found)
        return found

    @cached_property
    def _wedges(self) -> dict[str, KnownWedges]:
        """Wedges of this scenario by importer; those of the reference are there already."""
        known = self.solved_reference.wedges
        return {importer: KnownWedges(dict(one.legislated)) for importer, one in known.items()}

    def reference(self) -> State:
        """Both markets without any lever."""
        fund = FundPath.none(len(self.years), len(self.economy.chapters))
        outcomes = self.solved_reference.outcomes
        return State(self.economy, fund, outcomes, np.zeros_like(fund.output))

    def scenario(self) -> State:
        """Both markets with all levers."""
        return self.state({importer: self.everyone for importer in self.economy.markets})

    def state(self, acting: Mapping[str, int]) -> State:
        """Both markets, each under a coalition of its own.

        Parameters
        ----------
        acting : mapping of importer to int
            Coalitions may differ in kinds that change the rules of one importer each: the fund and
            the countries' costs are those of Japan's market.
        """
        before, fund = self.reference(), self.fund(acting["JPN"])
        outcomes: dict[str, Outcome] = {}
        for group in self.engine.groups(self.economy):
            hats = {importer: self.hats(importer, acting[importer]) for importer in group}
            outcomes |= self.outcomes(group, hats)
        state = State(self.economy, fund, outcomes, before.input_content)
        content = input_content(self.economy, state.exports, before.exports, fund)
        return State(self.economy, fund, outcomes, content)

    def outcomes(self, group: Sequence[str], hats: Mapping[str, Shocks]) -> dict[str, Outcome]:
        """Outcomes of a group of markets; solved together, or each where it is touched."""
        known = self.solved_reference.outcomes
        if self.engine.joint:
            return self._together({one: hats[one] for one in group})
        found: dict[str, Outcome] = {}
        for importer, hat in hats.items():
            before = known[importer]
            touched = difference(hat, before.shocks)
            if touched.nothing:
                found[importer] = before
            elif touched.whole:
                found |= solved_in_numbers(self.engine, self.economy, {importer: hat})
            else:
                part = self.part(importer, shocks_at(hat, touched), touched)
                found[importer] = put_back(before, hat, part, touched)
        return found

    def _together(self, hats: Mapping[str, Shocks]) -> dict[str, Outcome]:
        """Outcomes of markets that are solved together, in the years from the first that differs.

        A producer sells in all of them, so that every product of every market is solved again.
        """
        known = {one: self.solved_reference.outcomes[one] for one in hats}
        found = [difference(hat, known[one].shocks) for one, hat in hats.items()]
        rows = [touched.first_row for touched in found if not touched.nothing]
        if not rows:
            return known
        later = Touched(np.ones(len(self.economy.chapters), dtype=np.bool_), min(rows))
        cut = {one: shocks_at(hat, later) for one, hat in hats.items()}
        part = solved_in_numbers(self.engine, self.economy, cut)
        return {one: put_back(known[one], hat, part[one], later) for one, hat in hats.items()}

    def part(self, importer: str, hats: Shocks, touched: Touched) -> Outcome:
        """Outcome of the touched part of a market, from shocks on it."""
        economy = economy_at(self.economy, importer, touched.places)
        return solved_in_numbers(self.engine, economy, {importer: hats})[importer]

    # -- shocks ----------------------------------------------------------------------------------

    def hats(self, importer: str, coalition: int) -> Shocks:
        """Shocks of a coalition on one market."""
        acting, fund = self.acting(importer, coalition), self.fund(coalition)
        before = self.solved_reference.outcomes[importer].shocks
        if not acting and not fund.output.any():
            return before
        setting = self._setting(importer, self._wedges[importer], before.start)
        return setting.under(acting, fund)

    def hats_at(self, importer: str, coalition: int, places: Ints | None) -> Shocks:
        """Shocks of a coalition on some products of one market; all of them where None."""
        acting = self.acting(importer, coalition)
        if places is None or not acting or whole_needed(acting):
            return shocks_on(self.hats(importer, coalition), slice(None), places)
        setting = self._setting(importer, self._wedges[importer])
        return setting.under(acting, self.fund(coalition), places)

    def _setting(self, importer: str, known: KnownWedges, start: Floats | None = None) -> Setting:
        size = self.sizes[importer]
        return Setting(self.economy, importer, self.years, self.staged, known, size, start)

    def acting(self, importer: str, coalition: int) -> tuple[Measure, ...]:
        """Measures of a coalition on one market."""
        inside = {kind for place, kind in enumerate(self.kinds) if coalition >> place & 1}
        return tuple(one for one in self.resolved[importer] if one.lever.kind in inside)

    @cached_property
    def _funds(self) -> dict[tuple[Lever, ...], FundPath]:
        return {}

    def fund(self, coalition: int) -> FundPath:
        """Fund of a coalition; coalitions that share their levers on funds share it."""
        acting = {importer: self.acting(importer, coalition) for importer in self.resolved}
        key = tuple(one.lever for one in acting["JPN"] if Quantity.CAPACITY in one.lever.moves)
        if key not in self._funds:
            self._funds[key] = total_fund(self.economy, acting, self.years, self.staged)
        return self._funds[key]


def _keep(known: dict[Hashable, Any], key: Hashable, found: Reference) -> None:
    """Keep a reference in place of the oldest of several: by product each takes much memory."""
    old = [other for other, value in known.items() if isinstance(value, Reference)]
    for other in old[: len(old) + 1 - _MOST_KEPT]:
        known.pop(other, None)
    known[key] = found
