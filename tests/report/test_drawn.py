"""Two ranges side by side: in the run's table, the note and the text of the draws."""

from __future__ import annotations

import pytest

import cepasim
from cepasim.core.language import language
from cepasim.economy.economy import Economy
from cepasim.params.currencies import currency
from cepasim.report import html, model_choice, terminal, views
from cepasim.report.brief import document
from cepasim.report.drawn import SHARES, choice_in_words, drawn_in_words
from cepasim.report.pictures import svg
from cepasim.report.terminal_ranges import ranges_text
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.studies.monte_carlo import MonteCarlo
from tests.english_left import english_left

#: All share ranges that take seconds to draw.
pytestmark = pytest.mark.slow(seconds=1)

YEAR = "2035-36"


@pytest.fixture(scope="module")
def drawn(economy: Economy) -> MonteCarlo:
    return cepasim.monte_carlo(economy, Scenario.bundled("fund-2bn"), 32, model_choice=True)


@pytest.fixture(scope="module")
def result(economy: Economy, drawn: MonteCarlo) -> Result:
    plain = cepasim.simulate(economy, drawn.scenario)
    return plain.with_ranges(drawn.headline_ranges(), drawn.options())


def test_the_totals_have_both_ranges(result: Result, drawn: MonteCarlo) -> None:
    row = result.totals.set_index("fiscal_year").loc[YEAR]
    item = "change_in_balance_usd_mn"
    assert drawn.model_choice is not None
    assert (row[f"{item}_p5"], row[f"{item}_p95"]) == pytest.approx(drawn.range_of(item, YEAR))
    second = drawn.model_choice.range_of(item, YEAR)
    assert (row[f"{item}_choice_p5"], row[f"{item}_choice_p95"]) == pytest.approx(second)
    sample = drawn.model_choice.drawn.found[:, -1, :]
    falls = (sample[:, 8] > 0).mean()
    assert row["share_deficit_falls_choice"] == pytest.approx(falls)


def test_the_runs_table_shows_both(result: Result) -> None:
    text = terminal.text(result, "section", YEAR)
    assert "figures and" in text and "model choice" in text
    assert "SMART cannot express the lever “Fund”" in " ".join(text.split())
    assert " ".join(SHARES.split()) in " ".join(text.split())
    assert "…" not in text.split("What each lever")[0], "nothing of the headline is cut off"


def test_the_note_and_the_cards_show_both(economy: Economy, result: Result) -> None:
    card = views.ranges_in_words(result.totals, YEAR)["balance"]
    assert "With model choice" in card
    note = html.page(document(result, economy.classification, YEAR))
    assert "The second range also draws the model’s own alternatives" in note
    assert "SMART cannot express the lever “Fund”" in note


def test_draws_as_text_say_which_choice_moves_most(drawn: MonteCarlo) -> None:
    text = ranges_text(drawn)
    assert "figures and" in text
    assert "Source of elasticities" in text
    assert "probability" not in text, "shares of draws are no probabilities"


def test_what_moves_most_is_said_in_the_language_and_currency_of_the_reader(
    drawn: MonteCarlo,
) -> None:
    said = " ".join(choice_in_words(drawn.options(), YEAR))
    assert "US$" in said and "left out" in said
    with language("ja"), currency("JPY"):
        said = " ".join(choice_in_words(drawn.options(), YEAR))
    assert "億円" in said and "US$" not in said
    assert english_left(said) == []


def test_without_model_choice_nothing_is_said_of_it(economy: Economy) -> None:
    plain = cepasim.monte_carlo(economy, Scenario.bundled("fund-2bn"), 4)
    assert "choice" not in ranges_text(plain)
    said = drawn_in_words(plain.headline_ranges(), YEAR, plain.options())
    assert len(said) == 1


def test_table_and_tornado_have_the_largest_swing_first(drawn: MonteCarlo) -> None:
    assert drawn.model_choice is not None
    rows = drawn.model_choice.decomposition(YEAR)
    ordered = model_choice.in_order(rows)
    swings = ordered.drop_duplicates("choice")["swing"].fillna(-1)
    assert swings.is_monotonic_decreasing
    table = model_choice.choice_table(rows, YEAR)
    assert len(table.rows) == len(ordered)
    picture = svg(model_choice.choice_chart(rows, YEAR))
    assert ordered["choice_label"].iloc[0] in picture
