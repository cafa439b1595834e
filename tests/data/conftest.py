"""The project's own trade in the layouts of the portals, written as they write it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters

Rows = list[dict[str, object]]
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture(autouse=True)
def _bundled_tables_are_read_once(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file would read all tables again, which takes longer than the file."""
    monkeypatch.setattr("cepasim.data.recognise.load_parameters", lambda: parameters)


@pytest.fixture(scope="session")
def exports_hs6(parameters: Parameters) -> pd.DataFrame:
    """India's known exports to Japan in 2022-23 by product of HS 2022, US$ mn."""
    table = parameters.table("trade/india_exports_japan_hs6")
    known = set(parameters.table("classification/hs6")["hs6"])
    table = table[(table["fiscal_year"] == "2022-23") & table["hs6"].isin(known)]
    table = table[table["value"] > 0]
    return table.rename(columns={"hs6": "hs", "value": "usd_mn"})[["hs", "usd_mn"]]


@pytest.fixture(scope="session")
def base_trade(parameters: Parameters) -> Callable[[str], pd.DataFrame]:
    """Trade of the base year by chapter, US$ mn, of a flow seen from India."""

    def of(flow: str) -> pd.DataFrame:
        table = parameters.table("benchmark/bilateral")
        table = table[(table["flow"] == flow) & (table["value"] > 0)]
        return table.rename(columns={"value": "usd_mn"})[["hs", "usd_mn"]]

    return of


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows as a CSV file."""

    def written(name: str, rows: Rows, encoding: str = "utf-8", separator: str = ",") -> Path:
        file = tmp_path / name
        with file.open("w", encoding=encoding, newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
            writer.writeheader()
            writer.writerows(rows)
        return file

    return written
