"""A third market that closes, default sizes of outside levers, and codes that are not lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, InputError, RunError, Scenario
from cepasim.levers.external import driven_out, freed_exports
from cepasim.levers.external_notes import RESPONSE
from cepasim.levers.sourcing import SourcingLever
from cepasim.params.parameters import bundled_directory
from cepasim.solution.solve import run


def closing(**settings: Any) -> dict[str, Any]:
    body = {"market": "USA", "tariff_on": "IND", "redirect_share": 0.15, "start": "2025-26"}
    body |= settings
    return {"external": {key: value for key, value in body.items() if value is not None}}


def scenario(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "test", "levers": list(levers), **header})


def sold(economy: Economy) -> np.ndarray:
    return economy.markets["JPN"].fob[:, economy.markets["JPN"].partner_column]


# --- redirection ------------------------------------------------------------------------------


def test_freed_exports_are_those_of_the_customs_table_carried_to_the_base_year(
    economy: Economy,
) -> None:
    freed = freed_exports(economy, "USA")
    h = economy.chapters.index("71")
    table = economy.parameters.table("history/by_partner")
    last = table[(table.fiscal_year == "2021-22") & (table.flow == "export") & (table.hs == "71")]
    world = economy.parameters.table("history/world")
    world = world[(world.flow == "export") & (world.basis == "published") & (world.hs == "71")]
    by_year = world.set_index("fiscal_year")["value"]
    expected = float(last["USA"].iloc[0]) * by_year["2023-24"] / by_year["2021-22"]
    assert freed[h] == pytest.approx(expected)
    # India sold the United States some US$ 76 to 78 bn of goods in these years.
    assert 70_000 < freed.sum() < 85_000
    assert (freed >= 0).all()


def test_capacity_grows_by_what_is_offered_and_not_where_nothing_is_sold(economy: Economy) -> None:
    found = run(economy, scenario(closing(), time="long_run"))
    column = economy.markets["JPN"].partner_column
    capacity = found.outcome.markets["JPN"].shocks.capacity[0, :, column]
    offered, base = 0.15 * freed_exports(economy, "USA"), sold(economy)
    trades = base > 0
    np.testing.assert_allclose(capacity[trades], (1 + offered / np.where(trades, base, 1))[trades])
    assert (capacity[~trades] == 1).all()
    change = (found.outcome.exports - found.reference.exports)[0]
    assert (change[~trades] == 0).all()
    assert (change >= -1e-9).all() and change.sum() > 100
    # Never more than is offered: prices fall.
    assert (change <= offered + 1e-9).all()


def test_more_offered_more_sold_and_nothing_offered_nothing_moved(economy: Economy) -> None:
    exports = [
        run(economy, scenario(closing(redirect_share=share), time="long_run")).outcome.exports.sum()
        for share in (0.0, 0.05, 0.4)
    ]
    assert exports[0] == pytest.approx(5150, abs=1e-6)
    assert exports[0] < exports[1] < exports[2]


def test_a_selection_limits_what_is_redirected(economy: Economy) -> None:
    found = run(economy, scenario(closing(select={"hs": ["61"]}), time="long_run"))
    change = (found.outcome.exports - found.reference.exports)[0]
    h = economy.chapters.index("61")
    assert change[h] > 1
    assert np.abs(np.delete(change, h)).max() == 0.0


def test_the_share_left_out_is_the_parameter(economy: Economy) -> None:
    default = economy.parameters.value("us_redirection_share")
    left_out, given = (
        cepasim.simulate(economy, scenario(closing(redirect_share=share), time="long_run"))
        for share in (None, default)
    )
    assert left_out.sectors.equals(given.sectors)
    assert any("us_redirection_share, grade D" in note for note in left_out.notes)
    assert not any("us_redirection_share" in note for note in given.notes)
    half = scenario(
        closing(redirect_share=None),
        time="long_run",
        parameters={"us_redirection_share": default / 2},
    )
    fewer = cepasim.simulate(economy, half).totals["exports_usd_mn"].iloc[0]
    assert fewer < left_out.totals["exports_usd_mn"].iloc[0]


def test_trade_follows_with_its_lag(economy: Economy) -> None:
    found = run(economy, scenario(closing()), attribution=False)
    column = economy.markets["JPN"].partner_column
    hats = found.outcome.markets["JPN"].shocks
    h = economy.chapters.index("84")
    # In dollars: capacity is told relative to what India sells, which moves with the reference.
    added = (hats.capacity[:, h, column] - 1) * hats.start[:, h, column]
    assert added[0] == added[1] == 0
    assert added[2] / added[-1] == pytest.approx(
        economy.parameters.value("lag_first_year"), abs=0.02
    )


def test_notes_warn_of_the_corner_and_of_what_is_not_counted(economy: Economy) -> None:
    notes = cepasim.simulate(economy, scenario(closing())).notes
    [warning] = [note for note in notes if note.startswith("Warning: the freed exports")]
    assert "88 Aircraft and parts" in warning and "far outside" in warning
    assert any("what is freed there moves nothing" in note for note in notes)
    assert any("is not counted, nor is its loss of welfare there" in note for note in notes)


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"tariff_on": "JPN"}, "levers[0].external.tariff_on", "not in the data"),
        ({"market": "KHM"}, "levers[0].external.market", "a partner of the customs table: CHN"),
    ],
)
def test_what_the_customs_table_does_not_have_is_an_error(
    economy: Economy, settings: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        cepasim.simulate(economy, scenario(closing(**settings)))
    [problem] = caught.value.problems
    assert problem.field == field and said in problem.allowed


def test_with_infinite_supply_freed_capacity_means_nothing(economy: Economy) -> None:
    infinite = economy.with_overrides({"epsilon_supply_ind_jpn": float("inf")})
    with pytest.raises(RunError, match="frees capacity.*capacity means nothing"):
        cepasim.simulate(infinite, scenario(closing()))


# --- sourcing and origin -----------------------------------------------------------------------


def shift(**settings: Any) -> dict[str, Any]:
    body = {"importer": "JPN", "from": "CHN", "select": {"hs": ["61"]}, "start": "2026-27"}
    return {"sourcing": body | settings}


def test_the_share_of_china_plus_one_left_out_is_the_parameter(economy: Economy) -> None:
    default = economy.parameters.value("sourcing_shift")
    left_out = cepasim.simulate(economy, scenario(shift()))
    given = cepasim.simulate(economy, scenario(shift(share_percent=100 * default)))
    assert left_out.sectors.equals(given.sectors)
    assert any("sourcing_shift, 5 % (2 to 10, grade D)" in note for note in left_out.notes)


def test_the_bundled_scenario_moves_what_the_parameter_says(economy: Economy) -> None:
    file = bundled_directory() / "scenarios" / "china-plus-one.yaml"
    [lever] = Scenario.read(file).levers_of(SourcingLever)
    assert lever.share_percent == pytest.approx(100 * economy.parameters.value("sourcing_shift"))


@pytest.mark.parametrize("settings", [{"from": "VNM"}, {"importer": "IND"}])
def test_only_purchases_from_china_have_a_default(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="share_percent: a number from 0 to 100"):
        scenario(shift(**settings))


def test_an_origin_lever_says_how_much_of_the_preference_is_used(economy: Economy) -> None:
    lever = {
        "origin": {
            "importer": "IND",
            "select": {"all": True},
            "cost_cut_percent": 50,
            "start": "2026-27",
        }
    }
    notes = cepasim.simulate(economy, scenario(lever)).notes
    row = economy.parameters.describe("utilisation_observed", "01", "IND", "JPN")
    share = f"{100 * row['value']:.0f} % ({100 * row['low']:.0f} to {100 * row['high']:.0f})"
    [note] = [note for note in notes if "claims the preference" in note]
    assert share in note and "grade C" in note and "Of Japan's sales" in note
    assert "Budget papers" in note


# --- lines that are none -----------------------------------------------------------------------


def test_a_nine_digit_code_that_is_no_line_is_named(economy: Economy) -> None:
    body = {
        "importer": "JPN",
        "select": {"hs": ["640399999", "61"]},
        "cut": "eliminate",
        "start": "2026-27",
    }
    with pytest.raises(InputError) as caught:
        cepasim.simulate(economy, scenario({"tariff": body}))
    [problem] = caught.value.problems
    assert problem.value == "640399999"
    assert problem.field == "levers[0].tariff.select"
    assert "a line of JPN's schedule; 640399 has 6403990" in problem.allowed


def test_a_line_of_the_schedule_is_accepted(economy: Economy) -> None:
    line = next(code for code in economy.markets["JPN"].schedule.lines if code.startswith("640399"))
    body = {"importer": "JPN", "select": {"hs": [line]}, "cut": "eliminate", "start": "2026-27"}
    cepasim.simulate(economy, scenario({"tariff": body}))


def test_india_s_schedule_has_eight_digits(economy: Economy) -> None:
    body = {"importer": "IND", "select": {"hs": ["870321000"]}, "cut": "eliminate"}
    with pytest.raises(InputError, match="8 digits as in IND's schedule.*870321"):
        cepasim.simulate(economy, scenario({"tariff": body | {"start": "2026-27"}}))
    body["select"] = {"hs": ["87032191"]}
    result = cepasim.simulate(economy, scenario({"tariff": body | {"start": "2026-27"}}))
    assert (
        result.totals["imports_usd_mn"].iloc[-1] > result.totals["baseline_imports_usd_mn"].iloc[-1]
    )


# --- a tariff by its rate ------------------------------------------------------------------------


def by_rate(percent: float, **more: Any) -> dict[str, Any]:
    return closing(tariff_on=None, tariff_percent=percent, **more)


def extra_exports(economy: Economy, lever: dict[str, Any], **header: Any) -> float:
    found = run(economy, scenario(lever, time="long_run", **header), attribution=False)
    return float((found.outcome.exports - found.reference.exports).sum())


def test_a_higher_tariff_frees_more_and_never_more_than_all(economy: Economy) -> None:
    rates = (0, 10, 18, 50, 200, 1000)
    freed = [extra_exports(economy, by_rate(rate)) for rate in rates]
    assert freed[0] == 0 and (np.diff(freed) > 0).all()
    assert freed[-1] < extra_exports(economy, closing())
    # 18 and 50 % differ by what they drive out.
    [lever] = scenario(by_rate(50)).levers
    assert driven_out(economy, lever) == pytest.approx(1 - 1.5**-2)  # type: ignore[arg-type]


def test_what_a_tariff_drives_out_follows_the_parameter(economy: Economy) -> None:
    low, high = (
        extra_exports(economy, by_rate(50), parameters={RESPONSE: value}) for value in (0.76, 4.8)
    )
    assert 0 < low < extra_exports(economy, by_rate(50)) < high
    assert extra_exports(economy, by_rate(50), parameters={RESPONSE: 0.0}) == 0.0


def test_the_result_says_how_much_a_tariff_drives_out(economy: Economy) -> None:
    notes = cepasim.simulate(economy, scenario(by_rate(50)), attribution=False).notes
    assert any(
        "A duty of 50 % drives out 56 % of India's exports" in note and "0.76 to 4.8" in note
        for note in notes
    )


def test_demand_may_be_written_with_its_market(economy: Economy) -> None:
    one, other = (
        scenario({"external": body | {"demand_percent": -5, "start": "2026-27"}})
        for body in ({"market": "JPN"}, {"demand_in": "JPN"})
    )
    assert one == other and "demand_in: JPN" in one.to_yaml()
    notes = cepasim.simulate(economy, one, attribution=False).notes
    assert any("Demand in Japan changes by -5 %" in note for note in notes)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"market": "USA", "tariff_percent": -1}, "from 0 to 1000"),
        ({"market": "USA", "tariff_percent": 2000}, "from 0 to 1000"),
        ({"market": "USA"}, "tariff_percent or tariff_on"),
        ({"tariff_percent": 50}, "tariff_percent or tariff_on"),
        ({"market": "JPN", "tariff_percent": 50}, "a third country; use tariff for JPN and IND"),
        ({"market": "USA", "demand_percent": 5}, "demand_in, demand_percent"),
        ({"source": "CHN", "cost_percent": -99.999}, "from -50 (half the cost)"),
        ({"source": "CHN", "tariff_percent": 5}, "one of source, cost_percent"),
    ],
)
def test_what_is_no_outside_condition_is_refused(body: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario({"external": body | {"start": "2026-27"}})
    assert any(said in problem.allowed for problem in caught.value.problems), caught.value
