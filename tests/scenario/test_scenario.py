"""Scenario files: what they may say, and what is said about files that are wrong."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cepasim.core.fiscal_year import FiscalYear, fiscal_years
from cepasim.core.immutable import FrozenMapping
from cepasim.core.problems import InputError, Problem
from cepasim.core.yaml_lines import path_steps, path_text
from cepasim.economy.market import BARRIER_TYPES
from cepasim.levers.cuts import Cut
from cepasim.levers.exchange_rate import ExchangeRateLever
from cepasim.levers.external import ExternalLever
from cepasim.levers.fields import Select
from cepasim.levers.fund import FundLever
from cepasim.levers.ntb import NtbLever
from cepasim.levers.origin import OriginLever
from cepasim.levers.sourcing import SourcingLever
from cepasim.levers.tariff import TariffLever
from cepasim.params.loading import load_parameters
from cepasim.products.classification import Classification
from cepasim.scenario.reading import MAX_BYTES
from cepasim.scenario.scenario import Scenario

PARAMS = Path(__file__).resolve().parents[2] / "params"

# The example of the interface, every line of it.
EXAMPLE = """\
name: CEPA review – mutual recognition and simpler origin rules
horizon: 2035-36
time: path               # or long_run: comparative statics on the benchmark
levers:
  - tariff: {importer: JPN, select: {section: XII}, cut: eliminate, start: 2026-27, years: 5}
  - tariff: {importer: IND, select: {hs: ["87"], category: X}, cut: {percent: 50}, \
start: 2027-28, years: 10}
  - tariff: {importer: JPN, source: CHN, select: {section: XI}, cut: {cap: 2.0}, \
start: 2028-29}     # a rival's rate; also {rate: 1.5}, {swiss: 16}
  - origin: {importer: JPN, select: {section: XI}, cost_cut_percent: 60, start: 2026-27}
  - ntb: {importer: JPN, type: [sps, tbt], select: {hs: ["03", "16"]}, relief_percent: 40, \
start: 2026-27, years: 3, also_others: false}
  - fund: {usd_bn: 2.0, windows: {labour_intensive: 0.5, sunrise: 0.5}, start: 2026-27, \
years: 5, replenish: false}
  - sourcing: {importer: JPN, from: CHN, to: IND, select: {window: labour_intensive}, \
share_percent: 5, start: 2026-27, years: 5}
  - exchange_rate: {country: IND, depreciation_percent: 3, start: 2026-27}      # real
  - external: {source: IND, select: {all: true}, cost_percent: -2, start: 2026-27}
  - external: {market: USA, tariff_on: IND, redirect_share: 0.15, start: 2025-26}
