"""Reading the evidence of the benchmark: tables with codes kept as text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cepasim.core.problems import InputError, Problem

EVIDENCE = Path("benchmark") / "evidence"
"""Where the evidence lies inside a parameter folder."""

_TEXT = (
    "hs",
    "year",
    "fiscal_year",
    "calendar_year",
    "grade",
    "note",
    "source",
    "unit",
    "complete",
)


def read_evidence(
    parameters_directory: Path, name: str, columns: tuple[str, ...], *, signed: bool = False
) -> pd.DataFrame:
    """`read_table` for ``benchmark/evidence/<name>.csv``."""
    return read_table(parameters_directory, (EVIDENCE / name).as_posix(), columns, signed=signed)


def read_table(
    parameters_directory: Path, name: str, columns: tuple[str, ...], *, signed: bool = False
) -> pd.DataFrame:
    """One table of a parameter folder, codes and years as text, the rest as pandas reads it.

    Parameters
    ----------
    parameters_directory : Path
        A parameter folder; the table is ``<name>.csv`` inside it.
    name : str
        Path inside the folder, without extension.
    columns : tuple of str
        Columns the caller needs.
    signed : bool
        Whether ``value`` may be negative.

    Returns
    -------
    DataFrame
        The whole table. ``value`` is float.

    Raises
    ------
    InputError
        If the file or a column is missing, a value is not a number, or is negative.
    """
    shown = f"{name}.csv"
    path = parameters_directory / shown
    if not path.is_file():
        raise InputError([Problem(shown, None, "file", None, "the balance reads this table")])
    table = pd.read_csv(path, dtype=dict.fromkeys(_TEXT, str), keep_default_na=False)
    missing = [column for column in columns if column not in table]
    if missing:
        raise InputError(
            Problem(shown, 1, column, None, f"columns needed: {', '.join(columns)}")
            for column in missing
        )
    if "value" in table:
        numbers = pd.to_numeric(table["value"], errors="coerce")
        bad = numbers.isna() | ((numbers < 0) & (not signed))
        if bad.any():
            raise InputError(
                Problem(shown, int(row) + 2, "value", table["value"][row], "a number, 0 or more")
                for row in table.index[bad]
            )
        table["value"] = numbers.astype(float)
    return table


def read_settings(parameters_directory: Path) -> dict[str, float]:
    """Settings of the balance by name, from ``benchmark/evidence/settings.csv``."""
    table = read_evidence(parameters_directory, "settings", ("name", "value"))
    return dict(zip(table["name"], table["value"], strict=True))
