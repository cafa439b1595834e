"""Tables of a parameter folder with the user's figures in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cepasim.calibrate.benchmark.balance import run_balance
from cepasim.calibrate.benchmark.customs_chapters import write_customs_tables
from cepasim.calibrate.benchmark.flow_evidence import YEARS
from cepasim.calibrate.benchmark.own_evidence import (
    EQUAL,
    TABLE,
    TOTAL,
    own_figures,
    said_of_own_figures,
)
from cepasim.calibrate.own_figures.given import CELLS, Given, with_total
from cepasim.calibrate.own_figures.moving import Move
from cepasim.calibrate.own_figures.rebase import Rebasing
from cepasim.core import files
from cepasim.core.countries import FLOW_INTO, PARTNER
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.yaml_lines import read_data
from cepasim.economy.benchmark import BY_PRODUCT
from cepasim.economy.economy import Economy
from cepasim.products.levels import chapter_of

_UNIT = "US$ mn"
_TOTALS, _CHAPTERS = "reference/published_totals", "reference/published_chapters"
#: US$ million in the place of nothing, which the reference could not scale: half of the last digit
#: that TradeStat prints. A convention of notation, far below what any result prints.
_NOTHING = 0.005


#: The year that the evidence of the balance is of.
BASE = YEARS[1]


def balanced(year: str, economy: Economy) -> bool:
    """Whether figures of a year are evidence of the balance that made the benchmark."""
    return year == BASE == economy.base_year


def write_tables(folder: Path, given: Given, economy: Economy, keep_base: bool) -> None:
    """Put the figures of a year into a parameter folder and balance what depends on them.

    Parameters
    ----------
    folder : Path
        A complete folder of the program's own making; changed in place.
    given : Given
    economy : Economy
        Of chapters, as the folder was.
    keep_base : bool
        Whether a later year is one that the reference meets, and not the new base.

    Raises
    ------
    InputError
        Where the figures contradict what is held beside them, or the year cannot be a known one.
    RunError
        If a balance cannot be solved.
    """
    if balanced(given.year, economy):
        _write_evidence(folder, given, economy.chapters)
        run_balance(folder)
        write_customs_tables(folder)
        for importer in FLOW_INTO:
            _write_products(folder, given, importer)
    elif keep_base:
        _write_known_year(folder, given, economy.base_year)
        _name_figures(folder)
    else:
        Rebasing(folder, economy, Move.to(given.year, economy.parameters), given).write()


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    files.write_csv(table, folder / f"{name}.csv")


def _exact(value: float, source: str, year: str) -> dict[str, Any]:
    """The columns of a figure that is its own range."""
    return {
        "value": value,
        "low": value,
        "high": value,
        "unit": _UNIT,
        "source": source,
        "year": year,
        "grade": "A",
    }


def _write_evidence(folder: Path, given: Given, chapters: Sequence[str]) -> None:
    """Evidence of the benchmark: the chapters given now beside those of earlier updates."""
    earlier = own_figures(folder)
    rows = []
    both = pd.concat([earlier[list(CELLS)], given.cells], ignore_index=True)
    for (importer, exporter), part in both.groupby(["importer", "exporter"], sort=False):
        # What is given later stands for what was given before.
        latest = part.drop_duplicates("hs", keep="last")
        found = {str(row["hs"]): row for row in latest.to_dict("records")}
        of_pair = exporter == PARTNER[str(importer)]
        fob = of_pair and FLOW_INTO[str(importer)] == "export"
        for row in with_total(found, chapters).values():  # type: ignore[arg-type]
            figure = _exact(float(str(row["value"])), str(row["source"]), BASE)
            unit = f"{_UNIT} {'f.o.b.' if fob else 'c.i.f.'}"
            keys = {"importer": importer, "exporter": exporter, "hs": row["hs"]}
            rows.append({**keys, "held": row["held"], **figure, "unit": unit, "note": ""})
            if row["hs"] == TOTAL and of_pair:
                _write_total(folder, FLOW_INTO[str(importer)], figure)
    columns = _read(folder, TABLE).columns
    _write(folder, TABLE, pd.DataFrame(rows)[list(columns)])


def _write_total(folder: Path, flow: str, figure: dict[str, Any]) -> None:
    """Total of the base year, where the files hold all of it."""
    for name in ("benchmark/evidence/totals", _TOTALS):
        table = _read(folder, name)
        at = (table["flow"] == flow) & (table["fiscal_year"] == BASE)
        for column, entry in figure.items():
            table.loc[at, column] = str(entry)
        if "note" in table:
            table.loc[at, "note"] = "sum of the chapters given"
        _write(folder, name, table)


def _write_products(folder: Path, given: Given, importer: str) -> None:
    """Trade by product: what is given, and others scaled down where they no longer fit."""
    name = BY_PRODUCT[importer]
    table = _read(folder, name)
    if table.empty and given.by_product(importer).empty:
        return
    trade = _read(folder, "benchmark/bilateral")
    trade = trade[trade["flow"] == FLOW_INTO[importer]]
    pair = dict(zip(trade["hs"], trade["value"].astype(float), strict=True))
    known = given.of_pair(importer, PARTNER[importer])
    whole = set(known.loc[known["held"] == EQUAL, "hs"])
    table["chapter"] = table["hs6"].map(chapter_of)
    base = table["fiscal_year"] == BASE
    new = given.by_product(importer)
    new = new.assign(chapter=new["hs6"].map(chapter_of))
    replaced = table["chapter"].isin(whole & set(new["chapter"])) | table["hs6"].isin(new["hs6"])
    table = table[~(base & replaced)]
    rows = [
        {"fiscal_year": BASE, "hs6": hs, "chapter": chapter, **_exact(round(v, 6), source, BASE)}
        for hs, v, source, chapter in new.itertuples(index=False)
    ]
    table = pd.concat([table, pd.DataFrame(rows, dtype=object)], ignore_index=True)
    # Products that are not given have what the given ones leave of the chapter.
    base = table["fiscal_year"] == BASE
    given_sums = new.groupby("chapter")["value"].sum()
    free = base & ~table["hs6"].isin(new["hs6"])
    sums = table[free]["value"].astype(float).groupby(table["chapter"]).sum()
    for hs in sorted((whole | set(new["chapter"])) & set(sums.index)):
        room = max(pair[hs] - float(given_sums.get(hs, 0.0)), 0.0)
        if sums[hs] <= room:
            continue
        at = free & (table["chapter"] == hs)
        for column in ("value", "low", "high"):
            scaled = table.loc[at, column].astype(float) * room / sums[hs]
            table.loc[at, column] = scaled.round(6).astype(str)
        table.loc[at, "grade"] = "C"
        table.loc[at, "source"] = table.loc[at, "source"] + ", scaled to the chapter given"
    _write(folder, name, table.drop(columns="chapter").sort_values(["fiscal_year", "hs6"]))


def _write_known_year(folder: Path, given: Given, base: str) -> None:
    """A year after the base year: what the reference meets in it, chapter by chapter."""
    totals, chapters = _read(folder, _TOTALS), _read(folder, _CHAPTERS)
    deflators = set(_read(folder, "reference/deflator")["fiscal_year"])
    year, cells = given.year, given.cells
    if year not in deflators:
        words = tr(
            "a year after {year} with a deflator; known are {years} "
            "(add a row to reference/deflator of your own parameter folder)",
            year=base,
            years=separated(sorted(deflators)),
        )
        raise InputError([Problem("data update", None, "year", year, words)])
    trade = _read(folder, "benchmark/bilateral").set_index(["flow", "hs"])["value"].astype(float)
    for importer, flow in FLOW_INTO.items():
        mine = cells[(cells["importer"] == importer) & (cells["exporter"] == PARTNER[importer])]
        mine = mine[mine["held"] == EQUAL]
        rows = {str(row["hs"]): row for row in mine.to_dict("records")}
        total = rows.pop(TOTAL, None)
        new = []
        for hs, row in rows.items():
            if trade[flow, hs] <= 0:  # the reference cannot scale what is not there
                continue
            figure = _exact(max(float(row["value"]), _NOTHING), str(row["source"]), year)
            note = "" if float(row["value"]) > 0 else "no trade recorded"
            new.append({"fiscal_year": year, "flow": flow, "hs": hs, **figure, "note": note})
        at = (chapters["fiscal_year"] == year) & (chapters["flow"] == flow)
        chapters = chapters[~(at & chapters["hs"].isin(rows))]
        chapters = pd.concat([chapters, pd.DataFrame(new, dtype=object)], ignore_index=True)
        if total is not None:
            held = round(sum(float(one["value"]) for one in new), 6)
            totals = _with_total(totals, year, flow, held, str(total["source"]))
            _write(folder, _TOTALS, totals.sort_values(["fiscal_year", "flow"]))
    _write(folder, _CHAPTERS, chapters)


def _name_figures(folder: Path) -> None:
    """Name the user's files in the metadata, which every result carries."""
    path = folder / "benchmark" / "metadata.yaml"
    described = read_data(path) | said_of_own_figures(folder)
    files.write_text(yaml.safe_dump(described, sort_keys=False, allow_unicode=True), path)


def _with_total(
    totals: pd.DataFrame, year: str, flow: str, value: float, source: str
) -> pd.DataFrame:
    """Totals with the one of a year and flow that the chapters given add up to."""
    at = (totals["fiscal_year"] == year) & (totals["flow"] == flow)
    status = str(totals.loc[at, "status"].iloc[0]) if at.any() else "published"
    row = {"fiscal_year": year, "flow": flow, "status": status, **_exact(value, source, year)}
    row["note"] = "sum of the chapters given"
    return pd.concat([totals[~at], pd.DataFrame([row], dtype=object)], ignore_index=True)