parameters: {}          # overrides by name, recorded in the result
"""


class Folder:
    """The tables of the repository, read without the checks of the parameter reader."""

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(PARAMS / f"{name}.csv", dtype=str)


HS = Classification.from_parameters(Folder())


class KnownParameters:
    """Stands for the parameter set: knows one name."""

    base_year = FiscalYear("2023-24")

    def with_overrides(self, overrides: dict[str, float]) -> KnownParameters:
        problems = [
            Problem("overrides", None, name, value, "unknown parameter; did you mean eta?")
            for name, value in overrides.items()
            if name != "eta"
        ]
        if problems:
            raise InputError(problems)
        return self


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "scenario.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems_of(folder: Path, text: str | bytes) -> tuple[Problem, ...]:
    path = write(folder, text)
    with pytest.raises(InputError) as caught:
        Scenario.read(path, HS)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return caught.value.problems


def lever_file(*levers: str, head: str = "name: test\n") -> str:
    """A file whose first lever stands on line 3 (if the head is one line)."""
    return head + "levers:\n" + "".join(f"  - {lever}\n" for lever in levers)


# -- what a file may say -------------------------------------------------------------------


def test_every_line_of_the_example_is_read(tmp_path: Path) -> None:
    scenario = Scenario.read(write(tmp_path, EXAMPLE), HS)
    assert scenario.name == "CEPA review – mutual recognition and simpler origin rules"
    assert (scenario.horizon, scenario.time) == ("2035-36", "path")
    assert dict(scenario.parameters) == {}
    footwear, cars, rival, origin, ntb, fund, sourcing, rupee, costs, third = scenario.levers
    assert footwear == TariffLever(
        importer="JPN",
        source="IND",
        select=Select({"section": "XII"}),
        cut=Cut(formula="eliminate"),
        start="2026-27",
        years=5,
    )
    assert isinstance(cars, TariffLever)
    assert (cars.importer, cars.source, cars.years) == ("IND", "JPN", 10)
    assert (cars.cut.formula, cars.cut.percent) == ("percent", 50.0)
    assert cars.select.as_spec() == {"hs": ["87"], "category": "X"}
    assert isinstance(rival, TariffLever)
    assert (rival.source, rival.cut.formula, rival.cut.percent) == ("CHN", "cap", 2.0)
    assert rival.years == 1
    assert isinstance(origin, OriginLever)
    assert (origin.source, origin.cost_cut_percent, origin.years) == ("IND", 60.0, 1)
    assert isinstance(ntb, NtbLever)
    assert (ntb.types, ntb.relief_percent, ntb.also_others) == (("sps", "tbt"), 40.0, False)
    assert isinstance(fund, FundLever)
    assert fund.windows == {"labour_intensive": 0.5, "sunrise": 0.5}
    assert (fund.usd_bn, fund.years, fund.replenish, fund.industries) == (2.0, 5, False, None)
    assert isinstance(sourcing, SourcingLever)
    assert (sourcing.from_source, sourcing.to, sourcing.share_percent) == ("CHN", "IND", 5.0)
    assert isinstance(rupee, ExchangeRateLever)
    assert (rupee.country, rupee.depreciation_percent) == ("IND", 3.0)
    assert isinstance(costs, ExternalLever)
    assert (costs.source, costs.cost_percent, costs.market) == ("IND", -2.0, None)
    assert isinstance(third, ExternalLever)
    assert (third.market, third.tariff_on, third.redirect_share) == ("USA", "IND", 0.15)
    assert third.select.as_spec() == {"all": True}
    assert scenario.levers_of(TariffLever) == (footwear, cars, rival)
    assert scenario.levers_of(FundLever) == (fund,)


def test_defaults() -> None:
    scenario = Scenario.from_dict({"name": "bare"}, HS)
    assert scenario == Scenario(name="bare")
    assert scenario.horizon == "2035-36"
    assert scenario.time == "path"
    assert scenario.levers == ()
    assert Scenario.reference().levers == ()
    assert Scenario.reference() == Scenario.from_dict(Scenario.reference().to_dict(), HS)


@pytest.mark.parametrize(
    ("given_pair", "expected"),
    [
        ({"importer": "JPN"}, ("JPN", "IND")),
        ({"importer": "IND"}, ("IND", "JPN")),
        ({"source": "IND"}, ("JPN", "IND")),
        ({"source": "JPN"}, ("IND", "JPN")),
        ({"importer": "IND", "source": "KOR"}, ("IND", "KOR")),
    ],
)
def test_importer_and_source_default_to_the_pair(
    given_pair: dict[str, str], expected: tuple[str, str]
) -> None:
    body = {"select": {"hs": ["87"]}, "cut": "eliminate", "start": "2026-27", **given_pair}
    lever = Scenario.from_dict({"name": "x", "levers": [{"tariff": body}]}, HS).levers[0]
    assert isinstance(lever, TariffLever)
    assert (lever.importer, lever.source) == expected


def test_barrier_types_may_be_all_or_one() -> None:
    def types(written: object) -> tuple[str, ...]:
        body = {"importer": "JPN", "select": {"all": True}, "relief_percent": 1}
        lever = {"ntb": {**body, "type": written, "start": "2026-27"}}
        return Scenario.from_dict({"name": "x", "levers": [lever]}, HS).levers_of(NtbLever)[0].types

    assert types("all") == BARRIER_TYPES
    assert types("border") == ("border",)
    assert types(["tbt", "sps"]) == types(["sps", "tbt"]) == ("sps", "tbt")


@pytest.mark.parametrize(
    "file", sorted((PARAMS / "scenarios").glob("*.yaml")), ids=lambda p: p.stem
)
def test_bundled_scenarios_are_read(file: Path) -> None:
    scenario = Scenario.read(file, HS)
    assert Scenario.from_dict(yaml.safe_load(scenario.to_yaml()), HS) == scenario


def test_anything_in_a_scenario_is_immutable(tmp_path: Path) -> None:
    scenario = Scenario.read(write(tmp_path, EXAMPLE), HS)
    fund = scenario.levers_of(FundLever)[0]
    with pytest.raises(ValidationError, match="frozen"):
        scenario.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        fund.usd_bn = 3.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        fund.windows["sunrise"] = 1.0  # type: ignore[index]
    spec = scenario.levers_of(TariffLever)[1].select.as_spec()
    spec["hs"].append("88")
    assert scenario.levers_of(TariffLever)[1].select.as_spec()["hs"] == ["87"]
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert {scenario: 1}[again] == 1


def test_frozen_mappings_compare_and_hash_by_content() -> None:
    one, other = FrozenMapping({"a": [1], "b": {"c": 2}}), FrozenMapping({"b": {"c": 2}, "a": (1,)})
    assert one == other
    assert hash(one) == hash(other)
    assert "b" in repr(one)


# -- what is wrong with a lever ------------------------------------------------------------

TARIFF = "tariff: {importer: JPN, select: {hs: ['64']}, cut: eliminate, start: 2026-27}"
NTB = "ntb: {importer: JPN, type: [sps], select: {hs: ['03']}, relief_percent: 4, start: 2026-27}"
ORIGIN = "origin: {importer: JPN, select: {hs: ['61']}, cost_cut_percent: 60, start: 2026-27}"
FUND = "fund: {usd_bn: 2, windows: {sunrise: 1}, start: 2026-27, years: 5}"
SOURCING = (
    "sourcing: {importer: JPN, from: CHN, select: {hs: ['61']}, share_percent: 5, start: 2026-27}"
)
RATE = "exchange_rate: {country: IND, depreciation_percent: 3, start: 2026-27}"
COSTS = "external: {source: IND, cost_percent: -2, start: 2026-27}"
THIRD = "external: {market: USA, tariff_on: IND, redirect_share: 0.15, start: 2025-26}"


def swap(lever: str, old: str, new: str) -> str:
    assert old in lever
    return lever.replace(old, new)


@pytest.mark.parametrize(
    "lever",
    [TARIFF, NTB, ORIGIN, FUND, SOURCING, RATE, COSTS, THIRD],
    ids=lambda x: x.split(":")[0],
)
def test_the_levers_below_are_right_until_changed(tmp_path: Path, lever: str) -> None:
    assert len(Scenario.read(write(tmp_path, lever_file(lever)), HS).levers) == 1


@pytest.mark.parametrize(
    ("lever", "field", "value", "said"),
    [
        # percentages and other numbers
        (swap(ORIGIN, "60", "140"), "origin.cost_cut_percent", 140, "from 0 to 100"),
        (swap(ORIGIN, "60", "-1"), "origin.cost_cut_percent", -1, "from 0 to 100"),
        (swap(ORIGIN, "60", "'60'"), "origin.cost_cut_percent", "60", "a number"),
        (swap(ORIGIN, "60", "true"), "origin.cost_cut_percent", True, "a number"),
        (swap(ORIGIN, "60", ".inf"), "origin.cost_cut_percent", float("inf"), "from 0 to 100"),
        (swap(ORIGIN, "60", ""), "origin.cost_cut_percent", None, "from 0 to 100"),
        (swap(NTB, "4,", "101,"), "ntb.relief_percent", 101, "from 0 to 100"),
        (swap(SOURCING, "5,", "200,"), "sourcing.share_percent", 200, "from 0 to 100"),
        (swap(RATE, "3,", "-51,"), "exchange_rate.depreciation_percent", -51, "from -50"),
        (swap(COSTS, "-2,", "101,"), "external.cost_percent", 101, "from -50"),
        (swap(THIRD, "0.15", "1.5"), "external.redirect_share", 1.5, "from 0 to 1"),
        (swap(FUND, "bn: 2", "bn: -2"), "fund.usd_bn", -2, "US.* billion, from 0"),
        # time
        (swap(TARIFF, "2026-27", "2036-37"), "tariff.start", "2036-37", "the horizon 2035-36"),
        (swap(TARIFF, "2026-27", "2023-24"), "tariff.start", "2023-24", "from 2024-25"),
        (swap(TARIFF, "2026-27", "2026-28"), "tariff.start", "2026-28", "2026-27"),
        (swap(TARIFF, "2026-27", "2026"), "tariff.start", 2026, "such as 2026-27"),
        (swap(TARIFF, ", start: 2026-27", ""), "tariff.start", None, "such as 2026-27"),
        (swap(TARIFF, "-27}", "-27, years: 0}"), "tariff.years", 0, "from 1"),
        (swap(TARIFF, "-27}", "-27, years: 1.5}"), "tariff.years", 1.5, "whole years"),
        (swap(FUND, ", years: 5", ""), "fund.years", None, "whole years"),
        # keys
        (swap(TARIFF, "cut:", "cutt:"), "tariff.cutt", "eliminate", "did you mean cut?"),
        (swap(TARIFF, "-27}", "-27, yeers: 3}"), "tariff.yeers", 3, "did you mean years?"),
        (swap(TARIFF, "tariff:", "tarif:"), "tarif", "tarif", "did you mean tariff?"),
        # cuts
        (swap(TARIFF, "eliminate", "elimnate"), "tariff.cut", "elimnate", "did you mean elim"),
        (swap(TARIFF, "eliminate", "{percent: 140}"), "tariff.cut.percent", 140, "0 to 100"),
        (swap(TARIFF, "eliminate", "{cap: -1}"), "tariff.cut.percent", -1, "0 or more"),
        (swap(TARIFF, "eliminate", "{rate: .nan}"), "tariff.cut.percent", "nan", "0 or more"),
        (swap(TARIFF, "eliminate", "{swiss: 0}"), "tariff.cut.swiss", 0, "above 0"),
        (
            swap(TARIFF, "eliminate", "{percent: 5, cap: 2}"),
            "tariff.cut",
            {"percent": 5, "cap": 2},
            "exactly one",
        ),
        (swap(TARIFF, "eliminate", "{precent: 5}"), "tariff.cut", {"precent": 5}, "percent"),
        (swap(TARIFF, "eliminate", "50"), "tariff.cut", 50, "eliminate, {percent: 50}"),
        # codes
        (swap(TARIFF, "JPN", "JAP"), "tariff.importer", "JAP", "JPN or IND"),
        (swap(TARIFF, "importer: JPN, ", ""), "tariff.importer", None, "JPN or IND"),
        (swap(TARIFF, "JPN,", "JPN, source: CHI,"), "tariff.source", "CHI", "did you mean CHN"),
        (swap(TARIFF, "JPN,", "IND, source: KHM,"), "tariff.source", "KHM", "allowed: JPN, CHN"),
        (swap(TARIFF, "JPN,", "JPN, source: JPN,"), "tariff", "...", "must differ"),
        (swap(NTB, "JPN,", "JPN, source: CHN,"), "ntb.source", "CHN", "India and Japan only"),
        (swap(SOURCING, "CHN,", "CHN, to: VNM,"), "sourcing.to", "VNM", "IND"),
        (swap(SOURCING, "CHN,", "IND,"), "sourcing.from", "IND", "third source"),
        (swap(SOURCING, "CHN,", "CN,"), "sourcing.from", "CN", "did you mean CHN"),
        (swap(RATE, "IND", "INR"), "exchange_rate.country", "INR", "did you mean IND"),
        (swap(RATE, "IND", "USA"), "exchange_rate.country", "USA", "unit"),
        (swap(COSTS, "IND", "INDIA"), "external.source", "INDIA", "allowed: JPN"),
        (swap(THIRD, "USA", "JPN"), "external.market", "JPN", "third country"),
        (swap(THIRD, "tariff_on: IND, ", ""), "external", "...", "one of source"),
        (swap(COSTS, "source: IND", "source: IND, market: USA"), "external", "...", "one of"),
        # selections
        (swap(TARIFF, "'64'", "'77'"), "tariff.select.hs[0]", "77", "reserved"),
        (swap(TARIFF, "'64'", "64"), "tariff.select.hs[0]", 64, "quotes"),
        (swap(TARIFF, "{hs: ['64']}", "{}"), "tariff.select", {}, "empty selection"),
        (swap(TARIFF, "{hs: ['64']}", "'64'"), "tariff.select", "64", "a selection such as"),
        (swap(TARIFF, "select: {hs: ['64']}, ", ""), "tariff.select", None, "a selection"),
        (swap(TARIFF, "]}", "], category: Z}"), "tariff.select.category", "Z", "X, partial"),
        (swap(NTB, "]}", "], category: X}"), "ntb.select.category", "X", "only a tariff lever"),
        # barriers
        (swap(NTB, "[sps]", "[sps, tbb]"), "ntb.type", ["sps", "tbb"], "did you mean tbt"),
        (swap(NTB, "[sps]", "[]"), "ntb.type", [], "all, or a list"),
        (swap(NTB, "[sps]", "[sps, sps]"), "ntb.type", ["sps", "sps"], "each once"),
        (swap(NTB, "-27}", "-27, also_others: 1}"), "ntb.also_others", 1, "true or false"),
        # the fund
        (
            swap(FUND, "{sunrise: 1}", "{sunrise: 0.9}"),
            "fund.windows",
            {"sunrise": 0.9},
            "sum to 1",
        ),
        (swap(FUND, "{sunrise: 1}", "{sunrise: 2}"), "fund.windows.sunrise", 2, "from 0 to 1"),
        (swap(FUND, "{sunrise: 1}", "{sunrize: 1}"), "fund.windows.sunrize", 1, "mean sunrise"),
        (swap(FUND, "{sunrise: 1}", "{}"), "fund.windows", {}, "sum to 1"),
        (swap(FUND, "{sunrise: 1}", "1"), "fund.windows", 1, "shares by name"),
        (
            swap(FUND, "5}", "5, industries: {batery: 1}}"),
            "fund.industries.batery",
            1,
            "mean batteries",
        ),
        (
            swap(FUND, "5}", "5, industries: {wind: 0.5}}"),
            "fund.industries",
            {"wind": 0.5},
            "sum to 1 within sunrise",
        ),
        (
            swap(FUND, "5}", "5, industries: {garments: 1}}"),
            "fund.industries.garments",
            1,
            "labour_intensive gets none",
        ),
    ],
)
def test_each_error_of_a_lever_says_where_what_and_what_is_allowed(
    tmp_path: Path, lever: str, field: str, value: object, said: str
) -> None:
    found = problems_of(tmp_path, lever_file(RATE.replace("IND", "VNM"), lever))
    matching = [p for p in found if p.field == f"levers[1].{field}" and re.search(said, p.allowed)]
    assert matching, [str(problem) for problem in found]
    [problem] = matching
    assert problem.line == 4
    if value == "nan":
        assert problem.value != problem.value
    elif value != "...":
        assert problem.value == value
        assert type(problem.value) is type(value)
    # One cause, one message.
    assert len(found) == 1, [str(problem) for problem in found]


def test_lines_are_those_of_the_key_itself(tmp_path: Path) -> None:
    text = """\
