"""The quota lever: what a file may say, and what a quota does in a scenario."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import yaml

import cepasim
from cepasim import Economy, InputError, Result, Scenario
from cepasim.equilibrium import wedge_accounts
from cepasim.equilibrium.trq import IN_QUOTA, ON_QUOTA, OVER_QUOTA
from cepasim.levers.quota import QuotaLever
from cepasim.solution.solve import run
from cepasim.solution.state import Run

FISH = "03"
FORMS = {example.form: dict(example.settings) for example in QuotaLever.examples()}


def quota(**settings: Any) -> dict[str, Any]:
    """Four fifths of the fish Japan buys from India, with other settings; None takes one away."""
    body = FORMS["share"] | settings
    return {"quota": {key: value for key, value in body.items() if value is not None}}


def scenario(*levers: dict[str, Any], **header: Any) -> Scenario:
    return Scenario.from_dict({"name": "test", "levers": list(levers), **header})


def solved(economy: Economy, *levers: dict[str, Any], **header: Any) -> Run:
    return run(economy, scenario(*levers, **header))


@pytest.fixture(scope="module")
def place(economy: Economy) -> tuple[int, int]:
    return economy.chapters.index(FISH), economy.markets["JPN"].partner_column


@pytest.fixture(scope="module")
def binding(economy: Economy) -> Result:
    # India keeps its share, so that its sales grow with Japan's market against the fixed quota.
    return cepasim.simulate(economy, scenario(quota(), reference="constant_share"))


# --- what a file may say ----------------------------------------------------------------------


def test_a_quota_is_read_with_its_defaults_and_written_back() -> None:
    read = scenario(quota())
    [lever] = read.levers_of(QuotaLever)
    assert (lever.importer, lever.source, lever.rent) == ("JPN", "IND", "importer")
    assert (lever.share_of_benchmark_percent, lever.usd_mn) == (80.0, None)
    assert (lever.over_rate_percent, lever.in_rate_percent) == (100.0, None)
    text = read.to_yaml()
    assert Scenario.from_dict(yaml.safe_load(text)) == read
    assert "usd_mn" not in text
    full = quota(share_of_benchmark_percent=None, usd_mn=5, in_rate_percent=2, rent="exporter")
    again = scenario(full)
    assert Scenario.from_dict(yaml.safe_load(again.to_yaml())) == again


@pytest.mark.parametrize(
    ("lever", "field", "said"),
    [
        (quota(over_rate_percent=None), "quota.over_rate_percent", "0 or more"),
        (quota(over_rate_percent=-1), "quota.over_rate_percent", "0 or more"),
        (quota(share_of_benchmark_percent=None), "quota", "either share_of_benchmark"),
        (quota(usd_mn=3), "quota", "either share_of_benchmark"),
        (quota(in_rate_percent=200), "quota.over_rate_percent", "at least in_rate_percent, 200"),
        (quota(rent="minister"), "quota.rent", "importer or exporter"),
        (quota(source="CHI"), "quota.source", "did you mean CHN"),
        (quota(start="2040-41"), "quota.start", "horizon"),
        (quota(years=3), "quota.years", "unknown key"),
        (quota(usd_mn=[], share_of_benchmark_percent=None), "quota.usd_mn", "list of them by year"),
        (quota(over_rate_percent=["95"]), "quota.over_rate_percent", "0 or more"),
        (
            quota(in_rate_percent=[5, 40], over_rate_percent=[50, 30]),
            "quota.over_rate_percent",
            "at least in_rate_percent, 40",
        ),
        (quota(select={"hs": ["03", "030617"]}), None, None),
        (quota(select={"tag": "lithium_ion_batteries"}), "quota.select", None),
        (quota(select={"hs": ["03"], "category": "X"}), "quota.select.category", "tariff lever"),
    ],
)
def test_errors_say_where_and_what_is_allowed(
    lever: dict[str, Any], field: str | None, said: str | None
) -> None:
    if field is None:
        assert scenario(lever).levers
        return
    with pytest.raises(InputError) as caught:
        scenario(lever)
    problems = [p for p in caught.value.problems if p.field.startswith(f"levers[0].{field}")]
    assert problems, caught.value.problems
    if said is not None:
        assert any(re.search(said, p.allowed) for p in problems), problems


def test_a_good_of_one_source_enters_under_one_quota() -> None:
    with pytest.raises(InputError, match="a good enters under one quota"):
        scenario(quota(), quota(select={"hs": ["02", "0306"]}))
    scenario(quota(), quota(source="CHN", select={"hs": ["02", "03"]}))
    scenario(quota(), quota(select={"hs": ["02"]}))
    scenario(quota(), quota(importer="IND"))


def test_the_owner_of_the_rent_may_be_named_by_its_code() -> None:
    for rent, side in (("JPN", "importer"), ("IND", "exporter"), ("exporter", "exporter")):
        [lever] = scenario(quota(rent=rent)).levers_of(QuotaLever)
        assert lever.rent == side


# --- what it does -----------------------------------------------------------------------------


def test_eighty_per_cent_of_benchmark_trade_binds_at_exactly_that(
    economy: Economy, place: tuple[int, int]
) -> None:
    h, s = place
    outcome = solved(economy, quota(), time="long_run").outcome.markets["JPN"]
    assert outcome.quota is not None
    assert outcome.quota.regime[0, h, s] == ON_QUOTA
    benchmark = economy.markets["JPN"].fob[h, s]
    assert outcome.quota.quantity[0, h, s] / benchmark == pytest.approx(0.8, abs=1e-10)
    assert outcome.fob[0, h, s] / outcome.price[0, h, s] / benchmark == pytest.approx(0.8, abs=1e-9)


def test_dollars_and_per_cent_say_the_same(economy: Economy, place: tuple[int, int]) -> None:
    benchmark = float(economy.markets["JPN"].fob[place])
    dollars = quota(share_of_benchmark_percent=None, usd_mn=0.8 * benchmark)
    by_share, by_dollars = (solved(economy, lever, time="long_run") for lever in (quota(), dollars))
    np.testing.assert_allclose(by_share.outcome.exports, by_dollars.outcome.exports, rtol=1e-10)


def test_dollars_for_several_chapters_are_divided_as_trade_is(economy: Economy) -> None:
    market = economy.markets["JPN"]
    h, g = (economy.chapters.index(hs) for hs in ("03", "16"))
    column = market.partner_column
    lever = quota(share_of_benchmark_percent=None, usd_mn=100, select={"hs": ["03", "16"]})
    found = solved(economy, lever, time="long_run").outcome.markets["JPN"].shocks.quota
    assert found is not None
    assert found.limit[0, [h, g], column].sum() == pytest.approx(100)
    assert found.limit[0, h, column] / found.limit[0, g, column] == pytest.approx(
        market.fob[h, column] / market.fob[g, column]
    )
    others = np.delete(found.limit[0], [h, g], axis=0)
    assert np.isinf(others).all()
    assert np.isfinite(found.limit[0, [h, g]]).sum() == 2


def test_a_quota_above_free_trade_changes_nothing_to_the_last_bit(economy: Economy) -> None:
    wide = solved(economy, quota(share_of_benchmark_percent=1e6))
    np.testing.assert_array_equal(wide.outcome.exports, wide.reference.exports)
    np.testing.assert_array_equal(wide.outcome.imports, wide.reference.imports)
    for change in wide.outcome.welfare(wide.reference).values():
        assert np.abs(change).max() == 0.0


def test_only_the_chapter_and_only_from_the_start(binding: Result) -> None:
    exports = binding.sectors[binding.sectors.flow == "export"]
    moved = exports[exports["change_usd_mn"].abs() > 1e-9]
    assert set(moved["hs"]) == {FISH}
    assert moved["fiscal_year"].min() == "2026-27"
    assert (moved["change_usd_mn"] < 0).all()


def test_a_fixed_quantity_binds_tighter_as_the_market_grows(binding: Result) -> None:
    table = binding.quotas
    assert list(table["fiscal_year"]) == sorted(table["fiscal_year"])
    assert table["quantity_usd_mn"].to_numpy() == pytest.approx(table["quota_usd_mn"].to_numpy())
    assert (np.diff(table["premium_pct"]) > 0).all()
    assert set(table["regime"]) == {"on quota"}


def test_over_the_quota_a_rate_just_above_is_what_is_paid(
    economy: Economy, place: tuple[int, int]
) -> None:
    h, s = place
    over = 5.0
    found = solved(economy, quota(over_rate_percent=over), time="long_run")
    outcome = found.outcome.markets["JPN"]
    assert outcome.quota is not None
    assert outcome.quota.regime[0, h, s] == OVER_QUOTA
    inside = outcome.shocks.wedges
    assert outcome.quota.premium[0, h, s] == pytest.approx(
        (1 + over / 100) / (1 + inside.effective[0, h, s]) - 1
    )
    # Duty: in-quota rate within, over-quota rate on the rest.
    sold, share = (
        outcome.fob[0, h, s],
        outcome.quota.within[0, h, s] / outcome.quota.quantity[0, h, s],
    )
    cif = sold * (1 + economy.markets["JPN"].freight[h, s])
    expected = cif * (share * inside.collected[0, h, s] + (1 - share) * over / 100)
    assert outcome.duty[0, h, s] == pytest.approx(expected)


@pytest.mark.parametrize("over", [5.0, 100.0])
def test_wedge_duty_and_rent_add_up_to_what_buyers_pay(
    economy: Economy, place: tuple[int, int], over: float
) -> None:
    h, s = place
    market = economy.markets["JPN"]
    outcome = solved(economy, quota(over_rate_percent=over), time="long_run").outcome.markets["JPN"]
    assert outcome.quota is not None
    within = outcome.quota.within[0, h, s] / outcome.quota.quantity[0, h, s]
    inside = outcome.shocks.wedges
    parts = wedge_accounts(
        outcome.fob[0, h, s],
        market.freight[h, s],
        within * inside.effective[0, h, s] + (1 - within) * over / 100,
        within * inside.collected[0, h, s] + (1 - within) * over / 100,
        inside.barrier[0, h, s],
        market.rent_share,
    )
    paid = sum(
        float(part)
        for part in (
            parts.freight,
            parts.duty,
            parts.origin_cost,
            parts.barrier_rent,
            parts.barrier_cost,
        )
    )
    assert outcome.landed[0, h, s] - outcome.fob[0, h, s] == pytest.approx(
        paid + outcome.quota.rent[0, h, s], rel=1e-9
    )
    assert outcome.duty[0, h, s] == pytest.approx(float(parts.duty))


def test_the_rent_goes_to_its_owner(economy: Economy, place: tuple[int, int]) -> None:
    h, s = place
    mine, theirs = (
        solved(economy, quota(rent=owner), time="long_run") for owner in ("importer", "exporter")
    )
    quota_outcome = mine.outcome.markets["JPN"].quota
    assert quota_outcome is not None
    rent = quota_outcome.rent[0, h, s]
    assert rent > 1
    importers, exporters = (r.outcome.welfare(r.reference) for r in (mine, theirs))
    assert importers["JPN"][0, h] - exporters["JPN"][0, h] == pytest.approx(rent)
    assert exporters["IND"][0, h] - importers["IND"][0, h] == pytest.approx(rent)
    table = cepasim.simulate(economy, scenario(quota(rent="exporter"), time="long_run")).totals
    assert table["quota_rent_india_usd_mn"].iloc[0] == pytest.approx(rent)
    assert table["quota_rent_japan_usd_mn"].iloc[0] == 0.0


def test_a_rival_s_quota_helps_india_and_its_rent_may_be_the_rival_s(economy: Economy) -> None:
    lever = quota(source="CHN", rent="exporter", share_of_benchmark_percent=50)
    found = solved(economy, lever, time="long_run")
    h = economy.chapters.index(FISH)
    assert found.outcome.exports[0, h] > found.reference.exports[0, h]
    assert sum(rent.sum() for rent in found.outcome.quota_rents().values()) == 0.0
    outcome = found.outcome.markets["JPN"].quota
    assert outcome is not None and outcome.rent[0, h].sum() > 0


def test_an_in_quota_rate_replaces_the_rate_that_is_paid(
    economy: Economy, place: tuple[int, int]
) -> None:
    h, s = place
    free = quota(share_of_benchmark_percent=1e6, in_rate_percent=0)
    found = solved(economy, free, time="long_run")
    outcome = found.outcome.markets["JPN"]
    assert outcome.quota is not None
    assert outcome.quota.regime[0, h, s] == IN_QUOTA
    assert outcome.duty[0, h, s] == 0.0
    market = economy.markets["JPN"]
    assert outcome.shocks.trade_cost[0, h, s] == pytest.approx(
        1 / (1 + market.tariff_effective[h, s])
    )
    assert found.outcome.exports[0, h] > found.reference.exports[0, h]


def test_exports_are_continuous_in_the_quota(economy: Economy, place: tuple[int, int]) -> None:
    h, _ = place
    shares = np.array([60.0, 80, 87, 88, 89, 90, 91, 95, 99.99, 100, 100.01, 120])
    exports = []
    for share in shares:
        lever = quota(share_of_benchmark_percent=float(share), over_rate_percent=8)
        found = run(economy, scenario(lever, time="long_run"), attribution=False)
        exports.append(found.outcome.exports[0, h])
    slope = np.abs(np.diff(exports)) / np.diff(shares)
    assert (np.diff(exports) >= -1e-9).all()
    assert slope.max() < 0.02 * exports[-1]
    assert exports[-1] == pytest.approx(exports[-3])


# --- in the whole ------------------------------------------------------------------------------


def test_a_quota_takes_part_in_the_split_over_levers(economy: Economy) -> None:
    cut = {
        "tariff": {
            "importer": "JPN",
            "select": {"hs": [FISH]},
            "cut": "eliminate",
            "start": "2026-27",
        }
    }
    result = cepasim.simulate(economy, scenario(quota(), cut))
    assert set(result.contributions["lever"]) == {"quota", "tariff"}
    total = result.contributions[result.contributions["hs"] == "total"]
    split = total.groupby("fiscal_year")["exports_usd_mn"].sum()
    totals = result.totals.set_index("fiscal_year")
    change = totals["exports_usd_mn"] - totals["baseline_exports_usd_mn"]
    np.testing.assert_allclose(split.loc[change.index], change, atol=1e-9)
    welfare = total.groupby("fiscal_year")["welfare_japan_usd_mn"].sum()
    np.testing.assert_allclose(welfare, totals["welfare_japan_usd_mn"], atol=1e-9)
    # Behind a quota that binds, the cut moves rent, not quantity.
    alone = cepasim.simulate(economy, scenario(quota()))
    assert result.quotas["quantity_usd_mn"].to_numpy() == pytest.approx(
        alone.quotas["quantity_usd_mn"].to_numpy()
    )
    assert (result.quotas["rent_usd_mn"].to_numpy() > alone.quotas["rent_usd_mn"].to_numpy()).all()


def test_who_loses_still_sums_to_the_change(binding: Result) -> None:
    parts = binding.displacement.groupby(["fiscal_year", "flow", "hs"])["change_usd_mn"].sum()
    cells = binding.sectors.set_index(["fiscal_year", "flow", "hs"])
    np.testing.assert_allclose(parts.loc[cells.index], cells["change_usd_mn"], atol=1e-8)


def test_the_result_says_which_quota_binds(binding: Result, economy: Economy) -> None:
    [note] = [note for note in binding.notes if note.startswith("Quota on 03")]
    assert "binds from 2026-27" in note and "premium" in note and "the importing country" in note
    wide = cepasim.simulate(economy, scenario(quota(share_of_benchmark_percent=500)))
    assert any("does not bind" in note for note in wide.notes)
    low = cepasim.simulate(economy, scenario(quota(over_rate_percent=0)))
    assert any("not above the rate within" in note for note in low.notes)
    text = binding.explain("export", FISH, "2030-31").text
    assert "premium of the quota" in text


def test_many_quotas_are_counted_instead_of_named(economy: Economy) -> None:
    result = cepasim.simulate(economy, scenario(quota(select={"section": "XI"})))
    [note] = [note for note in result.notes if note.startswith("Quota")]
    assert note.startswith("Quotas into Japan: 14 of 14 bind in 2035-36")
    assert result.quotas["hs"].nunique() == 14


def test_a_result_without_quotas_has_no_table_of_them(economy: Economy) -> None:
    plain = cepasim.simulate(economy, scenario())
    assert plain.quotas.empty
    assert "quotas" not in plain.frames()
    assert not [column for column in plain.totals if "quota" in column]


def test_a_chapter_without_trade_has_no_quota(economy: Economy) -> None:
    market = economy.markets["JPN"]
    empty = market.chapters[int(np.argmin(market.fob[:, market.partner_column]))]
    assert market.fob[market.chapters.index(empty), market.partner_column] == 0
    result = cepasim.simulate(economy, scenario(quota(select={"hs": [empty]})))
    assert result.quotas.empty
    assert result.totals["change_in_balance_usd_mn"].abs().max() == 0.0


def test_a_quota_stands_on_top_of_purchases_that_move(
    economy: Economy, place: tuple[int, int]
) -> None:
    h, s = place
    shift = {
        "sourcing": {
            "importer": "JPN",
            "from": "CHN",
            "select": {"hs": [FISH]},
            "share_percent": 20,
            "start": "2026-27",
        }
    }
    outcome = solved(economy, quota(), shift, time="long_run").outcome.markets["JPN"]
    benchmark = economy.markets["JPN"].fob[h, s]
    assert outcome.shocks.base[0, h, s] > benchmark
    assert outcome.quota is not None
    assert outcome.quota.quantity[0, h, s] == pytest.approx(0.8 * benchmark, rel=1e-10)


# --- on a part of a chapter ---------------------------------------------------------------------


CARS = {key: value for key, value in FORMS["by year"].items() if key != "rent"}


def imports_by_source(found: Run, hs: str) -> tuple[np.ndarray, np.ndarray]:
    """India's imports of a product by source, of the reference and of the scenario, (Y, S)."""
    h = found.economy.chapters.index(hs)
    before, after = (state.markets["IND"].cif[:, h] for state in found.states)
    return before, after


