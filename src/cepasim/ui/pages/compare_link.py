"""Which scenarios are side by side, in the address of the page: a reload and a link show them."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import commonprefix

import streamlit as st

from cepasim.core.language import ntr, tr
from cepasim.core.problems import InputError
from cepasim.ui import link
from cepasim.ui.figures import LANDING
from cepasim.ui.state import Session

_SCENARIOS, _NAMES = "c", "n"
_BEGUN = "cepasim-compare-begun"
#: Letters of a name that buttons, heads and tables have room for.
_LONG = 44
#: Letters shown before the place where two long names part.
_BEFORE = 10
#: What stands beside the full package on a first visit: the largest of its parts.
_BESIDE = "ntb-relief"


def begin(found: Session) -> None:
    """Fill an empty page once: with what the address names, else with two obvious scenarios."""
    if st.session_state.get(_BEGUN):
        return
    st.session_state[_BEGUN] = True
    if not found.saved:
        _read(found)
    if not found.saved:
        bundled = found.figures.bundled
        beside = found.loaded if found.changed else bundled[LANDING]
        if found.scenario == beside and _BESIDE in bundled:
            beside = bundled[_BESIDE]
        found.save(beside.name, beside)
        name = found.scenario.name
        if name in found.saved and not name.endswith(tr("{name} (changed)", name="").strip()):
            name = tr("{name} (changed)", name=name)
        found.save(name, found.scenario)


def _read(found: Session) -> None:
    """Take the scenarios of the address; what cannot be read is left out, with a word."""
    asked = st.query_params.get_all(_SCENARIOS)
    names = st.query_params.get_all(_NAMES)
    economy, lost = found.figures.economy, 0
    for place, one in enumerate(asked):
        try:
            if one in found.figures.bundled:
                scenario = found.figures.bundled[one]
            else:
                scenario = link.scenario_of(one, economy.classification, economy.parameters)
        except InputError:
            lost += 1
            continue
        found.save(names[place] if place < len(names) else scenario.name, scenario)
    if lost:
        st.warning(
            ntr(
                "{n} scenario of this link could not be read.",
                "{n} scenarios of this link could not be read.",
                lost,
            )
        )


def write(found: Session) -> bool:
    """Put the scenarios into the address; return whether they fit."""
    query = query_of(found)
    fits = sum(map(len, query[_SCENARIOS])) <= link.MAX_TOKEN
    for name, values in query.items():
        if fits and values:
            st.query_params[name] = values
        elif name in st.query_params:
            del st.query_params[name]
    return fits


def short(names: Iterable[str]) -> dict[str, str]:
    """Return names in the language of the moment by name, a long one cut where none is like it.

    Parameters
    ----------
    names : iterable of str
        Of the scenarios side by side; one made from its levers is a sentence.
    """
    said = {name: tr(name) for name in names}
    cut = {name: one if len(one) <= _LONG else _cut(one) for name, one in said.items()}
    if len(set(cut.values())) == len(cut):
        return cut
    # Alike as far as they are shown, as sentences of Japanese are: from a little before they part.
    long = [one for one in said.values() if len(one) > _LONG]
    start = max(0, len(commonprefix(long)) - _BEFORE)
    ends = {name: one if one not in long else f"…{one[start:]}" for name, one in said.items()}
    fits = all(len(one) <= _LONG for one in ends.values())
    return ends if fits and len(set(ends.values())) == len(ends) else said


def _cut(name: str) -> str:
    """Cut a name, at the end of a word where there are any."""
    words, space, _ = name[:_LONG].rpartition(" ")
    return f"{words} …" if space else f"{name[:_LONG]}…"


def query_of(found: Session) -> dict[str, list[str]]:
    """Return the query parameters that restore the page."""
    known = {scenario: name for name, scenario in found.figures.bundled.items()}
    scenarios = found.saved.values()
    written = [known.get(one) or link.token_of(one) for one in scenarios]
    return {_SCENARIOS: written, _NAMES: list(found.saved)}


def whole_query(found: Session) -> dict[str, str | list[str]]:
    """Return `query_of` with year, digest of the figures, language and currency."""
    shown = {k: v for k, v in found.link_query().items() if k not in ("scenario", "s", "from")}
    return {**query_of(found), **shown}
