from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from cepasim.core.problems import InputError
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.scenario import Scenario
from cepasim.ui import uploads

FOLDER = bundled_directory()


def _archive(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _problems(content: bytes, name: str = "mine.zip") -> list[str]:
    with pytest.raises(InputError) as caught:
        uploads.read_parameters(content, name)
    return [str(problem) for problem in caught.value.problems]


def _growth(text: str) -> str:
    return text.replace("0.06,", "0.05,", 1)


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("top", ["", "my-params/"])
def test_one_table_replaces_the_bundled_one(top: str) -> None:
    table = (FOLDER / "macro/growth.csv").read_text()
    changed = _growth(table)
    assert changed != table
    own = uploads.read_parameters(
        _archive({f"{top}macro/growth.csv": changed.encode(), "__MACOSX/x": b""}), "mine.zip"
    )
    assert own.economy.parameters.value("real_demand_growth_ind") == 0.05
    # The folder stays as long as it is needed: the digest reads every file.
    assert own.economy.parameters.digest


@pytest.mark.slow(seconds=1)
def test_the_folder_goes_with_its_owner() -> None:
    content = _archive({"macro/growth.csv": (FOLDER / "macro/growth.csv").read_bytes()})
    own = uploads.read_parameters(content, "mine.zip")
    place = Path(own.folder.name)
    assert place.is_dir()
    own.folder.cleanup()
    assert not place.exists()


@pytest.mark.slow(seconds=1)
def test_all_problems_come_at_once_with_names_the_user_knows() -> None:
    bad = (FOLDER / "macro/growth.csv").read_text().replace(",D,", ",Z,")
    said = _problems(_archive({"macro/growth.csv": bad.encode(), "macro/grwth.csv": b"a,b\n1,2\n"}))
    text = "\n".join(said)
    assert len(said) >= 3
    assert "macro/growth.csv" in text and "grade" in text
    assert "grwth" in text
    assert "/tmp" not in text and "cepasim-" not in text


@pytest.mark.parametrize(
    "name",
    ["../escape.csv", "/etc/passwd.csv", "macro/../../x.csv", "C:\\x.csv", "macro\\growth.csv"],
)
def test_no_path_leaves_the_folder(name: str, tmp_path: Path) -> None:
    said = _problems(_archive({name: b"a\n1\n"}))
    assert any("a path inside the archive" in line for line in said)


def test_links_and_programs_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("macro/growth.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("run.py", "print(1)")
    said = "\n".join(_problems(buffer.getvalue()))
    assert "not a link" in said and ".csv or .yaml" in said


def test_sizes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UNPACKED_BYTES", 1000)
    bomb = _archive({"macro/growth.csv": b"0" * 5000})
    assert "unpacks to at most" in _problems(bomb)[0]
    monkeypatch.setattr(uploads, "MAX_FILES", 1)
    assert "at most 1" in _problems(_archive({"a.csv": b"", "b.csv": b""}))[0]
    monkeypatch.setattr(uploads, "MAX_ARCHIVE_BYTES", 10)
    assert "an archive of at most" in _problems(bomb)[0]


def test_an_archive_that_lies_about_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(_archive({"macro/growth.csv": b"0" * 50_000}))
    true, false = (50_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    content = bytearray(bytes(content).replace(true, false))
    monkeypatch.setattr(uploads, "MAX_UNPACKED_BYTES", 1000)
    assert _problems(bytes(content))


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all", _archive({})])
def test_what_is_no_archive(content: bytes) -> None:
    assert _problems(content)


def test_a_scenario_file_is_read_by_the_usual_checks() -> None:
    text = (FOLDER / "scenarios/full-package.yaml").read_bytes()
    assert uploads.read_scenario(text, "mine.yaml") == Scenario.read(
        FOLDER / "scenarios/full-package.yaml"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"a: [1",
        b"- 1\n- 2\n",
        b"name: x\nlevers:\n  - tarif: {}\n  - fund: {usd_bn: -1}\n",
        b"name: " + b"x" * 2_000_000,
        b"&a [*a, *a]",
        b"a: !!python/object/apply:os.system ['true']",
        b"[" * 5000,
    ],
)
def test_a_wrong_scenario_file_is_told_by_its_own_name(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        uploads.read_scenario(content, "mine.yaml")
    assert all(problem.file == "mine.yaml" for problem in caught.value.problems)
    assert "/tmp" not in str(caught.value)
