"""Sets of products, whole or by tariff line: what a lever acts on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cepasim.products.levels import at_level, chapter_of, whole_or_alone
from cepasim.products.nomenclature import Nomenclature, require_code

CATEGORIES = ("X", "partial", "free", "mfn_free")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a selection, placed by its path inside the selection."""

    path: tuple[str | int, ...]
    value: object
    allowed: str


@dataclass(frozen=True)
class Selection:
    """A set of products: whole HS 2022 subheadings and single tariff lines.

    Two selections are equal where they select the same products and category, however they were
    written.

    Attributes
    ----------
    atoms : frozenset of str
        6-digit codes selected whole, tariff lines selected alone, and "98" or "99" for the
        chapters that have national codes only.
    category : str or None
        One of ``CATEGORIES``; narrows the selection to tariff lines of that staging category. The
        tariff schedule decides which lines those are, so ``matches`` does not look at it.
    notes : tuple of str
        What was read as something else (codes of older vintages).
    """

    atoms: frozenset[str]
    category: str | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    _hs: Nomenclature = field(
        default=Nomenclature((), {}, {}, {}, {}), compare=False, repr=False, kw_only=True
    )

    @property
    def chapters(self) -> tuple[str, ...]:
        """Chapters touched, in order."""
        return tuple(sorted({chapter_of(atom) for atom in self.atoms}))

    @property
    def subheadings(self) -> tuple[str, ...]:
        """6-digit codes selected whole, in order."""
        return tuple(sorted(atom for atom in self.atoms if len(atom) == 6))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Tariff lines selected alone, in order."""
        return tuple(sorted(atom for atom in self.atoms if len(atom) > 6))

    @property
    def codes(self) -> tuple[str, ...]:
        """Shortest list of codes (2, 4, 6, 8 or 9 digits) that covers the selection."""
        return self._hs.shortest_cover(self.atoms)

    def matches(self, codes: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Whether each code is selected.

        Parameters
        ----------
        codes : iterable of str, length n
            Codes of 2, 4 or at least 6 digits. A code that stands for a group of products (a
            chapter, a heading, a subheading of which one line is selected) matches if any of it
            is selected. Codes of older vintages match if anything they became is selected.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        ValueError
            For anything that is not such a code.
        """
        # A tariff schedule asks for its own codes again and again; only an array that cannot
        # change is remembered.
        if not isinstance(codes, np.ndarray) or codes.flags.writeable:
            return np.fromiter((self._matches_one(code) for code in codes), dtype=np.bool_)
        if id(codes) in self._matched and self._matched[id(codes)][0] is codes:
            return self._matched[id(codes)][1]
        found = np.zeros(len(codes), dtype=np.bool_)
        places = self._hs.places(codes)
        looked_at = set(places.older)
        for chapter in self.chapters:
            if chapter in self._whole:
                found[places.of(chapter)] = True
            else:
                looked_at.update(places.of(chapter))
        for place in looked_at:
            found[place] = found[place] or self._holds(places.codes[place])
        found.setflags(write=False)
        self._matched[id(codes)] = (codes, found)
        return found

    def overlaps(self, other: Selection) -> bool:
        """Whether some product is in both; selections of different categories never overlap."""
        return bool((self & other).atoms)

    def __or__(self, other: Selection) -> Selection:
        """Products in either; both must have the same category."""
        if self.category != other.category:
            raise ValueError("selections of different categories have no union")
        atoms = self.atoms | other.atoms
        return self._with(whole_or_alone(atoms), other)

    def __and__(self, other: Selection) -> Selection:
        """Products in both, in the narrower category; empty where the categories differ."""
        category = self.category or other.category
        if other.category not in (None, category):
            return Selection(frozenset(), category, _hs=self._hs)
        shared = self.atoms & other.atoms
        shared |= {
            line
            for line in self.atoms
            if len(line) > 6 and at_level(line, "subheading") in other.atoms
        }
        shared |= {
            line
            for line in other.atoms
            if len(line) > 6 and at_level(line, "subheading") in self.atoms
        }
        return self._with(frozenset(shared), other, category)

    def _with(
        self, atoms: frozenset[str], other: Selection, category: str | None = None
    ) -> Selection:
        notes = tuple(dict.fromkeys(self.notes + other.notes))
        return Selection(atoms, category or self.category, notes, _hs=self._hs)

    @cached_property
    def _matched(self) -> dict[int, tuple[Any, npt.NDArray[np.bool_]]]:
        """Answers already given, by the identity of the array of codes."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: identities mean nothing there."""
        return {name: value for name, value in self.__dict__.items() if name != "_matched"}

    @cached_property
    def _groups(self) -> frozenset[str]:
        """Every code of 2, 4 or 6 digits of which anything is selected."""
        return frozenset(atom[:n] for atom in self.atoms for n in (2, 4, 6) if len(atom) >= n)

    @cached_property
    def _whole(self) -> frozenset[str]:
        """Chapters and headings selected whole, so that codes HS 2022 does not list match too."""
        return frozenset(code for code in self.codes if len(code) <= 4)

    def _matches_one(self, code: str) -> bool:
        require_code(code)
        return self._holds(code)

    def _holds(self, code: str) -> bool:
        """Whether a sound code is selected; most are known by their subheading or their chapter."""
        subheading = at_level(code, "subheading")
        if subheading in self.atoms or chapter_of(code) in self._whole:
            return True
        if len(code) <= 6 and code in self._groups:
            return True
        if at_level(code, "heading") in self._whole:
            return True
        if len(code) > 6 and any(line.startswith(code) for line in self.lines):
            return True
        return any(new in self.atoms for new in self._hs.older.get(subheading, ()))
