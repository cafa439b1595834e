"""What every coalition of lever kinds does, put together from pieces of markets.

A product that some kinds leave alone is the same in coalitions that differ in those kinds only: it
is solved once for every coalition of the kinds that touch it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Bools, Floats, Ints
from cepasim.engines.outcome import Outcome
from cepasim.levers.lever import Quantity
from cepasim.solution.coalitions import Coalitions
from cepasim.solution.content import input_content
from cepasim.solution.gains import market_gains
from cepasim.solution.part import Touched, difference, outcome_at, shocks_on
from cepasim.solution.state import Effects, fund_outlay, owners

#: Quantities that several kinds of levers move together: one may do nothing by itself and much
#: beside another, as simpler proof of origin where a duty has yet to be cut.
_TOGETHER = (
    (Quantity.WEDGE, Quantity.QUOTA),
    (Quantity.CAPACITY, Quantity.PURCHASES, Quantity.REDIRECTION),
)


@dataclass(frozen=True, eq=False)
class _Piece:
    """One market of a coalition where it was solved: US$ million, shape (Y, n) each."""

    touched: Touched
    trade: Floats
    gains: Mapping[str, Floats]


#: Pieces that a coalition is put together from, by coalition; each with places of products in the
#: market and in the piece.
_Parts = list[list[tuple[_Piece, Ints, Ints]]]


def effects(game: Coalitions) -> tuple[Effects, ...]:
    """What each coalition does, in the order of their numbers."""
    if not game.kinds:
        return ()
    before = game.reference()
    trade: dict[str, list[Floats]] = {}
    gains: dict[str, list[dict[str, Floats]]] = {}
    for group in game.engine.groups(game.economy):
        for importer, parts in _pieces(game, group).items():
            start = before.exports if importer == "JPN" else before.imports_solved
            trade[importer], gains[importer] = _put_together(game, start, parts)
    return tuple(
        _effects(
            game,
            coalition,
            {importer: values[coalition] for importer, values in trade.items()},
            {importer: values[coalition] for importer, values in gains.items()},
        )
        for coalition in range(game.everyone + 1)
    )


def _put_together(
    game: Coalitions, start: Floats, parts: _Parts
) -> tuple[list[Floats], list[dict[str, Floats]]]:
    """Trade of one market, and gains of each country in it, under every coalition."""
    trade = [start.copy() for _ in parts]
    gains = [{country: np.zeros(start.shape) for country in game.economy.markets} for _ in parts]
    for coalition, found in enumerate(parts):
        for piece, places, inside in found:
            rows = piece.touched.rows
            trade[coalition][rows, places] = piece.trade[:, inside]
            for country, gain in piece.gains.items():
                gains[coalition][country][rows, places] += gain[:, inside]
    return trade, gains


def _effects(
    game: Coalitions,
    coalition: int,
    trade: Mapping[str, Floats],
    gains: dict[str, dict[str, Floats]],
) -> Effects:
    """Add to the markets what the fund costs, and what extra output buys in Japan."""
    economy, fund, before = game.economy, game.fund(coalition), game.reference()
    content = np.zeros_like(trade["JPN"])
    if coalition:
        content = input_content(economy, trade["JPN"], before.exports, fund)
    gains["JPN"]["JPN"] = gains["JPN"]["JPN"] - fund_outlay(economy, fund)
    return Effects(
        exports=trade["JPN"],
        imports_solved=trade["IND"],
        imports_added=content + fund.capital_goods,
        gains=gains,
    )


def _pieces(game: Coalitions, group: Sequence[str]) -> dict[str, _Parts]:
    """What every coalition is put together from: pieces with their places, by importer."""
    touch = _touched_by(game, group)
    solved: dict[str, dict[int, _Piece]] = {importer: {} for importer in group}
    for coalition in range(1, game.everyone + 1):
        # What this coalition alone has: products that each of its kinds touches.
        own = {one: (touch[one] & coalition) == coalition for one in group}
        if any(mask.any() for mask in own.values()):
            for importer, piece in _solved(game, group, coalition, own).items():
                solved[importer][coalition] = piece
    found: dict[str, _Parts] = {}
    for importer in group:
        place = {
            coalition: np.cumsum(piece.touched.products) - 1
            for coalition, piece in solved[importer].items()
        }
        found[importer] = []
        for coalition in range(game.everyone + 1):
            key = touch[importer] & coalition
            parts = []
            for part, piece in solved[importer].items():
                places = np.flatnonzero((key == part) & piece.touched.products)
                if places.size:
                    parts.append((piece, places, place[part][places]))
            found[importer].append(parts)
    return found


def _solved(
    game: Coalitions, group: Sequence[str], coalition: int, own: Mapping[str, Bools]
) -> dict[str, _Piece]:
    """Trade and gains of a coalition on the products that each of its kinds touches."""
    known = game.solved_reference.outcomes
    joint: Mapping[str, Outcome] = {}
    touched, hats = {}, {}
    for one in (one for one in group if own[one].any()):
        acting = game.acting(one, coalition)
        first = 0 if game.engine.joint else min(measure.first_row for measure in acting)
        touched[one] = Touched(own[one], first)
        places = None if game.engine.joint else touched[one].places
        hats[one] = game.hats_at(one, coalition, places)
    if game.engine.joint:
        joint = game.outcomes(group, hats)
    old = {one: known[one].shocks.price_level for one in known}
    new = {
        one: hats[one].price_level if one in hats else _price_level(game, one, coalition)
        for one in known
    }
    shares = owners(game.economy)
    pieces = {}
    for importer, where in touched.items():
        before = outcome_at(known[importer], where)
        if game.engine.joint:
            after = outcome_at(joint[importer], where)
        else:
            after = game.part(importer, shocks_on(hats[importer], where.rows, None), where)
        market = game.economy.markets[importer].at(where.places)
        levels = tuple(
            {one: _level_at(level, where) for one, level in found.items()} for found in (old, new)
        )
        gains = market_gains(market, before, after, (levels[0], levels[1]), shares)
        column = market.partner_column
        value = after.fob if importer == "JPN" else after.cif
        pieces[importer] = _Piece(where, value[:, :, column], gains)
    return pieces


def _price_level(game: Coalitions, country: str, coalition: int) -> Floats:
    """A country's price level under a coalition: no other lever than one on costs moves it."""
    if any(Quantity.COST in one.lever.moves for one in game.acting(country, coalition)):
        return game.hats(country, coalition).price_level
    return game.solved_reference.outcomes[country].shocks.price_level


