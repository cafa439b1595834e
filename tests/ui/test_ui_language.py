"""The language of a session: chosen once, kept in the session and in the address."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cepasim.core import numbers
from cepasim.core.currency import current_currency, shown_in
from cepasim.core.language import current_language, language
from cepasim.params.currencies import display_currency
from cepasim.params.loading import load_parameters
from cepasim.scenario.scenario import Scenario
from cepasim.ui import marks, navigation, speech
from cepasim.ui.state import Session

APP = str(Path(__file__).resolve().parents[2] / "app.py")
_SWITCH, _MONEY = "language-switch", "currency-switch"


def _opened(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _run(step: Any, tag: str = "ja") -> None:
    """Run a step of the test; Streamlit's own part in it says the options, as the browser does."""
    with language(tag):
        step.run()


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


@pytest.mark.slow(seconds=1)
def test_a_link_opens_in_its_language(app: AppTest) -> None:
    assert not app.exception and not app.error
    assert _titles(app)[0] == "シナリオ"
    assert '"language": "ja"' in _html(app)
    assert current_language() == "en"  # nothing of a page is left behind


def test_the_language_outlives_a_change_and_undo(app: AppTest) -> None:
    found: Session = app.session_state["cepasim"]
    _run(app.toggle(key=f"lever:{found.generation}:tariff_jpn:on").set_value(True))
    assert _address(app)["lang"] == "ja" and "s" in _address(app)
    _run(app.button(key="undo").click())
    assert _address(app) == _address(app) | {"lang": "ja", "scenario": "reference"}
    assert _titles(app)[0] == "シナリオ"


def test_the_switch_changes_the_page_and_its_address(app: AppTest) -> None:
    _run(app.segmented_control(key=_SWITCH).set_value("en"))
    assert _titles(app)[0] == "Scenario" and _address(app)["lang"] == "en"
    assert '"language": "en"' in _html(app)
    _run(app.segmented_control(key=_SWITCH).set_value("ja"), "en")
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


def test_amounts_are_shown_in_a_currency_at_a_stated_rate(app: AppTest) -> None:
    _run(app.segmented_control(key=_MONEY).set_value("JPY"))
    assert _address(app)["currency"] == "JPY" and "億円" in _html(app)
    assert any("1ドル＝" in caption.value for caption in app.caption)
    found: Session = app.session_state["cepasim"]
    exports = found.result().totals.set_index("fiscal_year").loc["2030-31", "exports_usd_mn"]
    assert current_currency().code == "USD"
    with speech.spoken(found):
        assert numbers.bn(exports) in _html(app)
    _run(app.segmented_control(key=_MONEY).set_value("USD"))
    assert "currency" not in _address(app)


def test_pages_of_documents_do_not_claim_to_be_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = SimpleNamespace(own=None, sender="", scenario=Scenario.reference())
    found.figures = SimpleNamespace(known={})
    said: list[str] = []
    monkeypatch.setattr(marks.st, "caption", said.append)
    with shown_in(display_currency(load_parameters(), "JPY")):
        marks.draw(found)
        marks.draw(found, in_dollars=True)
    assert said[0].startswith("Amounts are converted at ¥")
    assert said[1:] == ["Amounts on this page are in US\\$."]


def test_a_file_made_later_speaks_as_the_page_did(app: AppTest) -> None:
    found: Session = app.session_state["cepasim"]
    with speech.spoken(found):
        work = speech.later(current_language)
    assert current_language() == "en" and work() == "ja"
