"""How sure: the decisive assumptions one at a time, at both ends of their ranges."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

import cepasim
from cepasim.core.problems import InputError, RunError
from cepasim.report import drawn, html, model_choice, views
from cepasim.report import numbers as figures
from cepasim.report.blocks import Table
from cepasim.scenario.scenario import Scenario
from cepasim.studies.choice_ranges import of_year
from cepasim.ui import assumptions, ranges, style
from cepasim.ui.messages import plain
from cepasim.ui.state import Session, session

_ITEMS = {
    "change_in_balance_usd_mn": "Change in balance",
    "change_in_exports_usd_mn": "Change in exports",
    "change_in_imports_usd_mn": "Change in imports",
}


@dataclass(frozen=True, slots=True)
class Swing:
    """What the answer is with one assumption at the ends of its range.

    Attributes
    ----------
    assumption : Assumption
    ends : tuple of float
        Low and high value of the assumption.
    answers : tuple of dict
        Changes of the year by column of ``Result.balance``, at low and at high.
    """

    assumption: assumptions.Assumption
    ends: tuple[float, float]
    answers: tuple[dict[str, float], dict[str, float]]


def with_assumption(scenario: Scenario, name: str, value: float) -> Scenario:
    """Return a scenario under one more assumption."""
    written = scenario.to_dict()
    return Scenario.from_dict({**written, "parameters": {**written["parameters"], name: value}})


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(
        style.title("How sure?", f"{found.scenario.name}, {found.year}: what the answer rests on.")
    )
    if found.question:
        st.info(found.question)
    result = found.shown()
    if result is None:
        st.warning(plain(found.message))
        found.message = ""
        return
    row = views.total_row(result, found.year)
    asked = found.ask_range(result)
    ranged = None if asked is None else asked.range()
    said = None if ranged is None else ranges.in_words(ranged, found.year)
    st.html(html.fragment(views.headline(row, found.year, said)))
    st.markdown(
        "Each decisive assumption is moved to the low and to the high end of its range, all others "
        "kept. Where the two answers differ in sign, the verdict depends on that assumption. "
        "Ranges and sources are on the page “Parameters”."
    )
    item = st.segmented_control(
        "Answer",
        list(_ITEMS),
        default="change_in_balance_usd_mn",
        format_func=_ITEMS.__getitem__,
        key="sure-item",
        label_visibility="collapsed",
    )
    if ranged is not None:
        _choices(ranged, found.year, item or next(iter(_ITEMS)))
    key = ("swings", found.scenario, found.year, id(found.figures))
    kept = st.session_state.get("cepasim-swings")
    if kept is None or kept[0] != key:
        if not st.button("Try every decisive assumption", type="primary", key="sure-run"):
            st.caption("About twenty runs; takes some seconds.")
            return
        swings = _swings(found)
        st.session_state["cepasim-swings"] = kept = (key, swings)
    _table(kept[1], item or "change_in_balance_usd_mn", float(row[item or next(iter(_ITEMS))]))


def _choices(ranged: ranges.Range, year: str, item: str) -> None:
    """Draw which of the model's own choices moves the answer most."""
    rows = of_year(ranged.decomposition(), year)
    if rows.empty:
        return
    st.markdown("**The model’s own choices**")
    chart = model_choice.choice_chart(rows, year, item)
    st.altair_chart(chart, theme=None)
    st.html(html.fragment(model_choice.choice_table(rows, year, item)))
    for note in ranged.model.notes:
        st.caption(plain(note))
    st.caption(drawn.SHARES)
    st.markdown("**The figures, one at a time**")


def _swings(found: Session) -> list[Swing]:
    tried = assumptions.decisive(found.figures.rows)
    bar = st.progress(0.0, "Running …")
    swings = []
    for place, assumption in enumerate(tried):
        row = found.figures.known[assumption.name]
        ends = (float(row["low"]), float(row["high"]))
        answers = []
        for value in ends:
            try:
                scenario = with_assumption(found.scenario, assumption.name, value)
                result = cepasim.simulate(found.figures.economy, scenario)
            except (InputError, RunError):
                break
            total = views.total_row(result, found.year)
            answers.append({column: float(total[column]) for column in _ITEMS})
        if len(answers) == len(ends):
            swings.append(Swing(assumption, ends, (answers[0], answers[1])))
        bar.progress((place + 1) / len(tried), f"{assumption.label} …")
    bar.empty()
    return swings


def _table(swings: list[Swing], item: str, central: float) -> None:
    swings = sorted(swings, key=lambda s: -abs(s.answers[1][item] - s.answers[0][item]))
    cells = []
    for swing in swings:
        low, high = (answer[item] for answer in swing.answers)
        depends = "yes" if low * high < 0 else "no"
        cells.append(
            (
                swing.assumption.label,
                f"{figures.value(swing.ends[0])} → {figures.mn(low, signed=True)}",
                f"{figures.value(swing.ends[1])} → {figures.mn(high, signed=True)}",
                depends,
            )
        )
    said = f"{_ITEMS[item]} against the reference, US$: {figures.mn(central, signed=True)} as it is"
    head = ("Assumption", "at its low end", "at its high end", "sign depends on it")
    st.html(html.fragment(Table(said, head, tuple(cells))))
