"""A depreciation: how much of it reaches trade, by year, and in whose money its effects count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cepasim
from cepasim import Economy, InputError, Result, Scenario
from cepasim.levers.exchange_rate import PASS_THROUGH

FLOW_OF = {"IND": "exports_usd_mn", "JPN": "imports_usd_mn"}


def rate(country: str = "IND", percent: float | None = 10, **more: Any) -> dict[str, Any]:
    body = {"country": country, "depreciation_percent": percent, "start": "2026-27"} | more
    return {"exchange_rate": {key: value for key, value in body.items() if value is not None}}


def result(economy: Economy, *levers: dict[str, Any], **header: Any) -> Result:
    scenario = Scenario.from_dict({"name": "x", "levers": list(levers), **header})
    return cepasim.simulate(economy, scenario, attribution=False)


def passing(share: float) -> dict[str, Any]:
    return {"parameters": {PASS_THROUGH: share}}


def change(found: Result, column: str) -> np.ndarray:
    totals = found.totals
    return (totals[column] - totals[f"baseline_{column}"]).to_numpy(float)


@pytest.mark.parametrize("country", FLOW_OF)
def test_trade_answers_a_currency_as_much_as_history_says(economy: Economy, country: str) -> None:
    """The mean of the first five years lies between the fits of history: 0 and 0.2, to 0.3."""
    table = economy.parameters.table("history/share_model")
    flow = {"IND": "export", "JPN": "import"}[country]
    measured = table[(table["name"] == "share_currency") & (table["flow"] == flow)].iloc[0]
    totals = result(economy, rate(country, 1.0)).totals.set_index("fiscal_year")
    column = FLOW_OF[country]
    log_change = np.log(totals[column] / totals[f"baseline_{column}"]) / np.log(1.01)
    response = log_change.loc["2026-27":"2030-31"].mean()
    assert measured["value"] < response < 0.3
    assert response == pytest.approx(0.18, abs=0.05)


@pytest.mark.parametrize("country", ["IND", "JPN", "CHN"])
def test_what_is_not_passed_on_changes_nothing(economy: Economy, country: str) -> None:
    found = result(economy, rate(country), **passing(0.0))
    assert np.abs(change(found, "exports_usd_mn")).max() < 1e-9
    assert np.abs(change(found, "imports_usd_mn")).max() < 1e-9
    for name in ("welfare_japan_usd_mn", "welfare_india_usd_mn"):
        assert found.totals[name].abs().max() < 1e-9


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(1.0, 60.0), st.floats(0.02, 0.5), st.sampled_from(sorted(FLOW_OF)))
def test_more_passed_on_and_more_depreciation_move_more(
    economy: Economy, percent: float, share: float, country: str
) -> None:
    def moved(percent: float, share: float) -> float:
        found = result(economy, rate(country, percent), time="long_run", **passing(share))
        return float(change(found, FLOW_OF[country])[0])

    less = moved(percent, share)
    assert 0 < less < moved(percent, 1.5 * share)
    assert less < moved(1.5 * percent, share)


def test_half_passed_on_is_the_same_as_the_square_root_of_the_rate(economy: Economy) -> None:
    one = result(economy, rate(percent=21.0), time="long_run", **passing(0.5))
    other = result(economy, rate(percent=10.0), time="long_run", **passing(1.0))
    np.testing.assert_allclose(
        one.sectors["scenario_usd_mn"], other.sectors["scenario_usd_mn"], rtol=1e-12
    )


def test_the_rupee_takes_nothing_from_producers_in_india(economy: Economy) -> None:
    """In rupees at the reference rate home producers gain from dearer imports."""
    found = result(economy, rate(percent=10.0), **passing(1.0))
    rows = found.displacement.query("fiscal_year == '2030-31' and flow == 'import'")
    by_source = rows.groupby("source")["change_usd_mn"].sum()
    assert by_source["domestic"] < 0  # taken from the pair's imports, not from them
    imports = change(found, "imports_usd_mn")[list(found.fiscal_years).index("2030-31")]
    assert by_source.sum() == pytest.approx(imports)
    # In dollars all their sales would fall by the revaluation and hide what they gain.
    assert by_source["market_expansion"] == pytest.approx(
        imports - by_source.drop("market_expansion").sum()
    )


def test_the_result_says_how_far_it_may_be_trusted(economy: Economy) -> None:
    notes = " ".join(result(economy, rate()).notes)
    assert f"10 % reaches trade ({PASS_THROUGH}, 0 to 30 %, grade D)" in notes
    assert "rejects full pass-through" in notes
    assert "cover one side of the account" in notes


# --- a path by year --------------------------------------------------------------------------


def test_a_path_is_the_depreciation_of_each_year(economy: Economy) -> None:
    """Without lag each year is that of a single depreciation; the last one stays."""
    no_lag = {"parameters": {"lag_first_year": 1.0}}
    path = {"2026-27": 3, "2028-29": 5}
    found = result(economy, rate("JPN", None, start=None, path=path), **no_lag)
    expected = {"2025-26": 0.0, "2026-27": 3.0, "2027-28": 3.0, "2028-29": 5.0, "2035-36": 5.0}
    for year, percent in expected.items():
        alone = result(economy, rate("JPN", percent), **no_lag)
        at = list(found.fiscal_years).index(year)
        moved = change(alone, "imports_usd_mn")[at] if percent else 0.0
        assert change(found, "imports_usd_mn")[at] == pytest.approx(moved, rel=1e-9, abs=1e-9)


def test_a_list_and_years_by_name_are_the_same_path() -> None:
    named = rate("JPN", None, start=None, path={"2026-27": 3, "2027-28": 5})
    listed = rate("JPN", None, path=[3, 5])
    one, other = (Scenario.from_dict({"name": "x", "levers": [lever]}) for lever in (named, listed))
    assert one == other and one.to_yaml() == other.to_yaml()
    [lever] = one.levers
    assert lever.start == "2026-27"


def test_in_comparative_statics_the_last_year_counts(economy: Economy) -> None:
    path = result(economy, rate("JPN", None, path=[1, 9, 4]), time="long_run")
    alone = result(economy, rate("JPN", 4), time="long_run")
    assert path.sectors.equals(alone.sectors)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"percent": -99.999999}, "depreciation_percent", "from -50 (the currency"),
        ({"percent": 101}, "depreciation_percent", "to 100 (half as many)"),
        ({"percent": None}, None, "either depreciation_percent or path"),
        ({"percent": 3, "path": [3]}, None, "either depreciation_percent or path"),
        ({"percent": None, "path": {"2026-27": -60}}, "path", "each a number from -50"),
        ({"percent": None, "path": {"2022-23": 3}, "start": None}, "start", "a fiscal year from"),
        ({"percent": None, "path": {"2027-28": 3}}, "start", "2027-28, the first year of path"),
        ({"percent": None, "path": {}}, "path", "or a list of them from start"),
        ({"percent": None, "path": [1] * 40}, "path", "to the horizon, 10"),
        ({"percent": None, "path": [1], "start": None}, None, "start: the fiscal year of the"),
        ({"percent": None, "path": "3"}, "path", "fiscal years and the depreciation"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    body: dict[str, Any], field: str | None, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.from_dict({"name": "x", "levers": [rate("JPN", **body)]})
    problem = caught.value.problems[0]
    assert said in problem.allowed, problem
    if field is not None:
        assert problem.field.startswith(f"levers[0].exchange_rate.{field}"), problem


@pytest.mark.parametrize(("country", "empty"), [("IND", True), ("JPN", True), ("CHN", False)])
def test_no_welfare_is_claimed_where_a_currency_of_the_pair_moves(
    economy: Economy, country: str, empty: bool
) -> None:
    """Dearer imports of all sources beside exporters to the partner alone are half an account."""
    found = result(economy, rate(country))
    for name in ("welfare_japan_usd_mn", "welfare_india_usd_mn"):
        by_year = found.totals.set_index("fiscal_year")[name]
        assert by_year["2025-26"] == 0.0
        assert bool(np.isnan(by_year["2030-31"])) is empty
    assert any("welfare is left blank for both countries" in note for note in found.notes)


def test_a_currency_that_does_not_move_leaves_welfare_alone(economy: Economy) -> None:
    found = result(economy, rate("IND", 0.0))
    assert (found.totals["welfare_india_usd_mn"] == 0.0).all()
