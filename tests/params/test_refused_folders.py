"""A parameter folder that cannot be right is refused, by the check and by every load and run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import cepasim
from cepasim.cli.commands import app
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.params.copying import copy_tables
from cepasim.params.gather import gathered
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import bundled_directory, check_folder


def _cases() -> ModuleType:
    path = Path(__file__).parents[1] / "cases" / "params_cases.py"
    spec = importlib.util.spec_from_file_location("params_cases", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = _cases()
RUNNER = CliRunner()


@pytest.mark.parametrize(("name", "kind", "words"), CASES.CASES)
def test_it_is_refused_by_name(name: str, kind: str, words: str, tmp_path: Path) -> None:
    CASES.FOLDERS[name](tmp_path)
    with pytest.raises(InputError) as caught:
        cepasim.load(tmp_path, cache=False)
    problems = caught.value.problems
    assert kind == "refused"
    assert any(words in str(problem) for problem in problems), problems
    # One mistake: a line for each column and side, not for each row.
    assert len(problems) <= 8, problems


def test_a_product_comes_to_nothing_only_beside_others_of_another_source(tmp_path: Path) -> None:
    name = "trade/india_exports_japan_hs6"
    copy_tables([name], tmp_path)
    file = tmp_path / f"{name}.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    year = table["fiscal_year"] == table["fiscal_year"].max()
    ended = year & (table["hs6"] == "030499")
    assert ended.any() and table.loc[ended, "value"].astype(float).min() > 10
    table.loc[ended, ["value", "low", "high"]] = "0"
    table.to_csv(file, index=False)
    assert [problem.field for problem in check_folder(tmp_path)] == ["value"]
    given = table["source"].mask(year & (table["hs6"] == "640399"), "own figures: shoes.csv")
    table.assign(source=given).to_csv(file, index=False)
    assert [problem.field for problem in check_folder(tmp_path)] == ["value"]  # another chapter
    given = table["source"].mask(year & (table["hs6"] == "030617"), "own figures: fish.csv")
    table.assign(source=given).to_csv(file, index=False)
    assert check_folder(tmp_path) == []


@pytest.mark.parametrize("name", ["flows exchanged", "sigma of 10,000"])
def test_check_and_load_find_the_same(name: str, tmp_path: Path) -> None:
    CASES.FOLDERS[name](tmp_path)
    with pytest.raises(InputError) as caught:
        cepasim.load(tmp_path, cache=False)
    assert list(caught.value.problems) == check_folder(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        ["check", "{folder}"],
        ["run", "reference", "--params", "{folder}"],
        ["montecarlo", "fund-2bn", "--draws", "2", "--params", "{folder}", "--out", "{out}"],
    ],
)
@pytest.mark.parametrize("name", ["flows exchanged", "broken link", "one-row table"])
def test_every_command_refuses_it(name: str, command: list[str], tmp_path: Path) -> None:
    folder, out = tmp_path / "folder", tmp_path / "out"
    CASES.FOLDERS[name](folder)
    answer = RUNNER.invoke(app, [word.format(folder=folder, out=out) for word in command])
    assert answer.exit_code == 2
    assert re.match(r"(benchmark|elasticities)/\w+\.csv(:\d+)?: ", answer.stderr), answer.stderr
    assert "unexpected" not in answer.output and not out.exists()


# ---- what is of the user's own opinion is read


@pytest.mark.parametrize("factor", [0.85, 1.2])
@pytest.mark.parametrize("table", ["benchmark/bilateral", "benchmark/domestic"])
def test_revised_totals_are_read(table: str, factor: float, tmp_path: Path) -> None:
    CASES.changed(tmp_path, table, CASES.scaled(factor))
    before, after = load_parameters().table(table), load_parameters(tmp_path).table(table)
    assert after["value"].sum() == pytest.approx(factor * before["value"].sum())


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_totals_far_from_the_published_ones_are_refused(factor: float, tmp_path: Path) -> None:
    CASES.changed(tmp_path, "benchmark/bilateral", CASES.scaled(factor))
    found = [str(problem) for problem in check_folder(tmp_path)]
    assert len(found) == 2 and all("Table 1.2" in line for line in found)


@pytest.mark.slow(seconds=0.7)
def test_a_parameter_may_be_split_by_scope_or_joined(tmp_path: Path) -> None:
    def only_all(cells: pd.DataFrame) -> pd.DataFrame:
        return cells[cells["name"] != "eta_food_medicine"]

    CASES.changed(tmp_path, "elasticities/demand_supply", only_all)
    assert cepasim.load(tmp_path).markets["JPN"].eta.tolist() == [1.0] * 98


# ---- many problems told as few


def test_problems_of_one_column_are_told_in_one_line() -> None:
    many = [Problem("a.csv", n, "value", f"{n}", f"at most {n}") for n in range(2, 3386)]
    [told] = gathered(many)
    assert (told.line, told.value) == (2, "2")
    assert told.allowed == "at most 2 (3,384 such rows, next on lines 3, 4, 5)"
    assert gathered(many[:3]) == many[:3]


def test_twenty_lines_of_a_kind_then_how_many_more() -> None:
    many = [Problem(f"{n:02d}.csv", 1, "grade", None, "this column") for n in range(30)]
    told = gathered(many)
    assert len(told) == 21
    assert told[-1].allowed == "and 10 more of the kind"


# ---- copies to change


def test_a_copy_changes_nothing_until_it_is_changed(tmp_path: Path) -> None:
    answer = RUNNER.invoke(app, ["params", "copy", "elasticities/armington", str(tmp_path)])
    assert answer.exit_code == 0
    assert load_parameters(tmp_path).digest == load_parameters().digest
    again = RUNNER.invoke(app, ["params", "copy", "elasticities/armington", str(tmp_path)])
    assert again.exit_code == 2
    assert "it would be overwritten" in again.stderr


@pytest.mark.parametrize("name", ["elasticities/armingto", "", "../tables", "scenarios"])
def test_what_is_no_table_is_not_copied(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a bundled table such as"):
        copy_tables([name, "macro/growth"], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_of_tables_is_copied_at_once(tmp_path: Path) -> None:
    copied = copy_tables(["macro"], tmp_path)
    assert {path.name for path in copied} >= {"freight.csv", "growth.csv"}


# ---- bounds


@pytest.mark.parametrize("value", [100.5, 10_000, 1e300])
def test_an_elasticity_beyond_all_evidence_is_refused(value: float) -> None:
    with pytest.raises(InputError, match=r"sigma_import_03: .*a number above 0, 100 or less"):
        load_parameters().with_overrides({"sigma_import_03": value})


def test_every_bound_of_the_dictionary_has_a_reason_and_holds_for_the_bundled_tables() -> None:
    parameters = load_parameters()
    assert all(len(size.reason) > 5 for size in parameters.dictionary.sizes)
    assert all(len(bound.reason) > 20 for bound in parameters.dictionary.bounds.values())
    units = dict(parameters.dictionary.units)
    for column in ("low", "value", "high"):
        for unit, value in parameters.rows[["unit", column]].itertuples(index=False):
            assert units[unit].allows(value), (unit, value)


@pytest.mark.parametrize("wrong", [3, True, ["a"], "", b"x"])
def test_load_takes_a_path(wrong: object) -> None:
    with pytest.raises(InputError, match="load: directory: .*a path of a parameter folder"):
        cepasim.load(wrong)  # type: ignore[arg-type]


# ---- whatever is done to a table


TABLES = [
    "benchmark/bilateral",
    "benchmark/domestic",
    "benchmark/japan_imports",
    "benchmark/india_imports",
    "elasticities/armington",
    "elasticities/demand_supply",
    "macro/freight",
    "macro/growth",
    "ntb/ave",
    "trade/india_exports_japan_hs6",
]
COLUMNS = ["value", "low", "high"]


@st.composite
def spoilt(draw: st.DrawFn, cells: pd.DataFrame) -> pd.DataFrame:
    """A table after one random slip."""
    slip = draw(st.sampled_from(["scale", "drop", "exchange", "year", "unit", "garbage", "repeat"]))
    if slip == "scale":
        return CASES.scaled(10.0 ** draw(st.integers(-6, 6)), *COLUMNS)(cells)
    if slip == "drop":
        share = draw(st.floats(0.0, 0.99))
        return cells.sample(frac=1 - share, random_state=draw(st.integers(0, 99))).sort_index()
    if slip == "exchange":
        column = draw(st.sampled_from([c for c in cells if c not in COLUMNS]))
        labels = sorted(set(cells[column]))
        one, other = draw(st.sampled_from(labels)), draw(st.sampled_from(labels))
        return CASES.exchanged(column, one, other)(cells)
    if slip == "year":
        return cells.assign(year=draw(st.sampled_from(["2024-25", "2023-25", "soon", "", "2019"])))
    if slip == "unit":
        return cells.assign(unit=draw(st.sampled_from(["days", "percent", "share", "", "x" * 99])))
    if slip == "repeat":
        return pd.concat([cells, cells.iloc[: draw(st.integers(1, 9))]])
    column, row = draw(st.sampled_from(list(cells))), draw(st.integers(0, len(cells) - 1))
    text = draw(st.sampled_from(["", "nan", "1e400", "-1", "1,5", "=A1", "\u0000", "'", "٣", "77"]))
    cells.iloc[row, cells.columns.get_loc(column)] = text
    return cells


@pytest.mark.slow(seconds=10)
@given(data=st.data(), table=st.sampled_from(TABLES))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_no_slip_gives_a_traceback_or_another_size(
    data: st.DataObject, table: str, economy: Economy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    cells = pd.read_csv(bundled_directory() / f"{table}.csv", dtype=str, keep_default_na=False)
    after = data.draw(spoilt(cells))
    CASES.changed(folder, table, lambda _: after)
    try:
        spoiled = cepasim.load(folder, cache=False)
    except InputError as error:
        assert 1 <= len(error.problems) <= 60
        assert all(problem.file and problem.allowed for problem in error.problems)
        return
    for importer, market in spoiled.markets.items():
        other = economy.markets[importer]
        assert market.chapters == other.chapters and market.exporters == other.exporters
        for one, two in ((market.cif, other.cif), (market.domestic, other.domestic)):
            assert 0.09 <= one.sum() / two.sum() <= 11
        for name in ("sigma_import", "sigma_domestic", "eta", "barrier_total"):
            before, now = getattr(other, name), getattr(market, name)
            assert 0.09 <= now.mean() / before.mean() <= 11, name
