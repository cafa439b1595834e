"""Random stacks of levers: whatever is combined, the accounts hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cepasim import Economy, Scenario
from cepasim.solution.solve import run
from cepasim.tables.displacement import displacement
from cepasim.tables.sums import over_sides
from cepasim.tables.tabulate import contributions_by_side, sectors, totals

START = st.sampled_from(["2024-25", "2026-27", "2030-31"])
CHAPTERS = st.sampled_from(["03", "09", "29", "61", "64", "72", "84", "85", "87", "94"])
PERCENT = st.integers(0, 100)
STEPS = st.integers(1, 12)


@st.composite
def stacks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to one lever of each kind, on chapters of its own choice."""

    def select() -> dict[str, Any]:
        return {"hs": sorted(draw(st.sets(CHAPTERS, min_size=1, max_size=3)))}

    def importer() -> str:
        return draw(st.sampled_from(["JPN", "IND"]))

    levers = [
        {
            "tariff": {
                "importer": importer(),
                "select": select(),
                "cut": {"percent": draw(PERCENT)},
                "start": draw(START),
                "years": draw(STEPS),
            }
        },
        {
            "origin": {
                "importer": importer(),
                "select": select(),
                "cost_cut_percent": draw(PERCENT),
                "start": draw(START),
                "years": draw(STEPS),
            }
        },
        {
            "ntb": {
                "importer": importer(),
                "type": draw(st.sampled_from(["all", "sps", "tbt", "border", "process"])),
                "select": select(),
                "relief_percent": draw(PERCENT),
                "start": draw(START),
                "also_others": draw(st.booleans()),
            }
        },
        {
            "fund": {
                "usd_bn": draw(st.floats(0, 5)),
                "windows": draw(
                    st.sampled_from([{"sunrise": 1.0}, {"labour_intensive": 0.5, "sunrise": 0.5}])
                ),
                "start": draw(START),
                "years": draw(STEPS),
                "replenish": draw(st.booleans()),
                "replacement": draw(st.booleans()),
            }
        },
        {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "to": "IND",
                "select": select(),
                "share_percent": draw(st.integers(0, 20)),
                "start": draw(START),
            }
        },
        {
            "exchange_rate": {
                "country": draw(st.sampled_from(["IND", "JPN", "CHN"])),
                "depreciation_percent": draw(st.integers(-20, 20)),
                "start": draw(START),
            }
        },
    ]
    present = draw(st.sets(st.sampled_from(range(len(levers))), max_size=3))
    order = draw(st.permutations(sorted(present)))
    return [levers[index] for index in order]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stacks(), st.sampled_from(["path", "long_run"]))
def test_accounts_hold_for_any_stack(
    economy: Economy, levers: list[dict[str, Any]], time: str
) -> None:
    scenario = Scenario.from_dict({"name": "stack", "levers": levers, "time": time})
    solved = run(economy, scenario)
    cells = sectors(solved).set_index(["fiscal_year", "flow", "hs"])
    assert np.isfinite(cells["scenario_usd_mn"]).all()
    assert (cells["scenario_usd_mn"] >= 0).all()

    parts = displacement(solved).groupby(["fiscal_year", "flow", "hs"])["change_usd_mn"].sum()
    change = cells["change_usd_mn"]
    np.testing.assert_allclose(parts.loc[change.index], change, atol=1e-7, rtol=1e-9)

    years = totals(solved).set_index("fiscal_year")
    if levers:
        split = over_sides(contributions_by_side(solved))
        total = split[split["hs"] == "total"].groupby("fiscal_year")
        change = {
            "exports_usd_mn": years["exports_usd_mn"] - years["baseline_exports_usd_mn"],
            "balance_usd_mn": years["change_in_balance_usd_mn"],
            "welfare_japan_usd_mn": years["welfare_japan_usd_mn"],
            "welfare_india_usd_mn": years["welfare_india_usd_mn"],
        }
        for name, whole in change.items():
            # Across a change of taste no welfare is claimed: the cells are empty.
            split_up = total[name].apply(lambda part: part.sum(skipna=False)).loc[whole.index]
            np.testing.assert_allclose(split_up, whole, atol=1e-7)

    # Another order of the same levers is the same scenario.
    backwards = Scenario.from_dict({"name": "stack", "levers": levers[::-1], "time": time})
    again = run(economy, backwards, attribution=False)
    np.testing.assert_allclose(
        again.outcome.exports, solved.outcome.exports, rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("players", [1, 2, 3, 6])
def test_shapley_of_an_additive_game_is_each_player_s_own_worth(players: int) -> None:
    from cepasim.equilibrium.shapley import shapley

    worth = np.arange(1.0, players + 1)
    bits = (np.arange(1 << players)[:, None] >> np.arange(players)) & 1
    np.testing.assert_allclose(shapley(bits @ worth), worth, atol=1e-12)


def test_shapley_shares_a_surplus_that_needs_both() -> None:
    from cepasim.equilibrium.shapley import shapley

    # Neither alone is worth anything, both together are worth 10; the third adds nothing.
    values = np.array([10.0 if c & 0b011 == 0b011 else 0.0 for c in range(8)])
    np.testing.assert_allclose(shapley(values), [5.0, 5.0, 0.0], atol=1e-12)


def test_shapley_refuses_an_incomplete_game() -> None:
    from cepasim.equilibrium.shapley import shapley

    with pytest.raises(ValueError, match="3 coalitions"):
        shapley(np.zeros(3))
