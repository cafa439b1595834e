"""India's duty on all imports against what it collects."""

from __future__ import annotations

import pytest

from cepasim import Economy
from cepasim.studies.revenue import revenue_gap
from cepasim.tables.schema import COLUMNS


def test_the_duty_on_all_imports_is_after_agreements_and_below_statutory_means(
    economy: Economy,
) -> None:
    found = revenue_gap(economy)
    assert found.collected_percent == pytest.approx(4.15, abs=0.1)
    assert found.low < found.collected_percent < found.high
    # Statutory means give about 10 %: what agreements and the CEPA remove is gone, and no more.
    assert found.collected_percent < found.model_percent < 8.5
    market = economy.markets["IND"]
    without = economy.with_overrides(
        {"agreement_cut_now_aus": 0.49, "utilisation_rivals_ind_kor": 0.6}
    )
    assert revenue_gap(without).model_percent > found.model_percent
    total = found.by_chapter["duty_usd_mn"].sum()
    assert total == pytest.approx((market.tariff_collected * market.cif).sum())
    assert found.by_chapter["duty_usd_mn"].is_monotonic_decreasing


def test_no_result_shows_the_duty_on_all_imports_until_the_two_meet(economy: Economy) -> None:
    """Only the partner's duty is a column. Where this fails for having met: add the column."""
    shown = {name for table in COLUMNS.values() for name in table if "duty_india" in name}
    assert not revenue_gap(economy).met
    assert all(name.endswith("duty_india_usd_mn") for name in shown)
