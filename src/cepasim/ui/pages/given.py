"""Sides apart: what each gives by section, and who gains and loses in one section."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.report import html, views
from cepasim.report.blocks import Block, Paragraph, one_scale
from cepasim.report.given import gives, grants_in_words, industries, rounding
from cepasim.result import Result
from cepasim.ui import answers, remembered
from cepasim.ui.speech import fragment
from cepasim.ui.state import Session

_ALL = "all"


@fragment
def given(found: Session) -> None:
    """Draw the table of both sides, and below it gains and losses in the section chosen."""
    result = found.shown()
    if result is None or not result.scenario.levers:
        return
    year = found.year
    st.markdown("## " + tr("Give and take, {year}", year=year_in_words(year)), anchors=False)
    pieces = answers.shared().pieces(result)
    for side, place in zip(("JPN", "IND"), st.columns(2, gap="medium"), strict=True):
        with place:
            st.html(pieces(year, ("gives", side), partial(_gifts, result, year, side)))
    if said := pieces(year, "rounding", partial(rounding, result, year)):
        st.caption(said)
    st.markdown(
        "## " + tr("Industries and suppliers, {year}", year=year_in_words(year)), anchors=False
    )
    section = _section(found)
    remembered.write_in_part("scenario")
    both = pieces(
        year, ("industries", section), partial(_industries_and_suppliers, result, year, section)
    )
    for place, shown in zip(st.columns(2, gap="small"), both, strict=True):
        place.html(shown)


def _gifts(result: Result, year: str, side: str) -> str:
    gifts: list[Block] = [gives(result, year, side)]
    if side == "JPN" and (grants := grants_in_words(result, year)):
        gifts.append(Paragraph(grants, "small"))
    return html.fragment(*gifts)


def _industries_and_suppliers(result: Result, year: str, section: str | None) -> list[str]:
    """Both markets, the industries of both on one scale and the suppliers on another."""
    sides = (("JPN", "export"), ("IND", "import"))
    shown = one_scale(*([industries(result, year, side, section)] for side, _ in sides))
    if section is None:  # suppliers of all sections are above
        return [html.fragment(*column) for column in shown]
    rows = result.who_loses(year, section)
    losers = one_scale(
        *(
            views.losers(
                rows, {f"change_in_{flow}s_usd_mn": _sold(result, year, side, section)}, year, flow
            )
            for side, flow in sides
        )
    )
    return [html.fragment(*above, *below) for above, below in zip(shown, losers, strict=True)]


def _section(found: Session) -> str | None:
    names = {
        s.code: f"{s.code} {tr(s.name)}" for s in found.figures.economy.classification.sections
    }
    names = {_ALL: tr("All sections")} | names
    chosen = st.selectbox(
        tr("Section"),
        list(names),
        format_func=names.__getitem__,
        key="given-section",
        help=tr("Industries and suppliers of this section only"),
        width=420,
    )
    return None if chosen == _ALL else str(chosen)


def _sold(result: Result, year: str, side: str, section: str | None) -> float:
    """Change in what the other side sells, in one section or in all."""
    rows = result.give_and_take(year)
    rows = rows[(rows["side"] == side) & (rows["section"] == (section or "total"))]
    return float(rows["sales_usd_mn"].sum())
