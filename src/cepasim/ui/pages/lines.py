"""Every tariff line of both importers: looked up, and turned into a lever."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.studies.tariff_lines import STANDING, TariffLines
from cepasim.ui import style
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.state import Session, session

#: Rows drawn; the file has them all.
_SHOWN = 300
_ANY = ""
_COUNTED = {_ANY: "Counted or not", "yes": "Counted", "part": "In part", "no": "Not counted"}
_BUTTONS = {
    "tariff": ("Cut the duty", "To zero in one step from 2026-27 on; change it on the left"),
    "origin": ("Simpler proof of origin", "For the whole subheading (HS6) of each line"),
    "barrier": ("Ease the barriers", "For the whole subheading (HS6) of each line"),
}


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(
        style.title(
            "Lines",
            "Every tariff line of Japan and India: what is paid, what is sold, what counts.",
        )
    )
    if found.question:
        st.info(found.question)
    wide = st.columns([0.8, 2, 1.5, 1.1, 1], vertical_alignment="bottom")
    with wide[0]:
        importer = st.selectbox(
            "Importer", list(COUNTRY), format_func=COUNTRY.__getitem__, key="browse-who"
        )
    with wide[1]:
        words = st.text_input(
            "Search by code or words", placeholder="6403, 61 cotton, footwear …", key="browse-find"
        )
    with wide[2]:
        names = {one.code: one.name for one in found.figures.economy.classification.sections}
        section = st.selectbox(
            "Section",
            [_ANY, *names],
            format_func=lambda code: f"{code} {names[code]}" if code else "All sections",
            key="browse-section",
        )
    with wide[3]:
        standing = st.selectbox(
            "Under the CEPA",
            [_ANY, *STANDING],
            format_func=lambda one: STANDING[one].capitalize() if one else "Any standing",
            key="browse-standing",
        )
    with wide[4]:
        counted = st.selectbox(
            "In the model", list(_COUNTED), format_func=_COUNTED.__getitem__, key="browse-counted"
        )
    lines = lines_of(found.figures.economy, found.figures.digest, importer)
    asked = {"section": section, "category": standing, "counted": counted}
    rows = lines.search(words, **{name: value for name, value in asked.items() if value})
    if rows.empty:
        st.caption(f"No line of {COUNTRY[importer]} meets these conditions.")
        return
    _table(found, lines, rows, ":".join([importer, words, *asked.values()]))


@st.cache_resource(max_entries=4, show_spinner="Reading the lines …")
def lines_of(_economy: Economy, digest: str, importer: str) -> TariffLines:
    """Lines of an importer; the same for all sessions with the same figures."""
    return cepasim.tariff_lines(_economy, importer)


def _table(found: Session, lines: TariffLines, rows: pd.DataFrame, key: str) -> None:
    """Draw the rows, and below them what is chosen."""
    shown = rows.head(_SHOWN)
    view = shown.assign(category=[STANDING.get(one, one) for one in shown["category"]])
    config = _columns(lines.importer)
    chosen = st.dataframe(
        view,
        key=f"browse:{key}",
        hide_index=True,
        height=min(36 * (len(view) + 1), 400),
        column_order=list(config),
        column_config=config,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        alt=f"Tariff lines of {COUNTRY[lines.importer]}, those with the most trade first",
    )
    buyer, seller = COUNTRY[lines.importer], COUNTRY[PARTNER[lines.importer]]
    number = f"{len(rows):,} of {len(lines):,} lines" + (
        f", the first {_SHOWN} shown" if len(rows) > _SHOWN else ""
    )
    note = (
        f"{buyer}'s customs do not publish imports from {seller} by line here: the lines of a "
        "product share its trade evenly (grade D)."
        if lines.importer == "IND"
        else "Trade by product (HS6) is official; which of its lines carries it is read from "
        "claims of the CEPA (grade C)."
    )
    st.caption(
        f"{number}, most trade first; US\\$ mn of 2023-24, c.i.f. {note} Grades: A official, "
        "B published estimate, C own calculation, D assumption. Choose rows to see who pays what "
        "and to make levers of them. – is a rate that is not known, or a line without a margin."
    )
    picked = [row for row in (chosen["selection"]["rows"] if chosen else []) if row < len(shown)]
    codes = [str(shown["line"].iloc[row]) for row in picked]
    _buttons(found, lines, rows, codes)
    if codes:
        _one(lines, codes[-1])


def _buttons(found: Session, lines: TariffLines, rows: pd.DataFrame, codes: list[str]) -> None:
    """Offer the levers of the lines chosen, and the file."""
    asks = list(_BUTTONS) if lines.importer == "JPN" else ["tariff", "barrier"]
    many = f": {len(codes)} line{'s' if len(codes) > 1 else ''}" if codes else ""
    with st.container(horizontal=True):
        for ask in asks:
            label, said = _BUTTONS[ask]
            if st.button(
                label + many,
                type="primary" if ask == "tariff" else "secondary",
                key=f"browse-{ask}",
                disabled=not codes,
                help=f"{said}. Adds to “{found.scenario.name}”",
            ) and put(found, lines, codes, ask):
                go("scenario")
        st.download_button(
            "These lines (CSV)",
            data=rows.to_csv(index=False).encode("utf-8"),
            file_name=f"lines-{lines.importer}.csv",
            mime="text/csv",
            key="browse-csv",
            on_click="ignore",
        )


def put(found: Session, lines: TariffLines, codes: list[str], ask: str) -> bool:
    """Add a lever on some lines to the scenario; it stays as it was where they do not fit.

    Parameters
    ----------
    found : Session
    lines : TariffLines
    codes : list of str
    ask : {"tariff", "origin", "barrier"}

    Returns
    -------
    bool
        Whether the scenario has the lever now.
    """
    before, had = found.draft, found.problems
    try:
        found.add_levers([lines.lever(codes, ask)])
    except InputError as wrong:
        st.warning(listed(wrong.problems))
        return False
    if found.problems and not had:
        said = listed(found.problems)
        found.edit(before)
        st.warning(f"These lines do not fit into the scenario on the screen:\n{said}")
        return False
    label = _BUTTONS[ask][0].lower()
    found.question = plain(
        f"Added from the lines of {COUNTRY[lines.importer]}, {label}: {', '.join(codes)}."
    )
    return True


def _one(lines: TariffLines, code: str) -> None:
    """Draw who pays what on a line, and what the model makes of it."""
    row = lines.row(code)
    seller = COUNTRY[PARTNER[lines.importer]]
    st.markdown(f"#### {code}: {plain(str(row['description']))}")
    counted = {"yes": "Counted in the model", "part": "Counted in part", "no": "Not counted"}
    said = counted[str(row["counted"])] + (f": {row['why']}" if row["why"] else "")
    facts = [said, f"under the CEPA {STANDING.get(str(row['category']), row['category'])}"]
    if row["use_percent"] == row["use_percent"]:
        facts.append(
            f"of {seller}'s trade in chapter {row['hs']} with a margin, {row['use_percent']:.0f} % "
            "claims it"
        )
    st.markdown(plain("; ".join(facts) + "."))
    rates = lines.rates(code)
    config = {
        "name": st.column_config.TextColumn("Source", width=230),
        "base_percent": st.column_config.NumberColumn("Rate 2023-24, %", format="%.1f"),
        "rate_percent": st.column_config.NumberColumn("Rate from 2026-27, %", format="%.1f"),
        "chapter_usd_mn": st.column_config.NumberColumn(
            f"Sells in chapter {row['hs']}, US$ mn", format="%.1f"
        ),
    }
    st.dataframe(
        rates,
        key=f"browse-rates:{code}",
        hide_index=True,
        height=36 * (len(rates) + 1),
        placeholder="–",
        column_order=list(config),
        column_config=config,
        alt=f"What each source pays on line {code}, the lowest rate first",
    )


def _columns(importer: str) -> dict[str, Any]:
    """Columns shown, with units."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    seller = COUNTRY[PARTNER[importer]]
    return {
        "line": text("Line", width=85, pinned=True),
        "description": text("Product", width=300, help="What the HS calls the subheading"),
        "rate_percent": number(
            f"{seller} pays, %", format="%.1f", help="From 2026-27 on, if it claims; empty: unknown"
        ),
        "mfn_percent": number("MFN, %", format="%.1f"),
        "best_rival": text("Best rival", width=75, help="Lowest rate of those that sell here"),
        "rival_percent": number("It pays, %", format="%.1f"),
        "trade_usd_mn": number("Trade 2023-24, US$ mn", format="%.2f"),
        "use_percent": number(
            "Use, %", format="%.0f", help="Of the chapter's trade with a margin, what claims it"
        ),
        "category": text("Under the CEPA", width=130),
        "counted": text("Counted", width=70, help="Whether a cut of this rate counts in the model"),
        "why": text("Why, or why not", width=300),
        "grade_trade": text("Grade, trade", width=85),
        "grade_rate": text("Grade, rate", width=80),
    }
