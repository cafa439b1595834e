"""What a reader must know, with the lever it is about, so that what weighs most comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self


class Note(str):
    """A sentence for the reader, and what it is about.

    Attributes
    ----------
    kind : str
        Kind of lever; empty for the whole result.
    decides : bool
        Whether it bears on all that levers of the kind do, or on the whole answer.
    on, grade : str
        What the size of the effect rests on most, and how good that is; empty in other notes.
    stake : bool
        Whether it says how much there is to be changed.
    brief : tuple of str
        What is not in the numbers, as `levers.words.WithBrief` has it; empty in other notes.
    """

    kind: str
    decides: bool
    on: str
    grade: str
    stake: bool
    brief: tuple[str, ...]

    def __new__(
        cls,
        text: str,
        kind: str = "",
        *,
        decides: bool = False,
        on: str = "",
        grade: str = "",
        stake: bool = False,
    ) -> Self:
        """Make a note of a text."""
        note = super().__new__(cls, text)
        note.kind, note.decides, note.on, note.grade = kind, decides, on, grade
        note.stake, note.brief = stake, getattr(text, "brief", ())
        return note

    def __getnewargs__(self) -> Any:
        return (str(self),)


def by_weight(notes: Iterable[str], moved: Mapping[str, float]) -> tuple[str, ...]:
    """Return notes with those first that bear on the most money.

    Parameters
    ----------
    notes : iterable of str
        Notes; a plain text counts as one about the whole result.
    moved : mapping of str to float
        Trade that each kind of lever moves, US$ million.

    Returns
    -------
    tuple of str
        What decides on the whole answer; then kind after kind by the trade it moves, what bears on
        all of the kind first; then what holds for any result.
    """

    def place(note: str) -> tuple[int, float, bool]:
        kind, decides = getattr(note, "kind", ""), getattr(note, "decides", False)
        if kind:
            return (1, -abs(moved.get(kind, 0.0)), not decides)
        return (0 if decides else 2, 0.0, False)

    return tuple(sorted(notes, key=place))
