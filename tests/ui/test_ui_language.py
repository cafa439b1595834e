"""The language of a session: chosen once, kept in the session and in the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.core.language import current_language
from cepasim.ui import navigation, speech
from cepasim.ui.state import Session

APP = str(Path(__file__).resolve().parents[2] / "app.py")
_SWITCH = "language-switch"


def _opened(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _titles(app: AppTest) -> list[str]:
    return [page.title for page in app.session_state[navigation._KEY].values()]


def _html(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def _address(app: AppTest) -> dict[str, str]:
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items()}


@pytest.fixture(scope="module")
def app() -> AppTest:
    """A reader who opened a link in Japanese."""
    return _opened(scenario="reference", lang="ja")


def test_a_link_opens_in_its_language(app: AppTest) -> None:
    assert not app.exception and not app.error
    assert _titles(app)[0] == "シナリオ"
    assert 'documentElement.lang = "ja"' in _html(app)
    assert current_language() == "en"  # nothing of a page is left behind


def test_the_language_outlives_a_change_and_undo(app: AppTest) -> None:
    found: Session = app.session_state["cepasim"]
    app.toggle(key=f"lever:{found.generation}:tariff_jpn:on").set_value(True).run()
    assert _address(app)["lang"] == "ja" and "s" in _address(app)
    app.button(key="undo").click().run()
    assert _address(app) == _address(app) | {"lang": "ja", "scenario": "reference"}
    assert _titles(app)[0] == "シナリオ"


def test_the_switch_changes_the_page_and_its_address(app: AppTest) -> None:
    app.segmented_control(key=_SWITCH).set_value("en").run()
    assert _titles(app)[0] == "Scenario" and _address(app)["lang"] == "en"
    assert 'documentElement.lang = "en"' in _html(app)
    app.segmented_control(key=_SWITCH).set_value("ja").run()
    assert _titles(app)[0] == "シナリオ" and _address(app)["lang"] == "ja"


def test_without_a_choice_the_browser_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        locale = "ja-JP"

    monkeypatch.setattr(speech.st, "context", Context())
    assert speech.Speech().tag == "ja" and speech.Speech("en").tag == "en"
    assert speech.Speech().query() == {}  # a link leaves the choice to its reader, too
    for other in ("de-DE", "", None):
        Context.locale = other
        assert speech.Speech().tag == "en"


def test_a_language_without_a_catalogue_is_the_browsers() -> None:
    chosen = speech.Speech("ja")
    chosen.read({"lang": "xx"})
    assert chosen.language is None


def test_a_callback_speaks_the_language_of_its_session(app: AppTest) -> None:
    found: Session = app.session_state["cepasim"]
    heard: list[str] = []

    class Listening(Session):
        def _edited(self, draft: dict[str, object]) -> bool:
            heard.append(current_language())
            return True

    other = Listening(found.figures, found.draft, found.scenario, found.loaded)
    other.speech.language = "ja"
    other.edit(found.draft)
    assert heard == ["ja"]


def test_a_link_with_other_figures_says_so_after_a_reload() -> None:
    other = _opened(scenario="reference", figures="000000000000")
    assert "other figures" in other.warning[0].value
    again = _opened(**_address(other))
    assert "other figures" in again.warning[0].value
