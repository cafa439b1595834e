"""Up to four scenarios beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cepasim.core.problems import InputError, Problem, RunError
from cepasim.levers.every import in_words
from cepasim.report import html, views
from cepasim.report import numbers as figures
from cepasim.report.blocks import Paragraph, Table
from cepasim.report.levels import range_of
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.studies.differences import difference_ranges
from cepasim.ui import charts, style, uploads
from cepasim.ui.messages import listed, plain
from cepasim.ui.state import MOST_COMPARED, Session, session

_HEIGHT = 260
_SECTORS = 12
#: Draws of the range of a difference: it is computed while the user waits.
_DRAWS = 32
_ADD = "compare-add"


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(style.title("Compare", f"Up to {MOST_COMPARED} scenarios, saved in this session only."))
    if found.question:
        st.info(found.question)
    _choose(found)
    if not found.saved:
        st.info("Nothing to compare yet: choose scenarios above or save the one you edit.")
        return
    results = _results(found)
    if not results:
        return
    common = [
        year
        for year in next(iter(results.values())).fiscal_years
        if all(year in result.fiscal_years for result in results.values())
    ]
    year = found.year if found.year in common else common[-1]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with right:
        year = st.selectbox("Fiscal year", common, index=common.index(year), key="compare-year")
    with left:
        item = st.segmented_control(
            "Path",
            list(charts.ITEMS),
            default="exports",
            format_func=charts.ITEMS.__getitem__,
            key="compare-item",
            label_visibility="collapsed",
        )
    _headlines(results, year)
    _difference(found, results, year)
    left, right = st.columns(2)
    with left:
        _paths(results, item or "exports", found)
    with right:
        _contributions(results, year)
    _sectors(results, year)
    with st.expander("What each scenario does"):
        for name, result in results.items():
            classification = found.figures.economy.classification
            levers = result.scenario.to_dict()["levers"]
            said = "\n".join(f"- {plain(in_words(lever, classification))}" for lever in levers)
            st.markdown(f"**{plain(name)}**\n\n{said or '- Nothing: the reference.'}")


def _choose(found: Session) -> None:
    shown = {**found.figures.bundled, **found.figures.derived}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = {"": "Add a scenario …", "current": f"As on the screen: {found.scenario.name}"}
        options |= {name: scenario.name for name, scenario in shown.items()}
        st.selectbox(
            "Add a scenario",
            list(options),
            format_func=options.__getitem__,
            key=_ADD,
            width=360,
            on_change=_add,
            args=(found, {**shown, "current": found.scenario}),
        )
        for name in list(found.saved):
            if st.button(plain(f"Remove {name}"), key=f"compare-remove:{name}"):
                del found.saved[name]
                st.rerun()
        with st.popover("From files"):
            _from_files(found)


def _add(found: Session, offered: dict[str, Scenario]) -> None:
    chosen = st.session_state[_ADD]
    if chosen:
        found.save(offered[chosen].name, offered[chosen])
        st.session_state[_ADD] = ""


def _from_files(found: Session) -> None:
    sent = st.file_uploader(
        "Scenario files (YAML)",
        type=["yaml", "yml"],
        accept_multiple_files=True,
        key="compare-files",
        max_upload_size=1,
    )
    if not sent or not st.button("Add these", key="compare-load"):
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
    for name, scenario in found.saved.items():
        try:
            results[name] = found.result(scenario)
        except (InputError, RunError) as failed:
            st.error(plain(f"{name} cannot be run: {failed}"))
    return results


def _headlines(results: dict[str, Result], year: str) -> None:
    rows = {name: views.total_row(result, year) for name, result in results.items()}
    cells = []
    for item, label in (
        ("exports", "Exports to Japan"),
        ("imports", "Imports from Japan"),
        ("balance", "Balance"),
    ):
        around = [range_of(row, item, scenario=True) for row in rows.values()]
        cells.append([label, *(figures.bn(row[f"{item}_usd_mn"]) for row in rows.values())])
        if any(around):
            cells.append(["90 % range of the level, bn", *around])
        changes = (row[f"change_in_{item}_usd_mn"] for row in rows.values())
        cells.append(
            ["change against reference", *(figures.bn(one, signed=True) for one in changes)]
        )
    accounts = {name: result.accounts(year) for name, result in results.items()}
    first = next(iter(accounts.values()))
    for place, label in enumerate(first["name"]):
        changes = (frame["change_usd_mn"].iloc[place] for frame in accounts.values())
        cells.append([f"{label}, change", *(figures.mn(change, signed=True) for change in changes)])
    table = Table(f"{year}, US$ of 2023-24", ("", *results), tuple(map(tuple, cells)))
    st.html(html.fragment(table))


def _difference(found: Session, results: dict[str, Result], year: str) -> None:
    """Offer the ranges of what the second scenario does beyond the first, under common draws."""
    if len(results) < 2:
        return
    names, economy = tuple(results)[:2], found.figures.economy
    first, second = (results[name].scenario for name in names)
    key = (first, second, id(found.figures))
    kept = st.session_state.get("cepasim-difference")
    if kept is None or kept[0] != key:
        if not st.button("Range of the difference of the first two", key="compare-difference"):
            return
        with st.spinner(f"{2 * _DRAWS} draws of each …"):
            try:
                both = [
                    difference_ranges(economy, first, second, _DRAWS, model_choice=choice)
                    for choice in (False, True)
                ]
            except (InputError, RunError) as error:
                st.warning(plain(str(error)))
                return
        st.session_state["cepasim-difference"] = kept = (key, both)
    st.html(html.fragment(difference_table(kept[1], names, year)))


def difference_table(both: Sequence[pd.DataFrame], names: tuple[str, ...], year: str) -> Table:
    """Return what the second scenario adds to the first, with both ranges.

    Parameters
    ----------
    both : sequence of DataFrame
        From `difference_ranges`: of figures, and of figures and model choice.
    names : tuple of str
        Of the first scenario and of the second.
    year : str
    """
    cells = []
    for item in ("exports", "imports", "balance"):
        rows = [
            table[(table["fiscal_year"] == year) & (table["item"] == f"{item}_usd_mn")].iloc[0]
            for table in both
        ]
        ranges = (
            " to ".join(figures.mn(float(row[end]), signed=True) for end in ("p5", "p95"))
            for row in rows
        )
        above = f"{100 * float(rows[1]['probability_above_zero']):.0f} %"
        central = figures.mn(float(rows[0]["central"]), signed=True)
        cells.append((item.capitalize(), central, *ranges, above))
    said = f"{names[1]} less {names[0]}, {year}, US$; 90 % ranges of {_DRAWS} common draws"
    head = ("", "difference", "figures", "figures and model choice", "share of draws above 0")
    return Table(said, head, tuple(cells))


def _paths(results: dict[str, Result], item: charts.Item, found: Session) -> None:
    first = next(iter(results.values()))
    lines = [
        charts.history_path(found.figures.history, item),
        charts.result_path(first, item, charts.REFERENCE, baseline=True),
        *(charts.result_path(result, item, name) for name, result in results.items()),
    ]
    st.vega_lite_chart(
        pd.concat(lines, ignore_index=True),
        charts.compare_spec(list(results), _HEIGHT),
        theme=None,
        key="compare-path",
        alt=f"{charts.ITEMS[item]}, US$ bn, history, reference and each scenario; "
        "the table above gives the figures of one year.",
    )
    said = (
        f"{charts.ITEMS[item]}, US$ bn, fiscal years; from 2023-24 at its prices. Band: 90 % range "
        "of the level in the reference of the first; read changes."
    )
    st.html(html.fragment(Paragraph(said, "small")))


def _contributions(results: dict[str, Result], year: str) -> None:
    for name, result in results.items():
        st.markdown(f"**{plain(name)}**")
        st.html(html.fragment(views.contributions(result, year)))


def _sectors(results: dict[str, Result], year: str) -> None:
    frames = {}
    for name, result in results.items():
        frame = result.balance("chapter", year).set_index("hs")
        frames[name] = frame
    first = next(iter(frames.values()))
    table = pd.DataFrame({"sector": first.index + " " + first["name"]}, index=first.index)
    config: dict[str, Any] = {}
    for name, frame in frames.items():
        for flow in ("exports", "imports"):
            column = f"{name}: {flow}"
            table[column] = frame[f"change_in_{flow}_usd_mn"]
            config[column] = st.column_config.NumberColumn(column, format="%+.1f")
    moved = table.drop(columns="sector").abs().max(axis=1)
    table = table.loc[moved.sort_values(ascending=False).index]
    table = table[moved.reindex(table.index) > 0]
    st.markdown(f"#### Change by chapter against the reference, US\\$ mn, {year}")
    if table.empty:
        st.caption("Nothing changes.")
        return
    st.dataframe(
        table,
        hide_index=True,
        column_config=config,
        height=36 * (min(len(table), _SECTORS) + 1),
        alt="Change of exports and imports by chapter in each scenario",
    )