name: x

levers:
  # a comment
  - tariff:
      importer: JPN
      select:
        hs:
          - '64'
          - '77'
      cut:
        percent: 140
      start: 2026-27
"""
    found = problems_of(tmp_path, text)
    assert [(p.field, p.line) for p in found] == [
        ("levers[0].tariff.select.hs[1]", 10),
        ("levers[0].tariff.cut.percent", 12),
    ]


# -- two levers on one line ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (TARIFF, swap(TARIFF, "importer: JPN", "importer: JPN, source: IND"), "64"),
        (TARIFF, swap(TARIFF, "eliminate", "{percent: 50}"), "64"),
        (ORIGIN, swap(ORIGIN, "hs: ['61']", "hs: ['61', '6109']"), "61"),
        (NTB, swap(NTB, "4,", "5,"), "03"),
        (NTB, swap(NTB, "[sps]", "[sps], also_others: true"), "03"),
        (SOURCING, swap(SOURCING, "5,", "6,"), "61"),
        (RATE, swap(RATE, "3,", "4,"), "everything"),
        (FUND, swap(FUND, "sunrise", "labour_intensive"), "everything"),
        (COSTS, swap(COSTS, "-2,", "2,"), None),
        (THIRD, swap(THIRD, "0.15", "0.2"), None),
    ],
)
def test_two_levers_of_one_type_on_the_same_products_are_refused(
    tmp_path: Path, one: str, other: str, where: str | None
) -> None:
    for first, second in ((one, other), (other, one)):
        [problem] = problems_of(tmp_path, lever_file(first, COSTS.replace("IND", "KOR"), second))
        kind = second.split(":")[0]
        assert problem.field == f"levers[2].{kind}"
        assert problem.line == 5
        assert where is None or problem.value == where
        assert f"two {kind} levers" in problem.allowed
        assert "number 1 (line 3) and number 3 (line 5) of the list" in problem.allowed
        assert "levers[" not in problem.allowed


def test_a_conflict_is_said_in_words(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, lever_file(TARIFF, swap(TARIFF, "eliminate", "{cap: 2}")))
    assert problem.allowed == (
        "two tariff levers of Japan for India, number 1 (line 3) and number 2 (line 4) of the "
        "list, choose the same products (64 Footwear): keep one of them, or let one choose "
        "fewer products, which then counts on what the two share"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NTB, swap(NTB, "[sps]", "[sps, tbt]")),
        (TARIFF, swap(TARIFF, "['64']", "['6403', '65']")),
        (TARIFF, swap(TARIFF, "'64'", "'640399015'")),
        (TARIFF, swap(TARIFF, "]}", "], category: X}")),
        (TARIFF, swap(TARIFF, "hs: ['64']", "section: XII")),
        (ORIGIN, swap(ORIGIN, "'61'", "'50-63'")),
        (SOURCING, swap(SOURCING, "'61'", "'6109'")),
        (COSTS, swap(COSTS, "-2,", "2, select: {hs: ['61']},")),
    ],
)
def test_a_narrower_lever_of_one_type_may_meet_a_broader_one(
    tmp_path: Path, one: str, other: str
) -> None:
    for levers in ((one, other), (other, one)):
        assert len(Scenario.read(write(tmp_path, lever_file(*levers)), HS).levers) == 2


def test_two_quotas_on_one_flow_are_refused(tmp_path: Path) -> None:
    quota = (
        "quota: {importer: JPN, select: {hs: ['03']}, usd_mn: 5, over_rate_percent: 50, "
        "start: 2026-27}"
    )
    [problem] = problems_of(tmp_path, lever_file(quota, swap(quota, "'03'", "'01-05'")))
    assert problem.value == "03"
    assert "two quota levers of Japan for India" in problem.allowed
    assert "a good enters under one quota" in problem.allowed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TARIFF, swap(TARIFF, "'64'", "'65'")),
        (TARIFF, swap(TARIFF, "importer: JPN", "importer: IND")),
        (TARIFF, swap(TARIFF, "importer: JPN", "importer: JPN, source: CHN")),
        (swap(TARIFF, "]}", "], category: X}"), swap(TARIFF, "]}", "], category: partial}")),
        (swap(TARIFF, "'64'", "'640399015'"), swap(TARIFF, "'64'", "'640399019'")),
        (NTB, swap(NTB, "[sps]", "[tbt, border]")),
        (NTB, swap(ORIGIN, "'61'", "'03'")),
        (SOURCING, swap(SOURCING, "CHN", "VNM")),
        (RATE, swap(RATE, "IND", "JPN")),
        (COSTS, THIRD),
        (THIRD, swap(THIRD, "tariff_on: IND", "tariff_on: JPN")),
    ],
)
def test_levers_that_do_not_meet_are_allowed(tmp_path: Path, one: str, other: str) -> None:
    assert len(Scenario.read(write(tmp_path, lever_file(one, other)), HS).levers) == 2


# -- what is wrong with a file -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "field", "said"),
    [
        ("", None, "scenario", "empty file"),
        ("# only a comment\n", None, "scenario", "empty file"),
        ("- a\n- b\n", 1, "scenario", "a mapping with name"),
        ("just words\n", 1, "scenario", "a mapping with name"),
        ("levers: []\n", 1, "name", "a name"),
        ("name: ''\n", 1, "name", "a name"),
        ("name: 7\n", 1, "name", "a name"),
        ('name: "two\\nlines"\n', 1, "name", "one line"),
        ("name: x\nhorizn: 2030-31\n", 2, "horizn", "did you mean horizon"),
        ("name: x\nhorizon: 2050-51\n", 2, "horizon", "2024-25 to 2045-46"),
        ("name: x\nhorizon: 2023-24\n", 2, "horizon", "2024-25 to 2045-46"),
        ("name: x\nhorizon: 2030-32\n", 2, "horizon", "2030-31"),
        ("name: x\ntime: short_run\n", 2, "time", "path or long_run"),
        ("name: x\ndescription: 5\n", 2, "description", "text"),
        ("name: x\nlevers: tariff\n", 2, "levers", r"\[\] for none"),
        ("name: x\nlevers:\n", 2, "levers", r"\[\] for none"),
        ("name: x\nlevers:\n  - tariff\n", 3, "levers[0]", "one lever"),
        ("name: x\nlevers:\n  - {tariff: {}, fund: {}}\n", 3, "levers[0]", "one lever"),
        ("name: x\nlevers:\n  - tariff: 5\n", 3, "levers[0].tariff", "settings of a tariff"),
        ("name: x\nparameters: [a]\n", 2, "parameters", "names to numbers"),
        ("name: x\nparameters:\n  eta: .nan\n", 3, "parameters.eta", "a number"),
        ("name: x\nparameters:\n  eta: high\n", 3, "parameters.eta", "a number"),
        ("name: x\nparameters:\n  eta: true\n", 3, "parameters.eta", "a number"),
        ("name: x\ntime: path\nname: y\n", 3, "name", "twice; the first is on line 1"),
        ("name: x\n? [a, b]\n: 1\n", 2, "file", "keys are words"),
        ("name: x\nlevers:\n\t- tariff: {}\n", 3, "file", "a tab; indent YAML with spaces"),
        ("name: x\nlevers:\t[\n", 2, "file", "valid YAML|a tab"),
        ("name: [x\n", 2, "file", "valid YAML"),
        ("name: x\n---\nname: y\n", 2, "file", "valid YAML"),
        ("name: !!python/object/apply:os.getcwd []\n", 1, "file", "lists and mappings only"),
        ("name: !!python/name:os.getcwd\n", 1, "file", "lists and mappings only"),
        ("name: 2026-13-45\n", 1, "file", "lists and mappings only"),
        ("name: &a x\ndescription: *a\n", 2, "file", "aliases"),
        ("name: " + "[" * 5000 + "\n", 1, "file", "nested far too deeply"),
        (b"name: caf\xe9\n", 1, "file", "UTF-8"),
        ("name: x\n".encode("utf-16"), 1, "file", "UTF-8"),
        ("name: x\x00y\n", None, "file", "valid YAML"),
        (b"name: x\n" + b"#" * MAX_BYTES, None, "file", "at most 1,000,000 bytes"),
    ],
)
def test_each_error_of_a_file_says_where_and_what_is_allowed(
    tmp_path: Path, text: str | bytes, line: int | None, field: str, said: str
) -> None:
    [problem] = problems_of(tmp_path, text)
    assert (problem.field, problem.line) == (field, line)
    assert re.search(said, problem.allowed), problem.allowed
    assert len(str(problem)) < 600


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Scenario.read(tmp_path / "none.yaml", HS)
    with pytest.raises(InputError, match="not a folder"):
        Scenario.read(tmp_path, HS)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + lever_file(TARIFF).replace("\n", "\r\n").encode()
    assert Scenario.read(write(tmp_path, text), HS).levers_of(TariffLever)


def test_a_start_after_the_scenarios_own_horizon_is_refused(tmp_path: Path) -> None:
    text = lever_file(swap(TARIFF, "2026-27", "2031-32"), head="name: x\nhorizon: 2030-31\n")
    [problem] = problems_of(tmp_path, text)
    assert (problem.field, problem.value, problem.line) == ("levers[0].tariff.start", "2031-32", 4)
    assert "to the horizon 2030-31" in problem.allowed
    lever = ExchangeRateLever(country="IND", depreciation_percent=1, start="2031-32")
    with pytest.raises(ValidationError, match="2030-31"):
        Scenario(name="x", horizon="2030-31", levers=(lever,))


def test_all_problems_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
name: ''
levers:
  - tariff: {importer: JP, select: {hs: ['77']}, cut: {percent: 140}, start: 2036-37, years: 0}
  - fund: {usd_bn: -2, windows: {labour: 0.5, sunrise: 0.6}, start: 2026-27}
  - origin: {importer: JPN, select: {section: XI}, cost_cut_percent: 60, start: 2026-27}
  - origin: {importer: JPN, select: {hs: ['50-63']}, cost_cut_percent: 40, start: 2026-27}
horizon: 2050-51
parameters: {eta: x}
"""
    found = problems_of(tmp_path, text)
    assert sorted({(p.line, p.field.split(".")[-1]) for p in found}) == [
        (1, "name"),
        (3, "hs[0]"),
        (3, "importer"),
        (3, "percent"),
        (3, "start"),
        (3, "years"),
        (4, "labour"),
        (4, "usd_bn"),
        (4, "windows"),
        (4, "years"),
        (6, "origin"),
        (7, "horizon"),
        (8, "eta"),
    ]
    assert [p.line for p in found] == sorted(p.line or 0 for p in found)


