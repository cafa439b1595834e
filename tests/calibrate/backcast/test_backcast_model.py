"""The model run over history: what must hold whatever the figures are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_FITTED,
    START,
    History,
    position,
    read_history,
    tariff_rates,
)
from cepasim.economy.economy import Economy


@pytest.fixture(scope="module")
def history(economy: Economy) -> History:
    return read_history(economy)


@pytest.fixture(scope="module")
def flows(economy: Economy, history: History) -> dict[str, drivers.FlowInputs]:
    return drivers.inputs(economy, history)


@pytest.fixture(scope="module")
def given(economy: Economy) -> model.Settings:
    return model.fitted(economy)


def still(flow: drivers.FlowInputs) -> drivers.FlowInputs:
    """The flow with every driver as in the base year."""
    at = position(START)

    def stay(path: np.ndarray) -> np.ndarray:
        return np.repeat(path[at][None], len(path), axis=0)

    driver = stay(flow.driver)
    own = np.where(flow.with_partner[:, None], flow.trade[at], 0.0)
    return replace(
        flow,
        driver=driver + own,
        tariff=stay(flow.tariff),
        price_level=stay(flow.price_level),
        price_level_importer=np.full(len(flow.price_level_importer), 0.3),
        commodity=np.zeros(flow.commodity.shape),
    )


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("start", [START, LAST_FITTED])
def test_prediction_starts_where_trade_stood(flows, given, flow: str, start: int) -> None:  # type: ignore[no-untyped-def]
    got = model.predict(flows[flow], given, start)
    assert got.shape[0] == LAST - start + 1
    np.testing.assert_allclose(got[0], flows[flow].trade[position(start)], rtol=1e-10)


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_moves_where_no_driver_does(flows, given, flow: str) -> None:  # type: ignore[no-untyped-def]
    got = model.predict(still(flows[flow]), given)
    known = still(flows[flow]).driver[position(START)] > 0
    np.testing.assert_allclose(got[:, known], np.repeat(got[:1, known], len(got), 0), rtol=1e-9)


def test_demand_alone_moves_trade_in_proportion(flows, given) -> None:  # type: ignore[no-untyped-def]
    flow = flows["import"]
    doubled = flow.driver.copy()
    doubled[position(START) + 1 :] *= 2
    base, twice = model.predict(flow, given), model.predict(replace(flow, driver=doubled), given)
    known = (flow.driver[position(START) + 1 :] > 0) & (base[1:] > 0)
    np.testing.assert_allclose(twice[1:][known], 2 * base[1:][known], rtol=1e-9)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_lower_tariff_and_a_weaker_currency_sell_more(flows, given, flow: str) -> None:  # type: ignore[no-untyped-def]
    one = flows[flow]
    base = model.predict(one, given)[-1]
    tariff = one.tariff.copy()
    tariff[position(START) + 1 :, :, one.partner] *= 0.5
    level = one.price_level.copy()
    level[position(START) + 1 :, one.partner] -= 0.2
    traded = (base > 0.01) & (one.tariff[-1, :, one.partner] > 0.001)
    assert (model.predict(replace(one, tariff=tariff), given)[-1] > base)[traded].all()
    # A chapter with a single rival can only gain as well.
    cheaper = model.predict(replace(one, price_level=level), given)[-1]
    assert (cheaper > base)[base > 0.01].all()


def test_partner_is_taken_out_of_a_total_at_the_fixed_point(flows, given) -> None:  # type: ignore[no-untyped-def]
    flow = flows["import"]
    hats = model.value_hats(flow, given, START)
    got = model.predict(flow, given)
    for year in (LAST - 1, LAST):
        t, at = year - START, position(year)
        others = np.delete(flow.others[position(START)], flow.partner, axis=1)
        moved = (others * np.delete(hats[t], flow.partner, axis=1)).sum(axis=1)
        own = flow.trade[position(START)] * hats[t, :, flow.partner]
        known = (moved > 0) & (own > 0) & (flow.driver[at] > 0)
        left = flow.driver[at] - got[t]
        np.testing.assert_allclose((got[t] / left)[known], (own / moved)[known], rtol=1e-9)


@pytest.mark.parametrize("flow", FLOWS)
def test_coalitions_run_from_nothing_to_the_prediction(flows, given, flow: str) -> None:  # type: ignore[no-untyped-def]
    got = model.counterfactuals(flows[flow], given)
    base = flows[flow].trade[position(START)]
    np.testing.assert_allclose(got[0], np.repeat(base[None], got.shape[1], 0), rtol=1e-9)
    np.testing.assert_allclose(got[-1], model.predict(flows[flow], given), rtol=1e-9)


@pytest.mark.parametrize("flow", FLOWS)
def test_the_agreement_never_reduced_trade(flows, given, flow: str) -> None:  # type: ignore[no-untyped-def]
    without = model.without_cepa(flows[flow], given)
    assert (without <= model.predict(flows[flow], given) * (1 + 1e-9)).all()


def test_more_use_of_the_preference_is_a_lower_tariff(economy, flows) -> None:  # type: ignore[no-untyped-def]
    for flow in FLOWS:
        partner = flows[flow].partner
        paid = flows[flow].tariff[:, :, partner]
        claimed = drivers.with_claimed_margin(economy, flows[flow]).tariff[:, :, partner]
        full = drivers.with_full_use(economy, flows[flow]).tariff[:, :, partner]
        assert (full <= claimed + 1e-12).all()
        assert (claimed <= paid + 1e-12).all()


def test_tariffs_before_the_agreement_are_those_of_everybody(economy: Economy) -> None:
    for importer in ("JPN", "IND"):
        mfn, cepa = tariff_rates(economy, importer)
        np.testing.assert_allclose(cepa[0], mfn[0])
        assert (np.diff(cepa, axis=0) <= 1e-9).all()
        assert cepa[-1].mean() < cepa[0].mean()


def test_sources_of_2014_are_shares(economy: Economy) -> None:
    shares = drivers.japan_sources_2014(economy)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all()


def test_constant_share_keeps_the_place_beside_the_others(flows) -> None:  # type: ignore[no-untyped-def]
    flow = flows["import"]
    got = model.constant_share(flow, START)
    last = position(2021)
    base = flow.trade[position(START)] / flow.driver[position(START)].clip(min=1e-9)
    known = (flow.driver[position(START)] > 0) & (flow.driver[last] > 0)
    np.testing.assert_allclose(
        got[last - position(START)][known], (base * flow.driver[last])[known]
    )


def test_calendar_years_become_fiscal_years(history: History, economy: Economy) -> None:
    table = economy.parameters.table("macro/annual")
    copper = table[table["series"] == "price_copper_weo"].set_index("year")["value"]
    expected = 0.75 * copper["2013"] + 0.25 * copper["2014"]
    assert history.macro["price_copper_weo"][position(2013)] == pytest.approx(expected)
    rupee = table[table["series"] == "exchange_rate_lcu_per_usd_IND_fy"].set_index("year")["value"]
    assert history.macro["exchange_rate_lcu_per_usd_IND_fy"][-1] == rupee["2023-24"]
    deflator = table[table["series"] == "gdp_deflator_IND_weo"].set_index("year")["value"]
    assert history.macro["gdp_deflator_IND_weo"][-1] == deflator["2023"]
