"""Which lines to ask an importer for: the list, and the way from it into the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, ntr, paragraph, separated, tr
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.tables.finding import product_finder
from cepasim.tables.names import told_apart
from cepasim.ui import columns
from cepasim.ui.columns import amount, height, widest
from cepasim.ui.messages import listed, of_products, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_parts import (
    WHAT_CAN_BE_SOUGHT,
    opened,
    section_box,
    short_name,
    workbook,
    year_box,
)
from cepasim.ui.state import Session

if TYPE_CHECKING:
    from cepasim.studies.advice.line_list import LineList

_SHOWN = 100
_ALL = ""
#: Pixels of a gain and its head with the unit.
_GAIN = 104
_SOURCES = ("best_rival", "loses_most")
_ASKS = {
    "tariff": mark("A duty is paid"),
    "origin": mark("A free rate is not claimed"),
    "barrier": mark("A barrier is met"),
    _ALL: mark("All"),
}
_ASKED = {"tariff": mark("tariff"), "origin": mark("origin"), "barrier": mark("barrier")}


@st.cache_resource(max_entries=6, show_spinner=False)
def _list(_economy: Economy, digest: str, importer: str, year: str) -> LineList:
    """List the lines of an importer; the same for all sessions with the same figures."""
    return cepasim.product_list(_economy, importer, year)


def draw(found: Session) -> None:
    """Draw the list, its filters and the buttons."""
    wide = st.columns([1, 1.4, 1, 1.8, 1.8], vertical_alignment="bottom")
    with wide[0]:
        importer = st.selectbox(
            tr("Importer"), list(COUNTRY), format_func=lambda one: tr(COUNTRY[one]), key="lines-who"
        )
    with wide[1]:
        # Of India nothing else is listed: what it excluded or holds back.
        asks = list(_ASKS) if importer == "JPN" else ["tariff"]
        ask = st.selectbox(
            tr("Where"),
            asks,
            format_func=lambda one: tr(_ASKS[one]),
            key=f"lines-ask:{importer}",
        )
    with wide[2]:
        year = year_box(found, "lines-year")
    with wide[3]:
        section = section_box(found, "lines-section")
    with wide[4]:
        words = st.text_input(
            tr("Search by code or words"),
            placeholder=tr("Code or word: 6403, footwear"),
            key="lines-find",
        )
    with st.spinner(tr("Listing the lines …")):
        lines = _list(found.figures.economy, found.figures.digest, importer, year)
    with st.popover(tr("Saved list"), key="lines-reload"):
        lines = _reloaded(lines)
    every, lines = lines, lines.filter(ask=ask or None, section=section or None)
    lines = matching(lines, words)
    if not len(lines):
        st.caption(paragraph(nothing(every, words)))
        return
    shown = lines.top(_SHOWN)
    key = f"lines:{importer}:{ask}:{year}:{section}:{words}"
    worded = _worded(found, shown.table)
    rivals = {name: widest(set(worded[name]), 105) for name in _SOURCES}
    chosen = columns.draw(
        worded,
        _columns(lines, rivals),
        key=key,
        height=height(len(shown)),
        on_select="rerun",
        selection_mode="multi-row",
        alt=tr(
            "Tariff lines to ask {country} for, best gain over sensitivity first",
            country=tr(COUNTRY[importer]),
        ),
    )
    st.caption(plain(paragraph(_about(lines, len(shown)))))
    rows = chosen["selection"]["rows"] if chosen else []
    picked = [code for row, code in enumerate(shown.codes) if row in rows]
    _into_the_scenario(found, shown, picked)
    _keep(lines, shown.only(picked) if picked else lines)


def nothing(lines: LineList, words: str) -> list[str]:
    """Say that no line is left, and whether words or other conditions are why.

    Parameters
    ----------
    lines : LineList
        All there are, before the conditions.
    words : str
        What was sought.
    """
    said = [tr("No line meets these conditions.")]
    if not words.strip():
        return said
    if fit := len(matching(lines, words)):
        said.append(
            ntr(
                "The words alone find {count} line: change “Where” or the section.",
                "The words alone find {count} lines: change “Where” or the section.",
                fit,
                count=f"{fit:,}",
            )
        )
        return said
    codes = lines.economy.by_chapter.markets[lines.importer].schedule.lines.astype(str)
    finder = product_finder(lines.economy.classification)
    elsewhere = finder.nearest(words, codes).any()
    free = mark(
        "The page Lines has what these words mean; this list holds only lines with something to "
        "ask for."
    )
    return [*said, tr(free if elsewhere else WHAT_CAN_BE_SOUGHT)]


def _worded(found: Session, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its words in the language of the moment."""
    asks = [tr(_ASKED[one]) if one else "" for one in table["ask"]]
    parts: dict[str, list[str]] = {
        name: [tr("; ").join(now(part) for part in _parts(text)) for text in table[name]]
        for name in ("reasons", "rests_on")
    }
    parts |= {name: [short_name(found, one) for one in table[name]] for name in _SOURCES}
    parts["description"] = [told_apart(str(one)) for one in table["description"]]
    return table.assign(ask=asks, **parts)


