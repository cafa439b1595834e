"""The page “Advice”: what it lists and finds, and that each answer becomes the scenario shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

import cepasim
from cepasim import InputError, Scenario
from cepasim.core.problems import Problem
from cepasim.studies.advice.allocate import FundAllocation
from cepasim.studies.advice.line_list import LineList
from cepasim.studies.advice.triggers import COLUMNS
from cepasim.ui import asked
from cepasim.ui.pages import advice_lines
from cepasim.ui.state import Session

# The page that buttons open only says its name: what it draws has tests of its own.
PROGRAM = """
import streamlit as st
from cepasim.ui import navigation, remembered
from cepasim.ui.pages import advice

pages = navigation.register(
    {"advice": ("Advice", advice.page), "scenario": ("Scenario", lambda: st.write("opened"))}
)
page = st.navigation(pages)
given = remembered.restore("advice")
page.run()
remembered.write("advice", given)
"""


def _opened(set_to: str = "") -> AppTest:
    app = AppTest.from_string(PROGRAM, default_timeout=120)
    if set_to:
        app.query_params["set"] = set_to
    return app.run()


def _session(app: AppTest) -> Session:
    found: Session = app.session_state["cepasim"]
    return found


def _text(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def _on_the_scenario_page(app: AppTest) -> bool:
    return "opened" in [element.value for element in app.markdown]


def _pick(monkeypatch: pytest.MonkeyPatch, rows: list[int]) -> None:
    """Pick rows of the list: AppTest cannot click into a table."""
    drawn = advice_lines.st.dataframe

    def picked(data: Any, **given: Any) -> Any:
        drawn(data, **given)
        return {"selection": {"rows": rows, "columns": []}}

    monkeypatch.setattr(advice_lines.st, "dataframe", picked)


@pytest.mark.slow(seconds=0.7)
def test_a_line_goes_from_the_list_into_the_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _opened()
    assert not app.exception and not app.error
    assert [tab.label for tab in app.tabs] == [
        "Which lines?", "Which package?", "How to spend the fund?", "What would it take?",
        "Two offers", "Clause sheet", "Triggers",
    ]  # fmt: skip
    assert len(app.dataframe[0].value) == 100
    assert "convention (grade D)" in _text(app), "what the list rests on is said"
    app.text_input(key="lines-find").set_value("frozen shrimps").run()
    assert "The words alone find" in _text(app), "free in Japan: there are barriers to ask about"
    app.text_input(key="lines-find").set_value("footwear leather").run()
    shown = app.dataframe[0].value
    assert 0 < len(shown) < 100 and shown["line"].str.startswith("64").any()
    had = _session(app).scenario
    _pick(monkeypatch, [0, 1])
    app.run()
    app.button(key="lines-add").click().run()
    found = _session(app)
    assert not app.exception and _on_the_scenario_page(app) and not found.problems
    [*before, added] = found.scenario.to_dict()["levers"]
    assert before == had.to_dict()["levers"]
    assert added["tariff"]["select"] == {"hs": list(shown["line"][:2])}
    assert added["tariff"]["importer"] == "JPN"
    assert found.result().totals["exports_usd_mn"].notna().all()


def test_lines_that_do_not_fit_leave_the_scenario_as_it_was() -> None:
    app = _opened()
    found = _session(app)
    had = found.scenario
    lines = cepasim.product_list(found.figures.economy, "IND").top(1)

    class Broken(LineList):
        def lever(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"tariff": {"importer": "IND", "select": {"hs": ["000000"]}, "cut": "eliminate"}}

    broken = Broken(lines.economy, "IND", lines.year, lines.table, lines.by_year)
    assert not advice_lines.put(found, broken)
    assert found.scenario == had and not found.problems
    assert advice_lines.put(found, lines)
    # What is free, and what is nothing at all.
    assert "page Lines" in advice_lines.nothing(lines, "T-shirts")[-1]
    assert "frozen shrimps" in advice_lines.nothing(lines, "zzzz")[-1]
    assert len(advice_lines.nothing(lines, " ")) == 1, "no word is to blame"


@pytest.mark.slow(seconds=4)
def test_a_package_and_a_split_open_as_scenarios() -> None:
    app = _opened()
    app.number_input(key="package-most").set_value(2)
    app.text_input(key="package-out").set_value("1006, 64")
    app.button(key="package-run").click().run()
    assert not app.exception and not app.warning
    text = _text(app)
    assert "measures" in text and "rests on assumptions of grade D" in text.replace("\\", "")
    assert "Nothing here knows what the other side will accept" in text
    app.button(key="package-open").click().run()
    found = _session(app)
    assert _on_the_scenario_page(app) and 0 < len(found.scenario.levers) <= 2
    assert found.scenario.name == "Advised package" and found.year == "2030-31"

    app = _opened()
    app.number_input(key="split-size").set_value(1.0)
    # A label is read aloud as it is written.
    assert [one.label for one in app.number_input if "\\" in one.label] == []
    app.button(key="split-run").click().run()
    assert not app.exception and not app.warning
    assert "equal one" in _text(app) and "90 % range of this split" in _text(app)
    assert "With this split" not in _text(app), "what it does is said once"
    app.button(key="split-open").click().run()
    [fund] = _session(app).scenario.to_dict()["levers"]
    assert _on_the_scenario_page(app) and fund["fund"]["usd_bn"] == 1.0


def _places(app: AppTest, said: str) -> list[int]:
    """Where a text stands on the tab of the fund."""
    on_tab = app.tabs[2].children.items()
    return [place for place, one in on_tab if said in str(getattr(one, "value", ""))]


@pytest.mark.slow(seconds=1)
def test_an_answer_is_not_shown_under_other_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = dict.fromkeys(["better_share", "p5", "p95", "outcome_p95"], 1.0) | {"outcome_p5": -1.0}
    monkeypatch.setattr(FundAllocation, "how_sure", lambda *_, **__: ends)
    app = _opened()
    app.button(key="split-run").click().run()
    assert app.button(key="split-open")
    placed = _places(app, "90 % range of this split")
    app.run()  # what shifts is drawn anew by the browser, tabs at their first again
    assert placed and _places(app, "90 % range of this split") == placed
    assert "whether it helps at all is not certain" in _text(app)
    app.number_input(key="split-size").set_value(3.0).run()
    assert "split-open" not in [button.key for button in app.button]


@pytest.mark.slow(seconds=1)
def test_codes_that_do_not_exist_are_a_message() -> None:
    app = _opened()
    app.text_input(key="package-out").set_value("tea")
    app.button(key="package-run").click().run()
    assert not app.exception and app.warning


def test_an_address_asks_again_and_whoever_asks_the_same_has_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = SimpleNamespace(text="Half of it.", scenario=Scenario.bundled("ntb-relief"))
    found: list[object] = []

    def find(*_: object) -> object:
        found.append(answer)
        if len(found) > 2:
            raise InputError([Problem("target", None, "usd_mn", "x", "what can be reached")])
        return answer

    monkeypatch.setattr(cepasim, "what_would_it_take", find)
    app = _opened()
    app.session_state["advice-open"] = 3
    app.number_input(key="target-usd:change_in_balance_usd_mn").set_value(250.0)
    app.button(key="target-run").click().run()
    kept = "".join(app.query_params["set"])  # a text, or a list of one
    assert "Half of it." in _text(app) and "Half" not in kept, "asked, not what was answered"

    again = _opened(kept)
    assert "Half of it." in _text(again) and len(found) == 1, "the process had it"
    usd_mn = again.number_input(key="target-usd:change_in_balance_usd_mn")
    assert usd_mn.value == 250.0
    assert "Half of it." not in _text(usd_mn.set_value(260.0).run())

    asked.shared.clear()
    another = json.loads(kept)
    another["advice"].pop("advice-open")
    assert "Half of it." not in _text(_opened(json.dumps(another))) and len(found) == 1
    later = _opened(kept)
    assert "Half of it." in _text(later) and len(found) == 2, "asked again, by itself"

    asked.shared.clear()
    none = _opened(kept)
    assert any("what can be reached" in one.value for one in none.warning)
    assert len(found) == 3 and not none.run().warning, "and not over and over"


def test_a_click_elsewhere_does_not_end_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = SimpleNamespace(text="Half of it.", scenario=Scenario.bundled("ntb-relief"))
    may_end, found = Event(), []

    def find(*_: object) -> object:
        found.append(answer)
        may_end.wait(60)
        return answer

    @contextmanager
    def left(_: str) -> Iterator[Any]:
        raise StopException  # as Streamlit ends a run where a bar is drawn, after a click
        yield

    monkeypatch.setattr(cepasim, "what_would_it_take", find)
    app = _opened()
    app.session_state["advice-open"] = 3
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(asked, "bar", left)
        app.button(key="target-run").click().run()
        assert "Half of it." not in _text(app)
        app.run()  # it joins the search that is under way
    may_end.set()
    assert "Half of it." in _text(app.run()) and len(found) == 1


def test_a_search_that_fails_is_said_to_all_who_wait_and_begun_anew() -> None:
    known, fails = asked.Known(), Event()

    def find() -> object:
        fails.wait(60)
        raise InputError([Problem("target", None, "usd_mn", "x", "what can be reached")])

    one, other = known.seek("q", find), known.seek("q", find)
    assert one is other
    fails.set()
    assert isinstance(one.answer.exception(60), InputError)
    assert known.find("q") == () and known.seek("q", lambda: 7).answer.result(60) == 7
    assert known.find("q") == (7,)


def test_the_process_keeps_the_answers_that_were_asked_for_last() -> None:
    known = asked.Known(most=2)
    for question in (1, 2, 1, 3):
        known.find(question) or known.keep(question, -question)
    assert (known.find(1), known.find(2), known.find(3)) == ((-1,), (), (-3,))


_TRIP = ["central", "quota fills", "IND", "JPN", "72", "Iron", "2030-31", None, 1.1, 90.0]


def test_the_other_questions_are_answered_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, tuple[Any, ...]] = {}
    answers = {
        "what_would_it_take": SimpleNamespace(
            text="Half of it.", scenario=Scenario.bundled("ntb-relief")
        ),
        "triggers": pd.DataFrame([_TRIP], columns=list(COLUMNS)),
        "compare_offers": InputError([Problem("offer", None, "theirs", "x", "another offer")]),
    }

    def stub(name: str) -> Any:
        def answer(*what: Any) -> Any:
            given[name] = what
            if isinstance(answers[name], Exception):
                raise answers[name]
            return answers[name]

        return answer

    for name in answers:
        monkeypatch.setattr(cepasim, name, stub(name))
    app = _opened()
    scenario = _session(app).scenario
    for key in ("target-run", "offers-run", "triggers-run"):
        app.button(key=key).click()
    app.run()
    assert not app.exception and "Half of it." in _text(app)
    assert given["what_would_it_take"][1:] == (
        # The scenario brings 212 mn: the question begins a tenth beyond.
        scenario, 0, {"change_in_balance_usd_mn": 230.0, "fiscal_year": "2030-31"},
    )  # fmt: skip
    assert given["triggers"][1] == given["compare_offers"][1] == scenario
    assert isinstance(given["compare_offers"][2], Scenario)
    assert any("another offer" in one.value for one in app.warning)
    assert any("first_year" in table.value.columns for table in app.dataframe)
    app.button(key="target-open").click().run()
    assert _session(app).scenario == Scenario.bundled("ntb-relief")
