"""Up to four scenarios beside each other: what each changes, and what differs, with ranges."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pandas as pd
import streamlit as st

from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, ntr, tr
from cepasim.core.numbers import mn, unit_bn, unit_mn
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.levers.every import in_words
from cepasim.report import compared, html, views
from cepasim.report.blocks import Bars
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.tables.column import TOTALS
from cepasim.ui import answers, charts, columns, ranges, speech, style, uploads
from cepasim.ui.columns import height
from cepasim.ui.controls.form import fiscal_year
from cepasim.ui.messages import listed, plain
from cepasim.ui.pages import compare_link
from cepasim.ui.state import MOST_COMPARED, Session, session
from cepasim.ui.together import Asked

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
#: US$ million: what moves less is small but not zero, and left out where all is.
_LEAST = 0.05
_ADD = "compare-add"
_ASKED = "cepasim-compared"
_LOOK_EVERY = 0.15  # seconds
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
            key="compare-year",
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
    sample = None if asked is None else asked.sample()
    progress, drawn = st.empty(), st.container()
    with drawn:
        parts = _Parts(results, year, item or "balance")
    parts.draw(sample, ranges.FIRST if asked is None else asked.draws)
    contributions = st.container()
    _sectors(results, year, item or "balance")
    _levers(found, results)
    with share:
        _share(found, results, sample, fits)
    with contributions:
        _contributions(found, results, year)
    if asked is not None:
        _as_they_come(asked, sample, parts, progress)


def _common_years(results: Mapping[str, Result]) -> list[str]:
    every = [result.fiscal_years for result in results.values()]
    return [year for year in every[0] if all(year in years for years in every)] if every else []


class _Parts:
    """Places of what carries ranges, drawn again as ranges come."""

    def __init__(self, results: dict[str, Result], year: str, item: charts.Item) -> None:
        self.results, self.year, self.item = results, year, item
        self.difference = st.empty()
        left, right = st.columns(2)
        with left:
            unit = plain(unit_bn())
            st.markdown("#### " + tr(_BY_YEAR[item], unit=unit))
            self.path = st.empty()
        with right:
            title = tr(
                "Changes in {year} with their 90 % ranges, {unit}",
                year=year_in_words(year),
                unit=plain(unit_mn()),
            )
            st.markdown(f"#### {title}")
            self.chart = st.empty()
        self.changes = st.empty()

    def draw(self, sample: Floats | None, draws: int) -> None:
        """Draw tables and charts with the ranges that are there."""
        results, year = self.results, self.year
        if len(results) > 1:
            table = compared.differences_table(results, sample, year, draws)
            self.difference.html(html.fragment(table))
        table = compared.changes_table(results, sample, year, draws)
        self.changes.html(html.fragment(table))
        self.path.vega_lite_chart(
            charts.compared_rows(results, self.item, self._bands(sample)),
            charts.compare_spec(list(results), _HEIGHT),
            theme=None,
            key=f"compare-path:{0 if sample is None else draws}",
            alt=tr(
                "{what}: change against the reference by year, {unit}, each scenario with its 90 % "
                "range; the tables give the values of one year.",
                what=tr(charts.ITEMS[self.item]),
                unit=unit_bn(),
            ),
        )
        if sample is not None:
            chart = compared.changes_chart(results, sample, year)
            self.chart.altair_chart(chart, theme=None, key=f"compare-ranges:{draws}")
        else:
            self.chart.caption(tr("Ranges are on their way."))

    def _bands(self, sample: Floats | None) -> dict[str, pd.DataFrame]:
        if sample is None:
            return {}
        column = f"change_in_{self.item}_usd_mn"
        bands = {}
        for place, (name, result) in enumerate(self.results.items()):
            found = compared.ends(sample, 0, place)
            assert found is not None
            low, high = found[:, :, TOTALS.index(column)]
            given = {"fiscal_year": list(result.fiscal_years), "low_usd_mn": low}
            bands[name] = pd.DataFrame(given | {"high_usd_mn": high})
        return bands


def _ask(found: Session, results: Mapping[str, Result]) -> Asked | None:
    """Have ranges drawn in the background, once for the scenarios on the page."""
    scenarios = tuple(result.scenario for result in results.values())
    if len({(one.horizon, one.time) for one in scenarios}) > 1:
        st.caption(tr("No ranges: the scenarios are of other years."))
        return None
    if not found.with_ranges:
        return None
    folder = None if found.own is None else found.own.folder.name
    kept: Asked | None = st.session_state.get(_ASKED)
    if kept is None or not kept.answers(folder, scenarios):
        if kept is not None:
            kept.drop()
        kept = st.session_state[_ASKED] = Asked.of(folder, scenarios)
    return kept


def _as_they_come(asked: Asked, shown: Floats | None, parts: _Parts, progress: Any) -> None:
    """Draw ranges as they come; the wait ends where another run of the page is asked for."""
    drawn = 0 if shown is None else asked.draws
    while drawn < ranges.DRAWS and not asked.failed:
        progress.caption(
            tr(
                "Ranges: {draws} of {all} draws of each scenario …",
                draws=asked.draws,
                all=ranges.DRAWS,
            )
        )
        time.sleep(_LOOK_EVERY)
        sample = asked.sample()
        there = ranges.DRAWS if asked.draws == ranges.DRAWS else ranges.FIRST
        if sample is not None and there > drawn:
            drawn = there
            parts.draw(sample, drawn)
    if asked.failed:
        progress.caption(plain(tr("No ranges: {why}.", why=asked.failed)))
    else:
        progress.empty()


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


def _share(found: Session, results: dict[str, Result], sample: Floats | None, fits: bool) -> None:
    """Offer the link and the workbook."""
    st.markdown(tr("**Link** that restores this page"))
    if fits:
        here = urlsplit(str(st.context.url or "http://localhost:8501/compare"))
        query = urlencode(compare_link.query_of(found), doseq=True)
        address = urlunsplit((here.scheme, here.netloc, here.path or "/", query, ""))
        st.code(address, language=None, wrap_lines=True)
    else:
        st.caption(tr("These scenarios are too long for a link: send their files."))
    st.download_button(
        tr("Workbook (XLSX)"),
        data=speech.later(partial(workbook, results, sample)),
        file_name="comparison.xlsx",
        mime=_XLSX,
        key="compare-workbook",
        on_click="ignore",
        help=tr("Still without ranges") if sample is None else tr("With the ranges that are there"),
    )


def workbook(results: dict[str, Result], sample: Floats | None) -> bytes:
    """Return the comparison as an XLSX file."""
    from cepasim.core.workbook import write_workbook

    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "comparison.xlsx"
        write_workbook(compared.tables(results, sample), path)
        return path.read_bytes()


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
    if not sent or not st.button(tr("Add these"), key="compare-load"):
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
    st.markdown("#### " + tr("What each lever adds to the balance"))
    places = {
        name: column.empty() for name, column in zip(results, st.columns(2) * 2, strict=False)
    }
    folder = None if found.own is None else found.own.folder.name
    waiting = st.empty().empty
    drawn: dict[str, Bars] = {}
    for name, result in results.items():
        economy = found.figures.economy
        split = answers.shared().split(economy, result.scenario, folder, waiting)
        drawn[name] = views.contributions(split, year)
    scale = max((abs(bar.size) for bars in drawn.values() for bar in bars.bars), default=0.0)
    for name, bars in drawn.items():
        shown = replace(bars, heading=tr(name), scale=scale or None)
        places[name].html(html.fragment(shown))


def _sectors(results: dict[str, Result], year: str, item: charts.Item) -> None:
    """Draw what each chapter adds to the change chosen, a column for each scenario.

    One item at a time: four columns more would not fit on a narrow screen.
    """
    frames = {
        name: result.balance("chapter", year).set_index("hs") for name, result in results.items()
    }
    first = next(iter(frames.values()))
    names = [f"{hs} {tr(name)}" for hs, name in first["name"].items()]
    table = pd.DataFrame({"sector": names}, index=first.index)
    config: dict[str, Any] = {
        "sector": st.column_config.TextColumn(tr("Chapter"), pinned=True, width=200)
    }
    for name, frame in frames.items():
        table[name] = frame[f"change_in_{item}_usd_mn"]
        config[name] = st.column_config.NumberColumn(tr(name), format="%+.1f", width=105)
    moved = table.drop(columns="sector").abs().max(axis=1)
    table = table.loc[moved.sort_values(ascending=False).index]
    still = int((moved < _LEAST).sum())
    table = table[moved.reindex(table.index) >= _LEAST]
    cells = table.columns[1:]
    table[cells] = table[cells].where(table[cells].abs() >= _LEAST)
    title = tr(_BY_CHAPTER[item], unit=plain(unit_mn()), year=year_in_words(year))
    st.markdown(f"#### {title}")
    if table.empty:
        st.caption(tr("Nothing changes."))
        return
    columns.draw(
        table,
        config,
        amounts=list(frames),
        height=height(len(table), _SECTORS),
        placeholder=tr("~0"),
        alt=tr("Change by chapter in each scenario"),
    )
    if still:
        st.caption(
            plain(
                ntr(
                    "{n} chapter that moves by less than {least} is left out.",
                    "{n} chapters that move by less than {least} are left out.",
                    still,
                    least=mn(_LEAST),
                )
            )
        )
