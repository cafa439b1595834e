"""How much duty there is to be cut: why a cut of duties is worth little."""

from __future__ import annotations

import pytest

import cepasim
from cepasim.core.language import language, now
from cepasim.core.numbers import mn, two_digits
from cepasim.economy.economy import Economy
from cepasim.report.headline import headline
from cepasim.scenario.scenario import Scenario
from tests.english_left import english_left


@pytest.fixture(scope="module")
def freed(economy: Economy) -> cepasim.Result:
    return cepasim.simulate(economy, Scenario.bundled("cepa-remaining-tariffs"))


def test_what_is_paid_today_is_said_of_what_is_cut(freed: cepasim.Result) -> None:
    first = freed.totals.iloc[0]
    duty, sold = first["baseline_duty_japan_usd_mn"], first["baseline_exports_usd_mn"]
    said = headline(freed, "2030-31").mind.stake
    assert f"Japan collected {mn(duty)} on {mn(sold)} of India's goods" in said
    assert f"{100 * duty / sold:.2g} %" in said
    assert two_digits(124.0) == "120", "a duty above the value has no exponent"
    assert "India collected" not in said, "India cuts nothing"


def test_it_is_said_where_duties_move_most_and_in_japanese(
    economy: Economy, freed: cepasim.Result
) -> None:
    package = cepasim.simulate(economy, Scenario.bundled("full-package"))
    assert headline(package, "2030-31").mind.stake == "", "barriers move more there"
    with language("ja"):
        [note] = [note for note in freed.notes if getattr(note, "stake", False)]
        assert english_left(now(note)) == []
