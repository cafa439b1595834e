"""What a reader must know, with the trade it is about, so that what touches most comes first."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Self

import numpy as np
import pandas as pd

from cepasim.core.countries import FLOW_INTO
from cepasim.levers.said import About, Said
from cepasim.products.levels import chapter_of


class Note(Said):
    """A sentence for the reader, and what it is about; `about` of a lever's own text is kept.

    Attributes
    ----------
    decides : bool
        Whether it bears on all that levers of the kind do, or on the whole answer.
    on, grade : str
        What the size of the effect rests on most, and how good that is; empty in other notes.
    stake : bool
        Whether it says how much there is to be changed.
    """

    decides: bool
    on: str
    grade: str
    stake: bool

    def __new__(
        cls,
        text: str,
        about: About | str = "",
        *,
        decides: bool = False,
        on: str = "",
        grade: str = "",
        stake: bool = False,
    ) -> Self:
        """Make a note of a text: about some trade, a kind of lever, or the whole result."""
        if isinstance(about, str):
            about = About((about,) if about else ())
        note = super().__new__(cls, text, about)
        note.decides, note.on, note.grade, note.stake = decides, on, grade, stake
        return note

    @property
    def kind(self) -> str:
        """Kind of lever; empty for the whole result, or several."""
        return self.about.kinds[0] if len(self.about.kinds) == 1 else ""


class Moved:
    """Trade that levers move in one year, by kind, side and chapter.

    Parameters
    ----------
    rows : DataFrame
        ``contributions_by_side`` of a year.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        rows = rows[rows["hs"] != "total"]
        cells = pd.DataFrame(
            {
                "kind": rows["lever"].to_numpy(str),
                "side": rows["side"].to_numpy(str),
                "chapter": [chapter_of(str(hs)) for hs in rows["hs"]],
                # What rises in one market does not make up for what falls in another.
                "export": rows["exports_usd_mn"].abs().to_numpy(float),
                "import": rows["imports_usd_mn"].abs().to_numpy(float),
            }
        )
        cells = cells.groupby(["kind", "side", "chapter"], as_index=False).sum()
        self._kind, self._side, self._chapter = (
            cells[name].to_numpy(str) for name in ("kind", "side", "chapter")
        )
        self._flow = {flow: cells[flow].to_numpy(float) for flow in FLOW_INTO.values()}

    def by(self, about: About) -> float:
        """Return what moves of the trade that a note is about, US$ million.

        Parameters
        ----------
        about : About
            Levers without a side count on one importer's with what is sold there.
        """
        inside = np.ones(len(self._kind), dtype=np.bool_)
        if about.kinds:
            inside &= np.isin(self._kind, about.kinds)
        if about.chapters is not None:
            inside &= np.isin(self._chapter, about.chapters)
        size = self._flow["export"] + self._flow["import"]
        if about.importer:
            sold = np.where(self._side == "", self._flow[FLOW_INTO[about.importer]], 0.0)
            size = np.where(self._side == about.importer, size, sold)
        return float(np.sum(size, where=inside))

    def weight(self, note: str) -> float | None:
        """Return how much trade a note touches, US$ million; None where nothing is measured.

        Parameters
        ----------
        note : str
            A plain text is about no trade in particular.
        """
        if not isinstance(note, Note):
            return None
        size = self.by(note.about) if note.about.trade is None else note.about.trade
        return round(size, 6)  # less is what is left of sums that cancel


def by_weight(notes: Iterable[str], moved: Moved) -> tuple[str, ...]:
    """Return notes with those first that touch the most money.

    Parameters
    ----------
    notes : iterable of str
    moved : Moved

    Returns
    -------
    tuple of str
        Notes that touch as much as each other: what decides on the whole answer, what decides on a
        kind of lever, the others; last what no trade can be measured of. Else as they came.
    """

    def place(note: str) -> tuple[float, bool, bool]:
        weight = moved.weight(note)
        if weight is None or not isinstance(note, Note):
            return (inf, False, False)
        return (-round(weight, 6), not note.decides, bool(note.about.kinds))

    return tuple(sorted(notes, key=place))


def once(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes without the same text twice: the first is then about what the others are, too.

    Parameters
    ----------
    notes : iterable of str
    """
    found: dict[str, str] = {}
    for note in notes:
        first = found.setdefault(str(note), note)
        if first is not note and isinstance(first, Note) and isinstance(note, Note):
            first.about = first.about.joined(note.about)
    return tuple(found.values())
