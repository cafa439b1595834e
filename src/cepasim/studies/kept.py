"""What long work leaves on disk, and whether it can be trusted when it is taken up again.

A folder of long work has a plan: all that its contents depend on. Each finished piece has a mark,
written last, that names the piece's files with size and digest. A piece whose mark is missing or
broken, or any of whose files is missing, cut or changed, is not done. What has no plan of ours is
not ours: it is neither used nor touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from cepasim.core.files import file_digest, json_text, replace_file, write_text
from cepasim.core.language import separated, tr
from cepasim.core.manifest import PROGRAM
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy

PLAN = "plan.json"


def options_of(economy: Economy) -> dict[str, object]:
    """What results depend on besides the parameters' digest, ready for JSON."""
    return {
        "line_rule": economy.line_rule,
        "product_rule": economy.product_rule,
        "elasticities": economy.elasticities,
        "barriers": economy.barriers,
        "wedge_rule": economy.wedge_rule,
        "products": sha256(",".join(economy.chapters).encode()).hexdigest()[:16],
    }


def take_up(folder: Path, plan: Mapping[str, object]) -> None:
    """Make the folder of a long run, or check that it belongs to this one.

    Parameters
    ----------
    folder : Path
    plan : mapping
        All that the pieces depend on, ready for JSON.

    Raises
    ------
    InputError
        If the folder holds the pieces of another run (says what differs), or anything else.
    """
    if folder.exists() and not folder.is_dir():
        _refuse(folder, tr("a file"), tr("a folder, or a name that does not exist yet"))
    wanted = json.loads(json.dumps({"program": PROGRAM, **plan}))
    file = folder / PLAN
    if not file.exists():
        foreign = _visible(folder)
        if foreign:
            allowed = tr(
                "a new or an empty folder, or one with a {plan} of this program", plan=PLAN
            )
            _refuse(folder, tr("holds {files}", files=separated(foreign)), allowed)
        with replace_file(file) as partial:
            write_text(json.dumps(wanted, indent=1, sort_keys=True) + "\n", partial)
        return
    found = json_object(file)
    if found is None or found.get("program") != PROGRAM:
        allowed = tr("another folder; nothing here was touched")
        _refuse(file, tr("no plan of this program"), allowed)
    differs = [key for key in wanted if found.get(key) != wanted[key]]
    if differs:
        text, run = tr("a folder of the same run, or a new one"), tr("another run")
        raise InputError([Problem(str(file), None, separated(differs), run, text)])


def write_mark(mark: Path, base: Path, parts: Iterable[str], about: Mapping[str, object]) -> None:
    """Mark a piece as done.

    Parameters
    ----------
    mark : Path
        The mark's file.
    base : Path
        Folder of the piece's files.
    parts : iterable of str
        The files, below ``base``.
    about : mapping
        What the piece depends on and what is to be known of it, ready for JSON.
    """
    sizes = {
        part: {"bytes": (base / part).stat().st_size, "sha256": file_digest(base / part)}
        for part in parts
    }
    with replace_file(mark) as partial:
        write_text(json_text({"program": PROGRAM, **about, "parts": sizes}), partial)


def sound_mark(mark: Path, base: Path, parts: Iterable[str]) -> dict[str, object] | None:
    """Return what a mark says, or None where it or one of the piece's files is not as written."""
    told = json_object(mark)
    if told is None or told.get("program") != PROGRAM:
        return None
    sizes = told.get("parts")
    names = list(parts)
    if not isinstance(sizes, dict) or set(sizes) != set(names):
        return None
    return told if all(_as_written(base / name, sizes[name]) for name in names) else None


def withdraw(mark: Path, base: Path, parts: Iterable[str]) -> None:
    """Take away a marked piece that no longer holds, and only what is as it was written."""
    told = json_object(mark)
    if told is None or told.get("program") != PROGRAM:
        return
    mark.unlink()
    sizes = told.get("parts")
    if not isinstance(sizes, dict):
        return
    for name in parts:
        if _as_written(base / name, sizes.get(name)):
            (base / name).unlink()


def json_object(file: Path) -> dict[str, object] | None:
    """Content of a JSON file that is an object, None for everything else."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _as_written(file: Path, told: object) -> bool:
    if not isinstance(told, dict):
        return False
    try:
        return file.stat().st_size == told.get("bytes") and file_digest(file) == told.get("sha256")
    except OSError:
        return False


def _visible(folder: Path) -> list[str]:
    """First names in a folder; hidden ones are the system's."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    return names if len(names) <= 3 else [*names[:3], tr("{more} more", more=len(names) - 3)]


def _refuse(path: Path, value: str, allowed: str) -> NoReturn:
    raise InputError([Problem(str(path), None, "out", value, allowed)])
