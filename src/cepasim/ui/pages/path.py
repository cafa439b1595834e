"""The path over the years: history, reference, scenario, and the changes against the reference."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import cast

import streamlit as st

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, tr
from cepasim.economy.verdict import verdicts
from cepasim.report import html
from cepasim.report.blocks import Paragraph
from cepasim.report.in_force import in_force_in_words
from cepasim.report.levels import range_of
from cepasim.report.together import place_of_changes
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.ui import answers, charts, ranges
from cepasim.ui.state import Session

_HEIGHT = 156
_CHANGES = "changes"
_SHORT: Mapping[charts.Item, str] = {
    "balance": mark("Balance"),
    "exports": mark("Exports"),
    "imports": mark("Imports"),
}
_CHANGE = "change_in_balance_usd_mn"


def draw_path(found: Session, result: Result, ranged: ranges.Range | None) -> None:
    """Draw the choice of a line and the path, with the ranges that are there."""
    names: dict[str, str] = {
        _CHANGES: tr("Change"),
        **{item: tr(said) for item, said in _SHORT.items()},
    }
    item = st.segmented_control(
        tr("Path"),
        list(names),
        default=_CHANGES,
        format_func=names.__getitem__,
        key="path-item",
        label_visibility="collapsed",
    )
    prices = year_in_words(found.figures.economy.price_year)
    if item in (_CHANGES, None):
        band = None if ranged is None else ranges.band(ranged, _CHANGE)
        rows = answers.shared().pieces(result)("", "changes", partial(charts.change_rows, result))
        if band is not None:
            rows = charts.banded(rows, band)
        spec = charts.change_spec(_HEIGHT)
        said = [
            tr(
                "Change against the reference, {unit} of {price_year}, fiscal years.",
                unit=figures.unit_mn(),
                price_year=prices,
            )
        ]
        if dated := in_force_in_words(result.scenario):
            said.append(dated)
        if band is not None:
            said.append(tr("Band: 90 % range of the change in the balance."))
        words = change_in_words(result)
    else:
        shown = cast("charts.Item", item)
        plain = plain_reference(found)
        band = None if ranged is None else ranges.band(ranged, f"{shown}_usd_mn")
        rows = charts.path_rows(result, found.figures.history, shown, plain, band)
        spec = charts.path_spec(_HEIGHT, assumed=plain is not None)
        said = [
            tr(
                "{item}, {unit}; history at current prices, then at those of {price_year}. "
                "Wide band: 90 % range of the level; read changes.",
                item=tr(charts.ITEMS[shown]),
                unit=figures.unit_bn(),
                price_year=prices,
            )
        ]
        if band is not None:
            said.append(tr("Narrow band: of the scenario's parameters."))
        verdict = verdicts(found.figures.economy.parameters)["years_to_come"]
        said.append(
            tr(
                "Verdict of history on levels to come: {answer} (page “Evidence”).",
                answer=now(verdict.answer),
            )
        )
        first = str(found.figures.history["fiscal_year"].min())
        words = path_in_words(result, shown, first)
    st.vega_lite_chart(rows, spec, theme=None, alt=words)
    st.html(html.fragment(Paragraph(paragraph(said), "small")))


def plain_reference(found: Session) -> Result | None:
    """Return the reference without the changed assumptions; None where none is changed."""
    shown = found.scenario
    if not (shown.parameters or shown.elasticities or shown.barriers):
        return None
    kept = {"level": shown.level, "refine": shown.refine, "variant": shown.variant}
    dated = {"horizon": shown.horizon, "time": shown.time}
    return found.result(Scenario.reference().model_copy(update=kept | dated))


def change_in_words(result: Result) -> str:
    """Say what the changes come to, for those who do not see them."""
    last = result.totals.iloc[-1]
    return tr(
        "Change of exports, imports and balance against the reference by year, {unit}. In {year} "
        "the balance changes by {change}.",
        unit=figures.unit_mn(),
        year=year_in_words(last["fiscal_year"]),
        change=figures.mn(last[_CHANGE], signed=True, place=place_of_changes(last.to_dict())),
    )


def path_in_words(result: Result, item: charts.Item, first: str) -> str:
    """Say what the path shows, for those who do not see it."""
    last = result.totals.iloc[-1]
    level = range_of(last.to_dict(), item)
    said = tr(
        "{item}, {unit}, {first} to {year}. In {year}: {reference} in the reference, {scenario} in "
        "the scenario.",
        item=tr(charts.ITEMS[item]),
        unit=figures.unit_bn(),
        first=year_in_words(first),
        year=year_in_words(last["fiscal_year"]),
        reference=figures.bn(last[f"baseline_{item}_usd_mn"]),
        scenario=figures.bn(last[f"{item}_usd_mn"]),
    )
    if not level:
        return said
    return paragraph([said, tr("90 % range of the reference: {range}.", range=level)])
