"""Tariff lines of one importer, and the way from a line to an HS chapter.

Lines stay lines until the last step: a policy changes the rates of lines, a shipper takes the
best line open to it within an HS6 product, and products aggregate to their chapter with the CES
rule of the demand system, so that a prohibitive line with almost no trade neither dominates nor
vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cepasim.fiscal_year import BASE_YEAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LineRule = Literal["best", "mean"]

#: The benchmark's rates are those of 2023-24, the schedule's those of 2026-27; whatever was still
#: being phased in moves in equal annual steps between the two.
SCHEDULE_YEAR = 2026


@dataclass(frozen=True, slots=True, eq=False)
class TariffSchedule:
    """Lines of one importer's schedule, sorted by product.

    Attributes
    ----------
    importer : str
    exporters : tuple of str, length S
    lines : ndarray of str, shape (N,)
        Line codes: nine digits for Japan, six for India.
    products : ndarray of str, shape (K,)
        HS6 codes, sorted.
    first_line : ndarray of int, shape (K,)
        Index of each product's first line.
    chapter : ndarray of int, shape (K,)
        Index of each product's chapter in the economy's list of chapters.
    mfn : ndarray, shape (N,)
        Most-favoured-nation rate, fraction of c.i.f.; NaN where no ad-valorem rate is known.
    rate_base, rate_schedule : ndarray, shape (N, S)
        What a shipper from each source pays if it claims its preference, in 2023-24 and from
        2026-27 on. NaN where no ad-valorem rate is known.
    category : ndarray of str, shape (N,)
        ``mfn_free``, ``free``, ``X`` or ``partial``: the line's standing under the CEPA.
    late_changes : mapping of str to (int, ndarray of shape (N,))
        Source -> first year and rates of a known later event (the end of LDC treatment).
    line_rule : {"best", "mean"}
        How lines make a product: the best line open to the shipper, or the simple mean.
    """

    importer: str
    exporters: tuple[str, ...]
    lines: NDArray[np.str_]
    products: NDArray[np.str_]
    first_line: Ints
    chapter: Ints
    mfn: Floats
    rate_base: Floats
    rate_schedule: Floats
    category: NDArray[np.str_]
    late_changes: Mapping[str, tuple[int, Floats]]
    line_rule: LineRule

    @property
    def first_product(self) -> Ints:
        """Index of each chapter's first product, shape (H,); every chapter has one."""
        return np.flatnonzero(np.diff(self.chapter, prepend=-1))

    def chapter_sums(self, values: Floats) -> Floats:
        """Sum of values by product over each chapter: shape (..., K) to (..., H)."""
        return np.asarray(np.add.reduceat(values, self.first_product, axis=-1))

    def last_change(self, source: str) -> int:
        """Last year in which the schedule still moves for a source (later events aside)."""
        column = self.exporters.index(source)
        same = np.array_equal(
            self.rate_base[:, column], self.rate_schedule[:, column], equal_nan=True
        )
        return BASE_YEAR if same else SCHEDULE_YEAR

    @property
    def product_of_line(self) -> Ints:
        """Index of each line's product, shape (N,)."""
        counts = np.diff(np.append(self.first_line, len(self.lines)))
        return np.repeat(np.arange(len(self.products)), counts)

    def line_rates(self, source: str, years: Ints) -> Floats:
        """Rates a source is scheduled to pay on each line, shape (Y, N), fractions."""
        column = self.exporters.index(source)
        done = np.clip((years - BASE_YEAR) / (SCHEDULE_YEAR - BASE_YEAR), 0.0, 1.0)[:, None]
        base, final = self.rate_base[:, column], self.rate_schedule[:, column]
        rates = base + done * (final - base)
        if source in self.late_changes:
            start, late = self.late_changes[source]
            rates = np.where((years >= start)[:, None], late, rates)
        return np.asarray(rates)

    def product_rates(self, line_rates: Floats) -> Floats:
        """Rate of each product from the rates of its lines.

        Parameters
        ----------
        line_rates : ndarray, shape (..., N)

        Returns
        -------
        ndarray, shape (..., K)
            NaN where no line of the product has a known rate.
        """
        if self.line_rule == "best":
            return np.asarray(np.fmin.reduceat(line_rates, self.first_line, axis=-1))
        known = ~np.isnan(line_rates)
        total = np.add.reduceat(np.where(known, line_rates, 0.0), self.first_line, axis=-1)
        count = np.add.reduceat(known.astype(float), self.first_line, axis=-1)
        mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return np.asarray(mean)

    @property
    def product_mfn(self) -> Floats:
        """MFN rate of each product, shape (K,), fraction; NaN where unknown."""
        return self.product_rates(self.mfn)
