"""Percentiles over draws: of totals, of sectors, and as columns beside a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.language import tr
from cepasim.core.problems import RunError
from cepasim.tables.column import TOTALS

#: Percentiles reported.
PERCENTILES = (5, 25, 50, 75, 95)
FLOWS = ("export", "import", "balance")
SECTOR_ITEMS = ("baseline_usd_mn", "scenario_usd_mn", "change_usd_mn")


@dataclass(frozen=True, eq=False)
class Drawn:
    """What draws came to, as tables.

    Attributes
    ----------
    totals, sectors : DataFrame
        Percentiles by year and item; sectors also by flow and chapter.
    samples : ndarray, shape (draws, Y, len(TOTALS))
        NaN where a draw failed.
    failed : tuple of int
    """

    totals: pd.DataFrame
    sectors: pd.DataFrame
    samples: Floats
    failed: tuple[int, ...]

    @classmethod
    def of(
        cls,
        parts: Sequence[Floats],
        central: Floats,
        years: Sequence[str],
        chapters: Sequence[str],
    ) -> Drawn:
        """Percentiles from chunks on disk, one year in memory at a time.

        Parameters
        ----------
        parts : sequence of ndarray, shape (n, Y, len(TOTALS) + 4 H)
            As `study.measure` has each draw.
        central : ndarray, shape (Y, len(TOTALS) + 4 H)
        years, chapters : sequence of str

        Raises
        ------
        RunError
            If no draw has an equilibrium.
        """
        ok = np.concatenate([np.isfinite(part[:, 0, 0]) for part in parts])
        if not ok.any():
            raise RunError(
                tr("no draw has an equilibrium; the scenario is beyond what the model can solve")
            )
        size, totals, sectors = len(TOTALS), [], []
        samples = np.empty((len(ok), len(years), size))
        for place, year in enumerate(years):
            block = np.concatenate([part[:, place, :] for part in parts])
            samples[:, place] = block[:, :size]
            block = block[ok]
            table = statistics(block[:, :size], central[place, :size])
            table.insert(0, "item", list(TOTALS))
            table.insert(0, "fiscal_year", year)
            totals.append(table)
            cells = block[:, size:].reshape(len(block), 4, -1)
            middle = central[place, size:].reshape(4, -1)
            for flow, values, centre in zip(
                FLOWS, _flows(cells), _flows(middle[None]), strict=True
            ):
                for item, value, known in zip(SECTOR_ITEMS, values, centre, strict=True):
                    table = statistics(value, known[0])
                    for name, column in (("item", item), ("hs", list(chapters)), ("flow", flow)):
                        table.insert(0, name, column)
                    table.insert(0, "fiscal_year", year)
                    sectors.append(table)
        return cls(
            pd.concat(totals, ignore_index=True),
            pd.concat(sectors, ignore_index=True),
            samples,
            tuple(int(draw) for draw in np.flatnonzero(~ok)),
        )

    def range_of(self, item: str, fiscal_year: str) -> tuple[float, float]:
        """5th and 95th percentile of a total in one year."""
        rows = self.totals
        row = rows[(rows["fiscal_year"] == fiscal_year) & (rows["item"] == item)].iloc[0]
        return float(row["p5"]), float(row["p95"])

    @property
    def found(self) -> Floats:
        """Samples of the draws that have an equilibrium."""
        return np.delete(self.samples, self.failed, axis=0)


def headline_ranges(
    fiscal_years: Sequence[str], sample: Floats, choice: Floats | None = None
) -> pd.DataFrame:
    """90 % ranges of totals as columns to stand beside ``Result.totals``.

    Parameters
    ----------
    fiscal_years : sequence of str, length Y
    sample : ndarray, shape (draws, Y, len(TOTALS))
        US$ million, of draws that have an equilibrium.
    choice : ndarray of the same shape, optional
        The same where the model's own alternatives are drawn as well.

    Returns
    -------
    DataFrame
        A row for each year: ``fiscal_year``; for each total its 5th and 95th percentile, such as
        ``exports_usd_mn_p5``; ``probability_deficit_falls``, the share of draws. With ``choice``
        also ``exports_usd_mn_choice_p5`` and so on, and ``share_deficit_falls_choice``.
    """
    columns: dict[str, Any] = {"fiscal_year": list(fiscal_years)}
    for mark, found in (("", sample), ("_choice", choice)):
        if found is None:
            continue
        low, high = np.percentile(found, (PERCENTILES[0], PERCENTILES[-1]), axis=0)
        for place, item in enumerate(TOTALS):
            columns[f"{item}{mark}_p5"] = low[:, place]
            columns[f"{item}{mark}_p95"] = high[:, place]
        change = found[:, :, TOTALS.index("change_in_balance_usd_mn")]
        name = "share_deficit_falls_choice" if mark else "probability_deficit_falls"
        columns[name] = (change > 0).mean(axis=0)
    return pd.DataFrame(columns)


def _flows(cells: Floats) -> list[list[Floats]]:
    """Baseline, scenario and change of exports, imports and the balance, shape (n, H) each."""
    old_exports, old_imports, exports, imports = (cells[:, place] for place in range(4))
    pairs = [
        (old_exports, exports),
        (old_imports, imports),
        (old_exports - old_imports, exports - imports),
    ]
    found = [[old, new, new - old] for old, new in pairs]
    found[2][2] = found[0][2] - found[1][2]
    return found


def statistics(values: Floats, central: Floats) -> pd.DataFrame:
    """Statistics over draws, shape (n, c) to c rows."""
    ranked = np.sort(np.ascontiguousarray(values.T), axis=1)
    table = {"central": central, "mean": ranked.mean(axis=1)}
    last = ranked.shape[1] - 1
    for percentile in PERCENTILES:
        at = percentile / 100 * last
        below = int(at)
        above = min(below + 1, last)
        low = ranked[:, below]
        table[f"p{percentile}"] = low + (at - below) * (ranked[:, above] - low)
    above = (ranked > 0).mean(axis=1)
    # What is empty in every draw, as welfare across a change of taste, has no probability.
    table["probability_above_zero"] = np.where(np.isnan(ranked).all(axis=1), np.nan, above)
    return pd.DataFrame(table)
