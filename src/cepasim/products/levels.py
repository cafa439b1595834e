"""Levels of the Harmonized System: a code says its level by its length.

Whatever needs the chapter, heading or subheading of a code asks here, so that no other room
knows how many digits a level has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from cepasim.core.arrays import Bools, Ints, read_only
from cepasim.core.language import tr
from cepasim.core.recent import Recent

Level = Literal["chapter", "heading", "subheading"]
#: Levels from broad to narrow; a national tariff line is longer than all of them.
LEVELS: Final[tuple[Level, ...]] = ("chapter", "heading", "subheading")
DIGITS: Final[dict[Level, int]] = {"chapter": 2, "heading": 4, "subheading": 6}
#: Holders of some codes: about twenty industries in each of a few economies.
_HOLDERS: Recent[tuple[tuple[str, ...], tuple[str, ...]], Bools] = Recent(128)


def at_level(code: str, level: Level) -> str:
    """Group of a level that a code belongs to; a broader code stays what it is.

    Parameters
    ----------
    code : str
        HS code of any length.
    level : {"chapter", "heading", "subheading"}

    Examples
    --------
    >>> at_level("610910000", "heading"), at_level("61", "heading")
    ('6109', '61')
    """
    return code[: DIGITS[level]]


def chapter_of(code: str) -> str:
    """Chapter of a code of any length."""
    return at_level(code, "chapter")


def level_of(code: str) -> Level | None:
    """Level whose codes have this length; None for a national tariff line."""
    return next((level for level in LEVELS if len(code) == DIGITS[level]), None)


def use_instead(code: str, known: Collection[str]) -> str:
    """Suggest the group a code belongs to where only groups are known ("; use 94"), or nothing.

    Parameters
    ----------
    code : str
        What was asked for.
    known : collection of str
        Codes there is an answer for, such as the chapters of a result.
    """
    broader = (code[:length] for length in range(len(code) - 1, 1, -1))
    found = next((group for group in broader if group in known), None)
    if found is None:
        return ""
    return tr("; use {group}, the group {code} belongs to", group=found, code=code)


def whole_or_alone(codes: frozenset[str]) -> frozenset[str]:
    """Codes without the tariff lines whose whole subheading is among them."""
    return frozenset(
        code
        for code in codes
        if len(code) <= DIGITS["subheading"] or at_level(code, "subheading") not in codes
    )


def belongs_to(codes: Iterable[str], groups: Sequence[str]) -> Ints:
    """Place of the group that each code belongs to: of several, the narrowest.

    Parameters
    ----------
    codes : iterable of str
    groups : sequence of str
        Codes of any lengths, such as the chapters of an economy.

    Returns
    -------
    ndarray of int

    Raises
    ------
    KeyError
        For a code in none of the groups.
    """
    place = {group: index for index, group in enumerate(groups)}
    lengths = sorted({len(group) for group in groups}, reverse=True)

    def found(code: str) -> int:
        for length in lengths:
            if len(code) >= length and code[:length] in place:
                return place[code[:length]]
        raise KeyError(code)

    return np.array([found(code) for code in codes], dtype=np.int64)


def nearest_to(codes: Iterable[str], groups: Sequence[str]) -> Ints:
    """Place of the group that each code belongs to, or else of one with most digits in common.

    Codes of an older vintage of the classification join their neighbours so.

    Parameters
    ----------
    codes : iterable of str
    groups : sequence of str
        Codes of any lengths, in order.

    Returns
    -------
    ndarray of int
        The narrowest group; of several neighbours the first.

    Raises
    ------
    KeyError
        For a code of which not even the chapter is there.
    """
    place, beside = _neighbours(tuple(groups))

    def found(code: str) -> int:
        starts = [code[:length] for length in range(len(code), 1, -1)]
        for known in (place, beside):
            for start in starts:
                if start in known:
                    return known[start]
        raise KeyError(code)

    return np.array([found(code) for code in codes], dtype=np.int64)


@lru_cache(maxsize=8)
def _neighbours(groups: tuple[str, ...]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Place of each group, and of the first that begins with so many digits: read, not changed."""
    beside: dict[str, int] = {}
    for index, group in enumerate(groups):
        for length in range(DIGITS["chapter"], len(group)):
            beside.setdefault(group[:length], index)
    return {group: index for index, group in enumerate(groups)}, beside


@lru_cache(maxsize=256)
def places_of(some: tuple[str, ...], codes: tuple[str, ...]) -> Ints:
    """Place of some codes among others, shape (n,); read only, and kept for those who ask again."""
    return read_only(np.array([codes.index(code) for code in some], dtype=np.int64))


def holders(codes: tuple[str, ...], groups: tuple[str, ...]) -> Bools:
    """Say which groups hold any of some codes, as `nearest_to` places them.

    Parameters
    ----------
    codes, groups : tuple of str

    Returns
    -------
    ndarray of bool
        One for each group; read-only, and kept for those who ask again, as every draw does.
    """
    found = _HOLDERS.get((codes, groups))
    if found is None:
        found = np.zeros(len(groups), dtype=np.bool_)
        found[nearest_to(codes, groups)] = True
        found.setflags(write=False)
        _HOLDERS.put((codes, groups), found)
    return found


def is_rest(code: str, codes: Collection[str]) -> bool:
    """Whether a code stands for what is left of a group: others of its own codes are beside it."""
    if level_of(code) in ("subheading", None):
        return False
    return any(other != code and other.startswith(code) for other in codes)
