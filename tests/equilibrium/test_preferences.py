"""Use of preferences: the closed forms, their limits and the calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from cepasim.equilibrium.preferences import (
    Consignments,
    LogLogistic,
    UseFunction,
    claimed_share,
    collected_tariff,
    effective_tariff,
    origin_cost_from_use,
    paid_and_collected,
)

RATE = st.floats(0.0, 2.0)
COST = st.floats(0.0, 1.0)
TOP = st.floats(0.5, 1.0)
USE = st.one_of(st.just(LogLogistic()), st.builds(Consignments, st.floats(0.3, 4.0)))

each_use = pytest.mark.parametrize("use", [LogLogistic(), Consignments(2.5), Consignments(0.8)])


@given(RATE, COST, TOP, USE)
def test_saving_is_the_integral_of_the_claimed_share(
    margin: float, cost: float, top: float, use: UseFunction
) -> None:
    # The saving at margin m is the area under the share that claims at every smaller margin
    # (integrated over the log of the margin, where the share is smooth).
    if margin < 1e-9:
        return
    low, high = np.log(margin) - 40.0, np.log(margin)
    turn = np.log(cost) if cost > 0 else low
    area, _ = quad(
        lambda x: float(claimed_share(np.exp(x), cost, top, use)) * np.exp(x),
        low,
        high,
        points=sorted({min(max(turn, low), high), high - 5.0}),
        limit=400,
    )
    saved = margin - float(effective_tariff(margin, margin, cost, top, use))
    assert saved == pytest.approx(area, abs=1e-7)


@given(st.floats(1e-3, 1.0), st.floats(1e-4, 0.5), TOP, USE)
def test_another_point_of_margin_saves_the_share_that_claims(
    margin: float, cost: float, top: float, use: UseFunction
) -> None:
    step = 1e-6 * margin
    up, down = (
        float(effective_tariff(1.0, m, cost, top, use)) for m in (margin + step, margin - step)
    )
    share = float(claimed_share(margin, cost, top, use))
    assert (up - down) / (2 * step) == pytest.approx(-share, abs=2e-6)


@given(st.floats(1e-3, 1.0), st.floats(1e-4, 0.5), TOP, USE)
def test_a_dearer_claim_costs_what_claimants_spend(
    margin: float, cost: float, top: float, use: UseFunction
) -> None:
    # d t_eff / d ln f is the cost of claiming incurred: those who just claim gain nothing by it.
    up, down = (
        float(effective_tariff(1.0, margin, cost * np.exp(step), top, use))
        for step in (1e-6, -1e-6)
    )
    paid, collected = paid_and_collected(1.0, margin, cost, top, use)
    assert (up - down) / 2e-6 == pytest.approx(float(paid - collected), abs=1e-8)


@given(RATE, RATE, COST, COST, TOP, USE)
def test_a_cheaper_proof_never_hurts_the_shipper(
    mfn: float, preferential: float, cost: float, cut: float, top: float, use: UseFunction
) -> None:
    margin = max(mfn - preferential, 0.0)
    before = float(effective_tariff(mfn, margin, cost, top, use))
    after = float(effective_tariff(mfn, margin, cost * cut, top, use))
    assert after <= before + 1e-12


@given(RATE, COST, TOP, USE)
def test_treasury_never_collects_more_than_the_shipper_pays(
    mfn: float, cost: float, top: float, use: UseFunction
) -> None:
    paid = float(effective_tariff(mfn, mfn, cost, top, use))
    collected = float(collected_tariff(mfn, mfn, cost, top, use))
    assert -1e-12 <= collected <= paid + 1e-12 <= mfn + 2e-12


@each_use
@pytest.mark.parametrize(
    ("margin", "cost", "share"), [(0.0, 0.05, 0.0), (0.1, 0.0, 0.95), (0.1, 0.1, 0.475), (0, 0, 0)]
)
def test_limits_of_the_claimed_share(
    margin: float, cost: float, share: float, use: UseFunction
) -> None:
    assert float(claimed_share(margin, cost, 0.95, use)) == pytest.approx(share)


@each_use
def test_full_use_pays_the_preferential_rate_and_no_use_the_mfn_rate(use: UseFunction) -> None:
    assert float(effective_tariff(0.1, 0.08, 0.0, 1.0, use)) == pytest.approx(0.02)
    assert float(effective_tariff(0.1, 0.08, 0.05, 0.0, use)) == pytest.approx(0.10)


def test_consignments_claim_where_the_margin_covers_the_fixed_cost() -> None:
    # Consignments drawn one by one: a dollar's consignment is exp(s n) of the median's, so that
    # the fixed cost is f exp(-s n) of it.
    spread, margin, cost = 1.2, 0.06, 0.02
    burden = cost * np.exp(-spread * norm.ppf((np.arange(400_000) + 0.5) / 400_000))
    claims = burden <= margin
    use = Consignments(spread)
    assert float(claimed_share(margin, cost, 1.0, use)) == pytest.approx(claims.mean(), abs=1e-5)
    saved = np.where(claims, margin - burden, 0.0).mean()
    assert 0.1 - float(effective_tariff(0.1, margin, cost, 1.0, use)) == pytest.approx(
        saved, abs=1e-6
    )


def test_paper_takes_less_of_the_margin_than_with_log_logistic_costs() -> None:
    # At a use of 80 % the first version's function loses half of the margin to paperwork.
    lost = {}
    for use in (LogLogistic(), Consignments(2.5)):
        cost = np.exp(-use.log_ratio(np.array(0.8)))  # at a margin of 1
        paid, collected = paid_and_collected(1.0, 1.0, cost, 1.0, use)
        assert float(1.0 - collected) == pytest.approx(0.8)
        lost[type(use)] = float(paid - collected)
    assert lost[LogLogistic] == pytest.approx(0.354, abs=0.001)
    assert lost[Consignments] == pytest.approx(0.135, abs=0.001)


@each_use
def test_rates_of_any_shape_are_those_one_by_one(use: UseFunction) -> None:
    rng = np.random.default_rng(2)
    margin, cost = rng.uniform(0, 0.4, (3, 5)), rng.uniform(0, 0.1, 5)
    together = paid_and_collected(0.5, margin, cost, 0.9, use)
    for place in np.ndindex(3, 5):
        alone = paid_and_collected(0.5, margin[place], cost[place[1]], 0.9, use)
        assert [float(one[place]) for one in together] == [float(one) for one in alone]


@each_use
def test_calibrated_cost_reproduces_the_observed_use(use: UseFunction) -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), 20)
    weights, margin = rng.lognormal(size=120), rng.uniform(0, 0.3, 120) * (rng.random(120) > 0.3)
    margin[group == 5] = 0.0
    used = np.array([0.2, 0.35, 0.5, 0.7, 0.95, 0.5])
    phi = origin_cost_from_use(weights, margin, used, 0.95, group, use)
    assert np.isnan(phi[5])  # no margin, nothing revealed
    assert phi[4] == 0.0  # full use needs a cost of nothing
    carried = weights * (margin > 0)
    for g in range(5):
        inside = group == g
        share = claimed_share(margin[inside], phi[g], 0.95, use)
        assert (carried[inside] * share).sum() / carried[inside].sum() == pytest.approx(
            used[g], rel=1e-12
        )


@each_use
def test_calibrated_cost_goes_with_the_trade_it_leaves(use: UseFunction) -> None:
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(40), 25)
    margin = rng.uniform(0, 0.3, 1000) * (rng.random(1000) > 0.3)
    mfn, number = margin + rng.uniform(0, 0.2, 1000), rng.lognormal(size=1000)
    used, power = rng.uniform(0.02, 0.9, 40), -rng.uniform(1.0, 12.0, 40)[group]

    def trade(phi: np.ndarray) -> np.ndarray:
        return number * (1 + effective_tariff(mfn, margin, phi[group], 0.95, use)) ** power

    def with_slope(phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        up, down = trade(phi * np.exp(1e-5)), trade(phi * np.exp(-1e-5))
        return trade(phi), (up - down) / 2e-5

    phi = origin_cost_from_use(with_slope, margin, used, 0.95, group, use)
    again = origin_cost_from_use(trade(phi), margin, used, 0.95, group, use)
    np.testing.assert_allclose(again, phi, rtol=1e-9)
    carried = trade(phi) * (margin > 0)
    claims = np.bincount(group, carried * claimed_share(margin, phi[group], 0.95, use))
    np.testing.assert_allclose(claims / np.bincount(group, carried), used, rtol=1e-11)
