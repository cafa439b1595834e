"""Digest of all that an economy is made of: the tables, the program and what it computes with."""

from __future__ import annotations

import hashlib
import platform
import sys
import time
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.params.parameters import bundled_directory

#: A folder with more than this is not a folder of tables: nothing is kept of it.
_MOST_FILES = 2000
_MOST_BYTES = 100_000_000
#: Modules that are imported stay what they were: what is changed later is not what runs.
_STARTED = time.time()


def fingerprint(directory: Path | None) -> str | None:
    """Digest of the tables of a folder, of the bundled ones, and of the program.

    Parameters
    ----------
    directory : Path or None
        The user's own parameter folder; None for the bundled one.

    Returns
    -------
    str or None
        Hexadecimal digits; None where it cannot be said what was read or what runs.
    """
    program = _program()
    if program is None:
        return None
    digest = hashlib.sha256(program)
    try:
        for folder in (bundled_directory(), *([] if directory is None else [directory])):
            # The paths are in the economy: tables are read, and errors named, by them.
            digest.update(f"{folder.resolve()}\0{folder}\0".encode())
            for name, content in _contents(folder):
                digest.update(f"{name}\0{len(content)}\0".encode())
                digest.update(content)
    except OSError:
        return None
    return digest.hexdigest()


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder with its content, in order of name.

    Raises
    ------
    OSError
        If one cannot be read, or if there is too much.
    """
    size = 0
    found = [*islice(folder.rglob("*"), _MOST_FILES + 1)]
    if len(found) > _MOST_FILES:
        raise OSError("too many files")
    for path in sorted(found):
        if path.is_dir():
            yield path.as_posix(), b""
            continue
        if path.is_file():
            size += path.stat().st_size
        if size > _MOST_BYTES or not path.is_file():
            raise OSError("not a folder of tables")
        yield path.as_posix(), path.read_bytes()


@cache
def _program() -> bytes | None:
    """Digest of the program as it runs; None where that cannot be known."""
    home = Path(__file__).resolve().parents[1]
    versions = (sys.version, platform.platform(), np.__version__, pd.__version__)
    digest = hashlib.sha256("\0".join(versions).encode())
    sources = sorted(home.rglob("*.py"))
    for path in sources:
        if path.stat().st_mtime > _STARTED:
            return None
        content = path.read_bytes()
        digest.update(f"{path.relative_to(home).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.digest() if sources else None
