"""A value of several chapters that is changed for one of them alone, on the page Parameters."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.ui.state import Session

PROGRAM = """
from cepasim.ui.pages import parameters

parameters.page()
"""


@pytest.mark.slow(seconds=4)
def test_a_barrier_is_changed_for_one_chapter_alone() -> None:
    app = AppTest.from_string(PROGRAM, default_timeout=60).run()
    app.text_input(key="parameter-search").set_value("barrier food safety japan 03").run()
    name = app.selectbox(key="alone-name").value
    assert name == "nu_sps_jpn_01_05"
    app.selectbox(key=f"alone-hs:{name}").set_value("03")
    app.number_input(key=f"alone-value:{name}").set_value(0.15)
    app.button(key="alone-use").click().run()
    assert not app.exception and not app.error
    found: Session = app.session_state["cepasim"]
    describe = found.figures.economy.parameters.describe
    values = {hs: describe("nu_sps", hs, importer="JPN")["value"] for hs in ("02", "03", "04")}
    assert values == {"02": 0.10, "03": 0.15, "04": 0.10}
    assert found.own is not None and found.own.name == "nu_sps_jpn_03 = 0.15"
    assert found.figures.known["nu_sps_jpn_03"]["high"] == pytest.approx(0.33), (
        "its range goes with it"
    )