def test_a_quota_on_a_heading_splits_the_chapter_and_leaves_the_rest_alone(
    economy: Economy,
) -> None:
    found = solved(economy, {"quota": CARS})
    assert {"87", "8703"} <= set(found.economy.chapters)
    assert len(found.economy.chapters) == len(economy.chapters) + 1
    before, after = imports_by_source(found, "87")
    np.testing.assert_array_equal(before, after)
    before, after = imports_by_source(found, "8703")
    japan = found.economy.markets["IND"].partner_column
    first = list(found.labels).index("2027-28")
    assert (after[:first] == before[:first]).all() and (
        after[first:, japan] > before[first:, japan]
    ).all()
    summed = found.economy.summed(found.reference.imports)
    plain = run(economy, scenario(reference="central"), attribution=False).reference.imports
    # The reference of the chapter is the same but for what its products' scheduled duties do.
    np.testing.assert_allclose(summed.sum(axis=1), plain.sum(axis=1), rtol=2e-3)


def test_a_quota_grows_and_its_rates_fall_by_year(economy: Economy) -> None:
    result = cepasim.simulate(economy, scenario({"quota": CARS}))
    table = result.quotas.set_index("fiscal_year")
    assert set(table["hs"]) == {"8703"} and set(table["source"]) == {"JPN"}
    sizes = table["quota_usd_mn"]
    years = ["2027-28", "2028-29", "2029-30", "2035-36"]
    assert sizes.loc[years].tolist() == pytest.approx([200, 300, 400, 400])
    found = solved(economy, {"quota": CARS})
    h = found.economy.chapters.index("8703")
    market = found.economy.markets["IND"]
    quota_set = found.outcome.markets["IND"].shocks.quota
    assert quota_set is not None
    beyond = quota_set.over_premium[4:, h, market.partner_column]
    assert (np.diff(beyond[:3]) > 0).all(), "the gap to what is paid beyond widens as rates fall"
    statics = solved(economy, {"quota": CARS}, time="long_run").outcome.markets["IND"].shocks
    assert statics.quota is not None
    assert statics.quota.limit[0, h, market.partner_column] == pytest.approx(400)
    assert statics.wedges.effective[0, h, market.partner_column] == pytest.approx(0.10)
    # Golf carts of the heading pay less than 30 % under the CEPA, and go on doing so.
    first = found.outcome.markets["IND"].shocks.wedges.effective[4, h, market.partner_column]
    assert 0.10 < first < 0.30


