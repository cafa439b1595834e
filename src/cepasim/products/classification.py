"""HS chapters, sections, fund windows and tags, and selections of products by any of them.

The Harmonized System 2022 is the only vintage inside the model; codes of older vintages are
mapped to it and the mapping is noted. Everything here is immutable and read from
``params/classification``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import pandas as pd

from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.recent import Recent
from cepasim.core.yaml_lines import path_text
from cepasim.products.groups import (
    Industry,
    Partner,
    Section,
    WindowCode,
    claimed_twice,
    owners,
    unknown_codes,
)
from cepasim.products.levels import chapter_of, whole_or_alone
from cepasim.products.nomenclature import Nomenclature, names_of, nomenclature
from cepasim.products.selection import CATEGORIES, Complaint, Selection

SELECTION_KEYS = ("hs", "section", "window", "tag", "category", "all")
BOTH_WINDOWS = "both"
#: Selections that are kept; more than the levers of one scenario need.
_SELECTIONS = 256
_MARKET_COLUMNS = {"JPN": "in_japan_market", "IND": "in_india_market"}


class Tables(Protocol):
    """Whatever hands out parameter tables by name, as ``Parameters`` does."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of the table, HS codes as text."""
        ...


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
    _window_codes: tuple[WindowCode, ...] = field(repr=False)
    _hs: Nomenclature = field(repr=False)
    # Answers already given, by what was asked.
    _selections: Recent[Hashable, Selection] = field(
        default_factory=lambda: Recent(_SELECTIONS), repr=False, compare=False
    )
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
        """Short name of a chapter, heading or subheading, for people ("Fish and seafood")."""
        try:
            return self._names[hs]
        except KeyError:
            known = self._hs.chapters_text
            text = tr("unknown HS code {hs}; {known}", hs=repr(hs), known=known)
            raise KeyError(text) from None

    def section_of(self, hs: str) -> str | None:
        """Roman number of a code's section; None in 98 and 99, which have none."""
        self.name(hs)
        return self._section_of.get(chapter_of(hs))

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
        raise KeyError(tr("unknown country or group {code}", code=repr(code)))

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
        owner = owners(rows, self._hs)
        found = []
        for key in dict.fromkeys((row.window, row.industry) for row in rows):
            row = next(r for r in rows if (r.window, r.industry) == key)
            atoms = frozenset(atom for atom, owned_by in owner.items() if owned_by == key)
            found.append(
                Industry(
                    window=row.window,
                    name=row.industry,
                    label=row.label,
                    codes=self._hs.shortest_cover(atoms),
                    subheadings=tuple(sorted(atoms)),
                    chapters=tuple(sorted({chapter_of(atom) for atom in atoms})),
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
            self._selections.put(spec, selection)
        return selection

    def check(self, spec: object) -> tuple[Selection | None, tuple[Complaint, ...]]:
        """Select without raising: the selection, or None and everything wrong with it."""
        keys = separated(SELECTION_KEYS)
        if not isinstance(spec, Mapping):
            text = tr("a selection is a mapping; allowed keys: {keys}", keys=keys)
            return None, (Complaint((), spec, text),)
        if not spec:
            text = tr("an empty selection; allowed keys: {keys}", keys=keys)
            return None, (Complaint((), dict(spec), text),)
        complaints: list[Complaint] = []
        notes: list[str] = []
        chosen: frozenset[str] | None = None  # everything
        category: str | None = None
        for key, value in spec.items():
            if key == "category":
                if value in CATEGORIES and isinstance(value, str):
                    category = value
                else:
                    text = tr("one of {allowed}", allowed=separated(CATEGORIES))
                    complaints.append(Complaint((key,), value, text + closest(value, CATEGORIES)))
            elif key == "all":
                if value is not True:
                    complaints.append(Complaint((key,), value, tr("true; or leave the key out")))
            elif key in SELECTION_KEYS:
                found = self._any_of(key, value, complaints, notes)
                # Lines and the subheadings they stand in meet as selections do.
                if chosen is None:
                    chosen = found
                else:
                    met = Selection(chosen, _hs=self._hs) & Selection(found, _hs=self._hs)
                    chosen = met.atoms
            else:
                near = closest(key, SELECTION_KEYS)
                text = tr("unknown key{near}; allowed keys: {keys}", near=near, keys=keys)
                complaints.append(Complaint((str(key),), value, text))
        if chosen is None:
            chosen = frozenset(self._hs.atoms)
        if not complaints and not chosen:
            text = tr("these conditions together select nothing; every key given must hold")
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
            complaints.append(Complaint((key,), value, tr("give at least one entry")))
        readers: dict[str, Callable[[object], frozenset[str]]] = {
            "hs": lambda entry: self._hs.read(entry, notes),
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
        return whole_or_alone(atoms)

    def _section_entry(self, entry: object) -> frozenset[str]:
        for section in self.sections:
            if section.code == entry:
                return frozenset().union(*(self._hs.by_chapter[hs] for hs in section.chapters))
        codes = [section.code for section in self.sections]
        written = str(entry).strip().upper()
        if str(entry).isdecimal() and 1 <= int(str(entry)) <= len(codes):
            written = codes[int(str(entry)) - 1]
        near = closest(written if written in codes else entry, codes)
        raise ValueError(tr("unknown section{near}; I to {last}", near=near, last=codes[-1]))

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
            near, allowed = closest(entry, self.tags), separated(self.tags)
            text = tr("unknown tag{near}; allowed: {allowed}", near=near, allowed=allowed)
            raise ValueError(text)
        codes = self._tag_codes[entry]
        if not codes:
            text = tr(
                "{tag} have no HS code (Table 4.1 of the study gives none): they are not goods and "
                "this model cannot select them",
                tag=tr(self._tag_labels[entry]),
            )
            raise ValueError(text)
        return frozenset(atom for code in codes for atom in self._hs.below(code))

    def _window_text(self, entry: object) -> str:
        allowed = (*self.windows, BOTH_WINDOWS)
        return tr(
            "unknown window{near}; allowed: {allowed}",
            near=closest(entry, allowed),
            allowed=separated(allowed),
        )


def _entries(key: str, value: object) -> tuple[list[object], list[tuple[str | int, ...]]]:
    """One entry or a list of them, each with its path."""
    if isinstance(value, list | tuple):
        return list(value), [(key, index) for index in range(len(value))]
    return [value], [(key,)]


@lru_cache(maxsize=1)
def _bundled() -> Classification:
    # Immutable, so one copy serves everyone.
    from cepasim.params.loading import load_parameters

    return _build(load_parameters())


def _build(parameters: Tables) -> Classification:
    def rows(name: str) -> list[dict[str, str]]:
        table = parameters.table(f"classification/{name}").fillna("").astype(str)
        return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]

    chapters, sections = rows("chapters"), rows("sections")
    subheadings = rows("hs6")
    hs = nomenclature(
        [r["hs"] for r in chapters], [r["hs6"] for r in subheadings], rows("vintages")
    )
    window_codes = tuple(
        WindowCode(r["window"], r["industry"], r["label"], r["named_in_proposal"] == "yes", r["hs"])
        for r in rows("windows")
    )
    tags = rows("tags")
    problems = [
        *unknown_codes("windows", [row.hs for row in window_codes], hs),
        *unknown_codes("tags", [r["hs"] for r in tags if r["hs"]], hs),
        *unknown_codes("vintages", sorted({n for new in hs.older.values() for n in new}), hs),
        *unknown_codes("sections", " ".join(r["chapters"] for r in sections).split(), hs),
        *claimed_twice(window_codes, hs),
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
        _names=names_of(chapters, subheadings),
        _section_of={hs2: section.code for section in found for hs2 in section.chapters},
        _tag_labels={r["tag"]: r["label"] for r in tags},
        _tag_codes={
            tag: tuple(r["hs"] for r in tags if r["tag"] == tag and r["hs"])
            for tag in dict.fromkeys(r["tag"] for r in tags)
        },
        _window_codes=window_codes,
        _hs=hs,
    )
