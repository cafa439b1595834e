"""India's tariff by line: surcharge, rivals' rates, agreements, and the Budget's figures."""

from __future__ import annotations

import numpy as np
import pytest

import cepasim
from cepasim.economy.economy import Economy

YEARS = np.array([2023, 2024, 2026, 2030, 2040])
#: Rupees a dollar in 2023-24, and Rs crore in US$ mn.
CRORE = 10 / 82.8


def rate(economy: Economy, source: str, line: str, year: int = 2023) -> float:
    schedule = economy.markets["IND"].schedule
    [place] = np.flatnonzero(schedule.lines == line)
    return float(100 * schedule.line_rates(source, np.array([year]))[0, place])


def forgone(economy: Economy, source: str) -> float:
    """Duty India forgoes on a source in the base year: MFN less what it collects, US$ mn."""
    market = economy.markets["IND"]
    schedule, column = market.schedule, market.exporters.index(source)
    rates = np.nan_to_num(schedule.product_base(source))
    mfn = np.fmax(np.nan_to_num(schedule.product_mfn(source)), rates)
    paid, due = market.tariffs(
        mfn,
        rates,
        market.origin_cost[schedule.chapter, column] if source == "JPN" else 0.0,
        market.claims.others[column],
    )
    cif = market.product_weights[:, column] / (1 + paid)
    cif *= (market.cif[:, column] / schedule.chapter_sums(cif))[schedule.chapter]
    return float((cif * (mfn - due)).sum())


@pytest.mark.parametrize("surcharge", [0.0, 0.1])
def test_duty_forgone_on_japan_is_the_budgets(economy: Economy, surcharge: float) -> None:
    """Rs 12,038 crore, 6.1 to 8.2 % of imports from Japan by the reading of its year."""
    market = economy.with_overrides({"surcharge_india": surcharge})
    share = forgone(market, "JPN") / 17690
    assert 0.061 <= share <= 0.082
    if surcharge:
        assert forgone(market, "JPN") == pytest.approx(12038 * CRORE, rel=0.15)


@pytest.mark.parametrize(
    ("sources", "crore"),
    [
        (("KOR",), 10335),
        (("VNM", "THA", "IDN", "MYS", "SGP", "PHL"), 37875),
        (("AUS",), 5234),
        (("ARE",), 4841),
    ],
)
def test_duty_forgone_on_rivals_is_the_budgets(
    economy: Economy, sources: tuple[str, ...], crore: float
) -> None:
    found = sum(forgone(economy, source) for source in sources)
    assert found == pytest.approx(crore * CRORE, rel=0.05)


def test_india_s_duty_at_the_schedule_s_rates_is_far_above_what_it_collects(
    economy: Economy,
) -> None:
    """About 4 % of imports is collected: so only the duty on the partner can be quoted."""
    market = economy.markets["IND"]
    share = (market.tariff_collected * market.cif).sum() / market.cif.sum()
    assert 0.05 < share < 0.09


def test_the_surcharge_is_a_tenth_of_the_duty(economy: Economy) -> None:
    assert rate(economy, "CHN", "84131110") == pytest.approx(11.0)
    without = economy.with_overrides({"surcharge_india": 0.0})
    assert rate(without, "CHN", "84131110") == pytest.approx(10.0)


def test_rates_lowered_since_are_those_of_the_base_year(economy: Economy) -> None:
    assert rate(economy, "JPN", "87032391") == pytest.approx(125)  # 70 and a cess of 40 in 2026
    assert rate(economy, "JPN", "87021011") == pytest.approx(40)


def test_korea_and_asean_pay_their_lists_and_never_more_than_mfn(economy: Economy) -> None:
    schedule = economy.markets["IND"].schedule
    known = ~np.isnan(schedule.mfn)
    for source in ("KOR", "VNM", "THA", "IDN", "MYS", "SGP", "PHL"):
        base = schedule.line_rates(source, YEARS)
        assert (base[:, known] <= schedule.mfn[known] + 1e-12).all()
        assert (base[:, known] == 0).mean() > 0.5
        np.testing.assert_array_equal(base[0], base[-1])
    assert rate(economy, "KOR", "87084000") == pytest.approx(1.1 * 6.25)
    assert rate(economy, "THA", "87084000") == 0


def test_later_agreements_come_in_steps_and_can_be_switched_off(economy: Economy) -> None:
    line = "84131110"
    mfn = rate(economy, "CHN", line)
    value = economy.parameters.value
    end, steps = value("agreement_cut_end_eu27"), value("agreement_years")
    assert rate(economy, "EU27", line, 2026) == pytest.approx(mfn)
    assert rate(economy, "EU27", line, 2027) == pytest.approx(mfn * (1 - end / steps))
    assert rate(economy, "EU27", line, 2040) == pytest.approx(mfn * (1 - end))
    off = economy.with_overrides({"agreements_later": 0.0})
    for source in ("EU27", "GBR", "CHE", "AUS", "ARE", "BGD", "ROW"):
        assert rate(off, source, line, 2040) == pytest.approx(rate(off, source, line, 2023))
    gone = [
        cepasim.simulate(e, cepasim.Scenario.from_dict({"name": "x", "levers": []})).totals
        for e in (economy, off)
    ]
    # What rivals are freed from Japan loses.
    last = [totals["imports_usd_mn"].iloc[-1] for totals in gone]
    assert last[0] < last[1] - 100


def test_oman_and_new_zealand_come_by_their_share_of_the_rest_of_the_world(
    economy: Economy,
) -> None:
    line = "84131110"
    cut = 1 - rate(economy, "ROW", line, 2040) / rate(economy, "ROW", line, 2023)
    assert cut == pytest.approx(economy.parameters.value("agreement_cut_end_row"))
    assert 0 < cut < 0.03
    alone = economy.with_overrides({"agreement_cut_end_row": 0.0})
    assert rate(alone, "ROW", line, 2040) == rate(alone, "ROW", line, 2023)
    assert rate(alone, "EU27", line, 2040) == rate(economy, "EU27", line, 2040)


def test_the_budget_of_2025_exchanged_duty_for_cess(economy: Economy) -> None:
    """Why it is no step in the reference: where duty and cess can be read, the sum did not fall.

    Used cars paid 125 with a surcharge of a tenth, buses 40; new cars alone are lower than the
    statutory rate, from which they were partly exempt before.
    """
    table = economy.parameters.table("tariffs/india_lines")
    table = table[table["duty_base_pct"].notna() & table["aidc_pct"].notna()]
    now = table["duty_pct"] + table["aidc_pct"]
    found = set(zip(table["duty_base_pct"], now, strict=True))
    assert found == {(125.0, 110.0), (125.0, 137.5), (40.0, 40.0)}
    assert set(table.loc[now == 110.0, "hs8"].str.slice(0, 4)) == {"8703"}


def test_the_mean_of_alike_lines_is_one_of_them(economy: Economy) -> None:
    """Products whose lines are alike are told apart by one line, whatever their number."""
    market = economy.markets["IND"]
    kinds = market.schedule.kinds("CHN")
    thin = market.schedule.by_kind(kinds)
    np.testing.assert_allclose(
        thin.product_base("CHN")[kinds.of_product], market.schedule.product_base("CHN"), rtol=1e-12
    )
    assert len(kinds.product) < 0.15 * len(market.schedule.products)
