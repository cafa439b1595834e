"""The path over the years: history, reference, scenario, and the changes against the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import streamlit as st

from cepasim.core import numbers as figures
from cepasim.report import html
from cepasim.report.blocks import Paragraph
from cepasim.report.levels import range_of
from cepasim.result import Result
from cepasim.ui import charts, ranges
from cepasim.ui.state import Session

_HEIGHT = 190
_CHANGES = "changes"
_CHANGE = "change_in_balance_usd_mn"


def draw_path(found: Session, result: Result) -> Callable[[ranges.Range | None], None]:
    """Draw the choice of a line; return what draws the path itself, and draws it anew."""
    names = {_CHANGES: "Change"} | {item: said.split()[0] for item, said in charts.ITEMS.items()}
    item = st.segmented_control(
        "Path",
        list(names),
        default=_CHANGES,
        format_func=names.__getitem__,
        key="path-item",
        label_visibility="collapsed",
    )
    chart, note = st.empty(), st.empty()

    def draw(ranged: ranges.Range | None) -> None:
        if item in (_CHANGES, None):
            band = None if ranged is None else ranges.band(ranged, _CHANGE)
            rows, spec = charts.change_rows(result, band), charts.change_spec(_HEIGHT)
            said = "Change against the reference, US$ bn of 2023-24, fiscal years." + (
                "" if band is None else " Band: 90 % range of the change in the balance."
            )
            words = change_in_words(result)
        else:
            shown = cast("charts.Item", item)
            plain = found.plain_reference()
            band = None if ranged is None else ranges.band(ranged, f"{shown}_usd_mn")
            rows = charts.path_rows(result, found.figures.history, shown, plain, band)
            spec = charts.path_spec(_HEIGHT, assumed=plain is not None)
            said = (
                f"{charts.ITEMS[shown]}, US$ bn; history at current prices, then at those of "
                "2023-24. Wide band: 90 % range of the level; read changes."
                + ("" if band is None else " Narrow band: of the scenario's parameters.")
            )
            words = path_in_words(result, shown)
        chart.vega_lite_chart(rows, spec, theme=None, alt=words)
        note.html(html.fragment(Paragraph(said, "small")))

    return draw


def change_in_words(result: Result) -> str:
    """Say what the changes come to, for those who do not see them."""
    last = result.totals.iloc[-1]
    return (
        "Change of exports, imports and balance against the reference by year, US$ bn. In "
        f"{last['fiscal_year']} the balance changes by {figures.bn(last[_CHANGE], signed=True)}."
    )


def path_in_words(result: Result, item: charts.Item) -> str:
    """Say what the path shows, for those who do not see it."""
    last = result.totals.iloc[-1]
    level = range_of(last.to_dict(), item)
    return (
        f"{charts.ITEMS[item]}, US$ bn, 2013-14 to {last['fiscal_year']}. In "
        f"{last['fiscal_year']}: {figures.bn(last[f'baseline_{item}_usd_mn'])} in the reference"
        f"{f' (90 % range {level})' if level else ''}, "
        f"{figures.bn(last[f'{item}_usd_mn'])} in the scenario."
    )
