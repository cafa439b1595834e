"""The sidebar: every lever in its place, then the assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import ntr, separated, tr
from cepasim.levers import words
from cepasim.levers.every import in_words
from cepasim.ui.controls import assumed, detail, registry
from cepasim.ui.controls.form import Form, key_of
from cepasim.ui.controls.group import Group
from cepasim.ui.messages import plain
from cepasim.ui.state import Session
from cepasim.ui.style import jump

#: Levers of a group that are shown without being asked for: a browser needs seconds for hundreds.
_AT_ONCE = 8


def sidebar(found: Session) -> None:
    """Draw every lever and assumption of the session into the sidebar."""
    with st.sidebar:
        _heading(tr("Policy"), tr("What the two governments and the fund decide."))
        for group in registry.groups(outside=False):
            _group(found, group)
        _without_control(found)
        _heading(tr("Outside conditions"), tr("What neither side decides at this table."))
        for group in registry.groups(outside=True):
            _group(found, group)
        _heading(tr("Products"), tr("How finely goods are distinguished."))
        detail.draw(found)
        _heading(tr("Assumptions"), tr("Not policy: what is believed about how trade works."))
        assumed.draw(found)


def _heading(text: str, hint: str) -> None:
    st.markdown(f"## {text}", help=hint)


def _group(found: Session, group: Group) -> None:
    written = found.draft["levers"]
    mine = [i for i, lever in enumerate(written) if registry.group_of(lever) is group]
    st.toggle(
        tr(group.title),
        value=bool(mine),
        key=key_of(found, group.key, "on"),
        help=tr(group.hint),
        on_change=_switch,
        args=(found, group, mine),
    )
    places = dict(enumerate(mine))
    for place in [*places][:_AT_ONCE]:
        _lever(found, group, mine, place, places.pop(place))
    if places and not _wants_others(found, group, len(places)):
        places = {place: index for place, index in places.items() if index in found.opened}
    for place, index in places.items():
        _lever(found, group, mine, place, index)
    if len(mine) > 1:
        st.caption(tr("Where these share products, the one that chooses fewer of them counts."))


def _wants_others(found: Session, group: Group, number: int) -> bool:
    return st.toggle(
        # Of several groups that hide some, those who hear the page know which one this is.
        ntr(
            "Show the other one: {group}",
            "Show the other {n}: {group}",
            number,
            group=tr(group.title),
        ),
        key=key_of(found, group.key, "others"),
    )


def _lever(found: Session, group: Group, mine: list[int], place: int, index: int) -> None:
    kind, settings = words.parts(found.draft["levers"][index])
    control, form = registry.CONTROLS[kind], Form(found, index, settings)
    if len(mine) > 1:
        # Two sliders of one name are not told apart by those who hear them.
        form = replace(form, which=_products(form))
        st.caption(f"{place + 1}. {plain(form.which)}")
    control.main(form)
    is_open = index in found.opened
    # An expander would close whenever its label changes, and the label says what is set.
    st.button(
        plain(_summary(form, kind)),
        key=form.key("details"),
        type="tertiary",
        icon=":material/expand_less:" if is_open else ":material/expand_more:",
        help=tr("Hide the details") if is_open else tr("Products, start, steps and more"),
        wrap=True,
        on_click=_open_or_close,
        args=(found, index),
    )
    result = jump(tr("To the result"), "result")
    st.html(result)
    if is_open:
        with st.container(border=True, key=form.key("controls")):
            control.details(form)
            _add_or_remove(found, group, mine, form)
            st.html(result)


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
            tr("Add another"),
            key=form.key("add"),
            help=tr("The same lever for other products or another country; choose them next."),
        ):
            kind, settings = words.parts(found.draft["levers"][form.index])
            if "select" in settings:  # chosen next; until then it does nothing
                settings["select"] = {"hs": []}
            found.add_levers([{kind: settings}])
            found.opened = {len(found.draft["levers"]) - 1}
            st.rerun()
        if len(mine) > 1 and st.button(tr("Remove"), key=form.key("remove")):
            found.remove_levers([form.index])
            st.rerun()


def _products(form: Form) -> str:
    """Products of a lever in words."""
    select = form.settings.get("select", {"all": True})
    if any(isinstance(entries, list) and not entries for entries in select.values()):
        return tr("nothing chosen yet")
    return words.selection_in_words(select, form.found.figures.economy.classification)


def _without_control(found: Session) -> None:
    """Show levers of the file that have no control: what they do, and a way to drop them."""
    classification = found.figures.economy.classification
    for index, lever in enumerate(found.draft["levers"]):
        if registry.group_of(lever) is None:
            st.caption(plain(in_words(lever, classification)))
            st.button(
                tr("Remove"),
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
        number = sum(len(row["hs"]) for row in settings["rows"])
        said.append(
            ntr("{codes} code of a table", "{codes} codes of a table", number, codes=f"{number:,}")
        )
    if "windows" in settings:
        said += [
            tr(
                "{share} % {window}",
                share=f"{100 * share:.0f}",
                window=tr(words.WINDOWS.get(window, window)).lower(),
            )
            for window, share in settings["windows"].items()
        ]
    if "select" in settings:
        said.append(_products(form))
    parts = settings.get("phases") or settings.get("rows") or [settings]
    start, end = min(str(part["start"]) for part in parts), settings.get("end")
    first = year_in_words(start)
    said.append(
        tr("from {start} to {end}", start=first, end=year_in_words(str(end)))
        if end
        else tr("from {start}", start=first)
    )
    years = int(settings.get("years", 1))
    if years > 1:
        said.append(control.steps(years))
    return separated(said)
