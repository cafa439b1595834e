"""The Harmonized System of 2022 as sets of products, and codes of older vintages mapped to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cepasim.core.language import deferred, mark, separated, tr
from cepasim.products.levels import DIGITS, at_level, chapter_of

#: Digits of a national line: eight in India's schedule, nine in Japan's.
_LINE = (8, 9)
_RESERVED = "77"
_RESERVED_TEXT = mark("chapter 77 is reserved in the Harmonized System and empty")
_DIGITS_TEXT = mark("HS codes have 2, 4, 6, 8 or 9 digits")
#: Chapters outside the Harmonized System: their codes are national.
_NATIONAL_CHAPTERS = {"98", "99"}
_CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6,}")
_LISTED = 12  # codes a message lists before it says how many more there are


def require_code(code: object) -> None:
    """Refuse what is not a code.

    Raises
    ------
    ValueError
    """
    if not (isinstance(code, str) and _CODE.fullmatch(code)):
        text = tr("HS codes have 2, 4, 6, 8 or 9 digits and are text, not {code}", code=repr(code))
        raise ValueError(text)


@dataclass(frozen=True, eq=False)
class Places:
    """Where in an array of codes a selection may have any: looked up, not searched each time.

    Attributes
    ----------
    codes : list of str
        The codes, all of them sound.
    by_chapter : mapping of str to list of int
    older : list of int
        Codes of older vintages, which may have become something in another chapter.
    """

    codes: list[str]
    by_chapter: Mapping[str, list[int]]
    older: list[int]

    def of(self, chapter: str) -> list[int]:
        """Return the places of the codes of a chapter."""
        return self.by_chapter.get(chapter, [])


@dataclass(frozen=True)
class Nomenclature:
    """HS 2022 as sets of atoms: subheadings, and the two chapters with national codes only."""

    atoms: tuple[str, ...]
    by_chapter: Mapping[str, frozenset[str]]
    by_heading: Mapping[str, frozenset[str]]
    older: Mapping[str, tuple[str, ...]]  # code of an older vintage -> HS 2022 subheadings
    vintage: Mapping[str, str]  # code of an older vintage -> name of that vintage

    def places(self, codes: npt.NDArray[np.str_]) -> Places:
        """Return where the codes of each chapter are in an array that cannot change.

        Raises
        ------
        ValueError
            For anything that is not a code.
        """
        if id(codes) not in self._places:
            by_chapter: dict[str, list[int]] = {}
            older: list[int] = []
            listed = codes.tolist()
            if not all(map(_CODE.fullmatch, listed)):
                for code in listed:
                    require_code(code)
            # Some thousand codes each time: groups are cut here, without a call for each.
            chapter, subheading = DIGITS["chapter"], DIGITS["subheading"]
            for place, code in enumerate(listed):
                by_chapter.setdefault(code[:chapter], []).append(place)
                if code[:subheading] in self.older:
                    older.append(place)
            self._places[id(codes)] = (codes, Places(listed, by_chapter, older))
        return self._places[id(codes)][1]

    @cached_property
    def _places(self) -> dict[int, tuple[npt.NDArray[np.str_], Places]]:
        """Places already found; the array stays, so that no other can get its id."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: identities mean nothing there."""
        return {name: value for name, value in self.__dict__.items() if name != "_places"}

    def below(self, code: str) -> frozenset[str]:
        """Atoms under a chapter, heading or subheading of HS 2022; empty where there are none."""
        if len(code) == 2:
            return self.by_chapter.get(code, frozenset())
        if len(code) == 4:
            return self.by_heading.get(code, frozenset())
        return frozenset({code}) & self.by_chapter.get(chapter_of(code), frozenset())

    def shortest_cover(self, atoms: frozenset[str]) -> tuple[str, ...]:
        """Shortest list of codes that covers some atoms, in order."""
        cover: list[str] = []
        rest = set(atoms)
        for groups, digits in ((self.by_chapter, 2), (self.by_heading, 4)):
            for code in {atom[:digits] for atom in rest}:
                members = groups.get(code)
                if members and members <= rest:
                    cover.append(code)
                    rest -= members
        return tuple(sorted([*cover, *rest]))

    def read(self, entry: object, notes: list[str]) -> frozenset[str]:
        """Atoms of one entry of a selection, or ValueError with what would have been right.

        What is read as something else is appended to ``notes``.
        """
        if not isinstance(entry, str):
            text = tr(
                "HS codes are text: write them in quotes, for example '03'; "
                "without quotes the zero is lost"
            )
            raise ValueError(text)
        code = entry.strip()
        if re.fullmatch(r"[0-9]+-[0-9]+", code):
            first, last = code.split("-")
            return self._range(first, last, notes)
        return self._code(code, notes)

    def _range(self, first: str, last: str, notes: list[str]) -> frozenset[str]:
        if len(first) != len(last) or len(first) not in (2, 4, 6):
            text = tr("a range runs between two codes of 2, 4 or 6 digits, such as 50-63")
            raise ValueError(text)
        for end in (first, last):
            self._code(end, notes)
        if first > last:
            text = tr("the range runs backwards; write {last}-{first}", last=last, first=first)
            raise ValueError(text)
        return frozenset(
            atom
            for atom in self.atoms
            if len(atom) >= len(first) and first <= atom[: len(first)] <= last
        )

    def _code(self, code: str, notes: list[str]) -> frozenset[str]:
        """Atoms of one code, or ValueError with what would have been right."""
        if not re.fullmatch(r"[0-9]+", code):
            bare = re.sub(r"[.\s]", "", code)
            text = tr("an HS code has digits only, or is a range such as 50-63")
            if re.fullmatch(r"[0-9]{2,9}", bare):
                text = tr("{wrong}; write {right}", wrong=text, right=bare)
            raise ValueError(text)
        if len(code) == 1:
            text = tr("{wrong}; did you mean {right}?", wrong=tr(_DIGITS_TEXT), right=f"0{code}")
            raise ValueError(text)
        if len(code) not in (2, 4, 6, *_LINE):
            raise ValueError(self._first_six(code))
        chapter = chapter_of(code)
        if chapter == _RESERVED:
            raise ValueError(tr(_RESERVED_TEXT))
        if chapter not in self.by_chapter:
            known = self.chapters_text
            raise ValueError(tr("unknown chapter {chapter}; {known}", chapter=chapter, known=known))
        if len(code) in _LINE:
            subheading = at_level(code, "subheading")
            if subheading not in self.by_chapter[chapter]:
                near = self._near(subheading)
                text = tr("a tariff line begins with a subheading of HS 2022; {near}", near=near)
                raise ValueError(text)
            return frozenset({code})
        atoms = self.below(code)
        if atoms:
            return atoms
        older = [old for old in self.older if old.startswith(code)]
        if older:
            new = sorted({atom for old in older for atom in self.older[old]})
            vintage = self.vintage[older[0]]
            note = deferred(
                "{code} ({vintage}) is read as {cover} of HS 2022",
                code=code,
                vintage=vintage,
                cover=self.shortest_cover(frozenset(new)),
            )
            notes.append(note)
            return frozenset(new)
        text = tr(
            "a code in no vintage of the classification known here ({vintages}); {near}",
            vintages=self.vintages_text,
            near=self._near(code),
        )
        raise ValueError(text)

    def _first_six(self, code: str) -> str:
        """Say how long codes are, and the subheading of a national code, where there is one."""
        product = at_level(code, "subheading")
        if len(code) > len(product) and (self.below(product) or product in self.older):
            return tr(
                "HS codes have 2, 4, 6, 8 or 9 digits; the first six of {code} are its HS "
                "subheading, write {product}",
                code=code,
                product=product,
            )
        return tr(_DIGITS_TEXT)

    def _near(self, code: str) -> str:
        """Say in words which codes there are around one that does not exist."""
        chapter, heading = chapter_of(code), at_level(code, "heading")
        headings = sorted(h for h in self.by_heading if h.startswith(chapter))
        if not headings:
            text = mark("chapter {chapter} has national codes only, select it whole")
            return tr(text, chapter=chapter)
        if heading in self.by_heading and len(code) > 4:
            codes = _listed(sorted(self.by_heading[heading]))
            return tr("heading {heading} has {codes}", heading=heading, codes=codes)
        return tr(
            "headings of chapter {chapter} run from {first} to {last}",
            chapter=chapter,
            first=headings[0],
            last=headings[-1],
        )

    @property
    def vintages_text(self) -> str:
        """Which vintages of the classification are known, in words."""
        count: dict[str, int] = {}
        for vintage in self.vintage.values():
            count[vintage] = count.get(vintage, 0) + 1
        older = (
            tr("{number} codes of {vintage}", number=number, vintage=name)
            for name, number in sorted(count.items())
        )
        return separated(["HS 2022", *older])

    @property
    def chapters_text(self) -> str:
        """Which chapters there are, in words."""
        known = list(self.by_chapter)
        return tr(
            "chapters run from {first} to {last} without {reserved}",
            first=known[0],
            last=known[-1],
            reserved=_RESERVED,
        )


