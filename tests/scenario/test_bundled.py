"""Bundled scenarios by name; limits and odd numbers of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import cepasim
from cepasim import InputError, Scenario
from cepasim.products.classification import Classification
from cepasim.scenario.bundled import MAIN, bundled_path
from cepasim.scenario.reading import MAX_LEVERS

HS = Classification.bundled()


def test_every_bundled_scenario_opens_by_its_name() -> None:
    found = cepasim.scenarios()
    assert {"reference", "ntb-relief", "full-package"} <= set(found)
    for name, description in found.items():
        assert description.strip()
        assert isinstance(Scenario.bundled(name), Scenario)


def test_the_main_scenarios_come_first() -> None:
    assert tuple(cepasim.scenarios())[: len(MAIN)] == MAIN


@pytest.mark.parametrize("name", [name for name in cepasim.scenarios() if name not in MAIN])
def test_a_preset_says_what_it_does_and_fits_on_ten_lines(name: str) -> None:
    lines = bundled_path(name).read_text(encoding="utf-8").splitlines()
    header = [line for line in lines if line.startswith("#")]
    assert len(lines) - len(header) <= 10
    assert len(" ".join(header).split()) >= 20
    assert all(len(line) <= 100 for line in header)


#: Sign of the change in exports and imports in 2030-31; 0 is nothing.
PRESETS = {
    "asean-inputs": "++",
    "cepa-withdrawal": "--",
    "china-plus-one-plants": "++",
    "critical-products": "++",
    "customs-cooperation": "++",
    "eu-car-quota": "0-",
    "fund-labour-intensive": "++",
    "fund-replenished": "++",
    "fund-sunrise": "++",
    "india-asks-origin": "++",
    "india-opens-cars": "0+",
    "joint-vision-review": "++",
    "market-access-food": "++",
    "offtake-cars": "++",
    "parity-china": "++",
    "parity-eu": "++",
    "parity-korea": "++",
    "parity-uk": "++",
    "parity-viet-nam": "++",
    "recognition-medicines": "++",
    "rivals-in-india": "0-",
    "steel-safeguard": "0-",
    "us-tariff-18": "++",
    "us-tariff-50": "++",
}
CHANGES: dict[str, tuple[float, float]] = {}


def changes(economy: cepasim.Economy, name: str) -> tuple[float, float]:
    """Change in exports and imports in 2030-31, US$ million."""
    if name not in CHANGES:
        result = cepasim.simulate(economy, Scenario.bundled(name), attribution=False)
        row = result.totals.set_index("fiscal_year").loc["2030-31"]
        exports, imports = (
            float(row[f"{flow}_usd_mn"] - row[f"baseline_{flow}_usd_mn"])
            for flow in ("exports", "imports")
        )
        CHANGES[name] = exports, imports
    return CHANGES[name]


def test_every_preset_has_its_signs() -> None:
    assert set(PRESETS) == set(cepasim.scenarios()) - {*MAIN, "reference"}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_moves_trade_the_way_it_says(name: str, economy: cepasim.Economy) -> None:
    for change, sign in zip(changes(economy, name), PRESETS[name], strict=True):
        assert (change > 1e-6) == (sign == "+") and (change < -1e-6) == (sign == "-")


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("parity-korea", "parity-china"),
        ("parity-china", "parity-viet-nam"),
        ("parity-viet-nam", "parity-eu"),
        ("parity-eu", "cepa-remaining-tariffs"),
        ("market-access-food", "ntb-relief"),
        ("recognition-medicines", "ntb-relief"),
        ("critical-products", "china-plus-one"),
        ("china-plus-one", "china-plus-one-plants"),
        ("us-tariff-18", "us-tariff-50"),
        ("fund-sunrise", "fund-2bn"),
    ],
)
def test_what_asks_for_less_exports_less(less: str, more: str, economy: cepasim.Economy) -> None:
    assert changes(economy, less)[0] < changes(economy, more)[0]


def test_the_windows_apart_are_the_fund(economy: cepasim.Economy) -> None:
    parts = [changes(economy, f"fund-{window}") for window in ("labour-intensive", "sunrise")]
    whole = changes(economy, "fund-2bn")
    assert np.add(*parts) == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize(("name", "said"), [("ntb-relif", "ntb-relief"), (3, "allowed: ")])
def test_another_name_is_refused_with_the_names_there_are(name: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Scenario.bundled(name)  # type: ignore[arg-type]


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="path"):
        Scenario.read(5)  # type: ignore[arg-type]


def test_years_may_be_numbers_of_numpy() -> None:
    lever = {"importer": "JPN", "select": {"all": True}, "cut": "eliminate", "start": "2026-27"}
    read = [
        Scenario.from_dict({"name": "x", "levers": [{"tariff": lever | {"years": years}}]}, HS)
        for years in (3, np.int64(3))
    ]
    assert read[0] == read[1] and read[0].to_yaml() == read[1].to_yaml()


@pytest.mark.parametrize("number", ['!!int ""', "2e0", "1:30", "0x1F", "0b11"])
def test_an_odd_number_is_refused_in_one_line(tmp_path: Path, number: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        "name: x\nlevers:\n  - exchange_rate: {country: IND, start: 2026-27, "
        f"depreciation_percent: {number}}}\n"
    )
    with pytest.raises(InputError) as caught:
        Scenario.read(file, HS)
    [problem] = caught.value.problems
    assert problem.line == 3 and "number" in problem.allowed
    assert "\n" not in str(problem)


def offer(levers: int) -> list[dict[str, object]]:
    cut = {"importer": "JPN", "cut": {"percent": 50}, "start": "2026-27"}
    return [{"tariff": cut | {"select": {"hs": [code]}}} for code in HS.hs6[:levers]]


def test_too_many_levers_are_refused_at_once(calls_of: Callable[..., int]) -> None:
    def refused(number: int) -> None:
        with pytest.raises(InputError, match="at most 10,000 levers") as caught:
            Scenario.from_dict({"name": "x", "levers": offer(1) * number}, HS)
        assert len(caught.value.problems) == 1

    refused(MAX_LEVERS + 1)
    few, many = (calls_of(lambda n=n: refused(n)) for n in (MAX_LEVERS + 1, 10 * MAX_LEVERS))
    assert many < 1.1 * few, "no lever is looked at"


def test_the_work_of_reading_an_offer_grows_with_its_lines(calls_of: Callable[..., int]) -> None:
    def read(levers: list[dict[str, object]]) -> None:
        assert len(Scenario.from_dict({"name": "x", "levers": levers}, HS).levers) == len(levers)

    read(offer(1))
    few, many = (calls_of(lambda n=n: read(offer(n))) for n in (500, 2000))
    assert many < 5 * few
    read(offer(5000))


def test_among_many_levers_the_one_that_meets_another_is_named() -> None:
    levers = [*offer(500), offer(300)[-1]]
    with pytest.raises(InputError) as caught:
        Scenario.from_dict({"name": "x", "levers": levers}, HS)
    [problem] = caught.value.problems
    assert problem.value == HS.hs6[299]
    assert "number 300 and number 501 of the list" in problem.allowed
