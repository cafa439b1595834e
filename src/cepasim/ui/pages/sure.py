"""How sure: what moves the answer most, figures and the model's own choices, one at a time."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, tr
from cepasim.core.problems import InputError, RunError
from cepasim.report import charts, drawn, html, look, model_choice, views
from cepasim.report.blocks import Table
from cepasim.studies.choice_ranges import of_year
from cepasim.tables.column import TOTALS
from cepasim.ui import ranges, style
from cepasim.ui.draws import DRAWS
from cepasim.ui.messages import charted, plain
from cepasim.ui.pages.arriving import arriving
from cepasim.ui.state import Session, session

_ITEMS = {
    "change_in_balance_usd_mn": mark("Change in balance"),
    "change_in_exports_usd_mn": mark("Change in exports"),
    "change_in_imports_usd_mn": mark("Change in imports"),
}


#: Heads of the answers at both ends of a group's range.
_ENDS = (mark("At the low end"), mark("At the high end"))
#: What turns the sign, and what comes nearest, by the end of a group's range.
_TURNS = {
    "at_low": mark("{group}: at the low end of its range the answer is {amount}."),
    "at_high": mark("{group}: at the high end of its range the answer is {amount}."),
}
_NEAREST = {
    "at_low": mark(
        "No single group turns it; the nearest is “{group}”, at whose low end the answer is "
        "{amount}."
    ),
    "at_high": mark(
        "No single group turns it; the nearest is “{group}”, at whose high end the answer is "
        "{amount}."
    ),
}
#: Groups shown: those that move the answer most.
_SHOWN = 10


def page() -> None:
    """Draw the page, and again once its ranges are there."""
    found = session()
    asked, seen = _page(found)
    if asked is not None:
        arriving(
            found,
            asked.draws,
            seen,
            lambda draws: tr("Ranges: {draws} of {all} draws …", draws=draws.number, all=DRAWS),
        )


def _page(found: Session) -> tuple[ranges.Asked | None, int]:
    """Draw what there is; return the ranges that are asked for, and how many draws it shows."""
    st.html(
        style.title(
            tr("How sure?"),
            tr(
                "{scenario}, {year}: what the answer rests on.",
                scenario=tr(found.scenario.name),
                year=year_in_words(found.year),
            ),
        )
    )
    if found.question:
        st.info(found.question)
    result = found.shown()
    if result is None:
        st.warning(plain(found.message))
        found.message = ""
        return None, 0
    row = views.total_row(result, found.year)
    asked = found.ask_range(result)
    seen = 0 if asked is None else asked.draws.enough
    ranged = None if asked is None else asked.range()
    said = None if ranged is None else ranges.in_words(ranged, found.year)
    st.html(html.fragment(views.headline(row, found.year, said)))
    if not any(row[f"change_in_{flow}_usd_mn"] for flow in ("exports", "imports")):
        st.caption(
            tr("This scenario changes nothing. Open another one to see how sure its answer is.")
        )
        return None, 0
    with st.expander(tr("How far history supports the model, question by question")):
        st.html(html.fragment(views.verdict(found.figures.economy.parameters)))
    item = st.segmented_control(
        tr("Answer"),
        list(_ITEMS),
        default="change_in_balance_usd_mn",
        format_func=lambda one: tr(_ITEMS[one]),
        key="sure-item",
        label_visibility="collapsed",
    )
    # Medians by alternative need all draws: of the first few, none or one may have an alternative.
    if ranged is not None and ranged.draws == DRAWS:
        _choices(ranged, found.year, item or next(iter(_ITEMS)))
    st.markdown("## " + tr("One at a time"), anchors=False)
    st.caption(
        tr(
            "Each group of parameters is moved to the low and to the high end of its ranges while "
            "all others are kept, and each of the model’s own choices to its alternatives. The ten "
            "that move the answer most are shown. Where the two answers differ in sign, the "
            "verdict depends on that group. Ranges and sources are on the page “Parameters”."
        )
    )
    key = ("swings", found.scenario, found.year, id(found.figures))
    kept = st.session_state.get("cepasim-swings")
    if kept is None or kept[0] != key:
        if not st.button(tr("Try every decisive assumption"), type="primary", key="sure-run"):
            st.caption(tr("About sixty runs; takes some seconds."))
            return asked, seen
        swings = _swings(found)
        if swings is None:
            return asked, seen
        st.session_state["cepasim-swings"] = kept = (key, swings)
    asked_item = item or next(iter(_ITEMS))
    title = tr("What moves the answer most, one at a time, {unit}", unit=plain(figures.unit_mn()))
    st.markdown(f"### {title}", anchors=False)
    st.altair_chart(tornado_chart(kept[1], asked_item), theme=None, alt=charted(title))
    st.markdown("### " + tr("What would have to be true for the sign to turn"), anchors=False)
    share = None if ranged is None else opposite(ranged, found.year, asked_item, kept[1])
    for sentence in to_turn(kept[1], asked_item, share):
        st.markdown(f"- {plain(sentence)}")
    st.html(html.fragment(decisive_table(kept[1], asked_item)))
    return asked, seen


def _choices(ranged: ranges.Range, year: str, item: str) -> None:
    """Draw which of the model's own choices moves the answer most."""
    rows = of_year(ranged.decomposition(), year)
    if rows.empty:
        return
    st.markdown("## " + tr("The model’s own choices"), anchors=False)
    title = model_choice.choice_title(year, item)
    st.markdown(plain(title))  # wraps on a phone
    chart = model_choice.choice_ranges(rows, "", item)
    st.altair_chart(chart, theme=None, alt=charted(title))
    st.html(html.fragment(model_choice.choice_table(rows, year, item)))
    for note in ranged.model.notes:
        st.caption(plain(tr("{sentence}.", sentence=now(note))))
    st.caption(
        paragraph(
            [
                tr(
                    "Medians are those of draws of all parameters and choices at once; the "
                    "headline has each at its central value."
                ),
                tr(
                    "From the share of variance is taken what chance alone puts between groups of "
                    "so few draws: 0 % beside medians that differ says that chance may have set "
                    "them apart."
                ),
                tr(drawn.SHARES),
            ]
        )
    )


