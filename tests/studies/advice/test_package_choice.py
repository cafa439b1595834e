"""How often the same package is best: the search repeated in other worlds."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from cepasim import Economy, Scenario, negotiate, simulate
from cepasim.studies.advice.package import Package
from cepasim.studies.advice.package_choice import Asked, PackageChoice, package_choice
from cepasim.studies.advice.package_effects import Runner
from cepasim.studies.model_choice import ModelChoice

YEAR = "2027-28"
_COMMON = {"importer": "JPN", "start": "2026-27"}
CANDIDATES: tuple[dict[str, Any], ...] = (
    {"tariff": {**_COMMON, "select": {"hs": ["64"]}, "cut": "eliminate"}, "name": "shoes"},
    {"tariff": {**_COMMON, "select": {"hs": ["64"]}, "cut": {"percent": 50}}, "name": "half"},
    {"origin": {**_COMMON, "select": {"hs": ["38"]}, "cost_cut_percent": 100}, "name": "paper"},
    {"external": {"source": "IND", "select": {"hs": ["03"]}, "cost_percent": -1.0,
                  "start": "2026-27"}, "name": "costs"},
)  # fmt: skip
#: Alternatives tried: an engine, a source of elasticities and a variant of the reference.
TRIED = ("smart", "boehm", "history")


@pytest.fixture(scope="module")
def package(economy: Economy) -> Package:
    return negotiate(economy, CANDIDATES[:3], constraints={"most_measures": 1}, year=YEAR)


@pytest.fixture(scope="module")
def sure(package: Package) -> PackageChoice:
    with pytest.MonkeyPatch.context() as patched:
        every = ModelChoice.alone.fget  # type: ignore[attr-defined]
        some = property(lambda self: tuple(one for one in every(self) if one[1] in TRIED))
        patched.setattr(ModelChoice, "alone", some)
        return package_choice(package, draws=2, seed=3)


@pytest.mark.parametrize("name", TRIED)
def test_the_package_is_run_as_it_is_in_another_world(
    economy: Economy, package: Package, sure: PackageChoice, name: str
) -> None:
    told = {
        "smart": {},
        "boehm": {"elasticities": "boehm"},
        "history": {"reference": "history"},
    }[name]
    entries = [{k: v for k, v in one.entry.items() if k != "name"} for one in package.chosen]
    data = {"name": "by hand", "horizon": YEAR, "levers": entries, **told}
    scenario = Scenario.from_dict(data, economy.classification)
    engine = "smart" if name == "smart" else "armington"
    last = simulate(economy, scenario, engine=engine, attribution=False).totals.iloc[-1]
    row = sure.alternatives.iloc[1 + TRIED.index(name)]
    assert row["package_usd_mn"] == pytest.approx(last["change_in_balance_usd_mn"], rel=1e-9)


def test_what_is_best_elsewhere_is_the_best_of_all(economy: Economy, package: Package) -> None:
    asked = Asked.of(package)
    [combination] = [one for _, name, one in asked.worlds.choice.alone if name == "boehm"]
    found = asked.under(combination, None)
    study = asked.worlds.under(combination)
    runner = Runner(study.economy, YEAR, "by hand")
    every = [
        runner.total([one for one, bit in zip(asked.candidates, bits, strict=True) if bit])
        for bits in product((0, 1), repeat=3)
        if sum(bits) <= 1
    ]
    best = max(float(package.terms.weights @ one) for one in every)
    assert float(package.terms.weights @ found.best) == pytest.approx(best, rel=1e-6)


def test_shares_count_the_worlds(package: Package, sure: PackageChoice) -> None:
    other = sure.alternatives.iloc[1:]
    assert bool(sure.alternatives["same"].iloc[0])
    [mine] = sure.measures[sure.measures["in_package"]].to_dict("records")
    assert mine["alternatives_percent"] == pytest.approx(100 * other["same"].mean())
    assert mine["draws_percent"] == pytest.approx(100 * sure.draws["same"].mean())
    assert len(sure.draws) == 2 and sure.draws["package_usd_mn"].nunique() == 2
    first = sure.ranges.iloc[0]
    assert first["least"] == sure.alternatives["package_usd_mn"].min()
    assert first["p5"] <= first["p50"] <= first["p95"]
    lost = sure.alternatives["best_usd_mn"] - sure.alternatives["package_usd_mn"]
    assert (lost > -1e-6).all()  # nothing that holds is better than the best
    assert f"{len(other)} alternatives" in sure.text


def test_what_an_engine_cannot_express_is_not_held_against_it(economy: Economy) -> None:
    found = negotiate(
        economy, CANDIDATES, constraints={"exclude": {"IND": ["99"]}, "most_measures": 1}, year=YEAR
    )
    if any(one.kind == "external" for one in found.chosen):
        found = negotiate(economy, CANDIDATES[:3], year=YEAR)
    asked = Asked.of(found)
    [combination] = [one for _, name, one in asked.worlds.choice.alone if name == "smart"]
    chosen = asked.under(combination, None).chosen
    assert np.isnan(chosen).tolist() == [one.kind == "external" for one in asked.candidates]
