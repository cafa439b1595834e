"""The parameter folder is complete, its checks find what is wrong, its reader picks right."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim.core.problems import InputError, Problem
from cepasim.params import loading
from cepasim.params.dictionary import DICTIONARY_FILE, read_dictionary
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters, bundled_directory, check_folder
from cepasim.params.schema import GRADES, Column, chapters_of
from cepasim.params.tables import read_table

CHAPTERS = tuple(f"{number:02d}" for number in range(1, 100) if number != 77)
FREIGHT = "macro/freight.csv"
BILATERAL = "history/bilateral.csv"


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture(scope="module")
def long(parameters: Parameters) -> pd.DataFrame:
    return parameters.long()


# ---- the bundled folder


def test_bundled_folder_has_no_problem() -> None:
    assert [str(problem) for problem in check_folder(bundled_directory())] == []


def test_every_figure_is_complete(long: pd.DataFrame) -> None:
    assert len(long) > 100_000
    assert not long.isna().any().any()
    for column in ("key", "unit", "source", "year", "grade"):
        assert (long[column].astype(str).str.strip() != "").all(), column
    assert set(long["grade"]) <= set(GRADES)


def test_every_figure_lies_in_its_range(long: pd.DataFrame) -> None:
    outside = long[(long["low"] > long["value"]) | (long["high"] < long["value"])]
    assert outside.empty, outside.head()


def test_every_figure_has_one_key(long: pd.DataFrame) -> None:
    assert not long.duplicated(["table", "key"]).any()


def test_every_assumption_has_a_range(parameters: Parameters) -> None:
    """A figure nobody has measured has a range, except counts of legal steps."""
    for name, table in parameters.dictionary.tables.items():
        if table.form == "parameter":
            rows = parameters.table(name)
            bare = rows[(rows["grade"] == "D") & (rows["low"] == rows["high"])]
            assert set(bare["unit"]) <= {"steps"}, bare["name"].tolist()
            assert (rows["note"].str.len() > 10).all()


def test_figures_that_other_pages_quote(parameters: Parameters) -> None:
    totals = parameters.table("history/totals").set_index(["fiscal_year", "measure"])["value"]
    assert totals["2023-24", "exports_to_japan"] == 5.15
    assert totals["2023-24", "imports_from_japan"] == 17.69
    assert totals["2024-25", "total"] == 25.17
    assert parameters.value("lag_first_year") == 0.38
    assert parameters.value("roll_back_share_chn") == 0.5
    assert len(parameters.table("tariffs/japan_lines")) == 9653


def test_shares_add_up_to_one(parameters: Parameters) -> None:
    for name in ("input_content_chapter_share", "capital_goods_chapter_share"):
        assert parameters.by_chapter(name, CHAPTERS).sum() == pytest.approx(1.0, abs=1e-9)


def test_import_content_is_of_the_size_of_the_input_output_tables(parameters: Parameters) -> None:
    content = parameters.by_chapter("input_content", CHAPTERS)
    assert content.min() > 0
    assert content.max() < 0.03
    assert 0.001 < np.median(content) < 0.01
    rows = parameters.table("fund/import_content")
    assert (rows["high"] <= 0.03 * (rows["parameter"] == "input_content") + 1.0).all()


def test_official_counts_of_trade_meet_table_1_2(parameters: Parameters) -> None:
    trade = parameters.table("history/bilateral")
    sums = trade.groupby(["fiscal_year", "flow"])["value"].sum() / 1000
    totals = parameters.table("history/totals").set_index(["fiscal_year", "measure"])["value"]
    for year in sorted(set(trade["fiscal_year"]) & {y for y, _ in totals.index} - {"2020-21"}):
        pairs = (("export", "exports_to_japan"), ("import", "imports_from_japan"))
        for flow, measure in pairs:
            assert sums[year, flow] == pytest.approx(totals[year, measure], rel=3e-3), (year, flow)


def test_indian_headings_are_plain_prefixes(parameters: Parameters) -> None:
    rates = parameters.table("tariffs/india_mfn_headings").set_index("hs")["value"]
    assert {len(code) for code in rates.index} == {2, 4, 6}
    assert rates["8703"] == 125
    assert rates["853641"] == rates["853649"] == 15
    assert rates["8541"] == rates["8542"] == 0
    assert rates["9001"] == rates["9006"] == 10


def test_loading_reads_the_tables_of_parameters_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def watched(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
        read.append(path)
        return read_table(path, columns)

    monkeypatch.setattr(loading, "read_table", watched)
    found = loading.load_parameters()
    tables = found.dictionary.tables
    names = [name for name, table in tables.items() if table.form == "parameter"]
    assert sorted(path.stem for path in read) == sorted(name.split("/")[-1] for name in names)


# ---- reading


def test_table_is_a_copy_with_codes_as_text(parameters: Parameters) -> None:
    table = parameters.table("tariffs/japan_lines")
    assert table["hs9"].iloc[0] == "010121100"
    assert table["mfn_pct"].dtype == np.float64
    assert table["IND"].isna().any()  # a blank rate is absent, not zero
    table["mfn_pct"] = -1.0
    assert (parameters.table("tariffs/japan_lines")["mfn_pct"] != -1.0).any()


def test_unknown_table_names_the_close_ones(parameters: Parameters) -> None:
    with pytest.raises(InputError, match="did you mean macro/freight"):
        parameters.table("macro/freigt")


def test_unknown_value_names_the_close_ones(parameters: Parameters) -> None:
    with pytest.raises(InputError, match="did you mean additionality"):
        parameters.value("aditionality")


def test_parameters_are_immutable(parameters: Parameters) -> None:
    with pytest.raises(AttributeError):
        parameters._overrides = {}  # type: ignore[misc]


def test_parameters_survive_a_pickle(parameters: Parameters) -> None:
    changed = parameters.with_overrides({"eta": 1.2})
    back = pickle.loads(pickle.dumps(changed))
    assert back.value("eta") == 1.2
    assert back.digest == changed.digest


def test_by_chapter_prefers_the_narrower_chapters(parameters: Parameters) -> None:
    eta = parameters.by_chapter("eta", ("01", "30", "62"))
    assert eta.tolist() == [0.6, 0.6, 1.0]


def test_by_chapter_prefers_the_named_pair(parameters: Parameters) -> None:
    def supply(importer: str, exporter: str, hs: str) -> float:
        return float(parameters.by_chapter("epsilon_supply", [hs], importer, exporter)[0])

    assert supply("JPN", "IND", "62") == 5
    assert supply("JPN", "IND", "27") == 10
    assert supply("IND", "JPN", "27") == 8
    assert supply("JPN", "VNM", "27") == 15


def test_by_chapter_takes_the_window(parameters: Parameters) -> None:
    for window, share in (("labour_intensive", 0.35), ("sunrise", 0.25)):
        assert parameters.by_chapter("export_share", ["62"], window=window) == share


def test_by_chapter_never_guesses(parameters: Parameters) -> None:
    with pytest.raises(InputError, match="export_share: '62'; a row for every chapter"):
        parameters.by_chapter("export_share", ["62"])
    with pytest.raises(InputError, match="did you mean sigma_import"):
        parameters.by_chapter("sigma_imports", ["62"])


def test_by_chapter_takes_longer_codes(parameters: Parameters) -> None:
    assert parameters.by_chapter("eta", ["300490", "620342"]).tolist() == [0.6, 1.0]


@pytest.mark.parametrize("name", ["sigma_import", "sigma_domestic", "input_content", "eta"])
def test_every_chapter_has_a_value(parameters: Parameters, name: str) -> None:
    assert np.isfinite(parameters.by_chapter(name, CHAPTERS)).all()


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_every_chapter_has_every_barrier(parameters: Parameters, importer: str) -> None:
    for kind in ("sps", "tbt", "process"):
        values = parameters.by_chapter(f"nu_{kind}", CHAPTERS, importer=importer)
        assert ((values >= 0) & (values < 0.3)).all()


def test_used_records_what_was_read() -> None:
    fresh = load_parameters()
    assert fresh.used == frozenset()
    fresh.value("lag_decay")
    fresh.by_chapter("eta", ["62"])
    assert fresh.used == {"lag_decay", "eta"}  # not eta_food_medicine: it decided nothing
    assert load_parameters().used == frozenset()


def test_chapters_of() -> None:
    assert chapters_of("76-78,01") == ("76", "78", "01")
    for bad in ("77", "1", "24-01", "01-77", "01,,02", "00", "100", ""):
        with pytest.raises(ValueError):
            chapters_of(bad)


# ---- overrides and the digest


def test_overrides_make_another_object(parameters: Parameters) -> None:
    changed = parameters.with_overrides({"sigma_import_87": 5, "epsilon_supply_ind_jpn": np.inf})
    assert changed.by_chapter("sigma_import", ["87"]) == 5
    assert changed.by_chapter("epsilon_supply", ["62"], "JPN", "IND") == np.inf
    rows = changed.table("elasticities/armington").set_index("name")["value"]
    assert rows["sigma_import_87"] == 5
    assert changed.overrides == {"sigma_import_87": 5.0, "epsilon_supply_ind_jpn": np.inf}
    assert parameters.value("sigma_import_87") == 6.71
    assert parameters.overrides == {}
    again = changed.with_overrides({"eta": 0.9})
    assert set(again.overrides) == {"sigma_import_87", "epsilon_supply_ind_jpn", "eta"}


def test_overrides_outside_their_range_are_said(parameters: Parameters) -> None:
    changed = parameters.with_overrides({"eta": 2.0, "additionality": 0.4})
    assert changed.outside_range == ("eta = 2 lies outside its range 0.5 to 1.5",)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"etta": 1.0}, "name: 'etta'; the name of a parameter; did you mean eta"),
        ({"additionality": 1.4}, "additionality: 1.4; a number 0 or more, 1 or less"),
        ({"sigma_import_87": 0.0}, "sigma_import_87: 0.0; a number above 0"),
        ({"eta": float("nan")}, "eta: nan; a number 0 or more"),
        ({"eta": float("inf")}, "eta: inf; a number 0 or more"),
        ({"eta": "1.0"}, "eta: '1.0'; a number 0 or more"),
        ({"eta": True}, "eta: True; a number 0 or more"),
    ],
)
def test_impossible_overrides(
    parameters: Parameters, overrides: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        parameters.with_overrides(overrides)
    assert message in str(caught.value)


def test_all_wrong_overrides_are_listed(parameters: Parameters) -> None:
    with pytest.raises(InputError) as caught:
        parameters.with_overrides({"etta": 1.0, "additionality": 2.0, "eta": 1.0})
    assert len(caught.value.problems) == 2


@pytest.mark.slow(seconds=1)
def test_digest_follows_content_and_overrides(parameters: Parameters, tmp_path: Path) -> None:
    assert parameters.digest == load_parameters().digest
    assert parameters.with_overrides({"eta": 1.2}).digest != parameters.digest
    overlay = _overlay(tmp_path, FREIGHT)
    assert load_parameters(overlay).digest == parameters.digest  # the same bytes
    _edit(overlay / FREIGHT, 2, "0.0684,0.0479,", "0.07,0.0479,")
    changed = load_parameters(overlay)
    assert changed.digest != parameters.digest
    assert changed.value("freight_insurance_ind_jpn") == 0.07
    assert changed.value("eta") == parameters.value("eta")


@pytest.mark.slow(seconds=8)
def test_complete_folder_of_the_user(tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(bundled_directory(), own)
    assert load_parameters(own).digest == load_parameters().digest
    (own / FREIGHT).unlink()
    (own / "macro" / "growth.csv").write_text("", encoding="utf-8")
    found = _messages(own)
    assert f"{FREIGHT}: file: missing; this file in a complete folder" in found
    assert any(m.startswith("macro/growth.csv:1: file: ''; at least one line") for m in found)


# ---- what the checks find


def _overlay(folder: Path, *tables: str) -> Path:
    """A folder of the user with copies of some bundled tables."""
    for table in tables:
        (folder / table).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundled_directory() / table, folder / table)
    return folder


def _edit(path: Path, line: int, old: str, new: str) -> None:
    """Replace text on one 1-based line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line - 1], lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