def test_overrides_are_checked_where_parameters_are_given(tmp_path: Path) -> None:
    text = "name: x\nparameters:\n  eta: 2\n  etta: 3\n"
    known: Any = KnownParameters()
    assert dict(Scenario.read(write(tmp_path, text), HS).parameters) == {"eta": 2.0, "etta": 3.0}
    with pytest.raises(InputError) as caught:
        Scenario.read(tmp_path / "scenario.yaml", HS, known)
    [problem] = caught.value.problems
    assert (problem.line, problem.field, problem.value) == (4, "parameters.etta", 3.0)
    assert "did you mean eta?" in problem.allowed


def test_from_dict_says_the_same_without_lines() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.from_dict({"name": "x", "levers": [{"tarif": {}}], 5: 1}, HS)
    assert {(p.file, p.line, p.field) for p in caught.value.problems} == {
        ("scenario", None, "levers[0].tarif"),
        ("scenario", None, "5"),
    }


def test_a_scenario_built_in_python_can_be_checked() -> None:
    rate = ExchangeRateLever(country="INR", depreciation_percent=1, start="2026-27")
    lever = TariffLever(
        importer="JPN",
        source="IND",
        select=Select({"hs": ["77"]}),
        cut=Cut(formula="eliminate"),
        start="2026-27",
    )
    with pytest.raises(InputError) as caught:
        Scenario(name="x", levers=(rate, lever)).check(HS)
    assert [p.field for p in caught.value.problems] == [
        "levers[0].exchange_rate.country",
        "levers[1].tariff.select.hs[0]",
    ]
    Scenario.reference().check(HS)


