"""Trade of the pair by chapter in the year a benchmark is carried to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.own_evidence import EQUAL, TOTAL
from cepasim.calibrate.own_figures.moving import Move, carried
from cepasim.core.arrays import Floats
from cepasim.core.countries import FLOW_INTO
from cepasim.core.fiscal_year import IN_FIRST_YEAR
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.money import usd_mn
from cepasim.economy.economy import Economy
from cepasim.economy.known_years import CUSTOMS, raked
from cepasim.params.parameters import Parameters


def moved_pair(economy: Economy, importer: str, move: Move) -> tuple[pd.DataFrame, float]:
    """Trade of the pair by chapter in the new period, and its total.

    Returns
    -------
    table : DataFrame
        By chapter: value, range, grade, source, year, note.
    total : float
    """
    flow = FLOW_INTO[importer]
    table = economy.bilateral
    table = table[table["flow"] == flow].set_index("hs").reindex(list(economy.chapters))
    known = economy.ground.known_years[importer]
    paths = [table["value"].to_numpy(float), *known.current(table["value"].to_numpy(float))]
    sums = [float(paths[0].sum()), *known.total.tolist()]
    row = move.new.first - move.old.first
    value, total = paths[row], sums[row]
    if "-" not in move.counted and not move.stays:  # nine months of it, three of the one before
        now, before = IN_FIRST_YEAR, 1 - IN_FIRST_YEAR
        value = now * paths[row] + before * paths[max(row - 1, 0)]
        total = now * sums[row] + before * sums[max(row - 1, 0)]
    moved = table.copy()
    if not move.stays:
        moved = _with_evidence(economy.parameters, table, value, (flow, move))
    return moved, total


def _with_evidence(
    parameters: Parameters, table: pd.DataFrame, value: Floats, of: tuple[str, Move]
) -> pd.DataFrame:
    """Chapters as the reference meets them, with the range of the evidence they moved with."""
    flow, move = of
    ends = table[["low", "high"]].div(table["value"].where(table["value"] > 0), axis=0)
    if CUSTOMS in parameters.tables:
        seen = parameters.table(CUSTOMS)
        seen = seen[(seen["flow"] == flow) & (seen["fiscal_year"] == move.new)]
        seen = seen.set_index("hs").reindex(table.index)
        own = seen[["low", "high"]].div(seen["value"].where(seen["value"] > 0), axis=0)
        ends = own.fillna(ends)
    ends = ends.fillna(1.0)
    source = (
        f"benchmark of {move.counted_before} moved with Japan's customs by goods, else "
        f"India's trade with the world, and scaled to the total of {move.counted}"
    )
    return table.assign(
        value=value,
        low=value * np.minimum(ends["low"], 1.0),
        high=value * np.maximum(ends["high"], 1.0),
        grade=table["grade"].where(table["grade"] > "C", "C"),
        source=source,
        year=move.counted,
        note="",
    )


def with_cells(
    table: pd.DataFrame, held: dict[str, Mapping[str, Any]], total: float, period: str
) -> pd.DataFrame:
    """Chapters with the user's held and the others scaled to what is left of the total.

    Parameters
    ----------
    table : DataFrame
        By chapter.
    held : dict
        Rows of the user's by chapter, ``total`` among them where all trade is given.
    total : float
        Of all chapters where the user gives none.
    period : str

    Raises
    ------
    InputError
        Where the chapters given exceed the total.
    """
    rows = {hs: row for hs, row in held.items() if hs != TOTAL}
    if not rows:
        return table
    total = float(held[TOTAL]["value"]) if TOTAL in held else total
    prior = table["value"].to_numpy(float, copy=True)
    low, high = np.zeros(len(prior)), np.full(len(prior), np.inf)
    places = list(table.index)
    exact = {places.index(hs): row for hs, row in rows.items() if row["held"] == EQUAL}
    for hs, row in rows.items():
        low[places.index(hs)] = float(row["value"])
    for at in exact:
        high[at], prior[at] = low[at], max(prior[at], low[at])
    try:
        value = raked(prior, total, low, high)
    except ValueError:
        words = tr("at most the total of {year}, {amount}", year=period, amount=usd_mn(total))
        amount = usd_mn(float(low.sum()))
        raise InputError([Problem("data update", None, "files", amount, words)]) from None
    factor = np.divide(value, prior, out=np.ones_like(prior), where=prior > 0)
    moved = carried(table, factor, 0.0)
    ends = np.maximum(moved["low"].to_numpy(float), low), moved["high"].to_numpy(float, copy=True)
    texts = {name: moved[name].to_list() for name in ("grade", "source", "year", "note")}
    for at, row in exact.items():
        ends[0][at] = ends[1][at] = low[at]
        told = {"grade": "A", "source": str(row["source"]), "year": period, "note": ""}
        for name, text in told.items():
            texts[name][at] = text
    return moved.assign(value=value, low=ends[0], high=ends[1], **texts)
