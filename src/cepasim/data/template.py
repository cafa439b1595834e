"""Empty files to fill in, with their headings explained."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from cepasim.core.language import now, tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.layouts import duties, template

_FILES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "trade": template.HEADINGS,
    "tariffs": duties.HEADINGS,
}


def write_template(directory: Path) -> list[Path]:
    """Write ``trade.csv``, ``tariffs.csv`` and ``headings.csv``; no file is overwritten.

    Parameters
    ----------
    directory : Path
        Made where it does not exist.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        Where one of the files is there already, or the folder is a file.
    """
    files = [directory / f"{name}.csv" for name in (*_FILES, "headings")]
    there = [file for file in (directory, *files) if file.is_file()]
    if there:
        raise InputError(
            Problem(str(file), None, "DIR", file.name, tr("no file of that name yet"))
            for file in there
        )
    directory.mkdir(parents=True, exist_ok=True)
    explained = [["file", "heading", "meaning", "example"]]
    for file, headings in zip(files, _FILES.values(), strict=False):
        _write(file, [list(headings)])
        explained += [
            [file.name, name, now(words), example] for name, (words, example) in headings.items()
        ]
    _write(files[-1], explained)
    return files


def _write(file: Path, rows: list[list[str]]) -> None:
    # A spreadsheet recognises UTF-8 by its mark.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)