def _messages(folder: Path) -> list[str]:
    problems = check_folder(folder)
    assert all(isinstance(problem, Problem) for problem in problems)
    return [str(problem) for problem in problems]


BROKEN_CELLS = [
    # table, line, old, new, start of the message
    (FREIGHT, 2, ",0.0684,", ",,", f"{FREIGHT}:2: value: missing; a number"),
    (FREIGHT, 2, ",0.0684,", ",NaN,", f"{FREIGHT}:2: value: 'NaN'; a number"),
    (FREIGHT, 2, ",0.0684,", ",six,", f"{FREIGHT}:2: value: 'six'; a number"),
    (FREIGHT, 2, ",0.0684,", ",-0.0684,", f"{FREIGHT}:2: value: '-0.0684'; a number 0 or more"),
    (FREIGHT, 2, ",0.0684,", ",inf,", f"{FREIGHT}:2: value: 'inf'; a number 0 or more"),
    (FREIGHT, 2, ",0.0479,", ",0.08,", f"{FREIGHT}:2: low: '0.08'; at most the value, 0.0684"),
    (FREIGHT, 2, ",0.0923,", ",0.05,", f"{FREIGHT}:2: high: '0.05'; at least the value, 0.0684"),
    (FREIGHT, 2, ",B,", ",E,", f"{FREIGHT}:2: grade: 'E'; one of A, B, C, D"),
    (FREIGHT, 2, ",B,", ",,", f"{FREIGHT}:2: grade: missing; one of A, B, C, D"),
    (FREIGHT, 2, "share of f.o.b.", "percent", f"{FREIGHT}:2: unit: 'percent'; one of "),
    (FREIGHT, 3, "IND,JPN", "INDIA,JPN", f"{FREIGHT}:3: importer: 'INDIA'; a code of the list"),
    (FREIGHT, 3, "IND,JPN", "IND,jpn", f"{FREIGHT}:3: exporter: 'jpn'; a code of the list"),
    (FREIGHT, 2, ",IND,,", ",IND,1,", f"{FREIGHT}:2: hs: '1'; two-digit chapters"),
    (FREIGHT, 2, ",IND,,", ",IND,77,", f"{FREIGHT}:2: hs: '77'; two-digit chapters"),
    (FREIGHT, 2, ",IND,,", ",IND,24-01,", f"{FREIGHT}:2: hs: '24-01'; two-digit chapters"),
    (FREIGHT, 2, ",IND,,,", ",IND,,both,", f"{FREIGHT}:2: window: 'both'; one of labour_int"),
    (FREIGHT, 2, ",2023-24,", ",soon,", f"{FREIGHT}:2: year: 'soon'; a year"),
    (FREIGHT, 2, "freight_insurance_ind_jpn", "Freight!", f"{FREIGHT}:2: name: 'Freight!'; low"),
    (
        FREIGHT,
        4,
        "freight_insurance_others",
        "freight_insurance_ind_jpn",
        f"{FREIGHT}:4: name: 'freight_insurance_ind_jpn'; each row once (first on line 2)",
    ),
    (
        FREIGHT,
        4,
        "freight_insurance_others",
        "eta",
        f"{FREIGHT}:4: name: 'eta'; each name once (first at elasticities/demand_supply.csv:2)",
    ),
    (
        FREIGHT,
        4,
        "freight_insurance,,,",
        "freight_insurance,JPN,IND,",
        f"{FREIGHT}:4: parameter: 'freight_insurance, JPN, IND'; each scope once",
    ),
    (
        "ntb/ave.csv",
        2,
        ",0.02,0.007,",
        ",-0.02,0.007,",
        "ntb/ave.csv:2: value: '-0.02'; a number 0",
    ),
    (
        BILATERAL,
        3,
        "301.8",
        "-301.8",
        f"{BILATERAL}:3: value: '-301.8'; a number, 0 or more",
    ),
    (
        BILATERAL,
        3,
        "2010-11,export,03",
        "2010-11,export,77",
        f"{BILATERAL}:3: hs: '77'; an HS chapter of two digits, 01 to 99 without 77",
    ),
    (
        BILATERAL,
        3,
        "2010-11,export,03",
        "2010-11,export,3",
        f"{BILATERAL}:3: hs: '3'; an HS chapter of two digits",
    ),
    (
        BILATERAL,
        3,
        "2010-11,export,03",
        "2010-12,sale,03",
        'history/bilateral.csv:3: flow: \'sale\'; "export" or "import"',
    ),
    (
        BILATERAL,
        3,
        "2010-11,export,03",
        "2010-12,export,03",
        f"{BILATERAL}:3: fiscal_year: '2010-12'; a fiscal year",
    ),
    (
        BILATERAL,
        3,
        "2010-11,export,03",
        "2010-11,export,01",
        f"{BILATERAL}:3: fiscal_year, flow, hs: '2010-11 export 01'; each row once",
    ),
]


