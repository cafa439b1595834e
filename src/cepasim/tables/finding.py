"""Products found by words: by what people call them, the HS, their chapter, section and industry.

The rule of the words is that of `cepasim.core.finding`; names in every language are searched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from cepasim.core.finding import FAR, Ranks, Texts, asked, folded, ranks
from cepasim.core.language import LANGUAGES, SOURCE, language, tr
from cepasim.core.recent import Recent
from cepasim.products.classification import BOTH_WINDOWS, Classification
from cepasim.products.common_words import COMMON_WORDS
from cepasim.products.levels import at_level, chapter_of
from cepasim.tables.names import Level, group_name, groups_of

#: Fields that speak of a product itself: what people call it in one word and in several, its own
#: name, that of its heading.
_DIRECT = 4
_OWN, _HEADING = 2, 3
#: Words that say no more than that a number is a code.
_CODE = frozenset(
    {"hs", "chapter", "heading", "subheading", "code", "line", "第", "類", "項", "号"}
)
_ANSWERS = 64


class ProductFinder:
    """What finds products by words; immutable, one for each classification.

    Parameters
    ----------
    classification : Classification
    """

    def __init__(self, classification: Classification) -> None:
        self._classification, self._chapters = classification, classification.chapters
        #: Subheadings and chapters: what has a name.
        self.codes: tuple[str, ...] = (*classification.hs6, *classification.chapters)
        self._place = {code: place for place, code in enumerate(self.codes)}
        self._texts = {tag: Texts(partial(self._fields, tag), direct=_DIRECT) for tag in LANGUAGES}
        self._found: Recent[str, Ranks] = Recent(_ANSWERS)

    def places(self, codes: Iterable[str]) -> NDArray[np.intp]:
        """Return where the names of codes of any length are: of subheadings, else of chapters."""
        place = self._place
        return np.array(
            [
                place.get(at_level(one, "subheading"), place.get(chapter_of(one), -1))
                for one in codes
            ],
            dtype=np.intp,
        )

    def ranks(
        self, words: str, codes: NDArray[np.str_], places: NDArray[np.intp] | None = None
    ) -> Ranks:
        """Return how near each code is to what was typed; `FAR` where it is not found.

        Parameters
        ----------
        words : str
            Beginnings of codes, with dots or without, and words.
        codes : ndarray of str
            Chapters, products or tariff lines.
        places : ndarray of int, optional
            As `places` returns them, where they are kept.
        """
        where = self.places(codes) if places is None else places
        found = np.zeros(len(codes), dtype=np.int16)
        left = []
        for word in _typed(words, codes):
            begins = np.char.startswith(codes, _digits(word)) if _digits(word) else None
            if begins is not None and begins.any():
                found = np.maximum(found, np.where(begins, 0, FAR).astype(np.int16))
            else:
                left.append(word)
        return np.maximum(found, self._of_words(tuple(left))[where]) if left else found

    def direct(self, found: Ranks) -> NDArray[np.bool_]:
        """Whether what was found was so by code or by its own names, and not by a group's."""
        direct: NDArray[np.bool_] = found < 2 * _DIRECT
        return direct

    def nearest(self, words: str, codes: NDArray[np.str_]) -> NDArray[np.bool_]:
        """Return which codes are found: those found directly where there are any, else all.

        Parameters
        ----------
        words : str
        codes : ndarray of str
        """
        found = self.ranks(words, codes)
        direct = self.direct(found)
        return direct if direct.any() else found < FAR

    def groups(self, words: str, group_of: Mapping[str, str]) -> frozenset[str]:
        """Return the groups that hold something found: a product's own names go before others'.

        Parameters
        ----------
        words : str
        group_of : mapping
            Group of each chapter.
        """
        chapters = np.array(list(group_of), dtype=str)
        found = self.ranks(words, chapters)
        if (found < FAR).any():
            keep = self.direct(found) if self.direct(found).any() else found < FAR
            return frozenset(group_of[str(hs)] for hs in chapters[keep])
        held = np.array(self.codes)[self.ranks(words, np.array(self.codes)) < FAR]
        inside = {chapter_of(str(code)) for code in held}
        return frozenset(group for hs, group in group_of.items() if hs in inside)

    def rows(self, words: str, level: str, codes: Sequence[str]) -> NDArray[np.bool_]:
        """Return which rows of a table of sectors are found: by name, else by what they hold.

        Parameters
        ----------
        words : str
        level : {"product", "chapter", "section", "window"}
            Level of the table.
        codes : sequence of str
            Groups of its rows.
        """
        if level == "product":
            return self.nearest(words, np.array(codes, dtype=str))
        typed = asked(words)
        if level != "chapter" and typed:
            named: NDArray[np.bool_] = ranks(self._named(codes).near, typed) < FAR
            if named.any():
                return named
        groups = self.groups(
            words, groups_of(self._classification, cast(Level, level), self._chapters)
        )
        return np.isin(np.array(codes, dtype=str), list(groups))

    def _named(self, groups: Sequence[str]) -> Texts:
        """Names of sections or windows, in every language."""
        names = [group_name(self._classification, group) for group in groups]
        fields = [list(groups)]
        for tag in LANGUAGES:
            with language(tag):
                fields.append([tr(name) for name in names])
        return Texts(lambda: fields)

    def words_for(self, chapter: str) -> str:
        """Return what people call the products of a chapter, in every language.

        Parameters
        ----------
        chapter : str
        """
        return self._of_chapters[chapter]

    @cached_property
    def _of_chapters(self) -> Mapping[str, str]:
        """What people call the products of each chapter; put together once."""
        every = [self._common(tag) for tag in LANGUAGES]
        return {
            hs: ", ".join(dict.fromkeys(one for common in every for one in common[hs]))
            for hs in self._chapters
        }

    # -- what is searched ------------------------------------------------------------------------

    def _of_words(self, words: tuple[str, ...]) -> Ranks:
        key = " ".join(words)
        known = self._found.get(key)
        return self._found.put(key, ranks(self._near, words)) if known is None else known

    def _near(self, word: str) -> Ranks:
        """Ranks of one word: plain letters are English, all others may be any language."""
        tags = (SOURCE,) if word.isascii() else self._texts
        nearest: Ranks = np.minimum.reduce([self._texts[tag].near(word) for tag in tags])
        return nearest

    def _common(self, tag: str) -> Mapping[str, list[str]]:
        """What people call each subheading and chapter, in a language."""
        said: dict[str, list[str]] = {code: [] for code in self.codes}
        with language(tag):
            for row, codes in COMMON_WORDS:
                called = [one.strip() for one in folded(tr(row)).replace("、", ",").split(",")]
                for begins in codes.split():
                    for code in self._below(begins):
                        said[code] += called
        return said

    def _below(self, begins: str) -> Iterator[str]:
        """Subheadings that a code holds, and the chapter it is in or is."""
        hs6 = self._classification.hs6
        for place in range(bisect_left(hs6, begins), len(hs6)):
            if not hs6[place].startswith(begins):
                break
            yield hs6[place]
        yield chapter_of(begins)

    def _fields(self, tag: str) -> list[list[str]]:
        """Texts of each code in a language, the nearest first."""
        common = self._common(tag)
        # ``cars`` are cars first, and ``car parts`` after them.
        called = [
            [
                ", ".join(one for one in common[code] if (" " in one) == several)
                for code in self.codes
            ]
            for several in (False, True)
        ]
        names = self._english() if tag == SOURCE else self._other(tag)
        with language(tag):
            return [*called, *names, *self._wider()]

    def _english(self) -> list[list[str]]:
        """Each code's own name and its heading's.

        Of a long name the list of the HS keeps the beginning of each part only: headings are put
        together from all their subheadings, and what ``Frozen: Other`` says before ``Other`` holds
        for all subheadings with the same five digits.
        """
        name, hs6 = self._classification.name, self._classification.hs6
        parts = {code: name(code).split(": ") for code in hs6}
        headings: dict[str, dict[str, None]] = {}
        for code, said in parts.items():
            headings.setdefault(at_level(code, "heading"), {})[said[0]] = None
            if len(said) > 2:
                headings.setdefault(code[:-1], {}).update(dict.fromkeys(said[1:-1]))
        own = [": ".join(said[1:] or said) for said in parts.values()]
        above = [
            "; ".join({**headings[at_level(code, "heading")], **headings.get(code[:-1], {})})
            for code in parts
        ]
        return [[*own, *map(name, self._chapters)], [*above, *("" for _ in self._chapters)]]

    def _other(self, tag: str) -> list[list[str]]:
        """Words of the tariff that another language has, where English has them in the same place.

        Chapters have names in every language; subheadings have none but these words.
        """
        own: list[list[str]] = [[] for _ in self.codes]
        above: list[list[str]] = [[] for _ in self.codes]
        with language(tag):
            for row, codes in COMMON_WORDS:
                if not codes:
                    rank = self._texts[SOURCE].near(folded(row))
                    for texts, place in ((own, _OWN), (above, _HEADING)):
                        for found in np.flatnonzero(rank == place):
                            texts[found].append(tr(row))
            first = len(self._classification.hs6)
            for place, hs in enumerate(self._chapters, first):
                own[place].append(tr(self._classification.name(hs)))
        return [[", ".join(said) for said in texts] for texts in (own, above)]

    def _wider(self) -> list[list[str]]:
        """Names of the groups each code is in: its chapter, its section, industries and tags."""
        names = self._classification
        groups: dict[str, list[str]] = {code: [] for code in self.codes}
        for one in names.window_industries(BOTH_WINDOWS, optional=True):
            said = f"{tr(one.label)}, {tr(group_name(names, one.window))}"
            for code in one.subheadings:
                groups[code].append(said)
        for tag in names.tags:
            selected = names.check({"tag": tag})[0]
            for code in selected.atoms if selected is not None else ():
                groups[code].append(tr(names.tag_label(tag)))
        chapter = [tr(names.name(chapter_of(code))) for code in self.codes]
        sections = {hs: tr(one.name) for one in names.sections for hs in one.chapters}
        section = [sections.get(chapter_of(code), "") for code in self.codes]
        return [chapter, section, [", ".join(groups[code]) for code in self.codes]]


def _typed(words: str, codes: NDArray[np.str_]) -> Sequence[str]:
    """Words that were typed: a code with blanks in it is one, ``chapter 61`` is 61."""
    typed = asked(words)
    if not any(map(_digits, typed)):
        return typed
    said: list[str] = []
    for word in typed:
        if said and _digits(word) and _digits(said[-1]):
            whole = _digits(said[-1]) + _digits(word)
            if np.char.startswith(codes, whole).any():
                said[-1] = whole
                continue
        if word not in _CODE:
            said.append(word)
    return said


def _digits(word: str) -> str:
    """Digits of a code as it is typed, nothing if it is none."""
    bare = word.replace(".", "").replace("-", "")
    return bare if bare.isdigit() else ""


@lru_cache(maxsize=8)
def product_finder(classification: Classification) -> ProductFinder:
    """Return what finds products of a classification by words; the same one each time.

    Parameters
    ----------
    classification : Classification
    """
    return ProductFinder(classification)
