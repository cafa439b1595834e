"""How the pages speak to one reader: language, currency, and the switches that every page shows.

A page runs within `spoken`. What runs apart from its page, a fragment, a callback or a download,
enters it as well: fragments are made by `fragment`, callbacks pass through `Session.edit`, and
files are written by what `later` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Protocol, TypeVar

import streamlit as st

from cepasim.core.currency import DOLLAR, SIGNS, Currency, current_currency, shown_in
from cepasim.core.language import LANGUAGES, SOURCE, current_language, language, mark, tr
from cepasim.core.problems import InputError
from cepasim.params.currencies import display_currency
from cepasim.ui.figures import Figures

#: What the choices are called in an address.
LANGUAGE, CURRENCY = "lang", "currency"

_LANGUAGE_SWITCH, _CURRENCY_SWITCH = "language-switch", "currency-switch"

#: Letters of choices that a phone shows as buttons; pixels of the list of more.
_LETTERS_IN_A_ROW, _BOX = 12, 98

T = TypeVar("T")


@dataclass
class Speech:
    """What a reader has chosen.

    Attributes
    ----------
    language : str or None
        None leaves the language to the browser.
    currency : str
        Code of the currency that amounts are shown in.
    """

    language: str | None = None
    currency: str = DOLLAR.code

    @property
    def tag(self) -> str:
        """The language that is spoken."""
        return self.language or preferred()

    def read(self, query: Mapping[str, str]) -> None:
        """Take the choices from an address; what cannot be chosen there is left as by default."""
        tag, code = query.get(LANGUAGE), query.get(CURRENCY)
        self.language = tag if tag in LANGUAGES else None
        self.currency = str(code) if code in SIGNS else DOLLAR.code

    def query(self) -> dict[str, str]:
        """Return the choices as an address has them; nothing where none was made."""
        query = {} if self.language is None else {LANGUAGE: self.language}
        return query if self.currency == DOLLAR.code else query | {CURRENCY: self.currency}


class Listener(Protocol):
    """A session, as far as it is spoken to."""

    figures: Figures
    speech: Speech


Found = TypeVar("Found", bound=Listener)


def preferred() -> str:
    """Return the language that the browser asks for, English where there is no catalogue."""
    tag = str(st.context.locale or "").partition("-")[0].lower()
    return tag if tag in LANGUAGES else SOURCE


def of_this_visit() -> Speech:
    """Return what the address of the page chooses."""
    chosen = Speech()
    chosen.read(st.query_params.to_dict())
    return chosen


@contextmanager
def spoken(found: Listener) -> Iterator[None]:
    """Speak to the reader of a session within a block of code."""
    with language(found.speech.tag), shown_in(_currency(found)):
        yield


def _currency(found: Listener) -> Currency:
    try:
        return display_currency(found.figures.economy.parameters, found.speech.currency)
    except InputError:  # a user's own figures may have no rate: then in dollars
        return DOLLAR


def later(work: Callable[[], T]) -> Callable[[], T]:
    """Return work that speaks as is spoken now, whenever and in whatever thread it is done."""
    tag, currency = current_language(), current_currency()

    def done() -> T:
        with language(tag), shown_in(currency):
            return work()

    return done


def switches(found: Listener) -> None:
    """Draw the choice of the language, each by its own name, and of the currency."""
    # A choice may have changed without its switch: the reader went back, or opened a link.
    st.session_state[_LANGUAGE_SWITCH] = found.speech.tag
    st.session_state[_CURRENCY_SWITCH] = found.speech.currency
    with st.container(key="speech", width="content", horizontal=True, gap="small"):
        _switch(found, mark("Currency"), SIGNS, _CURRENCY_SWITCH)
        _switch(found, mark("Language"), LANGUAGES, _LANGUAGE_SWITCH)


def _switch(found: Listener, label: str, choices: Mapping[str, str], key: str) -> None:
    # Beside the currencies a phone has room for the names of two languages, and not of a third.
    few = sum(map(len, choices.values())) <= _LETTERS_IN_A_ROW
    draw: Any = st.segmented_control if few else partial(st.selectbox, width=_BOX)
    draw(
        _in_every_language(label),
        list(choices),
        format_func=choices.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: _choose(found),
    )


def _in_every_language(label: str) -> str:
    """Say what a switch is for to those who do not read the language that it is in."""
    said = []
    for tag in LANGUAGES:
        with language(tag):
            said.append(tr(label))
    return " / ".join(dict.fromkeys(said))


def _choose(found: Listener) -> None:
    tag, code = st.session_state[_LANGUAGE_SWITCH], st.session_state[_CURRENCY_SWITCH]
    tag, code = tag or found.speech.tag, code or found.speech.currency  # what is chosen stays so
    if tag != found.speech.tag:  # who changes the currency leaves the language to the browser
        found.speech.language = tag
        _say_choices_anew()
    found.speech.currency = code


def _say_choices_anew() -> None:
    """Have the browser show what is chosen in lists by its name in the new language.

    A list shows the name it was last chosen by, until its value is set.
    """
    for key, value in list(st.session_state.items()):
        if isinstance(value, str | list | tuple) and key not in (
            _LANGUAGE_SWITCH,
            _CURRENCY_SWITCH,
        ):
            st.session_state[key] = value


def fragment(draw: Callable[[Found], None]) -> Callable[[Found], None]:
    """Make a fragment of a page, which speaks as the page does when it runs by itself."""

    @st.fragment
    @wraps(draw)
    def drawn(found: Found) -> None:
        with spoken(found):
            draw(found)

    return drawn
