"""Texts found by words as people type them: one rule for every search of the program.

All words must be there, in any order. A word is found at the beginning of one, and a whole word
counts for more. Case, accents, width of letters, apostrophes and hyphens mean nothing, nor does it
matter whether Japanese is written in katakana or hiragana. A short word that is one by itself is no
beginning of others: ``car`` is not carpets. English plural and singular are the
same: ``ies`` is ``y``; ``es`` goes after s, x, z, ch, sh and o; else ``s`` goes, unless it follows
s, u or i. Scripts without spaces are found anywhere in a name; a word that is in none is divided
into those that are. A number stands by itself.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int16]

#: Rank of what was not found.
FAR = 99
#: Accents of Latin letters; the marks of kana make letters of their own.
_ACCENTS = re.compile("[\u0300-\u036f]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_DROPPED = re.compile("['\u2018\u2019]|(?<=[0-9]),(?=[0-9]{3})")
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_UNSPACED = "\u3005-\u30ff\u3400-\u9fff"
_WORD = re.compile(
    rf"[0-9]+(?:[.][0-9]+)+|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:-[^\W_{_UNSPACED}]+)*"
)
_WITHOUT_SPACES = re.compile(f"[{_UNSPACED}]")
#: What joins the words of a Japanese name.
_JOINTS = re.compile("及び|並びに|又は|若しくは|その他の|その他|[,、・()\\s]")
#: What may stand between two words of a name that are typed as one.
_BETWEEN = frozenset("のなや用製品")
_CHINESE = re.compile("[\u3400-\u9fff]")
_IRREGULAR = {
    "calves": "calf",
    "children": "child",
    "feet": "foot",
    "geese": "goose",
    "halves": "half",
    "knives": "knife",
    "leaves": "leaf",
    "mice": "mouse",
    "scarves": "scarf",
    "shelves": "shelf",
    "teeth": "tooth",
    # ``women's`` is what names have; ``man`` would be ``man-made``.
    "woman": "women",
}
_LEAST = 4
#: Letters of a word that begins many others which have nothing to do with it.
_SHORT = 3


def folded(text: str) -> str:
    """Return a text without what nobody types the same way: width, case, accents, dashes.

    Examples
    --------
    >>> folded("Ｃａｆé"), folded("エビ"), folded("1,500 men's")
    ('cafe', 'えび', '1500 mens')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
        plain = _DASHES.sub("-", unicodedata.normalize("NFC", bare)).translate(_HIRAGANA)
    return _DROPPED.sub("", plain)


