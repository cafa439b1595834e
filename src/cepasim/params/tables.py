"""Reads one table of a parameter folder, and puts any table into the long form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cepasim.params.schema import Column, Table

LONG_COLUMNS = ("table", "key", "value", "unit", "low", "high", "source", "year", "grade")


def read_table(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Read one table: numbers as float64 (blank is NaN), everything else as text."""
    if not columns:  # a report: nothing is known of its columns
        return pd.read_csv(path, encoding="utf-8-sig")
    numeric = [name for name, column in columns.items() if column.numeric]
    return pd.read_csv(
        path,
        dtype={name: "float64" if name in numeric else "str" for name in columns},
        keep_default_na=False,
        na_values={name: [""] for name in numeric},
        encoding="utf-8-sig",
    )


def long_table(name: str, table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Every figure of one table, one row each; `LONG_COLUMNS`."""
    key = rows[table.key[0]].astype(str)
    for header in table.key[1:]:
        key = key + " " + rows[header].astype(str)
    inline = {c: rows[c] for c in ("unit", "source", "year", "grade")}
    if table.form != "wide":
        figures = {c: rows[c] for c in ("value", "low", "high")}
        return pd.DataFrame({"table": name, "key": key} | figures | inline)[[*LONG_COLUMNS]]
    frames = []
    for header, column in table.columns.items():
        if not column.numeric or header in table.key or header not in rows:
            continue
        there = rows[header].notna()
        frame = pd.DataFrame({"key": key[there] + " " + header})
        frame["table"] = name
        frame["value"] = frame["low"] = frame["high"] = rows.loc[there, header]
        frame["unit"] = column.unit or rows.loc[there, "unit"]
        frame["grade"] = column.grade or rows.loc[there, "grade"]
        frame["source"], frame["year"] = rows.loc[there, "source"], rows.loc[there, "year"]
        frames.append(frame)
    empty = pd.DataFrame(columns=[*LONG_COLUMNS])
    return pd.concat(frames)[[*LONG_COLUMNS]] if frames else empty
