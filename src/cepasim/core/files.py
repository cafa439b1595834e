"""Files on disk: whole or not at all, and the same bytes for the same result.

Everything is first written beside its destination under a name that starts with a dot and ends
in ``.partial``, flushed to the disk, and only then renamed. An error or Ctrl-C before the rename
leaves what was there before.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cepasim.core.language import tr
from cepasim.core.manifest import PROGRAM
from cepasim.core.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "csv", "json", "parquet", "xlsx")
MANIFEST = "manifest.json"


def bundled(name: str) -> Path:
    """Folder that comes with the program: ``params`` or ``docs``.

    Inside the installed package, or beside ``src`` in a source checkout.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "bundled" / name
    return installed if installed.is_dir() else package.parents[1] / name


# --- whole or not at all ----------------------------------------------------------------------


@contextmanager
def replace_file(path: Path | str, flush: bool = True) -> Iterator[Path]:
    """Yield a temporary path; on success it becomes `path`, on any error nothing changes.

    Parameters
    ----------
    path : Path or str
        Destination; missing parent folders are made (and taken away again on failure). A link is
        followed.
    flush : bool, optional
        False where the file need not outlast a failure of the machine right after, because what
        is lost is found missing by its digest and made again.

    Yields
    ------
    Path
        Where to write: a sibling of the destination.

    Raises
    ------
    OSError
        If the place cannot be written to.
    """
    target = Path(path).resolve()
    if target.is_dir():
        raise IsADirectoryError(21, tr("is a folder, not a file"), str(target))
    with _parents_of(target):
        partial = _partial_name(target)
        try:
            with _naming(target):
                yield partial
                if flush:
                    _flush_to_disk(partial)
                os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        if flush:
            _flush_to_disk(target.parent)


@contextmanager
def replace_folder(directory: Path | str) -> Iterator[Path]:
    """Yield a temporary folder; on success its files become those of `directory`.

    A new folder appears in one rename. In an existing one every new file replaces its namesake,
    the files of an earlier output that are still as it wrote them are taken away, and everything
    else in it is left alone; if that fails midway, the earlier files are put back. A file of the
    user's where one is to go stops it before anything is changed.

    Parameters
    ----------
    directory : Path or str
        Destination; missing parents are made (and taken away again on failure).

    Yields
    ------
    Path
        An empty folder to write plain files into (no subfolders).

    Raises
    ------
    OSError
        If the place cannot be written to, or is a file.
    """
    target = Path(directory).resolve()
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(20, tr("is a file, not a folder"), str(target))
    with _parents_of(target):
        existing = target.is_dir()
        # Inside an existing folder rather than beside it: it may be a mount point of its own.
        partial = _partial_name(target / "output" if existing else target)
        try:
            partial.mkdir()
            with _naming(target):
                yield partial
            for written in partial.iterdir():
                _flush_to_disk(written)
            if existing:
                _exchange(partial, target)
            else:
                os.replace(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        _flush_to_disk(target)


def _exchange(staged: Path, target: Path) -> None:
    """Move the staged files into `target`; put everything back if one move fails."""
    incoming = sorted(path.name for path in staged.iterdir())
    # The manifest goes in last: while it is missing, the folder does not look finished.
    incoming.sort(key=lambda name: name == MANIFEST)
    refuse_foreign(target, incoming)
    outgoing = [
        name
        for name in dict.fromkeys([*_unchanged_files_of_earlier_output(target), *incoming])
        if (target / name).exists()
    ]
    for name in outgoing:
        if (target / name).is_dir():
            words = tr("is a folder where a file is to go")
            raise IsADirectoryError(21, words, str(target / name))
    aside = staged / ".aside"
    aside.mkdir()
    moved_out: list[str] = []
    moved_in: list[str] = []
    try:
        for name in outgoing:
            os.replace(target / name, aside / name)
            moved_out.append(name)
        for name in incoming:
            os.replace(staged / name, target / name)
            moved_in.append(name)
    except BaseException:
        for name in moved_in:
            (target / name).unlink(missing_ok=True)
        for name in moved_out:
            os.replace(aside / name, target / name)
        raise


def refuse_foreign(directory: Path, names: Iterable[str]) -> None:
    """Refuse to write over a file that no run of ours wrote, or that was changed since.

    Parameters
    ----------
    directory : Path
        A folder of output, if it exists.
    names : iterable of str
        Files that are to be written there.

    Raises
    ------
    InputError
        A line for each file in the way.
    """
    # None without a manifest of ours; an earlier manifest of ours is replaced.
    ours = {*_unchanged_files_of_earlier_output(directory)}
    if _earlier_files(directory) is not None:
        ours.add(MANIFEST)
    foreign = [name for name in names if name not in ours and (directory / name).is_file()]
    allowed = tr("another folder: this file is not as a run wrote it, and is not overwritten")
    if foreign:
        raise InputError(
            Problem(str(directory / name), None, "out", name, allowed) for name in foreign
        )


def _earlier_files(directory: Path) -> dict[str, object] | None:
    """Files with their digests from an earlier manifest of ours; None where there is none."""
    try:
        earlier = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        return dict(earlier["files"]) if earlier["program"] == PROGRAM else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _unchanged_files_of_earlier_output(directory: Path) -> list[str]:
    """Files an earlier manifest lists and nobody has touched since."""
    files = _earlier_files(directory) or {}
    unchanged = []
    for name, digest in files.items():
        path = directory / str(name)
        is_plain_name = Path(str(name)).name == str(name)
        if is_plain_name and path.is_file() and file_digest(path) == digest:
            unchanged.append(str(name))
    return unchanged


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Name the destination in an error of the system that names no file, such as a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno), str(target)) from error
        raise


