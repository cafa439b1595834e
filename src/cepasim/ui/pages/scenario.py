"""The scenario page: levers to the left, the answer to the right, the whole table below."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cepasim.core.language import now, tr
from cepasim.report import html, views
from cepasim.report.accounts import accounts, welfare_in_words
from cepasim.report.blocks import Paragraph, one_scale
from cepasim.report.fund import fund_accounts, fund_beside_others
from cepasim.report.given import own_currency
from cepasim.report.headline import sentence, weighed_notes
from cepasim.report.jobs import jobs_in_words
from cepasim.result import Result
from cepasim.scenario.naming import what_is_done, words_beside_levers
from cepasim.tables.names import FLOWS
from cepasim.ui import answers, ranges, style, turns
from cepasim.ui.controls.form import fiscal_year
from cepasim.ui.controls.sidebar import sidebar
from cepasim.ui.draws import DRAWS, FIRST, Draws
from cepasim.ui.messages import listed, plain, with_pages
from cepasim.ui.pages.arriving import arriving
from cepasim.ui.pages.files import files
from cepasim.ui.pages.given import given
from cepasim.ui.pages.path import draw_path
from cepasim.ui.pages.sectors import sectors
from cepasim.ui.pages.sentence import Minded, in_one_sentence
from cepasim.ui.pages.share import in_words, share
from cepasim.ui.state import Session, session, write_address

#: Seconds. Long enough for the headline figures to be on their way before the rest is computed.
_PAUSE = 0.03
#: Seconds. Long enough for a browser to fetch the program of the headline figures and draw them.
_FIRST_PAUSE = 0.12
_DRAWN = "cepasim-drawn"
_LONG_NAME = 45
#: Sentence, what to mind above the cards, cards, what to mind below.
_FIRST_PARTS = 4


def page() -> None:
    """Draw the page in the order in which people look: the figures, then why, then the rest."""
    found = session()
    heading, messages = st.container(), st.container()
    scenario, classification = found.scenario, found.figures.economy.classification
    # Said where neither the title nor the description says it; both stand above.
    done = what_is_done(scenario, found.loaded, classification)
    with turns.shared().first():
        result, asked, ranged, seen = found.shown(), None, None, 0
        if result is not None:
            year = found.keep_year_within(result)
            total = views.total_row(result, year)
            asked = found.ask_range(result)
            if asked is not None:
                seen, ranged = asked.draws.enough, asked.range()
            drawn = None if ranged is None else ranged.of(year)
            # In their place at once: an empty one would take the former figures away meanwhile.
            unsaid = "" if done == now(found.scenario.description) else done.rstrip(".。")
            st.html(in_one_sentence(total, year, unsaid, drawn, awaited=asked is not None))
            minded = Minded(found)
            st.html(html.fragment(views.headline(total, year, _ranges(found, ranged))))
            # What sends the figures waits for this thread to pause.
            time.sleep(_PAUSE)
        else:
            for _ in range(_FIRST_PARTS):
                st.empty()
    _let_a_new_browser_draw()
    if result is not None:
        minded.go_on_below()
    panels = st.container()
    with heading:
        progress = _heading(found, says_it=not (done and found.changed))
    with messages:
        _messages(found)
    sidebar(found)
    if result is not None:
        write_address(found)
        with panels:
            last = _panels(found, result, total, ranged)
        given(found)
        sectors(found)
        fund, notes = st.container(), st.container()
        # The pause ends here if another run of this page is asked for meanwhile.
        result = found.split(waiting=turns.look)
        pieces = answers.shared().pieces(result)
        with last:
            st.html(pieces(year, "split", partial(_split, result, year)))
        if shown := pieces(year, "fund", partial(_fund, result, year)):
            with fund, st.expander(tr("The fund: who pays, who gains")):
                st.html(shown)
        if jobs := pieces(year, "jobs", partial(_jobs, result, year)):
            fund.html(jobs)
        # Which caveat weighs most depends on what each lever moves.
        minded.say(result)
        with notes:
            _notes(result, year)
        if asked is not None:
            with progress:
                _arrive(found, asked.draws, seen)


def _let_a_new_browser_draw() -> None:
    """Let the headline figures reach the screen of a new visitor before the rest is sent.

    A browser fetches the program of each kind of element when it first meets one, and shows nothing
    of what came together before it has them all.
    """
    if _DRAWN not in st.session_state:
        st.session_state[_DRAWN] = True
        time.sleep(_FIRST_PAUSE)


def _panels(
    found: Session, result: Result, total: Mapping[str, Any], ranged: ranges.Range | None
) -> DeltaGenerator:
    """Draw the panels; return the place of the one that takes longest to compute."""
    year, pieces = found.year, answers.shared().pieces(result)
    upper = st.columns([1.25, 1, 1], gap="small")
    lower = st.columns([1.25, 1, 1], gap="small")
    with upper[0]:
        draw_path(found, result, ranged)
    movers = pieces(year, "movers", partial(_movers, result, year))
    losers = pieces(year, "losers", partial(_losers, result, total, year))
    for places, both in ((upper[1:], movers), (lower[1:], losers)):
        for place, shown in zip(places, both, strict=True):
            place.html(shown)
    return lower[0]


def _heading(found: Session, *, says_it: bool) -> DeltaGenerator:
    """Draw name and tools; return the place for how far the ranges are.

    Parameters
    ----------
    found : Session
    says_it : bool
        Whether the name of the scenario is true of it: one of somebody's own may be older than a
        change of its levers.
    """
    scenario, classification = found.scenario, found.figures.economy.classification
    name = now(scenario.name)
    if not says_it:
        name = tr("{name} (changed)", name=name)
    # Both places are always there: what a change of layout leaves behind would stand, faded, beside
    # the new until the page is done.
    above = st.empty()
    left, tools = st.columns([1, 2.3], vertical_alignment="center")
    beside = left.empty()
    title = above if len(name) > _LONG_NAME else beside
    said = style.title(name, now(words_beside_levers(scenario, classification)))
    title.html(said + style.jump(tr("To the levers"), "levers"))
    with (
        tools,
        st.container(
            horizontal=True, horizontal_alignment="right", gap="xsmall", vertical_alignment="center"
        ),
    ):
        with st.container(key="ranges", width="content"):
            _range_switch(found)
            progress = st.container(key="draws")
        _year(found)
        in_words(found)
        share(found)
        files(found)
        _steps(found)
    return progress


def _steps(found: Session) -> None:
    """Offer one step back and one forward; the browser's own buttons do the same."""
    if found.history.past or found.problems:
        st.button(tr("Undo"), help=tr("One step back"), on_click=found.undo, key="undo")
    if found.history.future:
        st.button(tr("Redo"), help=tr("One step forward again"), on_click=found.redo, key="redo")


