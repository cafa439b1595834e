"""What a page was set to is in its address, and a bad address does no harm."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.ui import remembered

PAGE = """
import streamlit as st
from cepasim.ui import remembered

given = remembered.restore("lines")
try:
    st.selectbox("Importer", ["JPN", "IND"], key="browse-who")
    st.text_input("Search", key="browse-find")
    st.number_input("Most", 1, 60, 10, key="another-page")
    if st.session_state["browse-find"] == "break":
        raise ValueError
except Exception:
    remembered.forget("lines", given)
    st.rerun()
remembered.write("lines", given)
"""


def _opened(asked: object = None) -> AppTest:
    app = AppTest.from_string(PAGE)
    if asked is not None:
        app.query_params["set"] = asked if isinstance(asked, str) else json.dumps(asked)
    return app.run()


def _set(app: AppTest) -> object:
    said = app.query_params.get("set")
    text = said[0] if isinstance(said, list) else said
    return json.loads(text) if text else None


def test_a_reload_shows_a_page_as_it_was_set() -> None:
    app = _opened()
    assert _set(app) is None, "nothing but what differs"
    app.text_input(key="browse-find").set_value("shrimp").run()
    app.selectbox(key="browse-who").set_value("IND").run()
    app.number_input(key="another-page").set_value(12).run()
    assert _set(app) == {"lines": {"browse-who": "IND", "browse-find": "shrimp"}}
    again = _opened(_set(app))
    assert again.text_input(key="browse-find").value == "shrimp"
    assert again.selectbox(key="browse-who").value == "IND"
    # What it opened with is no beginning: it stays in the address when it is set back.
    again.selectbox(key="browse-who").set_value("JPN").run()
    assert _set(again) == {"lines": {"browse-who": "JPN", "browse-find": "shrimp"}}
    app.text_input(key="browse-find").set_value("").run()
    app.selectbox(key="browse-who").set_value("JPN").run()
    assert _set(app) is None


def test_a_click_before_the_page_was_drawn_to_its_end_is_kept() -> None:
    program = """
from types import SimpleNamespace
import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from cepasim.ui import main

def run():
    st.text_input("Search", key="browse-find")
    if "whole" not in st.session_state:
        raise StopException

main._run(SimpleNamespace(url_path="lines", run=run))
"""
    app = AppTest.from_string(program).run()
    app.session_state["whole"] = True
    app.text_input(key="browse-find").set_value("shrimp").run()
    assert _set(app) == {"lines": {"browse-find": "shrimp"}}


def test_what_a_control_begins_with_after_another_scenario_is_no_choice() -> None:
    program = """
import streamlit as st
from cepasim.ui import remembered

given = remembered.restore(page := "start" if st.session_state.get("elsewhere") else "advice")
if page == "advice":
    first = st.session_state.get("scenario", "full-package")
    st.selectbox("My offer", [first, "fund-2bn"], key="offers-mine")
remembered.write(page, given)
"""
    app = AppTest.from_string(program).run()
    app.session_state["elsewhere"] = True
    app.run()
    app.session_state["scenario"], app.session_state["elsewhere"] = "ntb-relief", False
    app.run()
    assert app.selectbox(key="offers-mine").value == "ntb-relief"
    assert _set(app) is None, "nobody has chosen it"
    app.selectbox(key="offers-mine").set_value("fund-2bn").run()
    assert _set(app) == {"advice": {"offers-mine": "fund-2bn"}}
    for elsewhere in (True, False):  # it is kept, and its beginning is known when it is back
        app.session_state["elsewhere"] = elsewhere
        app.run()
    assert _set(app) == {"advice": {"offers-mine": "fund-2bn"}}
    app.selectbox(key="offers-mine").set_value("ntb-relief").run()
    assert _set(app) is None


def test_controls_of_a_kind_are_kept_each_by_its_own_key() -> None:
    program = """
import streamlit as st
from cepasim.ui import remembered

given = remembered.restore("advice")
st.number_input("At least", value=0.0, key="package-gains:億円")
st.number_input("Duty at most", value=None, key="package-jpn")
st.session_state.setdefault("asked:package", "")
remembered.write("advice", given)
"""
    app = AppTest.from_string(program).run()
    assert _set(app) is None
    app.number_input(key="package-gains:億円").set_value(2.5)
    app.number_input(key="package-jpn").set_value(40.0)
    app.session_state["asked:package"] = "1a2b"
    app.run()
    again = AppTest.from_string(program)
    again.query_params["set"] = json.dumps(_set(app))
    again.run()
    assert again.number_input(key="package-gains:億円").value == 2.5
    assert again.number_input(key="package-jpn").value == 40.0
    assert again.session_state["asked:package"] == "1a2b", "what was asked, not the answer"


@pytest.mark.parametrize(
    "asked",
    [
        "{{{",
        "[]",
        "7",
        {"lines": 3},
        {"lines": {"browse-find": {"a": 1}, "no-key": "x"}},
        {"lines": {"browse-find": "break"}},
        {"lines": {"browse-find": "x" * 3000}},
        {"advice": {"browse-find": "of another page"}},
    ],
)
def test_a_bad_address_is_dropped(asked: object) -> None:
    app = _opened(asked)
    assert not app.exception
    assert app.text_input(key="browse-find").value == ""
    assert "no-key" not in app.session_state


def test_what_is_kept_belongs_to_one_page_each() -> None:
    keys = [key for page in remembered.KEPT.values() for key in page]
    assert len(keys) == len(set(keys))
