"""Objects kept between runs: whole, private, bounded, and never in the way."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from cepasim.core import disk_cache
from cepasim.core.disk_cache import OFF, SWITCH, cache_folder, keep, kept

KEY = "ab12"


class Trap:
    """What a pickle can do to whoever reads it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.putenv, ("CEPASIM_TRAPPED", "1")


def file_of(folder: Path, key: str = KEY) -> Path:
    [found] = folder.glob(f"{key}.*")
    return found


def test_an_object_comes_back_with_the_same_bytes(tmp_path: Path) -> None:
    fixed, free = np.arange(6.0).reshape(2, 3), np.arange(4)
    fixed.setflags(write=False)
    keep(KEY, {"fixed": fixed, "free": free, "again": fixed, "words": ("a", "b")}, tmp_path / "c")
    found = kept(KEY, tmp_path / "c")
    assert found["words"] == ("a", "b")
    assert found["fixed"].tobytes() == fixed.tobytes() and found["fixed"].shape == (2, 3)
    assert found["fixed"] is found["again"]
    assert not found["fixed"].flags.writeable
    found["free"][0] = 9
    assert kept(KEY, tmp_path / "c")["free"][0] == 0, "each caller has an object of its own"


def test_an_unknown_key_and_a_folder_that_is_not_there_are_no_entry(tmp_path: Path) -> None:
    assert kept(KEY, tmp_path / "none") is None
    keep(KEY, 1, tmp_path / "c")
    assert kept("cd34", tmp_path / "c") is None


@pytest.mark.parametrize("place", [0, 10, 60, -1])
def test_an_entry_of_which_a_byte_changed_counts_as_none(tmp_path: Path, place: int) -> None:
    keep(KEY, np.arange(100.0), tmp_path)
    file = file_of(tmp_path)
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert kept(KEY, tmp_path) is None
    keep(KEY, 5, tmp_path)
    assert kept(KEY, tmp_path) == 5


@pytest.mark.parametrize("size", [0, 5, 45, 200])
def test_a_cut_entry_counts_as_none(tmp_path: Path, size: int) -> None:
    keep(KEY, np.arange(100.0), tmp_path)
    file = file_of(tmp_path)
    file.write_bytes(file.read_bytes()[:size])
    assert kept(KEY, tmp_path) is None


def test_a_plain_pickle_is_never_loaded(tmp_path: Path) -> None:
    keep(KEY, 1, tmp_path)
    file_of(tmp_path).write_bytes(pickle.dumps(Trap()))
    assert kept(KEY, tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_nothing_is_read_where_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "c"
    keep(KEY, 1, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file_of(folder).stat().st_mode & 0o777 == 0o600
    loads: list[object] = []
    real = disk_cache._unpacked

    def watched(content: bytearray) -> object:
        loads.append(content)
        return real(content)

    monkeypatch.setattr(disk_cache, "_unpacked", watched)
    folder.chmod(0o770)
    assert kept(KEY, folder) is None
    keep("cd34", 1, folder)
    assert not list(folder.glob("cd34.*")), "nor is anything kept there"
    folder.chmod(0o700)
    file_of(folder).chmod(0o622)
    assert kept(KEY, folder) is None
    file_of(folder).chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert kept(KEY, folder) is None
    assert loads == []


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links of POSIX")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    keep(KEY, 1, tmp_path / "c")
    file = file_of(tmp_path / "c")
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert kept(KEY, tmp_path / "c") is None


def test_a_place_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep(KEY, 1, tmp_path / "file" / "c")
    assert kept(KEY, tmp_path / "file" / "c") is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    size = 10_000
    for age, key in enumerate(("aa", "bb", "cc")):
        keep(key, bytes(size), tmp_path)
        os.utime(file_of(tmp_path, key), (1000 + age, 1000 + age))
    assert kept("aa", tmp_path) is not None  # used: now the last to go
    abandoned = tmp_path / ".dd.0000.partial"
    abandoned.touch()
    os.utime(abandoned, (1000, 1000))
    keep("ee", bytes(size), tmp_path, most_bytes=int(3.5 * size))
    there = {path.name.partition(".")[0] for path in tmp_path.iterdir()}
    assert there == {"aa", "cc", "ee"}


def test_the_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, OFF)
    assert cache_folder() is None
    monkeypatch.setenv(SWITCH, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "cepasim" in str(cache_folder())
