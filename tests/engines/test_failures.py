"""What an engine says when it finds no equilibrium, and of what it cannot express."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from cepasim import Economy, InputError, RunError, Scenario
from cepasim.engines import armington
from cepasim.engines.gsim import GSIM, solve_gsim_markets
from cepasim.engines.smart import SMART
from cepasim.equilibrium import solve_market
from cepasim.equilibrium.gsim import clear_markets
from cepasim.solution import solve
from cepasim.solution.solve import run

REFERENCE = Scenario.from_dict({"name": "x", "time": "long_run"})
QUOTA = {
    "quota": {
        "importer": "JPN",
        "select": {"hs": ["17"]},
        "usd_mn": 5,
        "over_rate_percent": 30,
        "start": "2026-27",
    }
}
RUPEE = {"exchange_rate": {"country": "IND", "depreciation_percent": 10, "start": "2026-27"}}


def test_armington_names_the_products_without_an_equilibrium(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**arguments: Any) -> Any:
        eq = solve_market(**arguments)
        converged = np.ones(eq.converged.shape, dtype=bool)
        converged[..., [3, 40]] = False
        return replace(eq, converged=converged)

    monkeypatch.setattr(armington, "solve_market", lost)
    codes = ", ".join(economy.chapters[i] for i in (3, 40))
    # A copy: an economy solves its reference once.
    with pytest.raises(RunError, match=f"JPN: no equilibrium found in chapters {codes}"):
        run(replace(economy), REFERENCE)


def test_gsim_names_the_products_without_an_equilibrium(economy: Economy) -> None:
    def lost(*arguments: Any, **more: Any) -> Any:
        found = clear_markets(*arguments, **more)
        converged = found.converged.copy()
        converged[..., 7] = False
        return replace(found, converged=converged)

    engine = replace(GSIM, solve=partial(solve_gsim_markets, clear=lost))
    with pytest.raises(RunError, match=f"no equilibrium found in chapters {economy.chapters[7]}$"):
        run(economy, REFERENCE, engine=engine)


def test_smart_refuses_a_quota_that_passed_its_door(economy: Economy) -> None:
    scenario = Scenario.from_dict({"name": "x", "levers": [QUOTA], "time": "long_run"})
    with pytest.raises(InputError, match="quota"):
        run(economy, scenario, engine=SMART)
    with pytest.raises(RunError, match="a tariff-rate quota cannot be expressed"):
        run(economy, scenario, engine=replace(SMART, refused={}))


def test_more_kinds_of_levers_than_can_be_split_are_refused(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario.from_dict({"name": "x", "levers": [QUOTA, RUPEE], "time": "long_run"})
    monkeypatch.setattr(solve, "MOST_KINDS", 1)
    with pytest.raises(InputError, match="at most 1 kinds"):
        run(economy, scenario)
