"""Purchases that move at unchanged prices, and the capacity that goes along or stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats, Ints, everywhere
from cepasim.economy.market import Market


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What buyers move to the partner of one market; dollars f.o.b. of the base year's size.

    Attributes
    ----------
    shares : mapping of int to tuple of ndarray, shape (Y, H) each
        By place of the source: share of its sales that moves to the partner, and the part of it
        with which capacity moves, at most the share.
    placed : ndarray, shape (Y, H)
        Products of new plants of the partner that parents take back.
    new_capacity : ndarray, shape (Y, H)
        Capacity the partner gains: ``placed``, and what finds buyers by its price.
    """

    shares: Mapping[int, tuple[Floats, Floats]]
    placed: Floats
    new_capacity: Floats

    @property
    def places(self) -> Ints:
        """Places of the products of which anything moves."""
        anywhere = self.placed.any(axis=0) | self.new_capacity.any(axis=0)
        for moved, _ in self.shares.values():
            anywhere |= moved.any(axis=0)
        return np.flatnonzero(anywhere)


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
    places = moves.places
    if not places.size:
        return start, everywhere(1.0, start.shape)
    # By product most of a market stays as it is: only the rest is worked out.
    base, capacity = np.array(start), np.ones(start.shape)
    base[:, places], capacity[:, places] = _moved(market, start[:, places], moves, places)
    return base, capacity


def _moved(market: Market, start: Floats, moves: Moves, places: Ints) -> tuple[Floats, Floats]:
    """Base trade and capacity of the products of which something moves, shape (Y, n, S)."""
    placed, new_capacity = moves.placed[:, places], moves.new_capacity[:, places]
    column, wedge = market.partner_column, market.wedge[places]
    own, own_wedge = start[:, :, column], wedge[:, column]
    landed = start * wedge
    stays, left_behind = np.ones(start.shape), np.ones(start.shape)
    sourced, brought = np.zeros(placed.shape), np.zeros(placed.shape)
    able = (own > 0) | (new_capacity > 0)
    for source, shares in moves.shares.items():
        moved, along = (one[:, places] for one in shares)
        moved = np.minimum(np.where(able, moved, along), 1.0)
        along = np.minimum(along, moved)
        sourced += moved * landed[:, :, source]
        brought += along * landed[:, :, source]
        stays[:, :, source], left_behind[:, :, source] = 1 - moved, 1 - along
    sourced, brought = sourced / own_wedge, brought / own_wedge
    beyond = np.maximum(placed - sourced, 0.0)

    left = landed * stays
    others = left.sum(axis=2) - left[:, :, column]
    given_up = np.divide(beyond * own_wedge, others, out=np.zeros_like(beyond), where=others > 0)
    base = start * stays * (1 - np.minimum(given_up, 1.0))[:, :, None]
    base[:, :, column] = bought = own + sourced + beyond
    capacity = np.divide(left_behind, stays, out=np.ones_like(stays), where=stays > 0)
    # Plants that parents place may be those that move along: they count once.
    able_to_sell = own + new_capacity + np.maximum(brought - placed, 0.0)
    capacity[:, :, column] = np.divide(
        able_to_sell, bought, out=np.ones_like(bought), where=bought > 0
    )
    return base, capacity
