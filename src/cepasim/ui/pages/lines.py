"""Every tariff line of both importers: looked up, and turned into a lever."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, ntr, paragraph, separated, tr
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.studies.tariff_lines import STANDING, TariffLines
from cepasim.tables.names import told_apart
from cepasim.ui import columns, style
from cepasim.ui.columns import amount, height, said, widest
from cepasim.ui.messages import listed, of_products, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages.advice_parts import WHAT_CAN_BE_SOUGHT, section_box, short_name
from cepasim.ui.state import Session, session

#: Rows drawn; the file has them all.
_SHOWN = 300
_ANY = ""
_COUNTED = {
    _ANY: mark("Counted or not"),
    "yes": mark("Counted"),
    "part": mark("In part"),
    "no": mark("Not counted"),
}
_SAID = {
    "yes": mark("Counted in the model"),
    "part": mark("Counted in part"),
    "no": mark("Not counted"),
}
#: The same as a word of a table.
_WORDS = {"yes": mark("counted"), "part": mark("in part"), "no": mark("not counted")}
_BUTTONS = {
    "tariff": (mark("Cut the duty"), mark("To zero in one step; change it on the left.")),
    "origin": (
        mark("Simpler proof of origin"),
        mark("For the whole subheading (HS6) of each line."),
    ),
    "barrier": (mark("Ease the barriers"), mark("For the whole subheading (HS6) of each line.")),
}


def page() -> None:
    """Draw the page."""
    found = session()
    st.html(
        style.title(
            tr("Lines"),
            tr("Every tariff line of Japan and India: what is paid, what is sold, what counts."),
        )
    )
    if found.question:
        st.info(found.question)
    wide = st.columns([0.8, 2, 1.5, 1.1, 1], vertical_alignment="bottom")
    with wide[0]:
        importer = st.selectbox(
            tr("Importer"),
            list(COUNTRY),
            format_func=lambda one: tr(COUNTRY[one]),
            key="browse-who",
        )
    with wide[1]:
        words = st.text_input(
            tr("Search by code or words"),
            placeholder=tr("6403.19, cotton shirts, prawns …"),
            key="browse-find",
        )
    with wide[2]:
        section = section_box(found, "browse-section")
    anything = tr("Any standing")
    with wide[3]:
        standing = st.selectbox(
            tr("Under the CEPA"),
            [_ANY, *STANDING],
            format_func=lambda one: _first_large(tr(STANDING[one])) if one else anything,
            key="browse-standing",
        )
    with wide[4]:
        counted = st.selectbox(
            tr("In the model"),
            list(_COUNTED),
            format_func=lambda one: tr(_COUNTED[one]),
            key="browse-counted",
        )
    with st.spinner(tr("Reading the lines …")):
        lines = lines_of(found.figures.economy, found.figures.digest, importer)
    asked = {"section": section, "category": standing, "counted": counted}
    rows = lines.search(words, **{name: value for name, value in asked.items() if value})
    if rows.empty:
        st.caption(paragraph(_nothing(lines, words)))
        return
    alone = lines.by_group_alone(words, rows)
    _table(found, lines, rows, alone, ":".join([importer, words, *asked.values()]))


def _nothing(lines: TariffLines, words: str) -> list[str]:
    """Say that no line is left, whether the words or the other conditions are why, and what is."""
    country = tr(COUNTRY[lines.importer])
    said = [tr("No line of {country} meets these conditions.", country=country)]
    if not words.strip():
        return said
    if fit := len(lines.search(words)):
        said.append(
            ntr(
                "The words alone find {count} line: widen section, standing or “In the model”.",
                "The words alone find {count} lines: widen section, standing or “In the model”.",
                fit,
                count=f"{fit:,}",
            )
        )
    else:
        said.append(tr(WHAT_CAN_BE_SOUGHT))
    return said


@st.cache_resource(max_entries=4, show_spinner=False)
def lines_of(_economy: Economy, digest: str, importer: str) -> TariffLines:
    """Lines of an importer; the same for all sessions with the same figures."""
    return cepasim.tariff_lines(_economy, importer)


def _first_large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table(found: Session, lines: TariffLines, rows: pd.DataFrame, alone: int, key: str) -> None:
    """Draw the rows, and below them what is chosen."""
    shown = rows.head(_SHOWN)
    view = shown.assign(
        description=[told_apart(str(one)) for one in shown["description"]],
        best_rival=[short_name(found, one) for one in shown["best_rival"]],
        category=[tr(STANDING[one]) if one in STANDING else one for one in shown["category"]],
        counted=[
            tr("{counted}: {why}", counted=tr(_WORDS[one]), why=now(why))
            if why
            else tr(_WORDS[one])
            for one, why in zip(shown["counted"], shown["why"], strict=True)
        ],
        grades=[
            ", ".join(one) for one in zip(shown["grade_trade"], shown["grade_rate"], strict=True)
        ],
    )
    config = _columns(lines, widest(set(view["best_rival"]), 105))
    buyer = tr(COUNTRY[lines.importer])
    chosen = columns.draw(
        view,
        config,
        key=f"browse:{key}",
        height=height(len(view)),
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        alt=tr("Tariff lines of {country}, best match first", country=buyer),
    )
    st.caption(plain(paragraph(_about(lines, len(rows), alone))))
    picked = [row for row in (chosen["selection"]["rows"] if chosen else []) if row < len(shown)]
    codes = [str(shown["line"].iloc[row]) for row in picked]
    _buttons(found, lines, rows, codes)
    if codes:
        _one(lines, codes[-1])


def _about(lines: TariffLines, found: int, alone: int) -> list[str]:
    """How many lines are shown, and how well what they carry is known, a sentence each."""
    counts = {"found": f"{found:,}", "all": f"{len(lines):,}"}
    if found > _SHOWN:
        first = tr(
            "{found} of {all} lines, the first {shown} shown, best match first, then most "
            "trade; prices of "
            "{price_year}, c.i.f.",
            shown=_SHOWN,
            price_year=year_in_words(lines.economy.price_year),
            **counts,
        )
    else:
        first = tr(
            "{found} of {all} lines, best match first, then most trade; prices of "
            "{price_year}, c.i.f.",
            price_year=year_in_words(lines.economy.price_year),
            **counts,
        )
    if lines.importer == "IND":
        trade = tr(
            "{buyer}'s customs do not publish imports from {seller} by line here: the lines of a "
            "product share its trade evenly (grade D).",
            buyer=tr(COUNTRY[lines.importer]),
            seller=tr(COUNTRY[PARTNER[lines.importer]]),
        )
    else:
        trade = tr(
            "Trade by product (HS6) is official; which of its lines carries it is read from claims "
            "of the CEPA (grade C)."
        )
    if alone:
        by_name = ntr(
            "{count} of them, the last, only belongs to a chapter, section or industry of that "
            "name.",
            "{count} of them, the last, only belong to a chapter, section or industry of that "
            "name.",
            alone,
            count=f"{alone:,}",
        )
        first = paragraph([first, by_name])
    return [
        first,
        trade,
        tr("Grades: A official, B published estimate, C own calculation, D assumption."),
        tr(
            "Choose rows (Shift+Space on the keyboard) to see who pays what and to make levers of "
            "them."
        ),
        tr("– is a rate that is not known, or a line without a margin."),
        *of_products(),
    ]


def _buttons(found: Session, lines: TariffLines, rows: pd.DataFrame, codes: list[str]) -> None:
    """Offer the levers of the lines chosen, and the file."""
    asks = list(_BUTTONS) if lines.importer == "JPN" else ["tariff", "barrier"]
    with st.container(horizontal=True):
        for ask in asks:
            text, why = _BUTTONS[ask]
            label = tr(text)
            if codes:
                label = ntr("{what}: {n} line", "{what}: {n} lines", len(codes), what=tr(text))
            adds = tr("Adds to “{scenario}”.", scenario=tr(found.scenario.name))
            if st.button(
                label,
                type="primary" if ask == "tariff" else "secondary",
                key=f"browse-{ask}",
                disabled=not codes,
                help=paragraph([tr(why), adds]),
            ) and put(found, lines, codes, ask):
                go("scenario")
        st.download_button(
            tr("These lines (CSV)"),
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
        said_wrong = listed(found.problems)
        found.edit(before)
        text = tr("These lines do not fit into the scenario on the screen:")
        st.warning(f"{text}\n{said_wrong}")
        return False
    found.question = plain(
        tr(
            "Added from the lines of {country} (“{what}”): {codes}.",
            country=tr(COUNTRY[lines.importer]),
            what=tr(_BUTTONS[ask][0]),
            codes=separated(codes),
        )
    )
    return True


def _one(lines: TariffLines, code: str) -> None:
    """Draw who pays what on a line, and what the model makes of it."""
    row = lines.row(code)
    st.markdown(f"## {code}: {plain(str(row['description']))}", anchors=False)
    st.markdown(plain(paragraph(_facts(lines, row))))
    rates = lines.rates(code)
    base, start = year_in_words(lines.economy.base_year), year_in_words("2026-27")
    number = st.column_config.NumberColumn
    config = {
        "name": st.column_config.TextColumn(tr("Source"), width=230),
        "base_percent": number(tr("Rate {year}, %", year=base), format="%.1f"),
        "rate_percent": number(tr("Rate from {year}, %", year=start), format="%.1f"),
        "chapter_usd_mn": amount(tr("Sells in chapter {hs}", hs=row["hs"]), form="%.1f"),
    }
    columns.draw(
        said(rates, ("name",)),
        config,
        key=f"browse-rates:{code}",
        height=height(len(rates)),
        placeholder="–",
        alt=tr("What each source pays on line {code}, the lowest rate first", code=code),
    )


def _facts(lines: TariffLines, row: pd.Series) -> list[str]:
    """What the model makes of a line, a sentence each."""
    counted = tr(_SAID[str(row["counted"])])
    if row["why"]:
        counted = tr("{counted}: {why}", counted=counted, why=now(row["why"]))
    category = str(row["category"])
    standing = tr(STANDING[category]) if category in STANDING else category
    facts = [
        tr("{fact}.", fact=counted),
        tr("Standing under the CEPA: {standing}.", standing=standing),
    ]
    if row["use_percent"] == row["use_percent"]:
        facts.append(
            tr(
                "Of {seller}'s trade in chapter {hs} with a margin, {share} % claims it.",
                seller=tr(COUNTRY[PARTNER[lines.importer]]),
                hs=row["hs"],
                share=f"{row['use_percent']:.0f}",
            )
        )
    return facts


def _columns(lines: TariffLines, wide: int) -> dict[str, Any]:
    """Columns shown, with units; that of rivals is as wide as their names."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    seller = tr(COUNTRY[PARTNER[lines.importer]])
    base, start = year_in_words(lines.economy.base_year), year_in_words("2026-27")
    return {
        "line": text(tr("Line"), width=85, pinned=True),
        # Before the product: on a phone the rate is seen and the product begins.
        "rate_percent": number(
            tr("{country} pays, %", country=seller),
            format="%.1f",
            help=tr("From {year} on, if it claims; empty: unknown", year=start),
        ),
        "description": text(tr("Product"), width=205, help=tr("What the HS calls the subheading")),
        "mfn_percent": number(tr("MFN, %"), format="%.1f"),
        "best_rival": text(
            tr("Best rival"),
            width=wide,
            help=tr("Lowest rate of those that sell here; China includes Hong Kong and Macao"),
        ),
        "rival_percent": number(tr("Rival pays, %"), format="%.1f"),
        "trade_usd_mn": amount(tr("Trade {year}", year=base), form="%.1f"),
        "use_percent": number(
            tr("Use, %"),
            format="%.0f",
            help=tr("Of the chapter's trade with a margin, what claims it"),
        ),
        "category": text(tr("Under the CEPA"), width=125),
        "counted": text(
            tr("Counted in the model"),
            width=185,
            help=tr("Whether a cut of this rate counts in the model, and why or why not"),
        ),
        "grades": text(tr("Grades"), width=60, help=tr("Of the trade, and of the rate")),
    }
