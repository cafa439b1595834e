"""How fine a market is: chapters, headings or six digits, of all chapters or of some."""

from __future__ import annotations

import streamlit as st

from cepasim.core.language import mark, tr
from cepasim.ui.state import Session

_LEVELS = {"chapter": mark("Chapters"), "hs4": mark("Headings"), "hs6": mark("Six-digit")}


def draw(found: Session) -> None:
    """Draw the choice of the session."""
    level = str(found.draft.get("level") or ("hs6" if found.draft.get("refine") else "chapter"))
    chapters = [str(one) for one in found.draft.get("refine", ())]
    picked = f"detail:{found.generation}:{level}"
    st.segmented_control(
        tr("Markets are"),
        list(_LEVELS),
        default=level,
        format_func=lambda one: tr(_LEVELS[one]),
        key=picked,
        help=tr(
            "Products of a chapter that are solved as markets of their own. Products add up to "
            "their chapter; what is known of them and what is assumed is on the page “Evidence”."
        ),
        on_change=lambda: found.choose_level(str(st.session_state[picked] or level), chapters),
    )
    if level == "chapter":
        return
    classification = found.figures.economy.classification
    split = f"refine:{found.generation}:{level}"
    st.multiselect(
        tr("Split these chapters"),
        list(classification.chapters),
        default=chapters,
        format_func=lambda hs: f"{hs} {tr(classification.name(hs))}",
        key=split,
        select_all=False,
        placeholder=tr("All chapters"),
        on_change=lambda: found.choose_level(level, list(st.session_state[split])),
    )
    if found.too_fine_for_ranges:
        st.caption(
            tr(
                "With all chapters split a lever takes about a second and ranges are not drawn "
                "here; the command line draws them (`cepasim montecarlo --level`). Choose some "
                "chapters to have both at once."
            )
        )
