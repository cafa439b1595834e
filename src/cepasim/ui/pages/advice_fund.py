"""How to spend the fund: the split that does most, beside the equal one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.currency import large_dollars
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, tr
from cepasim.levers.words import WINDOWS, dollars_in_words
from cepasim.ui import columns
from cepasim.ui.asked import sought
from cepasim.ui.columns import NAME, amount, height, said
from cepasim.ui.messages import plain
from cepasim.ui.pages.advice_parts import opened, year_box
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.allocate import FundAllocation

_OBJECTIVES = {
    "balance": mark("India's balance with Japan"),
    "exports": mark("India's exports to Japan"),
}
#: Draws of the range: the user waits for them, a tenth of a second each.
_DRAWS = 50


def draw(found: Session) -> None:
    """Draw what is asked, and the answer to it once it was looked for."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    unit, per_bn = large_dollars()
    least, most, begins, step = (per_bn * amount for amount in (0.1, 20.0, 2.0, 0.5))
    shown = left.number_input(
        tr("Fund, {unit}", unit=unit.head),
        least,
        most,
        begins,
        step=step,
        format="%.2f" if per_bn == 1 else "%g",
        key="split-size" if per_bn == 1 else f"split-size:{per_bn:g}",
    )
    size = shown / per_bn
    with middle:
        objective: Any = st.selectbox(
            tr("Objective"),
            list(_OBJECTIVES),
            format_func=lambda one: tr(_OBJECTIVES[one]),
            key="split-aim",
        )
    with right:
        year = year_box(found, "split-year")

    economy = found.figures.economy

    def find() -> tuple[FundAllocation, dict[str, float]]:
        # Without its range the central value misleads.
        split = cepasim.allocate_fund(economy, size, objective, year)
        return split, split.how_sure(draws=_DRAWS)

    answer = sought(
        found,
        "split",
        (size, objective, year),
        tr("Trying money in every industry, and drawing how sure it is"),
        find,
        again=st.button(tr("Divide the fund"), type="primary", key="split-run"),
    )
    if answer is None:
        st.caption(
            tr("Each industry with more and more money, and draws of all assumptions: 10 seconds.")
        )
        return
    _answer(found, *answer, (size, objective, year))


def _answer(
    found: Session, split: FundAllocation, sure: dict[str, float], asked: tuple[float, str, str]
) -> None:
    """Draw the split in words, beside the equal one, and how sure it is."""
    size, objective, year = asked
    name = tr("{what}, {year}", what=tr(_OBJECTIVES[objective]), year=year_in_words(year))
    changed = tr(
        "Change in {what}, {year}, {currency}",
        what=tr(_OBJECTIVES[objective]),
        year=year_in_words(year),
        currency=figures.currency_sign(),
    )
    does = tr(
        "{this} with this split, {equal} with the equal one (prices of {price_year}, change "
        "against the reference).",
        this=figures.mn(split.outcome_usd_mn, signed=True),
        equal=figures.mn(split.equal_usd_mn, signed=True),
        price_year=year_in_words(found.figures.economy.price_year),
    )
    st.markdown(tr("**{name}:** {said}", name=plain(changed), said=plain(does)))
    st.markdown(plain(_how_sure(sure)))
    st.markdown(plain(split.in_words(with_effect=False)))
    st.caption(
        tr(
            "Export share, Japan's share and inputs are assumed (grade D) and the same for "
            "all industries of a window, and the choice between the windows follows from these "
            "assumptions alone. Inside a window the differences are a few percent: read its money "
            "as spread over several industries, not as a ranking."
        )
    )
    buttons = st.container(horizontal=True)
    if buttons.button(tr("Open as scenario"), type="primary", key="split-open"):
        dollars = dollars_in_words(1000 * size, bn=True)
        best = tr("Fund of {amount}, best split", amount=dollars)
        opened(found, split.scenario.model_copy(update={"name": best}), year)
    if buttons.button(tr("Open the equal split"), key="split-open-equal"):
        equal = split.equal_scenario.model_copy(update={"name": tr("Fund, equal split")})
        opened(found, equal, year)
    table = split.table
    table["equal_usd_bn"] = table["equal_share"] * size
    table["window"] = table["window"].map(WINDOWS)
    config = split_columns(name)
    table = table.sort_values("share", ascending=False, kind="stable")
    columns.draw(
        said(table, ("label", "window")),
        config,
        key="split-table",
        height=height(len(table), len(table)),
        alt=tr("Money by industry: this split and the equal one"),
    )
    _again(found, split, asked)


def split_columns(name: str) -> dict[str, Any]:
    """Return the columns of a split; a narrow screen has room for the industry and its money.

    Parameters
    ----------
    name : str
        Of what the split serves.
    """
    return {
        "label": st.column_config.TextColumn(tr("Industry"), width=NAME),
        "usd_bn": amount(tr("This split"), figures.unit_bn(), form="%.2f"),
        "equal_usd_bn": amount(tr("Equal split"), figures.unit_bn(), form="%.2f"),
        "marginal_usd_per_usd": st.column_config.NumberColumn(
            tr("Effect of one more US$, US$"),
            format="%+.4f",
            help=tr(
                "{name}, where an industry gets a dollar more and all others keep theirs", name=name
            ),
        ),
        "window": tr("Window"),
    }


def _again(found: Session, split: FundAllocation, asked: tuple[float, str, str]) -> None:
    """Divide the fund again under the model's own alternatives, where that is asked for."""
    again = sought(
        found,
        "split-again",
        asked,
        tr("Dividing the fund under each alternative of the model"),
        split.under_model_choice,
        again=st.button(tr("How sure is the split under model choice?"), key="split-again"),
    )
    if again is None:
        return
    st.markdown(plain(again.text))
    for note in again.notes:
        st.caption(plain(now(note)))
    number = st.column_config.NumberColumn
    shares = again.industries[again.industries["most"] > 0].copy()
    for name in ("share", "least", "most"):
        shares[name] = 100 * shares[name]
    over = tr("Over the alternatives")
    config: dict[str, Any] = {
        "label": tr("Industry"),
        "share": number(tr("This split, %"), format="%.0f"),
        "least": number(tr("Least, %"), format="%.0f", help=over),
        "most": number(tr("Most, %"), format="%.0f", help=over),
        "alternatives_percent": number(tr("Gets money in, % of alternatives"), format="%.0f"),
    }
    columns.draw(
        said(shares, ("label",)),
        config,
        key="split-again-table",
        height=height(len(shares)),
        alt=tr("Share of each industry under the model's own alternatives"),
    )


def _how_sure(sure: dict[str, float]) -> str:
    """Say what the ranges of the assumptions leave of the split."""
    low, high = sure["outcome_p5"], sure["outcome_p95"]
    does = figures.range_mn(low, high)
    if low < 0 < high:
        first = tr(
            "90 % range of this split: {range}: whether it helps at all is not certain.", range=does
        )
    else:
        first = tr("90 % range of this split: {range}.", range=does)
    second = tr(
        "In {share} % of draws it is better than an equal split; the difference is {range} "
        "(90 % range).",
        share=f"{100 * sure['better_share']:.0f}",
        range=figures.range_mn(sure["p5"], sure["p95"]),
    )
    third = tr("{draws} draws of all assumptions: the ends are rough.", draws=_DRAWS)
    return paragraph([first, second, third])
