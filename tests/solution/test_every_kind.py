"""Every kind of lever in one scenario: it runs, and the split adds up."""

from __future__ import annotations

import numpy as np
import pytest

import cepasim
from cepasim.levers.every import LEVERS
from cepasim.solution.solve import MOST_KINDS


@pytest.mark.slow(seconds=2)
def test_all_kinds_there_are_can_be_split(economy: cepasim.Economy) -> None:
    levers = tuple(
        lever.model_validate(dict(lever.examples()[0].settings)) for lever in LEVERS.values()
    )
    scenario = cepasim.Scenario(name="Every kind", levers=levers)
    assert len(LEVERS) <= MOST_KINDS
    result = cepasim.simulate(economy, scenario)
    split = result.contributions.query("hs == 'total' and fiscal_year == '2030-31'")
    change = result.totals.set_index("fiscal_year").loc["2030-31", "change_in_balance_usd_mn"]
    assert np.isclose(split["balance_usd_mn"].sum(), change, rtol=0, atol=1e-6)
