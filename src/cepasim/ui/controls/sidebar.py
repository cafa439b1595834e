"""The sidebar: every lever in its place, then the assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cepasim.levers import words
from cepasim.levers.every import in_words
from cepasim.ui.controls import assumed, detail, registry
from cepasim.ui.controls.form import Form, key_of
from cepasim.ui.controls.group import Group
from cepasim.ui.messages import plain
from cepasim.ui.state import Session


def sidebar(found: Session) -> None:
    """Draw every lever and assumption of the session into the sidebar."""
    with st.sidebar:
        st.markdown("## Policy", help="What the two governments and the fund decide.")
        for group in registry.groups(outside=False):
            _group(found, group)
        _without_control(found)
        st.markdown("## Outside conditions", help="What neither side decides at this table.")
        for group in registry.groups(outside=True):
            _group(found, group)
        st.markdown("## Products", help="How finely goods are told apart.")
        detail.draw(found)
        st.markdown("## Assumptions", help="Not policy: what is believed about how trade works.")
        assumed.draw(found)


def _group(found: Session, group: Group) -> None:
    written = found.draft["levers"]
    mine = [i for i, lever in enumerate(written) if registry.group_of(lever) is group]
    st.toggle(
        group.title,
        value=bool(mine),
        key=key_of(found, group.key, "on"),
        help=group.hint,
        on_change=_switch,
        args=(found, group, mine),
    )
    for place, index in enumerate(mine):
        _lever(found, group, mine, place, index)
    if len(mine) > 1:
        st.caption("Where these share products, the one that chooses fewer of them counts.")


def _lever(found: Session, group: Group, mine: list[int], place: int, index: int) -> None:
    kind, settings = words.parts(found.draft["levers"][index])
    control, form = registry.CONTROLS[kind], Form(found, index, settings)
    if len(mine) > 1:
        what = _products(form)
        st.caption(f"{place + 1}. {plain(what)}")
    control.main(form)
    is_open = index in found.opened
    # An expander would close whenever its label changes, and the label says what is set.
    st.button(
        plain(_summary(form, kind)),
        key=form.key("details"),
        type="tertiary",
        icon=":material/expand_less:" if is_open else ":material/expand_more:",
        help="Hide the details" if is_open else "Products, start, steps and more",
        wrap=True,
        on_click=_open_or_close,
        args=(found, index),
    )
    if is_open:
        with st.container(border=True):
            control.details(form)
            _add_or_remove(found, group, mine, form)


def _open_or_close(found: Session, index: int) -> None:
    found.opened ^= {index}


def _switch(found: Session, group: Group, mine: list[int]) -> None:
    if mine:
        found.remove_levers(mine)
        return
    horizon = str(found.draft.get("horizon", found.scenario.horizon))
    added = []
    for lever in group.begins(found.figures.bundled):
        kind, settings = words.parts(lever)
        added.append({kind: settings | {"start": min(str(settings["start"]), horizon)}})
    found.add_levers(added)


def _add_or_remove(found: Session, group: Group, mine: list[int], form: Form) -> None:
    with st.container(horizontal=True):
        if not group.single and st.button(
            "Add another",
            key=form.key("add"),
            help="The same lever for other products or another country; choose them next.",
        ):
            kind, settings = words.parts(found.draft["levers"][form.index])
            if "select" in settings:  # chosen next; until then it does nothing
                settings["select"] = {"hs": []}
            found.add_levers([{kind: settings}])
            found.opened = {len(found.draft["levers"]) - 1}
            st.rerun()
        if len(mine) > 1 and st.button("Remove", key=form.key("remove")):
            found.remove_levers([form.index])
            st.rerun()


def _products(form: Form) -> str:
    """Products of a lever in words."""
    select = form.settings.get("select", {"all": True})
    if any(isinstance(entries, list) and not entries for entries in select.values()):
        return "nothing chosen yet"
    return words.selection_in_words(select, form.found.figures.economy.classification)


def _without_control(found: Session) -> None:
    """Show levers of the file that have no control: what they do, and a way to drop them."""
    classification = found.figures.economy.classification
    for index, lever in enumerate(found.draft["levers"]):
        if registry.group_of(lever) is None:
            st.caption(plain(in_words(lever, classification)))
            st.button(
                "Remove",
                key=key_of(found, index, "remove"),
                on_click=found.remove_levers,
                args=([index],),
            )


def _summary(form: Form, kind: str) -> str:
    """Line on a lever's details: country, products, start, steps."""
    settings: Mapping[str, Any] = form.settings
    control = registry.CONTROLS[kind]
    code = control.country(settings)
    said = [] if code is None else [form.country(code)]
    if "rows" in settings:
        said.append(f"{sum(len(row['hs']) for row in settings['rows']):,} codes of a table")
    if "windows" in settings:
        said += [
            f"{100 * share:.0f} % {words.WINDOWS.get(window, window).lower()}"
            for window, share in settings["windows"].items()
        ]
    if "select" in settings:
        said.append(_products(form))
    parts = settings.get("phases") or settings.get("rows") or [settings]
    until = f" to {settings['end']}" if settings.get("end") else ""
    said.append(f"from {min(str(part['start']) for part in parts)}{until}")
    years = int(settings.get("years", 1))
    if years > 1:
        said.append(control.steps.format(years))
    return ", ".join(said)
