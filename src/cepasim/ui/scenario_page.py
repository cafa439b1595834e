"""The scenario page: levers to the left, the answer to the right, the whole table below."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cepasim.core.problems import InputError
from cepasim.levers import words as levers
from cepasim.report import look, views
from cepasim.report import numbers as figures
from cepasim.result import Result
from cepasim.ui import charts, code, controls, link, ranges, uploads
from cepasim.ui.state import Session, session

_HEIGHT = 190
#: Seconds. Long enough for the headline figures to be on their way before the rest is computed.
_PAUSE = 0.03
_LOOK_EVERY = 0.1
_CHANGES = "changes"
_LEVELS = {"chapter": "Chapters", "section": "Sections", "window": "Fund windows"}


def page() -> None:
    """Draw the page in the order in which people look: the figures, then why, then the rest."""
    found = session()
    heading, messages = st.container(), st.container()
    cards, panels = st.empty(), st.container()
    result, asked, ranged = found.shown(), None, None
    if result is not None:
        year = found.year = _year_within(found, result)
        total = views.total_row(result, year)
        asked = found.ask_range(result)
        ranged = None if asked is None else asked.range()
        cards.html(views.headline(total, year, _ranges(found, ranged)))
        # What sends the figures waits for this thread to pause.
        time.sleep(_PAUSE)
    with heading:
        progress = _heading(found)
    with messages:
        _messages(found)
    controls.sidebar(found)
    if result is not None:
        st.query_params.from_dict(found.link_query())
        with panels:
            last, path = _panels(found, result, total, ranged)
        _table(found)
        _notes(result)
        # The pause ends here if another run of this page is asked for meanwhile.
        result = found.split(waiting=st.empty().empty)
        with last:
            st.html(views.contributions(result, year) + views.accounts(result, year))
        if asked is not None:
            for newer in _as_they_come(asked, ranged, progress):
                cards.html(views.headline(total, year, _ranges(found, newer)))
                path(newer)


def _year_within(found: Session, result: Result) -> str:
    return found.year if found.year in result.fiscal_years else result.fiscal_years[-1]


def _panels(
    found: Session, result: Result, total: Mapping[str, Any], ranged: ranges.Range | None
) -> tuple[DeltaGenerator, Callable[[ranges.Range | None], None]]:
    """Draw the panels.

    Returns the place of the one that takes longest to compute, and what draws the path anew.
    """
    year = found.year
    upper = st.columns([1.25, 1, 1], gap="small")
    lower = st.columns([1.25, 1, 1], gap="small")
    with upper[0]:
        path = _path(found, result)
        path(ranged)
    for place, flow in ((1, "export"), (2, "import")):
        with upper[place]:
            st.html(views.movers(result, year, flow))
    losers = result.who_loses(year)
    for place, flow in ((1, "export"), (2, "import")):
        with lower[place]:
            st.html(views.losers(losers, total, year, flow))
    return lower[0], path


def _heading(found: Session) -> DeltaGenerator:
    """Draw name and tools; return the place for how far the ranges are."""
    scenario = found.scenario
    name = scenario.name + (" (changed)" if found.changed else "")
    title, tools = st.columns([1, 2], vertical_alignment="center")
    with title:
        st.html(look.title(name, scenario.description if not found.changed else ""))
    with (
        tools,
        st.container(
            horizontal=True, horizontal_alignment="right", gap="small", vertical_alignment="center"
        ),
    ):
        with st.container(key="ranges", width="content"):
            _range_switch(found)
            with st.container(key="draws"):
                progress = st.empty()
        _year(found)
        _in_words(found)
        _share(found)
        _files(found)
        if found.changed:
            st.button(
                "Undo",
                help="Back to the scenario as it was opened",
                on_click=found.load,
                args=(found.loaded,),
                key="undo",
            )
    return progress


def _year(found: Session) -> None:
    result = found.shown()
    if result is None:
        return
    years = list(result.fiscal_years)
    key = f"year:{found.generation}:{years[-1]}"
    st.selectbox(
        "Fiscal year shown",
        years,
        index=years.index(found.year),
        key=key,
        on_change=_set_year,
        args=(found, key),
        label_visibility="collapsed",
        format_func=lambda year: f"Year {year}",
        width=140,
    )


def _set_year(found: Session, key: str) -> None:
    found.year = st.session_state[key]


def _messages(found: Session) -> None:
    if found.welcome:
        st.info(
            "**You see the full package: what a CEPA review, barrier relief and a US\\$ 2 bn fund "
            "would change in India–Japan trade.** Move a lever on the left and the figures follow; "
            "questions and other scenarios stand under “Start here”.",
        )
    if found.question:
        st.info(found.question)
    if found.message:
        st.warning(found.message)
        found.message = ""
    if found.problems:
        said = "\n".join(f"- {_plain(str(problem))}" for problem in found.problems)
        st.error(
            f"This change cannot be run; the figures are those of the last one that could.\n{said}"
        )


def _plain(text: str) -> str:
    """Keep Markdown from reading a message as its own."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#$|~" else sign for sign in text)