# -- properties ----------------------------------------------------------------------------

percent = st.floats(0, 100)
start = st.sampled_from(fiscal_years(2024, 2035))
years = st.integers(1, 50)
selects = st.one_of(
    st.lists(st.sampled_from(HS.chapters), min_size=1, max_size=3).map(lambda hs: {"hs": hs}),
    st.sampled_from([section.code for section in HS.sections]).map(lambda code: {"section": code}),
    st.sampled_from(["sunrise", "labour_intensive", "both"]).map(lambda name: {"window": name}),
    st.just({"all": True}),
)
importer = st.sampled_from(["JPN", "IND"])
cuts = st.one_of(
    st.just("eliminate"),
    st.floats(0, 100).map(lambda number: {"percent": number}),
    st.floats(0, 100).map(lambda number: {"cap": number}),
    st.floats(0, 100).map(lambda number: {"rate": number}),
    st.floats(0.001, 100).map(lambda number: {"swiss": number}),
)


def one_of_a_kind(kind: str, **settings: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({kind: st.fixed_dictionaries(settings)})


# One lever of each kind at most, so that they never meet.
packages = st.tuples(
    one_of_a_kind("tariff", importer=importer, select=selects, cut=cuts, start=start, years=years),
    one_of_a_kind(
        "origin", importer=importer, select=selects, cost_cut_percent=percent, start=start
    ),
    one_of_a_kind(
        "ntb",
        importer=importer,
        type=st.one_of(
            st.just("all"), st.lists(st.sampled_from(BARRIER_TYPES), min_size=1, unique=True)
        ),
        select=selects,
        relief_percent=percent,
        start=start,
        also_others=st.booleans(),
    ),
    one_of_a_kind(
        "fund",
        usd_bn=st.floats(0, 100),
        windows=st.floats(0, 1).map(lambda x: {"sunrise": x, "labour_intensive": 1 - x}),
        start=start,
        years=years,
        replenish=st.booleans(),
        replacement=st.booleans(),
    ),
    one_of_a_kind(
        "exchange_rate",
        country=st.sampled_from(["IND", "JPN", "CHN"]),
        depreciation_percent=st.floats(-50, 100),
        start=start,
    ),
).flatmap(lambda levers: st.permutations(levers))
documents = st.fixed_dictionaries(
    {
        "name": st.text(min_size=1, max_size=40).filter(
            lambda text: bool(text.strip()) and text.isprintable()
        ),
        "description": st.text(
            st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), include_characters="\n")
        ),
        "horizon": st.just("2035-36"),
        "time": st.sampled_from(["path", "long_run"]),
        "levers": packages,
        "parameters": st.dictionaries(
            st.text("abc_0", min_size=1), st.floats(allow_nan=False, allow_infinity=False)
        ),
    }
)


