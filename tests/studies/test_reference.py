"""The benchmark grown on, beside what is known after the base year."""

from __future__ import annotations

import pytest

from cepasim import Economy
from cepasim.studies.reference_gap import reference_gap


def test_published_years_are_compared_in_dollars_of_the_base_year(economy: Economy) -> None:
    gap = reference_gap(economy).set_index(["fiscal_year", "flow"])
    assert gap.index.tolist() == [
        ("2024-25", "export"),
        ("2024-25", "import"),
        ("2025-26", "export"),
        ("2025-26", "import"),
    ]
    row = gap.loc[("2024-25", "export")]
    assert row["published_usd_mn"] == pytest.approx(6250)
    assert row["constant_usd_mn"] == pytest.approx(6250 / 1.016)
    # Demand growth alone, before tariff steps of a few million.
    assert row["unanchored_usd_mn"] == pytest.approx(5150 * 1.008, abs=15)
    assert row["gap_usd_mn"] == row["constant_usd_mn"] - row["unanchored_usd_mn"]


def test_growth_moves_the_gap(economy: Economy) -> None:
    faster = economy.with_overrides({"real_demand_growth_ind": 0.08})
    gap, less = (
        reference_gap(one).set_index(["fiscal_year", "flow"])["gap_usd_mn"]
        for one in (economy, faster)
    )
    at = ("2024-25", "import")
    assert less[at] == pytest.approx(gap[at] - 0.02 * 17690, rel=0.01)
