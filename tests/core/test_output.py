"""Files are written whole or not at all, and the same result gives the same bytes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cepasim.core import files as output
from cepasim.core.problems import InputError
from cepasim.core.workbook import write_workbook

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def earlier_output(folder: Path, **files: str) -> None:
    """Put an output of the program into a folder."""
    with output.replace_folder(folder) as staged:
        for name, text in files.items():
            (staged / name).write_text(text)
        output.write_manifest({"program": "cepasim"}, staged, {})


# --- one file ---------------------------------------------------------------------------------


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "a.txt"
    with output.replace_file(target) as partial:
        partial.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert names(target.parent) == ["a.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_file_killed_midway_leaves_the_old_one(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(error), output.replace_file(target) as partial:
        partial.write_text("hal")
        raise error
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_failed_file_takes_its_new_folders_with_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), output.replace_file(tmp_path / "x" / "y" / "a.txt") as part:
        part.write_text("hal")
        raise RuntimeError
    assert names(tmp_path) == []


def test_a_link_keeps_pointing_at_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    with output.replace_file(link) as partial:
        partial.write_text("new")
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_folder_is_not_taken_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), output.replace_file(tmp_path):
        pytest.fail("must not get here")


# --- a folder ---------------------------------------------------------------------------------


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with output.replace_folder(target) as staged:
        (staged / "a.csv").write_text("a")
        assert not target.exists()
    assert names(target) == ["a.csv"]
    assert names(target.parent) == ["out"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_new_folder_killed_midway_is_not_there(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), output.replace_folder(tmp_path / "deep" / "out") as staged:
        (staged / "a.csv").write_text("hal")
        raise error
    assert names(tmp_path) == []


def test_an_existing_folder_is_replaced_only_on_success(tmp_path: Path) -> None:
    out = tmp_path / "out"
    earlier_output(out, **{"a.csv": "old", "b.csv": "old"})
    before = names(out)
    with pytest.raises(KeyboardInterrupt), output.replace_folder(out) as staged:
        (staged / "a.csv").write_text("new")
        raise KeyboardInterrupt
    assert names(out) == before
    assert (out / "a.csv").read_text() == "old"

    earlier_output(out, **{"a.csv": "new", "c.csv": "new"})
    assert names(out) == ["a.csv", "c.csv", "manifest.json"]  # b.csv was the earlier run's
    assert (out / "a.csv").read_text() == "new"


def test_files_of_others_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    earlier_output(out, **{"a.csv": "old", "b.csv": "old"})
    (out / "notes.md").write_text("mine")
    (out / "b.csv").write_text("edited by hand")
    (out / "sub").mkdir()
    earlier_output(out, **{"c.csv": "new"})
    assert names(out) == ["b.csv", "c.csv", "manifest.json", "notes.md", "sub"]
    assert (out / "b.csv").read_text() == "edited by hand"


def test_a_manifest_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    listed = {"../victim.txt": output.file_digest(victim)}
    (out / "manifest.json").write_text(json.dumps({"program": "cepasim", "files": listed}))
    earlier_output(out, **{"a.csv": "new"})
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3, "program": "cepasim"}'])
def test_a_manifest_that_is_not_ours_is_not_overwritten(tmp_path: Path, text: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json"):
        earlier_output(out, **{"a.csv": "new"})
    assert names(out) == ["manifest.json"] and (out / "manifest.json").read_text() == text


def test_a_file_the_user_wrote_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    earlier_output(out, **{"a.csv": "old"})
    (out / "a.csv").write_text("edited by hand")
    before = (out / "manifest.json").read_text()
    with pytest.raises(InputError, match=r"a\.csv"):
        earlier_output(out, **{"a.csv": "new", "b.csv": "new"})
    assert (out / "a.csv").read_text() == "edited by hand"
    assert names(out) == ["a.csv", "manifest.json"]
    assert (out / "manifest.json").read_text() == before


def test_a_full_disk_names_the_path(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"x\.csv"), output.replace_file(tmp_path / "x.csv"):
        raise OSError(28, "No space left on device")


def test_a_move_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    earlier_output(out, **{"a.csv": "old", "b.csv": "old"})
    real, calls = os.replace, []

    def failing(source: Path, destination: Path) -> None:
        calls.append(source)
        if len(calls) == 5:  # a.csv, b.csv, manifest out; a.csv in; then b.csv
            raise OSError(28, "No space left on device", str(destination))
        real(source, destination)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        earlier_output(out, **{"a.csv": "new", "b.csv": "new"})
    assert names(out) == ["a.csv", "b.csv", "manifest.json"]
    assert {(out / name).read_text() for name in ("a.csv", "b.csv")} == {"old"}


def test_a_folder_in_the_way_is_not_deleted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "a.csv").mkdir(parents=True)
    (out / "a.csv" / "precious").write_text("x")
    with pytest.raises(IsADirectoryError):
        earlier_output(out, **{"a.csv": "new"})
    assert (out / "a.csv" / "precious").read_text() == "x"
    assert names(out) == ["a.csv"]


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_read_only_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError), output.replace_folder(tmp_path / "out"):
            pytest.fail("must not get here")
    finally:
        tmp_path.chmod(0o700)
    assert names(tmp_path) == []


def test_a_place_below_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError), output.replace_folder(tmp_path / "file" / "out"):
        pytest.fail("must not get here")
    with pytest.raises(NotADirectoryError), output.replace_folder(tmp_path / "file"):
        pytest.fail("must not get here")
    assert (tmp_path / "file").read_text() == "x"


# --- formats ----------------------------------------------------------------------------------

TABLE = pd.DataFrame({"hs": ["01", "=cmd()"], "usd_mn": [1 / 3, float("nan")], "n": [1, 2]})


def test_csv_keeps_every_digit_and_leading_zeros(tmp_path: Path) -> None:
    output.write_csv(TABLE, tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv", dtype={"hs": str})
    pd.testing.assert_frame_equal(back, TABLE, check_exact=True)
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()


def test_parquet_keeps_every_digit(tmp_path: Path) -> None:
    output.write_parquet(TABLE, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), TABLE, check_exact=True)


def test_json_has_null_for_missing_and_refuses_infinity(tmp_path: Path) -> None:
    rows = output.records(TABLE)
    assert rows[0] == {"hs": "01", "usd_mn": 1 / 3, "n": 1}
    assert rows[1]["usd_mn"] is None
    assert json.loads(output.json_text({"rows": rows}))["rows"] == rows
    with pytest.raises(ValueError, match="not JSON compliant"):
        output.json_text({"rows": [float("inf")]})


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text(tmp_path: Path) -> None:
    sheets = {"a/b": TABLE, "long" * 10: TABLE.head(0)}
    write_workbook(sheets, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["a b", ("long" * 10)[:31]]
    sheet = book["a b"]
    assert [cell.value for cell in sheet[1]] == ["hs", "usd_mn", "n"]
    assert [cell.value for cell in sheet[2]] == ["01", 1 / 3, 1]
    assert sheet["A3"].value == "=cmd()"
    assert sheet["A3"].data_type == "s"  # text, not a formula
    assert sheet["B3"].value is None
    assert sheet.freeze_panes == "B2"  # the head and the words before the first number


def test_a_workbook_drops_characters_xml_cannot_hold(tmp_path: Path) -> None:
    write_workbook({"t": pd.DataFrame({"a": ["x\x01y"]})}, tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]["A2"].value == "xy"


def test_a_workbook_carries_no_clock(tmp_path: Path) -> None:
    write_workbook({"t": TABLE}, tmp_path / "1.xlsx")
    time.sleep(1.1)  # openpyxl writes whole seconds
    write_workbook({"t": TABLE}, tmp_path / "2.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_the_manifest_lists_the_files_and_the_options(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a")
    output.write_manifest({"program": "cepasim", "options": {"x": 1}}, tmp_path, {"by": "section"})
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert written["files"] == {"a.csv": output.file_digest(tmp_path / "a.csv")}
    assert written["options"] == {"x": 1, "by": "section"}
