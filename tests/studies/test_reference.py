"""The reference against what is known after the base year."""

from __future__ import annotations

import pytest

from cepasim import Economy
from cepasim.studies.reference_gap import reference_gap


def test_the_published_total_of_2024_25_is_compared(economy: Economy) -> None:
    [row] = reference_gap(economy).to_dict("records")
    assert (row["fiscal_year"], row["measure"]) == ("2024-25", "total")
    assert row["published_usd_mn"] == pytest.approx(25_170)
    # Demand growth alone, before tariff steps of a few million: 5,150 x 1.008 + 17,690 x 1.06.
    assert row["reference_usd_mn"] == pytest.approx(5150 * 1.008 + 17690 * 1.06, abs=15)
    assert row["gap_usd_mn"] == row["published_usd_mn"] - row["reference_usd_mn"]


def test_growth_moves_the_gap(economy: Economy) -> None:
    faster = economy.with_overrides({"real_demand_growth_ind": 0.08})
    gap, less = reference_gap(economy)["gap_usd_mn"][0], reference_gap(faster)["gap_usd_mn"][0]
    assert less == pytest.approx(gap - 0.02 * 17690, rel=0.01)
