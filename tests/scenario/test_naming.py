"""Names and descriptions that follow the levers, or are the user's own."""

from __future__ import annotations

from typing import Any

import pytest

from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import language
from cepasim.levers.words import number_in_words
from cepasim.products.classification import Classification
from cepasim.report.marks import assumptions_in_words
from cepasim.scenario.naming import (
    describe,
    detail_in_words,
    followed,
    name_says_it,
    said_anew,
    says_changed,
    title,
    what_is_done,
    words_beside_levers,
)
from cepasim.scenario.scenario import Scenario

HS = Classification.bundled()
FULL = Scenario.bundled("full-package")
FUND = Scenario.bundled("fund-2bn")


def _with(scenario: Scenario, kind: str, **changes: Any) -> Scenario:
    """As the page does: a lever changed, the name kept."""
    written = scenario.to_dict()
    for lever in written["levers"]:
        if kind in lever:
            lever[kind] |= changes
    return Scenario.from_dict(written)


def _followed(edited: Scenario, before: Scenario, origin: Scenario) -> Scenario:
    return followed(edited, before, origin, HS)


def test_a_scenario_of_one_lever_is_called_after_it() -> None:
    smaller = _with(FUND, "fund", usd_bn=1.0, start="2028-29")
    now = _followed(smaller, FUND, FUND)
    assert now.name == (
        "A fund of US$ 1 bn (50 % labour-intensive, 50 % sunrise), from 2028-29 over 5 years"
    )
    assert "US$ 2 bn" not in now.description and "US$ 1 bn" in now.description
    assert now.description.startswith("Changed from “India-focused fund of US$ 2 billion”.")


def test_a_scenario_of_many_is_called_after_what_differs() -> None:
    more = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
    assert more.name.startswith("Full package, changed: Japan relieves 60 % of the actionable")
    without = more.to_dict()
    without["levers"] = [lever for lever in without["levers"] if "fund" not in lever]
    assert _followed(Scenario.from_dict(without), more, FULL).name.endswith("without fund")


def test_what_is_changed_back_has_its_name_and_words_again() -> None:
    changed = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
    assert _followed(_with(changed, "ntb", relief_percent=40.0), changed, FULL) == FULL


def test_a_name_of_the_users_stays_while_words_follow() -> None:
    changed = _followed(_with(FUND, "fund", usd_bn=1.0), FUND, FUND)
    mine = _followed(changed.model_copy(update={"name": "Plan B"}), changed, FUND)
    again = _followed(_with(mine, "fund", usd_bn=3.0), mine, FUND)
    assert again.name == "Plan B" and "US$ 3 bn" in again.description
    left = _followed(again.model_copy(update={"name": FUND.name}), again, FUND)
    assert left.name.startswith("A fund of US$ 3 bn"), "given back, the name follows the levers"


@pytest.mark.parametrize("tag", ["en", "ja"])
@pytest.mark.parametrize("number", [1, 3])
def test_what_is_built_on_the_reference_is_no_changed_reference(number: int, tag: str) -> None:
    reference = Scenario.bundled("reference")
    levers = FULL.to_dict()["levers"][:number]
    built = Scenario.from_dict({**reference.to_dict(), "levers": levers})
    with language(tag):
        now = _followed(built, reference, reference)
        assert now.name == title(now, HS) and not says_changed(now.name)
        assert now.description == describe(now, HS), "nothing of the reference is left in it"
        assert name_says_it(now, reference, HS) and not what_is_done(now, reference, HS)
        # The note lists the levers below: they are not said twice.
        assert words_beside_levers(now, HS) == ""
        more = Scenario.from_dict({**now.to_dict(), "levers": FULL.to_dict()["levers"]})
        assert _followed(more, now, reference).name == title(more, HS)
        bare = Scenario.from_dict({**now.to_dict(), "levers": []})
        assert _followed(bare, now, reference) == reference
        assumed = Scenario.from_dict({**reference.to_dict(), "parameters": {"eta": 1.2}})
        assert says_changed(_followed(assumed, reference, reference).name)


def test_an_own_name_leaves_to_be_said_what_is_done() -> None:
    changed = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
    assert what_is_done(changed, FULL, HS) == "", "its name says it"
    mine = _followed(changed.model_copy(update={"name": "Plan B"}), changed, FULL)
    assert what_is_done(mine, FULL, HS) == changed.name
    assert what_is_done(FULL, FULL, HS) == FULL.description, "bundled names say little"
    unsaid = FUND.model_copy(update={"name": "Plan C", "description": ""})
    assert what_is_done(unsaid, unsaid, HS).startswith("A fund of US$ 2 bn")
    with language("ja"):
        assert "非関税障壁" in what_is_done(FULL, FULL, HS)


def test_a_computed_percentage_is_rounded_in_words_and_kept_by_the_scenario() -> None:
    changed = _followed(_with(FULL, "ntb", relief_percent=24.7796), FULL, FULL)
    assert "24.8 %" in changed.name and "24.8 %" in changed.description
    assert "24.7796" in str(changed.to_dict()["levers"])
    again = _followed(_with(changed, "ntb", relief_percent=24.7801), changed, FULL)
    assert again.name == changed.name
    assert _followed(_with(again, "ntb", relief_percent=40.0), again, FULL) == FULL
    assert [number_in_words(one) for one in (2.25, 100 * 0.333, 12.5)] == ["2.25", "33.3", "12.5"]


