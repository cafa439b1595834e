"""Parameter folders that cannot be right: what is in them, and the words that must answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cepasim.params.copying import copy_tables
from cepasim.params.parameters import bundled_directory

#: Name, kind ("refused": exit 2), words that the answer holds.
CASES: list[tuple[str, str, str]] = []
#: Name -> what makes the folder.
FOLDERS: dict[str, Callable[[Path], None]] = {}

Change = Callable[[pd.DataFrame], pd.DataFrame]
BILATERAL, DOMESTIC = "benchmark/bilateral", "benchmark/domestic"
JAPAN, INDIA = "benchmark/japan_imports", "benchmark/india_imports"
HS6, ARMINGTON = "trade/india_exports_japan_hs6", "elasticities/armington"
SCHEDULE = "tariffs/japan_lines"


def changed(folder: Path, table: str, change: Change) -> None:
    """Write a bundled table into a folder, changed."""
    cells = pd.read_csv(bundled_directory() / f"{table}.csv", dtype=str, keep_default_na=False)
    path = folder / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    change(cells).to_csv(path, index=False)


def scaled(factor: float, *columns: str) -> Change:
    """Multiply columns; value, low and high by default."""

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        for column in columns or ("value", "low", "high"):
            cells[column] = [str(float(x) * factor) if x else "" for x in cells[column]]
        return cells

    return change


def exchanged(column: str, one: str, other: str) -> Change:
    """Exchange two labels of a column."""
    there = {one: other, other: one}
    return lambda cells: cells.assign(**{column: [there.get(x, x) for x in cells[column]]})


def without(column: str, value: str) -> Change:
    """Leave out the rows of a label."""
    return lambda cells: cells[cells[column] != value]


def put(**columns: str) -> Change:
    """The same text in every row."""
    return lambda cells: cells.assign(**columns)


def _case(name: str, words: str, table: str, change: Change) -> None:
    CASES.append((name, "refused", words))
    FOLDERS[name] = lambda folder: changed(folder, table, change)


_OFF = "the bundled table has"
# The rule is the same for every table: each is tried too large, two of them too small and empty.
for _table in (BILATERAL, DOMESTIC, JAPAN, INDIA, HS6):
    for _factor in (1000.0, 0.001, 0.0) if _table in (BILATERAL, HS6) else (1000.0,):
        _case(f"{_table} x {_factor:g}", _OFF, _table, scaled(_factor))
_case("values alone x 1000", "5,150", BILATERAL, scaled(1000, "value"))
_case("history x 1000", _OFF, "history/bilateral", scaled(1000))
_case("rates as fractions", "as if in another unit", SCHEDULE, scaled(0.01, "mfn_pct"))
_case("rates of India blank", "blank throughout", SCHEDULE, put(IND=""))
_case("flows exchanged", "exchanged?", BILATERAL, exchanged("flow", "export", "import"))
_case("markets exchanged", "exchanged?", DOMESTIC, exchanged("importer", "JPN", "IND"))
_case("sources exchanged", "exchanged?", JAPAN, exchanged("exporter", "CHN", "USA"))
for _table in (BILATERAL, DOMESTIC, JAPAN, INDIA):
    _case(f"{_table} of 2024-25", "2023-24, the base year", _table, put(year="2024-25"))
_case("no year there is", "2023-24, the base year", BILATERAL, put(year="2023-25"))
_case("products of 2024-25 only", _OFF, HS6, put(fiscal_year="2024-25"))
FOLDERS["products of 2024-25 only"] = lambda folder: changed(
    folder, HS6, lambda cells: cells[cells["fiscal_year"] == "2024-25"]
)
_case("chapter left out", "left out: export 03, import 03", BILATERAL, without("hs", "03"))
_case("chapter left out of sales", "left out: JPN 87, IND 87", DOMESTIC, without("hs", "87"))
_case("country left out", "left out: 01 CHN", JAPAN, without("exporter", "CHN"))
_case("country left out of India", "left out: 01 CHN", INDIA, without("exporter", "CHN"))
_case("chapter of the schedule", "left out: 870", SCHEDULE, lambda c: c[~c["hs6"].str[:2].eq("87")])
_case("one-row table", "params copy elasticities/armington", ARMINGTON, lambda c: c.iloc[:1])
_case("one-row benchmark", "params copy benchmark/bilateral", BILATERAL, lambda c: c.iloc[:1])
_case("unit of another parameter", "the unit of sigma_import", ARMINGTON, put(unit="days"))
_case("sigma of 10,000", "100 or less", ARMINGTON, put(value="10000", high="10000"))
_case(
    "pair's own cells changed",
    "the model reads the pair's trade there and not here",
    JAPAN,
    lambda c: c.assign(
        **{
            column: [
                "500" if exporter == "IND" else x
                for exporter, x in zip(c["exporter"], c[column], strict=True)
            ]
            for column in ("value", "low", "high")
        }
    ),
)
_case(
    "products above their chapter",
    "products of chapter 03",
    HS6,
    lambda c: c.assign(
        **{
            column: [
                str(9 * float(x)) if hs6.startswith("03") else x
                for hs6, x in zip(c["hs6"], c[column], strict=True)
            ]
            for column in ("value", "low", "high")
        }
    ),
)


_case(
    "evidence alone",
    "runs read the balanced tables",
    "benchmark/evidence/totals",
    scaled(1.1, "value"),
)
_case("table nothing reads", "nothing reads this table", "study/other_figures", scaled(1.1))


def _made(name: str, words: str, make: Callable[[Path], object]) -> None:
    """A folder with something by the name of a table that is not a file, and a sound table."""

    def folder(where: Path) -> None:
        copy_tables(["macro/growth"], where)
        (where / "benchmark").mkdir()
        make(where / f"{BILATERAL}.csv")

    CASES.append((name, "refused", words))
    FOLDERS[name] = folder


_made("broken link", "a broken link", lambda path: path.symlink_to("nowhere.csv"))
_made("folder for a table", "a folder", lambda path: path.mkdir())
_made("pipe for a table", "a pipe", os.mkfifo)
_made("device for a table", "a device", lambda path: path.symlink_to("/dev/zero"))
