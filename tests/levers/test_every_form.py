"""Completeness: every form of every lever works wherever levers do.

A lever class yields an example of each of its forms; whoever adds one gets these tests for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.engines.every import ENGINES, engine_named
from cepasim.levers.every import LEVERS, every_form, in_words
from cepasim.levers.lever import Example, Lever, Quantity
from cepasim.levers.precedence import measures
from cepasim.products.classification import Classification
from cepasim.tables.notes import scenario_notes
from tests.as_read import as_read

HS = Classification.bundled()
FORMS = [pytest.param(kind, one, id=f"{kind}, {one.form}") for kind, one in every_form()]

#: The first form of each kind is in the quick lane; each of the others takes up to 1 s.
FIRST = {kind: one.form for kind, one in reversed(every_form())}
WRITTEN = [
    pytest.param(
        kind,
        one,
        id=f"{kind}, {one.form}",
        marks=() if FIRST[kind] == one.form else pytest.mark.slow(seconds=0.2),
    )
    for kind, one in every_form()
]


def scenario(kind: str, example: Example, **header: Any) -> Scenario:
    levers = [{kind: dict(example.settings)}]
    return Scenario.from_dict({"name": f"{kind}, {example.form}", "levers": levers, **header}, HS)


def test_every_lever_yields_its_forms_once() -> None:
    for kind, lever in LEVERS.items():
        assert issubclass(lever, Lever) and lever.kind == kind
        forms = [example.form for example in lever.examples()]
        assert forms and len(set(forms)) == len(forms)


def test_every_setting_of_a_lever_is_used_by_one_of_its_forms() -> None:
    """A setting that no example has would be drawn, worded and documented by nobody."""
    for lever in LEVERS.values():
        used = {key for example in lever.examples() for key in example.settings}
        # The source of a lever of the agreement is its partner; it cannot be anything else.
        known = {field.alias or name for name, field in lever.model_fields.items()}
        free = {"source"} if lever.kind in ("origin", "ntb", "entry") else set()
        assert known - free <= used, lever.kind


@pytest.mark.parametrize(("kind", "example"), FORMS)
def test_it_is_read_written_and_read_back(kind: str, example: Example, tmp_path: Path) -> None:
    read = scenario(kind, example)
    [lever] = read.levers
    assert isinstance(lever, LEVERS[kind])
    text = read.to_yaml()
    file = tmp_path / "form.yaml"
    file.write_text(text)
    assert Scenario.read(file, HS) == read == Scenario.from_dict(yaml.safe_load(text), HS)
    assert hash(Scenario.read(file, HS)) == hash(read)
    read.check(HS)


@pytest.mark.parametrize(("kind", "example"), FORMS)
def test_it_is_said_in_a_sentence(kind: str, example: Example) -> None:
    [written] = scenario(kind, example).to_dict()["levers"]
    said = in_words(written, HS)
    assert re.fullmatch(r"[A-Z].*, from 20\d\d-\d\d.*\.", said), said
    assert not re.search(r"None|nan|\{|\}|_", said), said
    # Two forms that say the same could not be told apart on paper.
    others = [
        in_words(scenario(kind, one).to_dict()["levers"][0], HS) for one in LEVERS[kind].examples()
    ]
    assert others.count(said) == 1


@pytest.mark.parametrize(("kind", "example"), FORMS)
def test_it_says_what_it_acts_on_and_moves(economy: Economy, kind: str, example: Example) -> None:
    asked = scenario(kind, example)
    [lever] = asked.levers
    assert lever.moves and all(isinstance(one, Quantity) for one in lever.moves)
    assert lever.targets and len({hash(target) for target in lever.targets})
    assert not lever.is_idle and lever.importers
    resolved = measures(economy, asked.levers, asked.years_from(economy.base_year))
    assert {importer for importer, found in resolved.items() if found} == set(lever.importers)
    for found in resolved.values():
        for measure in found:
            assert len(measure.share) == len(asked.years_from(economy.base_year))
            assert measure.products.any() and measure.lines.any() and measure.chapters.any()
            assert measure.share[0].max() == 0 and measure.share.max() == 1
            assert measure.share[-1].max() == (1 if asked.levers[0].last is None else 0)
    with pytest.raises(InputError, match="keep one of them|share products"):
        Scenario.from_dict({"name": "twice", "levers": asked.to_dict()["levers"] * 2}, HS)


@pytest.mark.parametrize(("kind", "example"), WRITTEN)
def test_it_is_simulated_noted_and_put_in_a_note(
    economy: Economy, kind: str, example: Example, tmp_path: Path
) -> None:
    asked = scenario(kind, example, horizon="2028-29")
    result = cepasim.simulate(economy, asked)
    assert set(result.contributions["lever"]) == {kind}
    notes = scenario_notes(economy, asked)
    assert notes and set(notes) <= set(result.notes)
    assert not any(re.search(r"None|\bnan\b|\{", note) for note in notes)
    # Both hold the same blocks: one form of each kind shows that a DOCX can.
    endings = ("html", "docx") if FIRST[kind] == example.form else ("html",)
    for name in (f"note.{ending}" for ending in endings):
        result.brief(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000
    page = as_read(tmp_path / "note.html")
    assert asked.levers[0].in_words(HS).split(" (")[0].replace("'", "&#39;") in page.replace(
        "&#x27;", "&#39;"
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("kind", "example"), FORMS)
def test_an_engine_runs_it_or_names_the_quantity(
    economy: Economy, kind: str, example: Example, engine: str
) -> None:
    asked = scenario(kind, example, time="long_run")
    [lever] = asked.levers
    quantity = engine_named(engine).cannot_move(lever)
    if quantity is None:
        change = cepasim.simulate(economy, asked, engine, attribution=False)
        assert change.totals["change_in_balance_usd_mn"].notna().all()
        return
    assert quantity in lever.moves
    with pytest.raises(InputError) as caught:
        cepasim.simulate(economy, asked, engine, attribution=False)
    [problem] = caught.value.problems
    assert problem.value == kind
    assert problem.allowed.startswith(f"engine {engine} cannot move {quantity}: ")


def test_a_demand_shock_is_refused_for_demand_and_nothing_else(economy: Economy) -> None:
    [demand] = [one for kind, one in every_form() if (kind, one.form) == ("external", "demand")]
    with pytest.raises(InputError, match="engine smart cannot move demand: "):
        cepasim.simulate(economy, scenario("external", demand), "smart")


def test_no_engine_refuses_a_quantity_that_no_lever_moves() -> None:
    moved = {
        quantity
        for kind, example in every_form()
        for quantity in scenario(kind, example).levers[0].moves
    }
    assert moved == set(Quantity)
    for engine in ENGINES:
        assert set(engine_named(engine).refused) <= moved
