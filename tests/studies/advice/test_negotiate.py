"""Which package: the best by brute force, constraints that hold once run, the Nash point."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from cepasim import Economy, InputError, RunError, negotiate, product_list, simulate
from cepasim.studies.advice.candidates import default_entries
from cepasim.studies.advice.package import Package

YEAR = "2027-28"


def _entry(kind: str, importer: str, hs: str, **settings: Any) -> dict[str, Any]:
    return {
        kind: {"importer": importer, "select": {"hs": [hs]}, "start": "2026-27", **settings},
        "name": f"{importer} {kind} {hs} {list(settings.values())}",
    }


#: Two depths of one concession, three instruments in one market, both sides, and a fund.
CANDIDATES = (
    _entry("tariff", "JPN", "64", cut="eliminate"),
    _entry("tariff", "JPN", "64", cut={"percent": 50}),
    _entry("ntb", "JPN", "64", type="all", relief_percent=40),
    _entry("origin", "JPN", "64", cost_cut_percent=100),
    _entry("origin", "JPN", "38", cost_cut_percent=100),
    _entry("ntb", "IND", "72", type="all", relief_percent=40),
    _entry("tariff", "IND", "90", cut="eliminate"),
    {"fund": {"usd_bn": 1.0, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 3}},
)


@pytest.fixture(scope="module")
def package(economy: Economy) -> Package:
    return negotiate(economy, CANDIDATES, year=YEAR)


@pytest.fixture(scope="module")
def every(package: Package) -> list[tuple[np.ndarray, np.ndarray]]:
    """Every package that can be, and what the model says about it."""
    found = []
    conflicts = package.programme.measured.conflicts
    for bits in product((0.0, 1.0), repeat=len(CANDIDATES)):
        chosen = np.array(bits)
        if not (chosen[conflicts].sum(axis=1) > 1).any():
            inside = [
                one for one, bit in zip(package.programme.candidates, bits, strict=True) if bit
            ]
            found.append((chosen, package.runner.total(inside)))
    return found


@pytest.mark.parametrize(
    ("objective", "constraints"),
    [
        ("balance", {}),
        ("exports", {"revenue_loss_usd_mn": {"JPN": 5.0}}),
        ("joint_welfare", {"most_measures": 3}),
        ("welfare_japan", {"each_side_gains_usd_mn": 2.0}),
        ("balance", {"each_side_gains_usd_mn": 1.0, "most_measures": 3}),
        ("joint_welfare", {"narrow_deficit_usd_mn": 2.0, "reciprocity_percent": 80}),
    ],
)
def test_it_is_the_best_of_all_that_hold(
    economy: Economy,
    every: list[tuple[np.ndarray, np.ndarray]],
    objective: str,
    constraints: dict[str, Any],
) -> None:
    found = negotiate(economy, CANDIDATES, objective, constraints, year=YEAR)
    terms = found.terms
    sound = [
        float(terms.weights @ model)
        for chosen, model in every
        if all(row.held(model, chosen) for row in terms.rows)
    ]
    assert found.value == pytest.approx(max(sound), rel=1e-6, abs=1e-6)


def test_what_it_says_is_what_a_run_says(economy: Economy) -> None:
    limits = {"each_side_gains_usd_mn": 1.0, "revenue_loss_usd_mn": {"JPN": 4.0, "IND": 20.0}}
    found = negotiate(economy, CANDIDATES, "joint_welfare", limits, year=YEAR)
    last = simulate(economy, found.scenario, attribution=False).totals.iloc[-1]
    nothing = simulate(economy, found.runner.scenario(()), attribution=False).totals.iloc[-1]
    assert found.effects["balance"] == pytest.approx(last["change_in_balance_usd_mn"])
    assert found.effects["welfare_india"] == pytest.approx(last["welfare_india_usd_mn"])
    assert last["welfare_japan_usd_mn"] >= 1.0 and last["welfare_india_usd_mn"] >= 1.0
    for country, most in (("japan", 4.0), ("india", 20.0)):
        assert nothing[f"duty_{country}_usd_mn"] - last[f"duty_{country}_usd_mn"] <= most + 1e-6
    assert list(found.table["measure"])[-1] == "package"
    np.testing.assert_allclose(
        found.table["exports_usd_mn"].iloc[:-1].sum(), found.table["exports_usd_mn"].iloc[-1]
    )


def test_effects_of_candidates_are_solo_runs(economy: Economy, package: Package) -> None:
    for place, one in enumerate(package.programme.candidates):
        np.testing.assert_allclose(
            package.programme.measured.solo[place], package.runner.total([one]), atol=1e-7
        )


def test_the_fund_and_japans_side_count(package: Package) -> None:
    fund = package.programme.measured.solo[-1]
    assert fund[1] > 0  # machinery from Japan


def test_the_nash_point_does_not_depend_on_units(economy: Economy, package: Package) -> None:
    nash = package.nash()
    assert min(nash.gains.values()) > 0
    programme = package.programme
    units = np.array([1.0, 1.0, 1.0, 1.0, 1000.0, 0.01])  # yen here, crore there
    measured = replace(
        programme.measured,
        solo=programme.measured.solo * units,
        beside=programme.measured.beside * units,
    )
    other = replace(
        programme,
        measured=measured,
        corrections=[(one, extra * units) for one, extra in programme.corrections],
    )
    np.testing.assert_array_equal(other.bargain(package.terms), nash.answer.chosen)


def test_the_nash_point_has_the_largest_product(
    package: Package, every: list[tuple[np.ndarray, np.ndarray]]
) -> None:
    gains = package.terms.gains
    products = [
        float((gains["IND"] @ model) * (gains["JPN"] @ model))
        for _, model in every
        if gains["IND"] @ model > 0 and gains["JPN"] @ model > 0
    ]
    nash = package.nash()
    assert nash.gains["IND"] * nash.gains["JPN"] == pytest.approx(max(products), rel=1e-6)


def test_the_frontier_trades_one_gain_for_the_other(package: Package) -> None:
    frontier = package.frontier(5)
    assert len(frontier) >= 2
    assert frontier["gain_japan_usd_mn"].is_monotonic_increasing
    assert frontier["gain_india_usd_mn"].is_monotonic_decreasing


def test_a_constraint_has_a_price(economy: Economy) -> None:
    found = negotiate(economy, CANDIDATES, "balance", {"most_measures": 1}, year=YEAR)
    prices = found.shadow_prices.set_index("constraint")
    assert prices["without_usd_mn"]["most_measures"] > prices["objective_usd_mn"]["most_measures"]
    why = found.left_out.set_index("measure")["why"]
    assert "in place of it" in " ".join(why) or "would break: 1 measures at most" in " ".join(why)


def test_products_kept_out_are_touched_by_nobody(economy: Economy) -> None:
    whole = {"ntb": {"importer": "JPN", "type": "all", "select": {"section": "II"}}}
    whole["ntb"] |= {"relief_percent": 40, "start": "2026-27"}
    found = negotiate(economy, [whole], constraints={"exclude": {"JPN": ["1006"]}}, year=YEAR)
    [one] = found.chosen
    assert one.atoms and not any(atom.startswith("1006") for atom in one.atoms)
    # Its price is what the same search gives without it.
    [price] = found.shadow_prices.to_dict("records")
    assert price["without_usd_mn"] == pytest.approx(negotiate(economy, [whole], year=YEAR).value)
    assert price["without_usd_mn"] > price["objective_usd_mn"] and np.isnan(price["looser_usd_mn"])
    with pytest.raises(InputError, match="excluded"):
        only = _entry("ntb", "JPN", "100630", type="all", relief_percent=40)
        negotiate(economy, [only], constraints={"exclude": ["1006"]}, year=YEAR)


def test_a_quota_is_a_candidate(economy: Economy) -> None:
    """It has a market of its own, which adds up to its chapter."""
    quota = {"usd_mn": 200, "in_rate_percent": 10, "over_rate_percent": 40}
    entry = _entry("quota", "IND", "8704", **quota) | {"name": "lorries"}
    package = negotiate(economy, [entry], "welfare_japan", year=YEAR)
    totals = simulate(economy, package.scenario, attribution=False).totals.iloc[-1]
    assert package.effects["balance"] == pytest.approx(totals["change_in_balance_usd_mn"])


def test_lines_of_a_list_are_candidates(economy: Economy) -> None:
    asked = product_list(economy, "JPN", YEAR).filter(ask="tariff")
    # Two lines of a product without claims are alternatives: a package needs one of them.
    lines = asked.only(asked.table.loc[asked.table["basis"] != "not used", "line"][:3].tolist())
    given = [{**lines.lever([code]), "name": code} for code in lines.codes]
    found = negotiate(economy, given, "exports", year=YEAR)
    assert {one.name for one in found.chosen} == set(lines.codes)
    listed = lines.checked().iloc[-1]["model_usd_mn"]
    assert found.effects["exports"] == pytest.approx(listed)


def test_few_lines_may_stay_as_they_are(economy: Economy) -> None:
    cuts = [_entry("tariff", "IND", hs, cut="eliminate") for hs in ("39", "84", "85", "87", "72")]
    free = negotiate(economy, cuts, "balance", year=YEAR)
    assert not free.chosen
    bound = negotiate(economy, cuts, "balance", {"sensitive_percent": {"IND": 17.0}}, year=YEAR)
    [row] = bound.terms.rows
    assert row.counts is not None
    assert row.counts @ bound.answer.chosen >= row.least > 0


def test_advice_names_what_of_grade_d_it_rests_on(package: Package) -> None:
    assert package.chosen and package.rests_on
    for text in package.rests_on:
        assert text in package.sentence
    # One unit in the sentence: what it holds against each other needs no converting.
    assert not (" bn" in package.sentence and " mn" in package.sentence)
    if any(one.kind == "ntb" for one in package.chosen):
        assert any("barriers" in text for text in package.rests_on)


def test_what_means_nothing_is_refused_all_at_once(economy: Economy) -> None:
    with pytest.raises(InputError) as wrong:
        negotiate(
            economy,
            CANDIDATES,
            "balanse",
            {"revenue_loss": 5, "reciprocity_percent": 140, "most_measures": 1.5},
            measure="utility",
        )
    assert len(wrong.value.problems) == 5
    with pytest.raises(InputError, match=r"candidates\[0\]"):
        negotiate(economy, [{"tarif": {}}])
    with pytest.raises(RunError, match="no package"):
        negotiate(economy, CANDIDATES, constraints={"narrow_deficit_usd_mn": 1e6}, year=YEAR)


def test_bundled_candidates_go_as_far_as_what_is_proposed(economy: Economy) -> None:
    entries = default_entries(economy.with_overrides({"package_relief_percent": 30.0}))
    reliefs = {one["ntb"]["relief_percent"] for one in entries if "ntb" in one}
    assert reliefs == {15.0, 30.0}
    assert [one["fund"]["usd_bn"] for one in entries if "fund" in one] == [1.0, 2.0]
    assert len(default_entries(economy)) == len(entries) == 254
