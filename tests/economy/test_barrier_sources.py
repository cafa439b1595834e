"""Published barriers for India as an alternative: what they cover, what stays, who says so."""

from __future__ import annotations

import numpy as np
import pytest

import cepasim
from cepasim.core.problems import InputError
from cepasim.economy.barriers import published
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.scenario.scenario import Scenario
from cepasim.scenario.sources import other_source
from cepasim.studies.model_choice import ModelChoice

RELIEF = {
    "importer": "IND",
    "type": "all",
    "select": {"hs": ["72", "84"]},
    "relief_percent": 50,
    "start": "2026-27",
}


def scenario(**more: object) -> Scenario:
    body = {"name": "relief", "horizon": "2026-27", "levers": [{"ntb": RELIEF}]}
    return Scenario.from_dict(body | more)


@pytest.fixture(scope="module")
def kno(economy: Economy) -> Economy:
    return economy.with_barriers("kno")


def test_india_takes_what_is_published_and_japan_keeps_its_own(
    economy: Economy, kno: Economy
) -> None:
    table = economy.parameters.table("ntb/kno").set_index("gtap")["value"]
    found, chapters = published(economy.parameters, economy.chapters), economy.chapters
    own, new = economy.markets["IND"], kno.markets["IND"]

    def at(hs: str) -> float:
        return float((new.barrier_total - new.barriers["border"])[chapters.index(hs)])

    assert at("87") > 1.2 * at("72")
    assert at("61") == pytest.approx(table["wap"] / 100, abs=0.02), "clothing is one sector"
    known = np.isfinite(found)
    np.testing.assert_allclose(
        (new.barrier_total - new.barriers["border"])[known], found[known], atol=1e-12
    )
    for hs in ("84", "85"):
        assert not known[chapters.index(hs)], "nothing is published for machinery"
    np.testing.assert_array_equal(new.barrier_total[~known], own.barrier_total[~known])
    np.testing.assert_array_equal(new.barriers["border"], own.barriers["border"])
    np.testing.assert_array_equal(
        kno.markets["JPN"].barrier_total, economy.markets["JPN"].barrier_total
    )


def test_types_keep_their_parts_and_the_way_back_is_exact(economy: Economy, kno: Economy) -> None:
    h = economy.chapters.index("29")
    own, new = economy.markets["IND"].barriers, kno.markets["IND"].barriers
    assert new["tbt"][h] / new["process"][h] == pytest.approx(own["tbt"][h] / own["process"][h])
    back = kno.with_barriers("own")
    np.testing.assert_array_equal(
        back.markets["IND"].barrier_total, economy.markets["IND"].barrier_total
    )
    both = economy.with_elasticities("fgo").with_barriers("kno")
    assert (both.elasticities, both.barriers) == ("fgo", "kno")
    assert kno.refine(["87"]).barriers == "kno"


def test_one_key_of_a_scenario_selects_them_and_the_result_says_what_they_cover(
    economy: Economy,
) -> None:
    chosen = scenario(barriers="kno", parameters={"nu_tbt_ind_kno_72": 0.2})
    written = chosen.to_dict()
    read = Scenario.from_dict(written, economy.classification, economy.parameters)
    assert written["barriers"] == "kno" and read == chosen
    result = cepasim.simulate(economy, chosen)
    said = " ".join(result.notes)
    assert "as published (kno)" in said and "or for Japan's border" in said and "84" in said
    assert result.manifest["options"]["barriers"] == "kno"  # type: ignore[index]
    assert "as published (kno)" not in " ".join(cepasim.simulate(economy, scenario()).notes)


def test_another_source_is_refused_with_the_names_there_are(economy: Economy) -> None:
    with pytest.raises(InputError, match="one of own, kno"):
        economy.with_barriers("kon")
    with pytest.raises(InputError) as refused:
        scenario(barriers="kon")
    assert "own, kno" in refused.value.problems[0].allowed
    assert other_source(scenario(barriers="kno"), "own", "barriers") is not None
    assert other_source(scenario(), "kno", "barriers") is None


def test_they_are_drawn_where_barriers_at_indias_border_are_relieved(economy: Economy) -> None:
    def drawn(one: Scenario) -> set[str]:
        return {choice.key for choice in ModelChoice.of(economy, one).drawn}

    assert "barriers" in drawn(scenario())
    assert "barriers" not in drawn(scenario(barriers="kno"))
    assert "barriers" not in drawn(Scenario.bundled("ntb-relief"))


def test_every_source_has_the_same_scores(economy: Economy, kno: Economy) -> None:
    own, other = Uncertainty.of(economy), Uncertainty.of(kno)
    assert own.dimensions == other.dimensions
    scores = np.random.default_rng(1).normal(size=own.dimensions)
    h = economy.chapters.index("72")
    drawn = [one.economy(at, scores) for one, at in ((own, economy), (other, kno))]
    first, second = (one.markets["JPN"].barrier_total for one in drawn)
    np.testing.assert_array_equal(first, second)
    assert drawn[1].markets["IND"].barrier_total[h] != kno.markets["IND"].barrier_total[h]
