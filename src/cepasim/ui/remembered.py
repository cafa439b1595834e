"""What each page was set to, in its address: a reload, Back and a link show it again.

Only what differs from how a page begins is written. Of answers it is only said that they were asked
for (`asked`). What an address asks for and the page does not have is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cepasim.ui.state import went_back

#: Code of the sector whose numbers are explained; kept by code, because rows move with a lever.
WHY = "sectors-why"
#: Keys of the controls of each page that are kept, or how they begin where they end in a colon;
#: those of levers are in the scenario itself.
KEPT: Mapping[str, tuple[str, ...]] = {
    "scenario": (
        *("path-item", "given-section", "search", "sectors-still", WHY),
        *("level:chapter", "level:product"),
    ),
    "advice": (
        *("advice-open", "lines-who", "lines-ask:", "lines-year", "lines-section", "lines-find"),
        *("package-aim", "package-year", "package-most", "package-out", "package-barriers"),
        *("package-gains", "package-gains:", "package-jpn", "package-jpn:"),
        *("package-ind", "package-ind:"),
        *("split-size", "split-size:", "split-aim", "split-year"),
        *("target-lever", "target-of", "target-usd:", "target-year"),
        *("given-asked", "given-by:", "given-by-what", "given-year"),
        *("offers-mine", "offers-theirs", "offers-year", "asked:"),
    ),
    "lines": (
        *("browse-who", "browse-find", "browse-section", "browse-standing", "browse-counted"),
    ),
    "compare": ("compare-item",),
    "assumptions": ("sure-item",),
    "parameters": (
        *("parameter-search", "parameter-grade", "parameter-changed", "parameter-table"),
    ),
    "present": ("present-item",),
}
#: Parameter of the address.
_QUERY = "set"
_LONGEST = 2000
_STORE, _BEGUN, _UNKNOWN = "cepasim-set", "cepasim-begun", "cepasim-set-first"


def restore(page: str) -> list[str]:
    """Set the controls of a page as its address says, or as they were when it was left.

    Returns
    -------
    list of str
        Keys of the controls that were set.
    """
    back, asked = went_back(), _asked(page)
    kept = asked if asked or back else st.session_state.get(_STORE, {}).get(page, {})
    begun, unknown = st.session_state.get(_BEGUN, {}), st.session_state.get(_UNKNOWN, set())
    for key in list(_keys(page, begun, unknown)):
        # A control that is drawn anew begins as the page begins it now: with another scenario or
        # year than before.
        if key not in st.session_state and key not in kept:
            begun.pop(key, None)
            unknown.discard(key)
    given = []
    for key in _keys(page, kept, st.session_state):
        if key in st.session_state and not back:
            continue
        if key in kept:
            st.session_state[key] = kept[key]
            given.append(key)
        elif key in st.session_state and key in begun:
            st.session_state[key] = begun[key]
    return given


def forget(page: str, given: list[str]) -> None:
    """Drop what an address asked for that the page does not have."""
    for key in given:
        st.session_state.pop(key, None)
    st.session_state.get(_STORE, {}).pop(page, None)
    if _QUERY in st.query_params:
        del st.query_params[_QUERY]


def begin_anew() -> None:
    """Let every page begin as at first: a question or another scenario is no search any more."""
    st.session_state.pop(_STORE, None)
    st.session_state.pop(WHY, None)


def begins_with(key: str, value: str | int) -> Any:
    """Return what is kept by a key of no control; it begins with a value."""
    st.session_state.setdefault(_BEGUN, {})[key] = value
    return st.session_state.setdefault(key, value)


def note_begun(page: str, given: list[str] | None = None) -> dict[str, Any]:
    """Note how the controls of a page begin, as far as it was drawn; return what they are set to.

    Parameters
    ----------
    page, given
        As in `write`.
    """
    state = st.session_state
    values = {key: state[key] for key in _keys(page, state) if key in state}
    begun, unknown = state.setdefault(_BEGUN, {}), state.setdefault(_UNKNOWN, set())
    unknown.update(given or ())
    for key, value in values.items():
        if key not in unknown:
            begun.setdefault(key, value)
    return values


def write(page: str, given: list[str] | None = None) -> None:
    """Put what a page is set to into its address.

    Parameters
    ----------
    page : str
    given : list of str, optional
        What `restore` returned: how these controls begin is not known.
    """
    values, begun = note_begun(page, given), st.session_state[_BEGUN]
    kept = {key: value for key, value in values.items() if key not in begun or begun[key] != value}
    st.session_state.setdefault(_STORE, {})[page] = kept
    written = json.dumps({page: kept}, ensure_ascii=False, separators=(",", ":")) if kept else ""
    if len(written) > _LONGEST:
        written = ""
    if written != st.query_params.get(_QUERY, ""):
        if written:
            st.query_params[_QUERY] = written
        else:
            del st.query_params[_QUERY]


def write_in_part(page: str) -> None:
    """Do as `write` does where a part of a page runs by itself."""
    if getattr(get_script_run_ctx(suppress_warning=True), "fragment_ids_this_run", None):
        write(page)


def _keys(page: str, *held: Iterable[Any]) -> Iterator[str]:
    """Keys that are kept of a page, those of a kind as far as any of ``held`` has them."""
    there = {str(key): None for keys in held for key in keys}
    for key in KEPT.get(page, ()):
        yield from (one for one in there if one.startswith(key)) if key[-1] == ":" else (key,)


def _asked(page: str) -> dict[str, Any]:
    """Read the settings of a page from the address; nothing where they cannot be read."""
    text = st.query_params.get(_QUERY, "")
    if not text or len(text) > _LONGEST:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    settings = found.get(page) if isinstance(found, dict) else None
    if not isinstance(settings, dict):
        return {}
    return {str(key): value for key, value in settings.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    """Whether a value is one that a control may have."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | bool | int | float)
