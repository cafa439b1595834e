"""Which lines to ask an importer for: the list, and the way from it into the scenario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.fiscal_year import LAST_YEAR, fiscal_years, parse_fiscal_year
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.state import FIRST_YEAR_SHOWN, Session

if TYPE_CHECKING:
    from cepasim.studies.advice.line_list import LineList

_SHOWN = 100
_ALL = ""
_ASKS = {
    "tariff": "A duty is paid",
    "origin": "A free rate is not claimed",
    "barrier": "A barrier is met",
    _ALL: "All",
}
_GRADES = (
    "Grades: A official, B published estimate, C own calculation, D assumption. Each gain is that "
    "of the line alone, freed in 2026-27: lines of a chapter compete, so gains do not add up, and "
    "a line that the scenario frees already adds nothing to it. Proof of origin and barriers are "
    "eased for a whole product (HS6). Sensitivity is a convention (grade D). Central values, "
    "without ranges. History does not show the response to duty cuts that elasticities expect: "
    "gains are the upper part of what may happen."
)
_INDIA = (
    "India's imports from Japan by product are not known: all lines of a chapter with equal rates "
    "have equal gains (grade D). Choose between them by other evidence."
)


def years_of_advice() -> list[str]:
    """Fiscal years for which advice can be asked."""
    from cepasim.studies.advice.alone import START

    return list(fiscal_years(parse_fiscal_year(START), LAST_YEAR))


def year_box(found: Session, key: str) -> str:
    """Draw the choice of a year; that on the screen by default."""
    years = years_of_advice()
    shown = found.year if found.year in years else FIRST_YEAR_SHOWN
    return st.selectbox("Fiscal year", years, index=years.index(shown), key=key)


@st.cache_resource(max_entries=6, show_spinner="Listing the lines …")
def _list(_economy: Economy, digest: str, importer: str, year: str) -> LineList:
    """List the lines of an importer; the same for all sessions with the same figures."""
    return cepasim.product_list(_economy, importer, year)


def draw(found: Session) -> None:
    """Draw the list, its filters and the buttons."""
    wide = st.columns([1, 1.4, 1, 1.8, 1.8], vertical_alignment="bottom")
    with wide[0]:
        importer = st.selectbox(
            "Importer", list(COUNTRY), format_func=COUNTRY.__getitem__, key="lines-who"
        )
    with wide[1]:
        # Of India nothing else is listed: what it excluded or holds back.
        asks = list(_ASKS) if importer == "JPN" else ["tariff"]
        ask = st.selectbox(
            "Where", asks, format_func=_ASKS.__getitem__, key=f"lines-ask:{importer}"
        )
    with wide[2]:
        year = year_box(found, "lines-year")
    with wide[3]:
        names = {one.code: one.name for one in found.figures.economy.classification.sections}
        section = st.selectbox(
            "Section",
            [_ALL, *names],
            format_func=lambda code: f"{code} {names[code]}" if code else "All sections",
            key="lines-section",
        )
    with wide[4]:
        words = st.text_input(
            "Search", placeholder="Code or word: 6403, footwear", key="lines-find"
        )
    lines = _list(found.figures.economy, found.figures.digest, importer, year)
    with st.popover("Saved list", key="lines-reload"):
        lines = _reloaded(lines)
    lines = lines.filter(ask=ask or None, section=section or None)
    lines = matching(lines, words)
    if not len(lines):
        st.caption("No line meets these conditions.")
        return
    shown = lines.top(_SHOWN)
    key = f"lines:{importer}:{ask}:{year}:{section}:{words}"
    chosen = st.dataframe(
        shown.table,
        key=key,
        hide_index=True,
        height=min(36 * (len(shown) + 1), 430),
        column_order=list(_columns(importer)),
        column_config=_columns(importer),
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"Tariff lines to ask {COUNTRY[importer]} for, best gain over sensitivity first",
    )
    st.caption(
        f"{len(shown)} of {len(lines):,} lines, by gain over sensitivity; US\\$ mn of 2023-24, "
        f"gains and losses in {year}. {_GRADES}" + (f" {_INDIA}" if importer == "IND" else "")
    )
    rows = chosen["selection"]["rows"] if chosen else []
    picked = [code for row, code in enumerate(shown.codes) if row in rows]
    _into_the_scenario(found, shown, picked)
    _keep(lines, shown.only(picked) if picked else lines)


def workbook(write: Callable[[Path], None], name: str, label: str, key: str) -> None:
    """Draw a button that sends a workbook, written only when it is asked for.

    Parameters
    ----------
    write : callable
        Writes it to a path.
    name, label, key : str
        Of the file, the button and the element.
    """

    def content() -> bytes:
        with TemporaryDirectory(prefix="cepasim-") as folder:
            path = Path(folder) / name
            write(path)
            return path.read_bytes()

    st.download_button(label, content, name, key=key, on_click="ignore")


def _keep(lines: LineList, chosen: LineList) -> None:
    """Draw what is done with a list: a workbook, and a named list to reload."""
    left, middle, right = st.columns([1, 1.2, 1.2], vertical_alignment="bottom")
    with left:
        workbook(
            lines.to_excel,
            f"lines-{lines.importer}.xlsx",
            f"Workbook: {len(lines):,} lines",
            key="lines-workbook",
        )
    name = middle.text_input("Name of the list", "sensitive", key="lines-list-name")
    with right:
        workbook(
            lambda path: chosen.save(path, name),
            f"{name or 'list'}-{lines.importer}.yaml",
            f"Save {len(chosen):,} lines as list",
            key="lines-save",
        )


def _reloaded(lines: LineList) -> LineList:
    """Only the lines of a list that the user brings; all where none is brought."""
    from cepasim.studies.advice.line_list import read_lines

    sent = st.file_uploader(
        "Only the lines of a saved list (YAML)", type=["yaml"], key="lines-list", max_upload_size=1
    )
    if sent is None:
        return lines
    with TemporaryDirectory(prefix="cepasim-") as folder:
        path = Path(folder) / "list.yaml"
        path.write_bytes(sent.getvalue())
        try:
            return lines.only(read_lines(path, lines.importer))
        except InputError as wrong:
            st.warning(listed(wrong.problems).replace(str(path), sent.name))
            return lines


def matching(lines: LineList, words: str) -> LineList:
    """Lines whose code begins with the words, or whose description has all of them."""
    words = words.strip().casefold()
    if not words:
        return lines
    if words.isdigit():
        return lines.filter(hs=words)
    text = lines.table["description"].str.casefold()
    keep = pd.Series(True, index=text.index)
    for word in words.split():
        keep &= text.str.contains(word, regex=False)
    return lines.only(lines.table.loc[keep, "line"])


def _into_the_scenario(found: Session, shown: LineList, picked: list[str]) -> None:
    """Draw what is picked, and the buttons that make it levers of a scenario."""
    wanted = shown.only(picked) if picked else None
    known = [] if wanted is None else [code for code, ask in _asked(wanted) if ask]
    if wanted is not None and len(known) < len(picked):
        st.warning("Lines of which no rate is known cannot be put into a scenario.")
    if wanted is not None and known:
        rests = dict.fromkeys(
            part for text in wanted.table["rests_on"] for part in text.split("; ") if part
        )
        if rests:
            st.caption(plain(f"Of grade D, the gains of these rest on: {', '.join(rests)}."))
    left, right = st.columns([1, 1])
    count = f"{len(known)} line{'s' if len(known) != 1 else ''}"
    add = left.button(
        "Put into the scenario" + (f": {count}" if known else ""),
        type="primary",
        key="lines-add",
        disabled=not known,
        help=f"Adds to “{found.scenario.name}”",
    )
    alone = right.button("Open as a scenario of its own", key="lines-open", disabled=not known)
    if wanted is None or not (add or alone):
        return
    wanted = wanted.only(known)
    if alone:
        found.load(wanted.scenario(f"Lines asked of {COUNTRY[wanted.importer]}"))
        found.year = wanted.year
        go("scenario")
    if put(found, wanted):
        go("scenario")


def _asked(lines: LineList) -> list[tuple[str, str]]:
    return list(lines.table[["line", "ask"]].itertuples(index=False, name=None))


def put(found: Session, wanted: LineList) -> bool:
    """Add the levers that give what is asked on some lines; the draft stays where they do not fit.

    Parameters
    ----------
    found : Session
    wanted : LineList
        Lines with something to ask for.

    Returns
    -------
    bool
        Whether the scenario has them now.
    """
    before, had = found.draft, found.problems
    asks = list(dict.fromkeys(ask for _, ask in _asked(wanted)))
    found.add_levers([wanted.lever(ask=ask) for ask in asks])
    if found.problems and not had:
        said = listed(found.problems)
        found.edit(before)
        st.warning(f"These lines do not fit into the scenario on the screen:\n{said}")
        return False
    importer = wanted.importer
    found.question = plain(
        f"Added from the list, asked of {COUNTRY[importer]} by {COUNTRY[PARTNER[importer]]}: "
        f"{', '.join(wanted.codes)}."
    )
    return True


def _columns(importer: str) -> dict[str, Any]:
    """Columns shown, with units."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    seller = COUNTRY[PARTNER[importer]]
    return {
        "rank": number(
            "Rank", format="%d", width=50, help="In the whole list, 1 first: gain over sensitivity"
        ),
        "line": text("Line", width=90),
        "description": text("Product", width=230, help="What the HS calls the subheading"),
        "rate_percent": number("Rate, %", format="%.1f", help="Under the CEPA, from 2026-27 on"),
        "best_rival": text("Best rival", width=70),
        "rival_percent": number("Its rate, %", format="%.1f"),
        "trade_usd_mn": number("Trade 2023-24, US$ mn", format="%.1f", help="c.i.f."),
        "gain_usd_mn": number(f"{seller} sells more, US$ mn", format="%+.2f"),
        "grade_trade": text("Grade, trade", width=90),
        "grade_gain": text("Grade, gain", width=90),
        "loses_most": text("Loses most", width=85, help="The other source that loses most"),
        "loss_rivals_usd_mn": number("Rivals lose, US$ mn", format="%.2f"),
        "loss_domestic_usd_mn": number(f"{COUNTRY[importer]}'s makers lose, US$ mn", format="%.2f"),
        "sensitivity": number("Sensitivity, points", format="%.2f"),
        "grade_sensitivity": text("Grade, sensitivity", width=125),
        "reasons": text("Why sensitive", width=160),
        "ask": text("Ask", width=60, help="tariff, origin or barrier; empty: no rate known"),
        "mfn_percent": number("MFN, %", format="%.1f"),
        "barrier_percent": number("Barrier, %", format="%.1f", help="Ad valorem, of the chapter"),
        "revenue_usd_mn": number("Duty, change, US$ mn", format="%+.2f"),
        "grade_rate": text("Grade, rate", width=90),
        "rests_on": text("Gain rests on (grade D)", width=200),
    }
