"""What every page says above its content: whose figures, which assumptions, what was changed."""

from __future__ import annotations

import streamlit as st

from cepasim.report.marks import assumptions_in_words
from cepasim.ui.messages import plain
from cepasim.ui.state import Session


def figures_in_words(found: Session) -> tuple[str, ...]:
    """Say whose figures are in use, where they are not those of the program."""
    said = []
    if found.own is not None:
        said.append(
            f"Your own figures are in use ({found.own.name}); every number rests on them, not on "
            "those of the program."
        )
    if found.sender:
        said.append(
            "This link was made with other figures than those in use here: the numbers differ from "
            "the sender's. Load the sender's parameter folder under “Files” to see theirs."
        )
    return tuple(said)


def assumed_in_words(found: Session) -> tuple[str, ...]:
    """Say which assumptions of what is shown differ from the figures."""
    known = found.figures.known
    own = {name: float(known[name]["value"]) for name in found.overrides if name in known}
    return assumptions_in_words(found.scenario, own)


def draw(found: Session) -> None:
    """Draw the marks; nothing where there are none."""
    if said := figures_in_words(found):
        st.warning(plain(" ".join(said)), icon=":material/flag:")
    if said := assumed_in_words(found):
        st.info(plain(" ".join(said)), icon=":material/flag:")
