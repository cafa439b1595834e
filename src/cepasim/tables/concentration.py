"""How concentrated trade is on few products, as Tables 4.6 and 4.7 of the study measure it.

Shares of HS chapters in a flow, in percent: the sum of the three, five and ten largest, and the
Herfindahl-Hirschman index, the sum of all squared shares (0 to 10,000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy

MEASURES = ("top_3", "top_5", "top_10", "hhi")
COLUMNS = ("fiscal_year", "flow", "measure", "baseline", "scenario")
# The tables stand in Japan's statistics: its exports to India are India's imports.
_TABLES = {"export": "table_4_7", "import": "table_4_6"}
_PRINTED = {"top_3": "Top 3", "top_5": "Top 5", "top_10": "Top 10", "hhi": "HHI"}
_TABLE_YEAR = "2023"


def concentration(values: NDArray[np.float64]) -> dict[str, float]:
    """Concentration of a flow over its chapters.

    Parameters
    ----------
    values : ndarray, shape (H,)
        Trade by chapter, any unit, at least 0.

    Returns
    -------
    dict
        ``top_3``, ``top_5``, ``top_10`` in percent and ``hhi`` from 0 to 10,000; NaN where there
        is no trade at all.
    """
    total = values.sum()
    if not total > 0:
        return dict.fromkeys(MEASURES, float("nan"))
    shares = np.sort(100 * values / total)[::-1]
    top = {f"top_{count}": float(shares[:count].sum()) for count in (3, 5, 10)}
    return top | {"hhi": float((shares**2).sum())}


def basket(sectors: pd.DataFrame) -> pd.DataFrame:
    """Concentration of both flows in every year, in the reference and in the scenario.

    Parameters
    ----------
    sectors : DataFrame
        ``Result.sectors``.

    Returns
    -------
    DataFrame
        ``fiscal_year``, ``flow``, ``measure``, ``baseline``, ``scenario``; percent, and index
        points for ``hhi``.
    """
    rows = []
    for (year, flow), part in sectors.groupby(["fiscal_year", "flow"], sort=False):
        before, after = (
            concentration(part[column].to_numpy(float))
            for column in ("baseline_usd_mn", "scenario_usd_mn")
        )
        rows += [(year, flow, measure, before[measure], after[measure]) for measure in MEASURES]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def compare_basket(economy: Economy) -> pd.DataFrame:
    """Set the benchmark's concentration beside what the study's tables print for 2023.

    The two sources differ: the benchmark is India's fiscal year 2023-24 in India's statistics,
    chapters estimated; the tables are Japan's statistics of calendar 2023, with a residual
    chapter 00. And the tables do not quite agree with themselves: their ten printed shares do not
    add to the printed top 10 (nor, in Table 4.6, the first three to the top 3).

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.

    Returns
    -------
    DataFrame
        One row per flow (seen from India) and measure: ``flow``, ``table``, ``measure``,
        ``benchmark``, ``printed``, ``difference`` (benchmark minus printed), ``sum_of_shares``
        (of the table's own rows; for ``hhi`` of ten squares, so a lower bound) and ``note``.
    """
    rows = []
    for flow, stem in _TABLES.items():
        pairs = economy.by_chapter.bilateral
        trade = pairs[pairs["flow"] == flow]
        ours = concentration(trade["value"].to_numpy(float))
        tables = {
            "table_4_6": ("study/table_4_6_summary", "study/table_4_6_shares"),
            "table_4_7": ("study/table_4_7_summary", "study/table_4_7_shares"),
        }[stem]
        summary, shares = (
            table[table["calendar_year"].astype(str) == _TABLE_YEAR]
            for table in (economy.parameters.table(name) for name in tables)
        )
        printed = summary.set_index("measure")["value"]
        ranked = shares.sort_values("rank")["value"].to_numpy(float)
        label = f"Table {stem[-3:].replace('_', '.')}"
        for measure in MEASURES:
            said = float(printed[_PRINTED[measure]])
            if measure == "hhi":
                added, note = float((ranked**2).sum()), "ten squared shares: a lower bound"
            else:
                added = float(ranked[: int(measure.removeprefix("top_"))].sum())
                gap = round(added - said, 6)
                note = (
                    ""
                    if abs(gap) < 0.05
                    else f"the shares {label} prints add to {added:.1f}, not to its {said:.1f}"
                )
            rows.append(
                (flow, label, measure, ours[measure], said, ours[measure] - said, added, note)
            )
    columns = ["flow", "table", "measure", "benchmark", "printed", "difference", "sum_of_shares"]
    return pd.DataFrame(rows, columns=[*columns, "note"])