def _parts(text: str) -> list[str]:
    return [part for part in text.split("; ") if part]


def _about(lines: LineList, shown: int) -> list[str]:
    """What the list counts and how good it is, a sentence each."""
    sentences = [
        tr(
            "{shown} of {all} lines, by gain over sensitivity; prices of {price_year}, gains and "
            "losses in {year}.",
            shown=shown,
            all=f"{len(lines):,}",
            price_year=year_in_words(lines.economy.price_year),
            year=year_in_words(lines.year),
        ),
        tr("Grades: A official, B published estimate, C own calculation, D assumption."),
        tr(
            "Each gain is that of the line alone, freed in {start}: lines of a chapter compete, so "
            "gains do not add up, and a line that the scenario frees already adds nothing to it.",
            start=year_in_words("2026-27"),
        ),
        tr("Proof of origin and barriers are eased for a whole product (HS6)."),
        tr(
            "Where claims do not say which line of a product carries its trade, one line is taken "
            "to carry it all, and freeing any of them frees the product: their gains are equal, "
            "to be counted once."
        ),
        tr("Sensitivity is a convention (grade D). Central values, without ranges."),
        *of_products(),
        tr(
            "History does not show the response to duty cuts that elasticities expect: gains are "
            "the upper part of what may happen."
        ),
    ]
    if lines.importer == "IND":
        sentences.append(
            tr(
                "India's imports from Japan by product are not known: all lines of a chapter with "
                "equal rates have equal gains (grade D). Choose between them by other evidence."
            )
        )
    return sentences


def _keep(lines: LineList, chosen: LineList) -> None:
    """Draw what is done with a list: a workbook, and a named list to reload."""
    left, middle, right = st.columns([1, 1.2, 1.2], vertical_alignment="bottom")
    with left:
        workbook(
            lines.to_excel,
            f"lines-{lines.importer}.xlsx",
            tr("Workbook: {lines} lines", lines=f"{len(lines):,}"),
            key="lines-workbook",
        )
    name = middle.text_input(tr("Name of the list"), "lines", key="lines-list-name")
    with right:
        workbook(
            lambda path: chosen.save(path, name),
            f"{name or 'list'}-{lines.importer}.yaml",
            tr("Save {lines} lines as list", lines=f"{len(chosen):,}"),
            key="lines-save",
        )


