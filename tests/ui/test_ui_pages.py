"""The pages without a browser: what is drawn, and what a change does."""

from __future__ import annotations

from concurrent.futures import Future
from html import escape
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.problems import RunError
from cepasim.params.parameters import bundled_directory
from cepasim.report import views
from cepasim.report.headline import headline
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.column import TOTALS
from cepasim.ui import answers, code, draws, launch, link, questions, ranges, state
from cepasim.ui.pages import compare_link
from cepasim.ui.pages.path import plain_reference
from cepasim.ui.pieces import Pieces
from cepasim.ui.state import Session
from cepasim.ui.told import Told
from tests.as_read import as_read

APP = str(Path(__file__).resolve().parents[2] / "app.py")
FULL = Scenario.read(bundled_directory() / "scenarios/full-package.yaml")
BESIDE = Scenario.bundled("ntb-relief").name


def _opened(query: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in (query or {}).items():
        app.query_params[name] = value
    return app.run()


def _session(app: AppTest) -> Session:
    found: Session = app.session_state["cepasim"]
    return found


def _html(app: AppTest) -> str:
    bodies = "\n".join(str(element.proto.body) for element in app.get("html"))
    return as_read(bodies)


def _key(app: AppTest, *parts: object) -> str:
    return ":".join(["lever", str(_session(app).generation), *map(str, parts)])


def _query(app: AppTest) -> dict[str, str]:
    """Address of the page; one value is a text or a list of one."""
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items()}


def _index(app: AppTest, kind: str) -> int:
    return next(i for i, lever in enumerate(_session(app).draft["levers"]) if kind in lever)


def _levers() -> None:
    """The page without its answer: its levers alone, which is most of what a switch draws anew."""
    from cepasim.ui import speech
    from cepasim.ui.controls.sidebar import sidebar
    from cepasim.ui.state import session

    found = session()
    with speech.spoken(found):
        sidebar(found)


def _open(app: AppTest, index: int) -> AppTest:
    """Open the details of a lever."""
    return app.button(key=_key(app, index, "details")).click().run()


@pytest.fixture
def app() -> AppTest:
    return _opened()


def test_a_first_visit_lands_on_the_full_package(app: AppTest) -> None:
    assert not app.exception and not app.error
    assert _session(app).scenario == FULL
    assert "full package" in app.info[0].value
    row = views.total_row(_session(app).result(), "2030-31")
    assert figures.bn(row["exports_usd_mn"]) in _html(app)


@pytest.mark.slow(seconds=1)
def test_the_address_always_restores_what_is_shown(app: AppTest) -> None:
    app.slider(key=_key(app, 0, "cut")).set_value(40.0).run()
    again = _opened(_query(app))
    assert _session(again).scenario == _session(app).scenario
    assert _html(again).count("cs-card") == _html(app).count("cs-card")


def test_a_slider_changes_the_scenario_and_the_figures(app: AppTest) -> None:
    before = _html(app)
    app.slider(key=_key(app, _index(app, "ntb"), "relief_percent")).set_value(80.0).run()
    assert not app.exception
    [lever] = [x for x in _session(app).scenario.to_dict()["levers"] if "ntb" in x]
    assert lever["ntb"]["relief_percent"] == 80.0
    assert _html(app) != before
    assert "Full package, changed: Japan relieves 80 %" in _html(app)
    app.button(key="undo").click().run()
    assert _session(app).scenario == FULL


