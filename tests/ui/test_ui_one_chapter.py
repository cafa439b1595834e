"""A value of several chapters that is changed for one of them alone, on the page Parameters."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.core.language import language
from cepasim.ui.code import python_code
from cepasim.ui.state import Session

PROGRAM = """
from cepasim.ui.pages import parameters

parameters.page()
"""


SEARCH = "barrier food safety japan 03"


@pytest.mark.slow(seconds=4)
def test_a_barrier_is_changed_for_one_chapter_alone() -> None:
    app = AppTest.from_string(PROGRAM, default_timeout=60).run()
    app.text_input(key="parameter-search").set_value(SEARCH).run()
    name = app.selectbox(key="alone-name").value
    assert name == "nu_sps_jpn_01_05"
    assert app.selectbox(key=f"alone-hs:{name}:{SEARCH}").value == "03", "as searched for"
    app.number_input(key=f"alone-value:{name}").set_value(0.15)
    app.button(key="alone-use").click().run()
    assert not app.exception and not app.error
    app.text_input(key="parameter-search").set_value("barrier japan 03").run()
    [alone] = [one.value for one in app.caption if one.value.startswith("Japan, chapter 03: ")]
    assert "standards and approvals 1 %" in alone and "= 18 %" in alone, "its own and what it keeps"
    found: Session = app.session_state["cepasim"]
    describe = found.figures.economy.parameters.describe
    values = {hs: describe("nu_sps", hs, importer="JPN")["value"] for hs in ("02", "03", "04")}
    assert values == {"02": 0.10, "03": 0.15, "04": 0.10}
    assert found.own is not None and found.own.name == "nu_sps_jpn_03 = 0.15"
    barrier = "Barrier: food safety and plant health rules"
    assert found.own.in_words == f"{barrier}, Japan, chapter 03: 15 %"
    with language("ja"):
        assert found.own.in_words.endswith("：15％") and "nu_" not in found.own.in_words
    mine = found.figures.known["nu_sps_jpn_03"]
    assert mine["source"] == "own value" and "0.1 of nu_sps_jpn_01_05" in mine["note"]
    said = python_code(found.scenario, "2030-31", "2023-24", found.own.name)
    assert 'cepasim.load("parameters")' in said, "a folder the page offers"
    assert found.figures.known["nu_sps_jpn_03"]["high"] == pytest.approx(0.33), (
        "its range goes with it"
    )
