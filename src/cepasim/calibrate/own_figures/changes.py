"""What an update moved: tables, cells with their ranges, and evidence that is now missed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cepasim.calibrate.own_figures.given import Given
from cepasim.core.countries import FLOW_INTO, PARTNER
from cepasim.economy.economy import Economy
from cepasim.params.copying import table_files
from cepasim.params.parameters import Parameters

_MOVED = 1e-6
_CELLS = ("value", "low", "high")


def tables_moved(old: Parameters, folder: Path) -> tuple[str, ...]:
    """Names of the tables whose content is another one than before."""
    return tuple(
        name
        for name, path in sorted(table_files(old).items())
        if path.read_bytes() != (folder / f"{name}.csv").read_bytes()
    )


def cells_moved(old: Parameters, new: Parameters) -> pd.DataFrame:
    """Chapters of the pair in the base year before and after, with their ranges.

    Returns
    -------
    DataFrame
        ``flow``, ``hs``, ``old``, ``old_low``, ``old_high``, ``new``, ``new_low``, ``new_high``,
        ``grade``, ``source``; US$ mn of the base year.
    """
    keys = ["flow", "hs"]
    before = old.table("benchmark/bilateral")[[*keys, *_CELLS]]
    after = new.table("benchmark/bilateral")[[*keys, *_CELLS, "grade", "source"]]
    before = before.rename(columns={"value": "old", "low": "old_low", "high": "old_high"})
    after = after.rename(columns={"value": "new", "low": "new_low", "high": "new_high"})
    return before.merge(after, on=keys)[
        [*keys, "old", "old_low", "old_high", "new", "new_low", "new_high", "grade", "source"]
    ]


def duties_moved(old: Economy, new: Economy) -> pd.DataFrame:
    """Mean duty on the partner's goods in the base year before and after.

    Returns
    -------
    DataFrame
        ``importer``, ``hs``, ``old``, ``new``; fractions of the c.i.f. value.
    """
    frames = []
    for importer, market in new.markets.items():
        ends = {
            name: one.markets[importer].tariff_effective[:, market.partner_column]
            for name, one in (("old", old), ("new", new))
        }
        frames.append(pd.DataFrame({"importer": importer, "hs": market.chapters, **ends}))
    return pd.concat(frames, ignore_index=True)


def known_year_moved(old: Economy, new: Economy, given: Given) -> pd.DataFrame:
    """Chapters of the pair in a known year before and after, US$ mn of that year.

    Returns
    -------
    DataFrame
        ``flow``, ``hs``, ``old``, ``new``.
    """
    rows = []
    year = int(given.year.split("-")[0])
    for importer, flow in FLOW_INTO.items():
        found = []
        for economy in (old, new):
            known = economy.ground.known_years[importer]
            market = economy.markets[importer]
            pair = market.fob[:, market.exporters.index(PARTNER[importer])]
            if flow == "import":
                pair = economy.ground.benchmarks[importer].pair
            found.append(known.current(pair)[known.years.index(year)])
        rows.append(
            pd.DataFrame({"flow": flow, "hs": new.chapters, "old": found[0], "new": found[1]})
        )
    return pd.concat(rows, ignore_index=True)


def cells_that_moved(cells: pd.DataFrame) -> pd.DataFrame:
    """Rows with another value than before, the largest moves first."""
    gap = (cells["new"] - cells["old"]).abs()
    moved = cells.assign(gap=gap)[gap > _MOVED]
    return moved.sort_values("gap", ascending=False).drop(columns="gap")


def rivals_moved(old: Parameters, new: Parameters, given: Given) -> pd.DataFrame:
    """Given cells of other sources before and after, US$ mn c.i.f."""
    frames = []
    for importer, table in (("JPN", "japan_imports"), ("IND", "india_imports")):
        mine = given.cells[
            (given.cells["importer"] == importer)
            & (given.cells["exporter"] != PARTNER[importer])
            & (given.cells["hs"] != "total")
        ]
        before, after = (
            p.table(f"benchmark/{table}").set_index(["hs", "exporter"])["value"] for p in (old, new)
        )
        at = pd.MultiIndex.from_frame(mine[["hs", "exporter"]])
        frames.append(
            mine[["importer", "exporter", "hs"]].assign(
                old=before.reindex(at).to_numpy(), new=after.reindex(at).to_numpy()
            )
        )
    return pd.concat(frames, ignore_index=True)


def evidence_missed(old: Parameters, folder: Path) -> pd.DataFrame:
    """Published evidence that the balance met within its error before, and misses now."""
    keys = ["flow", "source", "name", "period"]
    before, after = (
        pd.read_csv(path, dtype={"name": str}).query("part == 'bilateral' and conflict == 'yes'")
        for path in (table_files(old)["benchmark/report"], folder / "benchmark" / "report.csv")
    )
    known = pd.MultiIndex.from_frame(before[keys])
    new = after[~pd.MultiIndex.from_frame(after[keys]).isin(known)]
    return new[[*keys, "says", "balance", "gap_in_sd", "grade"]].reset_index(drop=True)
