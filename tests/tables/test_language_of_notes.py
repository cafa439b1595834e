"""Notes, the chain behind a cell and names of tables leave no English in Japanese."""

from __future__ import annotations

import pytest

import cepasim
from cepasim.core.language import language
from cepasim.economy.elasticities import SOURCES
from cepasim.params.words import in_words
from cepasim.tables.names import LEVELS, name_now
from tests.english_left import english_left

#: Names of sources, commands and documents stay.
ALLOWED = ("cepasim triggers", "Kee, Nicita & Olarreaga", "docs/aggregation.md")


@pytest.fixture(scope="module")
def result(economy: cepasim.Economy) -> cepasim.Result:
    """Levers of four kinds, beyond what was ever observed."""
    start = {"start": "2027-28"}
    fish, both = {"hs": ["03"]}, {"labour_intensive": 0.5, "sunrise": 0.5}
    levers = [
        {"ntb": {"importer": "JPN", "select": fish, "type": "all", "relief_percent": 40, **start}},
        {"fund": {"usd_bn": 60, "windows": both, "years": 2, "start": "2026-27"}},
        {
            "sourcing": {
                "importer": "JPN",
                "from": "CHN",
                "select": {"hs": ["61"]},
                "share_percent": 5,
                **start,
            }
        },
        {
            "remedy": {
                "importer": "IND",
                "select": {"hs": ["72"]},
                "add_percent": 10,
                "end": "2029-30",
                **start,
            }
        },
    ]
    asked = {"name": "four", "horizon": "2029-30", "levers": levers}
    scenario = cepasim.Scenario.from_dict(asked)
    return cepasim.simulate(economy, scenario, attribution=False)


def test_notes_are_in_the_language_of_whoever_asks(result: cepasim.Result) -> None:
    english = result.notes
    with language("ja"):
        japanese = result.notes
    assert len(japanese) == len(english) and result.notes == english
    assert [left for note in japanese if (left := english_left(note, ALLOWED))] == []


def test_the_chain_behind_a_cell_is_in_the_language_of_whoever_asks(
    result: cepasim.Result,
) -> None:
    with language("ja"):
        steps = result.explain("export", "03", "2029-30").table
    said = [*steps["step"], *steps["unit"], *steps["note"]]
    authors = [source.authors for source in SOURCES.values()]
    assert [left for text in said if (left := english_left(str(text), authors))] == []


def test_names_of_groups_and_accounts_have_words(result: cepasim.Result) -> None:
    names = [
        name
        for level in LEVELS
        for name in result.by(level, "2029-30")["name"]  # data: the same in all languages
    ]
    names += [*result.accounts("2029-30")["name"], *result.who_loses("2029-30")["name"]]
    names.append("Knitted garments (the rest)")
    with language("ja"):
        assert [left for name in names if (left := english_left(name_now(name)))] == []


def test_parameters_have_words(economy: cepasim.Economy) -> None:
    rows = economy.parameters.rows.to_dict("records")
    with language("ja"):
        said = {in_words(row) for row in rows}
    assert [left for text in said if (left := english_left(text))] == []
