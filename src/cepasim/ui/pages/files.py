"""Files a user brings to the page: a scenario, or figures of their own."""

from __future__ import annotations

import streamlit as st

from cepasim.core.language import ntr, tr
from cepasim.core.problems import InputError
from cepasim.ui import uploads
from cepasim.ui.messages import listed, plain
from cepasim.ui.state import Session


def files(found: Session) -> None:
    """Offer to load a scenario or a parameter folder."""
    box = st.popover(tr("Files"), key="files", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(tr("**Scenario file** (YAML, as downloaded)"))
        sent = st.file_uploader(
            tr("Scenario file"),
            type=["yaml", "yml"],
            key=f"scenario-file:{found.generation}",
            label_visibility="collapsed",
            max_upload_size=1,
        )
        if sent is not None and found.told.press(
            st.button(tr("Load this scenario"), key="load-scenario"), "load", sent.file_id
        ):
            _load_scenario(found, sent.getvalue(), sent.name)
        st.markdown(
            tr("**Your own parameters**: a parameter folder as ZIP, whole or single tables")
        )
        sent = st.file_uploader(
            tr("Parameter folder"),
            type=["zip"],
            key="parameter-file",
            label_visibility="collapsed",
            max_upload_size=20,
        )
        if sent is not None and found.told.press(
            st.button(tr("Use these figures"), key="use-figures"), "use", sent.file_id
        ):
            _load_figures(found, sent.getvalue(), sent.name)
        if found.own is not None:
            st.caption(tr("In use: {file}, for this session only.", file=plain(found.own.in_words)))
            st.button(
                tr("Back to the bundled figures"), on_click=found.use, args=(None,), key="bundled"
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
        with st.spinner(tr("Checking every table …")):
            own = uploads.read_parameters(content, name)
    except InputError as wrong:
        _all_problems(wrong)
        return
    found.use(own)
    found.message = tr("The figures are now those of {file}, for this session only.", file=name)
    st.rerun()


def _all_problems(wrong: InputError) -> None:
    number = len(wrong.problems)
    said = ntr("{n} problem; nothing was loaded.", "{n} problems; nothing was loaded.", number)
    st.error(f"{said}\n\n{listed(wrong.problems)}")
