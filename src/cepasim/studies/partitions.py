"""The folder of a batch: a part for each table and scenario, a mark for each scenario, an index.

``totals/scenario=KEY/part.parquet`` and so on; ``scenarios/KEY.yaml`` is the scenario and
``scenarios/KEY.json`` its mark, which names the parts with size and digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cepasim.core.files import replace_file, write_csv
from cepasim.studies import kept

#: Tables of a result that a batch keeps, each a folder with one part for each scenario.
TABLES = ("totals", "sectors", "contributions", "contributions_by_side", "displacement")
_DONE = "scenarios"
_COLUMNS = ("scenario", "name", "description", "done")


def part(table: str, key: str) -> str:
    """Path of one table of one scenario in the folder."""
    return f"{table}/scenario={key}/part.parquet"


def is_done(folder: Path, key: str, text: str) -> bool:
    """Whether the folder holds this very scenario, each part as it was written."""
    told = kept.sound_mark(_mark(folder, key), folder, _parts(key))
    return told is not None and told.get("scenario_sha256") == _digest(text)


def withdraw(folder: Path, key: str) -> None:
    """Take away what an earlier scenario of this key left: it is not what is asked for now."""
    kept.withdraw(_mark(folder, key), folder, _parts(key))


def write(
    folder: Path, key: str, tables: Mapping[str, bytes], text: str, row: Mapping[str, object]
) -> None:
    """Write the parts of one scenario; its mark goes last, so that half of one is none.

    Only the mark waits for the disk: a part that a failure of the machine takes away is missed by
    the mark, and computed again.
    """
    withdraw(folder, key)
    for table, content in tables.items():
        with replace_file(folder / part(table, key), flush=False) as partial:
            partial.write_bytes(content)
    with replace_file(folder / _DONE / f"{key}.yaml", flush=False) as partial:
        partial.write_text(text, encoding="utf-8")
    about = {"scenario_sha256": _digest(text), "row": dict(row)}
    kept.write_mark(_mark(folder, key), folder, _parts(key), about)


def index_of(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Index of scenarios: their columns, then a column for each setting of a grid."""
    named = list(dict.fromkeys([*_COLUMNS, *(name for row in rows for name in row)]))
    return pd.DataFrame([dict(row) for row in rows], columns=named)


def write_lists(folder: Path, rows: Sequence[Mapping[str, object]], failures: pd.DataFrame) -> None:
    """Write ``index.csv``, of all that the folder holds, and ``failures.csv`` of this run."""
    asked = {str(row["scenario"]) for row in rows}
    held = [
        row
        for row in _rows_of_marks(folder)
        if str(row["scenario"]) not in asked or not _is_done_in(rows, str(row["scenario"]))
    ]
    standing = {str(row["scenario"]) for row in held}
    # One that could not be read this time may still have the results of an earlier run.
    listed = [row for row in rows if str(row["scenario"]) not in standing] + held
    with replace_file(folder / "index.csv") as partial:
        write_csv(index_of(listed), partial)
    with replace_file(folder / "failures.csv") as partial:
        write_csv(failures, partial)


def setting(value: object) -> object:
    """A setting as a cell of a table: numbers, words and truths stay, the rest is JSON text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _rows_of_marks(folder: Path) -> list[dict[str, Any]]:
    found = []
    for mark in sorted((folder / _DONE).glob("*.json")):
        told = kept.sound_mark(mark, folder, _parts(mark.stem))
        row = None if told is None else told.get("row")
        if isinstance(row, dict):
            found.append({**row, "scenario": mark.stem, "done": True})
    return found


def _is_done_in(rows: Sequence[Mapping[str, object]], key: str) -> bool:
    return any(row["scenario"] == key and bool(row["done"]) for row in rows)


def _parts(key: str) -> list[str]:
    return [part(table, key) for table in TABLES]


def _mark(folder: Path, key: str) -> Path:
    return folder / _DONE / f"{key}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