@pytest.mark.parametrize(("table", "line", "old", "new", "message"), BROKEN_CELLS)
def test_broken_cell(
    tmp_path: Path, table: str, line: int, old: str, new: str, message: str
) -> None:
    overlay = _overlay(tmp_path, table)
    _edit(overlay / table, line, old, new)
    found = _messages(overlay)
    assert any(text.startswith(message) for text in found), found


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """A quoted line break and an empty line above a row do not shift its line."""
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ',"a reason\nover two lines"'
    lines[3] = lines[3].replace("0.0665", "x", 1)
    path.write_text("\n".join([*lines[:2], "", *lines[2:]]), encoding="utf-8")
    found = _messages(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"{FREIGHT}:6: value: 'x'; a number")


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    overlay = _overlay(tmp_path, FREIGHT, "ntb/ave.csv")
    _edit(overlay / FREIGHT, 2, ",B,", ",Z,")
    _edit(overlay / FREIGHT, 3, ",0.0684,", ",,")
    _edit(overlay / "ntb/ave.csv", 2, ",AVE,", ",feet,")
    places = [message.split(": ")[0] for message in _messages(overlay)]
    assert places == [f"{FREIGHT}:2", f"{FREIGHT}:3", "ntb/ave.csv:2"]
    with pytest.raises(InputError) as caught:
        load_parameters(overlay)
    assert len(caught.value.problems) == 3