@pytest.mark.parametrize("rates", [(10, 30), (30, 60), (30, 95)])
@pytest.mark.parametrize("dollars", [5, 100, 5000])
def test_a_rival_s_concession_takes_from_japan_and_from_every_other_rival(
    economy: Economy, dollars: float, rates: tuple[float, float]
) -> None:
    """Cars from the European Union pay less within and beyond: nobody else may gain by it."""
    rival = CARS | {
        "source": "EU27",
        "usd_mn": dollars,
        "in_rate_percent": rates[0],
        "over_rate_percent": rates[1],
    }
    found = solved(economy, {"quota": rival}, time="long_run")
    before, after = imports_by_source(found, "8703")
    exporters = found.economy.markets["IND"].exporters
    european = exporters.index("EU27")
    assert after[0, european] > before[0, european]
    others = [
        place for place in range(len(exporters)) if place != european and before[0, place] > 0
    ]
    assert (after[0, others] < before[0, others]).all()
    assert found.outcome.imports_solved.sum() < found.reference.imports_solved.sum()
    before, after = imports_by_source(found, "87")
    np.testing.assert_array_equal(before, after)


def test_quotas_on_two_sources_of_one_heading_hold_together(economy: Economy) -> None:
    japan = CARS | {"usd_mn": 0.5, "in_rate_percent": 10, "over_rate_percent": 120}
    europe = japan | {"source": "EU27", "usd_mn": 50.0}
    found = solved(economy, {"quota": japan}, {"quota": europe}, time="long_run")
    outcome = found.outcome.markets["IND"]
    exporters, h = found.economy.markets["IND"].exporters, found.economy.chapters.index("8703")
    assert outcome.quota is not None
    for source, size in (("JPN", 0.5), ("EU27", 50.0)):
        at = 0, h, exporters.index(source)
        if outcome.quota.regime[at] == ON_QUOTA:
            assert outcome.quota.quantity[at] == pytest.approx(size, rel=1e-8)
        else:
            assert outcome.quota.regime[at] == OVER_QUOTA
            assert outcome.quota.quantity[at] > size
    assert len(cepasim.simulate(economy, scenario({"quota": japan}, {"quota": europe})).quotas) > 10


