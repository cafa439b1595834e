"""The headline of the page in one sentence, and what to mind about it.

Ranges come seconds after the figures, and what weighs most a second after: the sentence keeps room
for both, so that nothing below moves when they are there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cepasim.core.language import paragraph
from cepasim.report import html
from cepasim.report.headline import NOT_DRAWN, ON_ITS_WAY, change_in_words, to_mind
from cepasim.result import Result
from cepasim.ui import answers
from cepasim.ui.messages import with_pages
from cepasim.ui.state import Session

#: Ends of a range as long as any, in sizes of the change: it is never shown.
_FAR = 10.0
_ENDS = [
    (f"change_in_{item}", f"{choice}_{end}")
    for item in ("balance", "exports", "imports")
    for choice in ("", "_choice")
    for end in ("p5", "p95")
]
#: Styles of what is said above and below the cards.
_PLACES = ("cs-mind", "cs-beside")
#: Under which the session keeps what was minded last: the levers it is about, and both texts.
_MINDED = "cepasim-minded"


def in_one_sentence(
    row: Mapping[str, Any],
    year: str,
    done: str,
    drawn: Mapping[str, Any] | None,
    *,
    awaited: bool,
) -> str:
    """Return the change of a year as a sentence, with room for its ranges.

    Readers of the screen are told it without ranges: a change is said once, not again with every
    lot of draws.

    Parameters
    ----------
    row : mapping
        From `report.views.total_row`.
    year : str
    done : str
        What is done, where neither the title nor the words below it say so.
    drawn : mapping or None
        Ranges of the year, as far as they are there.
    awaited : bool
        Whether ranges are asked for.
    """
    said = change_in_words(row, year, done, drawn, ON_ITS_WAY if awaited else NOT_DRAWN)
    bare = change_in_words(row, year, done, undrawn="") if awaited else said
    room = ""
    if awaited:
        ends = {
            f"{item}_usd_mn{end}": _FAR
            * abs(row[f"{item}_usd_mn"])
            * (-1 if end.endswith("_p5") else 1)
            for item, end in _ENDS
        }
        longest = _written(change_in_words(row, year, done, ends))
        room = f'<span class="cs-room" aria-hidden="true">{longest}</span>'
    spoken, seen = escape(bare), f"<span>{_written(said)}</span>"
    return f'<p class="cs-headline" data-said="{spoken}">{seen}{room}</p>'


def _written(text: str) -> str:
    return html.unbroken(text)


class Minded:
    """Where it is said what to mind: what decides, above the cards, and the rest below them.

    What is known of the scenario already is said at once. Otherwise what was said before stays, as
    the panels do, while the levers are the same; where they are others only its room is kept.
    """

    def __init__(self, found: Session) -> None:
        self._found = found
        self._places, self._said = [st.container()], False
        self._slots: list[DeltaGenerator] = []
        if _MINDED not in st.session_state:
            self._keep_room(("",))

    def go_on_below(self) -> None:
        """Take the place below the cards, and say what is known."""
        self._places.append(st.container())
        known = self._found.known_split()
        about, before = st.session_state.get(_MINDED, (None, ("", "")))
        if known is not None:
            self.say(known)
        elif about != self._about():
            self._keep_room(before[len(self._slots) :])

    def say(self, split: Result) -> None:
        """Say it of a result with what each lever adds, unless that is done."""
        if self._said:
            return
        self._said, year = True, self._found.year
        texts = answers.shared().pieces(split)(year, "to mind", partial(_to_mind, split, year))
        places = [*self._slots, *self._places[len(self._slots) :]]
        for place, text, name in zip(places, texts, _PLACES, strict=True):
            place.html(_paragraph(text, name))
        st.session_state[_MINDED] = self._about(), texts

    def _about(self) -> Hashable:
        levers = self._found.scenario.levers
        return tuple((lever.kind, lever.targets) for lever in levers if not lever.is_idle)

    def _keep_room(self, texts: Iterable[str]) -> None:
        names = _PLACES[len(self._slots) :]
        for place, text, name in zip(self._places[len(self._slots) :], texts, names, strict=False):
            self._slots.append(place.empty())
            self._slots[-1].html(_paragraph(text, f"{name} cs-room"))


def _to_mind(result: Result, year: str) -> tuple[str, str]:
    said = to_mind(result, year)
    beside = (said.stake, said.left_out)  # the rate of the currency is above the title
    return with_pages(str(said)), with_pages(paragraph(part for part in beside if part))


def _paragraph(text: str, name: str) -> str:
    return f'<p class="{name}">{_written(text)}</p>'
