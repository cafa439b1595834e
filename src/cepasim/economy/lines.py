"""Line codes of a tariff schedule in order, one of them at least for every chapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints, frozen_floats
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.rates import Rates
from cepasim.economy.schedule import TariffSchedule
from cepasim.products.levels import at_level, belongs_to

#: Category of the stand-in for a chapter that has no tariff lines.
NO_LINE = "no_line"


@dataclass(frozen=True, eq=False)
class Lines:
    """Line codes in order, with a stand-in for every chapter without lines.

    Attributes
    ----------
    codes : ndarray of str, shape (N,)
    order : ndarray of int, shape (N,)
        Place of each line in what is read; the stand-ins follow there.
    missing : int
        Number of stand-ins.
    products : ndarray of str, shape (K,)
    first : ndarray of int, shape (K,)
        First line of each product.
    chapter : ndarray of int, shape (N,)
    """

    codes: NDArray[np.str_]
    order: Ints
    missing: int
    products: NDArray[np.str_]
    first: Ints
    chapter: Ints

    @classmethod
    def of(cls, codes: NDArray[np.str_], chapters: tuple[str, ...]) -> Lines:
        """Sort the codes."""
        width, there = len(codes[0]), set(belongs_to(codes, chapters).tolist())
        missing = [hs.ljust(width, "0") for h, hs in enumerate(chapters) if h not in there]
        codes = np.concatenate([codes, np.array(missing, dtype=codes.dtype)])
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        products, first = np.unique(
            np.array([at_level(code, "subheading") for code in codes]), return_index=True
        )
        codes.setflags(write=False)
        products.setflags(write=False)
        chapter = belongs_to(codes, chapters)
        return cls(codes, order, len(missing), products, first.astype(np.int64), chapter)

    def padded(self, values: Floats) -> Floats:
        """Values by line in order, NaN for stand-ins."""
        return frozen_floats(np.concatenate([values, np.full(self.missing, np.nan)])[self.order])

    def words(self, values: NDArray[np.str_], stand_in: str) -> NDArray[np.str_]:
        """Words by line in order."""
        return np.concatenate([values, np.full(self.missing, stand_in)])[self.order].astype(str)

    def schedule(
        self,
        importer: str,
        exporters: tuple[str, ...],
        category: NDArray[np.str_],
        kind: NDArray[np.str_],
        line_use: Mapping[str, Floats],
        alike: tuple[int, ...],
        rates: Rates,
    ) -> TariffSchedule:
        """Schedule of these lines; stand-ins have a category of their own."""
        return TariffSchedule(
            importer=importer,
            exporters=exporters,
            lines=self.codes,
            products=self.products,
            first_line=self.first,
            chapter=self.chapter[self.first],
            category=self.words(category, NO_LINE),
            kind=self.words(kind, NO_LINE),
            line_use=FrozenMapping(line_use),
            alike=alike,
            rates=rates,
        )
