"""Files a user brings: a parameter folder as ZIP, or a scenario. Nothing of them is trusted."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from cepasim.core.language import now, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.scenario.reading import MAX_BYTES
from cepasim.scenario.scenario import Scenario
from cepasim.ui.link import without_files

MAX_ARCHIVE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_FILES = 500
_SUFFIXES = (".csv", ".yaml")
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")
_READ_AT_ONCE = 1 << 16


def read_scenario(
    content: bytes,
    file_name: str,
    classification: Classification | None = None,
    parameters: Parameters | None = None,
) -> Scenario:
    """Read an uploaded scenario file by the checks of any scenario file.

    Raises
    ------
    InputError
        With every problem; the file is called by the name the user knows.
    """
    if len(content) > MAX_BYTES:
        raise InputError([_problem(file_name, "file", _bytes(content), _at_most())])
    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_bytes(content)
        try:
            return without_files(Scenario.read(path, classification, parameters))
        except InputError as wrong:
            raise InputError(_renamed(wrong, str(path), file_name)) from None
        except (RecursionError, yaml.YAMLError):
            words = tr("a scenario file in YAML")
            raise InputError([_problem(file_name, "file", None, words)]) from None


def _at_most() -> str:
    return tr("a scenario file of at most {bytes} bytes", bytes=f"{MAX_BYTES:,}")


def _bytes(content: bytes) -> str:
    return tr("{bytes} bytes", bytes=f"{len(content):,}")


@dataclass(frozen=True, slots=True, eq=False)
class OwnFigures:
    """A user's parameter folder, for one session.

    Attributes
    ----------
    name : str
        Name of the file it came in, or what was changed on the page.
    economy : Economy
    folder : TemporaryDirectory
        Where the tables lie: they are read when first asked for. The folder goes with the object.
    said : str
        In words, perhaps deferred, where no file has a name for it.
    """

    name: str
    economy: Economy
    folder: tempfile.TemporaryDirectory[str]
    said: str = ""

    @property
    def in_words(self) -> str:
        """What it is called in the language of the moment."""
        return now(self.said) if self.said else self.name


def read_parameters(content: bytes, file_name: str) -> OwnFigures:
    """Read an uploaded parameter folder and assemble the economy from it.

    Parameters
    ----------
    content : bytes
        A ZIP of a complete folder or of the tables that replace bundled ones, at its top or in
        one folder.
    file_name : str
        As the user knows it.

    Raises
    ------
    InputError
        With every problem of the archive or, where that is sound, of the folder.
    """
    folder = unpack(content, file_name)
    try:
        return OwnFigures(file_name, load(folder.name), folder)
    except InputError as wrong:
        folder.cleanup()
        raise InputError(_renamed(wrong, f"{folder.name}/", "")) from None
    except BaseException:
        folder.cleanup()
        raise


def unpack(content: bytes, file_name: str) -> tempfile.TemporaryDirectory[str]:
    """Unpack an archive into a temporary folder, which goes when it is no longer referred to.

    Raises
    ------
    InputError
        With every entry that is too large, of another kind, or that would leave the folder.
    """
    if len(content) > MAX_ARCHIVE_BYTES:
        words = tr("an archive of at most {bytes} bytes", bytes=f"{MAX_ARCHIVE_BYTES:,}")
        raise InputError([_problem(file_name, "file", _bytes(content), words)])
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError):
        words = tr("a ZIP archive of a parameter folder")
        raise InputError([_problem(file_name, "file", None, words)]) from None
    with archive:
        entries = [e for e in archive.infolist() if not e.is_dir() and not _is_junk(e.filename)]
        problems = list(_wrong_entries(entries, file_name))
        if problems:
            raise InputError(problems)
        root = _common_folder(entries)
        scratch = tempfile.TemporaryDirectory(prefix="cepasim-")
        left = MAX_UNPACKED_BYTES
        try:
            for entry in entries:
                inside = PurePosixPath(entry.filename).relative_to(root)
                target = Path(scratch.name).joinpath(*inside.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _extract(archive, entry, target, left, file_name)
        except BaseException:
            scratch.cleanup()
            raise
    return scratch


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int, file_name: str
) -> int:
    """Write one entry; the sizes an archive states may be lies, so count."""
    written = 0
    try:
        with archive.open(entry) as source, target.open("wb") as out:
            while chunk := source.read(_READ_AT_ONCE):
                written += len(chunk)
                if written > most:
                    raise InputError([_too_large(file_name)])
                out.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        words = tr("an entry that can be read: not damaged, not encrypted")
        raise InputError([_problem(file_name, "entry", entry.filename, words)]) from None
    return written


def _wrong_entries(entries: list[zipfile.ZipInfo], file_name: str) -> Iterator[Problem]:
    if not entries:
        yield _problem(file_name, "file", None, tr("an archive with at least one table"))
    if len(entries) > MAX_FILES:
        yield _problem(
            file_name,
            "file",
            tr("{entries} entries", entries=len(entries)),
            tr("at most {entries}", entries=MAX_FILES),
        )
        return
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        yield _too_large(file_name)
    for entry in entries:
        name = entry.filename
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name:
            yield _problem(file_name, "entry", name, tr("a path inside the archive"))
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield _problem(file_name, "entry", name, tr("a file, not a link"))
        elif path.suffix not in _SUFFIXES:
            words = tr("a file that ends in {one} or {other}", one=_SUFFIXES[0], other=_SUFFIXES[1])
            yield _problem(file_name, "entry", name, words)


def _too_large(file_name: str) -> Problem:
    most = f"{MAX_UNPACKED_BYTES:,}"
    words = tr("an archive that unpacks to at most {bytes} bytes", bytes=most)
    return _problem(file_name, "file", tr("larger"), words)


def _is_junk(name: str) -> bool:
    return any(part in _JUNK for part in PurePosixPath(name).parts)


def _common_folder(entries: list[zipfile.ZipInfo]) -> PurePosixPath:
    """Folder that holds everything if ``tables.yaml`` or all tables stand one level down."""
    paths = [PurePosixPath(entry.filename) for entry in entries]
    tops = {path.parts[0] for path in paths}
    if len(tops) == 1 and all(len(path.parts) > 2 or path.name.endswith(".yaml") for path in paths):
        [top] = tops
        if all(len(path.parts) > 1 for path in paths):
            return PurePosixPath(top)
    return PurePosixPath(".")


def _renamed(wrong: InputError, there: str, here: str) -> list[Problem]:
    """Problems with the name a user knows instead of that of a temporary file."""
    return [
        Problem(
            problem.file.replace(there, here),
            problem.line,
            problem.field,
            problem.value,
            problem.allowed.replace(there, here),
        )
        for problem in wrong.problems
    ]


def _problem(file: str, field: str, value: object, allowed: str) -> Problem:
    return Problem(file, None, field, value, allowed)
