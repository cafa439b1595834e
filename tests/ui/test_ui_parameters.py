"""The page “Parameters”: in words, found by product and lever, and a folder to change."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
from streamlit.testing.v1 import AppTest

from cepasim.params.parameters import bundled_directory
from cepasim.ui import assumptions
from cepasim.ui.pages import parameters, parameters_sought


def _page(search: str = "") -> AppTest:
    app = AppTest.from_string(
        "from cepasim.ui.pages import parameters\nparameters.page()\n", default_timeout=60
    )
    app.session_state[parameters.FIND] = search
    return app.run()


def _names(app: AppTest) -> set[str]:
    found = app.session_state["cepasim"]
    search = app.text_input(key="parameter-search").value
    rows = parameters_sought.matching(found.figures.rows, search, [], app.session_state[_TEXTS][1])
    return set(rows["name"])


_TEXTS = "cepasim-parameter-texts"


def test_parameters_are_found_by_product_and_lever() -> None:
    app = _page("barrier 03")  # as the table of why asks for it
    assert not app.exception
    found = _names(app)
    assert "nu_sps_jpn_01_05" in found and "sigma_import_03" not in found
    assert any("Japan, chapters 01-05: (" in one.value for one in app.caption), "parts of a sum"
    app.text_input(key="parameter-search").set_value("ave fish").run()
    assert "nu_tbt_jpn_01_05" in _names(app)
    app.text_input(key="parameter-search").set_value("substitution 03").run()
    assert _names(app) == {"sigma_import_03", "sigma_domestic_03"}
    app.text_input(key="parameter-search").set_value("frozen shrimps").run()
    assert any("chapters that hold such products, 03." in one.value for one in app.caption)
    app.text_input(key="parameter-search").set_value("zzzz").run()
    assert any("No parameter matches" in one.value for one in app.caption)


def test_the_template_is_the_whole_folder() -> None:
    content = parameters.folder_zip(bundled_directory())
    archive = zipfile.ZipFile(io.BytesIO(content))
    there = {
        f.relative_to(bundled_directory()).as_posix() for f in bundled_directory().rglob("*.csv")
    }
    assert there <= set(archive.namelist()) and "tables.yaml" in archive.namelist()
    ave = bundled_directory() / "ntb/ave.csv"
    assert archive.read("ntb/ave.csv") == ave.read_bytes()


def test_what_no_scenario_may_set_is_shown_and_not_offered() -> None:
    app = _page("yen_per_dollar_2021")
    assert not app.exception
    assert any("To be read only" in one.value for one in app.caption)
    kept = [one.value for one in app.dataframe if "yen_per_dollar_2021" in list(one.value["name"])]
    assert [("yours" in table) for table in kept] == [False], "in the table without “Yours” alone"


def test_third_countries_and_years_of_parameters_are_in_words() -> None:
    app = AppTest.from_string(
        "from cepasim.core.language import language\nfrom cepasim.ui.pages import parameters\n"
        "with language('ja'):\n    parameters.page()\n",
        default_timeout=60,
    )
    app.session_state[parameters.FIND] = "us_redirection_share"
    app.run()
    assert not app.exception
    (rows,) = [
        one.value for one in app.dataframe if "us_redirection_share" in list(one.value["name"])
    ]
    assert rows["words"].iloc[0].rstrip("\N{ZERO WIDTH SPACE}").endswith("インドから米国へ")
    assert rows["year"].iloc[0] == "2025年度"


def test_decisive_assumptions_come_first_and_the_others_keep_their_order() -> None:
    names = ["sigma_import_01", "additionality", "eta_01", "ntb_scale"]
    shown = assumptions.decisive_first(pd.DataFrame({"name": names}))
    assert list(shown["name"]) == ["ntb_scale", "additionality", "sigma_import_01", "eta_01"]
