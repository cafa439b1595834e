"""A run holds finite numbers, or stops and says for which products and why."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, RunError, Scenario
from cepasim.engines.armington import ARMINGTON
from cepasim.engines.every import ENGINES
from cepasim.solution.finite import check_finite
from cepasim.solution.solve import run

# Weights by product are sums of powers; where these end, numpy warns before the run stops.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
CUT = {
    "tariff": {"importer": "JPN", "select": {"all": True}, "cut": "eliminate", "start": "2026-27"}
}


def with_elasticities(**parameters: float) -> Scenario:
    return Scenario.from_dict({"name": "x", "levers": [CUT], "parameters": parameters})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sigma", [1e4, 1e9])
def test_an_elasticity_beyond_all_numbers_is_an_error_that_names_it(
    economy: Economy, engine: str, sigma: float
) -> None:
    number = re.escape(f"{sigma:g}")
    with pytest.raises(RunError, match=f"no finite .*03.*{number}|no equilibrium .*03"):
        # The bounds of parameters refuse such a value; draws are made past them.
        perturbed = economy.perturbed({"sigma_import_03": sigma})
        cepasim.simulate(perturbed, with_elasticities(), engine=engine)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["sigma_import_03", "sigma_domestic_61", "eta_84", "epsilon_domestic_29"]),
    st.floats(-4.0, 8.0).map(lambda power: float(10.0**power)),
    st.sampled_from(ENGINES),
)
def test_every_table_is_finite_or_the_run_stops(
    economy: Economy, name: str, value: float, engine: str
) -> None:
    try:
        result = cepasim.simulate(economy, with_elasticities(**{name: value}), engine=engine)
        tables = [result.totals, result.sectors, result.displacement, result.contributions]
    except RunError as error:
        assert name[-2:] in str(error)
        return
    except cepasim.InputError:  # outside the bounds of the parameter
        return
    for table in tables:
        numbers = table.select_dtypes("number").drop(columns="change_pct", errors="ignore")
        assert np.isfinite(numbers).all(axis=None)


def test_what_an_engine_leaves_open_is_named(economy: Economy) -> None:
    def lost(given: Economy, hats: Any) -> Any:
        outcomes = dict(ARMINGTON.solve(given, hats))
        for importer, outcome in outcomes.items():
            fob = outcome.fob.copy()
            fob[-1, [2, 60]] = np.nan
            outcomes[importer] = replace(outcome, fob=fob)
        return outcomes

    engine = replace(ARMINGTON, name="with a hole", solve=lost)
    codes = ", ".join(economy.chapters[i] for i in (2, 60))
    with pytest.raises(RunError, match=f"JPN: no finite result for HS {codes}: sales"):
        run(economy, Scenario.reference(), engine=engine)


def test_a_fault_of_an_engine_that_is_no_number_stays_a_fault(economy: Economy) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("an axis too many")

    with pytest.raises(ValueError, match="an axis too many"):
        run(economy, Scenario.reference(), engine=replace(ARMINGTON, solve=broken))


def test_many_products_are_counted(economy: Economy) -> None:
    market = economy.markets["IND"]
    values = np.full((2, len(market.chapters)), np.inf)
    with pytest.raises(RunError, match=f"and {len(market.chapters) - 5} more: gains"):
        check_finite(market, values, "gains")