def _year(found: Session) -> None:
    result = found.shown()
    if result is None:
        return
    years = list(result.fiscal_years)
    key = f"year:{found.generation}:{years[-1]}"
    st.selectbox(
        tr("Fiscal year shown"),
        years,
        index=years.index(found.year),
        key=key,
        on_change=_set_year,
        args=(found, key),
        label_visibility="collapsed",
        format_func=fiscal_year,
        width=140,
    )


def _set_year(found: Session, key: str) -> None:
    found.year = st.session_state[key]


def _messages(found: Session) -> None:
    if found.welcome:
        st.info(
            tr(
                "**You see the full package.** Move a lever on the left and the figures follow; "
                "questions and other scenarios are under “Start here”."
            )
        )
    if found.question:
        st.info(found.question)
    if message := found.told.say(found.message):
        st.warning(plain(message))
        found.message = ""
    if found.problems:
        st.error(
            tr("This change cannot be run; the figures are those of the last one that could.")
            + "\n"
            + listed(found.problems)
        )


def _range_switch(found: Session) -> None:
    """Offer ranges, computed in the background."""
    st.toggle(
        tr("90 % ranges"),
        value=found.with_ranges,
        key="with-ranges",
        on_change=_switch_ranges,
        args=(found,),
        help=tr(
            "Every parameter is drawn from its own range, first {first} times, then {all} times. "
            "This takes some seconds in the background.",
            first=FIRST,
            all=DRAWS,
        ),
    )


def _switch_ranges(found: Session) -> None:
    found.with_ranges = not found.with_ranges


def _arrive(found: Session, draws: Draws, seen: int) -> None:
    if draws.failed:
        st.caption(tr("none for this scenario"))
    arriving(
        found,
        draws,
        seen,
        lambda draws: tr("{done} of {all} draws …", done=draws.number, all=DRAWS),
    )


def _ranges(found: Session, ranged: ranges.Range | None) -> Mapping[str, str]:
    """Return the range of each change, as far as it is there."""
    return {} if ranged is None else ranges.in_words(ranged, found.year)


def _movers(result: Result, year: str) -> list[str]:
    """What moves most of exports and of imports."""
    both = one_scale(*([views.movers(result, year, flow)] for flow in FLOWS))
    return [html.fragment(*column) for column in both]


def _losers(result: Result, total: Mapping[str, Any], year: str) -> list[str]:
    """Who gains and who loses in Japan's market and in India's."""
    rows = result.who_loses(year)
    both = one_scale(*(views.losers(rows, total, year, flow) for flow in FLOWS))
    return [html.fragment(*column) for column in both]


def _split(result: Result, year: str) -> str:
    """What each lever adds, treasuries and welfare."""
    said = own_currency(result, year)
    return html.fragment(
        views.contributions(result, year),
        accounts(result, year),
        welfare_in_words(result, year),
        *((Paragraph(said, "small"),) if said else ()),
    )


def _fund(result: Result, year: str) -> str:
    shown = fund_accounts(result, year)
    said = fund_beside_others(result)
    beside = (Paragraph(said, "small"),) if said else ()
    return html.fragment(*shown, *beside) if shown else ""


def _jobs(result: Result, year: str) -> str:
    said = jobs_in_words(result, year)
    return html.fragment(Paragraph(said, "small")) if said else ""


def _notes(result: Result, year: str) -> None:
    box = st.expander(tr("Read with these results"), key="notes", on_change="rerun")
    if box.open:
        said = "\n".join(
            f"- {plain(with_pages(sentence(now(note)).replace('`', '')))}"
            for note in weighed_notes(result, year)
        )
        box.markdown(said or tr("Nothing beyond what the method says."))
