"""Nothing that levers say of themselves is left in English where a reader has Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from cepasim import Economy, Scenario
from cepasim.core.language import language, tr
from cepasim.levers.cuts import CUTS_TEXT
from cepasim.levers.every import LEVERS, every_form, lever_name
from cepasim.levers.fields import SELECT_TEXT
from cepasim.levers.lever import Lever
from cepasim.levers.measure import Measure
from cepasim.levers.meetings import notes_on_meetings
from cepasim.levers.precedence import measures, notes_on_precedence
from cepasim.levers.words import barriers_in_words
from cepasim.products.classification import Classification
from docs.writers.catalogues import PACKAGE, read
from docs.writers.names_shown import names_shown
from tests.english_left import english_left

HS = Classification.bundled()
YEARS = np.arange(2023, 2036)
#: Headings have official descriptions, which stay as they are.
_HEADING = re.compile(r"[^、：]*（\d{4}、\d+[%％]）")


def of_form(kind: str, settings: object) -> Lever:
    [lever] = Scenario.from_dict({"name": "x", "levers": [{kind: settings}]}, HS).levers
    return lever


def notes_of(economy: Economy, levers: tuple[Lever, ...]) -> Iterator[str]:
    for found in measures(economy, levers, YEARS).values():
        yield from notes_on_precedence(found, economy.classification)
        yield from notes_on_meetings(found, economy.classification)
        together: dict[object, list[Measure]] = {}
        for one in found:
            together.setdefault((one.lever.kind, getattr(one.lever, "source", "")), []).append(one)
        for same in together.values():
            yield from type(same[0].lever).notes(economy, same)


def test_every_form_is_said_in_japanese(economy: Economy) -> None:
    # Names have a catalogue and a test of their own.
    rows = economy.parameters.rows
    sources = rows.loc[rows["parameter"] == "utilisation_observed", "source"]
    allowed = {*names_shown(economy.parameters), *sources, "offer.csv"}
    left: dict[str, list[str]] = {}
    with language("ja"):
        for kind, example in every_form():
            lever = of_form(kind, dict(example.settings))
            said = [lever_name(kind, lever.side), lever.in_words(HS), *lever.notes_on_kind()]
            said += [lever.rests_on[1], lever.adds_capacity, lever.named(HS)]
            said += notes_of(economy, (lever,))
            for text in said:
                if english := english_left(_HEADING.sub("", text), allowed):
                    left[f"{kind}, {example.form}"] = english
    assert left == {}


def test_where_two_levers_meet_is_said_in_japanese(economy: Economy) -> None:
    tariff = {"importer": "IND", "select": {"hs": ["72"]}, "cut": "eliminate", "start": "2026-27"}
    steel = of_form("tariff", tariff | {"select": {"hs": ["7208"]}})
    with language("ja"):
        [note] = notes_on_precedence(
            measures(economy, (of_form("tariff", tariff), steel), YEARS)["IND"], HS
        )
    assert "2026年度から" in note and "関税を撤廃する" in note
    assert english_left(note, names_shown(economy.parameters)) == []


def test_kinds_have_titles_in_japanese() -> None:
    with language("ja"):
        assert len({lever_name(kind) for kind in LEVERS}) == len(LEVERS)
        assert not any(re.search("[A-Za-z]", lever_name(kind)) for kind in LEVERS)


@pytest.mark.parametrize("room", ["levers", "scenario"])
def test_a_message_about_a_field_begins_with_its_name_in_every_language(room: str) -> None:
    """What stands before the first colon says which field of a file is wrong."""
    for message in read(PACKAGE / "catalogues" / "ja" / f"{room}.po", "ja"):
        text = message.id if isinstance(message.id, str) else message.id[0]
        named = re.match(r"([a-z_]+): ", text)
        if named is not None and named[1] in fields_of_files():
            assert str(message.string).startswith(named[0]), text


def fields_of_files() -> set[str]:
    return {name for lever in (*LEVERS.values(), Scenario) for name in lever.model_fields}


def test_an_abbreviation_keeps_its_capitals_in_a_sentence() -> None:
    assert barriers_in_words(("sps", "tbt")).startswith("food safety and plant health, standards")
    with language("ja"):
        assert barriers_in_words(("sps",)) == "衛生植物検疫措置（SPS）"


def test_braces_of_a_file_stay_in_a_message() -> None:
    with language("ja"):
        assert "{percent: 50}" in tr(CUTS_TEXT) and "{section: XI}" in tr(SELECT_TEXT)
