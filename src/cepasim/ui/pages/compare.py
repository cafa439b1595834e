"""Up to four scenarios beside each other: what each changes, and what differs, with ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.arrays import Floats
from cepasim.core.digits import place_of_column
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, ntr, paragraph, tr
from cepasim.core.numbers import LEAST, column, mn, unit_mn
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.levers.every import in_words
from cepasim.report import compared, html, views
from cepasim.report.blocks import Bars, Table, one_scale
from cepasim.report.marks import assumptions_in_words
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.column import TOTALS
from cepasim.ui import answers, charts, style, together, turns, uploads
from cepasim.ui.controls.form import fiscal_year
from cepasim.ui.draws import DRAWS, Draws
from cepasim.ui.messages import charted, listed, plain
from cepasim.ui.pages import compare_files, compare_link
from cepasim.ui.pages.arriving import arriving
from cepasim.ui.state import MOST_COMPARED, Session, session

_HEIGHT = 260
_BY_YEAR: dict[charts.Item, str] = {
    "balance": mark("Change in balance by year, {unit}"),
    "exports": mark("Change in exports to Japan by year, {unit}"),
    "imports": mark("Change in imports from Japan by year, {unit}"),
}
_SECTORS = 12
_BY_CHAPTER: dict[charts.Item, str] = {
    "balance": mark("Change in balance by chapter, {unit}, {year}"),
    "exports": mark("Change in exports to Japan by chapter, {unit}, {year}"),
    "imports": mark("Change in imports from Japan by chapter, {unit}, {year}"),
}
_ADD = "compare-add"


def page() -> None:
    """Draw the page."""
    found = session()
    compare_link.begin(found)
    st.html(
        style.title(
            tr("Compare"),
            tr(
                "Up to {most} scenarios; differences are against the first of them.",
                most=MOST_COMPARED,
            ),
        )
    )
    if found.question:
        st.info(found.question)
    share = _choose(found)
    fits = compare_link.write(found)
    if not found.saved:
        st.info(tr("Nothing to compare yet: choose scenarios above or save the one you edit."))
        return
    results = _results(found)
    common = _common_years(results)
    if not common:
        return
    year = found.year if found.year in common else common[-1]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with right:
        year = st.selectbox(
            tr("Fiscal year"),
            common,
            index=common.index(year),
            format_func=fiscal_year,
            key=(key := f"compare-year:{year}"),
            on_change=_set_year,
            args=(found, key),
        )
    with left:
        item = st.segmented_control(
            tr("Change in"),
            list(charts.ITEMS),
            default="balance",
            format_func=lambda one: tr(charts.ITEMS[one]),
            key="compare-item",
            label_visibility="collapsed",
        )
    asked = _ask(found, results)
    seen = 0 if asked is None else asked.draws.enough
    sample = None if asked is None else asked.sample()
    progress = st.container()
    _assumed(found, results)
    _draw(results, year, item or "balance", sample, seen)
    contributions = st.container()
    _sectors(results, year, item or "balance")
    _levers(found, results)
    with share:
        compare_files.share(found, results, asked, year, fits=fits)
    with contributions:
        _contributions(found, results, year)
    if asked is not None:
        with progress:
            _arrive(found, asked.draws, seen)


def _set_year(found: Session, key: str) -> None:
    found.year = st.session_state[key]


def _assumed(found: Session, results: Mapping[str, Result]) -> None:
    """Say which scenario rests on which changed assumptions: the mark above is of one alone."""
    for name, result in results.items():
        if said := assumptions_in_words(result.scenario, found.figures.known):
            words = tr("{name}: {item}", name=tr(name), item=paragraph(said))
            st.caption(plain(words))


def _common_years(results: Mapping[str, Result]) -> list[str]:
    every = [result.fiscal_years for result in results.values()]
    return [year for year in every[0] if all(year in years for years in every)] if every else []


def _draw(
    results: dict[str, Result], year: str, item: charts.Item, sample: Floats | None, draws: int
) -> None:
    """Draw tables and charts with the ranges that are there."""
    if len(results) > 1:
        st.html(html.fragment(compared.differences_table(results, sample, year, draws)))
    left, right = st.columns(2)
    with left:
        unit = plain(unit_mn())
        st.markdown("## " + tr(_BY_YEAR[item], unit=unit), anchors=False)
        st.vega_lite_chart(
            charts.compared_rows(results, item, _bands(results, item, sample)),
            charts.compare_spec(list(results), _HEIGHT),
            theme=None,
            key=f"compare-path:{0 if sample is None else draws}",
            alt=tr(
                "{what}: change against the reference by year, {unit}, each scenario with its 90 % "
                "range; the tables give the values of one year.",
                what=tr(charts.ITEMS[item]),
                unit=unit_mn(),
            ),
        )
    with right:
        title = tr(
            "Changes in {year} with their 90 % ranges, {unit}",
            year=year_in_words(year),
            unit=plain(unit_mn()),
        )
        st.markdown(f"## {title}", anchors=False)
        if sample is not None:
            chart = compared.changes_chart(results, sample, year)
            st.altair_chart(chart, theme=None, key=f"compare-ranges:{draws}", alt=charted(title))
        else:
            st.caption(tr("Ranges are on their way."))
    st.html(html.fragment(compared.changes_table(results, sample, year, draws)))


def _bands(
    results: Mapping[str, Result], item: charts.Item, sample: Floats | None
) -> dict[str, pd.DataFrame]:
    if sample is None:
        return {}
    column = f"change_in_{item}_usd_mn"
    bands = {}
    for place, (name, result) in enumerate(results.items()):
        found = compared.ends(sample, 0, place)
        assert found is not None
        low, high = found[:, :, TOTALS.index(column)]
        given = {"fiscal_year": list(result.fiscal_years), "low_usd_mn": low}
        bands[name] = pd.DataFrame(given | {"high_usd_mn": high})
    return bands


def _ask(found: Session, results: Mapping[str, Result]) -> together.Asked | None:
    """Have ranges drawn in the background, once for the scenarios on the page."""
    scenarios = tuple(result.scenario for result in results.values())
    if len({(one.horizon, one.time) for one in scenarios}) > 1:
        st.caption(tr("No ranges: the scenarios are of other years."))
        return None
    if not found.with_ranges:
        return None
    return together.ask(found.viewer, found.folder, scenarios)


def _arrive(found: Session, draws: Draws, seen: int) -> None:
    if draws.failed:
        st.caption(plain(tr("No ranges: {why}.", why=draws.failed)))
    arriving(
        found,
        draws,
        seen,
        lambda draws: tr(
            "Ranges: {draws} of {all} draws of each scenario …", draws=draws.number, all=DRAWS
        ),
    )


def _choose(found: Session) -> Any:
    """Draw what is compared; return the place of what can be taken from the page."""
    shown = {**found.figures.bundled, **found.figures.derived}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mine = tr("As on the screen: {scenario}", scenario=tr(found.scenario.name))
        options = {"": tr("Add a scenario …"), "current": mine}
        options |= {name: tr(scenario.name) for name, scenario in shown.items()}
        st.selectbox(
            tr("Add a scenario"),
            list(options),
            format_func=options.__getitem__,
            key=_ADD,
            width=360,
            on_change=_add,
            args=(found, {**shown, "current": found.scenario}),
        )
        for name, said in compare_link.short(found.saved).items():
            label = plain(tr("Remove “{scenario}”", scenario=said))
            if st.button(label, key=f"compare-remove:{name}", help=tr(name)):
                del found.saved[name]
                st.rerun()
        with st.popover(tr("From files")):
            _from_files(found)
        return st.popover(tr("Link and files"), key="compare-share")


def _add(found: Session, offered: dict[str, Scenario]) -> None:
    chosen = st.session_state[_ADD]
    if chosen:
        found.save(offered[chosen].name, offered[chosen])
        st.session_state[_ADD] = ""


def _from_files(found: Session) -> None:
    sent = st.file_uploader(
        tr("Scenario files (YAML)"),
        type=["yaml", "yml"],
        accept_multiple_files=True,
        key="compare-files",
        max_upload_size=1,
    )
    if not sent or not found.told.press(
        st.button(tr("Add these"), key="compare-load"), "add", *(file.file_id for file in sent)
    ):
        return
    economy = found.figures.economy
    wrong: list[Problem | str] = []
    for file in sent[:MOST_COMPARED]:
        try:
            read = uploads.read_scenario(
                file.getvalue(), file.name, economy.classification, economy.parameters
            )
        except InputError as problems:
            wrong += problems.problems
        else:
            found.save(read.name, read)
    if wrong:
        st.error(listed(wrong))
    else:
        st.rerun()


def _results(found: Session) -> dict[str, Result]:
    results: dict[str, Result] = {}
    names = compare_link.short(found.saved)
    for name, scenario in found.saved.items():
        try:
            results[names[name]] = found.result(scenario)
        except (InputError, RunError) as failed:
            wrong = tr("{scenario} cannot be run: {why}", scenario=tr(name), why=str(failed))
            st.error(plain(wrong))
    return results


def _levers(found: Session, results: Mapping[str, Result]) -> None:
    with st.expander(tr("What each scenario does")):
        for name, result in results.items():
            classification = found.figures.economy.classification
            levers = result.scenario.to_dict()["levers"]
            said = "\n".join(f"- {plain(in_words(lever, classification))}" for lever in levers)
            nothing = tr("Nothing: the reference.")
            st.markdown(f"**{plain(tr(name))}**\n\n{said or f'- {nothing}'}")


def _contributions(found: Session, results: Mapping[str, Result], year: str) -> None:
    """Draw what each lever adds, all scenarios on one scale; computed in the background."""
    st.markdown("## " + tr("What each lever adds to the balance"), anchors=False)
    places = {
        name: column.empty() for name, column in zip(results, st.columns(2) * 2, strict=False)
    }
    drawn: dict[str, Bars] = {}
    for name, result in results.items():
        economy = found.figures.economy
        split = answers.shared().split(economy, result.scenario, found.folder, turns.look)
        drawn[name] = views.contributions(split, year)
    headed = ([replace(bars, heading=tr(name))] for name, bars in drawn.items())
    for name, shown in zip(drawn, one_scale(*headed), strict=True):
        places[name].html(html.fragment(*shown))


def _sectors(results: dict[str, Result], year: str, item: charts.Item) -> None:
    """Draw what each chapter adds to the change chosen, a column for each scenario.

    One item at a time: four columns more would not fit on a narrow screen.
    """
    frames = {
        name: result.balance("chapter", year).set_index("hs") for name, result in results.items()
    }
    changes = pd.DataFrame(
        {name: frame[f"change_in_{item}_usd_mn"] for name, frame in frames.items()}
    )
    moved = changes.abs().max(axis=1).sort_values(ascending=False)
    still = int((moved < LEAST).sum())
    changes = changes.loc[moved.index[moved >= LEAST]]
    title = tr(_BY_CHAPTER[item], unit=plain(unit_mn()), year=year_in_words(year))
    st.markdown(f"## {title}", anchors=False)
    if changes.empty:
        st.caption(tr("Nothing changes."))
        return
    names = next(iter(frames.values()))["name"]
    rows = by_chapter(changes, {str(hs): f"{hs} {tr(name)}" for hs, name in names.items()})
    heads = (tr("Chapter"), *map(tr, frames))
    st.html(html.fragment(Table("", heads, rows[:_SECTORS])))
    if len(rows) > _SECTORS:
        with st.expander(tr("All chapters")):
            st.html(html.fragment(Table("", heads, rows)))
    if still:
        st.caption(
            plain(
                ntr(
                    "{n} chapter that moves by less than {least} is left out.",
                    "{n} chapters that move by less than {least} are left out.",
                    still,
                    least=mn(LEAST),
                )
            )
        )


def by_chapter(changes: pd.DataFrame, names: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Write changes by chapter, all to one place, for a table whose heads take several lines.

    A phone shows the columns of all scenarios then, without a swipe.

    Parameters
    ----------
    changes : DataFrame
        US$ million by chapter, a column for each scenario.
    names : mapping of str to str
        Of the chapters.
    """
    place = place_of_column(changes.to_numpy(float).ravel())
    written = (column(changes[name], signed=True, place=place) for name in changes)
    return tuple(zip((names[str(hs)] for hs in changes.index), *written, strict=True))
