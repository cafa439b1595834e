"""What is wrong with a scenario is said in the reader's language; fields and values stay."""

from __future__ import annotations

from typing import Any

import pytest

from cepasim import InputError, Scenario
from cepasim.core.language import language
from cepasim.core.yaml_lines import parse_yaml
from cepasim.products.classification import Classification
from tests.english_left import english_left

HS = Classification.bundled()
TARIFF = {"importer": "JPN", "select": {"hs": ["64"]}, "cut": "eliminate", "start": "2026-27"}
FUND = {"usd_bn": 2.0, "windows": {"sunrise": 1.0}, "start": "2026-27", "years": 5}
WRONG: list[dict[str, Any]] = [
    {"tariff": TARIFF | {"cut": {"percent": 140}}},
    {"tariff": TARIFF | {"cut": "zz"}},
    {"tariff": TARIFF | {"source": "JPN"}},
    {"tariff": TARIFF | {"start": "2026-28"}},
    {"tariff": TARIFF | {"start": "2044-45"}},
    {"tariff": TARIFF | {"zz": "JPN"}},
    {"tariff": TARIFF | {"end": "2025-26"}},
    {"zz": TARIFF},
    {"ntb": TARIFF | {"type": "sps"}},
    {"origin": {"importer": "JPN", "select": {"all": True}, "rule": "zz", "start": "2026-27"}},
    {"fund": FUND | {"windows": {"zz": 1.0}}},
    {"fund": FUND | {"windows": {"sunrise": 0.5}}},
    {"exchange_rate": {"country": "USA", "depreciation_percent": 5, "start": "2026-27"}},
    {"exchange_rate": {"country": "IND", "path": {}}},
    {"external": {"market": "USA", "start": "2026-27"}},
    {"quota": TARIFF | {"over_rate_percent": -1}},
    {"remedy": TARIFF | {"add_percent": [1, 2], "end": "2030-31"}},
]


def refused(levers: list[dict[str, Any]]) -> InputError:
    with pytest.raises(InputError) as caught:
        Scenario.from_dict({"name": "x", "levers": levers}, HS)
    return caught.value


def test_wrong_levers_are_refused_in_japanese() -> None:
    left = {}
    with language("ja"):
        for number, lever in enumerate(WRONG):
            for problem in refused([lever]).problems:
                # Codes and settings that may be written stay: what is listed after a colon.
                if english := english_left(problem.allowed.partition("使えるもの：")[0]):
                    left[number, problem.field] = english
    assert left == {}


def test_the_field_that_is_wrong_is_found_in_every_language() -> None:
    english = [[one.field for one in refused([lever]).problems] for lever in WRONG]
    with language("ja"):
        assert [[one.field for one in refused([lever]).problems] for lever in WRONG] == english


def test_levers_that_meet_and_broken_files_are_refused_in_japanese() -> None:
    with language("ja"):
        [problem] = refused([{"tariff": TARIFF}, {"tariff": TARIFF}]).problems
        assert problem.allowed.startswith("一覧の1番目と2番目の二つの")
        with pytest.raises(InputError) as caught:
            parse_yaml("a: &x 1\nb: *x\n", "file.yaml")
        assert "YAMLのエイリアスは読まれない" in str(caught.value)
