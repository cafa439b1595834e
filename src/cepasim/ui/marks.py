"""What every page says above its content: whose figures, which assumptions, what was changed."""

from __future__ import annotations

import streamlit as st

from cepasim.core.currency import rate_in_words
from cepasim.core.language import paragraph, tr
from cepasim.report.marks import assumptions_in_words
from cepasim.ui.messages import plain
from cepasim.ui.state import Session


def figures_in_words(found: Session) -> tuple[str, ...]:
    """Say whose figures are in use, where they are not those of the program."""
    said = []
    if found.own is not None:
        said.append(
            tr(
                "Your own parameters are in use ({file}); every number depends on them, not on "
                "those of the program.",
                file=found.own.in_words,
            )
        )
    if found.sender:
        said.append(
            tr(
                "This link was made with other figures than those in use here: the numbers differ "
                "from the sender's. Load the sender's parameter folder under “Files” to see theirs."
            )
        )
    return tuple(said)


def assumed_in_words(found: Session) -> tuple[str, ...]:
    """Say which assumptions of what is shown differ from the figures."""
    return assumptions_in_words(found.scenario, found.figures.known)


def draw(found: Session, *, in_dollars: bool = False) -> None:
    """Draw the marks; nothing where there are none.

    Parameters
    ----------
    found : Session
    in_dollars : bool
        Whether the page has amounts of US$ whatever the currency, such as documents.
    """
    if said := figures_in_words(found):
        st.warning(plain(paragraph(said)), icon=":material/flag:")
    if rate := rate_in_words():
        converted = tr("Amounts are converted {rate}.", rate=rate)
        st.caption(plain(tr("Amounts on this page are in US$.") if in_dollars else converted))
    if said := assumed_in_words(found):
        st.info(plain(paragraph(said)), icon=":material/flag:")