def _reloaded(lines: LineList) -> LineList:
    """Only the lines of a list that the user brings; all where none is brought."""
    from cepasim.studies.advice.line_list import read_lines

    sent = st.file_uploader(
        tr("Only the lines of a saved list (YAML)"),
        type=["yaml"],
        key="lines-list",
        max_upload_size=1,
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
    """Lines that are found by code or words, in the order of the list.

    Where some are found directly, those that belong to a chapter, section or industry of that name
    alone are left out.
    """
    if not words.strip() or not len(lines):
        return lines
    codes = lines.table["line"].to_numpy(dtype=str)
    found = product_finder(lines.economy.classification).nearest(words, codes)
    return lines.only(lines.table.loc[found, "line"])


def _into_the_scenario(found: Session, shown: LineList, picked: list[str]) -> None:
    """Draw what is picked, and the buttons that make it levers of a scenario."""
    wanted = shown.only(picked) if picked else None
    known = [] if wanted is None else [code for code, ask in _asked(wanted) if ask]
    if wanted is not None and len(known) < len(picked):
        st.warning(tr("Lines of which no rate is known cannot be put into a scenario."))
    if wanted is not None and known:
        rests = dict.fromkeys(part for text in wanted.table["rests_on"] for part in _parts(text))
        if rests:
            things = separated(now(one) for one in rests)
            st.caption(plain(tr("Of grade D, the gains of these rest on: {what}.", what=things)))
    left, right = st.columns([1, 1])
    label = tr("Put into the scenario")
    if known:
        label = ntr(
            "Put into the scenario: {n} line", "Put into the scenario: {n} lines", len(known)
        )
    add = left.button(
        label,
        type="primary",
        key="lines-add",
        disabled=not known,
        help=tr("Adds to “{scenario}”", scenario=tr(found.scenario.name)),
    )
    alone = right.button(tr("Open as a scenario of its own"), key="lines-open", disabled=not known)
    if wanted is None or not (add or alone):
        return
    wanted = wanted.only(known)
    if alone:
        name = tr("Lines asked of {country}", country=tr(COUNTRY[wanted.importer]))
        opened(found, wanted.scenario(name), wanted.year)
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
        wrong = listed(found.problems)
        found.edit(before)
        text = tr("These lines do not fit into the scenario on the screen:")
        st.warning(f"{text}\n{wrong}")
        return False
    importer = wanted.importer
    found.question = plain(
        tr(
            "Added from the list, asked of {importer} by {partner}: {codes}.",
            importer=tr(COUNTRY[importer]),
            partner=tr(COUNTRY[PARTNER[importer]]),
            codes=separated(wanted.codes),
        )
    )
    return True


def _columns(lines: LineList, rivals: Mapping[str, int]) -> dict[str, Any]:
    """Columns shown, with units; those of rivals are as wide as their names."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    buyer, seller = tr(COUNTRY[lines.importer]), tr(COUNTRY[PARTNER[lines.importer]])
    base = year_in_words(lines.economy.base_year)
    return {
        "line": text(tr("Line"), width=78),
        # What the list is for, before the product: a phone shows both.
        "gain_usd_mn": amount(
            tr("Gain"),
            form="%+.2f",
            width=_GAIN,
            help=tr("{country} sells more", country=seller),
        ),
        "description": text(tr("Product"), width=300, help=tr("What the HS calls the subheading")),
        "rate_percent": number(
            tr("Rate, %"),
            format="%.1f",
            width=66,
            help=tr("Under the CEPA, from {year} on", year=year_in_words("2026-27")),
        ),
        "best_rival": text(
            tr("Best rival"),
            width=rivals["best_rival"],
            help=tr("China includes Hong Kong and Macao"),
        ),
        "rival_percent": number(tr("Rival pays, %"), format="%.1f"),
        "trade_usd_mn": amount(tr("Trade {year}", year=base), form="%.1f", help=tr("c.i.f.")),
        "rank": number(
            tr("Rank of all"),
            format="%d",
            width=80,
            help=tr("In the whole list, 1 first: gain over sensitivity"),
        ),
        "loses_most": text(
            tr("Loses most"),
            width=rivals["loses_most"],
            help=tr("The other source that loses most"),
        ),
        "grade_trade": text(tr("Grade, trade"), width=85),
        "grade_gain": text(tr("Grade, gain"), width=85),
        "loss_rivals_usd_mn": amount(tr("Rivals lose"), form="%.2f"),
        "loss_domestic_usd_mn": amount(tr("{country}'s makers lose", country=buyer), form="%.2f"),
        "sensitivity": number(tr("Sensitivity, points"), format="%.2f"),
        "grade_sensitivity": text(tr("Grade, sensitivity"), width=125),
        "reasons": text(tr("Why sensitive"), width=160),
        "ask": text(
            tr("Ask"), width=60, help=tr("tariff, origin or barrier; empty: no rate known")
        ),
        "mfn_percent": number(tr("MFN, %"), format="%.1f"),
        "barrier_percent": number(
            tr("Barrier, %"), format="%.1f", help=tr("Ad valorem, of the chapter")
        ),
        "revenue_usd_mn": amount(tr("Duty, change"), form="%+.2f"),
        "grade_rate": text(tr("Grade, rate"), width=90),
        "rests_on": text(tr("Gain rests on (grade D)"), width=200),
    }