@contextmanager
def _parents_of(target: Path) -> Iterator[None]:
    """Make the missing parents of `target`; on error take those away again."""
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:  # innermost first
            with suppress(OSError):
                parent.rmdir()
        raise


def _partial_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")


def _flush_to_disk(path: Path) -> None:
    """Fsync a file or a folder; a file system that cannot do so for folders is forgiven."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


# --- formats ----------------------------------------------------------------------------------


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text with plain line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV: every digit of a float, blanks for missing values."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet."""
    frame.to_parquet(path, index=False, engine="pyarrow")


def write_json(document: Mapping[str, object], path: Path) -> None:
    """Write a document as JSON; an infinite number is an error, not a word JSON does not know."""
    write_text(json_text(document), path)


def json_text(document: Mapping[str, object]) -> str:
    """Render a document as JSON text with one item per line at the first levels."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of a table as JSON objects; missing values become null."""
    columns = [str(column) for column in frame.columns]
    rows = zip(*(frame[column].tolist() for column in frame.columns), strict=True)
    return [
        {name: none_if_missing(value) for name, value in zip(columns, row, strict=True)}
        for row in rows
    ]


def write_manifest(
    described: Mapping[str, object], folder: Path, options: Mapping[str, object]
) -> None:
    """Write ``manifest.json`` into a folder, with the digest of every other file there.

    Parameters
    ----------
    described : mapping
        What `cepasim.core.manifest.manifest` returned.
    folder : Path
        A folder with nothing but output in it.
    options : mapping
        Options of the output (format, grouping), added to those of the run.
    """
    files = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    write_json(with_options(described, options) | {"files": files}, folder / MANIFEST)


def write_manifest_beside(path: Path, described: Mapping[str, object]) -> None:
    """Write ``<file name>.manifest.json`` beside a file, with the digest of the file.

    Parameters
    ----------
    path : Path
        The file as it was written.
    described : mapping
        What `cepasim.core.manifest.manifest` returned.
    """
    written = path.resolve()
    with replace_file(written.with_name(f"{written.name}.manifest.json")) as partial:
        write_json({**described, "files": {written.name: file_digest(written)}}, partial)


def with_options(
    described: Mapping[str, object], options: Mapping[str, object]
) -> dict[str, object]:
    """Return a manifest with options added to those it has."""
    known = described.get("options")
    merged = dict(known) if isinstance(known, Mapping) else {}
    return {**described, "options": merged | dict(options)}


def none_if_missing(value: object) -> object:
    """Return the value of a cell, or None where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


def as_text(value: object) -> str:
    """Write a value as text: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