#: One page by itself.
_PAGE = """
from cepasim.ui import speech
from cepasim.ui.pages import {page}
from cepasim.ui.state import session

with speech.spoken(session()):
    {page}.page()
"""


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[Future[Any]]:
    """Draws that nobody computes until the test does."""
    found: list[Future[Any]] = [Future() for _ in range(draws.DRAWS // draws.AT_ONCE)]
    shared = draws.Shared()
    monkeypatch.setattr(draws.Draws, "of", lambda work: draws.Draws(tuple(found)))
    monkeypatch.setattr(ranges, "shared", lambda: shared)
    monkeypatch.setenv(launch.RANGES, "on")
    return found


def _drawn(pieces: list[Future[Any]], result: Result) -> None:
    shape = (2, draws.AT_ONCE, len(result.fiscal_years), len(TOTALS))
    for place, piece in enumerate(pieces):
        piece.set_result(np.full(shape, float(place)))


@pytest.mark.parametrize(
    ("page", "said"),
    [("scenario", "0 of 128 draws …"), ("sure", "Ranges: 0 of 128 draws …"), ("present", "")],
)
def test_a_page_ends_without_its_ranges_and_is_drawn_again_with_them(
    page: str, said: str, pieces: list[Future[Any]]
) -> None:
    """It ran on until the last draw, with what a change took away still on the screen."""
    app = AppTest.from_string(_PAGE.format(page=page), default_timeout=60).run()
    assert not app.exception and "% of 32 draws" not in _html(app)
    assert [one.value for one in app.caption if "draws …" in one.value] == ([said] if said else [])
    _drawn(pieces[: draws.FIRST // draws.AT_ONCE], _session(app).result())
    app.run()
    assert "% of 32 draws" in _html(app)
    _drawn(pieces[draws.FIRST // draws.AT_ONCE :], _session(app).result())
    app.run()
    assert "% of 128 draws" in _html(app) and not app.exception
    assert not any("draws …" in one.value for one in app.caption)


def test_what_a_click_brought_stays_while_ranges_come(pieces: list[Future[Any]]) -> None:
    """The page is drawn again then, and took away what it had said a moment before."""
    app = AppTest.from_string(_PAGE.format(page="scenario"), default_timeout=60).run()
    _session(app).message = "to be read"
    app.run()
    said = [one.value for one in app.warning]
    assert said == ["to be read"]
    app.run()  # as when ranges come
    assert [one.value for one in app.warning] == said

    told = Told()
    told.begin()
    assert told.press(True, "save", "this") and told.say("done") == "done"
    told.again = True
    told.begin()
    assert told.press(False, "save", "this") and told.say("") == "done"
    assert not told.press(False, "save", "that")
    told.begin()  # somebody clicked
    assert not told.press(False, "save", "this") and told.say("") == ""


def test_a_page_says_that_its_ranges_cannot_be_drawn(pieces: list[Future[Any]]) -> None:
    pieces[0].set_exception(RunError("no"))
    app = _opened()
    assert "none for this scenario" in [one.value for one in app.caption]


def test_ranges_of_what_was_shown_before_are_not_asked_for(pieces: list[Future[Any]]) -> None:
    """A run still under way would have given up those of the newer scenario."""
    found = _new_session()
    before = found.result()
    found.load(found.figures.bundled["ntb-relief"])
    assert found.ask_range(before) is None and found.ask_range(found.result()) is not None


def _new_session() -> Session:
    figures = state.bundled_figures()
    return Session(figures, FULL.to_dict(), FULL, FULL)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, other: Thread) -> None:
    """Have another run of the page begin, and come as far as it can, while a function works."""
    work = getattr(place, name)

    def slow(*given: Any) -> Any:
        found = work(*given)
        if not other.is_alive() and other.ident is None:
            other.start()
            other.join(0.2)
        return found

    monkeypatch.setattr(place, name, slow)


@pytest.mark.parametrize("name", ["said_anew", "followed"])
def test_a_quick_second_press_is_not_lost_to_the_run_before(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run still under way wrote back the scenario that it had found, over the newer one."""
    found = _new_session()
    place = next(i for i, lever in enumerate(found.draft["levers"]) if "ntb" in lever)
    second = Thread(target=found.set_lever, args=(place, {"relief_percent": 60.0}))
    _meanwhile(monkeypatch, state, name, second)
    found.set_lever(place, {"relief_percent": 50.0})
    found.say_anew()
    second.join()
    for levers in (found.draft["levers"], found.scenario.to_dict()["levers"]):
        assert levers[place]["ntb"]["relief_percent"] == 60.0


def test_undo_and_redo_go_one_step_each() -> None:
    found, shown = _new_session(), []
    place = next(i for i, lever in enumerate(found.draft["levers"]) if "ntb" in lever)
    for percent in (50.0, 60.0):
        found.set_lever(place, {"relief_percent": percent})
        shown.append(found.scenario)
    found.undo()
    assert found.scenario == shown[0] and found.changed
    found.redo()
    assert found.scenario == shown[1]
    found.set_lever(place, {"relief_percent": -1.0})
    assert found.problems
    found.undo()  # what cannot be run is given up first
    assert found.scenario == shown[1] and not found.problems
    found.undo()
    found.undo()
    assert found.scenario == FULL and not found.history.past
    found.load(FULL)
    assert not found.history.future


def test_the_headline_is_a_sentence_and_says_what_is_done_once(app: AppTest) -> None:
    found = _session(app)
    said = headline(found.split(lambda: None), "2030-31")
    above = _html(app).split('<dl class="cs-cards')[0]
    change = said.change.removeprefix("Full package: against").partition(" (no range")[0]
    assert f'data-said="Against{change}' in above
    assert f"<span>Against{change}" in above
    assert escape(str(said.mind)) in above, "what decides stands above the cards"
    assert said.mind.left_out in _html(app).split('<dl class="cs-cards')[1]
    app.slider(key=_key(app, _index(app, "ntb"), "relief_percent")).set_value(80.0).run()
    done = "Full package, changed: Japan relieves 80 %"
    assert _html(app).count(done) == 1, "in the title"
    found.rename("Plan B")
    app.run()
    assert f'data-said="{done}' in _html(app), "an own name says nothing of it"


def test_the_wall_says_what_is_done_where_a_name_does_not() -> None:
    app = _opened({"scenario": "fund-2bn"})
    app.session_state["cepasim"].rename("Our fund")

    def wall() -> None:
        from cepasim.ui.pages import present

        present.page()

    shown = AppTest.from_function(wall, default_timeout=120)
    shown.session_state["cepasim"] = _session(app)
    said = _html(shown.run())
    assert "<h1>Our fund</h1>" in said
    assert f'<p class="cs-done">{Scenario.bundled("fund-2bn").description}</p>' in said


def test_what_is_built_on_the_reference_is_not_said_to_be_changed() -> None:
    app = _opened({"scenario": "reference"})
    _session(app).add_levers([FULL.to_dict()["levers"][0]])
    app.run()
    name = "Japan eliminates its duties on goods from India"
    for one in (app, _opened(_query(app))):
        assert _session(one).changed and name in _html(one)
        assert "(changed)" not in _html(one) and "Changed from" not in _html(one)


@pytest.mark.slow(seconds=1)
def test_name_and_mark_of_a_changed_scenario_survive_a_reload(app: AppTest) -> None:
    app.slider(key=_key(app, _index(app, "ntb"), "relief_percent")).set_value(80.0).run()
    again = _opened(_query(app))
    assert _session(again).changed and _session(again).loaded == FULL
    assert "Full package, changed: Japan relieves 80 %" in _html(again)
    _session(again).rename("Plan B")
    assert "Plan B (changed)" in _html(again.run()) and _session(again).changed
    _session(again).rename("")
    assert _session(again).scenario.name.startswith("Full package, changed")


@pytest.mark.slow(seconds=0.7)
def test_going_back_in_the_browser_is_one_step_back(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _query(app)
    app.slider(key=_key(app, 0, "cut")).set_value(40.0).run()
    changed = _session(app).scenario

    def at(address: dict[str, str]) -> Scenario:
        for name in list(app.query_params):
            del app.query_params[name]
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        return _session(app).scenario

    assert at(before) == changed  # a click that was on its way, however late
    monkeypatch.setattr(state, "went_back", lambda: True)
    assert at(before) == FULL
    _session(app).redo()
    assert _session(app).scenario == changed


def test_a_page_without_a_lever_says_that_nothing_changes(app: AppTest) -> None:
    found = _session(app)
    found.remove_levers(list(range(len(found.draft["levers"]))))
    app.run()
    assert not app.exception and not app.error
    row = views.total_row(found.result(), "2030-31")
    assert row["change_in_balance_usd_mn"] == 0
    assert "No change." in _html(app)


def test_every_lever_can_be_switched_off_and_on() -> None:
    app = AppTest.from_function(_levers, default_timeout=120).run()
    for key in [toggle.key for toggle in app.sidebar.toggle]:
        name = str(key).split(":")[2]
        app.toggle(key=_key(app, name, "on")).set_value(False).run()
    assert _session(app).scenario.levers == ()
    for key in [toggle.key for toggle in app.sidebar.toggle]:
        name = str(key).split(":")[2]
        app.toggle(key=_key(app, name, "on")).set_value(True).run()
        assert not app.exception and not app.error, name
    assert len({type(lever) for lever in _session(app).scenario.levers}) >= 7


@pytest.mark.slow(seconds=0.7)
def test_details_of_every_lever_are_drawn() -> None:
    app = AppTest.from_function(_levers, default_timeout=120).run()
    for key in [toggle.key for toggle in app.sidebar.toggle]:
        name = str(key).split(":")[2]
        if not app.toggle(key=_key(app, name, "on")).value:
            app.toggle(key=_key(app, name, "on")).set_value(True).run()
    number = len(_session(app).scenario.levers)
    for index in range(number):
        _open(app, index)
        assert not app.exception
        starts = [box for box in app.sidebar.selectbox if box.label == "First fiscal year"]
        assert len(starts) == index + 1


@pytest.mark.slow(seconds=1)
def test_products_start_and_steps_of_a_lever(app: AppTest) -> None:
    _open(app, 0).selectbox(key=_key(app, 0, "mode")).set_value("Sections").run()
    app.multiselect(key=_key(app, 0, "products", "Sections")).set_value(["XI", "XII"]).run()
    app.selectbox(key=_key(app, 0, "start")).set_value("2028-29").run()
    app.slider(key=_key(app, 0, "years")).set_value(3).run()
    app.selectbox(key=_key(app, 0, "category")).set_value("X").run()
    settings = _session(app).scenario.to_dict()["levers"][0]["tariff"]
    assert settings["select"] == {"section": ["XI", "XII"], "category": "X"}
    assert (settings["start"], settings["years"]) == ("2028-29", 3)


@pytest.mark.slow(seconds=1)
def test_one_inspection_less_is_counted_in_days(app: AppTest) -> None:
    index = _index(app, "ntb")
    _open(app, index).selectbox(key=_key(app, index, "measure")).set_value("days_saved").run()
    assert not app.exception and not app.error
    settings = _session(app).scenario.to_dict()["levers"][index]["ntb"]
    assert (settings["days_saved"], settings["type"]) == (1.0, ["border"])
    app.slider(key=_key(app, index, "days_saved")).set_value(2.0).run()
    assert _session(app).scenario.to_dict()["levers"][index]["ntb"]["days_saved"] == 2.0
    assert app.slider(key=_key(app, index, "days_saved")).proto.format.startswith("days less")
    app.selectbox(key=_key(app, index, "measure")).set_value("relief_percent").run()
    assert _session(app).scenario.to_dict()["levers"][index]["ntb"]["relief_percent"] == 0.0


def test_notes_are_read_when_they_are_opened(app: AppTest) -> None:
    said = "No study measures barriers by sector"
    assert not any(said in text.value for text in app.markdown)
    app.session_state["notes"] = True
    app.run()
    assert any(said in text.value for text in app.markdown)


@pytest.mark.slow(seconds=0.7)
def test_a_wrong_choice_is_told_and_the_last_answer_stays(app: AppTest) -> None:
    _open(app, 0).selectbox(key=_key(app, 0, "mode")).set_value("HS codes").run()
    app.text_input(key=_key(app, 0, "products", "HS codes")).set_value("0306, 7777").run()
    assert "chapter 77 is reserved" in app.error[0].value.replace("\\", "")
    assert _session(app).scenario.levers == FULL.levers[1:], "the lever waits for its products"
    assert "cs-card" in _html(app)


@pytest.mark.slow(seconds=0.7)
def test_two_levers_of_one_kind(app: AppTest) -> None:
    _open(app, 0).button(key=_key(app, 0, "add")).click().run()
    assert not app.error and _session(app).scenario == FULL, "another begins with nothing"
    assert any("Nothing chosen yet" in text.value for text in app.sidebar.caption)
    last = len(_session(app).draft["levers"]) - 1
    app.selectbox(key=_key(app, last, "mode")).set_value("All products").run()
    assert "two tariff levers of " in app.error[0].value.replace("\\", "")
    app.button(key=_key(app, last, "remove")).click().run()
    assert not app.error and _session(app).scenario == FULL


@pytest.mark.slow(seconds=0.7)
def test_the_reference_can_be_chosen(app: AppTest) -> None:
    app.run()
    key = f"reference:{_session(app).generation}:central"
    app.selectbox(key=key).set_value("strong_exports").run()
    assert not app.exception
    assert _session(app).scenario.variant == "strong_exports"
    shown = _session(app).shown()
    assert shown is not None and shown.scenario.variant == "strong_exports"


@pytest.mark.slow(seconds=1)
def test_the_source_of_barriers_can_be_chosen_and_taken_back(app: AppTest) -> None:
    app.run()
    for name, written in (("kno", "kno"), ("own", None)):
        key = f"barriers:{_session(app).generation}"
        app.selectbox(key=key).set_value(name).run()
        assert not app.exception
        assert _session(app).scenario.barriers == written


@pytest.mark.slow(seconds=1)
def test_assumptions_are_counted_shown_and_taken_back(app: AppTest) -> None:
    app.session_state["decisive"] = True
    app.run()
    key = f"assume:{_session(app).generation}:actionable_share_tbt"
    app.slider(key=key).set_value(0.7).run()
    assert _session(app).overrides == {"actionable_share_tbt": pytest.approx(0.7)}
    assert any("1 assumption changed" in text.value for text in app.sidebar.markdown)
    assert plain_reference(_session(app)) is not None
    app.button(key="assume-nothing").click().run()
    assert _session(app).overrides == {}
    assert any("No assumption changed" in text.value for text in app.sidebar.markdown)


def test_the_year_on_the_screen(app: AppTest) -> None:
    [box] = [box for box in app.selectbox if box.label == "Fiscal year shown"]
    box.set_value("2035-36").run()
    assert "Exports to Japan, 2035-36" in _html(app)
    assert _query(app)["year"] == "2035-36"


@pytest.mark.parametrize("query", [{"s": "1.broken"}, {"scenario": "nothing"}, {"s": ""}])
def test_a_broken_link_gives_a_message_and_the_reference(query: dict[str, str]) -> None:
    app = _opened(query)
    assert not app.exception
    assert "This link cannot be read" in app.warning[0].value
    assert _session(app).scenario.levers == ()
    assert "cs-card" in _html(app)


def test_a_link_made_with_other_figures_says_so() -> None:
    app = _opened({"scenario": "full-package", "figures": "0123456789ab"})
    assert "other figures" in app.warning[0].value


def test_a_long_run_has_one_year() -> None:
    scenario = Scenario.from_dict({**FULL.to_dict(), "time": "long_run"})
    app = _opened({"s": link.token_of(scenario)})
    assert not app.exception
    assert _session(app).year == "2023-24"
    assert "Exports to Japan, 2023-24" in _html(app)


@pytest.mark.slow(seconds=1)
def test_sessions_do_not_see_each_other() -> None:
    one, other = _opened(), _opened()
    one.slider(key=_key(one, 0, "cut")).set_value(10.0).run()
    one.session_state["decisive"] = True
    one.run()
    other.run()
    assert _session(other).scenario == FULL
    assert _session(one).scenario != FULL
    assert _session(one).figures is _session(other).figures


def test_a_failed_run_is_a_message(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RunError("no equilibrium found in chapters 87")

    monkeypatch.setattr(cepasim, "simulate", fails)
    app.slider(key=_key(app, 0, "cut")).set_value(15.0).run()
    assert not app.exception
    assert "no equilibrium found in chapters 87" in app.warning[0].value


def test_a_defect_is_told_without_a_traceback(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(views, "headline", breaks)
    app.run()
    assert not app.exception
    assert "defect of the program" in app.error[0].value
    assert "secret detail" not in str(app)


# --- the other pages --------------------------------------------------------------------------


def _page(module: str, function: str = "page") -> AppTest:
    program = f"from cepasim.ui.pages import {module}\n{module}.{function}()\n"
    return AppTest.from_string(program, default_timeout=300).run()


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("start", "page"),
        ("advice", "page"),
        ("compare", "page"),
        ("sure", "page"),
        ("parameters", "page"),
        ("documents", "method"),
        ("documents", "evidence"),
    ],
)
def test_every_page_opens(module: str, function: str) -> None:
    app = _page(module, function)
    assert not app.exception and not app.error


def test_the_gallery_shows_every_scenario_with_a_sentence() -> None:
    app = _page("start")
    text = "\n".join(element.value for element in app.markdown)
    for scenario in state.bundled_figures().bundled.values():
        assert scenario.name in text
        assert scenario.description.replace("$", "\\$") in text
    labels = {button.label for button in app.button}
    assert {question.text for question in questions.QUESTIONS} <= labels


def test_parameters_are_found_by_any_word() -> None:
    app = _page("parameters")
    app.text_input(key="parameter-search").set_value("soderbery india").run()
    rows = app.session_state["cepasim"].figures.rows
    from cepasim.ui.pages.parameters_sought import matching

    found = matching(rows, "SODERBERY", [])
    assert 0 < len(found) < len(rows)
    assert set(matching(rows, "", ["D"])["grade"]) == {"D"}


def test_a_parameter_can_be_changed_and_taken_back() -> None:
    app = _opened()
    found = _session(app)
    found.assume("eta", 0.9)
    assert found.overrides == {"eta": 0.9}
    found.assume("eta", -1.0)
    assert found.problems and found.overrides == {"eta": 0.9}
    found.assume("eta", None)
    assert found.overrides == {} and not found.problems


def test_at_most_four_scenarios_are_compared() -> None:
    found = _session(_opened())
    for name in ("a", "b", "c", "d", "e"):
        found.save(name, FULL)
    assert list(found.saved) == ["b", "c", "d", "e"]
    assert found.save("e", Scenario.reference()) == "e (2)"


def test_comparing() -> None:
    app = _page("compare")
    found = _session(app)
    # An empty page opens with two obvious scenarios, and the address restores them.
    assert list(found.saved) == [BESIDE, FULL.name]
    again = AppTest.from_string("from cepasim.ui.pages import compare\ncompare.page()\n")
    again.default_timeout = 60
    for name in ("c", "n"):
        again.query_params[name] = app.query_params[name]
    again.query_params["figures"], again.query_params["year"] = "0" * 12, "2032-33"
    reopened = _session(again.run())
    assert reopened.saved == found.saved
    # Whose figures the sender had, and the year, travel with this link as with any other.
    assert (reopened.sender, reopened.year) == ("0" * 12, "2032-33")
    assert {"c", "n", "year", "figures"} <= set(compare_link.whole_query(reopened))
    for name in ("origin-in-japan", "border-in-japan", "full-package", "reference"):
        found.save(name, found.figures.scenario(name))
    app.run()
    assert not app.exception and not app.error
    html = _html(app)
    assert "origin-in-japan" in html and "border-in-japan" in html
    assert "nan" not in html.casefold().replace("finance", "")


@pytest.mark.slow(seconds=2)
def test_how_sure_shows_what_moves_the_answer_most() -> None:
    app = _page("sure")
    app.button(key="sure-run").click().run()
    assert not app.exception
    html = _html(app)
    assert "Size of all barriers together" in html and "Sign depends on it" in html
    assert "Engine" in html, "the model's own choices are among them"


@pytest.mark.slow(seconds=2)
def test_the_level_of_detail_is_a_choice_that_travels(app: AppTest) -> None:
    """Control, scenario, link, table of products, program; chapters again leave no trace."""
    found = _session(app)
    found.load(Scenario.bundled("cepa-remaining-tariffs"))
    app.run()
    app.segmented_control(key=f"detail:{found.generation}:chapter").set_value("hs4").run()
    assert found.scenario.level == "hs4" and found.too_fine_for_ranges
    app.multiselect(key=f"refine:{found.generation}:hs4").set_value(["64", "42"]).run()
    assert (found.scenario.refine, found.too_fine_for_ranges) == (("42", "64"), False)
    assert not app.exception and "6403" in set(app.dataframe[0].value["code"])
    read = link.read_query(found.link_query(), found.figures.bundled)
    assert read is not None and read.scenario == found.scenario
    assert "'refine': ['42', '64']" in code.python_code(found.scenario, found.year, "2023-24")
    app.segmented_control(key=f"detail:{found.generation}:hs4").set_value("chapter").run()
    assert found.scenario == Scenario.bundled("cepa-remaining-tariffs")


def _everything_shown(app: AppTest) -> list[str]:
    """All that the page shows of the result: fragments, tables as they are written, charts."""
    protos = [table.proto for table in app.dataframe]
    tables = [f"{one.arrow_data.styler.display_values!r}{one.columns}{one.alt}" for one in protos]
    charts = [str(chart.proto) for chart in app.get("vega_lite_chart")]
    return [str(element.proto.body) for element in app.get("html")] + tables + charts


def test_what_is_kept_of_a_page_is_shown_in_no_other_language_currency_or_year(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {**_query(app), "lang": "ja", "currency": "JPY", "year": "2035-36"}
    shown = _everything_shown(_opened(elsewhere))
    assert len(shown) > 10 and not {*shown} & {*_everything_shown(app)}
    # Made anew, nothing of it kept, the page is the same.
    monkeypatch.setattr(answers.shared(), "pieces", lambda _: Pieces())
    assert _everything_shown(_opened(elsewhere)) == shown
