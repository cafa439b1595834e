"""The headline: the change first, what its size rests on, and the caveat that weighs most."""

from __future__ import annotations

import json
import pickle

import pandas as pd
import pytest

import cepasim
from cepasim.core import numbers
from cepasim.core.problems import InputError
from cepasim.levers.every import LEVERS, every_form, lever_of
from cepasim.levers.said import UNCOUNTED, About
from cepasim.report import views
from cepasim.report.headline import (
    ON_ITS_WAY,
    change_in_words,
    headline,
    moved,
    to_mind,
    weighed_notes,
)
from cepasim.tables.caveats import Moved, Note, by_weight, once

YEAR = "2030-31"


@pytest.fixture(scope="module")
def package() -> cepasim.Result:
    return cepasim.simulate(cepasim.load(), cepasim.Scenario.bundled("full-package"))


def test_it_says_the_changes_of_the_year(package: cepasim.Result) -> None:
    row = package.totals.set_index("fiscal_year").loc[YEAR]
    said = package.headline(YEAR)
    exports = row["exports_usd_mn"] - row["baseline_exports_usd_mn"]
    imports = row["imports_usd_mn"] - row["baseline_imports_usd_mn"]
    assert f"exports {numbers.mn(exports)} more" in said
    assert f"imports {numbers.mn(imports)} more" in said
    assert f"improves by {numbers.mn(row['change_in_balance_usd_mn'])} (no range drawn)" in said
    share = 100 * row["change_in_balance_usd_mn"] / -row["baseline_balance_usd_mn"]
    assert f", {share:.1f} % of the deficit" in said
    assert package.headline().startswith("Full package: against the reference, in 2035-36")


def test_a_range_stands_in_it_where_it_was_drawn(package: cepasim.Result) -> None:
    ranges = cepasim.monte_carlo(cepasim.load(), package.scenario, draws=8)
    ranged = package.with_ranges(ranges.headline_ranges(), {"draws": 8, "seed": 1})
    low, high = ranges.range_of("change_in_balance_usd_mn", YEAR)
    said = ranged.headline(YEAR)
    assert f"(90 % range {numbers.span_mn(low, high)})" in said
    for flow in ("exports", "imports"):
        ends = ranges.range_of(f"change_in_{flow}_usd_mn", YEAR)
        assert f" %; {numbers.span_mn(*ends)})" in said


@pytest.mark.slow(seconds=2)
def test_both_ranges_stand_in_it(package: cepasim.Result) -> None:
    ranges = cepasim.monte_carlo(cepasim.load(), package.scenario, draws=8, model_choice=True)
    said = package.with_ranges(ranges.headline_ranges(), ranges.options()).headline(YEAR)
    row = ranges.headline_ranges().set_index("fiscal_year").loc[YEAR]
    ends = (row[f"change_in_balance_usd_mn_choice_{end}"] for end in ("p5", "p95"))
    assert f"; with model choice {numbers.span_mn(*ends)})" in said


def test_below_a_title_it_begins_with_itself_and_is_the_same_sentence(
    package: cepasim.Result,
) -> None:
    row, said = views.total_row(package, YEAR), headline(package, YEAR).change
    bare = change_in_words(row, YEAR)
    assert bare.startswith("Against the reference, in 2030-31 India exports")
    assert said == f"Full package: {bare[:1].lower()}{bare[1:]}"
    column = "change_in_balance_usd_mn"
    ends = {f"{column}{which}": end for which, end in (("_p5", -3.0), ("_p95", 700.0))}
    assert "(90 % range −3 to 700)" in change_in_words(row, YEAR, drawn=ends)
    assert "mn (range on its way), " in change_in_words(row, YEAR, undrawn=ON_ITS_WAY)
    assert "(" not in change_in_words(row, YEAR, undrawn="").split("improves")[1]


def test_a_widening_deficit_is_said_to_worsen() -> None:
    given = cepasim.Scenario.bundled("cepa-reciprocal")
    assert "its balance worsens by" in cepasim.simulate(cepasim.load(), given).headline(YEAR)


def test_the_reference_changes_nothing() -> None:
    result = cepasim.simulate(cepasim.load(), cepasim.Scenario.reference())
    assert result.headline(YEAR) == "reference: nothing changes in 2030-31."


def test_the_grade_is_that_of_the_lever_that_moves_most(package: cepasim.Result) -> None:
    sizes = moved(package, YEAR)
    kinds = {lever.kind for lever in package.scenario.levers}
    assert max(kinds, key=lambda kind: sizes.by(About((kind,)))) == "ntb"
    assert "size of barriers" in to_mind(package, YEAR).rests_on
    assert "grade D" in to_mind(package, YEAR).rests_on


@pytest.mark.parametrize("name", ["full-package", "india-opens-cars", "eu-car-quota"])
def test_notes_are_ordered_by_the_trade_they_touch(name: str) -> None:
    result = cepasim.simulate(cepasim.load(), cepasim.Scenario.bundled(name))
    notes, sizes = weighed_notes(result, YEAR), moved(result, YEAR)
    assert sorted(notes) == sorted(result.notes)
    weights = [sizes.weight(note) for note in notes]
    known = [weight for weight in weights if weight is not None]
    assert len(known) > 4 and weights[len(known) :] == [None] * (len(notes) - len(known))
    assert known == sorted(known, reverse=True) and known[0] > 0
    # As the table of contributions has it, not only as the notes' own sum.
    rows = result.contributions_by_side
    rows = rows[(rows["fiscal_year"] == YEAR) & (rows["hs"] != "total")]
    both = rows["exports_usd_mn"].abs() + rows["imports_usd_mn"].abs()
    for kind, gross in both.groupby(rows["lever"]).sum().items():
        assert sizes.by(About((str(kind),))) == pytest.approx(gross)


