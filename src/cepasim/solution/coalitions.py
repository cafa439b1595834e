"""Coalitions of lever kinds, each solved where its levers touch anything.

The change is split over the kinds of levers by solving every coalition of them. A product that
some kinds leave alone is the same in coalitions that differ in those kinds only: it is solved once
for every coalition of the kinds that touch it. The rest is the reference, which an economy solves
once for all scenarios with the same years.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cepasim.core.arrays import Bools, Floats, Ints
from cepasim.economy.economy import Economy
from cepasim.economy.variants import Variant
from cepasim.engines.engine import Engine
from cepasim.engines.outcome import Outcome
from cepasim.levers.fund import FundPath
from cepasim.levers.lever import Lever, Quantity
from cepasim.levers.measure import Measure, Measures
from cepasim.levers.timing import Years
from cepasim.shocks.shocks import Shocks, shocks, total_fund
from cepasim.shocks.wedges import KnownWedges
from cepasim.solution.content import input_content
from cepasim.solution.finite import solved_in_numbers
from cepasim.solution.gains import market_gains
from cepasim.solution.part import (
    Touched,
    difference,
    economy_at,
    market_at,
    outcome_at,
    put_back,
    shocks_at,
)
from cepasim.solution.state import Effects, State, fund_outlay

#: Quantities that several kinds of levers move together: one may do nothing by itself and much
#: beside another, as simpler proof of origin where a duty has yet to be cut.
_TOGETHER = (
    (Quantity.WEDGE, Quantity.QUOTA),
    (Quantity.CAPACITY, Quantity.PURCHASES, Quantity.REDIRECTION),
)


#: References of an economy that are kept, such as those of a path and of the long run.
_MOST_KEPT = 2


@dataclass(frozen=True, eq=False)
class _Reference:
    """The reference as solved: outcomes by importer, and the wedges behind them."""

    outcomes: Mapping[str, Outcome]
    wedges: Mapping[str, KnownWedges]


@dataclass(frozen=True, eq=False)
class _Piece:
    """One market of a coalition where it was solved: US$ million, shape (Y, n) each."""

    touched: Touched
    trade: Floats
    gains: Mapping[str, Floats]


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
    def _solved_reference(self) -> _Reference:
        key = "reference", self.engine.solve, self.years.tobytes(), self.staged, self.variant
        found = self.economy.known.get(key)
        if not isinstance(found, _Reference):
            nothing = FundPath.none(len(self.years), len(self.economy.chapters))
            outcomes: dict[str, Outcome] = {}
            wedges = {importer: KnownWedges() for importer in self.economy.markets}
            for group in self.engine.groups(self.economy):
                hats = {one: self._shocks(one, (), nothing, wedges[one]) for one in group}
                outcomes |= solved_in_numbers(self.engine, self.economy, hats)
            found = _Reference(outcomes, wedges)
            _keep(self.economy.known, key, found)
        return found

    @cached_property
    def _wedges(self) -> dict[str, KnownWedges]:
        """Wedges of this scenario by importer; those of the reference are there already."""
        known = self._solved_reference.wedges
        return {
            importer: KnownWedges(dict(one.legislated), dict(one.in_trade))
            for importer, one in known.items()
        }

    def reference(self) -> State:
        """Both markets without any lever."""
        fund = FundPath.none(len(self.years), len(self.economy.chapters))
        outcomes = self._solved_reference.outcomes
        return State(self.economy, fund, outcomes, np.zeros_like(fund.output))

    def scenario(self) -> State:
        """Both markets with all levers."""
        before, fund = self.reference(), self._fund(self.everyone)
        outcomes: dict[str, Outcome] = {}
        for group in self.engine.groups(self.economy):
            hats = {importer: self.hats(importer, self.everyone) for importer in group}
            outcomes |= self._outcomes(group, hats)
        state = State(self.economy, fund, outcomes, before.input_content)
        content = input_content(self.economy, state.exports, before.exports, fund)
        return State(self.economy, fund, outcomes, content)

    def _outcomes(self, group: Sequence[str], hats: Mapping[str, Shocks]) -> dict[str, Outcome]:
        """Outcomes of a group of markets; solved together, or each where it is touched."""
        known = self._solved_reference.outcomes
        if self.engine.joint:
            if all(hats[one] is known[one].shocks for one in group):
                return {one: known[one] for one in group}
            return dict(solved_in_numbers(self.engine, self.economy, hats))
        found: dict[str, Outcome] = {}
        for importer, hat in hats.items():
            before = known[importer]
            touched = difference(hat, before.shocks)
            if touched.whole:
                found |= solved_in_numbers(self.engine, self.economy, {importer: hat})
            elif touched.places.size:
                part = self._part(importer, hat, touched)
                found[importer] = put_back(before, hat, part, touched)
            else:
                found[importer] = before
        return found

    def _part(self, importer: str, hats: Shocks, touched: Touched) -> Outcome:
        """Outcome of the touched part of a market."""
        economy = economy_at(self.economy, importer, touched.places)
        part = {importer: shocks_at(hats, touched)}
        return solved_in_numbers(self.engine, economy, part)[importer]

    # -- shocks ----------------------------------------------------------------------------------

    def hats(self, importer: str, coalition: int) -> Shocks:
        """Shocks of a coalition on one market."""
        acting = self._acting(importer, coalition)
        fund = self._fund(coalition)
        if not acting and not fund.output.any():
            return self._solved_reference.outcomes[importer].shocks
        return self._shocks(importer, acting, fund, self._wedges[importer])

    def _shocks(
        self, importer: str, acting: tuple[Measure, ...], fund: FundPath, known: KnownWedges
    ) -> Shocks:
        return shocks(
            self.economy,
            importer,
            acting,
            fund,
            self.years,
            self.staged,
            known,
            self.sizes[importer],
        )

    def _acting(self, importer: str, coalition: int) -> tuple[Measure, ...]:
        inside = {kind for place, kind in enumerate(self.kinds) if coalition >> place & 1}
        return tuple(one for one in self.resolved[importer] if one.lever.kind in inside)

    @cached_property
    def _funds(self) -> dict[tuple[Lever, ...], FundPath]:
        return {}

    def _fund(self, coalition: int) -> FundPath:
        """Fund of a coalition; coalitions that share their levers on funds share it."""
        acting = {importer: self._acting(importer, coalition) for importer in self.resolved}
        key = tuple(one.lever for one in acting["JPN"] if Quantity.CAPACITY in one.lever.moves)
        if key not in self._funds:
            self._funds[key] = total_fund(self.economy, acting, self.years, self.staged)
        return self._funds[key]

    # -- the split over kinds --------------------------------------------------------------------

    def effects(self) -> tuple[Effects, ...]:
        """What each coalition does, in the order of their numbers."""
        if not self.kinds:
            return ()
        before = self.reference()
        shape = before.exports.shape
        trade: dict[str, list[Floats]] = {}
        gains = [
            {country: np.zeros(shape) for country in self.economy.markets}
            for _ in range(self.everyone + 1)
        ]
        for group in self.engine.groups(self.economy):
            for importer, parts in self._pieces(group).items():
                start = before.exports if importer == "JPN" else before.imports_solved
                trade[importer] = [start.copy() for _ in gains]
                for coalition, found in enumerate(parts):
                    for piece, places, inside in found:
                        rows = piece.touched.rows
                        trade[importer][coalition][rows, places] = piece.trade[:, inside]
                        for country, gain in piece.gains.items():
                            gains[coalition][country][rows, places] += gain[:, inside]
        return tuple(
            self._together(coalition, trade["JPN"][coalition], trade["IND"][coalition], gain)
            for coalition, gain in enumerate(gains)
        )

    def _together(
        self, coalition: int, exports: Floats, imports: Floats, gains: Mapping[str, Floats]
    ) -> Effects:
        """Add to the markets what the fund costs, and what extra output buys in Japan."""
        economy, fund, before = self.economy, self._fund(coalition), self.reference()
        content = np.zeros_like(exports)
        if coalition:
            content = input_content(economy, exports, before.exports, fund)
        return Effects(
            exports=exports,
            imports=imports + content + fund.capital_goods,
            welfare={**gains, "JPN": gains["JPN"] - fund_outlay(economy, fund)},
        )

    def _pieces(self, group: Sequence[str]) -> dict[str, list[list[tuple[_Piece, Ints, Ints]]]]:
        """What every coalition is put together from: pieces with their places, by importer.

        A place is where a product stands in its market and in the piece.
        """
        touch = self._touched_by(group)
        solved: dict[str, dict[int, _Piece]] = {importer: {} for importer in group}
        for coalition in range(1, self.everyone + 1):
            # What this coalition alone has: products that each of its kinds touches.
            own = {one: (touch[one] & coalition) == coalition for one in group}
            if any(mask.any() for mask in own.values()):
                for importer, piece in self._solved(group, coalition, own).items():
                    solved[importer][coalition] = piece
        found: dict[str, list[list[tuple[_Piece, Ints, Ints]]]] = {}
        for importer in group:
            place = {
                coalition: np.cumsum(piece.touched.products) - 1
                for coalition, piece in solved[importer].items()
            }
            found[importer] = []
            for coalition in range(self.everyone + 1):
                key = touch[importer] & coalition
                parts = []
                for part, piece in solved[importer].items():
                    places = np.flatnonzero((key == part) & piece.touched.products)
                    if places.size:
                        parts.append((piece, places, place[part][places]))
                found[importer].append(parts)
        return found

    def _solved(
        self, group: Sequence[str], coalition: int, own: Mapping[str, Bools]
    ) -> dict[str, _Piece]:
        """Trade and gains of a coalition on the products that each of its kinds touches."""
        known = self._solved_reference.outcomes
        hats = {one: self.hats(one, coalition) for one in group if own[one].any()}
        old = {one: known[one].shocks.price_level for one in known}
        new = {
            one: hats[one].price_level if one in hats else self._price_level(one, coalition)
            for one in known
        }
        joint: dict[str, Outcome] = {}
        if self.engine.joint:
            joint = self._outcomes(group, {one: hats[one] for one in group})
        to_importer = self.economy.parameters.value("rent_share_to_importer")
        pieces = {}
        for importer in hats:
            acting = self._acting(importer, coalition)
            first = 0 if self.engine.joint else min(one.first_row for one in acting)
            touched = Touched(own[importer], first)
            before = outcome_at(known[importer], touched)
            if self.engine.joint:
                after = outcome_at(joint[importer], touched)
            else:
                after = self._part(importer, hats[importer], touched)
            market = market_at(self.economy.markets[importer], touched.places)
            levels = tuple(
                {one: _level_at(level, touched) for one, level in found.items()}
                for found in (old, new)
            )
            gains = market_gains(market, before, after, (levels[0], levels[1]), to_importer)
            column = market.partner_column
            value = after.fob if importer == "JPN" else after.cif
            pieces[importer] = _Piece(touched, value[:, :, column], gains)
        return pieces

    def _price_level(self, country: str, coalition: int) -> Floats:
        """A country's price level under a coalition: no other lever than one on costs moves it."""
        if any(Quantity.COST in one.lever.moves for one in self._acting(country, coalition)):
            return self.hats(country, coalition).price_level
        return self._solved_reference.outcomes[country].shocks.price_level

    def _touched_by(self, group: Sequence[str]) -> dict[str, Ints]:
        """Kinds that can move each product, as bits, shape (H,), by importer.

        A kind touches what it moves by itself, and those of its products that other kinds move
        in the same way.
        """
        size = len(self.economy.chapters)
        bits = {importer: np.zeros(size, dtype=np.int64) for importer in group}
        for importer in group:
            before = self._solved_reference.outcomes[importer].shocks
            alone = [
                difference(self.hats(importer, 1 << place), before).products
                for place in range(len(self.kinds))
            ]
            for place, mask in enumerate(alone):
                beside = np.zeros(size, dtype=np.bool_)
                for quantities in _TOGETHER:
                    if self._moves(importer, place, quantities):
                        for other, theirs in enumerate(alone):
                            if other != place and self._moves(importer, other, quantities):
                                beside |= theirs
                reach = mask | (beside & self._covered(importer, place))
                bits[importer] |= reach.astype(np.int64) << place
        if self.engine.joint:
            together = np.asarray(np.bitwise_or.reduce(list(bits.values())))
            return {importer: together for importer in group}
        return bits

    def _moves(self, importer: str, place: int, quantities: Sequence[Quantity]) -> bool:
        return any(
            quantity in one.lever.moves
            for one in self._acting(importer, 1 << place)
            for quantity in quantities
        )

    def _covered(self, importer: str, place: int) -> Bools:
        """Products that the levers of a kind are about."""
        found = np.zeros(len(self.economy.chapters), dtype=np.bool_)
        for measure in self._acting(importer, 1 << place):
            found |= measure.chapters
        return found


def _keep(known: dict[Hashable, Any], key: Hashable, found: _Reference) -> None:
    """Keep a reference in place of the oldest of several: by product each takes much memory."""
    old = [other for other, value in known.items() if isinstance(value, _Reference)]
    for other in old[: len(old) + 1 - _MOST_KEPT]:
        known.pop(other, None)
    known[key] = found


def _level_at(level: Floats, touched: Touched) -> Floats:
    """A country's price level, which is one for all products, in some years."""
    return level[touched.rows, :1]
