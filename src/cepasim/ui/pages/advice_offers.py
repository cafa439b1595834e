"""Two offers side by side, clauses as a file that reads back, and when something trips."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import tr
from cepasim.core.problems import InputError
from cepasim.report import html
from cepasim.report.blocks import Table
from cepasim.scenario.bundled import scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.studies.advice import offers_text, triggers_text
from cepasim.ui import columns
from cepasim.ui.asked import sought
from cepasim.ui.columns import amount, height, widest
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_parts import workbook, year_box
from cepasim.ui.state import Session

#: What trips and when come first: a narrow screen has room for two columns.
_TRIP_COLUMNS = (
    "name",
    "first_year",
    "first_year_without_levers",
    "importer",
    "source",
    "largest_ratio",
    "trigger",
    "variant",
)
_ROWS = 200
#: Tables that are read as a whole: lines of them may be long.
_READ = ("sides", "levers")
#: Rows of the years that are seen at once.
_MOST = 20


def draw(found: Session) -> None:
    """Draw the comparison of two offers."""
    offered = {name: Scenario.bundled(name) for name in scenarios()}
    # A list knows what is chosen by its label: a bundled scenario on the screen is there once.
    bundled = (name for name, one in offered.items() if one == found.scenario)
    own = {next(bundled, found.scenario.name): found.scenario} | found.saved
    names = {name: tr(one.name) for name, one in (offered | own).items()}
    order = [*own, *(name for name in offered if name not in own)]
    left, middle, right = st.columns([1.3, 1.3, 1], vertical_alignment="bottom")
    mine = left.selectbox(tr("My offer"), order, format_func=names.__getitem__, key="offers-mine")
    theirs = middle.selectbox(
        tr("Their offer"), order, index=1, format_func=names.__getitem__, key="offers-theirs"
    )
    with right:
        year = year_box(found, "offers-year")
    ours, others = ((offered | own)[name] for name in (mine, theirs))
    economy = found.figures.economy
    answer = sought(
        found,
        "offers",
        (ours, others, year),
        tr("Running both"),
        lambda: cepasim.compare_offers(economy, ours, others, year),
        again=st.button(tr("Compare the offers"), type="primary", key="offers-run"),
    )
    if answer is None:
        return
    st.markdown(plain(answer.lead))
    for name, heading in offers_text.TABLES.items():
        _table(found, name, tr(heading), getattr(answer, name), year)


def _table(found: Session, name: str, title: str, table: pd.DataFrame, year: str) -> None:
    """Draw one table of a comparison, its first rows."""
    if len(table) > _ROWS:
        title = tr(
            "{title}: the first {rows} of {all}", title=title, rows=_ROWS, all=f"{len(table):,}"
        )
    rows = offers_text.worded(found.figures.economy, table.head(_ROWS))
    if name in _READ:
        with st.expander(title, expanded=name == "sides"):
            st.html(html.fragment(_read(rows, year)))
        return
    config = {}
    losers_last = sorted(rows.columns, key=lambda one: "_los" in one)
    for column in losers_last:
        head = tr(offers_text.COLUMNS[column])
        if column.endswith("_usd_mn"):
            config[column] = amount(head)
        elif pd.api.types.is_numeric_dtype(rows[column]):
            config[column] = st.column_config.NumberColumn(head, format="%.1f")
        else:
            config[column] = st.column_config.TextColumn(head)
    with st.expander(title, expanded=name == "sides"):
        columns.draw(
            rows,
            config,
            key=f"offers-{name}",
            height=height(len(rows)),
            alt=title,
        )


def _read(rows: pd.DataFrame, year: str) -> Table:
    """Return a short table of a comparison as one that is read and not searched.

    The rows of a side stand together.
    """
    if "side" in rows:
        order = pd.Series(pd.factorize(rows["side"])[0], index=rows.index)
        rows = rows.loc[order.sort_values(kind="stable").index]
    is_money = [str(column).endswith("_usd_mn") for column in rows.columns]
    # A welfare that is not claimed has no amount.
    written = (
        figures.column(rows[name], signed=True, missing=tr("not claimed")) if money else rows[name]
        for name, money in zip(rows.columns, is_money, strict=True)
    )
    cells = tuple(zip(*written, strict=True))
    said = tr(
        "Change against the reference, {year}, {unit}",
        year=year_in_words(year),
        unit=figures.unit_mn(),
    )
    head = tuple(tr(offers_text.COLUMNS[column]) for column in rows.columns)
    return Table(said if any(is_money) else "", head, cells, tuple(is_money))


def clauses(found: Session) -> None:
    """Draw the clause sheet of the scenario on the screen, and the way back from one."""
    scenario, economy = found.scenario, found.figures.economy
    st.caption(
        plain(
            tr(
                "“{scenario}” as clauses with the staging of every line.",
                scenario=tr(scenario.name),
            )
        )
    )
    labels = {
        "xlsx": tr("Clause sheet: Workbook"),
        "docx": tr("Clause sheet: Word document"),
    }
    with st.container(horizontal=True):
        for kind, label in labels.items():
            workbook(
                lambda path: scenario.clause_sheet(path, economy),
                f"clauses.{kind}",
                label,
                key=f"clauses-{kind}",
            )
    sent = st.file_uploader(
        tr("A clause sheet that was marked up"),
        type=["xlsx", "docx"],
        key="clauses-file",
        max_upload_size=5,
        help=tr("A sheet from here that the other side changed: it is read back as a scenario."),
    )
    label = tr("Open it as scenario")
    if sent is not None and st.button(label, type="primary", key="clauses-open"):
        with TemporaryDirectory(prefix="cepasim-") as folder:
            path = Path(folder) / f"clauses{Path(sent.name).suffix}"
            path.write_bytes(sent.getvalue())
            try:
                read = Scenario.read(path, economy.classification, economy.parameters)
            except InputError as wrong:
                st.warning(listed(wrong.problems).replace(str(path), sent.name))
                return
        found.load(read)
        go("scenario")


def triggers(found: Session) -> None:
    """Draw in which year quotas fill and imports pass a threshold, under every reference."""
    economy, scenario = found.figures.economy, found.scenario
    under = economy.parameters.value("surge_trigger")
    factor = found.overrides.get("surge_trigger", under)
    st.caption(
        plain(
            tr(
                "The year in which each quota of the scenario on the screen fills, and the year in "
                "which imports of a chapter that its levers move exceed {factor} times the average "
                "of the three preceding years, under every variant of the reference. A chapter "
                "that starts from almost nothing exceeds any such threshold at once.",
                factor=f"{factor:g}",
            )
        )
    )
    table = sought(
        found,
        "triggers",
        (scenario,),
        tr("Running under every reference"),
        lambda: cepasim.triggers(economy, scenario),
        again=st.button(tr("Find the years"), type="primary", key="triggers-run"),
    )
    if table is None:
        return
    if table.empty:
        st.markdown(tr("No quota, and no chapter passes a threshold."))
        return
    st.caption(tr("Where both years are the same, the levers are not the reason."))
    config: dict[str, Any] = {name: tr(triggers_text.COLUMNS[name]) for name in _TRIP_COLUMNS}
    ratio = config["largest_ratio"]
    config["largest_ratio"] = st.column_config.NumberColumn(ratio, format="%.2f")
    shown = triggers_text.worded(economy, levers_first(table))
    shown = shown.assign(name=shown["hs"] + " " + shown["name"])
    wide = widest(shown["name"], 105)
    config["name"] = st.column_config.TextColumn(config["name"], width=wide)
    columns.draw(
        shown,
        config,
        key="triggers-table",
        height=height(len(shown), _MOST),
        alt=tr("Year in which quotas fill and thresholds are passed, by variant of the reference"),
    )


def levers_first(table: pd.DataFrame) -> pd.DataFrame:
    """Return triggers with those first, of each reference, that trip because of the levers.

    Parameters
    ----------
    table : DataFrame
        From `cepasim.triggers`.
    """
    anyway = table["first_year"] == table["first_year_without_levers"]
    order = pd.DataFrame({"variant": pd.factorize(table["variant"])[0], "anyway": anyway})
    return table.loc[order.sort_values(["variant", "anyway"], kind="stable").index]
