"""A schedule from a table: read, kept, sent on, and everything wrong with it said at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cepasim
from cepasim import Economy, InputError, Scenario
from cepasim.levers.every import LEVERS
from cepasim.levers.precedence import measures
from cepasim.levers.rates import line_rates
from cepasim.ui import link

YEARS = np.arange(2023, 2036)
HEAD = "name: An offer\nlevers:\n  - tariff: {importer: IND, schedule: offer.csv%s}\n"


def offered(tmp_path: Path, table: str, more: str = "", name: str = "offer.csv") -> Path:
    (tmp_path / name).write_text(table, encoding="utf-8")
    file = tmp_path / "scenario.yaml"
    file.write_text(HEAD.replace("offer.csv", name) % more, encoding="utf-8")
    return file


def rates(economy: Economy, scenario: Scenario) -> dict[str, np.ndarray]:
    """Rate over that without the lever, by line."""
    schedule = economy.markets["IND"].schedule
    [measure] = measures(economy, scenario.levers, YEARS)["IND"]
    before = schedule.line_rates("JPN", YEARS)
    after = line_rates(before, schedule.mfn, [measure.everywhere()])
    return dict(zip(schedule.lines.tolist(), after.T, strict=True))


def test_the_example_is_what_its_table_says(tmp_path: Path) -> None:
    table = "hs,cut_percent,rate,start,years\n8703,50,,2026-27,5\n87032391,,30,2028-29,\n"
    [lever] = Scenario.read(offered(tmp_path, table)).levers
    [example] = [one for one in LEVERS["tariff"].examples() if one.form == "table"]
    [same] = Scenario.from_dict({"name": "x", "levers": [{"tariff": example.settings}]}).levers
    assert lever == same
    assert example.settings["sha256"] == hashlib.sha256(table.encode()).hexdigest()


def test_the_longest_code_counts_and_each_row_has_its_years(
    economy: Economy, tmp_path: Path
) -> None:
    table = (
        "hs,rate,cut_percent,start,years\n"
        "87,,40,2026-27,1\n"
        "8703,,100,2027-28,2\n"
        "8703.23.91,30,,2028-29,1\n"
    )
    found = rates(economy, Scenario.read(offered(tmp_path, table)))
    schedule = economy.markets["IND"].schedule
    before = dict(zip(schedule.lines.tolist(), schedule.line_rates("JPN", YEARS).T, strict=True))
    one, car, parts = "87032391", "87032291", "87089900"
    np.testing.assert_allclose(found[parts][3:], 0.6 * before[parts][3:])
    np.testing.assert_allclose(found[car][3:6], before[car][3:6] * [1, 0.5, 0])
    np.testing.assert_allclose(found[one][3:6], [before[one][3], before[one][4], 0.30])
    np.testing.assert_array_equal(found["84082020"], before["84082020"])


def test_a_table_gives_what_as_many_levers_give(economy: Economy, tmp_path: Path) -> None:
    table = "hs,cut_percent,start,years\n84,30,2026-27,3\n8703,50,2027-28,5\n39,100,2026-27,1\n"
    one = cepasim.simulate(economy, Scenario.read(offered(tmp_path, table)))
    levers = [
        {
            "tariff": {
                "importer": "IND",
                "select": {"hs": [hs]},
                "cut": {"percent": cut},
                "start": start,
                "years": years,
            }
        }
        for hs, cut, start, years in (
            ("84", 30, "2026-27", 3),
            ("8703", 50, "2027-28", 5),
            ("39", 100, "2026-27", 1),
        )
    ]
    other = cepasim.simulate(economy, Scenario.from_dict({"name": "x", "levers": levers}))
    column = "imports_usd_mn"
    np.testing.assert_allclose(one.totals[column], other.totals[column], rtol=1e-12)


def test_start_and_years_may_be_the_lever_s(tmp_path: Path) -> None:
    file = offered(tmp_path, "hs,cut_percent\n87,40\n84,40\n", ", start: 2027-28, years: 5")
    [lever] = Scenario.read(file).levers
    [row] = lever.rows  # type: ignore[attr-defined]
    assert (row.hs, row.start, row.years) == (("87", "84"), "2027-28", 5)
    assert lever.start == "2027-28"


def test_a_scenario_is_whole_without_its_table(tmp_path: Path, economy: Economy) -> None:
    file = offered(tmp_path, "hs,rate,start\n87032391,30,2026-27\n")
    read = Scenario.read(file)
    (tmp_path / "offer.csv").unlink()
    file.write_text(read.to_yaml(), encoding="utf-8")
    assert Scenario.read(file) == read == Scenario.from_dict(read.to_dict())
    assert link.scenario_of(link.token_of(read)) == read
    digest = hashlib.sha256(b"hs,rate,start\n87032391,30,2026-27\n").hexdigest()
    assert digest in json.dumps(cepasim.simulate(economy, read).manifest)


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (
            "hs,rate,cut_percent,start,years\n"
            "87032391,30,,2026-27,1\n"
            "7777,,50,2026-27,1\n"
            "87,10,50,2026-27,1\n"
            "8704,,140,2026-27,1\n"
            "8705,x,,2026-27,1\n"
            "8706,,50,2026-2027,1\n"
            "8707,,50,2026-27,0\n"
            "8703.23.91,,50,2026-27,1\n",
            [
                (3, "hs", "chapter 77"),
                (4, "rate", "either rate or cut_percent"),
                (5, "cut_percent", "from 0 to 100"),
                (6, "rate", "from 0 to 1000"),
                (7, "start", "fiscal year"),
                (8, "years", "from 1 to 50"),
                (9, "hs", "stands on line 2 already"),
            ],
        ),
        ("code,rate\n87,5\n", [(1, "code", "unknown column"), (1, "hs", "a table with a heading")]),
        ("hs,start\n87,2026-27\n", [(1, "hs", "a table with a heading")]),
        ("", [(1, "hs", "a table with a heading")]),
        ("hs,cut_percent\n87,50\n", [(2, "start", "fiscal year")]),
    ],
)
def test_every_bad_row_is_named_at_once(
    tmp_path: Path, table: str, found: list[tuple[int, str, str]]
) -> None:
    file = offered(tmp_path, table)
    with pytest.raises(InputError) as caught:
        Scenario.read(file)
    mine = [p for p in caught.value.problems if p.file.endswith("offer.csv")]
    assert [(p.line, p.field) for p in mine] == [(line, field) for line, field, _ in found]
    for problem, (_, _, said) in zip(mine, found, strict=True):
        assert said in problem.allowed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.csv", "no such file beside the scenario file; did you mean"),
        ("../offer.csv", "beside the scenario file or in a folder below it"),
        ("/etc/offer.csv", "beside the scenario file or in a folder below it"),
        ("offer.xlsx", "the name of a .csv file"),
    ],
)
def test_only_a_table_beside_the_file_is_read(tmp_path: Path, name: str, said: str) -> None:
    file = offered(tmp_path, "hs,rate\n87,5\n", name="nine.csv")
    file.write_text((HEAD % "").replace("offer.csv", name), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Scenario.read(file)
    assert any(said in p.allowed and p.field.endswith("schedule") for p in caught.value.problems)


def test_a_scenario_that_is_no_file_names_no_table() -> None:
    levers: Any = [{"tariff": {"importer": "IND", "schedule": "offer.csv", "start": "2026-27"}}]
    with pytest.raises(InputError, match="here give its rows"):
        Scenario.from_dict({"name": "x", "levers": levers})


@pytest.mark.slow(seconds=3)
def test_the_work_of_reading_and_simulating_grows_with_the_lines(
    economy: Economy, tmp_path: Path, calls_of: Callable[..., int]
) -> None:
    lines = economy.markets["IND"].schedule.lines
    products = set(economy.classification.hs6)
    known = [code for code in lines.tolist() if code[:6] in products][::2][:5000]
    assert len(known) == 5000
    rows = [
        f"{code},{n % 97},{2026 + n % 5}-{27 + n % 5},{1 + n % 10}" for n, code in enumerate(known)
    ]

    def done(number: int) -> None:
        text = "hs,cut_percent,start,years\n" + "\n".join(rows[:: 5000 // number]) + "\n"
        scenario = Scenario.read(offered(tmp_path, text))
        result = cepasim.simulate(economy, scenario, attribution=False)
        assert result.totals["imports_usd_mn"].iloc[-1] > 0 and result.notes

    done(10)
    # What any run costs is taken away, so that the work of a line is seen from few lines.
    none, few, many = (calls_of(lambda n=n: done(n)) for n in (10, 250, 1000))
    assert many - none < 5 * (few - none), (none, few, many)
