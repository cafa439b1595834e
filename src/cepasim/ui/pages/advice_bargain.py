"""Beside the best package: the bargain of both sides, prices of constraints, and model choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import streamlit as st

from cepasim.core.language import mark, now, tr
from cepasim.report.bargain import frontier_chart
from cepasim.studies.advice import package_text
from cepasim.ui import columns
from cepasim.ui.asked import sought
from cepasim.ui.columns import amount, said
from cepasim.ui.messages import plain
from cepasim.ui.pages.advice_parts import opened
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.package import Package

T = TypeVar("T")
_POINTS = 6
_MEASURES = {"welfare": mark("welfare"), "sales": mark("sales to the other")}
_LIMITS = {
    "narrow_deficit_usd_mn": mark("Deficit narrower by"),
    "each_side_gains_usd_mn": mark("Each side gains at least"),
    "revenue_loss_usd_mn": mark("Duty lost at most"),
    "reciprocity_percent": mark("Gains of the sides differ by at most"),
    "sensitive_percent": mark("Lines kept as they are at most"),
    "exclude": mark("Products nobody touches"),
    "most_sections": mark("Sections at most"),
    "most_measures": mark("Measures at most"),
}


def draw(found: Session, package: Package, question: tuple[str]) -> None:
    """Draw what can be asked about a package, and the answers once they were looked for."""
    names = (tr("Bargain of both sides"), tr("Price of each limit"), tr("How sure?"))
    bargain, prices, sure = st.tabs(list(names))
    with bargain:
        _bargain(found, package, question)
    with prices:
        _prices(found, package, question)
    with sure:
        _sure(found, package, question)


def _kept(
    found: Session, key: str, question: tuple[str], texts: tuple[str, str], find: Callable[[], T]
) -> T | None:
    """What was found about this package, once the user asked for it."""
    button, why = texts
    again = st.button(button, key=f"{key}-run")
    answer = sought(found, key, question, tr("Searching"), find, again=again)
    if answer is None:
        st.caption(why)
    return answer


def _bargain(found: Session, package: Package, question: tuple[str]) -> None:
    """Draw the frontier between the two sides' gains, and the Nash point on it."""

    def find() -> tuple[Package, pd.DataFrame]:
        return package.nash(), package.frontier(_POINTS)

    answer = _kept(
        found,
        "bargain",
        question,
        (
            tr("Find the frontier and the Nash point"),
            tr(
                "The most India can gain for each gain of Japan, and the largest product of both "
                "gains."
            ),
        ),
        find,
    )
    if answer is None:
        return
    nash, frontier = answer
    points = [(tr("this package"), package.gains), (tr("Nash point"), nash.gains)]
    measure = tr(_MEASURES[package.terms.measure])
    prices = found.figures.economy.price_year
    chart = frontier_chart(frontier, points, package.year, measure, prices)
    words = tr("Chart: the gain of India for each gain of Japan. {said}", said=nash.sentence)
    st.altair_chart(chart, theme=None, alt=words)
    st.markdown(tr("**Nash point.** {said}", said=plain(nash.sentence)))
    st.caption(
        tr(
            "Gains of each side against no deal, in the model, kept to the same limits. The "
            "largest product of both gains does not depend on their units; it says nothing about "
            "power. The balance is no gain of either side: where both sell more it may move either "
            "way, whatever the package was asked to do."
        )
    )
    if nash.chosen and st.button(tr("Open the Nash point as scenario"), key="bargain-open"):
        opened(found, nash.scenario, package.year)


def _prices(found: Session, package: Package, question: tuple[str]) -> None:
    """Draw what each limit costs the objective."""
    prices = _kept(
        found,
        "prices",
        question,
        (
            tr("Find the price of each limit"),
            tr("The search again without each limit, and with a tenth more room."),
        ),
        lambda: package.shadow_prices,
    )
    if prices is None:
        return
    if prices.empty:
        st.caption(tr("No limit was set."))
        return
    shown = prices.assign(
        constraint=[tr(_LIMITS[name]) for name in prices["constraint"]],
        limit=package_text.limits_in_words(package),
        price_usd_mn=prices["without_usd_mn"] - prices["objective_usd_mn"],
    )
    config: dict[str, Any] = {
        "constraint": st.column_config.TextColumn(tr("Limit"), width=300),
        "limit": tr("Set at"),
        "objective_usd_mn": amount(tr("Objective as it is")),
        "looser_usd_mn": amount(tr("A tenth looser")),
        "price_usd_mn": amount(tr("Costs"), help=tr("Objective without the limit, less that")),
    }
    columns.draw(
        shown,
        config,
        key="prices-table",
        alt=tr("What each limit costs the objective"),
    )


def _sure(found: Session, package: Package, question: tuple[str]) -> None:
    """Draw how often the same package, and each measure, is best under the alternatives."""
    sure = _kept(
        found,
        "sure-package",
        question,
        (
            tr("Search again under each alternative of the model"),
            tr(
                "Engine, rule for lines, weights, use of preferences, elasticities, reference: "
                "about fifteen searches, 20 to 60 seconds."
            ),
        ),
        package.how_sure,
    )
    if sure is None:
        return
    st.markdown(plain(sure.text))
    for note in sure.notes:
        st.caption(plain(now(note)))
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    tick = st.column_config.CheckboxColumn
    config: dict[str, Any] = {
        "measure": text(tr("Measure"), width=420),
        "given_by": tr("Given by"),
        "in_package": tick(tr("In the package")),
        "alternatives_percent": number(tr("Chosen in, % of alternatives"), format="%.0f"),
        "other_depth_percent": number(tr("At another depth, %"), format="%.0f"),
    }
    columns.draw(
        said(sure.measures, ("measure", "given_by")),
        config,
        key="sure-measures",
        alt=tr("How often each measure is chosen under the model's own alternatives"),
    )
    config = {
        "choice": tr("Choice"),
        "label": tr("Alternative"),
        "same": tick(tr("Same package")),
        "package_usd_mn": amount(tr("This package")),
        "best_usd_mn": amount(tr("Best there")),
        "holds": tick(tr("Keeps to the limits")),
    }
    columns.draw(
        said(sure.alternatives, ("choice", "label")),
        config,
        key="sure-alternatives",
        alt=tr("This package and the best one under each alternative"),
    )
