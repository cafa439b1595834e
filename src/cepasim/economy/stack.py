"""Kinds of products of several sources side by side, so that one pass serves them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from cepasim.core.arrays import Floats, Ints


class ByChapter(Protocol):
    """Kinds of products that stand by chapter, G of them."""

    @property
    def product(self) -> Ints:
        """A product of each kind, shape (G,)."""

    @property
    def chapter(self) -> Ints:
        """Chapter of each kind, shape (G,)."""

    @property
    def number(self) -> Floats:
        """Products of each kind, shape (G,)."""


KindsT = TypeVar("KindsT", bound=ByChapter)


@dataclass(frozen=True, eq=False)
class Stack(Generic[KindsT]):
    """Kinds of products of several sources, one source after the other: G in all.

    Attributes
    ----------
    sources : tuple of str
        Names under which their rates stand.
    kinds : tuple of Kinds
        Of each source.
    parts : tuple of slice
        Where the kinds of each source stand.
    chapter : ndarray of int, shape (G,)
    number : ndarray, shape (G,)
        Products of the kind.
    first, width : ndarray of int, shape (sources x H,)
        First kind of each chapter of each source, and how many there are.
    """

    sources: tuple[str, ...]
    kinds: tuple[KindsT, ...]
    parts: tuple[slice, ...]
    chapter: Ints
    number: Floats
    first: Ints
    width: Ints

    @classmethod
    def of(cls, sources: Sequence[str], kinds: Sequence[KindsT]) -> Stack[KindsT]:
        """Put the kinds of sources one after the other."""
        ends = np.cumsum([0, *(len(one.product) for one in kinds)]).tolist()
        chapter = np.concatenate([one.chapter for one in kinds])
        starts = np.diff(chapter, prepend=-1) != 0
        starts[ends[:-1]] = True
        first = np.flatnonzero(starts)
        return cls(
            sources=tuple(sources),
            kinds=tuple(kinds),
            parts=tuple(slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)),
            chapter=chapter,
            number=np.concatenate([one.number for one in kinds]),
            first=first,
            width=np.diff(np.append(first, chapter.size)),
        )

    def joined(self, what: Callable[[KindsT, str], Floats]) -> Floats:
        """Put an array of each source together, shape (..., G)."""
        found = [what(*one) for one in zip(self.kinds, self.sources, strict=True)]
        return np.concatenate(found, axis=-1)

    def spread(self, by_source: Floats) -> Floats:
        """Give each kind the value of its source: shape (sources,) to (G,)."""
        return np.repeat(by_source, [part.stop - part.start for part in self.parts])

    def sums(self, values: Floats) -> Floats:
        """Sums over the chapters of each source, shape (..., G) to (..., sources x H)."""
        return np.asarray(np.add.reduceat(values, self.first, axis=-1))
