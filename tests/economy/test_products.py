"""An economy of products: it adds up to its chapters, and alike products behave as the chapter."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cepasim
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.economy.weights import ProductWeights
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run

VALUES = ("cif", "fob", "domestic")


def assert_adds_up(fine: Economy) -> None:
    """Products sum to the chapter in every source, and the pair's duties do."""
    assert fine.split is not None
    for importer, market in fine.markets.items():
        coarse = fine.by_chapter.markets[importer]
        for name in VALUES:
            whole = getattr(coarse, name)
            summed = np.add.reduceat(getattr(market, name), fine.split.first, axis=0)
            np.testing.assert_allclose(summed, whole, rtol=1e-12, atol=1e-12 * whole.max())
        own = market.partner_column
        for rate in ("tariff_effective", "tariff_collected"):
            paid, before = (m.cif[:, own] * getattr(m, rate)[:, own] for m in (market, coarse))
            np.testing.assert_allclose(fine.summed(paid), before, rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def products(economy: Economy) -> Economy:
    return economy.refine()


def test_products_add_up_to_their_chapters(products: Economy) -> None:
    assert len(products.chapters) > 5600
    assert_adds_up(products)


@pytest.mark.slow(seconds=2)
@settings(max_examples=8, deadline=None)
@given(
    chapters=st.lists(st.sampled_from(["03", "27", "29", "61", "87", "98"]), unique=True),
    level=st.sampled_from(["hs4", "hs6"]),
    codes=st.lists(st.sampled_from(["8703", "870323", "0306", "720851", "7208"]), unique=True),
    sigma=st.floats(0.5, 8.0),
)
def test_any_split_adds_up_under_any_figures(
    economy: Economy, chapters: list[str], level: str, codes: list[str], sigma: float
) -> None:
    fine = economy.refine(chapters, level).with_products(codes)
    if fine.split is None:
        assert not codes and not set(chapters) - {"98"}
        return
    assert fine.with_products(["87"]).chapters.count("87") == 1
    assert set(codes) <= set(fine.chapters)
    assert list(fine.chapters) == sorted(set(fine.chapters))
    for schedule in (market.schedule for market in fine.markets.values()):
        assert sorted(schedule.lines) == sorted(
            fine.by_chapter.markets[schedule.importer].schedule.lines
        )
    assert_adds_up(fine)
    assert_adds_up(fine.with_overrides({"sigma_import_87": sigma, "lag_decay": 0.2}))


def test_unknown_levels_and_chapters_are_refused() -> None:
    with pytest.raises(cepasim.InputError, match="level: 'hs5'; one of chapter, hs4, hs6"):
        cepasim.load(level="hs5")
    with pytest.raises(cepasim.InputError, match="refine: '8703'.*chapters of two digits"):
        cepasim.load(refine=["8703"])
    with pytest.raises(cepasim.InputError, match=r"a list of chapters, such as \['87'\]"):
        cepasim.load(refine="87")


def test_what_is_assumed_is_of_grade_d(products: Economy) -> None:
    trade = products.bilateral.set_index(["flow", "hs"])
    shrimp, car = trade.loc[("export", "030617")], trade.loc[("import", "870323")]
    assert shrimp["grade"] != "D" and shrimp["low"] < shrimp["value"] < shrimp["high"]
    assert car["grade"] == "D" and np.isnan(car["low"]) and "assumption" in car["source"]


def test_rivals_follow_the_partner_as_far_as_the_parameter_says(economy: Economy) -> None:
    """At 0 the others sell by taste alone, at 1 as India does; India's own trade stays."""
    shares = {}
    for share in (0.0, 0.6, 1.0):
        market = (
            economy.with_overrides({"size_follows_partner": share}).refine(["03"]).markets["JPN"]
        )
        inside = [place for place, hs in enumerate(market.chapters) if hs.startswith("03")]
        fish = market.cif[inside]
        shares[share] = (fish / np.maximum(fish.sum(axis=0), 1e-9))[:, fish.any(axis=0)]
    india, china = 0, 1
    np.testing.assert_allclose(shares[0.0][:, india], shares[1.0][:, india], atol=1e-15)
    np.testing.assert_allclose(shares[1.0][:, china], shares[1.0][:, india], atol=1e-15)
    np.testing.assert_allclose(
        shares[0.6], 0.4 * shares[0.0] + 0.6 * shares[1.0], rtol=1e-12, atol=1e-15
    )


def test_one_known_import_moves_rivals_in_its_chapter_only(economy: Economy) -> None:
    """Where nothing is known of a chapter, rivals keep what taste says."""
    market = economy.markets["IND"]
    ground, given = economy.ground, np.zeros(len(market.schedule.products))
    given[list(market.schedule.products).index("870899")] = 50.0
    known = replace(
        economy,
        ground=replace(ground, known_trade={**ground.known_trade, "IND": given}),
    ).with_overrides({"eta": economy.parameters.value("eta")})
    before, after = (one.refine(["87", "90"], "hs4").markets["IND"] for one in (economy, known))
    cars, optics = (
        [place for place, hs in enumerate(before.chapters) if hs.startswith(chapter)]
        for chapter in ("87", "90")
    )
    rivals = np.arange(len(before.exporters)) != before.partner_column
    np.testing.assert_allclose(after.cif[optics], before.cif[optics], rtol=1e-12)
    moved = np.abs(after.cif[cars][:, rivals] / before.cif[cars][:, rivals] - 1)
    assert np.nanmax(moved) > 0.01


def test_an_economy_of_products_can_be_sent_to_another_process(products: Economy) -> None:
    sent = pickle.loads(pickle.dumps(products))
    assert sent.chapters == products.chapters
    np.testing.assert_array_equal(sent.markets["IND"].cif, products.markets["IND"].cif)


# -- alike products are their chapter -------------------------------------------------------------


def with_alike_products(economy: Economy) -> Economy:
    """An economy of products with one tariff in a chapter, one market share and one elasticity."""
    fine = economy.refine(["87", "03"], "hs6")
    assert fine.split is not None
    split = replace(fine.split, substitution=np.ones_like(fine.split.substitution))
    markets = {}
    for importer, market in fine.markets.items():
        coarse = fine.by_chapter.markets[importer]
        size = split.shares(market.cif.sum(axis=1))
        parent = split.parent
        markets[importer] = replace(
            market,
            cif=coarse.cif[parent] * size[:, None],
            domestic=coarse.domestic[parent] * size,
            tariff_effective=coarse.tariff_effective[parent],
            tariff_collected=coarse.tariff_collected[parent],
            sigma_import=coarse.sigma_import[parent],
            sigma_domestic=coarse.sigma_domestic[parent],
        )
    return replace(fine, markets=FrozenMapping(markets), split=split)


LEVERS = {
    "exchange rate": [
        {"exchange_rate": {"country": "IND", "depreciation_percent": 8, "start": "2026-27"}}
    ],
    "sourcing": [
        {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "to": "IND",
                "select": {"hs": ["87"]},
                "share_percent": 5,
                "start": "2026-27",
            }
        }
    ],
    "costs": [
        {
            "external": {
                "source": "CHN",
                "select": {"hs": ["87"]},
                "cost_percent": -4,
                "start": "2027-28",
            }
        }
    ],
}


