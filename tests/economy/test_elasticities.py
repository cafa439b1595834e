"""One source for all elasticities of substitution: what is taken, what stays, who says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.economy.elasticities import (
    OWN,
    SOURCES,
    behind,
    implied,
    implied_responses,
    lacking,
    published_responses,
)
from cepasim.economy.uncertainty import Uncertainty
from cepasim.scenario.sources import other_source
from cepasim.ui import link

CUT = {"tariff": {"importer": "IND", "select": {"hs": ["84"]}, "cut": "eliminate"}}


def scenario(source: str | None, **more: Any) -> Scenario:
    [(kind, settings)] = CUT.items()
    body = {"name": "x", "levers": [{kind: settings | {"start": "2026-27"}}], "horizon": "2028-29"}
    return Scenario.from_dict(body | ({"elasticities": source} if source else {}) | more)


def test_the_response_and_the_elasticity_behind_it_are_inverse() -> None:
    supply = np.array([3.0, 5.0, 40.0, np.inf])
    for response in (0.8, 2.0, 3.5):
        np.testing.assert_allclose(implied(behind(np.full(4, response), supply), supply), response)
    assert np.isnan(behind(np.array([7.0]), np.array([5.0]))).all()  # out of reach: 1 + eps = 6


def test_a_small_wedge_moves_a_small_supplier_by_the_implied_response(economy: Economy) -> None:
    """The formula against the kernel, in a chapter in which India is tiny."""
    market = economy.markets["JPN"]
    h = economy.chapters.index("84")
    share = market.import_shares[h, market.partner_column]
    assert share < 0.01
    from cepasim.equilibrium import solve_market

    wedge = np.ones(len(market.exporters))
    wedge[market.partner_column] = np.exp(-1e-4)
    found = solve_market(
        market.import_shares[h],
        market.domestic_share[h],
        wedge,
        market.sigma_import[h],
        market.sigma_domestic[h],
        market.eta[h],
        market.supply[h],
        market.supply_domestic[h],
    )
    moved = np.log(found.value[market.partner_column]) / 1e-4
    expected = implied(market.sigma_import, market.supply[:, market.partner_column])[h]
    assert moved == pytest.approx(expected, rel=0.02)


def test_boehm_gives_level_and_timing(economy: Economy) -> None:
    first_year, long_run = published_responses(economy.parameters)
    assert (first_year[0], long_run[0]) == (0.76, 2.0)
    under = economy.with_elasticities("boehm")
    for market in under.markets.values():
        table = implied_responses(market, under.parameters.value("lag_first_year"))
        np.testing.assert_allclose(table["long_run"], long_run[0], rtol=1e-12)
        np.testing.assert_allclose(table["first_year"], first_year[0], rtol=1e-12)


def test_each_source_is_taken_and_what_it_lacks_stays(economy: Economy) -> None:
    table = economy.parameters.table("elasticities/literature_by_chapter").set_index("hs")
    h = economy.chapters.index("61")
    fgo, bw = (economy.with_elasticities(name) for name in ("fgo", "broda_weinstein"))
    for importer, column in (("JPN", "bw_jpn_median"), ("IND", "bw_ind_median")):
        assert fgo.markets[importer].sigma_import[h] == table.loc["61", "fgo_median"]
        market = bw.markets[importer]
        assert market.sigma_import[h] == table.loc["61", column]
        assert market.sigma_domestic[h] == market.sigma_import[h] / 2
    gaps = lacking(economy.parameters, "fgo", economy.chapters)
    assert gaps
    for hs in gaps:
        h = economy.chapters.index(hs)
        assert fgo.markets["JPN"].sigma_import[h] == economy.markets["JPN"].sigma_import[h]
    # 131 for fish in India is beyond what an elasticity can be; Japan's own 29 is taken.
    h = economy.chapters.index("03")
    assert bw.markets["IND"].sigma_import[h] == economy.markets["IND"].sigma_import[h]
    assert bw.markets["JPN"].sigma_import[h] == table.loc["03", "bw_jpn_median"]


def test_the_folder_s_own_is_what_it_was_also_on_the_way_back(economy: Economy) -> None:
    for one in (economy.with_elasticities(None), economy.with_elasticities(OWN)):
        assert one is economy
    back = economy.with_elasticities("boehm").with_elasticities(OWN)
    assert back.elasticities == OWN and back.parameters.names == economy.parameters.names
    before, after = (cepasim.simulate(one, scenario(None)).sectors for one in (economy, back))
    assert before.equals(after)
    spelt_out = cepasim.simulate(economy, scenario(OWN)).sectors
    assert spelt_out.equals(before)


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {OWN}))
def test_a_result_records_whose_elasticities_it_has(economy: Economy, name: str) -> None:
    asked = scenario(name)
    result = cepasim.simulate(economy, asked, attribution=False)
    [note] = [n for n in result.notes if n.startswith("Elasticities of substitution from one")]
    assert f"{name}: {SOURCES[name].reference}" in note
    assert result.manifest["options"]["elasticities"] == name  # type: ignore[index]
    steps = result.explain("import", "84", "2028-29").table.set_index("step")
    sigma = steps.loc["elasticity between sources, sigma_import"]
    assert sigma["source"] == SOURCES[name].reference
    assert Scenario.from_dict(asked.to_dict()) == asked == link.scenario_of(link.token_of(asked))


def test_explain_shows_the_first_year_and_the_literature(economy: Economy) -> None:
    table = cepasim.simulate(economy, scenario(None)).explain("import", "84", "2028-29").table
    steps = table.set_index("step")["value"]
    long_run = steps["implied trade elasticity sigma (1 + eps) / (sigma + eps)"]
    first = steps["implied trade elasticity in the first year"]
    assert first / long_run == pytest.approx(economy.parameters.value("lag_first_year"))
    assert steps["literature: Boehm, Levchenko & Pandalai-Nayar 2023, long run"] == 2.0
    for authors in ("Fontagné, Guimbard & Orefice 2022", "Broda & Weinstein 2006"):
        assert steps[f"literature: {authors}"] > 1


def test_draws_go_around_the_chosen_source(economy: Economy) -> None:
    under = economy.with_elasticities("broda_weinstein")
    uncertainty = Uncertainty.of(under)
    zero = uncertainty.economy(under, np.zeros(uncertainty.dimensions))
    for importer, market in under.markets.items():
        np.testing.assert_allclose(zero.markets[importer].sigma_import, market.sigma_import)
    low = uncertainty.economy(under, np.full(uncertainty.dimensions, -1.0))
    market = low.markets["IND"]
    assert (market.sigma_import < under.markets["IND"].sigma_import).all()
    np.testing.assert_allclose(market.sigma_domestic, market.sigma_import / 2, rtol=2e-2)
    drawn = cepasim.monte_carlo(economy, scenario("broda_weinstein"), draws=8, seed=1)
    central = drawn.totals.query("item == 'change_in_imports_usd_mn'")["central"].iloc[-1]
    alone = cepasim.simulate(economy, scenario("broda_weinstein")).totals.iloc[-1]
    assert central == pytest.approx(alone["imports_usd_mn"] - alone["baseline_imports_usd_mn"])


def test_values_set_by_name_hold_under_a_source(economy: Economy) -> None:
    asked = scenario("broda_weinstein", parameters={"sigma_import_84_ind": 9.0})
    under = asked.economy_under(economy)
    assert under.markets["IND"].sigma_import[economy.chapters.index("84")] == 9.0
    read = Scenario.from_dict(asked.to_dict(), parameters=economy.parameters)
    assert read == asked
    with pytest.raises(InputError, match="sigma_import_84_jpn"):
        scenario("broda_weinstein", parameters={"sigma_import_84": 9.0}).economy_under(economy)
    own = economy.with_overrides({"sigma_import_84": 9.0})
    with pytest.raises(InputError, match="sigma_import_84"):
        own.with_elasticities("broda_weinstein")
    kept = own.with_elasticities("fgo")
    assert kept.markets["IND"].sigma_import[economy.chapters.index("84")] == 9.0


@pytest.mark.parametrize("name", ["gtapp", 5, "", ["fgo"]])
def test_an_unknown_source_is_refused_with_the_names(economy: Economy, name: Any) -> None:
    with pytest.raises(InputError) as caught:
        scenario("fgo", elasticities=name)
    [problem] = caught.value.problems
    assert (
        problem.field == "elasticities" and "gtap, fgo, broda_weinstein, boehm" in problem.allowed
    )
    with pytest.raises(InputError, match="gtap, fgo, broda_weinstein, boehm"):
        economy.with_elasticities(name)


@pytest.mark.parametrize("name", ["gtapp", 5, ""])
def test_loading_refuses_an_unknown_source(name: Any) -> None:
    with pytest.raises(InputError, match="elasticities: .*; one of gtap, fgo, broda_weinstein, bo"):
        cepasim.load(elasticities=name)


@pytest.mark.slow(seconds=1)
def test_an_economy_is_loaded_with_one_source_at_every_level(economy: Economy) -> None:
    under = economy.with_elasticities("fgo").markets["JPN"].sigma_import
    np.testing.assert_array_equal(
        cepasim.load(elasticities="fgo").markets["JPN"].sigma_import, under
    )
    fine = cepasim.load(refine=["87"], elasticities="fgo")
    assert fine.elasticities == "fgo"
    np.testing.assert_array_equal(fine.by_chapter.markets["JPN"].sigma_import, under)


def test_a_scenarios_own_source_wins_over_what_was_loaded(economy: Economy) -> None:
    loaded = economy.with_elasticities("fgo")
    own, plain = scenario("boehm"), scenario(None)
    assert own.economy_under(loaded).elasticities == "boehm"
    assert plain.economy_under(loaded).elasticities == "fgo"
    assert other_source(own, "fgo") is not None
    assert not any(other_source(*one) for one in ((own, "boehm"), (own, None), (plain, "fgo")))


def test_an_economy_of_products_takes_them_from_its_chapters(economy: Economy) -> None:
    fine = economy.refine(["87"]).with_elasticities("broda_weinstein")
    assert fine.elasticities == "broda_weinstein"
    coarse = economy.with_elasticities("broda_weinstein")
    h = economy.chapters.index("87")
    inside = [place for place, code in enumerate(fine.chapters) if code.startswith("87")]
    assert len(inside) > 10
    found = fine.markets["JPN"].sigma_import[inside]
    np.testing.assert_allclose(found, coarse.markets["JPN"].sigma_import[h])
