"""Which of the model's own alternatives moves a headline most: a table and a tornado as a chart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cepasim.core import numbers as figures
from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.report import look
from cepasim.report.blocks import Table
from cepasim.report.drawn import BALANCE

_SAID = {
    "change_in_exports_usd_mn": mark(
        "Change in exports by the model’s own choices, {year}, {unit}"
    ),
    "change_in_imports_usd_mn": mark(
        "Change in imports by the model’s own choices, {year}, {unit}"
    ),
    BALANCE: mark("Change in balance by the model’s own choices, {year}, {unit}"),
}
_DRAWN = {
    "change_in_exports_usd_mn": mark(
        "Change in exports, {year}, {unit}: medians by alternative; dot: the one in use"
    ),
    "change_in_imports_usd_mn": mark(
        "Change in imports, {year}, {unit}: medians by alternative; dot: the one in use"
    ),
    BALANCE: mark("Change in balance, {year}, {unit}: medians by alternative; dot: the one in use"),
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
    ordered = in_order(rows, item)
    place = place_of_column(ordered["median"])
    for row in ordered.to_dict("records"):
        first = row["choice"] != last
        last = row["choice"]
        amount = row["median"]
        median = "–" if amount != amount else figures.millions(amount, signed=True, place=place)
        cells.append(
            (
                tr(str(row["choice_label"])) if first else "",
                tr(str(row["label"])),
                figures.share(row["share_of_draws"]),
                median.replace("-", figures.MINUS),
                figures.share(row["share_of_variance"]) if first else "",
            )
        )
    head = (
        tr("Choice"),
        tr("alternative"),
        tr("share of draws"),
        tr("median"),
        tr("share of variance"),
    )
    title = tr(_SAID[item], year=year_in_words(year), unit=figures.unit_mn())
    return Table(title, head, tuple(cells), numeric=(False, False, True, True, True))


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
    title = choice_title(year, item)
    return choice_ranges(rows, title, item, width)


def choice_title(year: str, item: str = BALANCE) -> str:
    """Return what the tornado of the model's choices shows, its unit and how to read it."""
    return tr(_DRAWN[item], year=year_in_words(year), unit=figures.unit_mn())


def choice_ranges(rows: pd.DataFrame, title: str, item: str = BALANCE, width: int = 440) -> Any:
    """Return `choice_chart` with a title of one's own, or none where a heading stands above it."""
    from cepasim.report import charts

    bars = []
    for _, group in in_order(rows, item).groupby("choice", sort=False):
        medians = group["median"].dropna()
        if medians.empty:
            continue
        ends = (medians.min(), float(group["median"].iloc[0]), medians.max())
        values = tuple(figures.in_mn(float(end)) for end in ends)
        bars.append((charts.Row(tr(str(group["choice_label"].iloc[0])), values), 0))
    series = (charts.Series(tr("medians by alternative"), look.SCENARIO),)
    return charts.ranges(title, series, bars, width=width)