def test_a_heading_of_an_economy_of_products_is_one_market_under_its_quota(
    economy: Economy,
) -> None:
    products = economy.refine(["87"])
    found = solved(products, {"quota": CARS})
    assert "8703" in found.economy.chapters and "870323" not in found.economy.chapters
    assert "870899" in found.economy.chapters
    np.testing.assert_allclose(
        found.outcome.imports_solved[-1].sum() - found.reference.imports_solved[-1].sum(),
        (lambda one: one.outcome.imports_solved[-1].sum() - one.reference.imports_solved[-1].sum())(
            solved(economy, {"quota": CARS})
        ),
        rtol=1e-6,
    )


def test_nobody_pays_more_within_a_quota_than_without(economy: Economy) -> None:
    """Parts of cars pay less than the rate within: they go on doing so, and the result says it."""
    parts = CARS | {"select": {"hs": ["8703", "8708"]}, "usd_mn": 1e6, "in_rate_percent": 30}
    found = solved(economy, {"quota": parts})
    for hs in ("8703", "8708"):
        before, after = imports_by_source(found, hs)
        japan = found.economy.markets["IND"].partner_column
        assert (after[:, japan] >= before[:, japan] * (1 - 1e-12)).all()
    notes = cepasim.simulate(economy, scenario({"quota": parts})).notes
    assert any("pay less today than the rate within it (30 %)" in note for note in notes)
    europe = CARS | {"source": "EU27"}
    notes = cepasim.simulate(economy, scenario({"quota": europe})).notes
    assert not any("pay less today" in note for note in notes)