def _swings(found: Session) -> pd.DataFrame | None:
    """What `cepasim.tornado` gives, with the model's own choices among the groups."""
    economy, scenario = found.figures.economy, found.scenario
    with st.spinner(tr("Running …")):
        try:
            return cepasim.tornado(economy, scenario, found.year, model_choice=True)
        except (InputError, RunError) as error:
            st.warning(plain(str(error)))
    return None


def decisive_table(swings: pd.DataFrame, item: str) -> Table:
    """Return the groups that move an answer most, the largest swing first.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    """
    rows = _decisive(swings, item).head(_SHOWN)
    place = place_of_column(rows[["at_low", "at_high"]].to_numpy(float).ravel())
    cells = tuple(
        (
            now(row["label"]),
            figures.mn(row["at_low"], signed=True, unit=False, place=place),
            figures.mn(row["at_high"], signed=True, unit=False, place=place),
            tr("yes") if row["at_low"] * row["at_high"] < 0 else tr("no"),
        )
        for row in rows.to_dict("records")
    )
    central = float(swings[swings["item"] == item]["central"].iloc[0])
    said = tr(
        "{what} against the reference: {amount} as it is",
        what=tr(_ITEMS[item]),
        amount=figures.mn(central),
    )
    head = (
        tr("What it rests on"),
        *(tr("{what}, {unit}", what=tr(end), unit=figures.unit_mn()) for end in _ENDS),
        tr("Sign depends on it"),
    )
    return Table(said, head, cells)


def _decisive(swings: pd.DataFrame, item: str) -> pd.DataFrame:
    """Rows of an answer that move, the largest swing first."""
    rows = swings[(swings["item"] == item) & (swings["swing"] > 0)]
    return rows.sort_values("swing", ascending=False, kind="stable")


def tornado_chart(swings: pd.DataFrame, item: str) -> alt.LayerChart:
    """Return how far each group moves an answer, the widest first, on one scale.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    """
    rows = []
    for row in _decisive(swings, item).head(_SHOWN).to_dict("records"):
        low, high = sorted((float(row["at_low"]), float(row["at_high"])))
        values = tuple(figures.in_mn(one) for one in (low, float(row["central"]), high))
        rows.append((charts.Row(now(row["label"]), values), 0))
    series = (charts.Series(tr("from the low to the high end of its range"), look.GAIN),)
    return charts.ranges("", series, rows, names=260)


def to_turn(swings: pd.DataFrame, item: str, share: float | None) -> list[str]:
    """Return what alone would turn the sign of an answer, in words.

    Parameters
    ----------
    swings : DataFrame
        From `cepasim.tornado`.
    item : str
    share : float, optional
        Share of draws with the other sign, where ranges are there.
    """
    rows = _decisive(swings, item)
    if rows.empty:
        return [tr("Nothing moves: there is no sign to turn.")]
    central = float(rows["central"].iloc[0])
    ends = [
        (float(row[end]), now(row["label"]), end)
        for row in rows.to_dict("records")
        for end in ("at_low", "at_high")
    ]
    sentences = [
        tr(_TURNS[end], group=group, amount=figures.mn(value))
        for value, group, end in ends
        if value * central < 0
    ]
    if not sentences:
        value, group, end = min(ends, key=lambda found: abs(found[0]))
        amount = figures.mn(value)
        sentences = [tr(_NEAREST[end], group=group, amount=amount)]
    if share is not None:
        sentences.append(
            tr(
                "Several together turn it in {share} % of the draws of all parameters at once "
                "(a share of draws, not a probability).",
                share=f"{100 * share:.0f}",
            )
        )
    return sentences


def opposite(ranged: ranges.Range, year: str, item: str, swings: pd.DataFrame) -> float:
    """Return the share of draws in which an answer has the other sign."""
    central = float(swings[swings["item"] == item]["central"].iloc[0])
    drawn = ranged.sample[:, ranged.fiscal_years.index(year), TOTALS.index(item)]
    return float((drawn * central < 0).mean())