def _range_switch(found: Session) -> None:
    """Offer ranges, computed aside."""
    st.toggle(
        "90 % ranges",
        value=found.with_ranges,
        key="with-ranges",
        on_change=_switch_ranges,
        args=(found,),
        help=f"Every figure drawn from its own range, first {ranges.FIRST} times, then "
        f"{ranges.DRAWS} times. Takes some seconds and does not stop you.",
    )


def _switch_ranges(found: Session) -> None:
    found.with_ranges = not found.with_ranges


def _as_they_come(
    asked: ranges.Asked, shown: ranges.Range | None, progress: DeltaGenerator
) -> Iterator[ranges.Range]:
    """Yield ranges of more draws than those shown, until they are all there.

    The wait ends where another run of this page is asked for meanwhile: all else is drawn.
    """
    drawn = 0 if shown is None else shown.draws
    while drawn < ranges.DRAWS and not asked.failed:
        progress.caption(f"{asked.draws} of {ranges.DRAWS} draws …")
        time.sleep(_LOOK_EVERY)
        found = asked.range()
        if found is not None and found.draws > drawn:
            drawn = found.draws
            yield found
    if asked.failed:
        progress.caption("none for this scenario")
    else:
        progress.empty()


def _ranges(found: Session, ranged: ranges.Range | None) -> Mapping[str, str]:
    """Return the range of each headline figure; without one, what the benchmark is worth."""
    if ranged is not None:
        return ranges.in_words(ranged, found.year)
    return found.figures.worth


# --- the path ---------------------------------------------------------------------------------


def _path(found: Session, result: Result) -> Callable[[ranges.Range | None], None]:
    """Draw what is chosen with; return what draws the path itself, and draws it anew."""
    names = {item: said.split()[0] for item, said in charts.ITEMS.items()} | {_CHANGES: "Change"}
    item = st.segmented_control(
        "Path",
        list(names),
        default="balance",
        format_func=names.__getitem__,
        key="path-item",
        label_visibility="collapsed",
    )
    chart, note = st.empty(), st.empty()

    def draw(ranged: ranges.Range | None) -> None:
        if item == _CHANGES:
            rows, spec = charts.change_rows(result), charts.change_spec(_HEIGHT)
            said = "Change against the reference, US$ bn of 2023-24, fiscal years."
            words = said
        else:
            shown = cast("charts.Item", item or "balance")
            plain = found.plain_reference()
            band = None if ranged is None else ranges.band(ranged, shown)
            rows = charts.path_rows(result, found.figures.history, shown, plain, band)
            spec = charts.path_spec(_HEIGHT, assumed=plain is not None)
            said = (
                f"{charts.ITEMS[shown]}, US$ bn, fiscal years. History at current prices, from "
                "2023-24 at prices of that year." + ("" if band is None else " Band: 90 % range.")
            )
            words = path_in_words(result, shown)
        chart.vega_lite_chart(rows, spec, theme=None, alt=words)
        note.html(look.note(said))

    return draw


def path_in_words(result: Result, item: charts.Item) -> str:
    """Say what the path shows, for those who do not see it."""
    last = result.totals.iloc[-1]
    return (
        f"{charts.ITEMS[item]}, US$ bn, 2013-14 to {last['fiscal_year']}. In "
        f"{last['fiscal_year']}: {figures.bn(last[f'baseline_{item}_usd_mn'])} in the reference, "
        f"{figures.bn(last[f'{item}_usd_mn'])} in the scenario."
    )


# --- share, files -----------------------------------------------------------------------------


def _in_words(found: Session) -> None:
    box = st.popover("In words", key="in-words", on_change="rerun")
    if not box.open:
        return
    with box:
        classification = found.figures.economy.classification
        written = found.scenario.to_dict()["levers"]
        said = [f"- {_plain(levers.in_words(lever, classification))}" for lever in written]
        st.markdown("\n".join(said) or "No lever is moved: this is the reference.")
        st.caption(controls.changed_in_words(found.overrides))
        st.code(found.scenario.to_yaml(), language="yaml")


