"""Which products chapters are split into, and where each line of a schedule then belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats, Ints, frozen_floats
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.schedule import TariffSchedule
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.products.levels import Level, at_level, belongs_to, chapter_of, nearest_to

#: What users write for a level, and the level of the classification it is.
LEVELS: Mapping[str, Level] = {"chapter": "chapter", "hs4": "heading", "hs6": "subheading"}


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the products of one importer's schedule stand once its chapters are split.

    Attributes
    ----------
    schedule : TariffSchedule
        The same lines, by product of the split.
    product : ndarray of int, shape (K,)
        Place of each HS6 in the schedule by chapter.
    """

    schedule: TariffSchedule
    product: Ints


@dataclass(frozen=True, eq=False)
class Split:
    """How chapters are split into products.

    Attributes
    ----------
    codes : tuple of str, length P
        Products in order. The code of a chapter or heading stands for what is left of it.
    parent : ndarray of int, shape (P,)
        Chapter of each product.
    first : ndarray of int, shape (H,)
        First product of each chapter.
    substitution : ndarray, shape (P,)
        Elasticities of substitution over those of the chapter.
    layouts : mapping of importer to Layout
    """

    codes: tuple[str, ...]
    parent: Ints
    first: Ints
    substitution: Floats
    layouts: Mapping[str, Layout]

    @classmethod
    def of(
        cls,
        chapters: Sequence[str],
        schedules: Mapping[str, TariffSchedule],
        own: Iterable[str],
        parameters: Parameters,
    ) -> Split:
        """Split chapters so that some headings or subheadings stand alone.

        Parameters
        ----------
        chapters : sequence of str
        schedules : mapping of importer to TariffSchedule
            By chapter.
        own : iterable of str
            Codes of four or six digits.
        parameters : Parameters
        """
        codes = _codes(chapters, own, schedules)
        parent = belongs_to(map(chapter_of, codes), chapters)
        first = np.flatnonzero(np.diff(parent, prepend=-1))
        return cls(
            codes=codes,
            parent=parent,
            first=first,
            substitution=_substitution(parameters, codes, parent, first),
            layouts=FrozenMapping(
                {importer: _layout(schedule, codes) for importer, schedule in schedules.items()}
            ),
        )

    def divided(self, values: Floats, weights: Floats) -> Floats:
        """Divide values by chapter between products, in proportion to weights.

        Parameters
        ----------
        values : ndarray, shape (..., H)
        weights : ndarray, shape (P,)
            At least 0; even in a chapter where all are 0.

        Returns
        -------
        ndarray, shape (..., P)
        """
        return np.asarray(values[..., self.parent] * self.shares(weights))

    def summed(self, values: Floats) -> Floats:
        """Sum over the products of each chapter: shape (..., P) to (..., H)."""
        return np.asarray(np.add.reduceat(values, self.first, axis=-1))

    def shares(self, weights: Floats) -> Floats:
        """Share of each product in its chapter by weights, shape (P,); even where all are 0."""
        total = np.add.reduceat(weights, self.first)
        alone = np.where((total > 0)[self.parent], weights, 1.0)
        return np.asarray(alone / np.add.reduceat(alone, self.first)[self.parent])


def products_of(classification: Classification, chapters: Iterable[str], level: str) -> list[str]:
    """Products that chapters are split into at a level ("hs4" or "hs6").

    Raises
    ------
    InputError
        For a level or a chapter that does not exist.
    """
    if level not in LEVELS:
        words = tr("one of {allowed}", allowed=separated(LEVELS))
        raise InputError([Problem("load", None, "level", level, words)])
    split = set(chapters)
    unknown = sorted(split - set(classification.chapters))
    if unknown:
        words = tr("chapters of two digits such as '87', as text")
        raise InputError([Problem("load", None, "refine", ", ".join(unknown), words)])
    if LEVELS[level] == "chapter":
        return []
    inside = (hs for hs in classification.hs6 if chapter_of(hs) in split)
    return sorted({at_level(hs, LEVELS[level]) for hs in inside})


def _codes(
    chapters: Sequence[str], own: Iterable[str], schedules: Mapping[str, TariffSchedule]
) -> tuple[str, ...]:
    """Products of a split: those that stand alone, and what is left of each chapter."""
    groups = sorted({*chapters, *own})
    found = [
        {groups[place] for place in belongs_to(schedule.products.tolist(), groups)}
        for schedule in schedules.values()
    ]
    # What only one of the two schedules has (codes of an older vintage) joins another product.
    both = set.intersection(*found)
    covered = set(map(chapter_of, both))
    return tuple(sorted(both | {hs for hs in chapters if hs not in covered}))


def _layout(schedule: TariffSchedule, codes: Sequence[str]) -> Layout:
    group = nearest_to(schedule.products.tolist(), codes)
    product = np.argsort(group, kind="stable")
    counts = np.diff(np.append(schedule.first_line, len(schedule.lines)))[product]
    first = np.cumsum(counts) - counts
    line = np.arange(counts.sum()) + np.repeat(schedule.first_line[product] - first, counts)
    lines, products = schedule.lines[line], schedule.products[product]
    lines.setflags(write=False)
    products.setflags(write=False)
    changed = TariffSchedule(
        importer=schedule.importer,
        exporters=schedule.exporters,
        lines=lines,
        products=products,
        first_line=first,
        chapter=group[product],
        category=schedule.category[line],
        kind=schedule.kind[line],
        line_use=FrozenMapping(
            {source: frozen_floats(use[line]) for source, use in schedule.line_use.items()}
        ),
        alike=schedule.alike,
        rates=schedule.rates.on(schedule.rates.facts.reordered(line)),
    )
    return Layout(changed, product)


def _substitution(
    parameters: Parameters, codes: Sequence[str], parent: Ints, first: Ints
) -> Floats:
    """Elasticity of substitution of each product over its chapter's, shape (P,).

    A chapter's is the mean over its HS6 of those of their GTAP sectors; a product takes its own
    sector's in proportion, so that the chapter's value, its range and what a user sets all carry
    over. 1 where the chapter has one sector, or a sector none of its own.
    """
    sectors = parameters.table("elasticities/gtap_sectors").set_index("gtap")["value"]
    table = parameters.table("classification/hs6").set_index("hs6")["gtap"]
    own = table.map(sectors).dropna()
    place = nearest_to(own.index.tolist(), codes)
    known = np.bincount(place, own.to_numpy(float), len(codes))
    number = np.bincount(place, minlength=len(codes))
    total, count = (np.add.reduceat(sums, first) for sums in (known, number.astype(float)))
    mean = np.divide(total, count, out=np.ones_like(total), where=count > 0)[parent]
    each = np.divide(known, number, out=mean.copy(), where=number > 0)
    return np.asarray(each / mean)
