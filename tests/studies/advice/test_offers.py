"""Two offers side by side: lines that differ, and what the results of either say."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.cli.commands import app
from cepasim.studies.advice.offers import OfferComparison

YEAR = "2030-31"
RUNNER = CliRunner()


def offer(percent: float, years: int = 1, **more: object) -> Scenario:
    lever = {
        "importer": "IND",
        "select": {"hs": ["8703"]},
        "cut": {"percent": percent},
        "start": "2027-28",
        "years": years,
    }
    return Scenario.from_dict({"name": "offer", "levers": [{"tariff": {**lever, **more}}]})


@pytest.fixture(scope="module")
def compared(economy: Economy) -> OfferComparison:
    return cepasim.compare_offers(economy, offer(20), offer(50, 5))


def test_lines_that_differ_have_both_duties(compared: OfferComparison) -> None:
    lines = compared.lines
    assert set(lines["importer"]) == {"IND"} and lines["line"].str.startswith("8703").all()
    known = lines.dropna(subset=["reference_pct"])
    assert len(known) > 5
    assert known["mine_pct"].to_numpy() == pytest.approx(0.8 * known["reference_pct"])
    # 2030-31 is the fourth of five steps to half.
    assert known["theirs_pct"].to_numpy() == pytest.approx(0.6 * known["reference_pct"])
    assert known["theirs_last_pct"].to_numpy() == pytest.approx(0.5 * known["reference_pct"])
    assert set(known["differs_from"]) == {"2027-28"}


def test_each_side_has_its_gain_and_revenue(economy: Economy, compared: OfferComparison) -> None:
    sides = compared.sides.set_index(["side", "item"])
    for column, result in (("mine_usd_mn", compared.mine), ("theirs_usd_mn", compared.theirs)):
        total = result.totals.set_index("fiscal_year").loc[YEAR]
        sold = total["imports_usd_mn"] - total["baseline_imports_usd_mn"]
        duty = total["duty_india_usd_mn"] - total["baseline_duty_india_usd_mn"]
        assert sides.loc[("Japan", "sales to the partner"), column] == pytest.approx(sold)
        assert sides.loc[("India", "duty collected from the partner"), column] == pytest.approx(
            duty
        )
    assert (sides.loc[("Japan", "sales to the partner"), "theirs_less_mine_usd_mn"]) > 0


def test_who_loses_is_who_sells_less(compared: OfferComparison) -> None:
    """A deeper cut for Japan's cars takes more from India's producers, and the loss is negative."""
    home = compared.losers.set_index(["flow", "source"]).loc[("import", "domestic")]
    assert home["theirs_usd_mn"] < home["mine_usd_mn"] < 0
    cars = compared.chapters.set_index(["flow", "chapter"]).loc[("import", "87")]
    assert cars["theirs_usd_mn"] > cars["mine_usd_mn"] > 0
    assert cars["theirs_loser"] == "domestic" and cars["theirs_loss_usd_mn"] < 0


def test_the_same_offer_twice_differs_nowhere(economy: Economy) -> None:
    same = cepasim.compare_offers(economy, offer(20), offer(20))
    assert same.lines.empty and set(same.levers["status"]) == {"in both"}
    assert same.sides["theirs_less_mine_usd_mn"].abs().max() == pytest.approx(0, abs=1e-9)


def test_levers_are_matched_by_what_they_are_about(economy: Economy) -> None:
    wider = Scenario.from_dict(
        {
            "name": "both",
            "levers": [
                *offer(20).to_dict()["levers"],
                *Scenario.bundled("ntb-relief").to_dict()["levers"],
            ],
        }
    )
    found = cepasim.compare_offers(economy, wider, offer(50)).levers
    assert list(found["status"]) == ["changed", "mine alone"]


def test_a_remedy_is_part_of_the_duty(economy: Economy) -> None:
    steel = {"importer": "IND", "select": {"hs": ["7208"]}, "add_percent": 12}
    remedy = {"remedy": {**steel, "start": "2026-27", "end": "2031-32"}}
    with_it = Scenario.from_dict({"name": "steel", "levers": [remedy]})
    lines = cepasim.compare_offers(economy, with_it, Scenario.reference()).lines
    assert (lines["mine_pct"] - lines["theirs_pct"]).to_numpy() == pytest.approx(12)


def test_what_cannot_be_compared_is_refused(economy: Economy) -> None:
    long_run = offer(20).model_copy(update={"time": "long_run"})
    with pytest.raises(InputError, match="theirs"):
        cepasim.compare_offers(economy, offer(20), long_run)
    with pytest.raises(InputError, match="fiscal_year"):
        cepasim.compare_offers(economy, offer(20), offer(50), "2050-51")


# -- triggers ------------------------------------------------------------------------------------


def with_quota(usd_mn: float) -> Scenario:
    quota = {
        "importer": "IND",
        "select": {"hs": ["8703"]},
        "usd_mn": usd_mn,
        "in_rate_percent": 10,
        "over_rate_percent": 95,
        "start": "2027-28",
    }
    return Scenario.from_dict({"name": "quota", "levers": [{"quota": quota}]})


def test_a_quota_fills_when_the_model_says_it_binds(economy: Economy) -> None:
    for size, fills in ((20.0, True), (5000.0, False)):
        scenario = with_quota(size)
        found = cepasim.triggers(economy, scenario)
        quota = found[found["trigger"] == "quota fills"].set_index("variant")
        assert set(quota.index) == set(economy.ground.variants)
        table = cepasim.simulate(economy, scenario, attribution=False).quotas
        binds = table[table["premium_pct"] > 0]["fiscal_year"]
        assert binds.empty != fills
        assert quota.loc["central", "first_year"] == (binds.min() if fills else None)
        assert (quota["largest_ratio"] >= 1 - 1e-9).all() == fills


def test_a_threshold_is_passed_in_the_first_year_above_it(economy: Economy) -> None:
    scenario = Scenario.bundled("cepa-reciprocal")
    sectors = cepasim.simulate(economy, scenario, attribution=False).sectors
    steel = sectors[(sectors["flow"] == "import") & (sectors["hs"] == "72")]
    steel = steel.set_index("fiscal_year")["scenario_usd_mn"]
    limit = float(steel["2031-32"] + steel["2032-33"]) / 2
    found = cepasim.triggers(economy, scenario, {"IND:72": limit}).set_index("variant")
    after = steel[(steel > limit) & (steel.index >= "2026-27")]
    assert found.loc["central", "first_year"] == after.index[0]
    largest = float(steel[steel.index >= "2026-27"].max()) / limit
    assert found.loc["central", "largest_ratio"] == pytest.approx(largest)


def test_a_surge_is_measured_against_three_years_before(economy: Economy) -> None:
    scenario = Scenario.bundled("full-package")
    found = cepasim.triggers(economy, scenario)
    food = found[(found["variant"] == "central") & (found["hs"] == "17")].iloc[0]
    sectors = cepasim.simulate(economy, scenario, attribution=False).sectors
    path = sectors[(sectors["flow"] == "export") & (sectors["hs"] == "17")]["scenario_usd_mn"]
    values = path.to_numpy()
    before = [values[place - 3 : place].mean() for place in range(3, len(values))]
    ratio = values[3:] / before / economy.parameters.value("surge_trigger")
    assert food["largest_ratio"] == pytest.approx(ratio.max())


def test_a_threshold_that_names_no_chapter_is_refused(economy: Economy) -> None:
    for wrong in ({"IND:100": 5.0}, {"72": 5.0}, {"IND:72": -1.0}):
        with pytest.raises(InputError, match="thresholds"):
            cepasim.triggers(economy, with_quota(20), wrong)


def test_the_command_says_when() -> None:
    called = RUNNER.invoke(app, ["triggers", "cepa-reciprocal", "--watch", "IND:72=1500"])
    assert called.exit_code == 0 and "strong exports" in called.output
    wrong = RUNNER.invoke(app, ["triggers", "cepa-reciprocal", "--watch", "IND:72"])
    assert wrong.exit_code == 2


def test_a_run_says_when_its_remedy_trips(economy: Economy) -> None:
    def scenario(*levers: dict[str, Any]) -> Scenario:
        data = {"name": "x", "horizon": "2030-31", "levers": list(levers)}
        return Scenario.from_dict(data, economy.classification)

    def noted(asked: Scenario) -> list[str]:
        notes = cepasim.simulate(economy, asked, attribution=False).notes
        return [str(note) for note in notes if "`cepasim triggers`" in note]

    shoes = {"importer": "JPN", "select": {"hs": ["64"]}, "start": "2026-27"}
    remedy = {"remedy": shoes | {"add_percent": 0.1, "end": "2030-31"}}
    freed = {"tariff": shoes | {"cut": "eliminate"}}
    relieved = {"ntb": shoes | {"type": "all", "relief_percent": 100}}
    both = scenario(freed, relieved, remedy)
    [said] = noted(both)
    found = cepasim.triggers(economy, both)
    year = found[(found["variant"] == "central") & (found["hs"] == "64")]["first_year"].item()
    assert f"in {year}" in said and "safeguard's threshold" in said
    [quiet] = noted(scenario(remedy))
    assert "in no year" in quiet
    assert noted(scenario(freed)) == []  # neither a quota nor a remedy
    [quota] = noted(with_quota(20.0))
    assert quota.startswith("When quotas fill depends on the reference")