def test_two_levers_of_a_kind_are_told_apart_by_what_each_moves() -> None:
    """Whichever of them the scenario names first."""
    of = {"importer": "JPN", "type": ["sps", "tbt"], "also_others": True, "start": "2026-27"}
    fish = {"ntb": of | {"select": {"hs": ["03"]}, "relief_percent": 50}}
    cars = {"ntb": of | {"type": "tbt", "select": {"hs": ["87"]}, "relief_percent": 0.5}}
    for levers in ([fish, cars], [cars, fish]):
        scenario = cepasim.Scenario.from_dict({"name": "two", "levers": levers})
        result = cepasim.simulate(cepasim.load(), scenario)
        notes, sizes = weighed_notes(result), moved(result, result.fiscal_years[-1])
        helped = [note for note in notes if "also helps third sources" in note]
        assert [note.about.chapters for note in helped] == [("03",), ("87",)]
        assert sizes.weight(helped[0]) > 2 * sizes.weight(helped[1]) > 0
        warned = next(place for place, note in enumerate(notes) if "less than one hund" in note)
        assert warned > notes.index(helped[0])


def test_what_is_not_counted_weighs_the_trade_behind_it(package: cepasim.Result) -> None:
    sizes = moved(package, YEAR)
    [uncounted] = (n for n in package.notes if getattr(n, "brief", ("",))[:1] == (UNCOUNTED,))
    assert numbers.mn(sizes.weight(uncounted)) in uncounted
    assert sizes.weight("a text about nothing in particular") is None
    [lost] = (n for n in package.notes if n.startswith("Losses in Japan"))
    assert sizes.weight(lost) == pytest.approx(sizes.by(About(importer="JPN")))


def test_of_equal_weights_what_bears_on_the_whole_answer_comes_first() -> None:
    columns = ["hs", "lever", "side", "exports_usd_mn", "imports_usd_mn"]
    rows = [
        ("03", "tariff", "JPN", -5.0, 1.0),
        ("04", "tariff", "IND", 0.5, 2.0),
        ("03", "ntb", "JPN", 9.0, 0.0),
        ("87", "fund", "", 3.0, 4.0),
        ("total", "fund", "", 3.0, 4.0),
    ]
    sizes = Moved(pd.DataFrame(rows, columns=columns))
    notes = (
        Note("plain of a kind", "tariff"),
        "of no trade",
        Note("decides on a kind", "tariff", decides=True),
        Note("another kind", "ntb"),
        Note("decides on all", decides=True),
        Note("a chapter", About(chapters=("03",))),
        Note("a side", About(importer="JPN")),
        Note("nothing moves", About(chapters=("99",))),
        Note("on the other side", About(("tariff", "fund"), "IND")),
    )
    assert [(str(note), sizes.weight(note)) for note in by_weight(notes, sizes)] == [
        ("decides on all", 24.5),
        ("a side", 18.0),
        ("a chapter", 15.0),
        ("another kind", 9.0),
        ("decides on a kind", 8.5),
        ("plain of a kind", 8.5),
        ("on the other side", 6.5),
        ("nothing moves", 0.0),
        ("of no trade", None),
    ]


def test_the_same_words_of_two_levers_are_about_both() -> None:
    first, second = (Note("said", About(("ntb",), "JPN", (hs,))) for hs in ("03", "87"))
    assert [note.about for note in once([first, second]) if isinstance(note, Note)] == [
        About(("ntb",), "JPN", ("03", "87"))
    ]


def test_a_note_is_a_text_that_can_be_sent() -> None:
    note = Note("said", "ntb", decides=True, on="barriers", grade="D")
    again = pickle.loads(pickle.dumps(note))
    assert again == "said" and (again.kind, again.grade) == ("ntb", "D")
    assert json.dumps([note]) == '["said"]'


def test_every_form_of_every_lever_says_what_it_rests_on() -> None:
    names = cepasim.load().parameters.rows["name"]
    for kind, example in every_form():
        lever = lever_of({kind: dict(example.settings)})
        assert lever is not None, example.form
        begins, words = lever.rests_on
        assert names.str.startswith(begins).any() and words
    assert LEVERS


def test_an_unknown_year_is_refused(package: cepasim.Result) -> None:
    with pytest.raises(InputError, match="2050-51"):
        package.headline("2050-51")


def test_what_is_not_in_the_numbers_is_beside_the_headline(package: cepasim.Result) -> None:
    said = to_mind(package, YEAR).left_out
    uncounted, barred = said.split(". ")
    assert uncounted.startswith("Not counted, for want of an ad-valorem rate: ")
    assert uncounted.endswith(" lines of Japan")
    number = uncounted.split()[-4]
    assert any(
        note.startswith(f"{number} of the selected lines of Japan") for note in package.notes
    )
    # Those of the side first of whose headings more is sold.
    assert " headings of India, " in barred and barred.endswith(" headings of Japan.")
    assert to_mind(package, YEAR).left_out not in package.headline(YEAR)
