"""Tables, sums, explanations and files of a result."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cepasim.core.problems import InputError
from cepasim.report.headline import weighed_notes
from cepasim.result import Result
from cepasim.tables.names import LEVELS
from cepasim.tables.schema import COLUMNS, empty_table
from cepasim.tables.sums import percent_change

YEAR = "2027-28"
FRAMES = tuple(COLUMNS)
Make = Callable[..., Result]


# --- what it holds ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMES)
def test_columns_are_those_promised(result: Result, name: str) -> None:
    columns = tuple(getattr(result, name).columns)
    assert columns[: len(COLUMNS[name])] == COLUMNS[name]


@pytest.mark.parametrize("name", [name for name in FRAMES if COLUMNS[name]])
def test_a_missing_column_is_refused(make_result: Make, result: Result, name: str) -> None:
    short = getattr(result, name).drop(columns=COLUMNS[name][-1])
    with pytest.raises(ValueError, match=f"{name}: columns"):
        make_result(**{name: short})


def test_further_columns_are_kept(make_result: Make, result: Result) -> None:
    wider = result.totals.assign(consumer_surplus_usd_mn=1.0)
    assert "consumer_surplus_usd_mn" in make_result(totals=wider).totals


@pytest.mark.parametrize("name", FRAMES)
def test_tables_come_as_copies(result: Result, name: str) -> None:
    before = getattr(result, name)
    changed = getattr(result, name)
    for column in changed.columns:
        changed[column] = 0
    pd.testing.assert_frame_equal(getattr(result, name), before)


def test_the_tables_given_are_not_shared(make_result: Make, result: Result) -> None:
    given = result.sectors
    made = make_result(sectors=given)
    given.loc[:, "scenario_usd_mn"] = -1.0
    pd.testing.assert_frame_equal(made.sectors, result.sectors)


def test_a_result_does_not_change(result: Result) -> None:
    with pytest.raises(AttributeError, match="does not change"):
        result.engine = "smart"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="does not change"):
        del result._totals
    result.manifest["engine"] = "smart"
    assert result.manifest["engine"] == "armington"


def test_results_are_equal_by_content(make_result: Make, result: Result) -> None:
    assert result == make_result()
    assert result != make_result(engine="smart")
    assert result != make_result(notes=())
    moved = result.sectors
    moved.loc[0, "scenario_usd_mn"] += 1e-9
    assert result != make_result(sectors=moved)
    assert result != "result"


def test_a_result_can_be_pickled(result: Result) -> None:
    back = pickle.loads(pickle.dumps(result))
    assert back == result
    assert back.manifest == result.manifest
    assert back.explain("export", "64", YEAR).text == result.explain("export", "64", YEAR).text


def test_repr_says_what_came_out(result: Result, make_result: Make) -> None:
    assert repr(result) == (
        "<Result 'Hand-made', engine armington: balance in 2027-28 -4.03 US$ bn, "
        "+0.030 against the reference>"
    )
    assert "no years" in repr(make_result(totals=empty_table("totals")))


# --- sums by sector ---------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_adds_up_to_the_total(result: Result, level: str) -> None:
    money = ["baseline_usd_mn", "scenario_usd_mn", "change_usd_mn"]
    sums = result.by(level).groupby(["fiscal_year", "flow"])[money].sum()
    expected = result.sectors.groupby(["fiscal_year", "flow"])[money].sum()
    pd.testing.assert_frame_equal(sums, expected, rtol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_every_balance_adds_up_to_the_totals(result: Result, level: str) -> None:
    sums = result.balance(level).groupby("fiscal_year").sum(numeric_only=True)
    totals = result.totals.set_index("fiscal_year")
    for column in (
        "exports_usd_mn",
        "imports_usd_mn",
        "balance_usd_mn",
        "baseline_balance_usd_mn",
        "change_in_balance_usd_mn",
    ):
        np.testing.assert_allclose(sums[column], totals[column], rtol=1e-12)


def test_sections_hold_their_chapters(result: Result) -> None:
    frame = result.by("section", YEAR).set_index(["flow", "section"])
    assert frame.loc[("export", "XII"), "scenario_usd_mn"] == 62.25
    assert frame.loc[("export", "XII"), "change_pct"] == pytest.approx(24.5)
    assert frame.loc[("import", "none"), "baseline_usd_mn"] == 3.0
    assert frame.loc[("import", "none"), "name"] == "Chapters 98 and 99"


def test_sections_stand_in_their_order(result: Result) -> None:
    assert list(result.balance("section", YEAR)["section"]) == [
        "I",
        "XI",
        "XII",
        "XVI",
        "XVII",
        "none",
    ]


def test_a_chapter_stands_in_one_window_only(result: Result) -> None:
    frame = result.balance("window", YEAR)
    assert set(frame["window"]) <= {"labour_intensive", "sunrise", "shared", "outside"}
    assert frame["window"].is_unique
    labour = frame.set_index("window").loc["labour_intensive"]
    assert labour["exports_usd_mn"] >= 162.25  # clothing and footwear are in it
    assert labour["name"] == "Labour-intensive window"


def test_what_had_no_trade_has_no_percentage(result: Result) -> None:
    chapters = result.by("chapter", YEAR).set_index(["flow", "hs"])["change_pct"]
    assert np.isnan(chapters["export", "98"])  # from nothing to 2.5
    assert chapters["export", "99"] == 0.0  # nothing stays nothing
    values = percent_change(np.array([0.0, 0.0, 50.0]), np.array([0.0, 1.0, -5.0]))
    np.testing.assert_array_equal(values, [0.0, np.nan, -10.0])


def test_a_flow_that_is_missing_counts_as_zero(result: Result) -> None:
    cars = result.balance("chapter", YEAR).set_index("hs").loc["87"]
    assert cars["exports_usd_mn"] == 0.0
    assert cars["change_in_exports_pct"] == 0.0
    assert cars["balance_usd_mn"] == -905.0


def test_the_grade_is_the_worst_that_trades(result: Result, make_result: Make) -> None:
    grades = result.balance("section", YEAR).set_index("section")["grade"]
    assert grades["XVI"] == "C"
    assert grades["XI"] == "D"  # exports A, imports D
    assert pd.isna(result.by("chapter", YEAR).set_index(["flow", "hs"]).loc[("export", "99")].grade)
    plain = make_result(sectors=result.sectors.drop(columns="grade"))
    assert "grade" not in plain.by("section")
    assert "grade" not in plain.balance("section")


@pytest.mark.parametrize(
    ("level", "year", "message"),
    [
        (
            "heading",
            YEAR,
            "level: 'heading'; allowed: one of product, chapter, section, window, total",
        ),
        ("section", "2050-51", "fiscal_year: '2050-51'; allowed: one of 2026-27, 2027-28"),
    ],
)
def test_unknown_levels_and_years_are_refused(
    result: Result, level: str, year: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        result.by(level, year)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=message):
        result.balance(level, year)  # type: ignore[arg-type]


def test_empty_tables_have_the_columns_and_types() -> None:
    frame = empty_table("contributions")
    assert tuple(frame.columns) == COLUMNS["contributions"]
    assert len(frame) == 0
    assert frame["balance_usd_mn"].dtype == "float64"


# --- why --------------------------------------------------------------------------------------


def test_an_explanation_has_words_and_numbers(result: Result) -> None:
    told = result.explain("export", "64", YEAR)
    assert str(told).splitlines() == [
        "India's exports to Japan, 64 Footwear, 2027-28: 50 in the reference, 62.25 in the "
        "scenario, change +12.25 US$ million",
        "1. benchmark: 50 US$ million [grade A, Ministry of Commerce]",
        "2. tariff of the scenario: free; export of 64 in 2027-28",
    ]
    assert list(told.table["step"]) == ["benchmark", "tariff of the scenario"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (("exports", "64", YEAR), "flow: 'exports'; allowed: one of export, import"),
        (("export", "77", YEAR), "hs: '77'; allowed: a code of the result"),
        (("export", "3", YEAR), "hs: '3'.*did you mean 03"),
        (("export", "6403", YEAR), "use 64"),
        (("export", "64", 2030), "as text"),
        (("export", "64", "2019-20"), "fiscal_year: '2019-20'"),
    ],
)
def test_a_cell_that_is_not_there_cannot_be_explained(
    result: Result, cell: tuple[str, str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        result.explain(*cell)


def test_a_missing_or_short_chain_is_said(make_result: Make) -> None:
    with pytest.raises(ValueError, match="without the chain"):
        make_result(chain=None).explain("export", "64", YEAR)
    short = make_result(chain=lambda *_: pd.DataFrame({"step": ["a"]}))
    with pytest.raises(ValueError, match="'value', 'unit'"):
        short.explain("export", "64", YEAR)


# --- files ------------------------------------------------------------------------------------


def test_csv_gives_every_figure_back(result: Result, tmp_path: Path) -> None:
    result.to_csv(tmp_path / "out", by="section")
    for name in ("totals", "sectors", "by_section", "displacement"):
        frame = result.frames(by="section")[name]
        # Before 3.1 pandas reads the last digit of a number only when asked to.
        back = pd.read_csv(
            tmp_path / "out" / f"{name}.csv", dtype={"hs": str}, float_precision="round_trip"
        )
        pd.testing.assert_frame_equal(back, frame, check_exact=True, obj=name)
    header = (tmp_path / "out" / "contributions.csv").read_text()
    assert header == ",".join(COLUMNS["contributions"]) + "\n"
    assert (tmp_path / "out" / "scenario.yaml").read_text() == result.scenario.to_yaml()
    assert (tmp_path / "out" / "notes.txt").read_text().startswith("clothing: ")


def test_parquet_gives_every_figure_back(result: Result, tmp_path: Path) -> None:
    result.to_parquet(tmp_path / "out")
    for name, frame in result.frames().items():
        back = pd.read_parquet(tmp_path / "out" / f"{name}.parquet")
        pd.testing.assert_frame_equal(back, frame, check_exact=True)


def test_json_gives_every_figure_back(result: Result, tmp_path: Path) -> None:
    result.to_json(tmp_path / "r.json", by="window")
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["name"] == "Hand-made"
    assert document["notes"] == list(result.notes)
    assert document["manifest"]["scenario"] == result.scenario.to_yaml()
    assert "by_window" in document
    back = pd.DataFrame(document["sectors"])
    pd.testing.assert_frame_equal(back, result.sectors, check_exact=True)


def test_a_workbook_has_a_sheet_for_everything(result: Result, tmp_path: Path) -> None:
    result.to_excel(tmp_path / "r.xlsx", by="section")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == [
        *("In words", "totals", "sectors", "by_section", "displacement", "contributions"),
        *("basket", "diagnostics"),
        *("notes", "scenario", "manifest"),
    ]
    assert book["sectors"].max_row == 1 + len(result.sectors)
    assert book["totals"]["B2"].value == result.totals["exports_usd_mn"][0]
    assert book["notes"]["A2"].value == weighed_notes(result)[0]
    items = {row[0].value: row[1].value for row in book["manifest"].iter_rows(min_row=2)}
    assert items["engine"] == "armington"
    assert json.loads(items["packages"]).keys() == result.manifest["packages"].keys()


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet", "xlsx"])
def test_a_folder_carries_its_manifest_and_the_same_bytes(
    result: Result, tmp_path: Path, file_format: str
) -> None:
    for name in ("a", "b"):
        result.to_folder(tmp_path / name, file_format, by="section", options={"by": "section"})
    written = json.loads((tmp_path / "a" / "manifest.json").read_text())
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert set(written["files"]) == set(files) - {"manifest.json"}
    assert written["options"]["by"] == "section"
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}


@pytest.mark.parametrize("name", ["r.xlsx", "r.json"])
def test_a_single_file_has_its_manifest_beside_it(
    result: Result, tmp_path: Path, name: str
) -> None:
    getattr(result, "to_excel" if name.endswith("xlsx") else "to_json")(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}.manifest.json"]
    beside = json.loads((tmp_path / f"{name}.manifest.json").read_text())
    assert list(beside["files"]) == [name]


def test_a_failure_midway_leaves_nothing(make_result: Make, result: Result, tmp_path: Path) -> None:
    infinite = result.totals
    infinite.loc[0, "exports_usd_mn"] = float("inf")
    broken = make_result(totals=infinite)
    with pytest.raises(ValueError, match="not JSON compliant"):
        broken.to_folder(tmp_path / "out", "json")
    with pytest.raises(ValueError, match="not JSON compliant"):
        broken.to_json(tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []
