"""Structural draws: shares as declared, common streams, engines that cannot are left out."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cepasim.core.language import language, now
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.engines.every import ENGINES
from cepasim.levers.sourcing import SourcingLever
from cepasim.params.replacing import rows_in_folder, with_rows
from cepasim.scenario.bundled import scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.studies import chunks, model_choice
from cepasim.studies import monte_carlo as montecarlo
from cepasim.studies.choice_ranges import share_of_variance
from cepasim.studies.containment import SLACK, containment, why_beyond
from cepasim.studies.grounds import Grounds
from cepasim.studies.model_choice import BLOCK, TABLE, ModelChoice, Worlds
from cepasim.studies.monte_carlo import choice_chunk, monte_carlo
from cepasim.studies.open_choices import CHOICES
from cepasim.studies.study import measure
from cepasim.tables.column import TOTALS
from docs.writers.ranges import PAGE

SHORT: dict[str, Any] = {
    "name": "Japan's duties",
    "horizon": "2026-27",
    "levers": [{"tariff": {"importer": "JPN", "select": {"all": True}, "cut": "eliminate"}}],
}
QUOTA = {
    "name": "A quota",
    "horizon": "2027-28",
    "levers": [
        {
            "quota": {
                "importer": "IND",
                "select": {"hs": ["8703"]},
                "usd_mn": 300,
                "in_rate_percent": 30,
                "over_rate_percent": 95,
                "start": "2027-28",
            }
        }
    ],
}


def scenario(**changed: Any) -> Scenario:
    levers = [{"tariff": {**SHORT["levers"][0]["tariff"], "start": "2026-27"}}]
    return Scenario.from_dict({**SHORT, "levers": levers, **changed})


def test_weights_are_shares_and_name_what_there_is(economy: Economy) -> None:
    table = economy.parameters.table(TABLE)
    assert set(table["choice"]) == set(CHOICES)
    assert np.allclose(table.groupby("choice")["weight"].sum(), 1.0)
    assert table["note"].str.len().min() > 20, "each weight has a reason"
    given = table.groupby("choice")["alternative"].agg(set)
    assert given["engine"] == set(ENGINES)
    assert given["reference"] == set(economy.ground.variants)
    assert economy.line_rule in given["line_rule"]


def test_weights_that_are_no_shares_are_refused(economy: Economy) -> None:
    rows = rows_in_folder(economy.parameters, TABLE)
    rows.loc[0, "weight"] = 0.9
    wrong = replace(economy, parameters=with_rows(economy.parameters, TABLE, rows))
    with pytest.raises(InputError, match="weights of engine that sum to one"):
        ModelChoice.of(wrong, scenario())


def test_every_block_of_draws_has_its_shares(economy: Economy) -> None:
    choice = ModelChoice.of(economy, scenario())
    for start in (0, BLOCK):
        drawn = choice.draws(start, start + BLOCK, seed=3)
        for place, one in enumerate(choice.choices):
            counted = Counter(combination[place] for combination in drawn)
            for name, weight in zip(one.alternatives, one.weights, strict=True):
                assert abs(counted[name] - weight * BLOCK) < 2


def test_draws_depend_on_seed_and_number_alone(economy: Economy) -> None:
    choice = ModelChoice.of(economy, scenario())
    whole = choice.draws(0, 200, seed=1)
    assert whole[70:75] == choice.draws(70, 75, seed=1)
    assert whole[:64] != choice.draws(0, 64, seed=2)


def test_scenarios_share_their_draws(economy: Economy) -> None:
    one = ModelChoice.of(economy, scenario()).draws(0, 128, 1)
    other = ModelChoice.of(economy, Scenario.bundled("fund-2bn")).draws(0, 128, 1)
    for place in range(1, len(CHOICES)):
        if list(CHOICES)[place] != "sourcing":
            assert [c[place] for c in one] == [c[place] for c in other]
    kept = [(a[0], b[0]) for a, b in zip(one, other, strict=True) if a[0] == "armington"]
    assert {b for _, b in kept} == {"armington"}, "an engine left out takes no draw of another"


def test_structural_draws_are_not_tied_to_those_of_the_figures(economy: Economy) -> None:
    worlds = Worlds.of(economy, scenario())
    scores = worlds.study.uncertainty.scores(0, 1024, 1)[:, :40]
    drawn = worlds.choice.draws(0, 1024, 1)
    for place in range(len(CHOICES)):
        first = np.array([c[place] == worlds.choice.central[place] for c in drawn], dtype=float)
        if first.std() > 0:
            tied = np.corrcoef(scores.T, first)[-1, :-1]
            assert np.abs(tied).max() < 0.15


def test_engines_that_cannot_express_a_lever_are_left_out_and_named(economy: Economy) -> None:
    choice = ModelChoice.of(economy, Scenario.from_dict(QUOTA))
    assert choice.choices[0].alternatives == ("armington",)
    said = " ".join(choice.notes)
    with language("ja"):
        assert any("GSIMは政策手段「関税割当」（" in now(note) for note in choice.notes)
    assert "GSIM cannot express the lever “Tariff quotas”" in said
    assert "SMART cannot express the lever “Tariff quotas”" in said


def test_what_a_scenario_states_is_not_drawn(economy: Economy) -> None:
    stated = scenario(reference="history", elasticities="fgo")
    choice = {one.key: one for one in ModelChoice.of(economy, stated, engine="gsim").choices}
    for key, name in (("engine", "gsim"), ("elasticities", "fgo"), ("reference", "history")):
        assert choice[key].alternatives == (name,)
        assert not choice[key].drawn
    assert choice["line_rule"].drawn


def test_an_elasticity_that_was_set_leaves_out_sources_without_its_row(economy: Economy) -> None:
    choice = ModelChoice.of(economy, scenario(parameters={"sigma_import_61": 4.0}))
    sources = choice.choices[list(CHOICES).index("elasticities")].alternatives
    assert "gtap" in sources
    assert "boehm" not in sources
    assert "Source of elasticities: boehm" in " ".join(choice.notes)


def test_sourcing_moves_both_ways_where_it_is_intended(economy: Economy) -> None:
    worlds = Worlds.of(economy, Scenario.bundled("china-plus-one"))
    [imposed] = [combo for choice, name, combo in worlds.choice.alone if name == "imposed"]
    levers = worlds.under(imposed).scenario.levers_of(SourcingLever)
    assert {lever.mode for lever in levers} == {"imposed"}
    assert not {one.key for one in ModelChoice.of(economy, scenario()).drawn} & {"sourcing"}


@pytest.mark.slow(seconds=0.7)
def test_sources_of_elasticities_share_their_scores(economy: Economy) -> None:
    worlds = Worlds.of(economy, scenario())
    for _, name, combination in worlds.choice.alone:
        other = worlds.under(combination).uncertainty
        assert other.dimensions == worlds.study.uncertainty.dimensions, name
        places = dict(zip(other.parameters.names, other.parameters.own, strict=True))
        mine = worlds.study.uncertainty.parameters
        for figure, place in zip(mine.names, mine.own, strict=True):
            assert places.get(figure, place) == place


@pytest.mark.parametrize("key", ["engine", "line_rule", "product_rule", "use_rule"])
def test_a_combination_is_what_the_model_gives_under_it(economy: Economy, key: str) -> None:
    """At the middle of all figures a draw is the same as the run a user asks for by hand."""
    worlds = Worlds.of(economy, scenario())
    for choice, name, combination in worlds.choice.alone:
        if choice.key != key:
            continue
        study = worlds.under(combination)
        drawn = study.outcome(np.zeros(study.uncertainty.dimensions))
        rules = {key: name} if key != "engine" else {}
        by_hand = economy.with_rules(**rules)
        engine = name if key == "engine" else "armington"
        zero = Worlds.of(by_hand, scenario(), engine).study
        assert np.array_equal(drawn, zero.outcome(np.zeros(zero.uncertainty.dimensions)))
        central = worlds.study.outcome(np.zeros(study.uncertainty.dimensions))
        assert not np.array_equal(drawn, central)


@pytest.mark.slow(seconds=1)
def test_plain_ranges_are_the_same_bytes_with_and_without(economy: Economy) -> None:
    plain = monte_carlo(economy, scenario(), 6, 1)
    both = monte_carlo(economy, scenario(), 6, 1, model_choice=True)
    assert plain.model_choice is None
    assert plain.totals.equals(both.totals)
    assert plain.sectors.equals(both.sectors)
    assert both.model_choice is not None
    assert not both.model_choice.totals.equals(both.totals)


@pytest.mark.slow(seconds=6)
def test_same_bytes_on_every_executor(economy: Economy, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two chunks; what is computed of one is told from where to where.
    monkeypatch.setattr(montecarlo, "CHUNK", 4)
    here = monte_carlo(economy, scenario(), 6, 5, model_choice=True).model_choice
    assert here is not None
    for pool in (ThreadPoolExecutor(2), ProcessPoolExecutor(2)):
        with pool as executor:
            there = monte_carlo(economy, scenario(), 6, 5, executor, model_choice=True)
        assert there.model_choice is not None
        assert there.model_choice.combinations == here.combinations
        assert np.array_equal(there.model_choice.drawn.samples, here.drawn.samples)
        assert there.model_choice.sectors.equals(here.sectors)


@pytest.mark.slow(seconds=1)
def test_same_bytes_whatever_the_chunk(economy: Economy) -> None:
    worlds = Worlds.of(economy, scenario())
    shape = measure(worlds.study.central()).shape
    whole = choice_chunk(chunks.Shared(worlds), 0, 8, 1, shape)
    first = choice_chunk(chunks.Shared(Worlds.of(economy, scenario())), 0, 3, 1, shape)
    scores = worlds.study.uncertainty.scores(3, 8, 1)
    rest = worlds.outcomes(scores, worlds.choice.draws(3, 8, 1), shape)
    assert np.array_equal(whole, np.concatenate([first, rest]))


@pytest.mark.slow(seconds=1)
def test_a_folder_keeps_both_ranges_and_goes_on(economy: Economy, tmp_path: Path) -> None:
    done = monte_carlo(economy, scenario(), 6, 1, out=tmp_path / "a", model_choice=True)
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert {"totals.csv", "totals_model_choice.csv", "model_choice.parquet"} <= names
    again = monte_carlo(economy, scenario(), 6, 1, out=tmp_path / "a", model_choice=True)
    assert done.model_choice is not None
    assert again.model_choice is not None
    assert again.model_choice.totals.equals(done.model_choice.totals)


def test_share_of_variance_knows_what_is_between_groups() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=4000)
    assert share_of_variance([noise[:2000], noise[2000:]]) < 0.01
    apart = share_of_variance([noise[:2000] - 1, noise[2000:] + 1])
    assert apart == pytest.approx(0.5, abs=0.03)
    assert share_of_variance([np.zeros(5), np.zeros(5)]) == 0.0


@pytest.mark.slow(seconds=3)
def test_the_decomposition_names_every_drawn_choice(economy: Economy) -> None:
    found = monte_carlo(economy, scenario(), 32, 1, model_choice=True).model_choice
    assert found is not None
    table = found.decomposition("2026-27")
    assert set(table["choice"]) == {one.key for one in found.choice.drawn}
    for _, rows in table.groupby(["item", "choice"]):
        assert rows["share_of_draws"].sum() == pytest.approx(1.0)
        assert rows["swing"].iloc[0] == pytest.approx(np.ptp(rows["median"].dropna()))
    assert model_choice.CHOICES["engine"] in set(table["choice_label"])


@pytest.mark.slow(seconds=2)
def test_an_answer_beyond_the_range_is_found(economy: Economy) -> None:
    """The range of one draw is a point: what lies elsewhere is listed with its value."""
    asked = Scenario.bundled("cepa-remaining-tariffs")
    found, worlds = containment(economy, asked, 1), Worlds.of(economy, asked)
    assert len(found.tried) == len(worlds.choice.alone)
    labels = worlds.study.central().labels
    values = {name: worlds.alone(combination) for _, name, combination in worlds.choice.alone}
    assert "smart" in {one.alternative for one in found.outside}
    for one in found.outside:
        assert max(one.low - one.value, one.value - one.high) > SLACK
        if one.choice:
            place = labels.index(one.fiscal_year), TOTALS.index(one.item)
            assert one.value == values[one.alternative][place]


def test_reasons_follow_from_the_draws() -> None:
    drawn = np.linspace(0, 100, 201)
    assert why_beyond(96.0, drawn, drawn, 0.05).startswith("noise of the end: 9 of 201")
    few = np.linspace(98, 120, 11)
    assert "inside the range of its own draws" in why_beyond(110.0, drawn, few, 0.05)
    assert "beyond its own draws" in why_beyond(200.0, drawn, few, 0.05)
    assert why_beyond(200.0, drawn, few[:0], 0.05) == "no draw has it"


def test_the_page_says_what_was_tried_for_every_bundled_scenario() -> None:
    text = PAGE.read_text(encoding="utf-8")
    block = text.split("<!-- generated: containment -->")[1].split("<!-- end -->")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (\d+) \|", block, re.MULTILINE)
    assert [name for name, _ in rows] == list(scenarios()), (
        "renew it: python -m docs.writers.containment"
    )
    assert "not run" not in block.lower()


@pytest.mark.slow(seconds=5)  # `python -m docs.writers.containment` does it for every scenario
@pytest.mark.parametrize("name", ["cepa-reciprocal", "full-package"])
def test_the_second_range_contains_what_the_program_answers_otherwise(
    economy: Economy, name: str
) -> None:
    """Each choice alone, all figures at their values, in both years of the tables."""
    found = containment(economy, Scenario.bundled(name), 128)
    assert not found.failed
    assert [one for one in found.outside if not one.tolerated] == []


def test_scenarios_share_what_they_ask_of_the_economy_and_nothing_else(economy: Economy) -> None:
    grounds, asked = Grounds(economy), Scenario.bundled("ntb-relief")
    first = Worlds.of(grounds, Scenario.bundled("full-package"))
    second = Worlds.of(grounds, asked)
    assert second.study.economy is first.study.economy and second.study.scenario == asked.bare
    other = next(c for choice, _, c in second.choice.alone if choice.key == "elasticities")
    assert first.under(other).economy is second.under(other).economy
    np.testing.assert_array_equal(second.alone(other), Worlds.of(economy, asked).alone(other))
    lagged = asked.model_copy(update={"parameters": {"lag_first_year": 0.5}})
    assert Worlds.of(grounds, lagged).study.economy is not first.study.economy