@pytest.mark.parametrize("name", LEVERS)
def test_alike_products_give_what_their_chapter_gives(economy: Economy, name: str) -> None:
    scenario = Scenario.from_dict({"name": name, "levers": LEVERS[name]})
    fine, coarse = with_alike_products(economy), economy
    # Rates that move with the schedule differ by product: here nothing but the lever moves.
    coarse, fine = (with_fixed_rates(one) for one in (coarse, fine))
    ours, theirs = (run(one, scenario, attribution=False) for one in (fine, coarse))
    for before, after in ((ours.reference, theirs.reference), (ours.outcome, theirs.outcome)):
        for name_ in ("exports", "imports"):
            np.testing.assert_allclose(
                fine.summed(getattr(before, name_)), getattr(after, name_), rtol=1e-9, atol=1e-9
            )
    np.testing.assert_allclose(*(_welfare(one) for one in (ours, theirs)), rtol=1e-7, atol=1e-6)


def _welfare(solved: Run) -> np.ndarray:
    change = solved.outcome.welfare(solved.reference)
    return np.concatenate([change[c].sum(axis=1) for c in ("JPN", "IND")])


def with_fixed_rates(economy: Economy) -> Economy:
    """The economy with no tariff line that moves by itself."""

    markets = {}
    for importer, market in economy.markets.items():
        schedule = replace(market.schedule)
        schedule.__dict__["moving"] = (False,) * len(market.exporters)
        markets[importer] = replace(market, schedule=schedule)
    return replace(economy, markets=FrozenMapping(markets))


def test_weights_of_products_inside_a_market_sum_to_one(products: Economy) -> None:
    for market in products.markets.values():
        seen: list[ProductWeights] = []
        for weights in market.weights:
            if not any(weights is other for other in seen):
                seen.append(weights)
                sums = market.schedule.chapter_sums(weights.by_product)
                np.testing.assert_allclose(sums, 1.0, rtol=1e-12)


def test_units_of_money_do_not_matter(economy: Economy) -> None:
    """Twice the trade and twice the sales of every product: twice the changes."""
    fine = economy.refine(["03", "64"])
    relief = {
        "ntb": {
            "importer": "JPN",
            "type": ["sps", "tbt"],
            "select": {"hs": ["03", "64"]},
            "relief_percent": 40,
            "start": "2026-27",
        }
    }
    scenario = Scenario.from_dict({"name": "x", "levers": [relief], "time": "long_run"})
    twice = replace(
        fine,
        markets=FrozenMapping(
            {
                importer: replace(market, cif=2 * market.cif, domestic=2 * market.domestic)
                for importer, market in fine.markets.items()
            }
        ),
    )
    one, two = (run(which, scenario, attribution=False) for which in (fine, twice))
    changes = [found.outcome.exports - found.reference.exports for found in (one, two)]
    assert np.abs(changes[0]).max() > 0.01
    np.testing.assert_allclose(2 * changes[0], changes[1], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(2 * _welfare(one), _welfare(two), rtol=1e-8, atol=1e-6)


def test_what_is_known_by_chapter_takes_the_chapters_of_an_economy_of_products(
    economy: Economy,
) -> None:
    fine = economy.refine(["64"])
    assert cepasim.compare_basket(fine).equals(cepasim.compare_basket(economy))
