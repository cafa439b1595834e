from __future__ import annotations

import base64
import json
import zlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cepasim.core.fiscal_year import fiscal_years
from cepasim.core.problems import InputError
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import bundled_directory
from cepasim.products.classification import Classification
from cepasim.scenario.scenario import Scenario
from cepasim.ui import link

YEARS = fiscal_years(2024, 2035)
BUNDLED = {
    file.stem: Scenario.read(file) for file in sorted(bundled_directory().glob("scenarios/*.yaml"))
}

starts = st.sampled_from(YEARS)
percents = st.floats(0, 100, allow_nan=False)
selects = st.one_of(
    st.just({"all": True}),
    st.lists(
        st.sampled_from(Classification.bundled().chapters), min_size=1, max_size=4, unique=True
    ).map(lambda codes: {"hs": codes}),
    st.sampled_from([{"section": "XI"}, {"window": ["labour_intensive", "sunrise"]}]),
)
cuts = st.one_of(
    st.just("eliminate"),
    percents.map(lambda percent: {"percent": percent}),
    st.floats(0, 50).map(lambda rate: {"cap": rate}),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any scenario whose levers do not overlap: at most one per kind and importer."""
    levers: list[dict[str, object]] = []
    for importer in ("JPN", "IND"):
        common = {"importer": importer, "select": draw(selects), "start": draw(starts)}
        if draw(st.booleans()):
            levers.append(
                {"tariff": common | {"cut": draw(cuts), "years": draw(st.integers(1, 9))}}
            )
        if draw(st.booleans()):
            levers.append({"origin": common | {"cost_cut_percent": draw(percents)}})
        if draw(st.booleans()):
            kinds = draw(st.lists(st.sampled_from(["sps", "tbt"]), min_size=1, unique=True))
            levers.append({"ntb": common | {"type": kinds, "relief_percent": draw(percents)}})
    if draw(st.booleans()):
        share = draw(st.integers(0, 100)) / 100
        windows = {"labour_intensive": share, "sunrise": 1 - share}
        size = draw(st.floats(0, 50))
        levers.append(
            {"fund": {"usd_bn": size, "windows": windows, "start": draw(starts), "years": 5}}
        )
    if draw(st.booleans()):
        change = draw(st.floats(-50, 50))
        levers.append(
            {
                "exchange_rate": {
                    "country": draw(st.sampled_from(["IND", "JPN", "CHN"])),
                    "depreciation_percent": change,
                    "start": draw(starts),
                }
            }
        )
    name = draw(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
    overrides = {"eta": draw(st.floats(0.5, 1.5))} if draw(st.booleans()) else {}
    return Scenario.from_dict({"name": name, "levers": levers, "parameters": overrides})


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_a_link_gives_back_the_scenario(scenario: Scenario) -> None:
    query = link.query_of(scenario, BUNDLED, "2030-31", "0123456789abcdef")
    # As a browser does: written into an address and read from it.
    read = dict(parse_qsl(link.query_text(query).removeprefix("?"), keep_blank_values=True))
    linked = link.read_query(read, BUNDLED)
    assert linked is not None
    assert linked.scenario == scenario
    assert linked.fiscal_year == "2030-31"
    assert linked.figures == "0123456789ab"


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_bundled_scenarios_are_linked_by_name(name: str) -> None:
    query = link.query_of(BUNDLED[name], BUNDLED)
    assert query == {"scenario": name}
    linked = link.read_query(query, BUNDLED)
    assert linked is not None and linked.scenario == BUNDLED[name]


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_tokens_are_short_and_need_no_quoting(name: str) -> None:
    token = link.token_of(BUNDLED[name])
    assert len(token) < 1500
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert link.scenario_of(token) == BUNDLED[name]


def _packed(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return "1." + base64.urlsafe_b64encode(zlib.compress(raw, level=9)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"s": ""}, "may have been cut"),
        ({"s": "2.abc"}, "begins with 1."),
        ({"s": "1."}, "a complete link"),
        ({"s": "1.%%%%"}, "a complete link"),
        ({"s": "1.ü"}, "a complete link"),
        ({"s": "1." + "A" * 40}, "a complete link"),
        ({"s": "1." + "A" * 20_000}, "at most"),
        ({"s": _packed([1, 2])}, "a complete link"),
        ({"s": _packed(b"\xff\xfe")}, "a complete link"),
        ({"s": _packed(b"[" * 100_000)}, "a complete link"),
        ({"s": _packed(b" " * 8_000_000)}, "a complete link"),
        ({"s": _packed({})}, "name"),
        ({"s": _packed({"name": "x", "levers": [{"tarif": {}}]})}, "did you mean tariff"),
        ({"s": _packed({"name": "x", "parameters": {"etta": 1.0}})}, "eta"),
        ({"scenario": "full-packige"}, "full-package"),
        ({"scenario": "../../etc/passwd"}, "one of"),
    ],
)
def test_a_broken_link_says_what_is_wrong(query: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        link.read_query(query, BUNDLED, parameters=load_parameters())
    assert said in str(caught.value)
    assert len(str(caught.value)) < 2000


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for query in ({"s": text}, {"s": "1." + text}, {"scenario": text}):
        try:
            link.read_query(query, BUNDLED)
        except InputError:
            continue


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_link_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    token = link.token_of(BUNDLED["full-package"])
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("Aa0_-.x"))
    try:
        link.scenario_of(token[:place] + letter + token[place + 1 :])
        link.scenario_of(token[:place])
    except InputError:
        return


def test_no_query_asks_for_nothing() -> None:
    assert link.read_query({}, BUNDLED) is None
    assert link.read_query({"utm_source": "mail"}, BUNDLED) is None


def test_a_variant_of_the_reference_goes_with_the_link() -> None:
    scenario = Scenario.from_dict({"name": "mine", "reference": "history", "horizon": "2045-46"})
    assert link.scenario_of(link.token_of(scenario)) == scenario
    assert Scenario.from_dict(scenario.to_dict()) == scenario


def test_a_link_cannot_name_a_file_of_the_server() -> None:
    scenario = Scenario.from_dict({"name": "mine", "reference": "/srv/secret.csv"})
    with pytest.raises(InputError, match="files are read by the command line"):
        link.scenario_of(link.token_of(scenario))


def test_a_scenario_too_long_for_a_link_is_not_put_into_one() -> None:
    """A schedule of thousands of lines goes as a file; a cut link would restore nothing."""
    codes = [code for code in Classification.bundled().hs6 if code < "98"]
    rows = [
        {"hs": [code], "cut": {"percent": 100.0 * ((7919 * n) % 997) / 997}, "start": "2026-27"}
        for n, code in enumerate(codes)
    ]
    tariff = {"importer": "IND", "rows": rows}
    scenario = Scenario.from_dict({"name": "all lines", "levers": [{"tariff": tariff}]})
    assert not link.fits(scenario)
    assert link.query_of(scenario, {}, "2030-31") == {}
    short = Scenario.from_dict(
        {"name": "some", "levers": [{"tariff": {"importer": "IND", "rows": rows[:5]}}]}
    )
    assert link.fits(short) and link.scenario_of(link.query_of(short, {})["s"]) == short