def nomenclature(
    chapters: Sequence[str], hs6: Sequence[str], vintages: Sequence[Mapping[str, str]]
) -> Nomenclature:
    """Products of HS 2022 from its lists of chapters, subheadings and older codes."""
    by_chapter: dict[str, set[str]] = {hs: set() for hs in chapters}
    by_heading: dict[str, set[str]] = {}
    for code in hs6:
        by_chapter[chapter_of(code)].add(code)
        by_heading.setdefault(at_level(code, "heading"), set()).add(code)
    # The chapters outside the Harmonized System have national codes: the chapter is an atom.
    for hs in _NATIONAL_CHAPTERS & set(by_chapter):
        by_chapter[hs].add(hs)
        for heading in [h for h in by_heading if h.startswith(hs)]:
            del by_heading[heading]
    older: dict[str, tuple[str, ...]] = {}
    for row in vintages:
        older[row["code"]] = (*older.get(row["code"], ()), row["hs"])
    return Nomenclature(
        atoms=tuple(sorted(set().union(*by_chapter.values()))),
        by_chapter={hs: frozenset(atoms) for hs, atoms in by_chapter.items()},
        by_heading={heading: frozenset(atoms) for heading, atoms in by_heading.items()},
        older=older,
        vintage={row["code"]: row["vintage"] for row in vintages},
    )


def names_of(
    chapters: Sequence[Mapping[str, str]], subheadings: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """Names of chapters, headings and subheadings: a subheading's begins with its heading's."""
    names = {}
    for row in subheadings:
        names[row["hs6"]] = row["description"]
        heading = row["description"].split(": ")[0]
        names.setdefault(at_level(row["hs6"], "heading"), heading)
    return names | {row["hs"]: row["name"] for row in chapters}


def _listed(codes: Sequence[str]) -> str:
    more = len(codes) - _LISTED
    shown = separated(codes[:_LISTED])
    return tr("{shown} and {more} more", shown=shown, more=more) if more > 0 else shown
