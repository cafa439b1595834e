"""Purchases that move at unchanged prices, and the capacity that goes along or stays behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.economy.market import Market


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What buyers move to the partner of one market; dollars f.o.b. of the base year's size.

    Attributes
    ----------
    moved : ndarray, shape (Y, H, S)
        Share of each source's sales that moves to the partner.
    along : ndarray, shape (Y, H, S)
        The part of it with which capacity moves, at most ``moved``.
    placed : ndarray, shape (Y, H)
        Products of new plants of the partner that parents take back.
    new_capacity : ndarray, shape (Y, H)
        Capacity the partner gains: ``placed``, and what finds buyers by its price.
    """

    moved: Floats
    along: Floats
    placed: Floats
    new_capacity: Floats


def demand_moved(market: Market, start: Floats, moves: Moves) -> tuple[Floats, Floats]:
    """Base trade after buyers moved their purchases, and capacity relative to it.

    Products that parents place and sourcing are two names for the same purchases: the larger of
    the two counts in each chapter and year. What is sourced leaves its source, and the source's
    capacity stays behind unless it moves along; what parents take back beyond that they give up
    elsewhere in proportion, and the capacity with it. A partner that neither sells anything yet
    nor gets capacity cannot be bought from.

    Parameters
    ----------
    market : Market
    start : ndarray, shape (Y, H, S)
        Trade before buyers moved anything.
    moves : Moves

    Returns
    -------
    base, capacity : ndarray, shape (Y, H, S)
    """
    moved, along, placed = moves.moved, moves.along, moves.placed
    new_capacity = moves.new_capacity
    if not (moved.any() or placed.any() or new_capacity.any()):
        return start, np.broadcast_to(1.0, moved.shape)
    column = market.partner_column
    landed, own, own_wedge = start * market.wedge, start[:, :, column], market.wedge[:, column]
    if moved.any():
        able = (own > 0) | (new_capacity > 0)
        moved = np.minimum(np.where(able[:, :, None], moved, along), 1.0)
        along = np.minimum(along, moved)
    else:
        moved = along = moved[:1]  # the same in every year
    sourced, brought = ((one * landed).sum(axis=2) / own_wedge for one in (moved, along))
    beyond = np.maximum(placed - sourced, 0.0)

    stays = 1 - moved
    stays[:, :, column] = 1.0
    left = landed * stays
    others = left.sum(axis=2) - left[:, :, column]
    given_up = np.divide(beyond * own_wedge, others, out=np.zeros_like(beyond), where=others > 0)
    base = start * stays * (1 - np.minimum(given_up, 1.0))[:, :, None]
    base[:, :, column] = bought = own + sourced + beyond
    capacity = np.empty_like(base)
    capacity[...] = np.divide(1 - along, stays, out=np.ones_like(stays), where=stays > 0)
    # Plants that parents place may be those that move along: they count once.
    able_to_sell = own + new_capacity + np.maximum(brought - placed, 0.0)
    capacity[:, :, column] = np.divide(
        able_to_sell, bought, out=np.ones_like(bought), where=bought > 0
    )
    return base, capacity