def test_changed_assumptions_are_in_name_and_words() -> None:
    assumed = Scenario.from_dict({**FULL.to_dict(), "parameters": {"eta": 1.2}})
    now = _followed(assumed, FULL, FULL)
    assert now.name == "Full package, other assumptions"
    words = "How demand answers prices (elasticity of demand): 1.2"
    assert f"Assumptions changed: {words}." in now.description, "in words, not by codes"


def test_finer_products_are_no_other_assumption() -> None:
    finer = Scenario.from_dict({**FULL.to_dict(), "level": "hs6"})
    now = _followed(finer, FULL, FULL)
    assert now.name == "Full package, other detail of products"
    assumed = Scenario.from_dict({**now.to_dict(), "parameters": {"eta": 1.2}})
    assert _followed(assumed, now, FULL).name == "Full package, other assumptions"


def test_beside_the_levers_only_the_origin_is_said() -> None:
    changed = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
    assert words_beside_levers(changed, HS) == "Changed from “Full package”."
    assert words_beside_levers(FULL, HS) == FULL.description


@pytest.mark.parametrize("number", [0, 1, 3, 12])
def test_any_number_of_levers_has_a_name_a_file_may_have(number: int) -> None:
    levers = [
        {
            "ntb": {"importer": "JPN", "select": {"hs": [hs]}, "type": "all", "relief_percent": 10}
            | {"start": "2026-27"}
        }
        for hs in HS.chapters[:number]
    ]
    scenario = Scenario.from_dict({"name": "x", "levers": levers})
    name = title(scenario, HS)
    assert Scenario.from_dict({"name": name}).name == name and len(name) <= 160
    assert ("4 more levers" in describe(scenario, HS)) == (number == 12)


def test_how_fine_a_market_is_belongs_to_the_words() -> None:
    plain = Scenario.reference()
    assert detail_in_words(plain) is None
    fine = plain.model_copy(update={"level": "hs4", "refine": ("64", "87")})
    assert detail_in_words(fine) == "headings of chapters 64, 87"
    assert assumptions_in_words(fine) == ("Markets are headings of chapters 64, 87.",)
    assert detail_in_words(plain.model_copy(update={"refine": ("87",)})) is not None


def test_changed_assumptions_are_said_in_words_with_their_units() -> None:
    name = "nu_process_jpn_01_05"
    row = {"name": name, "parameter": "nu_process", "importer": "JPN", "exporter": "", "window": ""}
    row |= {"hs": "01-05", "unit": "AVE", "value": 0.05}
    changed = Scenario.reference().model_copy(update={"parameters": FrozenMapping({name: 0.15})})
    [said] = assumptions_in_words(changed, {name: row})
    assert said.startswith("1 assumption changed: ")
    assert said.endswith(", Japan, chapters 01-05: 15 % (5 % in the figures).")
    with language("ja"):
        said = " ".join(
            (*assumptions_in_words(changed, {name: row}), *assumptions_in_words(changed))
        )
    assert "：15％（データでは5％）" in said and "nu_" not in said


def test_a_name_is_made_in_the_readers_language_and_recognised_in_all() -> None:
    with language("ja"):
        changed = _followed(_with(FUND, "fund", usd_bn=1.0), FUND, FUND)
        assert changed.name == title(changed, HS, FUND)
        assert changed.name.startswith("2026年度から5年間、10億ドルの基金（")
        more = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
        assert "、変更点：" in more.name
    # On an English page the names that were made follow the levers in English, and come back.
    again = _followed(_with(changed, "fund", usd_bn=3.0), changed, FUND)
    assert again.name.startswith("A fund of US$ 3 bn")
    assert _followed(_with(more, "ntb", relief_percent=40.0), more, FULL) == FULL
    assert words_beside_levers(more, HS) == more.description.partition("。")[0] + "。"


def test_what_was_made_in_one_language_is_made_anew_in_another() -> None:
    with language("ja"):
        fund = _followed(_with(FUND, "fund", usd_bn=1.0), FUND, FUND)
        more = _followed(_with(FULL, "ntb", relief_percent=60.0), FULL, FULL)
    for japanese, origin in ((fund, FUND), (more, FULL)):
        english = said_anew(japanese, origin, HS)
        assert english.name == title(japanese, HS, origin)
        assert english.description == describe(japanese, HS, origin)
        assert english.name.isascii() and said_anew(english, origin, HS) is english
        with language("ja"):
            assert said_anew(english, origin, HS) == japanese
    # What it was changed from is said anew as well, be it bundled or named after its levers.
    bundled = FULL.model_copy(update={"name": "総合パッケージ"})
    for origin in (bundled, fund):
        edited = _followed(_with(origin, "fund", years=7, usd_bn=4.0), origin, origin)
        assert edited.name.isascii() and edited.description.replace("“", "").split("”")[0].isascii()
    assert said_anew(FUND, FUND, HS) is FUND


def test_a_name_of_the_users_is_not_translated() -> None:
    mine = FUND.model_copy(update={"name": "Fund"})
    with language("ja"):
        assert title(mine, HS, mine) == "Fund"
    own = _with(mine, "fund", usd_bn=1.0)
    assert said_anew(own, FUND, HS).name == "Fund"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Full package, changed: without a fund", True),
        ("総合パッケージ、変更点：基金なし", True),
        ("総合パッケージ（前提を変更）", True),
        ("Full package", False),
        ("総合パッケージ", False),
    ],
)
def test_a_name_says_in_any_language_that_it_was_changed(name: str, says: bool) -> None:
    assert says_changed(name) is says
