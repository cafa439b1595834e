"""The benchmark economy: totals, wedges, tariff lines."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import cepasim
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.economy.schedule import TariffSchedule


@pytest.fixture(scope="module")
def schedule(economy: Economy) -> TariffSchedule:
    return economy.markets["JPN"].schedule


def test_benchmark_totals_are_the_published_ones(economy: Economy) -> None:
    japan, india = economy.markets["JPN"], economy.markets["IND"]
    assert japan.fob[:, japan.partner_column].sum() == pytest.approx(5150, abs=1e-6)
    assert india.cif[:, india.partner_column].sum() == pytest.approx(17690, abs=1e-6)


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_shares_and_wedges_are_consistent(economy: Economy, importer: str) -> None:
    market = economy.markets[importer]
    np.testing.assert_allclose(market.import_shares.sum(axis=1), 1.0, atol=1e-12)
    assert ((market.domestic_share >= 0) & (market.domestic_share < 1)).all()
    assert (market.wedge >= 1).all()
    np.testing.assert_allclose(market.landed, market.fob * market.wedge)
    np.testing.assert_allclose(
        market.schedule.chapter_sums(market.product_weights.T).T, 1.0, atol=1e-9
    )


def test_arrays_cannot_be_changed(economy: Economy) -> None:
    market = economy.markets["JPN"]
    for array in (market.cif, market.sigma_import, market.wedge, market.schedule.rate_base):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_clothing_is_free_for_india_and_not_for_china(
    economy: Economy, schedule: TariffSchedule
) -> None:
    year = np.array([2023])
    clothing = np.isin(schedule.chapter, [economy.chapters.index(hs) for hs in ("61", "62")])
    india = schedule.product_rates(schedule.line_rates("IND", year), "IND")[0][clothing]
    china = schedule.product_rates(schedule.line_rates("CHN", year), "CHN")[0][clothing]
    assert india.max() == 0
    # China pays about 5 % in the schedule of 2026, more in 2023-24 when half of the cut was made.
    assert 0.05 < china.mean() < 0.09


def test_rates_of_2023_follow_the_roll_back_rules(schedule: TariffSchedule) -> None:
    years = np.arange(2023, 2028)
    china = schedule.line_rates("CHN", years)
    falling = china[0] > china[3] + 1e-9
    assert falling.any()
    # RCEP: three of six cuts made, one more each April, done in 2026-27 and then unchanged.
    final, mfn = china[3][falling], schedule.mfn[falling]
    for step, row in enumerate(china[:4]):
        np.testing.assert_allclose(row[falling], mfn - (mfn - final) * (3 + step) / 6, atol=1e-9)
    np.testing.assert_array_equal(china[3], china[4])
    # CEPA category B15: three instalments left in 2023-24, none from April 2026.
    india = schedule.line_rates("IND", years)
    staged = india[0] > india[3] + 1e-9
    assert staged.sum() >= 40
    np.testing.assert_allclose(india[1][staged], india[0][staged] * 2 / 3, atol=1e-9)
    assert (india[3][staged] == 0).all()


def test_bangladesh_leaves_ldc_treatment_when_the_parameter_says(economy: Economy) -> None:
    schedule = economy.markets["JPN"].schedule
    years = np.array([2028, 2029])
    clothing = schedule.chapter == economy.chapters.index("61")
    before, after = (
        schedule.product_rates(row, "BGD")[clothing].mean()
        for row in schedule.line_rates("BGD", years)
    )
    assert before == 0 and after > 0.05
    never = economy.with_overrides({"bangladesh_ldc_end": 2100}).markets["JPN"].schedule
    np.testing.assert_array_equal(*never.line_rates("BGD", years))


def test_best_line_is_at_most_the_mean_line(economy: Economy, schedule: TariffSchedule) -> None:
    rates = schedule.line_rates("IND", np.array([2023]))
    best, average = (
        built.markets["JPN"].schedule.product_rates(rates, "IND")[0]
        for built in (
            Economy.build(economy.parameters, "best"),
            Economy.build(economy.parameters, "mean"),
        )
    )
    known = ~np.isnan(best)
    np.testing.assert_array_equal(known, ~np.isnan(average))
    assert (best[known] <= average[known] + 1e-12).all()
    assert (best[known] < average[known] - 1e-3).any()


def test_a_blank_rate_is_never_read_as_free(schedule: TariffSchedule) -> None:
    rates = schedule.line_rates("IND", np.array([2023]))[0]
    unknown = np.isnan(schedule.mfn) & (schedule.category == "X")
    assert unknown.any()
    assert np.isnan(rates[unknown]).all()


def test_chapters_without_lines_have_a_stand_in(economy: Economy) -> None:
    for market in economy.markets.values():
        stand_ins = market.schedule.lines[market.schedule.category == NO_LINE]
        there = {"JPN": {"98", "99"}, "IND": {"99"}}
        assert {line[:2] for line in stand_ins} == there[market.importer]


def test_observed_use_of_the_preference_is_reproduced(economy: Economy) -> None:
    """What India's treasury collects on covered goods matches the use that was assumed."""
    used = economy.parameters.value("utilisation_observed_jpn_ind")
    market = economy.markets["IND"]
    column = market.partner_column
    schedule = market.schedule
    rates = np.nan_to_num(schedule.product_base("JPN"))
    mfn = np.nan_to_num(schedule.product_mfn("JPN"))
    phi = market.origin_cost[schedule.chapter, column]
    margin = mfn - rates
    paid, collected = market.tariffs(mfn, rates, phi, market.claims.maximum)
    cif = market.product_weights[:, column] / (1 + paid)
    h = schedule.chapter == economy.chapters.index("84")
    inside = h & (margin > 0)
    claimed = (mfn - collected)[inside] / margin[inside]
    assert (cif[inside] * claimed).sum() / cif[inside].sum() == pytest.approx(used, abs=1e-6)


def test_overrides_reach_the_arrays_and_leave_the_original_alone(economy: Economy) -> None:
    changed = economy.with_overrides({"epsilon_supply_ind_jpn": 2.5})
    h = economy.chapters.index("61")
    column = economy.markets["JPN"].partner_column
    assert changed.markets["JPN"].supply[h, column] == 2.5
    assert economy.markets["JPN"].supply[h, column] == 5
    assert changed.parameters.digest != economy.parameters.digest


def test_load_refuses_a_folder_that_does_not_exist() -> None:
    with pytest.raises(cepasim.InputError):
        cepasim.load("no-such-folder")


def test_economy_and_market_are_told_in_a_few_lines(economy: Economy) -> None:
    assert len(repr(economy).splitlines()) == 4
    assert "India" not in repr(economy) and len(repr(economy)) < 600
    market = repr(economy.markets["JPN"])
    assert market.startswith("Market(JPN: ") and "\n" not in market
    assert "from IND" in market


@pytest.mark.parametrize("sigma", [0.01, 100.0])
def test_the_largest_elasticity_allowed_loses_no_digits_to_infinity(
    economy: Economy, sigma: float
) -> None:
    """Prohibitive lines weigh next to nothing at a large elasticity, and never 0 / 0."""
    given = {f"sigma_import_{hs}": sigma for hs in economy.chapters}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extreme = economy.with_overrides(given)
    for market in extreme.markets.values():
        assert np.isfinite(market.tariff_effective).all()
        assert np.isfinite(market.product_weights).all()