@pytest.mark.slow(seconds=1)
@settings(max_examples=30, deadline=None)
@given(documents)
def test_yaml_round_trip(document: dict[str, Any]) -> None:
    document["parameters"] = {
        name: value for name, value in document["parameters"].items() if abs(value) < 1e300
    }
    scenario = Scenario.from_dict(document, HS)
    text = scenario.to_yaml()
    again = Scenario.from_dict(yaml.safe_load(text), HS)
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert again.to_yaml() == text


@settings(max_examples=15, deadline=None)
@given(packages)
def test_the_order_of_levers_does_not_change_what_they_are(levers: list[dict[str, Any]]) -> None:
    one = Scenario.from_dict({"name": "x", "levers": levers}, HS)
    other = Scenario.from_dict({"name": "x", "levers": levers[::-1]}, HS)
    assert one.levers == other.levers[::-1]
    selected = {
        lever.kind: HS.select(lever.select.as_spec())
        for lever in one.levers
        if isinstance(lever, TariffLever | NtbLever | OriginLever)
    }
    for lever in other.levers:
        if lever.kind in selected:
            assert isinstance(lever, TariffLever | NtbLever | OriginLever)
            assert HS.select(lever.select.as_spec()) == selected[lever.kind]


def test_hs_codes_are_written_in_quotes(tmp_path: Path) -> None:
    lever = swap(TARIFF, "['64']", "['08', '64', '640399015']")
    text = Scenario.read(write(tmp_path, lever_file(lever)), HS).to_yaml()
    assert "{hs: ['08', '64', '640399015']}" in text


def test_the_bundled_parameters_are_the_default(tmp_path: Path) -> None:
    known = load_parameters()
    assert Classification.bundled() == Classification.from_parameters(known)
    path = write(tmp_path, EXAMPLE.replace("parameters: {} ", "parameters: {etta: 1} "))
    assert len(Scenario.read(path).levers) == 10
    with pytest.raises(InputError) as caught:
        Scenario.read(path, parameters=known)
    [problem] = caught.value.problems
    assert (problem.line, problem.field) == (15, "parameters.etta")


@pytest.mark.parametrize("path", [("levers", 0, "tariff", "select", "hs", 12), ("name",), ()])
def test_a_path_is_read_as_it_is_written(path: tuple[str | int, ...]) -> None:
    assert path_steps(path_text(path)) == path
