"""Which line of a product is used: claims against trade, with answers known by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate import lines_used
from cepasim.economy.economy import Economy


def products(**columns: list[float]) -> pd.DataFrame:
    """Products of one heading, the same in 2021 and over three years."""
    frame = pd.DataFrame(columns, index=[f"6403{i}0" for i in range(len(columns["shown"]))])
    frame["smallest"] = 0.02
    frame["shown_2021"], frame["traded_2021"] = frame["shown"], frame["traded"]
    return frame.assign(claimed=frame["shown"], heading="6403", chapter="64", listed=1.0)


def test_claims_over_trade_are_on_lines_with_a_margin() -> None:
    found = products(shown=[2.0, 0.0], traded=[8.0, 8.0], margins=[1, 1], others=[1, 1])
    value, low, high = lines_used._on_margin(found)
    np.testing.assert_allclose([value, low, high], [[0.25, 0.0]] * 3)


def test_claims_beyond_a_product_s_trade_count_for_its_heading() -> None:
    """6 too many on the first product; 4 and 8 unclaimed on the others, the last all excluded."""
    found = products(
        shown=[10.0, 1.0, 0.0], traded=[4.0, 5.0, 8.0], margins=[1, 1, 0], others=[1, 1, 2]
    )
    value, low, high = lines_used._on_margin(found)
    assert value.iloc[0] == low.iloc[0] == high.iloc[0] == 1.0
    assert low.iloc[1] == pytest.approx(1 / 5)
    assert value.iloc[1] == pytest.approx((1 + 6 * 4 / 12) / 5)
    assert high.iloc[1] == 1.0
    assert np.isnan(value.iloc[2])  # nothing to claim on, so claims tell nothing


def test_what_a_heading_has_no_room_for_may_count_for_the_chapter() -> None:
    """6 too many in the first heading with 2 unclaimed; 4 are left for the 8 of the second."""
    found = products(
        shown=[10.0, 1.0, 0.0], traded=[4.0, 3.0, 8.0], margins=[1, 1, 1], others=[1, 1, 1]
    ).assign(heading=["2008", "2008", "2007"])
    value, low, high = lines_used._on_margin(found)
    np.testing.assert_allclose(value, [1.0, 1.0, 0.25])
    np.testing.assert_allclose(low, [1.0, 1 / 3, 0.0])
    np.testing.assert_allclose(high, [1.0, 1.0, 0.5])
    # The list lacks a sixth of the chapter's exports (3 of 18): these may be what was claimed.
    value, _, high = lines_used._on_margin(found.assign(listed=15 / 18))
    np.testing.assert_allclose(high, [1.0, 1.0, 1 / 8])


def test_nothing_is_said_without_claims_and_trade() -> None:
    found = products(
        shown=[0.0, 0.0, 0.0, 5.0], traded=[0.0, 0.01, 5.0, 0.0], margins=[1] * 4, others=[1] * 4
    )
    value, _, _ = lines_used._on_margin(found)
    assert np.isnan(value.iloc[:2]).all()
    # The last product's claims are the third's.
    np.testing.assert_allclose(value.iloc[2:], 1.0, atol=3e-3)


def test_shares_add_up_and_no_claim_is_on_a_line_without_a_margin(
    economy: Economy,
) -> None:
    table = economy.parameters.table("tariffs/japan_lines_used")
    product = table["hs9"].str.slice(0, 6)
    np.testing.assert_allclose(table.groupby(product)["share"].sum(), 1.0, atol=5e-4)
    assert (table["low"] <= table["share"] + 1e-9).all()
    assert (table["share"] <= table["high"] + 1e-9).all()
    schedule = economy.markets["JPN"].schedule
    places = np.searchsorted(schedule.lines, table["hs9"].to_numpy(str))
    rate, mfn = schedule.rates.of("IND")[1][places], schedule.mfn[places]
    known = ~np.isnan(rate + mfn)
    claims = (table["basis"] == "claims").to_numpy()
    assert (rate < mfn)[known & claims].all()
    assert (rate == mfn)[known & ~claims].all()


def test_leather_shoes_without_claims_pay_the_duty(economy: Economy) -> None:
    """Shoe uppers were never claimed in ten years: the free line beside them is not India's."""
    schedule = economy.markets["JPN"].schedule
    [place] = np.flatnonzero(schedule.products == "640610")
    best = Economy.build(economy.parameters, "best").markets["JPN"].schedule
    assert best.product_base("IND")[place] == 0.0
    assert schedule.product_base("IND")[place] == pytest.approx(0.25)
    assert schedule.product_mfn("IND")[place] == pytest.approx(0.25)
