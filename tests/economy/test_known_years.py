"""Published trade after the base year, chapter by chapter: raking, evidence, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cepasim
from cepasim.economy.known_years import KnownYears, raked

NOWHERE = np.inf


def test_without_bounds_every_chapter_moves_alike() -> None:
    prior = np.array([1.0, 3.0, 0.0])
    found = raked(prior, 8.0, np.zeros(3), np.full(3, NOWHERE))
    assert found.tolist() == pytest.approx([2.0, 6.0, 0.0])


def test_a_published_chapter_is_held_and_the_rest_makes_up_the_total() -> None:
    low, high = np.array([5.0, 0, 0]), np.array([5.0, NOWHERE, NOWHERE])
    found = raked(np.array([1.0, 1.0, 3.0]), 9.0, low, high)
    assert found.tolist() == pytest.approx([5.0, 1.0, 3.0])


def test_a_bound_that_does_not_bind_changes_nothing() -> None:
    low, high = np.array([0.5, 0.0]), np.array([9.0, NOWHERE])
    assert raked(np.array([1.0, 3.0]), 8.0, low, high).tolist() == pytest.approx([2.0, 6.0])


def test_totals_that_the_bounds_leave_no_room_for_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot sum to 9"):
        raked(np.array([1.0, 1.0]), 9.0, np.zeros(2), np.full(2, 4.0))


@given(
    st.lists(st.floats(0.01, 1000), min_size=2, max_size=30),
    st.floats(0.1, 10),
    st.integers(0, 2**30),
)
def test_raking_keeps_total_and_bounds_and_orders_ratios(
    prior: list[float], factor: float, seed: int
) -> None:
    values = np.array(prior)
    draw = np.random.default_rng(seed)
    low = values * draw.uniform(0, factor, values.size) * (draw.random(values.size) < 0.5)
    high = np.where(draw.random(values.size) < 0.5, NOWHERE, low + values * factor)
    total = float(draw.uniform(low.sum(), min(high.sum(), 100 * values.sum())))
    found = raked(values, total, low, high)
    assert found.sum() == pytest.approx(total, rel=1e-12)
    assert (found >= low * (1 - 1e-12)).all() and (found <= high * (1 + 1e-12)).all()
    free = (found > low * (1 + 1e-9)) & (found < high * (1 - 1e-9))
    ratios = (found / values)[free]
    assert ratios.size == 0 or np.ptp(ratios) <= 1e-9 * ratios.max()


def test_known_years_hold_what_is_published(economy: cepasim.Economy) -> None:
    published = economy.parameters.table("reference/published_chapters")
    for importer, flow in (("JPN", "export"), ("IND", "import")):
        market, known = economy.markets[importer], economy.ground.known_years[importer]
        column = market.partner_column
        pair = (market.fob if flow == "export" else market.cif)[:, column]
        current = known.current(pair)
        assert current.sum(axis=1) == pytest.approx(known.total, rel=1e-12)
        for row in published[published["flow"] == flow].itertuples():
            year = known.years.index(int(row.fiscal_year[:4]))
            chapter = economy.chapters.index(row.hs)
            assert current[year, chapter] == pytest.approx(row.value, rel=1e-12)


@pytest.mark.slow(seconds=1)
def test_years_must_follow_without_a_gap(economy: cepasim.Economy, tmp_path) -> None:
    (tmp_path / "reference").mkdir()
    table = economy.parameters.table("reference/published_totals")
    table = table[table["fiscal_year"] != "2024-25"]
    table.to_csv(tmp_path / "reference" / "published_totals.csv", index=False)
    with pytest.raises(cepasim.InputError, match="2024-25"):
        cepasim.load(tmp_path)


def test_a_folder_without_later_years_has_no_anchor(economy: cepasim.Economy) -> None:
    known = economy.ground.known_years["JPN"]
    empty = KnownYears(
        2023, (), (), *(np.empty(0),) * 3, *(np.empty((0, 98)),) * 3, *(np.empty(0),) * 3
    )
    assert empty.last == 2023 and known.last == 2025
    assert empty.current(np.ones(98)).shape == (0, 98)


def test_all_chapters_given_sum_to_their_total_but_for_rounding() -> None:
    given = np.array([0.1, 0.2, 0.3])
    for total in (float(given.sum()) * (1 + 5e-10), float(given.sum()) * (1 - 5e-10)):
        assert raked(given, total, given, given).tolist() == given.tolist()
