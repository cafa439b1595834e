"""A parameter folder whose base is another year: every table that has to move, moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from cepasim.calibrate.benchmark.own_evidence import BEGINS, NAME, TOTAL
from cepasim.calibrate.own_figures.given import Given
from cepasim.calibrate.own_figures.moved_pair import moved_pair, with_cells
from cepasim.calibrate.own_figures.moved_tables import (
    FIGURE,
    read_figures,
    read_texts,
    write_prices,
    write_table,
    write_tariffs,
)
from cepasim.calibrate.own_figures.moving import (
    Move,
    apart,
    carried,
    deflated,
    series_of,
    world_by_chapter,
)
from cepasim.core import files
from cepasim.core.countries import FLOW_INTO, PARTNER
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.yaml_lines import read_data
from cepasim.economy.benchmark import BY_PRODUCT
from cepasim.economy.economy import Economy
from cepasim.products.levels import chapter_of

_MARKETS = {"JPN": "benchmark/japan_imports", "IND": "benchmark/india_imports"}
_DECIMALS = 6
#: Nominal gross domestic product in dollars: what domestic sales follow.
_GDP = {"JPN": "gdp_nominal_JPN_weo", "IND": "gdp_nominal_IND_weo"}
_JAPAN_IMPORTS = "merchandise_imports_JPN_wdi"


@dataclass(frozen=True, eq=False)
class Rebasing:
    """One folder on its way to another base.

    Attributes
    ----------
    folder : Path
        Complete, of the program's own making; changed in place.
    economy : Economy
        Of chapters, as the folder was.
    move : Move
    given : Given
        Of the new period.
    """

    folder: Path
    economy: Economy
    move: Move
    given: Given

    # -- tables --------------------------------------------------------------------------------

    def _read(self, name: str) -> pd.DataFrame:
        return read_texts(self.folder, name)

    def _write(self, name: str, table: pd.DataFrame) -> None:
        write_table(self.folder, name, table)

    def _numbers(self, name: str) -> pd.DataFrame:
        return read_figures(self.folder, name)

    def write(self) -> None:
        """Move every table that has to move with the base.

        Raises
        ------
        InputError
            Where the folder holds no price or trade of the new year, or the files contradict what
            is published of it.
        """
        if not self.move.stays:
            self._refuse_unknown_year()
        pair = {importer: self._pair(importer) for importer in FLOW_INTO}
        self._write_pair(pair)
        self._write_sources(pair)
        if not self.move.stays:
            self._write_domestic()
            write_prices(self.folder, self.move, self.economy.parameters)
            write_tariffs(self.folder, self.move, self.economy.parameters)
        for importer in FLOW_INTO:
            self._write_products(importer, pair[importer]["value"])
        self._write_totals(pair)
        self._name()

    def _refuse_unknown_year(self) -> None:
        move, parameters = self.move, self.economy.parameters
        known = self.economy.ground.known_years["JPN"].years
        last = min(one.last for one in self.economy.ground.known_years.values())
        without = not np.isfinite(deflated(move, parameters))
        if not move.old.first < move.new.first <= last or without:
            words = tr(
                "a year after {year} that the folder holds totals and prices of "
                "(reference/published_totals, reference/deflator): {years}",
                year=move.old,
                years=separated(map(format_fiscal_year, known)),
            )
            raise InputError([Problem("data update", None, "year", move.counted, words)])

    # -- trade of the pair ---------------------------------------------------------------------

    def _held(self, importer: str, exporter: str) -> dict[str, Mapping[str, Any]]:
        rows = self.given.of_pair(importer, exporter).to_dict("records")
        return {str(row["hs"]): {str(k): v for k, v in row.items()} for row in rows}

    def _pair(self, importer: str) -> pd.DataFrame:
        """Trade of the pair by chapter in the new period, with ranges, grade and source."""
        table, total = moved_pair(self.economy, importer, self.move)
        return with_cells(table, self._held(importer, PARTNER[importer]), total, self.move.counted)

    def _write_pair(self, pair: Mapping[str, pd.DataFrame]) -> None:
        table = self._read("benchmark/bilateral")
        for importer, flow in FLOW_INTO.items():
            _take_over(table, table["flow"] == flow, pair[importer])
        self._write("benchmark/bilateral", table)

    # -- other sources and domestic sales ------------------------------------------------------

    def _write_sources(self, pair: Mapping[str, pd.DataFrame]) -> None:
        for importer, name in _MARKETS.items():
            table, partner = self._numbers(name), PARTNER[importer]
            before = table.copy()
            freight = self.economy.markets[importer]
            own = pair[importer]["value"]
            if FLOW_INTO[importer] == "export":
                column = freight.partner_column
                raised = 1 + pd.Series(freight.freight[:, column], self.economy.chapters)
            else:
                raised = pd.Series(1.0, self.economy.chapters)
            if not self.move.stays:
                table = self._grown(importer, table, own)
            self._hold_rivals(importer, table)
            at = table["exporter"] == partner
            if not (self.move.stays and not len(self.given.of_pair(importer, partner))):
                part = pair[importer].loc[table.loc[at, "hs"]]
                up = raised.loc[part.index]
                for column_name in FIGURE:
                    table.loc[at, column_name] = (part[column_name] * up).to_numpy(float)
                table.loc[at, "year"] = self.move.counted
            changed = ~table.eq(before).all(axis=1)
            text = self._read(name)
            for column_name in table.columns:
                cells = table.loc[changed, column_name]
                rounded = cells.round(_DECIMALS) if column_name in FIGURE else cells
                text.loc[changed, column_name] = rounded.astype(str)
            self._write(name, text)

    def _grown(self, importer: str, table: pd.DataFrame, own: pd.Series) -> pd.DataFrame:
        """Other sources in the new period: by chapter in India, all alike in Japan."""
        move, economy = self.move, self.economy
        chapters = list(economy.chapters)
        before, now = (
            world_by_chapter(economy.parameters, "import", chapters, period)
            for period in (move.counted_before, move.counted)
        )
        spread = apart(before, now)
        others = table["exporter"] != PARTNER[importer]
        if importer == "JPN":
            factor = move.growth(series_of(economy.parameters, _JAPAN_IMPORTS)) or 1.0
            grown = carried(table, factor, spread)
            source = f"; all chapters with Japan's imports ({_JAPAN_IMPORTS}), {move.counted}"
            grade = "D"
        else:
            rest = table[others].groupby("hs")["value"].sum().reindex(chapters).to_numpy(float)
            left = np.maximum(now - own.reindex(chapters).to_numpy(float), 0.0)
            usable = (rest > 0) & (left > 0)
            by_chapter = np.divide(left, rest, out=np.ones_like(rest), where=usable)
            factors = pd.Series(by_chapter, chapters)
            grown = carried(table, factors.loc[table["hs"]].to_numpy(float), 0.0)
            source = f"; moved to India's imports of the chapter in {move.counted} (history/world)"
            grade = "C"
        grown["year"] = move.counted
        grown.loc[others, "source"] = table.loc[others, "source"] + source
        grown["grade"] = grown["grade"].where(grown["grade"] > grade, grade)
        return grown

    def _hold_rivals(self, importer: str, table: pd.DataFrame) -> None:
        cells = self.given.cells
        mine = cells[(cells["importer"] == importer) & (cells["exporter"] != PARTNER[importer])]
        for row in mine[mine["hs"] != TOTAL].to_dict("records"):
            at = (table["hs"] == row["hs"]) & (table["exporter"] == row["exporter"])
            for column in FIGURE:
                table.loc[at, column] = float(row["value"])
            table.loc[at, ["grade", "source", "year"]] = ["A", row["source"], self.move.counted]

    def _write_domestic(self) -> None:
        move, parameters = self.move, self.economy.parameters
        table = self._numbers("benchmark/domestic")
        parts = []
        for importer, part in table.groupby("importer", sort=False):
            growth = move.growth(series_of(parameters, _GDP[str(importer)]))
            how = _GDP[str(importer)]
            if growth is None:
                steps = move.new.first - move.old.first
                real = self.economy.ground.demand_growth[str(importer)]
                growth, how = (1 + real) ** steps * deflated(move, parameters), "macro/growth"
            grown = carried(part, growth, self._spread)
            grown["source"] = part["source"] + f"; carried to {move.counted} with {how}"
            parts.append(grown.assign(grade="D", year=move.counted))
        table = pd.concat(parts)
        self._write("benchmark/domestic", table.assign(**table[FIGURE].round(_DECIMALS)))

    @property
    def _spread(self) -> float:
        chapters, parameters = self.economy.chapters, self.economy.parameters
        ends = (self.move.counted_before, self.move.counted)
        return apart(*(world_by_chapter(parameters, "import", chapters, end) for end in ends))

    # -- products, totals, names ---------------------------------------------------------------

    def _write_products(self, importer: str, chapters: pd.Series) -> None:
        """Trade by product: that of the year, no more than its chapter."""
        products, name = self.given.by_product(importer), BY_PRODUCT[importer]
        table = self._numbers(name)
        if products.empty and (self.move.stays or table.empty):
            return
        table["chapter"] = table["hs6"].map(chapter_of)
        base = self.move.new
        there = table["fiscal_year"] == base
        earlier = table.loc[table["fiscal_year"] < base, "fiscal_year"]
        if not there.any() and len(earlier):  # the last year there is stands for it
            last = earlier.max()
            copied = table[table["fiscal_year"] == last].assign(
                fiscal_year=base, grade="C", year=self.move.counted
            )
            copied["source"] += f", of {last}"
            table = pd.concat([table, copied], ignore_index=True)
        new = products.assign(
            chapter=products["hs6"].map(chapter_of), fiscal_year=base, unit="US$ mn"
        )
        new = new.assign(low=new["value"], high=new["value"], grade="A", year=self.move.counted)
        there = table["fiscal_year"] == base
        given = set(new["chapter"])
        table = pd.concat(
            [table[~(there & table["chapter"].isin(given))], new[table.columns]], ignore_index=True
        )
        there = table["fiscal_year"] == base
        sums = table[there].groupby("chapter")["value"].sum()
        most = chapters.reindex(sums.index).fillna(0.0)
        factor = (most / sums.where(sums > 0)).clip(upper=1.0).fillna(1.0)
        scale = table["chapter"].map(factor).where(there, 1.0)
        cut = scale < 1
        table.loc[cut, FIGURE] = table.loc[cut, FIGURE].mul(scale[cut], axis=0).round(_DECIMALS)
        table.loc[cut, "grade"] = "C"
        table.loc[cut, "source"] += ", scaled to its chapter"
        self._write(name, table.drop(columns="chapter").sort_values(["fiscal_year", "hs6"]))

    def _write_totals(self, pair: Mapping[str, pd.DataFrame]) -> None:
        """Published totals: that of the base is the benchmark's, that of the old one published."""
        name = "reference/published_totals"
        table = self._read(name)
        before = table.copy()
        for importer, flow in FLOW_INTO.items():
            of_flow = table["flow"] == flow
            at = of_flow & (table["fiscal_year"] == self.move.new)
            total = float(pair[importer]["value"].sum())
            held = self._held(importer, PARTNER[importer])
            near = abs(total - float(table.loc[at, "value"].iloc[0])) <= 1e-6 * total
            if not near:
                table.loc[at, FIGURE] = str(round(total, _DECIMALS))
                table.loc[at, "source"] = (
                    str(held[TOTAL]["source"]) if TOTAL in held else f"sum of {self.move.counted}"
                )
                table.loc[at, "year"] = self.move.counted
            if not self.move.stays:
                older = of_flow & (table["status"] == "benchmark")
                table.loc[older, "status"] = "published"
                table.loc[at, "status"] = "benchmark"
        if not table.equals(before):
            self._write(name, table)

    def _name(self) -> None:
        """Say in the metadata, which every result carries, what the benchmark is made of."""
        path = self.folder / "benchmark" / "metadata.yaml"
        described = dict(read_data(path))
        sources = [str(one).removeprefix(BEGINS) for one in self.given.cells["source"]]
        said = f"{self.move.counted}: " + "; ".join(dict.fromkeys(sources))
        earlier = [one for one in str(described.get(NAME, "")).split(" | ") if one]
        described[NAME] = " | ".join(dict.fromkeys([*earlier, said])) if sources else ""
        if not described[NAME]:
            described.pop(NAME)
        if not self.move.stays:
            described["program"] = f"cepasim data update --year {self.move.counted}"
            described["benchmark_year"] = self.move.counted
            described["method"] = (
                f"benchmark of {self.move.counted_before} carried to {self.move.counted} with "
                "published totals and series; own figures held"
            )
        files.write_text(yaml.safe_dump(described, sort_keys=False, allow_unicode=True), path)


def _take_over(table: pd.DataFrame, at: pd.Series, new: pd.DataFrame) -> None:
    """Put figures by chapter into the rows of a table of texts; rows that are the same stay."""
    rows = table.index[at]
    for place, hs in zip(rows, table.loc[rows, "hs"], strict=True):
        mine = new.loc[hs]
        if all(float(str(table.at[place, column])) == float(mine[column]) for column in FIGURE):
            same = table.at[place, "source"] == mine["source"]
            if same:
                continue
        for column in FIGURE:
            table.at[place, column] = str(round(float(mine[column]), _DECIMALS))
        for column in ("grade", "source", "year", "note"):
            table.at[place, column] = str(mine[column])
