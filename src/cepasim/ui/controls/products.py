"""The choice of a lever's products, by one of the classifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from cepasim.core.language import mark, tr
from cepasim.levers.words import CATEGORIES, WINDOWS, selection_in_words
from cepasim.products.classification import Classification
from cepasim.ui.controls.form import Form
from cepasim.ui.messages import plain

ALL, SECTIONS, CHAPTERS, GROUPS, TAGS, CODES = (
    mark("All products"),
    mark("Sections"),
    mark("Chapters"),
    mark("Fund windows"),
    mark("Critical products"),
    mark("HS codes"),
)
MODES = (ALL, SECTIONS, CHAPTERS, GROUPS, TAGS, CODES)
_KEY = {SECTIONS: "section", CHAPTERS: "hs", GROUPS: "window", TAGS: "tag", CODES: "hs"}


def products(form: Form, *, categories: bool = False) -> None:
    """Draw the choice of products.

    Parameters
    ----------
    form : Form
    categories : bool
        Whether lines can be chosen by what the agreement did with them, too.
    """
    classification = form.found.figures.economy.classification
    select = dict(form.settings.get("select", {"all": True}))
    category = select.pop("category", None)
    if len(select) > 1:
        said = selection_in_words(select, classification)
        st.caption(tr("Products: {products} (as in the file)", products=plain(said)))
        return
    kept = {} if category is None else {"category": category}

    def set_entries(mode: str, entries: list[str]) -> None:
        form.change({"select": {_KEY[mode]: entries} | kept})

    key = form.key("mode")
    current = _mode_of(select, classification.chapters)

    def set_mode() -> None:
        chosen = st.session_state[key]
        select: dict[str, object] = {"all": True} if chosen == ALL else {_KEY[chosen]: []}
        form.change({"select": select | kept})

    mode = st.selectbox(
        tr("Products"),
        MODES,
        index=MODES.index(current),
        format_func=tr,
        key=key,
        on_change=set_mode,
    )
    if mode != ALL:
        entries = _entries_of(select.get(_KEY[mode], [])) if mode == current else []
        draw = _codes if mode == CODES else _listed
        draw(form, mode, entries, set_entries)
        if not entries:
            st.caption(tr("Nothing chosen yet: this lever does nothing until something is."))
    if categories:
        _category(form, select or {"all": True}, category)


def _category(form: Form, select: Mapping[str, Any], category: str | None) -> None:
    chosen_name = {"any": mark("any line")} | dict(CATEGORIES)

    def set_category(chosen: str) -> None:
        kept = {} if chosen == "any" else {"category": chosen}
        form.change({"select": dict(select) | kept})

    form.choice(
        "category",
        tr("Tariff lines"),
        list(chosen_name),
        category or "any",
        lambda code: tr(chosen_name.get(code, code)),
        set_category,
    )


def _codes(
    form: Form, mode: str, entries: list[str], then: Callable[[str, list[str]], None]
) -> None:
    key = form.key("products", mode)

    def read() -> None:
        then(mode, [code.strip() for code in st.session_state[key].split(",") if code.strip()])

    st.text_input(
        tr("Codes of 2, 4, 6, 8 or 9 digits, or ranges"),
        value=", ".join(entries),
        placeholder="0306, 1604-1605",
        key=key,
        on_change=read,
    )


def _listed(
    form: Form, mode: str, entries: list[str], then: Callable[[str, list[str]], None]
) -> None:
    options = _options(mode, form.found.figures.economy.classification)
    key = form.key("products", mode)
    st.multiselect(
        tr(mode),
        list(options),
        default=[entry for entry in entries if entry in options],
        format_func=lambda code: options.get(code, code),
        select_all=False,  # after a few letters, Enter would choose all that match
        placeholder=tr("Choose one or more"),
        key=key,
        on_change=lambda: then(mode, list(st.session_state[key])),
    )


def _options(mode: str, classification: Classification) -> dict[str, str]:
    if mode == SECTIONS:
        return {s.code: f"{s.code} {tr(s.name)}" for s in classification.sections}
    if mode == CHAPTERS:
        return {hs: f"{hs} {tr(classification.name(hs))}" for hs in classification.chapters}
    if mode == GROUPS:
        return {window: tr(WINDOWS.get(window, window)) for window in classification.windows}
    return {
        tag: tr(classification.tag_label(tag))
        for tag in classification.tags
        if classification.check({"tag": tag})[0] is not None
    }


def _mode_of(select: Mapping[str, Any], chapters: Sequence[str]) -> str:
    if "hs" in select:
        inside = all(entry in chapters for entry in _entries_of(select["hs"]))
        return CHAPTERS if inside else CODES
    return next((mode for mode, key in _KEY.items() if key in select), ALL)


def _entries_of(value: object) -> list[str]:
    if value == "both":
        return list(WINDOWS)
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
