"""The page “Lines”: found by code and words, and from a line to its lever with one click."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.ui.pages import lines
from cepasim.ui.state import Session

PROGRAM = """
import streamlit as st
from cepasim.ui import navigation
from cepasim.ui.pages import lines

pages = navigation.register(
    {"lines": ("Lines", lines.page), "scenario": ("Scenario", lambda: st.write("opened"))}
)
st.navigation(pages).run()
"""


def test_a_line_is_found_and_becomes_a_lever(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = lines.st.dataframe

    def picked(data: Any, **given: Any) -> Any:
        drawn(data, **given)
        return {"selection": {"rows": [0], "columns": []}}

    app = AppTest.from_string(PROGRAM, default_timeout=60).run()
    assert not app.exception
    assert app.button(key="browse-tariff").disabled
    app.text_input(key="browse-find").set_value("no such goods").run()
    assert any("frozen shrimps" in one.value for one in app.caption), "what can be typed"
    app.selectbox(key="browse-section").select("XI")
    app.text_input(key="browse-find").set_value("prawns").run()
    assert any("The words alone find 15 lines" in one.value for one in app.caption)
    app.selectbox(key="browse-section").select("")
    monkeypatch.setattr(lines.st, "dataframe", picked)
    app.text_input(key="browse-find").set_value("640319 sports").run()
    assert not app.exception
    assert "640319010" in list(app.dataframe[0].value["line"])
    assert set(app.dataframe[1].value["source"]) > {"IND", "CHN", "EU27"}
    found: Session = app.session_state["cepasim"]
    before = len(found.scenario.levers)
    app.button(key="browse-tariff").click().run()
    assert len(found.scenario.levers) == before + 1
    assert found.scenario.levers[-1].select["hs"] == ("640319010",)
    assert "opened" in [element.value for element in app.markdown]
