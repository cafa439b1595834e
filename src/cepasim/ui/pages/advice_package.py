"""Which package: an objective and limits in words, and the package that is best under them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, separated, tr
from cepasim.core.numbers import unit_mn
from cepasim.ui import columns
from cepasim.ui.asked import sought
from cepasim.ui.columns import WRAPPED, amount, height, in_cell, said
from cepasim.ui.messages import plain
from cepasim.ui.pages import advice_bargain
from cepasim.ui.pages.advice_parts import amount_box, opened, workbook, year_box
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.studies.advice.package import Package

_OBJECTIVES = {
    "balance": mark("Narrow India's deficit"),
    "exports": mark("Raise India's exports"),
    "joint_welfare": mark("Raise the welfare of both together"),
}
_MEASURES = 10
#: Rows of the package that are seen at once: its measures, what they do together, the sum.
_ROWS = 14
_LEFT_OUT = 10
#: Pixels of the columns whose texts take several lines.
_MEASURE, _WHY = 188, 330
_COLUMNS = {
    "balance_usd_mn": mark("Balance"),
    "exports_usd_mn": mark("India exports"),
    "imports_usd_mn": mark("India imports"),
    "duty_japan_usd_mn": mark("Duty, Japan"),
    "duty_india_usd_mn": mark("Duty, India"),
    "welfare_japan_usd_mn": mark("Welfare, Japan"),
    "welfare_india_usd_mn": mark("Welfare, India"),
}


def draw(found: Session) -> None:
    """Draw what is asked, and the answer to it once it was looked for."""
    asked = _asked(found)
    st.caption(
        tr(
            "Tried: duties and cost of proving origin (by half and in full) and relief of barriers "
            "(20 and 40 %) by both importers in each of the 21 sections, and a fund of US\\$ 1 or "
            "2 bn."
        )
    )
    question = (repr(asked),)
    package = sought(
        found,
        "package",
        question,
        tr("Running the measures, and searching among them"),
        partial(_search, found.figures.economy, asked),
        again=st.button(tr("Find the package"), type="primary", key="package-run"),
    )
    if package is None:
        st.caption(tr("Some sixty runs and a search; takes 5 to 20 seconds."))
    else:
        _answer(found, package, question)


def _asked(found: Session) -> dict[str, Any]:
    """Draw the objective and the limits; return them as `cepasim.negotiate` takes them."""
    first, second, third = st.columns([1.4, 1, 1], vertical_alignment="bottom")
    with first:
        objective = st.selectbox(
            tr("Objective"),
            list(_OBJECTIVES),
            format_func=lambda one: tr(_OBJECTIVES[one]),
            key="package-aim",
        )
    with second:
        year = year_box(found, "package-year")
    with third:
        most = st.number_input(tr("Measures at most"), 1, 60, _MEASURES, key="package-most")
    left, middle, right, last = st.columns(4, vertical_alignment="bottom")
    gained = tr("Each side gains at least, {unit} of welfare")
    gains = amount_box(left, gained, "package-gains", 0.0, min_value=0.0) or 0.0
    none: dict[str, Any] = {"min_value": 0.0, "placeholder": tr("no limit")}
    lost = tr("Japan loses duty of at most, {unit}"), tr("India loses duty of at most, {unit}")
    japan = amount_box(middle, lost[0], "package-jpn", None, **none)
    india = amount_box(right, lost[1], "package-ind", None, **none)
    out = last.text_input(
        tr("Products nobody touches (HS codes)"), placeholder="1006, 0402", key="package-out"
    )
    barriers = st.checkbox(
        tr("Relief of barriers among the measures"), True, key="package-barriers"
    )
    constraints: dict[str, Any] = {"most_measures": int(most), "each_side_gains_usd_mn": gains}
    duties = {"JPN": japan, "IND": india}
    losses = {side: loss for side, loss in duties.items() if loss is not None}
    if losses:
        constraints["revenue_loss_usd_mn"] = losses
    if codes := [code for code in re.split(r"[\s,;、，]+", out) if code]:
        constraints["exclude"] = codes
    return {
        "objective": objective,
        "year": year,
        "constraints": constraints,
        "barriers": barriers,
    }


def _search(economy: Economy, asked: dict[str, Any]) -> Package:
    """Look for the package."""
    from cepasim.studies.advice.candidates import default_entries

    entries = None
    if not asked["barriers"]:
        entries = [one for one in default_entries(economy.by_chapter) if "ntb" not in one]
    package = cepasim.negotiate(
        economy,
        entries,
        asked["objective"],
        asked["constraints"],
        year=asked["year"],
        name=mark("Advised package"),
    )
    _ = package.table, package.left_out  # worked out once, while the user waits anyway
    return package


def _answer(found: Session, package: Package, question: tuple[str]) -> None:
    """Draw the package: in words, measure by measure, and what was left out."""
    st.markdown(plain(package.sentence))
    st.caption(plain(paragraph(_caveats(package))))
    if not package.chosen:
        return
    with st.container(horizontal=True):
        if st.button(tr("Open as scenario"), type="primary", key="package-open"):
            opened(found, package.scenario, package.year)
        workbook(package.to_excel, "package.xlsx", tr("Workbook"), key="package-file")
    st.markdown(
        tr(
            "**The package**, change against the reference in {year}, {unit}, prices of "
            "{price_year}",
            year=year_in_words(package.year),
            unit=plain(unit_mn()),
            price_year=year_in_words(found.figures.economy.price_year),
        )
    )
    text = st.column_config.TextColumn
    names: dict[str, Any] = {
        "measure": text(tr("Measure"), width=_MEASURE),
        "given_by": text(tr("Given by"), width=62),
    }
    number = st.column_config.NumberColumn  # the heading above says the unit of all
    # The measure says who gives: on a narrow screen there is room for what it brings beside it.
    config: dict[str, Any] = {
        "measure": names["measure"],
        **{
            column: number(tr(name), format="%+.1f", width=max(95, columns.width(tr(name)) + 4))
            for column, name in _COLUMNS.items()
        },
        "given_by": names["given_by"],
    }
    shown = said(package.table, names)
    shown["measure"] = [in_cell(measure, _MEASURE) for measure in shown["measure"]]
    columns.draw(
        shown,
        config,
        key="package-table",
        height=height(len(shown), _ROWS, WRAPPED),
        row_height=WRAPPED,
        alt=tr("Each measure of the package alone, together beyond the sum, and the package"),
    )
    left = package.left_out
    others = left[~left["why"].str.startswith("in place of it")].head(_LEFT_OUT)
    title = tr(
        "Left out: {all}, the {shown} nearest to getting in", all=len(left), shown=len(others)
    )
    with st.expander(title):
        config = names | {
            "would_add_usd_mn": amount(tr("Would add to the objective")),
            "why": text(tr("Why not"), width=_WHY),
        }
        others = said(others, ("measure", "given_by", "why"))
        columns.draw(
            others.assign(
                measure=[in_cell(measure, _MEASURE) for measure in others["measure"]],
                why=[in_cell(why, _WHY) for why in others["why"]],
            ),
            config,
            key="package-left",
            height=height(len(others), row=WRAPPED),
            row_height=WRAPPED,
            alt=tr("Measures that are not in the package, and why"),
        )
    advice_bargain.draw(found, package, question)


def _caveats(package: Package) -> list[str]:
    """What to know before a package is quoted, a sentence each."""
    said = [
        tr(
            "Every value shown is the model's own; what the search first expected differed from it "
            "by {gap} %.",
            gap=f"{abs(package.gap_percent):.1f}",
        )
    ]
    kept = separated(now(row.text) for row in package.terms.rows)
    said.append(tr("Kept to: {limits}.", limits=kept))
    said.append(
        tr(
            "Central values: model choice below says how often the same package is best. Relief of "
            "barriers is assumed (grade D), the same share in every section, so that it outweighs "
            "duties: search without it too. Welfare and responses rest on elasticities that "
            "history does not confirm. Nothing here knows what the other side will accept."
        )
    )
    return said
