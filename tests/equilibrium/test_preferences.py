"""Use of preferences: the closed forms, their limits and the calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from cepasim.equilibrium.preferences import (
    claimed_share,
    collected_tariff,
    effective_tariff,
    origin_cost_from_use,
)

RATE = st.floats(0.0, 2.0)
COST = st.floats(0.0, 1.0)
TOP = st.floats(0.5, 1.0)


@given(RATE, COST, TOP)
def test_saving_is_the_integral_of_the_claimed_share(
    margin: float, cost: float, top: float
) -> None:
    # A shipper whose cost is below the margin claims: the saving at margin m is the area under
    # the share that claims at every smaller margin.
    # The share turns at margins around the cost, which may be a tiny part of the way.
    turns = [m for m in cost * np.logspace(-1, 4, 6) if 0 < m < margin]
    area, _ = quad(
        lambda m: float(claimed_share(m, cost, top)), 0, margin, points=turns or None, limit=200
    )
    assert float(effective_tariff(margin, margin, cost, top)) == pytest.approx(
        margin - area, abs=1e-6
    )


@given(RATE, RATE, COST, COST, TOP)
def test_a_cheaper_proof_never_hurts_the_shipper(
    mfn: float, preferential: float, cost: float, cut: float, top: float
) -> None:
    margin = max(mfn - preferential, 0.0)
    before = float(effective_tariff(mfn, margin, cost, top))
    after = float(effective_tariff(mfn, margin, cost * min(cut, 1.0), top))
    assert after <= before + 1e-12


@given(RATE, COST, TOP)
def test_treasury_never_collects_more_than_the_shipper_pays(
    mfn: float, cost: float, top: float
) -> None:
    paid = float(effective_tariff(mfn, mfn, cost, top))
    collected = float(collected_tariff(mfn, mfn, cost, top))
    assert -1e-12 <= collected <= paid + 1e-12 <= mfn + 2e-12


@pytest.mark.parametrize(
    ("margin", "cost", "share"), [(0.0, 0.05, 0.0), (0.1, 0.0, 0.95), (0.1, 0.1, 0.475), (0, 0, 0)]
)
def test_limits_of_the_claimed_share(margin: float, cost: float, share: float) -> None:
    assert float(claimed_share(margin, cost, 0.95)) == pytest.approx(share)


def test_full_use_pays_the_preferential_rate_and_no_use_the_mfn_rate() -> None:
    assert float(effective_tariff(0.1, 0.08, 0.0, 1.0)) == pytest.approx(0.02)
    assert float(effective_tariff(0.1, 0.08, 0.05, 0.0)) == pytest.approx(0.10)


def test_calibrated_cost_reproduces_the_observed_use() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), 20)
    weights, margin = rng.lognormal(size=120), rng.uniform(0, 0.3, 120) * (rng.random(120) > 0.3)
    margin[group == 5] = 0.0
    used = np.array([0.2, 0.35, 0.5, 0.7, 0.95, 0.5])
    phi = origin_cost_from_use(weights, margin, used, 0.95, group)
    assert np.isnan(phi[5])  # no margin, nothing revealed
    assert phi[4] == 0.0  # full use needs a cost of nothing
    carried = weights * (margin > 0)
    for g in range(5):
        inside = group == g
        share = claimed_share(margin[inside], phi[g], 0.95)
        assert (carried[inside] * share).sum() / carried[inside].sum() == pytest.approx(used[g])


def test_calibrated_cost_goes_with_the_trade_it_leaves() -> None:
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(40), 25)
    margin = rng.uniform(0, 0.3, 1000) * (rng.random(1000) > 0.3)
    mfn, number = margin + rng.uniform(0, 0.2, 1000), rng.lognormal(size=1000)
    used, power = rng.uniform(0.02, 0.9, 40), -rng.uniform(1.0, 12.0, 40)[group]

    def trade(phi: np.ndarray) -> np.ndarray:
        return number * (1 + effective_tariff(mfn, margin, phi[group], 0.95)) ** power

    def with_slope(phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        up, down = trade(phi * np.exp(1e-5)), trade(phi * np.exp(-1e-5))
        return trade(phi), (up - down) / 2e-5

    phi = origin_cost_from_use(with_slope, margin, used, 0.95, group)
    again = origin_cost_from_use(trade(phi), margin, used, 0.95, group)
    np.testing.assert_allclose(again, phi, rtol=1e-12)
    carried = trade(phi) * (margin > 0)
    claims = np.bincount(group, carried * claimed_share(margin, phi[group], 0.95))
    np.testing.assert_allclose(claims / np.bincount(group, carried), used, rtol=1e-12)