def test_missing_and_extra_column(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    _edit(path, 1, "grade", "garde")
    found = _messages(tmp_path)
    assert any(m.startswith(f"{FREIGHT}:1: grade: missing; this column") for m in found)
    assert any(f"{FREIGHT}:1: garde: 'garde'" in m and "did you mean grade" in m for m in found)


def test_column_twice(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    _edit(path, 1, "grade", "unit")
    assert f"{FREIGHT}:1: unit: 'unit'; each column once" in _messages(tmp_path)


def test_row_of_another_length(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    _edit(path, 3, "freight_insurance_jpn_ind,", "freight_insurance_jpn_ind,1,")
    found = _messages(tmp_path)
    assert any(m.startswith(f"{FREIGHT}:3: row: '15 cells'; 14 cells") for m in found)


def test_unclosed_quote(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_text(path.read_text(encoding="utf-8") + '"open', encoding="utf-8")
    assert any("well-formed CSV" in m for m in _messages(tmp_path))


def test_row_of_blanks(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_text(path.read_text(encoding="utf-8") + "," * 13 + "\n", encoding="utf-8")
    assert _messages(tmp_path) == [f"{FREIGHT}:23: row: ''; no empty rows"]


def test_header_without_rows(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0], encoding="utf-8")
    assert f"{FREIGHT}:1: file: ''; at least one row below the header" in _messages(tmp_path)


def test_empty_file(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_text("", encoding="utf-8")
    assert any(
        m.startswith(f"{FREIGHT}:1: file: ''; at least one line") for m in _messages(tmp_path)
    )


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    raw = path.read_bytes().split(b"\n")
    raw[2] = raw[2].replace(b"others", b"others") + " Fontagn\xe9".encode("latin-1")
    path.write_bytes(b"\n".join(raw))
    found = _messages(tmp_path)
    assert any(m.startswith(f"{FREIGHT}:3: encoding: b'\\xe9'; UTF-8 text") for m in found)


def test_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    """Spreadsheet programs write one."""
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert _messages(tmp_path) == []
    assert load_parameters(tmp_path).value("freight_insurance_ind_jpn") == 0.0684


def test_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    path = _overlay(tmp_path, FREIGHT) / FREIGHT
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert _messages(tmp_path) == []


def test_unknown_file_names_the_close_ones(tmp_path: Path) -> None:
    shutil.copy(bundled_directory() / FREIGHT, tmp_path / "freight.csv")
    (tmp_path / "macro").mkdir()
    shutil.copy(bundled_directory() / FREIGHT, tmp_path / "macro" / "freights.csv")
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    (tmp_path / ".hidden").write_text("mine", encoding="utf-8")
    found = _messages(tmp_path)
    assert len(found) == 2
    assert all("did you mean macro/freight.csv" in message for message in found)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    found = _messages(tmp_path / "nowhere")
    assert len(found) == 1
    assert "folder: missing; a folder with parameter tables" in found[0]


def test_empty_folder_is_a_slip_and_not_an_overlay(tmp_path: Path) -> None:
    [problem] = check_folder(tmp_path)
    assert problem.value == "no tables"
    with pytest.raises(InputError, match="at least one parameter table"):
        load_parameters(tmp_path)


def test_copied_tables_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "macro").mkdir()
    copy = (bundled_directory() / "macro" / "growth.csv").read_bytes()
    (tmp_path / "macro" / "growth.csv").write_bytes(copy)
    assert load_parameters(tmp_path).digest == load_parameters().digest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name: a\nlevers:\n\t- tariff: {}\n", "scenarios/mine.yaml:3: indentation: '\\t'; spaces"),
        ("", "scenarios/mine.yaml:1: file: ''; at least one line"),
        ("# nothing\n", "scenarios/mine.yaml:1: file: ''; a YAML document"),
        ("name: [a\n", "scenarios/mine.yaml:2: YAML: "),
        ("name: a\nname: b\n", "scenarios/mine.yaml:2: key: 'name'; each key once"),
    ],
)
def test_scenario_that_is_not_yaml(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text(content, encoding="utf-8")
    found = _messages(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(message), found


def test_dictionary_of_the_user_is_checked(tmp_path: Path) -> None:
    shutil.copy(bundled_directory() / "tables.yaml", tmp_path / "tables.yaml")
    path = tmp_path / "tables.yaml"
    text = path.read_text(encoding="utf-8")
    line = text[: text.index("    schema: parameter")].count("\n") + 1
    path.write_text(text.replace("schema: parameter", "schema: parametre", 1), encoding="utf-8")
    found = _messages(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"tables.yaml:{line}: tables.elasticities/armington.schema: 'parame")


def test_dictionary_without_a_table_of_the_program(tmp_path: Path) -> None:
    text = (bundled_directory() / "tables.yaml").read_text(encoding="utf-8")
    (tmp_path / "tables.yaml").write_text(
        text.replace("  macro/freight:", "  macro/freightage:"), encoding="utf-8"
    )
    assert (
        "tables.yaml: tables.macro/freight: missing; an entry; the program reads it"
        in _messages(tmp_path)
    )


def test_a_dictionary_is_read_once_and_again_where_its_text_is_another(tmp_path: Path) -> None:
    own = tmp_path / DICTIONARY_FILE
    own.write_bytes((bundled_directory() / DICTIONARY_FILE).read_bytes())
    bundled = read_dictionary(bundled_directory() / DICTIONARY_FILE)
    assert read_dictionary(own) is bundled
    text = own.read_text(encoding="utf-8").replace("economies:", "economies:\n  XYZ: Nowhere", 1)
    own.write_text(text, encoding="utf-8")
    assert "XYZ" in read_dictionary(own).economies and "XYZ" not in bundled.economies
