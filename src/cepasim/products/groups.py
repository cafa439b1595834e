"""Groups of products and of countries that people name: sections, windows, industries, partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cepasim.core.language import tr
from cepasim.core.problems import Problem
from cepasim.products.nomenclature import Nomenclature


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


@dataclass(frozen=True)
class WindowCode:
    """A code that belongs to an industry of a window."""

    window: str
    industry: str
    label: str
    named: bool
    hs: str


def owners(rows: Sequence[WindowCode], hs: Nomenclature) -> dict[str, tuple[str, str]]:
    """Owner (window, industry) of every subheading: the row with the longest code wins."""
    owner: dict[str, tuple[str, str]] = {}
    for row in sorted(rows, key=lambda row: len(row.hs)):
        for atom in hs.below(row.hs):
            owner[atom] = (row.window, row.industry)
    return owner


def unknown_codes(table: str, codes: Sequence[str], hs: Nomenclature) -> list[Problem]:
    """Codes of a table that HS 2022 does not have."""
    text = tr("a code of HS 2022 (2, 4 or 6 digits)")
    return [
        Problem(f"classification/{table}", None, "hs", code, text)
        for code in dict.fromkeys(codes)
        if not hs.below(code)
    ]


def claimed_twice(rows: Sequence[WindowCode], hs: Nomenclature) -> list[Problem]:
    """Products in two windows, and products two industries claim with equally long codes."""
    claims: dict[str, dict[int, set[tuple[str, str]]]] = {}
    for row in rows:
        for atom in hs.below(row.hs):
            claims.setdefault(atom, {}).setdefault(len(row.hs), set()).add(
                (row.window, row.industry)
            )
    text = tr("one window, and within it one industry at each length of code")
    return [
        Problem("classification/windows", None, "hs", atom, text)
        for atom, by_length in sorted(claims.items())
        if len({window for owners in by_length.values() for window, _ in owners}) > 1
        or any(len(owners) > 1 for owners in by_length.values())
    ]
