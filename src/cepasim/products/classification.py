"""HS chapters, sections, fund windows and tags, and selections of products by any of them.

The Harmonized System 2022 is the only vintage inside the model; codes of older vintages are
mapped to it and the mapping is noted. Everything here is immutable and read from
``params/classification``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import path_text

CATEGORIES = ("X", "partial", "free", "mfn_free")
SELECTION_KEYS = ("hs", "section", "window", "tag", "category", "all")
BOTH_WINDOWS = "both"

_RESERVED = "77"
_RESERVED_TEXT = "chapter 77 is reserved in the Harmonized System and empty"
_CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6,}")
_LISTED = 12  # codes a message lists before it says how many more there are


class Tables(Protocol):
    """Whatever hands out parameter tables by name, as ``Parameters`` does."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of the table, HS codes as text."""
        ...


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the Harmonized System: roman number, short name, its chapters."""

    code: str
    name: str
    chapters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """A country or group of countries, and the import markets it is a source in."""

    code: str
    name: str
    markets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry of a fund window with the products that are its own.

    Attributes
    ----------
    window, name, label : str
        Window, key used in files (``solar_pv``), and the name for people.
    codes : tuple of str
        Shortest list of HS 2022 codes (2, 4 or 6 digits) that covers the industry. A product
        that several industries of the window cover stands in the most specific one only.
    subheadings : tuple of str
        The same as 6-digit codes.
    chapters : tuple of str
        Chapters touched.
    named_in_proposal : bool
        Whether the study names the industry; the others are optional.
    """

    window: str
    name: str
    label: str
    codes: tuple[str, ...]
    subheadings: tuple[str, ...]
    chapters: tuple[str, ...]
    named_in_proposal: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a selection, placed by its path inside the selection."""

    path: tuple[str | int, ...]
    value: object
    allowed: str


@dataclass(frozen=True)
class _Nomenclature:
    """HS 2022 as sets of atoms: subheadings, and the two chapters with national codes only."""

    atoms: tuple[str, ...]
    by_chapter: Mapping[str, frozenset[str]]
    by_heading: Mapping[str, frozenset[str]]
    older: Mapping[str, tuple[str, ...]]  # code of an older vintage -> HS 2022 subheadings
    vintage: Mapping[str, str]  # code of an older vintage -> name of that vintage

    def below(self, code: str) -> frozenset[str]:
        """Atoms under a chapter, heading or subheading of HS 2022; empty where there are none."""
        if len(code) == 2:
            return self.by_chapter.get(code, frozenset())
        if len(code) == 4:
            return self.by_heading.get(code, frozenset())
        return frozenset({code}) & self.by_chapter.get(code[:2], frozenset())


@dataclass(frozen=True)
class Selection:
    """A set of products: whole HS 2022 subheadings and single nine-digit lines.

    Two selections are equal where they select the same products and category, however they were
    written.

    Attributes
    ----------
    atoms : frozenset of str
        6-digit codes selected whole, nine-digit lines selected alone, and "98" or "99" for the
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
    _hs: _Nomenclature = field(
        default=_Nomenclature((), {}, {}, {}, {}), compare=False, repr=False, kw_only=True
    )

    @property
    def chapters(self) -> tuple[str, ...]:
        """Chapters touched, in order."""
        return tuple(sorted({atom[:2] for atom in self.atoms}))

    @property
    def subheadings(self) -> tuple[str, ...]:
        """6-digit codes selected whole, in order."""
        return tuple(sorted(atom for atom in self.atoms if len(atom) == 6))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Nine-digit lines selected alone, in order."""
        return tuple(sorted(atom for atom in self.atoms if len(atom) > 6))

    @property
    def codes(self) -> tuple[str, ...]:
        """Shortest list of codes (2, 4, 6 or 9 digits) that covers the selection."""
        return _shortest_cover(self.atoms, self._hs)

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
        fixed = isinstance(codes, np.ndarray) and not codes.flags.writeable
        if fixed and id(codes) in self._matched and self._matched[id(codes)][0] is codes:
            return self._matched[id(codes)][1]
        found = np.fromiter((self._matches_one(code) for code in codes), dtype=np.bool_)
        if fixed:
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
        return self._with(frozenset(a for a in atoms if len(a) <= 6 or a[:6] not in atoms), other)

    def __and__(self, other: Selection) -> Selection:
        """Products in both, in the narrower category; empty where the categories differ."""
        category = self.category or other.category
        if other.category not in (None, category):
            return Selection(frozenset(), category, _hs=self._hs)
        shared = self.atoms & other.atoms
        shared |= {line for line in self.atoms if len(line) > 6 and line[:6] in other.atoms}
        shared |= {line for line in other.atoms if len(line) > 6 and line[:6] in self.atoms}
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
        if not (isinstance(code, str) and _CODE.fullmatch(code)):
            raise ValueError(f"HS codes have 2, 4, 6 or 9 digits and are text, not {code!r}")
        if len(code) <= 6 and code in self._groups:
            return True
        if code[:6] in self.atoms or code[:2] in self._whole or code[:4] in self._whole:
            return True
        if len(code) > 6 and any(line.startswith(code) for line in self.lines):
            return True
        return any(new in self.atoms for new in self._hs.older.get(code[:6], ()))


def _shortest_cover(atoms: frozenset[str], hs: _Nomenclature) -> tuple[str, ...]:
    cover: list[str] = []
    rest = set(atoms)
    for groups, digits in ((hs.by_chapter, 2), (hs.by_heading, 4)):
        for code in {atom[:digits] for atom in rest}:
            members = groups.get(code)
            if members and members <= rest:
                cover.append(code)
                rest -= members
    return tuple(sorted([*cover, *rest]))


@dataclass(frozen=True)
class _WindowCode:
    window: str
    industry: str
    label: str
    named: bool
    hs: str


@dataclass(frozen=True)
class Classification:
    """The classification of products: build it with ``from_parameters``, then only read it.

    Attributes
    ----------
    chapters : tuple of str
        The 98 chapters "01" to "99" without "77".
    sections : tuple of Section
        The 21 sections in order.
    windows : tuple of str
        Names of the fund's windows.
    tags : tuple of str
        Names of the specified critical products (Table 4.1 of the study).
    hs6 : tuple of str
        All HS 2022 subheadings, with 999999 for goods not specified by kind.
    partners : tuple of Partner
        Countries and groups that are a source in one of the two markets.
    """

    chapters: tuple[str, ...]
    sections: tuple[Section, ...]
    windows: tuple[str, ...]
    tags: tuple[str, ...]
    hs6: tuple[str, ...]
    partners: tuple[Partner, ...]
    _names: Mapping[str, str] = field(repr=False)
    _section_of: Mapping[str, str] = field(repr=False)
    _tag_labels: Mapping[str, str] = field(repr=False)
    _tag_codes: Mapping[str, tuple[str, ...]] = field(repr=False)
    _window_codes: tuple[_WindowCode, ...] = field(repr=False)
    _hs: _Nomenclature = field(repr=False)
    # Answers already given, by what was asked.
    _selections: dict[Hashable, Selection] = field(default_factory=dict, repr=False, compare=False)
    _industries: dict[tuple[str, bool], tuple[Industry, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __hash__(self) -> int:
        return hash((self.chapters, self.hs6, self._window_codes, self.tags))

    @classmethod
    def from_parameters(cls, parameters: Tables) -> Classification:
        """Build the classification from the tables ``classification/*``.

        Raises
        ------
        InputError
            With every inconsistency between the tables: a code that HS 2022 does not have, a
            product two windows claim, a section with an unknown chapter.
        """
        return _build(parameters)

    @classmethod
    def bundled(cls) -> Classification:
        """Return the classification of the bundled parameter folder."""
        return _bundled()

    # -- reading ---------------------------------------------------------------------------

    def name(self, hs: str) -> str:
        """Short name of a chapter, for people ("Fish and seafood")."""
        try:
            return self._names[hs]
        except KeyError:
            raise KeyError(f"unknown chapter {hs!r}; {self._chapters_text()}") from None

    def section_of(self, hs: str) -> str | None:
        """Roman number of a chapter's section; None for 98 and 99, which have none."""
        self.name(hs)
        return self._section_of.get(hs)

    def tag_label(self, tag: str) -> str:
        """Name of a specified critical product as the study prints it."""
        return self._tag_labels[tag]

    def sources(self, importer: str) -> tuple[str, ...]:
        """Codes of the sources in an importer's market ("JPN" or "IND")."""
        return tuple(partner.code for partner in self.partners if importer in partner.markets)

    def partner_name(self, code: str) -> str:
        """Name of a country or group for people ("Viet Nam")."""
        for partner in self.partners:
            if partner.code == code:
                return partner.name
        raise KeyError(f"unknown country or group {code!r}")

    def window_industries(self, window: str, *, optional: bool = False) -> tuple[Industry, ...]:
        """Industries of a window; together they partition it.

        Parameters
        ----------
        window : str
            A name in ``windows``, or "both".
        optional : bool
            Also the industries the study does not name (leather, marine products, gems, medical
            devices). They take their products out of a wider industry of the window.

        Raises
        ------
        InputError
            For an unknown window.
        """
        if window not in (*self.windows, BOTH_WINDOWS):
            raise InputError(
                [Problem("selection", None, "window", window, self._window_text(window))]
            )
        if (window, optional) in self._industries:
            return self._industries[window, optional]
        rows = [
            row
            for row in self._window_codes
            if window in (row.window, BOTH_WINDOWS) and (row.named or optional)
        ]
        owner = _owners(rows, self._hs)
        found = []
        for key in dict.fromkeys((row.window, row.industry) for row in rows):
            row = next(r for r in rows if (r.window, r.industry) == key)
            atoms = frozenset(atom for atom, owned_by in owner.items() if owned_by == key)
            found.append(
                Industry(
                    window=row.window,
                    name=row.industry,
                    label=row.label,
                    codes=_shortest_cover(atoms, self._hs),
                    subheadings=tuple(sorted(atoms)),
                    chapters=tuple(sorted({atom[:2] for atom in atoms})),
                    named_in_proposal=row.named,
                )
            )
        self._industries[window, optional] = tuple(found)
        return self._industries[window, optional]

    # -- selecting -------------------------------------------------------------------------

    def select(self, spec: Mapping[str, Any]) -> Selection:
        """Select products.

        Parameters
        ----------
        spec : mapping
            Any of ``hs`` (chapters "87", ranges "50-63", longer codes "9503", "847950",
            "160414092"), ``section`` ("XI"), ``window`` ("labour_intensive", "sunrise", "both"),
            ``tag``, ``category`` (X, partial, free, mfn_free) and ``all: true``. The first four
            take one text or a list, of which any may hold; of several keys, all must hold.

        Returns
        -------
        Selection

        Raises
        ------
        InputError
            With every problem of the selection.
        """
        known = self._selections.get(spec) if isinstance(spec, Hashable) else None
        if known is not None:
            return known
        selection, complaints = self.check(spec)
        if selection is None:
            raise InputError(
                Problem("selection", None, path_text(("select", *c.path)), c.value, c.allowed)
                for c in complaints
            )
        if isinstance(spec, Hashable):
            self._selections[spec] = selection
        return selection

    def check(self, spec: object) -> tuple[Selection | None, tuple[Complaint, ...]]:
        """Select without raising: the selection, or None and everything wrong with it."""
        keys = "allowed keys: " + ", ".join(SELECTION_KEYS)
        if not isinstance(spec, Mapping):
            return None, (Complaint((), spec, f"a selection is a mapping; {keys}"),)
        if not spec:
            return None, (Complaint((), dict(spec), f"an empty selection; {keys}"),)
        complaints: list[Complaint] = []
        notes: list[str] = []
        chosen = frozenset(self._hs.atoms)
        category: str | None = None
        for key, value in spec.items():
            if key == "category":
                if value in CATEGORIES and isinstance(value, str):
                    category = value
                else:
                    text = "one of " + ", ".join(CATEGORIES)
                    complaints.append(Complaint((key,), value, text + closest(value, CATEGORIES)))
            elif key == "all":
                if value is not True:
                    complaints.append(Complaint((key,), value, "true; or leave the key out"))
            elif key in SELECTION_KEYS:
                found = self._any_of(key, value, complaints, notes)
                # Lines and the subheadings they stand in meet as selections do.
                met = Selection(chosen, _hs=self._hs) & Selection(found, _hs=self._hs)
                chosen = met.atoms
            else:
                text = "unknown key" + closest(key, SELECTION_KEYS)
                complaints.append(Complaint((str(key),), value, f"{text}; {keys}"))
        if not complaints and not chosen:
            text = "these conditions together select nothing; every key given must hold"
            complaints.append(Complaint((), dict(spec), text))
        if complaints:
            return None, tuple(complaints)
        return Selection(chosen, category, tuple(dict.fromkeys(notes)), _hs=self._hs), ()

    def _any_of(
        self, key: str, value: object, complaints: list[Complaint], notes: list[str]
    ) -> frozenset[str]:
        """Atoms that any entry under one key selects; appends what is wrong."""
        entries, paths = _entries(key, value)
        if not entries:
            complaints.append(Complaint((key,), value, "give at least one entry"))
        readers: dict[str, Callable[[object], frozenset[str]]] = {
            "hs": lambda entry: self._hs_entry(entry, notes),
            "section": self._section_entry,
            "window": self._window_entry,
            "tag": self._tag_entry,
        }
        atoms: frozenset[str] = frozenset()
        for entry, path in zip(entries, paths, strict=True):
            try:
                atoms |= readers[key](entry)
            except ValueError as wrong:
                complaints.append(Complaint(path, entry, str(wrong)))
        return frozenset(a for a in atoms if len(a) <= 6 or a[:6] not in atoms)

    def _hs_entry(self, entry: object, notes: list[str]) -> frozenset[str]:
        if not isinstance(entry, str):
            raise ValueError(
                "HS codes are text: write them in quotes, for example '03'; "
                "without quotes the zero is lost"
            )
        code = entry.strip()
        if re.fullmatch(r"[0-9]+-[0-9]+", code):
            first, last = code.split("-")
            return self._hs_range(first, last, notes)
        return self._hs_code(code, notes)

    def _hs_range(self, first: str, last: str, notes: list[str]) -> frozenset[str]:
        if len(first) != len(last) or len(first) not in (2, 4, 6):
            raise ValueError("a range runs between two codes of 2, 4 or 6 digits, such as 50-63")
        for end in (first, last):
            self._hs_code(end, notes)
        if first > last:
            raise ValueError(f"the range runs backwards; write {last}-{first}")
        return frozenset(
            atom
            for atom in self._hs.atoms
            if len(atom) >= len(first) and first <= atom[: len(first)] <= last
        )

    def _hs_code(self, code: str, notes: list[str]) -> frozenset[str]:
        """Atoms of one code, or ValueError with what would have been right."""
        if not re.fullmatch(r"[0-9]+", code):
            bare = re.sub(r"[.\s]", "", code)
            hint = f"; write {bare}" if re.fullmatch(r"[0-9]{2,9}", bare) else ""
            raise ValueError(f"an HS code has digits only, or is a range such as 50-63{hint}")
        if len(code) == 1:
            raise ValueError(f"HS codes have 2, 4, 6 or 9 digits; did you mean 0{code}?")
        if len(code) not in (2, 4, 6, 9):
            raise ValueError("HS codes have 2, 4, 6 or 9 digits")
        chapter = code[:2]
        if chapter == _RESERVED:
            raise ValueError(_RESERVED_TEXT)
        if chapter not in self._names:
            raise ValueError(f"unknown chapter {chapter}; {self._chapters_text()}")
        if len(code) == 9:
            if code[:6] not in self._hs.by_chapter[chapter]:
                raise ValueError(
                    f"a nine-digit line begins with a subheading of HS 2022; {self._near(code[:6])}"
                )
            return frozenset({code})
        atoms = self._hs.below(code)
        if atoms:
            return atoms
        older = [old for old in self._hs.older if old.startswith(code)]
        if older:
            new = sorted({atom for old in older for atom in self._hs.older[old]})
            vintage = self._hs.vintage[older[0]]
            cover = ", ".join(_shortest_cover(frozenset(new), self._hs))
            notes.append(f"{code} ({vintage}) is read as {cover} of HS 2022")
            return frozenset(new)
        raise ValueError(f"a code in no vintage of the classification; {self._near(code)}")

    def _near(self, code: str) -> str:
        """Say in words which codes there are around one that does not exist."""
        chapter, heading = code[:2], code[:4]
        headings = sorted(h for h in self._hs.by_heading if h.startswith(chapter))
        if not headings:
            return f"chapter {chapter} has national codes only, select it whole"
        if heading in self._hs.by_heading and len(code) > 4:
            return f"heading {heading} has " + _listed(sorted(self._hs.by_heading[heading]))
        return f"headings of chapter {chapter} run from {headings[0]} to {headings[-1]}"

    def _section_entry(self, entry: object) -> frozenset[str]:
        for section in self.sections:
            if section.code == entry:
                return frozenset().union(*(self._hs.by_chapter[hs] for hs in section.chapters))
        codes = [section.code for section in self.sections]
        meant = ""
        if isinstance(entry, str) and entry.strip().upper() in codes:
            meant = f"; did you mean {entry.strip().upper()}?"
        elif str(entry).isdecimal() and 1 <= int(str(entry)) <= len(codes):
            meant = f"; did you mean {codes[int(str(entry)) - 1]}?"
        raise ValueError(f"unknown section{meant or closest(entry, codes)}; I to {codes[-1]}")

    def _window_entry(self, entry: object) -> frozenset[str]:
        if not isinstance(entry, str) or entry not in (*self.windows, BOTH_WINDOWS):
            raise ValueError(self._window_text(entry))
        return frozenset(
            atom
            for row in self._window_codes
            if row.named and entry in (row.window, BOTH_WINDOWS)
            for atom in self._hs.below(row.hs)
        )

    def _tag_entry(self, entry: object) -> frozenset[str]:
        if not isinstance(entry, str) or entry not in self._tag_codes:
            text = "unknown tag" + closest(entry, self.tags)
            raise ValueError(f"{text}; allowed: " + ", ".join(self.tags))
        codes = self._tag_codes[entry]
        if not codes:
            raise ValueError(
                f"{self._tag_labels[entry]} have no HS code (Table 4.1 of the study gives none): "
                "they are not goods and this model cannot select them"
            )
        return frozenset(atom for code in codes for atom in self._hs.below(code))

    def _window_text(self, entry: object) -> str:
        allowed = (*self.windows, BOTH_WINDOWS)
        return f"unknown window{closest(entry, allowed)}; allowed: " + ", ".join(allowed)

    def _chapters_text(self) -> str:
        return f"chapters run from {self.chapters[0]} to {self.chapters[-1]} without {_RESERVED}"


def _listed(codes: Sequence[str]) -> str:
    more = len(codes) - _LISTED
    return ", ".join(codes[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _entries(key: str, value: object) -> tuple[list[object], list[tuple[str | int, ...]]]:
    """One entry or a list of them, each with its path."""
    if isinstance(value, list | tuple):
        return list(value), [(key, index) for index in range(len(value))]
    return [value], [(key,)]


def _owners(rows: Sequence[_WindowCode], hs: _Nomenclature) -> dict[str, tuple[str, str]]:
    """Owner (window, industry) of every subheading: the row with the longest code wins."""
    owner: dict[str, tuple[str, str]] = {}
    for row in sorted(rows, key=lambda row: len(row.hs)):
        for atom in hs.below(row.hs):
            owner[atom] = (row.window, row.industry)
    return owner


# -- building ------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _bundled() -> Classification:
    # Immutable, so one copy serves everyone.
    from cepasim.params.parameters import load_parameters

    return _build(load_parameters())


def _build(parameters: Tables) -> Classification:
    def rows(name: str) -> list[dict[str, str]]:
        table = parameters.table(f"classification/{name}").fillna("").astype(str)
        return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]

    chapters, sections = rows("chapters"), rows("sections")
    hs = _nomenclature(
        [r["hs"] for r in chapters], [r["hs6"] for r in rows("hs6")], rows("vintages")
    )
    window_codes = tuple(
        _WindowCode(
            r["window"], r["industry"], r["label"], r["named_in_proposal"] == "yes", r["hs"]
        )
        for r in rows("windows")
    )
    tags = rows("tags")
    problems = [
        *_unknown_codes("windows", [row.hs for row in window_codes], hs),
        *_unknown_codes("tags", [r["hs"] for r in tags if r["hs"]], hs),
        *_unknown_codes("vintages", sorted({n for new in hs.older.values() for n in new}), hs),
        *_unknown_codes("sections", " ".join(r["chapters"] for r in sections).split(), hs),
        *_claimed_twice(window_codes, hs),
    ]
    if problems:
        raise InputError(problems)
    found = tuple(Section(r["section"], r["name"], tuple(r["chapters"].split())) for r in sections)
    return Classification(
        chapters=tuple(r["hs"] for r in chapters),
        sections=found,
        windows=tuple(dict.fromkeys(row.window for row in window_codes)),
        tags=tuple(dict.fromkeys(r["tag"] for r in tags)),
        hs6=tuple(atom for atom in hs.atoms if len(atom) == 6),
        partners=tuple(
            Partner(
                r["code"],
                r["name"],
                tuple(m for m, c in _MARKET_COLUMNS.items() if r[c] == "yes"),
            )
            for r in rows("partners")
        ),
        _names={r["hs"]: r["name"] for r in chapters},
        _section_of={hs2: section.code for section in found for hs2 in section.chapters},
        _tag_labels={r["tag"]: r["label"] for r in tags},
        _tag_codes={
            tag: tuple(r["hs"] for r in tags if r["tag"] == tag and r["hs"])
            for tag in dict.fromkeys(r["tag"] for r in tags)
        },
        _window_codes=window_codes,
        _hs=hs,
    )


_MARKET_COLUMNS = {"JPN": "in_japan_market", "IND": "in_india_market"}


def _nomenclature(
    chapters: Sequence[str], hs6: Sequence[str], vintages: Sequence[Mapping[str, str]]
) -> _Nomenclature:
    by_chapter: dict[str, set[str]] = {hs: set() for hs in chapters}
    by_heading: dict[str, set[str]] = {}
    for code in hs6:
        by_chapter[code[:2]].add(code)
        by_heading.setdefault(code[:4], set()).add(code)
    # The chapters outside the Harmonized System have national codes: the chapter is an atom.
    for hs in _NATIONAL_CHAPTERS & set(by_chapter):
        by_chapter[hs].add(hs)
        for heading in [h for h in by_heading if h.startswith(hs)]:
            del by_heading[heading]
    older: dict[str, tuple[str, ...]] = {}
    for row in vintages:
        older[row["code"]] = (*older.get(row["code"], ()), row["hs"])
    return _Nomenclature(
        atoms=tuple(sorted(set().union(*by_chapter.values()))),
        by_chapter={hs: frozenset(atoms) for hs, atoms in by_chapter.items()},
        by_heading={heading: frozenset(atoms) for heading, atoms in by_heading.items()},
        older=older,
        vintage={row["code"]: row["vintage"] for row in vintages},
    )


_NATIONAL_CHAPTERS = {"98", "99"}


def _unknown_codes(table: str, codes: Sequence[str], hs: _Nomenclature) -> list[Problem]:
    text = "a code of HS 2022 (2, 4 or 6 digits)"
    return [
        Problem(f"classification/{table}", None, "hs", code, text)
        for code in dict.fromkeys(codes)
        if not hs.below(code)
    ]


def _claimed_twice(rows: Sequence[_WindowCode], hs: _Nomenclature) -> list[Problem]:
    """Products in two windows, and products two industries claim with equally long codes."""
    claims: dict[str, dict[int, set[tuple[str, str]]]] = {}
    for row in rows:
        for atom in hs.below(row.hs):
            claims.setdefault(atom, {}).setdefault(len(row.hs), set()).add(
                (row.window, row.industry)
            )
    text = "one window, and within it one industry at each length of code"
    return [
        Problem("classification/windows", None, "hs", atom, text)
        for atom, by_length in sorted(claims.items())
        if len({window for owners in by_length.values() for window, _ in owners}) > 1
        or any(len(owners) > 1 for owners in by_length.values())
    ]