def _touched_by(game: Coalitions, group: Sequence[str]) -> dict[str, Ints]:
    """Kinds that can move each product, as bits, shape (H,), by importer.

    A kind touches what it moves by itself, and those of its products that other kinds move in the
    same way.
    """
    size = len(game.economy.chapters)
    bits = {importer: np.zeros(size, dtype=np.int64) for importer in group}
    for importer in group:
        before = game.solved_reference.outcomes[importer].shocks
        alone = [
            difference(game.hats(importer, 1 << place), before).products
            for place in range(len(game.kinds))
        ]
        for place, mask in enumerate(alone):
            beside = np.zeros(size, dtype=np.bool_)
            for quantities in _TOGETHER:
                if _moves(game, importer, place, quantities):
                    for other, theirs in enumerate(alone):
                        if other != place and _moves(game, importer, other, quantities):
                            beside |= theirs
            reach = mask | (beside & _covered(game, importer, place))
            bits[importer] |= reach.astype(np.int64) << place
    if game.engine.joint:
        together = np.asarray(np.bitwise_or.reduce(list(bits.values())))
        return {importer: together for importer in group}
    return bits


def _moves(game: Coalitions, importer: str, place: int, quantities: Sequence[Quantity]) -> bool:
    return any(
        quantity in one.lever.moves
        for one in game.acting(importer, 1 << place)
        for quantity in quantities
    )


def _covered(game: Coalitions, importer: str, place: int) -> Bools:
    """Products that the levers of a kind are about."""
    found = np.zeros(len(game.economy.chapters), dtype=np.bool_)
    for measure in game.acting(importer, 1 << place):
        found |= measure.chapters
    return found


def _level_at(level: Floats, touched: Touched) -> Floats:
    """A country's price level, which is one for all products, in some years."""
    return level[touched.rows, :1]
