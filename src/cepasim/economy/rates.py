"""What a tariff schedule needs to know about the rates on its lines, whoever levies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints, read_only

#: How the lines of a product make its rate for India: as its claims show, and where they do not the
#: best line open to the shipper or the mean; the best line everywhere; the mean everywhere.
LineRule = Literal["claims", "claims_else_mean", "best", "mean"]


@dataclass(frozen=True, eq=False)
class LateRates:
    """A known later event, such as the end of LDC treatment or an agreement's staging.

    Attributes
    ----------
    start : int
        First fiscal year.
    steps : int
        Equal annual steps; one is a change at once.
    rates : ndarray, shape (N,)
        Rates once all steps are taken.
    """

    start: int
    steps: int
    rates: Floats

    @property
    def end(self) -> int:
        """Year of the last step."""
        return self.start + self.steps - 1

    def after(self, rates: Floats, years: Ints) -> Floats:
        """Rates of shape (Y, N) or (1, N) with the steps taken by each year, shape (Y, N)."""
        done = np.minimum(np.maximum((years - self.start + 1) / self.steps, 0.0), 1.0)[:, None]
        # A rate that is not known stays unknown until the event is over.
        moved = rates + done * (self.rates - rates)
        return np.where(done >= 1.0, self.rates, np.where(done <= 0.0, rates, moved))


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Rates of K products in the base year as one source meets them, shape (K,), fractions.

    Attributes
    ----------
    before : ndarray
        What it is to pay with its preference; NaN where unknown.
    mfn : ndarray
        NaN where unknown.
    rate : ndarray
        As ``before``, 0 where unknown.
    highest : ndarray
        What it pays without the preference: no less than ``rate``.
    log_rate : ndarray
        ``ln(1 + rate)``.
    """

    before: Floats
    mfn: Floats
    rate: Floats
    highest: Floats
    log_rate: Floats

    @classmethod
    def of(cls, before: Floats, mfn: Floats) -> Start:
        """Rates where those without a known one are taken for 0."""
        rate = np.where(np.isnan(before), 0.0, before)
        return cls(before, mfn, rate, np.fmax(mfn, rate), np.log1p(rate))


class LineFacts(Protocol):
    """What the rates of N tariff lines are made of, whatever the figures are."""

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """Two rates by line, shape (N,): where neither is higher, no rate of the source is."""

    def marks(self, source: str) -> tuple[NDArray[Any], ...]:
        """All else that its rates are made of besides the chapter, shape (N,) each."""

    def at(self, lines: Ints, source: str) -> LineFacts:
        """Facts of some of the lines, as far as one source goes."""

    def reordered(self, lines: Ints) -> LineFacts:
        """Facts of all lines in another order."""


class Rates(Protocol):
    """Rates of N tariff lines under certain figures."""

    @property
    def facts(self) -> LineFacts:
        """What they are made of."""

    @property
    def base_year(self) -> int:
        """First calendar year of the benchmark's fiscal year."""

    @property
    def schedule_year(self) -> int:
        """First calendar year of the fiscal year of the schedule's rates.

        Whatever was still being phased in moves to them in equal annual steps.
        """

    @property
    def mfn(self) -> Floats:
        """Most-favoured-nation rates, shape (N,)."""

    def drawn(self, source: str) -> bool:
        """Whether the rates of a source are others under other figures."""

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates in the base year and after all cuts, shape (N,); one array where none moves."""

    def late(self, source: str) -> LateRates | None:
        """What is known to come later."""

    def on(self, facts: LineFacts) -> Rates:
        """Rates of other lines under the same figures."""


def done_by(years: Ints, base_year: int, schedule_year: int) -> Floats:
    """Share of the way from the benchmark's rates to the schedule's, shape (Y,); read only."""
    return _done_by(tuple(years.tolist()), base_year, schedule_year)


@lru_cache(maxsize=256)
def _done_by(years: tuple[int, ...], base_year: int, schedule_year: int) -> Floats:
    way = max(schedule_year - base_year, 1)
    return read_only(np.clip((np.array(years) - base_year) / way, 0.0, 1.0))


def staged(
    base: Floats, final: Floats, done: Floats, late: LateRates | None, years: Ints
) -> Floats:
    """Rates of n places in each year.

    Parameters
    ----------
    base, final : ndarray, shape (n,)
        One and the same array where nothing moves.
    done : ndarray, shape (Y,)
        Share of the way from the one to the other.
    late : LateRates or None
    years : ndarray of int, shape (Y,)

    Returns
    -------
    ndarray, shape (Y, n)
    """
    if final is not base:
        rates = base + done[:, None] * (final - base)
    elif late is None:
        rates = np.broadcast_to(base, (len(years), len(base)))
    else:
        rates = base[None]
    return rates if late is None else np.asarray(late.after(rates, years))


def same_known(ends: Sequence[Floats]) -> bool:
    """Whether the rates of all ends are known in the same places."""
    unknown = np.isnan(ends[0])
    return all(end is ends[0] or np.array_equal(np.isnan(end), unknown) for end in ends[1:])
