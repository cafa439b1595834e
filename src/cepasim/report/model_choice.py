"""Which of the model's own alternatives moves a headline most: a table and a tornado as a chart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.report import look
from cepasim.report.blocks import Table
from cepasim.report.drawn import BALANCE

_SAID = {
    "change_in_exports_usd_mn": "Change in exports",
    "change_in_imports_usd_mn": "Change in imports",
    BALANCE: "Change in balance",
}


def in_order(rows: pd.DataFrame, item: str = BALANCE) -> pd.DataFrame:
    """Rows of one headline, the choice that moves it most first.

    Parameters
    ----------
    rows : DataFrame
        ``ModelChoiceRanges.decomposition`` of one year.
    item : str, optional
    """
    rows = rows[rows["item"] == item]
    order = {
        choice: place
        for place, choice in enumerate(
            rows.sort_values("swing", ascending=False, kind="stable")["choice"].unique()
        )
    }
    return rows.sort_values("choice", key=lambda choices: choices.map(order), kind="stable")


def choice_table(rows: pd.DataFrame, year: str, item: str = BALANCE) -> Table:
    """Return medians by alternative, with the part of the variance each choice explains.

    Parameters
    ----------
    rows : DataFrame
        As `in_order` takes them.
    year : str
    item : str, optional
    """
    cells, last = [], None
    for row in in_order(rows, item).to_dict("records"):
        first = row["choice"] != last
        last = row["choice"]
        median = "–" if row["median"] != row["median"] else figures.mn(row["median"], signed=True)
        cells.append(
            (
                str(row["choice_label"]) if first else "",
                str(row["label"]),
                f"{100 * row['share_of_draws']:.0f} %",
                median,
                f"{100 * row['share_of_variance']:.0f} %" if first else "",
            )
        )
    head = ("Choice", "alternative", "share of draws", "median", "explains of the variance")
    return Table(f"{_SAID[item]} by the model’s own choices, {year}, US$", head, tuple(cells))


def choice_chart(rows: pd.DataFrame, year: str, item: str = BALANCE, width: int = 440) -> Any:
    """Return the tornado: from the smallest to the largest median of each choice.

    Parameters
    ----------
    rows : DataFrame
        As `in_order` takes them.
    year : str
    item : str, optional
    width : int, optional
        Pixels.

    Returns
    -------
    altair.LayerChart
        The dot is the median of the alternative that the central run has.
    """
    from cepasim.report import charts

    bars = []
    for _, group in in_order(rows, item).groupby("choice", sort=False):
        medians = group["median"].dropna()
        if medians.empty:
            continue
        values = (medians.min(), float(group["median"].iloc[0]), medians.max())
        bars.append((charts.Row(str(group["choice_label"].iloc[0]), values), 0))
    series = (charts.Series("medians by alternative", look.SCENARIO),)
    title = f"{_SAID[item]}, {year}, US$ mn: medians by alternative; dot: the central one"
    return charts.ranges(title, series, bars, width=width)
