"""Beside the best package: the bargain of both sides, prices of constraints, and model choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import streamlit as st

from cepasim.core.problems import RunError
from cepasim.report.bargain import frontier_chart
from cepasim.ui.messages import plain
from cepasim.ui.navigation import go
from cepasim.ui.state import Session
from cepasim.ui.waiting import bar

if TYPE_CHECKING:
    from cepasim.studies.advice.package import Package

T = TypeVar("T")
_POINTS = 6
_MEASURES = {"welfare": "welfare", "sales": "sales to the other"}


def draw(found: Session, package: Package) -> None:
    """Draw what can be asked about a package, and the answers once they were looked for."""
    bargain, prices, sure = st.tabs(["Bargain of both sides", "Price of each limit", "How sure?"])
    with bargain:
        _bargain(found, package)
    with prices:
        _prices(package)
    with sure:
        _sure(package)


def _kept(key: str, package: Package, button: str, why: str, find: Callable[[], T]) -> T | None:
    """What was found about this package, once the user asked for it."""
    name = f"cepasim-{key}"
    kept = st.session_state.get(name)
    if kept is not None and kept[0] is package:
        answer: T = kept[1]
        return answer
    if not st.button(button, key=f"{key}-run"):
        st.caption(why)
        return None
    with bar("Searching"):
        try:
            answer = find()
        except RunError as failed:
            st.warning(plain(str(failed)))
            return None
    st.session_state[name] = (package, answer)
    return answer


def _bargain(found: Session, package: Package) -> None:
    """Draw the frontier between the two sides' gains, and the Nash point on it."""

    def find() -> tuple[Package, pd.DataFrame]:
        return package.nash(), package.frontier(_POINTS)

    answer = _kept(
        "bargain",
        package,
        "Find the frontier and the Nash point",
        "The most India can gain for each gain of Japan, and the largest product of both gains.",
        find,
    )
    if answer is None:
        return
    nash, frontier = answer
    points = [("this package", package.gains), ("Nash point", nash.gains)]
    measure = _MEASURES[package.terms.measure]
    st.altair_chart(frontier_chart(frontier, points, package.year, measure), theme=None)
    st.markdown(f"**Nash point.** {plain(nash.sentence)}")
    st.caption(
        "Gains of each side against no deal, in the model, kept to the same limits. The largest "
        "product of both gains does not depend on their units; it says nothing about power."
    )
    if nash.chosen and st.button("Open the Nash point as scenario", key="bargain-open"):
        found.load(nash.scenario)
        found.year = package.year
        go("scenario")


def _prices(package: Package) -> None:
    """Draw what each limit costs the objective."""
    prices = _kept(
        "prices",
        package,
        "Find the price of each limit",
        "The search again without each limit, and with a tenth more room.",
        lambda: package.shadow_prices,
    )
    if prices is None:
        return
    if prices.empty:
        st.caption("No limit was set.")
        return
    number = st.column_config.NumberColumn
    shown = prices.assign(
        constraint=prices["constraint"].str.removesuffix("_usd_mn").str.replace("_", " "),
        price=prices["without_usd_mn"] - prices["objective_usd_mn"],
    )
    st.dataframe(
        shown,
        key="prices-table",
        hide_index=True,
        column_order=["constraint", "limit", "objective_usd_mn", "looser_usd_mn", "price"],
        column_config={
            "constraint": "Limit",
            "limit": "Set at",
            "objective_usd_mn": number("Objective as it is, US$ mn", format="%+.1f"),
            "looser_usd_mn": number("A tenth looser, US$ mn", format="%+.1f"),
            "price": number("Costs, US$ mn", format="%+.1f", help="Objective without it, less"),
        },
        alt="What each limit costs the objective",
    )


def _sure(package: Package) -> None:
    """Draw how often the same package, and each measure, is best under the alternatives."""
    sure = _kept(
        "sure-package",
        package,
        "Search again under each alternative of the model",
        "Engine, rule for lines, weights, use of preferences, elasticities, reference: about "
        "fifteen searches, 20 to 60 seconds.",
        package.how_sure,
    )
    if sure is None:
        return
    st.markdown(plain(sure.text))
    for note in sure.notes:
        st.caption(plain(note))
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    config: dict[str, Any] = {
        "measure": text("Measure", width=420),
        "given_by": "Given by",
        "in_package": st.column_config.CheckboxColumn("In the package"),
        "alternatives_percent": number("Chosen in, % of alternatives", format="%.0f"),
        "other_depth_percent": number("At another depth, %", format="%.0f"),
    }
    st.dataframe(
        sure.measures,
        key="sure-measures",
        hide_index=True,
        column_order=list(config),
        column_config=config,
        alt="How often each measure is chosen under the model's own alternatives",
    )
    st.dataframe(
        sure.alternatives,
        key="sure-alternatives",
        hide_index=True,
        column_order=["choice", "label", "same", "package_usd_mn", "best_usd_mn", "holds"],
        column_config={
            "choice": "Choice",
            "label": "Alternative",
            "same": st.column_config.CheckboxColumn("Same package"),
            "package_usd_mn": number("This package, US$ mn", format="%+.1f"),
            "best_usd_mn": number("Best there, US$ mn", format="%+.1f"),
            "holds": st.column_config.CheckboxColumn("Keeps to the limits"),
        },
        alt="This package and the best one under each alternative",
    )