@pytest.mark.parametrize("time", ["path", "long_run"])
@pytest.mark.parametrize("dollars", [5, 1000, 5000])
def test_a_rival_s_concession_on_a_whole_chapter_never_raises_what_japan_sells(
    economy: Economy, dollars: float, time: str
) -> None:
    """Parts of cars pay less than the rate beyond: they go on doing so, on the EU's own path."""
    rival = CARS | {"source": "EU27", "select": {"hs": ["87"]}, "usd_mn": dollars}
    found = solved(economy, {"quota": rival | {"in_rate_percent": 10}}, time=time)
    before, after = imports_by_source(found, "87")
    japan = found.economy.markets["IND"].partner_column
    assert (after[:, japan] <= before[:, japan] * (1 + 1e-12)).all()
    assert dollars < 5000 or after[-1, japan] < before[-1, japan]


def test_a_limit_without_a_rate_of_its_own_charges_what_exceeds_it(economy: Economy) -> None:
    limit = {k: v for k, v in CARS.items() if k != "in_rate_percent"} | {"usd_mn": 1}
    found = solved(economy, {"quota": limit | {"select": {"hs": ["87"]}}}, time="long_run")
    before, after = imports_by_source(found, "87")
    japan = found.economy.markets["IND"].partner_column
    assert after[-1, japan] < 0.9 * before[-1, japan]
