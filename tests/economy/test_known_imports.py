"""India's imports from Japan by product, where the user gives them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market, markets_of
from cepasim.economy.products import _Sold

CARS, HALF = "87", 0.5


def with_known(economy: Economy, known: np.ndarray) -> Market:
    trade = economy.ground.known_trade
    markets = markets_of(
        {importer: market.schedule for importer, market in economy.markets.items()},
        economy.parameters,
        replace(economy.ground, known_trade=FrozenMapping({**trade, "IND": known})),
        economy.ground.benchmarks,
        "alike",
        "consignments",
    )
    found: Market = markets["IND"]
    return found


@pytest.fixture(scope="module")
def known(economy: Economy) -> np.ndarray:
    """Two products of cars, which are half of their chapter."""
    market = economy.markets["IND"]
    schedule, chapter = market.schedule, market.chapters.index(CARS)
    places = np.flatnonzero(schedule.chapter == chapter)[[3, 40]]
    given = np.zeros(len(schedule.products))
    given[places] = HALF * market.cif[chapter, market.partner_column] * np.array([0.75, 0.25])
    return given


def test_given_products_are_as_given_and_their_chapter_keeps_its_sum(
    economy: Economy, known: np.ndarray
) -> None:
    before, after = economy.markets["IND"], with_known(economy, known)
    column, chapter = after.partner_column, after.chapters.index(CARS)
    assert (after.cif == before.cif).all()
    mine = after.schedule.chapter == chapter
    share = _Sold.of(after, column).share
    sold = share * after.cif[after.schedule.chapter, column]
    assert sold[known > 0] == pytest.approx(known[known > 0], rel=1e-9)
    assert sold[mine].sum() == pytest.approx(after.cif[chapter, column], rel=1e-12)
    # The rest is divided as before, but for the cost of origin that shows the same use.
    rest = mine & (known == 0)
    old = _Sold.of(before, column).share
    assert share[rest] / share[rest].sum() == pytest.approx(old[rest] / old[rest].sum(), rel=0.03)


def test_other_chapters_and_sources_do_not_move(economy: Economy, known: np.ndarray) -> None:
    before, after = economy.markets["IND"], with_known(economy, known)
    column, chapter = after.partner_column, after.chapters.index(CARS)
    # What products weigh decides what a chapter pays, and the typical cost of origin of others.
    gap = np.abs(after.tariff_effective - before.tariff_effective)
    gap[:, column] = np.where(np.arange(len(gap)) == chapter, 0.0, gap[:, column])
    assert gap.max() < 1e-4
    assert after.tariff_effective[chapter, column] != before.tariff_effective[chapter, column]


def test_nothing_known_is_the_bundled_market(economy: Economy, known: np.ndarray) -> None:
    assert not economy.ground.known_trade["IND"].any()
    same = with_known(economy, np.zeros_like(known))
    assert (same.tariff_effective == economy.markets["IND"].tariff_effective).all()