def _share(found: Session) -> None:
    box = st.popover("Share and save", key="share", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown("**Link** that restores this scenario")
        st.code(full_link(found), language=None, wrap_lines=True)
        st.markdown("**Compare** with other scenarios")
        name = st.text_input("Name", value=found.scenario.name, key=f"save:{found.generation}")
        if st.button("Save to compare", key="save"):
            st.success(f"Saved as “{found.save(name, found.scenario)}” on the page “Compare”.")
        st.markdown("**Download**")
        _downloads(found)
        st.markdown("**Reproduce in Python**")
        own = None if found.own is None else found.own.name.removesuffix(".zip")
        st.code(code.python_code(found.scenario, found.year, own), language="python")


def full_link(found: Session) -> str:
    """Return the whole address of what is shown."""
    here = urlsplit(str(st.context.url or "http://localhost:8501/"))
    query = link.query_text(found.link_query()).removeprefix("?")
    return urlunsplit((here.scheme, here.netloc, here.path or "/", query, ""))


def _downloads(found: Session) -> None:
    result = found.shown()
    if result is None:
        return
    asked = found.ask_range(result)
    ranged = None if asked is None else asked.range()
    if ranged is not None:
        result = ranged.beside(result)
    stem = file_stem(found)
    with st.container(horizontal=True):
        for label, suffix, mime, content in (
            (
                "Workbook (XLSX)",
                ".xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                workbook,
            ),
            ("Tables (CSV, zipped)", ".zip", "application/zip", csv_archive),
            ("Scenario (YAML)", ".yaml", "application/yaml", scenario_file),
        ):
            st.download_button(
                label,
                data=partial(content, result),
                file_name=f"{stem}{suffix}",
                mime=mime,
                key=f"download{suffix}",
                on_click="ignore",
            )
        _brief_downloads(found, result, stem)
    st.caption(
        "The chart’s own menu, at its upper right corner, saves it as PNG and shows its data."
    )


def _brief_downloads(found: Session, result: Result, stem: str) -> None:
    year = found.year
    for label, suffix, mime in (
        ("Briefing note (HTML)", ".html", "text/html"),
        (
            "Briefing note (DOCX)",
            ".docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ):
        st.download_button(
            label,
            data=partial(brief, result, suffix, year),
            file_name=f"{stem}{suffix}",
            mime=mime,
            key=f"download{suffix}",
            on_click="ignore",
        )


def file_stem(found: Session) -> str:
    """Return a file name without ending that says what is in the file."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in found.scenario.name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "scenario"


def workbook(result: Result) -> bytes:
    """Return the result as an XLSX file."""
    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "result.xlsx"
        result.to_excel(path, by="section")
        return path.read_bytes()


def csv_archive(result: Result) -> bytes:
    """Return every table as CSV, with scenario and manifest, in a ZIP."""
    with tempfile.TemporaryDirectory(prefix="cepasim-") as scratch:
        folder = Path(scratch) / "result"
        result.to_csv(folder, by="section")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
        return buffer.getvalue()


def scenario_file(result: Result) -> bytes:
    """Return the scenario as a file."""
    return result.scenario.to_yaml().encode("utf-8")


def brief(result: Result, suffix: str, year: str) -> bytes:
    """Return the briefing note as a file of the kind the suffix names."""
    with tempfile.TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / f"brief{suffix}"
        result.brief(path, fiscal_year=year)
        return path.read_bytes()


def _files(found: Session) -> None:
    box = st.popover("Files", key="files", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown("**Scenario file** (YAML, as downloaded)")
        sent = st.file_uploader(
            "Scenario file",
            type=["yaml", "yml"],
            key=f"scenario-file:{found.generation}",
            label_visibility="collapsed",
            max_upload_size=1,
        )
        if sent is not None and st.button("Load this scenario", key="load-scenario"):
            _load_scenario(found, sent.getvalue(), sent.name)
        st.markdown("**Your own figures**: a parameter folder as ZIP, whole or single tables")
        sent = st.file_uploader(
            "Parameter folder",
            type=["zip"],
            key="parameter-file",
            label_visibility="collapsed",
            max_upload_size=20,
        )
        if sent is not None and st.button("Use these figures", key="use-figures"):
            _load_figures(found, sent.getvalue(), sent.name)
        if found.own is not None:
            st.caption(f"In use: {found.own.name}, for this session only.")
            st.button(
                "Back to the bundled figures", on_click=found.use, args=(None,), key="bundled"
            )


def _load_scenario(found: Session, content: bytes, name: str) -> None:
    economy = found.figures.economy
    try:
        read = uploads.read_scenario(content, name, economy.classification, economy.parameters)
    except InputError as wrong:
        _all_problems(wrong)
        return
    found.load(read)
    st.rerun()


def _load_figures(found: Session, content: bytes, name: str) -> None:
    try:
        with st.spinner("Checking every table …"):
            own = uploads.read_parameters(content, name)
    except InputError as wrong:
        _all_problems(wrong)
        return
    found.use(own)
    found.message = f"The figures are now those of {name}, for this session only."
    st.rerun()


def _all_problems(wrong: InputError) -> None:
    number = len(wrong.problems)
    said = "\n".join(f"- {_plain(str(problem))}" for problem in wrong.problems)
    st.error(f"{number} problem{'s' if number > 1 else ''}; nothing was loaded.\n\n{said}")


# --- the whole table and why ------------------------------------------------------------------


@st.fragment
def _table(found: Session) -> None:
    result = found.shown()
    if result is None:
        return
    year = found.year
    st.markdown(f"#### All sectors, {year}, US\\$ mn of 2023-24")
    left, right = st.columns([1, 1], vertical_alignment="bottom")
    with left:
        level = st.segmented_control(
            "Level",
            list(_LEVELS),
            default="chapter",
            format_func=_LEVELS.__getitem__,
            key="level",
            label_visibility="collapsed",
        )
    with right:
        search = st.text_input(
            "Search", key="search", placeholder="Search by code or name: 61, garments, steel …"
        )
    level = level or "chapter"
    frame = views.sector_frame(result, level, year, search)
    if frame.empty:
        st.caption(f"No sector with trade matches “{search}”.")
        return
    chosen = st.dataframe(
        frame,
        key=f"sectors:{level}",
        hide_index=True,
        height=min(36 * (len(frame) + 1), 430),
        column_order=_columns(frame),
        column_config=_column_config(),
        on_select="rerun",
        selection_mode="single-row",
        alt=f"Exports, imports and balance by {level}, reference and scenario, {year}",
    )
    st.caption(
        "Choose a row to see why its numbers are what they are. Exports f.o.b., imports c.i.f. "
        "Grades: A official, B published estimate, C own calculation, D assumption."
    )
    rows = chosen["selection"]["rows"] if chosen else []
    if rows and rows[0] < len(frame):
        _why(result, level, frame.iloc[rows[0]], year)


def _columns(frame: pd.DataFrame) -> list[str]:
    flows = [
        stem.format(flow)
        for flow in ("exports", "imports")
        for stem in ("baseline_{}_usd_mn", "{}_usd_mn", "change_in_{}_usd_mn", "change_in_{}_pct")
    ]
    wanted = ["code", "name", *flows, "change_in_balance_usd_mn", "grade"]
    return [column for column in wanted if column in frame.columns]


def _column_config() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "code": st.column_config.TextColumn("Code", width=60),
        "name": st.column_config.TextColumn("Sector", width=210),
        "grade": st.column_config.TextColumn("Grade", width=60, help="Worst benchmark cell"),
        "change_in_balance_usd_mn": number("Balance, change", format="%+.1f"),
    }
    for flow in ("exports", "imports"):
        name = flow.capitalize()
        config |= {
            f"baseline_{flow}_usd_mn": number(f"{name}, reference", format="%.1f"),
            f"{flow}_usd_mn": number(f"{name}, scenario", format="%.1f"),
            f"change_in_{flow}_usd_mn": number(f"{name}, change", format="%+.1f"),
            f"change_in_{flow}_pct": number(f"{name}, change %", format="%+.1f %%"),
        }
    return config


def _why(result: Result, level: str, row: pd.Series, year: str) -> None:
    st.markdown(f"##### Why this number: {row['code']} {_plain(str(row['name']))}")
    if level != "chapter":
        st.caption("A sum over chapters; choose “Chapters” above to see the chain of one.")
        return
    for flow, name in (("export", "Exports to Japan"), ("import", "Imports from Japan")):
        explanation = result.explain(flow, str(row["code"]), year)
        st.markdown(f"**{name}**")
        steps = explanation.table
        shown = pd.DataFrame(
            {
                "step": steps["step"],
                "value": [figures.value(value) for value in steps["value"]],
                "unit": steps["unit"],
                "grade": steps["grade"],
                "source and note": [
                    "; ".join(part for part in (source, note) if part)
                    for source, note in zip(steps["source"], steps["note"], strict=True)
                ],
            }
        )
        st.dataframe(shown, hide_index=True, key=f"why:{flow}", height=36 * (len(shown) + 1))


def _notes(result: Result) -> None:
    box = st.expander("What must be read with these figures", key="notes", on_change="rerun")
    if box.open:
        said = "\n".join(f"- {_plain(note)}" for note in result.notes)
        box.markdown(said or "Nothing beyond what the method says.")
