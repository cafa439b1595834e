"""Bad links and parameters: one clear message, never a dead page, never what is not a number."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.ui import messages

ROOT = Path(__file__).resolve().parents[2]
_TRIED = runpy.run_path(str(ROOT / "tests/cases/ui_cases.py"))
CASES, QUERIES = _TRIED["CASES"], _TRIED["QUERIES"]


def _opened(query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(("name", "kind", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_bad_link_has_one_clear_answer(name: str, kind: str, words: str) -> None:
    app = _opened(QUERIES[name])
    assert not app.exception and not app.error
    said = [text.value.replace("\\", "") for text in app.warning]
    html = "\n".join(str(element.proto.body) for element in app.get("html"))
    if kind == "harmless":
        assert said == [] and 'class="cs-card"' in html
    else:
        [answer] = said
        assert words in answer
        assert ('class="cs-card"' in html) == (kind == "refused")
    assert "deficit widens" not in html or kind == "harmless"
    text = html.casefold().replace("finance", "")
    assert "nan" not in text and "infinity" not in text


def test_a_parameter_that_cannot_be_run_is_reported_where_it_is_typed() -> None:
    program = "from cepasim.ui.pages import parameters\nparameters.page()\n"
    app = AppTest.from_string(program, default_timeout=120).run()
    app.session_state["cepasim"].assume("sigma_import_03", 10_000.0)
    app.run()
    assert not app.exception
    [answer] = [text.value.replace("\\", "") for text in app.error]
    assert "sigma_import" in answer
    assert any("Outside the documented range" in text.value for text in app.warning)


def test_messages_are_no_markdown() -> None:
    said = messages.plain("![x](http://a.example/b.png) **bold** <b>")
    assert "![" not in said and "x](" not in said and "**" not in said
    assert "and 88 more" in messages.listed([f"problem {n}" for n in range(100)])
