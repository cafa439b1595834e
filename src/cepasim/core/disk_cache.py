"""Objects kept on disk between runs of the program, in a folder that is the user's alone.

An entry is a pickle, so it is only read from a folder and a file that belong to the user and that
nobody else may write to. It is written to a temporary file and renamed, so that two processes never
see half of one; its digest is checked, and whatever is wrong with an entry counts as no entry. The
cache is a convenience: nothing it does can stop a run.

``CEPASIM_CACHE`` names another folder, or switches the cache off (``off``).
"""

from __future__ import annotations

import hashlib
import os
import pickle
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from cepasim.core.manifest import PROGRAM

SWITCH = "CEPASIM_CACHE"
OFF = "off"
#: What the entries may take together: some six economies by chapter.
MOST_BYTES = 200_000_000
#: A temporary file older than this, in seconds, belongs to a process that is gone.
_ABANDONED = 3600.0
_MAGIC = b"cepasim1"
#: Arrays begin at a multiple of this, as memory that is asked for does.
_ALIGNED = 16
_ENDING = ".kept"


def cache_folder() -> Path | None:
    """Folder of the cache, whether or not it is there.

    Returns
    -------
    Path or None
        None where the user has switched it off.
    """
    told = os.environ.get(SWITCH, "").strip()
    if told.lower() == OFF:
        return None
    if told:
        return Path(told)
    from platformdirs import user_cache_path

    return user_cache_path(PROGRAM, appauthor=False)


def kept(key: str, folder: Path) -> Any | None:
    """Return the object of a key, None where there is none that can be trusted and read.

    Parameters
    ----------
    key : str
        Hexadecimal digits.
    folder : Path
        From `cache_folder`.

    Returns
    -------
    object or None
        A new one each time; arrays that could not be changed when it was kept cannot be now.
    """
    path = folder / (key + _ENDING)
    try:
        if not _is_private(os.stat(folder)):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            if not (stat.S_ISREG(about.st_mode) and _is_private(about)):
                return None
            content = bytearray(about.st_size)
            if file.readinto(content) != about.st_size:
                return None
    except OSError:
        return None
    try:
        found = _unpacked(content)
    except Exception:
        # Whatever bytes or classes of another day may raise: the entry is written again.
        return None
    with suppress(OSError):  # the entry used last goes last
        os.utime(path)
    return found


def keep(key: str, value: Any, folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Keep an object under a key; where that cannot be done, nothing happens.

    Parameters
    ----------
    key : str
        Hexadecimal digits.
    value : object
        Anything that can be pickled.
    folder : Path
        Made if it is missing, for the user alone.
    most_bytes : int, optional
        What the entries may take together; those used longest ago go.
    """
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(os.stat(folder)):
            return
        partial = folder / f".{key}.{secrets.token_hex(4)}.partial"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            with open(os.open(partial, flags, 0o600), "wb") as file:
                for part in _packed(value):
                    file.write(part)
            os.replace(partial, folder / (key + _ENDING))
        finally:
            partial.unlink(missing_ok=True)
        _make_room(folder, most_bytes)


def _is_private(about: os.stat_result) -> bool:
    """Whether a file or folder is the user's own, and no other user may write to it."""
    if not hasattr(os, "geteuid"):  # Windows: the folder lies in the user's profile
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _make_room(folder: Path, most_bytes: int) -> None:
    now = time.time()
    for partial in folder.glob(".*.partial"):
        if now - partial.stat().st_mtime > _ABANDONED:
            partial.unlink(missing_ok=True)
    entries = [(path.stat(), path) for path in folder.glob("*" + _ENDING)]
    used = 0
    for about, path in sorted(entries, key=lambda entry: entry[0].st_mtime, reverse=True):
        used += about.st_size
        if used > most_bytes:
            path.unlink(missing_ok=True)


# --- the form of an entry ---------------------------------------------------------------------
# Digest, then a pickled table of contents, then the object's pickle and its arrays one after the
# other. Arrays lie outside the pickle: they are used where they were read, without a copy, and one
# that could not be changed comes back as one that cannot be changed.


def _packed(value: Any) -> list[bytes | memoryview]:
    arrays: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
    parts = [memoryview(body), *(array.raw() for array in arrays)]
    contents = pickle.dumps([(part.nbytes, part.readonly) for part in parts])
    out: list[bytes | memoryview] = [len(contents).to_bytes(8, "little"), contents]
    place = len(_MAGIC) + hashlib.sha256().digest_size + 8 + len(contents)
    for part in parts:
        out += [bytes(-place % _ALIGNED), part]
        place += -place % _ALIGNED + part.nbytes
    digest = hashlib.sha256()
    for piece in out:
        digest.update(piece)
    return [_MAGIC, digest.digest(), *out]


def _unpacked(content: bytearray) -> Any:
    view = memoryview(content)
    start = len(_MAGIC) + hashlib.sha256().digest_size
    if view[: len(_MAGIC)] != _MAGIC:
        raise ValueError("no entry of this cache")
    if hashlib.sha256(view[start:]).digest() != view[len(_MAGIC) : start]:
        raise ValueError("cut or changed")
    size = int.from_bytes(view[start : start + 8], "little")
    place = start + 8 + size
    parts = []
    for length, fixed in pickle.loads(view[start + 8 : place]):
        place += -place % _ALIGNED
        part = view[place : place + length]
        parts.append(part.toreadonly() if fixed else part)
        place += length
    body, *arrays = parts
    return pickle.loads(body, buffers=arrays)
