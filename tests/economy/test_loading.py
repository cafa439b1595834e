"""An economy taken from the cache is the one that would be built, to the byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cepasim
from cepasim.core.disk_cache import SWITCH
from cepasim.core.problems import InputError
from cepasim.economy import fingerprint as prints
from cepasim.economy import loading
from cepasim.economy.economy import Economy
from cepasim.economy.fingerprint import fingerprint
from cepasim.studies.study import Study


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SWITCH, str(tmp_path / "cache"))
    # Sources saved while the tests run would switch the cache off.
    monkeypatch.setattr(prints, "_program", lambda: b"program")
    return tmp_path / "cache"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was built anew, one entry each time."""
    found: list[object] = []
    real = Economy.build

    def build(parameters: object) -> Economy:
        found.append(parameters)
        return real(parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Economy, "build", build)
    return found


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the user's with one table."""
    bundled = prints.bundled_directory()
    table = tmp_path / "own" / "fund" / "fund.csv"
    table.parent.mkdir(parents=True)
    shutil.copy(bundled / "fund" / "fund.csv", table)
    return tmp_path / "own"


def bytes_of(economy: Economy, scenario: cepasim.Scenario) -> list[bytes]:
    """Every number that a run and a draw of it gives."""
    result = cepasim.simulate(economy, scenario)
    frames = (result.totals, result.sectors, result.displacement, result.contributions)
    study = Study.of(economy, scenario)
    draw = study.outcome(study.uncertainty.scores(0, 4, 1)[2])
    return [draw.tobytes(), *(frame.to_csv().encode() for frame in frames)]


@pytest.mark.slow(seconds=2)
def test_results_are_the_same_to_the_byte(folder: Path, built: list[object]) -> None:
    scenario = cepasim.Scenario.bundled("full-package")
    cepasim.load()
    economy = cepasim.load()
    assert len(built) == 1 and len(list(folder.iterdir())) == 1
    fresh = cepasim.load(cache=False)
    assert len(built) == 2
    assert bytes_of(economy, scenario) == bytes_of(fresh, scenario)
    assert economy.parameters.digest == fresh.parameters.digest
    assert repr(economy) == repr(fresh)


@pytest.mark.slow(seconds=0.7)
def test_arrays_that_cannot_be_changed_stay_so(folder: Path) -> None:
    cepasim.load()
    market = cepasim.load().markets["JPN"]
    with pytest.raises(ValueError, match="read-only"):
        market.cif[0, 0] = 1.0
    assert not market.schedule.lines.flags.writeable


@pytest.mark.slow(seconds=0.7)
def test_two_callers_share_nothing(folder: Path) -> None:
    cepasim.load()
    one, other = cepasim.load(), cepasim.load()
    assert one.markets["JPN"].schedule.known is not other.markets["JPN"].schedule.known


@pytest.mark.slow(seconds=2)
def test_a_changed_byte_of_a_table_makes_another_entry(
    folder: Path, own: Path, built: list[object]
) -> None:
    digest = cepasim.load(own).parameters.digest
    cepasim.load(own)
    assert len(built) == 1
    table = own / "fund" / "fund.csv"
    about = table.stat()
    content = table.read_bytes()
    place = content.rindex(b"e")
    table.write_bytes(content[:place] + b"E" + content[place + 1 :])
    os.utime(table, ns=(about.st_atime_ns, about.st_mtime_ns))  # size and time as they were
    assert table.stat().st_size == about.st_size
    assert cepasim.load(own).parameters.digest != digest
    assert len(built) == 2


@pytest.mark.slow(seconds=1)
def test_a_folder_that_became_wrong_is_refused(folder: Path, own: Path) -> None:
    cepasim.load(own)
    (own / "unknown.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"unknown\.csv"):
        cepasim.load(own)


def test_a_table_changed_while_it_is_read_is_not_kept(
    folder: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = loading.load_parameters

    def changed(directory: Path | None) -> object:
        found = real(directory)
        (own / "notes.md").write_text("saved in between")
        return found

    monkeypatch.setattr(loading, "load_parameters", changed)
    cepasim.load(own)
    assert not folder.exists()


def test_the_program_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "cepasim" / "economy" / "fingerprint.py"
    source.parent.mkdir(parents=True)
    source.write_text("a = 1\n")
    os.utime(source, (1000, 1000))
    monkeypatch.setattr(prints, "__file__", str(source))
    prints._program.cache_clear()
    before = fingerprint(None)
    source.write_text("a = 2\n")
    os.utime(source, (1000, 1000))
    assert fingerprint(None) == before, "what runs is what was imported"
    prints._program.cache_clear()
    after = fingerprint(None)
    assert before is not None and after is not None and before != after
    # Changed since this process began: nobody knows which of the two it runs.
    source.write_text("a = 3\n")
    prints._program.cache_clear()
    assert fingerprint(None) is None
    prints._program.cache_clear()


def test_a_folder_that_is_no_folder_of_tables_has_no_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "_program", lambda: b"program")
    monkeypatch.setattr(prints, "_MOST_FILES", 500)
    for number in range(501):
        (tmp_path / f"{number}.txt").touch()
    assert fingerprint(tmp_path) is None


def test_without_a_place_to_keep_it_an_economy_loads_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(SWITCH, str(tmp_path / "file" / "cache"))
    assert cepasim.load().chapters


@pytest.mark.slow(seconds=5)
def test_two_processes_at_once(tmp_path: Path) -> None:
    code = (
        "import cepasim; economy = cepasim.load();"
        "r = cepasim.simulate(economy, cepasim.Scenario.bundled('ntb-relief'));"
        "print(repr(r.totals.to_csv()))"
    )
    env = {**os.environ, SWITCH: str(tmp_path / "cache")}
    for _ in range(2):  # without an entry, and with one
        running = [
            subprocess.Popen(
                [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        said = [process.communicate()[0] for process in running]
        assert [process.returncode for process in running] == [0, 0]
        assert said[0] == said[1] != ""
    entries = [path for path in (tmp_path / "cache").iterdir()]
    assert len(entries) == 1, entries
