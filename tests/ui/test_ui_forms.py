"""Every form of every lever on the page: shown, worded, edited, linked and read back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from cepasim.core.problems import InputError
from cepasim.levers.every import LEVER_KINDS, every_form, in_words
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.scenario import Scenario
from cepasim.ui import link
from cepasim.ui.controls import registry
from cepasim.ui.state import Session

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "app.py")
LeverDict = dict[str, dict[str, Any]]

#: Values beyond the ends of sliders, and selections the classes' own examples do not have.
MORE = """
- tariff: {importer: IND, select: {hs: ["87"], category: X}, cut: {cap: 20.0}, start: 2027-28}
- tariff: {importer: IND, select: {section: XVI}, cut: {rate: 1.5}, start: 2027-28, years: 10}
- tariff: {importer: JPN, select: {hs: ["0306", "1604-1605"]}, cut: {swiss: 16}, start: 2026-27}
- tariff: {importer: IND, source: CHN, select: {all: true}, cut: {percent: 10}, start: 2026-27}
- tariff: {importer: JPN, select: {section: [XI, XII], window: both}, cut: eliminate, start:
    2026-27}
- ntb: {importer: IND, type: [process], select: {tag: semiconductors}, relief_percent: 12.5,
    start: 2026-27}
- ntb: {importer: JPN, type: [tbt], relief_percent: 40, select: {all: true}, also_others: true,
    start: 2026-27}
- quota: {importer: IND, select: {hs: ["87"]}, usd_mn: 500, in_rate_percent: 0,
    over_rate_percent: 60, start: 2027-28}
- fund: {usd_bn: 120, windows: {labour_intensive: 0.333, sunrise: 0.667}, start: 2026-27, years:
    20, replenish: true}
- sourcing: {importer: IND, from: CHN, to: JPN, select: {hs: ["85"]}, share_percent: 45, start:
    2026-27}