def singular(word: str) -> str:
    """Return a word in the singular by the rule of this module, nouns or not.

    Examples
    --------
    >>> [singular(word) for word in ("shrimps", "mangoes", "batteries", "glass", "shoes")]
    ['shrimp', 'mango', 'battery', 'glass', 'shoe']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > _LEAST and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > _LEAST + 1 and re.search("(?:[sxzo]|ch|sh)es$", word):
        return word[:-2]
    if len(word) >= _LEAST - 1 and re.search("[^sui]s$", word):
        return word[:-1]
    return word


@lru_cache(maxsize=1024)
def asked(words: str) -> tuple[str, ...]:
    """Return the words of what was typed, folded; codes keep their dots."""
    return tuple(dict.fromkeys(_WORD.findall(folded(words).replace("_", " "))))


class Texts:
    """What is searched: texts of each row in fields, the nearest first.

    Parameters
    ----------
    make : callable
        Returns the fields, each with a text for every row; called when something is first sought.
    direct : int
        How many fields speak of the row itself; the others name groups that it belongs to.
    """

    def __init__(self, make: Callable[[], Sequence[Sequence[str]]], direct: int = 1) -> None:
        self._make, self._direct = make, direct

    @cached_property
    def _fields(self) -> list[_Field]:
        return [_Field(texts) for texts in self._make()]

    def near(self, word: str) -> Ranks:
        """Return the rank of each row for one word, less is nearer and `FAR` is not found.

        Whole words in the fields of the row itself come first, then beginnings there, then the
        same in the groups. Where a short word is a whole one of some row, beginnings do not count.

        Parameters
        ----------
        word : str
            One of `asked`.
        """
        fields = self._fields
        hits = [field.find(word) for field in fields]
        short = len(singular(word)) <= _SHORT and not _WITHOUT_SPACES.match(word)
        if short and any(len(whole) for _, whole in hits[: self._direct]):
            hits = [(whole, whole) for _, whole in hits]
        ranks = np.full(fields[0].rows, FAR, dtype=np.int16)
        wider = len(fields) - self._direct
        # From the farthest to the nearest: the last one written stays.
        for place in reversed(range(len(fields))):
            base = place if place < self._direct else place + self._direct
            step = self._direct if place < self._direct else wider
            for found, rank in zip(hits[place], (base + step, base), strict=True):
                ranks[found] = np.minimum(ranks[found], rank)
        parts = word.split("-")
        if len(parts) > 1 and (ranks == FAR).all() and all(len(part) > 1 for part in parts):
            return farthest(self.near(part) for part in parts)
        return ranks


class _Field:
    """Texts of one field, by their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.rows = len(texts)
        by_text: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            by_text.setdefault(text, []).append(row)
        words: dict[str, list[int]] = {}
        #: Names of a script without spaces, their parts, and their rows.
        self._names: list[tuple[str, frozenset[str], list[int]]] = []
        for text, rows in by_text.items():
            plain = folded(text)
            if _WITHOUT_SPACES.search(plain):
                self._names.append((plain, frozenset(_JOINTS.split(plain)), rows))
            for word in set(_forms(plain)):
                words.setdefault(word, []).extend(rows)
        self._words = {word: np.array(rows) for word, rows in words.items()}
        self._sorted = sorted(words)

    def find(self, word: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows that have a word which begins so, and rows that have it whole."""
        if _WITHOUT_SPACES.match(word):
            hits = [(parts, rows) for name, parts, rows in self._names if word in name]
            within = [row for _, rows in hits for row in rows]
            whole = [row for parts, rows in hits if word in parts for row in rows]
            return np.array(within, dtype=np.intp), np.array(whole, dtype=np.intp)
        word = word.replace("-", "")
        forms = {word, singular(word)}
        nothing = np.empty(0, dtype=np.intp)
        exact = [self._words.get(form, nothing) for form in forms]
        begins = [] if _is_number(word) else [*map(self._words.get, self._beginning(forms))]
        return np.concatenate([nothing, *begins]), np.concatenate(exact)

    def _beginning(self, forms: set[str]) -> Iterator[str]:
        for form in forms:
            place = bisect_left(self._sorted, form)
            while place < len(self._sorted) and self._sorted[place].startswith(form):
                yield self._sorted[place]
                place += 1


def _forms(plain: str) -> Iterator[str]:
    """Words of a folded text as they are sought: one with hyphens in parts and as one."""
    for word in _WORD.findall(plain.replace("_", " ")):
        if not _WITHOUT_SPACES.match(word):
            for one in {*word.split("-"), word.replace("-", "")}:
                yield one
                yield singular(one)


def _is_number(word: str) -> bool:
    return word.replace(".", "").isdigit()


def farthest(found: Iterable[Ranks]) -> Ranks:
    """Return the rank of each row for several words: that of the one which is farthest."""
    all_of_them: Ranks = np.maximum.reduce(list(found))
    return all_of_them


def ranks(near: Callable[[str], Ranks], words: Sequence[str]) -> Ranks:
    """Return the rank of each row for all words: that of the word which is farthest.

    Where a word finds nothing it is divided, if its script has no spaces; where all words together
    find nothing, neighbours are taken for one word (``smart phones``).

    Parameters
    ----------
    near : callable
        Ranks of one word, as `Texts.near`.
    words : sequence of str
        At least one, of `asked`.
    """
    found = farthest(_near(near, word) for word in words)
    if not (found == FAR).all():
        return found
    for place in range(len(words) - 1):
        joined = words[place] + words[place + 1]
        if not _WITHOUT_SPACES.search(joined) and not joined.isdigit():
            others = [*words[:place], joined, *words[place + 2 :]]
            found = farthest(near(word) for word in others)
            if not (found == FAR).all():
                return found
    return found


def _near(near: Callable[[str], Ranks], word: str) -> Ranks:
    """Ranks of a word; of its parts where it is Japanese and nothing has the whole of it."""
    found = near(word)
    if not _WITHOUT_SPACES.match(word) or not (found == FAR).all():
        return found
    parts, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            part = word[start:end]
            if len(part) > 1 or _CHINESE.match(part):
                ranks_of_part = near(part)
                if not (ranks_of_part == FAR).all():
                    parts.append(ranks_of_part)
                    start = end
                    break
        else:
            if word[start] not in _BETWEEN:
                return found
            start += 1
    return farthest(parts) if parts else found
