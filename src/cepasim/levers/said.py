"""What a note is about beside its words, so that the note that touches most money comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

#: Why something is not in the numbers: no rate is known, or one that lets almost nothing through.
UNCOUNTED, BARRED = "uncounted", "barred"


@dataclass(frozen=True, slots=True)
class About:
    """Which trade a note is about.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of levers; empty for all.
    importer : str
        Whose side or market; empty for both.
    chapters : tuple of str, optional
        Chapters; None for all that its levers move.
    trade : float, optional
        Trade of the base year behind it, US$ million, where that says more than what levers move:
        what is not counted does not move.
    """

    kinds: tuple[str, ...] = ()
    importer: str = ""
    chapters: tuple[str, ...] | None = None
    trade: float | None = None

    def within(self, wider: About) -> About:
        """Return it with what it leaves open as something wider has it."""
        chapters = wider.chapters if self.chapters is None else self.chapters
        kinds, importer = self.kinds or wider.kinds, self.importer or wider.importer
        return About(kinds, importer, chapters, self.trade)

    def joined(self, other: About) -> About:
        """Return what either is about."""
        chapters = None
        if self.chapters is not None and other.chapters is not None:
            chapters = tuple(dict.fromkeys((*self.chapters, *other.chapters)))
        both = self.kinds and other.kinds
        kinds = tuple(dict.fromkeys((*self.kinds, *other.kinds))) if both else ()
        importer = self.importer if self.importer == other.importer else ""
        known = [one.trade for one in (self, other) if one.trade is not None]
        return About(kinds, importer, chapters, max(known, default=None))


#: About all that the levers move.
ALL = About()


class Said(str):
    """A text of a lever with the trade it is about.

    Attributes
    ----------
    about : About
    brief : tuple of str
        Why something is not in the numbers, `UNCOUNTED` or `BARRED`, and how much of it there is:
        "235 lines of Japan". Empty in other texts.
    """

    about: About
    brief: tuple[str, ...]

    def __new__(cls, text: str, about: About = ALL, brief: tuple[str, ...] = ()) -> Self:
        """Say a text; one that says already what it is about keeps that."""
        said = super().__new__(cls, text)
        said.about = text.about.within(about) if isinstance(text, Said) else about
        said.brief = getattr(text, "brief", brief)
        return said

    def __getnewargs__(self) -> Any:
        return (str(self),)


def said_on(chapters: Iterable[str], text: str) -> Said:
    """Say a text on some chapters."""
    return Said(text, About(chapters=tuple(chapters)))