- sourcing: {importer: JPN, from: CHN, to: IND, select: {all: true}, start: 2026-27, years: 5}
- exchange_rate: {country: CHN, depreciation_percent: -50, start: 2024-25}
- external: {source: CHN, select: {hs: ["85"]}, cost_percent: 60, start: 2026-27}
- external: {market: USA, tariff_on: IND, redirect_share: 0.15, start: 2025-26}
- external: {demand_in: JPN, demand_percent: -5, start: 2026-27}
- external: {demand_in: IND, demand_percent: 3, select: {section: XVI}, start: 2035-36}
"""


def _of_the_classes() -> list[LeverDict]:
    return [{kind: dict(example.settings)} for kind, example in every_form()]


def _of_scenarios() -> list[LeverDict]:
    files = sorted((bundled_directory() / "scenarios").glob("*.yaml"))
    return [lever for file in files for lever in Scenario.read(file).to_dict()["levers"]]


def _shape(settings: Any) -> object:
    """What a control sees of a lever: its keys, and of values only whether they are negative."""
    if isinstance(settings, dict):
        return tuple((key, _shape(settings[key])) for key in sorted(settings))
    if isinstance(settings, int | float) and not isinstance(settings, bool):
        return settings < 0
    return type(settings)


def _unlike(levers: list[LeverDict], known: list[LeverDict]) -> list[LeverDict]:
    """Levers of a side and a shape that none before them has."""
    seen, found = set(), []
    for place, lever in enumerate([*known, *levers]):
        [(kind, settings)] = lever.items()
        alike = (kind, settings.get("importer"), _shape(settings))
        if alike not in seen and place >= len(known):
            found.append(lever)
        seen.add(alike)
    return found


_WRITTEN = [*_of_the_classes(), *yaml.safe_load(MORE)]
FORMS = [*_WRITTEN, *_unlike(_of_scenarios(), _WRITTEN)]


def _first_of_its_kind(place: int) -> bool:
    return not any(set(before) == set(FORMS[place]) for before in FORMS[:place])


#: The first form of each kind is in the quick lane.
CASES = [
    pytest.param(lever, marks=() if _first_of_its_kind(place) else pytest.mark.slow(seconds=0.2))
    for place, lever in enumerate(FORMS)
]


def _name(lever: LeverDict) -> str:
    [(kind, settings)] = lever.items()
    return f"{kind}-{FORMS.index(lever)}"


def _scenario(levers: list[LeverDict]) -> Scenario:
    return Scenario.from_dict({"name": "some forms", "levers": levers})


#: What each lever adds is computed for every set of them: more would take long.
MOST = 8


def _side_by_side() -> list[Scenario]:
    """All forms in few scenarios: a form goes into the first whose levers leave room for it."""
    found: list[Scenario] = []
    for lever in FORMS:
        for place, scenario in enumerate(found):
            if len(scenario.levers) == MOST:
                continue
            with suppress(InputError):
                found[place] = _scenario([*scenario.to_dict()["levers"], lever])
                break
        else:
            found.append(_scenario([lever]))
    return found


def _levers() -> None:
    """The page without its answer: the levers, the scenario in words and the address."""
    from cepasim.ui import speech
    from cepasim.ui.controls.sidebar import sidebar
    from cepasim.ui.pages.share import in_words
    from cepasim.ui.state import session, write_address

    found = session()
    with speech.spoken(found):
        in_words(found)
        sidebar(found)
        write_address(found)


def _opened(app: AppTest, scenario: Scenario) -> AppTest:
    app.query_params["s"] = link.token_of(scenario)
    app.run()
    assert not app.exception and not app.error and not app.warning
    assert _session(app).scenario == scenario
    return app


def _session(app: AppTest) -> Session:
    found: Session = app.session_state["cepasim"]
    return found


def _key(app: AppTest, *parts: object) -> str:
    return ":".join(["lever", str(_session(app).generation), *map(str, parts)])


def _query(app: AppTest) -> dict[str, str]:
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items()}


def test_every_kind_has_a_control_and_a_form() -> None:
    assert set(registry.CONTROLS) == set(LEVER_KINDS), "write ui/controls/<kind>.py"
    assert {kind for lever in FORMS for kind in lever} == set(LEVER_KINDS)


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("lever", CASES, ids=_name)
def test_a_form_is_shown_edited_and_linked(lever: LeverDict) -> None:
    scenario = _scenario([lever])
    app = AppTest.from_function(_levers, default_timeout=120)
    app.session_state["in-words"] = True
    _opened(app, scenario)
    # In words.
    said = in_words(scenario.to_dict()["levers"][0], _session(app).figures.economy.classification)
    shown = [text.value.replace("\\", "") for text in app.markdown]
    assert any(said in text for text in shown) and "None" not in said and "{" not in said
    # Its details, every widget of which starts from what the link says: nothing is changed yet.
    app.button(key=_key(app, 0, "details")).click().run()
    assert not app.exception and not app.error
    assert _session(app).scenario == scenario
    # The address gives the same scenario back.
    linked = link.read_query(_query(app), _session(app).figures.bundled)
    assert linked is not None and linked.scenario == scenario
    # What is edited is in the scenario and in the address.
    main = next(s for s in app.sidebar.slider if str(s.key).startswith(_key(app, 0)))
    other = main.min if main.value != main.min else main.max
    main.set_value(other).run()
    assert not app.exception and not app.error
    changed = _session(app).scenario
    assert changed != scenario and len(changed.levers) == 1
    linked = link.read_query(_query(app), _session(app).figures.bundled)
    assert linked is not None and linked.scenario == changed


@pytest.mark.slow(seconds=7)
def test_the_whole_page_shows_every_form_and_its_answer() -> None:
    packed = _side_by_side()
    assert sum(len(scenario.levers) for scenario in packed) == len(FORMS)
    for scenario in packed:
        app = _opened(AppTest.from_file(APP, default_timeout=120), scenario)
        assert len([s for s in app.sidebar.button if str(s.key).endswith("details")]) == len(
            scenario.levers
        )
        assert app.get("html")


def test_of_many_levers_the_first_are_shown_and_the_others_when_asked_for() -> None:
    cut = {"importer": "IND", "cut": {"percent": 10}, "start": "2028-29"}
    many = [{"tariff": {**cut, "select": {"hs": [f"{hs:02d}"]}}} for hs in range(84, 94)]
    app = _opened(AppTest.from_function(_levers, default_timeout=120), _scenario(many))

    def shown() -> list[int]:
        keys = [str(button.key) for button in app.sidebar.button]
        return [int(key.split(":")[2]) for key in keys if key.endswith(":details")]

    assert shown() == list(range(8))
    names = [one.label for one in app.sidebar.slider if "India's duties" in one.label]
    assert len(set(names)) == len(names) == 8, "each is told apart by those who hear it"
    assert names[1] == "India's duties, 85 Electrical and electronics: Duties cut by"
    [others] = [one for one in app.sidebar.toggle if str(one.key).endswith(":others")]
    assert others.label == "Show the other 2: India's duties on Japanese goods"
    _session(app).opened = {9}  # one just added is open
    app.run()
    assert shown() == [*range(8), 9]
    others.set_value(True).run()
    assert shown() == list(range(10))
